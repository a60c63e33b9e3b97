//! Schedules: iCalendar rules in UK wall-clock time.

use serde::Deserialize;
use serde::Serialize;

use super::id::Id;

/// How a rule repeats; HSDS knows no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Frequency {
    /// By weeks.
    Weekly,
    /// By months.
    Monthly,
}

impl Frequency {
    /// Returns the iCalendar word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Weekly => "WEEKLY",
            Self::Monthly => "MONTHLY",
        }
    }
}

/// A [schedule](https://docs.openreferral.org/en/v3.0/hsds/schema_reference.html#schedule).
///
/// Dates are `YYYY-MM-DD`, times `HH:MM` as the clock on the wall shows them in the United Kingdom: a
/// fixed offset would be wrong for half the year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// Derived from the rule itself, so that order does not matter.
    pub id: Id,
    /// The service.
    pub service_id: Id,
    /// Where it takes place, when that is one of the service's locations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_at_location_id: Option<Id>,
    /// First date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    /// Last date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<String>,
    /// The date from which intervals count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dtstart: Option<String>,
    /// How it repeats; absent for a single date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub freq: Option<Frequency>,
    /// Every how many weeks or months.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<u32>,
    /// Days: `TU,TH`, `2TU`, `-1FR`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub byday: Option<String>,
    /// Days of the month: `1,15`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bymonthday: Option<String>,
    /// Last date again (HSDS, not in the UK profile).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// How many times (HSDS, not in the UK profile).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// The rule in plain English.
    pub description: String,
    /// Start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<String>,
    /// End.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<String>,
    /// Where to see single sessions and book.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schedule_link: Option<String>,
    /// `In person`, `Online` or `In person or online`.
    pub attending_type: String,
    /// Exceptions, and where the rule comes from when it was worked out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// What HSDS has no field for, where the publisher's options ask for it (not in HSDS).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x_openactive: Option<ScheduleExtension>,
}

/// What OpenActive says of a schedule and HSDS has no field for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleExtension {
    /// Dates to come on which the rule does not run, in order.
    pub except_dates: Vec<String>,
}
