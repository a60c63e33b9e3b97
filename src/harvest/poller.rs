//! The poller of one feed: asks for a page, keeps it, follows `next`, waits at the end.
//!
//! While a page is being written the next one is already asked for and read; the cursor moves only with the
//! page it belongs to, in the same transaction.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;
use tokio::sync::Mutex;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinError;
use tracing::debug;
use tracing::info;
use tracing::warn;
use url::Url;

use super::board::FeedState;
use super::cursor::Next;
use super::cursor::next_of;
use super::feed::FeedSettings;
use super::feed::Followed;
use super::feed::Harvester;
use super::feed::Until;
use super::page::ReadPage;
use super::page::read_page;
use super::patience;
use crate::causes::with_causes;
use crate::fetch::FetchError;
use crate::fetch::Request;
use crate::fetch::Response;
use crate::fetch::Validators;
use crate::openactive::Modified;
use crate::openactive::RpdeError;
use crate::openactive::Scope;
use crate::store::FeedId;
use crate::store::FeedUpdate;
use crate::store::ItemChange;
use crate::store::PageCommit;
use crate::store::PageOutcome;
use crate::store::StoreError;
use crate::store::is_same_license;

/// How many pages a feed may have before it is taken for endless: a hundred million items and more.
const MAX_PAGES: usize = 1_000_000;

/// How many pages without an item may follow one another before a feed is taken for one that leads on for ever. What is
/// filtered out leaves some hundred; so many more are read within two minutes.
const MAX_EMPTY_PAGES: u32 = 1_000;

/// How many of them a run that ends at the end reads of a feed known to lead on: should it be a gap after all, the next
/// runs come through. Who stays at the end asks for the next one soon.
const EMPTY_PAGES_OF_A_RUN: u32 = MAX_EMPTY_PAGES / 10;

/// How often it is written down that a feed was asked and had nothing new.
pub(super) const RECORD_EVERY: TimeDelta = TimeDelta::hours(1);

/// Up to how many bytes a page is read at once: the last one, which is asked for again and again, mostly
/// holds nothing. Waking another thread takes longer.
const SMALL_PAGE: usize = 4096;

/// Why a page did not move the feed on.
#[derive(Debug, thiserror::Error)]
pub(super) enum PageError {
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

/// What a publisher answered, read.
pub(super) enum Answer {
    /// Nothing has changed.
    NotModified { max_age: Option<Duration> },
    /// A page.
    Page(Box<Taken>),
}

/// A page that was read and is to be written.
pub(super) struct Taken {
    page: ReadPage,
    validators: Validators,
    max_age: Option<Duration>,
    /// When it was read.
    at: DateTime<Utc>,
    /// Held until it is written: one of a few places for pages in memory.
    turn: OwnedSemaphorePermit,
}

/// What to do after a page.
pub(super) enum Step {
    /// Take this answer next; it was asked for meanwhile.
    Take(Result<Answer, PageError>),
    /// Ask again later.
    Wait(Duration),
    /// Nothing more to do.
    Done(Followed),
}

/// The poller of one feed.
#[expect(clippy::struct_excessive_bools, reason = "each tells one thing that is known of the feed")]
pub(super) struct Poller<'a> {
    pub(super) harvester: &'a Harvester,
    pub(super) settings: &'a FeedSettings,
    pub(super) feed: FeedId,
    pub(super) first: Url,
    pub(super) url: Url,
    pub(super) validators: Validators,
    pub(super) visited: HashSet<Url>,
    pub(super) failures: u32,
    /// How often in a row the publisher said that it does not have the page.
    pub(super) times_refused: u32,
    /// How often the pages led round in a circle since the end was last seen.
    pub(super) circles: u32,
    /// How many pages without an item were read in a row.
    pub(super) empty_pages: u32,
    /// Whether the feed is known to lead on for ever: then it is at its end with the first page without an item.
    pub(super) leads_on: bool,
    /// The licence that a page named last; nothing where the store may know none any more.
    pub(super) license: Option<String>,
    /// Whether the store knows that the present page is the last.
    pub(super) is_end_known: bool,
    /// Whether the feed was read to its end since it was last begun.
    pub(super) has_been_at_end: bool,
    /// The largest `modified` of the last page that held items.
    pub(super) newest: Option<Modified>,
    pub(super) until: Until,
    /// When the publisher last answered well, also before the program started.
    pub(super) last_success: Option<DateTime<Utc>>,
    /// When that was last written down.
    recorded_at: Option<DateTime<Utc>>,
    pub(super) resynced_at: Option<DateTime<Utc>>,
    /// Whether the feed is to be read again once it may be.
    pub(super) owes_resync: bool,
    /// Whether the feed has held occurrences.
    pub(super) has_occurrences: bool,
    /// Items that cannot be used any more, since the end was last seen.
    spoiled: u64,
    /// When a page last brought something new, at the earliest when the program started.
    quiet_since: DateTime<Utc>,
    /// Held while a page is being written, or a resync begun.
    writing: Arc<Mutex<()>>,
}

