//! Reading values as publishers really write them.
//!
//! A feed may hold a number where text belongs, one object where a list belongs, or a JSON document
//! inside a string. Nothing in this file ever fails because a *value* has the wrong shape: the value
//! is read as absent and the rest of the item lives on. Only broken JSON syntax is an error.
//!
//! Hand-written visitors are used instead of untagged enums because the latter buffer every value
//! and cost more than three times the time.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::Deserializer;
use serde::de;
use serde::de::DeserializeOwned;
use serde::de::IgnoredAny;
use serde::de::MapAccess;
use serde::de::SeqAccess;
use serde::de::Visitor;

use super::oddity;
use super::oddity::Oddity;

/// Tells whether a leniently read value holds nothing, so that an alias or a parent may fill it.
pub trait Absent {
    /// The standard has just one of these where this gateway would take several.
    const STANDS_ALONE: bool = false;

    /// Returns true when the publisher gave no usable value.
    fn is_absent(&self) -> bool;
}

/// Text, also when published as a number or a boolean; blank text, `-`, `null`, `None` and `undefined` are absent.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(String);

impl Text {
    /// Returns the trimmed text, or nothing when it is absent.
    pub fn get(&self) -> Option<&str> {
        (!self.0.is_empty()).then_some(self.0.as_str())
    }

    /// Returns the text, empty when absent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Text {
    fn from(value: &str) -> Self {
        let trimmed = value.trim();
        if matches!(trimmed, "-" | "null" | "None" | "undefined") {
            return Self::default();
        }
        Self(trimmed.to_owned())
    }
}

impl Absent for Text {
    fn is_absent(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor).map(|tagged| tagged.text)
    }
}

/// Text, and whether it is said to be in another language than English.
#[derive(Default)]
struct Tagged {
    text: Text,
    is_foreign: bool,
}

impl From<Text> for Tagged {
    fn from(text: Text) -> Self {
        Self { text, is_foreign: false }
    }
}

impl<'de> Deserialize<'de> for Tagged {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Tagged;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text")
    }

    fn visit_str<E: de::Error>(self, v: &str) -> Result<Tagged, E> {
        let text = Text::from(v);
        if text.is_absent() {
            oddity::note(Oddity::ValueEmpty);
        }
        Ok(text.into())
    }

    fn visit_bool<E: de::Error>(self, v: bool) -> Result<Tagged, E> {
        Ok(Text(v.to_string()).into())
    }

    fn visit_i64<E: de::Error>(self, v: i64) -> Result<Tagged, E> {
        Ok(Text(v.to_string()).into())
    }

    fn visit_u64<E: de::Error>(self, v: u64) -> Result<Tagged, E> {
        Ok(Text(v.to_string()).into())
    }

    fn visit_f64<E: de::Error>(self, v: f64) -> Result<Tagged, E> {
        Ok(Text(v.to_string()).into())
    }

    fn visit_unit<E: de::Error>(self) -> Result<Tagged, E> {
        Ok(empty())
    }

    /// The first of a list, unless another is said to be the English for it.
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tagged, A::Error> {
        let mut found = Tagged::default();
        while found.text.is_absent() || found.is_foreign {
            match seq.next_element::<Tagged>()? {
                Some(next)
                    if found.text.is_absent() || !(next.text.is_absent() || next.is_foreign) =>
                {
                    found = next;
                }
                Some(_) => {}
                None => return Ok(found),
            }
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(found)
    }

    /// JSON-LD value objects, concepts and language maps given where text belongs; of languages English comes
    /// first.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tagged, A::Error> {
        let mut found = Text::default();
        let mut by_language: [Text; LANGUAGES.len()] = Default::default();
        let mut is_foreign = false;
        while let Some(key) = map.next_key::<Text>()? {
            match key.as_str() {
                "@value" | "value" | "prefLabel" | "name" | "url" | "@id" if found.is_absent() => {
                    found = map.next_value()?;
                }
                "@language" => {
                    let tag = map.next_value::<Text>()?;
                    is_foreign = !tag.is_absent() && language_of(tag.as_str()) != Some(0);
                }
                key => match language_of(key).filter(|&at| by_language[at].is_absent()) {
                    Some(at) => by_language[at] = map.next_value()?,
                    None => _ = map.next_value::<IgnoredAny>()?,
                },
            }
        }
        let mut texts = [found].into_iter().chain(by_language).enumerate();
        let (at, text) = texts.find(|(_, text)| !text.is_absent()).unwrap_or_default();
        // The text without a language comes before English.
        Ok(Tagged { text, is_foreign: if at == 0 { is_foreign } else { at > 1 } })
    }
}

