//! From rules to dates: a published schedule says the sessions it stands for.

use std::collections::BTreeSet;

use chrono::DateTime;
use chrono::Datelike as _;
use chrono::NaiveDate;
use chrono::TimeDelta;
use chrono::Utc;
use proptest::collection::btree_set;
use proptest::prelude::*;
use serde_json::Value;
use serde_json::json;

use super::derived::check_sessions;
use super::*;

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
    // A session that somebody publishes is on, whatever the rule leaves out.
    let left_out: BTreeSet<_> = left_out.difference(&going_ahead).copied().collect();
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

proptest! {
    #![proptest_config(always_the_same())]

    #[test]
    fn published_schedules_keep_their_dates(published in published(), day in 0_i64..500) {
        let (now, today) = night(day);
        check_published(&published, now, today);
    }

    #[test]
    fn a_rule_comes_back_from_its_own_dates(published in published(), day in 0_i64..500) {
        let (now, today) = night(day);
        check_there_and_back(&published, now, today);
    }
}
