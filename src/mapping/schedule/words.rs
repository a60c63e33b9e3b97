//! Dates, times and rules in plain English.

use chrono::NaiveDate;
use chrono::NaiveTime;
use chrono::Timelike as _;
use chrono::Weekday;

use super::row::Row;
use super::row::Rule;
use crate::mapping::text::and_list;
use crate::openactive::DayRule;
use crate::oruk::Frequency;

/// Returns `Tue 24 Nov 2026`.
pub(in crate::mapping) fn day_words(date: NaiveDate) -> String {
    date.format("%a %-d %b %Y").to_string()
}

/// Returns `18:30`.
pub(super) fn clock(time: NaiveTime) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// Returns the two-letter code of a weekday.
pub(super) fn code(day: Weekday) -> &'static str {
    ["MO", "TU", "WE", "TH", "FR", "SA", "SU"][day.num_days_from_monday() as usize]
}

/// Describes a row: `Tuesdays and Thursdays, 10:30 to 11:30`.
pub(super) fn describe(row: &Row) -> String {
    let when = match &row.rule {
        Some(rule) => rule_words(rule),
        None => date_words(row),
    };
    // Hours repeat on each day of several; anything else goes on from the first to the last.
    let multi_day = row.rule.is_none()
        && row.label.is_empty()
        && row.last_date.is_some_and(|last| Some(last) != row.date);
    let times = match (row.opens, row.closes) {
        _ if multi_day => String::new(),
        (Some(opens), Some(closes)) => format!(", {} to {}", clock(opens), clock(closes)),
        (Some(opens), None) => format!(", {}", clock(opens)),
        _ => String::new(),
    };
    format!("{}{when}{times}", row.label)
}

fn date_words(row: &Row) -> String {
    let say = |date: NaiveDate, time: Option<NaiveTime>| {
        let time = time.map(|time| format!(", {}", clock(time))).unwrap_or_default();
        format!("{}{time}", day_words(date))
    };
    match (row.date, row.last_date) {
        (Some(first), Some(last)) if last != first => {
            let (from, to) =
                if row.label.is_empty() { (row.opens, row.closes) } else { (None, None) };
            format!("{} to {}", say(first, from), say(last, to))
        }
        (Some(first), _) => day_words(first),
        (None, _) => row.occasion.to_owned(),
    }
}

fn rule_words(rule: &Rule) -> String {
    match rule.frequency {
        Frequency::Weekly => {
            let days = weekly_days(&rule.days);
            match rule.interval {
                1 => days,
                n => format!("Every {n} weeks on {days}"),
            }
        }
        Frequency::Monthly => {
            let month = match rule.interval {
                1 => "each month".to_owned(),
                n => format!("every {n} months"),
            };
            if rule.days.is_empty() {
                let days: Vec<_> = rule.month_days.iter().map(|day| ordinal(*day)).collect();
                format!("The {} of {month}", and_list(&days))
            } else {
                let days: Vec<_> = rule.days.iter().copied().map(nth_day).collect();
                format!("The {} of {month}", and_list(&days))
            }
        }
    }
}

fn weekly_days(days: &[DayRule]) -> String {
    if days.len() == 7 {
        return "Every day".to_owned();
    }
    let numbers: Vec<u32> = days.iter().map(|d| d.weekday.num_days_from_monday()).collect();
    let is_run = numbers.len() > 2 && numbers.windows(2).all(|pair| pair[1] == pair[0] + 1);
    let names: Vec<String> = days.iter().map(|d| format!("{}s", name(d.weekday))).collect();
    match (is_run, names.first(), names.last()) {
        (true, Some(first), Some(last)) => format!("{first} to {last}"),
        _ => and_list(&names),
    }
}

fn nth_day(day: DayRule) -> String {
    let nth = match day.nth {
        Some(1) => "first ",
        Some(2) => "second ",
        Some(3) => "third ",
        Some(4) => "fourth ",
        Some(5) => "fifth ",
        Some(-1) => "last ",
        Some(-2) => "second to last ",
        Some(-3) => "third to last ",
        Some(-4) => "fourth to last ",
        Some(-5) => "fifth to last ",
        _ => "",
    };
    format!("{nth}{}", name(day.weekday))
}

fn ordinal(day: i8) -> String {
    let number = day.unsigned_abs();
    let suffix = match (number % 10, number % 100) {
        (1, n) if n != 11 => "st",
        (2, n) if n != 12 => "nd",
        (3, n) if n != 13 => "rd",
        _ => "th",
    };
    match day {
        -1 => "last day".to_owned(),
        ..-1 => format!("{number}{suffix} to last day"),
        _ => format!("{number}{suffix}"),
    }
}

fn name(day: Weekday) -> &'static str {
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
        [day.num_days_from_monday() as usize]
}

/// Returns `Not running on: Tue 24 Nov 2026; Thu 24 Dec 2026.`
pub(super) fn not_running(dates: &[NaiveDate]) -> Option<String> {
    on("Not running on", dates)
}

/// Returns `Online on: Tue 24 Nov 2026.`
pub(super) fn online(dates: &[NaiveDate]) -> Option<String> {
    on("Online on", dates)
}

fn on(what: &str, dates: &[NaiveDate]) -> Option<String> {
    let words: Vec<_> = dates.iter().map(|date| day_words(*date)).collect();
    (!words.is_empty()).then(|| format!("{what}: {}.", words.join("; ")))
}

/// Returns `Not running on: Bank Holidays; half term (as published).`
pub(super) fn not_running_as_published(texts: &[String]) -> Option<String> {
    (!texts.is_empty()).then(|| format!("Not running on: {} (as published).", texts.join("; ")))
}

/// Returns `Runs only in March and April.`
pub(super) fn only_in(months: &[u32]) -> Option<String> {
    let names: Vec<String> = months
        .iter()
        .filter_map(|month| NaiveDate::from_ymd_opt(2000, *month, 1))
        .map(|date| date.format("%B").to_string())
        .collect();
    (!names.is_empty()).then(|| format!("Runs only in {}.", and_list(&names)))
}
