//! The poller of one feed: asks for a page, keeps it, follows `next`, waits at the end.
//!
//! While a page is being written the next one is already asked for; the cursor moves only with the page
//! it belongs to, in the same transaction.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderName;
use reqwest::header::HeaderValue;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tracing::debug;
use tracing::info;
use tracing::warn;
use url::Url;

use super::board::Board;
use super::board::FeedState;
use super::cursor::Next;
use super::cursor::next_of;
use super::page::ReadPage;
use super::page::read_page;
use super::patience;
use crate::clock::Clock;
use crate::fetch::Body;
use crate::fetch::Endpoint;
use crate::fetch::FetchError;
use crate::fetch::Fetcher;
use crate::fetch::Request;
use crate::fetch::Response;
use crate::fetch::Validators;
use crate::openactive::RpdeError;
use crate::openactive::Scope;
use crate::store::FeedId;
use crate::store::FeedRecord;
use crate::store::FeedUpdate;
use crate::store::PageCommit;
use crate::store::Store;
use crate::store::StoreError;

/// What a poller needs besides its feed.
#[derive(Debug, Clone)]
pub struct Harvester {
    /// Asks publishers.
    pub fetcher: Arc<Fetcher>,
    /// Keeps what they say.
    pub store: Arc<dyn Store>,
    /// Shows how feeds are doing.
    pub board: Arc<Board>,
    /// Wakes the worker that maps.
    pub changed: Arc<Notify>,
    /// Tells the time.
    pub clock: Clock,
    /// Shortest wait at the end of a feed.
    pub poll_interval: Duration,
}

/// A feed to be followed.
#[derive(Clone)]
pub struct FeedSettings {
    /// The feed as stored.
    pub record: FeedRecord,
    /// Headers the publisher asks for, secrets among them.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Hosts of the publisher's other feeds.
    pub hosts: Vec<String>,
    /// Whether the publisher's URIs are the same thing wherever they stand.
    pub trusts_uris: bool,
}

impl std::fmt::Debug for FeedSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FeedSettings").field("url", &self.record.url).finish_non_exhaustive()
    }
}

/// How far a feed is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// For ever.
    Cancelled,
    /// To the end, or until it failed a few times.
    End,
}

/// How a feed that was followed to its end fared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Followed {
    /// The end was reached.
    End,
    /// It could not be, for this reason.
    Failed(String),
    /// The program is stopping.
    Cancelled,
}

/// How often a page is asked for when the feed is read once.
const TRIES_ONCE: u32 = 3;

/// How long to wait between tries when the feed is read once and the publisher asks for no wait.
const WAIT_ONCE: Duration = Duration::from_secs(2);

/// The longest wait that a publisher may ask for when the feed is read once.
const LONGEST_WAIT_ONCE: Duration = Duration::from_mins(2);

/// How many pages a feed may have before it is taken for endless: a hundred million items and more.
const MAX_PAGES: usize = 1_000_000;

/// Why a page did not move the feed on.
#[derive(Debug, thiserror::Error)]
enum PageError {
    #[error("{0}")]
    Fetch(#[from] FetchError),
    #[error("{0}")]
    Rpde(#[from] RpdeError),
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("{0}")]
    Blocked(String),
    #[error("the program is stopping")]
    Stopping,
}

/// The poller of one feed.
struct Poller<'a> {
    harvester: &'a Harvester,
    settings: &'a FeedSettings,
    feed: FeedId,
    first: Url,
    url: Url,
    validators: Validators,
    visited: HashSet<Url>,
    failures: u32,
    /// How often in a row the publisher said that the feed is gone.
    times_gone: u32,
    /// How often the pages led round in a circle since the end was last seen.
    circles: u32,
    /// Whether the store knows that the present page is the last.
    is_end_known: bool,
    until: Until,
}

