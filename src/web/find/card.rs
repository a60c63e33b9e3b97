//! A service in a list: what somebody needs to know to choose it.

use super::form;
use crate::oruk::Location;
use crate::oruk::LocationType;
use crate::oruk::Service;
use crate::oruk::Status;
use crate::web::words;

/// How many times of a service a list tells.
const MAX_TIMES: usize = 3;

/// How many characters of a name a list shows.
const MAX_NAME: usize = 160;

/// A service in a list.
#[derive(Debug)]
pub(super) struct Card {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) organization: String,
    pub(super) times: Vec<String>,
    pub(super) more_times: usize,
    pub(super) place: Option<String>,
    pub(super) distance: Option<String>,
    pub(super) price: Option<String>,
    pub(super) audience: Option<String>,
    pub(super) booking: Option<String>,
    pub(super) alert: Option<String>,
    pub(super) is_closed: bool,
}

impl Card {
    /// Makes the card of a service, so many metres away.
    pub(super) fn of(service: &Service, distance_m: Option<f64>) -> Self {
        let mut times: Vec<String> =
            service.schedules.iter().map(|s| words::short(&s.description, MAX_NAME)).collect();
        times.dedup();
        let more_times = times.len().saturating_sub(MAX_TIMES);
        times.truncate(MAX_TIMES);
        let shown = |text: &Option<String>| text.as_deref().map(|text| words::short(text, 300));
        Self {
            id: service.id.to_string(),
            name: words::short(&service.name, MAX_NAME),
            organization: words::short(&service.organization.name, MAX_NAME),
            times,
            more_times,
            place: place(service),
            distance: distance_m.map(form::miles),
            price: shown(&service.fees),
            audience: shown(&audience(service)),
            booking: shown(&service.application_process),
            alert: shown(&service.alert),
            is_closed: service.status == Status::TemporarilyClosed,
        }
    }
}

/// Returns who a service is for, in words.
pub(super) fn audience(service: &Service) -> Option<String> {
    service.eligibility_description.clone().or_else(|| {
        Some(match (service.minimum_age, service.maximum_age) {
            (None, None) => return None,
            (Some(min), None) => format!("Ages {min} and over"),
            (None, Some(max)) => format!("Ages up to {max}"),
            (Some(min), Some(max)) => format!("Ages {min} to {max}"),
        })
    })
}

fn place(service: &Service) -> Option<String> {
    let places = &service.service_at_locations;
    let first = address(&places.first()?.location);
    Some(match places.len() {
        1 => first,
        count => format!("{first}, and {}", words::count(count - 1, "more place")),
    })
}

/// Writes a place in one line.
pub(super) fn address(location: &Location) -> String {
    if location.location_type == LocationType::Virtual {
        return "Online".to_owned();
    }
    let name = location.name.as_deref().unwrap_or_default();
    let address = location.addresses.first();
    let parts = address.map_or([""; 3], |a| [&a.address_1, &a.city, &a.postal_code]);
    let mut shown: Vec<&str> = vec![name];
    shown.extend(parts);
    shown.retain(|part| !part.is_empty());
    shown.dedup();
    words::short(&shown.join(", "), 300)
}
