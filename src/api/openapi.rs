//! The description of the API, as OpenAPI 3.1: one document for each version and root.
//!
//! Specification: <https://spec.openapis.org/oas/v3.1.0>. Paths and parameters stand in the tables below;
//! the objects are those of the standards, from the tables that `baton check` judges by. Examples are
//! what the API answers at the moment: the routes themselves are asked.

use axum::Router;
use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::Request;
use axum::http::header;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;
use tower::ServiceExt as _;

use super::asked::Answer;
use super::asked::Asked;
use super::asked::modified;
use super::openapi_streams;
use super::parameters::Parameter;
use super::parameters::Set;
use super::state::ApiState;
use super::v1;
use super::v3;
use crate::conformance::Target;
use crate::conformance::json_schemas;

const DESCRIPTION: &str = "Sport and physical activity published as OpenActive, as Open Referral UK. \
    Different parameters narrow a query. Several days, ids or vocabularies widen it, each in a \
    parameter of its own, days and ids also with commas between; a parameter of which nothing else is said is \
    given once. A parameter that is not described here is passed over.";

/// The largest example.
const MAX_EXAMPLE_BYTES: usize = 1024 * 1024;

/// What a path answers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// One object.
    One,
    /// Pages of objects.
    List,
}

/// A path: where, what it answers with, its parameters.
type Described = (&'static str, &'static str, Shape, &'static [Set]);

const V3: &[Described] = &[
    ("/", "api_details", Shape::One, &[]),
    (
        "/services",
        "service",
        Shape::List,
        &[Set::Paging, Set::Terms3, Set::Times3, Set::Filters, Set::Services, Set::Format],
    ),
    ("/services/{id}", "service", Shape::One, &[Set::Explain]),
    (
        "/service_at_locations",
        "service_at_location",
        Shape::List,
        &[Set::Paging, Set::Terms3, Set::Times3, Set::Filters, Set::Full, Set::Format],
    ),
    ("/service_at_locations/{id}", "service_at_location", Shape::One, &[]),
    ("/taxonomies", "taxonomy", Shape::List, &[Set::Paging]),
    ("/taxonomies/{id}", "taxonomy", Shape::One, &[]),
    ("/taxonomy_terms", "taxonomy_term", Shape::List, &[Set::Paging, Set::OfTaxonomy]),
    ("/taxonomy_terms/{id}", "taxonomy_term", Shape::One, &[]),
    ("/organizations", "organization", Shape::List, &[Set::Paging]),
    ("/organizations/{id}", "organization", Shape::One, &[]),
    ("/locations", "location", Shape::List, &[Set::Paging]),
    ("/locations/{id}", "location", Shape::One, &[]),
];

const V1: &[Described] = &[
    ("/", "api_details", Shape::One, &[]),
    ("/services", "service", Shape::List, &[Set::Paging, Set::Terms1, Set::Times1, Set::Filters]),
    ("/services/{id}", "service", Shape::One, &[]),
    ("/taxonomies", "taxonomy", Shape::List, &[Set::Paging, Set::OfVocabulary]),
    ("/taxonomies/{id}", "taxonomy", Shape::One, &[]),
    ("/vocabularies", "vocabularies", Shape::One, &[]),
    ("/organizations", "organization", Shape::List, &[Set::Paging]),
    ("/organizations/{id}", "organization", Shape::One, &[]),
    ("/locations", "location", Shape::List, &[Set::Paging]),
    ("/locations/{id}", "location", Shape::One, &[]),
];

/// What differs between the two versions.
struct Version {
    title: &'static str,
    number: &'static str,
    /// The path of its root.
    root: &'static str,
    paths: &'static [Described],
    routes: fn() -> Router<ApiState>,
    target: Target,
    page: fn() -> Value,
    /// The member of a page that holds its items.
    items: &'static str,
    /// Paths that are answered with something else than objects.
    streams: fn() -> Map<String, Value>,
    /// What there is besides.
    besides: &'static str,
}

const VERSION_3: Version = Version {
    title: "Open Referral UK (HSDS-UK 3.0)",
    number: "3.0",
    root: "v3",
    paths: V3,
    routes: v3::routes,
    target: Target::Oruk3,
    page: v3_page,
    items: "contents",
    streams: openapi_streams::paths,
    besides: " Beside it, /rpde/services is the same as an RPDE feed, also below /areas/{slug}.",
};

const VERSION_1: Version = Version {
    title: "Open Referral UK 1.0",
    number: "1.0",
    root: "v1",
    paths: V1,
    routes: v1::routes,
    target: Target::Oruk1,
    page: v1_page,
    items: "content",
    streams: Map::new,
    besides: "",
};

/// `GET /v3/openapi.json`.
pub(super) async fn v3(asked: Asked) -> Answer {
    respond(&VERSION_3, &asked).await
}

/// `GET /v1/openapi.json`.
pub(super) async fn v1(asked: Asked) -> Answer {
    respond(&VERSION_1, &asked).await
}

async fn respond(version: &Version, asked: &Asked) -> Answer {
    let view = asked.view()?;
    let title = version.title.to_owned();
    let title = view.area().map_or(title.clone(), |area| format!("{title}: {}", area.name));
    let mut paths = Map::new();
    let mut id = None;
    for described in version.paths {
        let example = example(version, asked, described, id.as_deref()).await;
        if described.2 == Shape::List {
            id = example.as_ref().and_then(|page| first_id(&page[version.items]));
        }
        let of_id = id.as_deref().filter(|_| described.0.ends_with("{id}"));
        let operation = operation(version, described, example, of_id);
        paths.insert(described.0.to_owned(), json!({ "get": operation }));
    }
    paths.extend((version.streams)());
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": version.number,
            "description": format!("{DESCRIPTION}{}", version.besides),
        },
        "servers": [{ "url": asked.base(version.root) }],
        "paths": paths,
        "components": { "schemas": schemas(version) },
    });
    asked.entity(&document, modified(&view)).await
}

