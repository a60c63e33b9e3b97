//! The bundled sample publisher of `baton demo`: an OpenActive publisher of an invented Bristol.
//!
//! Five datasets in the shapes of well-known publishers, served as RPDE 1.0, so that the gateway can
//! be tried without a network. People, organisations and links are invented: domains, telephone
//! numbers and meeting ids are ones nobody has. Vocabulary terms and postcodes are real.
//!
//! The module reads no clock and starts no task. Its caller says what time it is and when the next
//! edit happens.
//!
//! Specification: <https://openactive.io/realtime-paged-data-exchange/>.

mod calendar;
mod concept;
mod courses;
mod dataset;
mod edits;
mod feed;
mod leisure;
mod online;
mod open_sessions;
mod opportunity;
mod server;
mod site;
mod sportsuite;
mod venues;

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use chrono::DateTime;
use chrono::Utc;
use serde_json::json;

use self::calendar::Calendar;
use self::feed::Cut;
use self::feed::Feed;
use self::feed::Position;

/// The sample publisher; clones share their data.
#[derive(Debug, Clone)]
pub struct SamplePublisher {
    base_url: Arc<str>,
    // A std mutex: nothing awaits while it is held.
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    feeds: Vec<Feed>,
    ticks: usize,
    /// The time the caller told last: that of edits made over HTTP.
    now: DateTime<Utc>,
}

/// One feed of the sample publisher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleFeed {
    /// Key of the publisher, such as `open-sessions`: also the path of its dataset site.
    pub publisher_key: &'static str,
    /// Name of the publisher.
    pub publisher_name: &'static str,
    /// Address of the first page.
    pub url: String,
}

impl SamplePublisher {
    /// Returns a publisher whose data starts at `now` and whose links start with `base_url`, such as
    /// `http://127.0.0.1:8081`.
    pub fn new(base_url: &str, now: DateTime<Utc>) -> Self {
        let calendar = Calendar::new(now);
        let feeds = dataset::listings()
            .map(|(_, listing)| Feed::new(listing, (listing.drafts)(calendar), now))
            .collect();
        Self {
            base_url: Arc::from(base_url.trim_end_matches('/')),
            state: Arc::new(Mutex::new(State { feeds, ticks: 0, now })),
        }
    }

    /// Makes the next edit, as of `now`; meant to be called every 20 seconds.
    ///
    /// In turn: a class moves, a price changes, a session is cancelled or not, a group lists itself,
    /// a programme is deleted or comes back. The same number of calls leads to the same edits.
    pub fn tick(&self, now: DateTime<Utc>) {
        let mut state = self.lock();
        let tick = state.ticks;
        state.ticks += 1;
        state.now = now;
        edits::apply(&mut state.feeds, tick, now);
    }

    /// Returns the routes: feeds, dataset sites and the edit by hand.
    pub fn router(&self) -> axum::Router {
        server::router(self.clone())
    }

    /// Returns all feeds, in the order in which the dataset sites list them.
    pub fn feeds(&self) -> Vec<SampleFeed> {
        let sample_feed = |(dataset, listing): (&dataset::Dataset, &dataset::Listing)| SampleFeed {
            publisher_key: dataset.key,
            publisher_name: dataset.publisher,
            url: format!("{}{}", self.base_url, listing.path),
        };
        dataset::listings().map(sample_feed).collect()
    }

    /// Renames the first community series.
    fn rename(&self, name: &str) {
        let mut state = self.lock();
        let now = state.now;
        let id = open_sessions::series_id(0);
        if let Some(feed) = feed::find(&mut state.feeds, open_sessions::SERIES) {
            feed.edit(&id, now, &|data| data["name"] = json!(name));
        }
    }

    /// Returns a page of the feed at that path, or nothing when no feed is there.
    fn cut(&self, path: &str, after: Option<&Position>) -> Option<Cut> {
        let mut state = self.lock();
        feed::find(&mut state.feeds, path).map(|feed| feed.cut(after))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere cannot leave half an edit behind that would break a page.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
