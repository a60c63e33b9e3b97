//! The mapping examples in every shape, against the published schemas.

use std::env;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use jsonschema::Validator;
use serde_json::Value;
use serde_json::json;

use crate::oruk::Id;
use crate::oruk::Language;
use crate::oruk::Service;
use crate::oruk::v3;

#[test]
fn a_list_item_is_the_service_without_its_lists() {
    for service in services() {
        let mut expected = value(&service);
        expected.as_object_mut().unwrap().remove("program");
        without_lists(&mut expected);
        without_lists(&mut expected["organization"]);
        assert_eq!(summary(&service), expected);
    }
}

#[test]
fn a_strict_list_item_is_that_of_the_strict_service() {
    for service in services() {
        let body = serde_json::to_vec(&service).unwrap();
        let strict = v3::strict(service.clone());
        let item = || v3::ServiceSummary::read(&body, true).unwrap();
        assert_eq!(value(&item()), summary(&strict));
        for place in &strict.service_at_locations {
            let at = item().at(place.id, true).unwrap();
            assert_eq!(value(&at.unwrap()), place_summary(&strict, place.id));
        }
    }
}

#[test]
fn a_service_at_location_has_the_whole_service_but_its_places() {
    for service in services() {
        for place in &service.service_at_locations {
            let mut expected = value(place);
            let mut whole = value(&service);
            whole.as_object_mut().unwrap().remove("service_at_locations");
            expected["name"] = json!(service.name);
            expected["status"] = json!(service.status);
            expected["service"] = whole;
            assert_eq!(value(&v3::service_at_location(&service, place.id)), expected);
        }
        assert_eq!(v3::service_at_location(&service, service.id), None);
    }
}

#[test]
fn a_service_at_location_in_a_list_has_scalars_only() {
    for service in services() {
        for place in &service.service_at_locations {
            let mut expected = value(place);
            without_lists(&mut expected["location"]);
            expected["name"] = json!(service.name);
            expected["status"] = json!(service.status);
            expected["service"] = summary(&service);
            assert_eq!(place_summary(&service, place.id), expected);
        }
    }
}

#[test]
fn every_shape_passes_the_published_schemas() {
    let folder = shared().join("reference/hsds-uk-3.0/schema/compiled");
    if !folder.is_dir() {
        println!("skipped: {} is not there", folder.display());
        return;
    }
    let schema = |name: &str| validator(&folder.join(name));
    let service_schema = schema("service.json");
    let summary_schema = schema("service_list.json");
    let place_schema = schema("service_at_location.json");
    let place_summary_schema = schema("service_at_location_list.json");
    let organization_schema = schema("organization_list.json");
    for service in services() {
        check(&service_schema, &value(&service));
        check(&summary_schema, &summary(&service));
        let organization = serde_json::to_string(&service.organization).unwrap();
        let in_list: v3::OrganizationSummary<'_> = serde_json::from_str(&organization).unwrap();
        check(&organization_schema, &value(&in_list));
        for place in &service.service_at_locations {
            let detail = value(&v3::service_at_location(&service, place.id));
            check(&place_schema, &detail);
            check(&service_schema, &detail);
            let item = place_summary(&service, place.id);
            check(&place_summary_schema, &item);
        }
    }
}

#[test]
fn the_schemas_do_refuse() {
    let folder = shared().join("reference/hsds-uk-3.0/schema/compiled");
    if !folder.is_dir() {
        println!("skipped: {} is not there", folder.display());
        return;
    }
    let schema = validator(&folder.join("service_list.json"));
    let mut item = summary(&services().remove(0));
    item["id"] = json!("no uuid");
    assert!(!schema.is_valid(&item));
    item["id"] = json!("8e874fab-05cb-5bd0-8b0e-f085df4298c8");
    assert!(schema.is_valid(&item));
    item["status"] = json!("open");
    assert!(!schema.is_valid(&item));
}

fn check(schema: &Validator, instance: &Value) {
    let errors: Vec<_> = schema
        .iter_errors(instance)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(errors, Vec::<String>::new(), "{instance:#}");
}

/// Formats are asserted, as the official validator does for schemas that name no dialect. Draft 2020-12
/// because draft 7 does not know `uuid`.
fn validator(path: &Path) -> Validator {
    let schema = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    jsonschema::draft202012::options().should_validate_formats(true).build(&schema).unwrap()
}

fn shared() -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    env::var_os("BATON_SHARED").map_or_else(beside, PathBuf::from)
}

fn without_lists(object: &mut Value) {
    object.as_object_mut().unwrap().retain(|_, member| !member.is_array());
}

/// Returns the mapping examples, the first with a language and an assurer too.
fn services() -> Vec<Service> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/mapping");
    let entries = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<_> = entries.filter(|path| path.join("expected.json").exists()).collect();
    folders.sort();
    let read = |folder: PathBuf| fs::read(folder.join("expected.json")).unwrap();
    let mut services: Vec<Service> =
        folders.into_iter().map(|f| serde_json::from_slice(&read(f)).unwrap()).collect();
    let first = &mut services[0];
    first.languages = vec![Language {
        id: Id::derive("language", &[&first.id.to_string(), "cy"]),
        service_id: first.id,
        code: Some("cy".to_owned()),
        name: Some("Welsh".to_owned()),
    }];
    first.assured_date = Some("2026-11-01".to_owned());
    first.assurer_email = Some("data@example.org".to_owned());
    services
}

fn summary(service: &Service) -> Value {
    let body = serde_json::to_vec(service).unwrap();
    value(&v3::ServiceSummary::read(&body, false).unwrap())
}

fn place_summary(service: &Service, service_at_location_id: Id) -> Value {
    let body = serde_json::to_vec(service).unwrap();
    let summary = v3::ServiceSummary::read(&body, false).unwrap();
    value(&summary.at(service_at_location_id, false).unwrap().unwrap())
}

fn value(item: &impl serde::Serialize) -> Value {
    serde_json::to_value(item).unwrap()
}
