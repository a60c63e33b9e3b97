//! Lists from outside: what is found first, what is far, everything at once, and walks while the data
//! changes.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Instant;

use baton::clock::Clock;
use chrono::DateTime;
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::Value;
use serde_json::json;

use crate::support::gateway::Answer;
use crate::support::gateway::Gateway;
use crate::support::gateway::PATIENCE;
use crate::support::gateway::Settings;
use crate::support::gateway::text;
use crate::support::inside::Inside;
use crate::support::items;
use crate::support::process::wait_until;
use crate::support::publisher::FakePublisher;

/// A gateway with these classes of one publisher.
async fn gateway_of(publisher: &FakePublisher, classes: Vec<Value>) -> Gateway {
    let url = publisher.feed("/feed", 500);
    for (number, class) in (1..).zip(classes) {
        publisher.upsert("/feed", &format!("{number}"), class);
    }
    let gateway = Gateway::start(&Settings::following(&[("one", vec![url])])).await;
    gateway.settled().await;
    gateway
}

/// Returns the names on the first page, in their order.
async fn found(gateway: &Gateway, query: &str) -> Vec<String> {
    let page = gateway.json(&format!("/v3/services?{query}")).await;
    page["contents"].as_array().unwrap().iter().map(|service| text(&service["name"])).collect()
}

fn described(number: u32, name: &str, description: &str) -> Value {
    let mut class = items::series(number, name);
    class["description"] = json!(description);
    class
}

fn at(number: u32, name: &str, latitude: f64, longitude: f64) -> Value {
    let mut class = items::series(number, name);
    class["location"]["@id"] = json!(items::uri("places", number + 100));
    class["location"]["geo"] = json!({"latitude": latitude, "longitude": longitude});
    class["location"]["address"].as_object_mut().unwrap().remove("postalCode");
    class
}

#[tokio::test]
async fn words_are_found_as_people_write_them() {
    let publisher = FakePublisher::start().await;
    let classes = vec![
        described(1, "Badminton for beginners", "Rackets are lent."),
        described(2, "Café walk", "Afterwards badminton, for those who like."),
        described(3, "Swimming lessons", "In the deep pool."),
        described(4, "Aqua fit", "Swim gently, no lessons needed."),
        described(5, "Walking football", "Slow, for everybody."),
        described(6, "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch", "A choir."),
    ];
    let gateway = gateway_of(&publisher, classes).await;
    for (query, expected) in [
        // What has it in its name comes first, whatever its letters.
        ("search=badminton", vec!["Badminton for beginners", "Café walk"]),
        ("search=swimming", vec!["Swimming lessons", "Aqua fit"]),
        ("search=lessons+swims", vec!["Swimming lessons", "Aqua fit"]),
        ("search=cafe", vec!["Café walk"]),
        ("search=CAF%C3%89", vec!["Café walk"]),
        ("search=walks", vec!["Café walk", "Walking football"]),
        ("search=beginner", vec!["Badminton for beginners"]),
        // The last word may not be finished.
        ("search=badm", vec!["Badminton for beginners", "Café walk"]),
        ("search=foot", vec!["Walking football"]),
        ("search=foot+walking", vec![]),
        // One letter may be wrong in a longer word that is nowhere.
        ("search=badmington", vec!["Badminton for beginners", "Café walk"]),
        ("search=fotball", vec!["Walking football"]),
        ("search=fottball", vec!["Walking football"]),
        ("search=swiming+lessons", vec!["Swimming lessons", "Aqua fit"]),
        ("search=wlak", vec![]),
        ("search=badmintoons+xyz", vec![]),
        // In 3.0 this is no parameter.
        (
            "text=badminton",
            vec![
                "Aqua fit",
                "Badminton for beginners",
                "Café walk",
                "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
                "Swimming lessons",
                "Walking football",
            ],
        ),
        (
            "search=Llanfairpwllgwyn",
            vec!["Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"],
        ),
        (
            "search=Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
            vec!["Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"],
        ),
        ("search=football+qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq", vec![]),
    ] {
        assert_eq!(found(&gateway, query).await, expected, "{query}");
        let total = gateway.total(&format!("/v3/services?{query}&per_page=1")).await;
        assert_eq!(total, expected.len() as u64, "{query}");
    }
    // Pages of a search are cut from the same order.
    let first = found(&gateway, "search=badminton&per_page=1").await;
    let second = found(&gateway, "search=badminton&per_page=1&page=2").await;
    assert_eq!((first, second), (vec!["Badminton for beginners".into()], vec!["Café walk".into()]));
}

#[tokio::test]
async fn what_is_near_comes_first_and_says_how_far() {
    let publisher = FakePublisher::start().await;
    // One degree of latitude is 111.2 km, so 0.01 is 1112 m.
    let classes = vec![
        at(1, "A mile and a half", 51.4505 + 0.02, -2.601),
        at(2, "Here", 51.4505, -2.601),
        at(3, "Far", 52.4505, -2.601),
        at(4, "Half a mile", 51.4505 + 0.01, -2.601),
    ];
    let gateway = gateway_of(&publisher, classes).await;
    let near = "latitude=51.4505&longitude=-2.601&proximity=3000";
    let near_names = ["Here", "Half a mile", "A mile and a half"];
    assert_eq!(found(&gateway, near).await, near_names);
    for (path, full) in [
        ("/v3/services", false),
        ("/v3/services", true),
        ("/v3/service_at_locations", false),
        ("/v3/service_at_locations", true),
    ] {
        let page = gateway.json(&format!("{path}?{near}&full={full}")).await;
        let away = page["contents"].as_array().unwrap().iter();
        let away: Vec<u64> = away.map(|item| item["x_distance_m"].as_u64().unwrap()).collect();
        assert_eq!(away, [0, 1112, 2224], "{path} {full}");
    }
    let anywhere = gateway.json("/v3/services").await;
    assert!(anywhere["contents"][0].get("x_distance_m").is_none());
    // A box from 51.455 to 52: neither what is south of it nor what is north.
    let boxed = "bbox=-2.7,51.455,-2.5,52";
    assert_eq!(found(&gateway, boxed).await, ["A mile and a half", "Half a mile"]);
    assert_eq!(gateway.total(&format!("/v3/service_at_locations?{boxed}")).await, 2);
    assert_eq!(gateway.total(&format!("/v1/services?{boxed}")).await, 2);
    for (bounds, status) in
        [("1,2,3", 400), ("a,b,c,d", 400), ("-2,52,-3,51", 422), ("-200,51,0,52", 422)]
    {
        let answer = gateway.get(&format!("/v3/services?bbox={bounds}")).await;
        assert_eq!((answer.status, answer.json()["parameter"].as_str()), (status, Some("bbox")));
    }
}

