//! Many feeds, random faults, edits, deletions and `kill -9`: in the end what is published is exactly
//! what the publisher holds.
//!
//! `BATON_SOAK_SECS` says how long; `BATON_SOAK_SEED` repeats a run.

use std::collections::BTreeMap;
use std::time::Duration;
use std::time::Instant;

use rand::RngExt as _;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;

use crate::support::gateway::Gateway;
use crate::support::gateway::Settings;
use crate::support::gateway::text;
use crate::support::items;
use crate::support::process::wait_until;
use crate::support::publisher::FakePublisher;
use crate::support::publisher::Fault;

const FEEDS: usize = 20;

/// How many ids each feed draws from: few, so that most edits change or delete what is there.
const IDS: u32 = 60;

const DEFAULT_SECS: u64 = 60;

/// Longest time to wait for the end after the last fault: a few rounds of waiting after failures.
const END: Duration = Duration::from_mins(1);

/// What the publisher holds: name by feed and id.
type Truth = BTreeMap<(usize, u32), String>;

#[tokio::test]
async fn what_is_published_is_what_the_publisher_holds() {
    let secs = std::env::var("BATON_SOAK_SECS").ok().and_then(|secs| secs.parse().ok());
    let seed = std::env::var("BATON_SOAK_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or_else(rand::random);
    println!("BATON_SOAK_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let publisher = FakePublisher::start().await;
    let feeds: Vec<String> = (0..FEEDS).map(path).collect();
    let followed: Vec<(String, Vec<String>)> = feeds
        .iter()
        .enumerate()
        .map(|(at, path)| {
            (format!("p{at}"), vec![publisher.feed(path, random.random_range(3..40))])
        })
        .collect();
    // Everything may vanish here: the publisher's word is the truth.
    let settings = Settings::following(&followed).section("[guard]\nloss_percent = 100");
    let mut gateway = Gateway::start(&settings).await;
    let mut truth = Truth::new();
    let deadline = Instant::now() + Duration::from_secs(secs.unwrap_or(DEFAULT_SECS));
    let (mut edits, mut kills) = (0, 0);
    while Instant::now() < deadline {
        for _ in 0..random.random_range(1..40) {
            edit(&publisher, &mut truth, &mut random);
            edits += 1;
        }
        if random.random_bool(0.3) {
            let feed = random.random_range(0..FEEDS);
            publisher.fault(&path(feed), fault(&mut random), random.random_range(1..3));
        }
        if random.random_bool(0.04) {
            gateway.kill_9();
            gateway.start_again().await;
            kills += 1;
        }
        tokio::time::sleep(Duration::from_millis(random.random_range(10..300))).await;
    }
    for path in &feeds {
        publisher.heal(path);
    }
    // Waits after failures begin anew.
    gateway.kill_9();
    gateway.start_again().await;
    let begun = Instant::now();
    let expected = expected(&truth);
    let is_over = async || {
        let is_late = begun.elapsed() > END;
        (is_late || published(&gateway).await == expected).then_some(())
    };
    wait_until("the end", END * 2, is_over).await;
    println!("{edits} edits, {kills} kills, {} services, {:?}", truth.len(), begun.elapsed());
    let status = gateway.status().await;
    for feed in status["feeds"].as_array().unwrap().iter().filter(|feed| feed["state"] != "live") {
        println!("{feed}");
    }
    let shown = published(&gateway).await;
    let missing: Vec<_> = expected.iter().filter(|one| !shown.contains(one)).collect();
    let wrong: Vec<_> = shown.iter().filter(|one| !expected.contains(one)).collect();
    assert!(missing.is_empty() && wrong.is_empty(), "seed {seed}: {missing:#?} but {wrong:#?}");
    assert!(!gateway.said().contains("panicked"), "seed {seed}");
}

fn path(feed: usize) -> String {
    format!("/feed-{feed}")
}

fn key(feed: usize, id: u32) -> String {
    format!("{feed}-{id}")
}

fn edit(publisher: &FakePublisher, truth: &mut Truth, random: &mut StdRng) {
    let (feed, id) = (random.random_range(0..FEEDS), random.random_range(0..IDS));
    let path = path(feed);
    if random.random_bool(0.3) {
        truth.remove(&(feed, id));
        publisher.delete(&path, &id.to_string());
        return;
    }
    let name = format!("Class {feed} {id} {}", random.random_range(0..1_000_000));
    publisher.upsert(&path, &id.to_string(), items::series(key(feed, id), &name));
    truth.insert((feed, id), name);
}

fn fault(random: &mut StdRng) -> Fault {
    let faults = [
        Fault::Status(500),
        Fault::Status(403),
        Fault::Status(503),
        Fault::Busy { retry_after_secs: 1 },
        Fault::Html,
        Fault::Truncated,
        Fault::Slow(Duration::from_millis(200)),
        Fault::SelfLoop,
        Fault::NextMissing,
        Fault::NextRelative,
        Fault::EmptyFirst,
        Fault::EmptyMiddle(1),
    ];
    faults.choose(random).unwrap().clone()
}

fn expected(truth: &Truth) -> Vec<(String, String)> {
    let mut all: Vec<_> = truth
        .iter()
        .map(|((feed, id), name)| (items::uri("series", key(*feed, *id)), name.clone()))
        .collect();
    all.sort();
    all
}

/// Returns source and name of every service that lists show.
async fn published(gateway: &Gateway) -> Vec<(String, String)> {
    let services = gateway.all("/v3/services?full=true").await;
    let source = |service: &serde_json::Value| text(&service["x_openactive"]["id"]);
    let mut all: Vec<_> =
        services.iter().map(|service| (source(service), text(&service["name"]))).collect();
    all.sort();
    all
}
