//! Progress bars: one for each feed, when standard error is a terminal.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::time::Duration;

use indicatif::MultiProgress;
use indicatif::ProgressBar;
use indicatif::ProgressStyle;

use crate::app::App;
use crate::config::without_secrets;

/// Returns a sign of life with a message, shown when standard error is a terminal.
pub(super) fn spinner() -> ProgressBar {
    if std::io::stderr().is_terminal() { ProgressBar::new_spinner() } else { ProgressBar::hidden() }
}

/// A bar for work of which it is known how much there is, shown when standard error is a terminal.
pub(super) struct Bar(ProgressBar);

impl Bar {
    /// Starts a bar that counts these.
    pub(super) fn start(what: &'static str) -> Self {
        let template = "{wide_bar} {pos} of {len} {msg}, {eta} to go";
        let style = ProgressStyle::with_template(template);
        Self(
            spinner()
                .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
                .with_message(what),
        )
    }

    /// Shows how many are done, and of how many.
    pub(super) fn show(&self, done: usize, all: usize) {
        self.0.set_length(all as u64);
        self.0.set_position(done as u64);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// A progress bar for each feed, when standard error is a terminal.
pub(super) struct Bars {
    refresh: Option<tokio::task::JoinHandle<()>>,
    bars: Arc<Vec<ProgressBar>>,
}

impl Bars {
    pub(super) fn start(app: &App) -> Self {
        let bars = Arc::new(Vec::new());
        if !std::io::stderr().is_terminal() {
            return Self { refresh: None, bars };
        }
        let style = ProgressStyle::with_template("{spinner} {prefix:40!} {msg}");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_spinner());
        let all = MultiProgress::new();
        let feeds: Vec<_> = app.feeds().map(|feed| (feed.id, feed.url.clone())).collect();
        let add = |(_, url): &(_, String)| {
            let bar = all.add(ProgressBar::new_spinner().with_style(style.clone()));
            bar.set_prefix(without_secrets(url));
            bar
        };
        let bars: Arc<Vec<ProgressBar>> = Arc::new(feeds.iter().map(add).collect());
        let (board, shown) = (app.board(), Arc::clone(&bars));
        #[expect(
            clippy::disallowed_methods,
            reason = "draws, and is ended when the bars are dropped"
        )]
        let refresh = tokio::spawn(async move {
            loop {
                for ((feed, _), bar) in feeds.iter().zip(shown.iter()) {
                    let now = board.status(*feed);
                    let (state, pages, items) = (now.state.as_str(), now.pages, now.items);
                    bar.set_message(format!("{pages} pages, {items} items, {state}"));
                    bar.tick();
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        });
        Self { refresh: Some(refresh), bars }
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        if let Some(refresh) = &self.refresh {
            refresh.abort();
        }
        for bar in self.bars.iter() {
            bar.finish_and_clear();
        }
    }
}
