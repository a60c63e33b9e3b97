//! How the gateway is doing, for `/status.json` and `/readyz`.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use arc_swap::ArcSwap;
use chrono::DateTime;
use chrono::Utc;
use futures_util::future::BoxFuture;

use super::App;
use super::datasets::Known;
use super::policy::policy_of;
use super::policy::stale_at;
use super::sources::Feeds;
use crate::api::DatasetReport;
use crate::api::FeedReport;
use crate::api::StatusReport;
use crate::api::StatusSource;
use crate::api::Traffic;
use crate::catalogue::Catalogue;
use crate::config::without_secrets;
use crate::harvest::Board;
use crate::harvest::FeedState;
use crate::harvest::FeedStatus;
use crate::harvest::Sources;
use crate::harvest::publication;
use crate::mapping::shown_license;
use crate::quality::Code;
use crate::store::Bundle;
use crate::store::Dirty;
use crate::store::FeedId;
use crate::store::FeedRecord;
use crate::store::Outcome;
use crate::store::Served;
use crate::store::ServiceRecord;
use crate::store::Store;
use crate::store::StoreError;

/// How many mapped services that lists do not show yet are counted.
const MAX_BEHIND: usize = 1_000;

/// How many characters of a reason are shown: it may hold an address, which a publisher may make as long as it likes.
const MAX_REASON: usize = 300;

/// Puts together what the store remembers and what the pollers do.
pub(super) struct Status {
    pub(super) store: Arc<dyn Store>,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) board: Arc<Board>,
    pub(super) is_ready: Arc<AtomicBool>,
    pub(super) sources: Arc<ArcSwap<Sources>>,
    pub(super) app: Arc<App>,
}

impl StatusSource for Status {
    fn report(&self) -> BoxFuture<'_, Result<StatusReport, StoreError>> {
        Box::pin(async {
            // States first: whoever shows one has written down before what it means, so that no state is
            // told without its reason, and no page as read with nothing of it waiting.
            let mut states = self.board.all();
            let records = self.store.feeds().await?;
            let feeds = records.into_iter().map(|record| {
                let now = states.remove(&record.id).unwrap_or_else(|| FeedStatus {
                    state: FeedState::as_stored(&record),
                    ..FeedStatus::default()
                });
                self.feed(record, now)
            });
            let feeds = feeds.collect();
            let dirty = self.store.dirty_count().await?;
            let snapshot = self.catalogue.snapshot();
            // Mapped already, but lists do not show it yet.
            let behind = self.store.changes(snapshot.generation(), MAX_BEHIND).await?.len();
            let waiting = dirty + behind as u64;
            let datasets = self.datasets();
            let (services, generation) = (snapshot.len(), snapshot.generation());
            let behind = behind as u64;
            Ok(StatusReport { services, waiting, generation, behind, feeds, datasets })
        })
    }

    fn unpublished(
        &self,
        roots: Vec<Dirty>,
    ) -> BoxFuture<'_, Result<Vec<ServiceRecord>, StoreError>> {
        Box::pin(async move {
            let bundles = self.store.bundles(roots).await?;
            let records = self.store.feeds().await?;
            let (config, datasets) = (self.app.config.load(), self.app.datasets.load());
            let rules = self.app.rules.load();
            let sources = Feeds::all_sources(&config, &datasets, &records, &rules);
            let withheld = records.iter().filter(|record| self.app.withheld(record).is_some());
            let withheld: HashSet<FeedId> = withheld.map(|record| record.id).collect();
            let now = self.app.clock.now();
            let made = tokio::task::spawn_blocking(move || {
                let mapped = |bundle: Bundle| match publication(&bundle, &sources, now).outcome {
                    Outcome::Service(service)
                        if service.feed.is_some_and(|feed| withheld.contains(&feed)) =>
                    {
                        Some(*service)
                    }
                    _ => None,
                };
                bundles.into_iter().filter_map(mapped).collect()
            });
            made.await.or(Err(StoreError::Closed))
        })
    }

    fn served(&self) -> Arc<Served> {
        self.app.mapper.gate.load().served(&self.sources.load())
    }

    fn store_lost_at(&self) -> Option<DateTime<Utc>> {
        self.app.store_lost_at.load().as_deref().copied()
    }

    fn is_ready(&self) -> bool {
        self.is_ready.load(Ordering::Acquire)
    }
}

