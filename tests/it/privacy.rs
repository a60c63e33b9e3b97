//! What is private stays private: whatever is asked for, and in the logs.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use serde_json::json;

use crate::support::gateway::Gateway;
use crate::support::gateway::Settings;
use crate::support::gateway::text;
use crate::support::items;
use crate::support::process::baton;
use crate::support::publisher::FakePublisher;
use crate::support::publisher::Fault;

/// What no answer and no log may hold, in any mix of letters.
const MARKER: &str = "marker";

/// A person in every property that names people, none of which may be told.
fn person(role: &str) -> Value {
    json!({
        "@type": "Person",
        "@id": format!("https://data.example.org/people/MARKER-{role}-ID"),
        "identifier": format!("MARKER-{role}-IDENTIFIER"),
        "name": format!("MARKER-{role}-NAME"),
        "givenName": format!("MARKER-{role}-GIVEN"),
        "familyName": format!("MARKER-{role}-FAMILY"),
        "email": format!("marker-{role}@example.org"),
        "telephone": format!("07700 900 111 MARKER-{role}"),
        "url": format!("https://people.example.org/MARKER-{role}"),
        "description": format!("MARKER-{role} was born in 1970"),
        "jobTitle": format!("MARKER-{role}-JOB"),
        "gender": format!("MARKER-{role}-GENDER"),
        "logo": {"url": format!("https://people.example.org/MARKER-{role}.jpg")},
        "image": {"url": format!("https://people.example.org/MARKER-{role}.jpg")},
        "address": {"streetAddress": format!("MARKER-{role} Street 1")},
        "emergencyContact": {"name": format!("MARKER-{role}-KIN"), "telephone": "MARKER"},
        "sameAs": [format!("https://social.example.org/MARKER-{role}")],
    })
}

/// A person who is the advertised provider: the name is published, nothing else is.
fn organizer() -> Value {
    let mut person = person("ORGANIZER");
    person["@id"] = json!("https://data.example.org/people/5");
    person["identifier"] = json!("5");
    person["name"] = json!("Alex Example");
    person["givenName"] = json!("Alex");
    person["familyName"] = json!("Example");
    person
}

fn with_people(mut data: Value) -> Value {
    data["leader"] = json!([person("LEADER")]);
    data["contributor"] = json!([person("CONTRIBUTOR")]);
    data["attendee"] = json!([person("ATTENDEE")]);
    data["beta:contactPoint"] = json!({
        "@type": "ContactPoint",
        "name": "MARKER-CONTACT Jones",
        "email": "enquiries@riverside.example.org",
    });
    data
}

fn online(mut data: Value) -> Value {
    let link = "https://us02web.zoom.us/j/5550001?pwd=MARKER-PWD";
    data["eventAttendanceMode"] = json!("https://schema.org/OnlineEventAttendanceMode");
    data["beta:virtualLocation"] = json!({
        "@type": "VirtualLocation",
        "name": format!("Zoom {link}"),
        "description": format!("Join at {link}"),
        "url": link,
        "accessId": "MARKER-ACCESS-ID",
        "accessCode": "MARKER-ACCESS-CODE",
    });
    data["description"] =
        json!(format!("Stretch at home.\nJoin: <a href=\"{link}\">here</a> or {link} ."));
    data["attendeeInstructions"] = json!(format!("Open {link} on the day"));
    data["url"] = json!(link);
    data["offers"] = json!([{"@type": "Offer", "price": 5, "priceCurrency": "GBP", "url": link}]);
    for member in ["meetingPoint", "schedulingNote", "accessibilityInformation"] {
        data[member] = json!(format!("See {link}"));
    }
    data["offers"][0]["name"] = json!(format!("Adult, {link}"));
    data["offers"][0]["description"] = json!(format!("Pay, then {link}"));
    data["programme"] = json!({"@type": "Brand", "name": "Move", "description": link});
    data["additionalAdmissionRestriction"] = json!([format!("Members: {link}")]);
    data["image"] = json!([{"@type": "ImageObject", "url": "https://www.example.org/yoga.jpg"}]);
    data
}

