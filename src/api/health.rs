//! Whether the process is up, and whether it can answer.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;

use super::state::ApiState;

/// `/livez`: the process is up.
pub(super) async fn live() -> &'static str {
    "ok\n"
}

/// `/readyz`: the store is open and the catalogue is built.
pub(super) async fn ready(State(state): State<ApiState>) -> impl IntoResponse {
    if state.status.is_ready() {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the catalogue is being built\n")
    }
}
