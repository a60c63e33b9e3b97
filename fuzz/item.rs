//! One item of a page, in an envelope that is well.

use serde_json::Value;

use crate::page;

/// Returns every item of the pages.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let pages = page::seeds();
    let pages = pages.iter().map(|page| serde_json::from_slice::<Value>(page).unwrap());
    let items = pages.flat_map(|page| page["items"].as_array().cloned().unwrap_or_default());
    items.map(|item| item.to_string().into_bytes()).collect()
}

/// # Panics
/// When the store fails, or a root is never done with.
pub(crate) fn check(input: &[u8]) {
    let page = [br#"{"next":"x","license":"l","items":["#, input, b"]}"].concat();
    page::check(&page);
}

pub(crate) const WORDS: [&str; 14] = [
    "\"@type\":\"SessionSeries\"",
    "\"@type\":\"Slot\"",
    "\"@type\":\"FacilityUse\"",
    "\"@id\":\"https://x.org/1\"",
    "\"subEvent\":[",
    "\"eventSchedule\":{",
    "\"startDate\":\"2026-12-01T10:00:00Z\"",
    "\"duration\":\"PT1H\"",
    "\"repeatFrequency\":\"P1W\"",
    "\"ageRange\":{\"minValue\":",
    "\"offers\":[{\"price\":",
    "\"geo\":{\"latitude\":",
    "\"organizer\":{\"@type\":\"Person\"",
    "\"data\":\"{\\\"@type\\\":",
];
