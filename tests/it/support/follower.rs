//! A feed that is followed without a gateway, into a store of the test's own.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use baton::clock::Clock;
use baton::config::Policy;
use baton::fetch::FetchConfig;
use baton::fetch::Fetcher;
use baton::harvest::FeedSettings;
use baton::harvest::Followed;
use baton::harvest::Gate;
use baton::harvest::Guard;
use baton::harvest::Harvester;
use baton::harvest::PAGES_AT_ONCE;
use baton::harvest::Until;
use baton::harvest::follow;
use baton::store::FeedRecord;
use baton::store::FeedSpec;
use baton::store::Store;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::gateway::PATIENCE;

/// Has a store know a feed and returns what it knows.
pub(crate) async fn feed(store: &Arc<dyn Store>, url: &str) -> FeedRecord {
    let spec = FeedSpec { publisher: "one".to_owned(), url: url.to_owned() };
    store.sync_feeds(vec![spec]).await.unwrap().remove(0)
}

/// Follows a feed until told to stop, or until it ends by itself. What it begins is tracked with `tasks`.
pub(crate) async fn followed(
    store: Arc<dyn Store>,
    record: FeedRecord,
    tasks: TaskTracker,
    stop: CancellationToken,
) -> Followed {
    let fetcher = Fetcher::new(FetchConfig {
        contact: None,
        timeout: PATIENCE,
        max_body_bytes: 1_000_000,
        allow_private_networks: true,
    });
    let guard = Guard { loss_percent: 50, least_services: 10, window: Duration::from_hours(24) };
    let gate = Gate { guard, needs_license: HashSet::new() };
    let harvester = Harvester {
        fetcher: Arc::new(fetcher.unwrap()),
        store,
        board: Arc::default(),
        changed: Arc::default(),
        clock: Clock::default(),
        poll_interval: Duration::from_secs(1),
        gate: Arc::new(ArcSwap::from_pointee(gate)),
        feeds_changed: Arc::default(),
        tasks,
        pages: Arc::new(Semaphore::new(PAGES_AT_ONCE)),
    };
    let settings = FeedSettings {
        record,
        headers: Vec::new(),
        hosts: Vec::new(),
        trusts_uris: true,
        policy: Policy::default(),
    };
    follow(&harvester, &settings, Until::Cancelled, &stop).await
}
