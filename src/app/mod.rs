//! The composition root: puts the parts together, starts and stops them.

mod areas;
mod backup;
mod control;
mod datasets;
mod days;
mod doubts;
mod explain;
mod export;
mod follow;
mod log;
mod mappings;
mod policy;
mod reload;
mod remap;
mod role;
mod rules;
mod share;
mod sources;
mod status;
mod store_lock;
mod supervisor;
mod vocabularies;
mod withdrawal;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::Context as _;
use anyhow::bail;
use arc_swap::ArcSwap;
use arc_swap::ArcSwapOption;
use chrono::DateTime;
use chrono::Utc;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::error;
use tracing::info;
use tracing::warn;

pub use backup::backup;
pub use backup::migrate;
pub use backup::restore;
pub use datasets::UnreadDataset;
pub use doubts::doubts;
pub use export::ExportOrder;
pub use export::Exported;
pub use export::export;
pub use log::Format as LogFormat;
pub use log::start as start_log;
pub use mappings::MappingsError;
pub use mappings::read_mappings;
pub use remap::Change;
pub use remap::Remapped;
pub use remap::ServiceChange;
pub use remap::remap_differences;
pub use role::Role;

use self::areas::areas;
use self::control::Operator;
use self::datasets::Datasets;
use self::explain::Explanations;
use self::policy::Stale;
use self::share::Duties;
use self::sources::Feeds;
use self::status::Status;
use self::store_lock::StoreLock;
use self::supervisor::Supervisor;
use crate::api;
use crate::api::Admin;
use crate::api::ApiState;
use crate::api::Streams;
use crate::catalogue::Bodies;
use crate::catalogue::Catalogue;
use crate::causes::with_causes;
use crate::clock::Clock;
use crate::config::Config;
use crate::fetch::FetchConfig;
use crate::fetch::Fetcher;
use crate::harvest;
use crate::harvest::Board;
use crate::harvest::FeedSettings;
use crate::harvest::Followed;
use crate::harvest::Gate;
use crate::harvest::Harvester;
use crate::harvest::Mapper;
use crate::harvest::Sources;
use crate::harvest::Until;
use crate::mapping::Rules;
use crate::places::Gazetteer;
use crate::store;
use crate::store::FeedRecord;
use crate::store::Store;
use crate::store::StoreError;

/// How long running work may take to stop.
const GRACE: Duration = Duration::from_secs(10);

/// How long requests are still taken after the gateway said that it is not ready any more.
const DRAIN: Duration = Duration::from_millis(500);

/// A running gateway, or one about to run.
#[derive(Debug)]
pub struct App {
    config: ArcSwap<Config>,
    /// Where the configuration was read, when it can be read again, and what the file held.
    config_file: Option<(PathBuf, Option<Vec<u8>>)>,
    store: Arc<dyn Store>,
    catalogue: Arc<Catalogue>,
    board: Arc<Board>,
    harvester: Harvester,
    mapper: Mapper,
    supervisor: Supervisor,
    role: Role,
    duties: Duties,
    /// Woken when another process has published services.
    published: Notify,
    /// Since when the store does not answer.
    store_lost_at: ArcSwapOption<DateTime<Utc>>,
    /// The feeds as they were when the store was opened.
    feeds: Vec<FeedRecord>,
    rules: Arc<ArcSwap<Rules>>,
    /// Held while rules are replaced, so that two changes never start from the same ones.
    changing_rules: tokio::sync::Mutex<()>,
    clock: Clock,
    tasks: TaskTracker,
    is_ready: Arc<AtomicBool>,
    /// Held while a configuration is taken over.
    reloading: tokio::sync::Mutex<()>,
    /// Woken when vocabularies should be read before their time.
    refresh_now: Notify,
    /// Woken when dataset sites should be looked at before their time.
    look_now: Notify,
    /// What is known of dataset sites.
    datasets: ArcSwap<Datasets>,
    /// Feeds that were not read for longer than their policies allow.
    stale: ArcSwap<Stale>,
    /// Set when what follows from a change of rules could not be written or read: it is tried again.
    is_marking_owed: AtomicBool,
    gazetteer: Arc<Gazetteer>,
    /// Held as long as the store is in use.
    _lock: Option<StoreLock>,
}

impl App {
    /// Opens the store and puts the parts together; nothing is asked for on the network yet.
    pub async fn open(config: Config, clock: Clock) -> anyhow::Result<Self> {
        Self::open_as(Role::All, config, clock).await
    }

