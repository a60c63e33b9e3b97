//! What every handler can reach.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use arc_swap::ArcSwapOption;
use axum::http::HeaderMap;
use axum::http::header;
use chrono::DateTime;
use chrono::Utc;
use futures_util::future::BoxFuture;
use ipnet::IpNet;
use serde::Serialize;
use url::Url;

use super::admin::Admin;
use super::caching::Pages;
use super::client::Limits;
use super::explain::ExplainSource;
use super::export::Shelf;
use super::metrics::Metrics;
use super::ready::Targets;
use super::streams::Streams;
use super::walks::Walks;
use crate::catalogue::Bodies;
use crate::catalogue::Catalogue;
use crate::clock::Clock;
use crate::config::Policy;
use crate::config::Web;
use crate::places::Gazetteer;
use crate::quality::Code;
use crate::store::Dirty;
use crate::store::FeedId;
use crate::store::Served;
use crate::store::ServiceRecord;
use crate::store::StoreError;
use crate::web::Choices;
use crate::web::Districts;
use crate::web::Followers;
use crate::web::Reports;

/// How long the licences of the sources are taken as they are.
const LICENCES_FOR: Duration = Duration::from_secs(30);

/// A handle on what every handler can reach; each request has several, so a clone counts one up and copies
/// nothing.
#[derive(Clone)]
pub struct ApiState(Arc<Reach>);

/// What every handler can reach.
#[derive(Clone)]
pub struct Reach {
    /// Answers queries.
    pub catalogue: Arc<Catalogue>,
    /// Bodies of services.
    pub bodies: Bodies,
    /// Pages that were asked for lately.
    pub(super) pages: Pages,
    /// What was asked for lately.
    pub(super) targets: Targets,
    /// Who reads page after page.
    pub(super) walks: Walks,
    /// Streams of changes that are open.
    pub(super) streams: Streams,
    /// Exports that were made.
    pub(super) exports: Shelf,
    /// How often a client may ask.
    pub(super) limits: Limits,
    /// When the program was started.
    pub(super) started: DateTime<Utc>,
    /// The licences of the sources, asked for now and then, and when they were.
    licences: Arc<ArcSwapOption<(Instant, Arc<Vec<String>>)>>,
    /// The address people reach the gateway by, without a slash at the end.
    pub public_url: Option<String>,
    /// Tells how the feeds are doing.
    pub status: Arc<dyn StatusSource>,
    /// Explains services.
    pub explain: Arc<dyn ExplainSource>,
    /// Tells the time.
    pub clock: Clock,
    /// Resolves postcodes.
    pub gazetteer: Arc<Gazetteer>,
    /// What the API counts.
    pub(super) metrics: Metrics,
    /// The activities that the finder offers.
    pub(crate) choices: Choices,
    /// Reports on publishers made lately.
    pub(crate) reports: Reports,
    /// Who follows the page at `/`.
    pub(crate) followers: Followers,
    /// What the plain base map names.
    pub(crate) districts: Districts,
    /// What the operator decided about pages.
    pub(crate) web: Web,
    /// What the operator may do; nothing without a token.
    pub(super) admin: Option<Admin>,
}

impl ApiState {
    /// Puts the state together. `limits` are the requests a minute of one client, and the proxies that
    /// are believed when they name one.
    #[expect(clippy::too_many_arguments, reason = "one for each thing a handler reaches")]
    pub fn new(
        catalogue: Arc<Catalogue>,
        bodies: Bodies,
        max_page_bytes: u64,
        limits: (u32, Vec<IpNet>),
        public_url: Option<&Url>,
        status: Arc<dyn StatusSource>,
        explain: Arc<dyn ExplainSource>,
        clock: Clock,
        gazetteer: Arc<Gazetteer>,
    ) -> Self {
        let metrics = Metrics::default();
        Self(Arc::new(Reach {
            catalogue,
            bodies,
            pages: Pages::new(max_page_bytes, metrics.clone()),
            targets: Targets::default(),
            walks: Walks::default(),
            streams: Streams::default(),
            exports: Shelf::default(),
            started: clock.now(),
            limits: Limits::new(limits.0, limits.1),
            licences: Arc::default(),
            public_url: public_url.map(|url| url.as_str().trim_end_matches('/').to_owned()),
            status,
            explain,
            clock,
            gazetteer,
            metrics,
            choices: Choices::default(),
            reports: Reports::default(),
            followers: Followers::default(),
            districts: Districts::default(),
            web: Web::default(),
            admin: None,
        }))
    }