/// Languages a text is looked for in, best first.
const LANGUAGES: [&str; 4] = ["en", "cy", "ga", "gd"];

/// Tells whether a name is the tag of one of them, maybe with a country.
pub(super) fn is_language(name: &str) -> bool {
    name.len() <= "en-GB".len() && language_of(name).is_some()
}

/// Returns the place of a language among those, whatever region is behind it: `en-GB`.
fn language_of(tag: &str) -> Option<usize> {
    let language = tag.split(['-', '_']).next().unwrap_or_default();
    LANGUAGES.iter().position(|known| known.eq_ignore_ascii_case(language))
}

/// Text of which the standard has one and some publish a list: a line for each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lines(pub Text);

impl Lines {
    /// Returns all lines as one text, empty when absent.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Returns each line.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.as_str().lines()
    }
}

impl Absent for Lines {
    fn is_absent(&self) -> bool {
        self.0.is_absent()
    }
}

impl<'de> Deserialize<'de> for Lines {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Many(mut lines) = Many::<Line>::deserialize(deserializer)?;
        if lines.len() < 2 {
            return Ok(Self(lines.pop().unwrap_or_default().0));
        }
        let lines: Vec<&str> = lines.iter().map(|line| line.0.as_str()).collect();
        Ok(Self(Text(lines.join("\n"))))
    }
}

/// One of [`Lines`].
#[derive(Default)]
struct Line(Text);

impl Absent for Line {
    const STANDS_ALONE: bool = true;

    fn is_absent(&self) -> bool {
        self.0.is_absent()
    }
}

impl<'de> Deserialize<'de> for Line {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Text::deserialize(deserializer).map(Self)
    }
}

/// A boolean, also when published as text (`"true"`, `"False"`, `"yes"`, `"0"`) or a number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flag(pub Option<bool>);

impl Flag {
    /// Returns true only when the publisher said so.
    pub fn is_true(self) -> bool {
        self.0 == Some(true)
    }
}

impl Absent for Flag {
    fn is_absent(&self) -> bool {
        self.0.is_none()
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(deserializer)?;
        Ok(Self(match text.as_str().to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" | "https://schema.org/true" => Some(true),
            "false" | "no" | "0" | "https://schema.org/false" => Some(false),
            _ => None,
        }))
    }
}

/// A finite number, also when published as text that is a number.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Number(pub Option<f64>);

