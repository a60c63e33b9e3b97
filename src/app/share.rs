//! This process's share of the work, where several share a store.
//!
//! A process says every few seconds that it is there, and is told which feeds it follows and whether it
//! maps. Who could not say so for too long lets go of everything: others take it over then. Should it be
//! wrong about the time, the store refuses what it writes.

use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use arc_swap::ArcSwapOption;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::sync::DropGuard;
use tracing::error;
use tracing::info;
use tracing::warn;

use super::App;
use crate::causes::with_causes;
use crate::store::FeedId;
use crate::store::LEASE_SECS;
use crate::store::Lease;
use crate::store::Share;
use crate::store::StoreError;
use crate::store::Work;
use crate::store::Worker;

/// How often a process says that it is there.
const SAY_EVERY: Duration = Duration::from_secs(3);

/// How often it is looked whether the catalogue was read.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// How long one may be without an answer before it lets go, well before others take over.
const LET_GO_AFTER: Duration = Duration::from_secs(LEASE_SECS - 4);

/// What is this process's to do: everything, where nothing is shared.
#[derive(Debug, Default)]
pub(super) struct Duties {
    shared: ArcSwapOption<Vec<Lease>>,
}

/// Whether a feed is this process's to follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Duty {
    /// It is, and nobody else's ever.
    Own,
    /// It is under this lease.
    Under(Lease),
    /// It is not.
    Others,
}

impl Duties {
    pub(super) fn of(&self, feed: FeedId) -> Duty {
        let shared = self.shared.load();
        let Some(leases) = shared.as_deref() else { return Duty::Own };
        let lease = leases.iter().find(|lease| lease.work == Work::Feed(feed));
        lease.map_or(Duty::Others, |lease| Duty::Under(*lease))
    }

    /// Tells whether this process maps.
    pub(super) fn include_mapping(&self) -> bool {
        let shared = self.shared.load();
        let Some(leases) = shared.as_deref() else { return true };
        leases.iter().any(|lease| lease.work == Work::Mapping)
    }

    fn set(&self, leases: Vec<Lease>) {
        self.shared.store(Some(Arc::new(leases)));
    }
}

/// What whoever maps does, under one lease.
struct Mapping {
    /// Nothing once it is to end.
    lease: Option<Lease>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Mapping {
    async fn end(self) {
        self.stop.cancel();
        joined(self.task).await;
    }
}

async fn joined(task: JoinHandle<()>) {
    if task.await.is_err() {
        warn!("a task ended badly");
    }
}

impl App {
    /// Begins to work: with everything, or with a share that changes as other processes come and go.
    pub(super) async fn start_work(
        self: &Arc<Self>,
        stop: &CancellationToken,
    ) -> anyhow::Result<()> {
        let worker = worker();
        match self.store.share(worker.clone()).await? {
            None => {
                self.withdraw(&self.mapper, stop).await;
                if stop.is_cancelled() {
                    return Ok(());
                }
                self.load_catalogue().await?;
                self.mark_if_made_otherwise().await;
                self.supervisor.reconcile(self, stop).await?;
                self.start_mapping(Arc::new(self.mapper.clone()), stop);
            }
            Some(share) => {
                self.duties.set(share.leases.clone());
                let (app, stopped) = (Arc::clone(self), stop.clone());
                self.tasks.spawn(async move { app.keep_share(worker, share, &stopped).await });
                // Whoever maps withdraws first what is not to be republished any more, then reads the catalogue.
                while self.maps() && !self.catalogue.is_read() && !stop.is_cancelled() {
                    tokio::time::sleep(LOOK_EVERY).await;
                }
            }
        }
        Ok(())
    }

