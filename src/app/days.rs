//! Writes down how each publisher's data is, so that its report can show where it goes: once a day, and
//! again while the day lasts.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::error;

use super::App;
use crate::api::FeedReport;
use crate::api::StatusReport;
use crate::api::StatusSource as _;

/// How often it is looked whether something is to be written.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// How long what was written of today stands before it is written anew: a report walks over all services
/// of a publisher.
const STANDS_FOR: TimeDelta = TimeDelta::hours(3);

/// How many times as long as a report took is rested before the next, so that those of a whole country,
/// which take minutes, leave the processors to others.
const REST_TIMES: u32 = 9;

/// When each publisher's day was last written.
type Written = BTreeMap<String, DateTime<Utc>>;

impl App {
    /// Writes the days of all publishers again and again.
    pub(super) async fn keep_days(self: Arc<Self>, stop: CancellationToken) {
        let mut written = Written::new();
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            let done = tokio::select! {
                () = stop.cancelled() => return,
                done = self.write_days(&mut written) => done,
            };
            if let Err(error) = done {
                error!(error = format!("{error:#}"), "the day of a publisher not written down");
            }
        }
    }

    async fn write_days(self: &Arc<Self>, written: &mut Written) -> anyhow::Result<()> {
        let now = self.clock.now();
        let config = self.config.load();
        let keys = config.publishers.iter().map(|publisher| &publisher.key);
        let due: Vec<&String> =
            keys.filter(|key| is_due(written.get(*key).copied(), now)).collect();
        if due.is_empty() {
            return Ok(());
        }
        let status = self.status();
        let report = status.report().await?;
        if is_catching_up(&report) {
            return Ok(());
        }
        for key in due {
            let of_it = report.feeds.iter().filter(|feed| feed.publisher == *key);
            let feeds: Vec<FeedReport> = of_it.cloned().collect();
            if feeds.is_empty() || feeds.iter().any(|feed| !feed.at_end) {
                continue;
            }
            let begun = Instant::now();
            let day =
                crate::web::day(self.store.as_ref(), &status, key, feeds, now.date_naive()).await;
            let day = day.map_err(|problem| anyhow!("{}", problem.detail()))?;
            if let Some(day) = day {
                self.store.keep_day(key.clone(), day).await?;
            }
            written.insert(key.clone(), now);
            tokio::time::sleep(begun.elapsed() * REST_TIMES).await;
        }
        Ok(())
    }
}

fn is_due(written: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    written.is_none_or(|at| at.date_naive() != now.date_naive() || now - at >= STANDS_FOR)
}

/// Tells whether more than a twentieth of all services is still to be made.
fn is_catching_up(report: &StatusReport) -> bool {
    report.waiting * 20 > report.services as u64
}
