//! `/feeds/{publisher}/summary`: the report on one sheet of paper, to be sent to the publisher.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::Report;
use super::made;
use crate::api::ApiState;
use crate::web::frame::Frame;
use crate::web::frame::Section;
use crate::web::frame::Trouble;
use crate::web::frame::page;
use crate::web::words;

/// How many rules, findings and missing parents the sheet has room for.
const MOST: usize = 5;

/// How many characters of a name fit in a line.
const MAX_NAME: usize = 80;

#[derive(Template)]
#[template(path = "summary.html")]
struct SummaryPage {
    frame: Frame,
    /// The address of the whole report.
    address: String,
    name: String,
    date: String,
    report: Arc<Report>,
}

/// `GET /feeds/{publisher}/summary`.
pub(in crate::web) async fn summary(
    State(state): State<ApiState>,
    Path(publisher): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    let report = made(&state, &publisher).await?;
    let name = words::short(&report.name, MAX_NAME);
    Ok(page(&SummaryPage {
        frame: Frame::new(format!("{name}: summary"), Section::None),
        address: format!("{}/feeds/{}", state.base_url(&headers), report.publisher),
        date: state.clock.now().format("%-d %B %Y").to_string(),
        name,
        report,
    }))
}