impl<'a> Poller<'a> {
    /// Returns the poller of a feed; nothing when what is stored of it is not a web address.
    pub(super) fn new(
        harvester: &'a Harvester,
        settings: &'a FeedSettings,
        until: Until,
    ) -> Option<Self> {
        let record = &settings.record;
        Some(Self {
            harvester,
            settings,
            feed: record.id,
            first: Url::parse(&record.url).ok()?,
            url: Url::parse(record.cursor.as_deref().unwrap_or(&record.url)).ok()?,
            validators: Validators::default(),
            visited: HashSet::new(),
            failures: 0,
            times_refused: 0,
            circles: 0,
            empty_pages: 0,
            leads_on: record.leads_on && !record.is_resyncing,
            license: record.license.clone().filter(|_| !record.is_resyncing),
            is_end_known: false,
            has_been_at_end: record.at_end && !record.is_resyncing,
            newest: None,
            until,
            last_success: record.last_success,
            recorded_at: record.last_success,
            resynced_at: record.resynced_at,
            owes_resync: record.owes_resync,
            has_occurrences: record.has_occurrences,
            spoiled: 0,
            quiet_since: harvester.clock.now(),
            writing: Arc::default(),
        })
    }

    /// Returns what is held while a page is being written, or a resync begun.
    pub(super) fn writing(&self) -> Arc<Mutex<()>> {
        Arc::clone(&self.writing)
    }

    /// Returns the address of the first page.
    pub(super) fn first(&self) -> &Url {
        &self.first
    }

    /// Follows the feed.
    pub(super) async fn run(&mut self) -> Followed {
        if let Err(error) = self.make_up_for_absence().await {
            warn!(error = with_causes(&error), "resync not begun");
        }
        let mut answer = self.read(self.url.clone()).await;
        loop {
            let step = match self.take(answer).await {
                Ok(step) => step,
                Err(error) => self.fail(&error).await,
            };
            answer = match step {
                Step::Take(answer) => answer,
                Step::Wait(wait) => {
                    self.pause(wait).await;
                    self.read(self.url.clone()).await
                }
                Step::Done(followed) => return followed,
            };
        }
    }

    pub(super) async fn ask(&self, url: Url) -> Result<Response, FetchError> {
        let mut request = Request::new(url);
        request.headers.clone_from(&self.settings.headers);
        request.validators = self.validators.clone();
        let answer = self.harvester.fetcher.get(request).await;
        self.harvester.board.answered(self.feed, &answer);
        answer
    }

    async fn take(&mut self, answer: Result<Answer, PageError>) -> Result<Step, PageError> {
        let answer = answer?;
        if self.make_up_for_absence().await? {
            return Ok(Step::Wait(Duration::ZERO));
        }
        match answer {
            Answer::NotModified { max_age } => Ok(self.still_at_end(max_age).await?),
            Answer::Page(page) => self.take_page(*page).await,
        }
    }

