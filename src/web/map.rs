//! The map beside a list: what its page loads, and which base map it has.
//!
//! The map is a script of its own, loaded only by pages that were asked to show it, and has a plain
//! outline built in. Only where the operator names a base map of somebody else may a page ask that one
//! host besides.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse as _;
use axum::response::Response;
use serde::Serialize;
use tokio::sync::OnceCell;

use super::assets::ADDRESSES;
use super::assets::Addresses;
use super::frame::Allowed;
use crate::api::ApiState;
use crate::api::Problem;
use crate::config::Tiles;
use crate::places::District;
use crate::places::Gazetteer;

/// A map to show.
#[derive(Debug)]
pub(super) struct Map {
    /// The address of what it marks, as GeoJSON.
    pub(super) points: String,
    pub(super) assets: &'static Addresses,
    pub(super) tiles: Option<Tiles>,
    /// Who made the base map.
    pub(super) attribution: String,
}

impl Map {
    /// Returns a map of the points at an address.
    pub(super) fn new(state: &ApiState, points: String) -> Self {
        let attribution = state.web.tiles_attribution.clone();
        Self {
            points,
            assets: &ADDRESSES,
            tiles: state.web.tiles.clone(),
            attribution: attribution.unwrap_or_else(|| OUTLINE_ATTRIBUTION.to_owned()),
        }
    }

    /// Returns what its page may load.
    pub(super) fn allowed(map: Option<&Self>) -> Allowed<'_> {
        let tiles = map.and_then(|map| map.tiles.as_ref());
        Allowed { is_mapped: map.is_some(), tiles: tiles.map(Tiles::origin), ..Allowed::default() }
    }
}

/// The districts of postcodes as GeoJSON, made when a map is first shown.
#[derive(Debug, Clone, Default)]
pub(crate) struct Districts(Arc<OnceCell<axum::body::Bytes>>);

#[derive(Serialize)]
struct Collection {
    r#type: &'static str,
    features: Vec<Feature<Properties>>,
}

/// A point of GeoJSON with what is said of it.
///
/// Specification: [RFC 7946](https://www.rfc-editor.org/rfc/rfc7946#section-3.2).
#[derive(Serialize)]
pub(super) struct Feature<P> {
    r#type: &'static str,
    geometry: Geometry,
    pub(super) properties: P,
}

#[derive(Serialize)]
struct Geometry {
    r#type: &'static str,
    coordinates: [f64; 2],
}

impl<P> Feature<P> {
    /// Makes a point of longitude and latitude in degrees.
    pub(super) fn at(coordinates: [f64; 2], properties: P) -> Self {
        Self { r#type: "Feature", geometry: Geometry { r#type: "Point", coordinates }, properties }
    }
}

#[derive(Serialize)]
struct Properties {
    name: String,
    postcodes: u32,
}

/// `GET /districts.geojson`: the names of postcode districts, where each is.
pub(super) async fn districts(State(state): State<ApiState>) -> Result<Response, Problem> {
    let gazetteer = Arc::clone(&state.gazetteer);
    let make = async || {
        let made = tokio::task::spawn_blocking(move || collection(&gazetteer)).await;
        made.map_err(|_stopped| Problem::Internal)?
    };
    let bytes = state.districts.0.get_or_try_init(make).await?.clone();
    let headers = [
        (header::CONTENT_TYPE, "application/geo+json"),
        (header::CACHE_CONTROL, "public, max-age=86400"),
    ];
    Ok((headers, bytes).into_response())
}

fn collection(gazetteer: &Gazetteer) -> Result<axum::body::Bytes, Problem> {
    let features = gazetteer.districts().into_iter().map(feature).collect();
    let collection = Collection { r#type: "FeatureCollection", features };
    Ok(serde_json::to_vec(&collection)?.into())
}

fn feature(district: District) -> Feature<Properties> {
    let District { outward, latitude, longitude, postcodes } = district;
    // To about 100 metres, which is finer than the name of a district is put.
    let rounded = |degrees: f64| (degrees * 1000.0).round() / 1000.0;
    let coordinates = [rounded(longitude), rounded(latitude)];
    Feature::at(coordinates, Properties { name: outward, postcodes })
}

const OUTLINE_ATTRIBUTION: &str = "Outline: Natural Earth. Names of postcode districts: Office for \
    National Statistics, see below.";
