//! Rules worked out from single dates, where no schedule is published.
//!
//! Dates at one place and time on one weekday form a pattern when they are regular enough; what is
//! missing inside the pattern becomes an exception; everything else stays a single date. The result
//! says that it was worked out, and claims no last date: publishers show a rolling window. Beside
//! published rules, which say what goes on, it ends with its last date.

use std::collections::BTreeMap;

use chrono::Datelike as _;
use chrono::NaiveDate;
use chrono::NaiveDateTime;
use chrono::NaiveTime;
use chrono::TimeDelta;
use chrono::Weekday;

use super::row::Row;
use super::row::Rule;
use super::row::is_last_in_month;
use super::row::month_number;
use super::row::place_in_month;
use super::row::weekly;
use crate::openactive::DayRule;
use crate::oruk::Frequency;
use crate::oruk::Id;

/// A future occurrence on the clock of the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dated {
    pub(super) at: Option<Id>,
    pub(super) date: NaiveDate,
    pub(super) opens: NaiveTime,
    pub(super) closes: Option<NaiveTime>,
    /// The last date, for an occurrence over several days.
    pub(super) last_date: NaiveDate,
    pub(super) is_off: bool,
    /// Whether it moved online from where the others are.
    pub(super) is_online: bool,
    /// Whether it was moved here from another time.
    pub(super) is_moved: bool,
}

/// How many single dates are shown.
pub(super) const MAX_DATES: usize = 12;

/// Works out the rows of a set of occurrences. The second value tells whether dates were cut.
///
/// `now` tells which patterns have not started yet, `end` when one ends of which the last date is this.
pub(super) fn derive(
    occurrences: &[Dated],
    now: NaiveDateTime,
    end: impl Fn(&Row, NaiveDate) -> Option<NaiveDate>,
) -> (Vec<Row>, bool) {
    let when = |one: &Dated| {
        let weekday = one.date.weekday().num_days_from_monday();
        (one.opens, one.closes, weekday, (one.last_date - one.date).num_days())
    };
    // One that moved online belongs with those at the place that it left.
    let in_person = occurrences.iter().rev().filter(|one| !one.is_online);
    let places: BTreeMap<_, _> = in_person.map(|one| (when(one), one.at)).collect();
    let mut groups: BTreeMap<_, Vec<Dated>> = BTreeMap::new();
    for one in occurrences {
        let left = places.get(&when(one)).filter(|_| one.is_online);
        let at = left.copied().unwrap_or(one.at);
        groups.entry((at, when(one))).or_default().push(*one);
    }
    if occurrences.iter().any(|one| !one.is_off) {
        // Beside others that go ahead, times at which none does were given up.
        groups.retain(|_, group| group.iter().any(|one| !one.is_off));
    }
    let mut patterns: Vec<(NaiveDate, Row)> = Vec::new();
    let mut singles: Vec<Dated> = Vec::new();
    for ((at, _), mut group) in groups {
        group.sort_by_key(|one| (one.date, one.is_off, one.is_online));
        group.dedup_by_key(|one| one.date);
        match pattern(&group, at, now) {
            Some(mut row) => {
                row.valid_to = group.last().and_then(|last| end(&row, last.date));
                patterns.push((group[0].date, row));
            }
            None => singles.extend(group),
        }
    }
    patterns.sort_by_key(|(first, row)| (*first, row.opens, row.at));
    let mut rows = merge(patterns.into_iter().map(|(_, row)| row));
    let (of_singles, is_cut) = dates(singles);
    rows.extend(of_singles);
    (rows, is_cut)
}

/// Makes a row of each occurrence that goes ahead. The second value tells whether dates were cut.
pub(super) fn dates(mut singles: Vec<Dated>) -> (Vec<Row>, bool) {
    singles.retain(|one| !one.is_off);
    singles.sort_by_key(|one| (one.date, one.opens, one.at));
    let is_cut = singles.len() > MAX_DATES;
    (singles.iter().take(MAX_DATES).map(single).collect(), is_cut)
}

pub(super) fn single(one: &Dated) -> Row {
    let mut row = Row::dated(one.date);
    row.at = one.at;
    // Midnight at both ends is how a date without a time reads.
    if one.opens != NaiveTime::MIN || one.closes.is_some_and(|closes| closes != NaiveTime::MIN) {
        row.opens = Some(one.opens);
        row.closes = one.closes;
    }
    if one.last_date > one.date {
        row.last_date = Some(one.last_date);
        row.valid_to = Some(one.last_date);
    }
    if one.is_online {
        row.at = None;
        row.online = vec![one.date];
    }
    row
}