    /// Has streams of changes end with the program.
    #[must_use]
    pub fn with_streams(mut self, streams: Streams) -> Self {
        Arc::make_mut(&mut self.0).streams = streams;
        self
    }

    /// Has pages show what the operator decided.
    #[must_use]
    pub fn with_web(mut self, web: Web) -> Self {
        Arc::make_mut(&mut self.0).web = web;
        self
    }

    /// Opens the admin API.
    #[must_use]
    pub fn with_admin(mut self, admin: Option<Admin>) -> Self {
        Arc::make_mut(&mut self.0).admin = admin;
        self
    }
}

impl Reach {
    /// Returns the addresses of the licences of all sources.
    pub(super) async fn licences(&self) -> Arc<Vec<String>> {
        if let Some(licences) = self.licences_known() {
            return licences;
        }
        let feeds = self.status.report().await.map(|report| report.feeds).unwrap_or_default();
        let licences = feeds.iter().filter_map(|feed| Url::parse(feed.license.as_deref()?).ok());
        let web = licences.filter(|url| matches!(url.scheme(), "http" | "https"));
        let mut licences: Vec<String> = web.map(String::from).collect();
        licences.sort_unstable();
        licences.dedup();
        let licences = Arc::new(licences);
        self.licences.store(Some(Arc::new((Instant::now(), Arc::clone(&licences)))));
        licences
    }

    /// Returns the licences if they were asked for lately.
    pub(super) fn licences_known(&self) -> Option<Arc<Vec<String>>> {
        let known = self.licences.load();
        let (at, licences) = known.as_deref()?;
        (at.elapsed() < LICENCES_FOR).then(|| Arc::clone(licences))
    }

    /// Returns the address people reach the gateway by: as configured, else as the request names it.
    pub(crate) fn base_url(&self, headers: &HeaderMap) -> String {
        if let Some(url) = &self.public_url {
            return url.clone();
        }
        [SCHEME, host_of(headers)].concat()
    }

    /// Tells whether this is the [`base_url`](Self::base_url) of a request.
    pub(super) fn is_base_url(&self, base: &str, headers: &HeaderMap) -> bool {
        match &self.public_url {
            Some(url) => url == base,
            None => base.strip_prefix(SCHEME) == Some(host_of(headers)),
        }
    }
}

/// How the address begins that a request names; one with TLS is configured.
const SCHEME: &str = "http://";

fn host_of(headers: &HeaderMap) -> &str {
    headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost")
}

impl Deref for ApiState {
    type Target = Reach;

    fn deref(&self) -> &Reach {
        &self.0
    }
}

impl std::fmt::Debug for ApiState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("ApiState").field(&self.0).finish()
    }
}

impl std::fmt::Debug for Reach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reach").field("public_url", &self.public_url).finish_non_exhaustive()
    }
}

/// Tells how the feeds are doing; implemented by whoever harvests.
pub trait StatusSource: Send + Sync {
    /// Returns how every feed is doing.
    fn report(&self) -> BoxFuture<'_, Result<StatusReport, StoreError>>;

