//! Bodies of items as publishers send them; what a test cares for is set on top.

use baton::clock::Clock;
use chrono::TimeDelta;
use serde_json::Value;
use serde_json::json;

/// Returns the URI of a thing at the invented publisher.
pub(crate) fn uri(what: &str, id: impl std::fmt::Display) -> String {
    format!("https://data.example.org/api/{what}/{id}")
}

/// Returns a weekly class without dates of its own.
pub(crate) fn series(id: impl std::fmt::Display, name: &str) -> Value {
    json!({
        "@context": "https://openactive.io/",
        "@type": "SessionSeries",
        "@id": uri("series", id),
        "name": name,
        "description": "Everybody is welcome.",
        "url": "https://www.example.org/classes",
        "activity": [{
            "@type": "Concept",
            "@id": "https://openactive.io/activity-list#984068a7-5f34-4d5c-8e9d-4a9d0d1d0d5a",
            "prefLabel": "Yoga",
            "inScheme": "https://openactive.io/activity-list",
        }],
        "organizer": organization(),
        "location": place(),
    })
}

/// Returns the session of a series in so many days.
pub(crate) fn session(id: impl std::fmt::Display, parent: impl Into<Value>, in_days: i64) -> Value {
    let start = Clock::default().now() + TimeDelta::days(in_days);
    json!({
        "@context": "https://openactive.io/",
        "@type": "ScheduledSession",
        "@id": uri("sessions", id),
        "superEvent": parent.into(),
        "startDate": start.format("%Y-%m-%dT18:00:00Z").to_string(),
        "duration": "PT1H",
        "eventStatus": "https://schema.org/EventScheduled",
    })
}

pub(crate) fn facility(id: impl std::fmt::Display, name: &str) -> Value {
    json!({
        "@context": "https://openactive.io/",
        "@type": "FacilityUse",
        "@id": uri("facilities", id),
        "name": name,
        "facilityType": [{
            "@type": "Concept",
            "@id": "https://openactive.io/facility-types#9db5681e-700e-4b30-99a5-355885d94db2",
            "prefLabel": "Badminton Court",
            "inScheme": "https://openactive.io/facility-types",
        }],
        "provider": organization(),
        "location": place(),
    })
}

/// Returns a court that says which facility it belongs to.
pub(crate) fn court(id: impl std::fmt::Display, facility: &str) -> Value {
    json!({
        "@context": "https://openactive.io/",
        "@type": "IndividualFacilityUse",
        "@id": uri("courts", &id),
        "name": format!("Court {id}"),
        "aggregateFacilityUse": facility,
    })
}

/// Returns a slot of a facility or a court in so many days.
pub(crate) fn slot(id: impl std::fmt::Display, of: &str, in_days: i64) -> Value {
    let start = Clock::default().now() + TimeDelta::days(in_days);
    json!({
        "@context": "https://openactive.io/",
        "@type": "Slot",
        "@id": uri("slots", id),
        "facilityUse": of,
        "startDate": start.format("%Y-%m-%dT10:00:00Z").to_string(),
        "duration": "PT1H",
        "remainingUses": 1,
        "maximumUses": 1,
    })
}

pub(crate) fn organization() -> Value {
    json!({
        "@type": "Organization",
        "@id": uri("organizations", 1),
        "name": "Riverside Leisure Trust",
        "email": "hello@riverside.example.org",
        "telephone": "0300 555 0123",
    })
}

pub(crate) fn place() -> Value {
    json!({
        "@type": "Place",
        "@id": uri("places", 1),
        "name": "Riverside Leisure Centre",
        "address": {
            "@type": "PostalAddress",
            "streetAddress": "Mill Lane",
            "addressLocality": "Bristol",
            "postalCode": "BS1 5TR",
            "addressCountry": "GB",
        },
        "geo": {"@type": "GeoCoordinates", "latitude": 51.4505, "longitude": -2.601},
    })
}
