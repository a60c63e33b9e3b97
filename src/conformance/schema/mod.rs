//! The objects and fields of the standards as tables, and what a record does against them.
//!
//! The tables state facts (names, types, formats, which are required); no schema document is
//! copied. What they do not name is allowed: all the standards let publishers add fields.

mod format;
pub(super) mod hsds3;
mod json;
pub(super) mod oruk1;

use serde_json::Map;
use serde_json::Value;

pub use self::json::json_schemas;

pub(super) use self::format::is_date;
pub(super) use self::format::is_time;
pub(super) use self::format::is_uri;

/// An object of a standard.
#[derive(Debug)]
pub(super) struct Entity {
    /// The name in the standard, singular: `service_at_location`.
    pub(super) name: &'static str,
    pub(super) fields: &'static [Field],
}

/// A field of an object.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) is_required: bool,
}

/// What a field may hold.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// Any string.
    Text,
    /// A string that is a UUID of any version, written with hyphens.
    Uuid,
    /// A string that is an absolute URI.
    Uri,
    /// A string that is an e-mail address.
    Email,
    /// A string that is a date and time with a zone.
    DateTime,
    /// A string that is a date.
    Date,
    /// A string that is a time of day.
    Time,
    /// A JSON number.
    Number,
    /// A JSON boolean.
    Boolean,
    /// One of these strings.
    Code(&'static [&'static str]),
    /// A nested object.
    One(&'static Entity),
    /// An array of nested objects.
    Many(&'static Entity),
}

const fn need(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, is_required: true }
}

const fn may(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, is_required: false }
}

/// How much of an object an endpoint shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    /// All of it.
    Full,
    /// What lists show: no arrays. Where a list has some all the same, they are not judged.
    OneToOne,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) kind: ProblemKind,
    /// The path from the record down, such as `$.schedules[2].freq`.
    pub(super) path: String,
    /// The value or the expectation, in a few words.
    pub(super) detail: String,
}

impl Problem {
    /// Says the problem in a line, array positions left out so that repetitions look alike.
    pub(super) fn told(&self) -> String {
        let mut path = String::with_capacity(self.path.len());
        let mut is_inside = false;
        for character in self.path.chars() {
            is_inside = (is_inside || character == '[') && character != ']';
            if !is_inside || character == '[' {
                path.push(character);
            }
        }
        format!("{path} {}", self.detail)
    }
}

/// The ways a field can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ProblemKind {
    Missing,
    Null,
    Type,
    Format,
    Code,
}

/// Returns everything that is wrong with `value` as an `entity`.
pub(super) fn validate(
    entity: &'static Entity,
    value: &Value,
    path: &str,
    view: View,
) -> Vec<Problem> {
    let mut problems = Vec::new();
    object(entity, value, path, view, &mut problems);
    problems
}

fn object(
    entity: &'static Entity,
    value: &Value,
    path: &str,
    view: View,
    problems: &mut Vec<Problem>,
) {
    let Some(object) = value.as_object() else {
        problems.push(wrong_type(path, value, "an object"));
        return;
    };
    for field in entity.fields {
        let path = format!("{path}.{}", field.name);
        match object.get(field.name) {
            None if field.is_required => problems.push(Problem {
                kind: ProblemKind::Missing,
                path,
                detail: "is missing".to_owned(),
            }),
            None => {}
            Some(Value::Null) => problems.push(Problem {
                kind: ProblemKind::Null,
                path,
                detail: "is null".to_owned(),
            }),
            Some(value) => self::field(field, value, &path, view, problems),
        }
    }
}

fn field(field: &Field, value: &Value, path: &str, view: View, problems: &mut Vec<Problem>) {
    match field.kind {
        Kind::One(entity) => object(entity, value, path, view, problems),
        Kind::Many(_) if view == View::OneToOne => {}
        Kind::Many(entity) => match value.as_array() {
            Some(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    object(entity, element, &format!("{path}[{index}]"), view, problems);
                }
            }
            None => problems.push(wrong_type(path, value, "an array")),
        },
        Kind::Number if !value.is_number() => problems.push(wrong_type(path, value, "a number")),
        Kind::Boolean if !value.is_boolean() => {
            problems.push(wrong_type(path, value, "true or false"));
        }
        Kind::Number | Kind::Boolean => {}
        kind => problems.extend(string(kind, value, path)),
    }
}

fn string(kind: Kind, value: &Value, path: &str) -> Option<Problem> {
    let Some(text) = value.as_str() else {
        return Some(wrong_type(path, value, "a string"));
    };
    let (is_good, expected) = match kind {
        Kind::Uuid => (format::is_uuid(text), "a UUID"),
        Kind::Uri => (is_uri(text), "an absolute URI"),
        Kind::Email => (format::is_email(text), "an e-mail address"),
        Kind::DateTime => (format::is_date_time(text), "a date and time with a zone"),
        Kind::Date => (is_date(text), "a date"),
        Kind::Time => (is_time(text), "a time"),
        Kind::Code(codes) => {
            let is_listed = codes.contains(&text);
            return (!is_listed).then(|| Problem {
                kind: ProblemKind::Code,
                path: path.to_owned(),
                detail: format!("is {}, not one of {}", shown(value), codes.join(", ")),
            });
        }
        _ => (true, ""),
    };
    (!is_good).then(|| Problem {
        kind: ProblemKind::Format,
        path: path.to_owned(),
        detail: format!("is {}, not {expected}", shown(value)),
    })
}

