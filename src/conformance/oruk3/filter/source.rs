//! A record that queries are made from.

use chrono::NaiveDate;
use chrono::NaiveTime;
use chrono::TimeDelta;
use chrono::Timelike as _;
use serde_json::Value;

use crate::conformance::oruk3::form;
use crate::conformance::oruk3::key::elements;
use crate::conformance::sample;

/// The parameters of a query.
pub(super) type Query = Vec<(&'static str, String)>;

/// A record that was read by its id.
pub(super) struct Source<'v> {
    pub(super) id: &'v str,
    service: &'v Value,
    /// The location, for a service at a location.
    place: Option<&'v Value>,
}

impl<'v> Source<'v> {
    pub(super) fn of_service(service: &'v Value) -> Option<Self> {
        Some(Self { id: sample::id(service)?, service, place: None })
    }

    pub(super) fn of_service_at_location(record: &'v Value) -> Option<Self> {
        let service = record.get("service")?;
        Some(Self { id: sample::id(record)?, service, place: record.get("location") })
    }

    /// Returns a search for the longest plain word of the name.
    pub(super) fn word(&self) -> Option<Query> {
        let name = self.service.get("name")?.as_str()?;
        let words = name.split(|c: char| !c.is_alphanumeric());
        let word = words
            .filter(|word| {
                word.len() >= MIN_WORD_BYTES && word.bytes().all(|b| b.is_ascii_alphabetic())
            })
            .max_by_key(|word| word.len())?;
        Some(vec![("search", word.to_owned())])
    }

    pub(super) fn term(&self) -> Option<Query> {
        let term = elements(self.service, "attributes").iter().find_map(|attribute| {
            let nested = attribute.get("taxonomy_term").and_then(sample::id);
            attribute.get("taxonomy_term_id").and_then(Value::as_str).or(nested)
        })?;
        Some(vec![("taxonomy_term_id", term.to_owned())])
    }

    pub(super) fn taxonomy(&self) -> Option<Query> {
        let taxonomy = elements(self.service, "attributes")
            .iter()
            .find_map(|attribute| attribute.get("taxonomy_term")?.get("taxonomy_id")?.as_str())?;
        Some(vec![("taxonomy_id", taxonomy.to_owned())])
    }

    /// Returns a query for the record's own age, moved by `years`.
    pub(super) fn age(&self, name: &'static str, years: f64) -> Option<Query> {
        let age = self.service.get(name)?.as_f64()? + years;
        (age >= 0.0).then(|| vec![(name, age.to_string())])
    }

    pub(super) fn day(&self, today: NaiveDate) -> Option<Query> {
        let day = self.current_schedules(today).find_map(|schedule| days(schedule)?.pop())?;
        Some(vec![("day", day)])
    }

    /// Returns a day that no schedule of the service has, where all say which days they have.
    pub(super) fn other_day(&self) -> Option<Query> {
        let all: Option<Vec<Vec<String>>> = self.schedules().iter().map(days).collect();
        let taken = all?.concat();
        let free = form::DAYS.iter().find(|day| !taken.iter().any(|taken| taken == *day))?;
        Some(vec![("day", (*free).to_owned())])
    }

    pub(super) fn start(&self, today: NaiveDate) -> Option<Query> {
        let start =
            self.current_schedules(today).find_map(|schedule| time(schedule, "opens_at"))?;
        Some(vec![("start_time", shown(start))])
    }

    pub(super) fn after_every_start(&self) -> Option<Query> {
        let latest = self.times("opens_at")?.into_iter().max()?;
        Some(vec![("start_time", shown(moved(latest, 1)?))])
    }

    pub(super) fn end(&self, today: NaiveDate) -> Option<Query> {
        let end = self.current_schedules(today).find_map(|schedule| time(schedule, "closes_at"))?;
        // A query has no seconds: the next whole minute is not before the end.
        let end = if end.second() == 0 { end } else { moved(end, 1)? };
        Some(vec![("end_time", shown(end))])
    }

    pub(super) fn before_every_end(&self) -> Option<Query> {
        let earliest = self.times("closes_at")?.into_iter().min()?;
        Some(vec![("end_time", shown(moved(earliest, -1)?))])
    }

