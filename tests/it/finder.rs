//! The finder: what each field of its form leaves, and that no publisher can break a page.

use reqwest::Method;
use serde_json::Value;
use serde_json::json;

use crate::support::gateway::Gateway;
use crate::support::gateway::PATIENCE;
use crate::support::gateway::Settings;
use crate::support::gateway::text;
use crate::support::items;
use crate::support::process::wait_until;
use crate::support::publisher::FakePublisher;

/// What a page may weigh without its map.
const MAX_BYTES: usize = 250_000;

/// Returns a series on Tuesdays at this time.
fn weekly(id: u32, name: &str, time: &str, more: &Value) -> Value {
    let mut series = items::series(id, name);
    series["eventSchedule"] = json!([{
        "@type": "Schedule",
        "repeatFrequency": "P1W",
        "byDay": ["https://schema.org/Tuesday"],
        "startDate": "2020-01-07",
        "startTime": time,
        "duration": "PT1H",
        "scheduledEventType": "ScheduledSession",
        "scheduleTimezone": "Europe/London",
    }]);
    for (property, value) in more.as_object().unwrap() {
        series[property] = value.clone();
    }
    series
}

fn offer(price: f64) -> Value {
    json!([{ "@type": "Offer", "name": "Adult", "price": price, "priceCurrency": "GBP" }])
}

async fn gateway_of(series: &[Value]) -> (FakePublisher, Gateway) {
    let publisher = FakePublisher::start().await;
    publisher.license(Some("https://creativecommons.org/licenses/by/4.0/"));
    let feed = publisher.feed("/feed", 100);
    for (number, series) in series.iter().enumerate() {
        publisher.upsert("/feed", &number.to_string(), series.clone());
    }
    let area = "slug = \"oxford\"\nname = \"Oxford\"\npostcodes = [\"OX\"]\n";
    let gateway = Gateway::start(&Settings::following(&[("p", vec![feed])]).area(area)).await;
    gateway.settled().await;
    (publisher, gateway)
}

/// Returns the page at a path, which must be there and may not weigh too much.
async fn page(gateway: &Gateway, path: &str) -> String {
    let answer = gateway.get(path).await;
    assert_eq!(answer.status, 200, "{path}");
    assert!(answer.body.len() < MAX_BYTES, "{path} weighs {} bytes", answer.body.len());
    answer.text()
}

/// Returns which of these names a page of results shows.
async fn shown<'a>(gateway: &Gateway, path: &str, names: &[&'a str]) -> Vec<&'a str> {
    let html = page(gateway, path).await;
    names.iter().filter(|name| html.contains(&format!(">{name}</a>"))).copied().collect()
}

