//! Several processes on one server: some harvest, some serve, any may be killed.
//!
//! `BATON_SEVERAL_SECS` says how long; `BATON_SEVERAL_SEED` repeats a run.

use std::collections::BTreeMap;
use std::time::Duration;
use std::time::Instant;

use rand::RngExt as _;
use rand::SeedableRng as _;
use rand::rngs::StdRng;

use crate::support::gateway::Gateway;
use crate::support::gateway::Settings;
use crate::support::gateway::text;
use crate::support::items;
use crate::support::postgres::Server;
use crate::support::process::wait_until;
use crate::support::publisher::Asked;
use crate::support::publisher::FakePublisher;

const FEEDS: usize = 30;

/// How many ids each feed draws from.
const IDS: u32 = 12;

const DEFAULT_SECS: u64 = 25;

/// What a dead worker did is taken over within this, and then everything is read and mapped.
const END: Duration = Duration::from_mins(1);

/// Two requests of one process with one of another between them: a lease does not go and come back as
/// fast as this.
const TO_AND_FRO: Duration = Duration::from_secs(2);

/// How soon a change shows on another process, by the median.
const SOON: Duration = Duration::from_millis(250);

/// How many changes are waited for.
const CHANGES: usize = 7;

/// What the publisher holds: name by source.
pub(crate) type Truth = BTreeMap<String, String>;

