//! When a feed is read again from its first page without being told to: after an absence longer than
//! tombstones live, and when its publisher seems to have begun it anew. RPDE has no signal for the latter.
//!
//! Specification: <https://openactive.io/realtime-paged-data-exchange/#lifespan>.

use std::sync::Arc;

use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;
use tracing::info;

use super::page::ReadPage;
use super::poller::Poller;
use super::poller::RECORD_EVERY;
use crate::fetch::Response;
use crate::fetch::Validators;
use crate::openactive::Page;
use crate::store::FeedUpdate;
use crate::store::StoreError;

/// How long publishers keep tombstones: whoever was away for longer has missed some.
const TOMBSTONE_LIFE: TimeDelta = TimeDelta::days(7);

/// How long those of slots are kept, of which there are many. Sessions look the same once they are stored.
const SLOT_TOMBSTONE_LIFE: TimeDelta = TimeDelta::days(2);

/// Why a feed is read again that was not asked for long.
const AWAY: &str = "away for longer than publishers keep tombstones";

/// Whether a publisher that refuses the page to be read next still has the first one.
pub(super) enum Anew {
    /// It has not, or the first page is the one it refuses.
    No,
    /// It did not say: the first page could not be had just now.
    Unknown,
    /// It has, and reading goes on there.
    Begun,
    /// It has, but it is too soon to read everything again.
    TooSoon,
}

/// Tells whether a publisher says that it does not have a page.
pub(super) fn is_refusal(status: Option<u16>) -> bool {
    matches!(status, Some(400 | 404 | 410))
}

impl Poller<'_> {
    /// Begins a resync where tombstones may have been missed, and tells whether it has. Where it is too soon for one,
    /// it is owed: that is remembered, for once the feed is read nobody sees any more how long it was not.
    pub(super) async fn make_up_for_absence(&mut self) -> Result<bool, StoreError> {
        if !self.owes_resync && !self.is_away_too_long() {
            return Ok(false);
        }
        if self.may_resync() {
            self.resync(AWAY).await?;
            return Ok(true);
        }
        if !self.owes_resync {
            self.harvester.store.update_feed(self.feed, FeedUpdate::OwesResync).await?;
            self.owes_resync = true;
        }
        Ok(false)
    }

    /// Tells whether tombstones may have been missed. When the clock was put back, nobody knows how long ago the
    /// last time was.
    fn is_away_too_long(&self) -> bool {
        let now = self.harvester.clock.now();
        let is_wrong = |at: DateTime<Utc>| at - now > RECORD_EVERY;
        let life = if self.has_occurrences { SLOT_TOMBSTONE_LIFE } else { TOMBSTONE_LIFE };
        self.last_success.is_some_and(|at| now - at > life || is_wrong(at))
    }

    /// Tells whether the last resync is as long ago as the policy asks.
    fn may_resync(&self) -> bool {
        let now = self.harvester.clock.now();
        let days = i64::try_from(self.settings.policy.resync_days).unwrap_or(i64::MAX);
        let least = TimeDelta::try_days(days).unwrap_or(TimeDelta::MAX);
        self.resynced_at.is_none_or(|at| at > now || now - at > least)
    }

    /// Begins at the first page again; what is not found again is dropped at the end.
    pub(super) async fn resync(&mut self, why: &'static str) -> Result<(), StoreError> {
        let at = self.harvester.clock.now();
        let (store, feed) = (Arc::clone(&self.harvester.store), self.feed);
        let held = self.writing().lock_owned().await;
        // A task of its own, like that of a page: begun after the poller has ended, it would have what the next one
        // does not read again dropped.
        let begun = self.harvester.tasks.spawn(async move {
            let begun = store.update_feed(feed, FeedUpdate::Resync { at }).await;
            drop(held);
            begun
        });
        begun.await.unwrap_or(Err(StoreError::Closed))?;
        info!(why, "reading the feed again from its first page");
        self.resynced_at = Some(at);
        self.last_success = Some(at);
        self.url = self.first.clone();
        self.validators = Validators::default();
        self.visited.clear();
        self.is_end_known = false;
        self.owes_resync = false;
        self.has_been_at_end = false;
        self.newest = None;
        self.times_refused = 0;
        // What was known of the end is found out anew: what it keeps from being read would be dropped.
        self.empty_pages = 0;
        self.leads_on = false;
        self.license = None;
        Ok(())
    }

    /// Tells whether a feed that was read to its end goes back: all of a page is older than the page
    /// before it. Feeds that never were in order show that while they are read for the first time.
    pub(super) fn is_reset(&self, page: &ReadPage) -> bool {
        let goes_back = match (&page.newest, &self.newest) {
            (Some(present), Some(before)) => present.compare(before).is_lt(),
            _ => false,
        };
        goes_back && self.has_been_at_end && self.may_resync()
    }

    /// A publisher that refuses the page to be read next again and again, but has the first one, has begun
    /// the feed anew.
    pub(super) async fn begin_anew(&mut self) -> Result<Anew, StoreError> {
        if self.url == *self.first() {
            return Ok(Anew::No);
        }
        let body = match self.ask(self.first().clone()).await {
            Ok(Response::Body(body)) => body,
            Err(error) if is_refusal(error.status()) => return Ok(Anew::No),
            _ => return Ok(Anew::Unknown),
        };
        let is_page = tokio::task::spawn_blocking(move || Page::parse(&body.bytes).is_ok());
        if !is_page.await.unwrap_or_default() {
            return Ok(Anew::Unknown);
        }
        if !self.may_resync() {
            return Ok(Anew::TooSoon);
        }
        self.resync("the publisher no longer has the page to be read next").await?;
        Ok(Anew::Begun)
    }
}
