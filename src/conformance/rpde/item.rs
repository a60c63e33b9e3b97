//! Items: their form, their order, and no id twice.

use std::cmp::Ordering;
use std::collections::HashSet;

use serde_json::Map;
use serde_json::Value;

use crate::conformance::rule;
use crate::conformance::schema;

use super::Walk;

impl Walk {
    pub(super) fn check_item(&mut self, item: &Value) {
        let id = item.get("id").unwrap_or(&Value::Null);
        let told = |what: &str| format!("item {}: {what}", schema::shown(id));
        if !(id.is_string() || id.is_i64() || id.is_u64()) {
            self.note(&rule::RPDE_ID, told("id is neither a string nor an integer"));
        }
        if !item.get("kind").is_some_and(Value::is_string) {
            self.note(&rule::RPDE_KIND, told("kind is not a string"));
        }
        let modified = item.get("modified").unwrap_or(&Value::Null);
        if !is_modified(modified) {
            self.note(&rule::RPDE_MODIFIED, told(&format!("modified is {modified}")));
        } else if modified.is_string() {
            self.note(&rule::RPDE_MODIFIED_INTEGER, told(&format!("modified is {modified}")));
        }
        if let Some(item) = item.as_object() {
            self.check_json_ld(item, &format!("item {}", schema::shown(id)));
        }
        let data = item.get("data");
        match item.get("state").and_then(Value::as_str) {
            Some("updated") if !data.is_some_and(Value::is_object) => {
                self.note(&rule::RPDE_DATA, told("updated, and data is not an object"));
            }
            Some("deleted") if data.is_some() => {
                self.note(&rule::RPDE_DATA, told("deleted, and there is data"));
            }
            Some("updated" | "deleted") => {}
            _ => self.note(&rule::RPDE_STATE, told("state is neither updated nor deleted")),
        }
        self.items += 1;
        self.deleted += usize::from(item.get("state").is_some_and(|state| state == "deleted"));
        self.first_id.get_or_insert_with(|| plain(id));
    }

    /// Keywords of JSON-LD belong into `data` only.
    pub(super) fn check_json_ld(&mut self, object: &Map<String, Value>, label: &str) {
        if let Some(keyword) = object.keys().find(|name| name.starts_with('@')) {
            self.note(&rule::RPDE_JSON_LD, format!("{label} has {keyword}"));
        }
    }

    /// Compares an item with the one before and with earlier states of itself.
    pub(super) fn check_order(&mut self, item: &Value) {
        let value = |name| item.get(name).cloned().unwrap_or_default();
        let (modified, id) = (value("modified"), value("id"));
        let name = plain(&id);
        let earlier = self.modified.insert(name.clone(), modified.clone());
        let is_later = |earlier: &Value| compare(earlier, &modified) == Some(Ordering::Less);
        // A page is of one moment: nothing was modified in between.
        if !self.on_page.insert(name.clone()) {
            self.note(&rule::RPDE_UNIQUE_IDS, format!("{name} appears twice on a page"));
        } else if earlier.is_some_and(|earlier| !is_later(&earlier)) {
            self.note(&rule::RPDE_UNIQUE_IDS, format!("{name} appears twice"));
        }
        if let Some((before, before_id)) = &self.previous {
            let told = format!("item {name} of {modified} comes after {before}");
            match compare(before, &modified) {
                Some(Ordering::Greater) => self.note(&rule::RPDE_ORDER, told),
                None if is_modified(before) && is_modified(&modified) => {
                    self.note(
                        &rule::RPDE_ORDER,
                        format!("{told}, which it cannot be compared with"),
                    );
                }
                Some(Ordering::Equal) if compare(before_id, &id) == Some(Ordering::Greater) => {
                    let told = format!("{name} comes after {}", plain(before_id));
                    self.note(&rule::RPDE_ORDER_ID, told);
                }
                _ => {}
            }
        }
        self.previous = Some((modified, id));
    }

    pub(super) fn check_change_numbers(&mut self) {
        let mut numbers = HashSet::new();
        let repeated: Vec<String> = self
            .modified
            .values()
            .map(plain)
            .filter(|number| !numbers.insert(number.clone()))
            .collect();
        for number in repeated {
            self.note(&rule::RPDE_CHANGE_NUMBER, format!("{number} appears twice"));
        }
    }
}

fn is_modified(value: &Value) -> bool {
    value.is_string() || integer(value).is_some()
}

/// Compares two values of `modified` or of `id`; different types do not compare.
fn compare(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::String(one), Value::String(other)) => Some(one.cmp(other)),
        _ => Some(integer(one)?.cmp(&integer(other)?)),
    }
}

fn integer(value: &Value) -> Option<i128> {
    value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from))
}

/// Returns a string without quotes, or any other value as JSON.
pub(super) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