#[tokio::test]
async fn whoever_is_killed_nothing_is_lost_and_all_serve_the_same() {
    let secs = std::env::var("BATON_SEVERAL_SECS").ok().and_then(|secs| secs.parse().ok());
    let seed = std::env::var("BATON_SEVERAL_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or_else(rand::random);
    println!("BATON_SEVERAL_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let secs = Duration::from_secs(secs.unwrap_or(DEFAULT_SECS));
    let publisher = FakePublisher::start().await;
    let server = Server::start();
    let settings = settings(&publisher, &server.database());
    let mut processes = Vec::new();
    for (number, role) in ["harvest", "harvest", "harvest", "api", "api"].into_iter().enumerate() {
        let contact = format!("contact = \"process-{number}@example.org\"");
        processes.push(Gateway::start_role(&settings.clone().fetch(&contact), role).await);
    }
    let mut truth = Truth::new();
    let begun = Instant::now();
    let mut next_kill = begun + Duration::from_secs(4);
    let (mut edits, mut kills, mut was_restarted) = (0, 0, false);
    while begun.elapsed() < secs {
        for _ in 0..random.random_range(1..6) {
            edit(&publisher, &mut truth, &mut random);
            edits += 1;
        }
        if Instant::now() > next_kill {
            let process = random.random_range(0..processes.len());
            processes[process].kill_9();
            processes[process].start_again().await;
            kills += 1;
            next_kill = Instant::now() + Duration::from_millis(random.random_range(3_000..8_000));
        }
        if !was_restarted && begun.elapsed() > secs / 2 {
            server.crash();
            was_restarted = true;
        }
        tokio::time::sleep(Duration::from_millis(random.random_range(5..60))).await;
    }
    let stopped = Instant::now();
    for api in &processes[3..] {
        let is_truth =
            async || (shown(api).await == truth || stopped.elapsed() > END).then_some(());
        wait_until("the truth", END * 2, is_truth).await;
        assert_eq!(shown(api).await, truth, "seed {seed}");
    }
    println!("{edits} edits, {kills} kills, {} services, {:?}", truth.len(), stopped.elapsed());
    assert_same_walks(&processes[3], &processes[4]).await;
    assert_polled_by_one(&publisher.asked());
    // Who was killed last has its share again in the end.
    let is_even = async || is_spread_evenly(&publisher.asked()).then_some(());
    wait_until("an even spread", END, is_even).await;
    for process in &processes {
        assert!(!process.said().contains("panicked"), "seed {seed}");
    }
    for process in &mut processes {
        assert_eq!(process.stop().await, Some(0));
    }
}

#[tokio::test]
async fn a_process_that_serves_follows_soon_and_outlives_the_store() {
    let publisher = FakePublisher::start().await;
    let feed = publisher.feed("/feed", 50);
    let server = Server::start();
    let settings = Settings::following(&[("one", vec![feed])]).store(&server.database());
    let harvest = Gateway::start_role(&settings, "harvest").await;
    let api = Gateway::start_role(&settings, "api").await;
    let medians = assert_soon(&publisher, &api, SOON).await;
    println!("change to visible on another process: {medians:?}");
    let is_same = async || {
        let (one, other) = (api.status().await, harvest.status().await);
        (one["generation"] == other["generation"]).then_some(())
    };
    wait_until("the same generation", END, is_same).await;

    drop(server);
    let is_told = async || {
        let told = api.get("/readyz").await;
        let answer = api.get("/v3/services").await;
        let is_stale = !answer.header("x-baton-stale-since").is_empty();
        (told.status == 200 && told.text().contains("does not answer") && is_stale)
            .then_some(answer)
    };
    let answer = wait_until("the loss of the store told", END, is_told).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["contents"][0]["name"], format!("Class {CHANGES}"));
}

#[tokio::test]
async fn a_process_that_serves_follows_where_nobody_can_notify() {
    let publisher = FakePublisher::start().await;
    let feed = publisher.feed("/feed", 50);
    let mute = Server::shared().mute_database().await;
    let settings = Settings::following(&[("one", vec![feed])]).store(&mute);
    let harvest = Gateway::start_role(&settings, "harvest").await;
    let api = Gateway::start_role(&settings, "api").await;
    let medians = assert_soon(&publisher, &api, Duration::from_secs(2)).await;
    println!("change to visible on another process, without NOTIFY: {medians:?}");
    assert!(harvest.said().contains("others not told"), "nobody was notified");
}

/// Checks how soon a change shows on another process, by the median of some changes. What else the machine
/// does makes it slower, never faster: up to ten rounds are tried. Returns the median of each.
pub(crate) async fn assert_soon(
    publisher: &FakePublisher,
    api: &Gateway,
    soon: Duration,
) -> Vec<Duration> {
    let mut medians = Vec::new();
    while medians.iter().all(|median| *median >= soon) {
        assert!(medians.len() < 10, "{medians:?}");
        medians.push(median_wait(publisher, api).await);
    }
    medians
}

/// Changes a class of `/feed` again and again. Returns how long it takes from the moment the harvesting
/// process asks for a change until the other shows it.
async fn median_wait(publisher: &FakePublisher, api: &Gateway) -> Duration {
    let mut waits = Vec::new();
    for number in 1..=CHANGES {
        let name = format!("Class {number}");
        let changed = Instant::now();
        publisher.upsert("/feed", "0", items::series(0, &name));
        let is_shown = async || (api.names().await == [name.as_str()]).then_some(());
        wait_until("the change on another process", END, is_shown).await;
        let shown = Instant::now();
        let asked = publisher.asked_of("/feed").into_iter().find(|asked| asked.at > changed);
        waits.push(shown - asked.unwrap().at);
    }
    waits.sort();
    waits[CHANGES / 2]
}

pub(crate) fn settings(publisher: &FakePublisher, store: &str) -> Settings {
    let feeds: Vec<(String, Vec<String>)> =
        (0..FEEDS).map(|feed| (format!("p{feed}"), vec![publisher.feed(&path(feed), 5)])).collect();
    // Everything may vanish here: the publisher's word is the truth.
    Settings::following(&feeds).section("[guard]\nloss_percent = 100").store(store)
}

fn path(feed: usize) -> String {
    format!("/feed-{feed}")
}

pub(crate) fn edit(publisher: &FakePublisher, truth: &mut Truth, random: &mut StdRng) {
    let (feed, id) = (random.random_range(0..FEEDS), random.random_range(0..IDS));
    let source = items::uri("series", format!("{feed}-{id}"));
    if random.random_bool(0.25) {
        truth.remove(&source);
        publisher.delete(&path(feed), &id.to_string());
        return;
    }
    let name = format!("Class {feed} {id} {}", random.random_range(0..1_000_000));
    let body = items::series(format!("{feed}-{id}"), &name);
    publisher.upsert(&path(feed), &id.to_string(), body);
    truth.insert(source, name);
}

pub(crate) async fn shown(gateway: &Gateway) -> Truth {
    let services = gateway.all("/v3/services?full=true").await;
    services.iter().map(|s| (text(&s["x_openactive"]["id"]), text(&s["name"]))).collect()
}

/// Pages, their order and their entity tags.
async fn assert_same_walks(one: &Gateway, other: &Gateway) {
    for page in 1.. {
        let path = format!("/v3/services?per_page=40&page={page}");
        let (one, other) = (one.get(&path).await, other.get(&path).await);
        assert_eq!(one.header("etag"), other.header("etag"), "{path}");
        assert_eq!(one.text(), other.text(), "{path}");
        if one.json()["last_page"] == true {
            return;
        }
    }
}

fn assert_polled_by_one(asked: &[Asked]) {
    for feed in 0..FEEDS {
        let of_feed: Vec<&Asked> = asked.iter().filter(|asked| asked.path == path(feed)).collect();
        for at in of_feed.windows(3) {
            let is_to_and_fro = at[0].agent == at[2].agent && at[0].agent != at[1].agent;
            let is_both = is_to_and_fro && at[2].at - at[0].at < TO_AND_FRO;
            assert!(!is_both, "two processes polled feed {feed} at once");
        }
    }
}

/// Tells whether each process polls a third. A quiet feed is asked every four seconds or so.
fn is_spread_evenly(asked: &[Asked]) -> bool {
    let last = asked.iter().map(|asked| asked.at).max().unwrap();
    let mut followers: BTreeMap<&str, &str> = BTreeMap::new();
    for asked in asked.iter().filter(|asked| last - asked.at < Duration::from_secs(6)) {
        followers.insert(&asked.path, &asked.agent);
    }
    let mut shares: BTreeMap<&str, usize> = BTreeMap::new();
    for agent in followers.values() {
        *shares.entry(agent).or_default() += 1;
    }
    followers.len() == FEEDS
        && shares.len() == 3
        && shares.values().all(|feeds| *feeds == FEEDS / 3)
}
