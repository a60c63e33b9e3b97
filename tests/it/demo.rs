//! `baton demo`: everything at once, with no network and no configuration.

use std::fs;
use std::net::TcpListener;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::process::Running;
use crate::support::process::baton;
use crate::support::process::faults_by_check;
use crate::support::process::wait_until;

#[tokio::test]
async fn the_demo_serves_at_once_and_shows_an_edit() {
    let folder = TempDir::new().unwrap();
    // In use, so that the demo has to find another port.
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();
    let mut demo =
        Running::start(baton().args(["demo", "--listen", &listen]).env("TMPDIR", folder.path()));
    let gateway = demo.address_in("/v3/services").await;
    let publisher = demo.address_in("Sample publisher").await;
    assert_ne!(gateway, format!("http://{listen}"));

    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let total = async |query: &str| {
        let response = client.get(format!("{gateway}/v3/services{query}")).send().await.ok()?;
        let page: Value = serde_json::from_slice(&response.bytes().await.ok()?).ok()?;
        page["total_items"].as_u64().filter(|total| *total > 0)
    };
    wait_until("services in the demo", Duration::from_secs(15), async || total("").await).await;

    let edit = client.post(format!("{publisher}/edit?name=Zumba+by+the+Harbour"));
    assert_eq!(edit.send().await.unwrap().status(), 204);
    let shown = async || total("?search=zumba+harbour").await;
    wait_until("the edit in the API", Duration::from_secs(10), shown).await;

    let mut faults = Vec::new();
    for root in ["/v3", "/v1", "/areas/bristol/v3", "/areas/bristol/v1"] {
        faults.extend(faults_by_check(&format!("{gateway}{root}")).await);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));

    assert_eq!(demo.stop().await, Some(0));
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}