    /// Opens the store for a process that does not do everything.
    pub async fn open_as(role: Role, config: Config, clock: Clock) -> anyhow::Result<Self> {
        let url = store_url(role, &config)?;
        let lock = StoreLock::take(url)?;
        let store = store::open(url).await.context("opening the store")?;
        let gazetteer = Arc::new(Gazetteer::embedded().context("reading the postcodes")?);
        let catalogue = Arc::new(Catalogue::new(
            Arc::clone(&store),
            Arc::clone(&gazetteer),
            areas(&config.areas)?,
            clock.clone(),
        ));
        let ruleset = read_mappings(&config).context("reading the mapping rules")?;
        let mut rules = Rules::of(Arc::new(ruleset));
        rules.gazetteer = Some(Arc::clone(&gazetteer));
        let rules = Arc::new(ArcSwap::from_pointee(rules));
        let datasets = datasets::stored(&config, store.as_ref()).await?;
        let specs = Feeds::specs(&config, &datasets);
        let records = match role {
            Role::Api => store.feeds().await?,
            _ => policy::sync(&store, &config, specs, clock.now()).await?,
        };
        let stale = policy::stale(&config, &records, &Stale::new(), clock.now());
        let sources = Feeds::sources(&config, &datasets, &records, &stale, &rules.load());
        // Said at the start rather than when a feed is first asked.
        Feeds::settings(&config, records.clone(), &rules.load())?;
        let tasks = TaskTracker::new();
        let gate = Feeds::gate(&config, &datasets, &records);
        let harvester = harvester(&config, gate, &store, &clock, &tasks)?;
        let mapper = mapper(&harvester, &catalogue, sources);
        let is_ready = Arc::new(AtomicBool::new(false));
        Ok(Self {
            config: ArcSwap::from_pointee(config),
            config_file: None,
            store,
            catalogue,
            board: Arc::clone(&harvester.board),
            harvester,
            mapper,
            supervisor: Supervisor::default(),
            role,
            duties: Duties::default(),
            published: Notify::new(),
            store_lost_at: ArcSwapOption::empty(),
            feeds: records,
            rules,
            changing_rules: tokio::sync::Mutex::default(),
            clock,
            tasks,
            is_ready,
            reloading: tokio::sync::Mutex::new(()),
            refresh_now: Notify::new(),
            look_now: Notify::new(),
            datasets: ArcSwap::from_pointee(datasets),
            stale: ArcSwap::from_pointee(stale),
            is_marking_owed: AtomicBool::new(false),
            gazetteer,
            _lock: lock,
        })
    }

    /// Follows changes of the configuration's file while the gateway serves. `known` is what it held
    /// before the configuration was read, so that no change falls in between.
    #[must_use]
    pub fn reloading_from(mut self, file: PathBuf, known: Option<Vec<u8>>) -> Self {
        self.config_file = Some((file, known));
        self
    }

    /// Returns how feeds are doing.
    pub fn board(&self) -> Arc<Board> {
        Arc::clone(&self.board)
    }

    /// Returns the feeds as they were when the store was opened.
    pub fn feeds(&self) -> impl Iterator<Item = &FeedRecord> {
        self.feeds.iter()
    }

    /// Harvests for ever and serves, until told to stop.
    pub async fn serve(self, listener: TcpListener, stop: CancellationToken) -> anyhow::Result<()> {
        let app = Arc::new(self);
        let service = api::api(app.api_state(&stop));
        let draining = stop.clone();
        let (ready, closed) = (Arc::clone(&app.is_ready), CancellationToken::new());
        let close = closed.clone();
        app.tasks.spawn(async move {
            draining.cancelled().await;
            // Whoever balances load sends nobody here any more, while requests are still answered.
            ready.store(false, Ordering::Release);
            tokio::time::sleep(DRAIN).await;
            close.cancel();
        });
        let server = app.tasks.spawn(api::serve(listener, service, closed, app.tasks.clone()));
        app.load_vocabularies().await;
        // Work begins first: whoever finds a gateway of its own store ready with nothing waiting finds what the
        // configuration asks for, not what the one before it did.
        app.start(&stop).await?;
        app.is_ready.store(!stop.is_cancelled(), Ordering::Release);
        info!(services = app.catalogue.snapshot().len(), feeds = app.feeds.len(), "ready");
        stop.cancelled().await;
        info!("stopping");
        app.tasks.close();
        if tokio::time::timeout(GRACE, app.tasks.wait()).await.is_err() {
            warn!(grace_secs = GRACE.as_secs(), "some work did not stop in time");
            server.abort();
            return Ok(());
        }
        app.settle().await;
        Ok(())
    }

