//! A feed to be followed, and what following it needs.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use reqwest::header::HeaderName;
use reqwest::header::HeaderValue;
use tokio::sync::Notify;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;
use tracing::info_span;

use super::board::Board;
use super::gate::Gate;
use super::poller::Poller;
use crate::clock::Clock;
use crate::config::Policy;
use crate::config::without_secrets;
use crate::fetch::Endpoint;
use crate::fetch::Fetcher;
use crate::store::FeedRecord;
use crate::store::Store;

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
    /// How much a feed may lose.
    pub gate: Arc<ArcSwap<Gate>>,
    /// Woken when a feed is to be paused.
    pub feeds_changed: Arc<Notify>,
    /// Where tasks are tracked.
    pub tasks: TaskTracker,
    /// Held from when a page is read until it is written. The store takes one after the other, or a few side by
    /// side; more of them would only take room while they wait. A feed holds two at most.
    pub pages: Arc<Semaphore>,
}

/// How many pages are read and written at a time.
pub const PAGES_AT_ONCE: usize = 16;

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
    /// What the feed is held to as time goes by.
    pub policy: Policy,
}

impl std::fmt::Debug for FeedSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FeedSettings")
            .field("url", &without_secrets(&self.record.url))
            .finish_non_exhaustive()
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

/// Follows a feed from where the store says.
pub async fn follow(
    harvester: &Harvester,
    settings: &FeedSettings,
    until: Until,
    stop: &CancellationToken,
) -> Followed {
    let Some(mut poller) = Poller::new(harvester, settings, until) else {
        return Followed::Failed("what the store holds of it is not a web address".to_owned());
    };
    let writing = poller.writing();
    let span = info_span!("feed", url = %Endpoint::of(poller.first()));
    tokio::select! {
        () = stop.cancelled() => {
            // What is being written is written before anybody believes that this has ended: it would move
            // a cursor that somebody else has set meanwhile.
            drop(writing.lock().await);
            Followed::Cancelled
        }
        followed = poller.run().instrument(span) => followed,
    }
}