/// Finds the pattern of dates that share place, times and weekday.
fn pattern(group: &[Dated], at: Option<Id>, now: NaiveDateTime) -> Option<Row> {
    let dates: Vec<NaiveDate> = group.iter().map(|one| one.date).collect();
    let first = *dates.first()?;
    // A rule names one day: whoever came on the last day of several would be turned away.
    if group.iter().any(|one| one.last_date > one.date) {
        return None;
    }
    let rule = monthly(&dates).or_else(|| every_weeks(&dates))?;
    let last = *dates.last()?;
    let off = group.iter().filter(|one| one.is_off).map(|one| one.date);
    let missing = rule.dates(first).take_while(|date| *date <= last);
    let missing = missing.filter(|date| dates.binary_search(date).is_err());
    let mut except: Vec<NaiveDate> = missing.chain(off).collect();
    except.sort_unstable();
    let needs_start = rule.interval > 1;
    // One that was today, and is over, begins again in a week.
    let wait = first - now.date();
    let not_this_week = wait > WEEK || (wait == WEEK && now.time() < group[0].opens);
    let times = single(&group[0]);
    Some(Row {
        at,
        opens: times.opens,
        closes: times.closes,
        // Nobody should come next week to a class that starts, or starts again, in a month.
        valid_from: not_this_week.then_some(first),
        dtstart: needs_start.then_some(first),
        except,
        online: group.iter().filter(|one| one.is_online).map(|one| one.date).collect(),
        notes: vec![WORKED_OUT.to_owned()],
        rule: Some(rule),
        ..Row::default()
    })
}

/// Three dates or more on the same weekday of the month, four weeks apart or more.
fn monthly(dates: &[NaiveDate]) -> Option<Rule> {
    let (first, rest) = dates.split_first()?;
    let far = dates.windows(2).all(|pair| (pair[1] - pair[0]).num_days() >= 28);
    if rest.len() < 2 || !far {
        return None;
    }
    // The last Friday is the fourth in most months and the fifth in some.
    let nth = place_in_month(*first);
    let nth = if dates.iter().all(|date| place_in_month(*date) == nth) {
        nth
    } else {
        dates.iter().all(|date| is_last_in_month(*date)).then_some(-1)?
    };
    let day = DayRule { nth: Some(nth), weekday: first.weekday() };
    let months = |pair: &[NaiveDate]| month_number(pair[1]) - month_number(pair[0]);
    let interval = dates.windows(2).map(months).reduce(gcd)?;
    let interval = u32::try_from(interval).ok().filter(|n| (1..=6).contains(n))?;
    let rule =
        Rule { frequency: Frequency::Monthly, interval, days: vec![day], month_days: Vec::new() };
    is_regular(&rule, dates).then_some(rule)
}

/// Every one to four weeks: three dates or more; two are enough for one or two weeks.
fn every_weeks(dates: &[NaiveDate]) -> Option<Rule> {
    let (first, rest) = dates.split_first()?;
    let gaps = dates.windows(2).map(|pair| (pair[1] - pair[0]).num_days());
    let weeks = u32::try_from(gaps.reduce(gcd)? / 7).ok().filter(|w| (1..=4).contains(w))?;
    if rest.len() < 2 && weeks > 2 {
        return None;
    }
    let rule = weekly(&[first.weekday()], weeks);
    is_regular(&rule, dates).then_some(rule)
}

/// Tells whether few enough dates are missing: one, or a third of those expected.
fn is_regular(rule: &Rule, dates: &[NaiveDate]) -> bool {
    let (Some(first), Some(last)) = (dates.first(), dates.last()) else { return false };
    let expected = rule.dates(*first).take_while(|date| date <= last).take(1000).count();
    expected >= dates.len() && expected - dates.len() <= (expected / 3).max(1)
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Joins weekly rows that differ only in their day of the week.
fn merge(rows: impl Iterator<Item = Row>) -> Vec<Row> {
    let mut merged: Vec<Row> = Vec::new();
    for row in rows {
        let same = |known: &&mut Row| {
            let joinable = |row: &Row| row.rule.as_ref().is_some_and(Rule::is_every_week);
            joinable(known)
                && joinable(&row)
                && (known.at, known.opens, known.closes) == (row.at, row.opens, row.closes)
                && start_together(known.valid_from, row.valid_from)
                && end_together(known.valid_to, row.valid_to)
        };
        match merged.iter_mut().find(same) {
            Some(known) => {
                let days = |row: &Row| {
                    row.rule.iter().flat_map(|r| r.days.iter().map(|d| d.weekday)).collect()
                };
                let mut all: Vec<Weekday> = days(known);
                all.extend::<Vec<Weekday>>(days(&row));
                known.rule = Some(weekly(&all, 1));
                known.valid_from = known.valid_from.min(row.valid_from);
                known.valid_to = known.valid_to.max(row.valid_to);
                known.except.extend(row.except);
                known.online.extend(row.online);
            }
            None => merged.push(row),
        }
    }
    merged
}

/// Tells whether one first date does for both: then no day of either falls between the two.
fn start_together(a: Option<NaiveDate>, b: Option<NaiveDate>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() < WEEK,
        (a, b) => a == b,
    }
}

