//! Vocabularies: read from where they are published, kept, and used to find what is narrower.

use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use crate::support::gateway::Gateway;
use crate::support::gateway::PATIENCE;
use crate::support::gateway::Settings;
use crate::support::gateway::text;
use crate::support::items;
use crate::support::process::wait_until;
use crate::support::publisher::FakePublisher;

const LIST: &str = "https://openactive.io/activity-list";
const EXERCISE: &str = "11111111-1111-4111-8111-111111111111";
const STRETCHING: &str = "22222222-2222-4222-8222-222222222222";

/// Returns a list of two activities, the second narrower than the first and with other names.
fn list() -> Value {
    json!({
        "@context": "https://openactive.io/",
        "type": "ConceptScheme",
        "id": LIST,
        "title": "Activities",
        "concept": [
            {"id": format!("{LIST}#{EXERCISE}"), "type": "Concept", "prefLabel": "Exercise"},
            {
                "id": format!("{LIST}#{STRETCHING}"),
                "type": "Concept",
                "prefLabel": "Stretching",
                "altLabel": ["Limbering"],
                "hiddenLabel": ["Bendy Class"],
                "broader": [format!("{LIST}#{EXERCISE}")],
            },
        ],
    })
}

/// Publishes a class for each way to name the narrower activity, and one that names another.
fn publish(publisher: &FakePublisher) -> String {
    let url = publisher.feed("/feed", 20);
    for (id, activity) in [
        ("Label", json!([{"prefLabel": "stretching"}])),
        ("Other label", json!([{"prefLabel": "LIMBERING"}])),
        ("Hidden label", json!("Bendy class")),
        (
            "Old address",
            json!({"@id": format!("http://www.openactive.io/activity-list/#{STRETCHING}")}),
        ),
        ("Elsewhere", json!([{"prefLabel": "Knitting"}])),
    ] {
        let mut series = items::series(id.replace(' ', "-"), id);
        series["activity"] = activity;
        publisher.upsert("/feed", id, series);
    }
    url
}

async fn names_with(gateway: &Gateway, term: &str) -> Vec<String> {
    let found = gateway.all(&format!("/v3/services?taxonomy_term_id={term}")).await;
    let mut names: Vec<_> = found.iter().map(|service| text(&service["name"])).collect();
    names.sort();
    names
}

/// Checks that every way to name the activity leads to it, and that the wider one finds it.
async fn check(gateway: &Gateway) {
    let all = ["Hidden label", "Label", "Old address", "Other label"];
    // Feeds and vocabularies are read side by side.
    let is_read = async || (names_with(gateway, EXERCISE).await.len() == all.len()).then_some(());
    wait_until("the vocabulary", PATIENCE, is_read).await;
    gateway.settled().await;
    assert_eq!(names_with(gateway, STRETCHING).await, all);
    assert_eq!(names_with(gateway, EXERCISE).await, all);
    let terms = gateway.all("/v3/taxonomy_terms").await;
    let term = |id: &str| terms.iter().find(|term| term["id"] == id).unwrap();
    assert_eq!(term(STRETCHING)["parent_id"], EXERCISE);
    assert_eq!(term(STRETCHING)["name"], "Stretching");
    assert_eq!(term(EXERCISE)["name"], "Exercise");
}

#[tokio::test]
async fn the_last_good_copy_is_used_when_a_vocabulary_cannot_be_had() {
    let publisher = FakePublisher::start().await;
    let feed = publish(&publisher);
    let vocabularies = FakePublisher::start().await;
    let address = vocabularies.static_feed("/activities.jsonld", list());
    let settings = Settings::following(&[("one", vec![feed])]).activity_list(&address);
    let mut gateway = Gateway::start(&settings).await;
    gateway.settled().await;
    check(&gateway).await;
    let knitting: Vec<_> = gateway.services().await.into_values().collect();
    let knitting = knitting.iter().find(|service| service["name"] == "Elsewhere").unwrap();
    assert_eq!(knitting["attributes"][0]["link_type"], "category");
    assert_eq!(knitting["attributes"][0]["taxonomy_term"]["name"], "Knitting");

    vocabularies.static_feed("/activities.jsonld", json!({"message": "We moved."}));
    assert_eq!(gateway.stop().await, Some(0));
    gateway.start_again().await;
    gateway.settled().await;
    check(&gateway).await;
    is_told(&gateway, 1).await;

    drop(vocabularies);
    assert_eq!(gateway.stop().await, Some(0));
    gateway.start_again().await;
    gateway.settled().await;
    check(&gateway).await;
    is_told(&gateway, 2).await;
}

/// Waits until the log says so often that the last copy of the activities stays, and of nothing else.
async fn is_told(gateway: &Gateway, times: usize) {
    let is_told = async || {
        let said = gateway.said();
        let stays: Vec<_> = said.lines().filter(|l| l.contains("the last copy stays")).collect();
        assert!(stays.iter().all(|l| l.contains("activity_list")), "{stays:?}");
        (stays.len() >= times).then_some(())
    };
    wait_until("the last copy stays", PATIENCE, is_told).await;
}

#[tokio::test]
async fn an_activity_of_an_area_that_is_in_no_vocabulary_is_told_once() {
    let publisher = FakePublisher::start().await;
    let feed = publish(&publisher);
    let address = publisher.static_feed("/activities.jsonld", list());
    let settings = Settings::following(&[("one", vec![feed])]).activity_list(&address);
    let settings = settings.admin("a-token-of-the-tests");
    let with = |activity: &str| {
        let activities = format!("activities = [\"stretching\", {activity:?}]");
        settings.clone().area(&format!("slug = \"fit\"\nname = \"Fit\"\n{activities}\n"))
    };
    let gateway = Gateway::start(&with("Exercsie")).await;
    check(&gateway).await;
    gateway.configure(&with("Strechting"));
    assert_eq!(gateway.command(&["feeds", "reload"]).await.0, Some(0));
    let said = gateway.said();
    let told: Vec<_> = said.lines().filter(|l| l.contains("no vocabulary has this")).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    for (line, activity) in told.iter().zip(["Exercsie", "Strechting"]) {
        assert!(line.contains("fit") && line.contains(activity), "{line}");
    }
}

