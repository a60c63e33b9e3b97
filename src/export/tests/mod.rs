//! What is written is what was given, in every form.

mod parquet;

use std::collections::BTreeMap;
use std::fs;
use std::fs::File;
use std::io::Seek as _;
use std::path::Path;

use chrono::DateTime;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::About;
use super::Format;
use super::Source;

/// The services that the cases of the mapping come to, and one with texts nobody should trust.
fn services() -> Vec<Value> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/mapping");
    let mut services: Vec<Value> = fs::read_dir(cases)
        .unwrap()
        .filter_map(|case| fs::read_to_string(case.unwrap().path().join("expected.json")).ok())
        .map(|text| serde_json::from_str(&text).unwrap())
        .collect();
    assert!(services.len() >= 8, "{}", services.len());
    services.sort_by_key(|service| service["id"].as_str().unwrap().to_owned());
    services[0]["schedules"][0]["x_openactive"] =
        json!({ "except_dates": ["2026-12-24", "2026-12-31"] });
    for (service, name) in services.iter_mut().zip([
        "=HYPERLINK(\"https://example.org\")",
        "A \"quoted\", name\r\nof two lines\u{2028}and </script> more",
        "-1FR +44 @sum",
    ]) {
        service["name"] = name.into();
    }
    services
}

fn about() -> About {
    let source = Source {
        publisher: "one".to_owned(),
        name: "Publisher One".to_owned(),
        url: "https://one.example.org/feed".to_owned(),
        license: Some("https://creativecommons.org/licenses/by/4.0/".to_owned()),
        last_read: DateTime::from_timestamp(1_790_000_000, 0),
    };
    let created = DateTime::from_timestamp(1_790_000_100, 0).unwrap();
    About::new("Everything".to_owned(), created, 7, vec![source.clone(), source], Vec::new())
}

fn written(format: Format, services: &[Value]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    let mut writer = format.writer(file.try_clone().unwrap(), about()).unwrap();
    for service in services {
        writer.write(&service.to_string()).unwrap();
    }
    writer.finish().unwrap();
    file.rewind().unwrap();
    file
}

fn text(file: File) -> String {
    std::io::read_to_string(file).unwrap()
}

/// The rows of each table, by id.
type Tables = BTreeMap<String, BTreeMap<String, BTreeMap<String, String>>>;

fn tables(file: File) -> (Value, Tables) {
    let mut archive = zip::ZipArchive::new(file).unwrap();
    let package: Value =
        serde_json::from_reader(archive.by_name("datapackage.json").unwrap()).unwrap();
    let mut tables = Tables::new();
    for resource in package["resources"].as_array().unwrap() {
        let file = archive.by_name(resource["path"].as_str().unwrap()).unwrap();
        let mut reader = csv::Reader::from_reader(file);
        let fields = resource["schema"]["fields"].as_array().unwrap().iter();
        let described: Vec<&str> = fields.map(|field| field["name"].as_str().unwrap()).collect();
        assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), described);
        let table = tables.entry(resource["name"].as_str().unwrap().to_owned()).or_default();
        for row in reader.deserialize::<BTreeMap<String, String>>() {
            let row = row.unwrap();
            let id = row["id"].clone();
            assert!(table.insert(id.clone(), row).is_none(), "{}: {id} twice", resource["name"]);
        }
    }
    (package, tables)
}

/// The table of what stands under a name, and whether the first that is met counts.
fn table_of(name: &str) -> Option<(&'static str, bool)> {
    Some(match name {
        "organization" => ("organization", true),
        "organization_identifiers" => ("organization_identifier", true),
        "program" => ("program", true),
        "service_at_locations" => ("service_at_location", false),
        "location" => ("location", true),
        "addresses" => ("address", true),
        "accessibility" => ("accessibility", true),
        "schedules" => ("schedule", false),
        "cost_options" => ("cost_option", false),
        "contacts" => ("contact", false),
        "phones" => ("phone", false),
        "languages" => ("language", false),
        "attributes" => ("attribute", false),
        "taxonomy_term" => ("taxonomy_term", true),
        _ => return None,
    })
}

fn cell_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            items.iter().map(|item| item.as_str().unwrap()).collect::<Vec<_>>().join(",")
        }
        other => other.to_string(),
    }
}

