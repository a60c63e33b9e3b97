//! From feeds to services: what belongs together becomes one, and stays true to what is published.

use std::time::Duration;

use baton::clock::Clock;
use chrono::SecondsFormat;
use chrono::TimeDelta;
use chrono_tz::Europe::London;
use serde_json::Value;
use serde_json::json;

use crate::support::gateway::Gateway;
use crate::support::gateway::PATIENCE;
use crate::support::gateway::Settings;
use crate::support::items;
use crate::support::process::wait_until;
use crate::support::publisher::FakePublisher;

/// How soon a change at a publisher shows.
const SOON: Duration = Duration::from_secs(10);

/// Publishes items in one feed and returns the gateway that read them.
async fn gateway_of(publisher: &FakePublisher, sent: Vec<(&str, Value)>) -> Gateway {
    let url = publisher.feed("/feed", 100);
    for (id, data) in sent {
        publisher.upsert("/feed", id, data);
    }
    let gateway = Gateway::start(&Settings::following(&[("one", vec![url])])).await;
    gateway.settled().await;
    gateway
}

/// Returns a page of these items, under a licence.
fn licensed(items: &Value) -> Value {
    let license = "https://creativecommons.org/licenses/by/4.0/";
    json!({"next": "x", "items": items, "license": license})
}

async fn shows(gateway: &Gateway, names: &[&str]) {
    let is_shown = async || (gateway.names().await == names).then_some(());
    wait_until(&format!("services {names:?}"), SOON, is_shown).await;
}

#[tokio::test]
async fn a_series_and_its_sessions_in_two_feeds_become_one_service() {
    let publisher = FakePublisher::start().await;
    let feeds = vec![publisher.feed("/series", 2), publisher.feed("/sessions", 2)];
    publisher.upsert("/series", "1", items::series(1, "Gentle yoga"));
    let today = Clock::default().now().with_timezone(&London).date_naive();
    for week in 1..=4 {
        let mut session = items::session(week, items::uri("series", 1), 7 * week);
        let evening = (today + TimeDelta::weeks(week)).and_hms_opt(18, 0, 0).unwrap();
        session["startDate"] = json!(evening.and_local_timezone(London).unwrap().to_rfc3339());
        publisher.upsert("/sessions", &format!("s{week}"), session);
    }
    let mut gateway = Gateway::new(&Settings::following(&[("one", feeds.clone())]));
    let harvested = gateway.harvest().await;
    assert_eq!(harvested.code, Some(0), "{harvested:?}");
    assert!(harvested.line_of(&feeds[1]).contains("4 items"), "{harvested:?}");
    assert!(harvested.stderr.contains("1 services from 2 feeds"), "{harvested:?}");

    gateway.start_again().await;
    let services = gateway.services().await;
    let service = services.values().next().unwrap();
    assert_eq!(service["name"], "Gentle yoga");
    assert_eq!(service["organization"]["name"], "Riverside Leisure Trust");
    let schedule = &service["schedules"][0];
    assert_eq!((&schedule["freq"], &schedule["opens_at"]), (&json!("WEEKLY"), &json!("18:00")));
    assert_eq!(gateway.feed(&feeds[0]).await["orphans"], 0);
}

#[tokio::test]
async fn a_facility_its_courts_and_their_slots_become_one_service() {
    let publisher = FakePublisher::start().await;
    let feeds = vec![publisher.feed("/facilities", 9), publisher.feed("/slots", 9)];
    let facility = items::uri("facilities", 1);
    publisher.upsert("/facilities", "c1", items::court(1, &facility));
    publisher.upsert("/facilities", "f1", items::facility(1, "Badminton courts"));
    publisher.upsert("/facilities", "c2", items::court(2, &facility));
    for (id, of) in [(1, items::uri("courts", 1)), (2, items::uri("courts", 2)), (3, facility)] {
        publisher.upsert("/slots", &format!("{id}"), items::slot(id, &of, 2));
    }
    let gateway = Gateway::start(&Settings::following(&[("one", feeds)])).await;
    gateway.settled().await;
    assert_eq!(gateway.names().await, ["Badminton courts"]);
}

#[tokio::test]
async fn embedded_parents_and_children_become_services() {
    let publisher = FakePublisher::start().await;
    let session = items::session(1, items::series(1, "Embedded parent"), 3);
    let second = items::session(2, items::series(1, "Embedded parent"), 10);
    let mut with_children = items::series(2, "Embedded children");
    with_children["subEvent"] = json!([items::session(3, Value::Null, 3)]);
    let mut facility = items::facility(1, "Embedded courts");
    facility["individualFacilityUse"] = json!([items::court(1, &items::uri("facilities", 1))]);
    let sent = vec![("1", session), ("2", second), ("3", with_children), ("4", facility)];
    let gateway = gateway_of(&publisher, sent).await;
    let names = gateway.names().await;
    assert_eq!(names, ["Embedded children", "Embedded courts", "Embedded parent"]);
}

