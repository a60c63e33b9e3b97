//! What happens around every request: who asks and how often one may, an id, what is measured, and the
//! headers that every answer has. An answer that is kept ready is given here; every other request goes on
//! to its route.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::body::HttpBody;
use axum::http::HeaderMap;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::Request;
use axum::http::StatusCode;
use axum::http::Uri;
use axum::http::header;
use axum::http::request::Parts;
use axum::http::uri::PathAndQuery;
use axum::response::Response;
use bytes::Bytes;
use tower::Service as _;
use uuid::Uuid;

use super::client::Address;
use super::client::Pass;
use super::error;
use super::error::Problem;
use super::health;
use super::metrics::Route;
use super::ready;
use super::state::ApiState;

/// A header that names a request, in what is logged as well.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// How long a query may be.
const MAX_QUERY_BYTES: usize = 8 * 1024;

/// What is answered before the catalogue was read: how the gateway is doing, and what pages are made with.
const TOLD_BEFORE: [&str; 5] = ["/livez", "/readyz", "/status.json", "/metrics", "/assets/"];

const EXPOSED: HeaderValue = HeaderValue::from_static(
    "etag,link,ratelimit,ratelimit-policy,retry-after,x-baton-stale-since,x-request-id",
);

/// The whole API; clones are one.
#[derive(Debug, Clone)]
pub struct Api(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    routes: Router,
    state: ApiState,
}

impl Api {
    /// Puts these routes behind what happens around every request.
    pub(super) fn new(routes: Router, state: ApiState) -> Self {
        Self(Arc::new(Inner { routes, state }))
    }

    /// Answers a request. `peer` is who sent it, where that is known; without it nobody is limited.
    pub async fn answer<B>(&self, request: Request<B>, peer: Option<SocketAddr>) -> Response
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<axum::BoxError>,
    {
        let begun = Instant::now();
        let (state, (mut parts, body)) = (&self.0.state, request.into_parts());
        name_host(&mut parts);
        let has_slash = trim_slash(&mut parts);
        let id = id_of(&parts.headers);
        let pass = state.limits.ask(peer, &parts);
        let in_flight = state.metrics.begin();
        let refusal = refusal(&pass, &parts, &body).or_else(|| unread(state, &parts));
        let may_be_ready = refusal.is_none();
        let ready = may_be_ready.then(|| ready::answer(state, &parts, pass.client())).flatten();
        let (route, mut response) = if let Some(ready) = ready {
            ready
        } else {
            let (route, mut response) = if let Some(problem) = refusal {
                (Route::default(), error::told(problem, parts.uri.path(), &parts.headers))
            } else {
                parts.headers.insert(REQUEST_ID, id.clone());
                self.ask_routes(parts, Body::new(body), &pass).await
            };
            say_always(response.headers_mut());
            (route, response)
        };
        drop(in_flight);
        state.metrics.count(&route, response.status(), begun.elapsed());
        let headers = response.headers_mut();
        pass.tell(headers);
        health::say_stale(state, headers);
        headers.insert(REQUEST_ID, id);
        if has_slash {
            point_above(headers);
        }
        response
    }

    async fn ask_routes(&self, parts: Parts, body: Body, pass: &Pass) -> (Route, Response) {
        let mut request = Request::from_parts(parts, body);
        if let Some(client) = pass.client() {
            request.extensions_mut().insert(Address(client));
        }
        let answered: Result<_, Infallible> = self.0.routes.clone().call(request).await;
        let mut response = answered.unwrap_or_else(|never| match never {});
        let route = response.extensions_mut().remove::<Route>();
        if response.status() == StatusCode::NOT_MODIFIED {
            // The length would be that of the body that is not sent, which the answer to a HEAD takes for empty.
            response.headers_mut().remove(header::CONTENT_LENGTH);
        }
        (route.unwrap_or_default(), response)
    }
}

/// Returns why a request goes no further, whatever it asks for.
fn refusal(pass: &Pass, parts: &Parts, body: &impl HttpBody) -> Option<Problem> {
    if pass.is_refused() {
        Some(Problem::TooMany)
    } else if parts.uri.query().is_some_and(|query| query.len() > MAX_QUERY_BYTES) {
        Some(Problem::TooLong)
    } else {
        (!body.is_end_stream()).then_some(Problem::HasBody)
    }
}

/// Returns why nothing is told yet of what there is: nobody knows it before the catalogue was read.
fn unread(state: &ApiState, parts: &Parts) -> Option<Problem> {
    let is_told = || TOLD_BEFORE.iter().any(|path| parts.uri.path().starts_with(path));
    (!state.catalogue.is_read() && !is_told()).then_some(Problem::NotBegun)
}

/// Puts the host of an HTTP/2 request where HTTP/1.1 has it.
///
/// Specification: [RFC 9113, 8.3.1](https://www.rfc-editor.org/rfc/rfc9113#section-8.3.1).
fn name_host(parts: &mut Parts) {
    let authority =
        parts.uri.authority().map(|authority| HeaderValue::try_from(authority.as_str()));
    if let Some(Ok(authority)) = authority {
        parts.headers.entry(header::HOST).or_insert(authority);
    }
}

/// Takes a slash off the end of the path, which is answered alike without; tells whether there was one.
fn trim_slash(parts: &mut Parts) -> bool {
    let Some(path) = parts.uri.path().strip_suffix('/').filter(|path| !path.is_empty()) else {
        return false;
    };
    let query = parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let Ok(target) = PathAndQuery::try_from(format!("{path}{query}")) else { return false };
    let mut uri = std::mem::take(&mut parts.uri).into_parts();
    uri.path_and_query = Some(target);
    parts.uri = Uri::from_parts(uri).unwrap_or_default();
    true
}

/// Leads to where an answer does without the slash that was at the end of the path.
fn point_above(headers: &mut HeaderMap) {
    let location = headers.get(header::LOCATION).and_then(|location| location.to_str().ok());
    if let Some(Ok(location)) = location.map(|last| HeaderValue::try_from(format!("../{last}"))) {
        headers.insert(header::LOCATION, location);
    }
}

/// Returns a number that no other request has: it only has to be told from others, so a number that counts up
/// is scattered, which costs less than a secret.
fn random() -> u128 {
    static SEED: LazyLock<u64> = LazyLock::new(rand::random);
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed).to_le_bytes();
    xxhash_rust::xxh3::xxh3_128_with_seed(&number, *SEED)
}

/// Returns the id that a request brought, else a random one.
fn id_of(headers: &HeaderMap) -> HeaderValue {
    if let Some(id) = headers.get(REQUEST_ID) {
        return id.clone();
    }
    let mut text = [0; 32];
    let text = Uuid::from_u128(random()).simple().encode_lower(&mut text);
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("-"))
}

/// Puts in the headers that are the same in every answer. Browsers get the first two only when they name an
/// origin; directories check for them without.
pub(super) fn say_always(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}
