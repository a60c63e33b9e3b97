//! The RPDE `modified` value: opaque, compared only within its feed.
//!
//! Specification: <https://openactive.io/realtime-paged-data-exchange/#ordering-strategies>. It may be
//! seconds, milliseconds, microseconds, .NET ticks, a row version up to 2^60 or text; so it is kept as
//! published and turned into a time only when it plausibly is one.

use std::cmp::Ordering;

use chrono::DateTime;
use chrono::TimeDelta;
use chrono::TimeZone as _;
use chrono::Utc;
use serde_json::value::RawValue;

/// A `modified` value exactly as published, without quotes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Modified(Box<str>);

impl Modified {
    /// Reads the JSON scalar of an item; anything else is empty.
    pub fn from_raw(raw: Option<&RawValue>) -> Self {
        let Some(raw) = raw else { return Self::default() };
        let text = raw.get();
        if text.starts_with('"') {
            return Self(serde_json::from_str::<String>(text).unwrap_or_default().into());
        }
        if text.starts_with(['{', '[', 'n', 't', 'f']) {
            Self::default()
        } else {
            Self(text.into())
        }
    }

    /// Returns the value as published.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Orders two values of one feed: numerically when both are whole numbers, else as text.
    pub fn compare(&self, other: &Self) -> Ordering {
        match (self.integer(), other.integer()) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => self.0.cmp(&other.0),
        }
    }

    /// Returns the value as an integer when it is one (`1520343434.0` counts), without loss.
    fn integer(&self) -> Option<i128> {
        let (whole, fraction) = self.0.split_once('.').unwrap_or((&self.0, ""));
        if fraction.bytes().any(|b| b != b'0') {
            return None;
        }
        whole.parse().ok()
    }

    /// Returns the time the value stands for, when it plausibly is a clock's: between 2015 and one day
    /// after `now`, in seconds, milliseconds, microseconds, .NET ticks or ISO 8601 text.
    pub fn as_time(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let earliest = Utc.with_ymd_and_hms(2015, 1, 1, 0, 0, 0).single()?;
        let plausible = |t: &DateTime<Utc>| *t >= earliest && *t <= now + TimeDelta::days(1);
        let Some(number) = self.integer() else {
            return DateTime::parse_from_rfc3339(&self.0)
                .ok()
                .map(|t| t.to_utc())
                .filter(plausible);
        };
        let number = i64::try_from(number).ok()?;
        // .NET ticks count 100 ns from the year 1.
        let ticks_micros = number.checked_sub(TICKS_AT_EPOCH)? / 10;
        [
            DateTime::from_timestamp(number, 0),
            DateTime::from_timestamp_millis(number),
            DateTime::from_timestamp_micros(number),
            DateTime::from_timestamp_micros(ticks_micros),
        ]
        .into_iter()
        .flatten()
        .find(plausible)
    }
}

impl From<&str> for Modified {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

const TICKS_AT_EPOCH: i64 = 621_355_968_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 22, 8, 0, 0).unwrap()
    }

    #[test]
    fn every_unit_seen_in_the_wild_is_recognised() {
        for (text, expected) in [
            ("1784550620", Some("2026-07-20T12:30:20+00:00")),
            ("1633615868559", Some("2021-10-07T14:11:08.559+00:00")),
            ("1769005762689790", Some("2026-01-21T14:29:22.689790+00:00")),
            ("638966025666647075", Some("2025-10-21T00:16:06.664707+00:00")),
            ("1520343434.0", Some("2018-03-06T13:37:14+00:00")),
            ("2016-05-09T18:15:00.000Z", Some("2016-05-09T18:15:00+00:00")),
            ("1152921504606846976", None),
            ("5936084", None),
            ("0x00000000004F2B11", None),
            ("", None),
        ] {
            let time = Modified::from(text).as_time(now()).map(|t| t.to_rfc3339());
            assert_eq!(time.as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn large_integers_compare_without_loss() {
        let a = Modified::from("1152921504606846976");
        let b = Modified::from("1152921504606846977");
        assert_eq!(a.compare(&b), Ordering::Less);
        assert_eq!(Modified::from("9").compare(&Modified::from("10")), Ordering::Less);
        assert_eq!(Modified::from("5.0").compare(&Modified::from("5")), Ordering::Equal);
    }
}
