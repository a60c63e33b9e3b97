//! Reports on publishers: what they count, what they advise, and what they never show.

use baton::clock::Clock;
use chrono::TimeDelta;
use serde_json::json;

use crate::support::gateway::Gateway;
use crate::support::gateway::PATIENCE;
use crate::support::gateway::Settings;
use crate::support::gateway::text;
use crate::support::inside::Inside;
use crate::support::items;
use crate::support::process::wait_until;
use crate::support::publisher::FakePublisher;

const PRIVATE: &str = "jo.private@example.org";

/// Two series, one of them poor and run by a private person, two sessions without a parent, and an item
/// that cannot be used.
async fn gateway() -> (FakePublisher, Gateway) {
    let publisher = FakePublisher::start().await;
    publisher.license(None);
    let (series, sessions) = (publisher.feed("/series", 100), publisher.feed("/sessions", 100));
    publisher.upsert("/series", "1", items::series(1, "Rich"));
    let mut poor = items::series(2, "Poor");
    for property in ["description", "url", "location"] {
        poor.as_object_mut().unwrap().remove(property);
    }
    poor["organizer"] = json!({ "@type": "Person", "name": "Jo Private", "email": PRIVATE });
    publisher.upsert("/series", "2", poor);
    publisher.upsert("/series", "3", json!({ "@type": "Place", "@id": items::uri("x", 3) }));
    for id in [1, 4] {
        let parent = items::uri("series", if id == 1 { 1 } else { 2 });
        publisher.upsert("/sessions", &id.to_string(), items::session(id, parent, 3));
    }
    let missing = items::uri("series", "missing");
    for id in [2, 3] {
        publisher.upsert("/sessions", &id.to_string(), items::session(id, missing.clone(), 3));
    }
    let publishers = format!(
        "key = \"p\"\nname = \"Active <b>P</b>\"\nfeeds = {:?}\nrepublish = true\n",
        [series, sessions]
    );
    let gateway = Gateway::start(&Settings::default().publisher(&publishers)).await;
    gateway.settled().await;
    (publisher, gateway)
}

#[tokio::test]
async fn a_report_counts_fields_findings_and_missing_parents() {
    let (_publisher, gateway) = gateway().await;
    let report = gateway.json("/feeds/p.json").await;
    assert_eq!(
        (&report["services"], &report["is_complete"]),
        (&json!(2), &json!(true)),
        "{report}"
    );
    let field = |name: &str| {
        let fields = report["completeness"].as_array().unwrap();
        fields.iter().find(|field| field["field"] == name).unwrap()["count"].as_u64().unwrap()
    };
    assert_eq!(
        [field("name"), field("description"), field("url"), field("service_at_locations")],
        [2, 1, 1, 1]
    );
    assert_eq!((field("schedules"), field("cost_options")), (2, 0));
    let found = |code: &str| {
        let findings = report["findings"].as_array().unwrap();
        findings.iter().find(|found| found["code"] == code).cloned().unwrap_or_default()
    };
    assert_eq!(found("description-missing")["count"], 1);
    assert_eq!(found("description-missing")["examples"][0]["name"], "Poor");
    assert_eq!(found("type-unknown")["count"], 1);
    assert_eq!(report["findings"][0]["severity"], "error", "{report}");
    let missing = &report["missing_parents"][0];
    assert!(text(&missing["key"]).ends_with("/series/missing"), "{report}");
    assert_eq!(missing["occurrences"], 2);
    let rules = report["rules"].as_array().unwrap();
    let points: u64 = rules.iter().map(|rule| rule["points"].as_u64().unwrap()).sum();
    let most: u64 = rules.iter().map(|rule| rule["most"].as_u64().unwrap()).sum();
    assert_eq!((report["score"].as_u64().unwrap(), most), (points, 100));
    assert!(rules.iter().all(|rule| rule["advice"].is_null() == (rule["points"] == rule["most"])));
    let licence = rules.iter().find(|rule| rule["title"] == "Feeds state a licence").unwrap();
    assert_eq!(licence["points"], 0);
}

#[tokio::test]
async fn a_report_for_people_says_the_same_and_shows_nothing_private() {
    let (_publisher, gateway) = gateway().await;
    let report = gateway.json("/feeds/p.json").await;
    let page = gateway.get("/feeds/p").await;
    let html = page.text();
    assert_eq!(page.status, 200);
    assert!(page.header("content-security-policy").starts_with("default-src 'none';"));
    assert!(html.contains(&format!("<dd>{}</dd>", report["score"])), "{html}");
    for part in ["no description was published", "/series/missing", "What is never published"] {
        assert!(html.contains(part), "{part} is not in {html}");
    }
    assert!(!html.contains("<b>P</b>"), "markup of a name");
    assert!(!html.contains(PRIVATE) && !report.to_string().contains(PRIVATE));
    for path in ["/feeds/nobody", "/feeds/nobody.json"] {
        assert_eq!(gateway.get(path).await.status, 404, "{path}");
    }
    let home = gateway.get("/").await.text();
    assert!(home.contains("href=\"/feeds/p\""), "{home}");
}

#[tokio::test]
async fn each_day_is_written_down_and_two_make_a_trend() {
    let publisher = FakePublisher::start().await;
    publisher.license(Some("https://creativecommons.org/licenses/by/4.0/"));
    let url = publisher.feed("/feed", 100);
    publisher.upsert("/feed", "1", items::series(1, "Yoga"));
    // In the morning, so that hours later it is still the same day.
    let morning = Clock::default().now().date_naive().and_hms_opt(6, 0, 0).unwrap().and_utc();
    let clock = Clock::fixed(morning);
    let settings = Settings::following(&[("p", vec![url.clone()])]);
    let mut inside = Inside::start(&settings, clock.clone()).await;
    inside.settled(&url).await;
    let wait_for = async |wanted: &[(TimeDelta, u64)]| {
        let wanted: Vec<_> = wanted
            .iter()
            .map(|(after, services)| ((morning + *after).date_naive().to_string(), *services))
            .collect();
        let is_written = async || {
            let report = inside.json("/feeds/p.json").await?;
            let days = report["days"].as_array()?.clone();
            let day =
                |day: &serde_json::Value| Some((text(&day["date"]), day["services"].as_u64()?));
            let written: Option<Vec<_>> = days.iter().map(day).collect();
            (written? == wanted).then(|| days.last().cloned()).flatten()
        };
        wait_until(&format!("{wanted:?}"), PATIENCE, is_written).await
    };
    let first = wait_for(&[(TimeDelta::zero(), 1)]).await;
    assert_eq!(first["items"], 1);
    assert!(first["score"].as_u64().unwrap() > 30 && first["findings"].is_u64(), "{first}");
    assert!(inside.text("/feeds/p").await.contains("as soon as there are two days"));

    // Hours later it is written anew, and the next day is another.
    publisher.upsert("/feed", "2", items::series(2, "Pilates"));
    inside.shows_so_many(2).await;
    clock.set(morning + TimeDelta::hours(4));
    wait_for(&[(TimeDelta::zero(), 2)]).await;
    clock.set(morning + TimeDelta::hours(25));
    wait_for(&[(TimeDelta::zero(), 2), (TimeDelta::days(1), 2)]).await;
    let page = inside.text("/feeds/p").await;
    assert!(page.contains("<polyline points=\"89,"), "{page}");
    assert!(page.contains("2 on the first day and the last"), "{page}");
    assert!(page.contains("Each day in numbers"), "{page}");
    inside.stop().await;
}