#[tokio::test]
async fn what_is_no_place_is_refused() {
    let publisher = FakePublisher::start().await;
    let gateway = gateway_of(&publisher, vec![items::series(1, "Class")]).await;
    for (path, named) in [
        ("/v3/services?latitude=51.4505&longitude=-2.601", "latitude"),
        ("/v3/services?latitude=51.4505&proximity=100", "latitude"),
        ("/v1/services?longitude=-2.601&proximity=100", "longitude"),
        ("/v3/service_at_locations?proximity=100", "proximity"),
        ("/v3/services?latitude=90.5&longitude=-2.601&proximity=100", "latitude"),
        ("/v3/services?latitude=51.4505&longitude=999&proximity=100", "longitude"),
    ] {
        let answer = gateway.get(path).await;
        assert_eq!((answer.status, &answer.json()["parameter"]), (422, &json!(named)), "{path}");
    }
}

#[tokio::test]
async fn a_postcode_alone_leaves_nothing_out() {
    let publisher = FakePublisher::start().await;
    let gateway = gateway_of(&publisher, vec![items::series(1, "Class")]).await;
    // In 3.0 it asks for what covers the postcode, as a service without an area does; in 1.0 `proximity` is
    // optional beside it. Those of Northern Ireland are not in the built-in table.
    for postcode in ["BS1+5TR", "BT1+5GS"] {
        for path in ["/v1/services", "/v3/services", "/v3/service_at_locations"] {
            let path = format!("{path}?postcode={postcode}");
            assert_eq!(gateway.total(&path).await, 1, "{path}");
        }
    }
    let answer = gateway.get("/v1/services?postcode=rubbish").await;
    assert_eq!((answer.status, &answer.json()["parameter"]), (400, &json!("postcode")));
}

/// A class on one day of the week, for an hour from this time on.
fn weekly(number: u32, day: &str, time: &str) -> Value {
    let mut class = items::series(number, &format!("{day} {time}"));
    class["eventSchedule"] = json!([{
        "@type": "Schedule",
        "repeatFrequency": "P1W",
        "byDay": [format!("https://schema.org/{day}")],
        "startDate": "2020-01-06",
        "startTime": time,
        "duration": "PT1H",
        "scheduledEventType": "ScheduledSession",
        "scheduleTimezone": "Europe/London",
    }]);
    class
}

#[tokio::test]
async fn sets_of_day_and_times_widen_a_query_of_1_0() {
    let publisher = FakePublisher::start().await;
    let classes = vec![
        weekly(1, "Monday", "10:30"),
        weekly(2, "Monday", "18:30"),
        weekly(3, "Tuesday", "10:30"),
        weekly(4, "Tuesday", "18:30"),
        weekly(5, "Wednesday", "10:30"),
    ];
    let gateway = gateway_of(&publisher, classes).await;
    let set =
        |day: &str, from: u8, to: u8| format!("day={day}&start_time={from}:00&end_time={to}:00");
    let found = async |query: &str| found_in_1_0(&gateway, &format!("/v1/services?{query}")).await;
    let (monday, tuesday) = (set("MO", 10, 12), set("TU", 18, 20));
    assert_eq!(found(&monday).await, ["Monday 10:30"]);
    assert_eq!(found(&format!("{monday}&{tuesday}")).await, ["Monday 10:30", "Tuesday 18:30"]);
    let times = "start_time=10:00&start_time=18:00&end_time=11:30&end_time=19:00";
    assert_eq!(found(times).await, ["Monday 10:30", "Tuesday 10:30", "Wednesday 10:30"]);
    // Days by themselves are no sets.
    assert_eq!(found("day=MO&day=WE&start_time=10:00&end_time=12:00").await.len(), 2);
    // The same days and times in other sets are another question than that of a moment ago.
    let swapped = format!("{}&{}", set("MO", 18, 20), set("TU", 10, 12));
    assert_eq!(found(&swapped).await, ["Monday 18:30", "Tuesday 10:30"]);
    for (path, name) in [
        (format!("/v1/services?{monday}&start_time=18:00"), "day"),
        (format!("/v3/services?{monday}&{tuesday}"), "start_time"),
    ] {
        let answer = gateway.get(&path).await;
        assert_eq!((answer.status, &answer.json()["parameter"]), (400, &json!(name)), "{path}");
    }
}

/// Returns the names on the first page of a list of 1.0.
async fn found_in_1_0(gateway: &Gateway, path: &str) -> Vec<String> {
    let page = gateway.json(path).await;
    page["content"].as_array().unwrap().iter().map(|item| text(&item["name"])).collect()
}

