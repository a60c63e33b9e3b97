//! The API from outside: pages, filters, problems, headers, validators, compression.

use std::collections::BTreeSet;

use axum::Router;
use baton::clock::Clock;
use baton::demo::SamplePublisher;
use reqwest::Client;
use reqwest::Method;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::support::gateway::Answer;
use crate::support::gateway::Gateway;
use crate::support::gateway::Settings;
use crate::support::gateway::text;
use crate::support::items;
use crate::support::publisher::FakePublisher;

/// An id that nothing has.
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// A gateway that has read the sample publisher; both end when it is dropped.
struct Sample {
    gateway: Gateway,
    _publisher: JoinSet<()>,
}

impl Sample {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let sample = SamplePublisher::new(&base, Clock::default().now());
        let router: Router = sample.router();
        let mut publisher = JoinSet::new();
        publisher.spawn(async move { axum::serve(listener, router).await.unwrap() });
        let mut feeds = sample.feeds();
        feeds.sort_by_key(|feed| feed.publisher_key);
        let followed: Vec<(&str, Vec<String>)> = feeds
            .chunk_by(|a, b| a.publisher_key == b.publisher_key)
            .map(|of| (of[0].publisher_key, of.iter().map(|feed| feed.url.clone()).collect()))
            .collect();
        let settings = Settings::following(&followed).with_vocabularies();
        let gateway = Gateway::new(&settings);
        assert_eq!(gateway.harvest().await.code, Some(0));
        let mut gateway = gateway;
        gateway.start_again().await;
        gateway.settled().await;
        Self { gateway, _publisher: publisher }
    }
}

#[tokio::test]
async fn a_walk_over_pages_meets_everything_once() {
    let sample = Sample::start().await;
    for path in [
        "/v3/services",
        "/v3/service_at_locations",
        "/v3/organizations",
        "/v3/locations",
        "/v3/taxonomy_terms",
        "/v1/services",
        "/v1/taxonomies",
    ] {
        let whole = sample.gateway.json(&format!("{path}?per_page=1000")).await;
        let is_v1 = path.starts_with("/v1");
        let names = if is_v1 {
            ["totalElements", "totalPages", "number", "first", "last", "content"]
        } else {
            ["total_items", "total_pages", "page_number", "first_page", "last_page", "contents"]
        };
        let [total, pages, number, first, last, contents] = names;
        let expected = whole[contents].as_array().unwrap();
        assert!(expected.len() > 7, "{path} has only {} items", expected.len());
        assert_eq!(whole[total], expected.len(), "{path}");
        let count = expected.len().div_ceil(7);
        let mut met = Vec::new();
        for page in 1..=count + 1 {
            let body = sample.gateway.json(&format!("{path}?per_page=7&page={page}")).await;
            let about = format!("{path} page {page}");
            let items = body[contents].as_array().unwrap();
            assert_eq!(body[total], expected.len(), "{about}");
            assert_eq!(body[pages], count, "{about}");
            assert_eq!(body[number], page, "{about}");
            assert_eq!(body["size"], items.len(), "{about}");
            assert_eq!(body[first], page == 1, "{about}");
            assert_eq!(body[last], page >= count, "{about}");
            assert_eq!(body["empty"], items.is_empty(), "{about}");
            assert_eq!(items.len() == 7, page < count || expected.len() == page * 7, "{about}");
            met.extend(items.clone());
        }
        assert_eq!(&met, expected, "{path}");
        let ids: BTreeSet<_> = met.iter().map(|item| text(&item["id"])).collect();
        assert_eq!(ids.len(), met.len(), "{path} names an id twice");
    }
}

#[tokio::test]
async fn a_slash_at_the_end_of_a_path_leads_nowhere_else() {
    let publisher = FakePublisher::start().await;
    let (gateway, stays, leaves) = with_tombstone(&publisher).await;
    let [stays, leaves] = [stays, leaves].map(|id| format!("/v3/services/{id}"));
    for path in [
        "/v3/services",
        "/v3/service_at_locations",
        "/v3/taxonomies",
        "/v3/taxonomy_terms",
        "/v3/organizations",
        "/v3/locations",
        "/v1/services",
        "/v1/taxonomies",
        "/v1/vocabularies",
        "/v1/organizations",
        "/v1/locations",
        "/v3/openapi.json",
        "/v1/openapi.json",
        "/v3/nothing",
        "/rpde/services",
        &stays,
        &leaves,
    ] {
        let slashed = gateway.get(&format!("{path}/?page=1")).await;
        let plain = gateway.get(&format!("{path}?page=1")).await;
        assert_eq!((slashed.status, slashed.json()), (plain.status, plain.json()), "{path}");
        assert_eq!(slashed.header("link"), plain.header("link"), "{path}");
    }
}

