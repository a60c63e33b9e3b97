//! The description of the API, as OpenAPI 3.1: one document for each version.
//!
//! Specification: <https://spec.openapis.org/oas/v3.1.0>. Paths and parameters stand in the tables below,
//! beside the routes they describe.

use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use super::asked::Answer;
use super::asked::Asked;

/// A parameter: name, type, what it means.
type Parameter = (&'static str, &'static str, &'static str);

/// A path: where, what it answers with, whether that is a list, its parameters.
type Described = (&'static str, &'static str, bool, &'static [&'static [Parameter]]);

const PAGING: &[Parameter] = &[
    ("page", "integer", "Page number, from 1."),
    ("per_page", "integer", "How many items a page holds, 1 to 1000; 50 unless given."),
];

const FILTERS: &[Parameter] = &[
    ("minimum_age", "number", "The minimum age is at least this, in years."),
    ("maximum_age", "number", "The maximum age is at most this, in years."),
    ("start_time", "string", "A session starts at this time or later, HH:MM."),
    ("end_time", "string", "A session ends at this time or earlier, HH:MM."),
    (
        "day",
        "string",
        "A session on this day: MO, TU, WE, TH, FR, SA or SU; several widen the query.",
    ),
    ("postcode", "string", "Postcode in Great Britain from which `proximity` counts."),
    ("proximity", "number", "Metres from `postcode`, or from `latitude` and `longitude`."),
    ("latitude", "number", "Degrees north of a point from which `proximity` counts."),
    ("longitude", "number", "Degrees east of a point from which `proximity` counts."),
    (
        "modified_after",
        "string",
        "Changed at this time or later (RFC 3339); what is over or gone is included.",
    ),
    ("organization_id", "string", "Of this organisation."),
];

const TERMS_V3: &[Parameter] = &[
    ("search", "string", "Words, all of which occur; the last may be the beginning of one."),
    ("taxonomy_term_id", "string", "Has this term or a narrower one; several widen the query."),
    ("taxonomy_id", "string", "Has any term of this taxonomy."),
];

const TERMS_V1: &[Parameter] = &[
    ("text", "string", "Words, all of which occur; the last may be the beginning of one."),
    (
        "taxonomy_id",
        "string",
        "Has this term, a CURIE such as openActiveActivity:UUID, or a narrower one.",
    ),
    ("vocabulary", "string", "Has any term of this vocabulary."),
];

const FULL: &[Parameter] = &[("full", "boolean", "Whole services instead of summaries.")];

const OF_TAXONOMY: &[Parameter] = &[
    ("taxonomy_id", "string", "Of this taxonomy."),
    ("top_only", "boolean", "Only terms without a wider one."),
];

const OF_VOCABULARY: &[Parameter] = &[
    ("vocabulary", "string", "Of this vocabulary."),
    ("root_only", "boolean", "Only terms without a wider one."),
];

const V3: &[Described] = &[
    ("/", "ApiDetails", false, &[]),
    ("/services", "Service", true, &[PAGING, TERMS_V3, FILTERS, FULL]),
    ("/services/{id}", "Service", false, &[]),
    ("/service_at_locations", "ServiceAtLocation", true, &[PAGING, TERMS_V3, FILTERS]),
    ("/service_at_locations/{id}", "ServiceAtLocation", false, &[]),
    ("/taxonomies", "Taxonomy", true, &[PAGING]),
    ("/taxonomies/{id}", "Taxonomy", false, &[]),
    ("/taxonomy_terms", "TaxonomyTerm", true, &[PAGING, OF_TAXONOMY]),
    ("/taxonomy_terms/{id}", "TaxonomyTerm", false, &[]),
    ("/organizations", "Organization", true, &[PAGING]),
    ("/organizations/{id}", "Organization", false, &[]),
    ("/locations", "Location", true, &[PAGING]),
    ("/locations/{id}", "Location", false, &[]),
];

const V1: &[Described] = &[
    ("/services", "Service", true, &[PAGING, TERMS_V1, FILTERS]),
    ("/services/{id}", "Service", false, &[]),
    ("/taxonomies", "Taxonomy", true, &[PAGING, OF_VOCABULARY]),
    ("/taxonomies/{id}", "Taxonomy", false, &[]),
    ("/vocabularies", "Vocabularies", false, &[]),
    ("/organizations", "Organization", true, &[PAGING]),
    ("/organizations/{id}", "Organization", false, &[]),
    ("/locations", "Location", true, &[PAGING]),
    ("/locations/{id}", "Location", false, &[]),
];

