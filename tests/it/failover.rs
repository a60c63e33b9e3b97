//! A server with a standby: read from, and put in the place of the first.

use std::collections::BTreeMap;
use std::time::Duration;
use std::time::Instant;

use rand::SeedableRng as _;
use rand::rngs::StdRng;

use crate::several;
use crate::several::Truth;
use crate::several::assert_soon;
use crate::several::shown;
use crate::support::gateway::Gateway;
use crate::support::gateway::PATIENCE;
use crate::support::gateway::Settings;
use crate::support::gateway::text;
use crate::support::postgres::Server;
use crate::support::process::wait_until;
use crate::support::publisher::FakePublisher;

/// How long the publisher goes on before the first server ends, and after.
const WHILE: Duration = Duration::from_secs(4);

/// Work is taken up again within this, and then everything is read and mapped.
const END: Duration = Duration::from_mins(2);

const BETWEEN_EDITS: Duration = Duration::from_millis(10);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_that_is_promoted_goes_on_and_nothing_confirmed_is_lost() {
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let publisher = FakePublisher::start().await;
    let server = Server::start();
    let url = server.database();
    let settings = several::settings(&publisher, &server.standby().or_this(&url));
    let harvest = Gateway::start_role(&settings, "harvest").await;
    let api = Gateway::start_role(&settings, "api").await;
    let mut truth = Truth::new();
    let mut reader = Reader { next: "/rpde/services".to_owned(), kept: BTreeMap::new() };
    for is_promoted in [false, true] {
        if is_promoted {
            tokio::task::block_in_place(|| server.promote());
        }
        let begun = Instant::now();
        while begun.elapsed() < WHILE {
            several::edit(&publisher, &mut truth, &mut random);
            reader.read(&api).await;
            tokio::time::sleep(BETWEEN_EDITS).await;
        }
    }
    let ended = Instant::now();
    let is_truth = async || (shown(&api).await == truth || ended.elapsed() > END).then_some(());
    wait_until("the truth", END * 2, is_truth).await;
    let (one, other) = (harvest.status().await, api.status().await);
    assert_eq!(shown(&api).await, truth, "seed {seed}: {one:#} {other:#}");
    // A change that was told and then lost would give its number to another, which is never told.
    let is_told = async || {
        reader.read(&api).await;
        (reader.kept.values().cloned().collect::<Truth>() == truth).then_some(())
    };
    wait_until("the truth told", PATIENCE, is_told).await;
    for gateway in [&harvest, &api] {
        assert!(!gateway.said().contains("panicked"), "seed {seed}");
    }
}

/// Somebody who follows the change log, and comes back when there is no answer.
struct Reader {
    next: String,
    /// Source and name, by id.
    kept: BTreeMap<String, (String, String)>,
}

impl Reader {
    async fn read(&mut self, gateway: &Gateway) {
        loop {
            let answer = gateway.get(&self.next).await;
            if answer.status != 200 {
                return;
            }
            let page = answer.json();
            let items = page["items"].as_array().unwrap();
            for item in items {
                let (id, data) = (text(&item["id"]), &item["data"]);
                if item["state"] == "deleted" {
                    self.kept.remove(&id);
                } else {
                    let service = (text(&data["x_openactive"]["id"]), text(&data["name"]));
                    self.kept.insert(id, service);
                }
            }
            if items.is_empty() {
                return;
            }
            self.next = text(&page["next"]).replace(&gateway.url(""), "");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_serves_reads_from_a_standby() {
    let publisher = FakePublisher::start().await;
    let feed = publisher.feed("/feed", 50);
    let server = Server::start();
    let url = server.database();
    let standby = server.standby();
    let settings = Settings::following(&[("one", vec![feed])]);
    let harvest = Gateway::start_role(&settings.clone().store(&url), "harvest").await;
    harvest.settled().await;
    // It can read from nowhere else.
    let settings = settings.store("postgres://nobody@nowhere.invalid/none");
    let api = Gateway::start_role(&settings.read_url(&standby.address(&url)), "api").await;
    let medians = assert_soon(&publisher, &api, Duration::from_secs(3)).await;
    println!("change to visible through a standby: {medians:?}");
    let is_same = async || {
        let (one, other) = (harvest.get("/v3/services").await, api.get("/v3/services").await);
        (one.header("etag") == other.header("etag")).then_some((one.text(), other.text()))
    };
    let (one, other) = wait_until("the same entity tag", PATIENCE, is_same).await;
    assert_eq!(one, other);
}
