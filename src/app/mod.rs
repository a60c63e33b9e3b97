//! The composition root: puts the parts together, starts and stops them.

mod areas;
mod control;
mod datasets;
mod log;
mod reload;
mod sources;
mod status;
mod supervisor;
mod vocabularies;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::Context as _;
use arc_swap::ArcSwap;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::error;
use tracing::info;
use tracing::warn;

pub use log::Format as LogFormat;
pub use log::start as start_log;

pub(crate) use status::without_secrets;

use self::areas::areas;
use self::control::Operator;
use self::datasets::Datasets;
use self::sources::Feeds;
use self::status::Status;
use self::supervisor::Supervisor;
use self::vocabularies::Vocabularies;
use crate::api;
use crate::api::Admin;
use crate::api::ApiState;
use crate::catalogue::Bodies;
use crate::catalogue::Catalogue;
use crate::clock::Clock;
use crate::config::Config;
use crate::fetch::FetchConfig;
use crate::fetch::Fetcher;
use crate::harvest;
use crate::harvest::Board;
use crate::harvest::FeedSettings;
use crate::harvest::Followed;
use crate::harvest::Harvester;
use crate::harvest::Mapper;
use crate::harvest::Sources;
use crate::harvest::Until;
use crate::mapping::Rules;
use crate::places::Gazetteer;
use crate::store::FeedRecord;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::sqlite::SqliteStore;

/// How long running work may take to stop.
const GRACE: Duration = Duration::from_secs(10);

/// How long requests are still taken after the gateway said that it is not ready any more.
const DRAIN: Duration = Duration::from_millis(500);

/// The name under which the store keeps what services are made with.
const MADE_WITH: &str = "made_with";

/// A running gateway, or one about to run.
#[derive(Debug)]
pub struct App {
    config: ArcSwap<Config>,
    /// Where the configuration was read, when it can be read again.
    config_file: Option<PathBuf>,
    store: Arc<dyn Store>,
    catalogue: Arc<Catalogue>,
    board: Arc<Board>,
    harvester: Harvester,
    mapper: Mapper,
    supervisor: Supervisor,
    /// The feeds as they were when the store was opened.
    feeds: Vec<FeedRecord>,
    rules: Arc<ArcSwap<Rules>>,
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
    gazetteer: Arc<Gazetteer>,
}

impl App {
    /// Opens the store and puts the parts together; nothing is asked for on the network yet.
    pub async fn open(config: Config, clock: Clock) -> anyhow::Result<Self> {
        let store: Arc<dyn Store> =
            Arc::new(SqliteStore::open(&config.store.url).context("opening the store")?);
        let gazetteer = Arc::new(Gazetteer::embedded().context("reading the postcodes")?);
        let catalogue = Arc::new(Catalogue::new(
            Arc::clone(&store),
            Arc::clone(&gazetteer),
            areas(&config.areas)?,
            clock.clone(),
        ));
        let board = Arc::new(Board::default());
        let fetcher = Arc::new(fetcher(&config)?);
        let datasets = datasets::stored(&config, store.as_ref()).await?;
        let records = store.sync_feeds(Feeds::specs(&config, &datasets), clock.now()).await?;
        let rules = Arc::new(ArcSwap::from_pointee(Rules::default()));
        let sources = Feeds::sources(&config, &datasets, &records, &rules.load());
        // Said at the start rather than when a feed is first asked.
        Feeds::settings(&config, records.clone())?;
        let tasks = TaskTracker::new();
        let harvester = Harvester {
            fetcher,
            store: Arc::clone(&store),
            board: Arc::clone(&board),
            changed: Arc::new(Notify::new()),
            clock: clock.clone(),
            poll_interval: Duration::from_secs(config.fetch.poll_interval_secs),
            gate: Arc::new(ArcSwap::from_pointee(Feeds::gate(&config, &datasets, &records))),
            feeds_changed: Arc::new(Notify::new()),
            tasks: tasks.clone(),
        };
        let mapper = mapper(&harvester, &catalogue, sources);
        let is_ready = Arc::new(AtomicBool::new(false));
        for setting in Feeds::not_acted_on(&config) {
            warn!(setting, "configured, and not acted on by this version");
        }
        Ok(Self {
            config: ArcSwap::from_pointee(config),
            config_file: None,
            store,
            catalogue,
            board,
            harvester,
            mapper,
            supervisor: Supervisor::default(),
            feeds: records,
            rules,
            clock,
            tasks,
            is_ready,
            reloading: tokio::sync::Mutex::new(()),
            refresh_now: Notify::new(),
            look_now: Notify::new(),
            datasets: ArcSwap::from_pointee(datasets),
            gazetteer,
        })
    }

