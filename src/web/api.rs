//! `/api`: the API for people, made of the same description that programs read.

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::Value;

use super::frame::Frame;
use super::frame::Section;
use super::frame::page;
use super::words;
use crate::api;
use crate::api::ApiState;

/// How much of an example is shown, in lines.
const MAX_LINES: usize = 40;

#[derive(Template)]
#[template(path = "api.html")]
struct Page {
    frame: Frame,
    versions: Vec<Version>,
}

struct Version {
    root: &'static str,
    title: String,
    server: String,
    operations: Vec<Operation>,
}

struct Operation {
    path: String,
    summary: String,
    /// Names and descriptions.
    parameters: Vec<(String, String)>,
    example: Option<Example>,
}

struct Example {
    address: String,
    body: String,
}

/// `GET /api`: paths, parameters and an example answer of each, for both versions.
pub(super) async fn api(State(state): State<ApiState>, headers: HeaderMap) -> Response {
    let mut versions = Vec::new();
    for root in ["v3", "v1"] {
        if let Some(document) = api::description(&state, root, &headers).await {
            versions.push(version(root, &document));
        }
    }
    page(&Page { frame: Frame::new("The API", Section::Api), versions })
}

fn version(root: &'static str, document: &Value) -> Version {
    let server = text(&document["servers"][0]["url"]);
    let paths = document["paths"].as_object().into_iter().flatten();
    let operations = paths.map(|(path, item)| operation(&server, path, &item["get"])).collect();
    Version { root, title: text(&document["info"]["title"]), server, operations }
}

fn operation(server: &str, path: &str, operation: &Value) -> Operation {
    let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    let in_query = parameters.iter().filter(|parameter| parameter["in"] == "query");
    let body = &operation["responses"]["200"]["content"]["application/json"]["example"];
    Operation {
        path: path.to_owned(),
        summary: text(&operation["summary"]),
        parameters: in_query.map(|p| (text(&p["name"]), text(&p["description"]))).collect(),
        example: (!body.is_null()).then(|| example(server, path, parameters, body)),
    }
}

fn example(server: &str, path: &str, parameters: &[Value], body: &Value) -> Example {
    let id = parameters.iter().find_map(|parameter| parameter["example"].as_str());
    let path = path.replace("{id}", id.unwrap_or_default());
    let query = if parameters.iter().any(|p| p["name"] == "page") { "?per_page=1" } else { "" };
    let whole = serde_json::to_string_pretty(body).unwrap_or_default();
    let mut shown: Vec<&str> = whole.lines().take(MAX_LINES).collect();
    if whole.lines().count() > MAX_LINES {
        shown.push("…");
    }
    let address = format!("{server}{}{query}", path.trim_end_matches('/'));
    Example { address, body: shown.join("\n") }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
