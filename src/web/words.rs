//! Numbers, times and links as people read them.

use std::fmt::Display;

use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;
use url::Url;

/// Writes the whole number `1234567` as `1,234,567`.
pub(super) fn number(number: impl Display) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Writes `1 page` or `2,000 pages`.
pub(super) fn count(count: impl Display, one: &str) -> String {
    let count = number(count);
    let plural = if count == "1" { "" } else { "s" };
    format!("{count} {one}{plural}")
}

/// Writes how long ago a time was, roughly: `less than a minute ago`, `3 hours ago`.
pub(super) fn ago(time: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let past = (now - time).max(TimeDelta::zero());
    let (number, unit) = match (past.num_minutes(), past.num_hours(), past.num_days()) {
        (0, ..) => return "less than a minute ago".to_owned(),
        (minutes, 0, _) => (minutes, "minute"),
        (_, hours, 0..2) => (hours, "hour"),
        (.., days) => (days, "day"),
    };
    format!("{} ago", count(number.unsigned_abs(), unit))
}

/// Writes `22 November 2026 at 18:04 UTC`.
pub(super) fn instant(time: DateTime<Utc>) -> String {
    time.format("%-d %B %Y at %H:%M UTC").to_string()
}

/// Returns the beginning of a text that is longer than so many characters, with a mark that it goes on.
pub(super) fn short(text: &str, most: usize) -> String {
    let mut shown: String = text.chars().take(most).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

/// Returns an address that may stand in a link: `http` or `https`, and no other.
pub(super) fn web_address(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.into())
}

/// Returns a licence by the name people know it by, else its address as it is.
pub(super) fn licence_name(address: &str) -> String {
    let path =
        address.split_once("creativecommons.org/").map(|(_, path)| path.trim_end_matches('/'));
    let parts =
        path.and_then(|path| path.strip_prefix("licenses/")).and_then(|p| p.split_once('/'));
    match (path, parts) {
        (Some("publicdomain/zero/1.0"), _) => "CC0 1.0 (public domain)".to_owned(),
        (_, Some((kind, version))) => {
            let version = version.split('/').next().unwrap_or_default();
            format!("Creative Commons {} {version}", kind.to_ascii_uppercase())
        }
        _ if address.contains("nationalarchives.gov.uk/doc/open-government-licence") => {
            "Open Government Licence".to_owned()
        }
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (plain, grouped) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")]
        {
            assert_eq!(number(plain), grouped);
        }
    }

    #[test]
    fn the_past_is_told_roughly() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(100);
        for (past, words) in [
            (TimeDelta::seconds(-5), "less than a minute ago"),
            (TimeDelta::seconds(59), "less than a minute ago"),
            (TimeDelta::seconds(60), "1 minute ago"),
            (TimeDelta::minutes(119), "1 hour ago"),
            (TimeDelta::hours(47), "47 hours ago"),
            (TimeDelta::days(12), "12 days ago"),
        ] {
            assert_eq!(ago(now - past, now), words);
        }
    }

    #[test]
    fn only_the_web_is_linked_to() {
        assert!(web_address("https://example.org/a").is_some());
        for text in ["javascript:alert(1)", "data:text/html,x", "/relative", "mailto:a@example.org"]
        {
            assert_eq!(web_address(text), None, "{text}");
        }
    }

    #[test]
    fn licences_are_named() {
        for (address, name) in [
            ("https://creativecommons.org/licenses/by/4.0/", "Creative Commons BY 4.0"),
            ("https://creativecommons.org/licenses/by/4.0/deed.en", "Creative Commons BY 4.0"),
            ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0 1.0 (public domain)"),
            ("https://example.org/terms", "https://example.org/terms"),
        ] {
            assert_eq!(licence_name(address), name);
        }
    }
}
