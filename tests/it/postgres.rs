//! A gateway on a PostgreSQL server: the same services, and a server that goes away and comes back.

use std::collections::BTreeSet;
use std::time::Duration;

use baton::harvest::Followed;
use baton::store;
use baton::store::Work;
use baton::store::Worker;
use serde_json::Value;
use tokio::task::JoinSet;
use tokio_postgres::NoTls;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::support::follower;
use crate::support::gateway::Gateway;
use crate::support::gateway::PATIENCE;
use crate::support::gateway::Settings;
use crate::support::items;
use crate::support::pipeline;
use crate::support::postgres::Server;
use crate::support::postgres::query;
use crate::support::process::baton;
use crate::support::process::wait_until;
use crate::support::publisher::FakePublisher;

/// Within this a process says several times that it is there.
const SIGNS: Duration = Duration::from_secs(12);

/// Every case of the mapping is a publisher of its own.
#[tokio::test]
async fn services_are_the_same_byte_for_byte_whichever_store_holds_them() {
    let publisher = FakePublisher::start().await;
    let settings = every_case(&publisher);
    let mut walks = Vec::new();
    for settings in [settings.clone(), settings.store(&Server::shared().database())] {
        let mut gateway = Gateway::new(&settings);
        let harvested = gateway.harvest().await;
        assert_eq!(harvested.code, Some(0), "{harvested:?}");
        gateway.start_again().await;
        gateway.settled().await;
        walks.push(walk(&gateway).await);
    }
    let [on_disk, on_server] = walks.as_slice() else { unreachable!() };
    assert!(on_disk.len() > 50, "{} services", on_disk.len());
    assert_eq!(on_disk.len(), on_server.len());
    for (one, other) in on_disk.iter().zip(on_server) {
        assert_eq!(one, other);
    }
}

#[tokio::test]
async fn a_server_with_tls_must_be_who_it_says_it_is() {
    let publisher = FakePublisher::start().await;
    let settings = Settings::following(&[("one", vec![publisher.feed("/feed", 50)])]);
    let server = Server::start();
    let url = server.database();
    let name = url.rsplit_once('/').unwrap().1;
    let port = server.speak_tls();
    for (host, roots, refusal) in [
        ("localhost", "ca.pem", None),
        ("localhost", "other.pem", Some("UnknownIssuer")),
        ("127.0.0.1", "ca.pem", Some("not valid for name")),
    ] {
        let roots = server.file(roots);
        let secure = format!("sslmode=verify-full&sslrootcert={}", roots.display());
        let url = format!("postgres://postgres@{host}:{port}/{name}?{secure}");
        let harvested = Gateway::new(&settings.clone().store(&url)).harvest().await;
        match refusal {
            None => assert_eq!(harvested.code, Some(0), "{harvested:?}"),
            Some(reason) => {
                assert_eq!(harvested.code, Some(1), "{harvested:?}");
                assert!(harvested.stderr.contains(reason), "{harvested:?}");
            }
        }
    }
}

/// Publishes the items of every case.
fn every_case(publisher: &FakePublisher) -> Settings {
    let mut settings = Settings::default().with_vocabularies();
    for folder in pipeline::cases("input.json") {
        let case = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let input = pipeline::read_json(&folder.join("input.json"));
        let path = format!("/{case}");
        let feed = publisher.feed(&path, 20);
        let items = input["items"].as_array().into_iter().flatten();
        for (at, item) in items.enumerate() {
            let data = if item["state"].is_string() { &item["data"] } else { item };
            // The cases name the same things; here each names its own.
            let own = data.to_string().replace("example.org", &format!("{case}.example.org"));
            publisher.upsert(&path, &at.to_string(), serde_json::from_str(&own).unwrap());
        }
        let key = case.replace(['_', '.'], "-");
        settings =
            settings.publisher(&format!("key = {key:?}\nname = {key:?}\nfeeds = [{feed:?}]\n"));
    }
    settings
}

/// Returns every service as it is served, one after the other, but for the time of its last change: that
/// may be when it was read.
async fn walk(gateway: &Gateway) -> Vec<String> {
    let mut services = gateway.all("/v3/services?full=true").await;
    for service in &mut services {
        assert!(service["last_modified"].take().is_string());
    }
    services.iter().map(Value::to_string).collect()
}

