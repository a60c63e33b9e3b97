//! What the items of a page come to, beside what is stored of them.

use std::collections::HashMap;

use chrono::DateTime;
use chrono::Utc;

use super::connection::Session;
use super::keys::Keys;
use super::page::Before;
use super::prepared::Head;
use super::prepared::Occurrence;
use super::prepared::Prepared;
use super::read::small;
use crate::store::StoreError;
use crate::store::codec;

/// What is stored of the items of a page, by name.
pub(super) struct Known {
    heads: HashMap<Vec<u8>, KnownHead>,
    occurrences: HashMap<Vec<u8>, KnownOccurrence>,
}

/// An item with a body, as stored.
#[derive(Debug, Clone)]
pub(super) struct KnownHead {
    pub(super) row: i64,
    pub(super) key: i64,
    pub(super) findings: i64,
    hash: Vec<u8>,
}

/// An occurrence, as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KnownOccurrence {
    pub(super) parent: i64,
    pub(super) start: i64,
    pub(super) length: Option<i64>,
    pub(super) status: u8,
    pub(super) facts: Option<i64>,
}

impl Known {
    /// Reads what is stored; a feed of slots need not be asked for heads.
    pub(super) async fn read(
        session: &Session<'_>,
        page: &Prepared,
        before: &Before,
    ) -> Result<Self, StoreError> {
        let names = page.names();
        if names.is_empty() {
            return Ok(Self { heads: HashMap::new(), occurrences: HashMap::new() });
        }
        let heads = async {
            if before.has_heads { heads(session, page.feed, &names).await } else { Ok(Vec::new()) }
        };
        let occurrences = occurrences(session, page.feed, &names);
        let (heads, occurrences) = tokio::try_join!(biased; heads, occurrences)?;
        let (heads, occurrences) = (heads.into_iter().collect(), occurrences.into_iter().collect());
        Ok(Self { heads, occurrences })
    }
}

/// Returns the heads of a feed that have these names.
pub(super) async fn heads(
    session: &Session<'_>,
    feed: i64,
    names: &[&[u8]],
) -> Result<Vec<(Vec<u8>, KnownHead)>, StoreError> {
    session
        .rows(
            "SELECT known.* FROM unnest($2::bytea[]) AS asked (name) CROSS JOIN LATERAL (
                 SELECT name, id, key, findings, hash FROM head
                 WHERE feed = $1 AND name = asked.name OFFSET 0) AS known",
            &[&feed, &names],
            |row| {
                let (row_id, key) = (row.try_get(1)?, row.try_get(2)?);
                let (findings, hash) = (row.try_get(3)?, row.try_get(4)?);
                Ok((row.try_get(0)?, KnownHead { row: row_id, key, findings, hash }))
            },
        )
        .await
}

/// Returns the occurrences of a feed that have these names.
async fn occurrences(
    session: &Session<'_>,
    feed: i64,
    names: &[&[u8]],
) -> Result<Vec<(Vec<u8>, KnownOccurrence)>, StoreError> {
    session
        .rows(
            "SELECT known.* FROM unnest($2::bytea[]) AS asked (name) CROSS JOIN LATERAL (
                 SELECT name, parent, start, length, status, facts FROM occurrence
                 WHERE feed = $1 AND name = asked.name OFFSET 0) AS known",
            &[&feed, &names],
            |row| {
                let known = KnownOccurrence {
                    parent: row.try_get(1)?,
                    start: row.try_get(2)?,
                    length: row.try_get(3)?,
                    status: small(row.try_get(4)?),
                    facts: row.try_get(5)?,
                };
                Ok((row.try_get(0)?, known))
            },
        )
        .await
}

/// What is to be written of a page.
#[derive(Default)]
pub(super) struct Items<'a> {
    pub(super) heads: Vec<PutHead<'a>>,
    pub(super) occurrences: Vec<PutOccurrence<'a>>,
    /// Heads that go, and when they were modified.
    pub(super) gone_heads: Vec<(KnownHead, Option<DateTime<Utc>>)>,
    /// Occurrences that go.
    pub(super) gone_occurrences: Vec<GoneOccurrence>,
    /// Names of items that are as before.
    pub(super) same: Vec<&'a [u8]>,
    /// Names of items that could be used before and cannot now.
    pub(super) spoiled: Vec<&'a [u8]>,
}

