//! A gateway: the real binary with a configuration and a store of its own.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::Value;
use tempfile::TempDir;

use super::process::Running;
use super::process::baton;
use super::process::wait_until;

/// How long anything may take that should take seconds.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A gateway that runs or can be run; it is killed and forgotten when it is dropped.
pub(crate) struct Gateway {
    folder: TempDir,
    running: Option<Running>,
    /// What earlier runs wrote to standard error.
    said_before: Vec<String>,
    address: String,
    client: reqwest::Client,
    role: Option<&'static str>,
}

/// What `baton harvest` came to.
#[derive(Debug)]
pub(crate) struct Harvested {
    pub(crate) code: Option<i32>,
    pub(crate) stderr: String,
}

impl Harvested {
    /// Returns the summary of the feed at an address.
    pub(crate) fn line_of(&self, url: &str) -> &str {
        let is_of = |line: &&str| line.contains(&format!(" {url}: "));
        self.stderr.lines().find(is_of).unwrap_or_default()
    }
}

/// An answer of the gateway.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

/// The configuration of a gateway.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    publishers: String,
    areas: String,
    fetch: String,
    limits: String,
    sections: String,
    admin_token: Option<String>,
    store: Option<String>,
    read_url: Option<String>,
    with_vocabularies: bool,
    activity_list: String,
}

impl Settings {
    /// Returns settings that follow these feeds: key of the publisher, addresses.
    pub(crate) fn following<K: AsRef<str>>(publishers: &[(K, Vec<String>)]) -> Self {
        let mut settings = Self::default();
        for (key, feeds) in publishers {
            let key = key.as_ref();
            let text = format!("key = \"{key}\"\nname = \"Publisher {key}\"\nfeeds = {feeds:?}\n");
            settings = settings.publisher(&text);
        }
        settings
    }

    /// Adds the table of a publisher.
    pub(crate) fn publisher(mut self, text: &str) -> Self {
        write!(self.publishers, "\n[[publishers]]\n{text}").unwrap();
        self
    }

    /// Adds a line to `[fetch]`.
    pub(crate) fn fetch(mut self, line: &str) -> Self {
        writeln!(self.fetch, "{line}").unwrap();
        self
    }

    /// Adds the table of an area.
    pub(crate) fn area(mut self, text: &str) -> Self {
        write!(self.areas, "\n[[areas]]\n{text}").unwrap();
        self
    }

    /// Sets the lines of `[limits]`; without them a test may ask as often as it likes.
    pub(crate) fn limits(mut self, lines: &str) -> Self {
        lines.clone_into(&mut self.limits);
        self
    }

    /// Adds a section, as it stands.
    pub(crate) fn section(mut self, text: &str) -> Self {
        write!(self.sections, "\n{text}\n").unwrap();
        self
    }

    /// Sets the address of the store; without it, it is a file.
    pub(crate) fn store(mut self, url: &str) -> Self {
        self.store = Some(url.to_owned());
        self
    }

    /// Sets where processes read that only serve.
    pub(crate) fn read_url(mut self, url: &str) -> Self {
        self.read_url = Some(url.to_owned());
        self
    }

    /// Opens the admin API.
    pub(crate) fn admin(mut self, token: &str) -> Self {
        self.admin_token = Some(token.to_owned());
        self
    }

    /// Has the gateway read the vocabularies of the mapping examples.
    pub(crate) fn with_vocabularies(mut self) -> Self {
        self.with_vocabularies = true;
        self
    }

    /// Has the gateway read the activity list from here.
    pub(crate) fn activity_list(mut self, address: &str) -> Self {
        address.clone_into(&mut self.activity_list);
        self
    }

