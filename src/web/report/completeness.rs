//! How many services have each field that people look for. What the mapping made up does not count, nor does a point far
//! from its postcode.

use serde::Serialize;

use crate::oruk::LocationType;
use crate::oruk::Service;
use crate::quality::Code;
use crate::quality::Finding;

/// A field and how many services have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Field {
    /// Its path in HSDS-UK.
    pub(super) field: &'static str,
    /// What it is to people.
    pub(super) title: &'static str,
    pub(super) count: u64,
    /// Of all services, rounded down.
    pub(super) percent: u64,
}

/// Tells whether a service has a field.
type Test = fn(&Service) -> bool;

/// Each field: path, words, whether a service has it, and the finding that says that it was made up, or
/// that another field contradicts it.
const FIELDS: [(&str, &str, Test, Option<Code>); 14] = [
    ("name", "Name", |s| !s.name.is_empty(), Some(Code::NameMissing)),
    ("description", "Description", |s| s.description.is_some(), Some(Code::DescriptionMissing)),
    ("url", "Page about it", |s| s.url.is_some(), None),
    ("organization", "Who runs it", |_| true, Some(Code::OrganizerMissing)),
    ("contacts", "Contact", |s| !s.contacts.is_empty() || s.email.is_some(), None),
    ("schedules", "Days and times", |s| !s.schedules.is_empty(), None),
    ("service_at_locations", "Place", |s| !s.service_at_locations.is_empty(), None),
    (
        "location.latitude",
        "Point on the map",
        |s| all_places(s, |l| l.latitude.is_some()),
        Some(Code::PostcodeElsewhere),
    ),
    (
        "address.postal_code",
        "Postcode",
        |s| all_places(s, |l| l.addresses.iter().any(|a| !a.postal_code.is_empty())),
        None,
    ),
    ("cost_options", "Price", |s| !s.cost_options.is_empty(), None),
    ("minimum_age", "Age", |s| s.minimum_age.or(s.maximum_age).is_some(), Some(Code::AgeMissing)),
    ("attributes.activity", "Activity", |s| has(s, &["activity", "facility_type"]), None),
    ("attributes.level", "Level", |s| has(s, &["level"]), None),
    ("accessibility", "Accessibility", has_accessibility, None),
];

fn has(service: &Service, link_types: &[&str]) -> bool {
    service.attributes.iter().any(|a| link_types.contains(&a.link_type.as_str()))
}

fn has_accessibility(service: &Service) -> bool {
    has(service, &["accessibility"])
        || service.service_at_locations.iter().any(|at| !at.location.accessibility.is_empty())
}

/// Tells whether there is a place, and all of them but online ones are so.
fn all_places(service: &Service, is_so: fn(&crate::oruk::Location) -> bool) -> bool {
    let places = &service.service_at_locations;
    let is_fine = |location: &crate::oruk::Location| {
        location.location_type == LocationType::Virtual || is_so(location)
    };
    !places.is_empty() && places.iter().all(|at| is_fine(&at.location))
}

/// Counts services and their fields.
#[derive(Debug, Default)]
pub(super) struct Completeness {
    services: u64,
    counts: [u64; FIELDS.len()],
}

impl Completeness {
    pub(super) fn add(&mut self, service: &Service, findings: &[Finding]) {
        self.services += 1;
        for ((_, _, has, made_up), count) in FIELDS.iter().zip(&mut self.counts) {
            let is_made_up = findings.iter().any(|finding| Some(finding.code) == *made_up);
            *count += u64::from(has(service) && !is_made_up);
        }
    }

    pub(super) fn services(&self) -> u64 {
        self.services
    }

    pub(super) fn fields(&self) -> Vec<Field> {
        let fields = FIELDS.iter().zip(self.counts).map(|((field, title, ..), count)| Field {
            field,
            title,
            count,
            percent: count * 100 / self.services.max(1),
        });
        fields.collect()
    }
}
