//! A good server of Open Referral UK 1.0 with made-up services.

use serde_json::Value;
use serde_json::json;

use super::Ask;
use super::Reply;
use super::detail;
use super::page;
use super::uuid;

/// Answers as the standard says.
pub(super) fn answer(ask: &Ask) -> Reply {
    match ask.path.as_str() {
        "/services" | "/services/" => services_list(ask),
        "/taxonomies" => page(ask, &taxonomies(), NAMES),
        "/organizations" => page(ask, &[organization()], NAMES),
        "/locations" => page(ask, &[location()], NAMES),
        "/vocabularies" => Reply::json(200, json!(["openActiveActivity"])),
        path => one(path),
    }
}

fn one(path: &str) -> Reply {
    let Some((list, id)) = path.rsplit_once('/') else {
        return Reply::problem(404);
    };
    match list {
        "/services" => detail(&services(), id),
        "/taxonomies" => detail(&taxonomies(), &id.replace("%3A", ":")),
        "/organizations" => detail(&[organization()], id),
        "/locations" => detail(&[location()], id),
        _ => Reply::problem(404),
    }
}

fn services_list(ask: &Ask) -> Reply {
    let mut kept = services();
    for (name, value) in &ask.query {
        kept.retain(|service| fits(service, name, value));
    }
    for service in &mut kept {
        service.as_object_mut().unwrap().retain(|_, value| !value.is_array());
    }
    page(ask, &kept, NAMES)
}

fn fits(service: &Value, name: &str, value: &str) -> bool {
    let years = |name: &str| service["eligibilitys"][0][name].as_f64().unwrap();
    let schedule = |name: &str| service["regular_schedules"][0][name].as_str().unwrap();
    let postcode =
        &service["service_at_locations"][0]["location"]["physical_addresses"][0]["postal_code"];
    match name {
        "minimum_age" => years("minimum_age") >= value.parse().unwrap(),
        "maximum_age" => years("maximum_age") <= value.parse().unwrap(),
        "postcode" => postcode == value,
        "start_time" => schedule("opens_at") >= value,
        "end_time" => schedule("closes_at") <= value,
        "day" => schedule("byday") == value,
        "taxonomy_id" => service["service_taxonomys"][0]["taxonomy"]["id"] == value,
        "text" => service["name"].as_str().unwrap().contains(value),
        _ => true,
    }
}

fn services() -> Vec<Value> {
    (0..SERVICES).map(service).collect()
}

fn service(number: usize) -> Value {
    json!({
        "id": uuid(1, number),
        "name": format!("Class {number}"),
        "description": "Bring water.",
        "url": "https://club.example.org/",
        "email": "hello@club.example.org",
        "status": "active",
        "attending_type": "venue",
        "organization": organization(),
        "eligibilitys": [{"id": uuid(3, number), "minimum_age": number, "maximum_age": 120}],
        "service_at_locations": [{"id": uuid(4, number), "location": location()}],
        "regular_schedules": [{
            "id": uuid(5, number),
            "opens_at": "10:30:00",
            "closes_at": "11:30:00",
            "valid_from": "2026-01-05",
            "freq": "WEEKLY",
            "byday": "TU",
        }],
        "service_taxonomys": [{"id": uuid(6, number), "taxonomy": taxonomies()[number % 3]}],
        "contacts": [{
            "id": uuid(7, number),
            "name": "Front desk",
            "phones": [{"id": uuid(8, number), "number": "01632 960 100"}],
        }],
    })
}

fn organization() -> Value {
    json!({"id": uuid(2, 1), "name": "Club", "description": "A club."})
}

fn location() -> Value {
    json!({
        "id": uuid(9, 1),
        "name": "Hall",
        "latitude": 51.5,
        "longitude": -1.1,
        "physical_addresses": [{
            "id": uuid(10, 1),
            "address_1": "1 Mill Lane",
            "city": "Anytown",
            "state_province": "Oxfordshire",
            "postal_code": "OX10 8AA",
            "country": "GB",
        }],
    })
}

fn taxonomies() -> Vec<Value> {
    let taxonomy = |number| {
        json!({
            "id": format!("openActiveActivity:{number}"),
            "name": format!("Activity {number}"),
            "vocabulary": "openActiveActivity",
        })
    };
    (0..3).map(taxonomy).collect()
}

pub(super) const NAMES: [&str; 8] =
    ["totalElements", "totalPages", "number", "size", "first", "last", "empty", "content"];

/// More than a page of them.
const SERVICES: usize = 53;
