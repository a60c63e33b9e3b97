//! The tables of the data package: their names, their fields, and which of them lead to which.
//!
//! Specification: [HSDS 3.0](https://docs.openreferral.org/en/v3.0/hsds/schema_reference.html). A field
//! has the name it has in the API; those that Baton never fills are left out. Fields that begin with
//! `x_` are our own and tell where a service comes from.

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Number,
    Integer,
    /// `YYYY-MM-DD`.
    Date,
    /// `HH:MM`.
    Time,
    Instant,
}

/// A field: name and what it holds.
pub(super) type Field = (&'static str, Kind);

/// A table.
#[derive(Debug)]
pub(super) struct Table {
    /// Name in HSDS.
    pub(super) name: &'static str,
    /// Name of the file.
    pub(super) path: &'static str,
    /// The first is the id.
    pub(super) fields: &'static [Field],
    /// Fields that hold the id of a row in another table, and that table.
    pub(super) keys: &'static [(&'static str, &'static str)],
}

use Kind::Date;
use Kind::Instant;
use Kind::Integer;
use Kind::Number;
use Kind::Text;
use Kind::Time;

/// Every table, in the order of the package.
pub(super) static TABLES: &[Table] = &[
    Table {
        name: "organization",
        path: "organizations.csv",
        fields: &[
            ("id", Text),
            ("name", Text),
            ("description", Text),
            ("email", Text),
            ("website", Text),
            ("logo", Text),
            ("uri", Text),
        ],
        keys: &[],
    },
    Table {
        name: "organization_identifier",
        path: "organization_identifiers.csv",
        fields: &[
            ("id", Text),
            ("organization_id", Text),
            ("identifier_scheme", Text),
            ("identifier_type", Text),
            ("identifier", Text),
        ],
        keys: &[("organization_id", "organization")],
    },
    Table {
        name: "program",
        path: "programs.csv",
        fields: &[("id", Text), ("organization_id", Text), ("name", Text), ("description", Text)],
        keys: &[],
    },
    Table {
        name: "service",
        path: "services.csv",
        fields: &[
            ("id", Text),
            ("organization_id", Text),
            ("program_id", Text),
            ("name", Text),
            ("description", Text),
            ("url", Text),
            ("email", Text),
            ("status", Text),
            ("application_process", Text),
            ("fees", Text),
            ("fees_description", Text),
            ("accreditations", Text),
            ("eligibility_description", Text),
            ("minimum_age", Number),
            ("maximum_age", Number),
            ("assured_date", Date),
            ("assurer_email", Text),
            ("alert", Text),
            ("last_modified", Instant),
            ("x_openactive_type", Text),
            ("x_openactive_id", Text),
            ("x_openactive_dataset", Text),
            ("x_openactive_publisher", Text),
            ("x_openactive_license", Text),
            ("x_openactive_image", Text),
            ("x_openactive_organization_source", Text),
        ],
        keys: &[("organization_id", "organization"), ("program_id", "program")],
    },
    Table {
        name: "location",
        path: "locations.csv",
        fields: &[
            ("id", Text),
            ("location_type", Text),
            ("url", Text),
            ("name", Text),
            ("description", Text),
            ("latitude", Number),
            ("longitude", Number),
            ("external_identifier", Text),
            ("external_identifier_type", Text),
        ],
        keys: &[],
    },
    Table {
        name: "address",
        path: "addresses.csv",
        fields: &[
            ("id", Text),
            ("location_id", Text),
            ("address_1", Text),
            ("city", Text),
            ("region", Text),
            ("state_province", Text),
            ("postal_code", Text),
            ("country", Text),
            ("address_type", Text),
        ],
        keys: &[("location_id", "location")],
    },
    Table {
        name: "accessibility",
        path: "accessibility.csv",
        fields: &[
            ("id", Text),
            ("location_id", Text),
            ("description", Text),
            ("details", Text),
            ("accessibility", Text),
        ],
        keys: &[("location_id", "location")],
    },
    Table {
        name: "service_at_location",
        path: "service_at_locations.csv",
        fields: &[("id", Text), ("service_id", Text), ("location_id", Text)],
        keys: &[("service_id", "service"), ("location_id", "location")],
    },
    Table {
        name: "schedule",
        path: "schedules.csv",
        fields: &[
            ("id", Text),
            ("service_id", Text),
            ("service_at_location_id", Text),
            ("valid_from", Date),
            ("valid_to", Date),
            ("dtstart", Date),
            ("freq", Text),
            ("interval", Integer),
            ("byday", Text),
            ("bymonthday", Text),
            ("until", Date),
            ("count", Integer),
            ("description", Text),
            ("opens_at", Time),
            ("closes_at", Time),
            ("schedule_link", Text),
            ("attending_type", Text),
            ("notes", Text),
            ("x_openactive_except_dates", Text),
        ],
        keys: &[("service_id", "service"), ("service_at_location_id", "service_at_location")],
    },
    Table {
        name: "cost_option",
        path: "cost_options.csv",
        fields: &[
            ("id", Text),
            ("service_id", Text),
            ("option", Text),
            ("currency", Text),
            ("amount", Number),
            ("amount_description", Text),
        ],
        keys: &[("service_id", "service")],
    },
    Table {
        name: "contact",
        path: "contacts.csv",
        fields: &[
            ("id", Text),
            ("service_id", Text),
            ("name", Text),
            ("title", Text),
            ("email", Text),
        ],
        keys: &[("service_id", "service")],
    },
    Table {
        name: "phone",
        path: "phones.csv",
        fields: &[("id", Text), ("contact_id", Text), ("number", Text), ("description", Text)],
        keys: &[("contact_id", "contact")],
    },
    Table {
        name: "language",
        path: "languages.csv",
        fields: &[("id", Text), ("service_id", Text), ("code", Text), ("name", Text)],
        keys: &[("service_id", "service")],
    },
    Table {
        name: "attribute",
        path: "attributes.csv",
        fields: &[
            ("id", Text),
            ("link_id", Text),
            ("taxonomy_term_id", Text),
            ("link_type", Text),
            ("link_entity", Text),
        ],
        keys: &[("taxonomy_term_id", "taxonomy_term")],
    },
    Table {
        name: "taxonomy_term",
        path: "taxonomy_terms.csv",
        fields: &[
            ("id", Text),
            ("name", Text),
            ("description", Text),
            ("parent_id", Text),
            ("taxonomy", Text),
            ("taxonomy_id", Text),
            ("term_uri", Text),
            ("term", Text),
        ],
        keys: &[("taxonomy_id", "taxonomy")],
    },
    Table {
        name: "taxonomy",
        path: "taxonomies.csv",
        fields: &[("id", Text), ("name", Text), ("description", Text), ("uri", Text)],
        keys: &[],
    },
];