    pub(crate) fn toml(&self, folder: &Path) -> String {
        let vocabulary = |name: &str| {
            if name == "activity-list" && !self.activity_list.is_empty() {
                return self.activity_list.clone();
            }
            let path = format!("tests/fixtures/mapping/vocabulary-{name}.jsonld");
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
            if self.with_vocabularies { path.display().to_string() } else { String::new() }
        };
        let private = if self.fetch.contains("allow_private_networks") {
            ""
        } else {
            "allow_private_networks = true\n"
        };
        let limits =
            if self.limits.is_empty() { "requests_per_minute = 1000000" } else { &self.limits };
        let file = format!("sqlite:{}", folder.join("baton.db").display());
        let read_url = self.read_url.as_ref().map(|url| format!("read_url = {url:?}\n"));
        let token = self.admin_token.as_ref().map(|token| format!("admin_token = {token:?}\n"));
        format!(
            "[server]\nlisten = \"127.0.0.1:0\"\n{}[store]\nurl = \"{}\"\n{}\
             [limits]\n{limits}\n[fetch]\npoll_interval_secs = 1\n{private}{}\
             [mappings]\nactivity_list = {:?}\nfacility_types = {:?}\naccessibility_support = {:?}\n{}{}{}",
            token.unwrap_or_default(),
            self.store.as_ref().unwrap_or(&file),
            read_url.unwrap_or_default(),
            self.fetch,
            vocabulary("activity-list"),
            vocabulary("facility-types"),
            vocabulary("accessibility-support"),
            self.sections,
            self.publishers,
            self.areas,
        )
    }
}

impl Gateway {
    /// Returns a gateway with an empty store that does not run yet.
    pub(crate) fn new(settings: &Settings) -> Self {
        let folder = TempDir::new().unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let (said_before, address) = (Vec::new(), String::new());
        let gateway = Self { folder, running: None, said_before, address, client, role: None };
        gateway.configure(settings);
        gateway
    }

    /// Replaces the configuration; it is read at the next start.
    pub(crate) fn configure(&self, settings: &Settings) {
        fs::write(self.config(), settings.toml(self.folder.path())).unwrap();
    }

    /// Returns a gateway that runs and is ready.
    pub(crate) async fn start(settings: &Settings) -> Self {
        let mut gateway = Self::new(settings);
        gateway.start_again().await;
        gateway
    }

    /// Returns a gateway of a role that runs and is ready.
    pub(crate) async fn start_role(settings: &Settings, role: &'static str) -> Self {
        let mut gateway = Self { role: Some(role), ..Self::new(settings) };
        gateway.start_again().await;
        gateway
    }

    /// Starts `baton serve` on the store as it is and waits until it is ready.
    pub(crate) async fn start_again(&mut self) {
        self.start_as(baton()).await;
    }

    /// Starts `baton serve` by a command that runs `baton`.
    pub(crate) async fn start_as(&mut self, command: Command) {
        self.begin(command).await;
        let gateway = &*self;
        let is_ready = async || (gateway.get("/readyz").await.status == 200).then_some(());
        wait_until("ready", PATIENCE, is_ready).await;
    }

    /// Starts `baton serve`, which need not be ready yet.
    pub(crate) async fn begin(&mut self, mut command: Command) {
        command.arg("serve").arg("--config").arg(self.config()).env("BATON_LOG", "debug");
        if let Some(role) = self.role {
            command.args(["--role", role]);
        }
        self.forget();
        let mut running = Running::start(&mut command);
        self.address = running.address_in("Serving http://").await;
        self.running = Some(running);
    }

