//! What the map of the finder marks: the places of the services that a search finds, as GeoJSON.
//!
//! Specification: [GeoJSON](https://www.rfc-editor.org/rfc/rfc7946). A place is where the API says it is,
//! never more exactly: both are read from the same body.

use axum::extract::Path;
use axum::extract::RawQuery;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse as _;
use axum::response::Response;
use serde::Serialize;

use super::card;
use super::form::Form;
use crate::api::ApiState;
use crate::api::Problem;
use crate::api::records;
use crate::catalogue::Body;
use crate::catalogue::Hit;
use crate::catalogue::Near;
use crate::catalogue::View;
use crate::oruk::Id;
use crate::oruk::Location;
use crate::oruk::Service;
use crate::places::distance_m;
use crate::web::map::Feature;
use crate::web::words;

/// How many services a map shows: the nearest, else the first.
const MAX_SERVICES: usize = 2_000;

/// How many places of one service.
const MAX_PLACES: usize = 20;

/// How many characters of a text are shown.
const MAX_TEXT: usize = 160;

#[derive(Serialize)]
struct Collection {
    r#type: &'static str,
    /// How many services were found.
    total: usize,
    /// How many of them were looked at for places.
    services: usize,
    features: Vec<Feature<Properties>>,
}

#[derive(Serialize)]
struct Properties {
    /// The service, unless the map is of it alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Id>,
    name: String,
    r#where: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<String>,
}

/// `GET /find.geojson`: takes what `/find` takes.
pub(in crate::web) async fn points(
    State(state): State<ApiState>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let view = state.catalogue.view();
    found(&state, &view, &query.unwrap_or_default()).await
}

/// `GET /areas/{slug}/find.geojson`: the same for an area.
pub(in crate::web) async fn points_of_area(
    State(state): State<ApiState>,
    Path(slug): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let view = state.catalogue.area(&slug).ok_or(Problem::UnknownArea)?;
    found(&state, &view, &query.unwrap_or_default()).await
}

/// Returns the places of one service.
pub(super) fn of_service(service: &Service) -> Result<Response, Problem> {
    let mut features = features(service, None);
    for feature in &mut features {
        feature.properties.id = None;
    }
    answer(&Collection { r#type: "FeatureCollection", total: 1, services: 1, features })
}

async fn found(state: &ApiState, view: &View, query: &str) -> Result<Response, Problem> {
    let form = Form::read(query, &state.gazetteer);
    // The page then says what is wrong, and shows nothing either.
    let most = if form.errors.is_empty() { MAX_SERVICES } else { 0 };
    let hits = view.find(&form.query, 0, most);
    let bodies = state.bodies.many(&hits.page).await?;
    let near = form.query.near;
    let marked = move || marked(&hits.page, bodies, near.as_ref());
    // Two thousand services take a while to read.
    let features = tokio::task::spawn_blocking(marked).await;
    let features = features.map_err(|_stopped| Problem::Internal)??;
    let total = if form.errors.is_empty() { hits.total } else { 0 };
    answer(&Collection { r#type: "FeatureCollection", total, services: total.min(most), features })
}

fn marked(
    hits: &[Hit],
    bodies: Vec<Option<Body>>,
    near: Option<&Near>,
) -> Result<Vec<Feature<Properties>>, Problem> {
    let mut marked = Vec::with_capacity(hits.len());
    for (hit, body) in hits.iter().zip(bodies) {
        // Withdrawn a moment ago, where there is none.
        let Some(body) = body.filter(|body| !body.is_gone) else { continue };
        marked.extend(features(&records::shown(*hit, &body)?, near));
    }
    Ok(marked)
}

/// Returns the places of a service that are known and, around a point, near enough.
fn features(service: &Service, near: Option<&Near>) -> Vec<Feature<Properties>> {
    let is_near = |latitude, longitude| {
        near.is_none_or(|near| {
            distance_m(near.latitude, near.longitude, latitude, longitude) <= near.within_m
        })
    };
    let locations = service.service_at_locations.iter().map(|at| &at.location);
    let places = locations.filter_map(|location| {
        let (latitude, longitude) = location.latitude.zip(location.longitude)?;
        is_near(latitude, longitude).then(|| feature(service, location, [longitude, latitude]))
    });
    places.take(MAX_PLACES).collect()
}

fn feature(service: &Service, location: &Location, coordinates: [f64; 2]) -> Feature<Properties> {
    let properties = Properties {
        id: Some(service.id),
        name: words::short(&service.name, MAX_TEXT),
        r#where: words::short(&card::address(location), MAX_TEXT),
        when: service.schedules.first().map(|row| words::short(&row.description, MAX_TEXT)),
    };
    Feature::at(coordinates, properties)
}

fn answer(collection: &Collection) -> Result<Response, Problem> {
    let headers =
        [(header::CONTENT_TYPE, "application/geo+json"), (header::CACHE_CONTROL, "no-cache")];
    Ok((headers, serde_json::to_vec(collection)?).into_response())
}
