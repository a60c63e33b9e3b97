//! Feeds that cannot be read: each has a state and a reason, and the others go on.

use std::net::TcpListener;
use std::time::Duration;

use serde_json::Value;

use crate::support::gateway::Gateway;
use crate::support::gateway::PATIENCE;
use crate::support::gateway::Settings;
use crate::support::items;
use crate::support::process::wait_until;
use crate::support::publisher::FakePublisher;
use crate::support::publisher::Fault;

async fn shows(gateway: &Gateway, name: &str) {
    let is_shown = async || gateway.names().await.iter().any(|n| n == name).then_some(());
    wait_until(name, PATIENCE, is_shown).await;
}

#[tokio::test]
async fn a_feed_that_cannot_be_read_says_why_and_the_others_go_on() {
    let publisher = FakePublisher::start().await;
    let good = publisher.feed("/good", 5);
    publisher.upsert("/good", "1", items::series(1, "Still here"));
    let failing = publisher.feed("/failing", 5);
    publisher.fault("/failing", Fault::Status(500), usize::MAX);
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    // Takes connections in and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let refused = format!("http://{closed}/feed");
    let mute = format!("http://{}/feed", silent.local_addr().unwrap());
    let bad = [
        (refused, "no connection"),
        (mute, "did not answer in full within 1 s"),
        (failing, "status 500"),
    ];
    let mut followed = vec![("good".to_owned(), vec![good.clone()])];
    for (number, (url, _)) in bad.iter().enumerate() {
        followed.insert(0, (format!("bad-{number}"), vec![url.clone()]));
    }
    let settings = Settings::following(&followed).fetch("timeout_secs = 1");
    let gateway = Gateway::start(&settings).await;
    shows(&gateway, "Still here").await;
    gateway.settled_but(bad.len()).await;
    for (url, words) in &bad {
        let feed = gateway.feed(url).await;
        assert_eq!(feed["state"], "backing_off", "{feed}");
        assert!(feed["reason"].as_str().unwrap().contains(words), "{feed}");
        assert!(feed["last_error"].as_str().unwrap().contains(words), "{feed}");
        assert!(feed["next_poll"].is_string(), "{feed}");
        assert_eq!(feed["at_end"], false, "{feed}");
        assert_eq!(feed["last_success"], Value::Null, "{feed}");
    }
    assert_eq!(gateway.feed(&good).await["state"], "live");
    assert_eq!(gateway.feed(&good).await["reason"], Value::Null);
    publisher.upsert("/good", "2", items::series(2, "And new"));
    shows(&gateway, "And new").await;
}

#[tokio::test]
async fn what_a_page_holds_that_is_none_is_told_nobody() {
    let publisher = FakePublisher::start().await;
    let (secret, long) = ("SECRETKEY42", "A".repeat(10_000));
    let text = publisher.raw("/text", &[], format!("\"Key {secret} has expired {long}\""));
    let list = publisher.raw("/list", &[], format!("{{\"items\":\"{secret}\",\"next\":\"x\"}}"));
    let followed = [("text", vec![text.clone()]), ("list", vec![list.clone()])];
    let gateway = Gateway::start(&Settings::following(&followed)).await;
    gateway.settled_but(2).await;
    for url in [text, list] {
        let feed = gateway.feed(&url).await;
        let reason =
            "the page is not an RPDE page: the JSON is no object with one list of items at line 1";
        assert!(feed["reason"].as_str().unwrap().starts_with(reason), "{feed}");
        assert_eq!(feed["reason"], feed["last_error"], "{feed}");
    }
    for path in ["/", "/status.json", "/feeds/text", "/metrics"] {
        assert!(!gateway.get(path).await.text().contains(secret), "{path}");
    }
    assert!(!gateway.said().contains(secret));
}

#[tokio::test]
async fn a_harvest_of_a_feed_that_cannot_be_read_fails_and_does_the_others() {
    let publisher = FakePublisher::start().await;
    let good = publisher.feed("/good", 5);
    publisher.upsert("/good", "1", items::series(1, "Still here"));
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refused = format!("http://{closed}/feed");
    let followed = [("bad", vec![refused.clone()]), ("good", vec![good.clone()])];
    let gateway = Gateway::new(&Settings::following(&followed));
    let harvested = gateway.harvest().await;
    assert_eq!(harvested.code, Some(1), "{harvested:?}");
    assert!(harvested.line_of(&refused).contains("failed: no connection"), "{harvested:?}");
    assert!(harvested.line_of(&good).ends_with("done"), "{harvested:?}");
    assert!(harvested.stderr.contains("1 services from 2 feeds"), "{harvested:?}");
}

