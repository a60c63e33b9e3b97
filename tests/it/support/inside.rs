//! A gateway in the test's own process, so that the test sets its clock.

use std::path::Path;
use std::sync::Arc;

use baton::app::App;
use baton::clock::Clock;
use baton::config::Config;
use baton::config::ProcessEnvironment;
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::gateway::PATIENCE;
use super::gateway::Settings;
use super::gateway::text;
use super::process::wait_until;

/// A gateway whose clock is set by the test.
pub(crate) struct Inside {
    folder: TempDir,
    settings: Settings,
    clock: Clock,
    address: String,
    stop: CancellationToken,
    serving: JoinSet<()>,
    client: Arc<reqwest::Client>,
}

impl Inside {
    pub(crate) async fn start(settings: &Settings, clock: Clock) -> Self {
        let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0);
        let mut inside = Self {
            folder: TempDir::new().unwrap(),
            settings: settings.clone(),
            clock,
            address: String::new(),
            stop: CancellationToken::new(),
            serving: JoinSet::new(),
            client: Arc::new(client.build().unwrap()),
        };
        inside.start_again().await;
        inside
    }

    /// Starts on the store as it is and waits until it is ready.
    pub(crate) async fn start_again(&mut self) {
        let file = self.folder.path().join("baton.toml");
        let config = self.settings.toml(self.folder.path());
        let config = Config::parse(&config, &file, &ProcessEnvironment).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        self.address = format!("http://{}", listener.local_addr().unwrap());
        let app = App::open(config, self.clock.clone()).await.unwrap();
        self.stop = CancellationToken::new();
        let stop = self.stop.clone();
        self.serving.spawn(async move { app.serve(listener, stop).await.unwrap() });
        // Before work has begun, feeds are shown as they were left.
        let is_ready = async || {
            let url = format!("{}/readyz", self.address);
            (self.client.get(url).send().await.ok()?.status() == 200).then_some(())
        };
        wait_until("ready", PATIENCE, is_ready).await;
    }

    pub(crate) async fn stop(&mut self) {
        self.stop.cancel();
        while self.serving.join_next().await.is_some() {}
    }

    /// Returns the JSON at a path; nothing when there is none.
    pub(crate) async fn json(&self, path: &str) -> Option<Value> {
        let response = self.client.get(format!("{}{path}", self.address)).send().await.ok()?;
        serde_json::from_slice(&response.bytes().await.ok()?).ok()
    }

    /// Waits until a feed was read to its end and everything is mapped.
    pub(crate) async fn settled(&self, url: &str) {
        let is_settled = async || {
            let status = self.json("/status.json").await?;
            let feed = status["feeds"].as_array()?.iter().find(|feed| feed["url"] == url)?;
            let is_settled = feed["state"] == "live" && status["waiting"] == 0 && feed["held"] == 0;
            is_settled.then_some(())
        };
        wait_until("settled", PATIENCE, is_settled).await;
    }

    /// Returns how the feed at an address is doing.
    pub(crate) async fn feed(&self, url: &str) -> Value {
        let status = self.json("/status.json").await.unwrap();
        let feeds = status["feeds"].as_array().unwrap();
        feeds.iter().find(|feed| feed["url"] == url).cloned().unwrap_or_default()
    }

    /// Waits until lists show services of exactly these names, in order.
    pub(crate) async fn shows(&self, names: &[&str]) {
        let is_shown = async || (self.names().await == names).then_some(());
        wait_until(&format!("services {names:?}"), PATIENCE, is_shown).await;
    }

    /// Waits until lists show so many services.
    pub(crate) async fn shows_so_many(&self, count: usize) {
        let is_shown = async || (self.names().await.len() == count).then_some(());
        wait_until(&format!("{count} services"), PATIENCE, is_shown).await;
    }

    /// Returns the services of a list, or of those changed since a time.
    pub(crate) async fn services(&self, query: &str) -> Vec<Value> {
        let page = self.json(&format!("/v3/services?per_page=1000&{query}")).await.unwrap();
        page["contents"].as_array().unwrap().clone()
    }

    /// Returns the text at a path.
    pub(crate) async fn text(&self, path: &str) -> String {
        let response = self.client.get(format!("{}{path}", self.address)).send().await.unwrap();
        response.text().await.unwrap()
    }

    /// Returns the folder of the database.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the names of the services that lists show, in order.
    pub(crate) async fn names(&self) -> Vec<String> {
        let page = self.json("/v3/services?per_page=100").await.unwrap();
        let mut names: Vec<_> =
            page["contents"].as_array().unwrap().iter().map(|s| text(&s["name"])).collect();
        names.sort();
        names
    }
}
