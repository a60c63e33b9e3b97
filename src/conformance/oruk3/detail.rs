//! Records: in the list, by their id, and what both say.

use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;
use serde_json::Value;

use crate::conformance::Options;
use crate::conformance::page::List;
use crate::conformance::record;
use crate::conformance::record::DetailRules;
use crate::conformance::record::NO_RECORDS;
use crate::conformance::record::SchemaRules;
use crate::conformance::report::Ledger;
use crate::conformance::rule;
use crate::conformance::rule::Rule;
use crate::conformance::sample::UNKNOWN_ID;
use crate::conformance::schema;
use crate::conformance::schema::Entity;
use crate::conformance::schema::Problem;
use crate::conformance::schema::View;
use crate::conformance::schema::Visit;
use crate::conformance::schema::hsds3;
use crate::conformance::session::Session;

use super::Endpoint;
use super::SERVICE_AT_LOCATIONS;
use super::SERVICES;
use super::form;
use super::key;
use super::privacy;

/// Judges a list's records, reads some by id and judges those; returns them.
pub(super) async fn check(
    session: &mut Session<'_>,
    ledger: &mut Ledger,
    options: &Options,
    endpoint: &'static Endpoint,
    list: &List,
) -> Vec<Value> {
    let entity = endpoint.entity;
    let listed: Vec<&Value> = list.records.iter().collect();
    record::fields(ledger, &SCHEMA, endpoint.path, listed.clone(), (entity, endpoint.list_view));
    objects(ledger, endpoint.path, entity, &listed);

    let details = record::details(session, ledger, options, &DETAIL, (list, entity)).await;
    let read: Vec<&Value> = details.iter().collect();
    let subject = format!("{}/{{id}}", endpoint.path);
    record::fields(ledger, &SCHEMA, &subject, read.clone(), (entity, View::Full));
    objects(ledger, &subject, entity, &read);
    if endpoint.path == SERVICES {
        stale(ledger, &listed, options.now);
        key::check_schedule_places(ledger, &subject, &read);
    }
    if endpoint.path == SERVICE_AT_LOCATIONS {
        dual(ledger, &subject, &read);
    }
    unknown_ids(session, ledger, endpoint.path).await;
    details
}

/// A judge of one object; it adds what is wrong.
type Judge = fn(&Visit<'_>, &mut Vec<String>);

/// The rules that are judged object by object.
static JUDGES: [(&Rule, Judge); 14] = [
    (&rule::ORUK3_EMPTY, form::empty),
    (&rule::ORUK3_ORGANIZATION, key::organization),
    (&rule::ORUK3_FOREIGN_KEY, key::foreign_keys),
    (&rule::ORUK3_CHILD_IDS, record::repeated_ids),
    (&rule::ORUK3_DATE_FORM, form::dates),
    (&rule::ORUK3_TIME_FORM, form::times),
    (&rule::ORUK3_RECURRENCE_FORM, form::recurrence),
    (&rule::ORUK3_PERIOD, form::periods),
    (&rule::ORUK3_COORDINATES, form::coordinates),
    (&rule::ORUK3_COUNTRY, form::country),
    (&rule::ORUK3_POSTCODE, form::postcode),
    (&rule::ORUK3_AGES, form::ages),
    (&rule::ORUK3_MOBILE_NUMBER, privacy::mobile_numbers),
    (&rule::ORUK3_PERSONAL_EMAIL, privacy::personal_emails),
];

fn objects(ledger: &mut Ledger, subject: &str, entity: &'static Entity, records: &[&Value]) {
    for (rule, judge) in &JUDGES {
        if records.is_empty() {
            ledger.skip(rule, subject, NO_RECORDS);
            continue;
        }
        let mut problems = Vec::new();
        for record in records {
            schema::visit(entity, record, "$", &mut |visit| judge(visit, &mut problems));
        }
        ledger.judge(rule, subject, &problems);
    }
    let links: Vec<String> =
        records.iter().flat_map(|record| privacy::joining_links(record)).collect();
    ledger.judge(&rule::ORUK3_JOINING_LINK, subject, &links);
}

/// The published `OpenAPI` document gives a service at location the schema of a service.
fn dual(ledger: &mut Ledger, subject: &str, details: &[&Value]) {
    let problems: Vec<String> = details
        .iter()
        .flat_map(|detail| schema::validate(&hsds3::SERVICE, detail, "$", View::OneToOne))
        .map(|problem: Problem| problem.told())
        .collect();
    ledger.judge(&rule::ORUK3_SAL_DUAL, subject, &problems);
}

fn stale(ledger: &mut Ledger, services: &[&Value], now: DateTime<Utc>) {
    let modified = |service: &&Value| {
        let said = service.get("last_modified")?.as_str()?;
        DateTime::parse_from_rfc3339(said).ok()
    };
    let Some(newest) = services.iter().filter_map(modified).max() else {
        ledger.skip(&rule::ORUK3_STALE, SERVICES, "no service has last_modified");
        return;
    };
    let age = now.signed_duration_since(newest);
    let is_fresh = if age <= STALE { Ok(()) } else { Err(format!("the newest is of {newest}")) };
    ledger.judge_one(&rule::ORUK3_STALE, SERVICES, is_fresh);
}

async fn unknown_ids(session: &mut Session<'_>, ledger: &mut Ledger, path: &str) {
    let subject = format!("{path}/{{id}}");
    let unknown = session.get(&format!("{path}/{UNKNOWN_ID}"), &[]).await;
    let is_not_found = if unknown.status() == Some(404) { Ok(()) } else { Err(unknown.told()) };
    ledger.judge_one(&rule::ORUK3_UNKNOWN_ID, &subject, is_not_found);
    let malformed = session.get(&format!("{path}/not-a-uuid"), &[]).await;
    let is_refused = if malformed.is_refused() { Ok(()) } else { Err(malformed.told()) };
    ledger.judge_one(&rule::ORUK3_MALFORMED_ID, &subject, is_refused);
}

static SCHEMA: SchemaRules = SchemaRules {
    required: &rule::ORUK3_REQUIRED,
    null: &rule::ORUK3_NULL,
    type_: &rule::ORUK3_TYPE,
    format: &rule::ORUK3_FORMAT,
    enum_: &rule::ORUK3_ENUM,
};

static DETAIL: DetailRules = DetailRules {
    detail: &rule::ORUK3_DETAIL,
    id: &rule::ORUK3_DETAIL_ID,
    agreement: &rule::ORUK3_LIST_DETAIL,
};

const STALE: TimeDelta = TimeDelta::days(90);
