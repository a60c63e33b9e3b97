//! What stands where a restriction has no value: `0`, `N/A`, `Ongoing`, the year 1.
//!
//! Only words that can mean nothing else are known here. A first date or a month that is yet to be told is a
//! restriction, since nothing may be on before.

use chrono::DateTime;
use chrono::Datelike as _;
use chrono::NaiveDate;
use chrono::TimeDelta;

/// What else is no end.
pub(super) const NO_END: &[&str] = &[
    "ongoing",
    "on-going",
    "tbc",
    "tba",
    "unlimited",
    "no limit",
    "no end",
    "no end date",
    "open ended",
    "open-ended",
    "indefinite",
    "indefinitely",
    "continuous",
    "permanent",
    "until further notice",
    "all year",
    "all year round",
];

/// What else is no first date.
pub(super) const NO_START: &[&str] = &["ongoing", "on-going", "continuous", "any time", "anytime"];

/// What else is every month, and every day of the month.
pub(super) const EVERY: &[&str] = &[
    "all",
    "any",
    "every",
    "every month",
    "every day",
    "all year",
    "all year round",
    "year round",
];

/// What else is no date left out.
pub(super) const NO_DATE: &[&str] = &["tbc", "tba", "no exceptions"];

/// Tells whether a value restricts nothing, by what always says so and by further words.
pub(super) fn is_nothing(text: &str, words: &[&str]) -> bool {
    let is_nought = text.chars().all(|c| c == '0' || !c.is_alphanumeric());
    let is_known = |word: &&str| text.eq_ignore_ascii_case(word);
    is_nought || text.starts_with("0000-00-00") || ALWAYS.iter().chain(words).any(is_known)
}

/// Returns a date that bounds something, as it was read from its text: nothing where it is absent, an error where
/// it was not read.
pub(super) fn bound(
    text: &str,
    words: &[&str],
    read: Option<NaiveDate>,
) -> Result<Option<NaiveDate>, ()> {
    let is_absent = is_nothing(text, words) || read.is_some_and(|date| !is_real(date));
    if is_absent { Ok(None) } else { read.map(Some).ok_or(()) }
}

/// Tells whether a date is one that somebody stated. Where there is none systems write the first that they know: of
/// the year 1, of 1753, of 1899 to 1901, or 1970-01-01, which is a day off in other time zones.
pub(in crate::mapping) fn is_real(date: NaiveDate) -> bool {
    let of_epoch = date - DateTime::UNIX_EPOCH.date_naive();
    date.year() >= FIRST_YEAR && of_epoch.abs() > TimeDelta::days(1)
}

const FIRST_YEAR: i32 = 1902;

/// Tells whether a date is an end that somebody stated, and not the last that a system knows, which stands for none.
pub(in crate::mapping) fn is_end(date: NaiveDate) -> bool {
    is_real(date) && date.year() <= LAST_YEAR
}

const LAST_YEAR: i32 = 2199;

const ALWAYS: &[&str] = &["false", "n/a", "na", "no", "none", "nil", "null", "not applicable"];
