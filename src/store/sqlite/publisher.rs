//! What one publisher's feeds came to: its services, and the items that could not be used.

use rusqlite::Connection;
use rusqlite::params;

use super::read;
use super::sql;
use crate::oruk::Id;
use crate::store::StoreError;
use crate::store::StoredService;
use crate::store::codec;

/// Returns services of a publisher's feeds in the order of their ids, without tombstones.
pub(super) fn services(
    connection: &Connection,
    publisher: &str,
    after: Option<Id>,
    limit: usize,
) -> Result<Vec<StoredService>, StoreError> {
    let doing = "reading the services of a publisher";
    let mut select = connection
        .prepare_cached(
            "SELECT seq, entry IS NULL, feed, status, body, entry, hash, last_modified, findings, due, parts,
                 id
             FROM service
             WHERE id > ?2 AND gone_at IS NULL
                 AND feed IN (SELECT id FROM feed WHERE publisher = ?1 AND rank IS NOT NULL)
             ORDER BY id LIMIT ?3",
        )
        .map_err(sql(doing))?;
    let after = after.map(|id| id.as_bytes().to_vec()).unwrap_or_default();
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = select
        .query_map(params![publisher, after, limit], |row| {
            read::service(Id::from_bytes(row.get("id")?), row)
        })
        .map_err(sql(doing))?;
    rows.map(|row| {
        let mut stored = row.map_err(sql(doing))?;
        stored.record.body = codec::decompress(doing, &stored.record.body)?;
        Ok(stored)
    })
    .collect()
}

/// Returns how many items of a publisher's feeds could not be used, by the code of the finding.
pub(super) fn unusable(
    connection: &Connection,
    publisher: &str,
) -> Result<Vec<(String, u64)>, StoreError> {
    let doing = "counting the items of a publisher that cannot be used";
    let mut select = connection
        .prepare_cached(
            "SELECT code, count(*) FROM unusable
             WHERE feed IN (SELECT id FROM feed WHERE publisher = ?1 AND rank IS NOT NULL)
             GROUP BY code ORDER BY code",
        )
        .map_err(sql(doing))?;
    let rows = select
        .query_map([publisher], |row| {
            Ok((row.get(0)?, u64::try_from(row.get::<_, i64>(1)?).unwrap_or_default()))
        })
        .map_err(sql(doing))?;
    rows.collect::<rusqlite::Result<_>>().map_err(sql(doing))
}
