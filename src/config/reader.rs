//! From the tree to the raw structs, saying what has the wrong name or the wrong type.
//!
//! A deserializer of our own, because the one of `toml` prints values when a type is wrong, knows
//! nothing of variables and stops at the first problem.

use std::collections::btree_map;
use std::fmt;
use std::fmt::Display;
use std::iter;
use std::slice;

use serde::Deserialize as _;
use serde::Deserializer;
use serde::de;
use serde::de::DeserializeSeed;
use serde::de::Expected;
use serde::de::IntoDeserializer as _;
use serde::de::Unexpected;
use serde::de::Visitor;
use serde::de::value::SeqDeserializer;
use serde::forward_to_deserialize_any;

use super::RawConfig;
use super::document::Document;
use super::document::Entry;
use super::document::Node;
use super::document::Origin;
use super::document::Table;
use super::document::Value;
use super::error::Problem;
use super::key_path::KeyPath;
use super::suggest::nearest;

/// Reads a document, adding what is wrong to `problems`.
///
/// A value that cannot be read is taken out and reading starts over, so that the next run finds the
/// next problem: mistakes are few, and a configuration is small.
pub(super) fn read(document: &mut Document<'_>, problems: &mut Vec<Problem>) -> RawConfig {
    loop {
        let root = Reader { node: &document.root, at: KeyPath::default() };
        match RawConfig::deserialize(root) {
            Ok(raw) => return raw,
            Err(Fault { at, message }) => {
                let (at, origin) = at.unwrap_or((KeyPath::default(), Origin::File(0)));
                problems.push(Problem { place: document.place(&origin), message });
                if !document.remove(&at) {
                    return RawConfig::default();
                }
            }
        }
    }
}

/// A value to read and its name.
struct Reader<'de> {
    node: &'de Node,
    at: KeyPath,
}

impl Reader<'_> {
    /// Returns the fault of a value that is not `expected`.
    fn not(&self, expected: &str) -> Fault {
        let at = &self.at;
        // Everything a variable says is text, so that to say "not text" would not help.
        let found = match (&self.node.origin, &self.node.value) {
            (Origin::Variable(_), Value::Text(_)) => String::new(),
            (_, value) => format!(", not {}", kind(value)),
        };
        self.fault(format!("`{at}` must be {expected}{found}"))
    }

    fn fault(&self, message: String) -> Fault {
        Fault { at: Some((self.at.clone(), self.node.origin.clone())), message }
    }

    /// Returns the text that a variable gave, trimmed; numbers and switches are read from it.
    fn variable_text(&self) -> Option<&str> {
        match (&self.node.origin, &self.node.value) {
            (Origin::Variable(_), Value::Text(text)) => Some(text.trim()),
            _ => None,
        }
    }

    /// Returns the fault of the first key that is not one of `known`.
    fn unknown_key(&self, table: &Table, known: &[&'static str]) -> Option<Fault> {
        let (key, entry) = table.iter().find(|(key, _)| !known.contains(&key.as_str()))?;
        let at = self.at.key(key);
        let hint = match nearest(key, known.iter().copied()) {
            Some(meant) => format!("; did you mean `{meant}`?"),
            None => format!("; known here: {}", known.join(", ")),
        };
        let message = format!("unknown key `{at}`{hint}");
        Some(Fault { at: Some((at, entry.key.clone())), message })
    }
}

