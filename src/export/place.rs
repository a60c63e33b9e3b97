//! A service at one of its places, flat: what maps and tables read.
//!
//! A service has a row for each of its places whose position is known. One without such a place has a
//! single row without position, so that none is missing.

use serde::Serialize;

use crate::oruk::Id;
use crate::oruk::Service;
use crate::oruk::ServiceAtLocation;
use crate::oruk::SourceId;
use crate::oruk::Status;

/// A service at one of its places.
#[derive(Serialize)]
pub(super) struct Place<'a> {
    /// The service at location, else the service.
    #[serde(skip)]
    pub(super) id: Id,
    /// Degrees north and degrees east, WGS 84.
    #[serde(skip)]
    pub(super) position: Option<(f64, f64)>,
    pub(super) service_id: Id,
    pub(super) name: &'a str,
    pub(super) status: Status,
    pub(super) description: Option<&'a str>,
    pub(super) url: Option<&'a str>,
    pub(super) organization_id: Id,
    pub(super) organization: &'a str,
    pub(super) location_id: Option<Id>,
    pub(super) location: Option<&'a str>,
    pub(super) address: Option<String>,
    pub(super) postal_code: Option<&'a str>,
    pub(super) activities: String,
    pub(super) schedules: String,
    pub(super) fees: Option<&'a str>,
    pub(super) minimum_age: Option<f64>,
    pub(super) maximum_age: Option<f64>,
    pub(super) last_modified: &'a str,
    pub(super) publisher: Option<&'a str>,
    pub(super) license: Option<&'a str>,
    pub(super) dataset: Option<&'a str>,
    /// The identifier of the opportunity, as published.
    pub(super) source_id: Option<String>,
}

impl<'a> Place<'a> {
    /// Returns a service at each of its places.
    pub(super) fn all_of(service: &'a Service) -> Vec<Self> {
        let places = &service.service_at_locations;
        let mut all: Vec<Self> = places
            .iter()
            .map(|at| Self::of(service, Some(at)))
            .filter(|place| place.position.is_some())
            .collect();
        if all.is_empty() {
            let nowhere = Self::of(service, places.first());
            all.push(nowhere);
        }
        all
    }

    fn of(service: &'a Service, at: Option<&'a ServiceAtLocation>) -> Self {
        let activities = service.attributes.iter().filter(|term| term.link_type == "activity");
        let activities: Vec<&str> =
            activities.map(|term| term.taxonomy_term.name.as_str()).collect();
        // Those that say where they are held belong to that place alone.
        let is_here = |held: Option<Id>| held.is_none() || held == at.map(|at| at.id);
        let here = service.schedules.iter().filter(|row| is_here(row.service_at_location_id));
        let schedules: Vec<&str> = here.map(|row| row.description.as_str()).collect();
        let location = at.map(|at| &at.location);
        let address = location.and_then(|location| location.addresses.first());
        let source = service.x_openactive.as_ref();
        Self {
            id: at.map_or(service.id, |at| at.id),
            position: location.and_then(|location| location.latitude.zip(location.longitude)),
            service_id: service.id,
            name: &service.name,
            status: service.status,
            description: service.description.as_deref(),
            url: service.url.as_deref(),
            organization_id: service.organization_id,
            organization: &service.organization.name,
            location_id: location.map(|location| location.id),
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
            dataset: source.and_then(|source| source.dataset.as_deref()),
            source_id: source.and_then(|source| source.id.as_ref()).map(|id| match id {
                SourceId::Number(number) => number.to_string(),
                SourceId::Text(text) => text.clone(),
            }),
        }
    }
}