/// Returns filters that a service answers to, made of what it says itself.
fn filters_of(service: &Value) -> Vec<String> {
    let word = text(&service["name"]);
    let word = word.split(|c: char| !c.is_alphanumeric()).find(|word| word.len() > 3);
    let mut filters = vec![
        format!("organization_id={}", text(&service["organization_id"])),
        format!("modified_after={}", text(&service["last_modified"])),
    ];
    filters.extend(word.map(|word| format!("search={word}")));
    for (name, member) in [("minimum_age", "minimum_age"), ("maximum_age", "maximum_age")] {
        filters.extend(service[member].as_f64().map(|age| format!("{name}={age}")));
    }
    let attributes = service["attributes"].as_array().into_iter().flatten();
    for term in attributes.map(|attribute| &attribute["taxonomy_term"]) {
        filters.push(format!("taxonomy_term_id={}", text(&term["id"])));
        filters.push(format!("taxonomy_id={}", text(&term["taxonomy_id"])));
    }
    for schedule in service["schedules"].as_array().into_iter().flatten() {
        let day = schedule["byday"].as_str().map(|days| format!("day={days}"));
        let opens = schedule["opens_at"].as_str().map(|time| format!("start_time={time}"));
        let closes = schedule["closes_at"].as_str().map(|time| format!("end_time={time}"));
        let all: Vec<_> = [day, opens, closes].into_iter().flatten().collect();
        filters.push(all.join("&"));
        filters.extend(all);
    }
    filters.retain(|filter| !filter.is_empty() && !filter.ends_with('='));
    filters
}

