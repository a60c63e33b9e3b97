//! A feed that suddenly loses much is paused, and its last good services stay.

use std::time::Duration;

use rusqlite::Connection;
use serde_json::Value;
use serde_json::json;

use crate::support::gateway::Gateway;
use crate::support::gateway::PATIENCE;
use crate::support::gateway::Settings;
use crate::support::items;
use crate::support::process::wait_until;
use crate::support::publisher::FakePublisher;
use crate::support::publisher::Fault;

const TOKEN: &str = "a-token-of-the-tests";

const SERVICES: usize = 40;

/// How many of them may go: a share of 50 % is the default.
const FEW: usize = 20;

fn settings(url: &str) -> Settings {
    Settings::following(&[("one", vec![url.to_owned()])]).admin(TOKEN)
}

/// Publishes weekly classes with a place each, and returns the gateway that read them.
async fn gateway_of(publisher: &FakePublisher) -> (Gateway, String) {
    // Small pages: what is lost comes in many of them.
    let url = publisher.feed("/feed", 7);
    for id in 0..SERVICES {
        publisher.upsert("/feed", &id.to_string(), items::series(id, &format!("Class {id:02}")));
    }
    let gateway = Gateway::start(&settings(&url)).await;
    gateway.settled().await;
    assert_eq!(gateway.names().await.len(), SERVICES);
    (gateway, url)
}

async fn in_state(gateway: &Gateway, url: &str, state: &str) -> Value {
    let is_so = async || Some(gateway.feed(url).await).filter(|feed| feed["state"] == state);
    wait_until(state, PATIENCE, is_so).await
}

async fn counts(gateway: &Gateway, count: usize) {
    let is_so = async || (gateway.names().await.len() == count).then_some(());
    wait_until(&format!("{count} services"), PATIENCE, is_so).await;
}

#[tokio::test]
async fn a_feed_that_deletes_most_is_paused_until_that_is_accepted() {
    let publisher = FakePublisher::start().await;
    let (mut gateway, url) = gateway_of(&publisher).await;
    publisher.delete_all("/feed", 0..=FEW);
    let feed = in_state(&gateway, &url, "paused").await;
    assert!(feed["reason"].as_str().unwrap().contains("21 of 40 services"), "{feed}");
    assert_eq!(feed["held"], FEW + 1);
    assert_eq!(gateway.names().await.len(), SERVICES, "the last good services stay");
    let (code, said) = gateway.command(&["feeds", "list"]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("paused") && said.contains("21 of 40 services"), "{said}");
    assert_eq!(gateway.command(&["status"]).await.0, Some(1));

    // Neither a restart nor asking again lets it through, and the feed is left alone meanwhile.
    assert_eq!(gateway.stop().await, Some(0));
    let asked = publisher.asked().len();
    gateway.start_again().await;
    in_state(&gateway, &url, "paused").await;
    assert_eq!(publisher.asked().len(), asked);
    assert_eq!(gateway.command(&["feeds", "resume", "one"]).await.0, Some(0));
    wait_until("asked", PATIENCE, async || (publisher.asked().len() > asked).then_some(())).await;
    in_state(&gateway, &url, "paused").await;
    assert_eq!(gateway.names().await.len(), SERVICES);

    let (code, said) = gateway.command(&["feeds", "accept", "one"]).await;
    assert_eq!((code, said.contains("21 losses accepted")), (Some(0), true), "{said}");
    counts(&gateway, SERVICES - FEW - 1).await;
    let feed = in_state(&gateway, &url, "live").await;
    assert_eq!((&feed["reason"], &feed["held"]), (&Value::Null, &0.into()), "{feed}");
    assert_eq!(gateway.command(&["status"]).await.0, Some(0));
}

#[tokio::test]
async fn losses_within_the_window_add_up() {
    let publisher = FakePublisher::start().await;
    let (gateway, url) = gateway_of(&publisher).await;
    publisher.delete_all("/feed", 0..FEW);
    // Half of them is not more than half.
    counts(&gateway, SERVICES - FEW).await;
    assert_eq!(gateway.feed(&url).await["state"], "live");
    publisher.delete("/feed", &FEW.to_string());
    let feed = in_state(&gateway, &url, "paused").await;
    assert!(feed["reason"].as_str().unwrap().contains("21 of 40 services"), "{feed}");
    assert_eq!(gateway.names().await.len(), SERVICES - FEW);
}

