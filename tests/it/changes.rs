//! `/v3/changes`: what changes, as it changes.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::io::Write as _;
use std::net::TcpStream;
use std::time::Duration;

use crate::rpde::age;
use crate::support::events::Event;
use crate::support::events::Events;
use crate::support::gateway::Gateway;
use crate::support::gateway::Settings;
use crate::support::gateway::text;
use crate::support::items;
use crate::support::process::wait_until;
use crate::support::publisher::FakePublisher;

const AREA: &str = "slug = \"nowhere\"\nname = \"Nowhere\"\npostcodes = [\"ZE\"]\n";

async fn gateway_of(publisher: &FakePublisher, count: usize) -> Gateway {
    let url = publisher.feed("/feed", 500);
    for number in 0..count {
        publisher.upsert("/feed", &format!("{number}"), items::series(number, "Yoga"));
    }
    let settings = Settings::following(&[("one", vec![url])]).area(AREA);
    let gateway = Gateway::start(&settings).await;
    gateway.settled().await;
    gateway
}

fn number_of(event: &Event) -> u64 {
    event.id.parse().unwrap()
}

#[tokio::test]
async fn changes_are_told_as_they_come_and_a_reader_goes_on_where_it_was() {
    let publisher = FakePublisher::start().await;
    let gateway = gateway_of(&publisher, 3).await;
    let url = gateway.url("/v3/changes");
    let mut events = Events::open(&url, None).await;
    let begin = events.next().await.unwrap();
    assert_eq!((begin.name.as_str(), begin.data.as_str()), ("", ""));

    publisher.upsert("/feed", "1", items::series(1, "Dance"));
    let updated = events.next().await.unwrap();
    assert_eq!(updated.name, "updated");
    assert!(number_of(&updated) > number_of(&begin));
    let path = format!("/v3/services/{}", text(&updated.json()["id"]));
    assert_eq!(gateway.json(&path).await["name"], "Dance");
    publisher.delete("/feed", "1");
    let deleted = events.next().await.unwrap();
    assert_eq!((deleted.name.as_str(), &deleted.json()["id"]), ("deleted", &updated.json()["id"]));
    drop(events);

    publisher.upsert("/feed", "2", items::series(2, "Judo"));
    let mut again = Events::open(&format!("{url}?full=true"), Some(&deleted.id)).await;
    let missed = again.next().await.unwrap();
    assert_eq!((missed.name.as_str(), missed.json()["name"].clone()), ("updated", "Judo".into()));
    assert!(number_of(&missed) > number_of(&deleted));
}

#[tokio::test]
async fn a_reader_with_nothing_is_told_everything_once_and_nothing_to_take_back() {
    let publisher = FakePublisher::start().await;
    let gateway = gateway_of(&publisher, 700).await;
    publisher.delete("/feed", "3");
    gateway.settled().await;
    let withdrawn = async || (gateway.total("/v3/services").await == 699).then_some(());
    wait_until("one less", Duration::from_secs(30), withdrawn).await;
    let mut events = Events::open(&gateway.url("/v3/changes?last_event_id=0"), None).await;
    let mut ids = BTreeSet::new();
    let mut before = 0;
    while ids.len() < 699 {
        let event = events.next().await.unwrap();
        assert_eq!(event.name, "updated");
        assert!(number_of(&event) > before);
        before = number_of(&event);
        assert!(ids.insert(text(&event.json()["id"])), "told twice");
    }
    let listed: BTreeSet<String> = gateway.services().await.into_keys().collect();
    assert_eq!(ids, listed);
}

#[tokio::test]
async fn an_area_tells_of_its_own_and_of_what_it_may_have_lost() {
    let publisher = FakePublisher::start().await;
    let gateway = gateway_of(&publisher, 2).await;
    let mut events = Events::open(&gateway.url("/areas/nowhere/v3/changes"), None).await;
    events.next().await.unwrap();
    publisher.upsert("/feed", "1", items::series(1, "Dance"));
    assert_eq!(events.next().await.unwrap().name, "deleted");
    assert_eq!(gateway.get("/areas/atlantis/v3/changes").await.status, 404);
}

