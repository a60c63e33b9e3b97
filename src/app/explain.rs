//! Explanations of services for the API: one at a time, since each maps a service hundreds of times.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use futures_util::future::BoxFuture;
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::api::ExplainSource;
use crate::api::Explained;
use crate::clock::Clock;
use crate::config::without_secrets;
use crate::harvest::Explainer;
use crate::harvest::Gate;
use crate::harvest::Sources;
use crate::harvest::folded_series;
use crate::mapping::Rules;
use crate::oruk::Id;
use crate::oruk::Service;
use crate::oruk::v3;
use crate::store::FeedId;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::Whose;

/// How long one explanation may take.
const MAX_TIME: Duration = Duration::from_secs(2);

/// How many series of a folded service are named.
const MAX_SERIES: usize = 50;

/// Explains services out of the store.
pub(super) struct Explanations {
    pub(super) store: Arc<dyn Store>,
    pub(super) sources: Arc<ArcSwap<Sources>>,
    pub(super) gate: Arc<ArcSwap<Gate>>,
    pub(super) clock: Clock,
    pub(super) one_at_a_time: Semaphore,
}

impl ExplainSource for Explanations {
    fn explain(&self, service: Id) -> BoxFuture<'_, Result<Explained, StoreError>> {
        Box::pin(async move {
            let Ok(_turn) = self.one_at_a_time.try_acquire() else { return Ok(Explained::Busy) };
            let mut roots = self.store.roots_of(service).await?;
            roots.truncate(MAX_SERIES);
            let stored = self.store.services(vec![service]).await?.into_iter().flatten().next();
            let last_modified = stored.and_then(|stored| {
                let service: Service = serde_json::from_slice(&stored.record.body).ok()?;
                Some(service.last_modified)
            });
            let (sources, now) = (self.sources.load_full(), self.clock.now());
            let served = self.gate.load().served(&sources);
            let bundles = self.store.bundles_of(roots, Whose::Served(served)).await?;
            let feeds = self.store.feeds().await?;
            let made = tokio::task::spawn_blocking(move || {
                let address = |id: FeedId| {
                    let feed = feeds.iter().find(|feed| feed.id == id);
                    feed.map(|feed| without_secrets(&feed.url)).unwrap_or_default()
                };
                let form = |mut service: Service, rules: &Rules| {
                    service.last_modified = last_modified.clone().unwrap_or_default();
                    published(service, rules)
                };
                let explainer = Explainer {
                    sources: &sources,
                    now,
                    feed: &address,
                    form: &form,
                    time: MAX_TIME,
                };
                let mut explanation = explainer.explain(bundles.first()?)?;
                if bundles.len() > 1 {
                    explanation.series = folded_series(&bundles, &sources, now);
                }
                serde_json::to_vec(&explanation).ok()
            });
            let made = made.await.unwrap_or_default();
            Ok(made.map_or(Explained::Unknown, Explained::Done))
        })
    }
}

/// Returns a service as `/v3` shows it.
fn published(service: Service, rules: &Rules) -> Value {
    let service = if rules.options.strict { v3::strict(service) } else { service };
    serde_json::to_value(service).unwrap_or_default()
}
