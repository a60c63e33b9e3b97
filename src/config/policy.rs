//! `[publishers.policy]`: what the feeds of a publisher are held to as time goes by.

use serde::Deserialize;
use serde::Serialize;

use super::check::Check;
use super::key_path::KeyPath;

/// What the feeds of a publisher are held to as time goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Policy {
    /// How long a feed may go unread, in days, before its services are withdrawn; 30 by default.
    pub max_stale_days: u64,
    /// How long what a publisher deleted may stay, in days, where the drop guard holds it; 30 by default.
    pub hard_delete_days: u64,
    /// The shortest wait at a feed's end, in seconds, where `fetch.poll_interval_secs` is less.
    pub min_poll_secs: Option<u64>,
    /// How many days lie between two resyncs that nobody asked for; 7 by default.
    pub resync_days: u64,
    /// Whether what came through a feed is dropped when it is taken out of the configuration; it is
    /// kept, unpublished, by default.
    pub purge_on_removal: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            max_stale_days: 30,
            hard_delete_days: 30,
            min_poll_secs: None,
            resync_days: 7,
            purge_on_removal: false,
        }
    }
}

/// `[publishers.policy]` as written.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawPolicy {
    max_stale_days: Option<i64>,
    hard_delete_days: Option<i64>,
    min_poll_secs: Option<i64>,
    resync_days: Option<i64>,
    purge_on_removal: Option<bool>,
}

impl RawPolicy {
    pub(super) fn check(self, at: &KeyPath, check: &mut Check<'_>) -> Policy {
        let default = Policy::default();
        let mut days = |key, number, least, default| {
            check.whole(&at.key(key), number, least..=MOST_DAYS, default)
        };
        Policy {
            max_stale_days: days("max_stale_days", self.max_stale_days, 1, default.max_stale_days),
            hard_delete_days: days(
                "hard_delete_days",
                self.hard_delete_days,
                LEAST_HARD_DELETE_DAYS,
                default.hard_delete_days,
            ),
            resync_days: days("resync_days", self.resync_days, 1, default.resync_days),
            min_poll_secs: self.min_poll_secs.map(|secs| {
                check.whole(&at.key("min_poll_secs"), Some(secs), 1..=DAY_SECS, DAY_SECS)
            }),
            purge_on_removal: self.purge_on_removal.unwrap_or(default.purge_on_removal),
        }
    }
}

const MOST_DAYS: u64 = 3_660;
/// What occurrences said is dropped once a day, so one day could not be kept.
const LEAST_HARD_DELETE_DAYS: u64 = 2;
const DAY_SECS: u64 = 24 * 60 * 60;
