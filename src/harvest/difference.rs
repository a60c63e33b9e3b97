//! What differs between two forms of a service, field by field.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// Its path, as `schedules[0].opens_at`; places in lists are those before, of new elements those after.
    pub field: String,
    /// What it was; absent when it is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What it is; absent when it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// Returns the fields that differ. Elements of lists are the same when they have the same `id`; those
/// without a partner are compared in their order.
pub fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare("", Some(before), Some(after), &mut found);
    found
}

fn compare(path: &str, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Difference>) {
    match (before, after) {
        (before, after) if before == after => {}
        (Some(Value::Object(_)) | None, Some(Value::Object(_)) | None) => {
            let members = [before, after].into_iter().flatten().filter_map(Value::as_object);
            let mut names: Vec<&String> = Vec::new();
            for name in members.flat_map(serde_json::Map::keys) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            for name in names {
                let inner = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                compare(&inner, member(before, name), member(after, name), found);
            }
        }
        (Some(Value::Array(_)) | None, Some(Value::Array(_)) | None) => {
            for (at, before, after) in pairs(elements(before), elements(after)) {
                compare(&format!("{path}[{at}]"), before, after, found);
            }
        }
        (before, after) => found.push(Difference {
            field: path.to_owned(),
            before: before.cloned(),
            after: after.cloned(),
        }),
    }
}

fn member<'a>(value: Option<&'a Value>, name: &str) -> Option<&'a Value> {
    value?.get(name)
}

fn elements(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

type Pair<'a> = (usize, Option<&'a Value>, Option<&'a Value>);

fn pairs<'a>(before: &'a [Value], after: &'a [Value]) -> Vec<Pair<'a>> {
    let id = |value: &'a Value| value.get("id").and_then(Value::as_str);
    let by_id: HashMap<&str, usize> =
        after.iter().enumerate().filter_map(|(at, value)| Some((id(value)?, at))).collect();
    let partner: Vec<Option<usize>> =
        before.iter().map(|value| by_id.get(id(value)?).copied()).collect();
    let mut rest = (0..after.len()).filter(|at| !partner.contains(&Some(*at)));
    let mut pairs: Vec<Pair<'a>> = Vec::new();
    for (at, (value, partner)) in before.iter().zip(&partner).enumerate() {
        let partner = partner.or_else(|| rest.next());
        pairs.push((at, Some(value), partner.and_then(|at| after.get(at))));
    }
    pairs.extend(rest.map(|at| (at, None, after.get(at))));
    pairs
}
