//! `/find/{id}/why`: which published properties, settings and rules each field of a service comes from.

use askama::Template;
use axum::extract::Path;
use axum::extract::State;
use axum::response::IntoResponse as _;
use axum::response::Redirect;
use axum::response::Response;
use serde_json::Value;

use crate::api::ApiState;
use crate::api::Explained;
use crate::api::Problem;
use crate::api::records;
use crate::oruk::Id;
use crate::web::frame::Frame;
use crate::web::frame::Section;
use crate::web::frame::Trouble;
use crate::web::frame::page;
use crate::web::words;

/// How many characters of a value are shown.
const MAX_VALUE: usize = 300;

#[derive(Template)]
#[template(path = "why.html")]
struct Why {
    frame: Frame,
    id: Id,
    name: String,
    fields: Vec<Field>,
    findings: Vec<Finding>,
    unused: Vec<String>,
    /// The series that were folded, the explained one first.
    series: Vec<String>,
    is_complete: bool,
}

struct Field {
    path: String,
    value: String,
    sources: Vec<String>,
    rule: Option<String>,
}

struct Finding {
    title: String,
    path: String,
}

/// `GET /find/{id}/why`.
pub(in crate::web) async fn why(
    State(state): State<ApiState>,
    Path(id): Path<String>,
) -> Result<Response, Trouble> {
    let unknown = || Problem::UnknownId { what: "service" };
    let id = Id::parse(&id).ok_or_else(unknown)?;
    match records::one(&state, &state.catalogue.view(), id).await {
        // It is explained with the service that it is part of.
        Err(Problem::Folded(into)) => {
            return Ok(Redirect::permanent(&format!("../{into}/why")).into_response());
        }
        found => found?,
    };
    let explained = match state.explain.explain(id).await? {
        Explained::Done(body) => serde_json::from_slice(&body).map_err(Problem::from)?,
        Explained::Unknown => return Err(unknown().into()),
        Explained::Busy => return Err(Problem::Busy.into()),
    };
    Ok(page(&made_of(id, &explained)))
}

fn made_of(id: Id, explained: &Value) -> Why {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let fields = list(&explained["fields"]);
    let name = words::short(&text(&explained["service"]["name"]), MAX_VALUE);
    let finding =
        |finding: &Value| Finding { title: text(&finding["title"]), path: text(&finding["path"]) };
    Why {
        frame: Frame::new(format!("Where {name} comes from"), Section::Find),
        id,
        name,
        fields: fields.iter().map(field).filter(|field| !is_tie(&field.path)).collect(),
        findings: list(&explained["findings"]).iter().map(finding).collect(),
        unused: list(&explained["unused"]).iter().map(origin).collect(),
        series: list(&explained["series"]).iter().map(series).collect(),
        is_complete: explained["is_complete"] == true,
    }
}

/// Tells whether a field only ties records together.
fn is_tie(path: &str) -> bool {
    let last = path.rsplit('.').next().unwrap_or_default();
    last == "id" || last.ends_with("_id") || last.starts_with("link_")
}

fn field(field: &Value) -> Field {
    Field {
        path: text(&field["field"]),
        value: words::short(&text(&field["value"]), MAX_VALUE),
        sources: field["sources"].as_array().into_iter().flatten().map(origin).collect(),
        rule: field["rule"].as_str().map(str::to_owned),
    }
}

fn series(series: &Value) -> String {
    words::short(&text(&series["name"]), MAX_VALUE)
}

/// Writes where something comes from: `item offers[0].price`.
fn origin(origin: &Value) -> String {
    format!("{} {}", text(&origin["from"]), text(&origin["path"]))
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
