//! Which of a publisher's values may be shown to anybody as they were written.
//!
//! Free text may name a person wherever it stands, so a value is shown only where two things are so: its
//! property is one of the table, which holds those of dates, numbers, prices, ages, places on the map and
//! terms of the standard; and it is made of nothing but numbers, times and words that are listed here,
//! which name nobody. A telephone number in `startTime` fails the second.

use serde_json::Value;
use uuid::Uuid;

/// What texts of a property may hold, apart from times and from numbers with listed words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// Nothing else.
    Words,
    /// Latitude or longitude.
    Degrees,
    /// A postcode.
    Postcode,
    /// The address of a term in a vocabulary.
    Term,
}

/// The properties whose values are no free text, and those that hold them. What is not here is not shown:
/// no organizer, leader or contact, no name, description or address of a page.
const PROPERTIES: &[(&str, Holds)] = &[
    ("activity", Holds::Term),
    ("accessibilitySupport", Holds::Term),
    ("address", Holds::Words),
    ("addressCountry", Holds::Words),
    ("ageRange", Holds::Words),
    ("ageRestriction", Holds::Words),
    ("byDay", Holds::Words),
    ("byMonth", Holds::Words),
    ("byMonthDay", Holds::Words),
    ("category", Holds::Term),
    ("closes", Holds::Words),
    ("dayOfWeek", Holds::Words),
    ("duration", Holds::Words),
    ("endDate", Holds::Words),
    ("endTime", Holds::Words),
    ("eventAttendanceMode", Holds::Words),
    ("eventSchedule", Holds::Words),
    ("eventStatus", Holds::Words),
    ("exceptDate", Holds::Words),
    ("facilityType", Holds::Term),
    ("genderRestriction", Holds::Words),
    ("geo", Holds::Words),
    ("hoursAvailable", Holds::Words),
    ("id", Holds::Term),
    ("inScheme", Holds::Words),
    ("isAccessibleForFree", Holds::Words),
    ("isCoached", Holds::Words),
    ("latitude", Holds::Degrees),
    ("level", Holds::Term),
    ("location", Holds::Words),
    ("longitude", Holds::Degrees),
    ("maxValue", Holds::Words),
    ("maximumAttendeeCapacity", Holds::Words),
    ("minValue", Holds::Words),
    ("offers", Holds::Words),
    ("openingHoursSpecification", Holds::Words),
    ("opens", Holds::Words),
    ("postalCode", Holds::Postcode),
    ("price", Holds::Words),
    ("priceCurrency", Holds::Words),
    ("remainingAttendeeCapacity", Holds::Words),
    ("repeatCount", Holds::Words),
    ("repeatFrequency", Holds::Words),
    ("scheduleTimezone", Holds::Words),
    ("startDate", Holds::Words),
    ("startTime", Holds::Words),
    ("subEvent", Holds::Words),
    ("type", Holds::Words),
    ("unitCode", Holds::Words),
    ("validFrom", Holds::Words),
    ("validThrough", Holds::Words),
];

