//! Pages for people: what they load, what they say, and that a publisher's text stays text.

use futures_util::StreamExt as _;
use reqwest::Method;

use crate::support::gateway::Answer;
use crate::support::gateway::Gateway;
use crate::support::gateway::PATIENCE;
use crate::support::gateway::Settings;
use crate::support::items;
use crate::support::process::wait_until;
use crate::support::publisher::FakePublisher;

/// The text of an attribute that markup would break out of.
const MARKUP: &str = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'";

async fn publisher() -> FakePublisher {
    let publisher = FakePublisher::start().await;
    publisher.feed("/feed", 100);
    publisher
}

async fn gateway_of(publisher: &FakePublisher) -> Gateway {
    let feed = publisher.url("/feed");
    let area = "slug = \"oxford\"\nname = \"Oxford\"\npostcodes = [\"OX\"]\n";
    let gateway = Gateway::start(&Settings::following(&[("p", vec![feed])]).area(area)).await;
    gateway.settled().await;
    gateway
}

/// Asserts that a page runs and loads nothing but what the gateway serves.
fn check_keeps_to_itself(path: &str, answer: &Answer) {
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8", "{path}");
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none';"), "{path}: {policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("http"), "{path}: {policy}");
    let html = answer.text();
    for inline in ["<style", " style=", "<script>", " onclick=", " onerror=", "javascript:"] {
        assert!(!html.contains(inline), "{path} has {inline}");
    }
    for loaded in loaded(&html) {
        assert!(loaded.starts_with("/assets/") || loaded == "data:,", "{path} loads {loaded}");
    }
}

/// Returns the addresses of what a page loads by itself.
fn loaded(html: &str) -> Vec<&str> {
    fn address(element: &str) -> Option<&str> {
        ["src=\"", "href=\""].iter().find_map(|name| {
            let (_, rest) = element.split_once(name)?;
            rest.split_once('"').map(|(address, _)| address)
        })
    }
    let elements = html.split('<').filter(|element| {
        ["link ", "script ", "img ", "iframe ", "source "]
            .iter()
            .any(|name| element.starts_with(name))
    });
    elements.filter_map(address).collect()
}

/// Follows the changes of the home page.
async fn follow(gateway: &Gateway) -> reqwest::Response {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    client.get(gateway.url("/events")).send().await.unwrap()
}

#[tokio::test]
async fn pages_load_only_what_the_gateway_serves() {
    let publisher = publisher().await;
    publisher.upsert("/feed", "1", items::series(1, "Yoga"));
    let gateway = gateway_of(&publisher).await;
    for path in ["/", "/api"] {
        let page = gateway.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        check_keeps_to_itself(path, &page);
        let html = page.text();
        let loaded = loaded(&html);
        assert!(loaded.len() >= 2, "{path}: {loaded:?}");
        for address in loaded.iter().filter(|address| address.starts_with('/')) {
            let asset = gateway.get(address).await;
            assert_eq!(asset.status, 200, "{address}");
            assert!(asset.header("cache-control").contains("immutable"), "{address}");
            assert!(!asset.text().contains("@import"), "{address}");
            assert!(asset.body.len() < 200_000, "{address}: {} bytes", asset.body.len());
        }
    }
    let browser = [("accept", "text/html")];
    let none = gateway.ask(Method::GET, "/assets/baton-0.css", &browser).await;
    assert_eq!(none.status, 404);
    check_keeps_to_itself("/assets/baton-0.css", &none);
}