    fn api_state(self: &Arc<Self>, stop: &CancellationToken) -> ApiState {
        let config = self.config.load();
        let half = config.cache.max_mib * 1024 * 1024 / 2;
        let bodies = Bodies::new(Arc::clone(&self.store), half);
        let status = Arc::new(self.status());
        let token = config.server.admin_token.as_ref().filter(|_| self.role.harvests());
        let admin = token.map(|token| Admin {
            control: Arc::new(Operator { app: Arc::clone(self), stop: stop.clone() }),
            token: token.expose().into(),
        });
        let explanations = Arc::new(Explanations {
            store: Arc::clone(&self.store),
            sources: Arc::clone(&self.mapper.sources),
            gate: Arc::clone(&self.mapper.gate),
            clock: self.clock.clone(),
            one_at_a_time: Semaphore::new(1),
        });
        let catalogue = Arc::clone(&self.catalogue);
        let public_url = config.server.public_url.as_ref();
        let (clock, gazetteer) = (self.clock.clone(), Arc::clone(&self.gazetteer));
        let limits = &config.limits;
        let limits = (limits.requests_per_minute, limits.trusted_proxies.clone());
        let (pages, explain) = (half, explanations);
        ApiState::new(
            catalogue, bodies, pages, limits, public_url, status, explain, clock, gazetteer,
        )
        .with_admin(admin)
        .with_web(config.web.clone())
        .with_streams(Streams::new(stop.clone(), self.tasks.clone()))
    }

    /// Returns what tells how the gateway is doing.
    fn status(self: &Arc<Self>) -> Status {
        Status {
            store: Arc::clone(&self.store),
            catalogue: Arc::clone(&self.catalogue),
            board: Arc::clone(&self.board),
            is_ready: Arc::clone(&self.is_ready),
            sources: Arc::clone(&self.mapper.sources),
            app: Arc::clone(self),
        }
    }

    async fn start(self: &Arc<Self>, stop: &CancellationToken) -> anyhow::Result<()> {
        if self.role.harvests() {
            self.start_work(stop).await?;
        }
        if stop.is_cancelled() {
            return Ok(());
        }
        self.load_catalogue().await.context("reading the store")?;
        let (app, follow_stop) = (Arc::clone(self), stop.clone());
        self.tasks.spawn(async move { app.follow_store(follow_stop).await });
        let (app, hint_stop) = (Arc::clone(self), stop.clone());
        self.tasks.spawn(async move { app.follow_hints(hint_stop).await });
        if !self.role.harvests() {
            return Ok(());
        }
        let (app, watch_stop) = (Arc::clone(self), stop.clone());
        self.tasks.spawn(async move { app.watch_mappings(watch_stop).await });
        self.tasks.spawn(Arc::clone(self).follow_config(stop.clone()));
        let (app, stop) = (Arc::clone(self), stop.clone());
        self.tasks.spawn(async move { app.follow_feeds(stop).await });
        Ok(())
    }

    /// Reads the catalogue, if that was not done yet.
    async fn load_catalogue(&self) -> Result<(), StoreError> {
        if self.catalogue.is_read() { Ok(()) } else { self.catalogue.load().await }
    }

    /// Starts the mapper and what goes with it: of all processes one does this.
    fn start_mapping(
        self: &Arc<Self>,
        mapper: Arc<Mapper>,
        stop: &CancellationToken,
    ) -> Vec<JoinHandle<()>> {
        let mapper_stop = stop.clone();
        let (app, refresh_stop) = (Arc::clone(self), stop.clone());
        vec![
            self.tasks.spawn(async move { mapper.run(mapper_stop).await }),
            self.tasks.spawn(async move { app.refresh_vocabularies(refresh_stop).await }),
            self.tasks.spawn(Arc::clone(self).follow_datasets(stop.clone())),
            self.tasks.spawn(Arc::clone(self).keep_policies(stop.clone())),
            self.tasks.spawn(Arc::clone(self).keep_days(stop.clone())),
        ]
    }

    /// Tells whether this process maps, and no other.
    fn maps(&self) -> bool {
        self.role.harvests() && self.duties.include_mapping()
    }

    /// Returns what the pollers need to know now.
    async fn feed_settings(&self) -> anyhow::Result<Vec<FeedSettings>> {
        Feeds::settings(&self.config.load(), self.store.feeds().await?, &self.rules.load())
    }

