//! What the feeds of a publisher are held to as time goes by.

use baton::clock::Clock;
use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;
use serde_json::Value;
use serde_json::json;

use crate::support::gateway::Gateway;
use crate::support::gateway::PATIENCE;
use crate::support::gateway::Settings;
use crate::support::gateway::text;
use crate::support::inside::Inside;
use crate::support::items;
use crate::support::process::wait_until;
use crate::support::publisher::FakePublisher;
use crate::support::publisher::Fault;
use crate::support::stored::bodies;

fn following(url: &str, policy: &str) -> Settings {
    let text = format!("key = \"one\"\nname = \"One\"\nfeeds = [{url:?}]\npolicy = {{ {policy} }}");
    Settings::default().publisher(&text)
}

fn time(value: &Value) -> DateTime<Utc> {
    text(value).parse().unwrap()
}

#[tokio::test]
async fn what_is_not_read_for_too_long_is_withdrawn_and_comes_back() {
    let publisher = FakePublisher::start().await;
    let (dead, other) = (publisher.feed("/dead", 5), publisher.feed("/other", 5));
    publisher.upsert("/dead", "1", items::series(1, "Of the dead"));
    publisher.upsert("/dead", "2", items::series(2, "Over meanwhile"));
    publisher.upsert("/other", "3", items::series(3, "Of the living"));
    let now = Clock::default().now();
    let clock = Clock::fixed(now);
    let settings = following(&dead, "max_stale_days = 20").publisher(&format!(
        "key = \"two\"\nname = \"Two\"\nfeeds = [{other:?}]\npolicy = {{ max_stale_days = 20 }}"
    ));
    let mut inside = Inside::start(&settings, clock.clone()).await;
    inside.settled(&dead).await;
    inside.shows(&["Of the dead", "Of the living", "Over meanwhile"]).await;
    let before = inside.services("full=true").await;
    let feed = inside.feed(&dead).await;
    assert_eq!(feed["policy"]["max_stale_days"], 20, "{feed}");
    assert_eq!(time(&feed["stale_at"]), time(&feed["last_success"]) + TimeDelta::days(20));

    // Its publisher is busy for three weeks.
    publisher.fault("/dead", Fault::Busy { retry_after_secs: 1 }, usize::MAX);
    clock.set(now + TimeDelta::days(19));
    let failed = async || inside.feed(&dead).await["last_error"].is_string().then_some(());
    wait_until("failures", PATIENCE, failed).await;
    assert_eq!(inside.names().await.len(), 3, "not yet");
    clock.set(now + TimeDelta::days(21));
    inside.shows(&["Of the living"]).await;
    let feed = inside.feed(&dead).await;
    assert!(text(&feed["withheld"]).contains("not read for longer"), "{feed}");
    assert_eq!(feed["items"], 2, "what was read is kept");

    // A restart changes nothing.
    inside.stop().await;
    inside.start_again().await;
    inside.settled(&other).await;
    assert_eq!(inside.names().await, ["Of the living"]);

    // Once it answers it is read from its first page, and what vanished meanwhile is never shown again.
    publisher.forget("/dead", "2");
    publisher.heal("/dead");
    inside.shows(&["Of the dead", "Of the living"]).await;
    let after = inside.services("full=true").await;
    let id_of = |services: &[Value]| {
        services.iter().find(|s| s["name"] == "Of the dead").map(|s| s["id"].clone())
    };
    assert_eq!(id_of(&after), id_of(&before));
    assert_eq!(inside.feed(&dead).await["withheld"], Value::Null);
    inside.stop().await;
}

#[tokio::test]
async fn who_was_switched_off_for_long_asks_before_anything_is_withdrawn() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 5);
    publisher.upsert("/feed", "1", items::series(1, "Still there"));
    let now = Clock::default().now();
    let clock = Clock::fixed(now);
    let mut inside = Inside::start(&following(&url, ""), clock.clone()).await;
    inside.settled(&url).await;
    let before = inside.services("").await;
    inside.stop().await;
    clock.set(now + TimeDelta::days(60));
    publisher.fault("/feed", Fault::Status(500), 1);
    inside.start_again().await;
    let failed = async || inside.feed(&url).await["last_error"].is_string().then_some(());
    wait_until("a failure", PATIENCE, failed).await;
    inside.settled(&url).await;
    // One that was withdrawn and came back would have changed.
    assert_eq!(inside.services("").await, before);
    inside.stop().await;
}

#[tokio::test]
async fn a_feed_that_is_gone_for_good_takes_its_services_along_in_the_end() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 5);
    publisher.upsert("/feed", "1", items::series(1, "Of the dead"));
    let now = Clock::default().now();
    let clock = Clock::fixed(now);
    let mut inside = Inside::start(&following(&url, ""), clock.clone()).await;
    inside.settled(&url).await;
    publisher.fault("/feed", Fault::Status(410), usize::MAX);
    // It is asked three times: now, five and fifteen seconds later.
    let is_stopped = async || (inside.feed(&url).await["state"] == "stopped").then_some(());
    wait_until("stopped", PATIENCE, is_stopped).await;
    clock.set(now + TimeDelta::days(29));
    inside.stop().await;
    inside.start_again().await;
    inside.shows(&["Of the dead"]).await;
    clock.set(now + TimeDelta::days(31));
    inside.shows(&[]).await;
    inside.stop().await;
}

