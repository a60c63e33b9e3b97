//! The mapping examples, projected.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;
use serde_json::json;

use crate::mapping;
use crate::openactive::Kind;
use crate::oruk;
use crate::oruk::Id;
use crate::oruk::v1;

#[test]
fn every_mapping_example_projects_to_its_expected_form() {
    let folders = folders();
    assert_eq!(folders.len(), 8);
    for folder in folders {
        let service = service(&folder);
        let projected = value(&v1::Service::full(&service));
        let expected = read(&folder.join("expected.v1.json"));
        let name = folder.file_name().unwrap().to_string_lossy();
        if let Some(difference) = difference("", &projected, &expected) {
            panic!("{name}: {difference}");
        }
    }
}

#[test]
fn a_list_item_has_no_lists() {
    for folder in folders() {
        let service = service(&folder);
        let item = value(&v1::Service::summary(&service));
        let mut expected = read(&folder.join("expected.v1.json"));
        expected.as_object_mut().unwrap().retain(|_, member| !member.is_array());
        assert_eq!(difference("", &item, &expected), None);
    }
}

#[test]
fn an_unstated_age_is_nought_or_120_and_no_age_at_all_is_no_row() {
    let mut service = example();
    let ages = |service: &oruk::Service| {
        let full = value(&v1::Service::full(service));
        let row = full.get("eligibilitys")?.get(0)?.clone();
        Some((row["minimum_age"].as_f64()?, row["maximum_age"].as_f64()?))
    };
    for (minimum, maximum, expected) in [
        (None, None, None),
        (Some(16.0), None, Some((16.0, 120.0))),
        (None, Some(11.0), Some((0.0, 11.0))),
        (Some(0.25), Some(1.5), Some((0.25, 1.5))),
        (Some(0.0), None, Some((0.0, 120.0))),
    ] {
        service.minimum_age = minimum;
        service.maximum_age = maximum;
        assert_eq!(ages(&service), expected);
    }
}

#[test]
fn a_gender_restriction_alone_makes_an_eligibility_for_all_ages() {
    let mut service = named("08-messy-legacy-item");
    service.minimum_age = None;
    let full = value(&v1::Service::full(&service));
    let row = &full["eligibilitys"][0];
    assert_eq!(row["eligibility"], "male");
    assert_eq!((&row["minimum_age"], &row["maximum_age"]), (&json!(0), &json!(120)));
    assert_eq!(row["taxonomys"][0]["taxonomy"]["vocabulary"], "openActiveGenderRestriction");
}

#[test]
fn a_rule_for_several_days_becomes_a_row_for_each() {
    let service = example();
    let full = value(&v1::Service::full(&service));
    let rows = full["regular_schedules"].as_array().unwrap();
    let schedule_id = service.schedules[0].id.to_string();
    let days: Vec<_> = rows.iter().map(|row| row["byday"].as_str().unwrap()).collect();
    assert_eq!(days, ["TU", "TH"]);
    for row in rows {
        let id = Id::derive("regular_schedule", &[&schedule_id, row["byday"].as_str().unwrap()]);
        assert_eq!(row["id"], id.to_string());
    }
}

#[test]
fn a_venues_special_dates_are_holiday_schedules() {
    let mut service = named("03-facility-use-slots");
    let weekly = service.schedules.pop().unwrap();
    let dated = oruk::Schedule {
        valid_from: Some("2026-12-24".to_owned()),
        valid_to: Some("2026-12-24".to_owned()),
        dtstart: Some("2026-12-24".to_owned()),
        freq: None,
        interval: None,
        byday: None,
        notes: None,
        x_openactive: None,
        ..weekly.clone()
    };
    let open = oruk::Schedule {
        description: "Venue open: Thu 24 Dec 2026, 09:00 to 13:00".to_owned(),
        ..dated.clone()
    };
    let closed = oruk::Schedule {
        valid_to: Some("2026-12-26".to_owned()),
        opens_at: None,
        closes_at: None,
        description: "Venue closed: Thu 24 Dec 2026 to Sat 26 Dec 2026".to_owned(),
        ..dated
    };
    let usual = oruk::Schedule {
        description: "Venue open: Saturdays, 09:00 to 13:00".to_owned(),
        ..weekly
    };
    let place = json!({
        "id": usual.service_at_location_id,
        "location": { "id": service.service_at_locations[0].location_id },
    });
    let id = json!(usual.id);
    service.schedules = vec![usual, open, closed];
    let full = value(&v1::Service::full(&service));
    assert_eq!(full["regular_schedules"].as_array().unwrap().len(), 1);
    let expected = json!([
        {
            "id": id, "closed": false, "opens_at": "09:00:00", "closes_at": "13:00:00",
            "start_date": "2026-12-24", "end_date": "2026-12-24", "service_at_location": place,
        },
        {
            "id": id, "closed": true,
            "start_date": "2026-12-24", "end_date": "2026-12-26", "service_at_location": place,
        },
    ]);
    assert_eq!(full["holiday_schedules"], expected);
}