    /// Stops the pollers of feeds that were paused meanwhile.
    async fn follow_feeds(self: Arc<Self>, stop: CancellationToken) {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.mapper.feeds_changed.notified() => {}
            }
            if let Err(error) = self.supervisor.reconcile(&self, &stop).await {
                error!(error = format!("{error:#}"), "pollers not brought up to date");
            }
        }
    }

    /// Harvests every feed to its end once and maps; returns how each fared.
    pub async fn harvest_once(
        &self,
        stop: &CancellationToken,
    ) -> anyhow::Result<Vec<(FeedRecord, Followed)>> {
        let alone = self.take_all().await?;
        let followed = self.harvest_alone(stop).await;
        let given_up = self.give_up(alone).await;
        let followed = followed?;
        given_up?;
        self.settle().await;
        let records = self.store.feeds().await?;
        let fared = |(record, followed): (FeedRecord, Followed)| match &record.paused {
            Some(reason) => (record.clone(), Followed::Failed(format!("paused: {reason}"))),
            None => (record, followed),
        };
        Ok(records.into_iter().zip(followed).map(fared).collect())
    }

    async fn harvest_alone(&self, stop: &CancellationToken) -> anyhow::Result<Vec<Followed>> {
        for record in &self.feeds {
            self.board.begin(record.id);
        }
        self.load_vocabularies().await;
        self.read_vocabularies().await;
        self.mark_if_made_otherwise().await;
        self.catalogue.load().await?;
        let mapping_stop = CancellationToken::new();
        let (mapper, running) = (self.mapper.clone(), mapping_stop.clone());
        let mapping = self.tasks.spawn(async move { mapper.run(running).await });
        let followed = self.follow_all_once(stop).await;
        mapping_stop.cancel();
        if mapping.await.is_err() {
            warn!("the mapping task ended badly");
        }
        let followed = followed?;
        if !stop.is_cancelled() {
            self.apply_policies().await?;
            self.mapper.finish(stop).await?;
            self.note_shown().await?;
            self.catalogue.catch_up().await?;
        }
        Ok(followed)
    }

    /// Leaves the store in its file; where that cannot be, it is whole with the log beside it.
    async fn settle(&self) {
        if let Err(error) = self.store.settle().await {
            warn!(error = with_causes(&error), "the store's log stays beside its file");
        }
    }

    async fn follow_all_once(&self, stop: &CancellationToken) -> anyhow::Result<Vec<Followed>> {
        self.look_at_datasets(&mut BTreeSet::new()).await?;
        let feeds = self.feed_settings().await?;
        let followed = feeds.iter().map(|feed| self.follow_once(feed, stop));
        Ok(futures_util::future::join_all(followed).await)
    }

    async fn follow_once(&self, feed: &FeedSettings, stop: &CancellationToken) -> Followed {
        match &feed.record.paused {
            Some(reason) => {
                self.board.pause(feed.record.id);
                Followed::Failed(format!("paused: {reason}"))
            }
            None => harvest::follow(&self.harvester, feed, Until::End, stop).await,
        }
    }

    /// Returns how many services lists show.
    pub fn service_count(&self) -> usize {
        self.catalogue.snapshot().len()
    }

    /// Returns the sources of the feeds that may be republished.
    pub fn sources(&self) -> Arc<Sources> {
        self.mapper.sources.load_full()
    }
}

/// Returns where the store of a process is.
fn store_url(role: Role, config: &Config) -> anyhow::Result<&str> {
    let url = &config.store.url;
    if role != Role::All && url.starts_with("sqlite:") {
        bail!(
            "a role needs a store on a server: store.url is a file, which one process uses alone"
        );
    }
    Ok(match &config.store.read_url {
        Some(url) if role == Role::Api => url,
        _ => url,
    })
}

fn harvester(
    config: &Config,
    gate: Gate,
    store: &Arc<dyn Store>,
    clock: &Clock,
    tasks: &TaskTracker,
) -> anyhow::Result<Harvester> {
    Ok(Harvester {
        fetcher: Arc::new(fetcher(config)?),
        store: Arc::clone(store),
        board: Arc::default(),
        changed: Arc::default(),
        clock: clock.clone(),
        poll_interval: Duration::from_secs(config.fetch.poll_interval_secs),
        gate: Arc::new(ArcSwap::from_pointee(gate)),
        feeds_changed: Arc::default(),
        tasks: tasks.clone(),
        pages: Arc::new(Semaphore::new(harvest::PAGES_AT_ONCE)),
    })
}

fn fetcher(config: &Config) -> anyhow::Result<Fetcher> {
    let fetch = &config.fetch;
    let fetcher = Fetcher::new(FetchConfig {
        contact: fetch.contact.clone(),
        timeout: Duration::from_secs(fetch.timeout_secs),
        max_body_bytes: fetch.max_page_mib * 1024 * 1024,
        allow_private_networks: fetch.allow_private_networks,
    });
    Ok(fetcher?)
}

/// Returns the mapper beside a harvester: they share what they tell each other by.
fn mapper(harvester: &Harvester, catalogue: &Arc<Catalogue>, sources: Sources) -> Mapper {
    Mapper {
        store: Arc::clone(&harvester.store),
        catalogue: Arc::clone(catalogue),
        sources: Arc::new(ArcSwap::from_pointee(sources)),
        changed: Arc::clone(&harvester.changed),
        clock: harvester.clock.clone(),
        tasks: harvester.tasks.clone(),
        gate: Arc::clone(&harvester.gate),
        board: Arc::clone(&harvester.board),
        feeds_changed: Arc::clone(&harvester.feeds_changed),
        // What was held when the program ended waits for its judgement still.
        is_holding: Arc::new(AtomicBool::new(true)),
        is_shared: false,
    }
}
