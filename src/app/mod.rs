//! The composition root: puts the parts together, starts and stops them.

mod areas;
mod explain;
mod log;
mod mappings;
mod remap;
mod rules;
mod sources;
mod status;
mod store_lock;
mod vocabularies;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::Context as _;
use arc_swap::ArcSwap;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::info;
use tracing::warn;

pub use log::Format as LogFormat;
pub use log::start as start_log;
pub use mappings::MappingsError;
pub use mappings::read_mappings;
pub use remap::Change;
pub use remap::Remapped;
pub use remap::ServiceChange;
pub use remap::remap_differences;

pub(crate) use status::without_secrets;

use self::areas::areas;
use self::explain::Explanations;
use self::sources::Feeds;
use self::status::Status;
use self::store_lock::StoreLock;
use crate::api;
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
use crate::store::sqlite::SqliteStore;

/// How long running work may take to stop.
const GRACE: Duration = Duration::from_secs(10);

/// A running gateway, or one about to run.
#[derive(Debug)]
pub struct App {
    config: Arc<Config>,
    store: Arc<dyn Store>,
    catalogue: Arc<Catalogue>,
    board: Arc<Board>,
    harvester: Harvester,
    mapper: Mapper,
    feeds: Vec<FeedSettings>,
    rules: Arc<ArcSwap<Rules>>,
    /// Held while rules are replaced, so that two changes never start from the same ones.
    changing_rules: Arc<Mutex<()>>,
    clock: Clock,
    tasks: TaskTracker,
    is_ready: Arc<AtomicBool>,
    gazetteer: Arc<Gazetteer>,
    /// Held as long as the store is in use.
    _lock: Option<StoreLock>,
}

impl App {
    /// Opens the store and puts the parts together; nothing is asked for on the network yet.
    pub async fn open(config: Config, clock: Clock) -> anyhow::Result<Self> {
        let config = Arc::new(config);
        let lock = StoreLock::take(&config.store.url)?;
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
        let changed = Arc::new(Notify::new());
        let fetcher = Arc::new(fetcher(&config)?);
        let ruleset = read_mappings(&config).context("reading the mapping rules")?;
        let records = store.sync_feeds(Feeds::specs(&config), clock.now()).await?;
        let rules = Arc::new(ArcSwap::from_pointee(Rules::of(Arc::new(ruleset))));
        let sources = Feeds::sources(&config, &records, &rules.load());
        let tasks = TaskTracker::new();
        let harvester = Harvester {
            fetcher,
            store: Arc::clone(&store),
            board: Arc::clone(&board),
            changed: Arc::clone(&changed),
            clock: clock.clone(),
            poll_interval: Duration::from_secs(config.fetch.poll_interval_secs),
        };
        let mapper = Mapper {
            store: Arc::clone(&store),
            catalogue: Arc::clone(&catalogue),
            sources: Arc::new(ArcSwap::from_pointee(sources)),
            changed,
            clock: clock.clone(),
            tasks: tasks.clone(),
        };
        let feeds = Feeds::settings(&config, records, &rules.load())?;
        let is_ready = Arc::new(AtomicBool::new(false));
        for setting in Feeds::not_acted_on(&config) {
            warn!(setting, "configured, and not acted on by this version");
        }
        Ok(Self {
            config,
            store,
            catalogue,
            board,
            harvester,
            mapper,
            feeds,
            rules,
            changing_rules: Arc::default(),
            clock,
            tasks,
            is_ready,
            gazetteer,
            _lock: lock,
        })
    }

    /// Returns how feeds are doing.
    pub fn board(&self) -> Arc<Board> {
        Arc::clone(&self.board)
    }

    /// Returns the feeds as they were when the store was opened.
    pub fn feeds(&self) -> impl Iterator<Item = &FeedRecord> {
        self.feeds.iter().map(|feed| &feed.record)
    }

