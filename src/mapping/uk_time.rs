//! UK wall-clock time.

use std::ops::Add;

use chrono::DateTime;
use chrono::LocalResult;
use chrono::NaiveDate;
use chrono::NaiveDateTime;
use chrono::NaiveTime;
use chrono::TimeDelta;
use chrono::TimeZone as _;
use chrono::Timelike;
use chrono::Utc;
use chrono_tz::Europe::London;

use crate::openactive::Moment;
use crate::openactive::is_end_of_day;
use crate::openactive::parse_date;

/// Returns the instant of a moment; times without an offset are UK time.
pub(super) fn instant(moment: Moment) -> DateTime<Utc> {
    match moment {
        Moment::Instant(instant) => instant,
        Moment::Local(local) => london_to_utc(local),
        Moment::Date(date) => london_to_utc(date.and_time(NaiveTime::MIN)),
    }
}

/// Returns the date of a text of which only that counts. What is written as the first or the last minute of a day
/// names that day, whatever its offset makes of it.
pub(super) fn date_of(text: &str) -> Option<NaiveDate> {
    let moment = Moment::parse(text)?;
    let is_date = is_midnight(text) || text.contains("T23:59") || is_end_of_day(text);
    if is_date { parse_date(text) } else { Some(local_time(instant(moment)).date()) }
}

/// Returns the time of a text; nothing where that is midnight, which stands for none.
pub(super) fn time_of(text: &str) -> Option<NaiveTime> {
    match Moment::parse(text)? {
        Moment::Date(_) => None,
        _ if is_midnight(text) => None,
        moment => Some(local_time(instant(moment)).time()).filter(|time| *time != NaiveTime::MIN),
    }
}

/// Tells whether a date is written as its midnight, also where the clock on the wall shows 01:00.
pub(super) fn is_midnight(text: &str) -> bool {
    text.contains("T00:00")
}

/// Returns what the clock on the wall shows in the United Kingdom.
pub fn local_time(instant: DateTime<Utc>) -> NaiveDateTime {
    instant.with_timezone(&London).naive_local()
}

/// Rounds up an end one second before the minute (`11:29:59`); the last second of a day stays, since it
/// means the whole day.
pub(super) fn to_whole_minute<T: Timelike + Add<TimeDelta, Output = T>>(end: T) -> T {
    let is_end_of_day = (end.hour(), end.minute()) == (23, 59);
    if end.second() == 59 && !is_end_of_day { end + TimeDelta::seconds(1) } else { end }
}

/// The same for an instant, on the clock on the wall.
pub(super) fn end_of_minute(end: DateTime<Utc>) -> DateTime<Utc> {
    let local = local_time(end);
    end + (to_whole_minute(local) - local)
}

/// In the hour that happens twice the first is meant; the hour that does not exist counts from the
/// clock before the change.
pub(super) fn london_to_utc(local: NaiveDateTime) -> DateTime<Utc> {
    match London.from_local_datetime(&local) {
        LocalResult::Single(time) | LocalResult::Ambiguous(time, _) => time.to_utc(),
        LocalResult::None => (local - TimeDelta::hours(1))
            .and_local_timezone(London)
            .earliest()
            .map_or_else(|| local.and_utc(), |time| time.to_utc() + TimeDelta::hours(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_that_of_the_wall_unless_it_is_written_as_a_whole_day() {
        for (text, expected) in [
            ("2026-07-04T23:30:00Z", "2026-07-05"),
            ("2026-01-05T00:30:00+01:00", "2026-01-04"),
            ("2026-01-05T00:00:00+01:00", "2026-01-05"),
            ("2026-07-05T00:00:00Z", "2026-07-05"),
            ("2026-07-05T23:59:59Z", "2026-07-05"),
            ("2026-07-05", "2026-07-05"),
        ] {
            assert_eq!(date_of(text).unwrap().to_string(), expected, "{text}");
        }
        assert_eq!(date_of("soon"), None);
    }
}
