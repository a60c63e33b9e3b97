//! The sample publisher, read over HTTP as a harvester reads it.

use std::collections::HashMap;
use std::collections::HashSet;

use axum::body::Body;
use axum::body::to_bytes;
use axum::http::Method;
use axum::http::Request;
use axum::http::Response;
use axum::http::StatusCode;
use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;
use serde_json::Value;
use serde_json::value::to_raw_value;
use tower::ServiceExt as _;

use super::SampleFeed;
use super::SamplePublisher;
use super::feed::PAGE_SIZE;
use crate::openactive::Item;
use crate::openactive::Kind;
use crate::openactive::Moment;
use crate::openactive::Opportunity;
use crate::openactive::State;

const BASE: &str = "http://sample.test:8081";

fn now() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn publisher() -> SamplePublisher {
    SamplePublisher::new(BASE, now())
}

async fn send(publisher: &SamplePublisher, method: Method, url: &str) -> Response<Body> {
    let path = url.strip_prefix(BASE).unwrap();
    let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    publisher.router().oneshot(request).await.unwrap()
}

async fn text(publisher: &SamplePublisher, url: &str) -> String {
    let response = send(publisher, Method::GET, url).await;
    assert_eq!(response.status(), StatusCode::OK, "{url}");
    let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// What a walk from one page to the end of the feed brings.
struct Walk {
    items: Vec<Value>,
    pages: usize,
    last_page: String,
}

async fn walk(publisher: &SamplePublisher, first: &str) -> Walk {
    let mut walk = Walk { items: Vec::new(), pages: 0, last_page: first.to_owned() };
    loop {
        let page: Value = serde_json::from_str(&text(publisher, &walk.last_page).await).unwrap();
        assert_eq!(page["license"], "https://creativecommons.org/licenses/by/4.0/");
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= PAGE_SIZE);
        if items.is_empty() {
            assert_eq!(page["next"], walk.last_page.as_str());
            return walk;
        }
        assert_ne!(page["next"], walk.last_page.as_str());
        walk.items.extend_from_slice(items);
        walk.pages += 1;
        walk.last_page = page["next"].as_str().unwrap().to_owned();
    }
}

async fn everything(publisher: &SamplePublisher) -> Vec<(SampleFeed, Walk)> {
    let mut walks = Vec::new();
    for feed in publisher.feeds() {
        let walked = walk(publisher, &feed.url).await;
        walks.push((feed, walked));
    }
    walks
}

fn opportunity(item: &Value) -> Opportunity {
    serde_json::from_value(item["data"].clone()).unwrap()
}

fn live(items: &[Value]) -> impl Iterator<Item = &Value> {
    items.iter().filter(|item| item["state"] == "updated")
}

#[tokio::test]
async fn every_feed_is_ordered_free_of_duplicates_and_ends_at_itself() {
    for (feed, walk) in everything(&publisher()).await {
        let key = |item: &Value| {
            (item["modified"].as_i64().unwrap(), item["id"].as_str().unwrap().to_owned())
        };
        let keys: Vec<_> = walk.items.iter().map(key).collect();
        assert!(keys.is_sorted_by(|a, b| a < b), "{}", feed.url);
        let ids: HashSet<_> = keys.iter().map(|(_, id)| id).collect();
        assert_eq!(ids.len(), keys.len(), "{}", feed.url);
        assert!(keys.windows(2).any(|pair| pair[0].0 == pair[1].0), "no shared timestamp to test");
        assert_eq!(walk.pages, keys.len().div_ceil(PAGE_SIZE), "{}", feed.url);
    }
}

#[tokio::test]
async fn the_sample_is_large_enough_to_look_at() {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for (feed, walk) in everything(&publisher()).await {
        let path = feed.url.strip_prefix(BASE).unwrap().to_owned();
        counts.insert(path, live(&walk.items).count());
        assert!(walk.items.iter().any(|item| item["state"] == "deleted"), "{}", feed.url);
    }
    let expected = [
        ("/open-sessions/session-series", 27),
        ("/sportsuite/sessions", 16),
        ("/leisure/facility-uses", 9),
        ("/leisure/slots", 574),
        ("/leisure/session-series", 13),
        ("/leisure/scheduled-sessions", 76),
        ("/courses/course-instances", 4),
        ("/online/session-series", 5),
    ];
    assert_eq!(counts, expected.map(|(path, count)| (path.to_owned(), count)).into());
}

