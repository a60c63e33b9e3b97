//! How fast items become services on one core: the body of a series of 2.5 KB parsed and mapped.
//!
//! Run with `cargo bench --bench mapping`. What is stored and fetched on the way is not measured here:
//! see `harvest`.
#![expect(clippy::unwrap_used, reason = "a benchmark may fail")]

use std::sync::Arc;

use baton::mapping::Bundle;
use baton::mapping::ChildFeed;
use baton::mapping::Head;
use baton::mapping::Rules;
use baton::mapping::Source;
use baton::mapping::map;
use baton::openactive::Kind;
use baton::openactive::Opportunity;
use baton::openactive::Vocabulary;
use baton::openactive::noting;
use chrono::DateTime;
use chrono::Utc;
use divan::Bencher;
use divan::counter::BytesCount;
use divan::counter::ItemsCount;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

/// The body of a weekly class as a leisure operator publishes it, with everything said that people ask.
const SERIES: &str = include_str!("series.json");

/// Parsed and mapped.
#[divan::bench]
fn series(bencher: Bencher<'_, '_>) {
    let (rules, source, now) = (rules(), source(), now());
    bencher
        .counter(ItemsCount::new(1_usize))
        .counter(BytesCount::of_str(SERIES))
        .bench(|| map(&bundle(SERIES, &source, now), &rules, now));
}

/// Parsed only.
#[divan::bench]
fn parsing(bencher: Bencher<'_, '_>) {
    bencher
        .counter(ItemsCount::new(1_usize))
        .counter(BytesCount::of_str(SERIES))
        .bench(|| serde_json::from_str::<Opportunity>(SERIES).unwrap());
}

/// Parsed, mapped and written down as stored.
#[divan::bench]
fn series_to_json(bencher: Bencher<'_, '_>) {
    let (rules, source, now) = (rules(), source(), now());
    bencher.counter(ItemsCount::new(1_usize)).bench(|| {
        let mapping = map(&bundle(SERIES, &source, now), &rules, now);
        serde_json::to_vec(&mapping.service).unwrap()
    });
}

fn bundle(body: &str, source: &Arc<Source>, now: DateTime<Utc>) -> Bundle {
    let (opportunity, oddities) = noting(|| serde_json::from_str(body).unwrap());
    let key = "https://data.leisure.example.org/series/1".to_owned();
    Bundle {
        source: Arc::clone(source),
        head: Head { kind: Kind::SessionSeries, key, item_id: None, opportunity, oddities },
        parents: Vec::new(),
        members: Vec::new(),
        occurrences: Vec::new(),
        child_feed: ChildFeed::Unknown,
        modified: Some(now),
        first_seen: now,
    }
}

fn source() -> Arc<Source> {
    Arc::new(Source {
        key: "leisure".to_owned(),
        publisher: "Leisure".to_owned(),
        dataset: Some("https://data.leisure.example.org/".to_owned()),
        license: Some("https://creativecommons.org/licenses/by/4.0/".to_owned()),
    })
}

fn rules() -> Rules {
    let list = include_bytes!("../tests/fixtures/mapping/vocabulary-activity-list.jsonld");
    let mut rules = Rules::default();
    rules.activities = Vocabulary::parse(list).unwrap();
    rules
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}
