//! Outlines of areas, read from GeoJSON.
//!
//! Specification: [RFC 7946](https://www.rfc-editor.org/rfc/rfc7946): `Polygon` and `MultiPolygon`, alone or
//! in a `Feature`, a `FeatureCollection` or a `GeometryCollection`. Longitude comes first.

use serde_json::Value;

use super::distance::BoundingBox;

/// The outline of an area: what is within one of its polygons and in none of that polygon's holes.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline {
    polygons: Vec<Polygon>,
}

/// The outer ring, then the holes.
#[derive(Debug, Clone, PartialEq)]
struct Polygon {
    bounds: BoundingBox,
    rings: Vec<Vec<Point>>,
}

/// Longitude and latitude in degrees.
type Point = (f64, f64);

/// Why an outline could not be read, with what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct OutlineError(String);

impl Outline {
    /// Reads an outline from the text of a GeoJSON file.
    pub fn parse(text: &str) -> Result<Self, OutlineError> {
        let json: Value = serde_json::from_str(text)
            .map_err(|error| OutlineError(format!("is not JSON: {error}")))?;
        let mut polygons = Vec::new();
        collect(&json, &mut polygons)?;
        if polygons.is_empty() {
            return Err(OutlineError("holds no Polygon and no MultiPolygon".to_owned()));
        }
        Ok(Self { polygons })
    }

    /// Tells whether a point in degrees is within the outline.
    pub fn contains(&self, latitude: f64, longitude: f64) -> bool {
        self.polygons.iter().any(|polygon| {
            let crossings = polygon.rings.iter().map(|ring| crossings(ring, latitude, longitude));
            polygon.bounds.contains(latitude, longitude) && crossings.sum::<usize>() % 2 == 1
        })
    }
}

fn collect(json: &Value, polygons: &mut Vec<Polygon>) -> Result<(), OutlineError> {
    let each = |member: &str| json.get(member).and_then(Value::as_array).into_iter().flatten();
    match json.get("type").and_then(Value::as_str) {
        Some("Polygon") => polygons.push(polygon(json.get("coordinates"))?),
        Some("MultiPolygon") => {
            for coordinates in each("coordinates") {
                polygons.push(polygon(Some(coordinates))?);
            }
        }
        Some("Feature") => collect(json.get("geometry").unwrap_or(&Value::Null), polygons)?,
        Some("FeatureCollection") => {
            for feature in each("features") {
                collect(feature, polygons)?;
            }
        }
        Some("GeometryCollection") => {
            for geometry in each("geometries") {
                collect(geometry, polygons)?;
            }
        }
        Some("Point" | "MultiPoint" | "LineString" | "MultiLineString") => {}
        _ => return Err(OutlineError("is not GeoJSON: an object has no `type` of it".to_owned())),
    }
    Ok(())
}

fn polygon(coordinates: Option<&Value>) -> Result<Polygon, OutlineError> {
    let rings = coordinates.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let rings: Vec<Vec<Point>> = rings.iter().map(ring).collect::<Result<_, _>>()?;
    let outer = rings.first().ok_or_else(|| OutlineError("a polygon has no ring".to_owned()))?;
    let bounds = outer.iter().fold(NOWHERE, |bounds, (longitude, latitude)| BoundingBox {
        min_latitude: bounds.min_latitude.min(*latitude),
        min_longitude: bounds.min_longitude.min(*longitude),
        max_latitude: bounds.max_latitude.max(*latitude),
        max_longitude: bounds.max_longitude.max(*longitude),
    });
    Ok(Polygon { bounds, rings })
}

const NOWHERE: BoundingBox = BoundingBox {
    min_latitude: f64::INFINITY,
    min_longitude: f64::INFINITY,
    max_latitude: f64::NEG_INFINITY,
    max_longitude: f64::NEG_INFINITY,
};

fn ring(json: &Value) -> Result<Vec<Point>, OutlineError> {
    let points = json.as_array().map(Vec::as_slice).unwrap_or_default();
    let points: Option<Vec<Point>> = points
        .iter()
        .map(|point| {
            let longitude = point.get(0)?.as_f64().filter(|it| (-180.0..=180.0).contains(it))?;
            let latitude = point.get(1)?.as_f64().filter(|it| (-90.0..=90.0).contains(it))?;
            Some((longitude, latitude))
        })
        .collect();
    points.filter(|points| points.len() >= 4).ok_or_else(|| {
        OutlineError("a ring is not four or more points of longitude and latitude".to_owned())
    })
}

/// How often a line due east from the point crosses a ring.
fn crossings(ring: &[Point], latitude: f64, longitude: f64) -> usize {
    let sides = ring.iter().zip(ring.iter().cycle().skip(1));
    let crossed = sides.filter(|((from_x, from_y), (to_x, to_y))| {
        let is_level = (*from_y > latitude) != (*to_y > latitude);
        is_level && longitude < (to_x - from_x) * (latitude - from_y) / (to_y - from_y) + from_x
    });
    crossed.count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A square around 51.5 N 1 W with a hole in its middle, and a small one further north.
    const SQUARES: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature","geometry":
        {"type":"MultiPolygon","coordinates":[
          [[[-2,51],[0,51],[0,52],[-2,52],[-2,51]],[[-1.2,51.4],[-0.8,51.4],[-0.8,51.6],[-1.2,51.6],[-1.2,51.4]]],
          [[[-1,54],[0,54],[0,55],[-1,55],[-1,54]]]]}}]}"#;

    #[test]
    fn what_is_within_is_told_from_holes_and_the_outside() {
        let outline = Outline::parse(SQUARES).unwrap();
        for (latitude, longitude, is_within) in [
            (51.2, -1.0, true),
            (51.5, -1.0, false),
            (51.5, -1.5, true),
            (52.1, -1.0, false),
            (54.5, -0.5, true),
            (53.0, -0.5, false),
            (51.5, 0.5, false),
        ] {
            assert_eq!(outline.contains(latitude, longitude), is_within, "{latitude} {longitude}");
        }
    }

    #[test]
    fn what_is_no_outline_is_told_why() {
        for (text, why) in [
            ("nonsense", "is not JSON"),
            (r#"{"a":1}"#, "is not GeoJSON"),
            (r#"{"type":"Point","coordinates":[0,51]}"#, "holds no Polygon"),
            (r#"{"type":"Polygon","coordinates":[]}"#, "has no ring"),
            (r#"{"type":"Polygon","coordinates":[[[0,51],[1,51],[0,51]]]}"#, "four or more"),
            (r#"{"type":"Polygon","coordinates":[[[51,0,1],[51,200],[0,51],[0,0]]]}"#, "longitude"),
        ] {
            let error = Outline::parse(text).unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
