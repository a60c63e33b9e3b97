//! The leaves of a JSON text, each with its path and its place in the text.
//!
//! Places, because a text that is read and written again is another one: properties that stand twice, or
//! under two names, are told apart by their order.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::Deserializer;
use serde::de::MapAccess;
use serde::de::Visitor;
use serde_json::value::RawValue;

use crate::openactive::is_property;

/// A text, number or boolean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leaf {
    /// Names and places in lists, as `offers[0].price`.
    pub(super) path: String,
    /// Where it stands, in bytes.
    pub(super) span: Range<usize>,
}

impl Leaf {
    /// Returns the text without the leaf.
    pub(super) fn removed_from(&self, text: &str) -> String {
        self.replaced(text, "null")
    }

    /// Returns the text with another value for the leaf, of the same kind.
    pub(super) fn altered_in(&self, text: &str) -> String {
        let value = text.get(self.span.clone()).unwrap_or_default();
        let other = match value {
            "true" => "false".to_owned(),
            "false" => "true".to_owned(),
            // What is no value of a list gives way to the default, which these often are.
            r#""GB""# => r#""FR""#.to_owned(),
            r#""GBP""# => r#""EUR""#.to_owned(),
            r#""Europe/London""# => r#""Europe/Paris""#.to_owned(),
            _ => match (value.strip_suffix('"'), value.strip_prefix('-')) {
                (Some(words), _) => format!("{words}~\""),
                (None, Some(negated)) => negated.to_owned(),
                (None, None) => format!("1{value}"),
            },
        };
        self.replaced(text, &other)
    }

    fn replaced(&self, text: &str, value: &str) -> String {
        let before = text.get(..self.span.start).unwrap_or_default();
        let after = text.get(self.span.end..).unwrap_or_default();
        [before, value, after].concat()
    }
}

/// Returns the leaves of a JSON text in their order, at most `limit`; `null` is none.
pub(super) fn leaves(text: &str, limit: usize) -> Vec<Leaf> {
    let mut found = Vec::new();
    if let Ok(root) = serde_json::from_str::<&RawValue>(text) {
        collect(text, root, String::new(), limit, &mut found);
    }
    found
}

fn collect(text: &str, value: &RawValue, path: String, limit: usize, found: &mut Vec<Leaf>) {
    if found.len() >= limit {
        return;
    }
    let raw = value.get();
    match raw.as_bytes().first() {
        Some(b'{') => {
            let members = serde_json::from_str::<Members<'_>>(raw).unwrap_or_default();
            for (name, member) in members.0 {
                let name = shown(&name);
                let inner = if path.is_empty() { name.into() } else { format!("{path}.{name}") };
                collect(text, member, inner, limit, found);
            }
        }
        Some(b'[') => {
            let elements = serde_json::from_str::<Vec<&RawValue>>(raw).unwrap_or_default();
            for (at, element) in elements.into_iter().enumerate() {
                collect(text, element, format!("{path}[{at}]"), limit, found);
            }
        }
        Some(b'n') | None => {}
        Some(_) => {
            // Both are parts of one text.
            let start = raw.as_ptr().addr().saturating_sub(text.as_ptr().addr());
            found.push(Leaf { path, span: start..start + raw.len() });
        }
    }
}

/// What is no name of a property of the standard may be anything, a person's name or address too.
fn shown(name: &str) -> &str {
    if is_property(name) { name } else { "*" }
}

/// The members of an object in their order.
#[derive(Default)]
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;

        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(MembersVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_are_taken_out_and_altered_where_they_stand() {
        let text = r#"{"name":[1,{"url":"x"}],"name":null,"@id":true,"jo@x.org":"y"}"#;
        let found = leaves(text, 9);
        let paths: Vec<_> = found.iter().map(|leaf| leaf.path.as_str()).collect();
        assert_eq!(paths, ["name[0]", "name[1].url", "@id", "*"]);
        let removed: Vec<_> = found.iter().map(|leaf| leaf.removed_from(text)).collect();
        assert_eq!(
            removed[1],
            r#"{"name":[1,{"url":null}],"name":null,"@id":true,"jo@x.org":"y"}"#
        );
        assert_eq!(found[0].altered_in(text), text.replace("[1,", "[11,"));
        assert_eq!(found[1].altered_in(text), text.replace("\"x\"", "\"x~\""));
        assert_eq!(found[2].altered_in(text), text.replace("true", "false"));
        let quoted = r#"["a\"",-5]"#;
        let found = leaves(quoted, 9);
        assert_eq!(found[0].altered_in(quoted), r#"["a\"~",-5]"#);
        assert_eq!(found[1].altered_in(quoted), r#"["a\"",5]"#);
        let listed = r#"["GB","GBP","Europe/London"]"#;
        let found = leaves(listed, 9);
        for (leaf, (value, other)) in
            found.iter().zip([("GB\"", "FR\""), ("GBP", "EUR"), ("London", "Paris")])
        {
            assert_eq!(leaf.altered_in(listed), listed.replace(value, other));
        }
        assert_eq!(leaves(text, 2).len(), 2);
        assert!(leaves("{", 9).is_empty());
    }

    #[test]
    fn names_of_people_are_no_names_of_properties() {
        let text =
            r#"{"attendee":{"JaneSmith":{"age":44}},"x:attendees":[{"JaneSmith-1970":true}]}"#;
        let paths: Vec<_> = leaves(text, 9).into_iter().map(|leaf| leaf.path).collect();
        assert_eq!(paths, ["*.*.*", "*[0].*"]);
        let text =
            r#"{"name":{"en":"Yoga","Ian":"x"},"level":[{"@language":"cy","@value":"Ioga"}]}"#;
        let paths: Vec<_> = leaves(text, 9).into_iter().map(|leaf| leaf.path).collect();
        assert_eq!(paths, ["name.en", "name.*", "level[0].@language", "level[0].@value"]);
    }
}
