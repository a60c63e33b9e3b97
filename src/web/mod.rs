//! Pages for people, in the frame of GOV.UK Frontend: the finder,
//! reports on publishers, status and API.
//!
//! Pages are made on the server and work without JavaScript, which adds what is convenient. What feeds
//! say is escaped by the templates, and a Content-Security-Policy lets nothing run or load but what is
//! built in, so that a publisher's text can only ever be text.

mod api;
mod assets;
mod events;
mod find;
mod frame;
mod home;
mod map;
mod parts;
mod report;
mod words;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::get;

pub(crate) use events::Followers;
pub(crate) use find::Choices;
pub(crate) use frame::told;
pub(crate) use map::Districts;
pub(crate) use report::Reports;
pub(crate) use report::day;

use crate::api::ApiState;

/// Returns the routes of the pages.
pub(crate) fn routes() -> Router<ApiState> {
    Router::new()
        .route("/", get(home::home))
        .route("/events", get(events::events))
        .route("/api", get(api::api))
        .route("/feeds/{publisher}", get(report::report))
        .route("/feeds/{publisher}/summary", get(report::summary))
        .route("/find", get(find::find))
        .route("/find.geojson", get(find::points))
        .route("/find/{id}", get(find::service))
        .route("/find/{id}/why", get(find::why))
        .route("/areas/{slug}/find", get(find::find_in_area))
        .route("/areas/{slug}/find.geojson", get(find::points_of_area))
        .route("/districts.geojson", get(map::districts))
        .route("/widget", get(find::widget))
        .route("/areas/{slug}/widget", get(find::widget_of_area))
        .route("/widget.js", get(assets::widget))
        .route("/assets/{name}", get(assets::asset))
        .route_layer(from_fn(frame::told_as_asked))
}