/// The projection reads three things out of sentences the mapping writes.
#[test]
fn the_mappings_own_sentences_are_understood() {
    let facility = json!({
        "@type": "FacilityUse",
        "@id": "https://example.org/facility-uses/1",
        "name": "Courts",
        "offers": [{ "@type": "Offer", "price": 5, "openBookingInAdvance": "https://openactive.io/Unavailable" }],
        "location": {
            "@type": "Place",
            "name": "Hall",
            "address": { "@type": "PostalAddress", "streetAddress": "1 Road", "postalCode": "OX10 8AA" },
            "openingHoursSpecification": [
                { "dayOfWeek": ["https://schema.org/Monday"], "opens": "09:00", "closes": "17:00" },
            ],
            "specialOpeningHoursSpecification": [
                { "opens": "00:00", "closes": "00:00", "validFrom": "2026-12-25", "validThrough": "2026-12-26" },
                { "opens": "10:00", "closes": "14:00", "validFrom": "2026-12-31", "validThrough": "2026-12-31" },
            ],
        },
    });
    let service = mapped(&facility);
    let full = value(&v1::Service::full(&service));
    assert_eq!(full["attending_access"], "drop-in");
    assert_eq!(full["regular_schedules"].as_array().unwrap().len(), 1);
    let holidays = full["holiday_schedules"].as_array().unwrap();
    let told = |row: &Value| {
        let text = |name: &str| row[name].as_str().unwrap_or("-").to_owned();
        (row["closed"] == true, text("start_date"), text("end_date"), text("opens_at"))
    };
    let owned = |closed, from: &str, to: &str, opens: &str| {
        (closed, from.to_owned(), to.to_owned(), opens.to_owned())
    };
    let expected = [
        owned(true, "2026-12-25", "2026-12-26", "-"),
        owned(false, "2026-12-31", "2026-12-31", "10:00:00"),
    ];
    assert_eq!(holidays.iter().map(told).collect::<Vec<_>>(), expected);
}

#[test]
fn a_text_only_schedule_stays_a_regular_one() {
    let mut service = named("03-facility-use-slots");
    let mut holidays = service.schedules.pop().unwrap();
    holidays.freq = None;
    holidays.interval = None;
    holidays.byday = None;
    holidays.description = "Venue open: Public holidays, 10:00 to 16:00".to_owned();
    let id = holidays.id.to_string();
    service.schedules = vec![holidays];
    let full = value(&v1::Service::full(&service));
    assert_eq!(full["regular_schedules"][0]["id"], id);
    assert_eq!(full.get("holiday_schedules"), None);
}

#[test]
fn how_to_book_tells_the_attending_access() {
    let mut service = example();
    for (process, expected) in [
        (Some("Booking in advance is required."), json!("appointment")),
        (Some("Booking in advance is not available. Book or find out more at x"), json!("drop-in")),
        (Some("Booking in advance is recommended."), Value::Null),
        (Some("Book or find out more at x"), Value::Null),
        (None, Value::Null),
    ] {
        service.application_process = process.map(str::to_owned);
        assert_eq!(value(&v1::Service::full(&service))["attending_access"], expected);
    }
}

#[test]
fn mixed_attendance_is_at_a_venue_and_an_unknown_place_is_unsaid() {
    let mut service = example();
    service.service_at_locations.extend(named("06-virtual-session").service_at_locations);
    assert_eq!(value(&v1::Service::summary(&service))["attending_type"], "venue");
    service.service_at_locations.clear();
    assert_eq!(value(&v1::Service::summary(&service)).get("attending_type"), None);
}

#[test]
fn languages_are_named_by_their_tag_else_by_their_name() {
    let mut service = example();
    let id = Id::derive("language", &["x"]);
    let language = |code: Option<&str>, name: Option<&str>| oruk::Language {
        id,
        service_id: service.id,
        code: code.map(str::to_owned),
        name: name.map(str::to_owned),
    };
    service.languages =
        vec![language(Some("cy"), None), language(None, Some("Makaton")), language(None, None)];
    let full = value(&v1::Service::full(&service));
    assert_eq!(
        full["languages"],
        json!([{ "id": id, "language": "cy" }, { "id": id, "language": "Makaton" }])
    );
}