#[tokio::test]
async fn a_feed_whose_items_are_emptied_is_paused() {
    let publisher = FakePublisher::start().await;
    let (gateway, url) = gateway_of(&publisher).await;
    for id in 0..SERVICES {
        let mut series = items::series(id, &format!("Class {id:02}"));
        series.as_object_mut().unwrap().remove("location");
        publisher.upsert("/feed", &id.to_string(), series);
    }
    let feed = in_state(&gateway, &url, "paused").await;
    assert!(feed["reason"].as_str().unwrap().contains("40 of 40 services"), "{feed}");
    for service in gateway.services().await.values() {
        assert_eq!(service["service_at_locations"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_feed_whose_items_become_invalid_is_paused() {
    let publisher = FakePublisher::start().await;
    let (gateway, url) = gateway_of(&publisher).await;
    for id in 0..SERVICES {
        publisher.upsert("/feed", &id.to_string(), Value::Null);
    }
    let feed = in_state(&gateway, &url, "paused").await;
    assert!(feed["reason"].as_str().unwrap().contains("40 of 40 items"), "{feed}");
    assert_eq!(gateway.names().await.len(), SERVICES);
    assert_eq!(gateway.command(&["feeds", "accept", &url]).await.0, Some(0));
    in_state(&gateway, &url, "live").await;
}

#[tokio::test]
async fn a_feed_whose_items_become_something_else_is_paused() {
    let publisher = FakePublisher::start().await;
    let ways = ["emptied", "lender", "course", "part", "renamed"];
    let mut followed = Vec::new();
    for way in ways {
        let path = format!("/{way}");
        followed.push((way, vec![publisher.feed(&path, 7)]));
        for id in 0..SERVICES {
            let id = format!("{way}-{id}");
            publisher.upsert(&path, &id, items::series(&id, &id));
        }
    }
    let gateway = Gateway::start(&Settings::following(&followed)).await;
    gateway.settled().await;
    let before = gateway.names().await;
    assert_eq!(before.len(), ways.len() * SERVICES);
    for way in ways {
        // Of those that become dates of one series, that one stays.
        for number in usize::from(way == "part")..SERVICES {
            let id = format!("{way}-{number}");
            let mut item = items::series(&id, &id);
            match way {
                "emptied" => item = json!({}),
                "lender" => item["@type"] = "EventSeries".into(),
                "course" => item["@type"] = "Course".into(),
                "part" => {
                    item = items::session(&id, items::uri("series", "part-0"), 5);
                    item["@id"] = items::uri("series", &id).into();
                    item["@type"] = "Event".into();
                }
                _ => item["@id"] = items::uri("series", format!("new-{number}")).into(),
            }
            publisher.put_as(&format!("/{way}"), &id, "SessionSeries", &item);
        }
    }
    for (way, urls) in &followed {
        let feed = in_state(&gateway, &urls[0], "paused").await;
        let expected = match *way {
            "emptied" => "40 of 40 items",
            "part" => "39 of 40 services",
            _ => "40 of 40 services",
        };
        assert!(feed["reason"].as_str().unwrap().contains(expected), "{way}: {feed}");
    }
    let names = gateway.names().await;
    let is_there = |name: &&String| names.contains(name);
    assert_eq!(before.iter().filter(is_there).count(), before.len(), "the last good ones stay");
}

#[tokio::test]
async fn what_a_parent_takes_in_that_comes_later_is_no_loss() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 7);
    for id in 0..SERVICES {
        let mut event = items::series(id, &format!("Race {id:02}"));
        event["@type"] = "Event".into();
        event["superEvent"] = items::uri("series", "parent").into();
        event["startDate"] = items::session(id, "", 5)["startDate"].clone();
        publisher.upsert("/feed", &id.to_string(), event);
    }
    let gateway = Gateway::start(&settings(&url)).await;
    gateway.settled().await;
    assert_eq!(gateway.names().await.len(), SERVICES);
    let mut parent = items::series("parent", "All races");
    parent["@type"] = "HeadlineEvent".into();
    publisher.upsert("/feed", "parent", parent);
    counts(&gateway, 1).await;
    assert_eq!(gateway.feed(&url).await["state"], "live");
}

#[tokio::test]
async fn what_the_publisher_takes_back_is_never_lost() {
    let publisher = FakePublisher::start().await;
    let (gateway, url) = gateway_of(&publisher).await;
    let before = gateway.services().await;
    publisher.delete_all("/feed", 0..SERVICES);
    in_state(&gateway, &url, "paused").await;
    for id in 0..SERVICES {
        publisher.upsert("/feed", &id.to_string(), items::series(id, &format!("Class {id:02}")));
    }
    assert_eq!(gateway.command(&["feeds", "resume", "one"]).await.0, Some(0));
    let is_whole = async || {
        let feed = gateway.feed(&url).await;
        (feed["state"] == "live" && feed["held"] == 0).then_some(())
    };
    wait_until("nothing held", PATIENCE, is_whole).await;
    assert!(gateway.services().await.keys().eq(before.keys()));
}

#[tokio::test]
async fn a_harvest_that_loses_most_fails_and_keeps_it() {
    let publisher = FakePublisher::start().await;
    let (mut gateway, url) = gateway_of(&publisher).await;
    assert_eq!(gateway.stop().await, Some(0));
    publisher.delete_all("/feed", 0..SERVICES);
    let harvested = gateway.harvest().await;
    assert_eq!(harvested.code, Some(1), "{harvested:?}");
    assert!(harvested.line_of(&url).contains("paused: 40 of 40 services"), "{harvested:?}");
    assert!(harvested.stderr.contains("40 services from 1 feeds"), "{harvested:?}");
}

#[tokio::test]
async fn services_that_another_feed_had_or_has_too_are_held_all_the_same() {
    let publisher = FakePublisher::start().await;
    let [old, new] = [publisher.feed("/old", 50), publisher.feed("/new", 50)];
    for feed in ["/old", "/new"] {
        for id in 0..SERVICES {
            publisher.upsert(feed, &id.to_string(), items::series(id, &format!("Class {id:02}")));
        }
    }
    // Moved to another address, and published by an aggregator, too, which is not to be republished.
    let aggregator =
        format!("key = \"two\"\nname = \"Two\"\nfeeds = [{old:?}]\nrepublish = false\n");
    for (before, after) in
        [(settings(&old), settings(&new)), (settings(&new), settings(&new).publisher(&aggregator))]
    {
        let gateway = Gateway::new(&before);
        assert_eq!(gateway.harvest().await.code, Some(0));
        gateway.configure(&after);
        assert_eq!(gateway.harvest().await.code, Some(0));
        publisher.delete_all("/new", 0..SERVICES);
        let harvested = gateway.harvest().await;
        assert_eq!(harvested.code, Some(1), "{harvested:?}");
        assert!(harvested.line_of(&new).contains("paused: 40 of 40 services"), "{harvested:?}");
        for id in 0..SERVICES {
            publisher.upsert("/new", &id.to_string(), items::series(id, &format!("Class {id:02}")));
        }
    }
}

#[tokio::test]
async fn a_feed_that_breaks_off_keeps_no_judgement_of_others_waiting() {
    let publisher = FakePublisher::start().await;
    let (mut gateway, url) = gateway_of(&publisher).await;
    assert_eq!(gateway.stop().await, Some(0));
    let broken = publisher.feed("/broken", 1);
    for id in ["first", "second"] {
        publisher.upsert("/broken", id, items::series(id, &format!("Bend {id}")));
    }
    publisher.fault("/broken", Fault::CursorStatus(500), usize::MAX);
    gateway.configure(&Settings::following(&[("one", vec![url]), ("two", vec![broken])]));
    publisher.delete("/feed", "0");
    let harvested = gateway.harvest().await;
    assert_eq!(harvested.code, Some(1), "{harvested:?}");
    // All but the one that was deleted, and the first of the other feed.
    let expected = format!("{SERVICES} services from");
    assert!(harvested.stderr.contains(&expected), "{harvested:?}");
}

#[tokio::test]
async fn a_feed_that_is_left_while_it_is_read_keeps_no_judgement_of_others_waiting() {
    let publisher = FakePublisher::start().await;
    let (gateway, url) = gateway_of(&publisher).await;
    let slow = publisher.feed("/slow", 1);
    for id in 1_000..2_000 {
        publisher.upsert("/slow", &id.to_string(), items::series(id, "Bend"));
    }
    publisher.fault("/slow", Fault::Slow(Duration::from_millis(200)), usize::MAX);
    let is_left = async |name: &str| {
        let is_so = async || (!gateway.names().await.contains(&name.to_owned())).then_some(());
        wait_until(&format!("no {name}"), PATIENCE, is_so).await;
    };
    let is_read_beyond = async |items: u64| {
        let read = async || gateway.feed(&slow).await["items"].as_u64().unwrap();
        let is_so = async || Some(read().await).filter(|count| *count > items);
        wait_until("more of a feed read for the first time", PATIENCE, is_so).await
    };
    let only = settings(&url);
    let both = Settings::following(&[("one", vec![url]), ("two", vec![slow.clone()])]).admin(TOKEN);
    gateway.configure(&both);
    assert_eq!(gateway.command(&["feeds", "reload"]).await.0, Some(0));
    let read = is_read_beyond(1).await;
    assert_eq!(gateway.command(&["feeds", "pause", "two"]).await.0, Some(0));
    publisher.delete("/feed", "0");
    is_left("Class 00").await;

    assert_eq!(gateway.command(&["feeds", "resume", "two"]).await.0, Some(0));
    is_read_beyond(read + 2).await;
    gateway.configure(&only);
    assert_eq!(gateway.command(&["feeds", "reload"]).await.0, Some(0));
    publisher.delete("/feed", "1");
    is_left("Class 01").await;
}

#[tokio::test]
async fn what_is_held_is_judged_once_the_store_answers_again() {
    let publisher = FakePublisher::start().await;
    let (gateway, _) = gateway_of(&publisher).await;
    let store = Connection::open(gateway.folder().join("baton.db")).unwrap();
    store.busy_timeout(PATIENCE).unwrap();
    let breaking = "CREATE TRIGGER broken BEFORE UPDATE OF is_let_through ON held
                    BEGIN SELECT RAISE(ABORT, 'the disk is on strike'); END";
    store.execute(breaking, []).unwrap();
    publisher.delete("/feed", "0");
    let is_failing = async || gateway.said().contains("on strike").then_some(());
    wait_until("a judgement that fails", PATIENCE, is_failing).await;
    assert_eq!(gateway.names().await.len(), SERVICES, "what is not judged stays");
    store.execute("DROP TRIGGER broken", []).unwrap();
    // Nothing else is held meanwhile, which would have all of it judged.
    counts(&gateway, SERVICES - 1).await;
}

#[tokio::test]
async fn small_feeds_and_other_limits_are_left_to_the_operator() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 7);
    for id in 0..6 {
        publisher.upsert("/feed", &id.to_string(), items::series(id, &format!("Class {id:02}")));
    }
    let gateway = Gateway::start(&settings(&url)).await;
    gateway.settled().await;
    publisher.delete_all("/feed", 0..6);
    counts(&gateway, 0).await;

    let strict = "[guard]\nloss_percent = 10\nleast_services = 0\nwindow_hours = 1";
    for id in 0..6 {
        publisher.upsert("/feed", &id.to_string(), items::series(id, &format!("Class {id:02}")));
    }
    let gateway = Gateway::start(&settings(&url).section(strict)).await;
    gateway.settled().await;
    publisher.delete("/feed", "0");
    let feed = in_state(&gateway, &url, "paused").await;
    assert!(feed["reason"].as_str().unwrap().contains("1 of 6 services"), "{feed}");
    assert_eq!(gateway.names().await.len(), 6);
}