#[tokio::test]
async fn pages_carry_the_headers_the_standard_asks_for() {
    let publisher = publisher();
    let first = format!("{BASE}/open-sessions/session-series");
    let last = walk(&publisher, &first).await.last_page;
    for (url, cache) in [(first, "public, max-age=3600"), (last, "public, max-age=1")] {
        let response = send(&publisher, Method::GET, &url).await;
        let headers = response.headers();
        assert_eq!(headers["content-type"], "application/vnd.openactive.rpde+json; version=1");
        assert_eq!(headers["cache-control"], cache);
    }
}

#[tokio::test]
async fn the_last_page_names_itself_whatever_order_its_parameters_have() {
    let odd = format!("{BASE}/online/session-series?afterId=x%3A1&afterTimestamp=99999999999999");
    assert_eq!(walk(&publisher(), &odd).await.last_page, odd);
}

#[tokio::test]
async fn unknown_feeds_and_unreadable_positions_are_refused() {
    let publisher = publisher();
    for (path, status) in [
        ("/open-sessions/nothing", StatusCode::NOT_FOUND),
        ("/nothing/", StatusCode::NOT_FOUND),
        ("/leisure/slots?afterTimestamp=yesterday&afterId=1", StatusCode::BAD_REQUEST),
    ] {
        let response = send(&publisher, Method::GET, &format!("{BASE}{path}")).await;
        assert_eq!(response.status(), status, "{path}");
    }
}

#[tokio::test]
async fn tombstones_have_no_data_and_live_items_do() {
    for (_, walk) in everything(&publisher()).await {
        for item in &walk.items {
            let is_live = item["state"] == "updated";
            assert_eq!(item.get("data").is_some_and(Value::is_object), is_live, "{item}");
        }
    }
}

#[tokio::test]
async fn every_item_is_read_by_the_gateway_as_the_kind_it_says() {
    for published in everything(&publisher()).await.iter().flat_map(|(_, walk)| &walk.items) {
        let raw = to_raw_value(published).unwrap();
        let item = Item::parse(&raw).unwrap();
        assert!(item.modified.as_time(now()).is_some());
        if item.state == State::Deleted {
            continue;
        }
        let read: Opportunity = serde_json::from_str(item.data.as_deref().unwrap()).unwrap();
        let kind = Kind::of(&read.type_name, None).unwrap();
        assert_eq!(Some(kind), Kind::of(&"".into(), item.kind.as_deref()));
        assert!(read.id.as_str().contains(".example.org/"));
        assert_matches_its_kind(&read, kind);
    }
}

fn assert_matches_its_kind(read: &Opportunity, kind: Kind) {
    match kind {
        Kind::Slot => assert!(read.facility_use.get().is_some() && !read.offers.is_empty()),
        Kind::ScheduledSession => assert!(read.super_event.get().is_some()),
        _ => {
            assert!(read.name.get().is_some() && read.url.get().is_some());
            assert!(read.party().is_some_and(|party| party.name.get().is_some()));
            assert!(!read.offers.is_empty());
            let is_online = read.event_attendance_mode.as_str().contains("Online");
            assert_eq!(read.location.is_empty(), is_online, "{}", read.name.as_str());
        }
    }
}

#[tokio::test]
async fn data_holds_no_null_and_no_empty_list() {
    fn check(value: &Value) {
        match value {
            Value::Null => panic!("null"),
            Value::Array(values) => {
                assert!(!values.is_empty());
                values.iter().for_each(check);
            }
            Value::Object(fields) => fields.values().for_each(check),
            _ => {}
        }
    }
    for (_, walk) in everything(&publisher()).await {
        walk.items.iter().for_each(check);
    }
}

#[tokio::test]
async fn every_dated_occurrence_lies_in_the_future() {
    let walks = everything(&publisher()).await;
    let mut occurrences = 0;
    for item in walks.iter().flat_map(|(_, walk)| live(&walk.items)) {
        for start in starts(item) {
            let Some(Moment::Instant(begin)) = Moment::parse(&start) else { panic!("{item}") };
            assert!(begin > now() && begin < now() + TimeDelta::weeks(20), "{begin}");
            occurrences += 1;
        }
    }
    assert!(occurrences > 700, "{occurrences}");
}

/// Returns when an item takes place: its own start when it is a single occurrence, and its parts'.
fn starts(item: &Value) -> Vec<String> {
    let read = opportunity(item);
    let is_dated = ["Slot", "ScheduledSession", "Event"].contains(&read.type_name.as_str());
    let dated = is_dated.then_some(&read).into_iter().chain(read.sub_event.iter());
    dated.map(|occurrence| occurrence.start_date.as_str().to_owned()).collect()
}

