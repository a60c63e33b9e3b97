//! The catalogue: an index in memory over everything that is published.
//!
//! The store is the record, the catalogue answers. It is a [`Snapshot`] behind an atomic pointer, built
//! from the store at start and moved on by the change log. Readers never wait: a query runs on the
//! snapshot it began with. A snapshot is a few immutable [`segment`]s, the largest of them old, the
//! smallest new, so that a change costs what changed and not what is there.

mod area;
mod bodies;
mod builder;
mod changes;
mod entry;
mod features;
mod keys;
mod list;
mod query;
mod segment;
mod snapshot;
mod terms;
#[cfg(test)]
mod tests;
mod text;
mod view;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use arc_swap::ArcSwap;
use arc_swap::ArcSwapOption;
use chrono::DateTime;
use chrono::Utc;
use tokio::sync::watch;

pub use area::Area;
pub use bodies::Bodies;
pub use bodies::Body;
pub use changes::Change;
pub use entry::Entry;
pub use entry::PlaceEntry;
pub use entry::PostcodeText;
pub use entry::TimeEntry;
pub use features::Features;
pub use query::Hit;
pub use query::Hits;
pub use query::Near;
pub use query::Query;
pub use query::When;
pub use snapshot::Snapshot;
pub use terms::Terms;
pub use view::Listed;
pub use view::View;

use self::builder::Builder;
use self::builder::Source;
use self::segment::Surroundings;
use crate::clock::Clock;
use crate::oruk::Id;
use crate::oruk::Service;
use crate::oruk::TaxonomyTerm;
use crate::places::Gazetteer;
use crate::store::ChangedService;
use crate::store::Store;
use crate::store::StoreError;

/// How many services are read from the store at a time.
const BATCH: usize = 5_000;

/// The catalogue: follows the store, answers queries.
#[derive(Debug)]
pub struct Catalogue {
    store: Arc<dyn Store>,
    snapshot: ArcSwap<Snapshot>,
    gazetteer: Arc<Gazetteer>,
    clock: Clock,
    /// Held while a snapshot is replaced, so that two updates never start from the same one.
    updating: tokio::sync::Mutex<()>,
    /// Tells those who wait for changes that there is another snapshot.
    replaced: watch::Sender<()>,
    /// When the snapshot held all that the store did.
    level_at: ArcSwapOption<DateTime<Utc>>,
    /// Terms of the vocabularies, by id.
    vocabulary: Mutex<Arc<Vec<TaxonomyTerm>>>,
}

impl Catalogue {
    /// Makes an empty catalogue over a store, with areas that are looked up in a gazetteer.
    pub fn new(
        store: Arc<dyn Store>,
        gazetteer: Arc<Gazetteer>,
        areas: Vec<Area>,
        clock: Clock,
    ) -> Self {
        let around = Surroundings { areas, gazetteer: Arc::clone(&gazetteer) };
        Self {
            store,
            snapshot: ArcSwap::from_pointee(Snapshot::empty(Arc::new(around), 0)),
            gazetteer,
            clock,
            updating: tokio::sync::Mutex::new(()),
            replaced: watch::Sender::new(()),
            level_at: ArcSwapOption::empty(),
            vocabulary: Mutex::default(),
        }
    }

    /// Returns the present snapshot.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }

    /// Tells whether it was read: until then nobody knows what there is.
    pub fn is_read(&self) -> bool {
        self.snapshot.load().edition() > 0
    }

    /// Returns when the snapshot was last seen to hold all that the store did; nothing until
    /// it was first followed.
    pub fn level_at(&self) -> Option<DateTime<Utc>> {
        self.level_at.load().as_deref().copied()
    }

    /// Returns the view of everything at present.
    pub fn view(&self) -> View {
        View::whole(self.snapshot())
    }

    /// Returns the view of an area at present; nothing when there is none of this slug.
    pub fn area(&self, slug: &str) -> Option<View> {
        View::of_area(self.snapshot(), slug)
    }

    /// Returns what is woken whenever there is another snapshot.
    pub fn replacements(&self) -> watch::Receiver<()> {
        self.replaced.subscribe()
    }

    /// Returns the areas served at present.
    pub fn areas(&self) -> Vec<Area> {
        self.snapshot.load().around.areas.clone()
    }

    /// Serves other areas from now on, which reads everything anew.
    pub async fn set_areas(&self, areas: Vec<Area>) -> Result<(), StoreError> {
        self.build(areas).await
    }

