//! The admin API: closed without a token, and what it does to feeds.

use reqwest::Method;

use crate::support::gateway::Gateway;
use crate::support::gateway::PATIENCE;
use crate::support::gateway::Settings;
use crate::support::items;
use crate::support::process::wait_until;
use crate::support::publisher::FakePublisher;
use crate::support::publisher::Fault;

const TOKEN: &str = "a-token-of-the-tests";

const PATHS: [(Method, &str); 7] = [
    (Method::GET, "/admin/feeds"),
    (Method::GET, "/admin/orphans"),
    (Method::POST, "/admin/reload"),
    (Method::POST, "/admin/feeds/pause?key=one"),
    (Method::POST, "/admin/feeds/resume?key=one"),
    (Method::POST, "/admin/feeds/accept?key=one"),
    (Method::POST, "/admin/feeds/resync?key=one"),
];

async fn in_state(gateway: &Gateway, url: &str, state: &str) {
    let is_so = async || (gateway.feed(url).await["state"] == state).then_some(());
    wait_until(state, PATIENCE, is_so).await;
}

#[tokio::test]
async fn without_a_token_in_the_configuration_there_is_no_admin_api() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 5);
    let gateway = Gateway::start(&Settings::following(&[("one", vec![url])])).await;
    for (method, path) in PATHS {
        let answer = gateway.ask(method, path, &[("authorization", "Bearer ")]).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    let (code, said) = gateway.command(&["feeds", "pause", "one"]).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("has no admin API"), "{said}");
}

#[tokio::test]
async fn a_wrong_token_is_refused_everywhere_and_changes_nothing() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 5);
    let settings = Settings::following(&[("one", vec![url.clone()])]).admin(TOKEN);
    let gateway = Gateway::start(&settings).await;
    gateway.settled().await;
    let wrong = ["", "Bearer ", "Bearer a-token-of-the-test", "Basic a-token-of-the-tests", TOKEN];
    for (method, path) in PATHS {
        for shown in wrong {
            let answer = gateway.ask(method.clone(), path, &[("authorization", shown)]).await;
            assert_eq!(answer.status, 401, "{path} with {shown:?}");
            assert_eq!(answer.header("www-authenticate"), "Bearer");
            assert_eq!(answer.header("content-type"), "application/problem+json");
        }
    }
    assert_eq!(gateway.feed(&url).await["state"], "live");
    assert!(!gateway.said().contains(TOKEN), "a token was logged");
}

#[tokio::test]
async fn what_cannot_be_done_is_told_as_a_problem() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 5);
    let settings = Settings::following(&[("one", vec![url])]).admin(TOKEN);
    let gateway = Gateway::start(&settings).await;
    let token = format!("Bearer {TOKEN}");
    for (path, status) in [
        ("/admin/feeds/pause", 400),
        ("/admin/feeds/resync?publisher=one", 400),
        ("/admin/feeds/pause?key=two", 404),
    ] {
        let answer = gateway.ask(Method::POST, path, &[("authorization", &token)]).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        assert_eq!(answer.header("content-type"), "application/problem+json", "{path}");
        assert_eq!(answer.json()["status"], status, "{path}");
    }
    let asked = gateway.ask(Method::GET, "/admin/reload", &[("authorization", &token)]).await;
    assert_eq!((asked.status, asked.header("allow")), (405, "POST"));
    assert!(asked.json()["detail"].as_str().unwrap().ends_with("in `Allow`"), "{}", asked.text());
}

#[tokio::test]
async fn a_feed_can_be_paused_and_resumed_and_that_is_logged() {
    let publisher = FakePublisher::start().await;
    let urls = vec![publisher.feed("/one", 5), publisher.feed("/two", 5)];
    let settings = Settings::following(&[("one", urls.clone())]).admin(TOKEN);
    let mut gateway = Gateway::start(&settings).await;
    gateway.settled().await;
    let (code, said) = gateway.command(&["feeds", "pause", &urls[0]]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains(&urls[0]) && !said.contains(&urls[1]), "{said}");
    in_state(&gateway, &urls[0], "paused").await;
    assert_eq!(gateway.feed(&urls[0]).await["reason"], "paused by the operator");

    // It stays so over a restart, while the other goes on.
    assert_eq!(gateway.stop().await, Some(0));
    gateway.start_again().await;
    in_state(&gateway, &urls[1], "live").await;
    in_state(&gateway, &urls[0], "paused").await;
    let asked = publisher.asked_of("/one").len();
    publisher.upsert("/one", "1", items::series(1, "News"));
    publisher.upsert("/two", "1", items::series(2, "Other news"));
    let is_shown = async || (gateway.names().await == ["Other news"]).then_some(());
    wait_until("the other feed", PATIENCE, is_shown).await;
    assert_eq!(publisher.asked_of("/one").len(), asked, "a paused feed is not asked");

    assert_eq!(gateway.command(&["feeds", "resume", "one"]).await.0, Some(0));
    let is_shown = async || (gateway.names().await == ["News", "Other news"]).then_some(());
    wait_until("both feeds", PATIENCE, is_shown).await;
    let said = gateway.said();
    for action in ["pause", "resume"] {
        let is_told = |line: &&str| line.contains("admin action") && line.contains(action);
        assert!(said.lines().find(is_told).is_some(), "{action} is not in the log");
    }
    let (code, said) = gateway.command(&["feeds", "pause", "nobody"]).await;
    assert_eq!((code, said.contains("no publisher and no feed")), (Some(1), true), "{said}");
}

#[tokio::test]
async fn a_feed_that_was_given_up_is_asked_again_when_it_is_resumed() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 5);
    publisher.fault("/feed", Fault::Status(410), 3);
    let settings = Settings::following(&[("one", vec![url.clone()])]).admin(TOKEN);
    let gateway = Gateway::start(&settings).await;
    in_state(&gateway, &url, "stopped").await;
    publisher.upsert("/feed", "1", items::series(1, "Found again"));
    assert_eq!(gateway.command(&["feeds", "resume", "one"]).await.0, Some(0));
    in_state(&gateway, &url, "live").await;
    gateway.settled().await;
    assert_eq!(gateway.names().await, ["Found again"]);
}

#[tokio::test]
async fn orphans_are_told_parent_by_parent() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 50);
    for (id, parent) in [(1, 1), (2, 1), (3, 1), (4, 2)] {
        let session = items::session(id, items::uri("series", parent), id);
        publisher.upsert("/feed", &id.to_string(), session);
    }
    let settings = Settings::following(&[("one", vec![url])]).admin(TOKEN);
    let gateway = Gateway::start(&settings).await;
    gateway.settled().await;
    let (code, said) = gateway.command(&["feeds", "orphans"]).await;
    assert_eq!(code, Some(0), "{said}");
    let expected =
        [(3, 1), (1, 2)].map(|(n, of)| format!("one  {n}  {}", items::uri("series", of)));
    assert_eq!(said.lines().collect::<Vec<_>>(), expected);

    publisher.upsert("/feed", "s1", items::series(1, "Found"));
    let is_healed = async || {
        let said = gateway.command(&["feeds", "orphans"]).await.1;
        (said.lines().collect::<Vec<_>>() == expected[1..]).then_some(())
    };
    wait_until("healed", PATIENCE, is_healed).await;
}
