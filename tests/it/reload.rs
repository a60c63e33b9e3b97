//! A configuration that changes while the gateway runs.

use std::fs;

use reqwest::StatusCode;
use rusqlite::Connection;

use crate::support::gateway::Gateway;
use crate::support::gateway::PATIENCE;
use crate::support::gateway::Settings;
use crate::support::items;
use crate::support::process::wait_until;
use crate::support::publisher::FakePublisher;

const TOKEN: &str = "a-token-of-the-tests";

async fn shows(gateway: &Gateway, names: &[&str]) {
    let is_shown = async || (gateway.names().await == names).then_some(());
    wait_until(&format!("services {names:?}"), PATIENCE, is_shown).await;
}

fn publish(publisher: &FakePublisher) -> (String, String) {
    let (one, two) = (publisher.feed("/one", 5), publisher.feed("/two", 5));
    publisher.upsert("/one", "1", items::series(1, "Of one"));
    publisher.upsert("/two", "1", items::series(2, "Of two"));
    (one, two)
}

#[tokio::test]
async fn publishers_come_and_go_without_a_restart() {
    let publisher = FakePublisher::start().await;
    let (one, two) = publish(&publisher);
    let only_one = Settings::following(&[("one", vec![one.clone()])]);
    let both = Settings::following(&[("one", vec![one.clone()]), ("two", vec![two.clone()])]);
    let gateway = Gateway::start(&only_one).await;
    shows(&gateway, &["Of one"]).await;
    // The file alone is enough.
    gateway.configure(&both);
    shows(&gateway, &["Of one", "Of two"]).await;
    let asked = publisher.asked_of("/one").iter().filter(|a| a.query.is_empty()).count();
    assert_eq!(asked, 1, "a feed that stays is not read again");
    gateway.configure(&only_one);
    shows(&gateway, &["Of one"]).await;
    let asked = publisher.asked_of("/two").len();
    publisher.upsert("/one", "2", items::series(3, "News of one"));
    shows(&gateway, &["News of one", "Of one"]).await;
    assert_eq!(publisher.asked_of("/two").len(), asked, "a feed that went is not asked");
}

#[tokio::test]
async fn a_configuration_that_comes_while_the_store_is_away_is_taken_over_later() {
    let publisher = FakePublisher::start().await;
    let (one, two) = publish(&publisher);
    let gateway = Gateway::start(&Settings::following(&[("one", vec![one.clone()])])).await;
    shows(&gateway, &["Of one"]).await;
    let database = Connection::open(gateway.folder().join("baton.db")).unwrap();
    database.busy_timeout(PATIENCE).unwrap();
    database.execute_batch("ALTER TABLE held RENAME TO away").unwrap();
    gateway.configure(&Settings::following(&[("one", vec![one]), ("two", vec![two])]));
    let is_told = async || gateway.said().contains("configuration not taken over").then_some(());
    wait_until("the reason in the log", PATIENCE, is_told).await;
    database.execute_batch("ALTER TABLE away RENAME TO held").unwrap();
    shows(&gateway, &["Of one", "Of two"]).await;
}

#[tokio::test]
async fn a_bad_configuration_is_refused_with_the_reason_and_the_old_one_stays() {
    let publisher = FakePublisher::start().await;
    let (one, two) = publish(&publisher);
    let settings = Settings::following(&[("one", vec![one.clone()])]).admin(TOKEN);
    let gateway = Gateway::start(&settings).await;
    shows(&gateway, &["Of one"]).await;
    let good = fs::read_to_string(gateway.config()).unwrap();
    fs::write(gateway.config(), format!("{good}\nnonsense = 1\n")).unwrap();
    gateway.signal("HUP");
    let is_told = async || gateway.said().contains("unknown key").then_some(());
    wait_until("the reason in the log", PATIENCE, is_told).await;
    let (code, said) = gateway.command(&["feeds", "reload"]).await;
    assert_eq!((code, said.contains("unknown key")), (Some(1), true), "{said}");
    publisher.upsert("/one", "2", items::series(3, "News of one"));
    shows(&gateway, &["News of one", "Of one"]).await;

    let both = Settings::following(&[("one", vec![one]), ("two", vec![two])]).admin(TOKEN);
    gateway.configure(&both);
    let (code, said) = gateway.command(&["feeds", "reload"]).await;
    assert!(code == Some(0) && said.contains("[server]") && said.contains("restart"), "{said}");
    shows(&gateway, &["News of one", "Of one", "Of two"]).await;
}

#[tokio::test]
async fn a_publisher_that_is_not_to_be_republished_any_more_is_withdrawn_at_once() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 50);
    for id in 0..30 {
        publisher.upsert("/feed", &id.to_string(), items::series(id, &format!("Class {id}")));
    }
    let of = |republish| {
        let text = format!("key = \"a\"\nname = \"A\"\nfeeds = [{url:?}]\nrepublish = {republish}");
        Settings::default().publisher(&text)
    };
    let gateway = Gateway::start(&of(true)).await;
    gateway.settled().await;
    assert_eq!(gateway.names().await.len(), 30);
    // The drop guard is against accidents of publishers, not against the operator.
    gateway.configure(&of(false));
    shows(&gateway, &[]).await;
}

#[tokio::test]
async fn readiness_ends_before_the_service_does() {
    let publisher = FakePublisher::start().await;
    let (one, _) = publish(&publisher);
    let mut gateway = Gateway::start(&Settings::following(&[("one", vec![one])])).await;
    shows(&gateway, &["Of one"]).await;
    // Whoever asks on a busy machine may miss half a second.
    for _ in 0..5 {
        gateway.signal("TERM");
        let is_answered = is_answered_when_not_ready(&gateway).await;
        assert_eq!(gateway.stop().await, Some(0));
        if is_answered {
            return;
        }
        gateway.start_again().await;
    }
    unreachable!("no request was answered any more");
}

/// Asks until the gateway is not ready, and then tells whether it still answers.
async fn is_answered_when_not_ready(gateway: &Gateway) -> bool {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let status = async |path| Some(client.get(gateway.url(path)).send().await.ok()?.status());
    let is_answered = async || match status("/readyz").await {
        Some(StatusCode::OK) => None,
        Some(ready) => {
            assert_eq!(ready, StatusCode::SERVICE_UNAVAILABLE);
            let answer = status("/v3/services").await;
            assert!(answer.is_none_or(|answer| answer == StatusCode::OK), "{answer:?}");
            Some(answer.is_some())
        }
        None => Some(false),
    };
    wait_until("not ready", PATIENCE, is_answered).await
}
