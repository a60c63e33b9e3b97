//! Reading a feed again from its first page: what is not found again has vanished.

use std::sync::Arc;
use std::time::Duration;

use baton::clock::Clock;
use baton::harvest::Followed;
use baton::store;
use baton::store::FeedRecord;
use chrono::TimeDelta;
use reqwest::Method;
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::support::follower;
use crate::support::gateway::Gateway;
use crate::support::gateway::PATIENCE;
use crate::support::gateway::Settings;
use crate::support::inside::Inside;
use crate::support::items;
use crate::support::process::wait_until;
use crate::support::publisher::FakePublisher;
use crate::support::publisher::Fault;

const TOKEN: &str = "a-token-of-the-tests";

async fn shows(gateway: &Gateway, names: &[&str]) {
    let is_shown = async || (gateway.names().await == names).then_some(());
    wait_until(&format!("services {names:?}"), PATIENCE, is_shown).await;
}

#[tokio::test]
async fn what_vanished_without_a_tombstone_goes_when_the_end_is_reached() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 2);
    for (id, name) in [(1, "Vanishes"), (2, "Stays"), (3, "Stays too"), (4, "Spoiled")] {
        publisher.upsert("/feed", &id.to_string(), items::series(id, name));
        let session = items::session(id, items::uri("series", id), 3);
        publisher.upsert("/feed", &format!("s{id}"), session);
    }
    let settings = Settings::following(&[("one", vec![url.clone()])]).admin(TOKEN);
    let mut gateway = Gateway::start(&settings).await;
    shows(&gateway, &["Spoiled", "Stays", "Stays too", "Vanishes"]).await;
    publisher.forget("/feed", "1");
    publisher.forget("/feed", "s1");
    // Still there, though it cannot be read any more: not vanished.
    publisher.upsert("/feed", "4", serde_json::Value::Null);
    gateway.settled().await;
    assert_eq!(gateway.feed(&url).await["items"], 8);

    // The resync breaks off, and so does the program: nothing is dropped.
    publisher.delay(Duration::from_millis(400));
    assert_eq!(gateway.command(&["feeds", "resync", "one"]).await.0, Some(0));
    let is_under_way = async || {
        let asked = publisher.asked();
        let first_again = asked.iter().rposition(|asked| asked.query.is_empty())?;
        // The third page is asked for once the first one is kept.
        (first_again > 0 && asked.len() >= first_again + 3).then_some(())
    };
    wait_until("a third page", PATIENCE, is_under_way).await;
    gateway.kill_9();
    publisher.delay(Duration::ZERO);
    gateway.start_again().await;
    // It goes on where it was, to the end.
    shows(&gateway, &["Spoiled", "Stays", "Stays too"]).await;
    gateway.settled().await;
    assert_eq!(gateway.feed(&url).await["items"], 6);
    let first_pages = publisher.asked_of("/feed").iter().filter(|a| a.query.is_empty()).count();
    assert_eq!(first_pages, 2, "read from the start when it was added and for the resync");
}

#[tokio::test]
async fn what_lies_behind_many_empty_pages_has_not_vanished() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 2);
    for id in 0..4 {
        publisher.upsert("/feed", &id.to_string(), items::series(id, &format!("Class {id}")));
    }
    let settings = Settings::following(&[("one", vec![url.clone()])]).admin(TOKEN);
    let gateway = Gateway::start(&settings.section("[guard]\nloss_percent = 100")).await;
    gateway.settled().await;
    publisher.fault("/feed", Fault::EmptyMiddle(103), usize::MAX);
    publisher.forget("/feed", "0");
    assert_eq!(gateway.command(&["feeds", "resync", "one"]).await.0, Some(0));
    // The two behind the empty pages stay, and the one that did vanish goes in the end.
    shows(&gateway, &["Class 1", "Class 2", "Class 3"]).await;
    let changed = gateway.all("/v3/services?modified_after=2000-01-01").await;
    assert_eq!(changed.len(), 4, "others were gone meanwhile");
    assert!(
        gateway.said().contains("dropped what a resync did not find again items=1"),
        "{}",
        gateway.said()
    );
}

