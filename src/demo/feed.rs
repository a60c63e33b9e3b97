//! One RPDE feed in memory: items ordered by modified and id, cut into pages.
//!
//! Implements the "Modified timestamp and ID" ordering strategy of
//! <https://openactive.io/realtime-paged-data-exchange/#ordering-strategy-1-modified-timestamp-and-id>.
//! An edit always lands behind everything a reader may have seen, and a deleted item stays as a
//! tombstone.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::ops::Bound;

use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;
use serde_json::Value;
use serde_json::json;

use super::dataset::Listing;
use super::dataset::Unit;

/// An item before the feed gives it a place in its order; without a body it is a tombstone.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) kind: &'static str,
    pub(super) id: String,
    pub(super) data: Option<Value>,
}

/// Where an item stands in the order of its feed: also what `afterTimestamp` and `afterId` say.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    pub(super) modified: i64,
    pub(super) id: String,
}

/// The items of one page, and the place of the last of them.
#[derive(Debug)]
pub(super) struct Cut {
    pub(super) items: Vec<Value>,
    pub(super) last: Option<Position>,
}

/// A feed.
#[derive(Debug)]
pub(super) struct Feed {
    pub(super) listing: &'static Listing,
    items: BTreeMap<Position, Entry>,
    modified: HashMap<String, i64>,
}

#[derive(Debug)]
struct Entry {
    kind: &'static str,
    data: Option<Value>,
}

impl Feed {
    /// Fills a feed with items that were changed, two at a time, over the weeks before `now`.
    pub(super) fn new(listing: &'static Listing, drafts: Vec<Draft>, now: DateTime<Utc>) -> Self {
        let mut feed = Self { listing, items: BTreeMap::new(), modified: HashMap::new() };
        let pairs = i32::try_from(drafts.len() / 2 + 1).unwrap_or(i32::MAX);
        let step = TimeDelta::days(DAYS_OF_HISTORY) / pairs;
        let mut moment = now - TimeDelta::days(DAYS_OF_HISTORY);
        for (index, draft) in drafts.into_iter().enumerate() {
            let modified = feed.in_unit(moment);
            feed.put(modified, draft);
            // Pairs share a timestamp, as bulk changes do, so that readers have to heed the id.
            if index % 2 == 1 {
                moment += step;
            }
        }
        feed
    }

    /// Returns the page after a position, or the first page.
    pub(super) fn cut(&self, after: Option<&Position>) -> Cut {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let entries = self.items.range((start, Bound::Unbounded)).take(PAGE_SIZE);
        let mut cut = Cut { items: Vec::new(), last: None };
        for (position, entry) in entries {
            cut.items.push(rpde_item(position, entry));
            cut.last = Some(position.clone());
        }
        cut
    }

    /// Publishes an item, new or again, as changed now.
    pub(super) fn upsert(&mut self, draft: Draft, now: DateTime<Utc>) {
        let modified = self.next_modified(now);
        self.put(modified, draft);
    }

    /// Changes the body of a live item; does nothing when there is none.
    pub(super) fn edit(&mut self, id: &str, now: DateTime<Utc>, change: &dyn Fn(&mut Value)) {
        let Some(entry) = self.entry(id) else { return };
        let Some(mut data) = entry.data.clone() else { return };
        let kind = entry.kind;
        change(&mut data);
        self.upsert(Draft { kind, id: id.to_owned(), data: Some(data) }, now);
    }

    /// Replaces an item by a tombstone; does nothing when it never was there.
    pub(super) fn delete(&mut self, id: &str, now: DateTime<Utc>) {
        let Some(entry) = self.entry(id) else { return };
        let kind = entry.kind;
        self.upsert(Draft { kind, id: id.to_owned(), data: None }, now);
    }

    fn entry(&self, id: &str) -> Option<&Entry> {
        let modified = *self.modified.get(id)?;
        self.items.get(&Position { modified, id: id.to_owned() })
    }

    fn put(&mut self, modified: i64, draft: Draft) {
        let Draft { kind, id, data } = draft;
        if let Some(old) = self.modified.insert(id.clone(), modified) {
            self.items.remove(&Position { modified: old, id: id.clone() });
        }
        self.items.insert(Position { modified, id }, Entry { kind, data });
    }

    /// Two edits in one second must not share a timestamp: the second could have the lower id and
    /// would land behind a reader's back.
    fn next_modified(&self, now: DateTime<Utc>) -> i64 {
        let newest =
            self.items.last_key_value().map_or(i64::MIN, |(position, _)| position.modified);
        self.in_unit(now).max(newest.saturating_add(1))
    }

    fn in_unit(&self, moment: DateTime<Utc>) -> i64 {
        match self.listing.modified_unit {
            Unit::Seconds => moment.timestamp(),
            Unit::Milliseconds => moment.timestamp_millis(),
        }
    }
}

/// Returns the feed served at a path.
pub(super) fn find<'a>(feeds: &'a mut [Feed], path: &str) -> Option<&'a mut Feed> {
    feeds.iter_mut().find(|feed| feed.listing.path == path)
}

fn rpde_item(position: &Position, entry: &Entry) -> Value {
    let Position { modified, id } = position;
    match &entry.data {
        Some(data) => json!({
            "state": "updated", "kind": entry.kind, "id": id, "modified": modified, "data": data,
        }),
        None => json!({
            "state": "deleted", "kind": entry.kind, "id": id, "modified": modified,
        }),
    }
}

/// Far below the 500 that publishers are asked for, so that a small sample still has several pages.
pub(super) const PAGE_SIZE: usize = 50;

const DAYS_OF_HISTORY: i64 = 21;