/// A person's name where a date, a number or a term belongs; nothing of that can be used.
fn names_in_wrong_places(mut data: Value) -> Value {
    data["genderRestriction"] = json!("MARKER-GENDER");
    data["isAccessibleForFree"] = json!("MARKER-FREE");
    data["eventSchedule"] = json!({"@type": "MARKER-TYPE", "byDay": ["MARKER-DAY"],
        "startTime": "07700 900 111 MARKER-TIME", "scheduleTimezone": "MARKER-ZONE"});
    data["offers"] = json!([{"@type": "Offer", "price": "marker@example.org", "MARKER-NAME": ""}]);
    data["location"]["geo"] = json!({"latitude": "MARKER-LATITUDE", "longitude": "MARKER"});
    data["location"]["address"]["postalCode"] = json!("MARKER-POSTCODE");
    data
}

/// Returns everything private that an item may hold: feed, id and body.
fn private_items() -> Vec<(&'static str, &'static str, Value)> {
    let mut run_by_person = with_people(items::series(2, "Run by a person"));
    run_by_person["organizer"] = organizer();
    let mut facility = with_people(items::facility(4, "Court of a person"));
    facility["provider"] = organizer();
    facility["location"]["email"] = json!("reception@riverside.example.org");
    let mut with_children = items::series(5, "Sessions within");
    with_children["subEvent"] = json!([online(with_people(items::session(50, Value::Null, 3)))]);
    let mut withdrawn = online(with_people(items::series(6, "Withdrawn")));
    withdrawn["organizer"] = organizer();
    let embedded = with_people(online(items::series(7, "Parent within")));
    let mut unreadable = with_people(json!({"@type": "MARKER-TYPE", "name": "x"}));
    unreadable["@type"] = json!("Person");
    let secret = "https://sam:MARKER-PASSWORD@data.example.org/series/9";
    let mut with_password = with_people(items::series(9, "Behind a password"));
    for member in ["@id", "url", "image"] {
        with_password[member] = json!(secret);
    }
    with_password["eventSchedule"] = json!([{"@type": "Schedule", "repeatFrequency": "P1W",
        "byDay": ["https://schema.org/Tuesday"], "startTime": "18:30", "endTime": "19:30"}]);
    with_password["organizer"]["url"] = json!(secret);
    with_password["location"]["@id"] = json!(secret);
    let mut all = vec![
        ("/heads", "1", with_people(items::series(1, "Led by somebody"))),
        ("/heads", "2", run_by_person),
        ("/heads", "3", online(items::series(3, "Online"))),
        ("/heads", "4", facility),
        ("/heads", "5", with_children),
        ("/heads", "6", withdrawn),
        (
            "/heads",
            "8",
            with_people(names_in_wrong_places(items::series(8, "Names in wrong places"))),
        ),
        ("/heads", "9", with_password),
    ];
    for (id, number, parent) in [("1", 1, 1), ("2", 2, 2), ("3", 3, 3), ("4", 4, 8)] {
        let session = items::session(number, items::uri("series", parent), 4);
        all.push(("/sessions", id, online(with_people(session))));
    }
    all.push(("/sessions", "7", with_people(items::session(7, embedded, 5))));
    all.push(("/sessions", "8", unreadable));
    all
}

fn publish(publisher: &FakePublisher) -> Vec<String> {
    let feeds = vec![publisher.feed("/heads", 3), publisher.feed("/sessions", 3)];
    for (feed, id, body) in private_items() {
        publisher.upsert(feed, id, body);
    }
    publisher.delete("/heads", "6");
    feeds
}

/// Returns every path of the API that leads anywhere.
async fn paths(gateway: &Gateway) -> BTreeSet<String> {
    let fixed = ["/", "/status.json", "/livez", "/readyz", "/v3", "/v3/", "/v1/vocabularies"];
    let reports = ["/feeds/one", "/feeds/one.json", "/feeds/one/summary"];
    let mut paths: BTreeSet<String> = fixed.into_iter().chain(reports).map(str::to_owned).collect();
    for list in [
        "/v3/services",
        "/v3/service_at_locations",
        "/v3/organizations",
        "/v3/locations",
        "/v3/taxonomies",
        "/v3/taxonomy_terms",
        "/v1/services",
        "/v1/taxonomies",
    ] {
        paths.insert(list.to_owned());
        let ids = gateway.all(list).await.into_iter().map(|item| text(&item["id"]));
        paths.extend(ids.map(|id| format!("{list}/{id}")));
    }
    for service in gateway.all("/v3/services?modified_after=2000-01-01").await {
        paths.insert(format!("/v3/services/{}", text(&service["id"])));
        paths.insert(format!("/v1/services/{}", text(&service["id"])));
    }
    for query in ["?full=true", "?full=true&modified_after=2000-01-01", "?search=marker"] {
        paths.insert(format!("/v3/services{query}"));
    }
    paths
}

