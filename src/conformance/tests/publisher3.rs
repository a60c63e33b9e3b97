//! A good server of HSDS-UK 3.0 with made-up services.

use std::sync::LazyLock;

use serde_json::Value;
use serde_json::json;

use super::Ask;
use super::Reply;
use super::detail;
use super::page;
use super::uuid;

/// Answers as the standard says.
pub(super) fn answer(ask: &Ask) -> Reply {
    if ask.method == "OPTIONS" {
        return Reply::json(200, json!({}));
    }
    match ask.path.as_str() {
        "" | "/" => Reply::json(200, root(ask)),
        "/openapi.json" => Reply::json(200, openapi()),
        "/services" => list(ask, &SERVICES, summary),
        "/service_at_locations" => list(ask, &PLACES, place_summary),
        "/taxonomies" => page(ask, &taxonomies(), NAMES),
        "/taxonomy_terms" => page(ask, &terms(), NAMES),
        path => one(path),
    }
}

fn one(path: &str) -> Reply {
    let Some((list, id)) = path.rsplit_once('/') else {
        return Reply::problem(404);
    };
    match list {
        "/services" => detail(&SERVICES, id),
        "/service_at_locations" => detail(&PLACES, id),
        "/taxonomies" => detail(&taxonomies(), id),
        "/taxonomy_terms" => detail(&terms(), id),
        _ => Reply::problem(404),
    }
}

fn root(ask: &Ask) -> Value {
    json!({
        "version": "HSDS-UK-3.0",
        "profile": "https://github.com/OpenReferralUK/uk-profile/blob/main/docs/index.md",
        "openapi_url": format!("{}/openapi.json", ask.base),
    })
}

fn openapi() -> Value {
    let lists = ["/services", "/service_at_locations", "/taxonomies", "/taxonomy_terms"];
    let mut paths = json!({"/": {}});
    for list in lists {
        paths[list] = json!({});
        paths[format!("{list}/{{id}}")] = json!({});
    }
    json!({"openapi": "3.1.0", "info": {"title": "Sample", "version": "1"}, "paths": paths})
}

/// Returns the records that fit all filters, or refuses values that cannot be meant.
fn list(ask: &Ask, records: &[Value], summary: fn(&Value) -> Value) -> Reply {
    let mut kept: Vec<Value> = records.to_vec();
    for (name, value) in &ask.query {
        let Some(is_fitting) = filter(name, value) else {
            return Reply::problem(400);
        };
        kept.retain(|record| is_fitting(record));
    }
    let kept: Vec<Value> = kept.iter().map(summary).collect();
    page(ask, &kept, NAMES)
}

type Fits = Box<dyn Fn(&Value) -> bool>;

fn filter(name: &str, value: &str) -> Option<Fits> {
    let value = value.to_owned();
    Some(match name {
        "search" => Box::new(move |record| {
            service(record)["name"].as_str().unwrap().to_lowercase().contains(&value.to_lowercase())
        }),
        "taxonomy_term_id" => {
            Box::new(move |record| service(record)["attributes"][0]["taxonomy_term_id"] == value)
        }
        "taxonomy_id" => Box::new(move |record| {
            service(record)["attributes"][0]["taxonomy_term"]["taxonomy_id"] == value
        }),
        "minimum_age" => {
            let least: f64 = value.parse().ok()?;
            Box::new(move |record| service(record)["minimum_age"].as_f64().unwrap() >= least)
        }
        "maximum_age" => {
            let most: f64 = value.parse().ok()?;
            Box::new(move |record| service(record)["maximum_age"].as_f64().unwrap() <= most)
        }
        "day" if !DAYS.contains(&value.as_str()) => return None,
        "day" => Box::new(move |record| schedule(record, "byday").contains(&value)),
        "start_time" | "end_time" if value.as_str() > "24" => return None,
        "start_time" => Box::new(move |record| schedule(record, "opens_at") >= value),
        "end_time" => Box::new(move |record| schedule(record, "closes_at") <= value),
        "postcode" => {
            Box::new(move |record| record["location"]["addresses"][0]["postal_code"] == value)
        }
        "proximity" => value.parse::<f64>().ok().map(|_| Box::new(|_: &Value| true) as Fits)?,
        _ => Box::new(|_| true),
    })
}

/// Returns the service of a record of either list.
fn service(record: &Value) -> &Value {
    record.get("service").unwrap_or(record)
}

fn schedule(record: &Value, name: &str) -> String {
    service(record)["schedules"][0][name].as_str().unwrap().to_owned()
}

/// What the list shows of a service.
fn summary(service: &Value) -> Value {
    let mut summary = service.clone();
    let fields = summary.as_object_mut().unwrap();
    fields.retain(|_, value| !value.is_array());
    summary
}

