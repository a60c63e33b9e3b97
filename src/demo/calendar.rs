//! Dates and times of the sample data, all counted from the moment the publisher was made.
//!
//! Clubs think in local time: everything is worked out in Europe/London and written in the form a
//! feed wants.

use chrono::DateTime;
use chrono::Datelike as _;
use chrono::Days;
use chrono::NaiveDate;
use chrono::NaiveTime;
use chrono::SecondsFormat;
use chrono::TimeDelta;
use chrono::TimeZone as _;
use chrono::Utc;
use chrono::Weekday;
use chrono_tz::Europe::London;
use chrono_tz::Tz;

/// The calendar on the wall of every sample club.
#[derive(Debug, Clone, Copy)]
pub(super) struct Calendar {
    today: NaiveDate,
}

impl Calendar {
    pub(super) fn new(now: DateTime<Utc>) -> Self {
        Self { today: now.with_timezone(&London).date_naive() }
    }

    /// Returns the date so many days from today; negative for the past.
    pub(super) fn day(self, days_ahead: i64) -> NaiveDate {
        self.today + TimeDelta::days(days_ahead)
    }

    /// Returns the first such weekday after today, put off by so many weeks (negative: earlier).
    pub(super) fn next(self, weekday: Weekday, weeks: i64) -> NaiveDate {
        let tomorrow = self.today + Days::new(1);
        let wait = weekday.days_since(tomorrow.weekday());
        tomorrow + Days::new(u64::from(wait)) + TimeDelta::weeks(weeks)
    }

    /// Returns the nth such weekday of the month that sixty days ago was in, where a monthly rule began.
    pub(super) fn month_rule_start(self, weekday: Weekday, nth: u8) -> NaiveDate {
        let begin = self.today - Days::new(60);
        let first = NaiveDate::from_weekday_of_month_opt(begin.year(), begin.month(), weekday, nth);
        first.unwrap_or(begin)
    }
}

/// Reads a time of day such as `18:30` from the tables.
pub(super) fn time(text: &str) -> NaiveTime {
    NaiveTime::parse_from_str(text, "%H:%M").unwrap_or_default()
}

/// Returns the time of day so many minutes later, as `HH:MM`.
pub(super) fn later(text: &str, minutes: i64) -> String {
    (time(text) + TimeDelta::minutes(minutes)).format("%H:%M").to_string()
}

/// Returns the moment a London clock shows that time on that date.
pub(super) fn at(date: NaiveDate, text: &str) -> DateTime<Tz> {
    let wall = date.and_time(time(text));
    // Only an hour skipped in spring has no moment; no sample session starts at 01:30 in the night.
    London.from_local_datetime(&wall).earliest().unwrap_or_else(|| London.from_utc_datetime(&wall))
}

/// Writes a moment in UTC, as the RPDE specification advises.
pub(super) fn utc(moment: DateTime<Tz>) -> String {
    moment.with_timezone(&Utc).to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Writes a moment with the offset of the day, as SportSuite does.
pub(super) fn with_offset(moment: DateTime<Tz>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Secs, false)
}

/// Writes a length of time as an ISO 8601 duration.
pub(super) fn duration(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, rest) => format!("PT{rest}M"),
        (hours, 0) => format!("PT{hours}H"),
        (hours, rest) => format!("PT{hours}H{rest}M"),
    }
}

/// Returns the schema.org URI of a day of the week.
pub(super) fn day_uri(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Mon => "https://schema.org/Monday",
        Weekday::Tue => "https://schema.org/Tuesday",
        Weekday::Wed => "https://schema.org/Wednesday",
        Weekday::Thu => "https://schema.org/Thursday",
        Weekday::Fri => "https://schema.org/Friday",
        Weekday::Sat => "https://schema.org/Saturday",
        Weekday::Sun => "https://schema.org/Sunday",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_follows_the_london_clock_through_the_year() {
        let winter = NaiveDate::from_ymd_opt(2027, 1, 12).unwrap();
        let summer = NaiveDate::from_ymd_opt(2027, 7, 13).unwrap();
        assert_eq!(utc(at(winter, "18:30")), "2027-01-12T18:30:00Z");
        assert_eq!(utc(at(summer, "18:30")), "2027-07-13T17:30:00Z");
        assert_eq!(with_offset(at(summer, "18:30")), "2027-07-13T18:30:00+01:00");
    }

    #[test]
    fn the_next_weekday_is_never_today() {
        let calendar = Calendar::new("2027-01-12T10:00:00Z".parse().unwrap());
        assert_eq!(calendar.next(Weekday::Tue, 0).to_string(), "2027-01-19");
        assert_eq!(calendar.next(Weekday::Wed, 0).to_string(), "2027-01-13");
        assert_eq!(calendar.next(Weekday::Wed, -1).to_string(), "2027-01-06");
        assert_eq!(calendar.month_rule_start(Weekday::Sat, 2).to_string(), "2026-11-14");
    }
}
