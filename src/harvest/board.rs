//! How each feed is doing right now: what the store does not need to remember.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;

use chrono::DateTime;
use chrono::Utc;

use crate::fetch::FetchError;
use crate::fetch::Response;
use crate::quality::Code;
use crate::store::FeedId;
use crate::store::FeedRecord;

/// The state of a feed, as operators see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FeedState {
    /// Not asked yet since the program started.
    #[default]
    Starting,
    /// Reading pages that are already there.
    CatchingUp,
    /// At the end, asking for news now and then.
    Live,
    /// The last request failed; it will be tried again.
    BackingOff,
    /// Given up: the publisher says the feed is gone, or leads somewhere it must not.
    Stopped,
    /// Held by the operator or by a guard.
    Paused,
}

impl FeedState {
    /// Tells whether more pages are expected right now.
    pub(super) fn is_reading(self) -> bool {
        matches!(self, Self::Starting | Self::CatchingUp)
    }

    /// Returns the state of a feed that another process follows, by what the store knows of it.
    pub fn as_stored(record: &FeedRecord) -> Self {
        match record {
            FeedRecord { paused: Some(_), .. } => Self::Paused,
            FeedRecord { stopped: Some(_), .. } => Self::Stopped,
            FeedRecord { failures: 1.., .. } => Self::BackingOff,
            FeedRecord { is_caught_up: true, is_resyncing: false, .. } => Self::Live,
            FeedRecord { pages: 0, .. } => Self::Starting,
            _ => Self::CatchingUp,
        }
    }

    /// Returns the word for the state.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::CatchingUp => "catching_up",
            Self::Live => "live",
            Self::BackingOff => "backing_off",
            Self::Stopped => "stopped",
            Self::Paused => "paused",
        }
    }
}

/// How a feed is doing right now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FeedStatus {
    /// Its state.
    pub state: FeedState,
    /// Whether it is being read for the first time, or again from its first page, and more pages are there
    /// already.
    pub is_filling: bool,
    /// When it is asked next.
    pub next_poll: Option<DateTime<Utc>>,
    /// Pages read since the program started.
    pub pages: u64,
    /// Items read since the program started.
    pub items: u64,
    /// When the publisher last answered well.
    pub last_success: Option<DateTime<Utc>>,
    /// What keeps this program from reading on, through no fault of the publisher: a full disk.
    pub trouble: Option<String>,
    /// Bytes of pages read since the program started, unpacked.
    pub bytes: u64,
    /// How often the publisher answered with a status of 200 to 299, 300 to 399 and so on, and last how
    /// often no answer came.
    pub answers: [u64; 5],
    /// Items that could not be used since the program started.
    pub unusable: u64,
    /// What was found since the program started in items that no service's findings tell of.
    pub counts: BTreeMap<Code, u64>,
}

/// How all feeds are doing right now.
#[derive(Debug, Default)]
pub struct Board(Mutex<HashMap<FeedId, FeedStatus>>);

impl Board {
    /// Returns how a feed is doing.
    pub fn status(&self, feed: FeedId) -> FeedStatus {
        let board = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        board.get(&feed).cloned().unwrap_or_default()
    }

    /// Returns how every feed that was ever shown is doing.
    pub fn all(&self) -> HashMap<FeedId, FeedStatus> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the feeds that are being read for the first time, or again from their first page, and of which more
    /// pages are there already.
    pub(super) fn filling(&self) -> Vec<FeedId> {
        let board = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        board.iter().filter(|(_, status)| status.is_filling).map(|(feed, _)| *feed).collect()
    }

    /// Tells whether there is such a feed.
    pub(super) fn is_filling(&self) -> bool {
        !self.filling().is_empty()
    }

    /// Counts an answer of the publisher.
    pub(super) fn answered(&self, feed: FeedId, answer: &Result<Response, FetchError>) {
        let (class, bytes) = match answer {
            Ok(Response::Body(body)) => (0, body.bytes.len()),
            Ok(Response::NotModified { .. }) => (1, 0),
            Err(error) => match error.status() {
                Some(300..=399) => (1, 0),
                Some(400..=499) => (2, 0),
                Some(_) => (3, 0),
                None => (4, 0),
            },
        };
        self.update(feed, |status| {
            status.bytes += bytes as u64;
            status.answers[class] += 1;
        });
    }

    /// Shows that a feed is about to be asked.
    pub fn begin(&self, feed: FeedId) {
        self.update(feed, |status| status.state = FeedState::Starting);
    }

    /// Returns the state of a feed, whoever follows it.
    pub(super) fn state(&self, record: &FeedRecord) -> FeedState {
        let board = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        board.get(&record.id).map_or_else(|| FeedState::as_stored(record), |status| status.state)
    }

    /// Shows nothing any more of other feeds than these: another process follows them, or nobody does.
    pub fn retain(&self, is_followed: impl Fn(FeedId) -> bool) {
        let mut board = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        board.retain(|feed, _| is_followed(*feed));
    }

    /// Shows that a feed is not asked.
    pub fn pause(&self, feed: FeedId) {
        self.update(feed, |status| {
            status.state = FeedState::Paused;
            status.is_filling = false;
            status.next_poll = None;
        });
    }

    /// Changes how a feed is doing; returns its state before.
    pub(super) fn update(&self, feed: FeedId, change: impl FnOnce(&mut FeedStatus)) -> FeedState {
        let mut board = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let status = board.entry(feed).or_default();
        let before = status.state;
        change(status);
        before
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store;
    use crate::store::FeedSpec;

    #[tokio::test]
    async fn a_feed_of_another_process_is_live_while_its_last_page_is_the_one_read_last() {
        let store = store::open("sqlite::memory:").await.unwrap();
        let url = "https://one.example.org/feed".to_owned();
        let feeds = vec![FeedSpec { publisher: "one".to_owned(), url }];
        let unread = store.sync_feeds(feeds).await.unwrap().remove(0);
        let read = FeedRecord { pages: 5, at_end: true, is_caught_up: true, ..unread.clone() };
        let state = |record| FeedState::as_stored(&record);
        assert_eq!(state(unread), FeedState::Starting);
        assert_eq!(state(read.clone()), FeedState::Live);
        let more = FeedRecord { is_caught_up: false, ..read.clone() };
        assert_eq!(state(more), FeedState::CatchingUp);
        assert_eq!(state(FeedRecord { is_resyncing: true, ..read }), FeedState::CatchingUp);
    }
}
