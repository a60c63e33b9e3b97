//! Explanations and remapping: what they say is what the mapping does, and nothing about people.

use serde_json::Value;
use serde_json::json;

use crate::support::gateway::Gateway;
use crate::support::gateway::PATIENCE;
use crate::support::gateway::Settings;
use crate::support::gateway::text;
use crate::support::items;
use crate::support::process::baton;
use crate::support::process::wait_until;
use crate::support::publisher::FakePublisher;

/// What must stay out of every explanation.
const MARKER: &str = "MARKER";

/// Returns a series that a private person organises, led by another, with a joining link.
fn class() -> Value {
    let mut series = items::series(1, "Stretch");
    series["isCoached"] = json!(true);
    series["ageRange"] = json!({"minValue": 60});
    series["leader"] = json!([{"name": format!("{MARKER} Leader"), "email": "marker1@x.org"}]);
    series["organizer"] = json!({
        "@type": "Person",
        "name": "Jo Example",
        "email": format!("{MARKER}@people.example"),
        "telephone": format!("0117 496 0{MARKER}"),
    });
    series["beta:virtualLocation"] = json!({"url": format!("https://zoom.us/j/{MARKER}")});
    series["superEvent"] = json!({
        "@type": "EventSeries",
        "name": "Stretch",
        "description": "Everybody is welcome.",
        "schedulingNote": "Not at Easter",
    });
    series["eventSchedule"] = json!([{
        "@type": "PartialSchedule",
        "repeatFrequency": "P1W",
        "byDay": ["https://schema.org/Tuesday"],
        "startTime": "18:30",
        "endTime": "19:15",
    }]);
    series
}

/// Returns `from path` of what a field comes from.
fn sources(explained: &Value, field: &str) -> Vec<String> {
    let fields = explained["fields"].as_array().unwrap();
    let found = fields.iter().find(|f| f["field"] == field);
    assert!(found.is_some(), "{field} is not explained");
    let sources = found.unwrap()["sources"].as_array().unwrap();
    sources.iter().map(|s| format!("{} {}", text(&s["from"]), text(&s["path"]))).collect()
}

/// Checks what holds of the class however it is explained.
fn check(explained: &Value) {
    for (field, from) in [
        ("name", "item name"),
        ("description", "item description"),
        ("description", "item isCoached"),
        ("description", "parent-of schedulingNote"),
        ("description", "rules templates.toml line_coached"),
        ("description", "rules options.describe_extras"),
        ("minimum_age", "item ageRange.minValue"),
        ("organization.name", "item organizer.name"),
        ("organization.name", "rules options.person_organizer"),
        ("schedules[0].opens_at", "item eventSchedule[0].startTime"),
        ("schedules[0].closes_at", "item eventSchedule[0].endTime"),
        ("schedules[0].byday", "item eventSchedule[0].byDay[0]"),
        ("attributes[0].taxonomy_term.name", "item activity[0].prefLabel"),
        (
            "service_at_locations[0].location.addresses[0].city",
            "item location.address.addressLocality",
        ),
        ("service_at_locations[0].location.latitude", "item location.geo.latitude"),
        ("x_openactive.publisher", "publisher name"),
        ("id", "item @id"),
    ] {
        let from = from.replace("parent-of ", "item superEvent.");
        let found = sources(explained, field);
        assert!(found.contains(&from), "{field}: {found:?}");
    }
    // The series of series says the same: the series' own words count.
    assert!(!sources(explained, "description").contains(&"item superEvent.description".to_owned()));
    assert_eq!(sources(explained, "minimum_age"), ["item ageRange.minValue"]);
    let fields = explained["fields"].as_array().unwrap();
    let name = fields.iter().find(|f| f["field"] == "name").unwrap();
    assert_eq!(name["value"], "Stretch");
    assert!(text(&name["rule"]).starts_with("the first name stated"), "{name}");
    assert!(text(&name["specification"]).ends_with("#service"), "{name}");
    let unruled: Vec<_> = fields.iter().filter(|f| !f["rule"].is_string()).collect();
    assert_eq!(unruled, Vec::<&Value>::new());
    let organization = fields.iter().find(|f| f["field"] == "organization.name").unwrap();
    assert_eq!(organization["findings"][0]["code"], "person-withheld", "{organization}");
    let unused = explained["unused"].as_array().unwrap();
    for path in ["leader[0].name", "organizer.email", "organizer.telephone"] {
        assert!(unused.iter().any(|origin| origin["path"] == path), "{path}: {unused:?}");
    }
    assert_eq!(explained["is_complete"], true);
    assert!(!explained.to_string().contains(MARKER), "{explained}");
    assert!(!explained.to_string().to_lowercase().contains("marker1"), "{explained}");
}