#[tokio::test]
async fn a_resync_of_a_feed_that_leads_on_for_ever_comes_to_an_end() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 2);
    for id in 0..6 {
        publisher.upsert("/feed", &id.to_string(), items::series(id, &format!("Class {id}")));
    }
    publisher.fault("/feed", Fault::EmptyForEver, usize::MAX);
    let settings = Settings::following(&[("one", vec![url.clone()])]).admin(TOKEN);
    let gateway = Gateway::start(&settings.section("[guard]\nloss_percent = 100")).await;
    gateway.settled().await;
    publisher.forget("/feed", "0");
    assert_eq!(gateway.command(&["feeds", "resync", "one"]).await.0, Some(0));
    shows(&gateway, &["Class 1", "Class 2", "Class 3", "Class 4", "Class 5"]).await;
    gateway.settled().await;

    // That the feed leads on is not believed while it is read again: there may be more by now.
    publisher.heal("/feed");
    publisher.fault("/feed", Fault::EmptyMiddle(103), usize::MAX);
    publisher.forget("/feed", "1");
    assert_eq!(gateway.command(&["feeds", "resync", "one"]).await.0, Some(0));
    shows(&gateway, &["Class 2", "Class 3", "Class 4", "Class 5"]).await;
    let said = gateway.said();
    assert_eq!(
        said.matches("dropped what a resync did not find again items=1").count(),
        2,
        "{said}"
    );
}

#[tokio::test]
async fn a_resync_in_the_middle_of_another_loses_nothing() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 3);
    for id in 0..150 {
        publisher.upsert("/feed", &id.to_string(), items::series(id, &format!("Class {id}")));
    }
    // A sweep that began in the middle would show, however much it drops.
    let settings = Settings::following(&[("one", vec![url.clone()])]).admin(TOKEN);
    let settings = settings.section("[guard]\nloss_percent = 100");
    let gateway = Gateway::start(&settings).await;
    gateway.settled().await;
    let authorization = format!("Bearer {TOKEN}");
    for _ in 0..40 {
        let asked = publisher.asked().len();
        let path = "/admin/feeds/resync?key=one";
        let headers = [("authorization", authorization.as_str())];
        assert_eq!(gateway.ask(Method::POST, path, &headers).await.status, 200);
        let is_under_way = async || (publisher.asked().len() > asked + 5).then_some(());
        wait_until("under way", PATIENCE, is_under_way).await;
    }
    gateway.settled().await;
    assert_eq!(gateway.feed(&url).await["items"], 150);
    assert_eq!(gateway.names().await.len(), 150);
    // A change of every service would show that one was gone meanwhile.
    let changed = gateway.all("/v3/services?modified_after=2000-01-01").await;
    assert_eq!(changed.len(), 150, "tombstones were made");
}

