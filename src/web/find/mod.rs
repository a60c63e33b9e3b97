//! `/find`: what people can do, found on the catalogue as the API finds it, and a page for each service.

mod card;
mod choice;
mod form;
mod pages;
mod points;
mod service;
mod why;

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::extract::RawQuery;
use axum::extract::State;
use axum::response::Response;

pub(crate) use choice::Choices;
pub(super) use points::points;
pub(super) use points::points_of_area;
pub(super) use service::service;
pub(super) use why::why;

use self::card::Card;
use self::choice::Choice;
use self::form::Form;
use self::pages::Pages;
use super::frame::Allowed;
use super::frame::Frame;
use super::frame::Section;
use super::frame::Trouble;
use super::frame::page_allowed;
use super::map::Map;
use super::words;
use crate::api::ApiState;
use crate::api::Problem;
use crate::api::records;
use crate::catalogue::View;

/// How many services a page shows.
const PER_PAGE: usize = 20;

#[derive(Template)]
#[template(path = "find.html")]
struct Finder {
    frame: Frame,
    /// What the page is, whichever page of results it shows.
    heading: String,
    /// Where the form leads.
    path: String,
    form: Form,
    activities: Arc<Vec<Choice>>,
    total: usize,
    cards: Vec<Card>,
    pages: Pages,
    /// Nothing unless it is asked for.
    map: Option<Map>,
}

impl Finder {
    /// Answers with the page.
    fn into_response(self) -> Response {
        let is_embedded = self.frame.embedded.is_some();
        page_allowed(&self, Allowed { is_embedded, ..Map::allowed(self.map.as_ref()) })
    }
}

/// `GET /find`.
pub(super) async fn find(
    State(state): State<ApiState>,
    RawQuery(query): RawQuery,
) -> Result<Response, Trouble> {
    let view = state.catalogue.view();
    Ok(finder(&state, &view, String::new(), "find", query.as_deref()).await?.into_response())
}

/// `GET /areas/{slug}/find`: the same for an area.
pub(super) async fn find_in_area(
    State(state): State<ApiState>,
    Path(slug): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Trouble> {
    let view = state.catalogue.area(&slug).ok_or(Problem::UnknownArea)?;
    let area = format!("/areas/{slug}");
    Ok(finder(&state, &view, area, "find", query.as_deref()).await?.into_response())
}

/// `GET /widget`: the finder as it stands in a page of somebody else.
pub(super) async fn widget(
    State(state): State<ApiState>,
    RawQuery(query): RawQuery,
) -> Result<Response, Trouble> {
    let view = state.catalogue.view();
    let mut finder = finder(&state, &view, String::new(), "widget", query.as_deref()).await?;
    finder.frame.embedded = Some(publishers(&state).await?);
    Ok(finder.into_response())
}

/// `GET /areas/{slug}/widget`: the same for an area.
pub(super) async fn widget_of_area(
    State(state): State<ApiState>,
    Path(slug): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Trouble> {
    let view = state.catalogue.area(&slug).ok_or(Problem::UnknownArea)?;
    let area = format!("/areas/{slug}");
    let mut finder = finder(&state, &view, area, "widget", query.as_deref()).await?;
    finder.frame.embedded = Some(publishers(&state).await?);
    Ok(finder.into_response())
}

/// Names whose data is republished, as licences ask wherever it is shown.
async fn publishers(state: &ApiState) -> Result<String, Trouble> {
    let feeds = state.status.report().await?.feeds.into_iter();
    let shown = feeds.filter(|feed| feed.withheld.is_none() && feed.pages > 0);
    let mut names: Vec<String> = shown.map(|feed| feed.publisher_name).collect();
    names.sort_unstable();
    names.dedup();
    Ok(names.join(", "))
}

/// Makes the page at `{area}/{name}`, where the area is nothing for everywhere.
async fn finder(
    state: &ApiState,
    view: &View,
    area: String,
    name: &str,
    query: Option<&str>,
) -> Result<Finder, Trouble> {
    let form = Form::read(query.unwrap_or_default(), &state.gazetteer);
    let mut found = view.find(&form.query, (form.page - 1).saturating_mul(PER_PAGE), PER_PAGE);
    if !form.errors.is_empty() {
        found = crate::catalogue::Hits::default();
    }
    let bodies = state.bodies.many(&found.page).await?;
    let mut cards = Vec::with_capacity(bodies.len());
    for (hit, body) in found.page.iter().zip(bodies) {
        // Withdrawn a moment ago, where there is none.
        let Some(body) = body.filter(|body| !body.is_gone) else { continue };
        cards.push(Card::of(&records::shown(*hit, &body)?, hit.distance_m));
    }
    let path = format!("{area}/{name}");
    let points = format!("{area}/find.geojson?{}", form.with_page(1));
    let has_map = form.is_mapped && form.errors.is_empty();
    let heading = match view.area() {
        Some(area) => format!("Find activities in {}", area.name),
        None => "Find activities".to_owned(),
    };
    let last = found.total.div_ceil(PER_PAGE);
    Ok(Finder {
        frame: Frame::new(title(&heading, &form, last), Section::Find),
        heading,
        activities: choice::activities(state, view),
        total: found.total,
        pages: Pages::new(&path, &form, last),
        cards,
        map: has_map.then(|| Map::new(state, points)),
        path,
        form,
    })
}

/// Returns the title of the page, which tells what a screen reader says first: that something is wrong, or which
/// page of how many it is.
///
/// Guidance: [GOV.UK Design System](https://design-system.service.gov.uk/components/error-summary/), and
/// [pagination](https://design-system.service.gov.uk/components/pagination/).
fn title(heading: &str, form: &Form, last: usize) -> String {
    if !form.errors.is_empty() {
        return format!("Error: {heading}");
    }
    if last > 1 && form.page <= last {
        return format!("{heading} (page {} of {last})", form.page);
    }
    heading.to_owned()
}