#[tokio::test]
async fn sessions_wait_for_a_series_that_comes_later() {
    let publisher = FakePublisher::start().await;
    let parent = items::uri("series", 1);
    let sessions = vec![
        ("s1", items::session(1, parent.as_str(), 3)),
        ("s2", items::session(2, parent.as_str(), 10)),
    ];
    let gateway = gateway_of(&publisher, sessions).await;
    let url = publisher.url("/feed");
    assert_eq!(gateway.names().await, [""; 0]);
    assert_eq!(gateway.feed(&url).await["orphans"], 2);

    publisher.upsert("/feed", "1", items::series(1, "Found at last"));
    shows(&gateway, &["Found at last"]).await;
    assert_eq!(gateway.feed(&url).await["orphans"], 0);
}

#[tokio::test]
async fn who_asks_for_changes_is_told_what_came_since_though_its_publisher_dates_it_earlier() {
    let publisher = FakePublisher::start().await;
    let mut gateway = gateway_of(&publisher, vec![("1", items::series(1, "Early"))]).await;
    let asked_at = Clock::default().now().to_rfc3339_opts(SecondsFormat::Millis, true);
    publisher.upsert("/feed", "2", items::series(2, "Late"));
    shows(&gateway, &["Early", "Late"]).await;
    let changed = format!("/v3/services?modified_after={asked_at}");
    let told = gateway.all(&changed).await;
    assert_eq!(told.iter().map(|service| &service["name"]).collect::<Vec<_>>(), ["Late"]);
    assert!(told[0]["last_modified"].as_str().unwrap() < asked_at.as_str());
    // The store knows it too.
    gateway.stop().await;
    gateway.start_again().await;
    assert_eq!(gateway.all(&changed).await, told);
}

#[tokio::test]
async fn a_deleted_item_withdraws_its_service() {
    let publisher = FakePublisher::start().await;
    let sent = vec![("1", items::series(1, "Leaves")), ("2", items::series(2, "Stays"))];
    let gateway = gateway_of(&publisher, sent).await;
    let services = gateway.services().await;
    let is_leaving = |service: &&Value| service["name"] == "Leaves";
    let id = services.values().find(is_leaving).unwrap()["id"].as_str().unwrap();

    publisher.delete("/feed", "1");
    shows(&gateway, &["Stays"]).await;
    assert_eq!(gateway.get(&format!("/v3/services/{id}")).await.status, 410);
    let changed = gateway.all("/v3/services?modified_after=2020-01-01").await;
    let tombstone = changed.iter().find(|service| service["id"] == id).unwrap();
    assert_eq!((&tombstone["status"], &tombstone["name"]), (&json!("defunct"), &json!("Leaves")));
    assert_eq!(gateway.feed(&publisher.url("/feed")).await["deleted"], 1);

    publisher.upsert("/feed", "1", items::series(1, "Leaves not"));
    shows(&gateway, &["Leaves not", "Stays"]).await;
    assert_eq!(gateway.json(&format!("/v3/services/{id}")).await["name"], "Leaves not");
}

#[tokio::test]
async fn a_series_that_goes_makes_orphans_of_its_sessions() {
    let publisher = FakePublisher::start().await;
    let sent = vec![
        ("1", items::series(1, "Leaves")),
        ("s1", items::session(1, items::uri("series", 1), 3)),
    ];
    let gateway = gateway_of(&publisher, sent).await;
    assert_eq!(gateway.names().await, ["Leaves"]);
    publisher.delete("/feed", "1");
    shows(&gateway, &[]).await;
    let url = publisher.url("/feed");
    let is_counted = async || (gateway.feed(&url).await["orphans"] == 1).then_some(());
    wait_until("the orphan", PATIENCE, is_counted).await;
}

#[tokio::test]
async fn an_edit_shows_under_the_same_id_and_later_in_time() {
    let publisher = FakePublisher::start().await;
    let gateway = gateway_of(&publisher, vec![("1", items::series(1, "Before"))]).await;
    let before = gateway.services().await;
    publisher.upsert("/feed", "1", items::series(1, "After"));
    shows(&gateway, &["After"]).await;
    let after = gateway.services().await;
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    let modified = |services: &std::collections::BTreeMap<String, Value>| {
        services.values().next().unwrap()["last_modified"].as_str().unwrap().to_owned()
    };
    assert!(modified(&before) < modified(&after));
}

