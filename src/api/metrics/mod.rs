//! `/metrics`: what the gateway measures, as [OpenMetrics] text, which Prometheus reads.
//!
//! Names are `baton_<noun>_<unit>`, labels come from closed sets: routes, classes of status, states, and
//! the feeds of the configuration. A client's address or an id is never a label.
//!
//! [OpenMetrics]: https://prometheus.io/docs/specs/om/open_metrics_spec/

mod feeds;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::MatchedPath;
use axum::extract::Request;
use axum::extract::State;
use axum::http::Extensions;
use axum::http::StatusCode;
use axum::http::header;
use axum::middleware::Next;
use axum::response::IntoResponse;
use axum::response::Response;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::EncodeLabelValue;
use prometheus_client::encoding::LabelValueEncoder;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use tracing::Instrument as _;
use tracing::debug;
use tracing::info_span;

use self::feeds::FeedMetrics;
use self::feeds::FloatGauge;
use super::error::Problem;
use super::front::REQUEST_ID;
use super::state::ApiState;
use super::state::StatusReport;

/// Upper ends of the buckets that latencies are counted in, in seconds.
const BUCKETS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.25, 1.0, 5.0, 30.0];

/// What the API counts; clones count together.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    durations: Family<Answered, Histogram>,
    in_flight: Gauge,
    limited: Counter,
    hits: Counter,
    misses: Counter,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    route: Route,
    status: &'static str,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Lookup {
    outcome: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        let durations =
            Family::<Answered, Histogram>::new_with_constructor(|| Histogram::new(BUCKETS));
        let (in_flight, limited) = (Gauge::default(), Counter::default());
        let lookups = Family::<Lookup, Counter>::default();
        let of = |outcome| lookups.get_or_create_owned(&Lookup { outcome });
        let (hits, misses) = (of("hit"), of("miss"));
        let mut registry = Registry::default();
        registry.register(
            "baton_request_duration_seconds",
            "How long answers took, until their first byte",
            durations.clone(),
        );
        registry.register("baton_in_flight_requests", "Requests being answered", in_flight.clone());
        registry.register(
            "baton_limited_requests",
            "Requests refused because their client asked too often",
            limited.clone(),
        );
        registry.register("baton_page_lookups", "Pages looked for among those kept ready", lookups);
        Self { registry: Arc::new(registry), durations, in_flight, limited, hits, misses }
    }
}

impl Metrics {
    /// Counts a request as under way until what is returned is dropped, also when the client goes away
    /// before the answer.
    pub(super) fn begin(&self) -> InFlight {
        self.in_flight.inc();
        InFlight(self.in_flight.clone())
    }

    /// Counts an answer.
    pub(super) fn count(&self, route: &Route, status: StatusCode, taken: Duration) {
        if status == StatusCode::TOO_MANY_REQUESTS {
            self.limited.inc();
        }
        let secs = taken.as_secs_f64();
        debug!(route = &*route.0, status = status.as_u16(), secs, "request answered");
        let labels = Answered { route: route.clone(), status: class(status) };
        self.durations.get_or_create(&labels).observe(secs);
    }

    /// Counts a page that was looked for among those kept ready.
    pub(super) fn looked_up(&self, is_hit: bool) {
        if is_hit { &self.hits } else { &self.misses }.inc();
    }
}

/// The path of a route, as it was declared; `none` where no route was asked.
#[derive(Debug, Clone, Hash, PartialEq, Eq)]
pub(super) struct Route(Arc<str>);

impl Default for Route {
    fn default() -> Self {
        Self("none".into())
    }
}

impl Route {
    /// Returns the route that a request went to.
    pub(super) fn of(request: &Extensions) -> Self {
        request.get::<MatchedPath>().map(|path| Self(path.as_str().into())).unwrap_or_default()
    }
}

impl EncodeLabelValue for Route {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> std::fmt::Result {
        self.0.as_ref().encode(encoder)
    }
}

/// Notes which route a request went to, and names both in what is logged meanwhile.
pub(super) async fn name_route(request: Request, next: Next) -> Response {
    let route = Route::of(request.extensions());
    let id = request.headers().get(REQUEST_ID).and_then(|id| id.to_str().ok());
    let span = info_span!("request", method = %request.method(), route = &*route.0, id);
    let mut response = next.run(request).instrument(span).await;
    response.extensions_mut().insert(route);
    response
}

/// A request under way.
#[derive(Debug)]
pub(super) struct InFlight(Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}

/// How long the store may take to tell of the feeds: less than scrapers wait for an answer.
const STORE_PATIENCE: Duration = Duration::from_secs(3);

/// Returns everything measured. Without the store that is what this process knows by itself.
pub(super) async fn metrics(State(state): State<ApiState>) -> Result<impl IntoResponse, Problem> {
    let report = tokio::time::timeout(STORE_PATIENCE, state.status.report()).await;
    // Whoever follows the store logs why.
    let report = report.ok().and_then(Result::ok);
    let mut text = String::new();
    encode(&mut text, &state.metrics.registry).map_err(|_unwritable| Problem::Internal)?;
    let feeds = registry_of(&state, report.as_ref());
    let mut of_feeds = String::new();
    encode(&mut of_feeds, &feeds).map_err(|_unwritable| Problem::Internal)?;
    // Each of the two ends with the mark of the end.
    let text = text.replace("# EOF\n", "") + &of_feeds;
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "no-store")], text))
}

fn registry_of(state: &ApiState, report: Option<&StatusReport>) -> Registry {
    let now = state.clock.now();
    let mut registry = Registry::default();
    let services = state.catalogue.snapshot().len() as u64;
    registry.register("baton_listed_services", "Services that lists show", count(services));
    if let Some(level_at) = state.catalogue.level_at() {
        let age: FloatGauge = Gauge::default();
        age.set((now - level_at).to_std().unwrap_or_default().as_secs_f64());
        registry.register(
            "baton_snapshot_age_seconds",
            "How long ago lists were last seen to hold all that the store does",
            age,
        );
    }
    let is_up = count(report.is_some().into());
    registry.register("baton_store_up", "1 when the store answered, else 0", is_up);
    let Some(report) = report else { return registry };
    registry.register(
        "baton_waiting_roots",
        "Opportunities waiting to be mapped",
        count(report.waiting),
    );
    registry.register(
        "baton_unlisted_changes",
        "Changes that lists do not show yet",
        count(report.behind),
    );
    let metrics = FeedMetrics::default();
    for report in &report.feeds {
        metrics.take(report, now);
    }
    metrics.register(&mut registry);
    registry
}

fn count(n: u64) -> Gauge {
    let gauge: Gauge = Gauge::default();
    gauge.set(i64::try_from(n).unwrap_or(i64::MAX));
    gauge
}
