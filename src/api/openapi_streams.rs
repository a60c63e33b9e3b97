//! The description of what is sent as streams and files, for [`openapi`](super::openapi).

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::openapi::problem;
use crate::export::Format;

/// Returns these paths below `/v3`, with what each answers.
pub(super) fn paths() -> Map<String, Value> {
    let described = [("/changes", changes()), ("/export", manifest()), ("/export/{file}", file())];
    described.into_iter().map(|(path, get)| (path.to_owned(), json!({ "get": get }))).collect()
}

fn changes() -> Value {
    json!({
        "operationId": "get_changes",
        "summary": "Changes as they come, as server-sent events",
        "description": "The id of an event is the number of the change. `updated` and `deleted` name the \
            service; `reset` says that changes are not known so far back: read all, then go on.",
        "parameters": [
            {
                "name": "Last-Event-ID", "in": "header",
                "description": "Number of the last change that was seen; 0 tells everything.",
                "schema": { "type": "integer", "minimum": 0 },
            },
            {
                "name": "last_event_id", "in": "query",
                "description": "What the header `Last-Event-ID` says, for those that cannot set it.",
                "schema": { "type": "integer", "minimum": 0 },
            },
            {
                "name": "full", "in": "query",
                "description": "Whole services instead of `id` and `modified_date`.",
                "schema": { "type": "boolean" },
            },
        ],
        "responses": responses(&[
            ("200", json!({
                "description": "Events until the client goes",
                "content": { "text/event-stream": { "schema": { "type": "string" } } },
            })),
            ("400", problem("A parameter could not be read")),
        ]),
    })
}

fn manifest() -> Value {
    let text = json!({ "type": "string" });
    let sources = json!({
        "type": "object",
        "properties": {
            "publisher": text, "name": text, "url": text, "license": text,
            "last_read": { "type": "string", "format": "date-time" },
        },
        "required": ["publisher", "name", "url"],
    });
    let files = json!({
        "type": "object",
        "properties": { "url": text, "media_type": text, "made": { "type": "object" } },
        "required": ["url", "media_type"],
    });
    let schema = json!({
        "type": "object",
        "properties": {
            "title": text,
            "created": { "type": "string", "format": "date-time" },
            "change_number": { "type": "integer" },
            "attribution": text,
            "sources": { "type": "array", "items": sources },
            "files": { "type": "array", "items": files },
        },
        "required": ["title", "created", "change_number", "attribution", "sources", "files"],
    });
    json!({
        "operationId": "get_export",
        "summary": "What exports are made of: sources, licences, when each was read; and the files",
        "parameters": [],
        "responses": responses(&[
            ("200", json!({
                "description": "Found", "content": { "application/json": { "schema": schema } },
            })),
            ("304", json!({ "description": "Not changed since `If-None-Match`" })),
        ]),
    })
}

fn file() -> Value {
    let names: Vec<&str> = Format::ALL.iter().map(|format| format.file_name()).collect();
    let kinds = Format::ALL.iter().map(|format| (format.media_type().to_owned(), json!({})));
    let content = Value::Object(kinds.collect());
    json!({
        "operationId": "get_export_file",
        "summary": "All services in one file: lines of JSON, the HSDS tabular data package, GeoJSON or Parquet",
        "parameters": [{
            "name": "file", "in": "path", "required": true, "example": names[0],
            "schema": { "type": "string", "enum": names },
        }],
        "responses": responses(&[
            ("200", json!({ "description": "The whole file", "content": content })),
            ("206", json!({ "description": "The part that `Range` asks for", "content": content })),
            ("304", json!({ "description": "Not changed since `If-None-Match`" })),
            ("404", problem("There is no such file")),
            ("416", problem("The part lies outside the file")),
        ]),
    })
}

/// Adds what every path may answer.
fn responses(own: &[(&str, Value)]) -> Value {
    let common = [
        ("406", problem("The client does not take what is sent")),
        ("414", problem("The query is too long")),
        ("429", problem("The client asks too often")),
        ("503", problem("Not to be had just now")),
    ];
    let all = own.iter().cloned().chain(common);
    Value::Object(all.map(|(status, response)| (status.to_owned(), response)).collect())
}