#[tokio::test]
async fn the_same_id_twice_on_a_page_counts_once_and_the_newer_wins() {
    let publisher = FakePublisher::start().await;
    let item = |modified: u64, id: u8, name: &str| {
        let data = items::series(id, name);
        json!({"state": "updated", "kind": "SessionSeries", "id": id, "modified": modified, "data": data})
    };
    let sent = [item(12, 1, "Newer"), item(10, 1, "Older"), item(11, 2, "Other")];
    let url = publisher.static_feed("/feed", licensed(&json!(sent)));
    let gateway = Gateway::start(&Settings::following(&[("one", vec![url.clone()])])).await;
    gateway.settled().await;
    assert_eq!(gateway.names().await, ["Newer", "Other"]);
    assert_eq!(gateway.feed(&url).await["items"], 2);
}

#[tokio::test]
async fn the_same_object_in_two_feeds_is_one_service_of_the_first() {
    let publisher = FakePublisher::start().await;
    let feeds = vec![publisher.feed("/a", 9), publisher.feed("/b", 9)];
    publisher.upsert("/b", "7", items::series(1, "Second feed"));
    publisher.upsert("/a", "1", items::series(1, "First feed"));
    let gateway = Gateway::start(&Settings::following(&[("one", feeds)])).await;
    gateway.settled().await;
    shows(&gateway, &["First feed"]).await;
    // When the first feed drops it, the second one still has it.
    publisher.delete("/a", "1");
    shows(&gateway, &["Second feed"]).await;
}

#[tokio::test]
async fn items_that_cannot_be_read_cost_nothing_else() {
    let publisher = FakePublisher::start().await;
    let good = |id: u8| {
        let data = items::series(id, &format!("Good {id}"));
        json!({"state": "updated", "kind": "SessionSeries", "id": id, "modified": id, "data": data})
    };
    let deep = "[".repeat(100) + &"]".repeat(100);
    let deep: Value = serde_json::from_str(&deep).unwrap();
    let bad = [
        json!(null),
        json!(5),
        json!("item"),
        json!([]),
        json!({}),
        json!({"state": "updated", "id": "no data", "modified": 5}),
        json!({"state": "updated", "id": "null", "modified": 5, "data": null}),
        json!({"state": "updated", "id": "list", "modified": 5, "data": [1]}),
        json!({"state": "updated", "id": "text", "modified": 5, "data": "not json"}),
        json!({"state": "updated", "id": "no type", "modified": 5, "data": {"name": "x"}}),
        json!({"state": "updated", "id": {"a": 1}, "modified": {}, "data": {"@type": "Event"}}),
        json!({"state": "updated", "id": "place", "modified": 5, "data": {"@type": "Place"}}),
        json!({"state": 1, "id": "deep", "modified": 5, "data": {"@type": "Slot", "offers": deep}}),
        json!({"state": "updated", "id": "no start", "modified": 5, "data": {"@type": "Slot"}}),
    ];
    let mut sent = vec![good(1)];
    for item in &bad {
        sent.extend([item.clone(), good(u8::try_from(sent.len()).unwrap() + 1)]);
    }
    let expected = sent.len() - bad.len();
    let url = publisher.static_feed("/feed", licensed(&json!(sent)));
    let mut gateway = Gateway::new(&Settings::following(&[("one", vec![url.clone()])]));
    let harvested = gateway.harvest().await;
    assert_eq!(harvested.code, Some(0), "{harvested:?}");
    gateway.start_again().await;
    let names = gateway.names().await;
    let good_names = names.iter().filter(|name| name.starts_with("Good")).count();
    assert_eq!(good_names, expected, "{names:?}");
    assert!(gateway.feed(&url).await["findings"].as_u64().unwrap() > 0);
}

#[tokio::test]
async fn what_no_service_tells_of_is_counted_for_its_feed() {
    let publisher = FakePublisher::start().await;
    let day = (Clock::default().now() + TimeDelta::days(3)).date_naive();
    let slot = |id: u8, time: &str| {
        let mut slot = items::slot(id, &items::uri("facilities", 1), 3);
        slot["startDate"] = json!(format!("{day}T{time}"));
        json!({"state": "updated", "id": id, "modified": id, "data": slot})
    };
    let sent = [
        slot(1, "10:00:00"),
        slot(2, "10:00:00"),
        slot(2, "11:00:00Z"),
        json!({"state": "deleted", "id": 3, "modified": 3, "data": items::series(3, "Gone")}),
    ];
    let url = publisher.static_feed("/feed", licensed(&json!(sent)));
    let gateway = Gateway::start(&Settings::following(&[("one", vec![url.clone()])])).await;
    gateway.settled().await;
    let expected = json!({
        "tombstone-with-data": 1, "duplicate-item": 1, "offset-missing": 2, "parent-missing": 2,
    });
    assert_eq!(gateway.feed(&url).await["item_findings"], expected);
}