/// Returns a gateway with a class for women, and one for everybody of another activity.
async fn women_and_everybody(publisher: &FakePublisher) -> Gateway {
    let mut women = items::series(1, "Women only");
    women["genderRestriction"] = json!("https://openactive.io/FemaleOnly");
    let mut everybody = items::series(2, "Everybody");
    let pilates = "https://openactive.io/activity-list#3a6b1c08-7aa6-48d4-9690-dca9e0133057";
    everybody["activity"][0]["@id"] = json!(pilates);
    everybody["activity"][0]["prefLabel"] = json!("Pilates");
    let url = publisher.feed("/feed", 500);
    publisher.upsert("/feed", "1", women);
    publisher.upsert("/feed", "2", everybody);
    let settings = Settings::following(&[("one", vec![url])]).with_vocabularies();
    let gateway = Gateway::start(&settings).await;
    gateway.settled().await;
    gateway
}

#[tokio::test]
async fn terms_of_1_0_are_found_by_name_parent_and_what_they_say_something_of() {
    let publisher = FakePublisher::start().await;
    let gateway = women_and_everybody(&publisher).await;
    let terms = found_in_1_0(&gateway, "/v1/taxonomies").await;
    assert!(terms.len() > 1, "{terms:?}");
    let all = gateway.json("/v1/taxonomies").await;
    let gender = "openActiveGenderRestriction";
    let female = all["content"].as_array().unwrap().iter().find(|t| t["vocabulary"] == gender);
    let (id, name) = (text(&female.unwrap()["id"]), text(&female.unwrap()["name"]));
    let words = name.to_uppercase().replace(' ', "+");
    assert_eq!(found_in_1_0(&gateway, &format!("/v1/taxonomies?text={words}")).await, [name]);
    let pilates = all["content"].as_array().unwrap().iter().find(|t| t["name"] == "Pilates");
    let parent = text(&pilates.unwrap()["parent"]["id"]);
    let below = found_in_1_0(&gateway, &format!("/v1/taxonomies?parent_id={parent}")).await;
    assert_eq!(BTreeSet::from_iter(below), ["Pilates", "Yoga"].map(str::to_owned).into());
    let below = found_in_1_0(&gateway, &format!("/v1/taxonomies?parent_id={id}")).await;
    assert!(below.is_empty(), "{below:?}");
    for foreign in ["esdServiceType:123", "openActiveActivity:yoga"] {
        let below = found_in_1_0(&gateway, &format!("/v1/taxonomies?parent_id={foreign}")).await;
        assert!(below.is_empty(), "{foreign}: {below:?}");
    }
    let both = ["Everybody", "Women only"];
    let pilates = text(&pilates.unwrap()["id"]);
    for (query, names) in [
        (format!("taxonomy_id={id}"), &both[1..]),
        (format!("taxonomy_id={pilates}&vocabulary=openActiveActivity"), &both[..1]),
        (format!("taxonomy_id={pilates}&vocabulary={gender}"), &[]),
        (format!("taxonomy_id={pilates}&vocabulary={gender}&taxonomy_type=eligibility"), &[]),
        (format!("taxonomy_id={id}&taxonomy_type=eligibility"), &both[1..]),
        (format!("taxonomy_id={id}&taxonomy_type=service"), &[]),
        (format!("taxonomy_id={id}&taxonomy_type=Eligibility"), &both[1..]),
        (format!("taxonomy_id={id}&taxonomy_type=organization"), &[]),
        // As the reference server does: what it does not know says something of the service.
        (format!("taxonomy_id={id}&taxonomy_type=colour"), &[]),
        ("vocabulary=openActiveActivity&taxonomy_type=colour".to_owned(), &both[..]),
        (format!("vocabulary={gender}&taxonomy_type[]=ANY"), &both[1..]),
        (format!("vocabulary={gender}&taxonomy_type=service"), &[]),
        // Without a term it narrows nothing.
        ("taxonomy_type=eligibility".to_owned(), &both[..]),
        ("taxonomy_type=organization".to_owned(), &both[..]),
        ("taxonomy_type=service&text=women".to_owned(), &both[1..]),
        // No service has a term of another vocabulary.
        ("taxonomy_id=esdServiceType:123".to_owned(), &[]),
        (format!("taxonomy_id=esdServiceType:123,{id}"), &both[1..]),
        // No service has an area, so each is for everybody everywhere.
        ("coverage=BS1+5TR".to_owned(), &both[..]),
        ("coverage=BT1+5GS".to_owned(), &both[..]),
        ("coverage=BS99+9ZZ".to_owned(), &both[..]),
    ] {
        assert_eq!(
            found_in_1_0(&gateway, &format!("/v1/services?{query}")).await,
            names,
            "{query}"
        );
    }
    for (path, status) in [
        ("/v1/services?taxonomy_type=!!", 400),
        ("/v1/services?coverage=rubbish", 400),
        ("/v1/taxonomies?parent_id=yoga", 400),
        ("/v1/taxonomies/esdServiceType:123", 404),
    ] {
        assert_eq!(gateway.get(path).await.status, status, "{path}");
    }
}