/// What differs between the two versions.
struct Version {
    title: &'static str,
    number: &'static str,
    /// The path of its root.
    root: &'static str,
    paths: &'static [Described],
    page: fn() -> Value,
    /// The member of a page that holds its items.
    items: &'static str,
}

/// `GET /v3/openapi.json`.
pub(super) async fn v3(asked: Asked) -> Answer {
    let (title, items) = ("Open Referral UK (HSDS-UK 3.0)", "contents");
    let version = Version { title, number: "3.0", root: "v3", paths: V3, page: v3_page, items };
    respond(&version, &asked).await
}

/// `GET /v1/openapi.json`.
pub(super) async fn v1(asked: Asked) -> Answer {
    let (title, items) = ("Open Referral UK 1.0", "content");
    let version = Version { title, number: "1.0", root: "v1", paths: V1, page: v1_page, items };
    respond(&version, &asked).await
}

async fn respond(version: &Version, asked: &Asked) -> Answer {
    let Version { number, root, paths, items, .. } = *version;
    let (view, page) = (asked.view()?, &(version.page)());
    let title = version.title;
    let title = view.area().map_or(title.to_owned(), |area| format!("{title}: {}", area.name));
    let described: Map<String, Value> = paths
        .iter()
        .map(|path| (path.0.to_owned(), json!({ "get": operation(path, items) })))
        .collect();
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": number,
            "description": "Sport and physical activity published as OpenActive, as Open Referral UK. \
                Different parameters narrow a query, values of one parameter widen it.",
        },
        "servers": [{ "url": asked.base(root) }],
        "paths": described,
        "components": { "schemas": schemas(page) },
    });
    asked.entity(&document, asked.state.started.into()).await
}

fn operation((path, schema, is_list, parameters): &Described, items: &str) -> Value {
    let mut all: Vec<Value> = parameters.iter().copied().flatten().map(parameter).collect();
    if path.ends_with("{id}") {
        all.push(json!({
            "name": "id", "in": "path", "required": true, "schema": { "type": "string" },
        }));
    }
    let item = json!({ "$ref": format!("#/components/schemas/{schema}") });
    let body = if *is_list {
        let contents = json!({ items: { "type": "array", "items": item } });
        json!({ "allOf": [{ "$ref": "#/components/schemas/Page" }, { "properties": contents }] })
    } else {
        item
    };
    let mut responses = json!({
        "200": { "description": "Found", "content": { "application/json": { "schema": body } } },
        "304": { "description": "Not changed since `If-None-Match`" },
        "503": problem("The data cannot be reached just now"),
    });
    if path.ends_with("{id}") {
        responses["400"] = problem("The id could not be read");
        responses["404"] = problem("Nothing has this id");
    }
    if *path == "/services/{id}" {
        responses["410"] = problem("The service is gone");
    }
    if *is_list {
        responses["400"] = problem("A parameter could not be read");
        responses["422"] = problem("A parameter is out of range");
        responses["414"] = problem("The query is too long");
    }
    json!({ "summary": format!("GET {path}"), "parameters": all, "responses": responses })
}

fn parameter((name, kind, description): &Parameter) -> Value {
    json!({
        "name": name, "in": "query", "description": description, "schema": { "type": kind },
    })
}

fn problem(description: &str) -> Value {
    json!({
        "description": description,
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
    })
}

fn schemas(page: &Value) -> Value {
    let entity = |required: &[&str]| {
        json!({
            "type": "object",
            "properties": { "id": { "type": "string" }, "name": { "type": "string" } },
            "required": required,
        })
    };
    json!({
        "Page": page,
        "Problem": {
            "type": "object",
            "properties": { "title": { "type": "string" }, "status": { "type": "integer" }, "detail": { "type": "string" } },
            "required": ["title", "status"],
        },
        "ApiDetails": { "type": "object", "required": ["version", "profile", "openapi_url"] },
        "Service": entity(&["id", "name", "status"]),
        "ServiceAtLocation": entity(&["id"]),
        "Taxonomy": entity(&["id", "name"]),
        "TaxonomyTerm": entity(&["id", "name", "description"]),
        "Organization": entity(&["id", "name", "description"]),
        "Location": entity(&["id"]),
        "Vocabularies": { "type": "array", "items": { "type": "string" } },
    })
}

fn v3_page() -> Value {
    let (whole, flag) = (json!({ "type": "integer" }), json!({ "type": "boolean" }));
    json!({
        "type": "object",
        "properties": {
            "total_items": whole, "total_pages": whole, "page_number": whole, "size": whole,
            "first_page": flag, "last_page": flag, "empty": flag,
        },
        "required": ["total_items", "total_pages", "page_number", "size", "first_page", "last_page", "empty", "contents"],
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
