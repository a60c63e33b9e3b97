//! Dates, times and durations as OpenActive data writes them.
//!
//! Specification: ISO 8601 as profiled in
//! <https://openactive.io/realtime-paged-data-exchange/#date-and-time-formats>; publishers stray.

use chrono::DateTime;
use chrono::NaiveDate;
use chrono::NaiveDateTime;
use chrono::NaiveTime;
use chrono::Utc;

use super::vocabulary::word_of;

/// A point in time, as precisely as it was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Date and time with an offset from UTC.
    Instant(DateTime<Utc>),
    /// Date and time on the clock of the place.
    Local(NaiveDateTime),
    /// A date alone.
    Date(NaiveDate),
}

impl Moment {
    /// Reads a date or a date and time; returns nothing for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() < 10 {
            return None;
        }
        if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
            return Some(Self::Instant(instant.with_timezone(&Utc)));
        }
        let date = parse_date(text)?;
        let rest = text.get(10..)?.trim_start_matches(['T', 't', ' ']).trim();
        if rest.is_empty() {
            return Some(Self::Date(date));
        }
        let (clock, offset_secs) = split_offset(rest);
        let local = date.and_time(parse_time(clock)?);
        let local = if is_end_of_day(text) { local + chrono::TimeDelta::days(1) } else { local };
        Some(match offset_secs {
            Some(secs) => Self::Instant((local - chrono::TimeDelta::seconds(secs)).and_utc()),
            None => Self::Local(local),
        })
    }
}

/// Tells whether a date and time is the end of its day, `2026-12-31T24:00`: as a moment that is the start of
/// the next one, as a date it is the day that ends.
pub fn is_end_of_day(text: &str) -> bool {
    let clock = text.trim().get(10..).map(|rest| rest.trim_start_matches(['T', 't', ' ']));
    clock.is_some_and(|clock| clock.starts_with("24"))
}

/// Splits `18:30+01:00` into the clock time and the offset in seconds.
fn split_offset(text: &str) -> (&str, Option<i64>) {
    if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        return (clock.trim(), Some(0));
    }
    let Some(at) = text.rfind(['+', '-']) else { return (text, None) };
    let (clock, offset) = text.split_at(at);
    let digits: String = offset.chars().filter(char::is_ascii_digit).collect();
    let (hours, minutes) = match digits.len() {
        2 => (digits.parse::<i64>().ok(), Some(0)),
        4 => (
            digits.get(..2).and_then(|h| h.parse().ok()),
            digits.get(2..).and_then(|m| m.parse().ok()),
        ),
        _ => (None, None),
    };
    match (hours, minutes) {
        (Some(h), Some(m)) if h <= 14 && m < 60 => {
            let sign = if offset.starts_with('-') { -1 } else { 1 };
            (clock.trim(), Some(sign * (h * 3600 + m * 60)))
        }
        _ => (text, None),
    }
}

/// Reads the date at the start of the text (`2026-11-22`, also followed by a time).
pub fn parse_date(text: &str) -> Option<NaiveDate> {
    let date = text.trim().get(..10)?;
    plain_date(date).or_else(|| NaiveDate::parse_from_str(date, "%Y-%m-%d").ok())
}

/// Reads a date written with all its digits, as nearly all are.
fn plain_date(date: &str) -> Option<NaiveDate> {
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = date.as_bytes() else { return None };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0, |number: u32, digit| {
            digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0'))
        })
    };
    let year = number(&[*y0, *y1, *y2, *y3])?.cast_signed();
    NaiveDate::from_ymd_opt(year, number(&[*m0, *m1])?, number(&[*d0, *d1])?)
}

