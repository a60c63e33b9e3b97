//! The worker that keeps services true: takes dirty roots, maps them, publishes, moves the catalogue on.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use chrono::DateTime;
use chrono::Utc;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::error;
use tracing::info;

use super::fold::fold;
use super::worker::Sources;
use super::worker::publication;
use crate::catalogue::Catalogue;
use crate::clock::Clock;
use crate::store::Dirty;
use crate::store::Publication;
use crate::store::Store;
use crate::store::StoreError;

/// How many roots are taken at a time.
const BATCH: usize = 4_000;

/// How many of them are mapped in one go.
const CHUNK: usize = 250;

/// How often the worker looks without being woken.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How often what is due is woken.
const DUE_EVERY: Duration = Duration::from_secs(30);

/// How often what is kept no longer is dropped.
const PURGE_EVERY: Duration = Duration::from_hours(1);

/// How long to wait when the store cannot be written.
const STORE_WAIT: Duration = Duration::from_secs(5);

/// The worker that maps and publishes.
#[derive(Debug, Clone)]
pub struct Mapper {
    /// Where the roots are.
    pub store: Arc<dyn Store>,
    /// What is moved on.
    pub catalogue: Arc<Catalogue>,
    /// The sources of feeds and their rules, replaced when the configuration changes.
    pub sources: Arc<ArcSwap<Sources>>,
    /// Woken by pollers.
    pub changed: Arc<Notify>,
    /// Tells the time.
    pub clock: Clock,
    /// Where tasks are tracked.
    pub tasks: TaskTracker,
}

impl Mapper {
    /// Runs until told to stop.
    pub async fn run(&self, stop: CancellationToken) {
        let mut due = tokio::time::interval(DUE_EVERY);
        let mut purge = tokio::time::interval(PURGE_EVERY);
        loop {
            let done = tokio::select! {
                () = stop.cancelled() => return,
                () = self.changed.notified() => self.drain().await.map(|_| ()),
                () = tokio::time::sleep(LOOK_EVERY) => self.drain().await.map(|_| ()),
                _ = due.tick() => self.store.mark_due(self.clock.now()).await.map(|_| ()),
                _ = purge.tick() => self.purge().await,
            };
            if let Err(error) = done {
                error!(error = %error, cause = ?std::error::Error::source(&error), "store failed; mapping waits");
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(STORE_WAIT) => {}
                }
            }
        }
    }

    /// Maps until nothing is dirty; returns how many roots were mapped.
    pub async fn drain(&self) -> Result<usize, StoreError> {
        let mut count = 0;
        loop {
            let dirty = self.store.dirty(BATCH).await?;
            if dirty.is_empty() {
                return Ok(count);
            }
            count += dirty.len();
            self.map(dirty).await?;
            self.catalogue.catch_up().await?;
        }
    }

    /// Maps chunks side by side and publishes them as they come.
    async fn map(&self, dirty: Vec<Dirty>) -> Result<(), StoreError> {
        let now = self.clock.now();
        let mut chunks = dirty.chunks(CHUNK).map(<[Dirty]>::to_vec);
        let mut running: std::collections::VecDeque<_> =
            chunks.by_ref().take(2).map(|chunk| self.start(chunk, now)).collect();
        while let Some(chunk) = running.pop_front() {
            let publications = chunk.await.unwrap_or(Err(StoreError::Closed))?;
            running.extend(chunks.next().map(|chunk| self.start(chunk, now)));
            self.store.publish(publications).await?;
        }
        Ok(())
    }

    fn start(
        &self,
        chunk: Vec<Dirty>,
        now: DateTime<Utc>,
    ) -> JoinHandle<Result<Vec<Publication>, StoreError>> {
        let store = Arc::clone(&self.store);
        let sources = self.sources.load_full();
        let folded_with = Arc::clone(&sources);
        self.tasks.spawn(async move {
            let bundles = store.bundles(chunk).await?;
            let mapped = tokio::task::spawn_blocking(move || {
                bundles.into_iter().map(|bundle| publication(&bundle, &sources, now)).collect()
            });
            let mapped = mapped.await.or(Err(StoreError::Closed))?;
            fold(&store, mapped, &folded_with, now).await
        })
    }

    async fn purge(&self) -> Result<(), StoreError> {
        let gone = self.store.purge(self.clock.now()).await?;
        if gone > 0 {
            info!(rows = gone, "dropped what is kept no longer");
        }
        Ok(())
    }
}
