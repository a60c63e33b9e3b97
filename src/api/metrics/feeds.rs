//! What is told of each feed, as it is at this moment.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::api::state::FeedReport;

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfFeed {
    publisher: String,
    feed: String,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfFeedAnd {
    publisher: String,
    feed: String,
    kind: &'static str,
}

pub(super) type FloatGauge = Gauge<f64, AtomicU64>;

/// What is told of each feed, as it is at this moment.
#[derive(Default)]
pub(super) struct FeedMetrics {
    last_success: Family<OfFeed, FloatGauge>,
    lag: Family<OfFeed, FloatGauge>,
    pages: Family<OfFeed, Counter>,
    bytes: Family<OfFeed, Counter>,
    items: Family<OfFeedAnd, Gauge>,
    findings: Family<OfFeed, Gauge>,
    answers: Family<OfFeedAnd, Counter>,
    states: Family<OfFeedAnd, Gauge>,
}

impl FeedMetrics {
    pub(super) fn take(&self, report: &FeedReport, now: chrono::DateTime<chrono::Utc>) {
        let of = OfFeed { publisher: report.publisher.clone(), feed: report.url.clone() };
        let and = |kind| OfFeedAnd {
            publisher: report.publisher.clone(),
            feed: report.url.clone(),
            kind,
        };
        let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        if let Some(at) = report.last_success {
            let secs = |millis: i64| Duration::from_millis(millis.max(0).unsigned_abs());
            let lag = secs((now - at).num_milliseconds()).as_secs_f64();
            let at = secs(at.timestamp_millis()).as_secs_f64();
            self.last_success.get_or_create(&of).set(at);
            self.lag.get_or_create(&of).set(lag);
        }
        self.pages.get_or_create(&of).inc_by(report.pages);
        self.bytes.get_or_create(&of).inc_by(report.traffic.bytes);
        self.findings.get_or_create(&of).set(whole(report.findings));
        for (kind, items) in [
            ("live", report.items),
            ("deleted", report.deleted),
            ("orphan", report.orphans),
            ("held", report.held),
            ("unusable", report.traffic.unusable),
        ] {
            self.items.get_or_create(&and(kind)).set(whole(items));
        }
        for (class, answers) in CLASSES.iter().zip(report.traffic.answers) {
            self.answers.get_or_create(&and(class)).inc_by(answers);
        }
        for state in STATES {
            let is_in = i64::from(report.state == state);
            self.states.get_or_create(&and(state)).set(is_in);
        }
    }

    pub(super) fn register(self, registry: &mut Registry) {
        registry.register(
            "baton_feed_last_success_seconds",
            "When the publisher last answered well, in seconds since 1970",
            self.last_success,
        );
        registry.register(
            "baton_feed_lag_seconds",
            "How long ago the publisher last answered well",
            self.lag,
        );
        registry.register("baton_feed_pages", "Pages read", self.pages);
        registry.register("baton_feed_bytes", "Bytes of pages read, unpacked", self.bytes);
        registry.register(
            "baton_feed_items",
            "Items by kind: live, tombstones received, occurrences without a parent, services held by \
             the drop guard, items that could not be used",
            self.items,
        );
        registry.register("baton_feed_findings", "Findings on live items", self.findings);
        registry.register(
            "baton_feed_answers",
            "Answers of the publisher by class of status, `none` where none came",
            self.answers,
        );
        registry.register("baton_feed_state", "1 for the state the feed is in", self.states);
    }
}

const CLASSES: [&str; 5] = ["2xx", "3xx", "4xx", "5xx", "none"];

/// Every state a feed can be in, as `/status.json` names them.
const STATES: [&str; 6] = ["starting", "catching_up", "live", "backing_off", "stopped", "paused"];
