//! The parameters as they are described to users; [`params`](super::params) reads them.

use serde_json::Value;
use serde_json::json;

use super::params::MAX_PAGE;
use super::params::MAX_PER_PAGE;

/// A parameter: name, what it may hold, what it means.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parameter(&'static str, Kind, &'static str);

/// What a parameter may hold.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Text,
    Flag,
    Id,
    /// A whole number from one number to another.
    Whole(u32, u32),
    /// A number from one number to another.
    Number(f64, f64),
    Time,
    Instant,
    Day,
    Bounds,
    Postcode,
    Link,
    Format,
}

/// Parameters that go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Set {
    Paging,
    Filters,
    Times3,
    Times1,
    Terms3,
    Terms1,
    Services,
    Full,
    Explain,
    Format,
    OfTaxonomy,
    OfVocabulary,
}

const PAGING: &[Parameter] = &[
    Parameter("page", Kind::Whole(1, MAX_PAGE), "Page number, from 1."),
    Parameter(
        "per_page",
        Kind::Whole(1, MAX_PER_PAGE),
        "How many items a page holds; 50 unless given.",
    ),
];

const WORDS: &str = "Words, all of which occur; the last may be the beginning of one. Up to four words \
    of five letters or more that occur nowhere may have one letter wrong. Those with all of them in their name \
    come first.";

const FILTERS: &[Parameter] = &[
    Parameter(
        "minimum_age",
        Kind::Number(0.0, 150.0),
        "The minimum age is at least this, in years; in 1.0 a service that states no age is found too.",
    ),
    Parameter(
        "maximum_age",
        Kind::Number(0.0, 150.0),
        "The maximum age is at most this, in years; in 1.0 a service that states no age is found too.",
    ),
    Parameter(
        "proximity",
        Kind::Number(0.0, 1_500_000.0),
        "Metres from `postcode`, or from `latitude` and `longitude`. What is nearest comes first, in 3.0 \
         with its distance as `x_distance_m`.",
    ),
    Parameter(
        "latitude",
        Kind::Number(-90.0, 90.0),
        "Of a point, with `longitude`, from which `proximity` counts; not without it.",
    ),
    Parameter(
        "longitude",
        Kind::Number(-180.0, 180.0),
        "Of a point, with `latitude`, from which `proximity` counts; not without it.",
    ),
    Parameter("bbox", Kind::Bounds, "West, south, east and north in degrees: what is within."),
    Parameter(
        "modified_after",
        Kind::Instant,
        "Changed at this time or later, or published here since, however long ago its publisher changed it. What is \
         over is included, and in 3.0 what was withdrawn in the last 30 days, whatever else is asked.",
    ),
    Parameter("organization_id", Kind::Id, "Of this organisation; several widen the query."),
];

const PLACE_3: Parameter = Parameter(
    "postcode",
    Kind::Postcode,
    "Postcode in Great Britain from which `proximity` counts. Alone it asks for what covers it: a service without \
     an area does, and none here has one.",
);

const PLACE_1: Parameter = Parameter(
    "postcode",
    Kind::Postcode,
    "Postcode in Great Britain from which `proximity` counts. Alone it leaves nothing out.",
);

const TIMES_3: &[Parameter] = &[
    Parameter("start_time", Kind::Time, "A session starts at this time or later."),
    Parameter(
        "end_time",
        Kind::Time,
        "A session ends at this time or earlier; where that is before `start_time`, on the day after.",
    ),
    Parameter("day", Kind::Day, "A session is on this day; several widen the query."),
];

const TIMES_1: &[Parameter] = &[
    Parameter(
        "start_time",
        Kind::Time,
        "A session starts at this time or later. Several times are of several sets: the first `day`, \
         `start_time` and `end_time` together, or the second, and so on; each as often as the others, if at all. An \
         empty one leaves its part of the set open.",
    ),
    Parameter(
        "end_time",
        Kind::Time,
        "A session ends at this time or earlier; where that is before `start_time`, on the day after. Several as \
         for `start_time`.",
    ),
    Parameter(
        "day",
        Kind::Day,
        "A session is on this day; several widen the query, or are of several sets as for `start_time`.",
    ),
];

const TERMS_3: &[Parameter] = &[
    Parameter("search", Kind::Text, WORDS),
    PLACE_3,
    Parameter(
        "taxonomy_term_id",
        Kind::Id,
        "Has this term or a narrower one; several widen the query.",
    ),
    Parameter("taxonomy_id", Kind::Id, "Has any term of this taxonomy; several widen the query."),
];