#[tokio::test]
async fn a_session_that_moves_to_another_series_changes_both() {
    let publisher = FakePublisher::start().await;
    let sent = vec![
        ("1", items::series(1, "First")),
        ("2", items::series(2, "Second")),
        ("s", items::session(1, items::uri("series", 1), 3)),
        ("t", items::session(2, items::uri("series", 2), 4)),
    ];
    let gateway = gateway_of(&publisher, sent).await;
    shows(&gateway, &["First", "Second"]).await;
    publisher.upsert("/feed", "s", items::session(1, items::uri("series", 2), 3));
    // A series without a session does not take place any more.
    shows(&gateway, &["Second"]).await;
}

#[tokio::test]
async fn a_publisher_that_is_no_longer_followed_is_withdrawn_until_it_is_again() {
    let publisher = FakePublisher::start().await;
    let (kept, left) = (publisher.feed("/kept", 9), publisher.feed("/left", 9));
    publisher.upsert("/kept", "1", items::series(1, "Kept"));
    publisher.upsert("/left", "2", items::series(2, "Left"));
    let both = Settings::following(&[("kept", vec![kept.clone()]), ("left", vec![left])]);
    let mut gateway = Gateway::start(&both).await;
    shows(&gateway, &["Kept", "Left"]).await;
    let before = gateway.services().await;

    gateway.configure(&Settings::following(&[("kept", vec![kept])]));
    assert_eq!(gateway.stop().await, Some(0));
    gateway.start_again().await;
    shows(&gateway, &["Kept"]).await;

    gateway.configure(&both);
    assert_eq!(gateway.stop().await, Some(0));
    gateway.start_again().await;
    shows(&gateway, &["Kept", "Left"]).await;
    assert!(gateway.services().await.keys().eq(before.keys()));
}

#[tokio::test]
async fn a_publisher_that_is_not_to_be_republished_any_more_is_withdrawn() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 9);
    publisher.upsert("/feed", "1", items::series(1, "Hidden"));
    let settings = |republish: bool| {
        let of = format!("feeds = [{url:?}]\nrepublish = {republish}\n");
        Settings::default().publisher(&format!("key = \"one\"\nname = \"One\"\n{of}"))
    };
    let mut gateway = Gateway::start(&settings(true)).await;
    shows(&gateway, &["Hidden"]).await;
    gateway.configure(&settings(false));
    assert_eq!(gateway.stop().await, Some(0));
    gateway.start_again().await;
    assert_eq!(gateway.names().await, [""; 0]);
    assert_eq!(gateway.feed(&url).await["items"], 1);
    gateway.configure(&settings(true));
    assert_eq!(gateway.stop().await, Some(0));
    gateway.start_again().await;
    shows(&gateway, &["Hidden"]).await;
}

#[tokio::test]
async fn a_second_harvest_changes_nothing() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 2);
    for id in 1..=5 {
        publisher.upsert("/feed", &format!("{id}"), items::series(id, &format!("Class {id}")));
        let session = items::session(id, items::uri("series", id), i64::from(id));
        publisher.upsert("/feed", &format!("s{id}"), session);
    }
    let mut gateway = Gateway::new(&Settings::following(&[("one", vec![url])]));
    let first = gateway.harvest().await;
    assert_eq!(first.code, Some(0), "{first:?}");
    gateway.start_again().await;
    let before = gateway.services().await;
    assert_eq!(gateway.stop().await, Some(0));
    assert_eq!(gateway.harvest().await.code, Some(0));
    gateway.start_again().await;
    assert_eq!(gateway.services().await, before);
}

#[tokio::test]
async fn a_vocabulary_that_is_read_later_changes_what_was_mapped_before() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 9);
    let mut series = items::series(1, "Seated");
    series["activity"][0]["@id"] =
        json!("https://openactive.io/activity-list#ee3cf3ee-082e-4f53-9cb2-3ef0589497ed");
    series["activity"][0]["prefLabel"] = json!("Chair Based Exercise");
    publisher.upsert("/feed", "1", series);
    let settings = Settings::following(&[("one", vec![url])]);
    let mut gateway = Gateway::new(&settings);
    assert_eq!(gateway.harvest().await.code, Some(0));
    gateway.configure(&settings.with_vocabularies());
    assert_eq!(gateway.harvest().await.code, Some(0));
    gateway.start_again().await;
    let services = gateway.services().await;
    let term = &services.values().next().unwrap()["attributes"][0]["taxonomy_term"];
    assert!(term["parent_id"].is_string(), "{term}");
}
