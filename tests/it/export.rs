//! `/v3/export` and `baton export`: everything at once, as files.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use sha2::Digest as _;
use sha2::Sha256;

use crate::support::gateway::Answer;
use crate::support::gateway::Gateway;
use crate::support::gateway::Settings;
use crate::support::gateway::text;
use crate::support::items;
use crate::support::process::wait_until;
use crate::support::publisher::FakePublisher;

const AREA: &str = "slug = \"shetland\"\nname = \"Shetland\"\npostcodes = [\"ZE\"]\n";

const LINES: &str = "/v3/export/services.ndjson";

/// A file is not made again for twenty times as long as it took.
const REST: Duration = Duration::from_mins(2);

const FORMATS: [(&str, &str); 4] = [
    ("ndjson", "services.ndjson"),
    ("csv", "services.zip"),
    ("geojson", "services.geojson"),
    ("parquet", "services.parquet"),
];

async fn gateway_of(publisher: &FakePublisher) -> Gateway {
    let url = publisher.feed("/feed", 500);
    for number in 0..40 {
        publisher.upsert("/feed", &format!("{number}"), items::series(number, "Yoga"));
    }
    let settings = Settings::following(&[("one", vec![url])]).area(AREA);
    let gateway = Gateway::start(&settings).await;
    gateway.settled().await;
    gateway
}

fn sha256(bytes: &[u8]) -> String {
    let mut digits = String::new();
    for byte in Sha256::digest(bytes) {
        write!(digits, "{byte:02x}").unwrap();
    }
    digits
}

fn by_id(lines: &[u8]) -> BTreeMap<String, Value> {
    let lines = std::str::from_utf8(lines).unwrap().lines();
    let services = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
    services.map(|service| (text(&service["id"]), service)).collect()
}

