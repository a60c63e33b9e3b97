//! What the program depends on: only under the licences, from the places and without the crates that
//! `deny.toml` names. Needs no network, as everything was fetched to build this test.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use spdx::Expression;
use spdx::ParseMode;

use crate::support::gateway::text;

/// Returns what this program is built from on this machine, itself included.
fn packages() -> Vec<Value> {
    let root = env!("CARGO_MANIFEST_DIR");
    let mut about = Command::new(env!("CARGO"));
    about.args(["-vV"]).current_dir(root);
    let about = String::from_utf8(about.output().unwrap().stdout).unwrap();
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let mut metadata = Command::new(env!("CARGO"));
    metadata.args(["metadata", "--format-version=1", "--locked", "--offline", "--all-features"]);
    metadata.args(["--filter-platform", host]).current_dir(root);
    let output = metadata.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

fn rules() -> toml::Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("deny.toml");
    fs::read_to_string(path).unwrap().parse().unwrap()
}

fn is_allowed(license: &str, allowed: &[toml::Value]) -> bool {
    let Ok(expression) = Expression::parse_mode(license, ParseMode::LAX) else { return false };
    expression.evaluate(|asked| {
        let asked = asked.license.to_string();
        allowed.iter().any(|license| license.as_str() == Some(&asked))
    })
}

#[test]
fn what_is_depended_on_is_allowed() {
    let (rules, packages) = (rules(), packages());
    let allowed = rules["licenses"]["allow"].as_array().unwrap();
    let denied = rules["bans"]["deny"].as_array().unwrap();
    assert!(packages.len() > 100, "{} packages", packages.len());
    for package in &packages {
        let (name, license) = (text(&package["name"]), text(&package["license"]));
        assert!(is_allowed(&license, allowed), "{name} is under {license:?}");
        let is_denied = denied.iter().any(|denied| denied["name"].as_str() == Some(&name));
        assert!(!is_denied, "{name} is not to be used");
        // Nothing but the program itself comes from elsewhere than the registry.
        let is_from_registry = text(&package["source"]).starts_with("registry+");
        assert_eq!(is_from_registry, name != "baton", "{name} comes from {}", package["source"]);
        let dependencies = package["dependencies"].as_array().unwrap().iter();
        let wild = dependencies.filter(|of| name == "baton" && of["req"] == "*").count();
        assert_eq!(wild, 0, "a dependency without a version");
    }
}

#[test]
fn licences_are_read_as_they_are_written() {
    let allowed = [toml::Value::from("MIT"), toml::Value::from("ISC")];
    for (license, is_so) in [
        ("MIT", true),
        ("MIT/Apache-2.0", true),
        ("GPL-3.0-only OR MIT", true),
        ("ISC AND (GPL-3.0-only OR MIT)", true),
        ("GPL-3.0-only", false),
        ("MIT AND GPL-3.0-only", false),
        ("Apache-2.0 WITH LLVM-exception", false),
        ("", false),
    ] {
        assert_eq!(is_allowed(license, &allowed), is_so, "{license}");
    }
}