/// Tells whether one last date does for both: in one week none of either is left after it.
fn end_together(a: Option<NaiveDate>, b: Option<NaiveDate>) -> bool {
    let week = |date: NaiveDate| date.iso_week();
    a.map(week) == b.map(week)
}

const WEEK: TimeDelta = TimeDelta::days(7);

const WORKED_OUT: &str = "Pattern worked out from the individual dates published by the provider.";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::schedule::words;

    fn on(date: &str, opens: &str) -> Dated {
        let date: NaiveDate = date.parse().unwrap();
        let opens: NaiveTime = format!("{opens}:00").parse().unwrap();
        let closes = Some(opens + TimeDelta::hours(1));
        Dated {
            at: None,
            date,
            opens,
            closes,
            last_date: date,
            is_off: false,
            is_online: false,
            is_moved: false,
        }
    }

    fn rules(dates: &[&str]) -> Vec<(Option<String>, Vec<String>)> {
        let occurrences: Vec<_> = dates.iter().map(|date| on(date, "18:30")).collect();
        let rows = derive(&occurrences, occurrences[0].date.into(), |_, _| None).0;
        rows.iter()
            .map(|row| {
                (Some(words::describe(row)), row.except.iter().map(ToString::to_string).collect())
            })
            .collect()
    }

    #[test]
    fn two_weekly_dates_are_a_pattern_and_one_is_not() {
        assert_eq!(
            rules(&["2026-10-13", "2026-10-20"]),
            [(Some("Tuesdays, 18:30 to 19:30".into()), vec![])]
        );
        assert_eq!(
            rules(&["2026-10-13"]),
            [(Some("Tue 13 Oct 2026, 18:30 to 19:30".into()), vec![])]
        );
    }

    #[test]
    fn a_pattern_says_when_it_begins_unless_its_first_date_is_the_next_one() {
        let tuesdays = ["2026-10-13", "2026-10-20"].map(|date| on(date, "18:30"));
        for (now, is_told) in [
            ("2026-10-05T12:00:00", true),
            // On the Tuesday before, until it would begin; what was on then is over after that.
            ("2026-10-06T18:29:00", true),
            ("2026-10-06T18:30:00", false),
            ("2026-10-06T20:00:00", false),
            ("2026-10-07T09:00:00", false),
        ] {
            let (rows, _) = derive(&tuesdays, now.parse().unwrap(), |_, _| None);
            assert_eq!(rows[0].valid_from, is_told.then_some(tuesdays[0].date), "{now}");
        }
    }

    #[test]
    fn a_missing_week_is_an_exception() {
        let found = rules(&["2026-10-13", "2026-10-20", "2026-11-03", "2026-11-10"]);
        assert_eq!(found, [(Some("Tuesdays, 18:30 to 19:30".into()), vec!["2026-10-27".into()])]);
    }

    #[test]
    fn the_first_monday_of_three_months_is_monthly() {
        let found = rules(&["2026-09-07", "2026-10-05", "2026-11-02"]);
        assert_eq!(found[0].0.as_deref(), Some("The first Monday of each month, 18:30 to 19:30"));
    }

    #[test]
    fn the_last_friday_may_be_the_fourth_or_the_fifth() {
        // 30 October is a fifth Friday; 27 November and 25 December are fourth ones.
        let found = rules(&["2026-10-30", "2026-11-27", "2026-12-25"]);
        assert_eq!(found[0].0.as_deref(), Some("The last Friday of each month, 18:30 to 19:30"));
        let fourth = rules(&["2026-11-27", "2026-12-25", "2027-01-22"]);
        assert_eq!(fourth[0].0.as_deref(), Some("The fourth Friday of each month, 18:30 to 19:30"));
    }

    #[test]
    fn scattered_dates_stay_single_dates_and_are_cut_at_twelve() {
        let found = rules(&["2026-10-13", "2026-12-01", "2027-03-02"]);
        assert_eq!(found.len(), 3);
        let dates: Vec<Dated> = (0..20i64)
            .map(|n| on("2026-01-01", "10:00").date + TimeDelta::days(n * n * 7 + n))
            .map(|date| Dated { date, last_date: date, ..on("2026-01-01", "10:00") })
            .collect();
        let (rows, is_cut) = derive(&dates, dates[0].date.into(), |_, _| None);
        assert!(rows.iter().all(|row| row.rule.is_none()));
        assert_eq!((rows.len(), is_cut), (MAX_DATES, true));
    }
}
