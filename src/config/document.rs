//! A parsed TOML file that remembers where each key and value was said.

use std::borrow::Cow;
use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::DeInteger;
use toml::de::DeTable;
use toml::de::DeValue;

use super::error::Place;
use super::error::Problem;
use super::key_path::KeyPath;
use super::key_path::Step;

/// A configuration in the making. Has no `Debug`: it holds secrets.
pub(super) struct Document<'t> {
    /// The file as read, to tell lines and columns.
    text: &'t str,
    /// What it says.
    pub(super) root: Node,
}

/// A value and where it was said.
pub(super) struct Node {
    pub(super) origin: Origin,
    pub(super) value: Value,
}

/// What a value is.
pub(super) enum Value {
    Text(String),
    Whole(i64),
    Decimal(f64),
    Switch(bool),
    /// A date or time; nothing in a configuration is one.
    Moment,
    List(Vec<Node>),
    Table(Table),
}

/// The entries of a table.
pub(super) type Table = BTreeMap<String, Entry>;

/// A value and where its key was said.
pub(super) struct Entry {
    pub(super) key: Origin,
    pub(super) node: Node,
}

/// Where something was said.
#[derive(Debug, Clone)]
pub(super) enum Origin {
    /// At this byte of the file.
    File(usize),
    /// In this environment variable.
    Variable(String),
}

impl<'t> Document<'t> {
    /// Parses TOML.
    ///
    /// # Errors
    /// When the text is not TOML. Only the parser's own words are passed on: its error carries the
    /// text along and prints the line, which can hold a secret.
    pub(super) fn parse(text: &'t str) -> Result<Self, Problem> {
        match DeTable::parse(text) {
            Ok(table) => Ok(Self { text, root: table_node(table) }),
            Err(error) => {
                let offset = error.span().map_or(0, |span| span.start);
                let message = format!("not TOML: {}", error.message());
                Err(Problem { place: place_in(text, offset), message })
            }
        }
    }

    /// Returns the place of a value, or of the nearest table or list around it that was said.
    pub(super) fn locate(&self, path: &KeyPath) -> Place {
        let mut node = &self.root;
        for step in path.steps() {
            let next = match (step, &node.value) {
                (Step::Key(key), Value::Table(table)) => table.get(key).map(|entry| &entry.node),
                (Step::Index(index), Value::List(list)) => list.get(*index),
                _ => None,
            };
            let Some(next) = next else { break };
            node = next;
        }
        self.place(&node.origin)
    }

    /// Returns the place of an origin.
    pub(super) fn place(&self, origin: &Origin) -> Place {
        match origin {
            Origin::File(offset) => place_in(self.text, *offset),
            Origin::Variable(name) => Place::Variable(name.clone()),
        }
    }

    /// Takes out the last key on the way to `path` with all that is under it, and says whether there
    /// was one.
    ///
    /// Elements of lists stay where they are, so that the numbers of the others do not change.
    pub(super) fn remove(&mut self, path: &KeyPath) -> bool {
        let steps = path.steps();
        let Some(position) = steps.iter().rposition(|step| matches!(step, Step::Key(_))) else {
            return false;
        };
        let (way, rest) = steps.split_at(position);
        let mut node = &mut self.root;
        for step in way {
            let next = match (step, &mut node.value) {
                (Step::Key(key), Value::Table(table)) => {
                    table.get_mut(key).map(|entry| &mut entry.node)
                }
                (Step::Index(index), Value::List(list)) => list.get_mut(*index),
                _ => None,
            };
            let Some(next) = next else { return false };
            node = next;
        }
        match (rest.first(), &mut node.value) {
            (Some(Step::Key(key)), Value::Table(table)) => table.remove(key).is_some(),
            _ => false,
        }
    }
}

fn table_node(table: Spanned<DeTable<'_>>) -> Node {
    let origin = Origin::File(table.span().start);
    Node { origin, value: Value::Table(entries(table.into_inner())) }
}

fn entries(table: DeTable<'_>) -> Table {
    let entry = |(key, value): (Spanned<_>, Spanned<DeValue<'_>>)| {
        let origin = Origin::File(key.span().start);
        let name: Cow<'_, str> = key.into_inner();
        (name.into_owned(), Entry { key: origin, node: value_node(value) })
    };
    table.into_iter().map(entry).collect()
}

fn value_node(value: Spanned<DeValue<'_>>) -> Node {
    let origin = Origin::File(value.span().start);
    let value = match value.into_inner() {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(number) => Value::Whole(whole(&number)),
        DeValue::Float(number) => Value::Decimal(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(switch) => Value::Switch(switch),
        DeValue::Datetime(_) => Value::Moment,
        DeValue::Array(list) => Value::List(list.into_iter().map(value_node).collect()),
        DeValue::Table(table) => Value::Table(entries(table)),
    };
    Node { origin, value }
}

/// Returns the number, or the outermost one on its side where it has more than 64 bits: no setting
/// allows either, so that the check of its bounds says what is wrong.
fn whole(number: &DeInteger<'_>) -> i64 {
    let outermost = if number.as_str().starts_with('-') { i64::MIN } else { i64::MAX };
    i64::from_str_radix(number.as_str(), number.radix()).unwrap_or(outermost)
}

fn place_in(text: &str, offset: usize) -> Place {
    let before = text.get(..text.floor_char_boundary(offset)).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
    Place::File { line: before.matches('\n').count() + 1, column }
}