#[tokio::test]
async fn what_is_folded_into_a_held_service_is_shown_once() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 7);
    let aqua = |day: &str| {
        let mut series = items::series(format!("aqua-{day}"), &format!("Aqua Aerobics {day}"));
        series["eventSchedule"] = serde_json::json!([{
            "@type": "PartialSchedule",
            "repeatFrequency": "P1W",
            "byDay": [format!("https://schema.org/{day}")],
            "startTime": "10:00",
        }]);
        series
    };
    for day in ["Monday", "Tuesday", "Wednesday"] {
        publisher.upsert("/feed", day, aqua(day));
    }
    publisher.upsert("/feed", "other", items::series("other", "Bend"));
    let text = format!(
        "key = \"one\"\nname = \"One\"\nfeeds = [{url:?}]\noptions = {{ fold = \"name+place\" }}"
    );
    let strict = "[guard]\nloss_percent = 10\nleast_services = 0";
    let settings = Settings::default().publisher(&text).section(strict).admin(TOKEN);
    let gateway = Gateway::start(&settings).await;
    gateway.settled().await;
    let days = async || {
        let mut days: Vec<String> = Vec::new();
        for service in gateway.services().await.values() {
            for row in service["schedules"].as_array().into_iter().flatten() {
                days.push(row["byday"].as_str().unwrap_or_default().to_owned());
            }
        }
        days.sort();
        days
    };
    assert_eq!(gateway.names().await, ["Aqua Aerobics", "Bend"]);
    assert_eq!(days().await, ["MO", "TU", "WE"]);

    // The first of the group goes, and is held; another is touched in the same breath.
    publisher.fault("/feed", Fault::Busy { retry_after_secs: 1 }, usize::MAX);
    publisher.delete("/feed", "Monday");
    let mut touched = aqua("Tuesday");
    touched["description"] = "Everybody is very welcome.".into();
    publisher.upsert("/feed", "Tuesday", touched);
    publisher.heal("/feed");
    let feed = in_state(&gateway, &url, "paused").await;
    assert!(feed["reason"].as_str().unwrap().contains("1 of 2 services"), "{feed}");
    assert_eq!(gateway.names().await, ["Aqua Aerobics", "Bend"]);
    assert_eq!(days().await, ["MO", "TU", "WE"], "each of them once");

    assert_eq!(gateway.command(&["feeds", "accept", "one"]).await.0, Some(0));
    let is_so = async || (days().await == ["TU", "WE"]).then_some(());
    wait_until("those that are left", PATIENCE, is_so).await;
    assert_eq!(gateway.names().await, ["Aqua Aerobics", "Bend"]);
}
