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
use crate::oruk::Id;
use crate::oruk::Location;
use crate::oruk::Service;
use crate::oruk::ServiceAtLocation;
use crate::oruk::Status;

/// A collection of features.
pub(super) struct Features {
    out: BufWriter<File>,
    is_first: bool,
}

#[derive(Serialize)]
struct Feature<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    /// The service at location, else the service.
    id: Id,
    geometry: Option<Point>,
    properties: Properties<'a>,
}

#[derive(Serialize)]
struct Point {
    #[serde(rename = "type")]
    kind: &'static str,
    /// Longitude and latitude.
    coordinates: [f64; 2],
}

#[derive(Serialize)]
struct Properties<'a> {
    service_id: Id,
    name: &'a str,
    status: Status,
    description: Option<&'a str>,
    url: Option<&'a str>,
    organization: &'a str,
    location: Option<&'a str>,
    address: Option<String>,
    postal_code: Option<&'a str>,
    activities: String,
    schedules: String,
    fees: Option<&'a str>,
    minimum_age: Option<f64>,
    maximum_age: Option<f64>,
    last_modified: &'a str,
    publisher: Option<&'a str>,
    license: Option<&'a str>,
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

    fn put(&mut self, feature: &Feature<'_>) -> io::Result<()> {
        let before: &[u8] = if self.is_first { b"\n" } else { b",\n" };
        self.is_first = false;
        self.out.write_all(before)?;
        serde_json::to_writer(&mut self.out, feature)?;
        Ok(())
    }
}

impl Writer for Features {
    fn write(&mut self, service: &str) -> io::Result<()> {
        let service: Service = serde_json::from_str(service)?;
        let mut is_placed = false;
        for at in &service.service_at_locations {
            let Some(point) = point(&at.location) else { continue };
            is_placed = true;
            self.put(&feature(&service, Some(at), Some(point)))?;
        }
        if is_placed {
            return Ok(());
        }
        self.put(&feature(&service, service.service_at_locations.first(), None))
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.out.write_all(b"\n]}\n")?;
        self.out.flush()
    }
}

fn point(location: &Location) -> Option<Point> {
    let (latitude, longitude) = location.latitude.zip(location.longitude)?;
    Some(Point { kind: "Point", coordinates: [longitude, latitude] })
}

fn feature<'a>(
    service: &'a Service,
    at: Option<&'a ServiceAtLocation>,
    geometry: Option<Point>,
) -> Feature<'a> {
    let activities = service.attributes.iter().filter(|term| term.link_type == "activity");
    let activities: Vec<&str> = activities.map(|term| term.taxonomy_term.name.as_str()).collect();
    // Those that say where they are held belong to that place alone.
    let is_here = |held: Option<Id>| held.is_none() || held == at.map(|at| at.id);
    let here = service.schedules.iter().filter(|row| is_here(row.service_at_location_id));
    let schedules: Vec<&str> = here.map(|row| row.description.as_str()).collect();
    let location = at.map(|at| &at.location);
    let address = location.and_then(|location| location.addresses.first());
    let source = service.x_openactive.as_ref();
    let properties = Properties {
        service_id: service.id,
        name: &service.name,
        status: service.status,
        description: service.description.as_deref(),
        url: service.url.as_deref(),
        organization: &service.organization.name,
        location: location.and_then(|location| location.name.as_deref()),
        address: address.map(|address| {
            let parts = [&address.address_1, &address.city];
            let parts: Vec<&str> =
                parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
            parts.join(", ")
        }),
        postal_code: address.map(|address| address.postal_code.as_str()),
        activities: activities.join("; "),
        schedules: schedules.join("; "),
        fees: service.fees.as_deref(),
        minimum_age: service.minimum_age,
        maximum_age: service.maximum_age,
        last_modified: &service.last_modified,
        publisher: source.and_then(|source| source.publisher.as_deref()),
        license: source.and_then(|source| source.license.as_deref()),
    };
    Feature { kind: "Feature", id: at.map_or(service.id, |at| at.id), geometry, properties }
}