    /// Follows changes of the configuration's file while the gateway serves.
    #[must_use]
    pub fn reloading_from(mut self, file: PathBuf) -> Self {
        self.config_file = Some(file);
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
        let service = api::router(app.api_state(&stop));
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
        app.load_rules().await;
        app.mark_if_made_otherwise().await;
        app.catalogue.load().await.context("reading the store")?;
        app.is_ready.store(true, Ordering::Release);
        info!(services = app.catalogue.snapshot().len(), feeds = app.feeds.len(), "ready");
        app.start_harvest(&stop).await?;
        stop.cancelled().await;
        info!("stopping");
        app.tasks.close();
        if tokio::time::timeout(GRACE, app.tasks.wait()).await.is_err() {
            warn!(grace_secs = GRACE.as_secs(), "some work did not stop in time");
            server.abort();
        }
        Ok(())
    }

    fn api_state(self: &Arc<Self>, stop: &CancellationToken) -> ApiState {
        let config = self.config.load();
        let half = config.cache.max_mib * 1024 * 1024 / 2;
        let bodies = Bodies::new(Arc::clone(&self.store), half);
        let status = Arc::new(Status {
            store: Arc::clone(&self.store),
            catalogue: Arc::clone(&self.catalogue),
            board: Arc::clone(&self.board),
            is_ready: Arc::clone(&self.is_ready),
            sources: Arc::clone(&self.mapper.sources),
            gate: Arc::clone(&self.mapper.gate),
            app: Arc::clone(self),
        });
        let admin = config.server.admin_token.as_ref().map(|token| Admin {
            control: Arc::new(Operator { app: Arc::clone(self), stop: stop.clone() }),
            token: token.expose().into(),
        });
        let catalogue = Arc::clone(&self.catalogue);
        let public_url = config.server.public_url.as_ref();
        let (clock, gazetteer) = (self.clock.clone(), Arc::clone(&self.gazetteer));
        let limits = &config.limits;
        let limits = (limits.requests_per_minute, limits.trusted_proxies.clone());
        ApiState::new(catalogue, bodies, half, limits, public_url, status, clock, gazetteer)
            .with_admin(admin)
    }

