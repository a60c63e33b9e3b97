//! What an explanation says.

use serde::Serialize;
use serde_json::Value;

use crate::oruk::Id;
use crate::quality::Finding;

/// Something a field depends on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Origin {
    /// `item`, `parent`, `member` or `occurrence` of what was published; `feed` for its page,
    /// `publisher` for settings, `rules` for options, lists, texts, crosswalks and vocabularies, `clock` for the time.
    pub from: &'static str,
    /// The type of the item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    /// The feed of the item, without anything secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feed: Option<String>,
    /// The property or the name of the setting.
    pub path: String,
}

/// A field and what it depends on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExplainedField {
    /// Its path in the service.
    pub field: String,
    /// What is published.
    pub value: Value,
    /// What it depends on.
    pub sources: Vec<Origin>,
    /// The rule, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<&'static str>,
    /// Where the standard describes the field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub specification: Option<String>,
    /// What was found at the properties it comes from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<ExplainedFinding>,
}

/// A finding, in words.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExplainedFinding {
    /// Its code.
    pub code: &'static str,
    /// The property.
    pub path: String,
    /// What it means.
    pub title: &'static str,
}

/// A series that was folded into one service with others.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FoldedSeries {
    /// The id its own service would have; its address leads to the one service.
    pub id: Id,
    /// Its name, as its own service would have it.
    pub name: String,
    /// Whether it is the one that is explained.
    pub is_explained: bool,
}

/// A service and where its fields come from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// The service as published.
    pub service: Value,
    /// Its fields.
    pub fields: Vec<ExplainedField>,
    /// What was published and has no hand in any field.
    pub unused: Vec<Origin>,
    /// Everything that was found.
    pub findings: Vec<ExplainedFinding>,
    /// The series that the service was folded of, where it was: the first is explained.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub series: Vec<FoldedSeries>,
    /// Whether everything was tried; an item of thousands of properties takes too long.
    pub is_complete: bool,
}

/// Returns every text, number and boolean with its path, named as [`super::differences`] names them.
pub(super) fn flatten<'a>(path: &str, value: &'a Value, found: &mut Vec<(String, &'a Value)>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let inner = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                flatten(&inner, member, found);
            }
        }
        Value::Array(elements) => {
            for (at, element) in elements.iter().enumerate() {
                flatten(&format!("{path}[{at}]"), element, found);
            }
        }
        leaf => found.push((path.to_owned(), leaf)),
    }
}

/// Tells whether a finding is at a property, in it, or around it.
pub(super) fn touches(origin: &Origin, finding: &str) -> bool {
    if matches!(origin.from, "feed" | "publisher" | "rules" | "clock") {
        return false;
    }
    let path = without_places(&origin.path);
    let is_in = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    is_in(&path, finding) || is_in(finding, &path)
}

/// Returns a path without the places in lists.
fn without_places(path: &str) -> String {
    let mut is_inside = false;
    let outside = |c: &char| {
        is_inside = *c == '[' || (is_inside && *c != ']');
        !is_inside && *c != ']'
    };
    path.chars().filter(outside).collect()
}

pub(super) fn in_words(finding: &Finding) -> ExplainedFinding {
    ExplainedFinding {
        code: finding.code.as_str(),
        path: finding.path.clone(),
        title: finding.code.title(),
    }
}
