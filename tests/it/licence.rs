//! Nothing is republished without a licence, unless the operator says so.

use serde_json::Value;

use crate::support::gateway::Gateway;
use crate::support::gateway::PATIENCE;
use crate::support::gateway::Settings;
use crate::support::items;
use crate::support::process::wait_until;
use crate::support::publisher::FakePublisher;
use crate::support::publisher::Fault;

fn settings(url: &str, more: &str) -> Settings {
    let of = format!("key = \"one\"\nname = \"One\"\nfeeds = [{url:?}]\n{more}\n");
    Settings::default().publisher(&of)
}

async fn shows(gateway: &Gateway, names: &[&str]) {
    let is_shown = async || (gateway.names().await == names).then_some(());
    wait_until(&format!("services {names:?}"), PATIENCE, is_shown).await;
}

#[tokio::test]
async fn a_feed_without_a_licence_is_harvested_and_not_republished() {
    let publisher = FakePublisher::start().await;
    publisher.license(None);
    let url = publisher.feed("/feed", 5);
    publisher.upsert("/feed", "1", items::series(1, "Under no licence"));
    let gateway = Gateway::start(&settings(&url, "")).await;
    gateway.settled().await;
    assert_eq!(gateway.names().await, [""; 0]);
    let feed = gateway.feed(&url).await;
    assert_eq!((&feed["items"], &feed["license"]), (&1.into(), &Value::Null));
    assert!(feed["withheld"].as_str().unwrap().contains("licence"), "{feed}");
    assert_eq!(feed["state"], "live");

    // Once the feed names one, what was read before is republished too.
    publisher.license(Some("https://creativecommons.org/licenses/by/4.0/"));
    publisher.upsert("/feed", "2", items::series(2, "Under a licence"));
    shows(&gateway, &["Under a licence", "Under no licence"]).await;
    let feed = gateway.feed(&url).await;
    assert_eq!(feed["withheld"], Value::Null);
    assert_eq!(feed["license"], "https://creativecommons.org/licenses/by/4.0/");
}

#[tokio::test]
async fn the_operator_may_state_a_licence_or_vouch_for_a_feed() {
    let publisher = FakePublisher::start().await;
    publisher.license(None);
    let url = publisher.feed("/feed", 5);
    publisher.upsert("/feed", "1", items::series(1, "Vouched for"));
    let stated = "license = \"https://example.org/our-agreement\"";
    for (more, license) in [(stated, "https://example.org/our-agreement"), ("republish = true", "")]
    {
        let gateway = Gateway::start(&settings(&url, more)).await;
        shows(&gateway, &["Vouched for"]).await;
        let feed = gateway.feed(&url).await;
        assert_eq!(feed["withheld"], Value::Null, "{more}");
        assert_eq!(feed["license"].as_str().unwrap_or_default(), license, "{more}");
        let service = gateway.services().await.into_values().next().unwrap();
        assert_eq!(service["x_openactive"]["license"].as_str().unwrap_or_default(), license);
    }
}

#[tokio::test]
async fn a_feed_that_is_not_to_be_republished_says_so() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 5);
    publisher.upsert("/feed", "1", items::series(1, "Kept back"));
    let gateway = Gateway::start(&settings(&url, "republish = false")).await;
    gateway.settled().await;
    assert_eq!(gateway.names().await, [""; 0]);
    let feed = gateway.feed(&url).await;
    assert!(feed["withheld"].as_str().unwrap().contains("configuration"), "{feed}");
}

#[tokio::test]
async fn of_a_feed_that_was_never_read_nobody_knows_its_licence() {
    let publisher = FakePublisher::start().await;
    publisher.license(None);
    let url = publisher.feed("/feed", 5);
    publisher.fault("/feed", Fault::Status(401), usize::MAX);
    let gateway = Gateway::start(&settings(&url, "")).await;
    gateway.settled_but(1).await;
    let feed = gateway.feed(&url).await;
    assert_eq!((&feed["withheld"], &feed["license"]), (&Value::Null, &Value::Null), "{feed}");
    let html = gateway.get("/").await.text();
    assert!(html.contains("No: not read yet"), "{html}");
}

#[tokio::test]
async fn a_harvest_says_of_which_feeds_nothing_is_republished() {
    let publisher = FakePublisher::start().await;
    publisher.license(None);
    let url = publisher.feed("/feed", 5);
    publisher.upsert("/feed", "1", items::series(1, "Under no licence"));
    let harvested = Gateway::new(&settings(&url, "")).harvest().await;
    let words = "done; not republished: neither the feed nor the configuration states a licence";
    assert_eq!(harvested.code, Some(0));
    assert!(harvested.line_of(&url).contains(words), "{harvested:?}");
    let vouched = Gateway::new(&settings(&url, "republish = true")).harvest().await;
    assert!(vouched.line_of(&url).ends_with("done"), "{vouched:?}");
}
