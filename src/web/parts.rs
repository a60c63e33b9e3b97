//! The parts of the page at `/` that change while somebody looks at it: totals and rows of feeds.
//!
//! The page is made of them, and `/events` sends each again once it has changed.

use askama::Template;
use chrono::DateTime;
use chrono::Utc;

use super::words;
use crate::api::DatasetReport;
use crate::api::FeedReport;
use crate::api::StatusReport;

/// A part: HTML of one element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part(pub(super) String);

impl Part {
    /// Returns its start tag, which says which part of the page it is.
    pub(super) fn start_tag(&self) -> &str {
        self.0.split('>').next().unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "totals.html")]
struct Totals {
    services: String,
    publishers: String,
    live: usize,
    feeds: usize,
    items: String,
    waiting: u64,
    now: DateTime<Utc>,
}

#[derive(Template)]
#[template(path = "feed.html")]
struct FeedRow<'a> {
    number: usize,
    feed: &'a FeedReport,
    state: &'static str,
    colour: &'static str,
    is_first_harvest: bool,
    read: Option<(DateTime<Utc>, String)>,
    changed: Option<(DateTime<Utc>, String)>,
}

#[derive(Template)]
#[template(path = "dataset.html")]
struct DatasetRow<'a> {
    dataset: &'a DatasetReport,
}

/// Returns the parts of a report: first the totals, then a row for each feed, then one for each dataset
/// site that could not be read or listed no feed yet.
pub(super) fn parts(report: &StatusReport, now: DateTime<Utc>) -> askama::Result<Vec<Part>> {
    let rows =
        report.feeds.iter().enumerate().map(|(number, feed)| row(number, feed, now).render());
    let totals = std::iter::once(totals(report, now).render());
    let is_lacking = |dataset: &&DatasetReport| dataset.error.is_some() || dataset.feeds.is_empty();
    let datasets = report.datasets.iter().filter(is_lacking);
    let sites = datasets.map(|dataset| DatasetRow { dataset }.render());
    totals.chain(rows).chain(sites).map(|html| html.map(Part)).collect()
}

fn totals(report: &StatusReport, now: DateTime<Utc>) -> Totals {
    let mut publishers: Vec<&str> = report.feeds.iter().map(|f| f.publisher.as_str()).collect();
    publishers.sort_unstable();
    publishers.dedup();
    Totals {
        services: words::number(report.services),
        publishers: words::number(publishers.len()),
        live: report.feeds.iter().filter(|feed| feed.state == "live").count(),
        feeds: report.feeds.len(),
        items: words::number(report.feeds.iter().map(|feed| feed.items).sum::<u64>()),
        waiting: report.waiting,
        now,
    }
}

fn row(number: usize, feed: &FeedReport, now: DateTime<Utc>) -> FeedRow<'_> {
    let (state, colour) = match feed.state {
        "live" => ("Live", "green"),
        "catching_up" => ("Catching up", "blue"),
        "starting" => ("Starting", "grey"),
        "backing_off" => ("Trying again", "yellow"),
        "paused" => ("Paused", "orange"),
        _ => ("Stopped", "red"),
    };
    let told = |time: Option<DateTime<Utc>>| time.map(|time| (time, words::ago(time, now)));
    FeedRow {
        number,
        feed,
        state,
        colour,
        is_first_harvest: !feed.at_end && matches!(feed.state, "starting" | "catching_up"),
        read: told(feed.last_success),
        changed: told(feed.last_change),
    }
}
