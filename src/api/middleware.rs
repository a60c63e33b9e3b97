//! What happens around every request to a route: answers to browsers that ask whether they may,
//! compression, a time limit, and a clear answer should a handler panic.

use std::time::Duration;

use axum::Router;
use axum::http::Extensions;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::Version;
use axum::http::header;
use axum::response::IntoResponse as _;
use axum::response::Response;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::DefaultPredicate;
use tower_http::compression::Predicate as _;
use tower_http::cors::Any;
use tower_http::cors::CorsLayer;
use tower_http::timeout::TimeoutLayer;

use super::error::Problem;
use super::state::ApiState;

/// How long a request may take.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// Wraps the routes.
pub(super) fn wrap(routes: Router<ApiState>) -> Router<ApiState> {
    let cors = CorsLayer::new().allow_origin(Any).allow_methods(Any).allow_headers(Any);
    let compresses = DefaultPredicate::new().and(may_be_changed);
    let layers = ServiceBuilder::new()
        .layer(cors)
        .layer(CompressionLayer::new().compress_when(compresses))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, TIME_LIMIT));
    routes.layer(layers)
}

/// Tells whether an answer may be sent in another form: a strong entity tag is of the bytes as they are.
fn may_be_changed(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    headers.get(header::ETAG).map(HeaderValue::as_bytes).is_none_or(|tag| tag.starts_with(b"W/"))
}

fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    Problem::Internal.into_response()
}
