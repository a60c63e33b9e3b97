//! What the headers of an answer say about time.
//!
//! Specification: [RFC 9111] section 4.2 and [RFC 9110] sections 5.6.7 and 10.2.3. Dates count from
//! the server's own `Date`, because clocks of publishers are wrong often enough.
//!
//! [RFC 9111]: https://www.rfc-editor.org/rfc/rfc9111
//! [RFC 9110]: https://www.rfc-editor.org/rfc/rfc9110

use std::time::Duration;
use std::time::SystemTime;

use chrono::DateTime;
use chrono::NaiveDateTime;
use chrono::Utc;
use reqwest::header;
use reqwest::header::HeaderMap;
use reqwest::header::HeaderName;

/// Returns how long the answer stays fresh; none when the server does not say.
///
/// `x-recommended-poll-interval`, which a common RPDE proxy sends, stands in where the standard
/// headers give nothing to go by or forbid caching: it speaks of polling, not of caching.
pub(super) fn max_age(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let freshness = freshness(headers, now);
    freshness
        .filter(|age| !age.is_zero())
        .or_else(|| seconds(text(headers, &POLL_INTERVAL)?))
        .or(freshness)
}

/// Returns the wait that `Retry-After` asks for, given in seconds or as a date.
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = text(headers, &header::RETRY_AFTER)?;
    seconds(value).or_else(|| Some(until(http_date(value)?, headers, now)))
}

fn freshness(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let mut lifetime = None;
    for directive in cache_directives(headers) {
        match directive {
            ("no-store" | "no-cache", _) => return Some(Duration::ZERO),
            ("max-age", value) => lifetime = seconds(value.trim_matches('"')),
            _ => {}
        }
    }
    if let Some(lifetime) = lifetime {
        let age = text(headers, &header::AGE).and_then(seconds).unwrap_or_default();
        return Some(lifetime.saturating_sub(age));
    }
    // An unreadable date, usually "0" or "-1", means "already expired" (RFC 9111 section 5.3).
    let expires = text(headers, &header::EXPIRES)?;
    Some(http_date(expires).map_or(Duration::ZERO, |date| until(date, headers, now)))
}

/// Returns the directives of all `Cache-Control` headers, known names in lower case.
fn cache_directives(headers: &HeaderMap) -> impl Iterator<Item = (&'static str, &str)> {
    let lines = headers.get_all(header::CACHE_CONTROL).iter();
    let directives = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
    directives.filter_map(|directive| {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        let is_meant = |known: &&&str| name.trim().eq_ignore_ascii_case(known);
        let known = KNOWN_DIRECTIVES.iter().find(is_meant)?;
        Some((*known, value.trim()))
    })
}

/// Reads a number of seconds; one too long to hold is held at the longest (RFC 9111 section 1.2.2).
fn seconds(value: &str) -> Option<Duration> {
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let number: u64 = value.parse().unwrap_or(LONGEST_SECS);
    is_number.then(|| Duration::from_secs(number.min(LONGEST_SECS)))
}

/// Returns the time from the server's clock, or ours when it shows none, to `date`; zero if past.
fn until(date: DateTime<Utc>, headers: &HeaderMap, now: SystemTime) -> Duration {
    let server_clock = text(headers, &header::DATE).and_then(http_date);
    let from = server_clock.unwrap_or_else(|| now.into());
    let longest = Duration::from_secs(LONGEST_SECS);
    (date - from).to_std().unwrap_or_default().min(longest)
}

/// Reads a date in the form of today or in one of the two old ones.
fn http_date(value: &str) -> Option<DateTime<Utc>> {
    let today = DateTime::parse_from_rfc2822(value).map(|date| date.to_utc());
    let old =
        || OLD_DATE_FORMS.iter().find_map(|form| NaiveDateTime::parse_from_str(value, form).ok());
    today.ok().or_else(|| old().map(|date| date.and_utc()))
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

const KNOWN_DIRECTIVES: [&str; 3] = ["no-store", "no-cache", "max-age"];

const OLD_DATE_FORMS: [&str; 2] = ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];

/// The value RFC 9111 tells recipients to use for numbers too large for them: 68 years.
const LONGEST_SECS: u64 = 1 << 31;

const POLL_INTERVAL: HeaderName = HeaderName::from_static("x-recommended-poll-interval");

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    /// 6 November 1994, 08:49:37: the example date of RFC 9110.
    const NOW_SECS: u64 = 784_111_777;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in lines {
            map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        map
    }

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(NOW_SECS)
    }

    #[test]
    fn max_age_comes_from_the_first_header_that_knows() {
        let expires_in_a_minute = ("expires", "Sun, 06 Nov 1994 08:50:37 GMT");
        let poll_interval = ("x-recommended-poll-interval", "9");
        let cases = [
            (vec![], None),
            (vec![("cache-control", "public, max-age=3600")], Some(3600)),
            (vec![("cache-control", "public"), ("cache-control", "Max-Age=\"8\"")], Some(8)),
            (vec![("cache-control", "max-age=3600"), ("age", "600")], Some(3000)),
            (vec![("cache-control", "max-age=60"), ("age", "600")], Some(0)),
            (vec![("cache-control", "max-age=60"), expires_in_a_minute, poll_interval], Some(60)),
            (vec![("cache-control", "max-age=99999999999999999999")], Some(1 << 31)),
            (vec![("cache-control", "max-age=-1")], None),
            (vec![("cache-control", "max-age=60, no-cache")], Some(0)),
            (vec![("cache-control", "no-store"), expires_in_a_minute, poll_interval], Some(9)),
            (vec![expires_in_a_minute], Some(60)),
            (vec![expires_in_a_minute, ("date", "Sun, 06 Nov 1994 08:50:00 GMT")], Some(37)),
            (vec![("expires", "0")], Some(0)),
            (vec![("expires", "-1"), poll_interval], Some(9)),
            (vec![poll_interval], Some(9)),
            (vec![("x-recommended-poll-interval", "soon")], None),
        ];
        for (lines, expected_secs) in cases {
            let found = max_age(&headers(&lines), now());
            assert_eq!(found, expected_secs.map(Duration::from_secs), "{lines:?}");
        }
    }

    #[test]
    fn retry_after_is_read_in_every_form() {
        let cases = [
            (vec![("retry-after", "120")], Some(120)),
            (vec![("retry-after", "Sun, 06 Nov 1994 08:50:37 GMT")], Some(60)),
            (vec![("retry-after", "Sunday, 06-Nov-94 08:50:37 GMT")], Some(60)),
            (vec![("retry-after", "Sun Nov  6 08:50:37 1994")], Some(60)),
            (vec![("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT")], Some(0)),
            (vec![("retry-after", "later")], None),
            (vec![], None),
        ];
        for (lines, expected_secs) in cases {
            let found = retry_after(&headers(&lines), now());
            assert_eq!(found, expected_secs.map(Duration::from_secs), "{lines:?}");
        }
    }
}
