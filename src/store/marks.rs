//! What a page marks: the roots that are to be mapped again, and what was seen under them.

use std::collections::BTreeMap;

use chrono::DateTime;
use chrono::Utc;

/// What is noted as `modified` once one was no plausible time.
const IMPLAUSIBLE: i64 = -1;

/// The roots that a page marks dirty, with the largest `modified` seen under each, in milliseconds; nothing where
/// only what is around it changed.
#[derive(Default)]
pub(super) struct Marks(pub(super) BTreeMap<i64, Option<i64>>);

impl Marks {
    /// Marks a root dirty.
    pub(super) fn mark(&mut self, key: i64) {
        self.0.entry(key).or_default();
    }

    /// Marks a root dirty and notes that something changed under it.
    pub(super) fn touch(&mut self, key: i64, modified: Option<DateTime<Utc>>) {
        let modified = modified.map_or(IMPLAUSIBLE, |time| time.timestamp_millis().max(0));
        let seen = self.0.entry(key).or_default();
        *seen = Some(seen.map_or(modified, |seen| later(seen, modified)));
    }
}

/// Returns the larger of two, unless one is no plausible time.
pub(super) fn later(one: i64, other: i64) -> i64 {
    if one < 0 || other < 0 { IMPLAUSIBLE } else { one.max(other) }
}