#[tokio::test]
async fn what_was_deleted_is_held_no_longer_than_the_policy_allows() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 7);
    for id in 0..30 {
        let mut series = items::series(id, &format!("Class {id:02}"));
        series["description"] = json!(format!("MARKER-{id:02}."));
        publisher.upsert("/feed", &id.to_string(), series);
    }
    let now = Clock::default().now();
    let clock = Clock::fixed(now);
    let policy = "hard_delete_days = 10, max_stale_days = 100";
    let mut inside = Inside::start(&following(&url, policy), clock.clone()).await;
    inside.settled(&url).await;
    publisher.delete_all("/feed", 0..20);
    let is_paused = async || (inside.feed(&url).await["state"] == "paused").then_some(());
    wait_until("paused", PATIENCE, is_paused).await;
    assert_eq!(inside.names().await.len(), 30);
    inside.stop().await;
    clock.set(now + TimeDelta::days(9));
    assert_eq!(
        marked(&bodies(inside.folder(), &[("one", &url)]).await),
        30,
        "the last good services stay"
    );
    inside.start_again().await;
    inside.shows_so_many(30).await;

    clock.set(now + TimeDelta::days(11));
    inside.shows_so_many(10).await;
    let feed = inside.feed(&url).await;
    assert_eq!((&feed["state"], &feed["held"]), (&json!("paused"), &json!(0)), "{feed}");
    inside.stop().await;
    assert_eq!(
        marked(&bodies(inside.folder(), &[("one", &url)]).await),
        10,
        "nothing else is left"
    );
}

/// Returns how many different items stand in these bodies.
fn marked(bodies: &[String]) -> usize {
    let is_there = |id: &usize| bodies.iter().any(|body| body.contains(&format!("MARKER-{id:02}")));
    (0..100).filter(is_there).count()
}

#[tokio::test]
async fn a_feed_is_asked_no_more_often_than_its_policy_allows() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 5);
    publisher.upsert("/feed", "1", items::series(1, "Weekly class"));
    let gateway = Gateway::start(&following(&url, "min_poll_secs = 7200")).await;
    gateway.settled().await;
    let told = async || {
        let next = gateway.feed(&url).await["next_poll"].clone();
        next.is_string().then_some(next)
    };
    let next = time(&wait_until("the next poll", PATIENCE, told).await);
    let (_, said) = gateway.command(&["status"]).await;
    assert!(said.contains("one: withdrawn when not read for 30 days"), "{said}");
    assert!(said.contains("asked every 7200 s at most"), "{said}");
    let wait = next - Clock::default().now();
    assert!((TimeDelta::minutes(107)..=TimeDelta::minutes(133)).contains(&wait), "{wait}");
}

#[tokio::test]
async fn what_came_through_a_feed_that_is_taken_out_goes_where_the_policy_says_so() {
    let publisher = FakePublisher::start().await;
    let urls: Vec<String> = ["/stays", "/goes", "/kept"].map(|path| publisher.feed(path, 5)).into();
    for (id, name) in ["stays", "goes", "kept"].iter().enumerate() {
        let path = &format!("/{name}");
        publisher.upsert(path, "1", items::series(id, &format!("NAME-OF-{name}")));
        let mut session = items::session(id, items::uri("series", id), 3);
        session["name"] = json!(format!("SESSION-OF-{name}"));
        publisher.upsert(path, "2", session);
    }
    let of = |key: &str, url: &str, is_purged: bool| {
        format!(
            "key = \"{key}\"\nname = \"P\"\nfeeds = [{url:?}]\n\
             policy = {{ purge_on_removal = {is_purged} }}"
        )
    };
    let only = Settings::default().publisher(&of("a", &urls[0], true));
    let all = only.clone().publisher(&of("b", &urls[1], true)).publisher(&of("c", &urls[2], false));
    for is_running in [true, false] {
        let mut gateway = Gateway::start(&all).await;
        gateway.settled().await;
        assert_eq!(gateway.names().await.len(), 3);
        if is_running {
            gateway.configure(&only);
        } else {
            assert_eq!(gateway.stop().await, Some(0));
            gateway.configure(&only);
            gateway.start_again().await;
        }
        let is_left = async || (gateway.names().await == ["NAME-OF-stays"]).then_some(());
        wait_until("one service", PATIENCE, is_left).await;
        gateway.settled().await;
        assert_eq!(gateway.stop().await, Some(0));
        let feeds = [("a", urls[0].as_str()), ("b", &urls[1]), ("c", &urls[2])];
        let bodies = bodies(gateway.folder(), &feeds).await;
        for (name, is_there) in [("stays", true), ("kept", true), ("goes", false)] {
            // Of what was a service, the name alone stays, in its tombstone.
            let is_item = |body: &&String| body.contains("SessionSeries") || !body.contains("id");
            let items: Vec<_> = bodies.iter().filter(is_item).collect();
            for what in ["NAME", "SESSION"] {
                let words = format!("{what}-OF-{name}");
                let is_left = items.iter().any(|body| body.contains(&words));
                assert_eq!(is_left, is_there, "{words}: {bodies:?}");
            }
        }
    }
}
