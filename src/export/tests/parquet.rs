//! A file of columns, as the reader of others has it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Seek as _;

use chrono::DateTime;
use chrono::SecondsFormat;
use parquet::basic::LogicalType;
use parquet::basic::TimeUnit;
use parquet::file::reader::FileReader as _;
use parquet::file::reader::SerializedFileReader;
use parquet::record::Field;
use serde_json::Map;
use serde_json::Value;

use super::about;
use super::services;
use super::text;
use super::written;
use crate::export::Format;

/// The rows of a file of columns, as another reader has them.
fn rows(reader: &SerializedFileReader<File>) -> Vec<Map<String, Value>> {
    let cell = |(name, field): (&String, &Field)| {
        let value = match field {
            Field::Null => Value::Null,
            Field::Str(text) => text.as_str().into(),
            Field::Double(number) => (*number).into(),
            Field::TimestampMillis(millis) => {
                let moment = DateTime::from_timestamp_millis(*millis).unwrap();
                moment.to_rfc3339_opts(SecondsFormat::Millis, true).into()
            }
            other => panic!("{name}: {other:?}"),
        };
        (name.clone(), value)
    };
    let rows = reader.get_row_iter(None).unwrap();
    rows.map(|row| row.unwrap().get_column_iter().map(cell).collect()).collect()
}

#[test]
fn every_feature_is_a_row_of_columns_with_its_position_and_the_whole_service() {
    let services = services();
    let reader = SerializedFileReader::new(written(Format::Parquet, &services)).unwrap();
    let collection: Value =
        serde_json::from_str(&text(written(Format::GeoJson, &services))).unwrap();
    let features = collection["features"].as_array().unwrap();
    let rows = rows(&reader);
    assert_eq!(rows.len(), features.len());
    for (row, feature) in rows.iter().zip(features) {
        let mut expected = feature["properties"].as_object().unwrap().clone();
        let number = |value: &Value| value.as_f64().map_or(Value::Null, Value::from);
        for name in ["minimum_age", "maximum_age"] {
            expected[name] = number(&expected[name]);
        }
        let coordinates = &feature["geometry"]["coordinates"];
        expected.insert("latitude".to_owned(), number(&coordinates[1]));
        expected.insert("longitude".to_owned(), number(&coordinates[0]));
        expected.insert("id".to_owned(), feature["id"].clone());
        let mut row = row.clone();
        let whole = row.remove("service").unwrap();
        assert_eq!(row, expected);
        let whole: Value = serde_json::from_str(whole.as_str().unwrap()).unwrap();
        assert!(services.contains(&whole) && whole["id"] == row["service_id"], "{whole}");
    }
}

#[test]
fn a_file_of_columns_says_what_it_is_and_what_its_columns_hold() {
    let reader = SerializedFileReader::new(written(Format::Parquet, &[])).unwrap();
    assert_eq!(rows(&reader), []);
    let about = reader.metadata().file_metadata();
    let said: BTreeMap<&str, &str> = about
        .key_value_metadata()
        .unwrap()
        .iter()
        .map(|pair| (pair.key.as_str(), pair.value.as_deref().unwrap()))
        .collect();
    assert_eq!((said["title"], said["change_number"]), ("Everything", "7"));
    assert_eq!(said["created"], "2026-09-21T14:15:00Z");
    assert!(said["attribution"].contains("Publisher One"), "{said:?}");
    let sources: Value = serde_json::from_str(said["sources"]).unwrap();
    assert_eq!(sources[0]["license"], "https://creativecommons.org/licenses/by/4.0/");
    let columns = about.schema().get_fields();
    let kind = |name: &str| {
        let column = columns.iter().find(|column| column.name() == name).unwrap();
        column.get_basic_info().logical_type_ref().cloned()
    };
    assert_eq!(kind("last_modified"), Some(LogicalType::timestamp(true, TimeUnit::MILLIS)));
    assert_eq!(kind("service"), Some(LogicalType::Json));
    assert_eq!(kind("name"), Some(LogicalType::String));
}

#[test]
fn no_text_breaks_a_file_of_columns_and_none_fills_the_memory() {
    let long = "Å".repeat(50_000);
    let names =
        ["<script>alert(1)</script>", "a\0b", "\\ud800", "\u{1f3c3}\u{202e}", "", "PAR1", &long];
    let service = services().swap_remove(0);
    let mut file = tempfile::tempfile().unwrap();
    let mut writer = Format::Parquet.writer(file.try_clone().unwrap(), about()).unwrap();
    // More than is held at a time.
    for name in names.iter().cycle().take(names.len() * 200) {
        let mut service = service.clone();
        service["name"] = (*name).into();
        writer.write(&service.to_string()).unwrap();
        let surrogate = service.to_string().replacen("\"name\":\"", "\"name\":\"\\ud800", 1);
        writer.write(&surrogate).expect_err("half a character is none");
    }
    writer.finish().unwrap();
    file.rewind().unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    assert!(reader.num_row_groups() > 1, "{} groups", reader.num_row_groups());
    let rows = rows(&reader);
    assert!(rows.len() >= names.len() * 200);
    for name in names {
        let found: Vec<_> = rows.iter().filter(|row| row["name"] == name).collect();
        assert_eq!(found.len(), rows.len() / names.len(), "{name:.40}");
        for row in found {
            let whole: Value = serde_json::from_str(row["service"].as_str().unwrap()).unwrap();
            assert_eq!(whole["name"], name);
        }
    }
}