#[tokio::test]
async fn some_slots_are_taken_and_some_sessions_are_cancelled() {
    let publisher = publisher();
    let slots = walk(&publisher, &format!("{BASE}/leisure/slots")).await.items;
    let full = live(&slots).filter(|slot| slot["data"]["remainingUses"] == 0).count();
    assert!((100..400).contains(&full), "{full}");
    let sessions = walk(&publisher, &format!("{BASE}/leisure/scheduled-sessions")).await.items;
    let cancelled = "https://schema.org/EventCancelled";
    let cancelled = live(&sessions).filter(|session| session["data"]["eventStatus"] == cancelled);
    assert_eq!(cancelled.count(), 2);
}

#[tokio::test]
async fn children_name_parents_that_are_there() {
    let walks = everything(&publisher()).await;
    let mut parents = HashSet::new();
    for item in walks.iter().flat_map(|(_, walk)| live(&walk.items)) {
        let read = opportunity(item);
        parents.insert(read.id.as_str().to_owned());
        parents.extend(read.individual_facility_use.iter().map(|unit| unit.id.as_str().to_owned()));
    }
    for item in walks.iter().flat_map(|(_, walk)| live(&walk.items)) {
        for name in ["facilityUse", "superEvent"] {
            if let Some(uri) = item["data"][name].as_str() {
                assert!(parents.contains(uri), "{uri}");
            }
        }
    }
}

#[tokio::test]
async fn a_series_with_a_schedule_starts_on_one_of_its_days() {
    let series = walk(&publisher(), &format!("{BASE}/open-sessions/session-series")).await.items;
    for item in live(&series) {
        let schedule = &item["data"]["eventSchedule"][0];
        let first: chrono::NaiveDate = schedule["startDate"].as_str().unwrap().parse().unwrap();
        let days = schedule["byDay"].as_array().unwrap().iter().map(|day| day.as_str().unwrap());
        let rules: Vec<_> = days.filter_map(crate::openactive::DayRule::parse).collect();
        let weekday = chrono::Datelike::weekday(&first);
        assert!(rules.iter().any(|rule| rule.weekday == weekday), "{schedule}");
    }
}

/// Reads all feeds from where they ended before and returns what came.
async fn changes(publisher: &SamplePublisher, ends: &mut HashMap<String, String>) -> Vec<Value> {
    let mut items = Vec::new();
    for feed in publisher.feeds() {
        let end = ends.get(&feed.url).cloned().unwrap_or_else(|| feed.url.clone());
        let walked = walk(publisher, &end).await;
        items.extend(walked.items);
        ends.insert(feed.url, walked.last_page);
    }
    items
}

async fn first_edits(count: i32) -> Vec<(Value, Option<Value>)> {
    let publisher = publisher();
    let mut ends = HashMap::new();
    let seen = changes(&publisher, &mut ends).await;
    let mut bodies: HashMap<String, Value> =
        seen.into_iter().map(|item| (item["id"].to_string(), item)).collect();
    let mut edits = Vec::new();
    for number in 1..=count {
        publisher.tick(now() + TimeDelta::seconds(20) * number);
        let mut changed = changes(&publisher, &mut ends).await;
        assert_eq!(changed.len(), 1, "tick {number} changes one item");
        let after = changed.remove(0);
        let before = bodies.insert(after["id"].to_string(), after.clone());
        edits.push((after, before));
    }
    edits
}

#[tokio::test]
async fn a_tick_changes_what_it_says_and_the_item_appears_after_the_old_last_page() {
    let edits = first_edits(10).await;
    let (moved, before) = &edits[0];
    assert_eq!(before.as_ref().unwrap()["data"]["eventSchedule"][0]["startTime"], "10:30");
    assert_eq!(moved["data"]["eventSchedule"][0]["startTime"], "11:00");
    assert_eq!(moved["data"]["eventSchedule"][0]["endTime"], "12:00");

    let (repriced, before) = &edits[1];
    assert_eq!(before.as_ref().unwrap()["data"]["offers"][0]["price"], 6.2);
    assert_eq!(repriced["data"]["offers"][0]["price"], 6.7);

    let (cancelled, reinstated) = (&edits[2].0, &edits[7].0);
    assert_eq!(cancelled["id"], reinstated["id"]);
    assert_eq!(cancelled["data"]["eventStatus"], "https://schema.org/EventCancelled");
    assert_eq!(reinstated["data"]["eventStatus"], "https://schema.org/EventScheduled");

    let (newcomer, before) = &edits[3];
    assert_eq!((&newcomer["state"], before), (&Value::from("updated"), &None));

    let (deleted, restored) = (&edits[4].0, &edits[9].0);
    assert_eq!(deleted["id"], restored["id"]);
    assert_eq!((deleted["state"].as_str(), deleted.get("data")), (Some("deleted"), None));
    assert_eq!(restored["state"], "updated");
}