/// Reads a date that is written in another way: `30/11/2026`, the day first as in the United Kingdom,
/// `30 November 2026` or `20261130`.
pub fn parse_written_date(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    let number = |digits: &str| -> Option<u32> {
        digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    if text.len() == 8
        && let Some(date) = number(text)
    {
        return NaiveDate::from_ymd_opt(
            (date / 10_000).cast_signed(),
            date / 100 % 100,
            date % 100,
        );
    }
    let mut parts = text.split(['/', '.', '-', ' ']).filter(|part| !part.is_empty());
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    if year.len() != 4 || parts.next().is_some() {
        return None;
    }
    let ordinals = ["st", "nd", "rd", "th"];
    let day = ordinals.iter().find_map(|suffix| day.strip_suffix(suffix)).unwrap_or(day);
    NaiveDate::from_ymd_opt(number(year)?.cast_signed(), month_of(month)?, number(day)?)
}

/// Reads a month of the year: `9`, `September`, `Sept`, `https://schema.org/September`.
pub fn month_of(text: &str) -> Option<u32> {
    let word = word_of(text).to_ascii_lowercase();
    if let Ok(number) = word.parse() {
        return (1..=12).contains(&number).then_some(number);
    }
    let index = MONTHS.iter().position(|name| word.len() >= 3 && name.starts_with(&word))?;
    u32::try_from(index + 1).ok()
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Finds the time in UTC that a URI names, with or without colons, dashes and seconds:
/// `…/2026-12-10T18-30-00Z`.
pub fn stamp_in(uri: &str) -> Option<DateTime<Utc>> {
    let is_stamp =
        |part: &[u8]| part[0].is_ascii_digit() && part[1] == b'T' && part[2].is_ascii_digit();
    let at = uri.as_bytes().windows(3).position(is_stamp)?;
    let (before, clock) = (uri.get(..=at)?, uri.get(at + 2..)?);
    let digits = |c: &char| c.is_ascii_digit();
    let backwards = before.chars().rev().take_while(|c| c.is_ascii_digit() || *c == '-');
    let date: Vec<char> = backwards.filter(digits).take(8).collect();
    let date: String = date.into_iter().rev().collect();
    let (clock, _) = clock.split_once('Z')?;
    let clock = clock.replace("%3A", ":");
    let clock = clock.split('.').next()?;
    if !clock.chars().all(|c| c.is_ascii_digit() || c == ':' || c == '-') {
        return None;
    }
    let time: String = clock.chars().filter(digits).collect();
    let format = if time.len() == 4 { "%Y%m%d%H%M" } else { "%Y%m%d%H%M%S" };
    Some(NaiveDateTime::parse_from_str(&format!("{date}{time}"), format).ok()?.and_utc())
}

/// Reads a time of day: `18:30`, `9:30:00`, `T19:00:00`, `9am`, `6.30 pm`, with an offset passed over.
pub fn parse_time(text: &str) -> Option<NaiveTime> {
    let text = text.trim().trim_start_matches(['T', 't']);
    if text.ends_with(['m', 'M']) {
        return time_of_half_day(&text.to_ascii_lowercase());
    }
    let (clock, _) = split_offset(text);
    let mut parts = clock.split(':');
    let hour = parse_part(parts.next()?)?;
    let minute = parse_part(parts.next()?)?;
    let second = match parts.next() {
        Some(part) => parse_part(part.split('.').next()?)?,
        None => 0,
    };
    if parts.next().is_some() {
        return None;
    }
    if hour == 24 && minute == 0 && second == 0 {
        return NaiveTime::from_hms_opt(0, 0, 0);
    }
    NaiveTime::from_hms_opt(hour, minute, second)
}

/// Reads `9am` and `6.30 pm`.
fn time_of_half_day(text: &str) -> Option<NaiveTime> {
    let (is_afternoon, clock) = [(false, "am"), (true, "pm")]
        .into_iter()
        .find_map(|(is, half)| Some((is, text.strip_suffix(half)?)))?;
    let (hour, minute) = clock.trim().split_once([':', '.']).unwrap_or((clock, "0"));
    let hour = parse_part(hour).filter(|hour| (1..=12).contains(hour))?;
    NaiveTime::from_hms_opt(hour % 12 + if is_afternoon { 12 } else { 0 }, parse_part(minute)?, 0)
}

fn parse_part(part: &str) -> Option<u32> {
    let part = part.trim();
    (!part.is_empty() && part.len() <= 2).then(|| part.parse().ok()).flatten()
}

/// An ISO 8601 duration. Years and months stay apart from days, since they vary in length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Period {
    /// Months, years counted as twelve.
    pub months: u32,
    /// Days, weeks counted as seven.
    pub days: u32,
    /// Seconds within the day part (`PT1H30M`).
    pub secs: u64,
}

impl Period {
    /// Reads `P1W`, `P7D`, `P1M`, `PT1H30M`, `PT90M`, `PT0.5H`; returns nothing for anything else,
    /// and nothing for a period of no length.
    pub fn parse(text: &str) -> Option<Self> {
        let upper = text.trim().to_ascii_uppercase();
        let body = upper.strip_prefix('P')?;
        let (date, clock) = body.split_once('T').unwrap_or((body, ""));
        let mut period = Self::default();
        for (count, unit) in designators(date)? {
            match unit {
                'Y' => period.months += whole(count)? * 12,
                'M' => period.months += whole(count)?,
                'W' => period.days += whole(count)? * 7,
                'D' => period.days += whole(count)?,
                _ => return None,
            }
        }
        for (count, unit) in designators(clock)? {
            let unit_secs = match unit {
                'H' => 3600.0,
                'M' => 60.0,
                'S' => 1.0,
                _ => return None,
            };
            period.secs += seconds(count * unit_secs)?;
        }
        (period != Self::default()).then_some(period)
    }

    /// Returns the length in seconds when it does not depend on the calendar.
    pub fn fixed_secs(self) -> Option<u64> {
        (self.months == 0).then(|| u64::from(self.days) * 86_400 + self.secs)
    }
}

fn designators(text: &str) -> Option<Vec<(f64, char)>> {
    let mut all = Vec::new();
    let mut digits = String::new();
    for c in text.chars() {
        if c.is_ascii_digit() || c == '.' || c == ',' {
            digits.push(if c == ',' { '.' } else { c });
        } else {
            all.push((digits.parse::<f64>().ok()?, c));
            digits.clear();
        }
    }
    digits.is_empty().then_some(all)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "range checked")]