#[tokio::test]
async fn a_term_of_1_0_is_of_the_vocabulary_beside_it() {
    let publisher = FakePublisher::start().await;
    let gateway = women_and_everybody(&publisher).await;
    let all = gateway.json("/v1/taxonomies").await;
    let term = |member: &str, is: &str| {
        let mut terms = all["content"].as_array().unwrap().iter();
        text(&terms.find(|term| term[member] == is).unwrap()["id"])
    };
    // The class for women has terms of both vocabularies.
    let (activity, gender) = ("openActiveActivity", "openActiveGenderRestriction");
    let (yoga, women) = (term("name", "Yoga"), term("vocabulary", gender));
    for (query, is_found) in [
        (format!("taxonomy_id={yoga}&vocabulary={activity}"), true),
        (format!("taxonomy_id={yoga}&vocabulary={gender}"), false),
        (format!("taxonomy_id={yoga}&vocabulary={gender}&taxonomy_type=service"), false),
        (format!("taxonomy_id={yoga},{women}&vocabulary={gender}&taxonomy_type=any"), true),
        (format!("taxonomy_id={yoga},{women}&vocabulary={activity},{gender}"), true),
    ] {
        let expected: &[&str] = if is_found { &["Women only"] } else { &[] };
        let found = found_in_1_0(&gateway, &format!("/v1/services?{query}")).await;
        assert_eq!(found, expected, "{query}");
    }
}

#[tokio::test]
async fn a_place_that_has_only_a_postcode_is_near_it() {
    let publisher = FakePublisher::start().await;
    let mut class = items::series(1, "By postcode");
    class["location"].as_object_mut().unwrap().remove("geo");
    let gateway = gateway_of(&publisher, vec![class]).await;
    assert_eq!(found(&gateway, "postcode=BS1+5TR&proximity=100").await, ["By postcode"]);
    assert!(found(&gateway, "postcode=BS16+1QY&proximity=100").await.is_empty());
    // Where point and postcode disagree, it is found at both.
    let mut torn = items::series(2, "Torn");
    torn["location"]["@id"] = json!(items::uri("places", 2));
    torn["location"]["geo"] = json!({"latitude": 51.7520, "longitude": -1.2577});
    publisher.upsert("/feed", "torn", torn);
    let both = async || (gateway.total("/v3/services").await == 2).then_some(());
    wait_until("the torn class", PATIENCE, both).await;
    for place in ["postcode=BS1+5TR", "latitude=51.752&longitude=-1.2577"] {
        let names = found(&gateway, &format!("{place}&proximity=100")).await;
        assert!(names.contains(&"Torn".to_owned()), "{place}: {names:?}");
    }
    let unknown = gateway.get("/v3/services?postcode=BS99+9ZZ&proximity=100").await;
    assert_eq!((unknown.status, unknown.json()["parameter"].as_str()), (422, Some("postcode")));
}