#[tokio::test]
async fn an_edit_leaves_the_rest_of_the_item_alone() {
    let edits = first_edits(2).await;
    let allowed = [&["startTime", "endTime"][..], &["price"][..]];
    for ((after, before), allowed) in edits.iter().zip(allowed) {
        let strip = |value: &Value| {
            let lines = format!("{:#}", value["data"]);
            let kept = lines.lines().filter(|line| !allowed.iter().any(|name| line.contains(name)));
            kept.map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(strip(after), strip(before.as_ref().unwrap()));
    }
}

#[tokio::test]
async fn the_same_number_of_ticks_leads_to_the_same_data() {
    let (one, other) = (publisher(), publisher());
    for publisher in [&one, &other] {
        (1..=37).for_each(|number| publisher.tick(now() + TimeDelta::seconds(20) * number));
    }
    for feed in one.feeds() {
        assert_eq!(walk(&one, &feed.url).await.items, walk(&other, &feed.url).await.items);
    }
}

#[tokio::test]
async fn every_tick_changes_one_item_and_the_sample_never_outgrows_its_tables() {
    let publisher = publisher();
    let mut ends = HashMap::new();
    changes(&publisher, &mut ends).await;
    for number in 1..=400 {
        publisher.tick(now() + TimeDelta::seconds(20) * number);
        assert_eq!(changes(&publisher, &mut ends).await.len(), 1, "tick {number}");
    }
    let series = walk(&publisher, &format!("{BASE}/open-sessions/session-series")).await.items;
    assert!((27..=27 + 6).contains(&live(&series).count()));
}

#[tokio::test]
async fn edits_in_the_same_second_never_land_behind_a_reader() {
    let publisher = publisher();
    let mut ends = HashMap::new();
    changes(&publisher, &mut ends).await;
    for _ in 0..20 {
        publisher.tick(now());
        assert_eq!(changes(&publisher, &mut ends).await.len(), 1);
    }
}

#[tokio::test]
async fn an_edit_by_hand_renames_the_first_community_series() {
    let publisher = publisher();
    let mut ends = HashMap::new();
    changes(&publisher, &mut ends).await;
    let edit = format!("{BASE}/edit?name=Walking+Football+and+Tea");
    assert_eq!(send(&publisher, Method::POST, &edit).await.status(), StatusCode::NO_CONTENT);
    let changed = changes(&publisher, &mut ends).await;
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0]["data"]["name"], "Walking Football and Tea");
    for refused in ["/edit?name=+", "/edit"] {
        let response = send(&publisher, Method::POST, &format!("{BASE}{refused}")).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn the_dataset_sites_list_every_feed() {
    let publisher = publisher();
    let front = json_ld(&text(&publisher, &format!("{BASE}/")).await);
    let urls: Vec<String> = publisher.feeds().into_iter().map(|feed| feed.url).collect();
    assert_eq!(content_urls(&front), urls);
    let mut listed = Vec::new();
    for key in ["open-sessions", "sportsuite", "leisure", "courses", "online"] {
        let site = json_ld(&text(&publisher, &format!("{BASE}/{key}/")).await);
        assert_eq!(
            (&site["@type"], &site["publisher"]["@type"]),
            (&Value::from("Dataset"), &Value::from("Organization"))
        );
        listed.extend(content_urls(&site));
    }
    assert_eq!(listed, urls);
}

#[tokio::test]
async fn private_details_and_joining_links_are_there_to_be_kept_back() {
    let publisher = publisher();
    let community = text(&publisher, &format!("{BASE}/open-sessions/session-series")).await;
    assert!(community.contains("\"@type\":\"Person\"") && community.contains("\"leader\""));
    let online = text(&publisher, &format!("{BASE}/online/session-series")).await;
    assert!(online.contains("https://zoom.us/j/") && online.contains("accessCode"));
}

fn json_ld(html: &str) -> Value {
    let script = html.split("<script type=\"application/ld+json\">").nth(1).unwrap();
    serde_json::from_str(script.split("</script>").next().unwrap()).unwrap()
}

fn content_urls(dataset: &Value) -> Vec<String> {
    let distribution = dataset["distribution"].as_array().unwrap();
    distribution.iter().map(|feed| feed["contentUrl"].as_str().unwrap().to_owned()).collect()
}