    /// Maps roots that may not be republished, for the report of their publisher: what is no part of it is left out,
    /// and nothing is kept. Returns what would be published.
    fn unpublished(
        &self,
        _roots: Vec<Dirty>,
    ) -> BoxFuture<'_, Result<Vec<ServiceRecord>, StoreError>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    /// Returns which feeds' items may be shown to anybody: none where nobody says so.
    fn served(&self) -> Arc<Served> {
        Arc::default()
    }

    /// Returns since when the store does not answer; nothing when it does.
    fn store_lost_at(&self) -> Option<DateTime<Utc>> {
        None
    }

    /// Tells whether the store and the catalogue are ready.
    fn is_ready(&self) -> bool;
}

/// How the gateway is doing. No secrets.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StatusReport {
    /// Services that lists show.
    pub services: usize,
    /// Opportunities waiting to be mapped or, once mapped, to show in lists.
    pub waiting: u64,
    /// Number of the latest change that lists show, the same wherever they are the same.
    pub generation: u64,
    /// Changes that they do not show yet: at most a thousand are counted.
    pub behind: u64,
    /// The feeds, in the order of the configuration.
    pub feeds: Vec<FeedReport>,
    /// The dataset sites of publishers that have one.
    pub datasets: Vec<DatasetReport>,
}

/// What is known of a dataset site.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DatasetReport {
    /// Key of the publisher.
    pub publisher: String,
    /// Feeds it lists, without anything secret.
    pub feeds: Vec<String>,
    /// Licence it states.
    pub license: Option<String>,
    /// When it was last read.
    pub read_at: Option<DateTime<Utc>>,
    /// Why it could not be read the last time.
    pub error: Option<String>,
}

/// How a feed is doing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FeedReport {
    /// Its number in the store.
    #[serde(skip)]
    pub id: FeedId,
    /// Key of the publisher.
    pub publisher: String,
    /// Name of the publisher, as configured.
    pub publisher_name: String,
    /// First page, without anything secret.
    pub url: String,
    /// `starting`, `catching_up`, `live`, `backing_off`, `stopped` or `paused`.
    pub state: &'static str,
    /// Why it is in this state, when that needs saying.
    pub reason: Option<String>,
    /// Whether the last page was read at least once.
    pub at_end: bool,
    /// Live items.
    pub items: u64,
    /// Tombstones received.
    pub deleted: u64,
    /// Occurrences whose parent was not published.
    pub orphans: u64,
    /// Findings on its live items.
    pub findings: u64,
    /// What was found in items that no service's findings tell of, by code: tombstones, items sent twice,
    /// sessions and slots since the program started, and occurrences without their parent.
    pub item_findings: BTreeMap<Code, u64>,
    /// When a page was last read.
    pub last_success: Option<DateTime<Utc>>,
    /// When a page last brought a change.
    pub last_change: Option<DateTime<Utc>>,
    /// What went wrong last, when nothing went right since.
    pub last_error: Option<String>,
    /// When it is asked next.
    pub next_poll: Option<DateTime<Utc>>,
    /// Pages read in all.
    pub pages: u64,
    /// Licence of the data.
    pub license: Option<String>,
    /// Why its services are not republished, when they are not.
    pub withheld: Option<&'static str>,
    /// Services about to be lost that stay until the operator accepts their loss.
    pub held: u64,
    /// What the feed is held to as time goes by.
    pub policy: Policy,
    /// When its services go unless it is read before.
    pub stale_at: Option<DateTime<Utc>>,
    /// When it was last begun to be read again from its first page.
    pub resynced_at: Option<DateTime<Utc>>,
    /// What was read since the program started; for `/metrics` alone.
    #[serde(skip)]
    pub traffic: Traffic,
}

/// What was read of a feed since the program started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traffic {
    /// Bytes of pages, unpacked.
    pub bytes: u64,
    /// How often the publisher answered with a status of 200 to 299, 300 to 399 and so on, and last how
    /// often no answer came.
    pub answers: [u64; 5],
    /// Items that could not be used.
    pub unusable: u64,
}
