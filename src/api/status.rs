//! `/status.json`: how every feed is doing.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

use super::error::Problem;
use super::state::ApiState;

/// Returns how every feed is doing.
pub(super) async fn status(State(state): State<ApiState>) -> Result<impl IntoResponse, Problem> {
    let report = state.status.report().await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(report)))
}
