//! Formats of strings, as the official validator's JSON Schema library asserts them.
//!
//! Dates and times are plain strings to that library; they are here because consumers read them.

use chrono::DateTime;
use chrono::NaiveDate;
use chrono::NaiveTime;
use url::Url;
use uuid::Uuid;

/// Any version, either case, hyphens needed.
pub(super) fn is_uuid(text: &str) -> bool {
    text.len() == uuid::fmt::Hyphenated::LENGTH && Uuid::try_parse(text).is_ok()
}

/// Absolute, and nothing in it that would have to be escaped.
pub(in super::super) fn is_uri(text: &str) -> bool {
    let has_forbidden =
        text.chars().any(|c| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`".contains(c));
    if has_forbidden || has_bad_escape(text) {
        return false;
    }
    let Ok(url) = Url::parse(text) else {
        return false;
    };
    // `http:x` is a URL to browsers, and to nobody else.
    !matches!(url.scheme(), "http" | "https" | "ftp") || text.contains("://")
}

fn has_bad_escape(text: &str) -> bool {
    text.split('%').skip(1).any(|rest| {
        let mut digits = rest.chars();
        let is_hex = |c: Option<char>| c.is_some_and(|c| c.is_ascii_hexdigit());
        !(is_hex(digits.next()) && is_hex(digits.next()))
    })
}

/// One `@`, a local part without stray dots, a domain of at least two labels; any script.
pub(super) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    if text.len() > MAX_EMAIL_BYTES || local.len() > MAX_LOCAL_BYTES {
        return false;
    }
    let is_quoted = local.len() > 2 && local.starts_with('"') && local.ends_with('"');
    let is_atoms = local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atom_char));
    let is_literal = domain.starts_with('[') && domain.ends_with(']');
    let is_name = domain.contains('.') && domain.split('.').all(is_label);
    (is_quoted || is_atoms) && (is_literal || is_name)
}

fn is_atom_char(c: char) -> bool {
    c.is_alphanumeric()
        || "!#$%&'*+-/=?^_`{|}~".contains(c)
        || (!c.is_ascii() && !c.is_whitespace())
}

fn is_label(label: &str) -> bool {
    let is_inner = |c: char| c.is_alphanumeric() || c == '-' || !c.is_ascii();
    !label.is_empty()
        && label.len() <= MAX_LABEL_BYTES
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(is_inner)
}

/// ISO 8601 with `T` and a zone.
pub(super) fn is_date_time(text: &str) -> bool {
    text.contains(['T', 't']) && DateTime::parse_from_rfc3339(text).is_ok()
}

/// `YYYY-MM-DD`, a day that exists.
pub(in super::super) fn is_date(text: &str) -> bool {
    text.len() == "2026-01-31".len() && NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

/// `HH:MM` or `HH:MM:SS`, with or without a zone.
pub(in super::super) fn is_time(text: &str) -> bool {
    let bare = without_zone(text);
    (bare.len() == "10:00".len() && NaiveTime::parse_from_str(bare, "%H:%M").is_ok())
        || (bare.len() == "10:00:00".len() && NaiveTime::parse_from_str(bare, "%H:%M:%S").is_ok())
}

fn without_zone(text: &str) -> &str {
    if let Some(bare) = text.strip_suffix('Z') {
        return bare;
    }
    match text.rsplit_once(['+', '-']) {
        Some((bare, zone)) if NaiveTime::parse_from_str(zone, "%H:%M").is_ok() => bare,
        _ => text,
    }
}

const MAX_EMAIL_BYTES: usize = 254;
const MAX_LOCAL_BYTES: usize = 64;
const MAX_LABEL_BYTES: usize = 63;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(is: fn(&str) -> bool, good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(is(text), "{text} was refused");
        }
        for text in bad {
            assert!(!is(text), "{text} was accepted");
        }
    }

    #[test]
    fn uuids_have_hyphens() {
        check(
            is_uuid,
            &["8e874fab-05cb-5bd0-8b0e-f085df4298c8", "8E874FAB-05CB-9BD0-0B0E-F085DF4298C8"],
            &[
                "8e874fab05cb5bd08b0ef085df4298c8",
                "{8e874fab-05cb-5bd0-8b0e-f085df4298c8}",
                "1",
                "",
            ],
        );
    }

    #[test]
    fn uris_are_absolute_and_escaped() {
        check(
            is_uri,
            &[
                "https://a.example/b?c=d#e",
                "http://ä.example/ö",
                "urn:isbn:1",
                "mailto:a@b.example",
            ],
            &[
                "/a",
                "a.example",
                "https://a.example/b c",
                "http:x",
                "",
                "https://",
                "https://a/%zz",
            ],
        );
    }

    #[test]
    fn emails_have_a_domain() {
        check(
            is_email,
            &["a@b.example", "a.b+c@d-e.example", "\"a b\"@c.example", "jörg@münchen.example"],
            &[
                "a",
                "a@b",
                "@b.example",
                "a@",
                "a b@c.example",
                "a..b@c.example",
                "a@-b.example",
                "",
            ],
        );
    }

    #[test]
    fn dates_and_times_exist() {
        check(
            is_date_time,
            &["2023-03-15T10:30:45.123Z", "2023-03-15T10:30:45+01:00"],
            &["2023-03-15T10:30:45", "2023-03-15", "2023-02-30T00:00:00Z", "2023-03-15 10:30:45Z"],
        );
        check(is_date, &["2024-02-29"], &["2023-02-29", "29/02/2024", "2024-2-9", ""]);
        check(
            is_time,
            &["10:00", "23:59:59", "10:00Z", "10:00:00+01:00"],
            &["24:00", "9:00", "10am", "10:00:00.5x", ""],
        );
    }
}