/// Returns what a value is, never what it says.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Text(_) => "text",
        Value::Whole(_) => "a whole number",
        Value::Decimal(_) => "a decimal number",
        Value::Switch(_) => "true or false",
        Value::Moment => "a date or time",
        Value::List(_) => "a list",
        Value::Table(_) => "a table",
    }
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.node.value {
            Value::Text(_) => self.deserialize_str(visitor),
            Value::Whole(_) => self.deserialize_i64(visitor),
            Value::Decimal(_) => self.deserialize_f64(visitor),
            Value::Switch(_) => self.deserialize_bool(visitor),
            Value::List(_) => self.deserialize_seq(visitor),
            Value::Table(_) => self.deserialize_map(visitor),
            Value::Moment => Err(self.not("something else")),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let from_text = || self.variable_text()?.parse().ok();
        let switch =
            if let Value::Switch(switch) = self.node.value { Some(switch) } else { from_text() };
        visitor.visit_bool(switch.ok_or_else(|| self.not("true or false"))?)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let from_text = || self.variable_text()?.parse().ok();
        let whole =
            if let Value::Whole(whole) = self.node.value { Some(whole) } else { from_text() };
        visitor.visit_i64(whole.ok_or_else(|| self.not("a whole number"))?)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let from_text = || self.variable_text()?.parse().ok();
        match self.node.value {
            Value::Decimal(decimal) => visitor.visit_f64(decimal),
            Value::Whole(whole) => visitor.visit_i64(whole),
            _ => visitor.visit_f64(from_text().ok_or_else(|| self.not("a number"))?),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.node.value {
            Value::Text(text) => visitor.visit_borrowed_str(text),
            _ => Err(self.not("text")),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_some(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if let Some(text) = self.variable_text() {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            return visitor.visit_seq(SeqDeserializer::new(parts));
        }
        match &self.node.value {
            Value::List(list) => {
                visitor.visit_seq(Elements { rest: list.iter().enumerate(), at: self.at })
            }
            _ => Err(self.not("a list")),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.node.value {
            Value::Table(table) => {
                visitor.visit_map(Entries { rest: table.iter(), value: None, at: self.at })
            }
            _ => Err(self.not("a table")),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        if let Value::Table(table) = &self.node.value
            && let Some(fault) = self.unknown_key(table, fields)
        {
            return Err(fault);
        }
        self.deserialize_map(visitor)
    }

    /// A word out of a few.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let one_of = || self.not(&format!("one of {}", variants.join(", ")));
        match &self.node.value {
            Value::Text(word) if variants.contains(&word.as_str()) => {
                visitor.visit_enum(word.as_str().into_deserializer())
            }
            _ => Err(one_of()),
        }
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u32 u64 u128 f32 char bytes byte_buf unit unit_struct newtype_struct
        tuple tuple_struct identifier ignored_any
    }
}

/// The elements of a list still to be read.
struct Elements<'de> {
    rest: iter::Enumerate<slice::Iter<'de, Node>>,
    at: KeyPath,
}

impl<'de> de::SeqAccess<'de> for Elements<'de> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Fault> {
        let Some((index, node)) = self.rest.next() else { return Ok(None) };
        seed.deserialize(Reader { node, at: self.at.index(index) }).map(Some)
    }
}

/// The entries of a table still to be read.
struct Entries<'de> {
    rest: btree_map::Iter<'de, String, Entry>,
    value: Option<Reader<'de>>,
    at: KeyPath,
}

impl<'de> de::MapAccess<'de> for Entries<'de> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        let Some((key, entry)) = self.rest.next() else { return Ok(None) };
        self.value = Some(Reader { node: &entry.node, at: self.at.key(key) });
        seed.deserialize(key.as_str().into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let Some(reader) = self.value.take() else {
            return Err(de::Error::custom("a value was read before its key"));
        };
        let (at, origin) = (reader.at.clone(), reader.node.origin.clone());
        seed.deserialize(reader).map_err(|fault| fault.with_place(at, origin))
    }
}

/// Why a value could not be read.
#[derive(Debug)]
struct Fault {
    /// The name of the value and where it was said; absent until a table around it tells.
    at: Option<(KeyPath, Origin)>,
    message: String,
}

impl Fault {
    /// Returns the fault with its place and name, if it had none yet.
    fn with_place(self, at: KeyPath, origin: Origin) -> Self {
        if self.at.is_some() {
            return self;
        }
        let message = format!("`{at}` {}", self.message);
        Self { at: Some((at, origin)), message }
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: Display>(message: T) -> Self {
        Self { at: None, message: message.to_string() }
    }

    /// Does not print what was found, as the provided method would.
    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("must be {expected}"))
    }

    /// Does not print what was found, as the provided method would.
    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("must be {expected}"))
    }
}