    /// Writes a page while the next one is asked for and read.
    async fn take_page(&mut self, taken: Taken) -> Result<Step, PageError> {
        let Taken { page, validators, max_age, at, turn } = taken;
        if self.is_reset(&page) {
            self.resync("a whole page is older than the one before it").await?;
            return Ok(Step::Wait(Duration::ZERO));
        }
        let is_new_license = self.is_new_license(&page);
        self.note(&page);
        let item_count = page.item_count;
        let next = next_of(&self.url, page.next.as_deref(), item_count, &self.settings.hosts);
        let is_last = next == Next::Last;
        if is_last && self.is_end_known && page.changes.is_empty() && !is_new_license {
            self.validators = validators;
            return Ok(self.still_at_end(max_age).await?);
        }
        self.is_end_known = is_last;
        let is_end = self.is_end(&next);
        let cursor = match &next {
            Next::Page(url) => url.clone(),
            Next::Last | Next::Blocked(_) => self.url.clone(),
        };
        if item_count > 0 {
            // Said before anything is written: losses are judged only once more pages are not expected.
            self.enter(FeedState::CatchingUp);
        }
        let commit = self.commit(page, &cursor, is_end, turn);
        let step = match next {
            Next::Page(url) => {
                if !self.visited.insert(self.url.clone()) || self.visited.len() > MAX_PAGES {
                    self.committed(&commit.await?);
                    self.circles += 1;
                    self.empty_pages = 0;
                    return Err(PageError::Blocked("the pages lead round in a circle".to_owned()));
                }
                self.validators = Validators::default();
                if is_end {
                    let outcome = commit.await?;
                    self.url = url;
                    // How long this page may be kept says nothing of the next one.
                    self.at_last_page(&outcome, item_count, None).await?
                } else {
                    let (committed, answer) = tokio::join!(commit, self.read(url.clone()));
                    self.committed(&committed?);
                    self.url = url;
                    self.show(FeedState::CatchingUp, item_count);
                    Step::Take(answer)
                }
            }
            Next::Last => {
                let outcome = commit.await?;
                self.validators = validators;
                self.at_last_page(&outcome, item_count, max_age).await?
            }
            Next::Blocked(reason) => {
                self.committed(&commit.await?);
                return Err(PageError::Blocked(reason));
            }
        };
        self.went_well(at);
        self.recorded_at = Some(at);
        Ok(step)
    }

    /// Tells whether a page is the end of the feed: the last page, or one without an item of a feed that leads on from
    /// one of these to the next for ever. Whether a feed does so is found out here.
    fn is_end(&mut self, next: &Next) -> bool {
        match next {
            Next::Last => {
                self.leads_on = false;
                true
            }
            Next::Page(_) => {
                if !self.leads_on && self.empty_pages > MAX_EMPTY_PAGES {
                    info!(
                        pages = self.empty_pages,
                        "the feed leads on without an item; this is its end"
                    );
                    self.leads_on = true;
                }
                let enough = match self.until {
                    Until::End => EMPTY_PAGES_OF_A_RUN,
                    Until::Cancelled => 1,
                };
                self.leads_on && self.empty_pages >= enough
            }
            Next::Blocked(_) => false,
        }
    }

    /// Tells whether a page names a licence that the store does not know yet.
    fn is_new_license(&self, page: &ReadPage) -> bool {
        let is_known =
            |named| self.license.as_deref().is_some_and(|known| is_same_license(known, named));
        page.license.as_deref().is_some_and(|named| !is_known(named))
    }

    /// Notes what a page tells of its feed.
    fn note(&mut self, page: &ReadPage) {
        self.newest = page.newest.clone().or_else(|| self.newest.take());
        self.count(page);
        let is_occurrence = |change: &ItemChange| matches!(change, ItemChange::Occurrence(_));
        self.has_occurrences |= page.changes.iter().any(is_occurrence);
        let is_empty = page.item_count == 0;
        self.empty_pages = if is_empty { self.empty_pages.saturating_add(1) } else { 0 };
        if page.license.is_some() {
            self.license.clone_from(&page.license);
        }
    }