#[tokio::test]
async fn who_was_away_longer_than_tombstones_live_reads_again_once() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 2);
    for (id, name) in [(1, "Deleted meanwhile"), (2, "Still there"), (3, "And this")] {
        publisher.upsert("/feed", &id.to_string(), items::series(id, name));
    }
    let now = Clock::default().now();
    let clock = Clock::fixed(now);
    // Tombstones of slots live for two days.
    let slots = publisher.feed("/slots", 2);
    publisher.upsert("/slots", "1", items::slot(1, &items::uri("facilities", 1), 30));
    let both = [("one", vec![url.clone()]), ("two", vec![slots.clone()])];
    let settings = Settings::following(&both);
    let mut inside = Inside::start(&settings, clock.clone()).await;
    inside.settled(&url).await;
    inside.settled(&slots).await;
    assert_eq!(inside.names().await, ["And this", "Deleted meanwhile", "Still there"]);
    inside.stop().await;

    // Six days later nothing is read again, for the tombstone would still be there.
    let first_pages_of =
        |path: &str| publisher.asked_of(path).iter().filter(|asked| asked.query.is_empty()).count();
    let first_pages = || first_pages_of("/feed");
    for (hours, of_slots) in [(47, 1), (47 + 49, 2), (6 * 24, 2)] {
        clock.set(now + TimeDelta::hours(hours));
        inside.start_again().await;
        inside.settled(&url).await;
        inside.settled(&slots).await;
        inside.stop().await;
        assert_eq!((first_pages(), first_pages_of("/slots")), (1, of_slots), "{hours}");
    }

    // Deleted, and its tombstone dropped.
    publisher.forget("/feed", "1");
    clock.set(now + TimeDelta::days(6 + 8));
    inside.start_again().await;
    inside.settled(&url).await;
    assert_eq!(inside.names().await, ["And this", "Still there"]);
    assert_eq!(first_pages(), 2);
    inside.stop().await;

    // Not again within a week of the last time, whatever the clock says of the last visit.
    inside.start_again().await;
    inside.settled(&url).await;
    assert_eq!(first_pages(), 2);
    inside.stop().await;

    // Away too long, and too soon to read again: that is done once it may be, however often the feed was read meanwhile.
    for (hours, of_slots) in [(72, 3), (72 + 40, 3), (72 + 80, 3), (72 + 100, 4), (72 + 140, 4)] {
        clock.set(now + TimeDelta::days(6 + 8) + TimeDelta::hours(hours));
        inside.start_again().await;
        inside.settled(&url).await;
        inside.settled(&slots).await;
        inside.stop().await;
        assert_eq!((first_pages(), first_pages_of("/slots")), (2, of_slots), "{hours}");
    }
}

#[tokio::test]
async fn a_clock_that_jumps_loses_nothing() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 5);
    publisher.upsert("/feed", "1", items::series(1, "Weekly class"));
    for week in 1..=3 {
        let session = items::session(week, items::uri("series", 1), 7 * week);
        publisher.upsert("/feed", &format!("s{week}"), session);
    }
    let now = Clock::default().now();
    let clock = Clock::fixed(now);
    let settings = Settings::following(&[("one", vec![url.clone()])]);
    let mut inside = Inside::start(&settings, clock.clone()).await;
    inside.settled(&url).await;
    assert_eq!(inside.names().await, ["Weekly class"]);
    inside.stop().await;

    // Ten years ahead everything is over, and what is over for long is dropped.
    clock.set(now + TimeDelta::days(3650));
    inside.start_again().await;
    inside.shows(&[]).await;
    inside.stop().await;

    // Back in time, it is as it was.
    clock.set(now + TimeDelta::hours(1));
    inside.start_again().await;
    inside.settled(&url).await;
    let is_back = async || (inside.names().await == ["Weekly class"]).then_some(());
    wait_until("as it was", PATIENCE, is_back).await;
    inside.stop().await;
}

/// Starts a gateway that has read six classes, two to a page.
async fn inside_of(publisher: &FakePublisher, policy: &str) -> (Inside, String, Clock) {
    let url = publisher.feed("/feed", 2);
    for id in 1..=6 {
        publisher.upsert("/feed", &id.to_string(), items::series(id, &format!("Class {id}")));
    }
    let clock = Clock::fixed(Clock::default().now());
    let text = format!("key = \"one\"\nname = \"One\"\nfeeds = [{url:?}]\npolicy = {{ {policy} }}");
    let inside = Inside::start(&Settings::default().publisher(&text), clock.clone()).await;
    inside.settled(&url).await;
    assert_eq!(inside.names().await.len(), 6);
    (inside, url, clock)
}