#[test]
fn an_organization_lists_its_services_and_no_reviews() {
    let service = example();
    let services = [v1::ServiceReference::of(&service)];
    let full = value(&v1::Organization::full(&service.organization, services));
    assert_eq!(full["services"], json!([{ "id": service.id, "name": "Chair Based Exercise" }]));
    assert_eq!(full["reviews"], json!([]));
    assert_eq!(full["url"], "https://www.riverside-leisure.example.org/");
    let summary = value(&v1::Organization::summary(&service.organization));
    assert_eq!(summary.get("services").or(summary.get("reviews")), None);
}

#[test]
fn a_location_shows_the_venues_accessibility_only() {
    let service = named("07-free-accessible-age-months-gender");
    let place = &service.service_at_locations[0];
    let link = v1::LocationService { id: place.id, service: v1::ServiceReference::of(&service) };
    let full = value(&v1::Location::full(&place.location, [link]));
    let rows = full["accessibility_for_disabilities"].as_array().unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["accessibility"], "Venue: Accessible toilets.");
    assert_eq!(full["physical_addresses"][0]["postal_code"], "OX10 8AA");
    assert_eq!(full["service_at_locations"][0]["service"]["id"], service.id.to_string());
    let summary = value(&v1::Location::summary(&place.location));
    assert!(summary.as_object().unwrap().values().all(|member| !member.is_array()));
}

#[test]
fn a_taxonomy_names_its_vocabulary_and_parent() {
    let service = example();
    let taxonomy = value(&v1::Taxonomy::of(&service.attributes[0].taxonomy_term));
    let expected = json!({
        "id": "openActiveActivity:ee3cf3ee-082e-4f53-9cb2-3ef0589497ed",
        "name": "Chair Based Exercise",
        "vocabulary": "openActiveActivity",
        "parent": { "id": "openActiveActivity:984068a7-5b7b-4989-bb33-f96953d8960c" },
    });
    assert_eq!(taxonomy, expected);
}

/// Returns where two values first differ; numbers are equal when their values are.
fn difference(path: &str, ours: &Value, theirs: &Value) -> Option<String> {
    match (ours, theirs) {
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => None,
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let mut pairs = a.iter().zip(b).enumerate();
            pairs.find_map(|(at, (a, b))| difference(&format!("{path}/{at}"), a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            let keys = a.keys().chain(b.keys().filter(|key| !a.contains_key(*key)));
            let member = |map: &serde_json::Map<String, Value>, key: &String| {
                map.get(key).cloned().unwrap_or(json!("(absent)"))
            };
            keys.into_iter().find_map(|key| {
                difference(&format!("{path}/{key}"), &member(a, key), &member(b, key))
            })
        }
        _ if ours == theirs => None,
        _ => Some(format!("{path}: {ours} instead of {theirs}")),
    }
}

/// Maps a facility without slots.
fn mapped(facility: &Value) -> oruk::Service {
    let now = "2026-11-22T08:00:00Z".parse().unwrap();
    let source = mapping::Source {
        key: "test".to_owned(),
        publisher: "Test".to_owned(),
        dataset: None,
        license: None,
    };
    let bundle = mapping::Bundle {
        source: Arc::new(source),
        head: mapping::Head {
            oddities: Vec::new(),
            kind: Kind::FacilityUse,
            key: "https://example.org/facility-uses/1".to_owned(),
            item_id: None,
            opportunity: serde_json::from_value(facility.clone()).unwrap(),
        },
        parents: Vec::new(),
        members: Vec::new(),
        occurrences: Vec::new(),
        child_feed: mapping::ChildFeed::Unknown,
        modified: None,
        first_seen: now,
    };
    mapping::map(&bundle, &mapping::Rules::default(), now).service
}

fn example() -> oruk::Service {
    named("01-weekly-partial-schedule")
}

fn named(folder: &str) -> oruk::Service {
    service(&root().join(folder))
}

fn service(folder: &Path) -> oruk::Service {
    serde_json::from_value(read(&folder.join("expected.json"))).unwrap()
}

fn folders() -> Vec<PathBuf> {
    let entries = fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<_> = entries.filter(|path| path.join("expected.json").exists()).collect();
    folders.sort();
    folders
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/mapping")
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn value(item: &impl serde::Serialize) -> Value {
    serde_json::to_value(item).unwrap()
}
