//! `baton migrate`: a store moves, from a file to a server or back.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::Failure;
use super::STOPPED;
use super::Verdict;
use super::progress::Bar;
use super::say;
use super::terminal;
use super::terminal::Form;
use crate::app;
use crate::store::CopyProgress;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The store as it is: sqlite:PATH or `postgres://USER@HOST/DATABASE`. No gateway may use it.
    from: String,
    /// Where it goes: a file that is not there, or a database without rows.
    to: String,
    #[command(flatten)]
    form: Form,
}

pub(super) async fn run(
    arguments: &Arguments,
    stop: CancellationToken,
) -> Result<Verdict, Failure> {
    let progress = Arc::new(CopyProgress::default());
    let bar = Bar::start("rows");
    let mut migrating = std::pin::pin!(app::migrate(&arguments.from, &arguments.to, &progress));
    let done = loop {
        tokio::select! {
            done = &mut migrating => break done,
            () = stop.cancelled() => break Err(anyhow!(STOPPED)),
            () = tokio::time::sleep(Duration::from_millis(200)) => {
                bar.show(progress.written(), progress.total());
            }
        }
    };
    drop(bar);
    let tables = done?;
    if arguments.form.is_json {
        let rows: BTreeMap<_, _> = tables.into_iter().collect();
        terminal::print_json(&json!({ "rows": rows }))?;
        return Ok(Verdict::Well);
    }
    for (table, rows) in tables {
        say(&format!("{rows:>12} {table}"));
    }
    say("all rows counted in the copy; now point store.url at it");
    Ok(Verdict::Well)
}
