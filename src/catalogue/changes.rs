//! Changes: what became of services after a change number, in the order of the numbers.
//!
//! The change log is an index over the services themselves, so each stands in it once, with its latest
//! state. Most parts of a snapshot are older than what a reader has seen, and are passed over whole.

use chrono::DateTime;
use chrono::Utc;

use super::query::Hit;
use super::view::View;
use super::view::hit;

/// A service that changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// The service.
    pub hit: Hit,
    /// Whether lists show it; one that they do not is over, withdrawn, or outside the area.
    pub is_listed: bool,
}

impl View {
    /// Returns up to `limit` changes after change number `after`, the earliest first. Of services that
    /// lists do not show, only those that `is_told` picks.
    pub fn changes(&self, after: u64, limit: usize, is_told: impl Fn(&Hit) -> bool) -> Vec<Change> {
        let mut changes = Vec::new();
        for part in &self.snapshot().parts {
            if part.segment.latest <= after {
                continue;
            }
            let listed = self.scope(part) & &part.segment.listed;
            for number in part.alive.iter() {
                let doc = part.doc(number);
                if doc.seq <= after {
                    continue;
                }
                let change = Change { hit: hit(doc, None), is_listed: listed.contains(number) };
                if change.is_listed || is_told(&change.hit) {
                    changes.push(change);
                }
            }
        }
        if limit < changes.len() {
            changes.select_nth_unstable_by_key(limit, |change| change.hit.seq);
            changes.truncate(limit);
        }
        changes.sort_unstable_by_key(|change| change.hit.seq);
        changes
    }

    /// Returns a change number of which is certain that it was given out at `since` or later; nothing
    /// when no change is known to be that young. Content is never younger than the change that brought
    /// it, so that of the earliest such change is one.
    pub fn number_since(&self, since: DateTime<Utc>) -> Option<u64> {
        let parts = self.snapshot().parts.iter();
        let docs = parts.flat_map(|part| part.alive.iter().map(|number| part.doc(number)));
        docs.filter(|doc| doc.last_modified >= since).map(|doc| doc.seq).min()
    }
}
