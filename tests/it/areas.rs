//! Areas: a part of everything, served as an API of its own.

use std::collections::BTreeSet;

use serde_json::Value;
use serde_json::json;

use crate::support::gateway::Gateway;
use crate::support::gateway::Settings;
use crate::support::gateway::text;
use crate::support::items;
use crate::support::publisher::FakePublisher;

/// A class at a place: postcode, and latitude and longitude if given.
fn class_at(number: u32, name: &str, postcode: &str, point: Option<(f64, f64)>) -> Value {
    let mut series = items::series(number, name);
    let mut place = items::place();
    place["@id"] = json!(items::uri("places", number + 100));
    place["name"] = json!(format!("Hall {number}"));
    place["address"]["postalCode"] = json!(postcode);
    match point {
        Some((latitude, longitude)) => {
            place["geo"]["latitude"] = json!(latitude);
            place["geo"]["longitude"] = json!(longitude);
        }
        None => {
            place.as_object_mut().unwrap().remove("geo");
        }
    }
    series["location"] = place;
    series
}

const BRISTOL: (f64, f64) = (51.4505, -2.601);
const OXFORD: (f64, f64) = (51.7520, -1.2577);

/// A gateway with classes in Bristol and Oxford, one online, and these areas.
async fn with_areas(publisher: &FakePublisher, areas: &[&str]) -> Gateway {
    let (one, two) = (publisher.feed("/one", 50), publisher.feed("/two", 50));
    publisher.upsert("/one", "1", class_at(1, "By postcode", "BS1 5TR", None));
    publisher.upsert("/one", "2", class_at(2, "By point", "", Some(BRISTOL)));
    publisher.upsert("/two", "3", class_at(3, "By both", "BS1 5TR", Some(BRISTOL)));
    publisher.upsert("/one", "4", class_at(4, "Elsewhere", "OX1 1BX", Some(OXFORD)));
    let mut online = items::series(5, "Online");
    online["location"] = Value::Null;
    online["eventAttendanceMode"] = json!("https://schema.org/OnlineEventAttendanceMode");
    publisher.upsert("/one", "5", online);
    let mut swim = class_at(6, "Swim", "BS1 5TR", Some(BRISTOL));
    swim["activity"] = json!([{
        "@type": "Concept",
        "@id": "https://openactive.io/activity-list#4a19873e-118e-43f4-b86e-05acba8fb1de",
        "prefLabel": "Swimming",
        "inScheme": "https://openactive.io/activity-list",
    }]);
    publisher.upsert("/two", "6", swim);
    let settings = Settings::following(&[("one", vec![one]), ("two", vec![two])]);
    let settings = areas.iter().fold(settings, |settings, area| settings.area(area));
    let gateway = Gateway::start(&settings).await;
    gateway.settled().await;
    gateway
}

async fn names(gateway: &Gateway, root: &str) -> BTreeSet<String> {
    gateway.all(&format!("{root}/services")).await.iter().map(|s| text(&s["name"])).collect()
}

#[tokio::test]
async fn each_criterion_finds_the_classes_it_should() {
    let publisher = FakePublisher::start().await;
    // A square around the middle of Bristol.
    let outline = tempfile::Builder::new().suffix(".geojson").tempfile().unwrap();
    let square = json!({"type": "Feature", "properties": {}, "geometry": {"type": "Polygon",
        "coordinates": [[[-2.7, 51.4], [-2.5, 51.4], [-2.5, 51.5], [-2.7, 51.5], [-2.7, 51.4]]]}});
    std::fs::write(outline.path(), square.to_string()).unwrap();
    let outline = format!("polygon = {:?}", outline.path().display().to_string());
    let bristol = ["By both", "By point", "By postcode", "Swim"];
    let cases: [(&str, &str, &[&str]); 9] = [
        ("authority", "local_authorities = [\"E06000023\"]", &bristol),
        // A point has no postcode of its own.
        ("letters", "postcodes = [\"BS\"]", &["By both", "By postcode", "Swim"]),
        ("district", "postcodes = [\"BS16\", \"OX1\"]", &["Elsewhere"]),
        // A postcode has a point.
        ("circle", "circle = { lat = 51.4505, lon = -2.601, km = 5 }", &bristol),
        ("outline", &outline, &bristol),
        ("publisher", "publishers = [\"two\"]", &["By both", "Swim"]),
        ("activity", "activities = [\"swimming\"]", &["Swim"]),
        (
            "narrowed",
            "local_authorities = [\"E06000023\"]\npublishers = [\"one\"]",
            &["By point", "By postcode"],
        ),
        ("online", "postcodes = [\"OX\"]\ninclude_online = true", &["Elsewhere", "Online"]),
    ];
    let tables: Vec<String> = cases
        .iter()
        .map(|(slug, rules, _)| format!("slug = \"{slug}\"\nname = \"{slug}\"\n{rules}\n"))
        .collect();
    let tables: Vec<&str> = tables.iter().map(String::as_str).collect();
    let gateway = with_areas(&publisher, &tables).await;
    for (slug, _, expected) in cases {
        let expected: BTreeSet<String> = expected.iter().map(ToString::to_string).collect();
        assert_eq!(names(&gateway, &format!("/areas/{slug}/v3")).await, expected, "{slug}");
        assert_eq!(names(&gateway, &format!("/areas/{slug}/v1")).await, expected, "{slug}");
    }
    assert_eq!(names(&gateway, "/v3").await.len(), 6);
}