fn wrong_type(path: &str, value: &Value, expected: &str) -> Problem {
    Problem {
        kind: ProblemKind::Type,
        path: path.to_owned(),
        detail: format!("is {}, not {expected}", shown(value)),
    }
}

/// Returns a value for a message: short, and without what is inside objects.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Object(_) => "an object".to_owned(),
        Value::Array(_) => "an array".to_owned(),
        Value::String(text) if text.chars().count() > MAX_SHOWN_CHARS => {
            let start: String = text.chars().take(MAX_SHOWN_CHARS).collect();
            format!("\"{start}…\"")
        }
        other => other.to_string(),
    }
}

/// One object of a record, with what encloses it.
pub(super) struct Visit<'v> {
    pub(super) entity: &'static Entity,
    pub(super) object: &'v Map<String, Value>,
    pub(super) path: String,
    /// The enclosing objects, outermost first: their entities' names and ids.
    pub(super) enclosing: Vec<(&'static str, &'v str)>,
}

impl<'v> Visit<'v> {
    /// Returns a string field.
    pub(super) fn text(&self, name: &str) -> Option<&'v str> {
        self.object.get(name)?.as_str()
    }

    /// Returns a number field.
    pub(super) fn number(&self, name: &str) -> Option<f64> {
        self.object.get(name)?.as_f64()
    }

    /// Says a problem of one field in a line, array positions left out.
    pub(super) fn told(&self, field: &str, detail: impl Into<String>) -> String {
        let path = format!("{}.{field}", self.path);
        Problem { kind: ProblemKind::Format, path, detail: detail.into() }.told()
    }
}

/// Calls `each` for the object and every nested object that the table knows.
pub(super) fn visit<'v>(
    entity: &'static Entity,
    value: &'v Value,
    path: &str,
    each: &mut dyn FnMut(&Visit<'v>),
) {
    descend(entity, value, path, &[], each);
}

fn descend<'v>(
    entity: &'static Entity,
    value: &'v Value,
    path: &str,
    enclosing: &[(&'static str, &'v str)],
    each: &mut dyn FnMut(&Visit<'v>),
) {
    let Some(object) = value.as_object() else {
        return;
    };
    let visit = Visit { entity, object, path: path.to_owned(), enclosing: enclosing.to_vec() };
    each(&visit);
    let mut inner = visit.enclosing;
    if let Some(id) = object.get("id").and_then(Value::as_str) {
        inner.push((entity.name, id));
    }
    for field in entity.fields {
        let path = format!("{path}.{}", field.name);
        match (field.kind, object.get(field.name)) {
            (Kind::One(entity), Some(nested)) => descend(entity, nested, &path, &inner, each),
            (Kind::Many(entity), Some(Value::Array(elements))) => {
                for (index, element) in elements.iter().enumerate() {
                    descend(entity, element, &format!("{path}[{index}]"), &inner, each);
                }
            }
            _ => {}
        }
    }
}

const MAX_SHOWN_CHARS: usize = 60;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kinds(value: &Value, view: View) -> Vec<(ProblemKind, String)> {
        validate(&hsds3::SERVICE, value, "$", view)
            .into_iter()
            .map(|problem| (problem.kind, problem.path))
            .collect()
    }

    #[test]
    fn each_kind_of_problem_is_found_at_its_path() {
        let service = json!({
            "id": "not-a-uuid",
            "name": 7,
            "status": "open",
            "email": null,
            "schedules": [{"id": "8e874fab-05cb-5bd0-8b0e-f085df4298c8"}, {"freq": "DAILY"}],
            "x_local": null,
        });
        let expected = [
            (ProblemKind::Format, "$.id"),
            (ProblemKind::Type, "$.name"),
            (ProblemKind::Null, "$.email"),
            (ProblemKind::Code, "$.status"),
            (ProblemKind::Missing, "$.schedules[1].id"),
            (ProblemKind::Code, "$.schedules[1].freq"),
        ];
        let expected: Vec<_> =
            expected.into_iter().map(|(kind, path)| (kind, path.to_owned())).collect();
        assert_eq!(kinds(&service, View::Full), expected);
        assert_eq!(kinds(&service, View::OneToOne), expected[..4]);
    }

    #[test]
    fn problem_is_told_without_positions() {
        let problem = Problem {
            kind: ProblemKind::Null,
            path: "$.schedules[12].freq".into(),
            detail: "is null".into(),
        };
        assert_eq!(problem.told(), "$.schedules[].freq is null");
    }

    #[test]
    fn visit_knows_what_encloses() {
        let service = json!({"id": "S", "service_at_locations": [{"id": "L", "location": {}}]});
        let mut seen = Vec::new();
        visit(&hsds3::SERVICE, &service, "$", &mut |visit| {
            seen.push((visit.entity.name, visit.enclosing.len()));
        });
        assert_eq!(seen, [("service", 0), ("service_at_location", 1), ("location", 2)]);
    }
}
