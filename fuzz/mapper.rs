//! The mapper: whatever an item says, a service comes out that is well formed, and the same one twice.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::LazyLock;

use baton::mapping::Bundle;
use baton::mapping::ChildFeed;
use baton::mapping::Head;
use baton::mapping::Occurrence;
use baton::mapping::Rules;
use baton::mapping::Source;
use baton::mapping::map;
use baton::openactive::Kind;
use baton::openactive::Opportunity;
use baton::openactive::Vocabulary;
use baton::openactive::noting;
use baton::oruk::Service;
use baton::oruk::v1;
use baton::oruk::v3;
use chrono::DateTime;
use chrono::NaiveDate;
use chrono::NaiveTime;
use chrono::Utc;
use serde_json::Value;

/// Returns what is mutated: the items of every case of the mapping, and what was found before.
pub(crate) fn seeds() -> Vec<Value> {
    let cases = fs::read_dir(root().join("tests/fixtures/mapping")).unwrap();
    let mut paths: Vec<_> = cases.map(|entry| entry.unwrap().path().join("input.json")).collect();
    paths.extend(fs::read_dir(corpus()).unwrap().map(|entry| entry.unwrap().path()));
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    let read = |path: &Path| serde_json::from_slice::<Value>(&fs::read(path).ok()?).ok();
    paths.iter().filter_map(|path| read(path)).map(|input| Value::Array(bodies(&input))).collect()
}

/// Where inputs that were once too much are kept.
pub(crate) fn corpus() -> std::path::PathBuf {
    root().join("fuzz/corpus/mapper")
}

/// Maps each body as a service, the others being its sessions, courts and parents.
///
/// # Panics
/// When what comes out is not well formed.
pub(crate) fn check(input: &Value) {
    let items = bodies(input);
    let read = |body: &Value| noting(|| serde_json::from_str::<Opportunity>(&body.to_string()));
    let opportunities: Vec<_> = items
        .iter()
        .filter_map(|body| {
            let (opportunity, oddities) = read(body);
            let opportunity = opportunity.ok()?;
            Some((Kind::of(&opportunity.type_name, None)?, opportunity, oddities))
        })
        .collect();
    let of = |kinds: &[Kind]| -> Vec<Opportunity> {
        let some = opportunities.iter().filter(|(kind, ..)| kinds.contains(kind));
        some.map(|(_, opportunity, _)| opportunity.clone()).collect()
    };
    let occurrences = of(&[Kind::ScheduledSession, Kind::Slot]);
    let occurrences: Vec<_> = occurrences.iter().filter_map(Occurrence::embedded).collect();
    for (kind, opportunity, oddities) in &opportunities {
        let key = opportunity.key("fuzz".into(), *kind, Some("1")).unwrap_or_default();
        let bundle = Bundle {
            source: source(),
            head: Head {
                kind: *kind,
                key,
                item_id: Some("1".to_owned()),
                opportunity: opportunity.clone(),
                oddities: oddities.clone(),
            },
            parents: of(&[Kind::EventSeries, Kind::Course]),
            members: of(&[Kind::IndividualFacilityUse]),
            occurrences: occurrences.clone(),
            child_feed: ChildFeed::Complete,
            modified: None,
            first_seen: now(),
        };
        let mapping = map(&bundle, &RULES, now());
        assert_eq!(mapping, map(&bundle, &RULES, now()), "not the same twice");
        assert!(mapping.due.is_none_or(|due| due > now()), "due in the past");
        is_well_formed(&mapping.service);
    }
}

fn is_well_formed(service: &Service) {
    assert!(!service.name.is_empty(), "no name");
    if let (Some(minimum), Some(maximum)) = (service.minimum_age, service.maximum_age) {
        assert!(0.0 <= minimum && minimum <= maximum, "ages {minimum} to {maximum}");
    }
    for schedule in &service.schedules {
        for date in [&schedule.valid_from, &schedule.valid_to, &schedule.dtstart, &schedule.until] {
            assert!(date.iter().all(|date| date.parse::<NaiveDate>().is_ok()), "{date:?}");
        }
        for time in [&schedule.opens_at, &schedule.closes_at] {
            let is_clock = |time: &String| format!("{time}:00").parse::<NaiveTime>().is_ok();
            assert!(time.iter().all(is_clock), "{time:?}");
        }
        let is_rule = schedule.byday.is_some() || schedule.bymonthday.is_some();
        assert_eq!(schedule.freq.is_some(), is_rule, "half a rule: {schedule:?}");
        assert!(schedule.interval != Some(0), "never: {schedule:?}");
    }
    for place in &service.service_at_locations {
        if let Some(latitude) = place.location.latitude {
            assert!((49.0..61.0).contains(&latitude), "{latitude}");
        }
    }
    assert!(
        service.cost_options.iter().all(|option| option.amount >= 0.0),
        "a price below nothing"
    );
    let whole = serde_json::to_value(service).unwrap();
    assert_eq!(
        serde_json::from_value::<Service>(whole.clone()).unwrap(),
        *service,
        "not read back"
    );
    let strict = serde_json::to_value(v3::strict(service.clone())).unwrap();
    let older = serde_json::to_value(v1::Service::full(service)).unwrap();
    for form in [&whole, &strict, &older] {
        has_no_secret(form);
    }
}

/// What is no value is left out, and no joining link or password stands anywhere.
fn has_no_secret(value: &Value) {
    assert!(!value.is_null(), "null");
    match value {
        Value::String(text) => {
            assert!(!text.contains("//zoom.us/"), "{text}");
            let mut words = text.split_whitespace();
            assert!(!words.any(|word| word.starts_with("http://user:pass@")), "{text}");
        }
        Value::Array(items) => items.iter().for_each(has_no_secret),
        Value::Object(members) => members.values().for_each(has_no_secret),
        Value::Bool(_) | Value::Number(_) | Value::Null => {}
    }
}

/// Returns the bodies of an input: a list of them, or the items of a case.
fn bodies(input: &Value) -> Vec<Value> {
    let feeds = input["feeds"].as_array().into_iter().flatten();
    let of_feeds = feeds.flat_map(|feed| feed["items"].as_array().into_iter().flatten());
    let items = input["items"].as_array().into_iter().flatten();
    let bare = input.as_array().into_iter().flatten();
    let all = of_feeds.chain(items).chain(bare);
    all.map(|item| if item["state"].is_string() { &item["data"] } else { item }).cloned().collect()
}

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let path = root().join("tests/fixtures/mapping/vocabulary-activity-list.jsonld");
    let mut rules = Rules::default();
    rules.activities = Vocabulary::parse(&fs::read(path).unwrap()).unwrap();
    rules
});

fn source() -> Arc<Source> {
    let (key, publisher) = ("fuzz".to_owned(), "Fuzz".to_owned());
    Arc::new(Source { key, publisher, dataset: None, license: None })
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
