//! What happens around every request to a route: answers to browsers that ask whether they may,
//! compression, a time limit, and a clear answer should a handler panic.

use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::Extensions;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::Version;
use axum::http::header;
use axum::middleware::Next;
use axum::middleware::from_fn;
use axum::response::IntoResponse as _;
use axum::response::Response;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::DefaultPredicate;
use tower_http::compression::Predicate as _;
use tower_http::cors::Any;
use tower_http::cors::CorsLayer;

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
        .layer(from_fn(in_time));
    routes.layer(layers)
}

/// Tells whether an answer may be sent in another form: a strong entity tag is of the bytes as they are.
fn may_be_changed(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    headers.get(header::ETAG).map(HeaderValue::as_bytes).is_none_or(|tag| tag.starts_with(b"W/"))
}

async fn in_time(request: Request, next: Next) -> Response {
    let answer = tokio::time::timeout(TIME_LIMIT, next.run(request)).await;
    answer.unwrap_or_else(|_too_slow| Problem::TooSlow.into_response())
}

fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    Problem::Internal.into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::body::to_bytes;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_takes_too_long_is_a_problem() {
        let routes = Router::new().route("/", get(std::future::pending::<Response>));
        let answer = routes.layer(from_fn(in_time)).oneshot(Request::new(Body::empty())).await;
        let (head, body) = answer.unwrap().into_parts();
        assert_eq!(head.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(head.headers[header::CONTENT_TYPE], "application/problem+json");
        assert!(head.headers.contains_key(header::RETRY_AFTER));
        let body: serde_json::Value =
            serde_json::from_slice(&to_bytes(body, 1 << 10).await.unwrap()).unwrap();
        assert_eq!(body["status"], 503);
    }
}
