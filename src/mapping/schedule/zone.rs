//! Schedules made for the clock of another time zone, said in UK time.
//!
//! The difference to UK time may change with the seasons: a class at 18:30 UTC begins at 18:30 in winter
//! and at 19:30 in summer. Such a rule becomes a row for each season, as far ahead as is known to hold.
//!
//! Specification: <https://openactive.io/modelling-opportunity-data/#describing-schedules>.

use chrono::NaiveDate;
use chrono::NaiveTime;
use chrono::TimeDelta;
use chrono::TimeZone as _;
use chrono::Weekday;
use chrono_tz::Tz;

use super::row::Row;
use super::row::weekly;
use crate::mapping::context::Context;
use crate::mapping::uk_time::local_time;
use crate::openactive::Schedule;
use crate::quality::Code;

/// How far ahead an open end is followed: both changes of the clock, one of them twice.
const HORIZON: TimeDelta = TimeDelta::days(400);

/// Dates between which the difference to UK time stays the same.
#[derive(Debug, Clone, Copy)]
struct Span {
    first: NaiveDate,
    last: NaiveDate,
    difference: TimeDelta,
}

/// Returns a row in UK time; nothing when it cannot be said.
pub(super) fn in_uk_time(cx: &Context<'_>, schedule: &Schedule, row: Row) -> Vec<Row> {
    let Some(name) = schedule.schedule_timezone.get() else {
        cx.find(Code::TimezoneAssumed, PATH);
        return vec![row];
    };
    // `GMT Standard Time` and other names from outside the list mean the publisher's own clock.
    let Ok(zone) = name.parse::<Tz>() else {
        cx.find(Code::TimezoneAssumed, PATH);
        return vec![row];
    };
    let Some(opens) = row.opens.filter(|_| !is_of_uk(zone)) else { return vec![row] };
    cx.find(Code::ScheduleTimezone, PATH);
    let spans = spans(&row, zone, opens, cx.today);
    let is_one = spans.len() == 1;
    let rows = spans.iter().enumerate().map(|(index, span)| {
        let mut moved = moved(&row, opens, span.difference)?;
        if index > 0 {
            moved.valid_from = Some(span.first + days_of(opens, span.difference));
        }
        if !is_one {
            moved.valid_to = Some(span.last + days_of(opens, span.difference));
            moved.count = None;
        }
        Some(moved)
    });
    rows.collect::<Option<Vec<Row>>>().unwrap_or_default()
}

/// Zones whose clocks always show UK time.
fn is_of_uk(zone: Tz) -> bool {
    matches!(
        zone,
        Tz::Europe__London
            | Tz::Europe__Belfast
            | Tz::Europe__Guernsey
            | Tz::Europe__Isle_of_Man
            | Tz::Europe__Jersey
            | Tz::Europe__Dublin
            | Tz::GB
            | Tz::GBEire
            | Tz::Eire
    )
}

/// Returns the spans from today on; what lies beyond the horizon is left out when it may differ.
fn spans(row: &Row, zone: Tz, opens: NaiveTime, today: NaiveDate) -> Vec<Span> {
    let horizon = today + HORIZON;
    let last = row.valid_to.map_or(horizon, |last| last.min(horizon));
    let first = row.valid_from.map_or(today, |first| first.max(today)).min(last);
    let mut spans: Vec<Span> = Vec::new();
    for date in first.iter_days().take_while(|date| *date <= last) {
        let Some(difference) = difference(zone, date, opens) else { continue };
        match spans.last_mut() {
            Some(span) if span.difference == difference => span.last = date,
            _ => spans.push(Span { first: date, last: date, difference }),
        }
    }
    if spans.len() > 1 && row.valid_to.is_none_or(|last| last > horizon) {
        spans.pop();
    }
    spans
}

/// Returns what is added to the clock of the zone to get UK time; nothing in an hour that is skipped.
fn difference(zone: Tz, date: NaiveDate, opens: NaiveTime) -> Option<TimeDelta> {
    let there = date.and_time(opens);
    let instant = zone.from_local_datetime(&there).earliest()?;
    Some(local_time(instant.to_utc()) - there)
}

/// Returns by how many days the date moves with the clock.
fn days_of(opens: NaiveTime, difference: TimeDelta) -> TimeDelta {
    TimeDelta::seconds(opens.overflowing_add_signed(difference).1)
}

/// Moves a row by a difference. Into another day only where that is still a rule: every week, and
/// without dates left out.
fn moved(row: &Row, opens: NaiveTime, difference: TimeDelta) -> Option<Row> {
    let by = days_of(opens, difference);
    let mut moved = row.clone();
    moved.opens = Some(opens.overflowing_add_signed(difference).0);
    moved.closes = row.closes.map(|closes| closes.overflowing_add_signed(difference).0);
    if by.is_zero() {
        return Some(moved);
    }
    let rule = row.rule.as_ref().filter(|rule| rule.is_every_week() && row.except.is_empty())?;
    let day =
        |weekday: Weekday| if by > TimeDelta::zero() { weekday.succ() } else { weekday.pred() };
    moved.rule = Some(weekly(&rule.days.iter().map(|d| day(d.weekday)).collect::<Vec<_>>(), 1));
    for date in [&mut moved.valid_from, &mut moved.valid_to, &mut moved.dtstart] {
        *date = date.map(|date| date + by);
    }
    Some(moved)
}

const PATH: &str = "eventSchedule.scheduleTimezone";
