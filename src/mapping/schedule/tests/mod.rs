//! What schedules say is what takes place: generated calendars against their published rows.
//!
//! Rows are expanded here day by day with plain arithmetic, also for the clock change, so that nothing
//! of the code under test is used to check it.

mod awkward;
mod derived;
mod published;
mod zones;

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::DateTime;
use chrono::Datelike as _;
use chrono::NaiveDate;
use chrono::NaiveDateTime;
use chrono::TimeDelta;
use chrono::Utc;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::Value;

use crate::mapping::Bundle;
use crate::mapping::ChildFeed;
use crate::mapping::EventStatus;
use crate::mapping::Head;
use crate::mapping::Mapping;
use crate::mapping::Occurrence;
use crate::mapping::Rules;
use crate::mapping::Source;
use crate::mapping::map;
use crate::openactive::Kind;
use crate::oruk::Frequency;
use crate::oruk::Schedule;

const DAY_MINUTES: i64 = 24 * 60;

/// How many days an open end is followed.
const HORIZON_DAYS: i64 = 500;

const CODES: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// The Monday all calendars count from: sixteen months hold both changes of the clock, and one twice.
fn monday() -> NaiveDate {
    "2026-01-05".parse().unwrap()
}

/// The last Sunday of a month of 31 days.
fn last_sunday(year: i32, month: u32) -> NaiveDate {
    let last = NaiveDate::from_ymd_opt(year, month, 31).unwrap();
    last - TimeDelta::days(i64::from(last.weekday().num_days_from_sunday()))
}

/// Returns the instant at which the clock on a British wall shows this; never called within the hour
/// that is skipped or repeated.
fn instant_of(local: NaiveDateTime) -> DateTime<Utc> {
    let change = |month| last_sunday(local.year(), month).and_hms_opt(1, 30, 0).unwrap();
    let is_summer = change(3) <= local && local < change(10);
    (local - TimeDelta::hours(i64::from(is_summer))).and_utc()
}

fn at(date: NaiveDate, minutes: i64) -> NaiveDateTime {
    date.and_hms_opt(0, 0, 0).unwrap() + TimeDelta::minutes(minutes)
}

fn weekday(date: NaiveDate) -> u32 {
    date.weekday().num_days_from_monday()
}

fn month_number(date: NaiveDate) -> i64 {
    i64::from(date.year()) * 12 + i64::from(date.month0())
}

/// Tells whether a date is its weekday's `nth` in the month, counted from the end when negative.
fn is_nth(date: NaiveDate, nth: i64) -> bool {
    let weeks = TimeDelta::weeks(nth.abs() - 1);
    let (inside, outside) = if nth > 0 {
        (date - weeks, date - weeks - TimeDelta::weeks(1))
    } else {
        (date + weeks, date + weeks + TimeDelta::weeks(1))
    };
    month_number(inside) == month_number(date) && month_number(outside) != month_number(date)
}

fn days(from: NaiveDate, to: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    from.iter_days().take_while(move |date| *date <= to)
}

/// An occurrence on the clock of the place: start and end.
type Session = (NaiveDateTime, NaiveDateTime);

fn occurrence((start, end): Session, is_off: bool) -> Occurrence {
    let status = if is_off { EventStatus::Cancelled } else { EventStatus::Scheduled };
    Occurrence { start: instant_of(start), end: Some(instant_of(end)), status, facts: None }
}

fn map_series(body: Value, occurrences: Vec<Occurrence>, now: DateTime<Utc>) -> Mapping {
    let key = "https://example.org/series/1".to_owned();
    let opportunity = serde_json::from_value(body).unwrap();
    let bundle = Bundle {
        source: Arc::new(Source {
            key: "leisure".to_owned(),
            publisher: "Leisure".to_owned(),
            dataset: None,
            license: None,
        }),
        head: Head {
            kind: Kind::SessionSeries,
            key,
            item_id: None,
            opportunity,
            oddities: Vec::new(),
        },
        parents: Vec::new(),
        members: Vec::new(),
        occurrences,
        child_feed: ChildFeed::Complete,
        modified: None,
        first_seen: now,
    };
    map(&bundle, &Rules::default(), now)
}