#[tokio::test]
async fn a_feed_that_comes_back_is_live_again_and_its_reason_is_gone() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 5);
    publisher.upsert("/feed", "1", items::series(1, "Back again"));
    publisher.fault("/feed", Fault::Status(502), usize::MAX);
    let gateway = Gateway::start(&Settings::following(&[("one", vec![url.clone()])])).await;
    gateway.settled_but(1).await;
    publisher.heal("/feed");
    gateway.settled().await;
    let feed = gateway.feed(&url).await;
    assert_eq!((&feed["reason"], &feed["last_error"]), (&Value::Null, &Value::Null), "{feed}");
    assert_eq!(gateway.names().await, ["Back again"]);
    // What is at its end and fails keeps its services, and is live again afterwards.
    publisher.fault("/feed", Fault::Status(502), usize::MAX);
    gateway.settled_but(1).await;
    assert_eq!(gateway.names().await, ["Back again"]);
    publisher.heal("/feed");
    gateway.settled().await;
}

#[tokio::test]
async fn a_feed_that_is_gone_is_given_up_and_its_services_stay() {
    let publisher = FakePublisher::start().await;
    let urls = vec![publisher.feed("/gone", 5), publisher.feed("/good", 5)];
    publisher.upsert("/gone", "1", items::series(1, "Kept"));
    let gateway = Gateway::start(&Settings::following(&[("one", urls.clone())])).await;
    gateway.settled().await;
    publisher.fault("/gone", Fault::Status(404), usize::MAX);
    // It is asked three times: now, five and fifteen seconds later.
    let is_stopped = async || (gateway.feed(&urls[0]).await["state"] == "stopped").then_some(());
    wait_until("stopped", Duration::from_secs(40), is_stopped).await;
    let feed = gateway.feed(&urls[0]).await;
    assert!(feed["reason"].as_str().unwrap().contains("gone"), "{feed}");
    assert_eq!(gateway.feed(&urls[1]).await["state"], "live");
    assert_eq!(gateway.names().await, ["Kept"]);
}

#[tokio::test]
async fn a_feed_that_was_never_read_and_is_given_up_may_have_a_wrong_address() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/mistyped", 5);
    publisher.fault("/mistyped", Fault::Status(404), usize::MAX);
    let gateway = Gateway::start(&Settings::following(&[("one", vec![url.clone()])])).await;
    let is_stopped = async || (gateway.feed(&url).await["state"] == "stopped").then_some(());
    wait_until("stopped", Duration::from_secs(40), is_stopped).await;
    let feed = gateway.feed(&url).await;
    for words in ["never read", "check its address", "`baton feeds resume one`", "404"] {
        assert!(feed["reason"].as_str().unwrap().contains(words), "{feed}");
    }
}

#[tokio::test]
async fn private_addresses_are_refused_unless_allowed() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 5);
    let settings = Settings::following(&[("one", vec![url.clone()])]);
    let settings = settings.fetch("allow_private_networks = false");
    let harvested = Gateway::new(&settings).harvest().await;
    assert_eq!(harvested.code, Some(1), "{harvested:?}");
    assert!(harvested.line_of(&url).contains("not on the public internet"), "{harvested:?}");
    assert!(harvested.line_of(&url).contains("allow_private_networks"), "{harvested:?}");
    assert!(publisher.asked().is_empty());
}

#[tokio::test]
async fn a_feed_is_gone_only_when_its_publisher_says_so_again_and_again() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 5);
    publisher.upsert("/feed", "1", items::series(1, "Not gone"));
    publisher.fault("/feed", Fault::Status(500), 2);
    publisher.fault("/feed", Fault::Status(404), 1);
    // Asked now, five and fifteen seconds later; the next time would be half a minute later.
    let gateway = Gateway::start(&Settings::following(&[("one", vec![url.clone()])])).await;
    let told = async || {
        let feed = gateway.feed(&url).await;
        feed["last_error"].as_str()?.contains("status 404").then_some(feed)
    };
    let feed = wait_until("the third answer", Duration::from_secs(40), told).await;
    assert_eq!(feed["state"], "backing_off", "{feed}");
}