/// An occurrence that goes.
pub(super) struct GoneOccurrence {
    pub(super) name: Vec<u8>,
    pub(super) parent: i64,
    pub(super) modified: Option<DateTime<Utc>>,
}

/// A head that is new or has changed.
pub(super) struct PutHead<'a> {
    pub(super) name: &'a [u8],
    pub(super) head: &'a Head,
    pub(super) known: Option<KnownHead>,
}

/// An occurrence that is new or has changed.
pub(super) struct PutOccurrence<'a> {
    pub(super) name: &'a [u8],
    pub(super) occurrence: &'a Occurrence,
    pub(super) known: Option<KnownOccurrence>,
}

impl<'a> Items<'a> {
    pub(super) fn sort_out(page: &'a Prepared, keys: &Keys<'_>, mut known: Known) -> Self {
        let mut items = Self::default();
        for (name, head) in &page.heads {
            items.head(name, head, keys, &mut known);
        }
        for (name, occurrence) in &page.occurrences {
            items.occurrence(name, occurrence, keys, &mut known);
        }
        for (name, modified) in &page.deleted {
            if !items.remove_head(name, *modified, &mut known) {
                items.remove_occurrence(name, *modified, &mut known);
            }
        }
        let is_stored = |name: &&Vec<u8>| {
            // What has no name cannot be told from the rest.
            !name.is_empty()
                && (known.heads.contains_key(*name) || known.occurrences.contains_key(*name))
        };
        items.spoiled = page.unusable.keys().filter(is_stored).map(Vec::as_slice).collect();
        items
    }

    /// Tells whether a head or a link comes, changes or goes.
    pub(super) fn changes_heads(&self) -> bool {
        !self.heads.is_empty() || !self.gone_heads.is_empty()
    }

    fn head(&mut self, name: &'a [u8], head: &'a Head, keys: &Keys<'_>, known: &mut Known) {
        let before = known.heads.get(name).cloned();
        let is_same = before.as_ref().is_some_and(|before| {
            Some(before.key) == keys.key(&head.item.key) && before.hash == head.hash
        });
        if is_same {
            self.same.push(name);
            return;
        }
        if before.is_none() {
            self.remove_occurrence(name, head.item.modified, known);
        }
        self.heads.push(PutHead { name, head, known: before });
    }

    fn occurrence(
        &mut self,
        name: &'a [u8],
        occurrence: &'a Occurrence,
        keys: &Keys<'_>,
        known: &mut Known,
    ) {
        let before = known.occurrences.get(name).copied();
        if before.is_some() && before == occurrence.as_stored(keys) {
            self.same.push(name);
            return;
        }
        if before.is_none() {
            self.remove_head(name, occurrence.item.modified, known);
        }
        self.occurrences.push(PutOccurrence { name, occurrence, known: before });
    }

    fn remove_head(
        &mut self,
        name: &[u8],
        modified: Option<DateTime<Utc>>,
        known: &mut Known,
    ) -> bool {
        let gone = known.heads.remove(name);
        let is_gone = gone.is_some();
        self.gone_heads.extend(gone.map(|head| (head, modified)));
        is_gone
    }

    fn remove_occurrence(
        &mut self,
        name: &[u8],
        modified: Option<DateTime<Utc>>,
        known: &mut Known,
    ) {
        let gone = known.occurrences.remove(name);
        self.gone_occurrences.extend(gone.map(|known| GoneOccurrence {
            name: name.to_vec(),
            parent: known.parent,
            modified,
        }));
    }
}

impl Occurrence {
    /// Returns what is stored of it; nothing when a number it needs is not known yet.
    pub(super) fn as_stored(&self, keys: &Keys<'_>) -> Option<KnownOccurrence> {
        let start = self.item.start.timestamp();
        let facts = match &self.facts {
            Some(hash) => Some(keys.facts(hash)?),
            None => None,
        };
        Some(KnownOccurrence {
            parent: keys.key(&self.item.parent)?,
            start,
            length: self.item.end.map(|end| end.timestamp() - start),
            status: codec::event_status_code(self.item.status),
            facts,
        })
    }
}
