//! What a publisher wrote at the place of a finding, as far as anybody may see it.

use serde_json::Value;

use super::Code;
use super::Finding;
use super::plain;

/// What stands where something was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Excerpt {
    /// A property and its value as JSON: `"startTime": "25:99"`. What is not shown of an object or a list
    /// has `…` in its place.
    Written(String),
    /// A text of so many characters, which may name a person.
    Text(usize),
    /// Another value that may be about a person.
    Other(&'static str),
    /// There is no such property.
    Absent,
}

/// Finds what a publisher wrote at the place of a finding in the documents that an opportunity is made of,
/// its own first: the first few distinct values. Nothing where the place is none of a document.
///
/// Only values that cannot be about a person are shown: see [`plain`].
pub fn excerpts(finding: &Finding, documents: &[Value]) -> Vec<Excerpt> {
    if NO_PROPERTIES.contains(&finding.path.as_str()) || documents.is_empty() {
        return Vec::new();
    }
    let path: Vec<&str> = finding.path.split('.').collect();
    let shape = shape_of(finding.code);
    let mut found = Vec::new();
    for document in documents {
        for (name, value) in nearest(document, &path, shape) {
            let excerpt = excerpt(name, value);
            if found.len() < MAX_EXCERPTS && !found.contains(&excerpt) {
                found.push(excerpt);
            }
        }
    }
    if found.is_empty() && shape.is_none() {
        found.push(Excerpt::Absent);
    }
    found
}

/// Paths of findings that are of the page or of names rather than of a property.
const NO_PROPERTIES: &[&str] = &["", "data", "@context"];

/// How many values of an item are shown.
const MAX_EXCERPTS: usize = 3;

/// How deep a document is searched.
const MAX_DEPTH: usize = 6;

/// What an opportunity is part of: its values are looked for there too, level by level.
const LAYERS: &[&str] = &["superEvent", "instanceOfCourse", "facilityUse", "aggregateFacilityUse"];

/// Other names of properties, with the one that findings use.
const ALIASES: &[(&str, &str)] = &[
    ("isFree", "isAccessibleForFree"),
    ("offer", "offers"),
    ("organiser", "organizer"),
    ("provider", "organizer"),
];

/// Tells whether a name and its value have the shape that a finding is about.
type Shape = fn(&str, &Value) -> bool;

/// Returns the shape that a code is about. Such findings name the innermost property alone, so they are
/// looked for everywhere; others name the whole path from the opportunity.
fn shape_of(code: Code) -> Option<Shape> {
    SHAPES.iter().find(|(known, _)| *known == code).map(|(_, shape)| *shape)
}

const SHAPES: &[(Code, Shape)] = &[
    (Code::KeywordUnprefixed, |name, _| !name.starts_with('@')),
    (Code::TextForObject, |_, value| is_text(value)),
    (Code::SingleForList, |_, value| !value.is_array()),
    (Code::NumberInText, |_, value| value.is_string()),
    (Code::ValueEmpty, |_, value| plain::is_blank(value)),
];

fn is_text(value: &Value) -> bool {
    value.is_string() || value.as_array().is_some_and(|list| list.iter().any(Value::is_string))
}

/// Returns the values at a path, from the level of the document that is nearest to its root.
fn nearest<'a>(
    document: &'a Value,
    path: &[&str],
    shape: Option<Shape>,
) -> Vec<(&'a str, &'a Value)> {
    let mut level = vec![document];
    for _ in 0..MAX_DEPTH {
        let mut found = Vec::new();
        for place in &level {
            at(place, path, &mut found);
        }
        found.retain(|(name, value)| shape.is_none_or(|has_shape| has_shape(name, value)));
        if !found.is_empty() {
            return found;
        }
        let is_searched = |name: &str| match shape {
            Some(_) => plain::is_listed(name) || LAYERS.contains(&plain::bare(name)),
            None => LAYERS.contains(&plain::bare(name)),
        };
        let members = level.into_iter().filter_map(Value::as_object).flatten();
        let inner = members.filter(|(name, _)| is_searched(name)).map(|(_, value)| value);
        level = inner.flat_map(each).collect();
    }
    Vec::new()
}

/// Gathers the values at a path with the names they stand under.
fn at<'a>(place: &'a Value, path: &[&str], found: &mut Vec<(&'a str, &'a Value)>) {
    let Some((first, rest)) = path.split_first() else { return };
    let members = place.as_object().into_iter().flatten();
    for (name, value) in members.filter(|(name, _)| is_called(name, first)) {
        if rest.is_empty() {
            found.push((name, value));
        } else {
            for inner in each(value) {
                at(inner, rest, found);
            }
        }
    }
}

/// Tells whether a name is that of a property, or another that publishers give it.
fn is_called(name: &str, property: &str) -> bool {
    let (name, property) = (plain::bare(name), plain::bare(property));
    name == property || ALIASES.contains(&(name, property))
}

/// Returns the elements of a list, or the value itself.
fn each(value: &Value) -> &[Value] {
    value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice)
}

fn excerpt(name: &str, value: &Value) -> Excerpt {
    match (plain::written(name, value), value) {
        (Some(json), _) => Excerpt::Written(format!("\"{name}\": {json}")),
        (None, Value::String(text)) => Excerpt::Text(text.chars().count()),
        (None, Value::Object(_)) => Excerpt::Other("an object"),
        (None, Value::Array(_)) => Excerpt::Other("a list"),
        (None, Value::Number(_)) => Excerpt::Other("a number"),
        (None, _) => Excerpt::Other("true or false"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_shown_is_told_by_its_kind() {
        let finding = Finding::new(Code::UrlInvalid, "url");
        for (value, expected) in [
            (json!("Jo Smith"), Excerpt::Text(8)),
            (json!({"name": "Jo"}), Excerpt::Other("an object")),
            (json!(["Jo"]), Excerpt::Other("a list")),
            (json!(900_111), Excerpt::Other("a number")),
            (json!(true), Excerpt::Other("true or false")),
        ] {
            assert_eq!(excerpts(&finding, &[json!({"url": value})]), [expected], "{value}");
        }
    }
}