/// Compares an object of the API with its row, and all that it holds with theirs.
fn compare(tables: &Tables, (table, is_shared): (&str, bool), object: &Map<String, Value>) {
    let id = object["id"].as_str().unwrap();
    let row = tables[table].get(id).unwrap_or_else(|| panic!("{table}: no row {id}"));
    for (name, value) in object {
        let what = format!("{table}.{name} of {id}");
        match value {
            Value::Array(items) => {
                for item in items.iter().filter_map(Value::as_object) {
                    compare(tables, table_of(name).expect(name), item);
                }
            }
            Value::Object(source) if name == "x_openactive" => {
                for (field, value) in source {
                    assert_eq!(row[&format!("{name}_{field}")], cell_of(value), "{what}");
                }
            }
            Value::Object(inner) => compare(tables, table_of(name).expect(name), inner),
            _ => {
                let text = cell_of(value);
                let cell = row.get(name).unwrap_or_else(|| panic!("{what}: no such field"));
                assert!(is_shared || *cell == text, "{what}: {cell:?}, not {text:?}");
            }
        }
    }
}

#[test]
fn lines_are_the_services_one_for_each() {
    let services = services();
    let text = text(written(Format::Ndjson, &services));
    let lines: Vec<Value> =
        text.split_terminator('\n').map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, services);
}

#[test]
fn every_field_of_the_api_is_in_the_data_package() {
    let services = services();
    let (package, tables) = tables(written(Format::Csv, &services));
    for service in &services {
        compare(&tables, ("service", false), service.as_object().unwrap());
    }
    assert_eq!(tables["service"].len(), services.len());
    assert!(tables["taxonomy"].len() > 2);
    assert_eq!(package["profile"], "tabular-data-package");
    assert_eq!(
        package["licenses"],
        json!([{ "path": "https://creativecommons.org/licenses/by/4.0/" }])
    );
    assert_eq!(package["sources"][0]["title"], "Publisher One");
}

#[test]
fn every_key_leads_to_a_row() {
    let (package, tables) = tables(written(Format::Csv, &services()));
    let mut followed = 0;
    for resource in package["resources"].as_array().unwrap() {
        let name = resource["name"].as_str().unwrap();
        for key in resource["schema"]["foreignKeys"].as_array().unwrap() {
            let other = key["reference"]["resource"].as_str().unwrap();
            let field = key["fields"].as_str().unwrap();
            for row in tables[name].values().filter(|row| !row[field].is_empty()) {
                assert!(tables[other].contains_key(&row[field]), "{name}.{field} of {row:?}");
                followed += 1;
            }
        }
    }
    assert!(followed > 50, "{followed}");
}

#[test]
fn every_service_is_a_feature_at_each_of_its_places() {
    let services = services();
    let collection: Value =
        serde_json::from_str(&text(written(Format::GeoJson, &services))).unwrap();
    assert_eq!(collection["type"], "FeatureCollection");
    assert_eq!(
        collection["attribution"],
        "Contains OpenActive data of Publisher One (https://creativecommons.org/licenses/by/4.0/), \
         put into the form of Open Referral UK."
    );
    let features = collection["features"].as_array().unwrap();
    for service in &services {
        let of = |feature: &&Value| feature["properties"]["service_id"] == service["id"];
        let found: Vec<&Value> = features.iter().filter(of).collect();
        let places = service["service_at_locations"].as_array().cloned().unwrap_or_default();
        let points: Vec<Value> = places
            .iter()
            .map(|at| &at["location"])
            .filter(|location| location["latitude"].is_number())
            .map(|location| json!([location["longitude"], location["latitude"]]))
            .collect();
        let shown: Vec<Value> =
            found.iter().map(|feature| feature["geometry"]["coordinates"].clone()).collect();
        let expected = if points.is_empty() { vec![Value::Null] } else { points };
        assert_eq!(shown, expected, "{}", service["name"]);
        assert_eq!(found[0]["properties"]["name"], service["name"]);
        assert_eq!(found[0]["properties"]["organization"], service["organization"]["name"]);
    }
}

#[test]
fn nothing_at_all_is_a_whole_file_too() {
    assert_eq!(text(written(Format::Ndjson, &[])), "");
    let (_, tables) = tables(written(Format::Csv, &[]));
    assert!(tables.values().all(BTreeMap::is_empty));
    let collection: Value = serde_json::from_str(&text(written(Format::GeoJson, &[]))).unwrap();
    assert_eq!(collection["features"], json!([]));
}