#[tokio::test]
async fn an_area_is_a_whole_api_of_its_own() {
    let publisher = FakePublisher::start().await;
    let area = "slug = \"oxford\"\nname = \"Oxford\"\npostcodes = [\"OX\"]\n";
    let gateway = with_areas(&publisher, &[area]).await;
    let all = gateway.services().await;
    let id = |name: &str| all.iter().find(|(_, s)| s["name"] == name).unwrap().0.clone();
    let (inside, outside) = (id("Elsewhere"), id("By both"));
    for root in ["/areas/oxford/v3", "/areas/oxford/v3/"] {
        let body = gateway.json(root).await;
        assert!(text(&body["openapi_url"]).ends_with("/areas/oxford/v3/openapi.json"), "{body}");
    }
    let page = gateway.get("/").await.text();
    assert!(
        page.contains("href=\"/areas/oxford/v3\"") && page.contains(">1 service</span>"),
        "{page}"
    );
    // The licence of the postcodes asks for it wherever what they tell is shown.
    assert!(page.contains("Contains OS data") && page.contains("Royal Mail data"), "{page}");
    let openapi = gateway.json("/areas/oxford/v3/openapi.json").await;
    assert!(text(&openapi["info"]["title"]).contains("Oxford"));
    assert!(text(&openapi["servers"][0]["url"]).ends_with("/areas/oxford/v3"));
    for (path, total) in [
        ("v3/services", 1),
        ("v3/service_at_locations", 1),
        ("v3/locations", 1),
        ("v3/organizations", 1),
        ("v1/services", 1),
        ("v1/locations", 1),
    ] {
        assert_eq!(gateway.total(&format!("/areas/oxford/{path}")).await, total, "{path}");
    }
    // Swimming is in use elsewhere only.
    let terms = gateway.all("/areas/oxford/v3/taxonomy_terms").await;
    assert!(terms.iter().any(|term| term["name"] == "Yoga"), "{terms:?}");
    assert!(terms.iter().all(|term| term["name"] != "Swimming"), "{terms:?}");
    for (path, status) in [
        (format!("/areas/oxford/v3/services/{inside}"), 200),
        (format!("/areas/oxford/v1/services/{inside}"), 200),
        (format!("/areas/oxford/v1/services/{inside}/"), 200),
        ("/areas/oxford/v1".to_owned(), 200),
        ("/areas/oxford/v1/".to_owned(), 200),
        ("/areas/oxford/find/".to_owned(), 200),
        (format!("/areas/oxford/v3/services/{outside}"), 404),
        (format!("/areas/oxford/v1/services/{outside}"), 404),
        ("/areas/nowhere/v3".to_owned(), 404),
        ("/areas/nowhere/v3/services".to_owned(), 404),
        ("/areas/oxford".to_owned(), 404),
    ] {
        let answer = gateway.get(&path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
    }
    let (whole, part) =
        (gateway.get("/v3/services").await, gateway.get("/areas/oxford/v3/services").await);
    assert_ne!(whole.header("etag"), part.header("etag"));
}

#[tokio::test]
async fn an_area_without_its_outline_is_refused_by_name() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 5);
    let settings = Settings::following(&[("one", vec![url])])
        .area("slug = \"lost\"\nname = \"Lost\"\npolygon = \"no-such-file.geojson\"\n");
    let gateway = Gateway::new(&settings);
    let ended = gateway.harvest().await;
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    let line = ended.stderr.lines().last().unwrap_or_default();
    assert!(line.contains("lost") && line.contains("no-such-file.geojson"), "{}", ended.stderr);
}