#[tokio::test]
async fn a_feed_that_goes_back_is_read_again_once_within_its_budget() {
    let publisher = FakePublisher::start().await;
    let (mut inside, url, clock) = inside_of(&publisher, "resync_days = 3").await;
    let first_pages =
        || publisher.asked_of("/feed").iter().filter(|asked| asked.query.is_empty()).count();
    let begin_anew = |without: &str| {
        publisher.forget("/feed", without);
        publisher.renumber("/feed");
        publisher.fault("/feed", Fault::FirstAgain, 1);
    };
    // Restored from a copy: numbered anew, with one item less.
    begin_anew("2");
    inside.shows(&["Class 1", "Class 3", "Class 4", "Class 5", "Class 6"]).await;
    assert_eq!(first_pages(), 2);
    inside.settled(&url).await;

    // The same again is too soon; what was read is kept.
    begin_anew("3");
    publisher.upsert("/feed", "7", items::series(7, "Class 7"));
    let names = ["Class 1", "Class 3", "Class 4", "Class 5", "Class 6", "Class 7"];
    inside.shows(&names).await;
    inside.settled(&url).await;
    assert_eq!(first_pages(), 2);

    clock.set(clock.now() + TimeDelta::days(4));
    begin_anew("4");
    inside.shows(&["Class 1", "Class 5", "Class 6", "Class 7"]).await;
    assert_eq!(first_pages(), 3);
    inside.stop().await;
}

#[tokio::test]
async fn a_feed_whose_next_page_is_gone_but_not_its_first_is_read_again() {
    let publisher = FakePublisher::start().await;
    let (mut inside, url, _) = inside_of(&publisher, "").await;
    publisher.forget("/feed", "2");
    publisher.fault("/feed", Fault::CursorStatus(400), 1);
    publisher.fault("/feed", Fault::CursorStatus(404), 2);
    // That the first page cannot be had either just then does not mean that it is gone.
    publisher.fault("/feed", Fault::Status(500), 1);
    publisher.fault("/feed", Fault::CursorStatus(404), 1);
    // It is asked four times: now, five, fifteen and 35 seconds later.
    inside.shows(&["Class 1", "Class 3", "Class 4", "Class 5", "Class 6"]).await;
    inside.settled(&url).await;
    let feed = inside.feed(&url).await;
    assert_eq!(feed["last_error"], serde_json::Value::Null, "{feed}");
    assert!(feed["resynced_at"].is_string(), "{feed}");

    // Once a week is enough: until then it is tried, and not given up.
    publisher.fault("/feed", Fault::CursorStatus(404), usize::MAX);
    let is_told = async || {
        let feed = inside.feed(&url).await;
        feed["last_error"].as_str()?.contains("begins anew").then_some(feed)
    };
    let feed = wait_until("the reason", PATIENCE, is_told).await;
    assert_eq!(feed["state"], "backing_off", "{feed}");
    inside.stop().await;
}

#[tokio::test]
async fn a_resync_that_was_begun_is_written_before_its_feed_is_anybody_elses() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 2);
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("baton.db");
    let store = store::open(&format!("sqlite:{}", path.display())).await.unwrap();
    let away = Some(Clock::default().now() - TimeDelta::days(10));
    let record = FeedRecord { last_success: away, ..follower::feed(&store, &url).await };
    // Somebody else writes, for a while.
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    let mut following = JoinSet::new();
    following.spawn(follower::followed(Arc::clone(&store), record, tasks.clone(), stop.clone()));
    let is_begun = async || (!tasks.is_empty()).then_some(());
    wait_until("a resync being written", PATIENCE, is_begun).await;
    stop.cancel();
    let early = tokio::time::timeout(Duration::from_millis(300), following.join_next()).await;
    assert!(early.is_err(), "ended while it was writing");
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(following.join_next().await.unwrap().unwrap(), Followed::Cancelled);
    assert!(store.feeds().await.unwrap()[0].is_resyncing);
}