/// Follows a feed from where the store says.
pub async fn follow(
    harvester: &Harvester,
    settings: &FeedSettings,
    until: Until,
    stop: &CancellationToken,
) -> Followed {
    let record = &settings.record;
    let cursor = record.cursor.as_deref().unwrap_or(&record.url);
    let (Ok(first), Ok(url)) = (Url::parse(&record.url), Url::parse(cursor)) else {
        return Followed::Failed(format!("{cursor:?} is not a web address"));
    };
    let mut poller = Poller {
        harvester,
        settings,
        feed: record.id,
        first,
        url,
        validators: Validators::default(),
        visited: HashSet::new(),
        failures: 0,
        times_gone: 0,
        circles: 0,
        is_end_known: false,
        until,
    };
    tokio::select! {
        () = stop.cancelled() => Followed::Cancelled,
        followed = poller.run() => followed,
    }
}

/// What to do after a page.
enum Step {
    /// Read this answer next; it was asked for meanwhile.
    Read(Result<Response, FetchError>),
    /// Ask again later.
    Wait(Duration),
    /// Nothing more to do.
    Done(Followed),
}

impl Poller<'_> {
    async fn run(&mut self) -> Followed {
        let mut answer = self.ask(self.url.clone()).await;
        loop {
            let step = match self.take(answer).await {
                Ok(step) => step,
                Err(error) => self.fail(&error).await,
            };
            answer = match step {
                Step::Read(answer) => answer,
                Step::Wait(wait) => {
                    self.pause(wait).await;
                    self.ask(self.url.clone()).await
                }
                Step::Done(followed) => return followed,
            };
        }
    }

    async fn ask(&self, url: Url) -> Result<Response, FetchError> {
        let mut request = Request::new(url);
        request.headers.clone_from(&self.settings.headers);
        request.validators = self.validators.clone();
        self.harvester.fetcher.get(request).await
    }

    async fn take(&mut self, answer: Result<Response, FetchError>) -> Result<Step, PageError> {
        match answer? {
            Response::NotModified { max_age } => Ok(self.still_at_end(max_age).await?),
            Response::Body(body) => self.take_page(body).await,
        }
    }

    /// Reads a page, then writes it while the next one is asked for.
    async fn take_page(&mut self, body: Body) -> Result<Step, PageError> {
        let now = self.harvester.clock.now();
        let publisher = self.settings.record.publisher.clone();
        let (bytes, trusts_uris) = (body.bytes.clone(), self.settings.trusts_uris);
        let read = tokio::task::spawn_blocking(move || {
            read_page(&bytes, Scope { source_key: &publisher, trusts_uris }, now)
        });
        let Ok(page) = read.await else { return Err(PageError::Stopping) };
        let page = page?;
        let item_count = page.item_count;
        let next = next_of(&self.url, page.next.as_deref(), item_count, &self.settings.hosts);
        let is_last = next == Next::Last;
        if is_last && self.is_end_known && page.changes.is_empty() {
            self.validators = body.validators;
            return Ok(self.still_at_end(body.max_age).await?);
        }
        self.is_end_known = is_last;
        let cursor = match &next {
            Next::Page(url) => url.clone(),
            Next::Last | Next::Blocked(_) => self.url.clone(),
        };
        let commit = self.commit(page, &cursor, is_last);
        let step = match next {
            Next::Page(url) => {
                if !self.visited.insert(self.url.clone()) || self.visited.len() > MAX_PAGES {
                    commit.await?;
                    self.circles += 1;
                    return Err(PageError::Blocked("the pages lead round in a circle".to_owned()));
                }
                self.validators = Validators::default();
                let (committed, answer) = tokio::join!(commit, self.ask(url.clone()));
                committed?;
                self.url = url;
                self.show(FeedState::CatchingUp, item_count);
                Step::Read(answer)
            }
            Next::Last => {
                commit.await?;
                self.show(FeedState::Live, item_count);
                self.visited.clear();
                self.circles = 0;
                self.validators = body.validators;
                self.at_end(body.max_age)
            }
            Next::Blocked(reason) => {
                commit.await?;
                return Err(PageError::Blocked(reason));
            }
        };
        self.failures = 0;
        self.times_gone = 0;
        Ok(step)
    }

    fn commit(
        &self,
        page: ReadPage,
        cursor: &Url,
        is_last: bool,
    ) -> impl Future<Output = Result<(), StoreError>> + use<> {
        let commit = PageCommit {
            feed: self.feed,
            cursor: cursor.to_string(),
            license: page.license,
            is_last,
            now: self.harvester.clock.now(),
            changes: page.changes,
        };
        let (store, changed) =
            (Arc::clone(&self.harvester.store), Arc::clone(&self.harvester.changed));
        async move {
            let outcome = store.commit_page(commit).await?;
            debug!(?outcome, "page committed");
            changed.notify_one();
            Ok(())
        }
    }

    /// The last page brought nothing new: there is nothing to write, unless a failure is to be cleared.
    async fn still_at_end(&mut self, max_age: Option<Duration>) -> Result<Step, StoreError> {
        let at = self.harvester.clock.now();
        if self.failures > 0 {
            self.harvester.store.update_feed(self.feed, FeedUpdate::Unchanged { at }).await?;
            self.failures = 0;
            self.times_gone = 0;
        }
        self.show(FeedState::Live, 0);
        Ok(self.at_end(max_age))
    }

    fn at_end(&self, max_age: Option<Duration>) -> Step {
        match self.until {
            Until::End => Step::Done(Followed::End),
            Until::Cancelled => Step::Wait(patience::at_end(self.harvester.poll_interval, max_age)),
        }
    }

    /// Records a failure and decides how long to wait, or to give up.
    async fn fail(&mut self, error: &PageError) -> Step {
        self.failures += 1;
        let (status, retry_after) = match error {
            PageError::Fetch(error) => (error.status(), error.retry_after()),
            PageError::Stopping => return Step::Done(Followed::Cancelled),
            _ => (None, None),
        };
        // Why a name cannot be resolved is said five times over by the libraries below.
        let text = match error {
            PageError::Fetch(error @ FetchError::Dns { .. }) => error.to_string(),
            other => chain(other),
        };
        let is_gone = matches!(status, Some(404 | 410));
        self.times_gone = if is_gone { self.times_gone + 1 } else { 0 };
        let stopped = (self.times_gone >= patience::GONE_LIMIT)
            .then(|| "the publisher says the feed is gone".to_owned());
        let is_stopped = stopped.is_some();
        let update = FeedUpdate::Failed { error: text.clone(), stopped };
        if let Err(error) = self.harvester.store.update_feed(self.feed, update).await {
            warn!(feed.url = %Endpoint::of(&self.first), error = chain(&error), "feed state not recorded");
        }
        self.validators = Validators::default();
        self.visited.clear();
        // Pages of a circle are read without a failure, so rounds count for themselves.
        let failures = self.failures.max(self.circles);
        let wait = patience::after_failure(failures, status, retry_after);
        if self.until == Until::End {
            let is_sent_away = retry_after.is_some_and(|asked| asked > LONGEST_WAIT_ONCE);
            let is_blocked = matches!(error, PageError::Blocked(_));
            if self.failures >= TRIES_ONCE || is_stopped || is_blocked || is_sent_away {
                return Step::Done(Followed::Failed(text));
            }
            let is_asked_for = retry_after.is_some();
            return Step::Wait(if is_asked_for { wait } else { wait.min(WAIT_ONCE) });
        }
        warn!(feed.url = %Endpoint::of(&self.first), error = text, failures = self.failures, "feed failed");
        if is_stopped {
            self.show(FeedState::Stopped, 0);
            return Step::Done(Followed::Failed(text));
        }
        self.show(FeedState::BackingOff, 0);
        Step::Wait(wait)
    }

    async fn pause(&self, wait: Duration) {
        let until = self.harvester.clock.now()
            + chrono::TimeDelta::from_std(wait).unwrap_or(chrono::TimeDelta::hours(1));
        self.harvester.board.update(self.feed, |status| status.next_poll = Some(until));
        tokio::time::sleep(wait).await;
        self.harvester.board.update(self.feed, |status| status.next_poll = None);
    }

    fn show(&self, state: FeedState, items: usize) {
        let now = self.harvester.clock.now();
        let before = self.harvester.board.update(self.feed, |status| {
            status.state = state;
            if matches!(state, FeedState::Live | FeedState::CatchingUp) {
                status.pages += 1;
                status.items += items as u64;
                status.last_success = Some(now);
            }
        });
        if before != state {
            info!(feed.url = %Endpoint::of(&self.first), from = before.as_str(), to = state.as_str(), "feed state changed");
        }
    }
}

/// Writes an error with all its causes on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let words = inner.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        cause = inner.source();
    }
    text
}