#[tokio::test]
async fn each_field_narrows_the_results() {
    let elsewhere = json!({
        "@type": "Place",
        "@id": items::uri("places", 2),
        "name": "Northern Hall",
        "address": { "@type": "PostalAddress", "addressLocality": "Leeds", "postalCode": "LS1 4DY" },
        "geo": { "@type": "GeoCoordinates", "latitude": 53.797, "longitude": -1.548 },
    });
    let hearing = json!([{ "@type": "Concept", "prefLabel": "Hearing impairment" }]);
    let female = json!("https://openactive.io/FemaleOnly");
    let online = json!("https://schema.org/OnlineEventAttendanceMode");
    let ages = |min: u32, max: u32| json!({ "@type": "QuantitativeValue", "minValue": min, "maxValue": max });
    let (_publisher, gateway) = gateway_of(&[
        weekly(1, "Aerobics", "09:30", &json!({ "offers": offer(0.0) })),
        weekly(2, "Boxing", "18:30", &json!({ "offers": offer(5.0), "genderRestriction": female })),
        weekly(3, "Circuits", "13:00", &json!({ "ageRange": ages(5, 11), "location": elsewhere })),
        weekly(4, "Dance", "18:00", &json!({ "beta:isWheelchairAccessible": true })),
        weekly(5, "Easy yoga", "10:00", &json!({ "eventAttendanceMode": online })),
        weekly(6, "Fencing", "10:00", &json!({ "accessibilitySupport": hearing })),
    ])
    .await;
    let all = ["Aerobics", "Boxing", "Circuits", "Dance", "Easy yoga", "Fencing"];
    let no = Vec::<&str>::new();
    for (query, names) in [
        ("", all.to_vec()),
        ("search=easy", vec!["Easy yoga"]),
        ("free=yes", vec!["Aerobics"]),
        ("women=yes", vec!["Boxing"]),
        ("accessible=yes", vec!["Dance", "Fencing"]),
        ("online=yes", vec!["Easy yoga"]),
        ("women=yes&free=yes", no.clone()),
        ("age=5", all.to_vec()),
        ("age=12", vec!["Aerobics", "Boxing", "Dance", "Easy yoga", "Fencing"]),
        ("time=afternoon", vec!["Circuits"]),
        ("time=evening", vec!["Boxing", "Dance"]),
        ("day=Tuesday&time=evening", vec!["Boxing", "Dance"]),
        ("day=Monday", no.clone()),
        ("place=LS1+4DY&distance=1", vec!["Circuits"]),
        ("place=Leeds", vec!["Circuits"]),
        ("place=Leeds&search=easy", no.clone()),
        ("activity=984068a7-5f34-4d5c-8e9d-4a9d0d1d0d5a", all.to_vec()),
        ("activity=00000000-5f34-4d5c-8e9d-4a9d0d1d0d5a", no.clone()),
    ] {
        assert_eq!(shown(&gateway, &format!("/find?{query}"), &all).await, names, "{query}");
    }
    assert_eq!(shown(&gateway, "/areas/oxford/find", &all).await, no);
    assert_eq!(gateway.get("/areas/nowhere/find").await.status, 404);
    let html = page(&gateway, "/find?women=yes&free=yes").await;
    assert!(
        html.contains("Nothing was found") && html.contains("href=\"/find?free=yes\""),
        "{html}"
    );
}

#[tokio::test]
async fn the_title_says_that_the_form_has_mistakes() {
    let (_publisher, gateway) = gateway_of(&[weekly(1, "Aerobics", "09:30", &json!({}))]).await;
    let html = page(&gateway, "/find?age=8").await;
    assert!(html.contains("<title>Find activities – Baton</title>"), "{html}");
    let html = page(&gateway, "/find?age=old&place=ZE9+9ZZ").await;
    for part in [
        "<title>Error: Find activities – Baton</title>",
        ">Find activities</h1>",
        "There is a problem",
        "href=\"#age\"",
        "href=\"#place\"",
        "Nothing was looked for",
    ] {
        assert!(html.contains(part), "{part}");
    }
}