fn lines(body: &str) -> Vec<Value> {
    body.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn everything_is_streamed_as_lines() {
    let publisher = FakePublisher::start().await;
    let classes = (1..=450).map(|number| items::series(number, &format!("Class {number:03}")));
    let gateway = gateway_of(&publisher, classes.collect()).await;
    for path in ["/v3/services", "/v3/services?full=true", "/v3/service_at_locations"] {
        let and = if path.contains('?') { '&' } else { '?' };
        let answer = gateway.get(&format!("{path}{and}format=ndjson")).await;
        assert_eq!(answer.header("content-type"), "application/x-ndjson", "{path}");
        assert_eq!(lines(&answer.text()), gateway.all(path).await, "{path}");
        let known = answer.header("etag").to_owned();
        let again = format!("{path}{and}format=ndjson");
        let again = gateway.ask(Method::GET, &again, &[("if-none-match", &known)]).await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
    }
    let some = gateway.get("/v3/services?format=ndjson&search=012").await.text();
    assert_eq!(lines(&some).len(), 1);
    assert_eq!(gateway.get("/v3/services?format=csv").await.status, 400);
}

#[tokio::test]
async fn the_least_that_tells_what_changed_comes_at_once() {
    let publisher = FakePublisher::start().await;
    let classes = (1..=120).map(|number| items::series(number, &format!("Class {number}")));
    let gateway = gateway_of(&publisher, classes.collect()).await;
    let page = gateway.json("/v3/services?minimal=true").await;
    let listed = page["contents"].as_array().unwrap();
    assert_eq!((listed.len(), &page["total_items"]), (120, &json!(120)));
    let services = gateway.services().await;
    for item in listed {
        let service = &services[&text(&item["id"])];
        assert_eq!(item["modified_date"], service["last_modified"]);
        assert_eq!(item.as_object().unwrap().len(), 2, "{item}");
    }
    let streamed = gateway.get("/v3/services?minimal=true&format=ndjson").await;
    assert_eq!(streamed.header("content-type"), "application/x-ndjson");
    assert_eq!(lines(&streamed.text()), *listed);
}

#[tokio::test]
async fn what_was_withdrawn_is_told_whatever_else_is_asked() {
    let publisher = FakePublisher::start().await;
    let gateway =
        gateway_of(&publisher, vec![items::series(1, "Stays"), items::series(2, "Leaves")]).await;
    let terms = gateway.all("/v3/taxonomy_terms").await;
    let yoga = text(&terms.iter().find(|term| term["name"] == "Yoga").unwrap()["id"]);
    publisher.delete("/feed", "2");
    let gone = async || (gateway.total("/v3/services").await == 1).then_some(());
    wait_until("the service withdrawn", PATIENCE, gone).await;
    let query = format!("modified_after=2020-01-01T00:00:00Z&taxonomy_term_id={yoga}");
    let page = gateway.json(&format!("/v3/services?{query}")).await;
    let statuses: BTreeMap<String, String> = page["contents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|service| (text(&service["name"]), text(&service["status"])))
        .collect();
    let expected = [("Leaves", "defunct"), ("Stays", "active")];
    let expected: BTreeMap<String, String> =
        expected.iter().map(|(name, status)| ((*name).to_owned(), (*status).to_owned())).collect();
    assert_eq!(statuses, expected);
    assert_eq!(found(&gateway, &format!("taxonomy_term_id={yoga}")).await, ["Stays"]);
    // 1.0 has no tombstones, and counts none.
    let page = gateway.json("/v1/services?modified_after=2020-01-01T00:00:00Z").await;
    assert_eq!((&page["totalElements"], &page["size"]), (&json!(1), &json!(1)));
    assert_eq!(page["content"][0]["name"], "Stays");
}

#[tokio::test]
async fn a_walk_meets_what_did_not_change_once_while_the_rest_does() {
    let publisher = FakePublisher::start().await;
    // Every second class stays as it is; the others come, go and are renamed.
    let name = |number: u32| {
        format!("{} {number:03}", if number.is_multiple_of(2) { "Stays" } else { "Moves" })
    };
    let name_of = |number: u32| format!("Class {number:03} {}", name(number));
    let classes = (0..100).map(|number| items::series(number, &name_of(number)));
    let gateway = gateway_of(&publisher, classes.collect()).await;
    let mut leaving = (1..100).step_by(2);
    let calm: BTreeSet<String> = (0..100).step_by(2).map(name_of).collect();
    for root in ["/v3", "/v1"] {
        let mut met: Vec<String> = Vec::new();
        for page in 1..=100_usize {
            let body = gateway.json(&format!("{root}/services?per_page=5&page={page}")).await;
            let items = body.get("contents").or_else(|| body.get("content")).unwrap();
            met.extend(items.as_array().unwrap().iter().map(|service| text(&service["name"])));
            if body["last_page"] == true || body["last"] == true {
                break;
            }
            // What has passed by goes away, and something new comes before it: both would shift the rest.
            if page > 12 {
                continue;
            }
            let total = gateway.total("/v3/services?per_page=1").await;
            if page % 2 == 0 {
                publisher.delete("/feed", &format!("{}", leaving.next().unwrap() + 1));
            } else {
                let new = format!("{root}{page}").replace('/', "n");
                publisher.upsert("/feed", &new, items::series(&new, &format!("Aaa {new}")));
            }
            let changed =
                async || (gateway.total("/v3/services?per_page=1").await != total).then_some(());
            wait_until("a change shows", PATIENCE, changed).await;
        }
        let met_calm: Vec<String> =
            met.iter().filter(|name| name.contains("Stays")).cloned().collect();
        assert_eq!(met_calm.len(), calm.len(), "{root}: {met:?}");
        assert_eq!(met_calm.into_iter().collect::<BTreeSet<_>>(), calm, "{root}");
    }
}

#[tokio::test]
async fn a_walk_goes_on_where_it_was_beside_another_of_the_same_client() {
    let publisher = FakePublisher::start().await;
    let classes = (1..).zip(["Bowls", "Chess", "Dance"]);
    let classes = classes.map(|(number, name)| items::series(number, name));
    let gateway = gateway_of(&publisher, classes.collect()).await;
    let page =
        async |number: u8| found(&gateway, &format!("per_page=1&page={number}")).await.concat();
    assert_eq!([page(1).await, page(2).await], ["Bowls", "Chess"]);
    publisher.upsert("/feed", "4", items::series(4, "Aqua"));
    let is_there = async || (gateway.total("/v3/services").await == 4).then_some(());
    wait_until("another class", PATIENCE, is_there).await;
    // The other one begins with what is there now.
    assert_eq!(page(1).await, "Aqua");
    assert_eq!(page(3).await, "Dance");
    assert_eq!(page(2).await, "Bowls");
}

#[tokio::test]
async fn pages_in_any_order_are_of_the_moment_of_the_first() {
    let publisher = FakePublisher::start().await;
    let classes = (1..).zip(["Bowls", "Chess", "Dance", "Golf", "Judo"]);
    let classes = classes.map(|(number, name)| items::series(number, name));
    let gateway = gateway_of(&publisher, classes.collect()).await;
    let page =
        async |number: u8| found(&gateway, &format!("per_page=1&page={number}")).await.concat();
    assert_eq!(page(1).await, "Bowls");
    publisher.upsert("/feed", "6", items::series(6, "Aqua"));
    let is_there = async || (gateway.total("/v3/services").await == 6).then_some(());
    wait_until("another class", PATIENCE, is_there).await;
    for (number, name) in [(3, "Dance"), (2, "Chess"), (5, "Judo"), (5, "Judo"), (4, "Golf")] {
        assert_eq!(page(number).await, name, "{number}");
    }
    // Who begins anew has left that walk.
    for (number, name) in [(1, "Aqua"), (3, "Chess"), (2, "Bowls"), (4, "Dance")] {
        assert_eq!(page(number).await, name, "{number}, anew");
    }
}

#[tokio::test]
async fn a_reader_who_begins_again_is_not_shown_what_was_left() {
    let publisher = FakePublisher::start().await;
    let mut names = ["Bowls", "Chess", "Dance", "Golf"].map(str::to_owned).to_vec();
    let classes = (1..).zip(&names).map(|(number, name)| items::series(number, name));
    let gateway = gateway_of(&publisher, classes.collect()).await;
    let (before, now) = (false, true);
    // Pages asked for, then, after a class more is there, others, each with the moment that it is to show.
    for (case, (left, asked)) in (0..).zip([
        // A page more: none of a walk that was at its end.
        (vec![1, 2, 3, 4], vec![(1, now), (3, now), (5, now), (2, now), (4, now)]),
        // Its end is known also where pages are kept ready.
        (vec![1, 2, 3, 4, 5, 1, 2, 3, 4, 5], vec![(1, now), (6, now), (5, now)]),
        (vec![1], vec![(1, now), (3, now), (2, now), (4, now), (5, now), (6, now)]),
        // Who took a step lately goes on, however another one of the same address takes the pages.
        (vec![1, 2], vec![(1, now), (4, now), (3, before), (2, now), (5, now)]),
        (vec![1, 2], vec![(1, now), (5, now), (2, before), (3, before), (4, before), (3, now)]),
        // A page asked for again is not the next of what was left.
        (vec![1], vec![(1, now), (2, now), (2, now), (3, now), (2, now)]),
        // Pages that were left out of the walk before are none of those that it still wants.
        (vec![1, 3], vec![(1, now), (2, now), (3, now), (4, now)]),
        // Another reader of the same address begins: the first one tries again, and goes on.
        (vec![1, 2, 3], vec![(1, now), (3, before), (4, before), (2, now), (3, now), (5, before)]),
        // Another reader of the same address is done: the first one goes on.
        (
            vec![1, 2, 3],
            vec![(1, now), (2, now), (3, now), (4, now), (5, now), (4, before), (5, before)],
        ),
    ]) {
        // The same services, by a question of its own.
        let of = format!("per_page=1&modified_after=20{case:02}-01-01T00:00:00Z");
        let page = async |page: usize| found(&gateway, &format!("{of}&page={page}")).await.concat();
        for number in left {
            assert_eq!(page(number).await, names[number - 1], "case {case}, page {number}");
        }
        let new = format!("Aqua {}", 9 - case);
        publisher.upsert("/feed", &new, items::series(&new, &new));
        let old = names.clone();
        names.insert(0, new);
        let total = names.len() as u64;
        let is_there = async || (gateway.total("/v3/services").await == total).then_some(());
        wait_until("another class", PATIENCE, is_there).await;
        for (number, is_now) in asked {
            let names = if is_now { &names } else { &old };
            assert_eq!(page(number).await, names[number - 1], "case {case}, then page {number}");
        }
    }
}

#[tokio::test]
async fn a_reader_who_takes_long_over_a_page_goes_on_beside_one_who_is_done() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 500);
    for (number, name) in (1..).zip(["Aqua", "Bowls", "Chess", "Dance", "Golf", "Judo"]) {
        publisher.upsert("/feed", &number.to_string(), items::series(number, name));
    }
    let now = Clock::default().now();
    let clock = Clock::fixed(now);
    let settings = Settings::following(&[("one", vec![url.clone()])]);
    let mut inside = Inside::start(&settings, clock.clone()).await;
    inside.settled(&url).await;
    let page = async |number: u8| {
        let page = inside.json(&format!("/v3/services?per_page=1&page={number}")).await.unwrap();
        text(&page["contents"][0]["name"])
    };
    assert_eq!([page(1).await, page(2).await, page(3).await], ["Aqua", "Bowls", "Chess"]);
    publisher.delete("/feed", "1");
    inside.shows(&["Bowls", "Chess", "Dance", "Golf", "Judo"]).await;
    clock.set(now + TimeDelta::seconds(30));
    for (number, name) in (1..).zip(["Bowls", "Chess", "Dance", "Golf", "Judo"]) {
        assert_eq!(page(number).await, name, "{number}, of who is done");
    }
    assert_eq!([page(4).await, page(5).await, page(6).await], ["Dance", "Golf", "Judo"]);
    // A page that nobody else waits for is of the latest walk again.
    publisher.upsert("/feed", "7", items::series(7, "Archery"));
    inside.shows(&["Archery", "Bowls", "Chess", "Dance", "Golf", "Judo"]).await;
    assert_eq!([page(3).await, page(2).await], ["Dance", "Chess"]);
    inside.stop().await;
}