    fn went_well(&mut self, at: DateTime<Utc>) {
        self.failures = 0;
        self.times_refused = 0;
        self.last_success = Some(at);
    }

    /// Asks for a page and reads it.
    async fn read(&self, url: Url) -> Result<Answer, PageError> {
        let body = match self.ask(url).await? {
            Response::NotModified { max_age } => return Ok(Answer::NotModified { max_age }),
            Response::Body(body) => body,
        };
        let turn = Arc::clone(&self.harvester.pages).acquire_owned().await;
        let turn = turn.map_err(|_closed| PageError::Stopping)?;
        let at = self.harvester.clock.now();
        let page = self.read_body(body.bytes, at).await?;
        let (validators, max_age) = (body.validators, body.max_age);
        Ok(Answer::Page(Box::new(Taken { page, validators, max_age, at, turn })))
    }

    async fn read_body(&self, body: Bytes, now: DateTime<Utc>) -> Result<ReadPage, PageError> {
        let trusts_uris = self.settings.trusts_uris;
        if body.len() <= SMALL_PAGE {
            let source_key = &self.settings.record.publisher;
            return Ok(read_page(&body, Scope { source_key, trusts_uris }, now)?);
        }
        let publisher = self.settings.record.publisher.clone();
        let read = tokio::task::spawn_blocking(move || {
            read_page(&body, Scope { source_key: &publisher, trusts_uris }, now)
        });
        Ok(read.await.map_err(|error| unread(&error))??)
    }

    /// The end was reached: what can be judged only now is judged.
    async fn at_last_page(
        &mut self,
        outcome: &PageOutcome,
        item_count: usize,
        max_age: Option<Duration>,
    ) -> Result<Step, StoreError> {
        self.committed(outcome);
        self.show(FeedState::Live, item_count);
        self.harvester.changed.notify_one();
        self.visited.clear();
        self.circles = 0;
        self.has_been_at_end = true;
        let spoiled = std::mem::take(&mut self.spoiled);
        let guard = self.harvester.gate.load().guard;
        match guard.objection_to_spoiled(spoiled, outcome.items) {
            Some(reason) => self.hold(reason).await,
            None => Ok(self.at_end(max_age)),
        }
    }

    fn commit(
        &self,
        page: ReadPage,
        cursor: &Url,
        is_end: bool,
        turn: OwnedSemaphorePermit,
    ) -> impl Future<Output = Result<PageOutcome, StoreError>> + use<> {
        let commit = PageCommit {
            feed: self.feed,
            cursor: cursor.to_string(),
            license: page.license,
            is_last: is_end,
            leads_on: self.leads_on,
            now: self.harvester.clock.now(),
            changes: page.changes,
        };
        let (store, changed) =
            (Arc::clone(&self.harvester.store), Arc::clone(&self.harvester.changed));
        let (writing, tasks) = (Arc::clone(&self.writing), self.harvester.tasks.clone());
        async move {
            let held = writing.lock_owned().await;
            // A task of its own, which goes on when the poller is told to stop.
            let written = tasks.spawn(async move {
                let outcome = store.commit_page(commit).await;
                drop((held, turn));
                outcome
            });
            let outcome = written.await.unwrap_or(Err(StoreError::Closed))?;
            debug!(?outcome, "page committed");
            changed.notify_one();
            Ok(outcome)
        }
    }

    fn count(&self, page: &ReadPage) {
        self.harvester.board.update(self.feed, |status| {
            for (code, count) in &page.counts {
                *status.counts.entry(*code).or_default() += count;
            }
        });
    }

    fn committed(&mut self, outcome: &PageOutcome) {
        if outcome.changed + outcome.deleted + outcome.vanished > 0 {
            self.quiet_since = self.harvester.clock.now();
        }
        self.spoiled += outcome.spoiled;
        if outcome.vanished > 0 {
            info!(items = outcome.vanished, "dropped what a resync did not find again");
        }
        self.harvester.board.update(self.feed, |status| {
            status.unusable += outcome.unusable;
            status.trouble = None;
        });
    }