    async fn keep_share(self: Arc<Self>, worker: Worker, share: Share, stop: &CancellationToken) {
        let mut mapping = None;
        let mut told_at = Instant::now();
        self.take_share(share, &mut mapping, stop).await;
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                () = tokio::time::sleep(SAY_EVERY) => {}
            }
            let asked_at = Instant::now();
            let answer = tokio::time::timeout(SAY_EVERY, self.store.share(worker.clone())).await;
            match answer.unwrap_or(Err(StoreError::Closed)) {
                Ok(share) => {
                    told_at = asked_at;
                    self.take_share(share.unwrap_or_default(), &mut mapping, stop).await;
                }
                Err(error) if told_at.elapsed() > LET_GO_AFTER => {
                    error!(
                        error = with_causes(&error),
                        "store does not answer; letting go of all work"
                    );
                    self.let_go(&mut mapping).await;
                }
                Err(error) => warn!(error = with_causes(&error), "store did not say what to do"),
            }
        }
        self.let_go(&mut mapping).await;
        if let Err(error) = self.store.leave(worker).await {
            warn!(
                error = with_causes(&error),
                "work not left to others; they take it over in a while"
            );
        }
    }

    /// Makes what runs agree with a share, then gives back what was too much.
    async fn take_share(
        self: &Arc<Self>,
        share: Share,
        mapping: &mut Option<Mapping>,
        stop: &CancellationToken,
    ) {
        let lease = share.leases.iter().find(|lease| lease.work == Work::Mapping).copied();
        self.duties.set(share.leases);
        if let Err(error) = self.supervisor.reconcile(self, stop).await {
            error!(error = format!("{error:#}"), "pollers not brought up to date");
            return;
        }
        if !share.surplus.is_empty() {
            info!(feeds = share.surplus.len(), workers = share.workers, "giving feeds back");
            if let Err(error) = self.store.give_back(share.surplus).await {
                warn!(error = with_causes(&error), "feeds not given back");
            }
        }
        if mapping.as_ref().and_then(|mapping| mapping.lease) == lease {
            return;
        }
        if let Some(before) = mapping {
            before.stop.cancel();
            before.lease = None;
        }
        let Some(lease) = lease else { return };
        let (app, before) = (Arc::clone(self), mapping.take());
        let stop = stop.child_token();
        let stopped = stop.clone();
        // Beside this: whoever waited for all that would not say meanwhile that it is there.
        let task = self.tasks.spawn(async move {
            if let Some(before) = before {
                before.end().await;
            }
            app.map_under(lease, &stopped).await;
        });
        *mapping = Some(Mapping { lease: Some(lease), stop, task });
    }

    /// Does all that whoever maps does, until told to stop.
    async fn map_under(self: Arc<Self>, lease: Lease, stop: &CancellationToken) {
        info!("mapping from now on");
        let mut mapper = self.mapper.clone();
        mapper.store = self.store.under(lease);
        mapper.is_shared = true;
        self.withdraw(&mapper, stop).await;
        if stop.is_cancelled() {
            return;
        }
        // Nobody is answered before: what only followed the store would have a part of it.
        while let Err(error) = self.load_catalogue().await {
            error!(error = with_causes(&error), "catalogue not read; it is tried again");
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(SAY_EVERY) => {}
            }
        }
        let prepared = async {
            self.load_vocabularies().await;
            self.mark_if_made_otherwise().await;
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = prepared => {}
        }
        for task in self.start_mapping(Arc::new(mapper), stop) {
            joined(task).await;
        }
    }

    async fn let_go(self: &Arc<Self>, mapping: &mut Option<Mapping>) {
        self.duties.set(Vec::new());
        self.supervisor.leave_all().await;
        if let Some(mapping) = mapping.take() {
            mapping.end().await;
        }
    }
}

/// All work, held by one process for as long as this is.
pub(super) struct Alone {
    worker: Worker,
    is_held: DropGuard,
    saying: JoinHandle<()>,
}

impl App {
    /// Takes all work, for a process that does everything once; nothing where nothing is shared.
    pub(super) async fn take_all(&self) -> anyhow::Result<Option<Alone>> {
        let worker = worker();
        let Some(share) = self.store.share(worker.clone()).await? else { return Ok(None) };
        if share.workers > 1 {
            self.store.leave(worker).await?;
            bail!("other processes harvest into this store; stop them first");
        }
        let stop = CancellationToken::new();
        let (store, own, stopped) = (Arc::clone(&self.store), worker.clone(), stop.clone());
        let saying = self.tasks.spawn(async move {
            while !stopped.is_cancelled() {
                if let Err(error) = store.share(own.clone()).await {
                    warn!(error = with_causes(&error), "store does not answer");
                }
                tokio::select! {
                    () = stopped.cancelled() => return,
                    () = tokio::time::sleep(SAY_EVERY) => {}
                }
            }
        });
        Ok(Some(Alone { worker, is_held: stop.drop_guard(), saying }))
    }

    /// Gives up what was taken by [`take_all`](Self::take_all).
    pub(super) async fn give_up(&self, alone: Option<Alone>) -> Result<(), StoreError> {
        let Some(Alone { worker, is_held, saying }) = alone else { return Ok(()) };
        drop(is_held);
        // Said once more after it has left, it would seem to be there still.
        joined(saying).await;
        self.store.leave(worker).await
    }
}

/// Returns a name for this start of this process that no other has.
fn worker() -> Worker {
    Worker::new(format!("{}-{:016x}", std::process::id(), rand::random::<u64>()))
}
