//! Bundles, put together from what was read for many roots at once.

use std::collections::HashMap;
use std::collections::HashSet;

use chrono::TimeDelta;

use super::bundle::Read;
use super::items_of::HeadRow;
use super::occurrences::OccurrenceColumns;
use crate::store::Bundle;
use crate::store::Dirty;
use crate::store::FeedId;
use crate::store::HeadItem;
use crate::store::OccurrenceRow;
use crate::store::ParentItem;
use crate::store::StoreError;
use crate::store::codec;

const DOING: &str = "reading what belongs to a root";

impl Read {
    /// Unpacks everything and puts it together, root by root.
    pub(super) fn bundles(mut self, roots: &[Dirty]) -> Result<Vec<Bundle>, StoreError> {
        let parents = self.unpack_parents()?;
        roots.iter().map(|root| self.bundle(*root, &parents)).collect()
    }

    /// Returns the first item published with each key that something is part of.
    fn unpack_parents(&mut self) -> Result<HashMap<i64, ParentItem>, StoreError> {
        let mut parents = HashMap::new();
        for (key, heads) in self.parent_heads.drain() {
            let Some(first) = heads.into_iter().next() else { continue };
            let item = first.unpacked(DOING)?;
            parents.insert(key, ParentItem { kind: item.kind, key: item.key, body: item.body });
        }
        Ok(parents)
    }

    fn bundle(
        &mut self,
        root: Dirty,
        parents: &HashMap<i64, ParentItem>,
    ) -> Result<Bundle, StoreError> {
        let heads = unpack(self.heads.remove(&root.key))?;
        let mut members = unpack(self.members.remove(&root.key))?;
        // Linked twice, by itself and by what it belongs to, or published twice.
        let mut seen = HashSet::new();
        members.retain(|item| seen.insert(item.key.clone()));
        let above = self.parents.get(&root.key).into_iter().flatten();
        let above = above.filter_map(|key| parents.get(key).cloned()).collect();
        let rows = self.occurrences.remove(&root.key).unwrap_or_default();
        let (occurrences, facts) = self.occurrences(rows)?;
        let feed = heads.first().map(|head| head.feed);
        let feed = feed.or_else(|| occurrences.first().map(|occurrence| occurrence.feed));
        let known = feed.and_then(|feed| self.feeds.get(&feed.0).cloned());
        let (is_complete, license) = known.unwrap_or_default();
        let key = self.keys.remove(&root.key);
        let modified = key.as_ref().map(|key| key.seen.modified).filter(|modified| *modified > 0);
        let changed_at = key.as_ref().map(|key| key.seen.at).unwrap_or_default();
        Ok(Bundle {
            root,
            key: key.map(|key| key.text).unwrap_or_default(),
            heads,
            parents: above,
            claimed_by: self.claimed_by.remove(&root.key).unwrap_or_default(),
            members,
            occurrences,
            facts,
            modified: modified.map(codec::from_millis),
            changed_at: codec::from_millis(changed_at),
            is_complete,
            license,
            standing: self.standings.remove(&root.key),
            is_partial: self.is_partial,
        })
    }

    /// Returns occurrences with the facts that they say for themselves, in the order of first use.
    fn occurrences(
        &self,
        rows: Vec<OccurrenceColumns>,
    ) -> Result<(Vec<OccurrenceRow>, Vec<String>), StoreError> {
        let mut facts = Vec::new();
        let mut by_number: HashMap<i64, usize> = HashMap::new();
        let mut occurrences = Vec::with_capacity(rows.len());
        for row in rows {
            let said = row.facts.and_then(|number| Some((number, self.facts.get(&number)?)));
            let index = match said {
                Some((number, _)) if by_number.contains_key(&number) => {
                    by_number.get(&number).copied()
                }
                Some((number, body)) => {
                    facts.push(codec::decompress_text(DOING, body)?);
                    by_number.insert(number, facts.len() - 1);
                    Some(facts.len() - 1)
                }
                None => None,
            };
            let start = codec::from_secs(row.start);
            occurrences.push(OccurrenceRow {
                feed: FeedId(row.feed),
                start,
                end: row.length.map(|secs| start + TimeDelta::seconds(secs)),
                status: row.status,
                facts: index,
            });
        }
        Ok((occurrences, facts))
    }
}

fn unpack(rows: Option<Vec<HeadRow>>) -> Result<Vec<HeadItem>, StoreError> {
    rows.unwrap_or_default().into_iter().map(|row| row.unpacked(DOING)).collect()
}