/// Returns the items of a page, and how many there are in all.
fn page_of(body: &Value) -> (Vec<Value>, u64) {
    let items = body.get("contents").or_else(|| body.get("content")).unwrap().as_array().unwrap();
    let total = body.get("total_items").or_else(|| body.get("totalElements")).unwrap();
    (items.clone(), total.as_u64().unwrap())
}

/// A class of an organiser and a category of its own, at a place of its own, that says something in each text.
fn says(number: u32, name: &str, says: &str) -> Value {
    let mut class = described(number, name, says);
    class["category"] = json!([format!("Kind of {name}")]);
    for (part, of) in [("organizer", "organizations"), ("location", "places")] {
        class[part]["@id"] = json!(items::uri(of, number + 10));
        class[part]["name"] = json!(format!("Home of {name}"));
        class[part]["description"] = json!(says);
    }
    class
}

#[tokio::test]
async fn a_walk_shows_what_is_left_as_it_is_now_and_nothing_of_the_rest() {
    let publisher = FakePublisher::start().await;
    let classes = ["Bowls", "Chess", "Dance", "Golf"];
    let classes = (1..).zip(classes).map(|(number, name)| says(number, name, "Formerly."));
    let gateway = gateway_of(&publisher, classes.collect()).await;
    let lists = [
        "/v3/services?per_page=1",
        "/v3/services?per_page=1&full=true",
        "/v3/service_at_locations?per_page=1",
        "/v3/service_at_locations?per_page=1&full=true",
        "/v3/organizations?per_page=1",
        "/v3/locations?per_page=1",
        "/v3/taxonomy_terms?per_page=1",
        "/v1/services?per_page=1",
        "/v1/organizations?per_page=1",
        "/v1/locations?per_page=1",
        "/v1/taxonomies?per_page=1",
    ];
    // All of it is in memory when the walks begin.
    let mut before: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for list in lists {
        let total = page_of(&gateway.json(list).await).1;
        for page in 1..=total {
            let (items, _) = page_of(&gateway.json(&format!("{list}&page={page}")).await);
            before.entry(list).or_default().extend(items);
        }
        assert!(json!(before[list]).to_string().contains("Dance"), "{list}: {before:?}");
        gateway.json(&format!("{list}&page=1")).await;
    }
    publisher.delete("/feed", "3");
    for (number, name) in [(1, "Bowls"), (2, "Chess"), (4, "Golf")] {
        publisher.upsert("/feed", &number.to_string(), says(number, name, "Nowadays."));
    }
    let is_so = async || {
        let now = gateway.get("/v3/services?full=true").await.text();
        (!now.contains("Dance") && !now.contains("Formerly")).then_some(())
    };
    wait_until("the changes show", PATIENCE, is_so).await;
    let later = [("if-modified-since", "Fri, 01 Jan 2100 00:00:00 GMT")];
    for (list, before) in before {
        for (page, item) in (1..).zip(&before).skip(1) {
            let path = format!("{list}&page={page}");
            let is_left = !item.to_string().contains("Dance");
            // Asked once more, it is what would have been kept ready.
            for headers in [&[][..], &later] {
                let body = gateway.ask(Method::GET, &path, headers).await.json();
                let (items, total) = page_of(&body);
                assert_eq!(total, before.len() as u64, "{path}");
                let ids: Vec<&Value> = items.iter().map(|item| &item["id"]).collect();
                assert_eq!(ids, is_left.then_some(&item["id"]).into_iter().collect::<Vec<_>>());
                let shown = body.to_string();
                assert!(!shown.contains("Formerly") && !shown.contains("Dance"), "{path}: {shown}");
                let is_said = item.to_string().contains("Formerly");
                assert_eq!(shown.contains("Nowadays"), is_said && is_left, "{path}: {shown}");
            }
        }
    }
}

