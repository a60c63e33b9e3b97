//! The dates on which a published rule does not run.

use chrono::Datelike as _;
use chrono::NaiveDate;
use chrono::TimeDelta;

use super::placeholder;
use super::placeholder::is_nothing;
use super::row::Rule;
use super::rule::any_date;
use super::rule::split;
use crate::mapping::context::Context;
use crate::mapping::text::is_one_of;
use crate::openactive::DayRule;
use crate::openactive::Schedule;
use crate::openactive::lenient::Text;
use crate::quality::Code;

/// Returns the dates that are left out, of spans those of the rule, and what names some that cannot be read.
pub(super) fn dates(
    cx: &Context<'_>,
    schedule: &Schedule,
    rule: &Rule,
) -> (Vec<NaiveDate>, Vec<String>) {
    let path = "eventSchedule.exceptDate";
    let (mut dates, mut unread) = (Vec::new(), Vec::new());
    for text in schedule.except_date.iter().map(Text::as_str) {
        if is_nothing(text, placeholder::NO_DATE) {
            cx.find(Code::ValueEmpty, path);
        } else if let Some(date) = remarked_date(cx, text, path) {
            dates.push(date);
        } else {
            let bare = without_remarks(text);
            let parts = split(cx, [bare.as_str()].into_iter(), path).into_iter();
            let read: Vec<_> = parts.map(|part| left_out(cx, part, rule, path)).collect();
            if read.is_empty() || read.iter().any(Option::is_none) {
                cx.find(Code::ScheduleUnusable, path);
                let line = cx.stated_line(text, path);
                unread.extend(Some(line).filter(|line| !line.is_empty()));
            }
            dates.extend(read.into_iter().flatten().flatten());
        }
    }
    (dates, unread)
}

/// Reads a date, a span of two, or dates with blanks between them.
fn left_out(cx: &Context<'_>, text: &str, rule: &Rule, path: &str) -> Option<Vec<NaiveDate>> {
    if let Some(date) = remarked_date(cx, text, path) {
        return Some(vec![date]);
    }
    if let Some((first, last)) = span(cx, text, path) {
        let every = Rule { interval: 1, ..rule.clone() };
        return Some(every.dates(first).take_while(|date| *date <= last).collect());
    }
    text.split_whitespace().map(|word| any_date(cx, word, path)).collect()
}

/// Reads a date that has nothing beside it but its day of the week and remarks: `Tuesday, 22 December 2026
/// (Christmas)`. A day that is not that of the date leaves open which of the two is meant.
fn remarked_date(cx: &Context<'_>, text: &str, path: &str) -> Option<NaiveDate> {
    let bare = without_remarks(text);
    let day_of = |word: &str| DayRule::parse(word).filter(|_| word.len() >= 3);
    let words = bare.split([' ', ',']).filter(|word| !word.is_empty());
    let (days, rest): (Vec<&str>, Vec<&str>) = words.partition(|word| day_of(word).is_some());
    let date = any_date(cx, &rest.join(" "), path)?;
    let is_its_day = |day: &&str| day_of(day).is_some_and(|day| day.weekday == date.weekday());
    if !days.iter().all(is_its_day) {
        return None;
    }
    if !days.is_empty() || bare != text {
        cx.find(Code::DateRepaired, path);
    }
    Some(date)
}

/// Returns a text without what stands in brackets and says neither when nor how certain that is.
fn without_remarks(text: &str) -> String {
    let mut bare = String::new();
    let mut rest = text;
    while let Some((before, (remark, after))) =
        rest.split_once('(').and_then(|(before, open)| Some((before, open.split_once(')')?)))
    {
        bare.push_str(before);
        let mut words = remark.split(|c: char| !c.is_alphabetic());
        let is_about_dates = remark.contains(|c: char| c.is_ascii_digit() || c == '?')
            || words.any(|word| is_one_of(word, &WHEN));
        if is_about_dates {
            bare.extend(["(", remark, ")"]);
        }
        rest = after;
    }
    bare.push_str(rest);
    bare.trim().to_owned()
}

/// Reads two dates and what lies between: `2026-12-22/2027-01-05`.
fn span(cx: &Context<'_>, text: &str, path: &str) -> Option<(NaiveDate, NaiveDate)> {
    let (first, last) = ["/", " to ", " - ", "–"].iter().find_map(|mark| {
        let (first, last) = text.split_once(mark)?;
        Some((remarked_date(cx, first, path)?, remarked_date(cx, last, path)?))
    })?;
    (first <= last && last - first <= LONGEST_BREAK).then_some((first, last))
}

/// Words of a remark by which more or less than the date beside it may be left out.
const WHEN: [&str; 19] = [
    "after",
    "all",
    "before",
    "each",
    "every",
    "except",
    "from",
    "inclusive",
    "maybe",
    "only",
    "onward",
    "onwards",
    "possibly",
    "tba",
    "tbc",
    "till",
    "to",
    "until",
    "week",
];

/// The longest time that is left out as a whole: more than the summer, less than a year that is a slip.
const LONGEST_BREAK: TimeDelta = TimeDelta::days(100);