fn date_of(text: Option<&String>) -> Option<NaiveDate> {
    text.map(|text| text.parse().unwrap())
}

fn minutes_of(text: Option<&String>) -> i64 {
    let (hours, minutes) = text.unwrap().split_once(':').unwrap();
    hours.parse::<i64>().unwrap() * 60 + minutes.parse::<i64>().unwrap()
}

/// Reads a row as its reader would: the times of a session on a date.
fn session_of(row: &Schedule, date: NaiveDate, last: NaiveDate) -> Session {
    let (opens, closes) = (minutes_of(row.opens_at.as_ref()), minutes_of(row.closes_at.as_ref()));
    let is_next_day = last == date && closes <= opens;
    (at(date, opens), at(last, closes + DAY_MINUTES * i64::from(is_next_day)))
}

/// Reads the dates of `Not running on: Tue 24 Nov 2026; Thu 24 Dec 2026.`
fn exceptions_of(row: &Schedule) -> BTreeSet<NaiveDate> {
    let Some(notes) = &row.notes else { return BTreeSet::new() };
    let Some((_, dates)) = notes.split_once("Not running on: ") else { return BTreeSet::new() };
    let dates = dates.split('.').next().unwrap().split("; ");
    dates.map(|date| NaiveDate::parse_from_str(date, "%a %d %b %Y").unwrap()).collect()
}

/// Tells whether a date is one of the rule's.
fn is_on(row: &Schedule, date: NaiveDate) -> bool {
    let start = date_of(row.dtstart.as_ref());
    if start.is_some_and(|start| date < start) {
        return false;
    }
    let interval = i64::from(row.interval.unwrap());
    let by_day = row.byday.as_deref().unwrap_or_default().split(',').filter(|day| !day.is_empty());
    let mut of_weekday = by_day.filter_map(|day| day.strip_suffix(CODES[weekday(date) as usize]));
    match row.freq.unwrap() {
        Frequency::Weekly => {
            let weeks = start.map_or(0, |start| {
                (date - start + TimeDelta::days(weekday(start).into())).num_days().div_euclid(7)
            });
            assert!(interval == 1 || start.is_some(), "nothing says which weeks: {row:?}");
            weeks % interval == 0 && of_weekday.next().is_some()
        }
        Frequency::Monthly => {
            let months = start.map_or(0, |start| month_number(date) - month_number(start));
            assert!(interval == 1 || start.is_some(), "nothing says which months: {row:?}");
            let by_month_day = row.bymonthday.as_deref().unwrap_or_default();
            let mut numbers = by_month_day.split(',');
            let is_day = of_weekday.any(|nth| is_nth(date, nth.parse().unwrap()))
                || numbers.any(|number| number == date.day().to_string());
            months % interval == 0 && is_day
        }
    }
}

prop_compose! {
    fn times()(
        opens in (20_i64..95).prop_map(|quarters| quarters * 15),
        length in prop_oneof![
            8 => prop::sample::select(vec![30_i64, 45, 60, 90, 120, 600]),
            1 => prop::sample::select(vec![1020_i64, 1440, 1500, 2880]),
        ],
    ) -> (i64, i64) {
        // Nothing ends in the hour that is skipped in March and repeated in October.
        let is_odd = (60..120).contains(&((opens + length) % DAY_MINUTES));
        (opens, if is_odd { length + 60 } else { length })
    }
}

/// The same calendars on every machine and every day.
fn always_the_same() -> ProptestConfig {
    ProptestConfig {
        cases: 400,
        rng_seed: RngSeed::Fixed(1_520_343_434),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// A moment at night, before anything of the day begins, and its date.
fn night(day: i64) -> (DateTime<Utc>, NaiveDate) {
    let today = monday() + TimeDelta::days(day);
    (instant_of(at(today, 180)), today)
}
