//! Ids that point somewhere: inside the record, and to other records.

use std::collections::BTreeMap;
use std::collections::HashSet;

use serde_json::Value;

use crate::conformance::Options;
use crate::conformance::record;
use crate::conformance::report::Ledger;
use crate::conformance::rule;
use crate::conformance::rule::Rule;
use crate::conformance::sample;
use crate::conformance::schema;
use crate::conformance::schema::Visit;
use crate::conformance::session::Session;

use super::Collection;
use super::SERVICE_AT_LOCATIONS;
use super::SERVICES;
use super::TAXONOMIES;
use super::TAXONOMY_TERMS;

/// A service points to its organization, or holds it.
pub(super) fn organization(visit: &Visit<'_>, problems: &mut Vec<String>) {
    let is_named = visit.text("organization_id").is_some_and(|id| !id.is_empty())
        || visit.object.get("organization").is_some_and(Value::is_object);
    if visit.entity.name == "service" && !is_named {
        problems.push(visit.told("organization_id", "and organization are missing"));
    }
}

/// `x_id` agrees with the nested `x`, or else with the enclosing `x`; `link_id` with what encloses.
pub(super) fn foreign_keys(visit: &Visit<'_>, problems: &mut Vec<String>) {
    for (name, value) in visit.object {
        let Some((target, id)) = name.strip_suffix("_id").zip(value.as_str()) else {
            continue;
        };
        let nested = visit.object.get(target).and_then(sample::id);
        let enclosing = match target {
            "link" => visit.enclosing.last(),
            _ => visit.enclosing.iter().rev().find(|(entity, _)| *entity == target),
        };
        let expected = nested.or(enclosing.map(|(_, id)| *id));
        if let Some(expected) = expected.filter(|expected| !expected.eq_ignore_ascii_case(id)) {
            problems.push(visit.told(name, format!("is {id}, not {expected}")));
        }
    }
}

/// Schedules point to the place they are for.
pub(super) fn check_schedule_places(ledger: &mut Ledger, subject: &str, services: &[&Value]) {
    let mut problems = Vec::new();
    for service in services {
        let places: HashSet<&str> =
            elements(service, "service_at_locations").iter().filter_map(sample::id).collect();
        for schedule in elements(service, "schedules") {
            let place = schedule.get("service_at_location_id").and_then(Value::as_str);
            if let Some(place) = place.filter(|place| !places.contains(place)) {
                problems
                    .push(format!("a schedule is for {place}, which the service does not have"));
            }
        }
    }
    ledger.judge(&rule::ORUK3_SCHEDULE_PLACE, subject, &problems);
}

/// Returns the elements of an array field.
pub(super) fn elements<'v>(record: &'v Value, name: &str) -> &'v [Value] {
    record.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// A kind of reference between records: which objects hold it, and where it leads.
struct Reference {
    rule: &'static Rule,
    path: &'static str,
    /// Returns the id that an object refers to.
    id: for<'v> fn(&Visit<'v>) -> Option<&'v str>,
}

static REFERENCES: [Reference; 4] = [
    Reference {
        rule: &rule::ORUK3_SERVICE_RESOLVES,
        path: SERVICES,
        id: |visit| of(visit, "service_at_location", "service_id", "service"),
    },
    Reference {
        rule: &rule::ORUK3_SAL_RESOLVES,
        path: SERVICE_AT_LOCATIONS,
        id: |visit| of(visit, "service_at_location", "id", "none"),
    },
    Reference {
        rule: &rule::ORUK3_TERM_RESOLVES,
        path: TAXONOMY_TERMS,
        id: |visit| {
            of(visit, "attribute", "taxonomy_term_id", "taxonomy_term")
                .or_else(|| of(visit, "taxonomy_term", "parent_id", "none"))
        },
    },
    Reference {
        rule: &rule::ORUK3_TAXONOMY_RESOLVES,
        path: TAXONOMIES,
        id: |visit| of(visit, "taxonomy_term", "taxonomy_id", "none"),
    },
];

fn of<'v>(visit: &Visit<'v>, entity: &str, field: &str, nested: &str) -> Option<&'v str> {
    if visit.entity.name != entity {
        return None;
    }
    visit.text(field).or_else(|| visit.object.get(nested).and_then(sample::id))
}

/// Follows what the sampled records refer to.
pub(super) async fn check_references(
    session: &mut Session<'_>,
    ledger: &mut Ledger,
    options: &Options,
    collections: &[Collection],
) {
    for reference in &REFERENCES {
        let referred = referred(collections, reference);
        if referred.is_empty() {
            ledger.skip(reference.rule, reference.path, "no record refers to one");
            continue;
        }
        let Some(target) = super::at(collections, reference.path) else {
            ledger.skip(reference.rule, reference.path, "there is no such list");
            continue;
        };
        let known: HashSet<&str> = target.list.records.iter().filter_map(sample::id).collect();
        let mut problems = Vec::new();
        let unlisted = referred.iter().filter(|(id, _)| !known.contains(*id));
        for (id, from) in unlisted.take(options.sample * FOLLOWED_PER_RECORD) {
            let url = format!("{}/{}", reference.path, record::escaped(id));
            let reply = session.get(&url, &[]).await;
            if !reply.is_success() {
                problems.push(format!("{}, referred to by {from}", reply.told()));
            }
        }
        ledger.judge(reference.rule, reference.path, &problems);
    }
}

/// Returns the ids that records refer to, each with an endpoint whose records do.
fn referred<'c>(
    collections: &'c [Collection],
    reference: &Reference,
) -> BTreeMap<&'c str, &'static str> {
    let mut referred = BTreeMap::new();
    for collection in collections {
        for record in collection.details.iter().chain(&collection.list.records) {
            schema::visit(collection.endpoint.entity, record, "$", &mut |visit| {
                if let Some(id) = (reference.id)(visit) {
                    referred.entry(id).or_insert(collection.endpoint.path);
                }
            });
        }
    }
    referred
}

/// Bounds the requests of one kind of reference, as a multiple of the sample.
const FOLLOWED_PER_RECORD: usize = 2;
