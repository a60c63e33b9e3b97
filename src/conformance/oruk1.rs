//! Open Referral UK 1.0, rule by rule, with the five "rich" tests of its validator.
//!
//! Specification: <https://developers.openreferraluk.org/ApiValidation>.

use chrono::NaiveDate;
use serde_json::Value;

use super::Options;
use super::Target;
use super::discovery;
use super::page;
use super::page::Dialect;
use super::page::Found;
use super::page::List;
use super::page::Names;
use super::page::Rules;
use super::page::Search;
use super::record;
use super::record::DetailRules;
use super::record::SchemaRules;
use super::report::Ledger;
use super::rule;
use super::rule::Rule;
use super::sample;
use super::sample::UNKNOWN_ID;
use super::schema;
use super::schema::Entity;
use super::schema::View;
use super::schema::oruk1;
use super::session::Session;

/// Checks everything.
pub(super) async fn check(session: &mut Session<'_>, ledger: &mut Ledger, options: &Options) {
    let services = check_list(session, ledger, options, (SERVICES, &oruk1::SERVICE)).await;
    if ledger.has_failed(&rule::ORUK1_LIST) {
        hint(session, ledger).await;
    }
    let slashed = session.get("/services/", &[("page", "1")]).await;
    ledger.judge_one(&rule::ORUK1_LIST_SLASH, "/services/", slashed.object().map(|_| ()));
    rich_tests(session, ledger, options, &services).await;
    for (path, entity) in [
        ("/taxonomies", &oruk1::TAXONOMY),
        ("/organizations", &oruk1::ORGANIZATION),
        ("/locations", &oruk1::LOCATION),
    ] {
        let reply = session.get(path, &[]).await;
        let is_there = reply.object().map(|_| ());
        let is_missing = is_there.is_err();
        ledger.judge_one(&rule::ORUK1_EXTRA_LIST, path, is_there);
        if !is_missing {
            check_list(session, ledger, options, (path, entity)).await;
        }
    }
    vocabularies(session, ledger).await;
    manners(session, ledger);
}

/// Says where an API of 3.0 is below a base URL that has none of 1.0: a gateway's first page leads to no
/// version, and so to this check.
async fn hint(session: &mut Session<'_>, ledger: &mut Ledger) {
    let Some(url) = session.below("/v3") else { return };
    let found = discovery::from_reply(&session.request_aside(&url).await);
    if found.target == Target::Oruk3 {
        ledger.add(&rule::ORUK1_LIST, &format!("{url} leads to {}", found.target.as_str()));
    }
}

/// Judges a list and a sample of its records; returns the sample.
async fn check_list(
    session: &mut Session<'_>,
    ledger: &mut Ledger,
    options: &Options,
    (path, entity): (&'static str, &'static Entity),
) -> Vec<Value> {
    let list = page::check(session, ledger, options, &DIALECT, path, None).await;
    if list.records.is_empty() && !list.is_complete {
        return Vec::new();
    }
    record::fields(ledger, &SCHEMA, path, &list.records, (entity, View::OneToOne));
    details(session, ledger, options, &list, entity).await
}

async fn details(
    session: &mut Session<'_>,
    ledger: &mut Ledger,
    options: &Options,
    list: &List,
    entity: &'static Entity,
) -> Vec<Value> {
    let subject = format!("{}/{{id}}", list.path);
    let details = record::details(session, ledger, options, &DETAIL, (list, entity)).await;
    record::fields(ledger, &SCHEMA, &subject, &details, (entity, View::Full));
    let mut repeated = Vec::new();
    for detail in &details {
        schema::visit(entity, detail, "$", &mut |visit| {
            record::repeated_ids(visit, &mut repeated);
        });
    }
    ledger.judge(&rule::ORUK1_CHILD_IDS, &subject, &repeated);
    let unknown = session.get(&format!("{}/{UNKNOWN_ID}", list.path), &[]).await;
    let is_not_found = if unknown.status() == Some(404) { Ok(()) } else { Err(unknown.told()) };
    ledger.judge_one(&rule::ORUK1_UNKNOWN_ID, &subject, is_not_found);
    details
}