#[tokio::test]
async fn results_go_on_from_page_to_page() {
    let series: Vec<Value> =
        (10..55).map(|n| weekly(n, &format!("Class {n}"), "10:00", &json!({}))).collect();
    let (_publisher, gateway) = gateway_of(&series).await;
    let names: Vec<String> = (10..55).map(|n| format!("Class {n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut path = "/find?search=class".to_owned();
    let mut seen = Vec::new();
    loop {
        seen.extend(shown(&gateway, &path, &names).await);
        let html = page(&gateway, &path).await;
        let next = html.split("govuk-pagination__next").nth(1);
        let Some((_, rest)) = next.and_then(|rest| rest.split_once("href=\"")) else { break };
        path = rest.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&");
    }
    assert_eq!(seen, names);
    let html = page(&gateway, "/find?search=class&page=2").await;
    assert!(html.contains("<title>Find activities (page 2 of 3) – Baton</title>"), "{html}");
    let html = page(&gateway, "/find?search=class&page=9").await;
    assert!(html.contains("There is no such page"), "{html}");
}

#[tokio::test]
async fn a_choice_that_is_not_offered_is_told_at_its_field() {
    let (_publisher, gateway) = gateway_of(&[weekly(1, "Yoga", "10:00", &json!({}))]).await;
    for (field, value) in
        [("day", "MO"), ("time", "night"), ("activity", "yoga"), ("distance", "7")]
    {
        let html = page(&gateway, &format!("/find?{field}={value}")).await;
        let message = html.split(&format!("<p id=\"{field}-error\"")).nth(1);
        let message = message.unwrap_or_else(|| panic!("{field} is not told: {html}"));
        assert!(message.contains("from the list</p>"), "{html}");
        assert!(html.contains(&format!("aria-describedby=\"{field}-error\"")), "{html}");
        assert!(html.contains("Nothing was looked for"), "{html}");
    }
}

#[tokio::test]
async fn the_page_of_a_service_says_of_its_price_what_the_list_says() {
    let first_free = json!({ "offers": offer(4.5), "beta:isFirstSessionAccessibleForFree": true });
    let paid = weekly(1, "Yoga", "10:00", &first_free);
    let free = weekly(2, "Walk", "10:00", &json!({ "isAccessibleForFree": true }));
    let (_publisher, gateway) = gateway_of(&[paid, free]).await;
    for (id, service) in gateway.services().await {
        let html = page(&gateway, &format!("/find/{id}")).await;
        let prices = html.split("Price</dt>").nth(1).unwrap().split("</dd>").next().unwrap();
        let expected = match text(&service["name"]).as_str() {
            "Yoga" => "<li>£4.50; first session free</li><li>Adult: £4.50 per session</li>",
            _ => "<li>Free to attend: Free</li>",
        };
        let list = prices.split_once("<li>").unwrap().1.rsplit_once("</li>").unwrap().0;
        assert_eq!(format!("<li>{list}</li>"), expected, "{prices}");
    }
}

#[tokio::test]
async fn a_service_has_a_page_that_says_whose_it_is_and_why() {
    let (_publisher, gateway) =
        gateway_of(&[weekly(1, "Tea dance", "14:00", &json!({ "offers": offer(4.5) }))]).await;
    let (id, _) = gateway.services().await.pop_first().unwrap();
    let html = page(&gateway, &format!("/find/{id}")).await;
    for part in [
        "<h1 class=\"govuk-heading-xl govuk-!-margin-bottom-2\">Tea dance</h1>",
        "property=\"og:title\" content=\"Tea dance\"",
        &format!("property=\"og:url\" content=\"{}\"", gateway.url(&format!("/find/{id}"))),
        "Tuesdays, 14:00 to 15:00",
        "£4.50",
        "BS1 5TR",
        "Publisher p",
        "Creative Commons BY 4.0",
        "less than a minute ago",
        &format!("href=\"/v3/services/{id}\""),
        &format!("href=\"/v1/services/{id}\""),
    ] {
        assert!(html.contains(part), "{part} is not in {html}");
    }
    let is_whole = async || {
        let why = page(&gateway, &format!("/find/{id}/why")).await;
        (!why.contains("took too long")).then_some(why)
    };
    let why = wait_until("a whole explanation", PATIENCE, is_whole).await;
    assert!(why.contains("offers[0].price"), "{why}");
    for path in ["/find/x", "/find/8e874fab-05cb-5bd0-8b0e-f085df4298c8"] {
        assert_eq!(gateway.get(path).await.status, 404, "{path}");
        assert_eq!(gateway.get(&format!("{path}/why")).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn where_to_book_is_a_link() {
    let booked = |url: &str| {
        let mut offers = offer(4.5);
        offers[0]["openBookingInAdvance"] = json!("https://openactive.io/Required");
        offers[0]["url"] = json!(url);
        json!({ "offers": offers })
    };
    let (_publisher, gateway) = gateway_of(&[
        weekly(1, "Elsewhere", "14:00", &booked("https://book.example.org/tea?a=1&b=2")),
        weekly(2, "There", "14:00", &booked("https://www.example.org/classes")),
    ])
    .await;
    for (id, service) in gateway.services().await {
        let html = page(&gateway, &format!("/find/{id}")).await;
        let (_, rest) = html.split_once("How to book").unwrap();
        let (booking, _) = rest.split_once("</dd>").unwrap();
        let is_elsewhere = service["name"] == "Elsewhere";
        let address = if is_elsewhere {
            "https://book.example.org/tea?a=1&#38;b=2"
        } else {
            "https://www.example.org/classes"
        };
        assert!(booking.contains(&format!("href=\"{address}\"")), "{booking}");
        // The page about the service is named where booking does not lead there.
        assert_eq!(booking.matches("<a ").count(), if is_elsewhere { 2 } else { 1 }, "{booking}");
    }
}

#[tokio::test]
async fn a_withdrawn_service_says_that_it_is_gone() {
    let (publisher, gateway) = gateway_of(&[weekly(1, "Brief", "14:00", &json!({}))]).await;
    let (id, _) = gateway.services().await.pop_first().unwrap();
    publisher.delete("/feed", "0");
    let is_gone = async || {
        let path = format!("/find/{id}");
        let answer = gateway.ask(Method::GET, &path, &[("accept", "text/html")]).await;
        (answer.status == 410).then_some(answer)
    };
    let answer = wait_until("gone", PATIENCE, is_gone).await;
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert!(answer.text().contains("withdrawn by its publisher"));
}

#[tokio::test]
async fn the_map_marks_what_the_list_shows_where_the_api_says() {
    let elsewhere = json!({
        "@type": "Place",
        "@id": items::uri("places", 2),
        "name": "Southern Hall",
        "address": { "@type": "PostalAddress", "addressLocality": "Oxford", "postalCode": "OX1 1BX" },
        "geo": { "@type": "GeoCoordinates", "latitude": 51.752_123_4, "longitude": -1.258 },
    });
    let online = json!("https://schema.org/OnlineEventAttendanceMode");
    let (_publisher, gateway) = gateway_of(&[
        weekly(1, "Aerobics", "09:30", &json!({})),
        weekly(2, "Boxing", "18:30", &json!({ "location": elsewhere })),
        weekly(3, "Yoga", "10:00", &json!({ "eventAttendanceMode": online })),
    ])
    .await;
    for (path, total, names) in [
        ("/find.geojson", 3, vec!["Aerobics", "Boxing"]),
        ("/find.geojson?search=boxing&map=yes&page=7", 1, vec!["Boxing"]),
        ("/find.geojson?time=morning", 2, vec!["Aerobics"]),
        ("/find.geojson?place=OX1+1BX&distance=1", 1, vec!["Boxing"]),
        ("/areas/oxford/find.geojson", 1, vec!["Boxing"]),
        ("/find.geojson?age=old", 0, vec![]),
    ] {
        let answer = gateway.get(path).await;
        assert_eq!(answer.header("content-type"), "application/geo+json", "{path}");
        let points = answer.json();
        assert_eq!(points["total"], total, "{path}");
        let features = points["features"].as_array().unwrap();
        let name = |feature: &Value| text(&feature["properties"]["name"]);
        let mut shown: Vec<String> = features.iter().map(name).collect();
        shown.sort_unstable();
        assert_eq!(shown, names, "{path}");
        for feature in features {
            let id = text(&feature["properties"]["id"]);
            let service = gateway.get(&format!("/v3/services/{id}")).await.json();
            let location = &service["service_at_locations"][0]["location"];
            let published = [&location["longitude"], &location["latitude"]];
            let marked = &feature["geometry"]["coordinates"];
            assert_eq!([&marked[0], &marked[1]], published, "{path}");
        }
    }
    let unknown = gateway.get("/areas/nowhere/find.geojson").await;
    assert_eq!(unknown.status, 404);
    assert_eq!(unknown.header("content-type"), "application/problem+json");
}

/// How many services a map marks at most.
const MOST_MARKED: usize = 2_000;

#[tokio::test]
async fn the_map_says_how_many_it_leaves_out() {
    let publisher = FakePublisher::start().await;
    publisher.license(Some("https://creativecommons.org/licenses/by/4.0/"));
    let feed = publisher.feed("/feed", 1_000);
    for id in 0..=MOST_MARKED {
        let mut series = items::series(id, &format!("Class {id:04}"));
        series["location"]["@id"] = json!(items::uri("places", id));
        // The first by name is the furthest from OX1 1BX.
        let latitude = if id == 0 { 51.9 } else { 51.752 };
        series["location"]["geo"] = json!({ "latitude": latitude, "longitude": -1.258 });
        publisher.upsert("/feed", &id.to_string(), series);
    }
    let gateway = Gateway::start(&Settings::following(&[("p", vec![feed])])).await;
    gateway.settled().await;
    let marked = async |path: &str| {
        let points = gateway.json(path).await;
        let name = |feature: &Value| text(&feature["properties"]["name"]);
        let names: Vec<_> = points["features"].as_array().unwrap().iter().map(name).collect();
        (points["total"].clone(), points["services"].clone(), names)
    };
    let (total, services, names) = marked("/find.geojson").await;
    assert_eq!((total, services), (json!(MOST_MARKED + 1), json!(MOST_MARKED)));
    assert_eq!(names.len(), MOST_MARKED);
    assert!(!names.contains(&"Class 2000".to_owned()), "the first by name are marked");

    let (total, services, names) = marked("/find.geojson?place=OX1+1BX&distance=25").await;
    assert_eq!((total, services), (json!(MOST_MARKED + 1), json!(MOST_MARKED)));
    assert_eq!(names.len(), MOST_MARKED);
    assert!(!names.contains(&"Class 0000".to_owned()), "the nearest are marked");
    assert!(page(&gateway, "/find?map=yes").await.contains(">2,001 results<"));
    let few = marked("/find.geojson?search=0007").await;
    assert_eq!(few, (json!(1), json!(1), vec!["Class 0007".to_owned()]));
}

#[tokio::test]
async fn only_a_page_with_a_map_may_do_what_a_map_needs() {
    let publisher = FakePublisher::start().await;
    publisher.license(Some("https://creativecommons.org/licenses/by/4.0/"));
    let feed = publisher.feed("/feed", 100);
    publisher.upsert("/feed", "1", items::series(1, "Yoga"));
    let web = "[web]\ntiles = \"https://tiles.example.org/{z}/{x}/{y}.png\"\ntiles_attribution = \"© <i>\"";
    let gateway = Gateway::start(&Settings::following(&[("p", vec![feed])]).section(web)).await;
    gateway.settled().await;
    let policy = async |path: &str| {
        let page = gateway.get(path).await;
        (page.header("content-security-policy").to_owned(), page.text())
    };
    let (plain, html) = policy("/find").await;
    assert!(plain.contains("worker-src 'none';") && !plain.contains("https:"), "{plain}");
    assert!(!html.contains("/assets/map"), "{html}");
    let (mapped, html) = policy("/find?map=yes").await;
    assert!(mapped.contains("worker-src 'self';"), "{mapped}");
    assert!(mapped.contains("img-src 'self' data: https://tiles.example.org;"), "{mapped}");
    assert!(mapped.contains("connect-src 'self' https://tiles.example.org;"), "{mapped}");
    assert!(!mapped.contains("unsafe") && !mapped.contains("blob:"), "{mapped}");
    assert!(html.contains("© &#60;i&#62;") && html.contains("{z}/{x}/{y}.png"), "{html}");
    let (embedded, _) = policy("/widget?map=yes").await;
    assert!(embedded.contains("frame-ancestors *") && embedded.contains("worker-src 'self'"));
}

#[tokio::test]
async fn no_text_of_a_publisher_breaks_a_page() {
    let markup = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'";
    let mut hostile = weekly(1, markup, "10:00", &json!({ "offers": offer(1.0) }));
    for path in
        ["/description", "/location/name", "/location/address/addressLocality", "/organizer/name"]
    {
        *hostile.pointer_mut(path).unwrap() = json!(format!("hostile &lt;b&gt; {markup}"));
    }
    hostile["url"] = json!("javascript:alert(1)");
    hostile["organizer"]["url"] = json!("javascript:alert(1)");
    hostile["offers"][0]["name"] = json!(markup);
    hostile["location"]["@id"] = json!(items::uri("places", 9));
    hostile["organizer"]["@id"] = json!(items::uri("organizations", 9));
    let long = weekly(2, &"x".repeat(100_000), "10:00", &json!({}));
    let (_publisher, gateway) = gateway_of(&[hostile, long]).await;
    let services = gateway.services().await;
    assert_eq!(services.len(), 2);
    let mut paths = vec!["/find".to_owned(), "/".to_owned(), format!("/find?search={markup}")];
    for id in services.keys() {
        paths.extend([format!("/find/{id}"), format!("/find/{id}/why")]);
    }
    for path in paths {
        let html = page(&gateway, &path).await;
        for broken in ["<script>", "<img", "href=\"javascript:", "onerror=alert(1)>"] {
            assert!(!html.contains(broken), "{path} has {broken}: {html}");
        }
    }
    let kept = services.values().any(|service| text(&service["name"]).len() >= 100_000);
    assert!(kept, "the long name did not reach the pages");
}
