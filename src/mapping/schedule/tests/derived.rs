//! From dates to rules: what is worked out from sessions says those sessions.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::DateTime;
use chrono::NaiveDate;
use chrono::NaiveDateTime;
use chrono::TimeDelta;
use chrono::Timelike as _;
use chrono::Utc;
use proptest::collection::btree_set;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::mapping::schedule::derive::MAX_DATES;
use crate::oruk::Schedule;
use crate::quality::Code;

/// Sessions that share weekday and times, part of which may have become a pattern.
type Group = (u32, u32, u32);

fn group_of((start, end): &Session) -> Group {
    let minutes = |time: &NaiveDateTime| time.hour() * 60 + time.minute();
    (weekday(start.date()), minutes(start), minutes(end))
}

/// Some sessions of a calendar with something in common.
#[derive(Debug, Clone)]
struct Series {
    cycle: Cycle,
    first_week: i64,
    weekdays: BTreeSet<u32>,
    count: i64,
    /// Start in minutes of the day.
    opens: i64,
    length_minutes: i64,
    missing: BTreeSet<usize>,
    cancelled: BTreeSet<usize>,
}

#[derive(Debug, Clone, Copy)]
enum Cycle {
    Weeks(i64),
    /// Every so many months on the `nth` weekday, counted from the end when negative.
    Months(i64, i64),
    /// Days apart growing by so many.
    Growing(i64),
}

impl Series {
    fn dates(&self) -> Vec<NaiveDate> {
        let first = monday() + TimeDelta::weeks(self.first_week);
        let is_day = |date: &NaiveDate| self.weekdays.contains(&weekday(*date));
        let all = days(first, first + TimeDelta::days(HORIZON_DAYS));
        let since = |date: &NaiveDate| (*date - first).num_days();
        let months = |date: &NaiveDate| month_number(*date) - month_number(first);
        let limit = usize::try_from(self.count).unwrap();
        match self.cycle {
            Cycle::Weeks(n) => {
                all.filter(is_day).filter(|d| since(d) / 7 % n == 0).take(limit).collect()
            }
            Cycle::Months(n, nth) => all
                .filter(is_day)
                .filter(|d| months(d) % n == 0 && is_nth(*d, nth))
                .take(limit)
                .collect(),
            Cycle::Growing(by) => {
                (0..self.count).map(|n| first + TimeDelta::days(n * (n + 1) / 2 * by)).collect()
            }
        }
    }

    fn sessions(&self) -> Vec<(Session, bool)> {
        let dates = self.dates().into_iter().enumerate();
        let held = dates.filter(|(n, _)| !self.missing.contains(n));
        let sessions = held.map(|(n, date)| {
            let session = (at(date, self.opens), at(date, self.opens + self.length_minutes));
            (session, self.cancelled.contains(&n))
        });
        sessions.collect()
    }
}

fn series() -> impl Strategy<Value = Series> {
    let cycle = prop_oneof![
        4 => (1_i64..=5).prop_map(Cycle::Weeks),
        2 => (1_i64..=3, prop::sample::select(vec![1_i64, 2, 3, 4, -1, -2]))
            .prop_map(|(n, nth)| Cycle::Months(n, nth)),
        1 => (1_i64..=7).prop_map(Cycle::Growing),
    ];
    let when = (0_i64..60, btree_set(0_u32..7, 1..=4), 1_i64..=20, times());
    let holes = (btree_set(0_usize..20, 0..=4), btree_set(0_usize..20, 0..=3));
    (cycle, when, holes).prop_map(
        |(cycle, (first_week, weekdays, count, (opens, length_minutes)), (missing, cancelled))| {
            Series { cycle, first_week, weekdays, count, opens, length_minutes, missing, cancelled }
        },
    )
}

/// What rows say takes place from today on, each session as often as it is said.
fn expand_derived(rows: &[Schedule], sessions: &[(Session, bool)]) -> Vec<Session> {
    let mut windows: BTreeMap<Group, (NaiveDate, NaiveDate)> = BTreeMap::new();
    for (session, _) in sessions {
        let date = session.0.date();
        let window = windows.entry(group_of(session)).or_insert((date, date));
        *window = (window.0.min(date), window.1.max(date));
    }
    let mut all = Vec::new();
    for row in rows {
        if row.freq.is_none() {
            let date = date_of(row.valid_from.as_ref()).unwrap();
            all.push(session_of(row, date, date_of(row.valid_to.as_ref()).unwrap()));
            continue;
        }
        let except = exceptions_of(row);
        // A pattern that begins later says when; the end of what is shown is never claimed.
        assert_eq!((&row.valid_to, &row.until), (&None, &None));
        let from = date_of(row.valid_from.as_ref());
        for (group, (first, last)) in &windows {
            let dates = days(*first, *last).filter(|d| weekday(*d) == group.0 && is_on(row, *d));
            let dates = dates.filter(|date| from.is_none_or(|from| *date >= from));
            let expanded = dates.filter(|date| !except.contains(date));
            let expanded = expanded.map(|date| session_of(row, date, date));
            all.extend(expanded.filter(|session| group_of(session) == *group));
        }
    }
    all
}

fn check_derived(calendar: &[Series], now: DateTime<Utc>, today: NaiveDate) {
    let all: Vec<_> = calendar.iter().flat_map(Series::sessions).collect();
    check_sessions(&all, now, today);
}

pub(super) fn check_sessions(all: &[(Session, bool)], now: DateTime<Utc>, today: NaiveDate) {
    let is_future = |((_, end), _): &&(Session, bool)| instant_of(*end) > now;
    let future: Vec<_> = all.iter().filter(is_future).copied().collect();
    let occurrences = all.iter().map(|(session, is_off)| occurrence(*session, *is_off));
    let mapping = map_series(json!({}), occurrences.collect(), now);
    let rows = &mapping.service.schedules;

    let is_kept = |session: &Session| session.0.date() >= today;
    let on = future.iter().filter(|(_, is_off)| !is_off).map(|(session, _)| *session);
    let expected: BTreeSet<Session> = on.filter(is_kept).collect();
    let mut said = expand_derived(rows, &future);
    said.retain(is_kept);
    let actual: BTreeSet<Session> = said.iter().copied().collect();
    assert_eq!(said.len(), actual.len(), "said twice: {rows:#?}");
    let too_many: Vec<_> = actual.difference(&expected).collect();
    assert!(too_many.is_empty(), "do not take place: {too_many:?}\n{rows:#?}");
    let too_few: Vec<_> = expected.difference(&actual).collect();
    if mapping.findings.iter().any(|finding| finding.code == Code::DatesCut) {
        let singles = rows.iter().filter(|row| row.freq.is_none());
        let last = singles.clone().filter_map(|row| date_of(row.valid_from.as_ref())).max();
        // One that began yesterday and goes on is counted, but not shown.
        let begun = future.iter().filter(|(session, _)| !is_kept(session)).count();
        assert!((MAX_DATES - begun.min(MAX_DATES)..=MAX_DATES).contains(&singles.count()));
        assert!(too_few.iter().all(|session| Some(session.0.date()) >= last), "{rows:#?}");
    } else {
        assert!(too_few.is_empty(), "not said: {too_few:?}\n{rows:#?}");
    }
}

proptest! {
    #![proptest_config(always_the_same())]

    #[test]
    fn worked_out_schedules_say_what_takes_place_and_nothing_else(
        calendar in vec(series(), 1..=3),
        day in 0_i64..500,
    ) {
        let (now, today) = night(day);
        check_derived(&calendar, now, today);
    }
}
