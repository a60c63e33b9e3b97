//! `/`: what this gateway is, how its feeds are doing, whose data it is, where the API is.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::frame::Frame;
use super::frame::Section;
use super::frame::Trouble;
use super::frame::page;
use super::parts;
use super::parts::Part;
use super::words;
use crate::api::ApiState;
use crate::api::FeedReport;
use crate::api::Problem;

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    frame: Frame,
    base_url: String,
    totals: Part,
    rows: Vec<Part>,
    areas: Vec<Area>,
    sources: Vec<Source>,
}

/// An area that is served as a feed of its own.
struct Area {
    slug: String,
    name: String,
    services: String,
}

/// Whose data is republished, and under which licences.
struct Source {
    publisher: String,
    name: String,
    licences: Vec<Licence>,
    republished: String,
}

struct Licence {
    name: String,
    /// Where it can be read, when that is a web address.
    address: Option<String>,
}

/// `GET /`.
pub(super) async fn home(
    State(state): State<ApiState>,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    let report = state.status.report().await?;
    let parts = parts::parts(&report, state.clock.now());
    let mut parts = parts.map_err(|_unwritten| Problem::Internal)?.into_iter();
    let totals = parts.next().ok_or(Problem::Internal)?;
    Ok(page(&Home {
        frame: Frame::new("Sport and activity data", Section::Home),
        base_url: state.base_url(&headers),
        totals,
        rows: parts.collect(),
        areas: areas(&state),
        sources: sources(&report.feeds),
    }))
}

fn areas(state: &ApiState) -> Vec<Area> {
    let areas = state.catalogue.areas().into_iter().map(|area| {
        let services = state.catalogue.area(&area.slug).map_or(0, |view| view.len());
        Area { services: words::count(services, "service"), slug: area.slug, name: area.name }
    });
    areas.collect()
}

fn sources(feeds: &[FeedReport]) -> Vec<Source> {
    let mut by_publisher: BTreeMap<&str, Vec<&FeedReport>> = BTreeMap::new();
    for feed in feeds {
        by_publisher.entry(&feed.publisher).or_default().push(feed);
    }
    let source = |(publisher, feeds): (&str, Vec<&FeedReport>)| {
        let mut licences: Vec<&str> = feeds.iter().filter_map(|f| f.license.as_deref()).collect();
        licences.sort_unstable();
        licences.dedup();
        let licence = |text: &str| Licence {
            name: words::licence_name(text),
            address: words::web_address(text),
        };
        Source {
            publisher: publisher.to_owned(),
            name: feeds[0].publisher_name.clone(),
            licences: licences.into_iter().map(licence).collect(),
            republished: republished(&feeds),
        }
    };
    by_publisher.into_iter().map(source).collect()
}

/// Says whether the feeds of a publisher are republished, and why not.
fn republished(feeds: &[&FeedReport]) -> String {
    let is_so = |feed: &&&FeedReport| feed.withheld.is_none() && feed.pages > 0;
    let count = feeds.iter().filter(is_so).count();
    let why = feeds.iter().find_map(|feed| feed.withheld).unwrap_or("not read yet");
    match count {
        0 => format!("No: {why}"),
        count if count < feeds.len() => {
            format!("In part: {count} of {} feeds; of others: {why}", feeds.len())
        }
        _ => "Yes".to_owned(),
    }
}