    /// Harvests for ever and serves, until told to stop.
    pub async fn serve(self, listener: TcpListener, stop: CancellationToken) -> anyhow::Result<()> {
        let app = Arc::new(self);
        let service = api::router(app.api_state());
        let draining = stop.clone();
        let server =
            axum::serve(listener, service.into_make_service_with_connect_info::<SocketAddr>())
                .with_graceful_shutdown(async move { draining.cancelled().await });
        let server = app.tasks.spawn(server.into_future());
        app.load_vocabularies().await;
        app.mark_if_made_otherwise().await;
        app.catalogue.load().await.context("reading the store")?;
        app.is_ready.store(true, Ordering::Release);
        info!(services = app.catalogue.snapshot().len(), feeds = app.feeds.len(), "ready");
        app.start_harvest(&stop);
        stop.cancelled().await;
        app.is_ready.store(false, Ordering::Release);
        info!("stopping");
        app.tasks.close();
        if tokio::time::timeout(GRACE, app.tasks.wait()).await.is_err() {
            warn!(grace_secs = GRACE.as_secs(), "some work did not stop in time");
            server.abort();
        }
        Ok(())
    }

    fn api_state(&self) -> ApiState {
        let half = self.config.cache.max_mib * 1024 * 1024 / 2;
        let bodies = Bodies::new(Arc::clone(&self.store), half);
        let status = Arc::new(Status {
            store: Arc::clone(&self.store),
            catalogue: Arc::clone(&self.catalogue),
            board: Arc::clone(&self.board),
            is_ready: Arc::clone(&self.is_ready),
        });
        let explanations = Arc::new(Explanations {
            store: Arc::clone(&self.store),
            sources: Arc::clone(&self.mapper.sources),
            clock: self.clock.clone(),
            one_at_a_time: Semaphore::new(1),
        });
        let catalogue = Arc::clone(&self.catalogue);
        let public_url = self.config.server.public_url.as_ref();
        let (clock, gazetteer) = (self.clock.clone(), Arc::clone(&self.gazetteer));
        let limits = &self.config.limits;
        let limits = (limits.requests_per_minute, limits.trusted_proxies.clone());
        let (pages, explain) = (half, explanations);
        ApiState::new(
            catalogue, bodies, pages, limits, public_url, status, explain, clock, gazetteer,
        )
    }

    fn start_harvest(self: &Arc<Self>, stop: &CancellationToken) {
        for settings in &self.feeds {
            let (app, settings, stop) = (Arc::clone(self), settings.clone(), stop.clone());
            self.tasks.spawn(async move {
                harvest::follow(&app.harvester, &settings, Until::Cancelled, &stop).await
            });
        }
        let (mapper, mapper_stop) = (self.mapper.clone(), stop.clone());
        self.tasks.spawn(async move { mapper.run(mapper_stop).await });
        let (app, stop) = (Arc::clone(self), stop.clone());
        let (watching, watch_stop) = (Arc::clone(self), stop.clone());
        self.tasks.spawn(async move { watching.watch_mappings(watch_stop).await });
        self.tasks.spawn(async move { app.refresh_vocabularies(stop).await });
    }

    /// Harvests every feed to its end once and maps; returns how each fared.
    pub async fn harvest_once(
        &self,
        stop: &CancellationToken,
    ) -> anyhow::Result<Vec<(FeedRecord, Followed)>> {
        self.load_vocabularies().await;
        self.read_vocabularies().await;
        self.mark_if_made_otherwise().await;
        self.catalogue.load().await?;
        let mapping_stop = CancellationToken::new();
        let (mapper, running) = (self.mapper.clone(), mapping_stop.clone());
        let mapping = self.tasks.spawn(async move { mapper.run(running).await });
        let followed = futures_util::future::join_all(
            self.feeds.iter().map(|feed| harvest::follow(&self.harvester, feed, Until::End, stop)),
        )
        .await;
        mapping_stop.cancel();
        if mapping.await.is_err() {
            warn!("the mapping task ended badly");
        }
        if !stop.is_cancelled() {
            self.mapper.drain().await?;
        }
        let records = self.store.feeds().await?;
        Ok(records.into_iter().zip(followed).collect())
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
    Ok(Fetcher::new(FetchConfig {
        contact: config.fetch.contact.clone(),
        timeout: Duration::from_secs(config.fetch.timeout_secs),
        max_body_bytes: config.fetch.max_page_mib * 1024 * 1024,
        allow_private_networks: config.fetch.allow_private_networks,
    })?)
}
