//! A page made ready to be written, so that the transaction stays short.

use std::collections::BTreeMap;

use chrono::DateTime;
use chrono::Utc;

use super::name::name;
use crate::store::ItemChange;
use crate::store::PageCommit;
use crate::store::StoreError;
use crate::store::StoredHead;
use crate::store::StoredOccurrence;
use crate::store::codec;

const DOING: &str = "packing a page";

/// A page whose bodies are hashed and packed, its items sorted by what they ask for and by name.
pub(super) struct Prepared {
    pub(super) feed: i64,
    pub(super) cursor: String,
    pub(super) license: Option<String>,
    pub(super) is_last: bool,
    pub(super) leads_on: bool,
    pub(super) now: DateTime<Utc>,
    pub(super) heads: BTreeMap<Vec<u8>, Head>,
    pub(super) occurrences: BTreeMap<Vec<u8>, Occurrence>,
    /// Some of these is a session.
    pub(super) has_sessions: bool,
    /// When each was modified.
    pub(super) deleted: BTreeMap<Vec<u8>, Option<DateTime<Utc>>>,
    /// Why each cannot be used.
    pub(super) unusable: BTreeMap<Vec<u8>, &'static str>,
    /// How many cannot be used, those without a name too.
    pub(super) unusable_count: u64,
    /// What occurrences say for themselves, packed, by hash.
    pub(super) facts: BTreeMap<Vec<u8>, Vec<u8>>,
}

/// An item with a body.
pub(super) struct Head {
    pub(super) item: StoredHead,
    pub(super) hash: Vec<u8>,
    pub(super) body: Vec<u8>,
}

/// A dated occurrence.
pub(super) struct Occurrence {
    pub(super) item: StoredOccurrence,
    /// The hash of what it says for itself.
    pub(super) facts: Option<Vec<u8>>,
}

impl Prepared {
    /// Packs a page, which takes a while.
    pub(super) fn new(page: PageCommit) -> Result<Self, StoreError> {
        let mut prepared = Self {
            feed: page.feed.0,
            cursor: page.cursor,
            license: page.license,
            is_last: page.is_last,
            leads_on: page.leads_on,
            now: page.now,
            heads: BTreeMap::new(),
            occurrences: BTreeMap::new(),
            has_sessions: false,
            deleted: BTreeMap::new(),
            unusable: BTreeMap::new(),
            unusable_count: 0,
            facts: BTreeMap::new(),
        };
        for change in page.changes {
            prepared.add(change)?;
        }
        Ok(prepared)
    }

    fn add(&mut self, change: ItemChange) -> Result<(), StoreError> {
        match change {
            ItemChange::Head(item) => {
                let bytes = item.body.as_bytes();
                let (hash, body) = (codec::hash(bytes).to_vec(), codec::compress(DOING, bytes)?);
                self.heads.insert(name(&item.item_id), Head { item, hash, body });
            }
            ItemChange::Occurrence(item) => {
                self.has_sessions |= !item.is_slot;
                let facts = item.facts.as_deref().map(|facts| self.facts(facts)).transpose()?;
                self.occurrences.insert(name(&item.item_id), Occurrence { item, facts });
            }
            ItemChange::Deleted { item_id, modified } => {
                self.deleted.insert(name(&item_id), modified);
            }
            ItemChange::Unusable { item_id, finding } => {
                self.unusable_count += 1;
                let name = name(item_id.as_deref().unwrap_or_default());
                self.unusable.insert(name, finding.code.as_str());
            }
        }
        Ok(())
    }

    fn facts(&mut self, facts: &str) -> Result<Vec<u8>, StoreError> {
        let hash = codec::hash(facts.as_bytes()).to_vec();
        if !self.facts.contains_key(&hash) {
            self.facts.insert(hash.clone(), codec::compress(DOING, facts.as_bytes())?);
        }
        Ok(hash)
    }

    /// Returns the names of all items.
    pub(super) fn names(&self) -> Vec<&[u8]> {
        let names = self.heads.keys().chain(self.occurrences.keys());
        let names = names.chain(self.deleted.keys()).chain(self.unusable.keys());
        names.map(Vec::as_slice).collect()
    }
}