#[tokio::test]
async fn a_server_that_restarts_is_waited_for() {
    let publisher = FakePublisher::start().await;
    let feed = publisher.feed("/feed", 50);
    let server = Server::start();
    let settings = Settings::following(&[("one", vec![feed])]).store(&server.database());
    publisher.upsert("/feed", "1", items::series(1, "Before"));
    let gateway = Gateway::start(&settings).await;
    gateway.settled().await;
    for (round, id) in ["2", "3"].into_iter().enumerate() {
        publisher.upsert("/feed", id, items::series(id, &format!("After {round}")));
        if round == 0 {
            server.restart();
        } else {
            server.crash();
        }
        publisher.upsert("/feed", &format!("{id}b"), items::series(format!("{id}b"), "Later"));
        let is_there = async || (gateway.names().await.len() == 3 + 2 * round).then_some(());
        wait_until("what was published meanwhile", PATIENCE, is_there).await;
    }
    assert!(!gateway.said().contains("panicked"));
}

#[tokio::test]
async fn a_poller_whose_feed_went_to_another_process_ends() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 50);
    let store = store::open(&Server::shared().database()).await.unwrap();
    let record = follower::feed(&store, &url).await;
    let before = Worker::new("before".to_owned());
    let share = store.share(before.clone()).await.unwrap().unwrap();
    let lease = share.leases.into_iter().find(|lease| lease.work == Work::Feed(record.id)).unwrap();
    store.leave(before).await.unwrap();
    store.share(Worker::new("next".to_owned())).await.unwrap();
    let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
    let followed = follower::followed(store.under(lease), record, tasks, stop);
    assert_eq!(tokio::time::timeout(PATIENCE, followed).await, Ok(Followed::Cancelled));
}

#[tokio::test]
async fn a_process_that_takes_up_its_work_says_that_it_is_there_meanwhile() {
    let publisher = FakePublisher::start().await;
    let (url, feed) = (Server::shared().database(), publisher.feed("/feed", 50));
    follower::feed(&store::open(&url).await.unwrap(), &feed).await;
    // Everything is to be marked for whoever maps first, and cannot be for a while.
    let (mut client, line) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    let mut lines = JoinSet::new();
    lines.spawn(line);
    let held = client.transaction().await.unwrap();
    held.batch_execute("LOCK TABLE dirty IN SHARE MODE").await.unwrap();
    let settings = Settings::following(&[("one", vec![feed])]);
    let gateway = Gateway::start_role(&settings.store(&url), "harvest").await;
    let said = async || query(&url, "SELECT expires_at FROM worker").await.pop();
    let is_mapping = async || gateway.said().contains("mapping from now on").then_some(());
    wait_until("the mapping begun", PATIENCE, is_mapping).await;
    let mut times = BTreeSet::new();
    // It is said every three seconds, and forgotten after fifteen.
    let is_said = async || {
        times.extend(said().await);
        (times.len() >= 3).then_some(())
    };
    wait_until("a sign of life", SIGNS, is_said).await;
    held.rollback().await.unwrap();
    gateway.settled().await;
}