    /// Takes over the terms of the vocabularies, which tell the ancestors of the terms in use.
    pub fn set_vocabulary(&self, terms: Vec<TaxonomyTerm>) {
        *self.vocabulary.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(terms);
    }

    /// Builds the catalogue from the store.
    pub async fn load(&self) -> Result<(), StoreError> {
        self.build(self.areas()).await
    }

    async fn build(&self, areas: Vec<Area>) -> Result<(), StoreError> {
        let around = Arc::new(Surroundings { areas, gazetteer: Arc::clone(&self.gazetteer) });
        let _updating = self.updating.lock().await;
        let present = self.snapshot.load_full();
        // What changes behind the scan is in the change log after this.
        let generation = self.store.latest_change().await?;
        let mut terms = self.with_vocabulary(&Terms::default());
        let mut builder = Builder::new(Arc::clone(&around));
        let mut batch = self.store.scan(None, BATCH).await?;
        while let Some(last) = batch.last() {
            let after = Some(last.id);
            let (before, now) = (Arc::clone(&present), self.clock.now());
            let adding = tokio::task::spawn_blocking(move || {
                let sources: Vec<Source> = batch.into_iter().map(Source::read).collect();
                for source in &sources {
                    builder.add(source, before.shown_at(source, now));
                }
                (builder, sources)
            });
            let (next, added) = tokio::join!(self.store.scan(after, BATCH), adding);
            let (filled, sources) = added.or(Err(StoreError::Closed))?;
            self.learn_terms(&mut terms, &sources).await?;
            (builder, batch) = (filled, next?);
        }
        let segment = tokio::task::spawn_blocking(|| builder.finish()).await;
        let segment = segment.or(Err(StoreError::Closed))?;
        let now = self.clock.now();
        self.replace(present.replaced_by(segment, around, terms, generation, now));
        Ok(())
    }

    fn replace(&self, next: Snapshot) {
        self.snapshot.store(Arc::new(next));
        self.replaced.send_replace(());
    }

    /// Reads the change log from where the present snapshot ends; returns how many services changed.
    pub async fn catch_up(&self) -> Result<usize, StoreError> {
        let _updating = self.updating.lock().await;
        let mut count = 0;
        loop {
            let present = self.snapshot.load_full();
            let asked_at = self.clock.now();
            let changes = self.store.changes(present.generation(), BATCH).await?;
            let is_all = changes.len() < BATCH;
            if !changes.is_empty() {
                count += changes.len();
                let next = self.following(&present, changes).await?;
                self.replace(next);
            }
            if is_all {
                self.level_at.store(Some(Arc::new(asked_at)));
                return Ok(count);
            }
        }
    }

    /// Returns the snapshot that follows from these changes.
    async fn following(
        &self,
        present: &Snapshot,
        changes: Vec<ChangedService>,
    ) -> Result<Snapshot, StoreError> {
        let sources: Vec<Source> = changes.into_iter().map(Source::read).collect();
        let mut terms = self.with_vocabulary(present.terms());
        self.learn_terms(&mut terms, &sources).await?;
        let (present, now) = (present.clone(), self.clock.now());
        let next = tokio::task::spawn_blocking(move || present.with(&sources, terms, now));
        next.await.or(Err(StoreError::Closed))
    }

    fn with_vocabulary(&self, terms: &Terms) -> Terms {
        let vocabulary =
            Arc::clone(&self.vocabulary.lock().unwrap_or_else(PoisonError::into_inner));
        terms.with_vocabulary(&vocabulary)
    }

    /// Terms that no vocabulary holds are read from the first service that has each.
    async fn learn_terms(&self, terms: &mut Terms, sources: &[Source]) -> Result<(), StoreError> {
        let mut asked: HashSet<Id> = HashSet::new();
        let mut services = Vec::new();
        for source in sources {
            let of_service = source.entry.iter().flat_map(|entry| &entry.terms);
            let is_new = |term: &&Id| !terms.knows(**term) && asked.insert(**term);
            if of_service.filter(is_new).count() > 0 {
                services.push(source.id());
            }
        }
        for ids in services.chunks(500) {
            for stored in self.store.bodies(ids.to_vec()).await?.into_iter().flatten() {
                if let Ok(service) = serde_json::from_slice::<Service>(&stored.bytes) {
                    terms.learn(&service);
                }
            }
        }
        Ok(())
    }
}
