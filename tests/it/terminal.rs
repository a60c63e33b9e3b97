//! What commands print: text with colours for a terminal, JSON for programs. Ctrl-C ends them.

use std::process::Output;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::support::gateway::Gateway;
use crate::support::gateway::PATIENCE;
use crate::support::gateway::Settings;
use crate::support::items;
use crate::support::process::Running;
use crate::support::process::baton;
use crate::support::process::wait_until;
use crate::support::publisher::FakePublisher;

fn gateway_of(publisher: &FakePublisher) -> Gateway {
    let url = publisher.feed("/feed", 50);
    publisher.upsert("/feed", "1", items::series(1, "Yoga"));
    Gateway::new(&Settings::following(&[("one", vec![url])]).admin("secret"))
}

/// Reads standard output as one line of JSON.
fn json(output: &Output) -> Value {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn programs_are_answered_with_json() {
    let publisher = FakePublisher::start().await;
    let mut gateway = gateway_of(&publisher);
    let harvested = json(&gateway.run(&["harvest", "--json"]).await);
    assert_eq!(
        (&harvested["services"], &harvested["feeds"][0]["outcome"]),
        (&1.into(), &"done".into())
    );
    assert_eq!(json(&gateway.run(&["remap", "--json"]).await)["roots"], 1);
    assert_eq!(json(&gateway.run(&["config", "check", "--json"]).await)["feeds"], 1);
    let printed = json(&gateway.run(&["config", "print", "--json"]).await);
    assert_eq!(printed["publishers"][0]["key"], "one");
    assert!(!printed.to_string().contains("secret"), "{printed}");
    let file = gateway.folder().join("all.geojson");
    let order = ["export", "--format", "geojson", "--json", "-o", file.to_str().unwrap()];
    assert_eq!(json(&gateway.run(&order).await)["services"], 1);

    gateway.start_again().await;
    gateway.settled().await;
    for (arguments, at) in [
        (vec!["status", "--json"], "/feeds/0/publisher"),
        (vec!["feeds", "list", "--json"], "/0/publisher"),
    ] {
        let (code, said) = gateway.command(&arguments).await;
        let said: Value = serde_json::from_str(&said).unwrap();
        assert_eq!((code, said.pointer(at)), (Some(0), Some(&"one".into())), "{arguments:?}");
    }
    let feed = gateway.url("/rpde/services");
    let (_, said) = gateway.command(&["check", "rpde", &feed, "--json"]).await;
    assert_eq!(serde_json::from_str::<Value>(&said).unwrap()["failed"], 0, "{said}");
}

/// Runs `baton status` on a terminal.
async fn on_a_terminal(gateway: &Gateway, no_color: &str) -> String {
    let program = baton().get_program().to_str().unwrap().to_owned();
    let mut script = std::process::Command::new("script");
    script.args(["-qec", &format!("{program} status {}", gateway.url("")), "/dev/null"]);
    script.env("TERM", "xterm").env("NO_COLOR", no_color).env_remove("CLICOLOR");
    let output = tokio::task::spawn_blocking(move || script.output().unwrap()).await.unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn colours_go_to_terminals_that_want_them() {
    let publisher = FakePublisher::start().await;
    let mut gateway = gateway_of(&publisher);
    gateway.start_again().await;
    gateway.settled().await;
    let (_, piped) = gateway.command(&["status"]).await;
    assert!(piped.contains("live") && !piped.contains('\u{1b}'), "{piped:?}");
    let coloured = on_a_terminal(&gateway, "").await;
    assert!(coloured.contains("\u{1b}[32mlive"), "{coloured:?}");
    let plain = on_a_terminal(&gateway, "1").await;
    assert!(plain.contains("live") && !plain.contains('\u{1b}'), "{plain:?}");
}

/// Runs a command until it asks a server that never answers, then sends it what Ctrl-C sends.
async fn interrupted(silent: &TcpListener, arguments: &[&str]) -> (Option<i32>, Running) {
    let mut running = Running::start(baton().args(arguments));
    let _asked = timeout(PATIENCE, silent.accept()).await.unwrap().unwrap();
    let code = running.stop_by("INT").await;
    (code, running)
}

#[tokio::test]
async fn ctrl_c_ends_what_waits_for_others() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = silent.local_addr().unwrap().to_string();
    let url = format!("http://{host}/");
    for arguments in [["check", "rpde", &url].as_slice(), &["status", &url]] {
        let (code, _) = interrupted(&silent, arguments).await;
        assert_eq!(code, None, "{arguments:?} is ended by the signal");
    }
    // Nobody may take what was begun for an export.
    let settings = Settings::default().store(&format!("postgres://nobody@{host}/none"));
    let gateway = Gateway::new(&settings);
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("all.ndjson");
    let config = gateway.config();
    let output = ["export", "--format", "ndjson", "-o", file.to_str().unwrap()];
    let arguments = [&output[..], &["--config", config.to_str().unwrap()]].concat();
    let (code, running) = interrupted(&silent, &arguments).await;
    assert_eq!(code, Some(1));
    let is_told = async || running.said().concat().contains("nothing was kept").then_some(());
    wait_until("what became of it", PATIENCE, is_told).await;
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}

#[tokio::test]
async fn what_others_wrote_moves_no_cursor() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("item.json");
    let escape =
        r#"{"@type": "SessionSeries", "@id": "https://example.org/\u001b[31mx", "name": "A"}"#;
    std::fs::write(&file, escape).unwrap();
    let mut command = baton();
    command.arg("map").arg(&file);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("[31mx"), "{said}");
    assert!(!said.contains('\u{1b}'), "{said:?}");
}

#[tokio::test]
async fn what_is_no_gateway_is_told_apart_from_one_that_is_not_there() {
    let publisher = FakePublisher::start().await;
    let other = publisher.raw("/status.json", &[], "{}");
    let run = async |url: &str| {
        let mut command = baton();
        command.args(["status", url]);
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = run(&other).await;
    assert!(code == Some(1) && said.contains("is not Baton"), "{code:?} {said}");
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (code, said) = run(&format!("http://{closed}/")).await;
    assert!(code == Some(2) && said.contains("Connection refused"), "{code:?} {said}");
}

#[tokio::test]
async fn a_log_of_json_has_no_other_line() {
    let gateway = Gateway::new(&Settings::default());
    let mut serve = baton();
    serve.args(["serve", "--log-format", "json", "--config"]).arg(gateway.config());
    let mut running = Running::start(&mut serve);
    running.address_in("\"serving\"").await;
    assert_eq!(running.stop().await, Some(0));
    for line in running.said() {
        assert!(serde_json::from_str::<Value>(&line).is_ok(), "{line}");
    }
}
