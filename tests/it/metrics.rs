//! `/metrics`: what a dashboard and alerts need.

use std::collections::BTreeMap;

use crate::support::gateway::Gateway;
use crate::support::gateway::PATIENCE;
use crate::support::gateway::Settings;
use crate::support::items;
use crate::support::postgres::Server;
use crate::support::process::wait_until;
use crate::support::publisher::FakePublisher;
use crate::support::publisher::Fault;

/// A snapshot is older than this only when it does not follow its store, in seconds.
const AGE: f64 = 4.0;

/// Returns each sample by its name with labels.
async fn samples(gateway: &Gateway) -> BTreeMap<String, f64> {
    let answer = gateway.get("/metrics").await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("content-type").starts_with("application/openmetrics-text"));
    let text = answer.text();
    assert!(text.ends_with("# EOF\n") && text.matches("# EOF").count() == 1, "{text}");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let pairs = lines.map(|line| line.rsplit_once(' ').unwrap());
    pairs.map(|(name, value)| (name.to_owned(), value.parse().unwrap())).collect()
}

#[tokio::test]
async fn each_feed_and_each_route_is_measured() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 3);
    for id in 1..=4 {
        publisher.upsert("/feed", &id.to_string(), items::series(id, &format!("Class {id}")));
    }
    for id in 1..=3 {
        let session = items::session(id, items::uri("series", id), 7);
        publisher.upsert("/feed", &format!("s{id}"), session);
    }
    publisher.upsert("/feed", "s", items::session(1, items::uri("series", 99), 3));
    publisher.delete("/feed", "4");
    publisher.fault("/feed", Fault::Status(502), 1);
    let secret = format!("{url}?key=secret");
    let gateway = Gateway::start(&Settings::following(&[("one", vec![secret])])).await;
    gateway.settled().await;
    for _ in 0..3 {
        gateway.get("/v3/services").await;
    }
    let id = gateway.services().await.into_keys().next().unwrap();
    gateway.get(&format!("/v3/services/{id}")).await;
    gateway.get("/nowhere").await;
    let samples = samples(&gateway).await;
    let feed = format!("publisher=\"one\",feed=\"{url}?key=***\"");
    let of = |name: &str, more: &str| samples[&format!("{name}{{{feed}{more}}}")];
    assert!((of("baton_feed_items", ",kind=\"live\"") - 7.0).abs() < 0.1);
    assert!((of("baton_feed_items", ",kind=\"orphan\"") - 1.0).abs() < 0.1);
    assert!((of("baton_feed_state", ",kind=\"live\"") - 1.0).abs() < 0.1);
    assert!(of("baton_feed_state", ",kind=\"paused\"").abs() < 0.1);
    assert!(of("baton_feed_answers_total", ",kind=\"2xx\"") >= 3.0);
    assert!((of("baton_feed_answers_total", ",kind=\"5xx\"") - 1.0).abs() < 0.1);
    assert!(of("baton_feed_pages_total", "") >= 3.0);
    assert!(of("baton_feed_bytes_total", "") > 2_000.0);
    assert!(of("baton_feed_lag_seconds", "") < 30.0);
    assert!((samples["baton_listed_services"] - 3.0).abs() < 0.1);
    assert!(samples["baton_waiting_roots"].abs() < 0.1);
    let requests = |route: &str, status: &str| {
        let labels = format!("route=\"{route}\",status=\"{status}\"");
        samples[&format!("baton_request_duration_seconds_count{{{labels}}}")]
    };
    assert!(requests("/v3/services", "2xx") >= 4.0);
    assert!((requests("/v3/services/{id}", "2xx") - 1.0).abs() < 0.1);
    assert!((requests("none", "4xx") - 1.0).abs() < 0.1);
    assert!((samples["baton_page_lookups_total{outcome=\"hit\"}"] - 2.0).abs() < 0.1);
    // The request that asks is under way.
    assert!((samples["baton_in_flight_requests"] - 1.0).abs() < 0.1);
    assert!(!samples.keys().any(|name| name.contains("secret") || name.contains(&id)));
}

#[tokio::test]
async fn a_server_that_is_gone_is_told_beside_what_is_known_without_it() {
    let server = Server::start();
    let settings = Settings::default().store(&server.database());
    store_is_lost_and_found(settings, |_| server.stop(), |_| server.start_again()).await;
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_told_beside_what_is_known_without_it() {
    let rename = |gateway: &Gateway, from: &str, to: &str| {
        let file = rusqlite::Connection::open(gateway.folder().join("baton.db")).unwrap();
        file.busy_timeout(PATIENCE).unwrap();
        for table in ["feed", "service"] {
            let rename = format!("ALTER TABLE {from}{table} RENAME TO {to}{table}");
            file.execute_batch(&rename).unwrap();
        }
    };
    let take_away = |gateway: &Gateway| rename(gateway, "", "lost_");
    let bring_back = |gateway: &Gateway| rename(gateway, "lost_", "");
    store_is_lost_and_found(Settings::default(), take_away, bring_back).await;
}

async fn store_is_lost_and_found(
    settings: Settings,
    take_away: impl FnOnce(&Gateway),
    bring_back: impl FnOnce(&Gateway),
) {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 5);
    publisher.upsert("/feed", "1", items::series(1, "Class"));
    let of = format!("key = \"one\"\nname = \"One\"\nfeeds = [{url:?}]\n");
    let gateway = Gateway::start(&settings.publisher(&of)).await;
    gateway.settled().await;
    gateway.get("/v3/services").await;
    let is_up = async |expected: f64| {
        let is_so = async || {
            let samples = samples(&gateway).await;
            ((samples["baton_store_up"] - expected).abs() < 0.1).then_some(samples)
        };
        wait_until(&format!("baton_store_up {expected}"), PATIENCE, is_so).await
    };
    let of_feeds = |samples: &BTreeMap<String, f64>| {
        samples.keys().filter(|name| name.starts_with("baton_feed_")).count()
    };
    let before = is_up(1.0).await;
    assert!(of_feeds(&before) > 10 && before.contains_key("baton_waiting_roots"));
    take_away(&gateway);
    let without = is_up(0.0).await;
    assert_eq!(of_feeds(&without), 0, "what is not known is not told");
    assert!(!without.contains_key("baton_waiting_roots"));
    assert!((without["baton_listed_services"] - 1.0).abs() < 0.1);
    let requests = "baton_request_duration_seconds_count{route=\"/v3/services\",status=\"2xx\"}";
    assert!(without[requests] >= 1.0);
    let ages = async || samples(&gateway).await["baton_snapshot_age_seconds"];
    let is_old = async || (ages().await > AGE).then_some(());
    wait_until("an old snapshot", PATIENCE, is_old).await;
    bring_back(&gateway);
    assert_eq!(of_feeds(&is_up(1.0).await), of_feeds(&before));
    let is_new = async || (ages().await < AGE).then_some(());
    wait_until("a new snapshot", PATIENCE, is_new).await;
}