#[tokio::test]
async fn a_browser_is_told_as_a_page_that_a_path_leads_nowhere() {
    let publisher = publisher().await;
    let gateway = gateway_of(&publisher).await;
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
    for (accept, kind) in [
        (browser, "text/html; charset=utf-8"),
        ("*/*", "application/problem+json"),
        ("application/json", "application/problem+json"),
        ("text/html;q=0, */*", "application/problem+json"),
    ] {
        for (path, title) in [
            ("/nothing", "No such path"),
            ("/feeds/nobody", "Nothing has this id"),
            ("/find/nobody", "Nothing has this id"),
            ("/areas/nowhere/find", "No such area"),
            ("/assets/none.css", "No such path"),
        ] {
            let answer = gateway.ask(Method::GET, path, &[("accept", accept)]).await;
            let told = (answer.status, answer.header("content-type"));
            assert_eq!(told, (404, kind), "{accept} {path}");
            let mut varies = answer.headers.get_all("vary").iter();
            assert!(varies.any(|by| by == "accept"), "{accept} {path}: {:?}", answer.headers);
            assert!(answer.text().contains(title), "{accept} {path}");
        }
    }
    // Every error of the API is a problem, whoever asks.
    for (path, kind) in [
        ("/v1/nothing", "application/problem+json"),
        ("/v3/services/a/b", "application/problem+json"),
        ("/areas/bristol/v1/nothing", "application/problem+json"),
        ("/areas/bristol/v3/nothing", "application/problem+json"),
        ("/areas/bristol/rpde/nothing", "application/problem+json"),
        ("/rpde", "application/problem+json"),
        ("/admin/feeds", "application/problem+json"),
        ("/areas/v1", "text/html; charset=utf-8"),
        ("/areas/bristol/nothing", "text/html; charset=utf-8"),
        ("/v30", "text/html; charset=utf-8"),
    ] {
        let answer = gateway.ask(Method::GET, path, &[("accept", browser)]).await;
        assert_eq!((answer.status, answer.header("content-type")), (404, kind), "{path}");
    }
    // Nor does it matter what a page is refused for.
    let long = format!("?q={}", "x".repeat(9_000));
    let (page, problem) = ("text/html; charset=utf-8", "application/problem+json");
    for (method, path, accept, status, kind) in [
        (Method::GET, format!("/find{long}"), browser, 414, page),
        (Method::POST, "/find".to_owned(), browser, 405, page),
        (Method::GET, format!("/find{long}"), "*/*", 414, problem),
        (Method::POST, "/find".to_owned(), "*/*", 405, problem),
        (Method::GET, format!("/v3/services{long}"), browser, 414, problem),
        (Method::POST, "/v1/services".to_owned(), browser, 405, problem),
    ] {
        let answer = gateway.ask(method, &path, &[("accept", accept)]).await;
        assert_eq!((answer.status, answer.header("content-type")), (status, kind), "{accept}");
        assert_eq!(answer.headers.contains_key("allow"), status == 405);
    }
}

#[tokio::test]
async fn the_home_page_tells_totals_areas_and_licences() {
    let publisher = publisher().await;
    publisher.license(Some("https://creativecommons.org/licenses/by/4.0/"));
    for number in 0..3 {
        publisher.upsert("/feed", &number.to_string(), items::series(number, "Yoga"));
    }
    let gateway = gateway_of(&publisher).await;
    let html = gateway.get("/").await.text();
    for part in [
        "<dt>services published</dt><dd>3</dd>",
        "<dt>of 1 feeds are live</dt><dd>1</dd>",
        "Publisher p",
        "Creative Commons BY 4.0",
        "/areas/oxford/v3",
        "/areas/oxford/v1",
    ] {
        assert!(html.contains(part), "{part} is not in {html}");
    }
    assert!(html.contains(&format!("data-copy=\"http://{}/areas/oxford/v3\"", gateway.host())));
}

#[tokio::test]
async fn the_home_page_is_told_what_changes() {
    let publisher = publisher().await;
    publisher.upsert("/feed", "1", items::series(1, "Yoga"));
    let gateway = gateway_of(&publisher).await;
    let response = follow(&gateway).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut stream = response.bytes_stream();
    let mut told = String::new();
    for services in [1, 2] {
        let wanted = format!("<dt>services published</dt><dd>{services}</dd>");
        let is_told = async {
            while !told.contains(&wanted) {
                let bytes = stream.next().await.expect("the stream ended").unwrap();
                told.push_str(&String::from_utf8_lossy(&bytes));
            }
        };
        tokio::time::timeout(PATIENCE, is_told).await.expect("not told");
        publisher.upsert("/feed", "2", items::series(2, "Pilates"));
    }
}

#[tokio::test]
async fn followers_do_not_keep_the_gateway_from_stopping() {
    let publisher = publisher().await;
    let mut gateway = gateway_of(&publisher).await;
    let mut stream = follow(&gateway).await.bytes_stream();
    assert!(stream.next().await.is_some());
    assert_eq!(gateway.stop().await, Some(0));
    assert!(!gateway.said().contains("did not stop in time"));
}

#[tokio::test]
async fn markup_of_a_publisher_stays_text() {
    let publisher = publisher().await;
    publisher.upsert("/feed", "1", items::series(1, MARKUP));
    let (feed, name) = (publisher.url("/feed"), format!("javascript:alert(1){MARKUP}"));
    let of = format!("key = \"p\"\nname = {name:?}\nfeeds = [{feed:?}]\n");
    let gateway = Gateway::start(&Settings::default().publisher(&of)).await;
    let is_shown = async || {
        let html = gateway.get("/").await.text();
        html.contains("alert(1)").then_some(html)
    };
    let html = wait_until("the name shown", PATIENCE, is_shown).await;
    assert!(html.contains("&#60;script&#62;") || html.contains("&lt;script&gt;"), "{html}");
    for broken in ["<script>alert", "<img src=x", "href=\"javascript:"] {
        assert!(!html.contains(broken), "{broken}");
    }
}
