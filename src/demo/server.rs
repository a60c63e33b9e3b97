//! The HTTP side of the sample publisher.
//!
//! Answers follow <https://openactive.io/realtime-paged-data-exchange/#response>: `next` is absolute
//! and never leads back, except on the last page, which names itself.

use axum::Json;
use axum::Router;
use axum::extract::Path;
use axum::extract::Query;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::Uri;
use axum::http::header::CACHE_CONTROL;
use axum::http::header::CONTENT_TYPE;
use axum::response::Html;
use axum::response::IntoResponse as _;
use axum::response::Response;
use axum::routing::get;
use axum::routing::post;
use serde::Deserialize;
use serde_json::json;
use url::form_urlencoded;

use super::SamplePublisher;
use super::dataset::DATASETS;
use super::feed::Position;
use super::site;

pub(super) fn router(publisher: SamplePublisher) -> Router {
    Router::new()
        .route("/", get(front_page))
        .route("/edit", post(rename))
        .route("/{dataset}/", get(dataset_site))
        .route("/{dataset}/{feed}", get(page))
        .with_state(publisher)
}

async fn front_page(State(publisher): State<SamplePublisher>) -> Html<String> {
    Html(site::front_page(&publisher.base_url))
}

async fn dataset_site(
    State(publisher): State<SamplePublisher>,
    Path(key): Path<String>,
) -> Result<Html<String>, StatusCode> {
    let dataset =
        DATASETS.iter().find(|dataset| dataset.key == key).ok_or(StatusCode::NOT_FOUND)?;
    Ok(Html(site::dataset_site(&publisher.base_url, dataset)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageQuery {
    after_timestamp: Option<i64>,
    after_id: Option<String>,
}

impl PageQuery {
    fn position(self) -> Option<Position> {
        let modified = self.after_timestamp?;
        Some(Position { modified, id: self.after_id.unwrap_or_default() })
    }
}

async fn page(
    State(publisher): State<SamplePublisher>,
    uri: Uri,
    Query(query): Query<PageQuery>,
) -> Result<Response, StatusCode> {
    let after = query.position();
    let cut = publisher.cut(uri.path(), after.as_ref()).ok_or(StatusCode::NOT_FOUND)?;
    let cache = if cut.last.is_some() { CACHE_PAGE } else { CACHE_LAST_PAGE };
    let body = json!({
        "next": next(&publisher.base_url, &uri, cut.last.as_ref()),
        "items": cut.items,
        "license": LICENSE,
    });
    let headers = [(CONTENT_TYPE, RPDE), (CACHE_CONTROL, cache)];
    Ok((headers, Json(body)).into_response())
}

/// Returns the URL of the page after the last item, or the very URL that was asked for when there
/// are no items.
fn next(base_url: &str, uri: &Uri, last: Option<&Position>) -> String {
    let Some(Position { modified, id }) = last else {
        return format!("{base_url}{}", uri.path_and_query().map_or("/", |asked| asked.as_str()));
    };
    let id: String = form_urlencoded::byte_serialize(id.as_bytes()).collect();
    format!("{base_url}{}?afterTimestamp={modified}&afterId={id}", uri.path())
}

#[derive(Deserialize)]
struct Rename {
    name: String,
}

async fn rename(
    State(publisher): State<SamplePublisher>,
    Query(Rename { name }): Query<Rename>,
) -> StatusCode {
    let name = name.trim();
    if name.is_empty() || name.len() > MAX_NAME_BYTES {
        return StatusCode::BAD_REQUEST;
    }
    publisher.rename(name);
    StatusCode::NO_CONTENT
}

pub(super) const LICENSE: &str = "https://creativecommons.org/licenses/by/4.0/";
pub(super) const RPDE: &str = "application/vnd.openactive.rpde+json; version=1";

/// What publishers are asked to send; harmless, because an edited item shows up again further on.
const CACHE_PAGE: &str = "public, max-age=3600";

/// Eight seconds are usual; an edit by hand should show sooner than that.
const CACHE_LAST_PAGE: &str = "public, max-age=1";

const MAX_NAME_BYTES: usize = 200;