#[tokio::test]
async fn a_term_goes_with_the_last_service_that_has_it() {
    let publisher = FakePublisher::start().await;
    let mut class = items::series(1, "Bend");
    class["category"] = json!(["Kind of Bend"]);
    let gateway = gateway_of(&publisher, vec![class, items::series(2, "Stretch")]).await;
    let mut paths = Vec::new();
    for list in ["/v3/taxonomy_terms", "/v1/taxonomies"] {
        for name in ["Kind of Bend", "Yoga"] {
            let terms = gateway.all(list).await;
            let term = terms.iter().find(|term| term["name"] == name).unwrap();
            paths.push(format!("{list}/{}", text(&term["id"])));
        }
    }
    let statuses = async || {
        let mut statuses = Vec::new();
        for path in &paths {
            statuses.push(gateway.get(path).await.status);
        }
        statuses
    };
    assert_eq!(statuses().await, [200; 4], "{paths:?}");
    publisher.delete("/feed", "1");
    let is_gone = async || (statuses().await == [404, 200, 404, 200]).then_some(());
    wait_until("a term that is gone", PATIENCE, is_gone).await;
}

#[tokio::test]
async fn links_lead_from_page_to_page_and_name_the_licence() {
    let publisher = FakePublisher::start().await;
    let classes = (1..=25).map(|number| items::series(number, &format!("Class {number}")));
    let gateway = gateway_of(&publisher, classes.collect()).await;
    let mut next = Some("/v3/services?search=class&per_page=10".to_owned());
    let (mut met, mut pages) = (0, 0);
    while let Some(path) = next {
        let answer = gateway.get(&path).await;
        let links = links_of(answer.header("link"));
        met += answer.json()["contents"].as_array().unwrap().len();
        pages += 1;
        assert!(
            links["first"].ends_with("page=1") && links["last"].ends_with("page=3"),
            "{links:?}"
        );
        assert_eq!(links.contains_key("prev"), pages > 1);
        assert!(links.contains_key("license") && links.contains_key("copyright"), "{links:?}");
        next = links.get("next").map(|next| {
            assert!(
                next.starts_with("http://127.0.0.1:") && next.contains("search=class"),
                "{next}"
            );
            next.split_once("/v3").map(|(_, rest)| format!("/v3{rest}")).unwrap()
        });
    }
    assert_eq!((met, pages), (25, 3));
}

fn links_of(header: &str) -> BTreeMap<String, String> {
    let links = header.split(", ").filter_map(|link| {
        let (target, rest) = link.strip_prefix('<')?.split_once('>')?;
        let relation = rest.split_once("rel=\"")?.1.split('"').next()?;
        Some((relation.to_owned(), target.to_owned()))
    });
    links.collect()
}

#[tokio::test]
async fn answers_say_since_when_they_are_so() {
    let publisher = FakePublisher::start().await;
    let gateway = gateway_of(&publisher, vec![items::series(1, "Class")]).await;
    // The second of a snapshot tells nothing while another one had it too.
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    publisher.upsert("/feed", "2", items::series(2, "Another"));
    let both = async || (gateway.total("/v3/services").await == 2).then_some(());
    wait_until("the other class", PATIENCE, both).await;
    let services = gateway.services().await;
    let service = format!("/v3/services/{}", services.keys().next().unwrap());
    for path in
        ["/v3", "/v3/services", "/v3/taxonomies", "/v1/services", "/v3/openapi.json", &service]
    {
        let since = gateway.get(path).await.header("last-modified").to_owned();
        assert!(since.ends_with(" GMT"), "{path}: {since}");
        let again = gateway.ask(Method::GET, path, &[("if-modified-since", &since)]).await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        let long_ago = "Mon, 01 Jan 2024 00:00:00 GMT";
        let again = gateway.ask(Method::GET, path, &[("if-modified-since", long_ago)]).await;
        assert_eq!(again.status, 200, "{path}");
    }
}