/// Words that name nobody: the standard's terms, and what publishers write around numbers.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    // Addresses of terms.
    "http", "https", "www", "openactive", "schema", "org", "io", "oa", "list", "activity", "types",
    // Types.
    "CourseInstance", "Course", "Event", "EventSeries", "HeadlineEvent", "OnDemandEvent", "SessionSeries",
    "ScheduledSession", "FacilityUse", "IndividualFacilityUse", "Slot", "Schedule", "PartialSchedule", "Offer",
    "AggregateOffer", "Place", "PostalAddress", "GeoCoordinates", "QuantitativeValue", "Concept",
    "OpeningHoursSpecification",
    // Terms.
    "EventScheduled", "EventCancelled", "EventPostponed", "EventRescheduled", "EventMovedOnline",
    "OfflineEventAttendanceMode", "OnlineEventAttendanceMode", "MixedEventAttendanceMode",
    "FemaleOnly", "MaleOnly", "NoRestriction",
    // Genders and ages.
    "female", "females", "male", "males", "man", "men", "woman", "women", "boys", "girls", "ladies", "gentlemen",
    "mixed", "both", "unisex", "any", "anyone", "all", "everyone", "age", "ages", "aged", "adult", "adults",
    "child", "children", "junior", "juniors", "senior", "seniors", "under", "over", "and", "or", "up", "to",
    "from", "above", "below", "plus", "older", "younger", "year", "years", "yr", "yrs", "old", "only",
    // Prices.
    "GBP", "EUR", "USD", "pound", "pounds", "pence", "p", "euro", "euros", "free", "cost", "price", "charge",
    "no", "non", "not", "none", "per", "session", "person", "class", "hour", "hours", "hr", "hrs", "h", "member",
    "members", "concession", "concessions", "at", "for", "the", "a", "is", "with", "unknown", "tbc", "tba", "n",
    "various", "varies", "true", "false", "yes", "null",
    // Times.
    "am", "pm", "noon", "midnight", "minute", "minutes", "mins", "m", "day", "days", "daily", "week", "weeks",
    "weekly", "fortnightly", "month", "months", "monthly", "yearly", "annually", "every", "each", "until", "t", "z",
    "d", "w", "y", "pt", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
    "PublicHolidays", "mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun", "mo", "tu", "we",
    "th", "fr", "sa", "su", "Europe", "London", "UTC", "GMT", "BST",
    // Countries.
    "GB", "UK", "United", "Kingdom", "Great", "Britain", "England", "Scotland", "Wales",
];

/// What may stand between words and numbers.
const SEPARATORS: &str = " -–+.,:;/#£€$%()_";

/// Prefixes that a property's name may have.
const PREFIXES: &[&str] = &["@", "oa:", "schema:", "beta:"];

/// How dates are written, with a nought for each digit.
const DATES: &[&str] = &["0000-00-00", "0000/00/00", "00-00-0000", "00/00/0000", "00.00.0000"];

/// How times are written.
const TIMES: &[&str] =
    &["00:00", "00:00:00", "00:00:00.000", "00:00:00.000000", "00:00:00.0000000"];

/// How offsets are written.
const OFFSETS: &[&str] = &["", "Z", "+00:00", "-00:00", "+0000", "-0000"];

/// The standard's lists of concepts, whose terms are named by UUIDs.
const LISTS: &[&str] = &["activity-list", "facility-types", "accessibility-support"];
const UUID_LENGTH: usize = 36;

/// How many characters of a text, and of all that stands in an object, are shown.
const MAX_TEXT: usize = 80;
const MAX_WRITTEN: usize = 240;

/// How many digits a text may have that is no time: a telephone number has six and more.
const MAX_DIGITS: usize = 5;

/// No number of the standard is larger, and telephone numbers are.
const MAX_NUMBER: f64 = 100_000.0;

/// How many objects within one another are opened.
const MAX_DEPTH: usize = 4;

/// Returns the value of a property as JSON, where it may be shown; what may not is left out of objects and
/// lists, with `…` in its place.
pub(super) fn written(name: &str, value: &Value) -> Option<String> {
    if is_blank(value) {
        return Some(value.to_string());
    }
    let json = json_of(value, holds(name)?, MAX_DEPTH)?;
    (json.chars().count() <= MAX_WRITTEN).then_some(json)
}

/// Tells whether a property is one of the table, so that it may be looked into.
pub(super) fn is_listed(name: &str) -> bool {
    holds(name).is_some()
}

/// Tells whether a value says nothing at all.
pub(super) fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.len() <= MAX_TEXT && matches!(text.trim(), "" | "-"),
        _ => false,
    }
}

/// Returns a property's name without `@` or a prefix.
pub(super) fn bare(name: &str) -> &str {
    PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name)
}

fn holds(name: &str) -> Option<Holds> {
    let name = bare(name);
    PROPERTIES.iter().find(|(known, _)| *known == name).map(|(_, holds)| *holds)
}

