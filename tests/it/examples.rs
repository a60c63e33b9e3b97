//! The examples are true: metrics they ask for exist, settings and commands they name are understood.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use crate::support::gateway::Gateway;
use crate::support::gateway::Settings;
use crate::support::items;
use crate::support::process::baton;
use crate::support::publisher::FakePublisher;

#[tokio::test]
async fn alerts_dashboard_and_probes_ask_for_what_exists() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 5);
    publisher.upsert("/feed", "1", items::series(1, "Class"));
    let gateway = Gateway::start(&Settings::following(&[("one", vec![url])])).await;
    gateway.settled().await;
    gateway.get("/v3/services").await;
    let text = gateway.get("/metrics").await.text();
    let told = metrics(&text);
    for (example, least) in [("alerts.yml", 6), ("grafana.json", 6), ("../docs/OPERATIONS.md", 3)] {
        let asked = metrics(&read(&examples().join(example)));
        assert!(asked.len() > least, "{example}: {asked:?}");
        let unknown: Vec<_> = asked.difference(&told).collect();
        assert!(unknown.is_empty(), "{example} asks for {unknown:?}");
    }
    let mut probes = BTreeSet::new();
    for example in ["several/kubernetes.yaml", "several/haproxy.cfg"] {
        let text = read(&examples().join(example));
        let words = text.split(|letter: char| letter.is_whitespace() || letter == ',');
        probes.extend(
            words.filter(|word| word.ends_with("yz") || word.ends_with("livez")).map(str::to_owned),
        );
    }
    assert_eq!(probes.len(), 2, "{probes:?}");
    for probe in probes {
        assert_eq!(gateway.get(&probe).await.status, 200, "{probe}");
    }
}

/// Returns every word that is the name of a metric.
fn metrics(text: &str) -> BTreeSet<String> {
    let words = text.split(|letter: char| !letter.is_ascii_lowercase() && letter != '_');
    words.filter(|word| word.starts_with("baton_")).map(str::to_owned).collect()
}

#[test]
fn configurations_are_accepted() {
    let mut seen = 0;
    for path in files().filter(|path| path.extension().is_some_and(|kind| kind == "toml")) {
        let mut check = baton();
        for name in variables(&read(&path)) {
            check.env(name, "x");
        }
        succeeds(check.args(["config", "check", "--config"]).arg(&path), &path);
        seen += 1;
    }
    assert!(seen >= 3, "{seen}");
}

#[test]
fn visitors_behind_the_web_server_of_the_machine_are_told_apart() {
    let config: toml::Table = read(&examples().join("one-machine.toml")).parse().unwrap();
    let here = config["server"]["listen"].as_str().unwrap().split(':').next();
    assert_eq!(config["limits"]["trusted_proxies"][0].as_str(), here);
}

#[test]
fn every_command_uses_the_store_of_the_service() {
    let config: toml::Table = read(&examples().join("one-machine.toml")).parse().unwrap();
    let unit = read(&examples().join("baton.service"));
    // A relative path or a variable of the unit alone would lead `baton backup` to another store.
    assert_eq!(config["store"]["url"].as_str(), Some("sqlite:/var/lib/baton/baton.db"));
    assert!(unit.contains("\nStateDirectory=baton\n") && !unit.contains("BATON__"), "{unit}");
}

#[test]
fn a_backup_beside_the_service_has_its_user_folder_and_variables() {
    let unit = read(&examples().join("baton.service"));
    let handbook = read(&examples().join("../docs/OPERATIONS.md"));
    let (_, after) = handbook.split_once("systemd-run ").unwrap();
    let (command, _) = after.split_once("```").unwrap();
    for key in ["DynamicUser", "StateDirectory", "EnvironmentFile"] {
        let mut lines = unit.lines();
        let line = lines.find(|line| line.starts_with(&format!("{key}="))).unwrap();
        assert!(command.contains(&format!("-p {line} ")), "{line}: {command}");
    }
}

/// What stands as `${NAME}`.
fn variables(text: &str) -> Vec<String> {
    let parts = text.split("${").skip(1);
    parts.map(|part| part.split('}').next().unwrap().to_owned()).collect()
}

#[test]
fn settings_in_the_environment_are_accepted() {
    let mut seen = BTreeSet::new();
    for path in files() {
        let text = read(&path);
        let is_of_name = |letter: char| letter.is_ascii_uppercase() || letter == '_';
        let names =
            text.split("BATON__").skip(1).map(|part| part.split(|at| !is_of_name(at)).next());
        seen.extend(names.flatten().map(str::to_owned));
    }
    // What stands for any setting.
    assert!(seen.remove("SECTION__KEY"));
    assert!(seen.len() >= 2, "{seen:?}");
    for name in seen {
        let value = match name.as_str() {
            "SERVER__LISTEN" => "127.0.0.1:8081",
            "STORE__URL" => "postgres://baton@db/baton",
            _ => unreachable!("a value for {name}"),
        };
        let config = examples().join("five-lines.toml");
        let mut check = baton();
        check.env(format!("BATON__{name}"), value).args(["config", "check", "--config"]);
        succeeds(check.arg(&config), &config);
    }
}

#[test]
fn command_lines_are_understood() {
    let mut seen = 0;
    let docs =
        ["README.md", "docs/OPERATIONS.md"].map(|name| examples().parent().unwrap().join(name));
    for path in files().chain(docs) {
        for arguments in command_lines(&read(&path)) {
            let mut command = baton();
            succeeds(command.args(arguments).arg("--help"), &path);
            seen += 1;
        }
    }
    assert!(seen > 12, "{seen}");
}

/// Returns the arguments of each `baton` that a text would run.
fn command_lines(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        let list = line.strip_prefix("command: ").or_else(|| line.strip_prefix("args: "));
        if let Some(list) = list {
            found.push(serde_json::from_str(list).unwrap());
        }
        let of_unit =
            line.strip_prefix("ExecStart=").or_else(|| line.strip_prefix("ExecStartPre="));
        let shell = of_unit.or_else(|| line.strip_prefix("# ")).unwrap_or(line).trim();
        let shell =
            shell.trim_start_matches("/usr/local/bin/").trim_start_matches("target/release/");
        if let Some(arguments) = shell.strip_prefix("baton ") {
            let arguments = arguments.split(['#', '|']).next().unwrap().replace("%i", "api");
            found.push(arguments.split_whitespace().map(str::to_owned).collect());
        }
    }
    found
}

#[test]
fn units_are_what_systemd_takes() {
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        println!("there is no systemd-analyze here");
        return;
    }
    let folder = TempDir::new().unwrap();
    for (unit, instance) in
        [("baton.service", "baton.service"), ("baton@.service", "baton@api.service")]
    {
        let path = examples().join(unit);
        let here = read(&path).replace("/usr/local/bin/baton", env!("CARGO_BIN_EXE_baton"));
        fs::write(folder.path().join(unit), here).unwrap();
        let mut verify = Command::new("systemd-analyze");
        succeeds(verify.args(["verify", "--man=no"]).arg(folder.path().join(instance)), &path);
        let mut security = Command::new("systemd-analyze");
        security.args(["security", "--offline=yes", "--threshold=15", "--no-pager"]);
        succeeds(security.arg(folder.path().join(unit)), &path);
    }
}

fn succeeds(command: &mut Command, of: &Path) {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {command:?}: {said}", of.display());
}

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

fn files() -> impl Iterator<Item = PathBuf> {
    let entries =
        |folder: PathBuf| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let all = entries(examples()).chain(entries(examples().join("several")));
    all.filter(|path| path.is_file())
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}
