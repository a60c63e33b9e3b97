//! Whether the process is up, and whether it can answer.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::DateTime;
use chrono::SecondsFormat;
use chrono::Utc;

use super::state::ApiState;

/// `/livez`: the process is up.
pub(super) async fn live() -> &'static str {
    "ok\n"
}

/// `/readyz`: the catalogue is built. Without the store it is answered from still, and that is said.
pub(super) async fn ready(State(state): State<ApiState>) -> impl IntoResponse {
    if !state.status.is_ready() {
        return (StatusCode::SERVICE_UNAVAILABLE, "the catalogue is being built\n".to_owned());
    }
    let text = match state.status.store_lost_at() {
        Some(since) => format!("ready, but the store does not answer since {}\n", text_of(since)),
        None => "ready\n".to_owned(),
    };
    (StatusCode::OK, text)
}

/// Says in every answer since when the store does not answer: what is served may be out of date.
pub(super) fn say_stale(state: &ApiState, headers: &mut HeaderMap) {
    let since = state.status.store_lost_at().map(text_of);
    if let Some(value) = since.and_then(|since| HeaderValue::try_from(since).ok()) {
        headers.insert(STALE_SINCE, value);
    }
}

fn text_of(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

const STALE_SINCE: HeaderName = HeaderName::from_static("x-baton-stale-since");