fn json_of(value: &Value, holds: Holds, depth: usize) -> Option<String> {
    match value {
        Value::Null | Value::Bool(_) => Some(value.to_string()),
        Value::Number(number) => {
            number.as_f64().filter(|n| n.abs() < MAX_NUMBER).map(|_| value.to_string())
        }
        Value::String(text) => is_plain(text, holds).then(|| value.to_string()),
        Value::Array(elements) => {
            let depth = depth.checked_sub(1)?;
            let elements = elements.iter().map(|element| json_of(element, holds, depth));
            listed(elements).map(|elements| format!("[{elements}]"))
        }
        Value::Object(members) => {
            let depth = depth.checked_sub(1)?;
            let members = members.iter().map(|(name, member)| {
                let json = json_of(member, self::holds(name)?, depth)?;
                Some(format!("\"{name}\": {json}"))
            });
            listed(members).map(|members| format!("{{{members}}}"))
        }
    }
}

/// Returns what may be shown, with one `…` at the end for all that may not; nothing when that is all.
fn listed(parts: impl Iterator<Item = Option<String>>) -> Option<String> {
    let parts: Vec<_> = parts.collect();
    let mut shown: Vec<&str> = parts.iter().flatten().map(String::as_str).collect();
    let is_all = shown.len() == parts.len();
    if shown.is_empty() && !is_all {
        return None;
    }
    if !is_all {
        shown.push("…");
    }
    Some(shown.join(", "))
}

fn is_plain(text: &str, holds: Holds) -> bool {
    text.len() <= MAX_TEXT
        && (is_worded(text)
            || is_time(text)
            || match holds {
                Holds::Words => false,
                Holds::Degrees => is_degrees(text),
                Holds::Postcode => is_postcode(text),
                Holds::Term => is_term(text),
            })
}

/// Tells whether a text is made of listed words and small numbers.
fn is_worded(text: &str) -> bool {
    let is_word = |word: &str| WORDS.iter().any(|known| known.eq_ignore_ascii_case(word));
    let mut words = text.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    let numbers = text.split(|c: char| !c.is_ascii_digit() && c != '.');
    text.chars().all(|c| c.is_ascii_alphanumeric() || SEPARATORS.contains(c))
        && words.all(is_word)
        && numbers.map(digits).sum::<usize>() <= MAX_DIGITS
}

/// Counts the digits of a number, but for two behind its point.
fn digits(number: &str) -> usize {
    match number.split_once('.') {
        Some((whole, "0" | "00")) => whole.len(),
        Some((whole, pence)) if pence.len() <= 2 && !pence.contains('.') => whole.len(),
        _ => number.chars().filter(char::is_ascii_digit).count(),
    }
}

/// Tells whether a text has the form of a date, a time or both, whatever its numbers.
fn is_time(text: &str) -> bool {
    if text.contains(|c: char| c.is_alphabetic() && !matches!(c, 'T' | 'Z')) {
        return false;
    }
    let form: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let is_clock = |form: &str| {
        let (clock, offset) = form.split_at(form.find(['Z', '+', '-']).unwrap_or(form.len()));
        TIMES.contains(&clock) && OFFSETS.contains(&offset)
    };
    match form.split_once(['T', ' ']) {
        Some((date, clock)) => DATES.contains(&date) && is_clock(clock),
        None => DATES.contains(&form.as_str()) || is_clock(&form),
    }
}

fn is_degrees(text: &str) -> bool {
    let is_number = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+'));
    is_number && text.parse().is_ok_and(|degrees: f64| degrees.abs() <= 180.0)
}

/// Tells whether a text looks like a postcode or the first half of one, noughts and O's confused or not.
fn is_postcode(text: &str) -> bool {
    let kind = |c: char| match c {
        'A'..='Z' | 'a'..='z' => 'A',
        '0'..='9' => '9',
        ' ' => ' ',
        _ => '?',
    };
    let form: String = text.trim().chars().map(kind).collect();
    let (outward, inward) = match form.split_once(' ') {
        Some((outward, inward)) => (outward, inward.trim()),
        None if form.len() > 4 => form.split_at(form.len() - 3),
        None => (form.as_str(), ""),
    };
    let is_outward = ["A9", "A99", "A9A", "AA9", "AA99", "AA9A", "9A9", "9A99"].contains(&outward);
    is_outward && ["", "9", "9AA", "AAA"].contains(&inward)
}

