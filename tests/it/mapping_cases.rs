//! The small cases of the mapping: a folder each with `input.json` and `expect.json`, which names what
//! matters. Adding a case needs no code; `tests/fixtures/mapping/README.md` tells the form.

use std::env;
use std::path::Path;

use baton::oruk::Service;
use baton::oruk::v1;
use baton::oruk::v3;
use baton::quality::Code;
use jsonschema::Validator;
use serde_json::Value;
use serde_json::json;

use crate::support::json::differences;
use crate::support::pipeline::Mapped;
use crate::support::pipeline::cases;
use crate::support::pipeline::read_json;
use crate::support::pipeline::run;

#[tokio::test]
async fn every_case_says_what_it_should_and_finds_what_it_should() {
    let folders = cases("expect.json");
    assert!(folders.len() > 100, "only {} cases", folders.len());
    let mut faults = Vec::new();
    for folder in folders {
        let expect = read_json(&folder.join("expect.json"));
        let mapped = run(&read_json(&folder.join("input.json"))).await;
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        faults.extend(case_faults(&expect, &mapped).iter().map(|fault| format!("{name}: {fault}")));
    }
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

#[tokio::test]
async fn every_service_of_every_case_is_valid_in_the_strict_form() {
    let schema = shared("reference/hsds-uk-3.0/schema/compiled/service.json");
    if !schema.exists() {
        println!("skipped: {} is not there", schema.display());
        return;
    }
    let closed = validator(read_json(&schema), true);
    let open = validator(read_json(&schema), false);
    let mut faults = Vec::new();
    for folder in cases("input.json") {
        for (service, _) in run(&read_json(&folder.join("input.json"))).await.services {
            let strict = serde_json::to_value(v3::strict(service.clone())).unwrap();
            let whole = serde_json::to_value(&service).unwrap();
            let errors = closed.iter_errors(&strict).chain(open.iter_errors(&whole));
            let place = folder.file_name().unwrap().to_string_lossy();
            faults.extend(errors.map(|e| format!("{place}{}: {e}", e.instance_path())));
        }
    }
    assert!(faults.is_empty(), "{} faults\n{}", faults.len(), faults.join("\n"));
}

fn case_faults(expect: &Value, mapped: &Mapped) -> Vec<String> {
    let known = ["why", "services", "rejected", "orphans", "nowhere"];
    let mut faults = unknown_members(expect, &known);
    let expected = expect["services"].as_array().unwrap();
    let names: Vec<_> = mapped.services.iter().map(|(service, _)| &service.name).collect();
    if expected.len() != names.len() {
        faults.push(format!("services are {names:?}, expected {}", expected.len()));
        return faults;
    }
    for (expected, (service, codes)) in expected.iter().zip(&mapped.services) {
        faults.extend(service_faults(expected, service, codes));
    }
    compare_codes("rejected", &expect["rejected"], &mapped.of_items, &mut faults);
    if expect["orphans"].as_u64().unwrap_or_default() != mapped.orphans {
        faults.push(format!("{} orphans", mapped.orphans));
    }
    let services: Vec<_> = mapped.services.iter().map(|(service, _)| service).collect();
    let text = serde_json::to_string(&services).unwrap();
    let texts = expect["nowhere"].as_array().into_iter().flatten().map(|t| t.as_str().unwrap());
    faults.extend(texts.filter(|t| text.contains(t)).map(|t| format!("says {t:?} somewhere")));
    faults
}

fn service_faults(expected: &Value, service: &Service, codes: &[Code]) -> Vec<String> {
    let known = ["name", "is", "has", "absent", "findings", "strict", "v1"];
    let mut faults = unknown_members(expected, &known);
    if expected["name"] != json!(service.name) {
        faults.push(format!("the name is {:?}", service.name));
    }
    let whole = serde_json::to_value(service).unwrap();
    faults.extend(form_faults("", expected, &whole));
    let strict = serde_json::to_value(v3::strict(service.clone())).unwrap();
    faults.extend(form_faults("strict ", &expected["strict"], &strict));
    let older = serde_json::to_value(v1::Service::full(service)).unwrap();
    faults.extend(form_faults("v1 ", &expected["v1"], &older));
    compare_codes("findings", &expected["findings"], codes, &mut faults);
    faults
}

/// Compares what stands at JSON pointers: equal to, containing, or absent.
fn form_faults(form: &str, expected: &Value, actual: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let members = |name: &str| expected[name].as_object().into_iter().flatten();
    for (pointer, value) in members("is") {
        let found = actual.pointer(pointer).unwrap_or(&Value::Null);
        let different = differences(value, found);
        faults.extend(different.iter().map(|fault| format!("{form}{pointer}{fault}")));
    }
    for (pointer, part) in members("has") {
        let found = actual.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        if !found.contains(part.as_str().unwrap()) {
            faults.push(format!("{form}{pointer} is {found:?}, expected {part} in it"));
        }
    }
    for pointer in expected["absent"].as_array().into_iter().flatten() {
        if let Some(found) = actual.pointer(pointer.as_str().unwrap()) {
            faults.push(format!("{form}{pointer} is {found}, expected nothing"));
        }
    }
    faults
}

fn compare_codes(what: &str, expected: &Value, actual: &[Code], faults: &mut Vec<String>) {
    let expected = expected.as_array().into_iter().flatten().map(|c| c.as_str().unwrap());
    let mut expected: Vec<&str> = expected.collect();
    let mut actual: Vec<&str> = actual.iter().map(|code| code.as_str()).collect();
    for codes in [&mut expected, &mut actual] {
        codes.sort_unstable();
        codes.dedup();
    }
    if expected != actual {
        faults.push(format!("{what} are {actual:?}, expected {expected:?}"));
    }
}

fn unknown_members(object: &Value, known: &[&str]) -> Vec<String> {
    let members = object.as_object().unwrap().keys();
    let unknown = members.filter(|name| !known.contains(&name.as_str()));
    unknown.map(|name| format!("expect.json: what is {name:?}?")).collect()
}

/// Formats are asserted, as the official validator does for schemas that name no dialect. Closed: what
/// the schema does not name may not be there.
fn validator(mut schema: Value, is_closed: bool) -> Validator {
    if is_closed {
        close(&mut schema);
    }
    jsonschema::draft202012::options().should_validate_formats(true).build(&schema).unwrap()
}

fn close(schema: &mut Value) {
    if schema["properties"].is_object() {
        schema["additionalProperties"] = json!(false);
    }
    match schema {
        Value::Object(members) => members.values_mut().for_each(close),
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}

fn shared(path: &str) -> std::path::PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    env::var_os("BATON_SHARED").map_or_else(beside, Into::into).join(path)
}
