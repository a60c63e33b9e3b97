//! `BATON__SECTION__KEY` variables, laid over what the file says.

use std::collections::BTreeMap;

use super::document::Document;
use super::document::Entry;
use super::document::Node;
use super::document::Origin;
use super::document::Value;
use super::environment::Environment;
use super::error::Place;
use super::error::Problem;

/// Sets each key that a variable names, known or not: the reader judges it like one of the file,
/// and reads numbers, switches and lists from its text. The text is taken as it is, without `${}`.
pub(super) fn overlay(document: &mut Document<'_>, env: &dyn Environment) -> Vec<Problem> {
    let mut variables = env.vars();
    variables.retain(|(name, _)| name.starts_with(PREFIX));
    variables.sort();
    let mut problems = Vec::new();
    for (name, value) in variables {
        if let Err(message) = set(document, &name, value) {
            problems.push(Problem { place: Place::Variable(name), message });
        }
    }
    problems
}

fn set(document: &mut Document<'_>, variable: &str, text: String) -> Result<(), String> {
    let name = variable.strip_prefix(PREFIX).unwrap_or_default().to_ascii_lowercase();
    let Some((section, key)) = name.split_once("__") else {
        return Err("names no setting; expected BATON__SECTION__KEY".to_owned());
    };
    let origin = Origin::Variable(variable.to_owned());
    let Value::Table(root) = &mut document.root.value else { return Ok(()) };
    let section_entry = root.entry(section.to_owned()).or_insert_with(|| Entry {
        key: origin.clone(),
        node: Node { origin: origin.clone(), value: Value::Table(BTreeMap::new()) },
    });
    let Value::Table(table) = &mut section_entry.node.value else {
        return Err(format!("`{section}` is not a table, so a variable cannot set a key of it"));
    };
    let node = Node { origin: origin.clone(), value: Value::Text(text) };
    table.insert(key.to_owned(), Entry { key: origin, node });
    Ok(())
}

const PREFIX: &str = "BATON__";
