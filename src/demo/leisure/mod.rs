//! The sample of a leisure operator: four feeds joined by URI.
//!
//! Slots name their facility or their court, sessions name their series. Courts exist only inside a
//! facility, as with most operators.

mod classes;
mod facilities;

use serde_json::Value;
use serde_json::json;

pub(super) use self::classes::CLASS_COUNT;
pub(super) use self::classes::SERIES;
pub(super) use self::classes::SESSIONS;
pub(super) use self::classes::series_drafts;
pub(super) use self::classes::series_id;
pub(super) use self::classes::session_drafts;
pub(super) use self::classes::session_id;
pub(super) use self::facilities::FACILITY_USES;
pub(super) use self::facilities::SLOTS;
pub(super) use self::facilities::facility_drafts;
pub(super) use self::facilities::slot_drafts;
use super::venues::Venue;

fn operator() -> Value {
    json!({
        "@type": "Organization",
        "@id": "https://avonvale.example.org/api/seller",
        "name": "Avonvale Leisure",
        "legalName": "Avonvale Leisure Trust Ltd",
        "url": "https://avonvale.example.org",
        "email": "customer.service@avonvale.example.org",
        "telephone": "01632 960140",
    })
}

/// Returns a centre with its opening hours, front desk and amenities.
fn centre(venue: &Venue) -> Value {
    let mut place = venue.with_postal_address();
    if let Some(fields) = place.as_object_mut() {
        fields.insert("telephone".to_owned(), json!("01632 960141"));
        fields.insert("amenityFeature".to_owned(), venue.amenities());
        fields.insert("openingHoursSpecification".to_owned(), opening_hours());
    }
    place
}

fn opening_hours() -> Value {
    let hours = |days: &[&str], opens: &str, closes: &str| {
        let days: Vec<String> =
            days.iter().map(|day| format!("https://schema.org/{day}")).collect();
        json!({
            "@type": "OpeningHoursSpecification",
            "dayOfWeek": days,
            "opens": opens,
            "closes": closes,
        })
    };
    json!([
        hours(&["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"], "06:30", "22:00"),
        hours(&["Saturday", "Sunday"], "08:00", "20:00"),
        hours(&["PublicHolidays"], "00:00", "00:00"),
    ])
}