#[tokio::test]
async fn without_a_vocabulary_the_words_of_the_items_make_terms() {
    let publisher = FakePublisher::start().await;
    let settings = Settings::following(&[("one", vec![publish(&publisher)])]);
    let gateway = Gateway::start(&settings.activity_list("http://127.0.0.1:9/none.jsonld")).await;
    gateway.settled().await;
    let terms = gateway.all("/v3/taxonomy_terms").await;
    let names: Vec<_> = terms.iter().map(|term| text(&term["name"])).collect();
    assert!(names.contains(&"Knitting".to_owned()), "{names:?}");
    assert!(names.contains(&"stretching".to_owned()), "{names:?}");
    assert_eq!(gateway.names().await.len(), 5);
    let is_told = async || gateway.said().contains("there is no copy of it yet").then_some(());
    wait_until("that there is no copy", PATIENCE, is_told).await;
    assert!(!gateway.said().contains("the last copy stays"), "{}", gateway.said());
}

#[tokio::test]
async fn of_two_publishers_the_first_wins_and_the_next_takes_over_under_the_same_id() {
    let publisher = FakePublisher::start().await;
    let feeds = ["/a", "/b"].map(|path| vec![publisher.feed(path, 9)]);
    publisher.upsert("/a", "1", items::series(1, "From the first"));
    publisher.upsert("/b", "1", items::series(1, "From the second"));
    let of = |order: [usize; 2]| {
        let key = |at: usize| (["first", "second"][at], feeds[at].clone());
        Settings::following(&order.map(key))
    };
    let mut gateway = Gateway::start(&of([0, 1])).await;
    gateway.settled().await;
    let only = async |gateway: &Gateway| {
        let services = gateway.services().await;
        assert_eq!(services.len(), 1);
        services.into_iter().next().unwrap()
    };
    let (id, service) = only(&gateway).await;
    assert_eq!(service["name"], "From the first");
    assert_eq!(service["x_openactive"]["publisher"], "Publisher first");
    let findings =
        async |gateway: &Gateway, url: &str| gateway.feed(url).await["findings"].as_u64();
    let with_double = findings(&gateway, &feeds[0][0]).await.unwrap();

    gateway.configure(&of([1, 0]));
    assert_eq!(gateway.stop().await, Some(0));
    gateway.start_again().await;
    gateway.settled().await;
    let (turned, service) = only(&gateway).await;
    assert_eq!((turned, &service["name"]), (id.clone(), &json!("From the second")));

    gateway.configure(&of([0, 1]));
    assert_eq!(gateway.stop().await, Some(0));
    gateway.start_again().await;
    gateway.settled().await;
    assert_eq!(only(&gateway).await.1["name"], "From the first");
    publisher.delete("/a", "1");
    let taken_over = async || {
        let (next, service) = only(&gateway).await;
        (service["name"] == "From the second" && next == id).then_some(service)
    };
    let service = wait_until("a take-over", PATIENCE, taken_over).await;
    assert_eq!(service["x_openactive"]["publisher"], "Publisher second");
    gateway.settled().await;
    // The finding that says the same object is published twice is gone with its double.
    assert_eq!(findings(&gateway, &feeds[1][0]).await.unwrap(), with_double - 1);
}

#[tokio::test]
async fn copies_of_an_organisation_that_disagree_are_one_of_the_smallest_service() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 9);
    for id in 1..=4 {
        let mut series = items::series(id, &format!("Class {id}"));
        series["organizer"]["name"] = json!(format!("Trust as class {id} says"));
        series["location"]["name"] = json!(format!("Hall as class {id} says"));
        publisher.upsert("/feed", &id.to_string(), series);
    }
    let gateway = Gateway::start(&Settings::following(&[("one", vec![url])])).await;
    gateway.settled().await;
    let services = gateway.services().await;
    // A map by id: the first is the smallest.
    let first = services.values().next().unwrap();
    let number = text(&first["name"]).replace("Class ", "");
    let organizations = gateway.all("/v3/organizations").await;
    assert_eq!(organizations.len(), 1);
    assert_eq!(organizations[0]["name"], format!("Trust as class {number} says"));
    let locations = gateway.all("/v3/locations").await;
    assert_eq!(locations.len(), 1);
    assert_eq!(locations[0]["name"], format!("Hall as class {number} says"));
}

#[tokio::test]
async fn a_vocabulary_that_is_long_in_coming_does_not_hold_up_the_end() {
    let publisher = FakePublisher::start().await;
    let feed = publish(&publisher);
    let vocabularies = FakePublisher::start().await;
    let address = vocabularies.static_feed("/activities.jsonld", list());
    vocabularies.delay(Duration::from_mins(5));
    let settings = Settings::following(&[("one", vec![feed])]).activity_list(&address);
    let mut gateway = Gateway::start(&settings).await;
    let is_asked = async || (!vocabularies.asked().is_empty()).then_some(());
    wait_until("the vocabulary asked for", PATIENCE, is_asked).await;
    assert_eq!(gateway.stop().await, Some(0));
    assert!(!gateway.said().contains("did not stop in time"), "{}", gateway.said());
}
