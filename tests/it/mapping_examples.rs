//! The worked cases: a folder each, `input.json` through the whole pipeline on a store in memory, and
//! the result equal to `expected*.json`, value for value. Adding a case needs no code.

use baton::oruk::Service;
use baton::oruk::v1;
use baton::oruk::v3;

use crate::support::json::differences;
use crate::support::pipeline::Mapped;
use crate::support::pipeline::cases;
use crate::support::pipeline::read_json;
use crate::support::pipeline::run;

#[tokio::test]
async fn every_worked_case_is_equal_in_all_three_forms() {
    let mut failures = Vec::new();
    for folder in cases("expected.json") {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let mapped = run(&read_json(&folder.join("input.json"))).await;
        assert_eq!(mapped.services.len(), 1, "{name}");
        let service = &mapped.services[0].0;
        let forms = [
            ("expected.json", serde_json::to_value(service).unwrap()),
            ("expected.strict.json", serde_json::to_value(v3::strict(service.clone())).unwrap()),
            ("expected.v1.json", serde_json::to_value(v1::Service::full(service)).unwrap()),
        ];
        for (file, actual) in forms {
            let expected = read_json(&folder.join(file));
            let different = differences(&expected, &actual);
            failures.extend(different.iter().map(|d| format!("{name}/{file}: {d}")));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[tokio::test]
async fn a_second_run_from_nothing_gives_the_same_bytes() {
    for folder in cases("input.json") {
        let input = read_json(&folder.join("input.json"));
        let bytes = |mapped: Mapped| {
            let services: Vec<Service> = mapped.services.into_iter().map(|(one, _)| one).collect();
            serde_json::to_vec(&services).unwrap()
        };
        assert_eq!(bytes(run(&input).await), bytes(run(&input).await));
    }
}
