//! Cases of the mapping: a folder each under `tests/fixtures/mapping`, whose `input.json` goes through
//! the whole pipeline on a store in memory.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::LazyLock;

use baton::harvest::Sources;
use baton::harvest::publication;
use baton::harvest::read_page;
use baton::mapping::Rules;
use baton::mapping::Source;
use baton::openactive::Vocabulary;
use baton::oruk::Service;
use baton::places::Gazetteer;
use baton::quality::Code;
use baton::store::Delegation;
use baton::store::FeedRecord;
use baton::store::FeedSpec;
use baton::store::ItemChange;
use baton::store::Outcome;
use baton::store::PageCommit;
use baton::store::Store as _;
use baton::store::sqlite::SqliteStore;
use chrono::DateTime;
use chrono::Utc;
use serde_json::Value;
use serde_json::json;

/// What became of the items of a case.
#[derive(Default)]
pub(crate) struct Mapped {
    /// The services with the codes found in each, by name and id.
    pub(crate) services: Vec<(Service, Vec<Code>)>,
    /// What was found in items that could not be used, and of those read before they are mapped.
    pub(crate) of_items: Vec<Code>,
    /// What was counted in items that no service's findings tell of.
    pub(crate) counted: Vec<Code>,
    /// How many occurrences wait for a parent.
    pub(crate) orphans: u64,
}

pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/mapping")
}

pub(crate) fn read_json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// Returns the folders that hold a file of this name.
pub(crate) fn cases(with: &str) -> Vec<PathBuf> {
    let mut folders: Vec<_> = fs::read_dir(fixtures())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join(with).exists())
        .collect();
    folders.sort();
    folders
}

static GAZETTEER: LazyLock<Arc<Gazetteer>> =
    LazyLock::new(|| Arc::new(Gazetteer::embedded().unwrap()));

/// Returns the rules with the small vocabularies of the cases, and where postcodes are.
pub(crate) fn rules() -> Rules {
    let vocabulary = |name: &str| {
        let path = fixtures().join(format!("vocabulary-{name}.jsonld"));
        Vocabulary::parse(&fs::read(path).unwrap()).unwrap()
    };
    let mut rules = Rules::default();
    rules.activities = vocabulary("activity-list");
    rules.facility_types = vocabulary("facility-types");
    rules.accessibility = vocabulary("accessibility-support");
    rules.gazetteer = Some(Arc::clone(&GAZETTEER));
    rules
}

fn time(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

/// Returns the whole form of an input: with a context and feeds, and an envelope around each body.
fn whole(input: &Value) -> Value {
    let mut context = json!({
        "now": "2026-11-22T08:00:00Z",
        "first_seen": "2026-11-01T00:00:00Z",
        "source_key": "riverside",
        "dataset": {
            "url": "https://data.riverside.example.org/",
            "publisher": "Riverside Leisure Trust",
            "license": "https://creativecommons.org/licenses/by/4.0/",
        },
    });
    for (name, value) in input["context"].as_object().into_iter().flatten() {
        context[name] = value.clone();
    }
    let feeds = if input["feeds"].is_array() {
        input["feeds"].clone()
    } else {
        let items = input["items"].as_array().unwrap().iter().enumerate();
        let items: Vec<Value> = items.map(|(at, item)| enveloped(at, item)).collect();
        json!([{"url": "https://data.riverside.example.org/feed", "items": items}])
    };
    json!({"context": context, "feeds": feeds})
}

fn enveloped(at: usize, item: &Value) -> Value {
    if item["state"].is_string() {
        return item.clone();
    }
    json!({"state": "updated", "id": (at + 1).to_string(), "modified": 1_795_000_000, "data": item})
}

/// Runs a case.
pub(crate) async fn run(input: &Value) -> Mapped {
    let input = whole(input);
    let now = time(&input["context"]["now"]);
    let store = SqliteStore::open("sqlite::memory:").unwrap();
    let mut mapped = Mapped::default();
    let (sources, newest) = commit(&input, &store, &mut mapped).await;
    let mut bundles = store.bundles(store.dirty(1000).await.unwrap()).await.unwrap();
    // A tombstone does not say what it belonged to; with one root it can only be that one.
    if let [bundle] = bundles.as_mut_slice()
        && bundle.modified.is_some()
    {
        bundle.modified = newest;
    }
    let mut services = Vec::new();
    for publication in bundles.iter().map(|bundle| publication(bundle, &sources, now)) {
        match &publication.outcome {
            Outcome::Service(_) => services.push(publication),
            Outcome::Orphans(counts) | Outcome::Delegated(Delegation { orphans: counts, .. }) => {
                mapped.orphans += counts.iter().map(|(_, count)| count).sum::<u64>();
            }
            Outcome::Nothing | Outcome::Held(_) => {}
        }
    }
    let changes = store.publish(services).await.unwrap();
    let ids = changes.iter().map(|change| change.id).collect();
    for record in store.services(ids).await.unwrap() {
        let record = record.unwrap().record;
        let codes = record.findings.iter().map(|finding| finding.code).collect();
        mapped.services.push((serde_json::from_slice(&record.body).unwrap(), codes));
    }
    mapped.services.sort_by(|(a, _), (b, _)| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    mapped
}

/// Commits the feeds of a case, a page each; returns their sources and the largest `modified`.
async fn commit(
    input: &Value,
    store: &SqliteStore,
    mapped: &mut Mapped,
) -> (Sources, Option<DateTime<Utc>>) {
    let context = &input["context"];
    let now = time(&context["now"]);
    let source_key = context["source_key"].as_str().unwrap();
    let feeds = input["feeds"].as_array().unwrap();
    let specs = feeds.iter().map(|feed| FeedSpec {
        publisher: source_key.to_owned(),
        url: feed["url"].as_str().unwrap().to_owned(),
    });
    let records = store.sync_feeds(specs.collect()).await.unwrap();
    let mut newest = None;
    for (feed, record) in feeds.iter().zip(&records) {
        let page = json!({"items": feed["items"], "next": "x"});
        let page = read_page(&serde_json::to_vec(&page).unwrap(), source_key, now).unwrap();
        newest = newest.max(page.modified);
        mapped.of_items.extend(page.changes.iter().flat_map(codes_of));
        mapped.counted.extend(page.counts.keys());
        let commit = PageCommit {
            feed: record.id,
            cursor: "x".to_owned(),
            license: None,
            is_last: context["is_complete"] == json!(true),
            leads_on: false,
            now: time(&context["first_seen"]),
            changes: page.changes,
        };
        store.commit_page(commit).await.unwrap();
    }
    let (source, rules) = (Arc::new(source(context)), Arc::new(rules()));
    let of_feed = |record: &FeedRecord| (record.id, (Arc::clone(&source), Arc::clone(&rules)));
    (Sources(records.iter().map(of_feed).collect()), newest)
}

fn source(context: &Value) -> Source {
    let dataset = &context["dataset"];
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Source {
        key: text(&context["source_key"]).unwrap(),
        publisher: text(&dataset["publisher"]).unwrap(),
        dataset: text(&dataset["url"]),
        license: text(&dataset["license"]),
    }
}

fn codes_of(change: &ItemChange) -> Vec<Code> {
    match change {
        ItemChange::Unusable { finding, .. } => vec![finding.code],
        ItemChange::Head(head) => head.findings.iter().map(|finding| finding.code).collect(),
        _ => Vec::new(),
    }
}