#[tokio::test]
async fn two_states_of_one_stated_second_are_told_apart() {
    let publisher = FakePublisher::start().await;
    // The invented publisher states times a millisecond apart.
    let gateway = gateway_of(&publisher, vec![items::series(1, "Class")]).await;
    let id = text(&gateway.json("/v3/services").await["contents"][0]["id"]);
    let at = text(&gateway.json("/v3/service_at_locations").await["contents"][0]["id"]);
    let paths = ["v3/services", "v1/services"].map(|path| format!("/{path}/{id}"));
    let paths: Vec<String> =
        paths.into_iter().chain([format!("/v3/service_at_locations/{at}")]).collect();
    let mut known = Vec::new();
    for path in &paths {
        known.push(gateway.get(path).await);
    }
    publisher.upsert("/feed", "1", items::series(1, "Another"));
    let is_new = async || (found(&gateway, "").await == ["Another"]).then_some(());
    wait_until("the other name", PATIENCE, is_new).await;
    for (path, known) in paths.iter().zip(known) {
        let since = known.header("last-modified");
        let again = gateway.ask(Method::GET, path, &[("if-modified-since", since)]).await;
        assert_eq!(again.status, 200, "{path} {since}");
        assert_ne!(again.body, known.body, "{path}");
    }
}

#[tokio::test]
async fn no_answer_says_that_it_will_change() {
    let publisher = FakePublisher::start().await;
    let soon = Clock::default().now() + TimeDelta::hours(1);
    let item = json!({
        "state": "updated", "kind": "SessionSeries", "id": "1", "modified": soon.timestamp_millis(),
        "data": items::series(1, "Class"),
    });
    let license = "https://creativecommons.org/licenses/by/4.0/";
    let page = json!({ "next": "x", "items": [item], "license": license });
    let url = publisher.static_feed("/feed", page);
    let gateway = Gateway::start(&Settings::following(&[("one", vec![url])])).await;
    gateway.settled().await;
    let service = gateway.json("/v3/services").await["contents"][0].clone();
    let path = format!("/v3/services/{}", text(&service["id"]));
    assert!(text(&service["last_modified"]) > Clock::default().now().to_rfc3339(), "{service}");
    let answer = gateway.get(&path).await;
    let time = |name: &str| DateTime::parse_from_rfc2822(answer.header(name)).unwrap();
    assert!(time("last-modified") <= time("date"), "{:?}", answer.headers);
}

#[tokio::test]
async fn a_client_that_asks_too_often_is_told_to_wait() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 5);
    let settings = Settings::following(&[("one", vec![url])])
        .limits("requests_per_minute = 20\ntrusted_proxies = [\"127.0.0.1\"]");
    let gateway = Gateway::start(&settings).await;
    let ask =
        async |client: &str| gateway.ask(Method::GET, "/v3", &[("x-forwarded-for", client)]).await;
    let first = ask("198.51.100.6").await;
    assert_eq!(first.status, 200);
    assert_eq!(first.header("ratelimit-policy"), "\"client\";q=20;w=60");
    assert_eq!(first.header("ratelimit"), "\"client\";r=19;t=0");
    let refused = after_twenty(async |_| ask("198.51.100.7").await).await;
    assert_eq!(refused.header("content-type"), "application/problem+json");
    assert_eq!(refused.header("access-control-allow-origin"), "*");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=3).contains(&wait), "{wait}");
    assert!(refused.header("ratelimit").starts_with("\"client\";r=0;t="));
    // Others, and questions about health, are not held up.
    assert_eq!(ask("198.51.100.8").await.status, 200);
    let health = [("x-forwarded-for", "198.51.100.7")];
    assert_eq!(gateway.ask(Method::GET, "/livez", &health).await.status, 200);
    // Neighbours behind one connection of IPv6 share a limit.
    after_twenty(async |number| ask(&format!("2001:db8:1:2:{number}::9")).await).await;
    assert_eq!(ask("2001:db8:1:3::1").await.status, 200);
}

/// Asks until it is refused, after twenty times and one for every three seconds; returns the refusal.
async fn after_twenty(ask: impl AsyncFn(u64) -> Answer) -> Answer {
    let begun = Instant::now();
    for granted in 0..60 {
        let answer = ask(granted).await;
        if answer.status == 429 {
            assert!(granted >= 20, "refused after {granted}");
            return answer;
        }
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(granted <= 20 + begun.elapsed().as_secs() / 3, "{granted} and one more");
    }
    unreachable!("never refused")
}

#[tokio::test]
async fn what_a_client_cannot_take_is_not_sent() {
    let publisher = FakePublisher::start().await;
    let gateway = gateway_of(&publisher, vec![items::series(1, "Class")]).await;
    for (accept, path, status) in [
        ("application/json", "/v3/services", 200),
        ("text/html, */*;q=0.8", "/v3/services", 200),
        ("application/*", "/v1/services", 200),
        ("application/x-ndjson", "/v3/services?format=ndjson", 200),
        ("application/json", "/v3/services?format=ndjson", 200),
        ("text/html", "/v3/services", 406),
        ("application/json;q=0", "/v3/services", 406),
        ("application/xml", "/v3/services?format=ndjson", 406),
    ] {
        let answer = gateway.ask(Method::GET, path, &[("accept", accept)]).await;
        assert_eq!(answer.status, status, "{accept} {path}");
        if status == 200 && path.ends_with("ndjson") {
            assert_eq!(answer.header("content-type"), "application/x-ndjson", "{accept}");
        }
        if status == 406 {
            assert_eq!(answer.header("content-type"), "application/problem+json");
        }
    }
}