#[tokio::test]
async fn filters_find_the_record_they_were_made_from() {
    let sample = Sample::start().await;
    let services = sample.gateway.services().await;
    let all = services.len();
    let mut kinds: BTreeSet<String> = BTreeSet::new();
    let mut faults = Vec::new();
    for (id, service) in services.iter().step_by(3) {
        for filter in filters_of(service) {
            let names = filter.split('&').filter_map(|pair| pair.split_once('='));
            kinds.extend(names.map(|(name, _)| name.to_owned()));
            let found = sample.gateway.all(&format!("/v3/services?{filter}")).await;
            if !found.iter().any(|found| found["id"] == **id) {
                faults.push(format!("{id} {} is not found by {filter}", service["name"]));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let expected = [
        "day",
        "end_time",
        "maximum_age",
        "minimum_age",
        "modified_after",
        "organization_id",
        "search",
        "start_time",
        "taxonomy_id",
        "taxonomy_term_id",
    ];
    assert_eq!(kinds.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    assert!(all > 20);
}

#[tokio::test]
async fn filters_leave_out_what_does_not_answer_to_them() {
    let sample = Sample::start().await;
    let total = async |query: &str| {
        sample.gateway.json(&format!("/v3/services?{query}")).await["total_items"].as_u64().unwrap()
    };
    let all = total("").await;
    for nonsense in [
        "search=xyzzyqwert".to_owned(),
        "search=yoga+xyzzyqwert".to_owned(),
        format!("taxonomy_term_id={NOBODY}"),
        format!("taxonomy_id={NOBODY}"),
        format!("organization_id={NOBODY}"),
        "minimum_age=149".to_owned(),
        "maximum_age=0".to_owned(),
        "start_time=23:59".to_owned(),
        "end_time=00:01".to_owned(),
        "modified_after=2100-01-01T00:00:00Z".to_owned(),
    ] {
        assert_eq!(total(&nonsense).await, 0, "{nonsense}");
    }
    let mut by_day = 0;
    for day in ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] {
        let on_day = total(&format!("day={day}")).await;
        assert!(on_day < all, "{day}");
        by_day += on_day;
    }
    assert!(by_day > 0);
    // Values of one parameter widen, other parameters narrow.
    let (monday, tuesday) = (total("day=MO").await, total("day=TU").await);
    let either = total("day=MO,TU").await;
    assert!(either >= monday.max(tuesday) && either <= monday + tuesday);
    assert_eq!(either, total("day=MO&day=TU").await);
    let both = total("day=MO&start_time=18:00").await;
    assert!(both <= monday && both <= total("start_time=18:00").await);
    // What is not known here, or empty, is passed over.
    assert_eq!(total("utm_source=council&search=&organization_id=").await, all);
}

/// A gateway with a service that is there and the id of one that was withdrawn.
async fn with_tombstone(publisher: &FakePublisher) -> (Gateway, String, String) {
    let url = publisher.feed("/feed", 9);
    publisher.upsert("/feed", "1", items::series(1, "Stays"));
    publisher.upsert("/feed", "2", items::series(2, "Leaves"));
    let mut gateway = Gateway::new(&Settings::following(&[("one", vec![url])]));
    assert_eq!(gateway.harvest().await.code, Some(0));
    gateway.start_again().await;
    let services = gateway.services().await;
    let id = |name: &str| {
        let (id, _) = services.iter().find(|(_, service)| service["name"] == name).unwrap();
        id.clone()
    };
    let (stays, leaves) = (id("Stays"), id("Leaves"));
    publisher.delete("/feed", "2");
    assert_eq!(gateway.stop().await, Some(0));
    assert_eq!(gateway.harvest().await.code, Some(0));
    gateway.start_again().await;
    gateway.settled().await;
    (gateway, stays, leaves)
}

fn check_headers(about: &str, answer: &Answer) {
    assert_eq!(answer.header("access-control-allow-origin"), "*", "{about}");
    assert!(!answer.header("x-request-id").is_empty(), "{about}");
    let exposed: Vec<&str> = answer.header("access-control-expose-headers").split(',').collect();
    let own =
        ["etag", "link", "ratelimit", "ratelimit-policy", "x-baton-stale-since", "x-request-id"];
    assert!(own.iter().all(|name| exposed.contains(name)), "{about}: {exposed:?}");
}

#[tokio::test]
async fn every_error_is_a_problem_with_its_status() {
    let publisher = FakePublisher::start().await;
    let (gateway, stays, leaves) = with_tombstone(&publisher).await;
    let mut faults = Vec::new();
    for (method, path, status) in [
        ("GET", "/v3/services?page=x", 400),
        ("GET", "/v3/services?per_page=many", 400),
        ("GET", "/v3/services?day=someday", 400),
        ("GET", "/v3/services?minimum_age=old", 400),
        ("GET", "/v3/services?start_time=25:00", 400),
        ("GET", "/v3/services?taxonomy_term_id=yoga", 400),
        ("GET", "/v3/services?organization_id=1", 400),
        ("GET", "/v3/services?modified_after=yesterday", 400),
        ("GET", "/v3/services?full=perhaps", 400),
        ("GET", "/v3/services/1", 400),
        ("GET", "/v3/organizations?page=x", 400),
        ("GET", "/v1/services?page=x", 400),
        ("GET", "/v1/services/1", 400),
        ("GET", &format!("/v3/services/{NOBODY}"), 404),
        ("GET", &format!("/v3/service_at_locations/{NOBODY}"), 404),
        ("GET", &format!("/v3/organizations/{NOBODY}"), 404),
        ("GET", &format!("/v3/locations/{NOBODY}"), 404),
        ("GET", &format!("/v3/taxonomies/{NOBODY}"), 404),
        ("GET", &format!("/v3/taxonomy_terms/{NOBODY}"), 404),
        ("GET", &format!("/v1/services/{NOBODY}"), 404),
        ("GET", &format!("/v1/taxonomies/{NOBODY}"), 404),
        ("GET", "/feeds/nobody.json", 404),
        ("GET", &format!("/find/{NOBODY}.geojson"), 404),
        ("GET", "/nothing", 404),
        ("GET", "/v3/nothing", 404),
        ("GET", "/v1/nothing", 404),
        ("GET", "/v3/services/a/b", 404),
        ("POST", "/v3/services", 405),
        ("DELETE", &format!("/v3/services/{stays}"), 405),
        ("PUT", "/v1/services", 405),
        ("POST", "/status.json", 405),
        ("POST", "/", 405),
        ("GET", &format!("/v3/services/{leaves}"), 410),
        ("GET", &format!("/v1/services/{leaves}"), 410),
        ("GET", "/v3/services?page=0", 422),
        ("GET", "/v3/services?page=-1", 422),
        ("GET", "/v3/services?page=1000001", 422),
        ("GET", "/v3/services?per_page=0", 422),
        ("GET", "/v3/services?per_page=1001", 422),
        ("GET", "/v1/services?per_page=0", 422),
        ("GET", "/v3/services?minimum_age=151", 422),
    ] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let answer = gateway.ask(method.clone(), path, &[]).await;
        let kind = answer.header("content-type");
        let body = answer.json();
        let is_problem = kind == "application/problem+json"
            && body["status"] == status
            && body["title"].is_string()
            && body["detail"].is_string();
        if answer.status != status || !is_problem {
            faults.push(format!("{method} {path}: {} {kind} {}", answer.status, answer.text()));
        }
        check_headers(path, &answer);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test]
async fn a_query_that_is_too_long_is_refused_everywhere() {
    let publisher = FakePublisher::start().await;
    let (gateway, ..) = with_tombstone(&publisher).await;
    for path in ["/v3/services", "/v1/services", "/find", "/find.geojson", "/widget", "/feeds/one"]
    {
        for (length, status) in [(8 * 1024, 200), (8 * 1024 + 1, 414)] {
            let answer = gateway.get(&format!("{path}?x={}", "x".repeat(length - 2))).await;
            assert_eq!(answer.status, status, "{path}");
            let is_problem = answer.header("content-type") == "application/problem+json";
            assert_eq!(is_problem, status == 414, "{path}");
            check_headers(path, &answer);
        }
    }
}

#[tokio::test]
async fn a_withdrawn_service_leaves_a_tombstone() {
    let publisher = FakePublisher::start().await;
    let (gateway, _, leaves) = with_tombstone(&publisher).await;
    let text = gateway.get(&format!("/v3/services/{leaves}")).await.text();
    for part in [leaves.as_str(), "Leaves", "defunct", "last_modified"] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}

#[tokio::test]
async fn every_answer_may_be_read_from_anywhere_and_has_an_id() {
    let publisher = FakePublisher::start().await;
    let (gateway, stays, _) = with_tombstone(&publisher).await;
    let service = format!("/v3/services/{stays}");
    for path in [
        "/",
        "/v3",
        "/v3/",
        "/v3/services",
        "/v1/services",
        "/status.json",
        "/livez",
        "/readyz",
        "/v1/vocabularies",
        "/nothing",
        service.as_str(),
    ] {
        check_headers(path, &gateway.get(path).await);
        let origin = [("origin", "https://finder.example.org")];
        check_headers(path, &gateway.ask(Method::GET, path, &origin).await);
    }
    let asked = [
        ("origin", "https://finder.example.org"),
        ("access-control-request-method", "GET"),
        ("access-control-request-headers", "x-request-id"),
    ];
    let preflight = gateway.ask(Method::OPTIONS, "/v3/services", &asked).await;
    assert_eq!(preflight.status, 200);
    check_headers("preflight", &preflight);
    let brought = gateway.ask(Method::GET, "/v3", &[("x-request-id", "abc-1")]).await;
    assert_eq!(brought.header("x-request-id"), "abc-1");
    let (one, other) = (gateway.get("/v3").await, gateway.get("/v3").await);
    assert_ne!(one.header("x-request-id"), other.header("x-request-id"));
}

#[tokio::test]
async fn an_unchanged_answer_is_not_sent_again() {
    let publisher = FakePublisher::start().await;
    let (gateway, stays, _) = with_tombstone(&publisher).await;
    let service = format!("/v3/services/{stays}");
    for path in ["/v3", "/v3/services", "/v1/services", "/v3/taxonomies", service.as_str()] {
        let answer = gateway.get(path).await;
        let tag = answer.header("etag").to_owned();
        assert!(tag.len() > 4, "{path}: {tag:?}");
        for known in [tag.clone(), format!("\"x\", {tag}"), "*".to_owned()] {
            let again = gateway.ask(Method::GET, path, &[("if-none-match", &known)]).await;
            assert_eq!((again.status, again.body.len()), (304, 0), "{path} {known}");
            assert_eq!(again.header("etag"), tag);
            check_headers(path, &again);
        }
        let other = gateway.ask(Method::GET, path, &[("if-none-match", "\"other\"")]).await;
        assert_eq!((other.status, &other.body), (200, &answer.body), "{path}");
        let head = gateway.ask(Method::HEAD, path, &[]).await;
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
        assert_eq!(head.header("etag"), tag);
        assert_eq!(head.header("content-length"), answer.body.len().to_string(), "{path}");
        let known = gateway.ask(Method::HEAD, path, &[("if-none-match", &tag)]).await;
        assert_eq!((known.status, known.body.len()), (304, 0), "{path}");
        assert!(!known.headers.contains_key("content-length"), "{path}: of the body, or none");
    }
    assert_eq!(gateway.get("/status.json").await.header("cache-control"), "no-store");
}

#[tokio::test]
async fn an_answer_kept_ready_is_the_one_that_was_made() {
    let sample = Sample::start().await;
    let id = text(&sample.gateway.json("/v3/services").await["contents"][0]["id"]);
    let said = |answer: &Answer| {
        let mut said = answer.headers.clone();
        for own in ["x-request-id", "ratelimit", "date"] {
            said.remove(own).unwrap();
        }
        (answer.status, said, answer.body.clone())
    };
    for path in [
        "/v3/services?search=a&page=2&per_page=3".to_owned(),
        "/v1/services?per_page=3&page=1".to_owned(),
        "/v3/taxonomy_terms?per_page=2".to_owned(),
        format!("/v3/services/{id}?x=1"),
        format!("/v1/services/{id}?x=1"),
    ] {
        for headers in [
            vec![],
            vec![("accept-encoding", "gzip")],
            vec![("if-none-match", "*")],
            vec![("accept", "application/json;q=0.5, text/*")],
            vec![("accept", "text/html")],
            vec![("host", "other.example.org")],
        ] {
            let ask = async || sample.gateway.ask(Method::GET, &path, &headers).await;
            let (made, kept) = (ask().await, ask().await);
            assert_eq!(said(&made), said(&kept), "{path} {headers:?}");
        }
    }
    let metrics = sample.gateway.get("/metrics").await.text();
    let count = |line: &str| {
        let found = metrics.lines().find_map(|l| l.strip_prefix(line)).unwrap_or_default();
        found.trim().parse::<u64>().unwrap_or_default()
    };
    // Twelve requests each, of which one makes it and those that take no JSON look for nothing.
    assert!(count("baton_page_lookups_total{outcome=\"hit\"}") >= 45, "{metrics}");
    let route = "baton_request_duration_seconds_count{route=\"/v3/services/{id}\",status=\"2xx\"}";
    assert_eq!(count(route), 8, "{metrics}");
}

#[tokio::test]
async fn links_name_the_host_that_was_asked_in_either_version_of_http() {
    let publisher = FakePublisher::start().await;
    let (gateway, ..) = with_tombstone(&publisher).await;
    for client in [Client::builder().http1_only(), Client::builder().http2_prior_knowledge()] {
        let client = client.build().unwrap();
        // Made, then kept ready.
        for _ in 0..2 {
            let answer = client.get(gateway.url("/v3/services")).send().await.unwrap();
            let links = answer.headers()["link"].to_str().unwrap();
            assert!(
                links.contains(&format!("<{}/v3/services?page=1>", gateway.url(""))),
                "{links}"
            );
        }
    }
}

#[tokio::test]
async fn the_base_answers_with_and_without_a_slash() {
    let publisher = FakePublisher::start().await;
    let (gateway, ..) = with_tombstone(&publisher).await;
    let (v3, v1) = ("HSDS-UK-3.0", "1.0");
    for (path, version) in [("/v3", v3), ("/v3/", v3), ("/v1", v1), ("/v1/", v1)] {
        let root = gateway.json(path).await;
        assert_eq!(root["version"], version, "{path}");
        assert!(root["profile"].as_str().unwrap().starts_with("https://"), "{path}");
        let described = format!("{}/openapi.json", path.trim_end_matches('/'));
        assert_eq!(root["openapi_url"], gateway.url(&described), "{path}");
    }
}

#[tokio::test]
async fn answers_are_compressed_for_those_who_can_read_them() {
    let sample = Sample::start().await;
    let path = "/v3/services?full=true&per_page=50";
    let plain = sample.gateway.get(path).await;
    assert_eq!(plain.header("content-encoding"), "");
    let packed = sample.gateway.ask(Method::GET, path, &[("accept-encoding", "gzip")]).await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(packed.body.starts_with(&[0x1f, 0x8b]) && packed.body.len() * 3 < plain.body.len());
    assert!(packed.header("vary").to_lowercase().contains("accept-encoding"));
    // A strong tag stands for one sequence of bytes, so each form has its own.
    let mut tags = BTreeSet::from([plain.header("etag").to_owned()]);
    for coding in ["gzip", "br", "zstd"] {
        let packed = sample.gateway.ask(Method::GET, path, &[("accept-encoding", coding)]).await;
        assert_eq!(packed.header("content-encoding"), coding);
        assert!(packed.body.len() * 3 < plain.body.len(), "{coding}: {}", packed.body.len());
        let tag = packed.header("etag").to_owned();
        let known = [("accept-encoding", coding), ("if-none-match", tag.as_str())];
        assert_eq!(sample.gateway.ask(Method::GET, path, &known).await.status, 304, "{coding}");
        assert!(tag.starts_with('"') && tags.insert(tag), "{coding}");
    }
    // What is too short to have other forms is sent as it is.
    let short = sample.gateway.get("/v3").await;
    let asked = sample.gateway.ask(Method::GET, "/v3", &[("accept-encoding", "gzip")]).await;
    assert_eq!((asked.header("etag"), &asked.body), (short.header("etag"), &short.body));
}

#[tokio::test]
async fn a_strict_publisher_is_strict_at_every_endpoint() {
    let publisher = FakePublisher::start().await;
    let feeds = [publisher.feed("/strict", 5), publisher.feed("/whole", 5)];
    for (path, number) in [("/strict", 1), ("/whole", 2)] {
        publisher.upsert(path, "1", items::series(number, "Boxing"));
    }
    let table = |key: &str, feed: &String, strict: bool| {
        format!(
            "key = \"{key}\"\nname = \"{key}\"\nfeeds = [\"{feed}\"]\noptions = {{ strict = {strict} }}\n"
        )
    };
    let settings = Settings::default()
        .publisher(&table("strict", &feeds[0], true))
        .publisher(&table("whole", &feeds[1], false));
    let gateway = Gateway::start(&settings).await;
    gateway.settled().await;
    let listed = gateway.get("/v3/services").await.json();
    let mut strict: Vec<bool> = Vec::new();
    for service in listed["contents"].as_array().unwrap() {
        let is_strict = service["x_openactive"].is_null();
        strict.push(is_strict);
        let id = text(&service["id"]);
        let whole = gateway.get(&format!("/v3/services/{id}")).await.json();
        let at = text(&whole["service_at_locations"][0]["id"]);
        let at_whole = gateway.get(&format!("/v3/service_at_locations/{at}")).await.json();
        let in_list = async |path: &str, id: &str| {
            let all = gateway.get(path).await.json()["contents"].clone();
            all.as_array().unwrap().iter().find(|row| row["id"] == id).unwrap().clone()
        };
        let shown = [
            whole,
            at_whole["service"].clone(),
            in_list("/v3/services?full=true", &id).await,
            in_list("/v3/services?modified_after=2000-01-01", &id).await,
            in_list("/v3/service_at_locations", &at).await["service"].clone(),
        ];
        for form in shown {
            assert_eq!(form["id"], id);
            assert_eq!(form["x_openactive"].is_null(), is_strict, "{form}");
            assert_eq!(form["application_process"].is_null(), is_strict, "{form}");
        }
    }
    strict.sort_unstable();
    assert_eq!(strict, [false, true]);
}
