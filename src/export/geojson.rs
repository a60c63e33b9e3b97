//! A feature for each place of a service, for maps.
//!
//! Specification: [GeoJSON](https://www.rfc-editor.org/rfc/rfc7946). Properties are flat, since that is
//! what maps and tables read; the whole service is at `/v3/services/{id}`. A service without a place
//! whose position is known is a feature without geometry, so that none is missing. What the export says
//! of itself stands before the features, in members of our own, as the specification allows.

use std::fs::File;
use std::io;
use std::io::BufWriter;
use std::io::Write as _;

use serde::Serialize;

use super::About;
use super::Writer;
use super::place::Place;
use crate::oruk::Id;
use crate::oruk::Service;

/// A collection of features.
pub(super) struct Features {
    out: BufWriter<File>,
    is_first: bool,
}

#[derive(Serialize)]
struct Feature<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    id: Id,
    geometry: Option<Point>,
    properties: Place<'a>,
}

#[derive(Serialize)]
struct Point {
    #[serde(rename = "type")]
    kind: &'static str,
    /// Longitude and latitude.
    coordinates: [f64; 2],
}

impl Features {
    pub(super) fn new(file: File, about: &About) -> io::Result<Self> {
        let mut out = BufWriter::new(file);
        let about = serde_json::to_string(about)?;
        // The members of an object, without its braces.
        let members = about.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        let members = members.unwrap_or_default();
        write!(out, "{{\"type\":\"FeatureCollection\",{members},\"features\":[")?;
        Ok(Self { out, is_first: true })
    }
}

impl Writer for Features {
    fn write(&mut self, service: &str) -> io::Result<()> {
        let service: Service = serde_json::from_str(service)?;
        for place in Place::all_of(&service) {
            let before: &[u8] = if self.is_first { b"\n" } else { b",\n" };
            self.is_first = false;
            self.out.write_all(before)?;
            serde_json::to_writer(&mut self.out, &feature(place))?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.out.write_all(b"\n]}\n")?;
        self.out.flush()
    }
}

fn feature(place: Place<'_>) -> Feature<'_> {
    let geometry = place
        .position
        .map(|(latitude, longitude)| Point { kind: "Point", coordinates: [longitude, latitude] });
    Feature { kind: "Feature", id: place.id, geometry, properties: place }
}