fn first_id(items: &Value) -> Option<String> {
    items.get(0)?.get("id")?.as_str().map(str::to_owned)
}

/// Returns what the path answers now; of a list one item.
async fn example(
    version: &Version,
    asked: &Asked,
    (path, _, shape, _): &Described,
    id: Option<&str>,
) -> Option<Value> {
    let path = if path.ends_with("{id}") { path.replace("{id}", id?) } else { (*path).to_owned() };
    let query = if *shape == Shape::List { "?per_page=1" } else { "" };
    let area = asked.area().map(|slug| format!("/areas/{slug}")).unwrap_or_default();
    let uri = format!("{area}/{}{}{query}", version.root, path.trim_end_matches('/'));
    ask(&asked.state, version, &uri, asked.headers()).await
}

/// Returns the description of the API under a root, `v3` or `v1`, as its own users get it.
pub(crate) async fn description(
    state: &ApiState,
    root: &str,
    headers: &HeaderMap,
) -> Option<Value> {
    let version = [&VERSION_3, &VERSION_1].into_iter().find(|version| version.root == root)?;
    ask(state, version, &format!("/{root}/openapi.json"), headers).await
}

/// Asks the routes of a version themselves; at the same paths as anybody else, since pages are kept by
/// them, and as the same host, which some answers name.
async fn ask(state: &ApiState, version: &Version, uri: &str, headers: &HeaderMap) -> Option<Value> {
    let root = version.root;
    let routes = Router::new().nest(&format!("/areas/{{slug}}/{root}"), (version.routes)());
    let routes = routes.nest(&format!("/{root}"), (version.routes)()).with_state(state.clone());
    let mut request = Request::get(uri);
    if let Some(host) = headers.get(header::HOST) {
        request = request.header(header::HOST, host);
    }
    let response = routes.oneshot(request.body(Body::empty()).ok()?).await.ok()?;
    let is_found = response.status().is_success();
    let body = axum::body::to_bytes(response.into_body(), MAX_EXAMPLE_BYTES).await.ok()?;
    serde_json::from_slice(&body).ok().filter(|_| is_found)
}

fn operation(
    version: &Version,
    (path, schema, shape, sets): &Described,
    example: Option<Value>,
    id: Option<&str>,
) -> Value {
    let mut parameters: Vec<Value> =
        sets.iter().flat_map(|set| set.parameters()).map(Parameter::describe).collect();
    if path.ends_with("{id}") {
        let mut parameter = json!({
            "name": "id", "in": "path", "required": true, "schema": { "type": "string" },
        });
        if let Some(id) = id {
            parameter["example"] = json!(id);
        }
        parameters.push(parameter);
    }
    let item = json!({ "$ref": format!("#/components/schemas/{schema}") });
    let is_list = *shape == Shape::List;
    let body = if is_list {
        let item = if sets.contains(&Set::Services) {
            json!({ "anyOf": [item, { "$ref": "#/components/schemas/minimal" }] })
        } else {
            item
        };
        let contents = json!({ version.items: { "type": "array", "items": item } });
        json!({ "allOf": [{ "$ref": "#/components/schemas/page" }, { "properties": contents }] })
    } else if sets.contains(&Set::Explain) {
        json!({ "anyOf": [item, { "$ref": "#/components/schemas/explanation" }] })
    } else {
        item
    };
    let mut json_content = json!({ "schema": body });
    if let Some(example) = example {
        json_content["example"] = example;
    }
    let mut content = json!({ "application/json": json_content });
    if sets.contains(&Set::Format) {
        content["application/x-ndjson"] = json!({ "schema": { "type": "string" } });
    }
    json!({
        "operationId": operation_id(path),
        "summary": summary(path, schema, *shape),
        "parameters": parameters,
        "responses": responses(path, is_list, &content),
    })
}

