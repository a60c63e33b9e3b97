//! Mutations of JSON that keep it JSON: the parser has been tried enough, what stands behind it has not.

use rand::RngExt as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use serde_json::Value;
use serde_json::json;

/// Changes a document in one to eight places. `others` lend their parts.
pub(crate) fn mutate(document: &mut Value, others: &[Value], rng: &mut StdRng) {
    for _ in 0..rng.random_range(1..=8) {
        let donor = others.choose(rng).unwrap_or(&Value::Null);
        let part = any_part(donor, rng).clone();
        let target = any_part_mut(document, rng);
        change(target, part, rng);
    }
}

fn change(target: &mut Value, part: Value, rng: &mut StdRng) {
    match rng.random_range(0..10) {
        0..3 => *target = odd_value(rng),
        3 => *target = part,
        4 => *target = json!([target.take()]),
        5 => *target = json!(target.to_string()),
        6 => *target = json!({"@type": "Thing", "name": target.take(), "@value": part}),
        _ => alter(target, part, rng),
    }
}

/// Changes a value within its type.
fn alter(target: &mut Value, part: Value, rng: &mut StdRng) {
    match target {
        Value::Object(members) => {
            let names: Vec<String> = members.keys().cloned().collect();
            let Some(name) = names.choose(rng) else { return };
            match rng.random_range(0..3) {
                0 => {
                    members.remove(name);
                }
                1 => {
                    members.insert(name.clone(), part);
                }
                _ => {
                    let other = PROPERTIES.choose(rng).copied().unwrap_or("name");
                    members.insert(other.to_owned(), part);
                }
            }
        }
        Value::Array(items) if rng.random_bool(0.5) => {
            let copies = rng.random_range(1..=40);
            items.extend(std::iter::repeat_n(part, copies));
        }
        Value::Array(items) => {
            if !items.is_empty() {
                let at = rng.random_range(0..items.len());
                items.remove(at);
            }
        }
        Value::String(text) => *text = altered_text(text, rng),
        Value::Number(_) => {
            *target = json!(*[-1.0, 0.0, 0.5, 1e308, 99.0, 1e9, 53.0].choose(rng).unwrap_or(&0.0));
        }
        Value::Bool(flag) => *flag = !*flag,
        Value::Null => *target = part,
    }
}

fn altered_text(text: &str, rng: &mut StdRng) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let at = rng.random_range(0..=letters.len());
    match rng.random_range(0..4) {
        0 => letters.truncate(at),
        1 => {
            let digit = char::from_digit(rng.random_range(0..10), 10).unwrap_or('0');
            if let Some(letter) = letters.get_mut(at) {
                *letter = digit;
            }
        }
        2 => {
            let odd = ODD_LETTERS.choose(rng).copied().unwrap_or(' ');
            letters.insert(at, odd);
        }
        _ => return format!("{text}{}", ODD_TEXTS.choose(rng).copied().unwrap_or_default()),
    }
    letters.into_iter().collect()
}

fn odd_value(rng: &mut StdRng) -> Value {
    match rng.random_range(0..8) {
        0 => Value::Null,
        1 => json!([]),
        2 => json!({}),
        3 => json!(rng.random_range(-1_000_000_i64..=1_000_000)),
        4 => json!(rng.random_range(-1e3..1e3)),
        5 => json!(u64::MAX),
        _ => json!(ODD_TEXTS.choose(rng).copied().unwrap_or_default()),
    }
}

/// Returns any part, the deeper ones as likely as the whole.
fn any_part<'a>(value: &'a Value, rng: &mut StdRng) -> &'a Value {
    let children: Vec<&Value> = match value {
        Value::Object(members) => members.values().collect(),
        Value::Array(items) => items.iter().collect(),
        _ => Vec::new(),
    };
    match children.choose(rng) {
        Some(child) if rng.random_bool(0.85) => any_part(child, rng),
        _ => value,
    }
}

fn any_part_mut<'a>(value: &'a mut Value, rng: &mut StdRng) -> &'a mut Value {
    let count = match &*value {
        Value::Object(members) => members.len(),
        Value::Array(items) => items.len(),
        _ => 0,
    };
    if count == 0 || rng.random_bool(0.15) {
        return value;
    }
    let at = rng.random_range(0..count);
    let child = match value {
        Value::Object(members) => members.values_mut().nth(at),
        Value::Array(items) => items.get_mut(at),
        _ => None,
    };
    any_part_mut(child.unwrap(), rng)
}

const PROPERTIES: [&str; 22] = [
    "@id",
    "@type",
    "id",
    "type",
    "subEvent",
    "superEvent",
    "eventSchedule",
    "startDate",
    "endDate",
    "duration",
    "location",
    "offers",
    "ageRange",
    "exceptDate",
    "byDay",
    "repeatFrequency",
    "repeatCount",
    "scheduleTimezone",
    "idTemplate",
    "hoursAvailable",
    "organizer",
    "address",
];

const ODD_LETTERS: [char; 12] =
    ['\u{0}', '\u{200b}', '\u{301}', '\u{1f3ca}', 'İ', 'ß', '<', '&', '%', '{', '\\', '\n'];

const ODD_TEXTS: [&str; 40] = [
    "",
    "-",
    "null",
    "0",
    "-1",
    "1e999",
    "£",
    "£1,2,3.4",
    "50p",
    "P",
    "P1W",
    "P0D",
    "P99999999999D",
    "PT15H30M",
    "P1M",
    "2TU",
    "-5SU",
    "6MO",
    "PublicHolidays",
    "24:00",
    "23:59:59",
    "25:61",
    "9999-12-31",
    "0000-01-01",
    "2026-02-30",
    "2026-03-29T01:30:00",
    "2026-10-25T01:30:00",
    "2026-11-24T18:30:00+14:00",
    "262142-12-31T00:00:00Z",
    "-262143-01-01",
    "UTC",
    "Pacific/Apia",
    "https://zoom.us/j/1?pwd=x",
    "http://user:pass@example.org",
    "https://[::1",
    "<p",
    "&#x10FFFF;&#0;",
    "{\"a\":[",
    "SW1A 1AA",
    "é\u{301}€",
];