/// Tells whether a text is an address in one of the standard's lists of concepts.
fn is_term(text: &str) -> bool {
    let path = ["https", "http"].iter().find_map(|scheme| {
        text.strip_prefix(scheme).and_then(|rest| rest.strip_prefix("://openactive.io/"))
    });
    path.and_then(|path| path.split_once('#')).is_some_and(|(list, id)| {
        LISTS.contains(&list) && id.len() == UUID_LENGTH && Uuid::try_parse(id).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_of_the_standard_and_slips_are_shown() {
        let uri = "https://openactive.io/activity-list#984068a7-5f34-4d5c-8e9d-4a9d0d1d0d5a";
        for (name, value) in [
            ("startTime", json!("25:99")),
            ("startDate", json!("2026-11-23T25:00:00+00:00")),
            ("startDate", json!("23/11/2026 18:30")),
            ("duration", json!("PT1H30M")),
            ("beta:duration", json!("1 hour 30 mins")),
            ("repeatFrequency", json!("P1W")),
            ("price", json!(5.5)),
            ("price", json!("From £4.50 to £12.00 per session")),
            ("ageRange", json!("Adults, 16+ years")),
            ("dayOfWeek", json!("https://schema.org/Sunday")),
            ("opens", json!("07:00")),
            ("genderRestriction", json!("https://openactive.io/FemaleOnly")),
            ("oa:genderRestriction", json!("oa:mixed")),
            ("@type", json!("SessionSeries")),
            ("activity", json!([uri])),
            ("latitude", json!("-1.2345678")),
            ("postalCode", json!("0X108AA")),
            ("postalCode", json!("n/a")),
            ("isAccessibleForFree", json!(true)),
            ("description", json!("-")),
            ("name", Value::Null),
        ] {
            assert_eq!(written(name, &value), Some(value.to_string()), "{name}");
        }
    }

    #[test]
    fn what_may_be_about_a_person_is_not() {
        for (name, value) in [
            ("startTime", json!("07700 900111")),
            ("startTime", json!("01 23 45 67 89")),
            ("dayOfWeek", json!("Ask Jo")),
            ("startTime", json!("07700-90-01")),
            ("startDate", json!("2026-11-23 with Jo")),
            ("startDate", json!("Jo Smith")),
            ("duration", json!("<b>PT1H</b>")),
            ("duration", json!("1".repeat(100_000))),
            ("ageRange", json!("jo@example.org")),
            ("price", json!(447_700_900_111_u64)),
            ("price", json!("900111")),
            ("price", json!("5\u{202e}")),
            ("latitude", json!("07700900111")),
            ("postalCode", json!("Jo Smith")),
            ("postalCode", json!("日本語日本")),
            ("@id", json!("https://data.example.org/people/jo")),
            ("activity", json!("https://openactive.io/activity-list#jo-smith")),
            ("activity", json!("Yoga with Jo")),
            ("name", json!("2026-11-23")),
            ("telephone", json!(5)),
            ("organizer", json!({"@type": "Concept"})),
            ("jo@example.org:price", json!(5)),
            ("description", json!(" ".repeat(100_000))),
            ("byMonth", json!(vec![1; 10_000])),
        ] {
            assert_eq!(written(name, &value), None, "{name}");
        }
    }

    #[test]
    fn objects_are_shown_without_what_may_not_be() {
        let offer = json!([{"@type": "Offer", "name": "Jo's friends", "price": "5", "x": 1}]);
        assert_eq!(
            written("offers", &offer).as_deref(),
            Some(r#"[{"@type": "Offer", "price": "5", …}]"#)
        );
        assert_eq!(written("offers", &json!({"name": "Jo", "telephone": 1})), None);
        assert_eq!(written("offers", &json!([])).as_deref(), Some("[]"));
    }
}