#[tokio::test]
async fn nothing_is_shown_before_what_is_withheld_was_withdrawn() {
    let publisher = FakePublisher::start().await;
    let (url, feed) = (Server::shared().database(), publisher.feed("/feed", 50));
    publisher.upsert("/feed", "1", items::series(1, "Hidden"));
    let settings = |more: &str| {
        let of = format!("key = \"one\"\nname = \"One\"\nfeeds = [{feed:?}]\n{more}\n");
        Settings::default().store(&url).publisher(&of)
    };
    let mut gateway = Gateway::start(&settings("")).await;
    gateway.settled().await;
    assert_eq!(gateway.names().await, ["Hidden"]);
    assert_eq!(gateway.stop().await, Some(0));

    // Nothing can be marked for the mapping, so nothing is withdrawn for a while.
    let (mut client, line) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    let mut lines = JoinSet::new();
    lines.spawn(line);
    let held = client.transaction().await.unwrap();
    held.batch_execute("LOCK TABLE dirty IN SHARE MODE").await.unwrap();
    gateway.configure(&settings("republish = false"));
    gateway.begin(baton()).await;
    let is_withdrawing = async || gateway.said().contains("withdrawing what is").then_some(());
    wait_until("the withdrawal begun", PATIENCE, is_withdrawing).await;
    for path in ["/v3/services", "/v1/services", "/rpde/services", "/v3/export", "/find", "/"] {
        let answer = gateway.get(path).await;
        assert_eq!((answer.status, answer.header("retry-after")), (503, "10"), "{path}");
    }
    for (path, status) in
        [("/livez", 200), ("/readyz", 503), ("/status.json", 200), ("/assets/a", 404)]
    {
        assert_eq!(gateway.get(path).await.status, status, "{path}");
    }
    held.rollback().await.unwrap();
    gateway.settled().await;
    assert_eq!(gateway.names().await, [""; 0]);
}

#[tokio::test]
async fn a_feed_that_fills_keeps_nobody_waiting_for_what_is_withdrawn() {
    let (publisher, slow) = (FakePublisher::start().await, FakePublisher::start().await);
    let (url, feed) = (Server::shared().database(), publisher.feed("/feed", 50));
    publisher.upsert("/feed", "1", items::series(1, "Hidden"));
    let filling = slow.feed("/feed", 1);
    for id in 2..2_000 {
        slow.upsert("/feed", &id.to_string(), items::series(id, "Slow"));
    }
    slow.delay(Duration::from_millis(20));
    let settings = |more: &str| {
        let of = format!("key = \"one\"\nname = \"One\"\nfeeds = [{feed:?}]\n{more}\n");
        Settings::default().store(&url).publisher(&of)
    };
    let mut gateway = Gateway::start(&settings("")).await;
    gateway.settled().await;
    assert_eq!(gateway.stop().await, Some(0));
    let two = format!("key = \"two\"\nname = \"Two\"\nfeeds = [{filling:?}]\n");
    gateway.configure(&settings("republish = false").publisher(&two));
    gateway.start_again().await;
    assert!(gateway.said().contains("withdrawing what is"), "{}", gateway.said());
    let of_slow = gateway.feed(&filling).await;
    assert_ne!(of_slow["state"], "live", "{of_slow}");
    assert!(!gateway.names().await.contains(&"Hidden".to_owned()));
}

#[tokio::test]
async fn a_catalogue_that_cannot_be_read_at_the_start_is_read_later() {
    let publisher = FakePublisher::start().await;
    let (url, feed) = (Server::shared().database(), publisher.feed("/feed", 50));
    publisher.upsert("/feed", "1", items::series(1, "Class"));
    let settings = Settings::following(&[("one", vec![feed])]).store(&url);
    let mut gateway = Gateway::start(&settings).await;
    gateway.settled().await;
    assert_eq!(gateway.stop().await, Some(0));
    query(&url, "ALTER TABLE service RENAME COLUMN entry TO away").await;
    gateway.begin(baton()).await;
    let is_said = async || gateway.said().contains("catalogue not read").then_some(());
    wait_until("a catalogue that was not read", PATIENCE, is_said).await;
    query(&url, "ALTER TABLE service RENAME COLUMN away TO entry").await;
    gateway.settled().await;
    assert_eq!(gateway.names().await, ["Class"]);
}

#[tokio::test]
async fn a_harvest_that_failed_leaves_the_store_to_the_next() {
    let publisher = FakePublisher::start().await;
    let url = Server::shared().database();
    let settings = Settings::following(&[("one", vec![publisher.feed("/feed", 50)])]);
    let gateway = Gateway::new(&settings.store(&url));
    assert_eq!(gateway.harvest().await.code, Some(0));
    query(&url, "ALTER TABLE service RENAME TO away").await;
    let harvested = gateway.harvest().await;
    assert_eq!(harvested.code, Some(1), "{harvested:?}");
    query(&url, "ALTER TABLE away RENAME TO service").await;
    let again = gateway.harvest().await;
    assert_eq!(again.code, Some(0), "{again:?}");
}
