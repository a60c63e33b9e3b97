//! `${VAR}` in the strings of the file, replaced from the environment.

use super::document::Document;
use super::document::Node;
use super::document::Origin;
use super::document::Value;
use super::environment::Environment;
use super::error::Problem;
use super::key_path::KeyPath;

/// Replaces variables in every string that the file says; keys are left alone.
pub(super) fn interpolate(document: &mut Document<'_>, env: &dyn Environment) -> Vec<Problem> {
    let mut faults = Vec::new();
    walk(&mut document.root, &KeyPath::default(), env, &mut faults);
    let faults = faults.into_iter();
    faults.map(|(at, message)| Problem { place: document.locate(&at), message }).collect()
}

fn walk(node: &mut Node, at: &KeyPath, env: &dyn Environment, faults: &mut Vec<(KeyPath, String)>) {
    match &mut node.value {
        Value::Text(text) if matches!(node.origin, Origin::File(_)) => match replaced(text, env) {
            Ok(whole) => *text = whole,
            Err(fault) => faults.push((at.clone(), format!("`{at}` {fault}"))),
        },
        Value::List(list) => {
            for (index, element) in list.iter_mut().enumerate() {
                walk(element, &at.index(index), env, faults);
            }
        }
        Value::Table(table) => {
            for (key, entry) in table {
                walk(&mut entry.node, &at.key(key), env, faults);
            }
        }
        Value::Text(_) | Value::Whole(_) | Value::Decimal(_) | Value::Switch(_) | Value::Moment => {
        }
    }
}

/// Returns `text` with `${NAME}` replaced and `$${` unescaped; what was put in is not read again.
fn replaced(text: &str, env: &dyn Environment) -> Result<String, String> {
    let mut whole = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        if let Some(before) = before.strip_suffix('$') {
            whole.push_str(before);
            whole.push_str("${");
            rest = after;
            continue;
        }
        // What is between the braces is told only if it is a name: it could be a secret.
        let named = after.split_once('}').filter(|(name, _)| is_name(name));
        let Some((name, after)) = named else {
            return Err("has `${` without a name and `}`; write `$${` for the text `${`".to_owned());
        };
        let Some(value) = env.var(name) else {
            return Err(format!("needs the environment variable `{name}`, which is not set"));
        };
        whole.push_str(before);
        whole.push_str(&value);
        rest = after;
    }
    whole.push_str(rest);
    Ok(whole)
}

fn is_name(name: &str) -> bool {
    let starts_well = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    starts_well && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}
