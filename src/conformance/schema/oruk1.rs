//! The objects of Open Referral UK 1.0, by the names on the wire of its reference server.
//!
//! Specification: <https://openreferraluk.org/specifications/1.0/openapi.json>.

use super::Entity;
use super::Kind::Boolean;
use super::Kind::Code;
use super::Kind::Date;
use super::Kind::Email;
use super::Kind::Many;
use super::Kind::Number;
use super::Kind::One;
use super::Kind::Text;
use super::Kind::Time;
use super::Kind::Uri;
use super::Kind::Uuid;
use super::may;
use super::need;

/// A service.
pub(in super::super) static SERVICE: Entity = Entity {
    name: "service",
    fields: &[
        need("id", Uuid),
        need("organization", One(&ORGANIZATION)),
        need("name", Text),
        may("description", Text),
        may("url", Uri),
        may("email", Email),
        may("status", Code(&["active", "inactive", "defunct", "temporarily closed"])),
        may("fees", Text),
        may("accreditations", Text),
        may("deliverable_type", Code(DELIVERABLE_TYPES)),
        may("assured_date", Date),
        may("attending_type", Code(&["phone", "online", "venue", "home visit"])),
        may("attending_access", Code(&["referral", "appointment", "membership", "drop-in"])),
        may("service_areas", Many(&SERVICE_AREA)),
        may("fundings", Many(&FUNDING)),
        may("regular_schedules", Many(&REGULAR_SCHEDULE)),
        may("holiday_schedules", Many(&HOLIDAY_SCHEDULE)),
        may("eligibilitys", Many(&ELIGIBILITY)),
        may("service_at_locations", Many(&SERVICE_AT_LOCATION)),
        may("cost_options", Many(&COST_OPTION)),
        may("contacts", Many(&CONTACT)),
        may("service_taxonomys", Many(&SERVICE_TAXONOMY)),
        may("languages", Many(&LANGUAGE)),
    ],
};

/// An organization.
pub(in super::super) static ORGANIZATION: Entity = Entity {
    name: "organization",
    fields: &[
        need("id", Uuid),
        need("name", Text),
        need("description", Text),
        may("email", Email),
        may("url", Uri),
        may("logo", Text),
        may("uri", Uri),
    ],
};

/// A location.
pub(in super::super) static LOCATION: Entity = Entity {
    name: "location",
    fields: &[
        need("id", Uuid),
        may("name", Text),
        may("description", Text),
        may("latitude", Number),
        may("longitude", Number),
        may("physical_addresses", Many(&PHYSICAL_ADDRESS)),
        may("accessibility_for_disabilities", Many(&ACCESSIBILITY)),
    ],
};

/// A taxonomy term; its id is a CURIE, not a UUID.
pub(in super::super) static TAXONOMY: Entity = Entity {
    name: "taxonomy",
    fields: &[need("id", Text), need("name", Text), may("vocabulary", Text)],
};

static SERVICE_AT_LOCATION: Entity = Entity {
    name: "service_at_location",
    fields: &[
        need("id", Uuid),
        need("location", One(&LOCATION)),
        may("regular_schedule", Many(&REGULAR_SCHEDULE)),
    ],
};

static PHYSICAL_ADDRESS: Entity = Entity {
    name: "physical_address",
    fields: &[
        need("id", Uuid),
        may("address_1", Text),
        need("city", Text),
        need("state_province", Text),
        need("postal_code", Text),
        need("country", Text),
    ],
};

/// Without `weekday`: an early schema demands it, and the reference server never sends it.
static REGULAR_SCHEDULE: Entity = Entity {
    name: "regular_schedule",
    fields: &[
        need("id", Uuid),
        may("opens_at", Time),
        may("closes_at", Time),
        may("valid_from", Date),
        may("valid_to", Date),
        may("dtstart", Date),
        may("freq", Code(&["WEEKLY", "MONTHLY"])),
        may("interval", Number),
        may("byday", Text),
        may("bymonthday", Text),
        may("description", Text),
    ],
};

static HOLIDAY_SCHEDULE: Entity = Entity {
    name: "holiday_schedule",
    fields: &[
        need("id", Uuid),
        need("closed", Boolean),
        may("opens_at", Time),
        may("closes_at", Time),
        need("start_date", Date),
        need("end_date", Date),
    ],
};

static ELIGIBILITY: Entity = Entity {
    name: "eligibility",
    fields: &[
        need("id", Uuid),
        may("eligibility", Text),
        need("minimum_age", Number),
        need("maximum_age", Number),
    ],
};

static COST_OPTION: Entity = Entity {
    name: "cost_option",
    fields: &[
        need("id", Uuid),
        may("valid_from", Date),
        may("valid_to", Date),
        may("option", Text),
        may("amount", Number),
        may("amount_description", Text),
    ],
};

static CONTACT: Entity = Entity {
    name: "contact",
    fields: &[need("id", Uuid), may("name", Text), may("title", Text), may("phones", Many(&PHONE))],
};

static PHONE: Entity = Entity { name: "phone", fields: &[need("id", Uuid), need("number", Text)] };

static SERVICE_AREA: Entity = Entity {
    name: "service_area",
    fields: &[need("id", Uuid), may("service_area", Text), may("extent", Text), may("uri", Text)],
};

static LANGUAGE: Entity =
    Entity { name: "language", fields: &[need("id", Uuid), may("language", Text)] };

static FUNDING: Entity =
    Entity { name: "funding", fields: &[need("id", Uuid), may("source", Text)] };

static ACCESSIBILITY: Entity = Entity {
    name: "accessibility_for_disabilities",
    fields: &[need("id", Uuid), may("accessibility", Text), may("details", Text)],
};

static SERVICE_TAXONOMY: Entity = Entity {
    name: "service_taxonomy",
    fields: &[need("id", Uuid), need("taxonomy", One(&TAXONOMY))],
};

const DELIVERABLE_TYPES: &[&str] = &[
    "Advice",
    "Assessment",
    "Counselling",
    "Equipment",
    "Financial Support",
    "Information",
    "Permission",
    "Training",
];
