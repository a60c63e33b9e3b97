//! Feeds found from catalogues and dataset sites.

use std::fs;
use std::net::TcpListener;

use serde_json::Value;
use serde_json::json;

use crate::support::gateway::Gateway;
use crate::support::gateway::PATIENCE;
use crate::support::gateway::Settings;
use crate::support::items;
use crate::support::process::baton;
use crate::support::process::wait_until;
use crate::support::publisher::FakePublisher;

const TOKEN: &str = "a-token-of-the-tests";

const LICENSE: &str = "https://creativecommons.org/licenses/by/4.0/";

/// Puts up a page for people with the dataset in a script, as dataset sites are.
fn site(publisher: &FakePublisher, path: &str, name: &str, feeds: &[String]) -> String {
    let mut distribution: Vec<Value> = feeds
        .iter()
        .map(|feed| json!({"@type": "DataDownload", "name": "x", "contentUrl": feed}))
        .collect();
    // The same data for spreadsheets is no feed.
    distribution.push(json!({"encodingFormat": "text/csv", "contentUrl": "/all.csv"}));
    let dataset = json!({
        "@context": ["https://schema.org/", "https://openactive.io/"],
        "@type": "Dataset",
        "name": format!("{name} Sessions"),
        "license": LICENSE,
        "publisher": {"@type": "Organization", "name": name},
        "distribution": distribution,
    });
    let html = format!(
        "<!doctype html><html><head><title>{name}</title><script>var x = 1 < 2;</script>\
         <script type=\"application/ld+json\">{dataset}</script></head><body><p>{name}</p></body></html>"
    );
    publisher.raw(path, &[("content-type", "text/html; charset=utf-8")], html)
}

async fn shows(gateway: &Gateway, names: &[&str]) {
    let is_shown = async || (gateway.names().await == names).then_some(());
    wait_until(&format!("services {names:?}"), PATIENCE, is_shown).await;
}

#[tokio::test]
async fn discover_walks_from_a_collection_to_feeds_and_prints_publishers() {
    let publisher = FakePublisher::start().await;
    let (one, two) = (publisher.url("/feeds/one"), publisher.url("/feeds/two"));
    site(&publisher, "/site/a", "Leisure & More", &[one.clone(), "/feeds/two".to_owned()]);
    // Listed twice, and by another site too.
    site(&publisher, "/site/b", "Leisure & More", &[one.clone(), publisher.url("/feeds/three")]);
    publisher.raw("/site/none", &[], "<html><title>Just a moment...</title></html>");
    let catalogue = json!({
        "@type": "DataCatalog",
        "dataset": ["/site/a", {"@type": "Dataset", "url": "/site/b"}, "/site/none", "/site/gone"],
    });
    publisher.raw("/catalogue", &[], catalogue.to_string());
    // The collection and the catalogue lead to each other.
    let collection = json!({"hasPart": ["/catalogue", "/collection"]});
    let start = publisher.raw("/collection", &[], collection.to_string());
    let mut command = baton();
    command.args(["discover", "--allow-private-networks", &start]);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("3 feeds on 2 dataset sites"), "{said}");
    for unread in ["/site/none", "/site/gone"] {
        assert!(said.contains(unread), "{said}");
    }
    let toml = String::from_utf8(output.stdout).unwrap();
    let printed: toml::Table = toml.parse().unwrap();
    let publishers = printed["publishers"].as_array().unwrap();
    let feeds = |at: usize| publishers[at]["feeds"].clone().try_into::<Vec<String>>().unwrap();
    assert_eq!(feeds(0), [one, two]);
    assert_eq!(feeds(1), [publisher.url("/feeds/three")]);
    assert_eq!(publishers[0]["key"].as_str(), Some("leisure-more"));
    assert_eq!(publishers[1]["key"].as_str(), Some("leisure-more-2"));
    assert_eq!(publishers[0]["license"].as_str(), Some(LICENSE));

    // What is printed is a configuration.
    let gateway = Gateway::new(&Settings::default());
    fs::write(gateway.config(), &toml).unwrap();
    let mut command = baton();
    command.args(["config", "check", "--config"]).arg(gateway.config());
    assert!(command.output().unwrap().status.success(), "{toml}");
}

#[tokio::test]
async fn discover_names_the_option_that_lets_it_speak_to_private_networks() {
    let publisher = FakePublisher::start().await;
    let start = publisher.raw("/collection", &[], "{}".to_owned());
    let mut command = baton();
    command.args(["discover", &start]);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("and --allow-private-networks is not set"), "{said}");
}