#[tokio::test]
async fn a_service_of_the_api_is_explained() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 9);
    publisher.upsert("/feed", "1", class());
    let gateway = Gateway::start(&Settings::following(&[("one", vec![url.clone()])])).await;
    gateway.settled().await;
    let services = gateway.services().await;
    let (id, service) = services.iter().next().unwrap();
    let explained = gateway.explained(id).await;
    assert_eq!(&explained["service"], service);
    check(&explained);
    let item = explained["fields"][0]["sources"].as_array().unwrap();
    assert!(item.iter().all(|source| source["from"] != "item" || source["feed"] == url.as_str()));
    let plain = gateway.json(&format!("/v3/services/{id}?explain=false")).await;
    assert_eq!(&plain, service);
    let nobody = "/v3/services/00000000-0000-0000-0000-000000000000?explain=true";
    assert_eq!(gateway.get(nobody).await.status, 404);
    assert!(!gateway.said().contains(MARKER));
}

#[test]
fn map_explains_every_service() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("item.json");
    std::fs::write(&path, class().to_string()).unwrap();
    let output = baton().arg("map").arg(&path).arg("--explain").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("person-withheld") && !said.contains(MARKER), "{said}");
    let lines = String::from_utf8(output.stdout).unwrap();
    let explained: Vec<Value> = lines.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(explained.len(), 1);
    check(&explained[0]);
}

#[tokio::test]
async fn what_depends_on_sessions_on_rules_and_on_time_says_so() {
    let publisher = FakePublisher::start().await;
    let urls = vec![publisher.feed("/series", 9), publisher.feed("/sessions", 9)];
    publisher.upsert("/series", "1", items::series(1, "Stretch"));
    for week in 1..=4 {
        let mut session = items::session(week, items::uri("series", 1), 7 * week);
        session["offers"] = json!([{"name": "Adult", "price": 5, "priceCurrency": "GBP"}]);
        if week == 2 {
            session["eventStatus"] = json!("https://schema.org/EventCancelled");
        }
        publisher.upsert("/sessions", &format!("s{week}"), session);
    }
    let gateway = Gateway::new(&Settings::following(&[("one", urls)]).with_vocabularies());
    let row = "*,Leisure,https://c.example/t/leisure,,Council,https://c.example/t\n";
    let head = "activity,term,term_uri,term_id,taxonomy,taxonomy_uri\n";
    gateway.write_rules("crosswalks/council.csv", &format!("{head}{row}"));
    let mut gateway = gateway;
    gateway.start_again().await;
    gateway.settled().await;
    let id = gateway.services().await.into_keys().next().unwrap();
    let explained = gateway.explained(&id).await;
    let has = |field: &str, from: &str| {
        let found = sources(&explained, field);
        assert!(found.contains(&from.to_owned()), "{field}: {found:?}");
    };
    has("schedules[0].opens_at", "occurrence startDate");
    has("schedules[0].closes_at", "occurrence endDate");
    has("alert", "occurrence eventStatus");
    has("cost_options[0].amount", "occurrence offers[0].price");
    has("status", "clock now");
    has("attributes[0].taxonomy_term.parent_id", "rules vocabulary activity_list");
    has("attributes[1].taxonomy_term.name", "rules crosswalks/council.csv");
}

#[tokio::test]
async fn remap_tells_what_it_would_change_and_then_changes_it() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 9);
    publisher.upsert("/feed", "1", class());
    publisher.upsert("/feed", "2", items::series(2, "Bend"));
    let mut gateway = Gateway::new(&Settings::following(&[("one", vec![url])]));
    let early = gateway.run(&["remap"]).await;
    assert_eq!(early.status.code(), Some(1));
    assert!(String::from_utf8(early.stderr).unwrap().contains("harvest first"));
    assert_eq!(gateway.harvest().await.code, Some(0));
    let nothing = gateway.run(&["remap", "--diff"]).await;
    assert_eq!((nothing.status.code(), nothing.stdout.len()), (Some(0), 0), "{nothing:?}");

    gateway.write_rules("templates.toml", "line_coached = \"With a coach.\"\n");
    let told = gateway.run(&["remap", "--diff"]).await;
    let told = String::from_utf8(told.stdout).unwrap();
    assert!(
        told.contains(" Stretch: changed\n  description: \"") && !told.contains("Bend"),
        "{told}"
    );
    let json = gateway.run(&["remap", "--diff", "--json"]).await;
    let change: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(
        (&change["change"], &change["fields"].as_array().unwrap().len()),
        (&json!("changed"), &1)
    );
    let after = text(&change["fields"][0]["after"]);
    assert!(after.contains("\nWith a coach.\n"), "{after}");
    assert!(text(&change["fields"][0]["before"]).contains("\nLed by a coach or instructor.\n"));

    let done = gateway.run(&["remap"]).await;
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(0), "{said}");
    assert!(said.contains("2 mapped again, 1 services changed"), "{said}");
    gateway.start_again().await;
    let is_so = async || {
        let services = gateway.services().await;
        services.values().any(|service| service["description"] == after.as_str()).then_some(())
    };
    wait_until("the new words", PATIENCE, is_so).await;
    let held = gateway.run(&["remap"]).await;
    assert_eq!(held.status.code(), Some(1));
    assert!(String::from_utf8(held.stderr).unwrap().contains("another baton uses the store"));
    let seen = gateway.run(&["remap", "--diff"]).await;
    assert_eq!((seen.status.code(), seen.stdout.len()), (Some(0), 0), "{seen:?}");
}