/// Returns the surroundings of each marker in a text.
fn markers(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let around = |at: usize| lower.get(at.saturating_sub(60)..(at + 40).min(lower.len()));
    lower.match_indices(MARKER).map(|(at, _)| around(at).unwrap_or(MARKER).to_owned()).collect()
}

#[tokio::test]
async fn no_answer_and_no_log_names_a_person_or_lets_anybody_into_a_meeting() {
    let publisher = FakePublisher::start().await;
    let feeds = publish(&publisher);
    let mut gateway = Gateway::start(&Settings::following(&[("one", feeds)])).await;
    gateway.settled().await;
    let names = gateway.names().await;
    let expected = [
        "Behind a password",
        "Court of a person",
        "Led by somebody",
        "Names in wrong places",
        "Online",
        "Parent within",
        "Run by a person",
        "Sessions within",
    ];
    assert_eq!(names, expected);
    let mut found = Vec::new();
    for path in paths(&gateway).await {
        let answer = gateway.get(&path).await;
        assert!(matches!(answer.status, 200 | 410), "{path}: {}", answer.text());
        let body = answer.text();
        found.extend(markers(&body).into_iter().map(|marker| format!("{path}: {marker}")));
    }
    assert_eq!(gateway.stop().await, Some(0));
    let log = gateway.said();
    assert!(log.contains("page committed"), "the log is at the level `debug`");
    found.extend(markers(&log).into_iter().map(|marker| format!("log: {marker}")));
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn what_map_prints_names_no_person_and_lets_nobody_in() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.json");
    let items: Vec<Value> = private_items()
        .into_iter()
        .map(|(feed, id, body)| json!({"state": "updated", "id": format!("{feed}{id}"), "data": body}))
        .collect();
    fs::write(&file, json!({"items": items, "next": "x"}).to_string()).unwrap();
    for form in [&["--version", "3.0"][..], &["--strict"], &["--version", "1.0"]] {
        let output = baton().arg("map").arg(&file).args(form).output().unwrap();
        let (services, findings) = (text_of(&output.stdout), text_of(&output.stderr));
        assert_eq!(services.lines().count(), 9, "{findings}");
        assert!(findings.contains("person-withheld"), "{findings}");
        assert!(findings.contains("joining-link-withheld"), "{findings}");
        assert_eq!(markers(&services), [""; 0], "{form:?}");
        assert_eq!(markers(&findings), [""; 0], "{form:?}");
    }
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn keys_in_addresses_and_headers_are_shown_nowhere() {
    let publisher = FakePublisher::start().await;
    let urls = [publisher.feed("/good", 5), publisher.feed("/bad", 5)];
    publisher.upsert("/good", "1", items::series(1, "Behind a key"));
    publisher.fault("/bad", Fault::Status(403), usize::MAX);
    let urls = urls.map(|url| format!("{url}?key=MARKER-KEY"));
    let settings = Settings::default().publisher(&format!(
        "key = \"one\"\nname = \"One\"\nfeeds = {urls:?}\nheaders = {{ X-API-KEY = \"MARKER-HEADER\" }}\n"
    ));
    let mut gateway = Gateway::start(&settings).await;
    gateway.settled_but(1).await;
    let mut found = Vec::new();
    for path in paths(&gateway).await {
        let answer = gateway.get(&path).await;
        assert!(matches!(answer.status, 200 | 410), "{path}: {}", answer.text());
        let body = answer.text();
        found.extend(markers(&body).into_iter().map(|marker| format!("{path}: {marker}")));
    }
    assert_eq!(gateway.stop().await, Some(0));
    let log = gateway.said();
    found.extend(markers(&log).into_iter().map(|marker| format!("log: {marker}")));
    let harvested = gateway.harvest().await.stderr;
    found.extend(markers(&harvested).into_iter().map(|marker| format!("harvest: {marker}")));
    assert!(found.is_empty(), "{}", found.join("\n"));
}