    /// Runs a command on the running gateway to its end: exit code, standard output and error.
    pub(crate) async fn command(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let mut command = baton();
        command.args(arguments).env("BATON_URL", &self.address);
        if let Some(token) = self.token() {
            command.env("BATON_ADMIN_TOKEN", token);
        }
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&said).into_owned())
    }

    fn token(&self) -> Option<String> {
        let config = fs::read_to_string(self.config()).unwrap();
        let line = config.lines().find(|line| line.starts_with("admin_token = "))?;
        Some(line.split('"').nth(1)?.to_owned())
    }

    /// Returns the folder of configuration and database.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the running process.
    pub(crate) fn process(&self) -> &Running {
        self.running.as_ref().unwrap()
    }

    /// Returns where it listens: host and port.
    pub(crate) fn host(&self) -> &str {
        self.address.strip_prefix("http://").unwrap()
    }

    /// Sends a signal to the running gateway.
    pub(crate) fn signal(&self, name: &str) {
        self.running.as_ref().unwrap().signal(name);
    }

    /// Runs `baton harvest` to its end.
    pub(crate) async fn harvest(&self) -> Harvested {
        let mut command = baton();
        command.arg("harvest").arg("--config").arg(self.config());
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        assert!(output.stdout.is_empty(), "standard output is for data only");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!stderr.contains("panicked"), "{stderr}");
        Harvested { code: output.status.code(), stderr }
    }

    pub(crate) fn kill_9(&mut self) {
        self.running.as_mut().unwrap().kill_9();
        self.forget();
    }

    pub(crate) async fn stop(&mut self) -> Option<i32> {
        let code = self.running.as_mut().unwrap().stop().await;
        self.forget();
        code
    }

    /// Writes a file of mapping rules into the folder the gateway looks at.
    pub(crate) fn write_rules(&self, file: &str, text: &str) {
        let path = self.folder.path().join("mappings").join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Runs `baton` with these arguments and the configuration, to its end.
    pub(crate) async fn run(&self, arguments: &[&str]) -> std::process::Output {
        let mut command = baton();
        command.args(arguments).arg("--config").arg(self.config());
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }

    /// Returns the whole explanation of a service: asks again where it was cut short.
    pub(crate) async fn explained(&self, id: &str) -> Value {
        let path = format!("/v3/services/{id}?explain=true");
        let is_whole = async || {
            let explained = self.json(&path).await;
            (explained["is_complete"] == true).then_some(explained)
        };
        wait_until("a whole explanation", PATIENCE, is_whole).await
    }

    fn forget(&mut self) {
        if let Some(running) = self.running.take() {
            self.said_before.extend(running.said());
        }
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.folder.path().join("baton.toml")
    }

    /// Returns what all runs wrote to standard error, at the level `debug`.
    pub(crate) fn said(&self) -> String {
        let now = self.running.as_ref().map(Running::said).unwrap_or_default();
        [self.said_before.clone(), now].concat().join("\n")
    }

    /// Returns the address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[]).await
    }

    /// Returns the total of a list.
    pub(crate) async fn total(&self, path: &str) -> u64 {
        let page = self.json(path).await;
        page.get("total_items").or_else(|| page.get("totalElements")).unwrap().as_u64().unwrap()
    }

    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Answer {
        let mut request = self.client.request(method, format!("{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer { status, headers, body: response.bytes().await.unwrap().to_vec() }
    }

    pub(crate) async fn json(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    pub(crate) async fn status(&self) -> Value {
        self.json("/status.json").await
    }

    /// Returns how the feed at an address is doing.
    pub(crate) async fn feed(&self, url: &str) -> Value {
        let status = self.status().await;
        let feeds = status["feeds"].as_array().unwrap();
        feeds.iter().find(|feed| feed["url"] == url).cloned().unwrap_or_default()
    }

    /// Waits until every feed was read to its end and everything is mapped.
    pub(crate) async fn settled(&self) {
        self.settled_but(0).await;
    }

    /// Waits until everything is mapped and every feed was read to its end, but for so many that
    /// cannot be.
    pub(crate) async fn settled_but(&self, broken: usize) {
        let is_settled = async || {
            let status = self.status().await;
            let feeds = status["feeds"].as_array().unwrap();
            let live = feeds.iter().filter(|feed| feed["state"] == "live").count();
            let is_tried =
                |feed: &&Value| feed["state"] != "starting" && feed["reason"].is_string();
            let with_reason = feeds.iter().filter(is_tried).count();
            let is_all = live + with_reason == feeds.len() && with_reason == broken;
            (is_all && status["waiting"] == 0).then_some(())
        };
        wait_until("every feed at its end and everything mapped", PATIENCE, is_settled).await;
    }

    /// Returns the items of a list, page by page.
    pub(crate) async fn all(&self, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let and = if path.contains('?') { '&' } else { '?' };
        for number in 1.. {
            let page = self.json(&format!("{path}{and}per_page=200&page={number}")).await;
            let contents = page.get("contents").or_else(|| page.get("content"));
            items.extend(contents.unwrap().as_array().unwrap().clone());
            if page["last_page"] == true || page["last"] == true {
                break;
            }
        }
        items
    }

    /// Returns the services that lists show, whole, by id.
    pub(crate) async fn services(&self) -> BTreeMap<String, Value> {
        let services = self.all("/v3/services?full=true").await;
        let count = services.len();
        let by_id: BTreeMap<_, _> = services.into_iter().map(|s| (text(&s["id"]), s)).collect();
        assert_eq!(by_id.len(), count, "an id is listed twice");
        by_id
    }

    /// Returns the names of the services that lists show, in order.
    pub(crate) async fn names(&self) -> Vec<String> {
        let mut names: Vec<_> =
            self.all("/v3/services").await.iter().map(|s| text(&s["name"])).collect();
        names.sort();
        names
    }
}

/// Returns a JSON string's text.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
