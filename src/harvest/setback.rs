//! What a poller does when a page could not be had or kept.

use std::time::Duration;

use tracing::error;
use tracing::warn;

use super::board::FeedState;
use super::feed::Followed;
use super::feed::Until;
use super::patience;
use super::poller::PageError;
use super::poller::Poller;
use super::poller::Step;
use super::resync::Anew;
use super::resync::is_refusal;
use crate::causes::with_causes;
use crate::fetch::FetchError;
use crate::fetch::Validators;
use crate::store::FeedUpdate;
use crate::store::StoreError;

/// How often a page is asked for when the feed is read once.
const TRIES_ONCE: u32 = 3;

/// How long to wait between tries when the feed is read once and the publisher asks for no longer wait.
const WAIT_ONCE: Duration = Duration::from_secs(2);

/// The longest wait that a publisher may ask for when the feed is read once.
const LONGEST_WAIT_ONCE: Duration = Duration::from_mins(2);

/// What is said of a feed whose publisher has begun it anew, when it was read again only lately.
const TOO_SOON: &str = "; the feed begins anew and will be read again from its first page once its policy \
                        allows";

/// How often it is tried whether the store can be written again.
const STORE_WAIT: Duration = Duration::from_secs(5);

impl Poller<'_> {
    /// Records a failure and decides how long to wait, or to give up.
    pub(super) async fn fail(&mut self, error: &PageError) -> Step {
        self.validators = Validators::default();
        self.visited.clear();
        // Whether the last page was written is not known; it is once more.
        self.is_end_known = false;
        match error {
            PageError::Stopping => Step::Done(Followed::Cancelled),
            PageError::Store(error) => self.wait_for_store(error).await,
            other => self.blame_publisher(other).await,
        }
    }

    /// The publisher did nothing wrong, and is left alone until the store can be written again.
    async fn wait_for_store(&mut self, failed: &StoreError) -> Step {
        if matches!(failed, StoreError::Lost) {
            // Whoever has the feed now goes on with it, or this process does under another lease.
            return Step::Done(Followed::Cancelled);
        }
        let reason = with_causes(failed);
        if self.until == Until::End {
            return Step::Done(Followed::Failed(reason));
        }
        error!(error = reason, "store failed; the feed waits until it can be written");
        let told = reason.clone();
        self.harvester.board.update(self.feed, |status| status.trouble = Some(told));
        self.enter(FeedState::BackingOff);
        loop {
            tokio::time::sleep(STORE_WAIT).await;
            let update = FeedUpdate::Failed { error: reason.clone(), stopped: None };
            match self.harvester.store.update_feed(self.feed, update).await {
                Ok(()) => {
                    // The page that could not be kept is asked for again, no more often than at a feed's
                    // end: it may be too large where this note was not.
                    self.failures = self.failures.max(1);
                    return Step::Wait(STORE_WAIT);
                }
                Err(StoreError::Lost) => return Step::Done(Followed::Cancelled),
                Err(_) => {}
            }
        }
    }

    async fn blame_publisher(&mut self, error: &PageError) -> Step {
        self.failures += 1;
        let (status, retry_after) = match error {
            PageError::Fetch(error) => (error.status(), error.retry_after()),
            _ => (None, None),
        };
        // Why a name cannot be resolved is said five times over by the libraries below.
        let mut text = match error {
            PageError::Fetch(error @ FetchError::Dns { .. }) => error.to_string(),
            other => with_causes(other),
        };
        self.times_refused = if is_refusal(status) { self.times_refused + 1 } else { 0 };
        let mut stopped = None;
        if self.times_refused >= patience::GONE_LIMIT {
            match self.begin_anew().await {
                Ok(Anew::Begun) => return Step::Wait(Duration::ZERO),
                Ok(Anew::TooSoon) => text.push_str(TOO_SOON),
                Ok(Anew::No) if status != Some(400) => {
                    stopped = Some("the publisher says the feed is gone".to_owned());
                }
                Ok(Anew::No | Anew::Unknown) => {}
                Err(error) => return self.wait_for_store(&error).await,
            }
        }
        let is_stopped = stopped.is_some();
        let update = FeedUpdate::Failed { error: text.clone(), stopped };
        if let Err(error) = self.harvester.store.update_feed(self.feed, update).await {
            warn!(error = with_causes(&error), "feed state not recorded");
        }
        // Pages of a circle are read without a failure, so rounds count for themselves.
        let failures = self.failures.max(self.circles);
        let wait = patience::after_failure(failures, status, retry_after);
        if self.until == Until::End {
            let is_sent_away = retry_after.is_some_and(|asked| asked > LONGEST_WAIT_ONCE);
            let is_blocked = matches!(error, PageError::Blocked(_));
            if self.failures >= TRIES_ONCE || is_stopped || is_blocked || is_sent_away {
                return Step::Done(Followed::Failed(text));
            }
            return Step::Wait(wait.min(retry_after.unwrap_or_default().max(WAIT_ONCE)));
        }
        warn!(error = text, failures = self.failures, "feed failed");
        if is_stopped {
            self.enter(FeedState::Stopped);
            return Step::Done(Followed::Failed(text));
        }
        self.enter(FeedState::BackingOff);
        // What was lost so far is judged now: nobody knows when the rest comes.
        self.harvester.changed.notify_one();
        Step::Wait(wait)
    }
}