    /// The last page brought nothing new: there is nothing to write, unless a failure is to be cleared
    /// or it is a while ago that it was written down.
    async fn still_at_end(&mut self, max_age: Option<Duration>) -> Result<Step, StoreError> {
        let at = self.harvester.clock.now();
        let is_recorded = self.recorded_at.is_some_and(|known| (at - known).abs() < RECORD_EVERY);
        if self.failures > 0 || !is_recorded {
            self.harvester.store.update_feed(self.feed, FeedUpdate::Unchanged { at }).await?;
            self.recorded_at = Some(at);
        }
        self.went_well(at);
        self.show(FeedState::Live, 0);
        Ok(self.at_end(max_age))
    }

    fn at_end(&self, max_age: Option<Duration>) -> Step {
        match self.until {
            Until::End => Step::Done(Followed::End),
            Until::Cancelled => {
                let least = self.settings.policy.min_poll_secs.map(Duration::from_secs);
                let configured = self.harvester.poll_interval.max(least.unwrap_or_default());
                let quiet_for = self.harvester.clock.now() - self.quiet_since;
                let quiet_for = quiet_for.to_std().unwrap_or_default();
                Step::Wait(patience::at_end(configured, quiet_for, max_age))
            }
        }
    }

    /// Pauses the feed until the operator has looked at it.
    async fn hold(&self, reason: String) -> Result<Step, StoreError> {
        warn!(reason, "drop guard paused the feed");
        let update = FeedUpdate::Paused { reason: reason.clone(), is_guarded: true };
        self.harvester.store.update_feed(self.feed, update).await?;
        self.enter(FeedState::Paused);
        self.harvester.feeds_changed.notify_one();
        Ok(Step::Done(Followed::Failed(format!("paused: {reason}"))))
    }

    async fn pause(&self, wait: Duration) {
        let now = self.harvester.clock.now();
        let wait = patience::together(now, wait);
        let until = now + TimeDelta::from_std(wait).unwrap_or(TimeDelta::hours(1));
        self.harvester.board.update(self.feed, |status| status.next_poll = Some(until));
        tokio::time::sleep(wait).await;
        self.harvester.board.update(self.feed, |status| status.next_poll = None);
    }

    /// Shows that a page was read.
    fn show(&self, state: FeedState, items: usize) {
        let now = self.harvester.clock.now();
        self.harvester.board.update(self.feed, |status| {
            status.pages += 1;
            status.items += items as u64;
            status.last_success = Some(now);
            status.is_filling = !self.has_been_at_end;
        });
        self.enter(state);
    }

    /// Shows the state the feed is in now.
    pub(super) fn enter(&self, state: FeedState) {
        let before = self.harvester.board.update(self.feed, |status| {
            status.state = state;
            status.is_filling &= state == FeedState::CatchingUp;
        });
        if before != state {
            info!(from = before.as_str(), to = state.as_str(), "feed state changed");
        }
    }
}

/// Tells why a page was not read to its end: the program stops, or has a defect.
fn unread(error: &JoinError) -> PageError {
    if error.is_panic() {
        PageError::Blocked("reading the page failed by a defect of this program".to_owned())
    } else {
        PageError::Stopping
    }
}

#[cfg(test)]
mod tests {
    use tokio::task::JoinSet;

    use super::*;

    #[tokio::test]
    async fn a_page_that_cannot_be_read_by_a_defect_does_not_end_its_poller() {
        let read = tokio::task::spawn_blocking(|| panic!("a defect"));
        assert!(matches!(unread(&read.await.unwrap_err()), PageError::Blocked(_)));
        let mut tasks = JoinSet::new();
        tasks.spawn(std::future::pending::<()>());
        tasks.abort_all();
        let stopped = tasks.join_next().await.unwrap().unwrap_err();
        assert!(matches!(unread(&stopped), PageError::Stopping));
    }
}
