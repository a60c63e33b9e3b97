//! Regular and holiday schedules.
//!
//! The reference server compares `byday` as a whole, so `TU,TH` would match neither day: a rule with
//! several days becomes a row for each.

use std::borrow::Cow;

use serde::Serialize;
use serde::Serializer;

use super::taxonomy::Reference;
use crate::oruk;
use crate::oruk::Frequency;
use crate::oruk::Id;
use crate::oruk::Schedule;

/// Projects the schedules: weekly, monthly and single dates to regular schedules, a venue's hours on
/// special dates to holiday schedules.
pub(super) fn schedules(
    service: &oruk::Service,
) -> (Vec<RegularSchedule<'_>>, Vec<HolidaySchedule<'_>>) {
    let mut regular = Vec::new();
    let mut holiday = Vec::new();
    for schedule in &service.schedules {
        let place = ServiceAtLocationReference::of(service, schedule);
        if let Some(special) = HolidaySchedule::of(schedule, place) {
            holiday.push(special);
        } else {
            regular.extend(RegularSchedule::rows(schedule, place));
        }
    }
    (regular, holiday)
}

/// A `regular_schedule`: one weekday at most.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RegularSchedule<'a> {
    id: Id,
    #[serde(skip_serializing_if = "Option::is_none")]
    opens_at: Option<Clock<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closes_at: Option<Clock<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_from: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_to: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dtstart: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    freq: Option<Frequency>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    byday: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bymonthday: Option<&'a str>,
    description: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_at_location: Option<ServiceAtLocationReference>,
}

impl<'a> RegularSchedule<'a> {
    fn rows(schedule: &'a Schedule, place: Option<ServiceAtLocationReference>) -> Vec<Self> {
        let row = Self {
            id: schedule.id,
            opens_at: schedule.opens_at.as_deref().map(Clock),
            closes_at: schedule.closes_at.as_deref().map(Clock),
            valid_from: schedule.valid_from.as_deref(),
            valid_to: schedule.valid_to.as_deref(),
            dtstart: schedule.dtstart.as_deref(),
            freq: schedule.freq,
            interval: schedule.interval,
            byday: schedule.byday.as_deref(),
            bymonthday: schedule.bymonthday.as_deref(),
            description: description(schedule),
            service_at_location: place,
        };
        let days: Vec<&str> = row.byday.iter().flat_map(|days| days.split(',')).collect();
        if days.len() < 2 {
            return vec![row];
        }
        let of_day = |day: &'a str| Self {
            id: Id::derive_under("regular_schedule", schedule.id, &[day]),
            byday: Some(day),
            ..row.clone()
        };
        days.into_iter().map(of_day).collect()
    }
}

/// Returns the rule in plain English and then the exceptions, for which 1.0 has no field.
fn description(schedule: &Schedule) -> Cow<'_, str> {
    match &schedule.notes {
        Some(notes) => Cow::Owned(format!("{}. {notes}", schedule.description)),
        None => Cow::Borrowed(&schedule.description),
    }
}

/// A `holiday_schedule`: a venue's hours on special dates.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HolidaySchedule<'a> {
    id: Id,
    closed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    opens_at: Option<Clock<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closes_at: Option<Clock<'a>>,
    start_date: &'a str,
    end_date: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_at_location: Option<ServiceAtLocationReference>,
}

impl<'a> HolidaySchedule<'a> {
    /// Projects a schedule of a venue's special dates; nothing for any other.
    fn of(schedule: &'a Schedule, place: Option<ServiceAtLocationReference>) -> Option<Self> {
        let closed = schedule.description.starts_with(VENUE_CLOSED);
        let is_special = closed || schedule.description.starts_with(VENUE_OPEN);
        if !is_special || schedule.freq.is_some() {
            return None;
        }
        let start_date = schedule.valid_from.as_deref()?;
        Some(Self {
            id: schedule.id,
            closed,
            opens_at: schedule.opens_at.as_deref().filter(|_| !closed).map(Clock),
            closes_at: schedule.closes_at.as_deref().filter(|_| !closed).map(Clock),
            start_date,
            end_date: schedule.valid_to.as_deref().unwrap_or(start_date),
            service_at_location: place,
        })
    }
}

/// Where a schedule takes place, by ids alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ServiceAtLocationReference {
    id: Id,
    location: Reference<Id>,
}

impl ServiceAtLocationReference {
    fn of(service: &oruk::Service, schedule: &Schedule) -> Option<Self> {
        let id = schedule.service_at_location_id?;
        let place = service.service_at_locations.iter().find(|place| place.id == id)?;
        Some(Self { id, location: Reference { id: place.location_id } })
    }
}

/// A time of day: `HH:MM` in the internal model, `HH:MM:SS` in 1.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Clock<'a>(&'a str);

impl Serialize for Clock<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(text) = self;
        if text.len() == "HH:MM".len() {
            serializer.collect_str(&format_args!("{text}:00"))
        } else {
            serializer.serialize_str(text)
        }
    }
}

/// How the mapping begins the description of a day on which a venue is shut.
const VENUE_CLOSED: &str = "Venue closed: ";
/// How the mapping begins the description of a venue's hours.
const VENUE_OPEN: &str = "Venue open: ";
