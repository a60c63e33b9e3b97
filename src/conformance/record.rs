//! Records of either version of Open Referral UK: against the tables of fields, and list against
//! detail.

use std::collections::HashSet;

use serde_json::Value;

use super::Options;
use super::page::List;
use super::report::Ledger;
use super::rule::Rule;
use super::sample;
use super::schema;
use super::schema::Entity;
use super::schema::Kind;
use super::schema::Problem;
use super::schema::ProblemKind;
use super::schema::View;
use super::schema::Visit;
use super::session::Session;

/// Which rules judge the fields of a version's records.
pub(super) struct SchemaRules {
    pub(super) required: &'static Rule,
    pub(super) null: &'static Rule,
    pub(super) type_: &'static Rule,
    pub(super) format: &'static Rule,
    pub(super) enum_: &'static Rule,
}

/// Which rules judge reading by id.
pub(super) struct DetailRules {
    pub(super) detail: &'static Rule,
    pub(super) id: &'static Rule,
    pub(super) agreement: &'static Rule,
}

/// Judges the fields of records.
pub(super) fn fields<'v>(
    ledger: &mut Ledger,
    rules: &SchemaRules,
    subject: &str,
    records: impl IntoIterator<Item = &'v Value>,
    (entity, view): (&'static Entity, View),
) {
    let mut problems: Vec<Problem> = Vec::new();
    let mut count = 0_usize;
    for record in records {
        problems.extend(schema::validate(entity, record, "$", view));
        count += 1;
    }
    for (rule, kind) in [
        (rules.required, ProblemKind::Missing),
        (rules.null, ProblemKind::Null),
        (rules.type_, ProblemKind::Type),
        (rules.format, ProblemKind::Format),
        (rules.enum_, ProblemKind::Code),
    ] {
        if count == 0 {
            ledger.skip(rule, subject, NO_RECORDS);
            continue;
        }
        let told: Vec<String> =
            problems.iter().filter(|problem| problem.kind == kind).map(Problem::told).collect();
        ledger.judge(rule, subject, &told);
    }
}

/// Reads a sample of a list's records by their ids, and compares.
pub(super) async fn details(
    session: &mut Session<'_>,
    ledger: &mut Ledger,
    options: &Options,
    rules: &DetailRules,
    (list, entity): (&List, &'static Entity),
) -> Vec<Value> {
    let subject = format!("{}/{{id}}", list.path);
    let mut unread = Vec::new();
    let mut wrong_id = Vec::new();
    let mut disagreeing = Vec::new();
    let mut details = Vec::new();
    for item in sample::choose(&list.records, options.sample, options.seed) {
        let Some(id) = sample::id(item) else {
            continue;
        };
        let reply = session.get(&format!("{}/{}", list.path, escaped(id)), &[]).await;
        match reply.object() {
            Err(told) => unread.push(told),
            Ok(detail) => {
                let said = detail.get("id").and_then(Value::as_str);
                if said != Some(id) {
                    wrong_id.push(format!("{} has the id {}", reply.label, said.unwrap_or("none")));
                }
                let detail = Value::Object(detail.clone());
                disagreeing.extend(disagreements(entity, item, &detail));
                details.push(detail);
            }
        }
    }
    if details.is_empty() && unread.is_empty() {
        for rule in [rules.detail, rules.id, rules.agreement] {
            ledger.skip(rule, &subject, NO_RECORDS);
        }
        return details;
    }
    ledger.judge(rules.detail, &subject, &unread);
    ledger.judge(rules.id, &subject, &wrong_id);
    ledger.judge(rules.agreement, &subject, &disagreeing);
    details
}

/// Returns the declared fields that the list gives and the detail gives differently or not at all.
///
/// A record that was modified between the two requests is not compared.
fn disagreements(entity: &'static Entity, item: &Value, detail: &Value) -> Vec<String> {
    let modified = |record: &Value| record.get("last_modified").cloned();
    if modified(item).is_some() && modified(detail).is_some() && modified(item) != modified(detail)
    {
        return Vec::new();
    }
    let mut problems = Vec::new();
    compare(entity, item, detail, "$", &mut problems);
    problems
}

fn compare(
    entity: &'static Entity,
    item: &Value,
    detail: &Value,
    path: &str,
    problems: &mut Vec<String>,
) {
    for field in entity.fields {
        let path = format!("{path}.{}", field.name);
        let Some(listed) = item.get(field.name).filter(|listed| !listed.is_null()) else {
            continue;
        };
        match (field.kind, detail.get(field.name)) {
            (Kind::One(nested), Some(given)) => compare(nested, listed, given, &path, problems),
            // Arrays may be cut in lists; a detail may point to what the list nests.
            (Kind::Many(_), _) | (Kind::One(_), None) => {}
            (_, Some(given)) if given == listed => {}
            (_, Some(given)) => problems.push(format!(
                "{path} is {} in the list and {} by id",
                schema::shown(listed),
                schema::shown(given)
            )),
            (_, None) => problems.push(format!("{path} is in the list only")),
        }
    }
}

/// Adds the ids that appear twice in an array of the object.
pub(super) fn repeated_ids(visit: &Visit<'_>, problems: &mut Vec<String>) {
    for (name, value) in visit.object {
        let elements = value.as_array().map(Vec::as_slice).unwrap_or_default();
        let mut seen = HashSet::new();
        for id in elements.iter().filter_map(sample::id) {
            if !seen.insert(id) {
                problems.push(visit.told(name, format!("has {id} twice")));
            }
        }
    }
}

/// Escapes an id for use in a path.
pub(super) fn escaped(id: &str) -> String {
    url::form_urlencoded::byte_serialize(id.as_bytes()).collect::<String>().replace('+', "%20")
}

pub(super) const NO_RECORDS: &str = "no records to judge";