#[tokio::test]
async fn a_dataset_site_gives_feeds_and_licence_and_a_blocked_one_takes_none() {
    let publisher = FakePublisher::start().await;
    // The pages name no licence: the site does.
    publisher.license(None);
    let (one, two) = (publisher.feed("/one", 5), publisher.feed("/two", 5));
    publisher.upsert("/one", "1", items::series(1, "Of one"));
    publisher.upsert("/two", "1", items::series(2, "Of two"));
    let dataset = site(&publisher, "/site", "Somebody", std::slice::from_ref(&one));
    let text = format!("key = \"a\"\nname = \"A\"\ndataset = {dataset:?}");
    let gateway = Gateway::start(&Settings::default().publisher(&text).admin(TOKEN)).await;
    shows(&gateway, &["Of one"]).await;
    assert_eq!(gateway.feed(&one).await["license"], LICENSE);
    let status = gateway.status().await;
    assert_eq!(status["datasets"][0]["feeds"], json!([one]));
    let service = gateway.services().await.into_values().next().unwrap();
    assert_eq!(service["x_openactive"]["license"], LICENSE);

    let look = async || assert_eq!(gateway.command(&["feeds", "reload"]).await.0, Some(0));
    site(&publisher, "/site", "Somebody", &[one.clone(), two.clone()]);
    look().await;
    shows(&gateway, &["Of one", "Of two"]).await;
    assert!(gateway.said().contains("dataset site lists another feed"));

    // A firewall's page lists no feed; that says nothing about feeds.
    publisher.raw("/site", &[], "<html><title>Just a moment...</title></html>");
    look().await;
    let is_told = async || gateway.status().await["datasets"][0]["error"].is_string().then_some(());
    wait_until("the reason", PATIENCE, is_told).await;
    assert_eq!(gateway.names().await, ["Of one", "Of two"]);

    // A feed that the site lists no more goes after a second look.
    site(&publisher, "/site", "Somebody", std::slice::from_ref(&two));
    look().await;
    let looks = || gateway.said().matches("dataset site lists a feed no more").count();
    let is_seen = async |count| (looks() == count).then_some(());
    wait_until("missed", PATIENCE, async || is_seen(1).await).await;
    assert_eq!(gateway.names().await, ["Of one", "Of two"]);
    look().await;
    shows(&gateway, &["Of two"]).await;
}

#[tokio::test]
async fn a_harvest_finds_its_feeds_first() {
    let publisher = FakePublisher::start().await;
    let one = publisher.feed("/one", 5);
    publisher.upsert("/one", "1", items::series(1, "Of one"));
    let dataset = site(&publisher, "/site", "Somebody", std::slice::from_ref(&one));
    let text = format!("key = \"a\"\nname = \"A\"\ndataset = {dataset:?}");
    let gateway = Gateway::new(&Settings::default().publisher(&text));
    let harvested = gateway.harvest().await;
    assert_eq!(harvested.code, Some(0), "{harvested:?}");
    assert!(harvested.line_of(&one).ends_with("done"), "{harvested:?}");
}

#[tokio::test]
async fn a_harvest_of_feeds_that_are_known_is_done_without_their_dataset_site() {
    let publisher = FakePublisher::start().await;
    let one = publisher.feed("/one", 5);
    let dataset = site(&publisher, "/site", "Somebody", std::slice::from_ref(&one));
    let text = format!("key = \"a\"\nname = \"A\"\ndataset = {dataset:?}");
    let gateway = Gateway::new(&Settings::default().publisher(&text));
    assert_eq!(gateway.harvest().await.code, Some(0));
    publisher.raw("/site", &[], "<html><title>Just a moment...</title></html>");
    let again = gateway.harvest().await;
    assert_eq!(again.code, Some(0), "{again:?}");
    assert!(again.line_of(&one).ends_with("done"), "{again:?}");
    assert!(again.stderr.contains("a: dataset site not read: "), "{again:?}");
}

#[tokio::test]
async fn a_dataset_site_that_cannot_be_read_is_named_wherever_feeds_are_told() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (dataset, shown) = (format!("http://{closed}/site"), format!("{closed}/site"));
    let text = format!("key = \"a\"\nname = \"A\"\ndataset = {dataset:?}");
    let mut gateway = Gateway::new(&Settings::default().publisher(&text));
    let harvested = gateway.harvest().await;
    assert_eq!(harvested.code, Some(1), "{harvested:?}");
    let is_told = |text: &str| {
        let mut lines = text.lines();
        lines.any(|line| line.contains("dataset site not read") && line.contains(&shown))
    };
    assert!(is_told(&harvested.stderr), "{harvested:?}");

    gateway.start_again().await;
    let is_known =
        async || gateway.status().await["datasets"][0]["error"].is_string().then_some(());
    wait_until("the reason", PATIENCE, is_known).await;
    let (_, said) = gateway.command(&["status"]).await;
    assert!(is_told(&said), "{said}");
    let html = gateway.get("/").await.text();
    assert!(html.contains("Dataset site not read") && html.contains(&shown), "{html}");
    assert!(!html.contains("No feed is configured"), "{html}");
}

#[tokio::test]
async fn a_harvest_of_feeds_that_are_named_is_done_without_their_dataset_site() {
    let publisher = FakePublisher::start().await;
    let one = publisher.feed("/one", 5);
    let dataset = publisher.raw("/site", &[], "<html><title>Just a moment...</title></html>");
    let text = format!("key = \"a\"\nname = \"A\"\ndataset = {dataset:?}\nfeeds = [{one:?}]");
    let harvested = Gateway::new(&Settings::default().publisher(&text)).harvest().await;
    assert_eq!(harvested.code, Some(0), "{harvested:?}");
    let shown = dataset.trim_start_matches("http://");
    let line = format!("a: dataset site not read: {shown}: it holds no JSON-LD");
    assert!(harvested.stderr.contains(&line), "{harvested:?}");
}
