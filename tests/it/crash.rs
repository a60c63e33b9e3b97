//! `kill -9` at any moment: what was committed stays, what was not is read again, nothing is doubled.

use std::collections::BTreeMap;
use std::time::Duration;

use rusqlite::Connection;
use serde_json::Value;

use crate::support::gateway::Gateway;
use crate::support::gateway::PATIENCE;
use crate::support::gateway::Settings;
use crate::support::items;
use crate::support::postgres::Server;
use crate::support::postgres::query;
use crate::support::process::wait_until;
use crate::support::publisher::Asked;
use crate::support::publisher::FakePublisher;

const PAGE: usize = 50;
const SERIES: usize = 1_000;
const SESSIONS: usize = 2_000;

/// After how many requests in all the process is killed, early and late, while pages are being read,
/// written and mapped. Once more it is killed when the last page was asked for.
const KILLED_AFTER: [usize; 9] = [1, 4, 9, 13, 20, 30, 42, 56, 68];

const FEEDS: [&str; 2] = ["/series", "/sessions"];

#[tokio::test]
async fn a_killed_gateway_goes_on_where_it_was() {
    let publisher = FakePublisher::start().await;
    let settings = publish(&publisher);
    check_kills(&publisher, &settings, &settings, async || ()).await;
}

#[tokio::test]
async fn a_killed_gateway_on_a_server_goes_on_where_it_was() {
    let publisher = FakePublisher::start().await;
    let settings = publish(&publisher);
    let url = Server::shared().database();
    let on_server = settings.clone().store(&url);
    // As if the time had passed in which a dead worker may come back; only the last is waited for.
    let forget = async || drop(query(&url, "UPDATE worker SET expires_at = 0").await);
    check_kills(&publisher, &settings, &on_server, forget).await;
}

#[tokio::test]
async fn a_stop_waits_for_no_more_than_what_is_being_mapped() {
    const MANY: u32 = 3_000;
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 500);
    for id in 0..MANY {
        publisher.upsert("/feed", &id.to_string(), items::series(id, &format!("Class {id:04}")));
    }
    let mut gateway = Gateway::new(&Settings::following(&[("one", vec![url])]));
    assert_eq!(gateway.harvest().await.code, Some(0));
    let store = gateway.folder().join("baton.db");
    let mark_all = "INSERT OR REPLACE INTO dirty (key) SELECT key FROM service";
    assert_eq!(Connection::open(&store).unwrap().execute(mark_all, []).unwrap(), 3_000);
    gateway.start_again().await;
    let has_begun = async || {
        let waiting = gateway.status().await["waiting"].as_u64()?;
        (waiting < MANY.into()).then_some(())
    };
    wait_until("mapping", PATIENCE, has_begun).await;
    assert_eq!(gateway.stop().await, Some(0));
    let count = "SELECT count(*) FROM dirty";
    let left: u32 =
        Connection::open(&store).unwrap().query_row(count, [], |row| row.get(0)).unwrap();
    assert!((1..MANY).contains(&left), "{left} are left");

    gateway.start_again().await;
    gateway.settled().await;
    assert_eq!(gateway.names().await.len(), 3_000);
}

/// Kills a gateway again and again; what it serves in the end is what one serves that was left alone.
/// After each kill but the last, `forget` has the store forget who was killed.
async fn check_kills(
    publisher: &FakePublisher,
    alone: &Settings,
    killed: &Settings,
    forget: impl AsyncFn(),
) {
    let mut undisturbed = Gateway::new(alone);
    let harvested = undisturbed.harvest().await;
    assert_eq!(harvested.code, Some(0), "{harvested:?}");
    undisturbed.start_again().await;
    let expected = comparable(undisturbed.services().await);
    assert_eq!(expected.len(), SERIES);
    drop(undisturbed);
    let pages: Vec<Vec<String>> =
        FEEDS.iter().map(|path| queries_in_order(&publisher.asked_of(path))).collect();

    // Slow enough that a kill falls between pages that are under way.
    publisher.delay(Duration::from_millis(15));
    let begun = publisher.asked().len();
    let mut gateway = Gateway::new(killed);
    let mut restarts = Vec::new();
    for count in KILLED_AFTER {
        gateway.start_again().await;
        let is_time = async || (publisher.asked().len() - begun >= count).then_some(());
        wait_until("so many requests", PATIENCE, is_time).await;
        gateway.kill_9();
        forget().await;
        restarts.push(publisher.asked().len());
    }
    gateway.start_again().await;
    let last = pages[1].last().unwrap();
    let is_at_end = async || {
        let asked = publisher.asked().split_off(begun);
        let is_last = |asked: &Asked| asked.path == FEEDS[1] && asked.query == *last;
        asked.iter().any(is_last).then_some(())
    };
    wait_until("the last page", PATIENCE, is_at_end).await;
    gateway.kill_9();
    restarts.push(publisher.asked().len());
    gateway.start_again().await;
    gateway.settled().await;

    let asked = publisher.asked();
    for (path, pages) in FEEDS.iter().zip(&pages) {
        for restart in &restarts {
            check_restart(path, pages, &asked[begun..*restart], &asked[*restart..]);
        }
    }
    let services = comparable(gateway.services().await);
    assert_eq!(services.len(), expected.len());
    let different: Vec<_> =
        expected.iter().filter(|(id, s)| services.get(*id) != Some(s)).collect();
    assert!(different.is_empty(), "{} differ, such as {:?}", different.len(), different.first());
    for path in FEEDS {
        let feed = gateway.feed(&publisher.url(path)).await;
        let count = if path == "/series" { SERIES } else { SESSIONS };
        assert_eq!((&feed["items"], &feed["orphans"]), (&count.into(), &0.into()));
    }
}

fn publish(publisher: &FakePublisher) -> Settings {
    let feeds = FEEDS.iter().map(|path| publisher.feed(path, PAGE)).collect();
    for number in 0..SERIES {
        let series = items::series(number, &format!("Class {number:04}"));
        publisher.upsert("/series", &number.to_string(), series);
    }
    for number in 0..SESSIONS {
        let parent = items::uri("series", number % SERIES);
        let in_days = i64::try_from(7 + number / SERIES).unwrap();
        let session = items::session(number, parent, in_days);
        publisher.upsert("/sessions", &number.to_string(), session);
    }
    Settings::following(&[("one", feeds)])
}

/// A change is stamped with the time it is seen when what it is made of is older: two runs may differ
/// in that, as two readers of the feeds would.
fn comparable(services: BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    let without_time = |mut service: Value| {
        service.as_object_mut().unwrap().remove("last_modified");
        service
    };
    services.into_iter().map(|(id, service)| (id, without_time(service))).collect()
}

fn queries_in_order(asked: &[Asked]) -> Vec<String> {
    let mut queries: Vec<String> = Vec::new();
    for asked in asked {
        if !queries.contains(&asked.query) {
            queries.push(asked.query.clone());
        }
    }
    queries
}

/// The request for a page goes out while the page before is written, so all but the last two pages
/// asked for were committed when the process was killed.
fn check_restart(path: &str, pages: &[String], before: &[Asked], after: &[Asked]) {
    let number = |asked: &Asked| pages.iter().position(|query| *query == asked.query).unwrap();
    let of_feed = |asked: &&Asked| asked.path == path;
    let Some(farthest) = before.iter().filter(of_feed).map(number).max() else { return };
    let Some(first) = after.iter().find(of_feed).map(number) else { return };
    let committed = farthest.saturating_sub(1);
    assert!(first >= committed, "{path}: page {first} asked for although {committed} was reached");
}
