//! The objects of HSDS-UK 3.0.
//!
//! Specification: <https://openreferraluk.org/developers/schemata>.

use super::Entity;
use super::Kind::Code;
use super::Kind::DateTime;
use super::Kind::Email;
use super::Kind::Many;
use super::Kind::Number;
use super::Kind::One;
use super::Kind::Text;
use super::Kind::Uri;
use super::Kind::Uuid;
use super::may;
use super::need;

/// A service.
pub(in super::super) static SERVICE: Entity = Entity {
    name: "service",
    fields: &[
        need("id", Uuid),
        may("organization_id", Uuid),
        need("name", Text),
        may("description", Text),
        may("url", Uri),
        may("email", Email),
        need("status", Code(&["active", "inactive", "defunct", "temporarily closed"])),
        may("fees", Text),
        may("accreditations", Text),
        may("minimum_age", Number),
        may("maximum_age", Number),
        may("assured_date", Text),
        may("assurer_email", Email),
        may("alert", Text),
        may("last_modified", DateTime),
        may("schedules", Many(&SCHEDULE)),
        may("service_areas", Many(&SERVICE_AREA)),
        may("service_at_locations", Many(&SERVICE_AT_LOCATION)),
        may("languages", Many(&LANGUAGE)),
        may("organization", One(&ORGANIZATION)),
        may("funding", Many(&FUNDING)),
        may("cost_options", Many(&COST_OPTION)),
        may("contacts", Many(&CONTACT)),
        may("attributes", Many(&ATTRIBUTE)),
    ],
};

/// A service at a location.
pub(in super::super) static SERVICE_AT_LOCATION: Entity = Entity {
    name: "service_at_location",
    fields: &[
        need("id", Uuid),
        may("service_id", Uuid),
        may("location_id", Uuid),
        may("location", One(&LOCATION)),
        may("service", One(&SERVICE)),
    ],
};

/// A taxonomy.
pub(in super::super) static TAXONOMY: Entity = Entity {
    name: "taxonomy",
    fields: &[
        need("id", Uuid),
        need("name", Text),
        need("description", Text),
        may("uri", Uri),
        may("version", Text),
        may("taxonomy_terms", Many(&TAXONOMY_TERM)),
    ],
};

/// A taxonomy term.
pub(in super::super) static TAXONOMY_TERM: Entity = Entity {
    name: "taxonomy_term",
    fields: &[
        need("id", Uuid),
        need("name", Text),
        need("description", Text),
        may("parent_id", Uuid),
        may("taxonomy", Text),
        may("taxonomy_id", Uuid),
        may("term_uri", Uri),
        may("term", Text),
    ],
};

static ORGANIZATION: Entity = Entity {
    name: "organization",
    fields: &[
        need("id", Uuid),
        need("name", Text),
        need("description", Text),
        may("email", Email),
        may("website", Uri),
        may("logo", Text),
        may("uri", Uri),
        may("parent_organization_id", Uuid),
        may("organization_identifiers", Many(&ORGANIZATION_IDENTIFIER)),
        may("attributes", Many(&ATTRIBUTE)),
    ],
};

static ORGANIZATION_IDENTIFIER: Entity = Entity {
    name: "organization_identifier",
    fields: &[
        need("id", Uuid),
        may("organization_id", Uuid),
        may("identifier_scheme", Text),
        need("identifier_type", Text),
        need("identifier", Text),
        may("attributes", Many(&ATTRIBUTE)),
    ],
};

static LOCATION: Entity = Entity {
    name: "location",
    fields: &[
        need("id", Uuid),
        need("location_type", Code(PLACE_TYPES)),
        may("name", Text),
        may("description", Text),
        may("latitude", Number),
        may("longitude", Number),
        may("external_identifier", Text),
        may("external_identifier_type", Text),
        may("addresses", Many(&ADDRESS)),
        may("accessibility", Many(&ACCESSIBILITY)),
        may("attributes", Many(&ATTRIBUTE)),
    ],
};

static ADDRESS: Entity = Entity {
    name: "address",
    fields: &[
        need("id", Uuid),
        may("location_id", Uuid),
        may("attention", Text),
        need("address_1", Text),
        need("city", Text),
        may("region", Text),
        need("state_province", Text),
        need("postal_code", Text),
        need("country", Text),
        need("address_type", Code(PLACE_TYPES)),
        may("attributes", Many(&ATTRIBUTE)),
    ],
};

static ACCESSIBILITY: Entity = Entity {
    name: "accessibility",
    fields: &[
        need("id", Uuid),
        may("location_id", Uuid),
        may("description", Text),
        may("details", Text),
        may("url", Uri),
        may("attributes", Many(&ATTRIBUTE)),
        may("accessibility", Text),
    ],
};

static SCHEDULE: Entity = Entity {
    name: "schedule",
    fields: &[
        need("id", Uuid),
        may("service_id", Uuid),
        may("service_at_location_id", Uuid),
        may("valid_from", Text),
        may("valid_to", Text),
        may("dtstart", Text),
        may("freq", Code(&["WEEKLY", "MONTHLY"])),
        may("interval", Number),
        may("byday", Text),
        may("bymonthday", Text),
        may("description", Text),
        may("opens_at", Text),
        may("closes_at", Text),
        may("schedule_link", Uri),
        may("attending_type", Text),
        may("notes", Text),
    ],
};

static SERVICE_AREA: Entity = Entity {
    name: "service_area",
    fields: &[
        need("id", Uuid),
        may("service_id", Uuid),
        may("name", Text),
        may("extent", Text),
        may("extent_type", Text),
        may("uri", Text),
        may("service_area", Text),
    ],
};

static COST_OPTION: Entity = Entity {
    name: "cost_option",
    fields: &[
        need("id", Uuid),
        may("service_id", Uuid),
        may("valid_from", Text),
        may("valid_to", Text),
        may("option", Text),
        may("amount", Number),
        may("amount_description", Text),
    ],
};

static FUNDING: Entity = Entity {
    name: "funding",
    fields: &[need("id", Uuid), may("service_id", Uuid), may("source", Text)],
};

static LANGUAGE: Entity = Entity {
    name: "language",
    fields: &[need("id", Uuid), may("service_id", Uuid), may("phone_id", Uuid)],
};

static CONTACT: Entity = Entity {
    name: "contact",
    fields: &[
        need("id", Uuid),
        may("service_id", Uuid),
        may("name", Text),
        may("title", Text),
        may("attributes", Many(&ATTRIBUTE)),
    ],
};

static ATTRIBUTE: Entity = Entity {
    name: "attribute",
    fields: &[
        need("id", Uuid),
        may("link_id", Uuid),
        may("taxonomy_term_id", Uuid),
        may("link_type", Text),
        may("taxonomy_term", One(&TAXONOMY_TERM)),
    ],
};

const PLACE_TYPES: &[&str] = &["physical", "postal", "virtual"];
