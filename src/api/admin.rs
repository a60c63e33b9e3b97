//! `/admin/…`: what the operator does to feeds while the gateway runs.
//!
//! There is no such path without a token in the configuration. Requests carry the token as
//! `Authorization: Bearer …` ([RFC 6750](https://www.rfc-editor.org/rfc/rfc6750#section-2.1)); each one
//! that changes something is logged.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::Query;
use axum::extract::Request;
use axum::extract::State;
use axum::extract::rejection::QueryRejection;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::middleware::Next;
use axum::response::IntoResponse as _;
use axum::response::Response;
use axum::routing::get;
use axum::routing::post;
use futures_util::future::BoxFuture;
use serde::Deserialize;
use serde::Serialize;
use subtle::ConstantTimeEq as _;
use tracing::info;
use tracing::warn;

use super::error::problem;
use super::state::ApiState;

/// What can be done to feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Ask them no more.
    Pause,
    /// Ask them again, also those that were given up.
    Resume,
    /// Let go what the drop guard holds, and ask them again.
    Accept,
    /// Read them again from the first page, and drop what is not found again.
    Resync,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 4] = [Self::Pause, Self::Resume, Self::Accept, Self::Resync];

    /// Returns the word for the action, in paths and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Accept => "accept",
            Self::Resync => "resync",
        }
    }
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ControlError {
    /// Neither a publisher nor a feed is called that.
    #[error("no publisher and no feed has this key")]
    UnknownKey,
    /// The configuration cannot be used: the one before stays in force.
    #[error("the configuration was refused, the one before stays in force: {0}")]
    Refused(String),
    /// Something else failed.
    #[error("{0}")]
    Failed(String),
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Done {
    /// The feeds it was done to, without anything secret.
    pub feeds: Vec<String>,
    /// Services whose loss was accepted.
    pub accepted: u64,
}

/// A feed with what its occurrences wait for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingParents {
    /// Key of the publisher.
    pub publisher: String,
    /// First page, without anything secret.
    pub url: String,
    /// Keys of parents that are not published and how many occurrences wait for each, most first.
    pub missing: Vec<MissingParent>,
}

/// A parent that is not published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingParent {
    /// Its key.
    pub key: String,
    /// How many occurrences wait for it.
    pub occurrences: u64,
}

/// Does what the operator asks for; implemented by whoever harvests.
pub trait Control: Send + Sync {
    /// Does something to a feed, or to all feeds of a publisher. `key` is the publisher's key or the
    /// feed's address.
    fn act(&self, action: Action, key: String) -> BoxFuture<'_, Result<Done, ControlError>>;

    /// Reads the configuration again.
    fn reload(&self) -> BoxFuture<'_, Result<(), ControlError>>;

    /// Returns which parents occurrences wait for.
    fn missing_parents(&self) -> BoxFuture<'_, Result<Vec<MissingParents>, ControlError>>;
}

/// The token and what it opens.
#[derive(Clone)]
pub struct Admin {
    /// Does what is asked for.
    pub control: Arc<dyn Control>,
    /// What callers must show.
    pub token: Arc<str>,
}

impl std::fmt::Debug for Admin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Admin")
    }
}

/// Returns the routes, none without a token.
pub(super) fn routes(state: &ApiState) -> Router<ApiState> {
    let Some(admin) = state.admin.clone() else { return Router::new() };
    let mut routes = Router::new()
        .route("/admin/feeds", get(list))
        .route("/admin/orphans", get(orphans))
        .route("/admin/reload", post(reload));
    for action in Action::ALL {
        let path = format!("/admin/feeds/{}", action.as_str());
        let act = move |State(state): State<ApiState>, headers: HeaderMap, key: Asked| async move {
            match key {
                Ok(Query(Key { key })) => act(state, headers, action, key).await,
                Err(_) => problem(StatusCode::BAD_REQUEST, NO_KEY),
            }
        };
        routes = routes.route(&path, post(act));
    }
    routes.route_layer(axum::middleware::from_fn_with_state(admin, check_token))
}

/// Which publisher or feed.
#[derive(Deserialize)]
struct Key {
    key: String,
}

/// The key, if one was named.
type Asked = Result<Query<Key>, QueryRejection>;

const NO_KEY: &str = "`key` is missing: the key of a publisher, or the address of a feed";

async fn check_token(State(admin): State<Admin>, request: Request, next: Next) -> Response {
    let shown = request.headers().get(header::AUTHORIZATION);
    let shown = shown.and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    // Takes as long for a nearly right token as for a wrong one; only the length shows.
    let is_right = shown.is_some_and(|shown| shown.ct_eq(admin.token.as_bytes()).into());
    if is_right {
        return next.run(request).await;
    }
    warn!(path = request.uri().path(), "admin request refused");
    let mut response = problem(StatusCode::UNAUTHORIZED, "the token is missing or wrong");
    let challenge = HeaderValue::from_static("Bearer");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    response
}

async fn list(State(state): State<ApiState>) -> Response {
    match state.status.report().await {
        Ok(report) => Json(report.feeds).into_response(),
        Err(error) => problem(StatusCode::SERVICE_UNAVAILABLE, &error.to_string()),
    }
}

async fn orphans(State(state): State<ApiState>) -> Response {
    let Some(admin) = &state.admin else { return StatusCode::NOT_FOUND.into_response() };
    match admin.control.missing_parents().await {
        Ok(missing) => Json(missing).into_response(),
        Err(error) => refusal(&error),
    }
}

async fn act(state: ApiState, headers: HeaderMap, action: Action, key: String) -> Response {
    let Some(admin) = &state.admin else { return StatusCode::NOT_FOUND.into_response() };
    let done = admin.control.act(action, key.clone()).await;
    let request_id = request_id(&headers);
    match done {
        Ok(done) => {
            let (feeds, accepted) = (done.feeds.len(), done.accepted);
            info!(action = action.as_str(), key, feeds, accepted, request_id, "admin action");
            Json(done).into_response()
        }
        Err(error) => {
            warn!(action = action.as_str(), %error, request_id, "admin action failed");
            refusal(&error)
        }
    }
}

async fn reload(State(state): State<ApiState>, headers: HeaderMap) -> Response {
    let Some(admin) = &state.admin else { return StatusCode::NOT_FOUND.into_response() };
    info!(action = "reload", request_id = request_id(&headers), "admin action");
    match admin.control.reload().await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => refusal(&error),
    }
}

fn request_id(headers: &HeaderMap) -> String {
    let id = headers.get("x-request-id").and_then(|id| id.to_str().ok());
    id.unwrap_or_default().to_owned()
}

fn refusal(error: &ControlError) -> Response {
    let status = match error {
        ControlError::UnknownKey => StatusCode::NOT_FOUND,
        ControlError::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
        ControlError::Failed(_) => StatusCode::SERVICE_UNAVAILABLE,
    };
    problem(status, &error.to_string())
}
