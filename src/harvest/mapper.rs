//! The worker that keeps services true: takes dirty roots, maps them, publishes, moves the catalogue on.

use std::collections::HashMap;
use std::collections::VecDeque;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::thread::available_parallelism;
use std::time::Duration;

use arc_swap::ArcSwap;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::error;
use tracing::info;
use tracing::warn;

use super::board::Board;
use super::board::FeedState;
use super::fold::fold;
use super::gate::Gate;
use super::publication::Sources;
use super::roots::broken_off;
use super::roots::map_roots;
use crate::catalogue::Catalogue;
use crate::causes::with_causes;
use crate::clock::Clock;
use crate::config::without_secrets;
use crate::store::Dirty;
use crate::store::FeedId;
use crate::store::FeedRecord;
use crate::store::FeedUpdate;
use crate::store::Outcome;
use crate::store::Publication;
use crate::store::Store;
use crate::store::StoreError;

/// How many roots are taken at a time.
const BATCH: usize = 32_000;

/// How many of them are taken where what is mapped now is likely mapped again.
const FEW: usize = 4_000;

/// After how many the catalogue moves on.
const CATCH_UP_EVERY: usize = 4_000;

/// How many of them are mapped in one go.
const CHUNK: usize = 250;

/// How many of them are published together, if there are so many: the disk is waited for once.
const LEAST_TOGETHER: usize = 2 * CHUNK;

/// How many of them may wait at most while others are being published.
const MOST_UNPUBLISHED: usize = 4 * CHUNK;

/// How many chunks are mapped side by side at least: one alone would wait while bundles are read.
const LEAST_CHUNKS: usize = 2;

/// How many at most, whatever processors there are: each takes some megabytes, and one writes for all.
const MOST_CHUNKS: usize = 4;

/// How often the worker looks without being woken.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How long the worker rests between such batches, at least: what comes next mostly belongs to what was mapped
/// just now, which would be mapped over and over.
const REST: Duration = Duration::from_secs(1);

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
    /// What may be published, replaced when the configuration changes.
    pub gate: Arc<ArcSwap<Gate>>,
    /// Tells which feeds rest.
    pub board: Arc<Board>,
    /// Woken when a feed is to be paused.
    pub feeds_changed: Arc<Notify>,
    /// Set when services may wait for the drop guard.
    pub is_holding: Arc<AtomicBool>,
    /// Whether other processes may hold services, or let them go on.
    pub is_shared: bool,
}

/// Roots that were mapped in one go.
struct Chunk {
    publications: Vec<Publication>,
    /// How many of them were services before.
    of_services: usize,
}

/// How far the catalogue is behind what was published.
#[derive(Default)]
struct Behind {
    services: usize,
    /// The catalogue taking over what was published before.
    catching_up: Option<JoinHandle<Result<usize, StoreError>>>,
    /// Whether the catalogue is left behind.
    is_left: bool,
}

/// What became of the roots that were dirty.
struct Mapped {
    /// How many were mapped.
    count: usize,
    /// Whether none is left.
    is_all: bool,
}