fn place_summary(place: &Value) -> Value {
    let mut summary = summary(place);
    summary["service"] = self::summary(&place["service"]);
    summary["location"] = self::summary(&place["location"]);
    summary
}

static SERVICES: LazyLock<Vec<Value>> =
    LazyLock::new(|| (0..COUNT).map(|number| whole_service(number, true)).collect());

static PLACES: LazyLock<Vec<Value>> = LazyLock::new(places);

fn places() -> Vec<Value> {
    let place = |number| {
        let mut place = service_at_location(number);
        let service = whole_service(number, false);
        place["name"] = service["name"].clone();
        place["status"] = service["status"].clone();
        place["service"] = service;
        place
    };
    (0..COUNT).map(place).collect()
}

fn whole_service(number: usize, has_places: bool) -> Value {
    let id = uuid(1, number);
    let organization = uuid(2, number % 3);
    let mut service = json!({
        "id": id,
        "organization_id": organization,
        "name": format!("{} for {}", SPORTS[number % 7], GROUPS[number / 7 % 4]),
        "description": "Bring water. Call 01632 960 100 with questions.",
        "url": format!("https://club.example.org/{number}"),
        "email": "hello@club.example.org",
        "status": "active",
        "minimum_age": 10 + number % 30,
        "maximum_age": 60 + number % 30,
        "last_modified": "2026-05-20T09:30:00.000Z",
        "schedules": [{
            "id": uuid(3, number),
            "service_id": id,
            "service_at_location_id": uuid(4, number),
            "valid_from": "2026-01-05",
            "dtstart": "2026-01-05",
            "freq": "WEEKLY",
            "interval": 1,
            "byday": format!("{},{}", DAYS[number % 7], DAYS[(number + 2) % 7]),
            "opens_at": format!("{:02}:30", 7 + number % 12),
            "closes_at": format!("{:02}:15", 8 + number % 12),
        }],
        "organization": {
            "id": organization,
            "name": format!("Club {}", number % 3),
            "description": "A club.",
            "website": "https://club.example.org/",
        },
        "cost_options": [{"id": uuid(5, number), "option": "Adult", "amount": 4.5}],
        "contacts": [{"id": uuid(6, number), "service_id": id, "name": "Front desk"}],
        "attributes": [attribute(number, &id)],
    });
    if has_places {
        service["service_at_locations"] = json!([service_at_location(number)]);
    }
    service
}

fn attribute(number: usize, link_id: &str) -> Value {
    let term = terms()[number % 3].clone();
    json!({
        "id": uuid(7, number),
        "link_id": link_id,
        "link_type": "activity",
        "taxonomy_term_id": term["id"],
        "taxonomy_term": term,
    })
}

fn service_at_location(number: usize) -> Value {
    let location = number % 4;
    json!({
        "id": uuid(4, number),
        "service_id": uuid(1, number),
        "location_id": uuid(8, location),
        "location": {
            "id": uuid(8, location),
            "location_type": "physical",
            "name": format!("Hall {location}"),
            "latitude": 51.5,
            "longitude": -1.1,
            "addresses": [{
                "id": uuid(9, location),
                "location_id": uuid(8, location),
                "address_1": format!("{location} Mill Lane"),
                "city": "Anytown",
                "state_province": "Oxfordshire",
                "postal_code": format!("OX10 {location}AA"),
                "country": "GB",
                "address_type": "physical",
            }],
        },
    })
}

fn taxonomies() -> Vec<Value> {
    let taxonomy = |number| {
        json!({
            "id": uuid(10, number),
            "name": format!("List {number}"),
            "description": "A list of activities.",
            "uri": "https://lists.example.org/",
        })
    };
    (0..2).map(taxonomy).collect()
}

fn terms() -> Vec<Value> {
    let term = |number: usize| {
        json!({
            "id": uuid(11, number),
            "name": format!("Term {number}"),
            "description": "An activity.",
            "taxonomy": format!("List {}", number % 2),
            "taxonomy_id": uuid(10, number % 2),
            "term_uri": format!("https://lists.example.org/{number}"),
        })
    };
    (0..8).map(term).collect()
}

pub(super) const NAMES: [&str; 8] = [
    "total_items",
    "total_pages",
    "page_number",
    "size",
    "first_page",
    "last_page",
    "empty",
    "contents",
];

/// More than a page of them.
const COUNT: usize = 57;

const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
const SPORTS: [&str; 7] =
    ["Badminton", "Swimming", "Running", "Walking", "Gymnastics", "Wrestling", "Handball"];
const GROUPS: [&str; 4] = ["beginners", "families", "parents", "everyone"];
