//! Schedules made for the clock of another place, against the instants of their sessions.

use std::collections::BTreeSet;

use chrono::DateTime;
use chrono::Datelike as _;
use chrono::NaiveDate;
use chrono::NaiveDateTime;
use chrono::TimeDelta;
use chrono::Utc;
use proptest::prelude::*;
use serde_json::json;

use super::*;

/// What the clock of another place shows at an instant, as an offset from UTC in minutes. Plain
/// arithmetic again: New York changes on the second Sunday of March and the first of November.
#[derive(Debug, Clone, Copy)]
enum Zone {
    Utc,
    Paris,
    NewYork,
    Kolkata,
}

impl Zone {
    fn name(self) -> &'static str {
        match self {
            Self::Utc => "UTC",
            Self::Paris => "Europe/Paris",
            Self::NewYork => "America/New_York",
            Self::Kolkata => "Asia/Kolkata",
        }
    }

    /// The instant at which the clock there shows this; never within an hour of a change.
    fn instant_of(self, local: NaiveDateTime) -> DateTime<Utc> {
        let sunday = |month, nth: i64| {
            let first = NaiveDate::from_ymd_opt(local.year(), month, 1).unwrap();
            let to_sunday = (7 - i64::from(first.weekday().num_days_from_sunday())) % 7;
            (first + TimeDelta::days(to_sunday + 7 * (nth - 1))).and_hms_opt(1, 30, 0).unwrap()
        };
        let change = |month| last_sunday(local.year(), month).and_hms_opt(2, 30, 0).unwrap();
        let minutes = match self {
            Self::Utc => 0,
            Self::Paris => 60 + 60 * i64::from(change(3) <= local && local < change(10)),
            Self::NewYork => -300 + 60 * i64::from(sunday(3, 2) <= local && local < sunday(11, 1)),
            Self::Kolkata => 330,
        };
        (local - TimeDelta::minutes(minutes)).and_utc()
    }
}

/// What the clock on a British wall shows at an instant.
fn local_of(instant: DateTime<Utc>) -> NaiveDateTime {
    let utc = instant.naive_utc();
    let change = |month| last_sunday(utc.year(), month).and_hms_opt(1, 0, 0).unwrap();
    utc + TimeDelta::hours(i64::from(change(3) <= utc && utc < change(10)))
}

/// A weekly rule made for another clock, against the instants at which its sessions begin. Far ahead the
/// rows may end, but they never say anything else, and hold for half a year at least.
fn check_zone(zone: Zone, weekday_of: u32, opens: i64, now: DateTime<Utc>, today: NaiveDate) {
    let clock = |minutes: i64| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let body = json!({"eventSchedule": [{"@type": "Schedule", "repeatFrequency": "P1W",
        "byDay": [CODES[weekday_of as usize]], "startDate": monday().to_string(),
        "startTime": clock(opens), "duration": "PT1H", "scheduleTimezone": zone.name()}]});
    let rows = map_series(body, Vec::new(), now).service.schedules;
    let far = today + TimeDelta::days(HORIZON_DAYS);
    let of_rule = days(monday(), far).filter(|date| weekday(*date) == weekday_of);
    let expected: BTreeSet<Session> = of_rule
        .map(|date| zone.instant_of(at(date, opens)))
        .map(|start| (local_of(start), local_of(start + TimeDelta::hours(1))))
        .collect();
    let mut said = BTreeSet::new();
    let mut until = today;
    for row in &rows {
        let first = date_of(row.valid_from.as_ref()).unwrap().max(today);
        let last = date_of(row.valid_to.as_ref()).unwrap_or(far);
        until = until.max(last);
        let dates = days(first, last).filter(|date| is_on(row, *date));
        for date in dates {
            assert!(said.insert(session_of(row, date, date)), "said twice: {rows:#?}");
        }
    }
    assert!(until >= today + TimeDelta::days(180), "{rows:#?}");
    // On the last day of all a session may already follow the clock after the next change.
    let within = |session: &&Session| session.0.date() >= today && session.0.date() < until;
    let expected: Vec<_> = expected.iter().filter(within).collect();
    let said: Vec<_> = said.iter().filter(within).collect();
    assert!(said == expected, "{zone:?} {rows:#?}");
}

proptest! {
    #![proptest_config(always_the_same())]

    #[test]
    fn schedules_of_other_zones_begin_when_they_begin(
        zone in prop::sample::select(vec![Zone::Utc, Zone::Paris, Zone::NewYork, Zone::Kolkata]),
        weekday in 0_u32..7,
        quarter in 16_i64..92,
        day in 0_i64..500,
    ) {
        let (now, today) = night(day);
        check_zone(zone, weekday, quarter * 15, now, today);
    }
}
