//! What schedules say is what takes place: generated calendars against their published rows.
//!
//! Rows are expanded here day by day with plain arithmetic, also for the clock change, so that nothing
//! of the code under test is used to check it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::DateTime;
use chrono::Datelike as _;
use chrono::NaiveDate;
use chrono::NaiveDateTime;
use chrono::TimeDelta;
use chrono::Timelike as _;
use chrono::Utc;
use proptest::collection::btree_set;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::Value;
use serde_json::json;

use super::derive::MAX_DATES;
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
use crate::quality::Code;

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
        head: Head { kind: Kind::SessionSeries, key, item_id: None, opportunity, oddities: Vec::new() },
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

fn check_sessions(all: &[(Session, bool)], now: DateTime<Utc>, today: NaiveDate) {
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

/// A published `Schedule`.
#[derive(Debug, Clone)]
struct Published {
    start: NaiveDate,
    repeat: Repeat,
    end: End,
    opens: i64,
    length_minutes: i64,
    has_duration: bool,
    /// Numbers of dates left out.
    except: BTreeSet<usize>,
    /// Numbers of dates whose occurrence is cancelled, and of those that have one that is not.
    cancelled: BTreeSet<usize>,
    going_ahead: BTreeSet<usize>,
}

#[derive(Debug, Clone)]
enum Repeat {
    Daily(BTreeSet<u32>),
    Weekly(i64, BTreeSet<u32>),
    /// Days of the week with their place in the month.
    MonthlyNth(i64, BTreeSet<(i64, u32)>),
    /// A day of the week as the first date stands in its month.
    MonthlyLike(i64, u32),
    /// Days of the month, or the first date's.
    MonthlyDays(i64, BTreeSet<u32>),
}

#[derive(Debug, Clone, Copy)]
enum End {
    Open,
    After(i64),
    Count(usize),
}

impl Published {
    fn is_on(&self, date: NaiveDate) -> bool {
        let (start, day) = (self.start, weekday(date));
        let weeks = (date - start + TimeDelta::days(weekday(start).into())).num_days() / 7;
        let months = month_number(date) - month_number(start);
        let is_in = |days: &BTreeSet<u32>, otherwise: bool| {
            if days.is_empty() { otherwise } else { days.contains(&day) }
        };
        match &self.repeat {
            Repeat::Daily(days) => is_in(days, true),
            Repeat::Weekly(n, days) => weeks % n == 0 && is_in(days, day == weekday(start)),
            Repeat::MonthlyNth(n, days) => {
                months % n == 0 && days.iter().any(|(nth, of)| *of == day && is_nth(date, *nth))
            }
            Repeat::MonthlyLike(n, of) => {
                let nth = i64::from(start.day0() / 7) + 1;
                months % n == 0 && *of == day && is_nth(date, if nth > 4 { -1 } else { nth })
            }
            Repeat::MonthlyDays(n, days) if days.is_empty() => {
                months % n == 0 && date.day() == start.day()
            }
            Repeat::MonthlyDays(n, days) => months % n == 0 && days.contains(&date.day()),
        }
    }

    /// Returns the dates of the rule; an open end is followed for a while.
    fn dates(&self) -> Vec<NaiveDate> {
        let on = |days_long: i64| {
            let last = self.start + TimeDelta::days(days_long);
            days(self.start, last).filter(|date| self.is_on(*date))
        };
        match self.end {
            End::Open => on(HORIZON_DAYS).collect(),
            End::After(days_long) => on(days_long).collect(),
            End::Count(count) => on(HORIZON_DAYS * 25).take(count).collect(),
        }
    }

    fn body(&self) -> Value {
        let clock = |minutes: i64| {
            let minutes = minutes % DAY_MINUTES;
            format!("{:02}:{:02}", minutes / 60, minutes % 60)
        };
        let codes = |days: &BTreeSet<u32>| -> Vec<String> {
            days.iter().map(|day| CODES[*day as usize].to_owned()).collect()
        };
        let (period, by_day, by_month_day) = match &self.repeat {
            Repeat::Daily(days) => ("P1D".to_owned(), codes(days), BTreeSet::new()),
            Repeat::Weekly(n, days) if n % 2 == 0 => {
                (format!("P{}D", n * 7), codes(days), BTreeSet::new())
            }
            Repeat::Weekly(n, days) => (format!("P{n}W"), codes(days), BTreeSet::new()),
            Repeat::MonthlyNth(n, days) => {
                let days = days.iter().map(|(nth, day)| format!("{nth}{}", CODES[*day as usize]));
                (format!("P{n}M"), days.collect(), BTreeSet::new())
            }
            Repeat::MonthlyLike(n, day) => {
                (format!("P{n}M"), codes(&BTreeSet::from([*day])), BTreeSet::new())
            }
            Repeat::MonthlyDays(n, days) => (format!("P{n}M"), Vec::new(), days.clone()),
        };
        let mut schedule = json!({
            "@type": "Schedule",
            "startDate": self.start.to_string(),
            "startTime": clock(self.opens),
            "repeatFrequency": period,
            "byDay": by_day,
            "byMonthDay": by_month_day,
            "exceptDate": self.chosen(&self.except).iter().enumerate().map(|(n, date)| {
                let moment = instant_of(at(*date, self.opens)).to_rfc3339();
                if n % 2 == 0 { date.to_string() } else { moment }
            }).collect::<Vec<_>>(),
        });
        if self.has_duration {
            schedule["duration"] = json!(format!("PT{}M", self.length_minutes));
        } else {
            schedule["endTime"] = json!(clock(self.opens + self.length_minutes));
        }
        match self.end {
            End::Open => {}
            End::After(days_long) => {
                let last = self.start + TimeDelta::days(days_long);
                schedule["endDate"] = json!(last.to_string());
            }
            End::Count(count) => schedule["repeatCount"] = json!(count),
        }
        json!({"eventSchedule": [schedule]})
    }

    fn chosen(&self, numbers: &BTreeSet<usize>) -> BTreeSet<NaiveDate> {
        let dates = self.dates();
        numbers.iter().filter_map(|number| dates.get(*number)).copied().collect()
    }

    fn session(&self, date: NaiveDate) -> Session {
        (at(date, self.opens), at(date, self.opens + self.length_minutes))
    }
}

fn repeat() -> impl Strategy<Value = Repeat> {
    let days = || btree_set(0_u32..7, 0..=3);
    let nth = prop::sample::select(vec![1_i64, 2, 3, 4, -1, -2]);
    prop_oneof![
        days().prop_map(Repeat::Daily),
        (1_i64..=6, days()).prop_map(|(n, days)| Repeat::Weekly(n, days)),
        (1_i64..=6, btree_set((nth, 0_u32..7), 1..=2))
            .prop_map(|(n, days)| Repeat::MonthlyNth(n, days)),
        (1_i64..=6, 0_u32..7).prop_map(|(n, day)| Repeat::MonthlyLike(n, day)),
        (1_i64..=6, btree_set(1_u32..=31, 0..=3))
            .prop_map(|(n, days)| Repeat::MonthlyDays(n, days)),
    ]
}

fn published() -> impl Strategy<Value = Published> {
    let end = prop_oneof![
        Just(End::Open),
        (0_i64..400).prop_map(End::After),
        (1_usize..=30).prop_map(End::Count),
    ];
    let numbers = || btree_set(0_usize..30, 0..=4);
    let short = times().prop_filter("a session", |(_, length)| *length < 700);
    let holes = (numbers(), numbers(), numbers());
    (0_i64..420, repeat(), end, short, any::<bool>(), holes).prop_map(
        |(day, repeat, end, times, has_duration, (except, cancelled, going_ahead))| Published {
            start: monday() + TimeDelta::days(day),
            repeat,
            end,
            opens: times.0,
            length_minutes: times.1,
            has_duration,
            except,
            cancelled,
            going_ahead,
        },
    )
}

fn check_published(published: &Published, now: DateTime<Utc>, today: NaiveDate) {
    let cancelled = published.chosen(&published.cancelled);
    let going_ahead = published.chosen(&published.going_ahead);
    let off = cancelled.iter().map(|date| occurrence(published.session(*date), true));
    let on = going_ahead.iter().map(|date| occurrence(published.session(*date), false));
    let mapping = map_series(published.body(), off.chain(on).collect(), now);
    let [row] = mapping.service.schedules.as_slice() else {
        panic!("{:#?}", mapping.service.schedules)
    };

    let left_out = published.chosen(&published.except);
    let off: BTreeSet<_> = cancelled.difference(&going_ahead).copied().collect();
    let mut expected = published.dates();
    expected.retain(|date| *date >= today && !left_out.contains(date) && !off.contains(date));
    let expected: Vec<Session> = expected.iter().map(|date| published.session(*date)).collect();

    let except = exceptions_of(row);
    let first = date_of(row.valid_from.as_ref()).unwrap();
    let last = date_of(row.valid_to.as_ref());
    let last = last.unwrap_or(published.start + TimeDelta::days(HORIZON_DAYS));
    let dates = days(first, last).filter(|date| is_on(row, *date) && !except.contains(date));
    let actual: Vec<Session> =
        dates.filter(|date| *date >= today).map(|date| session_of(row, date, date)).collect();
    assert_eq!(expected, actual, "{row:#?}");
}

/// The sessions of a rule that has an end, without the rule: what is worked out from them is the rule.
fn check_there_and_back(published: &Published, now: DateTime<Utc>, today: NaiveDate) {
    let last = published.start + TimeDelta::days(HORIZON_DAYS);
    let dates: BTreeSet<NaiveDate> =
        published.dates().into_iter().filter(|date| *date <= last).collect();
    let left_out = published.chosen(&published.except);
    let cancelled = published.chosen(&published.cancelled);
    let held = dates.difference(&left_out).copied();
    let sessions: Vec<(Session, bool)> =
        held.map(|date| (published.session(date), cancelled.contains(&date))).collect();
    check_sessions(&sessions, now, today);
}

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
fn check_zone(zone: Zone, weekday_of: u32, opens: i64, day: i64) {
    let (now, today) = night(day);
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

    #[test]
    fn a_rule_comes_back_from_its_own_dates(published in published(), day in 0_i64..500) {
        let (now, today) = night(day);
        check_there_and_back(&published, now, today);
    }

    #[test]
    fn schedules_of_other_zones_begin_when_they_begin(
        zone in prop::sample::select(vec![Zone::Utc, Zone::Paris, Zone::NewYork, Zone::Kolkata]),
        weekday in 0_u32..7,
        quarter in 16_i64..92,
        day in 0_i64..500,
    ) {
        check_zone(zone, weekday, quarter * 15, day);
    }

    #[test]
    fn published_schedules_keep_their_dates(published in published(), day in 0_i64..500) {
        let (now, today) = night(day);
        check_published(&published, now, today);
    }
}
