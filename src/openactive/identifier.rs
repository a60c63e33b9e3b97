//! Identifiers of OpenActive objects: `@id`, and the many shapes of `identifier`.
//!
//! Specification: <https://openactive.io/modelling-opportunity-data/#identifying-resources>.

use std::fmt;

use serde::Deserialize;
use serde::Deserializer;
use serde::de;
use serde::de::MapAccess;
use serde::de::SeqAccess;
use serde::de::Visitor;

use super::lenient::Absent;
use super::lenient::Text;
use super::lenient::lenient_object;

lenient_object! {
    /// A [`PropertyValue`](https://schema.org/PropertyValue): an identifier that names its scheme.
    pub struct PropertyValue {
        /// What the scheme is called.
        name: Text = "name",
        /// The scheme, a URL or a word.
        property_id: Text = "propertyID" | "propertyId",
        /// The identifier itself.
        value: Text = "value" | "@value",
    }
    text => value allowed
}

/// The `identifier` of an object: text, an integer, or identifiers that name their scheme.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Identifier {
    /// No identifier was given.
    #[default]
    None,
    /// A local identifier.
    Text(Text),
    /// A local identifier published as a number.
    Integer(i64),
    /// Identifiers within named schemes.
    Values(Vec<PropertyValue>),
}

impl Identifier {
    /// Returns the local identifier as text; for identifiers of named schemes, the first value.
    pub fn local(&self) -> Option<String> {
        match self {
            Self::None => None,
            Self::Text(text) => text.get().map(str::to_owned),
            Self::Integer(number) => Some(number.to_string()),
            Self::Values(values) => values.iter().find_map(|v| v.value.get()).map(str::to_owned),
        }
    }

    /// Returns the identifiers that name their scheme.
    pub fn values(&self) -> &[PropertyValue] {
        match self {
            Self::Values(values) => values,
            _ => &[],
        }
    }
}

impl Absent for Identifier {
    fn is_absent(&self) -> bool {
        match self {
            Self::None => true,
            Self::Text(text) => text.is_absent(),
            Self::Integer(_) => false,
            Self::Values(values) => values.is_empty(),
        }
    }
}

impl<'de> Deserialize<'de> for Identifier {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(IdentifierVisitor)
    }
}

struct IdentifierVisitor;

impl<'de> Visitor<'de> for IdentifierVisitor {
    type Value = Identifier;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an identifier")
    }

    fn visit_str<E: de::Error>(self, v: &str) -> Result<Identifier, E> {
        Ok(Identifier::Text(Text::from(v)))
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Identifier, E> {
        Ok(Identifier::None)
    }

    fn visit_i64<E: de::Error>(self, v: i64) -> Result<Identifier, E> {
        Ok(Identifier::Integer(v))
    }

    fn visit_u64<E: de::Error>(self, v: u64) -> Result<Identifier, E> {
        Ok(i64::try_from(v)
            .map_or_else(|_| Identifier::Text(Text::from(&*v.to_string())), Identifier::Integer))
    }

    fn visit_f64<E: de::Error>(self, v: f64) -> Result<Identifier, E> {
        Ok(Identifier::Text(Text::from(&*v.to_string())))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Identifier, E> {
        Ok(Identifier::None)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Identifier, A::Error> {
        let mut values = Vec::new();
        while let Some(one) = seq.next_element::<Identifier>()? {
            match one {
                Identifier::Values(more) => values.extend(more),
                other => values.extend(other.local().map(|local| PropertyValue {
                    value: local.as_str().into(),
                    ..PropertyValue::default()
                })),
            }
        }
        Ok(Identifier::Values(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Identifier, A::Error> {
        let value = PropertyValue::deserialize(de::value::MapAccessDeserializer::new(map))?;
        Ok(Identifier::Values(if value.is_absent() { Vec::new() } else { vec![value] }))
    }
}

/// Within what a URI identifies a thing: everywhere, or among the things of one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope<'a> {
    /// The publisher's slug.
    pub source_key: &'a str,
    /// Whether its URIs are the same thing wherever they stand.
    pub trusts_uris: bool,
}

impl<'a> From<&'a str> for Scope<'a> {
    /// Makes the scope of a source whose URIs are trusted.
    fn from(source_key: &'a str) -> Self {
        Self { source_key, trusts_uris: true }
    }
}

impl Scope<'_> {
    /// Returns the key of the thing with this URI; nothing when it is no URI.
    pub fn key_of_uri(self, uri: &str) -> Option<String> {
        let uri = canonical_uri(uri)?;
        Some(if self.trusts_uris { uri } else { format!("{}\n{uri}", self.source_key) })
    }
}

/// Returns the canonical form of an absolute http(s) URI that identifies an object, or nothing.
///
/// Trimmed, scheme `https`, host in lower case, without a user name or a password, the rest untouched: so
/// that an object keeps its identity when a publisher moves to https or writes its host differently, and
/// nothing secret becomes part of a key.
pub fn canonical_uri(uri: &str) -> Option<String> {
    let uri = uri.trim();
    let (scheme, rest) = uri.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return None;
    }
    let host_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(host_end);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if host.is_empty() {
        return None;
    }
    let host = if host.is_ascii() { host.to_ascii_lowercase() } else { host.to_lowercase() };
    Some(["https://", &host, path].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_uri_changes_only_scheme_and_host() {
        assert_eq!(
            canonical_uri(" HTTP://Data.Example.org/Api/1#A ").as_deref(),
            Some("https://data.example.org/Api/1#A")
        );
        assert_eq!(canonical_uri("https://me:secret@x.org/1").as_deref(), Some("https://x.org/1"));
        assert_eq!(canonical_uri("https://x.org/me@1").as_deref(), Some("https://x.org/me@1"));
        assert_eq!(canonical_uri("urn:x:1"), None);
        assert_eq!(canonical_uri("https:///x"), None);
    }

    #[test]
    fn identifier_keeps_the_shape_it_came_in() {
        let read = |json: &str| serde_json::from_str::<Identifier>(json).unwrap();
        assert_eq!(read("77"), Identifier::Integer(77));
        assert_eq!(read("\"77\""), Identifier::Text(Text::from("77")));
        assert!(read("null").is_absent());
        assert_eq!(read("[{\"value\": \"x\"}]").local().as_deref(), Some("x"));
        assert_eq!(read("[12, \"x\"]").local().as_deref(), Some("12"));
        assert_eq!(read("[\"x\", 12]").values().len(), 2);
    }
}
