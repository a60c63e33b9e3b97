//! What pages marked: one row for each page, until whoever maps takes it over. Written root by root it would
//! take the server as long as the items do.

use std::collections::HashMap;
use std::collections::HashSet;

use chrono::DateTime;
use chrono::Utc;

use super::connection::Session;
use crate::store::StoreError;
use crate::store::marks::Marks;
use crate::store::marks::later;

/// The rows of how many pages are taken over in one transaction.
const PAGES: i64 = 400;

/// What was last seen under a key, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) modified: i64,
    pub(super) at: i64,
}

impl Marks {
    /// Writes them down for a page read at a time.
    pub(super) async fn write(
        &self,
        session: &Session<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        if self.0.is_empty() {
            return Ok(());
        }
        let (keys, modified): (Vec<i64>, Vec<Option<i64>>) =
            self.0.iter().map(|(key, modified)| (*key, *modified)).unzip();
        session
            .execute(
                "INSERT INTO marked (at, keys, modified) VALUES ($1, $2, $3)",
                &[&now.timestamp_millis(), &keys, &modified],
            )
            .await?;
        Ok(())
    }
}

impl Seen {
    /// Returns what was seen of two.
    pub(super) fn and(self, other: Self) -> Self {
        Self { modified: later(self.modified, other.modified), at: self.at.max(other.at) }
    }
}

/// Tells whether pages marked what is not on the list yet.
pub(super) async fn is_any(session: &Session<'_>) -> Result<bool, StoreError> {
    let answer = session.row("SELECT EXISTS (SELECT 1 FROM marked)", &[], |row| row.try_get(0));
    Ok(answer.await?.unwrap_or_default())
}

/// Puts what some pages marked on the list, those that were written first, and what they saw into the keys. A
/// root that is being mapped gets another mark and stays on the list. Returns whether there may be more.
pub(super) async fn take_over(session: &Session<'_>) -> Result<bool, StoreError> {
    let pages: Option<i64> = session
        .row(
            "WITH gone AS (
                 DELETE FROM marked WHERE id IN (SELECT id FROM marked ORDER BY id LIMIT $1)
                 RETURNING at, keys, modified),
             root AS (
                 SELECT mark.key, max(gone.at) FILTER (WHERE mark.modified IS NOT NULL) AS at,
                     min(mark.modified) AS least, max(mark.modified) AS most
                 FROM gone CROSS JOIN LATERAL unnest(gone.keys, gone.modified) AS mark (key, modified)
                 GROUP BY mark.key ORDER BY mark.key),
             seen AS (
                 UPDATE key SET changed_at = root.at, modified = CASE
                     WHEN root.least < 0 OR key.modified < 0 THEN -1
                     ELSE greatest(key.modified, root.most) END
                 FROM root WHERE key.id = root.key AND root.at IS NOT NULL),
             listed AS (
                 INSERT INTO dirty (key) SELECT key FROM root ORDER BY key
                 ON CONFLICT (key) DO UPDATE SET mark = excluded.mark)
             SELECT count(*) FROM gone",
            &[&PAGES],
            |row| row.try_get(0),
        )
        .await?;
    Ok(pages.unwrap_or_default() >= PAGES)
}

/// Returns what was seen under these roots and the keys linked to them that is not in the keys yet: a root may
/// be read with what a page brought a moment ago.
pub(super) async fn seen_around(
    session: &Session<'_>,
    roots: &[i64],
) -> Result<HashMap<i64, Seen>, StoreError> {
    if !is_any(session).await? {
        return Ok(HashMap::new());
    }
    let around: Vec<(i64, i64)> = session
        .rows(
            "SELECT id, id FROM unnest($1::int8[]) AS own (id)
             UNION ALL SELECT parent, child FROM link WHERE parent = ANY ($1)
             UNION ALL SELECT child, parent FROM link WHERE child = ANY ($1)",
            &[&roots],
            |row| Ok((row.try_get(0)?, row.try_get(1)?)),
        )
        .await?;
    let keys: HashSet<i64> = around.iter().map(|(_, key)| *key).collect();
    let keys: Vec<i64> = keys.into_iter().collect();
    let seen: Vec<(i64, Seen)> = session
        .rows(
            "SELECT mark.key, max(marked.at),
                 CASE WHEN min(mark.modified) < 0 THEN -1 ELSE max(mark.modified) END
             FROM marked CROSS JOIN LATERAL unnest(keys, modified) AS mark (key, modified)
             WHERE mark.modified IS NOT NULL AND mark.key = ANY ($1) GROUP BY mark.key",
            &[&keys],
            |row| {
                let (at, modified) = (row.try_get(1)?, row.try_get(2)?);
                Ok((row.try_get(0)?, Seen { modified, at }))
            },
        )
        .await?;
    let seen: HashMap<i64, Seen> = seen.into_iter().collect();
    let mut of_roots: HashMap<i64, Seen> = HashMap::new();
    for (root, key) in around {
        if let Some(more) = seen.get(&key) {
            of_roots.entry(root).and_modify(|known| *known = known.and(*more)).or_insert(*more);
        }
    }
    Ok(of_roots)
}
