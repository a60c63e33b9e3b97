//! How values are written where the official schemas only ask for a string or a number.

use chrono::NaiveDate;
use chrono::NaiveTime;
use serde_json::Value;

use crate::conformance::schema;
use crate::conformance::schema::Visit;

/// Optional fields without content: declared or not, they should not be there.
pub(super) fn empty(visit: &Visit<'_>, problems: &mut Vec<String>) {
    for (name, value) in visit.object {
        let is_empty = match value {
            Value::Null => true,
            Value::String(text) => text.trim().is_empty(),
            Value::Array(elements) => elements.is_empty(),
            Value::Object(fields) => fields.is_empty(),
            _ => false,
        };
        if is_empty {
            problems.push(visit.told(name, "has no content"));
        }
    }
}

/// Dates of any object.
pub(super) fn dates(visit: &Visit<'_>, problems: &mut Vec<String>) {
    for name in ["valid_from", "valid_to", "dtstart", "assured_date"] {
        if let Some(date) = visit.text(name).filter(|date| !schema::is_date(date)) {
            problems.push(visit.told(name, format!("is \"{date}\"")));
        }
    }
}

/// Times of schedules.
pub(super) fn times(visit: &Visit<'_>, problems: &mut Vec<String>) {
    for name in ["opens_at", "closes_at"] {
        if let Some(time) = visit.text(name).filter(|time| !schema::is_time(time)) {
            problems.push(visit.told(name, format!("is \"{time}\"")));
        }
    }
}

/// The parts of a recurrence rule; a date of start is needed to count intervals from.
pub(super) fn recurrence(visit: &Visit<'_>, problems: &mut Vec<String>) {
    if visit.entity.name != "schedule" {
        return;
    }
    let is_monthly = visit.text("freq") == Some("MONTHLY");
    if let Some(days) = visit.text("byday").filter(|days| !is_byday(days, is_monthly)) {
        problems.push(visit.told("byday", format!("is \"{days}\"")));
    }
    if let Some(days) = visit.text("bymonthday").filter(|days| !is_bymonthday(days)) {
        problems.push(visit.told("bymonthday", format!("is \"{days}\"")));
    }
    if let Some(interval) = visit.number("interval") {
        if interval < 1.0 || interval.fract() != 0.0 {
            problems.push(visit.told("interval", format!("is {interval}")));
        }
        if interval > 1.0 && visit.text("dtstart").is_none() {
            problems.push(visit.told("interval", "is above 1 without dtstart"));
        }
    }
}

/// `TU,TH`; in months also `2MO` or `-1FR`.
fn is_byday(days: &str, is_monthly: bool) -> bool {
    days.split(',').all(|day| {
        let code =
            day.trim_start_matches(['+', '-']).trim_start_matches(|c: char| c.is_ascii_digit());
        let position = day.strip_suffix(code).unwrap_or_default();
        let is_position = position
            .parse::<i8>()
            .is_ok_and(|position| is_monthly && (1..=5).contains(&position.abs()));
        DAYS.contains(&code) && (position.is_empty() || is_position)
    })
}

fn is_bymonthday(days: &str) -> bool {
    days.split(',')
        .all(|day| day.parse::<i8>().is_ok_and(|day| day != 0 && (-31..=31).contains(&day)))
}

/// Beginnings and ends.
pub(super) fn periods(visit: &Visit<'_>, problems: &mut Vec<String>) {
    let date = |name| NaiveDate::parse_from_str(visit.text(name)?, "%Y-%m-%d").ok();
    if let (Some(from), Some(to)) = (date("valid_from"), date("valid_to"))
        && to < from
    {
        problems.push(visit.told("valid_to", format!("is {to}, before {from}")));
    }
    let time = |name| NaiveTime::parse_from_str(visit.text(name)?.get(..5)?, "%H:%M").ok();
    if let (Some(opens), Some(closes)) = (time("opens_at"), time("closes_at"))
        && closes == opens
        && opens != NaiveTime::MIN
    {
        problems.push(visit.told("closes_at", format!("is {closes}, as opens_at")));
    }
}