impl Mapper {
    /// Runs until told to stop. Chunks that were begun are still published.
    pub async fn run(&self, stop: CancellationToken) {
        let mut due = tokio::time::interval(DUE_EVERY);
        let mut purge = tokio::time::interval(PURGE_EVERY);
        let mut rested_at = Instant::now();
        loop {
            let done = tokio::select! {
                () = stop.cancelled() => return,
                () = self.changed.notified() => self.look(&mut rested_at, &stop).await,
                () = tokio::time::sleep(LOOK_EVERY) => self.look(&mut rested_at, &stop).await,
                _ = due.tick() => self.wake_due().await,
                _ = purge.tick() => self.purge().await,
            };
            if let Err(error) = done {
                match error {
                    // Whoever maps now goes on with it, or this process does under another lease.
                    StoreError::Lost => info!("mapping was given to another worker"),
                    error => error!(error = with_causes(&error), "store failed; mapping waits"),
                }
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(STORE_WAIT) => {}
                }
            }
        }
    }

    /// Wakes what is due, and looks again for losses to be judged where another process may have held them, or may
    /// have let a feed go on.
    async fn wake_due(&self) -> Result<(), StoreError> {
        if self.is_shared {
            self.is_holding.store(true, Ordering::Release);
        }
        self.store.mark_due(self.clock.now()).await.map(|_| ())
    }

    /// Maps all there is, or batch after batch with rests while a feed is read for the first time.
    async fn look(
        &self,
        rested_at: &mut Instant,
        stop: &CancellationToken,
    ) -> Result<(), StoreError> {
        if self.map_while(|| !self.board.is_filling(), stop).await?.is_all {
            return self.judge(false, stop).await;
        }
        if Instant::now() < *rested_at {
            return Ok(());
        }
        let mut behind = Behind::default();
        let mapped = self.map_meanwhile(rested_at, &mut behind, stop).await;
        mapped.and(self.catch_up(behind).await)
    }

    /// Maps what feeds bring that are read for the first time, until nothing is left or something else is due.
    async fn map_meanwhile(
        &self,
        rested_at: &mut Instant,
        behind: &mut Behind,
        stop: &CancellationToken,
    ) -> Result<(), StoreError> {
        let until = Instant::now() + DUE_EVERY;
        while self.board.is_filling() && !stop.is_cancelled() && Instant::now() < until {
            let begun = Instant::now();
            let is_more_to_come = self.is_more_to_come();
            let dirty = self.store.dirty(if is_more_to_come { FEW } else { BATCH }).await?;
            if dirty.is_empty() {
                break;
            }
            let count = dirty.len();
            let again = self.map(dirty, behind, stop).await?;
            if is_more_to_come || again * 2 > count {
                *rested_at = Instant::now() + REST.max(begun.elapsed() * 4);
                break;
            }
        }
        Ok(())
    }

    /// Tells whether a feed is read for the first time whose publisher has others: what they bring may belong to
    /// what this one brought.
    fn is_more_to_come(&self) -> bool {
        let sources = self.sources.load();
        let publisher = |feed: &FeedId| sources.0.get(feed).map(|(source, _)| &source.key);
        let has_others = |feed: &FeedId| {
            let of_publisher = sources.0.keys().filter(|other| publisher(other) == publisher(feed));
            of_publisher.count() > 1
        };
        self.board.filling().iter().any(has_others)
    }

    /// Maps what is left after the last page of every feed, and judges what is lost, unless told to stop.
    pub async fn finish(&self, stop: &CancellationToken) -> Result<(), StoreError> {
        self.drain(stop).await?;
        self.judge(true, stop).await?;
        self.drain(stop).await.map(|_| ())
    }

    /// Judges what feeds lose, once all feeds of a publisher rest, or at once when reading `is_over`.
    async fn judge(&self, is_over: bool, stop: &CancellationToken) -> Result<(), StoreError> {
        if !self.is_holding.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        let judged = self.judge_held(is_over, stop).await;
        if !matches!(judged, Ok(true)) {
            self.is_holding.store(true, Ordering::Release);
        }
        judged.map(|_| ())
    }

    /// Returns whether all there is was judged. A publisher's feeds must rest before all they brought is mapped,
    /// and until that was counted: else what the last page takes away would be judged apart from what the
    /// pages before it did.
    async fn judge_held(
        &self,
        is_over: bool,
        stop: &CancellationToken,
    ) -> Result<bool, StoreError> {
        let before = self.store.feeds().await?;
        let resting = |record: &FeedRecord| is_over || self.rests(record);
        let resting: HashMap<FeedId, u64> =
            before.iter().filter(|f| resting(f)).map(|f| (f.id, f.pages)).collect();
        if !self.map_while(|| is_over || !self.board.is_filling(), stop).await?.is_all {
            return Ok(false);
        }
        let guard = self.gate.load().guard;
        let window_secs = i64::try_from(guard.window.as_secs()).unwrap_or(i64::MAX);
        let waiting = self.store.held(self.clock.now(), window_secs).await?;
        let records = self.store.feeds().await?;
        let still_rests = |record: &FeedRecord| {
            is_over || resting.get(&record.id) == Some(&record.pages) && self.rests(record)
        };
        let mut is_all = true;
        for held in waiting {
            let feed = records.iter().find(|record| record.id == held.feed);
            if feed.is_some_and(|feed| feed.is_guarded) {
                continue;
            }
            let mut siblings =
                records.iter().filter(|r| Some(&r.publisher) == feed.map(|f| &f.publisher));
            if !siblings.all(still_rests) {
                is_all = false;
                continue;
            }
            if let (Some(reason), Some(feed)) = (guard.objection(&held), feed) {
                let url = without_secrets(&feed.url);
                warn!(feed.url = url, reason, "drop guard paused a feed");
                let update = FeedUpdate::Paused { reason, is_guarded: true };
                self.store.update_feed(held.feed, update).await?;
                self.feeds_changed.notify_one();
            } else {
                self.store.let_through(held.feed, false).await?;
                self.changed.notify_one();
            }
        }
        Ok(is_all)
    }

    /// Tells whether no more of a feed's pages are expected right now. A feed that was resumed shows as paused
    /// until its poller has begun.
    fn rests(&self, record: &FeedRecord) -> bool {
        let state = self.board.state(record);
        record.paused.is_some() || !(state.is_reading() || state == FeedState::Paused)
    }

    /// Maps until nothing is dirty or told to stop; returns how many roots were taken up.
    pub async fn drain(&self, stop: &CancellationToken) -> Result<usize, StoreError> {
        Ok(self.map_while(|| true, stop).await?.count)
    }

    /// Maps what waits until no service is among it, while the catalogue stays as it is: it is read afterwards. What
    /// goes on being read need not be waited for.
    pub async fn map_unseen(&self, stop: &CancellationToken) -> Result<(), StoreError> {
        let mut behind = Behind { is_left: true, ..Behind::default() };
        while !stop.is_cancelled() && self.store.is_service_dirty().await? {
            let dirty = self.store.dirty(BATCH).await?;
            self.map(dirty, &mut behind, stop).await?;
        }
        Ok(())
    }

    /// Maps batch after batch, those that wait longest first, while it `may` go on and is not told to stop.
    async fn map_while(
        &self,
        may: impl FnMut() -> bool,
        stop: &CancellationToken,
    ) -> Result<Mapped, StoreError> {
        let mut behind = Behind::default();
        let mapped = self.map_batches(may, &mut behind, stop).await;
        let caught_up = self.catch_up(behind).await;
        mapped.and_then(|mapped| caught_up.map(|()| mapped))
    }

    async fn map_batches(
        &self,
        mut may: impl FnMut() -> bool,
        behind: &mut Behind,
        stop: &CancellationToken,
    ) -> Result<Mapped, StoreError> {
        let mut mapped = Mapped { count: 0, is_all: false };
        while may() && !stop.is_cancelled() {
            let dirty = self.store.dirty(BATCH).await?;
            if dirty.is_empty() {
                mapped.is_all = true;
                break;
            }
            mapped.count += dirty.len();
            self.map(dirty, behind, stop).await?;
        }
        Ok(mapped)
    }

    /// Maps a batch and publishes it; what is left when told to stop stays dirty. Returns how many of the roots
    /// were services already.
    async fn map(
        &self,
        dirty: Vec<Dirty>,
        behind: &mut Behind,
        stop: &CancellationToken,
    ) -> Result<usize, StoreError> {
        let (mut running, mut publishing) = (VecDeque::new(), None);
        let chunks =
            dirty.chunks(CHUNK).take_while(|_| !stop.is_cancelled()).map(<[Dirty]>::to_vec);
        let mapped = self.map_chunks(chunks, behind, &mut running, &mut publishing).await;
        // Whatever happened: written later it would hide what is mapped from now on.
        for chunk in running {
            let _was_given_up = chunk.await;
        }
        let published = done(publishing).await;
        mapped.and_then(|again| published.map(|()| again))
    }

    /// Maps chunks side by side. Those that are ready while others are being published are published together.
    async fn map_chunks(
        &self,
        mut chunks: impl Iterator<Item = Vec<Dirty>>,
        behind: &mut Behind,
        running: &mut VecDeque<JoinHandle<Result<Chunk, StoreError>>>,
        publishing: &mut Option<JoinHandle<Result<(), StoreError>>>,
    ) -> Result<usize, StoreError> {
        let processors = available_parallelism().map_or(LEAST_CHUNKS, NonZero::get);
        let first = chunks.by_ref().take(processors.clamp(LEAST_CHUNKS, MOST_CHUNKS));
        running.extend(first.map(|chunk| self.start(chunk)));
        let (mut unpublished, mut again) = (Vec::new(), 0);
        while let Some(chunk) = running.pop_front() {
            let Chunk { publications, of_services } =
                chunk.await.unwrap_or_else(|error| Err(broken_off(&error)))?;
            again += of_services;
            running.extend(chunks.next().map(|chunk| self.start(chunk)));
            if publications.iter().any(|p| matches!(p.outcome, Outcome::Held(_))) {
                self.is_holding.store(true, Ordering::Release);
            }
            unpublished.extend(publications);
            let is_publishing = publishing.as_ref().is_some_and(|task| !task.is_finished());
            let enough = if is_publishing { MOST_UNPUBLISHED } else { LEAST_TOGETHER };
            if unpublished.len() < enough && !running.is_empty() {
                continue;
            }
            done(publishing.take()).await?;
            self.catch_up_beside(behind);
            let mut publications = std::mem::take(&mut unpublished);
            behind.services += publications.len();
            // What is withdrawn bears the time of now: clients who asked before must see it.
            let now = self.clock.now();
            for publication in &mut publications {
                publication.now = now;
            }
            let store = Arc::clone(&self.store);
            let publish = async move { store.publish(publications).await.map(drop) };
            *publishing = Some(self.tasks.spawn(publish));
        }
        Ok(again)
    }

    /// Lets the catalogue take over what was published, beside what else is done, where that is much.
    fn catch_up_beside(&self, behind: &mut Behind) {
        let is_catching_up = behind.catching_up.as_ref().is_some_and(|task| !task.is_finished());
        if behind.services < CATCH_UP_EVERY || is_catching_up || behind.is_left {
            return;
        }
        behind.services = 0;
        let (before, catalogue) = (behind.catching_up.take(), Arc::clone(&self.catalogue));
        behind.catching_up = Some(self.tasks.spawn(async move {
            done(before).await?;
            catalogue.catch_up().await
        }));
    }

    /// Lets the catalogue take over all that was published.
    async fn catch_up(&self, behind: Behind) -> Result<(), StoreError> {
        let before = done(behind.catching_up).await;
        if behind.services > 0 {
            self.catalogue.catch_up().await?;
        }
        before.map(drop)
    }

    /// Begins with a chunk, judged by the time of now.
    fn start(&self, chunk: Vec<Dirty>) -> JoinHandle<Result<Chunk, StoreError>> {
        let now = self.clock.now();
        let store = Arc::clone(&self.store);
        let (sources, gate) = (self.sources.load_full(), self.gate.load_full());
        self.tasks.spawn(async move {
            let mapped = map_roots(&store, chunk, &sources, &gate, now).await?;
            let of_services = mapped.iter().filter(|root| root.is_service).count();
            let mapped = mapped.into_iter().map(|root| root.publication).collect();
            let served = gate.served(&sources);
            let publications = fold(&store, mapped, &sources, &served, now).await?;
            Ok(Chunk { publications, of_services })
        })
    }

    async fn purge(&self) -> Result<(), StoreError> {
        let mut rows = 0;
        // A little at a time, so that nobody waits long to write.
        loop {
            let gone = self.store.purge(self.clock.now()).await?;
            if gone == 0 {
                break;
            }
            rows += gone;
        }
        if rows > 0 {
            info!(rows, "dropped what is kept no longer");
        }
        Ok(())
    }
}

/// Waits for a task, if there is one.
async fn done<T: Default>(
    task: Option<JoinHandle<Result<T, StoreError>>>,
) -> Result<T, StoreError> {
    match task {
        Some(task) => task.await.unwrap_or_else(|error| Err(broken_off(&error))),
        None => Ok(T::default()),
    }
}
