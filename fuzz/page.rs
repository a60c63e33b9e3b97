//! A page of a feed, from its bytes to services: whatever it holds, nothing fails but the page itself.

use std::fs;
use std::path::Path;

use serde_json::Value;
use serde_json::json;

use crate::pipeline;

/// Returns the pages of the worked cases of the mapping.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/mapping");
    let cases = fs::read_dir(cases).unwrap().map(|entry| entry.unwrap().path().join("input.json"));
    let mut paths: Vec<_> = cases.filter(|path| path.exists()).collect();
    paths.sort();
    let mut pages = Vec::new();
    for path in paths {
        let case: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        for feed in case["feeds"].as_array().into_iter().flatten() {
            let page = json!({"next": "x", "license": "l", "items": feed["items"]});
            pages.push(page.to_string().into_bytes());
        }
    }
    pages
}

/// # Panics
/// When the store fails, or a root is never done with.
pub(crate) fn check(input: &[u8]) {
    let store = pipeline::store();
    let _published: Option<()> = pipeline::block_on(async {
        pipeline::publish(&store, input).await?;
        // What was published can be read back.
        let services = store.scan(None, 1_000).await.unwrap();
        let ids = services.iter().map(|service| service.id).collect();
        for service in store.services(ids).await.unwrap().into_iter().flatten() {
            let body: Value = serde_json::from_slice(&service.record.body).unwrap();
            assert!(body["id"].is_string() && body["name"].is_string(), "{body}");
        }
        Some(())
    });
}

pub(crate) const WORDS: [&str; 12] = [
    "\"items\":[",
    "\"next\":",
    "\"state\":\"deleted\"",
    "\"state\":\"updated\"",
    "\"modified\":",
    "\"kind\":\"ScheduledSession\"",
    "\"data\":",
    "\"superEvent\":",
    "\"facilityUse\":",
    "{",
    "}",
    "]",
];
