//! `/api`: the API for people, made of the same description that programs read.

use std::fmt::Write as _;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Html;
use serde_json::Value;

use super::STYLE;
use super::escape;
use crate::api;
use crate::api::ApiState;

/// How much of an example is shown, in lines.
const MAX_LINES: usize = 40;

/// `GET /api`: paths, parameters and an example answer of each, for both versions.
pub(crate) async fn api(State(state): State<ApiState>, headers: HeaderMap) -> Html<String> {
    let mut body = String::new();
    for root in ["v3", "v1"] {
        if let Some(document) = api::description(&state, root, &headers).await {
            push_version(&mut body, root, &document);
        }
    }
    Html(format!(
        "<!doctype html><html lang=\"en-GB\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>The API of Baton</title><style>{STYLE}{OWN_STYLE}</style></head><body><main>\
         <p><a href=\"/\">Baton</a></p><h1>The API</h1>\
         <p>Everything is read with GET and answered as JSON; no key is needed. Different parameters \
         narrow a query, values of one parameter widen it. Errors are \
         <a href=\"https://www.rfc-editor.org/rfc/rfc9457\">problems</a> that name the parameter and what \
         would be right.</p>{body}</main></body></html>"
    ))
}

fn push_version(html: &mut String, root: &str, document: &Value) {
    let server = text(&document["servers"][0]["url"]);
    push(
        html,
        format_args!(
            "<h2 id=\"{root}\">{}</h2><p>At <code>{server}</code>; for programs: \
             <a href=\"/{root}/openapi.json\">OpenAPI</a>.</p>",
            text(&document["info"]["title"]),
        ),
    );
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        push_operation(html, &server, path, &item["get"]);
    }
}

fn push_operation(html: &mut String, server: &str, path: &str, operation: &Value) {
    push(
        html,
        format_args!(
            "<section><h3><code>{}</code></h3><p>{}.</p>",
            escape(path),
            text(&operation["summary"])
        ),
    );
    let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    let in_query: Vec<&Value> = parameters.iter().filter(|p| p["in"] == "query").collect();
    if !in_query.is_empty() {
        push(html, format_args!("<details><summary>{} parameters</summary><dl>", in_query.len()));
        for parameter in in_query {
            push(
                html,
                format_args!(
                    "<dt><code>{}</code></dt><dd>{}</dd>",
                    text(&parameter["name"]),
                    text(&parameter["description"]),
                ),
            );
        }
        html.push_str("</dl></details>");
    }
    let example = &operation["responses"]["200"]["content"]["application/json"]["example"];
    if !example.is_null() {
        let id = parameters.iter().find_map(|parameter| parameter["example"].as_str());
        let path = path.replace("{id}", id.unwrap_or_default());
        let query = if parameters.iter().any(|p| p["name"] == "page") { "?per_page=1" } else { "" };
        let whole = serde_json::to_string_pretty(example).unwrap_or_default();
        let mut shown: Vec<&str> = whole.lines().take(MAX_LINES).collect();
        if whole.lines().count() > MAX_LINES {
            shown.push("…");
        }
        push(
            html,
            format_args!(
                "<details><summary>Example</summary><p><a href=\"{0}\"><code>{0}</code></a></p>\
                 <pre tabindex=\"0\">{1}</pre></details>",
                escape(&format!("{server}{}{query}", path.trim_end_matches('/'))),
                escape(&shown.join("\n")),
            ),
        );
    }
    html.push_str("</section>");
}

fn push(html: &mut String, part: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let written = html.write_fmt(part);
    debug_assert!(written.is_ok());
}

fn text(value: &Value) -> String {
    escape(value.as_str().unwrap_or_default())
}

const OWN_STYLE: &str = "section{border-top:1px solid #b1b4b6;padding:.2rem 0}h3{margin:.5rem 0}\
dt{margin-top:.5rem}dd{margin-left:1.5rem}pre{overflow-x:auto;background:#f3f2f1;padding:1rem;font-size:.85rem}\
summary{cursor:pointer;color:#1d70b8}";