    async fn start_harvest(self: &Arc<Self>, stop: &CancellationToken) -> anyhow::Result<()> {
        self.supervisor.reconcile(self, stop).await?;
        let (mapper, mapper_stop) = (self.mapper.clone(), stop.clone());
        self.tasks.spawn(async move { mapper.run(mapper_stop).await });
        let (app, refresh_stop) = (Arc::clone(self), stop.clone());
        self.tasks.spawn(async move { app.refresh_rules(refresh_stop).await });
        self.tasks.spawn(Arc::clone(self).follow_config(stop.clone()));
        self.tasks.spawn(Arc::clone(self).follow_datasets(stop.clone()));
        let (app, stop) = (Arc::clone(self), stop.clone());
        self.tasks.spawn(async move { app.follow_feeds(stop).await });
        Ok(())
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

    /// Takes over the copies of the vocabularies that the store holds: they never delay the start.
    async fn load_rules(&self) {
        let config = self.config.load_full();
        let rules = self.vocabularies(&config).stored().await;
        self.take_rules(rules).await;
    }

    fn vocabularies<'a>(&'a self, config: &'a Config) -> Vocabularies<'a> {
        Vocabularies {
            config: &config.mappings,
            store: &self.store,
            fetcher: &self.harvester.fetcher,
        }
    }

    async fn take_rules(&self, rules: Rules) {
        self.catalogue.set_vocabulary(rules.terms());
        match self.store.feeds().await {
            Ok(records) => {
                let (config, datasets) = (self.config.load(), self.datasets.load());
                let sources = Feeds::sources(&config, &datasets, &records, &rules);
                self.mapper.sources.store(Arc::new(sources));
                self.mapper.gate.store(Arc::new(Feeds::gate(&config, &datasets, &records)));
            }
            Err(error) => error!(%error, "feeds not read; rules stay as they were"),
        }
        self.rules.store(Arc::new(rules));
    }

    /// Reads the vocabularies now and once a day; a change maps everything again.
    async fn refresh_rules(&self, stop: CancellationToken) {
        loop {
            let config = self.config.load_full();
            if let Some(rules) = self.vocabularies(&config).refreshed(&self.rules.load()).await {
                self.take_rules(rules).await;
                self.mark_if_made_otherwise().await;
                self.mapper.changed.notify_one();
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.refresh_now.notified() => {}
                () = tokio::time::sleep(Duration::from_hours(24)) => {}
            }
        }
    }

    /// Marks every root when services are made with other vocabularies or settings than last time.
    ///
    /// What they are made with is written down after that, so that a crash in between marks again.
    async fn mark_if_made_otherwise(&self) {
        let marked = async {
            let config = self.config.load_full();
            let mut made_with = self.vocabularies(&config).made_with(&config.publishers).await?;
            for (publisher, known) in self.datasets.load().iter() {
                made_with.extend(format!("{publisher} {:?}", known.license).bytes());
            }
            if self.store.vocabulary(MADE_WITH).await?.as_ref() == Some(&made_with) {
                return Ok(());
            }
            let count = self.store.mark_all().await?;
            info!(roots = count, "vocabularies or settings changed; mapping again");
            self.store.keep_vocabulary(MADE_WITH, made_with).await
        };
        let marked: Result<(), StoreError> = marked.await;
        if let Err(error) = marked {
            error!(%error, "roots not marked after a change of vocabularies or settings");
        }
    }

    /// Harvests every feed to its end once and maps; returns how each fared.
    pub async fn harvest_once(
        &self,
        stop: &CancellationToken,
    ) -> anyhow::Result<Vec<(FeedRecord, Followed)>> {
        self.load_rules().await;
        let config = self.config.load_full();
        if let Some(rules) = self.vocabularies(&config).refreshed(&self.rules.load()).await {
            self.take_rules(rules).await;
        }
        self.mark_if_made_otherwise().await;
        self.catalogue.load().await?;
        let mapping_stop = CancellationToken::new();
        let (mapper, running) = (self.mapper.clone(), mapping_stop.clone());
        let mapping = self.tasks.spawn(async move { mapper.run(running).await });
        self.look_at_datasets().await?;
        let feeds = Feeds::settings(&config, self.store.feeds().await?)?;
        let followed =
            futures_util::future::join_all(feeds.iter().map(|feed| self.follow_once(feed, stop)))
                .await;
        mapping_stop.cancel();
        if mapping.await.is_err() {
            warn!("the mapping task ended badly");
        }
        if !stop.is_cancelled() {
            self.mapper.finish().await?;
            self.catalogue.catch_up().await?;
        }
        let records = self.store.feeds().await?;
        let fared = |(record, followed): (FeedRecord, Followed)| match &record.paused {
            Some(reason) => (record.clone(), Followed::Failed(format!("paused: {reason}"))),
            None => (record, followed),
        };
        Ok(records.into_iter().zip(followed).map(fared).collect())
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
    }
}