impl Status {
    fn datasets(&self) -> Vec<DatasetReport> {
        let datasets = self.app.datasets.load();
        let report = |(publisher, known): (&String, &Known)| DatasetReport {
            publisher: publisher.clone(),
            feeds: known.feeds.iter().map(|feed| without_secrets(feed)).collect(),
            license: known.license.as_deref().and_then(shown_license),
            read_at: known.read_at,
            error: known.error.clone().map(short),
        };
        datasets.iter().map(report).collect()
    }

    fn feed(&self, record: FeedRecord, now: FeedStatus) -> FeedReport {
        let state = match &record {
            FeedRecord { paused: Some(_), .. } => FeedState::Paused,
            FeedRecord { stopped: Some(_), .. } => FeedState::Stopped,
            // Only the store says that a feed is paused, and why; the poller may be a moment ahead.
            _ if now.state == FeedState::Paused => FeedState::Starting,
            _ => now.state,
        };
        let sources = self.sources.load();
        let source = sources.0.get(&record.id);
        let license = source.and_then(|(source, _)| source.license.clone());
        let withheld = self.app.withheld(&record);
        let license = license.or_else(|| shown_license(record.license.as_deref()?));
        let policy = policy_of(&self.app.config.load(), &record.publisher);
        let last_success = record.last_success.max(now.last_success);
        let mut item_findings = now.counts;
        if record.orphans > 0 {
            item_findings.insert(Code::ParentMissing, record.orphans);
        }
        let reason = reason(&record, now.trouble);
        let config = self.app.config.load();
        let publisher = config.publishers.iter().find(|p| p.key == record.publisher);
        FeedReport {
            id: record.id,
            publisher_name: publisher.map_or(&record.publisher, |p| &p.name).clone(),
            publisher: record.publisher,
            url: without_secrets(&record.url),
            state: state.as_str(),
            reason: reason.map(short),
            at_end: record.at_end,
            items: record.items,
            deleted: record.deleted,
            orphans: record.orphans,
            findings: record.findings,
            item_findings,
            last_success,
            last_change: record.last_change,
            last_error: record.last_error.map(short),
            next_poll: now.next_poll,
            pages: record.pages,
            license,
            withheld,
            held: record.held,
            policy,
            stale_at: last_success.and_then(|read| stale_at(read, policy)),
            resynced_at: record.resynced_at,
            traffic: Traffic { bytes: now.bytes, answers: now.answers, unusable: now.unusable },
        }
    }
}

impl App {
    /// Returns why nothing of a feed is republished; nothing where it is, and where nobody knows yet: a feed
    /// may state a licence in its first page.
    pub fn withheld(&self, record: &FeedRecord) -> Option<&'static str> {
        let sources = self.mapper.sources.load();
        let Some((source, _)) = sources.0.get(&record.id) else {
            return Some(if self.stale.load().contains(&record.id) {
                "it was not read for longer than its policy allows"
            } else {
                "the configuration says that it is not republished"
            });
        };
        let is_bare = source.license.is_none() && record.license.is_none() && record.pages > 0;
        let needs_license = self.mapper.gate.load().needs_license.contains(&record.id);
        (is_bare && needs_license).then_some(
            "neither the feed nor the configuration states a licence, and the operator does not vouch \
             for it",
        )
    }
}

/// Returns why a feed is not read. The address of one that was given up and never read is likely a slip.
fn reason(record: &FeedRecord, trouble: Option<String>) -> Option<String> {
    let error = record.last_error.clone();
    if record.stopped.is_some() && record.paused.is_none() && record.pages == 0 {
        let error = error.unwrap_or_default();
        return Some(format!(
            "never read and given up: check its address, and where that is right `baton feeds resume {}`; {error}",
            record.publisher
        ));
    }
    record.paused.clone().or_else(|| record.stopped.clone()).or(trouble).or(error)
}

/// Returns the beginning of a reason that is too long, with a mark that it goes on.
fn short(mut reason: String) -> String {
    if let Some((end, _)) = reason.char_indices().nth(MAX_REASON) {
        reason.truncate(end);
        reason.push('…');
    }
    reason
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_reason_no_more_than_its_beginning_is_shown() {
        assert_eq!(short("é".repeat(MAX_REASON)), "é".repeat(MAX_REASON));
        assert_eq!(short("é".repeat(MAX_REASON + 1)), format!("{}…", "é".repeat(MAX_REASON)));
    }
}
