//! Holding feeds to the policies of their publishers: what is stale is withdrawn, what was deleted goes,
//! what came through a feed that is no longer configured is dropped.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;
use tokio_util::sync::CancellationToken;
use tracing::error;
use tracing::info;
use tracing::warn;

use super::App;
use crate::causes::with_causes;
use crate::config::Config;
use crate::config::Policy;
use crate::config::without_secrets;
use crate::store::FeedId;
use crate::store::FeedRecord;
use crate::store::FeedSpec;
use crate::store::FeedUpdate;
use crate::store::PageCommit;
use crate::store::Store;
use crate::store::StoreError;

/// How often feeds are held to their policies.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// How often a feed must fail in a row before its age counts: who was switched off for long asks first.
const LEAST_FAILURES: u32 = 3;

/// The name under which the store keeps which publishers' data go when they are removed.
const PURGED_ON_REMOVAL: &str = "purged_on_removal";

/// Feeds that were not read for longer than their policies allow. Their services are withdrawn.
pub(super) type Stale = BTreeSet<FeedId>;

/// Returns the policy of a publisher; the default for one that is not configured.
pub(super) fn policy_of(config: &Config, publisher: &str) -> Policy {
    let publisher = config.publishers.iter().find(|known| known.key == publisher);
    publisher.map(|publisher| publisher.policy).unwrap_or_default()
}

/// Returns when the services of a feed that was last `read` then go unless it is read before.
pub(super) fn stale_at(read: DateTime<Utc>, policy: Policy) -> Option<DateTime<Utc>> {
    after_days(read, policy.max_stale_days)
}

/// Returns which feeds are stale. One that was stale stays so until a resync has come to its end, for
/// what it held before may be gone.
pub(super) fn stale(
    config: &Config,
    records: &[FeedRecord],
    before: &Stale,
    now: DateTime<Utc>,
) -> Stale {
    let is_stale = |record: &&FeedRecord| {
        let is_given_up = record.paused.is_some() || record.stopped.is_some();
        let is_unread = is_given_up || record.failures >= LEAST_FAILURES;
        let policy = policy_of(config, &record.publisher);
        let limit = record.last_success.and_then(|read| stale_at(read, policy));
        let is_overdue = is_unread && limit.is_some_and(|limit| limit < now);
        is_overdue || (record.is_resyncing && before.contains(&record.id))
    };
    records.iter().filter(is_stale).map(|record| record.id).collect()
}

impl App {
    /// Holds feeds to their policies again and again.
    pub(super) async fn keep_policies(self: Arc<Self>, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            let held = async {
                self.apply_policies().await?;
                self.note_shown().await
            };
            if let Err(error) = held.await {
                error!(error = with_causes(&error), "feeds not held to their policies");
            }
        }
    }

    pub(super) async fn apply_policies(&self) -> Result<(), StoreError> {
        let (config, now) = (self.config.load_full(), self.clock.now());
        let records = self.store.feeds().await?;
        for record in records.iter().filter(|record| must_let_go(&config, record, now)) {
            let services = self.store.let_through(record.id, true).await?;
            warn!(feed.url = %without_secrets(&record.url), services, "kept too long; services go");
            self.mapper.changed.notify_one();
        }
        let before = self.stale.load_full();
        let stale = stale(&config, &records, &before, now);
        if stale == *before {
            return Ok(());
        }
        for record in records.iter().filter(|record| stale.contains(&record.id)) {
            warn!(feed.url = %without_secrets(&record.url), "not read for too long; services go");
        }
        self.stale.store(Arc::new(stale));
        self.change_rules(|_| ()).await;
        self.mark_if_made_otherwise().await;
        self.mapper.changed.notify_one();
        Ok(())
    }

    /// Makes the stored feeds agree with the configuration while nobody follows those that go, and drops
    /// what came through these where their publisher's policy says so.
    pub(super) async fn take_feeds(
        &self,
        config: &Config,
        specs: Vec<FeedSpec>,
    ) -> Result<(), StoreError> {
        let gone: Vec<FeedId> = removed(&self.store.feeds().await?, &specs).map(|r| r.id).collect();
        let _nobody_begins = self.supervisor.leave(&gone).await;
        sync(&self.store, config, specs, self.clock.now()).await?;
        Ok(())
    }
}

/// Tells whether what the drop guard holds of a feed goes without the operator's word. A feed that is
/// paused was read last when it lost what is held.
fn must_let_go(config: &Config, record: &FeedRecord, now: DateTime<Utc>) -> bool {
    let days = policy_of(config, &record.publisher).hard_delete_days;
    let limit = record.last_success.and_then(|read| after_days(read, days));
    record.is_guarded && record.held > 0 && limit.is_some_and(|limit| limit < now)
}

fn after_days(time: DateTime<Utc>, days: u64) -> Option<DateTime<Utc>> {
    time.checked_add_signed(TimeDelta::try_days(i64::try_from(days).ok()?)?)
}

/// Makes the stored feeds agree with a configuration and returns them; drops what came through those
/// that go where that was asked for when they were configured.
pub(super) async fn sync(
    store: &Arc<dyn Store>,
    config: &Config,
    specs: Vec<FeedSpec>,
    now: DateTime<Utc>,
) -> Result<Vec<FeedRecord>, StoreError> {
    let purged = store.document(PURGED_ON_REMOVAL.to_owned()).await?.unwrap_or_default();
    let purged: BTreeSet<String> = serde_json::from_slice(&purged).unwrap_or_default();
    // Dropped while they are still known as configured, so that a crash in between is made good.
    for record in removed(&store.feeds().await?, &specs) {
        if purged.contains(&record.publisher) {
            purge(store, record, now).await?;
        }
    }
    let records = store.sync_feeds(specs).await?;
    let asked = config.publishers.iter().filter(|publisher| publisher.policy.purge_on_removal);
    let asked: BTreeSet<&String> = asked.map(|publisher| &publisher.key).collect();
    let body = serde_json::to_vec(&asked).unwrap_or_default();
    store.keep_document(PURGED_ON_REMOVAL.to_owned(), body).await?;
    Ok(records)
}

fn removed<'a>(
    records: &'a [FeedRecord],
    specs: &'a [FeedSpec],
) -> impl Iterator<Item = &'a FeedRecord> {
    let is_kept = |record: &FeedRecord| {
        specs.iter().any(|spec| spec.publisher == record.publisher && spec.url == record.url)
    };
    records.iter().filter(move |record| !is_kept(record))
}

/// Drops all that came through a feed: a resync that finds nothing.
async fn purge(
    store: &Arc<dyn Store>,
    record: &FeedRecord,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    store.update_feed(record.id, FeedUpdate::Resync { at: now }).await?;
    let nothing = PageCommit {
        feed: record.id,
        cursor: record.url.clone(),
        license: None,
        is_last: true,
        leads_on: false,
        now,
        changes: Vec::new(),
    };
    let items = store.commit_page(nothing).await?.vanished;
    info!(feed.url = %without_secrets(&record.url), items, "feed removed; what came through it is dropped");
    Ok(())
}