fn whole(count: f64) -> Option<u32> {
    (count.fract() == 0.0 && (0.0..=10_000.0).contains(&count)).then_some(count as u32)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "range checked")]
fn seconds(count: f64) -> Option<u64> {
    (0.0..=1e9).contains(&count).then(|| count.round() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_precisely_as_published() {
        let instant = |s: &str| Moment::Instant(DateTime::parse_from_rfc3339(s).unwrap().to_utc());
        for (text, expected) in [
            ("2026-10-13T17:30:00Z", Some(instant("2026-10-13T17:30:00Z"))),
            ("2026-10-13T18:30:00+01:00", Some(instant("2026-10-13T17:30:00Z"))),
            ("2026-10-13T18:30+0100", Some(instant("2026-10-13T17:30:00Z"))),
            ("2026-10-13", Some(Moment::Date(NaiveDate::from_ymd_opt(2026, 10, 13).unwrap()))),
            ("2026-12-05T24:00:00Z", Some(instant("2026-12-06T00:00:00Z"))),
            ("2026-12-31T24:00+01:00", Some(instant("2026-12-31T23:00:00Z"))),
            ("2026-12-05T24:30:00Z", None),
            ("2026-13-13", None),
            ("tomorrow", None),
            ("2026-10-13T25:00", None),
        ] {
            assert_eq!(Moment::parse(text), expected, "{text}");
        }
        let Some(Moment::Local(local)) = Moment::parse("2019-08-26 10:00") else { panic!() };
        assert_eq!(local.to_string(), "2019-08-26 10:00:00");
        let Some(Moment::Local(local)) = Moment::parse("2024-02-28T24:00") else { panic!() };
        assert_eq!(local.to_string(), "2024-02-29 00:00:00");
    }

    #[test]
    fn times_of_day_are_read_from_every_spelling_seen() {
        for (text, expected) in [
            ("9:30:00", Some("09:30:00")),
            ("T19:00:00", Some("19:00:00")),
            ("18:30", Some("18:30:00")),
            ("18:30:59.5Z", Some("18:30:59")),
            ("18:30+01:00", Some("18:30:00")),
            ("24:00", Some("00:00:00")),
            ("9am", Some("09:00:00")),
            ("6.30 pm", Some("18:30:00")),
            ("12:15PM", Some("12:15:00")),
            ("12 am", Some("00:00:00")),
            ("13pm", None),
            ("9 from", None),
            ("25:00", None),
            ("noon", None),
        ] {
            assert_eq!(parse_time(text).map(|t| t.to_string()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn dates_are_read_as_they_are_written_in_the_united_kingdom() {
        for (text, expected) in [
            ("30/11/2026", Some("2026-11-30")),
            ("3.11.2026", Some("2026-11-03")),
            ("03-11-2026", Some("2026-11-03")),
            ("22 December 2026", Some("2026-12-22")),
            ("1st Sept 2026", Some("2026-09-01")),
            ("20261222", Some("2026-12-22")),
            ("11/30/2026", None),
            ("30/11/26", None),
            ("Dec 2026", None),
            ("2026-12", None),
            ("31/02/2026", None),
            ("", None),
        ] {
            let date = parse_written_date(text).map(|date| date.to_string());
            assert_eq!(date.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn months_are_read_from_every_spelling_seen() {
        for (text, expected) in [
            ("9", Some(9)),
            ("September", Some(9)),
            ("sept", Some(9)),
            ("https://schema.org/October", Some(10)),
            ("13", None),
            ("0", None),
            ("Ju", None),
            ("Autumn", None),
        ] {
            assert_eq!(month_of(text), expected, "{text}");
        }
    }

    #[test]
    fn the_time_that_an_id_names_is_found() {
        let expected = "2026-12-10T18:30:00Z".parse().ok();
        for uri in [
            "https://x.org/12/2026-12-10T18:30:00Z",
            "https://x.org/12/2026-12-10T18-30-00Z",
            "https://x.org/12/2026-12-10T18:30Z",
            "https://x.org/12/20261210T183000Z",
            "https://x.org/12/2026-12-10T18%3A30%3A00.000Z/2026-12-10T19:30:00Z",
        ] {
            assert_eq!(stamp_in(uri), expected, "{uri}");
        }
        for uri in ["https://x.org/12", "x/2026-12-10T18:30", "x/1T2Z", "x/2026-13-10T18:30Z", ""] {
            assert_eq!(stamp_in(uri), None, "{uri}");
        }
    }

    #[test]
    fn periods_are_read() {
        assert_eq!(Period::parse("P1W"), Some(Period { days: 7, ..Period::default() }));
        assert_eq!(Period::parse("P1M"), Some(Period { months: 1, ..Period::default() }));
        assert_eq!(Period::parse("PT1H30M").unwrap().fixed_secs(), Some(5400));
        assert_eq!(Period::parse("PT0.5H").unwrap().fixed_secs(), Some(1800));
        assert_eq!(Period::parse("weekly"), None);
        assert_eq!(Period::parse("PT0S"), None);
        assert_eq!(Period::parse("P"), None);
    }
}