/// Points on the map.
pub(super) fn coordinates(visit: &Visit<'_>, problems: &mut Vec<String>) {
    if visit.entity.name != "location" {
        return;
    }
    let is_given = |name| visit.object.contains_key(name);
    if is_given("latitude") != is_given("longitude") {
        problems.push(visit.told("latitude", "and longitude do not come together"));
    }
    for (name, least, most) in [("latitude", 49.0, 61.5), ("longitude", -9.5, 2.5)] {
        if let Some(degrees) =
            visit.number(name).filter(|degrees| !(least..=most).contains(degrees))
        {
            problems.push(visit.told(name, format!("is {degrees}")));
        }
    }
}

/// Countries of addresses.
pub(super) fn country(visit: &Visit<'_>, problems: &mut Vec<String>) {
    let is_code =
        |country: &str| country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
    if let Some(country) = visit.text("country").filter(|country| !is_code(country)) {
        problems.push(visit.told("country", format!("is \"{country}\"")));
    }
    if visit.text("country") == Some("UK") {
        problems.push(visit.told("country", "is UK; the code is GB"));
    }
}

/// Postcodes of addresses.
pub(super) fn postcode(visit: &Visit<'_>, problems: &mut Vec<String>) {
    let is_british = matches!(visit.text("country"), None | Some("GB" | "UK"));
    if visit.entity.name != "address" || !is_british {
        return;
    }
    let postcode = visit.text("postal_code").filter(|postcode| !is_postcode(postcode));
    if let Some(postcode) = postcode {
        problems.push(visit.told("postal_code", format!("is \"{postcode}\"")));
    }
}

/// `SW1A 1AA`: an outward code of two to four characters, a digit and two letters.
pub(super) fn is_postcode(text: &str) -> bool {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let kinds: String = compact
        .chars()
        .map(|c| match c {
            'A'..='Z' | 'a'..='z' => 'A',
            '0'..='9' => '9',
            _ => '?',
        })
        .collect();
    ["A99AA", "A999AA", "AA99AA", "AA999AA", "A9A9AA", "AA9A9AA"].contains(&kinds.as_str())
}

/// Ages in years, and prices.
pub(super) fn ages(visit: &Visit<'_>, problems: &mut Vec<String>) {
    for name in ["minimum_age", "maximum_age"] {
        if let Some(age) = visit.number(name).filter(|age| !(0.0..=150.0).contains(age)) {
            problems.push(visit.told(name, format!("is {age}")));
        }
    }
    if let (Some(least), Some(most)) = (visit.number("minimum_age"), visit.number("maximum_age"))
        && least > most
    {
        problems.push(visit.told("minimum_age", format!("is {least}, above {most}")));
    }
    if let Some(amount) = visit.number("amount").filter(|amount| *amount < 0.0) {
        problems.push(visit.told("amount", format!("is {amount}")));
    }
}

/// The codes of RFC 5545.
pub(super) const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byday_takes_positions_in_months_only() {
        assert!(is_byday("TU,TH", false));
        assert!(is_byday("2MO,-1FR", true));
        for (days, is_monthly) in
            [("2MO", false), ("TU, TH", false), ("Tuesday", false), ("", false), ("9MO", true)]
        {
            assert!(!is_byday(days, is_monthly), "{days}");
        }
    }

    #[test]
    fn postcodes_are_whole() {
        for postcode in ["SW1A 1AA", "ox108aa", "M1 1AE", "B33 8TH", "CR2 6XH", "EC1A 1BB"] {
            assert!(is_postcode(postcode), "{postcode}");
        }
        for postcode in ["SW1A", "12345", "ABC 1234", ""] {
            assert!(!is_postcode(postcode), "{postcode}");
        }
    }
}
