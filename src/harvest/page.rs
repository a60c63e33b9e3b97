//! From the bytes of a page to what the store is asked to write.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::HashSet;
use std::collections::hash_map::Entry;

use chrono::DateTime;
use chrono::Utc;

use super::classify::Counts;
use super::classify::classify;
use crate::openactive::Modified;
use crate::openactive::Page;
use crate::openactive::RpdeError;
use crate::openactive::Scope;
use crate::quality::Code;
use crate::store::ItemChange;

/// A page that was read.
#[derive(Debug)]
pub struct ReadPage {
    /// `next` as published.
    pub next: Option<String>,
    /// The licence the page names.
    pub license: Option<String>,
    /// What its items ask for, each id once, but that one that cannot be used may follow one that can.
    pub changes: Vec<ItemChange>,
    /// How many items it holds.
    pub item_count: usize,
    /// The largest `modified` among all items, tombstones included, that is a plausible time.
    pub modified: Option<DateTime<Utc>>,
    /// The largest `modified` among all items, as published; nothing where no item has one.
    pub newest: Option<Modified>,
    /// How often each code was found in items that no service's findings tell of: tombstones, items sent
    /// twice, sessions and slots.
    pub counts: BTreeMap<Code, u64>,
}

/// Reads a page and classifies its items. `source` is the publisher's
/// slug, with word on whether its URIs are trusted.
///
/// # Errors
/// When the body is no RPDE page at all. Items that cannot be used are part of the result.
pub fn read_page<'a>(
    body: &[u8],
    source: impl Into<Scope<'a>>,
    now: DateTime<Utc>,
) -> Result<ReadPage, RpdeError> {
    let source = source.into();
    let page = Page::parse(body)?;
    let item_count = page.items.len();
    let mut changes: Vec<ItemChange> = Vec::with_capacity(item_count);
    let mut latest: HashMap<String, (usize, Modified)> = HashMap::with_capacity(item_count);
    // Usable items that were left standing before one with the same id that is not, by the place of that one.
    let mut standing: HashMap<usize, usize> = HashMap::new();
    let mut superseded: HashSet<usize> = HashSet::new();
    let mut counts = Counts::new();
    let mut newest_time: Option<DateTime<Utc>> = None;
    for raw in page.items {
        let (change, item) = classify(raw, source, now, &mut counts);
        let Some((item, modified)) = item else {
            changes.push(change);
            continue;
        };
        newest_time = newest_time.max(modified);
        match latest.entry(item.id) {
            Entry::Vacant(place) => {
                place.insert((changes.len(), item.modified));
                changes.push(change);
            }
            Entry::Occupied(mut place) => {
                *counts.entry(Code::DuplicateItem).or_default() += 1;
                let (at, known) = place.get_mut();
                // The same id twice: the larger modified wins, the later one where they are equal.
                if item.modified.compare(known).is_lt() {
                    continue;
                }
                *known = item.modified;
                // One that cannot be used leaves the one before as it is, as if a page lay between them.
                if is_unusable(&change) && !is_unusable(&changes[*at]) {
                    standing.insert(changes.len(), *at);
                    *at = changes.len();
                    changes.push(change);
                    continue;
                }
                if !is_unusable(&change) {
                    superseded.extend(standing.remove(at));
                }
                changes[*at] = change;
            }
        }
    }
    if !superseded.is_empty() {
        let mut places = 0..;
        changes.retain(|_| places.next().is_some_and(|at| !superseded.contains(&at)));
    }
    let newest = latest.into_values().map(|(_, modified)| modified).max_by(Modified::compare);
    let newest = newest.filter(|modified| !modified.as_str().is_empty());
    let (next, license) = (page.next, page.license);
    Ok(ReadPage { next, license, changes, item_count, modified: newest_time, newest, counts })
}

fn is_unusable(change: &ItemChange) -> bool {
    matches!(change, ItemChange::Unusable { .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_sent_twice_and_tombstones_with_data_are_counted() {
        let body = br#"{"next":"u","items":[
            {"state":"updated","id":"1","modified":1,"data":{"@type":"SessionSeries"}},
            {"state":"updated","id":"1","modified":2,"data":{"@type":"SessionSeries"}},
            {"state":"deleted","id":"2","modified":3},
            {"state":"deleted","id":"3","modified":4,"data":{"@type":"SessionSeries"}}]}"#;
        let page = read_page(body, "src", DateTime::default()).unwrap();
        let expected = [(Code::TombstoneWithData, 1), (Code::DuplicateItem, 1)];
        assert_eq!(page.counts, BTreeMap::from(expected));
        assert_eq!(page.changes.len(), 3);
        assert_eq!(page.newest.unwrap().as_str(), "4");
    }

    #[test]
    fn the_newest_item_is_the_one_changed_last_wherever_it_stands() {
        for (sent, newest) in [
            (&["9", "10", "8"][..], Some("10")),
            (&["\"2026-11-30\"", "\"\""], Some("2026-11-30")),
            (&["\"\""], None),
            (&[], None),
        ] {
            let items = sent.iter().enumerate().map(|(id, modified)| {
                format!(r#"{{"state":"deleted","id":{id},"modified":{modified}}}"#)
            });
            let items = items.collect::<Vec<_>>().join(",");
            let body = format!(r#"{{"next":"u","items":[{items}]}}"#);
            let page = read_page(body.as_bytes(), "src", DateTime::default()).unwrap();
            assert_eq!(page.newest.as_ref().map(Modified::as_str), newest, "{sent:?}");
        }
    }

    #[test]
    fn of_items_sent_twice_the_last_that_can_be_used_counts() {
        let series = r#""state":"updated","data":{"@type":"SessionSeries"}"#;
        let slot = r#""state":"updated","data":{"@type":"Slot","facilityUse":"https://a.org/f",
            "startDate":"2026-12-01T10:00:00Z"}"#;
        let (gone, odd) = (r#""state":"deleted""#, r#""state":"updated","data":7"#);
        for (sent, expected) in [
            (vec![series, gone], vec!["deleted"]),
            (vec![series, odd], vec!["head", "unusable"]),
            (vec![odd, series], vec!["head"]),
            (vec![series, odd, gone], vec!["deleted"]),
            (vec![series, odd, odd, slot], vec!["occurrence"]),
            (vec![slot, odd, series, odd], vec!["head", "unusable"]),
            (vec![series, odd, slot, odd, gone], vec!["deleted"]),
        ] {
            let other = r#"{"id":"2","modified":1,"state":"deleted"}"#;
            let items = sent.iter().zip(1..);
            let items = items.map(|(item, at)| format!(r#"{{"id":"1","modified":{at},{item}}}"#));
            let items = items.collect::<Vec<_>>().join(&format!(",{other},"));
            let body = format!(r#"{{"next":"u","items":[{items}]}}"#);
            let page = read_page(body.as_bytes(), "src", DateTime::default()).unwrap();
            let kind = |change: &ItemChange| match change {
                ItemChange::Head(_) => Some("head"),
                ItemChange::Occurrence(_) => Some("occurrence"),
                ItemChange::Deleted { item_id, .. } => (item_id == "1").then_some("deleted"),
                ItemChange::Unusable { .. } => Some("unusable"),
            };
            let kinds: Vec<_> = page.changes.iter().filter_map(kind).collect();
            assert_eq!(kinds, expected, "{sent:?}");
        }
    }
}
