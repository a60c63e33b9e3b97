//! The worked cases: a folder each, `input.json` through the whole pipeline on a store in memory, and
//! the result equal to `expected*.json`, value for value. Adding a case needs no code.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use baton::harvest::Sources;
use baton::harvest::publication;
use baton::harvest::read_page;
use baton::mapping::Rules;
use baton::mapping::Source;
use baton::openactive::Vocabulary;
use baton::oruk::Service;
use baton::oruk::v1;
use baton::oruk::v3;
use baton::store::FeedSpec;
use baton::store::Outcome;
use baton::store::PageCommit;
use baton::store::Store as _;
use baton::store::sqlite::SqliteStore;
use chrono::DateTime;
use chrono::Utc;
use serde_json::Value;

use crate::support::json::differences;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/mapping")
}

fn read_json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn cases() -> Vec<PathBuf> {
    let mut folders: Vec<_> = fs::read_dir(fixtures())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("input.json").exists())
        .collect();
    folders.sort();
    folders
}

fn rules() -> Rules {
    let vocabulary = |name: &str| {
        let path = fixtures().join(format!("vocabulary-{name}.jsonld"));
        Vocabulary::parse(&fs::read(path).unwrap()).unwrap()
    };
    let mut rules = Rules::default();
    rules.activities = vocabulary("activity-list");
    rules.facility_types = vocabulary("facility-types");
    rules.accessibility = vocabulary("accessibility-support");
    rules
}

fn time(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

/// Runs a case and returns its services.
async fn run(input: &Value) -> Vec<Service> {
    let context = &input["context"];
    let now = time(&context["now"]);
    let source_key = context["source_key"].as_str().unwrap();
    let feeds = input["feeds"].as_array().unwrap();
    let store = SqliteStore::open("sqlite::memory:").unwrap();
    let specs = feeds.iter().map(|feed| FeedSpec {
        publisher: source_key.to_owned(),
        url: feed["url"].as_str().unwrap().to_owned(),
    });
    let records = store.sync_feeds(specs.collect(), now).await.unwrap();
    let dataset = &context["dataset"];
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let source = Arc::new(Source {
        key: source_key.to_owned(),
        publisher: text(&dataset["publisher"]).unwrap(),
        dataset: text(&dataset["url"]),
        license: text(&dataset["license"]),
    });
    let rules = Arc::new(rules());
    let sources: HashMap<_, _> = records
        .iter()
        .map(|record| (record.id, (Arc::clone(&source), Arc::clone(&rules))))
        .collect();
    let mut newest = None;
    for (feed, record) in feeds.iter().zip(&records) {
        let page = serde_json::json!({"items": feed["items"], "next": "x"});
        let page = read_page(&serde_json::to_vec(&page).unwrap(), source_key, now).unwrap();
        newest = newest.max(page.modified);
        let commit = PageCommit {
            feed: record.id,
            cursor: "x".to_owned(),
            license: None,
            is_last: false,
            now: time(&context["first_seen"]),
            changes: page.changes,
        };
        store.commit_page(commit).await.unwrap();
    }
    let dirty = store.dirty(1000).await.unwrap();
    let mut bundles = store.bundles(dirty).await.unwrap();
    // A tombstone does not say what it belonged to; with one root it can only be that one.
    if let [bundle] = bundles.as_mut_slice()
        && bundle.modified.is_some()
    {
        bundle.modified = newest;
    }
    let sources = Sources(sources);
    let publications = bundles.iter().map(|bundle| publication(bundle, &sources, now));
    let ids: Vec<_> = store
        .publish(publications.filter(|p| matches!(p.outcome, Outcome::Service(_))).collect())
        .await
        .unwrap()
        .iter()
        .map(|change| change.id)
        .collect();
    let records = store.services(ids).await.unwrap();
    records.into_iter().map(|r| serde_json::from_slice(&r.unwrap().record.body).unwrap()).collect()
}

#[tokio::test]
async fn every_worked_case_is_equal_in_all_three_forms() {
    let mut failures = Vec::new();
    for folder in cases() {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let services = run(&read_json(&folder.join("input.json"))).await;
        assert_eq!(services.len(), 1, "{name}");
        let service = &services[0];
        let forms = [
            ("expected.json", serde_json::to_value(service).unwrap()),
            ("expected.strict.json", serde_json::to_value(v3::strict(service.clone())).unwrap()),
            ("expected.v1.json", serde_json::to_value(v1::Service::full(service)).unwrap()),
        ];
        for (file, actual) in forms {
            let expected = read_json(&folder.join(file));
            let different = differences(&expected, &actual);
            failures.extend(different.iter().map(|d| format!("{name}/{file}: {d}")));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[tokio::test]
async fn a_second_run_from_nothing_gives_the_same_bytes() {
    for folder in cases() {
        let input = read_json(&folder.join("input.json"));
        let bytes = |services: Vec<Service>| serde_json::to_vec(&services).unwrap();
        assert_eq!(bytes(run(&input).await), bytes(run(&input).await));
    }
}
