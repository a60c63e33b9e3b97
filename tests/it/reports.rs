//! Reports on publishers: what they count, what they advise, and what they never show.

use baton::clock::Clock;
use chrono::TimeDelta;
use serde_json::Value;
use serde_json::json;

use crate::support::gateway::Gateway;
use crate::support::gateway::PATIENCE;
use crate::support::gateway::Settings;
use crate::support::gateway::text;
use crate::support::inside::Inside;
use crate::support::items;
use crate::support::process::wait_until;
use crate::support::publisher::FakePublisher;
use crate::support::publisher::Fault;

const PRIVATE: &str = "jo.private@example.org";

/// Two series, one of them poor and run by a private person, two sessions without a parent, and an item
/// that cannot be used.
async fn gateway() -> (FakePublisher, Gateway) {
    gateway_that("republish = true").await
}

async fn gateway_that(republishes: &str) -> (FakePublisher, Gateway) {
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
        "key = \"p\"\nname = \"Active <b>P</b>\"\nfeeds = {:?}\n{republishes}\n",
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
    assert_eq!(found("type-unknown")["items"], json!(["3"]));
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
    for part in
        ["no description was published", ">3</code>", "/series/missing", "What is never published"]
    {
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

/// A property of a series, what is found there, and what a report shows of it.
fn slips() -> Vec<(&'static str, Value, &'static str, Value)> {
    let written = |json: &str| json!([{ "as_written": json }]);
    let text = |length: &str| {
        let words =
            format!("a text of {length} characters, not shown: texts may hold what is private");
        json!([{ "not_shown": words }])
    };
    let offer = |price: Value| json!([{ "@type": "Offer", "name": "Jo Private", "price": price }]);
    vec![
        (
            "genderRestriction",
            json!("mixed"),
            "gender-unknown",
            written(r#""genderRestriction": "mixed""#),
        ),
        ("genderRestriction", json!("<b>FemaleOnly</b>"), "gender-unknown", text("17")),
        ("genderRestriction", json!("x".repeat(100_000)), "gender-unknown", text("100,000")),
        ("ageRange", json!("16+ years"), "age-unusable", written(r#""ageRange": "16+ years""#)),
        ("ageRange", json!("ask jo@example.org"), "age-unusable", text("18")),
        ("offers", offer(json!("£5 or £6")), "price-unreadable", written(r#""price": "£5 or £6""#)),
        ("offers", offer(json!("Jo Private")), "price-unreadable", text("10")),
        (
            "location",
            json!({ "@type": "Place", "name": "The Hall", "geo": { "latitude": "51.75", "longitude": -1.25 } }),
            "number-in-text",
            written(r#""latitude": "51.75""#),
        ),
        (
            "eventSchedule",
            json!([{ "byDay": ["https://schema.org/Tuesday"], "startTime": "07700 900111", "description": "Jo" }]),
            "schedule-unusable",
            written(r#""eventSchedule": [{"byDay": ["https://schema.org/Tuesday"], …}]"#),
        ),
        (
            "eventSchedule",
            json!([{ "byDay": ["https://schema.org/Tuesday"], "startTime": "25:99" }]),
            "schedule-unusable",
            written(
                r#""eventSchedule": [{"byDay": ["https://schema.org/Tuesday"], "startTime": "25:99"}]"#,
            ),
        ),
        ("url", json!("see Jo Private"), "url-invalid", text("14")),
        ("description", Value::Null, "value-empty", written(r#""description": null"#)),
        ("location", Value::Null, "location-missing", written(r#""location": null"#)),
        (
            "organizer",
            json!({ "@type": "Person", "name": "Jo Organiser", "email": PRIVATE }),
            "person-withheld",
            json!([{ "not_shown": "an object, not shown: it may hold what is private" }]),
        ),
    ]
}

#[tokio::test]
async fn a_report_shows_what_was_written_unless_it_may_be_about_a_person() {
    let publisher = FakePublisher::start().await;
    let slips = slips();
    let feeds = slips.iter().enumerate().map(|(at, (property, value, ..))| {
        let feed = publisher.feed(&format!("/{at}"), 100);
        let mut series = items::series(at, "Yoga");
        series[property] = value.clone();
        publisher.upsert(&format!("/{at}"), "1", series);
        (format!("p{at}"), vec![feed])
    });
    let feeds: Vec<_> = feeds.collect();
    let gateway = Gateway::start(&Settings::following(&feeds)).await;
    gateway.settled().await;
    for (at, (property, _, code, expected)) in slips.into_iter().enumerate() {
        let report = gateway.json(&format!("/feeds/p{at}.json")).await;
        let found = report["findings"].as_array().unwrap();
        let found = found.iter().find(|found| found["code"] == code);
        let example = &found.unwrap_or_else(|| panic!("{code} is not in {report}"))["examples"][0];
        assert_eq!(example["source"], expected, "{property}: {example}");
        let html = gateway.get(&format!("/feeds/p{at}")).await.text();
        let source = expected[0].as_object().unwrap().values().next().unwrap();
        let escaped = text(source).replace('"', "&#34;");
        assert!(html.contains(&escaped), "{escaped} is not in {html}");
        for private in ["Jo Private", PRIVATE, "07700", "jo@", "<b>", "xxx"] {
            assert!(!html.contains(private) && !report.to_string().contains(private), "{property}");
        }
        let link =
            if property == "url" { Value::Null } else { json!("https://www.example.org/classes") };
        assert_eq!(example["link"], link, "{property}");
    }
}

#[tokio::test]
async fn nothing_that_was_written_is_shown_while_a_feed_is_not_republished() {
    let (licensed, other) = (FakePublisher::start().await, FakePublisher::start().await);
    other.license(None);
    let feeds = vec![licensed.feed("/feed", 100), other.feed("/feed", 100)];
    let mut series = items::series(1, "Yoga");
    series["genderRestriction"] = json!("mixed");
    licensed.upsert("/feed", "1", series);
    other.upsert("/feed", "2", items::series(2, "Pilates"));
    let gateway = Gateway::start(&Settings::following(&[("p", feeds)])).await;
    gateway.settled().await;
    let report = gateway.json("/feeds/p.json").await;
    // Both are looked at.
    assert_eq!((&report["services"], &report["is_complete"]), (&json!(2), &json!(true)));
    let examples: Vec<_> = report["findings"].as_array().unwrap().iter().collect();
    let examples = examples.iter().flat_map(|found| found["examples"].as_array().unwrap());
    let sources: Vec<_> = examples.map(|example| example["source"].clone()).collect();
    assert!(!sources.is_empty() && sources.iter().all(|source| *source == json!([])), "{report}");
}

#[tokio::test]
async fn nothing_of_a_feed_of_another_publisher_is_shown_that_is_not_republished() {
    let (own, other) = (FakePublisher::start().await, FakePublisher::start().await);
    other.license(None);
    let feeds = [("other", vec![other.feed("/feed", 5)]), ("own", vec![own.feed("/feed", 5)])];
    // The same series, and a session of the other's.
    for (publisher, gender) in [(&own, "mixed"), (&other, "ladies only")] {
        let mut series = items::series(1, "Yoga");
        series["genderRestriction"] = json!(gender);
        publisher.upsert("/feed", "1", series);
    }
    let mut event = items::series(2, "Yoga");
    event["@type"] = json!("Event");
    event["superEvent"] = json!(items::uri("series", 1));
    event["genderRestriction"] = json!("women");
    other.upsert("/feed", "2", event);
    let gateway = Gateway::start(&Settings::following(&feeds)).await;
    gateway.settled().await;
    let report = gateway.json("/feeds/own.json").await;
    let mut found = report["findings"].as_array().unwrap().iter();
    let found = found.find(|found| found["code"] == "gender-unknown");
    let source = &found.unwrap_or_else(|| panic!("{report}"))["examples"][0]["source"];
    assert_eq!(*source, json!([{ "as_written": r#""genderRestriction": "mixed""# }]));
}

#[tokio::test]
async fn keys_are_named_only_where_they_tell_nothing_but_which_item_is_meant() {
    let publisher = FakePublisher::start().await;
    let feeds = vec![publisher.feed("/feed", 100)];
    publisher.upsert("/feed", "1", items::series(1, "Yoga"));
    publisher.upsert("/feed", "2", items::session("yoga", items::uri("series", 1), 3));
    // Those with more sessions come first.
    let parents = [
        items::uri("series", "missing"),
        "urn:alex.PRIVATE@example.org".to_owned(),
        "series-17".to_owned(),
        "https://us02web.zoom.us/j/85312345678?pwd=PRIVATE".to_owned(),
        format!("{}?key=PRIVATE", items::uri("series", 2)),
        "https://us02web.zoom.us/j/PRIVATE".to_owned(),
    ];
    let mut sessions = 0;
    for (parent, count) in parents.into_iter().zip([6, 5, 4, 3, 2, 1]) {
        for _ in 0..count {
            sessions += 1;
            let session = items::session(sessions, parent.clone(), 3);
            publisher.upsert("/feed", &format!("s{sessions}"), session);
        }
    }
    for id in ["alex.PRIVATE@example.org", "us02web.zoom.us/j/PRIVATE", "x-3"] {
        publisher.upsert("/feed", id, json!({ "@type": "Person", "name": "PRIVATE" }));
    }
    let gateway = Gateway::start(&Settings::following(&[("p", feeds)])).await;
    gateway.settled().await;
    let (report, pages) = reports(&gateway).await;
    let mut found = report["findings"].as_array().unwrap().iter();
    let found = found.find(|found| found["items"] != json!([])).unwrap();
    assert_eq!((&found["count"], &found["items"]), (&json!(3), &json!(["x-3"])), "{report}");
    let missing = report["missing_parents"].as_array().unwrap().iter();
    let missing = missing.map(|parent| (parent["key"].as_str(), parent["occurrences"].clone()));
    let named = [
        (Some("https://data.example.org/api/series/missing"), json!(6)),
        (None, json!(5)),
        (Some("p\nSessionSeries\nseries-17"), json!(4)),
        (None, json!(3)),
        (None, json!(2)),
        (None, json!(1)),
    ];
    assert_eq!(missing.collect::<Vec<_>>(), named, "{report}");
    assert!(pages[0].contains("one that is not named here"), "{}", pages[0]);
    for told in pages.iter().chain([&report.to_string()]) {
        assert!(!told.contains("PRIVATE") && !told.contains("zoom"), "{told}");
    }
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
            let day = |day: &Value| Some((text(&day["date"]), day["services"].as_u64()?));
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

/// A class with a session, and classes without dates, over and cancelled.
#[tokio::test]
async fn what_is_in_no_list_is_told_with_the_reason_and_raises_no_score() {
    let publisher = FakePublisher::start().await;
    let (series, sessions) = (publisher.feed("/series", 100), publisher.feed("/sessions", 100));
    let ended = Clock::default().now() - TimeDelta::days(10);
    for (id, name) in [(1, "Yoga"), (2, "Boxing"), (3, "Fencing"), (4, "Rowing")] {
        let mut class = items::series(id, name);
        if id == 3 {
            class["eventSchedule"] = json!([{
                "@type": "Schedule", "byDay": ["https://schema.org/Monday"], "repeatFrequency": "P1W",
                "startDate": "2020-01-06", "endDate": ended.format("%Y-%m-%d").to_string(),
                "startTime": "18:00", "endTime": "19:00",
            }]);
        }
        if id == 4 {
            class["eventStatus"] = json!("https://schema.org/EventCancelled");
        }
        publisher.upsert("/series", &id.to_string(), class);
    }
    publisher.upsert("/sessions", "1", items::session(1, items::uri("series", 1), 3));
    let counts = |report: &Value| {
        let unlisted = report["unlisted"].as_array().unwrap().iter();
        unlisted.map(|of| (text(&of["why"]), of["count"].as_u64().unwrap())).collect::<Vec<_>>()
    };
    let unlisted = [("no_dates", 1), ("over", 1), ("cancelled_or_long_over", 1), ("withheld", 1)];
    let unlisted = unlisted.map(|(why, count)| (why.to_owned(), count));
    for (republishes, told) in [("", &unlisted[..3]), ("republish = false", &unlisted)] {
        let feeds = format!("feeds = {:?}\n{republishes}\n", [&series, &sessions]);
        let of = format!("key = \"p\"\nname = \"P\"\n{feeds}");
        let gateway = Gateway::start(&Settings::default().publisher(&of)).await;
        gateway.settled().await;
        let (report, pages) = reports(&gateway).await;
        assert_eq!(counts(&report), told, "{report}");
        assert_eq!(report["services"], 2, "{report}");
        let mut fields = report["completeness"].as_array().unwrap().iter();
        let dated = fields.find(|field| field["field"] == "schedules").unwrap();
        assert_eq!(dated["count"], 1, "{report}");
        let mut findings = report["findings"].as_array().unwrap().iter();
        assert!(findings.any(|found| found["code"] == "schedule-missing" && found["count"] == 1));
        for (why, name) in
            report["unlisted"].as_array().unwrap().iter().zip(["Boxing", "Fencing", "Rowing"])
        {
            assert!(pages.iter().all(|html| html.contains(&text(&why["title"]))), "{pages:?}");
            let is_named = republishes.is_empty();
            assert_eq!(why["services"][0]["name"] == name, is_named, "{report}");
            assert_eq!(pages[0].contains(&format!(">{name}</a>")), is_named, "{pages:?}");
        }
    }
}

/// Returns the report on a publisher, as JSON and for people: whole and on one sheet.
async fn reports(gateway: &Gateway) -> (Value, [String; 2]) {
    let page = async |path| gateway.get(path).await.text();
    let pages = [page("/feeds/p").await, page("/feeds/p/summary").await];
    (gateway.json("/feeds/p.json").await, pages)
}

#[tokio::test]
async fn what_is_not_republished_is_judged_alike_and_nothing_of_it_is_told() {
    let (_publisher, gateway) = gateway().await;
    let (published, _) = reports(&gateway).await;
    let counts = |report: &Value| {
        let findings = report["findings"].as_array().unwrap().iter();
        findings.map(|found| (text(&found["code"]), found["count"].clone())).collect::<Vec<_>>()
    };
    for why in ["republish = false", ""] {
        let (_publisher, gateway) = gateway_that(why).await;
        assert_eq!(gateway.json("/v3/services").await["total_items"], 0);
        let (report, pages) = reports(&gateway).await;
        for part in ["services", "is_complete", "completeness", "rules", "score"] {
            assert_eq!(report[part], published[part], "{part}");
        }
        assert_eq!(counts(&report), counts(&published));
        assert_eq!(report["missing_parents"], json!([]));
        for found in report["findings"].as_array().unwrap() {
            assert_eq!((&found["items"], &found["examples"]), (&json!([]), &json!([])), "{found}");
        }
        let (series, session) = (items::uri("series", ""), items::uri("sessions", ""));
        for told in pages.iter().chain([&report.to_string()]) {
            for untold in ["Poor", "Rich", "Jo Private", PRIVATE, "/find/", &series, &session] {
                assert!(!told.contains(untold), "{untold} is in {told}");
            }
        }
        assert!(pages[0].contains("not published: "), "{}", pages[0]);
        assert!(pages[1].contains("Nothing of these feeds is published"), "{}", pages[1]);
    }
}

#[tokio::test]
async fn what_was_not_looked_at_is_neither_judged_nor_praised() {
    let publisher = FakePublisher::start().await;
    publisher.license(None);
    let (read, unread) = (publisher.feed("/read", 5), publisher.feed("/unread", 5));
    publisher.fault("/unread", Fault::Status(401), usize::MAX);
    let licence = "neither the feed nor the configuration states a licence";
    let asked_not_to = "the configuration says that it is not republished";
    for (url, more, why) in [
        (&read, "", licence),
        (&read, "republish = false", asked_not_to),
        (&unread, "", "answered with status 401"),
    ] {
        let of = format!("key = \"p\"\nname = \"P\"\nfeeds = [{url:?}]\n{more}\n");
        let gateway = Gateway::start(&Settings::default().publisher(&of)).await;
        gateway.settled_but(usize::from(url == &unread)).await;
        let (report, pages) = reports(&gateway).await;
        assert_eq!((&report["score"], &report["services"]), (&Value::Null, &json!(0)), "{report}");
        assert_eq!(report["completeness"], json!([]), "{report}");
        for rule in report["rules"].as_array().unwrap() {
            let is_of_feeds = text(&rule["title"]).starts_with("Feeds ");
            let is_of_items = text(&rule["title"]) == "Items can be used"
                || text(&rule["title"]) == "Sessions have their parent";
            if !is_of_feeds && !is_of_items
                || url == &unread && rule["title"] != "Feeds can be read"
            {
                assert_eq!(
                    (&rule["points"], &rule["advice"]),
                    (&Value::Null, &Value::Null),
                    "{rule}"
                );
            }
        }
        for html in pages {
            assert!(html.contains("not read or not published") && html.contains(why), "{html}");
            for untrue in [
                "all items are as the standard has them",
                "Publish days and times",
                "It publishes what",
            ] {
                assert!(!html.contains(untrue), "{untrue} is in {html}");
            }
        }
    }
}

#[tokio::test]
async fn a_pause_by_the_operator_costs_no_points_and_is_told() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 5);
    publisher.upsert("/feed", "1", items::series(1, "Yoga"));
    let settings = Settings::following(&[("p", vec![url])]).admin("a-token-of-the-tests");
    let gateway = Gateway::start(&settings).await;
    gateway.settled().await;
    assert_eq!(gateway.command(&["feeds", "pause", "p"]).await.0, Some(0));
    let (report, pages) = reports(&gateway).await;
    let rules = report["rules"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["title"] == "Feeds can be read").unwrap();
    assert_eq!((&rule["points"], &rule["most"]), (&json!(15), &json!(15)), "{report}");
    for html in pages {
        assert!(html.contains("paused by the operator"), "{html}");
        assert!(!html.contains("Mend the feeds"), "{html}");
    }
}