async fn with(gateway: &Gateway, path: &str, headers: &[(&'static str, &str)]) -> Answer {
    gateway.ask(Method::GET, path, headers).await
}

#[tokio::test]
async fn a_file_holds_what_lists_show_and_is_what_its_digest_says() {
    let publisher = FakePublisher::start().await;
    let gateway = gateway_of(&publisher).await;
    let lines = with(&gateway, LINES, &[("accept-encoding", "gzip, br")]).await;
    assert_eq!(by_id(&lines.body), gateway.services().await);
    for (_, file) in FORMATS {
        let path = format!("/v3/export/{file}");
        let whole = with(&gateway, &path, &[("accept-encoding", "gzip, br")]).await;
        assert_eq!((whole.status, whole.header("content-encoding")), (200, ""), "{file}");
        assert_eq!(whole.header("etag"), format!("\"{}\"", sha256(&whole.body)), "{file}");
        assert_eq!(whole.header("content-length"), whole.body.len().to_string());
        assert!(whole.header("content-disposition").contains(file));
        let head = gateway.ask(Method::HEAD, &path, &[]).await;
        assert_eq!(head.header("content-length"), whole.header("content-length"));
        assert_eq!(head.header("repr-digest"), whole.header("repr-digest"));
        let known = with(&gateway, &path, &[("if-none-match", whole.header("etag"))]).await;
        assert_eq!((known.status, known.body.len()), (304, 0), "{file}");
    }
    let manifest = gateway.get("/v3/export").await;
    let listed = manifest.json();
    assert_eq!(listed["sources"][0]["name"], "Publisher one");
    assert!(listed["sources"][0]["last_read"].is_string(), "{listed}");
    assert_eq!(listed["files"][0]["made"]["sha256"], sha256(&lines.body));
    // Until another file is made, also when the feed was read again.
    let read = async || gateway.json("/status.json").await["feeds"][0]["last_success"].clone();
    let before = read().await;
    let is_read_again = async || (read().await != before).then_some(());
    wait_until("the feed to be read again", REST, is_read_again).await;
    let tag = [("if-none-match", manifest.header("etag"))];
    assert_eq!(with(&gateway, "/v3/export", &tag).await.status, 304);
    assert_eq!(gateway.get("/v3/export/services.xlsx").await.status, 404);
    assert_eq!(with(&gateway, LINES, &[("accept", "text/html")]).await.status, 406);
    let area = gateway.get("/areas/shetland/v3/export/services.ndjson").await;
    assert_eq!((area.status, area.body.len()), (200, 0));
    assert_eq!(gateway.get("/areas/atlantis/v3/export/services.ndjson").await.status, 404);
}

#[tokio::test]
async fn a_download_goes_on_where_it_broke_off_unless_there_is_a_newer_file() {
    let publisher = FakePublisher::start().await;
    let gateway = gateway_of(&publisher).await;
    let whole = gateway.get(LINES).await;
    let tag = whole.header("etag").to_owned();
    let length = whole.body.len();
    for (range, from, to) in [
        ("bytes=0-99", 0, 100),
        ("bytes=1000-", 1000, length),
        ("bytes=-50", length - 50, length),
        ("bytes=10-999999999", 10, length),
    ] {
        let part = with(&gateway, LINES, &[("range", range), ("if-range", &tag)]).await;
        assert_eq!((part.status, &part.body), (206, &whole.body[from..to].to_vec()), "{range}");
        let said = format!("bytes {from}-{}/{length}", to - 1);
        assert_eq!(part.header("content-range"), said, "{range}");
    }
    for range in ["bytes=0-1,5-6", "lines=1-2", "bytes=five-"] {
        let answer = with(&gateway, LINES, &[("range", range)]).await;
        assert_eq!((answer.status, answer.body.len()), (200, length), "{range}");
    }
    let outside = with(&gateway, LINES, &[("range", "bytes=999999999-")]).await;
    assert_eq!(
        (outside.status, outside.header("content-range")),
        (416, &*format!("bytes */{length}"))
    );
    assert_eq!(outside.header("content-type"), "application/problem+json");
    assert_eq!(outside.json()["status"], 416);
    assert!(!outside.headers.contains_key("etag"), "{:?}", outside.headers);

    publisher.upsert("/feed", "1", items::series(1, "Dance"));
    let is_newer = async || {
        let newer = gateway.get(LINES).await;
        (newer.header("etag") != tag).then_some(newer)
    };
    let newer = wait_until("a newer file", REST, is_newer).await;
    // The older one may hold what was withdrawn.
    for tag in [&*tag, "\"another\""] {
        for range in [&[("range", "bytes=100-")][..], &[("range", "bytes=0-")], &[]] {
            let headers: Vec<_> = range.iter().copied().chain([("if-range", tag)]).collect();
            let answer = with(&gateway, LINES, &headers).await;
            assert_eq!((answer.status, &answer.body), (200, &newer.body), "{headers:?}");
        }
    }
    let tag = newer.header("etag");
    let rest = with(&gateway, LINES, &[("range", "bytes=100-"), ("if-range", tag)]).await;
    assert_eq!((rest.status, &rest.body), (206, &newer.body[100..].to_vec()));
}

#[tokio::test]
async fn a_file_is_made_once_for_each_change() {
    let publisher = FakePublisher::start().await;
    let gateway = gateway_of(&publisher).await;
    let made = async || {
        gateway.get(LINES).await;
        gateway.json("/v3/export").await["files"][0]["made"].clone()
    };
    let first = made().await;
    assert_eq!(first["services"], 40);
    for _ in 0..5 {
        assert_eq!(made().await["created"], first["created"]);
    }
    publisher.delete("/feed", "1");
    let is_newer = async || Some(made().await).filter(|made| made["services"] == 39);
    let newer = wait_until("a file without it", REST, is_newer).await;
    assert!(newer["change_number"].as_u64() > first["change_number"].as_u64());
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn the_command_writes_the_same_beside_a_running_gateway() {
    let publisher = FakePublisher::start().await;
    let gateway = gateway_of(&publisher).await;
    let folder = tempfile::TempDir::new().unwrap();
    for (format, file) in FORMATS {
        let path = folder.path().join(file);
        let output = path.to_str().unwrap();
        let done = gateway.run(&["export", "--format", format, "-o", output]).await;
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(0), "{said}");
        assert!(done.stdout.is_empty());
        assert!(said.starts_with("40 services, "), "{said}");
        let manifest = std::fs::read(folder.path().join(format!("{file}.manifest.json"))).unwrap();
        let manifest: Value = serde_json::from_slice(&manifest).unwrap();
        assert_eq!(manifest["sha256"], sha256(&std::fs::read(&path).unwrap()));
        assert_eq!(manifest["sources"][0]["name"], "Publisher one");
        assert!(manifest["sources"][0]["last_read"].is_string(), "{manifest}");
    }
    let lines = std::fs::read(folder.path().join("services.ndjson")).unwrap();
    assert_eq!(lines, gateway.get(LINES).await.body);
    assert_eq!(names_in(folder.path()).len(), 8, "{:?}", names_in(folder.path()));
}

#[tokio::test]
async fn what_is_not_to_be_republished_any_more_is_not_exported() {
    let publisher = FakePublisher::start().await;
    let (one, two) = (publisher.feed("/one", 50), publisher.feed("/two", 50));
    publisher.upsert("/one", "1", items::series(1, "Shown"));
    publisher.license(None);
    publisher.upsert("/two", "2", items::series(2, "Hidden"));
    let settings = |of_two: Option<&str>| {
        let one = format!("key = \"one\"\nname = \"One\"\nfeeds = [{one:?}]\nrepublish = true\n");
        let two = |more| format!("key = \"two\"\nname = \"Two\"\nfeeds = [{two:?}]\n{more}\n");
        let all = Settings::default().publisher(&one);
        of_two.into_iter().fold(all, |all, more| all.publisher(&two(more)))
    };
    let licensed = Some("license = \"https://example.org/our-agreement\"");
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("all.ndjson");
    let export = ["export", "--format", "ndjson", "-o", path.to_str().unwrap()];
    // Withheld, without a licence, and taken out.
    for withheld in [Some("republish = false"), Some(""), None] {
        let gateway = Gateway::new(&settings(licensed));
        assert_eq!(gateway.harvest().await.code, Some(0));
        assert_eq!(gateway.run(&export).await.status.code(), Some(0));
        assert_eq!(by_id(&std::fs::read(&path).unwrap()).len(), 2, "{withheld:?}");

        gateway.configure(&settings(withheld));
        std::fs::remove_file(&path).unwrap();
        let refused = gateway.run(&export).await;
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(1), "{withheld:?}: {said}");
        assert!(said.contains("1 feeds are not to be republished any more"), "{said}");
        assert!(!path.exists());

        assert_eq!(gateway.run(&["remap"]).await.status.code(), Some(0));
        assert_eq!(gateway.run(&export).await.status.code(), Some(0));
        let services = by_id(&std::fs::read(&path).unwrap());
        let names: Vec<_> = services.values().map(|service| text(&service["name"])).collect();
        assert_eq!(names, ["Shown"], "{withheld:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_exported_leaves_the_file_as_it_was() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 50);
    let gateway = Gateway::new(&Settings::following(&[("one", vec![url])]).area(AREA));
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("all.ndjson");
    std::fs::write(&path, "before").unwrap();
    let output = path.to_str().unwrap();
    let nothing = gateway.run(&["export", "--format", "ndjson", "-o", output]).await;
    assert_eq!(nothing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&nothing.stderr).contains("harvest first"));
    assert_eq!(gateway.harvest().await.code, Some(0));
    let mut arguments = vec!["export", "--format", "ndjson", "-o", output];
    arguments.extend(["--area", "atlantis"]);
    let unknown = gateway.run(&arguments).await;
    assert_eq!(unknown.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("no area atlantis"));
    assert_eq!(std::fs::read(&path).unwrap(), b"before");
    assert_eq!(names_in(folder.path()), ["all.ndjson"]);
    let arguments = ["export", "--format", "ndjson", "-o", output, "--area", "shetland"];
    assert_eq!(gateway.run(&arguments).await.status.code(), Some(0));
    assert_eq!(std::fs::read(&path).unwrap(), b"");
}
