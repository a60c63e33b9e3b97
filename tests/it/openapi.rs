//! The description of the API: what it says is what the API does.

use serde_json::Value;
use serde_json::json;

use crate::support::gateway::Gateway;
use crate::support::gateway::Settings;
use crate::support::gateway::text;
use crate::support::items;
use crate::support::publisher::FakePublisher;

const AREA: &str = "slug = \"bristol\"\nname = \"Bristol\"\npostcodes = [\"BS\"]\n";

async fn gateway_of(publisher: &FakePublisher) -> Gateway {
    let url = publisher.feed("/feed", 50);
    for number in 1..=3 {
        publisher.upsert("/feed", &format!("{number}"), items::series(number, "Yoga for all"));
        let session = items::session(number, items::uri("series", number), 3);
        publisher.upsert("/feed", &format!("s{number}"), session);
    }
    let settings = Settings::following(&[("one", vec![url])]).area(AREA);
    let gateway = Gateway::start(&settings).await;
    gateway.settled().await;
    gateway
}

/// Returns what a path is asked with, as its example was made.
fn asked(root: &str, path: &str, operation: &Value) -> Option<String> {
    let parameters = operation["parameters"].as_array().unwrap();
    let path = match parameters.iter().find(|parameter| parameter["in"] == "path") {
        Some(id) => path.replace("{id}", id["example"].as_str()?),
        None => path.trim_end_matches('/').to_owned(),
    };
    let is_list = parameters.iter().any(|parameter| parameter["name"] == "page");
    Some(format!("{root}{path}{}", if is_list { "?per_page=1" } else { "" }))
}

#[tokio::test]
async fn examples_are_what_the_api_answers_and_are_as_described() {
    let publisher = FakePublisher::start().await;
    let gateway = gateway_of(&publisher).await;
    for root in ["/v3", "/v1", "/areas/bristol/v3", "/areas/bristol/v1"] {
        let document = gateway.json(&format!("{root}/openapi.json")).await;
        assert_eq!(document["openapi"], "3.1.0", "{root}");
        let paths = document["paths"].as_object().unwrap();
        assert!(paths.len() >= 9, "{root}");
        let folded = &paths["/services/{id}"]["get"]["responses"]["308"];
        assert!(folded["description"].is_string(), "{root}");
        for (path, item) in paths {
            let operation = &item["get"];
            let content = &operation["responses"]["200"]["content"]["application/json"];
            // Streams and files are tried in modules of their own; the manifest says when it was made.
            if content["example"].is_null() {
                assert!(
                    ["/changes", "/export", "/export/{file}"].contains(&path.as_str()),
                    "{path}"
                );
                continue;
            }
            let asked =
                asked(root, path, operation).unwrap_or_else(|| panic!("{root}{path}: no id"));
            let answer = gateway.json(&asked).await;
            assert_eq!(content["example"], answer, "{asked}");
            let mut schema = content["schema"].clone();
            schema["components"] = document["components"].clone();
            let validator =
                jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
            let faults: Vec<String> =
                validator.iter_errors(&answer).map(|fault| fault.to_string()).collect();
            assert!(faults.is_empty(), "{asked}: {faults:?}");
            // A description that lets everything pass would prove nothing.
            assert!(!validator.is_valid(&json!("text")), "{asked}");
        }
    }
}

#[tokio::test]
async fn the_page_about_the_api_shows_it_all() {
    let publisher = FakePublisher::start().await;
    let gateway = gateway_of(&publisher).await;
    let page = gateway.get("/api").await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    let html = page.text().replace("&#x2F;", "/");
    for root in ["v3", "v1"] {
        let document = gateway.json(&format!("/{root}/openapi.json")).await;
        for (path, item) in document["paths"].as_object().unwrap() {
            assert!(html.contains(&format!("<code>{path}</code>")), "{path}");
            for parameter in item["get"]["parameters"].as_array().unwrap() {
                let name = text(&parameter["name"]);
                assert!(html.contains(&name), "{path} {name}");
            }
        }
    }
    assert!(html.contains("Yoga for all"), "no example of a real answer");
}

/// Whether a parameter takes any text.
fn is_free(schema: &Value) -> bool {
    let bounds = ["format", "pattern", "enum", "examples"];
    schema["type"] == "string" && bounds.iter().all(|bound| schema.get(bound).is_none())
}

#[tokio::test]
async fn every_described_parameter_is_read() {
    let publisher = FakePublisher::start().await;
    let gateway = gateway_of(&publisher).await;
    let mut asked = Vec::new();
    for root in ["/v3", "/v1"] {
        let document = gateway.json(&format!("{root}/openapi.json")).await;
        for (path, item) in document["paths"].as_object().unwrap() {
            let parameters = item["get"]["parameters"].as_array().unwrap().iter();
            let read = parameters.filter(|p| p["in"] == "query" && !is_free(&p["schema"]));
            asked.extend(read.map(|p| (format!("{root}{path}"), text(&p["name"]))));
        }
    }
    assert!(asked.len() > 40, "{}", asked.len());
    for (path, name) in asked {
        // What nobody could mean shows that the parameter is looked at.
        let answer = gateway.get(&format!("{path}?{name}=%21%21")).await;
        assert_eq!(answer.status, 400, "{path}?{name}: {}", answer.text());
        assert_eq!(answer.json()["parameter"], name.as_str(), "{path}");
    }
}