#[tokio::test]
async fn a_number_too_old_or_of_another_store_begins_anew() {
    let publisher = FakePublisher::start().await;
    let mut gateway = gateway_of(&publisher, 3).await;
    let far = Events::open(&gateway.url("/v3/changes"), Some("4000000000")).await.next().await;
    assert_eq!(far.unwrap().name, "reset");
    // While it is young every number is known.
    let first = Events::open(&gateway.url("/v3/changes"), Some("1")).await.next().await;
    assert_eq!(first.unwrap().name, "updated");

    gateway.stop().await;
    age(gateway.folder(), 40);
    gateway.start_again().await;
    let mut old = Events::open(&gateway.url("/v3/changes"), Some("1")).await;
    let reset = old.next().await.unwrap();
    assert_eq!(reset.name, "reset");
    let text = gateway.get("/v3/changes?last_event_id=soon").await;
    assert_eq!(text.status, 400);

    // From the number it was given it goes on.
    publisher.upsert("/feed", "1", items::series(1, "Dance"));
    let updated = old.next().await.unwrap();
    assert_eq!((updated.name.as_str(), number_of(&updated) > number_of(&reset)), ("updated", true));
}

/// Opens a stream, unless too many are open.
async fn one_more(url: &str) -> Option<reqwest::Response> {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let response = client.get(url).send().await.unwrap();
    assert!(matches!(response.status().as_u16(), 200 | 503), "{response:?}");
    (response.status() == 200).then_some(response)
}

#[tokio::test]
async fn streams_are_limited_for_each_client_and_end_with_the_gateway() {
    let publisher = FakePublisher::start().await;
    let mut gateway = gateway_of(&publisher, 1).await;
    let url = gateway.url("/v3/changes");
    let mut open = Vec::new();
    for _ in 0..16 {
        open.push(one_more(&url).await.unwrap());
    }
    let refused = gateway.get("/v3/changes").await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, "10"));
    open.pop();
    let is_free = async || one_more(&url).await;
    open.push(wait_until("a place", Duration::from_secs(10), is_free).await);

    assert_eq!(gateway.stop().await, Some(0));
    assert!(!gateway.said().contains("did not stop in time"));
}

/// Sends a request by hand and reads no more than whether it is granted, so that what is sent piles up.
fn unread(gateway: &Gateway, path: &str) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(gateway.host()).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", gateway.host()).unwrap();
    let mut status = [0; 12];
    stream.read_exact(&mut status).unwrap();
    assert!(matches!(&status, b"HTTP/1.1 200" | b"HTTP/1.1 503"), "{status:?}");
    (&status == b"HTTP/1.1 200").then_some(stream)
}

#[tokio::test]
async fn readers_that_do_not_read_are_let_go_and_cost_no_memory() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 100);
    // More than what the system itself keeps of a connection: 24 MB for each reader.
    let long = "A line that is long enough to fill a page when it is said often. ".repeat(600);
    for number in 0..600 {
        let mut series = items::series(number, "Yoga");
        series["description"] = long.as_str().into();
        publisher.upsert("/feed", &format!("{number}"), series);
    }
    let gateway = Gateway::start(&Settings::following(&[("one", vec![url])])).await;
    gateway.settled().await;
    // What is kept for everybody is then kept already.
    gateway.services().await;
    let before = gateway.process().peak_memory();
    let path = "/v3/changes?full=true&last_event_id=0";
    // Until every place is taken. The first may be free again before the last is asked for.
    let slow: Vec<TcpStream> = (0..64).map_while(|_| unread(&gateway, path)).collect();
    assert!((16..64).contains(&slow.len()), "{} places", slow.len());
    let url = gateway.url("/v3/changes");
    let mut open = Vec::new();
    let are_let_go = async || {
        open.extend(one_more(&url).await);
        (open.len() == 16).then_some(())
    };
    wait_until("every place free again", Duration::from_mins(1), are_let_go).await;
    let grown = gateway.process().peak_memory().saturating_sub(before);
    assert!(grown < 96 * 1024 * 1024, "{grown} bytes more for 384 MB that nobody reads");
}