const TERMS_1: &[Parameter] = &[
    Parameter("text", Kind::Text, WORDS),
    PLACE_1,
    Parameter(
        "taxonomy_id",
        Kind::Text,
        "Has this term, a CURIE such as openActiveActivity:UUID, or a narrower one; several widen the query.",
    ),
    Parameter(
        "vocabulary",
        Kind::Text,
        "Has any term of this vocabulary, beside `taxonomy_id` that one; several widen the query.",
    ),
    Parameter(
        "taxonomy_type",
        Kind::Link,
        "The terms asked for say something of this; several widen the query, and without terms it narrows nothing. \
         Only services and eligibilities have terms here. Another word is taken as `service`.",
    ),
    Parameter(
        "coverage",
        Kind::Postcode,
        "Postcode in the area of the service, or the service has none; here none has one.",
    ),
    Parameter(
        "include",
        Kind::Text,
        "What the items of a list hold besides; passed over, since each is whole at its own address.",
    ),
];

const EXPLAIN: &[Parameter] =
    &[Parameter("explain", Kind::Flag, "Say where each field comes from, beside the service.")];

const FULL: &[Parameter] =
    &[Parameter("full", Kind::Flag, "Whole items instead of those of a list.")];

const SERVICES: &[Parameter] = &[
    Parameter("full", Kind::Flag, "Whole services instead of those of a list."),
    Parameter("minimal", Kind::Flag, "Only `id` and `modified_date`, all in one answer."),
];

const FORMAT: &[Parameter] =
    &[Parameter("format", Kind::Format, "`ndjson` streams everything, a line for each item.")];

const OF_TAXONOMY: &[Parameter] = &[
    Parameter("taxonomy_id", Kind::Id, "Of this taxonomy; several widen the query."),
    Parameter("parent_id", Kind::Id, "Right below this term; several widen the query."),
    Parameter("top_only", Kind::Flag, "Only terms without a wider one."),
];

const OF_VOCABULARY: &[Parameter] = &[
    Parameter("vocabulary", Kind::Text, "Of this vocabulary."),
    Parameter("text", Kind::Text, "This is in its name."),
    Parameter(
        "parent_id",
        Kind::Text,
        "Right below this term, a CURIE as in `taxonomy_id`; several widen the query.",
    ),
    Parameter("root_only", Kind::Flag, "Only terms without a wider one."),
];

impl Set {
    /// Returns its parameters.
    pub(super) fn parameters(self) -> &'static [Parameter] {
        match self {
            Self::Paging => PAGING,
            Self::Filters => FILTERS,
            Self::Times3 => TIMES_3,
            Self::Times1 => TIMES_1,
            Self::Terms3 => TERMS_3,
            Self::Terms1 => TERMS_1,
            Self::Services => SERVICES,
            Self::Full => FULL,
            Self::Explain => EXPLAIN,
            Self::Format => FORMAT,
            Self::OfTaxonomy => OF_TAXONOMY,
            Self::OfVocabulary => OF_VOCABULARY,
        }
    }
}

impl Parameter {
    /// Returns its description in OpenAPI.
    pub(super) fn describe(&self) -> Value {
        let Self(name, kind, description) = self;
        json!({ "name": name, "in": "query", "description": description, "schema": kind.schema() })
    }
}

impl Kind {
    fn schema(self) -> Value {
        match self {
            Self::Text => json!({ "type": "string" }),
            Self::Flag => json!({ "type": "boolean" }),
            Self::Id => json!({ "type": "string", "format": "uuid" }),
            Self::Whole(from, to) => json!({ "type": "integer", "minimum": from, "maximum": to }),
            Self::Number(from, to) => json!({ "type": "number", "minimum": from, "maximum": to }),
            Self::Time => json!({ "type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$" }),
            Self::Instant => json!({ "type": "string", "format": "date-time" }),
            Self::Day => {
                json!({ "type": "string", "enum": ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] })
            }
            Self::Bounds => {
                json!({ "type": "string", "pattern": "^-?[0-9.]+(,-?[0-9.]+){3}$" })
            }
            Self::Postcode => json!({ "type": "string", "examples": ["BS1 5TR"] }),
            Self::Link => json!({
                "type": "string",
                "enum": ["any", "service", "eligibility", "organization", "cost_option", "area"],
            }),
            Self::Format => json!({ "type": "string", "enum": ["json", "ndjson"] }),
        }
    }
}
