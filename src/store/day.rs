//! How a publisher's data was on a day.

use chrono::DateTime;
use chrono::NaiveDate;
use chrono::TimeDelta;
use serde::Serialize;

/// For how many days it is kept how a publisher's data was, today among them.
pub const DAYS_KEPT: u64 = 90;

/// How a publisher's data was on a day, as it was last seen on that day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Day {
    /// The day in UTC.
    pub date: NaiveDate,
    /// Live items of all its feeds.
    pub items: u64,
    /// Services that were looked at for the report.
    pub services: u64,
    /// Findings in them and in items that could not be used.
    pub findings: u64,
    /// Points out of 100.
    pub score: u32,
}

impl Day {
    /// Returns the number of its day, counted from 1 January 1970.
    pub(super) fn number(&self) -> i64 {
        (self.date - DateTime::UNIX_EPOCH.date_naive()).num_days()
    }

    /// Returns the day of a number; the first of all when it is beyond any calendar.
    pub(super) fn date_of(number: i64) -> NaiveDate {
        let first = DateTime::UNIX_EPOCH.date_naive();
        let since = TimeDelta::try_days(number);
        since.and_then(|since| first.checked_add_signed(since)).unwrap_or(first)
    }

    /// Returns the number of the latest day that is not kept once there is this one.
    pub(super) fn forgotten(&self) -> i64 {
        self.number().saturating_sub_unsigned(DAYS_KEPT)
    }
}
