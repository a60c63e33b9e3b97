//! `/feeds/{publisher}`: how good a publisher's data is, what would make it better, and how it is read.
//!
//! Only what is published is shown of items, and what was found in them, with what the publisher wrote
//! there as far as it cannot be about a person: see [`crate::quality::excerpts`].

mod completeness;
mod excerpts;
mod gather;
mod keys;
mod score;
mod summary;
mod trend;
mod unlisted;

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::Json;
use axum::extract::Path;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse as _;
use axum::response::Response;
use chrono::NaiveDate;
use moka::sync::Cache;
use serde::Serialize;

pub(super) use summary::summary;

use self::completeness::Field;
use self::excerpts::Source;
use self::keys::Hosts;
use self::score::Rule;
use self::trend::Trend;
use self::unlisted::Unlisted;
use super::frame::Frame;
use super::frame::Section;
use super::frame::Trouble;
use super::frame::page;
use super::words;
use crate::api::ApiState;
use crate::api::FeedReport;
use crate::api::Problem;
use crate::api::StatusSource;
use crate::oruk::Id;
use crate::quality::Finding;
use crate::store::Day;
use crate::store::Store;

/// How long a report is shown before it is made again.
const FRESH_FOR: Duration = Duration::from_mins(1);

/// How many services a report that somebody waits for looks at.
const MAX_SERVICES: usize = 20_000;

/// How many reports are kept.
const KEPT: u64 = 200;

/// Reports made lately, by publisher.
#[derive(Debug, Clone)]
pub(crate) struct Reports {
    made: Cache<String, Arc<Report>>,
    /// Held while one is made, since it takes many services to look at.
    making: Arc<tokio::sync::Mutex<()>>,
}

impl Default for Reports {
    fn default() -> Self {
        let made = Cache::builder().max_capacity(KEPT).time_to_live(FRESH_FOR).build();
        Self { made, making: Arc::default() }
    }
}

impl Reports {
    /// Returns the report kept of a publisher, else has it made, one at a time.
    async fn get(
        &self,
        publisher: &str,
        make: impl Future<Output = Result<Report, Problem>>,
    ) -> Result<Arc<Report>, Problem> {
        let _making = self.making.lock().await;
        // Somebody else may have had it made meanwhile.
        if let Some(report) = self.made.get(publisher) {
            return Ok(report);
        }
        let report = Arc::new(make.await?);
        self.made.insert(publisher.to_owned(), Arc::clone(&report));
        Ok(report)
    }
}

/// What is told of a publisher.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    publisher: String,
    name: String,
    /// Out of 100; nothing when there was too little to look at.
    score: Option<u32>,
    rules: Vec<Rule>,
    /// How many services were looked at.
    services: u64,
    /// Whether that was all of them.
    is_complete: bool,
    items: u64,
    /// Empty when no service was looked at.
    completeness: Vec<Field>,
    /// Services that lists do not show. Those without dates are among those looked at.
    unlisted: Vec<Unlisted>,
    findings: Vec<Found>,
    /// Occurrences whose parent was not published, most first.
    missing_parents: Vec<MissingParent>,
    feeds: Vec<FeedReport>,
    /// Where its items are looked for.
    #[serde(skip)]
    hosts: Hosts,
}

impl Report {
    /// Returns the rules that could give more points, the most first.
    fn lacking(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(|rule| rule.advice.is_some())
    }

    /// Returns what keeps feeds from being read or published: address and reasons, in words.
    fn troubles(&self) -> impl Iterator<Item = (&str, String)> {
        self.feeds.iter().filter_map(|feed| {
            let unread = (feed.pages == 0).then_some("not read yet");
            let unread = feed.reason.as_deref().or(unread).map(str::to_owned);
            let withheld = feed.withheld.map(|why| format!("not published: {why}"));
            let why: Vec<String> = unread.into_iter().chain(withheld).collect();
            (!why.is_empty()).then(|| (feed.url.as_str(), why.join("; ")))
        })
    }

    /// Says what it means that nothing was found.
    fn nothing_found(&self) -> &'static str {
        if self.services == 0 {
            "No service was looked at, so nothing could be found."
        } else if self.troubles().next().is_some() || !self.is_complete {
            "Nothing in the services that were looked at."
        } else {
            "Nothing: all items are as the standard has them."
        }
    }

    /// Says whether what is read is published.
    fn publishing(&self) -> &'static str {
        let is_published = |feed: &FeedReport| feed.withheld.is_none() && feed.pages > 0;
        let published = self.feeds.iter().filter(|feed| is_published(feed)).count();
        if published == 0 {
            "Nothing of these feeds is published, for the reasons above."
        } else if published < self.feeds.len() {
            "It publishes what it finds as Open Referral UK, under the same licence, but nothing of the \
             feeds that are named above as not published or not read."
        } else {
            "It publishes what it finds as Open Referral UK, under the same licence."
        }
    }
}

/// A report as JSON.
#[derive(Serialize)]
struct ReportBody<'a> {
    #[serde(flatten)]
    report: &'a Report,
    /// How it was on the last days, the oldest first.
    days: Vec<Day>,
}