impl Absent for Number {
    fn is_absent(&self) -> bool {
        self.0.is_none()
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

struct NumberVisitor;

impl Number {
    fn of_text(text: &Text) -> Self {
        let number = text.as_str().parse::<f64>().ok().filter(|n| n.is_finite());
        if number.is_some() {
            oddity::note(Oddity::NumberInText);
        }
        Self(number)
    }
}

impl<'de> Visitor<'de> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_str<E: de::Error>(self, v: &str) -> Result<Number, E> {
        TextVisitor.visit_str(v).map(|tagged| Number::of_text(&tagged.text))
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Number, E> {
        Ok(Number::default())
    }

    #[expect(clippy::cast_precision_loss, reason = "no number of the standard needs more digits")]
    fn visit_i64<E: de::Error>(self, v: i64) -> Result<Number, E> {
        Ok(Number(Some(v as f64)))
    }

    #[expect(clippy::cast_precision_loss, reason = "no number of the standard needs more digits")]
    fn visit_u64<E: de::Error>(self, v: u64) -> Result<Number, E> {
        Ok(Number(Some(v as f64)))
    }

    fn visit_f64<E: de::Error>(self, v: f64) -> Result<Number, E> {
        Ok(Number(Some(v).filter(|n| n.is_finite())))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Number, E> {
        Ok(empty())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Number, A::Error> {
        first_present(seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Number, A::Error> {
        TextVisitor.visit_map(map).map(|tagged| Number::of_text(&tagged.text))
    }
}

/// A list, also when published as a single value or as JSON inside a string.
#[derive(Debug, Clone, PartialEq)]
pub struct Many<T>(pub Vec<T>);

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Absent for Many<T> {
    fn is_absent(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T> std::ops::Deref for Many<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<'a, T> IntoIterator for &'a Many<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<'de, T: DeserializeOwned + Absent> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ManyVisitor(PhantomData))
    }
}

struct ManyVisitor<T>(PhantomData<T>);

impl<T: DeserializeOwned + Absent> ManyVisitor<T> {
    fn one<'de, E: de::Error, D: Deserializer<'de>>(deserializer: D) -> Result<Many<T>, E> {
        if !T::STANDS_ALONE {
            oddity::note(Oddity::SingleForList);
        }
        let value = T::deserialize(deserializer).map_err(E::custom)?;
        Ok(if value.is_absent() { Many::default() } else { Many(vec![value]) })
    }
}

impl<'de, T: DeserializeOwned + Absent> Visitor<'de> for ManyVisitor<T> {
    type Value = Many<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one or many values")
    }

    fn visit_str<E: de::Error>(self, v: &str) -> Result<Many<T>, E> {
        if v.trim_start().starts_with('[') {
            let property = oddity::current();
            let all: Many<T> = read_embedded(v);
            if !all.is_absent() {
                oddity::note_at(Oddity::TextForObject, property);
                return Ok(all);
            }
        }
        Self::one(de::value::StrDeserializer::<E>::new(v))
    }

    fn visit_bool<E: de::Error>(self, v: bool) -> Result<Many<T>, E> {
        Self::one(de::value::BoolDeserializer::<E>::new(v))
    }

    fn visit_i64<E: de::Error>(self, v: i64) -> Result<Many<T>, E> {
        Self::one(de::value::I64Deserializer::<E>::new(v))
    }

    fn visit_u64<E: de::Error>(self, v: u64) -> Result<Many<T>, E> {
        Self::one(de::value::U64Deserializer::<E>::new(v))
    }

    fn visit_f64<E: de::Error>(self, v: f64) -> Result<Many<T>, E> {
        Self::one(de::value::F64Deserializer::<E>::new(v))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Many<T>, E> {
        Ok(empty())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Many<T>, A::Error> {
        let mut all = Vec::with_capacity(seq.size_hint().unwrap_or(0));
        while let Some(value) = seq.next_element::<T>()? {
            if !value.is_absent() {
                all.push(value);
            }
        }
        Ok(Many(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Many<T>, A::Error> {
        Self::one(de::value::MapAccessDeserializer::new(map))
    }
}

/// One nested object, held on the heap so that types may contain themselves.
#[derive(Debug, Clone, PartialEq)]
pub struct Nested<T>(pub Option<Box<T>>);

impl<T> Default for Nested<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Nested<T> {
    /// Returns the nested object when there is one.
    pub fn get(&self) -> Option<&T> {
        self.0.as_deref()
    }
}

impl<T> Absent for Nested<T> {
    fn is_absent(&self) -> bool {
        self.0.is_none()
    }
}

impl<'de, T: Deserialize<'de> + Absent> Deserialize<'de> for Nested<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = T::deserialize(deserializer)?;
        Ok(if value.is_absent() { Self(None) } else { Self(Some(Box::new(value))) })
    }
}

/// Reads the first usable element of a list and passes over the rest.
pub(super) fn first_present<'de, T, A>(mut seq: A) -> Result<T, A::Error>
where
    T: Deserialize<'de> + Absent + Default,
    A: SeqAccess<'de>,
{
    let mut found = T::default();
    while found.is_absent() {
        match seq.next_element::<T>()? {
            Some(value) => found = value,
            None => return Ok(found),
        }
    }
    while seq.next_element::<IgnoredAny>()?.is_some() {}
    Ok(found)
}

/// Tells whether a string is really a JSON document, if only a broken one, as some publishers send nested
/// objects. `[Active] Leisure` is a name.
pub(super) fn is_embedded_json(text: &str) -> bool {
    let text = text.trim_start();
    let of_list = text.strip_prefix('[').map(str::trim_start);
    text.starts_with('{')
        || of_list.is_some_and(|of_list| !of_list.starts_with(char::is_alphabetic))
}

/// Reads a JSON document inside a string; one inside that is not read. Each document may be as deep as
/// the reader allows, so a chain of them would have no depth that a stack holds.
pub(super) fn read_embedded<T: DeserializeOwned + Default>(text: &str) -> T {
    thread_local! {
        static IS_INSIDE: Cell<bool> = const { Cell::new(false) };
    }
    if IS_INSIDE.replace(true) {
        return T::default();
    }
    let value = serde_json::from_str(text).unwrap_or_default();
    IS_INSIDE.set(false);
    value
}

/// Returns a property name without the prefixes that JSON-LD contexts allow for OpenActive terms.
pub(super) fn unprefixed(key: &str) -> &str {
    let Some(name) = key.strip_prefix("oa:").or_else(|| key.strip_prefix("schema:")) else {
        return key;
    };
    oddity::note_at(Oddity::NamePrefixed, "@context");
    name
}

/// Reads the value of a property that is known by its first name.
pub(super) fn value_of<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    map: &mut A,
    property: &'static str,
) -> Result<T, A::Error> {
    oddity::enter(property);
    map.next_value()
}

/// Takes note of an empty value and returns it.
pub(super) fn empty<T: Default>() -> T {
    oddity::note(Oddity::ValueEmpty);
    T::default()
}

/// Takes note of a JSON-LD keyword written without its `@`.
pub(super) fn note_keyword(key: &str) {
    match key {
        "type" => oddity::note_at(Oddity::KeywordUnprefixed, "@type"),
        "id" => oddity::note_at(Oddity::KeywordUnprefixed, "@id"),
        _ => {}
    }
}

pub(crate) use super::object::lenient_object;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_reads_every_scalar_and_never_fails() {
        for (json, expected) in [
            ("\" a \"", Some("a")),
            ("12", Some("12")),
            ("1.5", Some("1.5")),
            ("true", Some("true")),
            ("null", None),
            ("\"\"", None),
            ("\"-\"", None),
            ("[\"\", \"b\", {\"x\": 1}]", Some("b")),
            ("{\"x\": [1], \"@value\": \"c\"}", Some("c")),
            (r#"{"EN": "Yoga"}"#, Some("Yoga")),
            (r#"{"cy-GB": "Ioga"}"#, Some("Ioga")),
            (r#"{"gd": "Gd", "ga": "Ga", "cy": "Ioga", "en-US": "Yoga"}"#, Some("Yoga")),
            (r#"{"gd": "Gd", "ga": "Ga", "cy": "Ioga", "en": ""}"#, Some("Ioga")),
            (
                r#"[{"@language": "cy", "@value": "Ioga"}, {"@language": "en", "@value": "Yoga"}]"#,
                Some("Yoga"),
            ),
            (r#"[{"@language": "cy", "@value": "Ioga"}, {"@value": "Yoga"}]"#, Some("Yoga")),
            (
                r#"[{"@language": "cy", "@value": "Ioga"}, {"@language": "gd", "@value": "Gd"}]"#,
                Some("Ioga"),
            ),
            (
                r#"[{"@language": "cy", "@value": "Ioga"}, {"@language": "en", "@value": ""}]"#,
                Some("Ioga"),
            ),
            (r#"[{"cy": "Ioga"}, {"en": "Yoga"}]"#, Some("Yoga")),
            (r#"[{"en": "Yoga"}, {"cy": "Ioga"}]"#, Some("Yoga")),
            (r#"[{"cy": "Ioga", "en": "Yoga"}, {"en": "Pilates"}]"#, Some("Yoga")),
            (r#"[{"cy": "Ioga"}, "Yoga"]"#, Some("Yoga")),
            (r#"["a", {"@language": "en", "@value": "Yoga"}]"#, Some("a")),
            (r#"[{"@language": null, "@value": "a"}, "b"]"#, Some("a")),
        ] {
            let text: Text = serde_json::from_str(json).unwrap();
            assert_eq!(text.get(), expected, "{json}");
        }
    }

    #[test]
    fn many_reads_one_many_and_none() {
        for (json, expected) in [
            ("\"a\"", vec!["a"]),
            ("[\"a\", null, \"b\"]", vec!["a", "b"]),
            ("null", vec![]),
            (r#""[\"a\", \"b\"]""#, vec!["a", "b"]),
            (r#""[a] and b""#, vec!["[a] and b"]),
        ] {
            let many: Many<Text> = serde_json::from_str(json).unwrap();
            assert_eq!(many.iter().map(Text::as_str).collect::<Vec<_>>(), expected, "{json}");
        }
    }

    #[test]
    fn lines_are_the_text_or_a_line_for_each_of_a_list() {
        for (json, expected) in [
            ("\"a\"", Some("a")),
            ("[\"a\", \"\", \"b\"]", Some("a\nb")),
            ("[]", None),
            ("7", Some("7")),
        ] {
            let lines: Lines = serde_json::from_str(json).unwrap();
            assert_eq!(lines.0.get(), expected, "{json}");
        }
    }

    #[test]
    fn numbers_and_flags_are_read_from_text() {
        assert_eq!(serde_json::from_str::<Number>("\"51.5\"").unwrap().0, Some(51.5));
        assert_eq!(serde_json::from_str::<Number>("\"16+\"").unwrap().0, None);
        assert_eq!(serde_json::from_str::<Flag>("\"False\"").unwrap().0, Some(false));
        assert_eq!(serde_json::from_str::<Flag>("{}").unwrap().0, None);
    }
}
