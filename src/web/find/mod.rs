//! `/find`: what people can do, found on the catalogue as the API finds it, and a page for each service.

mod card;
mod choice;
mod form;
mod pages;
mod service;
mod why;

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::extract::RawQuery;
use axum::extract::State;
use axum::response::Response;

pub(crate) use choice::Choices;
pub(super) use service::service;
pub(super) use why::why;

use self::card::Card;
use self::choice::Choice;
use self::form::Form;
use self::pages::Pages;
use super::frame::Frame;
use super::frame::Section;
use super::frame::Trouble;
use super::frame::page;
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
    /// Where the form leads.
    path: String,
    form: Form,
    activities: Arc<Vec<Choice>>,
    total: usize,
    cards: Vec<Card>,
    pages: Pages,
}

/// `GET /find`.
pub(super) async fn find(
    State(state): State<ApiState>,
    RawQuery(query): RawQuery,
) -> Result<Response, Trouble> {
    let view = state.catalogue.view();
    finder(&state, &view, "/find".to_owned(), query.as_deref()).await
}

/// `GET /areas/{slug}/find`: the same for an area.
pub(super) async fn find_in_area(
    State(state): State<ApiState>,
    Path(slug): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Trouble> {
    let view = state.catalogue.area(&slug).ok_or(Problem::UnknownArea)?;
    finder(&state, &view, format!("/areas/{slug}/find"), query.as_deref()).await
}

async fn finder(
    state: &ApiState,
    view: &View,
    path: String,
    query: Option<&str>,
) -> Result<Response, Trouble> {
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
    let title = match view.area() {
        Some(area) => format!("Find activities in {}", area.name),
        None => "Find activities".to_owned(),
    };
    Ok(page(&Finder {
        frame: Frame::new(title, Section::Find),
        activities: choice::activities(state, view),
        total: found.total,
        pages: Pages::new(&path, &form, found.total.div_ceil(PER_PAGE)),
        cards,
        path,
        form,
    }))
}
