//! Every sample feed: harvested without a panic, and every service made of it valid.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use jsonschema::Validator;
use serde_json::Value;

use crate::support::gateway::Gateway;
use crate::support::gateway::Settings;
use crate::support::process::faults_by_check;
use crate::support::publisher::FakePublisher;

/// What the publisher of an RPDE page has and others have not.
fn is_page(body: &Value) -> bool {
    body["items"].is_array() && body["next"].is_string()
}

/// Warnings that stand for something in the feeds, with why nothing is done about it.
const EXPLAINED: [(&str, &str); 3] = [
    ("oruk3-mobile-number", "a publisher put one into the text of a description"),
    ("oruk3-empty", "the profile requires members of an address that a publisher left out"),
    ("oruk3-recurrence-form", "a publisher says every second week and not in which it begins"),
];

async fn check_conformance(gateway: &Gateway) {
    let mut unwell = Vec::new();
    for root in ["/v3", "/v1", "/areas/south/v3", "/areas/south/v1"] {
        unwell.extend(faults_by_check(&gateway.url(root)).await);
    }
    unwell
        .retain(|line| !EXPLAINED.iter().any(|(rule, _)| line.contains(&format!("WARN {rule} "))));
    assert!(unwell.is_empty(), "{}", unwell.join("\n"));
}

#[tokio::test]
async fn every_sample_feed_is_harvested_and_its_services_are_valid() {
    let (feeds, schemas) = (shared("feeds"), shared("reference/hsds-uk-3.0/schema/compiled"));
    if !feeds.is_dir() || !schemas.is_dir() {
        println!("skipped: {} or {} is not there", feeds.display(), schemas.display());
        return;
    }
    let publisher = FakePublisher::start().await;
    let bodies = sample_bodies(&feeds);
    let mut followed = Vec::new();
    for (name, body) in &bodies {
        let url = publisher.static_feed(&format!("/{name}"), body.clone());
        followed.push((slug(name), vec![url]));
    }
    assert!(followed.len() > 50, "only {} sample feeds", followed.len());
    let south =
        "slug = \"south\"\nname = \"South\"\ncircle = { lat = 51.5, lon = -1.0, km = 150 }\n";
    let settings = Settings::following(&followed).with_vocabularies().area(south);
    let mut gateway = Gateway::new(&settings);
    let harvested = gateway.harvest().await;
    assert!(harvested.stderr.contains(" services from "), "{}", harvested.stderr);
    for (name, body) in &bodies {
        let line = harvested.line_of(&publisher.url(&format!("/{name}")));
        assert_eq!(line.ends_with("done"), is_page(body), "{name}: {line}");
    }

    gateway.start_again().await;
    let full = gateway.all("/v3/services?full=true&modified_after=2000-01-01").await;
    let whole: Vec<_> = full.iter().filter(|service| service["organization"].is_object()).collect();
    assert!(whole.len() > 60, "only {} services", whole.len());
    let schema = |name: &str| validator(&schemas.join(name));
    let mut faults = Vec::new();
    let service_schema = schema("service.json");
    for service in whole {
        check(&service_schema, "service", service, &mut faults);
    }
    for (path, list_schema) in [
        ("/v3/services", "service_list.json"),
        ("/v3/service_at_locations", "service_at_location_list.json"),
        ("/v3/organizations", "organization_list.json"),
    ] {
        let list_schema = schema(list_schema);
        for item in gateway.all(path).await {
            check(&list_schema, path, &item, &mut faults);
        }
    }
    for path in ["/v3/locations", "/v3/taxonomies", "/v3/taxonomy_terms", "/v1/services"] {
        let items = gateway.all(path).await;
        faults.extend(items.iter().flat_map(|item| nulls(path, item)));
    }
    let detail_schema = schema("service_at_location.json");
    for item in gateway.all("/v3/service_at_locations").await {
        let path = format!("/v3/service_at_locations/{}", item["id"].as_str().unwrap());
        check(&detail_schema, &path, &gateway.json(&path).await, &mut faults);
    }
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));

    check_conformance(&gateway).await;

    let mut second = Gateway::new(&settings);
    second.harvest().await;
    second.start_again().await;
    let again = second.all("/v3/services?full=true&modified_after=2000-01-01").await;
    assert_eq!(ids(&full), ids(&again));
}

/// Returns name and content of each sample.
fn sample_bodies(folder: &Path) -> Vec<(String, Value)> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    let name = |path: &Path| path.file_stem().unwrap().to_string_lossy().into_owned();
    let read = |path: &Path| serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    paths.iter().map(|path| (name(path), read(path))).collect()
}

/// Returns a publisher's key for a file.
fn slug(name: &str) -> String {
    name.replace(|c: char| !c.is_ascii_alphanumeric(), "-").to_lowercase()
}

/// Returns every id in bodies, those of their parts included.
fn ids(bodies: &[Value]) -> BTreeSet<String> {
    fn collect(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("id").and_then(Value::as_str).map(str::to_owned));
                members.values().for_each(|member| collect(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    for body in bodies {
        collect(body, &mut found);
    }
    found
}

fn check(schema: &Validator, of: &str, body: &Value, faults: &mut Vec<String>) {
    let about = |fault: String| format!("{of} {} {:?}: {fault}", body["id"], body["name"]);
    let errors = schema.iter_errors(body);
    faults.extend(errors.map(|error| about(format!("{}: {error}", error.instance_path()))));
    faults.extend(nulls(of, body));
}

/// Returns a line for each `null` in a body: what is not known is left out.
fn nulls(of: &str, body: &Value) -> Vec<String> {
    let found = match body {
        Value::Null => vec![String::new()],
        Value::Object(members) => {
            let of_member = |(name, member): (&String, &Value)| nulls(&format!("/{name}"), member);
            members.iter().flat_map(of_member).collect()
        }
        Value::Array(items) => items.iter().flat_map(|item| nulls("/*", item)).collect(),
        _ => Vec::new(),
    };
    found
        .into_iter()
        .map(|path| format!("{of}{path} is null").replace(" is null is null", " is null"))
        .collect()
}

/// Formats are asserted, as the official validator does for schemas that name no dialect. Draft 2020-12
/// because draft 7 does not know `uuid`.
fn validator(path: &Path) -> Validator {
    let schema = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    jsonschema::draft202012::options().should_validate_formats(true).build(&schema).unwrap()
}

fn shared(path: &str) -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    env::var_os("BATON_SHARED").map_or_else(beside, PathBuf::from).join(path)
}