#[tokio::test]
async fn remap_tells_of_no_change_that_licence_or_drop_guard_prevent() {
    // More than the drop guard lets go whatever their share.
    const SERVICES: usize = 12;
    let publisher = FakePublisher::start().await;
    let (licensed, bare) = (publisher.feed("/licensed", 9), publisher.feed("/bare", 9));
    for id in 0..SERVICES {
        publisher.upsert("/licensed", &id.to_string(), items::series(id, "Stretch"));
    }
    publisher.upsert("/bare", "bend", items::series("bend", "Bend"));
    let of = |key: &str, url: &str, more: &str| {
        format!("key = {key:?}\nname = {key:?}\nfeeds = [{url:?}]\n{more}\n")
    };
    publisher.license(None);
    let stated = "license = \"https://creativecommons.org/licenses/by/4.0/\"";
    let settings = Settings::default()
        .publisher(&of("licensed", &licensed, stated))
        .publisher(&of("bare", &bare, ""));
    let gateway = Gateway::new(&settings);
    assert_eq!(gateway.harvest().await.code, Some(0));
    let nothing = gateway.run(&["remap", "--diff"]).await;
    let said = String::from_utf8(nothing.stderr).unwrap();
    assert!(said.contains("0 would be added, 0 changed, 0 withdrawn"), "{said}");

    // What the drop guard holds stays.
    publisher.delete_all("/licensed", 0..SERVICES);
    let paused = gateway.harvest().await;
    assert!(paused.line_of(&licensed).contains("12 of 12 services would be lost"), "{paused:?}");
    let held = gateway.run(&["remap", "--diff"]).await;
    let (told, said) = (held.stdout, String::from_utf8(held.stderr).unwrap());
    let told = String::from_utf8(told).unwrap();
    assert_eq!(
        told.lines().filter(|line| line.ends_with(": held: it would be lost")).count(),
        SERVICES
    );
    assert!(said.contains("0 would be added, 0 changed, 0 withdrawn"), "{said}");
    assert!(said.contains("12 would be lost; held until"), "{said}");
    let done = gateway.run(&["remap"]).await;
    assert!(String::from_utf8(done.stderr).unwrap().contains(", 0 services changed"));
}

#[tokio::test]
async fn remap_tells_of_what_is_held_where_series_are_folded() {
    const SERVICES: usize = 12;
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 9);
    let publish = |has_places: bool| {
        for id in 0..SERVICES {
            let mut series = items::series(id, &format!("Stretch {id}"));
            if !has_places {
                series["location"] = Value::Null;
            }
            publisher.upsert("/feed", &id.to_string(), series);
        }
    };
    let fold = "options = { fold = \"name+place\" }";
    let of = format!("key = \"one\"\nname = \"One\"\nfeeds = [{url:?}]\n{fold}\n");
    let gateway = Gateway::new(&Settings::default().publisher(&of));
    publish(true);
    assert_eq!(gateway.harvest().await.code, Some(0));
    publish(false);
    gateway.harvest().await;
    let told = String::from_utf8(gateway.run(&["remap", "--diff"]).await.stdout).unwrap();
    let held = told.lines().filter(|line| line.ends_with(": held: it would be lost"));
    assert_eq!(held.count(), SERVICES, "{told}");
}

#[test]
fn every_field_of_the_worked_cases_has_a_rule() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/mapping");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let Ok(text) = std::fs::read(entry.unwrap().path().join("expected.json")) else { continue };
        let service: Value = serde_json::from_slice(&text).unwrap();
        count += has_rules("", &service);
    }
    assert!(count > 500, "{count}");
    has_rules("schedules[0].x_openactive", &json!({"except_dates": ["2026-12-24"]}));
}

/// Checks every field of a body and returns how many there are.
fn has_rules(path: &str, value: &Value) -> usize {
    match value {
        Value::Object(members) => {
            let inner = |name: &String| {
                if path.is_empty() { name.clone() } else { format!("{path}.{name}") }
            };
            members.iter().map(|(name, member)| has_rules(&inner(name), member)).sum()
        }
        Value::Array(elements) => {
            elements.iter().map(|e| has_rules(&format!("{path}[0]"), e)).sum()
        }
        _ => {
            assert!(baton::mapping::rule_of(path).is_some(), "{path}");
            1
        }
    }
}