/// Returns what a path may answer, `content` where something is found.
fn responses(path: &str, is_list: bool, content: &Value) -> Value {
    let mut responses = json!({
        "200": { "description": "Found", "content": content },
        "304": { "description": "Not changed since `If-None-Match` or `If-Modified-Since`" },
        "406": problem("The client does not take JSON"),
        "414": problem("The query is too long"),
        "429": problem("The client asks too often"),
        "503": problem("The data cannot be reached just now"),
    });
    if path.ends_with("{id}") {
        responses["400"] = problem("The id could not be read");
        responses["404"] = problem("Nothing has this id");
    }
    if path == "/services/{id}" {
        responses["308"] =
            problem("The service is part of another one, at the address in `Location`");
        responses["410"] =
            problem("The service is gone; what is left of it is the member `service`");
    }
    if is_list {
        responses["400"] = problem("A parameter could not be read");
        responses["422"] = problem("A parameter is out of range");
    }
    responses
}

fn operation_id(path: &str) -> String {
    match path.trim_matches('/').strip_suffix("/{id}") {
        Some(of) => format!("get_{of}_by_id"),
        None if path == "/" => "get_root".to_owned(),
        None => format!("get_{}", path.trim_matches('/')),
    }
}

fn summary(path: &str, schema: &str, shape: Shape) -> String {
    let what = path.trim_matches('/').trim_end_matches("/{id}").replace('_', " ");
    match (path, shape) {
        ("/", _) => "Version, profile, and where this description is".to_owned(),
        (_, Shape::List) => format!("Pages of {what}"),
        (_, Shape::One) if path.ends_with("{id}") => {
            format!("One {}, whole", schema.replace('_', " "))
        }
        _ => format!("All {what}"),
    }
}

/// Returns the description of an answer that is a problem.
pub(super) fn problem(description: &str) -> Value {
    let schema = json!({ "$ref": "#/components/schemas/problem" });
    json!({
        "description": description,
        "content": { "application/problem+json": { "schema": schema } },
    })
}

fn schemas(version: &Version) -> Value {
    let uri = json!({ "type": "string", "format": "uri" });
    let mut schemas = json_schemas(version.target);
    let own = json!({
        "page": (version.page)(),
        "problem": {
            "type": "object",
            "properties": {
                "type": { "type": "string" },
                "title": { "type": "string" },
                "status": { "type": "integer" },
                "detail": { "type": "string" },
                "parameter": { "type": "string" },
                "service": { "type": "object" },
            },
            "required": ["type", "title", "status", "detail"],
        },
        "api_details": {
            "type": "object",
            "properties": { "version": { "type": "string" }, "profile": uri, "openapi_url": uri },
            "required": ["version", "profile", "openapi_url"],
        },
        "minimal": {
            "type": "object",
            "properties": {
                "id": { "type": "string", "format": "uuid" },
                "modified_date": { "type": "string", "format": "date-time" },
                "status": { "const": "defunct" },
            },
            "required": ["id", "modified_date"],
            "additionalProperties": false,
        },
        "vocabularies": { "type": "array", "items": { "type": "string" } },
        "explanation": {
            "type": "object",
            "properties": {
                "service": { "type": "object" },
                "fields": { "type": "array", "items": { "type": "object" } },
                "unused": { "type": "array" },
                "findings": { "type": "array", "items": { "type": "object" } },
                "series": { "type": "array", "items": { "type": "object" } },
                "is_complete": { "type": "boolean" },
            },
            "required": ["service", "fields"],
        },
    });
    if let Value::Object(own) = own {
        schemas.extend(own);
    }
    Value::Object(schemas)
}

fn v3_page() -> Value {
    let (whole, flag) = (json!({ "type": "integer" }), json!({ "type": "boolean" }));
    json!({
        "type": "object",
        "properties": {
            "total_items": whole, "total_pages": whole, "page_number": whole, "size": whole,
            "first_page": flag, "last_page": flag, "empty": flag,
        },
        "required": [
            "total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty",
            "contents",
        ],
    })
}

fn v1_page() -> Value {
    let (whole, flag) = (json!({ "type": "integer" }), json!({ "type": "boolean" }));
    json!({
        "type": "object",
        "properties": {
            "totalElements": whole, "totalPages": whole, "number": whole, "size": whole,
            "first": flag, "last": flag, "empty": flag,
        },
        "required": ["totalElements", "totalPages", "number", "size", "first", "last", "content"],
    })
}