/// A finding and how often it was made.
#[derive(Debug, Serialize)]
struct Found {
    code: String,
    severity: String,
    title: &'static str,
    advice: &'static str,
    specification: &'static str,
    count: u64,
    examples: Vec<Example>,
    /// Ids of some items that cannot be used because of it, as their feeds have them, where they may be shown.
    items: Vec<String>,
}

/// A service in which something was found.
#[derive(Debug, Clone, Serialize)]
struct Example {
    id: Id,
    name: String,
    /// The page about it at its publisher's.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    /// The property, as a path from the published item.
    path: String,
    /// What the publisher wrote there, where it may be told.
    source: Vec<Source>,
    #[serde(skip)]
    finding: Finding,
}

#[derive(Debug, Serialize)]
struct MissingParent {
    /// The address or the id it is referred to by, where it may be shown.
    key: Option<String>,
    occurrences: u64,
}

#[derive(Template)]
#[template(path = "report.html")]
struct ReportPage {
    frame: Frame,
    address: String,
    report: Arc<Report>,
    /// Nothing before there are two days.
    trend: Option<Trend>,
    feeds: Vec<Polled>,
}

/// When and how a feed is read, in words.
struct Polled {
    url: String,
    state: String,
    read: String,
    next: String,
}

/// `GET /feeds/{publisher}` and `GET /feeds/{publisher}.json`.
pub(super) async fn report(
    State(state): State<ApiState>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    if let Some(publisher) = name.strip_suffix(".json") {
        return Ok(as_json(&state, publisher).await.unwrap_or_else(Trouble::told_plainly));
    }
    let report = made(&state, &name).await?;
    let days = state.bodies.store().days(name).await?;
    Ok(page(&ReportPage {
        frame: Frame::new(format!("{}: quality of data", report.name), Section::None),
        address: format!("{}/feeds/{}", state.base_url(&headers), report.publisher),
        trend: Trend::of(&days),
        feeds: report.feeds.iter().map(|feed| polled(feed, &state)).collect(),
        report,
    }))
}

async fn as_json(state: &ApiState, publisher: &str) -> Result<Response, Trouble> {
    let report = made(state, publisher).await?;
    let days = state.bodies.store().days(publisher.to_owned()).await?;
    Ok(Json(ReportBody { report: &report, days }).into_response())
}

/// Returns how all of a publisher's data is, to be written down under a date; nothing when there was too little
/// to look at.
pub(crate) async fn day(
    store: &dyn Store,
    status: &dyn StatusSource,
    publisher: &str,
    feeds: Vec<FeedReport>,
    date: NaiveDate,
) -> Result<Option<Day>, Problem> {
    let report = gather::report(store, status, publisher, feeds, usize::MAX).await?;
    let findings = report.findings.iter().map(|found| found.count).sum();
    let Report { items, services, score, .. } = report;
    Ok(score.map(|score| Day { date, items, services, findings, score }))
}

fn polled(feed: &FeedReport, state: &ApiState) -> Polled {
    let now = state.clock.now();
    Polled {
        url: feed.url.clone(),
        state: feed.state.replace('_', " "),
        read: feed.last_success.map_or_else(|| "not yet".to_owned(), |time| words::ago(time, now)),
        next: match feed.next_poll {
            Some(time) if time > now => {
                format!("in {}", words::count((time - now).num_seconds().max(1), "second"))
            }
            Some(_) => "now".to_owned(),
            None => "not planned".to_owned(),
        },
    }
}

async fn made(state: &ApiState, publisher: &str) -> Result<Arc<Report>, Problem> {
    if let Some(report) = state.reports.made.get(publisher) {
        return Ok(report);
    }
    let mut feeds = state.status.report().await?.feeds;
    feeds.retain(|feed| feed.publisher == publisher);
    if feeds.is_empty() {
        return Err(Problem::UnknownId { what: "publisher" });
    }
    let make = async {
        let (store, status) = (state.bodies.store(), state.status.as_ref());
        let mut report =
            gather::report(store.as_ref(), status, publisher, feeds, MAX_SERVICES).await?;
        // What is not republished is counted alone, and nobody knows which of the names would be of it.
        if report.feeds.iter().all(|feed| feed.withheld.is_none()) {
            gather::add_names(store.as_ref(), &mut report).await?;
            excerpts::add(store.as_ref(), status.served(), &mut report).await?;
        }
        Ok(report)
    };
    state.reports.get(publisher, make).await
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn empty() -> Report {
        Report {
            publisher: "one".to_owned(),
            name: "One".to_owned(),
            score: None,
            rules: Vec::new(),
            services: 0,
            is_complete: true,
            items: 0,
            completeness: Vec::new(),
            unlisted: Vec::new(),
            findings: Vec::new(),
            missing_parents: Vec::new(),
            feeds: Vec::new(),
            hosts: Hosts::default(),
        }
    }

    #[tokio::test]
    async fn a_report_that_several_ask_for_is_made_once() {
        let (reports, count) = (Reports::default(), Cell::new(0));
        let ask = async || {
            let make = async {
                count.set(count.get() + 1);
                tokio::task::yield_now().await;
                Ok(empty())
            };
            reports.get("one", make).await.unwrap()
        };
        let (first, second, third) = tokio::join!(ask(), ask(), ask());
        assert_eq!(count.get(), 1);
        assert!(Arc::ptr_eq(&first, &second) && Arc::ptr_eq(&first, &third));
    }
}