async fn vocabularies(session: &mut Session<'_>, ledger: &mut Ledger) {
    let reply = session.get("/vocabularies", &[]).await;
    let result = reply.success().and_then(|json| match json.as_array() {
        Some(names) if names.iter().all(Value::is_string) => Ok(()),
        _ => Err("/vocabularies is not an array of strings".to_owned()),
    });
    ledger.judge_one(&rule::ORUK1_VOCABULARIES, "/vocabularies", result);
}

fn manners(session: &Session<'_>, ledger: &mut Ledger) {
    let manners = &session.manners;
    ledger.judge(&rule::ORUK1_CONTENT_TYPE, ALL_ANSWERS, &manners.content_type);
    ledger.judge(&rule::ORUK1_CORS, ALL_ANSWERS, &manners.cors);
    ledger.judge(&rule::ORUK1_SERVER_ERROR, ALL_ANSWERS, &manners.server_error);
    ledger.judge(&rule::ORUK1_SPEED, ALL_ANSWERS, &manners.slow);
}

/// The parameters of a query.
type Query = Vec<(&'static str, String)>;

/// A "rich" test: a record must be found by what it says of itself.
struct RichTest {
    rule: &'static Rule,
    /// Returns a query made from a service, if the service is rich enough.
    query: fn(&Value, NaiveDate) -> Option<Query>,
}

static RICH_TESTS: [RichTest; 5] = [
    RichTest { rule: &rule::ORUK1_RICH_AGE, query: |service, _| age(service) },
    RichTest { rule: &rule::ORUK1_RICH_POSTCODE, query: |service, _| postcode(service) },
    RichTest { rule: &rule::ORUK1_RICH_TIME, query: time },
    RichTest { rule: &rule::ORUK1_RICH_TAXONOMY, query: |service, _| taxonomy(service) },
    RichTest { rule: &rule::ORUK1_RICH_TEXT, query: |service, _| text(service) },
];

async fn rich_tests(
    session: &mut Session<'_>,
    ledger: &mut Ledger,
    options: &Options,
    services: &[Value],
) {
    let today = options.now.date_naive();
    for test in &RICH_TESTS {
        let mut problems = Vec::new();
        let mut judged = 0_usize;
        let rich = services
            .iter()
            .filter_map(|service| Some((service, (test.query)(service, today)?)))
            .take(RECORDS_TRIED);
        for (service, query) in rich {
            judged += usize::from(is_found(session, options, service, query, &mut problems).await);
        }
        if test.rule == &rule::ORUK1_RICH_TEXT {
            let nonsense = session.get(SERVICES, &[("text", "zqxjvkwqyzz")]).await;
            if !page::records(&nonsense, &DIALECT).is_empty() {
                problems.push(format!("{} has results", nonsense.label));
            }
        }
        if judged == 0 && problems.is_empty() {
            ledger.skip(test.rule, SERVICES, "no record that was read has what it asks for");
        } else {
            ledger.judge(test.rule, SERVICES, &problems);
        }
    }
}

/// Looks for a service, by its name too where there are many results; returns whether it could be
/// judged.
async fn is_found(
    session: &mut Session<'_>,
    options: &Options,
    service: &Value,
    mut query: Query,
    problems: &mut Vec<String>,
) -> bool {
    let id = sample::id(service).unwrap_or_default();
    for narrower in [None, text(service)] {
        // Two texts are no narrower query.
        if narrower.is_some() && query.iter().any(|(name, _)| *name == "text") {
            break;
        }
        query.extend(narrower.into_iter().flatten());
        let search = Search { dialect: &DIALECT, path: SERVICES, query: &query };
        match search.find(session, id, options.max_pages).await {
            Found::Yes => return true,
            Found::No => problems.push(format!("{} misses {id}", search.told())),
            Found::Refused(told) => problems.push(told),
            Found::Unknown => continue,
        }
        return true;
    }
    false
}

fn age(service: &Value) -> Option<Query> {
    let eligibility = first(service, "eligibilitys", |row| {
        row.get("minimum_age")?.as_f64()?;
        row.get("maximum_age")?.as_f64()?;
        Some(row)
    })?;
    let years = |name| Some(eligibility.get(name)?.as_f64()?.to_string());
    Some(vec![("minimum_age", years("minimum_age")?), ("maximum_age", years("maximum_age")?)])
}

/// Only postcodes written with a space, and only places on the map, can be judged.
fn postcode(service: &Value) -> Option<Query> {
    let postcode = first(service, "service_at_locations", |row| {
        let location = row.get("location")?;
        location.get("latitude")?.as_f64()?;
        first(location, "physical_addresses", |address| address.get("postal_code")?.as_str())
    })?;
    let is_spaced = postcode.trim().contains(' ');
    is_spaced.then(|| vec![("proximity", "1000".to_owned()), ("postcode", postcode.to_owned())])
}

fn time(service: &Value, today: NaiveDate) -> Option<Query> {
    first(service, "regular_schedules", |row| {
        let text = |name| Some(row.get(name)?.as_str()?.to_owned());
        let date = |name| NaiveDate::parse_from_str(&text(name)?, "%Y-%m-%d").ok();
        let is_over = date("valid_to").is_some_and(|ends| ends < today);
        let is_yet_to_come = date("valid_from").is_some_and(|begins| begins > today);
        if is_over || is_yet_to_come {
            return None;
        }
        Some(vec![
            ("start_time", text("opens_at")?),
            ("end_time", text("closes_at")?),
            ("day", text("byday")?),
        ])
    })
}

fn taxonomy(service: &Value) -> Option<Query> {
    first(service, "service_taxonomys", |row| {
        let taxonomy = row.get("taxonomy")?;
        let text = |name| Some(taxonomy.get(name)?.as_str()?.to_owned());
        Some(vec![("taxonomy_id", text("id")?), ("vocabulary", text("vocabulary")?)])
    })
}

fn text(service: &Value) -> Option<Query> {
    Some(vec![("text", service.get("name")?.as_str()?.to_owned())])
}

/// Returns the first answer that an element of an array field gives.
fn first<'v, T>(
    record: &'v Value,
    name: &str,
    answer: impl Fn(&'v Value) -> Option<T>,
) -> Option<T> {
    record.get(name)?.as_array()?.iter().find_map(answer)
}

static DIALECT: Dialect = Dialect {
    names: Names {
        total_items: "totalElements",
        total_pages: "totalPages",
        page_number: "number",
        size: "size",
        first_page: "first",
        last_page: "last",
        empty: "empty",
        contents: "content",
        is_empty_optional: true,
    },
    rules: Rules {
        list: &rule::ORUK1_LIST,
        filled: &rule::ORUK1_LIST_FILLED,
        answers: &rule::ORUK1_PAGE_ANSWERS,
        fields: &rule::ORUK1_PAGE_FIELDS,
        types: &rule::ORUK1_PAGE_TYPES,
        number: &rule::ORUK1_PAGE_NUMBER,
        size: &rule::ORUK1_PAGE_SIZE,
        first: &rule::ORUK1_PAGE_FIRST,
        last: &rule::ORUK1_PAGE_LAST,
        empty: &rule::ORUK1_PAGE_EMPTY,
        default: &rule::ORUK1_PAGE_DEFAULT,
        per_page: &rule::ORUK1_PER_PAGE,
        total_pages: &rule::ORUK1_TOTAL_PAGES,
        total_items: &rule::ORUK1_TOTAL_ITEMS,
        unique_ids: &rule::ORUK1_UNIQUE_IDS,
        beyond: &rule::ORUK1_PAGE_BEYOND,
        stable: &rule::ORUK1_STABLE_ORDER,
    },
};

static SCHEMA: SchemaRules = SchemaRules {
    required: &rule::ORUK1_REQUIRED,
    null: &rule::ORUK1_NULL,
    type_: &rule::ORUK1_TYPE,
    format: &rule::ORUK1_FORMAT,
    enum_: &rule::ORUK1_ENUM,
};

static DETAIL: DetailRules = DetailRules {
    detail: &rule::ORUK1_DETAIL,
    id: &rule::ORUK1_DETAIL_ID,
    agreement: &rule::ORUK1_LIST_DETAIL,
};

const SERVICES: &str = "/services";
const ALL_ANSWERS: &str = "all answers";
const RECORDS_TRIED: usize = 3;
