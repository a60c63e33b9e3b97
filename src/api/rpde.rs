//! `/rpde/services`: the services republished as a feed, for whoever follows feeds already.
//!
//! Specification: <https://openactive.io/realtime-paged-data-exchange/>, ordered by change number. A
//! service is in the feed while lists show it; else it is `deleted`. Where a reader began is carried
//! along in `next`: whatever was over, withdrawn or outside the area by then was never given to it, and
//! need not be taken back. Tombstones of the last seven days are shown to everybody all the same, as the
//! specification asks.

use axum::http::HeaderValue;
use axum::http::header;
use chrono::TimeDelta;
use serde::Serialize;
use serde_json::value::RawValue;

use super::asked::Answer;
use super::asked::Asked;
use super::asked::AskedFor;
use super::asked::modified;
use super::error::Problem;
use super::records;
use crate::catalogue::Change;
use crate::catalogue::Hit;
use crate::catalogue::View;
use crate::oruk::Id;

/// How many items a page holds, as few as the specification's guidance likes.
const PAGE: usize = 500;

/// How long tombstones are shown.
const TOMBSTONES: TimeDelta = TimeDelta::days(7);

/// A page with items stays as it is, but for services that changed since and come again later.
const KEEP_PAGE: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// On the last page the next change will be.
const KEEP_LAST_PAGE: HeaderValue = HeaderValue::from_static("public, max-age=8");

/// A page of the feed.
#[derive(Serialize)]
struct Page {
    next: String,
    items: Vec<Item>,
    license: String,
}

#[derive(Serialize)]
struct Item {
    state: &'static str,
    kind: &'static str,
    id: Id,
    modified: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Box<RawValue>>,
}

/// Where a page begins.
#[derive(Debug, Clone, Copy)]
struct Position {
    /// The number of the change before it; nothing on the first page.
    after: Option<u64>,
    /// The number of the latest change when the reader began; nothing where `next` was not followed.
    since: Option<u64>,
}

/// `GET /rpde/services`: a page of the feed of services.
pub(super) async fn services(AskedFor(asked): AskedFor) -> Answer {
    let media = "application/vnd.openactive.rpde+json";
    asked.check_accepts("application/json").or_else(|_| asked.check_accepts(media))?;
    let view = asked.view()?;
    let position = Position::of(&asked)?;
    let since = position.since.unwrap_or(match position.after {
        Some(_) => 0,
        None => view.snapshot().generation(),
    });
    let changes = changes(&asked, view.clone(), position.after.unwrap_or(0), since).await?;
    let next = match changes.last() {
        Some(last) => Position { after: Some(last.hit.seq), since: Some(since) },
        None => position,
    };
    let page = Page {
        next: next.address(&asked),
        items: items(&asked, &changes).await?,
        license: license(&asked).await,
    };
    let mut response = asked.entity(&page, modified(&view)).await?;
    let keep = if page.items.is_empty() { KEEP_LAST_PAGE } else { KEEP_PAGE };
    response.headers_mut().insert(header::CACHE_CONTROL, keep);
    Ok(response)
}

async fn changes(
    asked: &Asked,
    view: View,
    after: u64,
    since: u64,
) -> Result<Vec<Change>, Problem> {
    let young = asked.state.clock.now() - TOMBSTONES;
    let is_told = move |hit: &Hit| hit.seq > since || hit.is_gone && hit.last_modified >= young;
    let found = tokio::task::spawn_blocking(move || view.changes(after, PAGE, is_told)).await;
    found.or(Err(Problem::Internal))
}

async fn items(asked: &Asked, changes: &[Change]) -> Result<Vec<Item>, Problem> {
    let listed: Vec<Hit> = changes.iter().filter(|c| c.is_listed).map(|c| c.hit).collect();
    let mut bodies = asked.state.bodies.many(&listed).await?.into_iter();
    let mut items = Vec::with_capacity(changes.len());
    for Change { hit, is_listed } in changes {
        // One that was withdrawn a moment ago comes again later, as `deleted` too.
        let body = if *is_listed { bodies.next().flatten() } else { None };
        let body = body.filter(|body| !body.is_gone);
        let data = body.map(|body| records::as_shown(*hit, &body)).transpose()?;
        let state = if data.is_some() { "updated" } else { "deleted" };
        items.push(Item { state, kind: "Service", id: hit.id, modified: hit.seq, data });
    }
    Ok(items)
}

impl Position {
    fn of(asked: &Asked) -> Result<Self, Problem> {
        let after = asked.params.change_number("afterChangeNumber")?;
        Ok(Self { after, since: asked.params.change_number("since")? })
    }

    /// Returns the address of the page that begins here.
    fn address(self, asked: &Asked) -> String {
        let (base, path) = (asked.state.base_url(asked.headers()), asked.path());
        let after = self.after.map(|after| format!("?afterChangeNumber={after}"));
        let since = after.as_ref().and(self.since).map(|since| format!("&since={since}"));
        format!("{base}{path}{}{}", after.unwrap_or_default(), since.unwrap_or_default())
    }
}

/// Returns the licence of all sources where they have the same, else the address of the page that names
/// that of each.
async fn license(asked: &Asked) -> String {
    let licences = asked.state.licences().await;
    match licences.as_slice() {
        [license] => license.clone(),
        _ => format!("{}/#sources", asked.state.base_url(asked.headers())),
    }
}
