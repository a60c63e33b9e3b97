//! The alert rules and the dashboard ask for metrics that exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::support::gateway::Gateway;
use crate::support::gateway::Settings;
use crate::support::items;
use crate::support::publisher::FakePublisher;

#[tokio::test]
async fn alerts_and_dashboard_ask_for_metrics_that_exist() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 5);
    publisher.upsert("/feed", "1", items::series(1, "Class"));
    let gateway = Gateway::start(&Settings::following(&[("one", vec![url])])).await;
    gateway.settled().await;
    gateway.get("/v3/services").await;
    let text = gateway.get("/metrics").await.text();
    let told = names(&text);
    for example in ["alerts.yml", "grafana.json"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example);
        let asked = names(&fs::read_to_string(path).unwrap());
        assert!(asked.len() > 6, "{example}: {asked:?}");
        let unknown: Vec<_> = asked.difference(&told).collect();
        assert!(unknown.is_empty(), "{example} asks for {unknown:?}");
    }
}

/// Returns every word that is the name of a metric.
fn names(text: &str) -> BTreeSet<String> {
    let words = text.split(|letter: char| !letter.is_ascii_lowercase() && letter != '_');
    words.filter(|word| word.starts_with("baton_")).map(str::to_owned).collect()
}