    /// Returns a query around the postcode of the place; a service area would change its meaning.
    pub(super) fn near(&self) -> Option<Query> {
        let place = self.place?;
        let has_area = !elements(self.service, "service_areas").is_empty();
        if has_area || !place.get("latitude")?.is_number() {
            return None;
        }
        let postcode = elements(place, "addresses")
            .iter()
            .filter_map(|address| address.get("postal_code")?.as_str())
            .find(|postcode| form::is_postcode(postcode))?;
        Some(around(postcode))
    }

    /// Returns a query around the one of two far ends of the country that is farther from the place.
    pub(super) fn far(&self) -> Option<Query> {
        let latitude = self.place?.get("latitude")?.as_f64()?;
        Some(around(if latitude < MIDDLE_LATITUDE { LERWICK } else { PENZANCE }))
    }

    /// Returns all that can be said of the record in one query of plain parameters.
    pub(super) fn everything(&self, today: NaiveDate) -> Query {
        [
            self.word(),
            self.term(),
            self.taxonomy(),
            self.age("minimum_age", 0.0),
            self.age("maximum_age", 0.0),
            self.day(today),
        ]
        .into_iter()
        .flatten()
        .flatten()
        .collect()
    }

    fn schedules(&self) -> &'v [Value] {
        elements(self.service, "schedules")
    }

    /// Returns the schedules that have not ended; for a place, those that are for no other place.
    fn current_schedules(&self, today: NaiveDate) -> impl Iterator<Item = &'v Value> {
        self.schedules().iter().filter(move |schedule| {
            let text = |name| schedule.get(name).and_then(Value::as_str);
            let ends =
                text("valid_to").and_then(|date| NaiveDate::parse_from_str(date, "%Y-%m-%d").ok());
            let place = text("service_at_location_id").filter(|_| self.place.is_some());
            ends.is_none_or(|ends| ends >= today) && place.is_none_or(|place| place == self.id)
        })
    }

    /// Returns a time of every schedule, or nothing where one does not have it.
    fn times(&self, name: &str) -> Option<Vec<NaiveTime>> {
        self.schedules().iter().map(|schedule| time(schedule, name)).collect()
    }
}

/// Returns the days of a schedule without their positions in the month.
fn days(schedule: &Value) -> Option<Vec<String>> {
    let days = schedule.get("byday")?.as_str()?;
    let code = |day: &str| {
        day.trim_matches(|c: char| c.is_ascii_digit() || c.is_whitespace() || "+-".contains(c))
            .to_owned()
    };
    Some(days.split(',').map(code).collect())
}

/// Returns a time without its zone; sessions past midnight have no order of times, so none.
fn time(schedule: &Value, name: &str) -> Option<NaiveTime> {
    let read = |name| {
        let text = schedule.get(name)?.as_str()?;
        NaiveTime::parse_from_str(text.get(..8).unwrap_or_default(), "%H:%M:%S")
            .or_else(|_| NaiveTime::parse_from_str(text.get(..5).unwrap_or_default(), "%H:%M"))
            .ok()
    };
    let is_overnight = read("closes_at") < read("opens_at") && read("closes_at").is_some();
    if is_overnight { None } else { read(name) }
}

/// Returns the whole minute so many minutes away, on the same day.
fn moved(time: NaiveTime, minutes: i64) -> Option<NaiveTime> {
    let (moved, days) = time.overflowing_add_signed(TimeDelta::minutes(minutes));
    (days == 0).then_some(moved)
}

fn shown(time: NaiveTime) -> String {
    time.format("%H:%M").to_string()
}

fn around(postcode: &str) -> Query {
    vec![("postcode", postcode.to_owned()), ("proximity", PROXIMITY_M.to_owned())]
}

const MIN_WORD_BYTES: usize = 4;

/// Wide enough for the distance between a postcode's middle and a building in the country.
const PROXIMITY_M: &str = "3000";

const MIDDLE_LATITUDE: f64 = 55.0;
const LERWICK: &str = "ZE1 0HB";
const PENZANCE: &str = "TR18 2GF";
