//! What happens around every request: an id, cross-origin headers, compression, a time limit, and a
//! clear answer should a handler panic.

use std::time::Duration;

use axum::Router;
use axum::http::Extensions;
use axum::http::HeaderMap;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::Version;
use axum::http::header;
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse as _;
use axum::response::Response;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::DefaultPredicate;
use tower_http::compression::Predicate as _;
use tower_http::cors::Any;
use tower_http::cors::CorsLayer;
use tower_http::request_id::MakeRequestId;
use tower_http::request_id::PropagateRequestIdLayer;
use tower_http::request_id::RequestId;
use tower_http::request_id::SetRequestIdLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

use super::client;
use super::error::Problem;
use super::export;
use super::state::ApiState;

/// How long a request may take.
const TIME_LIMIT: Duration = Duration::from_secs(30);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Wraps the routes.
pub(super) fn wrap(routes: Router<ApiState>, state: &ApiState) -> Router<ApiState> {
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods(Any)
        .allow_headers(Any)
        .expose_headers([header::ETAG, header::LINK, header::RETRY_AFTER, REQUEST_ID]);
    // Browsers get the header only when they name an origin; directories check for it without.
    let origin = HeaderValue::from_static("*");
    let is_no_file = |_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions| {
        // Its digest and its parts are of the bytes as they are.
        !export::is_file(headers)
    };
    let compresses = DefaultPredicate::new().and(is_no_file);
    let layers = ServiceBuilder::new()
        .layer(SetRequestIdLayer::new(REQUEST_ID, Numbered))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetResponseHeaderLayer::overriding(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .layer(cors)
        .layer(from_fn_with_state(state.limits.clone(), client::limit))
        .layer(CompressionLayer::new().compress_when(compresses))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, TIME_LIMIT));
    routes.layer(layers)
}

fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    Problem::Internal.into_response()
}

/// Gives each request a random id unless it brought one.
#[derive(Debug, Clone, Copy)]
struct Numbered;

impl MakeRequestId for Numbered {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        let id = format!("{:032x}", rand::random::<u128>());
        HeaderValue::try_from(id).ok().map(RequestId::new)
    }
}
