//! How each feed is doing right now: what the store does not need to remember.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;

use chrono::DateTime;
use chrono::Utc;

use crate::store::FeedId;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FeedStatus {
    /// Its state.
    pub state: FeedState,
    /// When it is asked next.
    pub next_poll: Option<DateTime<Utc>>,
    /// Pages read since the program started.
    pub pages: u64,
    /// Items read since the program started.
    pub items: u64,
    /// When the publisher last answered well.
    pub last_success: Option<DateTime<Utc>>,
}

/// How all feeds are doing right now.
#[derive(Debug, Default)]
pub struct Board(Mutex<HashMap<FeedId, FeedStatus>>);

impl Board {
    /// Returns how a feed is doing.
    pub fn status(&self, feed: FeedId) -> FeedStatus {
        let board = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        board.get(&feed).copied().unwrap_or_default()
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
