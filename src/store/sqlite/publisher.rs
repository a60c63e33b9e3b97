//! What one publisher's feeds came to: its services and roots, and the items that could not be used.

use rusqlite::Connection;

use super::bundle::NO_MARK;
use super::sql;
use crate::oruk::Id;
use crate::store::Dirty;
use crate::store::FeedId;
use crate::store::StoreError;

/// Returns the ids of the services of a publisher's feeds, in their order, without tombstones.
pub(super) fn services(connection: &Connection, publisher: &str) -> Result<Vec<Id>, StoreError> {
    let doing = "finding the services of a publisher";
    let mut select = connection
        .prepare_cached(
            "SELECT id FROM service
             WHERE gone_at IS NULL
                 AND feed IN (SELECT id FROM feed WHERE publisher = ?1 AND rank IS NOT NULL)
             ORDER BY id",
        )
        .map_err(sql(doing))?;
    let rows =
        select.query_map([publisher], |row| Ok(Id::from_bytes(row.get(0)?))).map_err(sql(doing))?;
    rows.collect::<rusqlite::Result<_>>().map_err(sql(doing))
}

/// Returns roots that items or occurrences of these feeds belong to.
pub(super) fn roots(
    connection: &Connection,
    feeds: &[FeedId],
    limit: usize,
) -> Result<Vec<Dirty>, StoreError> {
    let doing = "finding the roots of feeds";
    let feeds: Vec<_> = feeds.iter().map(|feed| feed.0.to_string()).collect();
    let feeds = feeds.join(", ");
    let mut select = connection
        .prepare(&format!(
            "SELECT key FROM head WHERE feed IN ({feeds})
             UNION SELECT parent FROM occurrence WHERE feed IN ({feeds})
             ORDER BY 1 LIMIT ?1"
        ))
        .map_err(sql(doing))?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = select
        .query_map([limit], |row| Ok(Dirty { key: row.get(0)?, mark: NO_MARK }))
        .map_err(sql(doing))?;
    rows.collect::<rusqlite::Result<_>>().map_err(sql(doing))
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

/// Returns ids of items that could not be used, up to `most` of each code.
pub(super) fn unusable_items(
    connection: &Connection,
    publisher: &str,
    most: u32,
) -> Result<Vec<(String, String)>, StoreError> {
    let doing = "finding the items of a publisher that cannot be used";
    let mut select = connection
        .prepare_cached(
            "SELECT code, item_id FROM (
                 SELECT code, item_id,
                     row_number() OVER (PARTITION BY code ORDER BY feed, item_id) AS place
                 FROM unusable
                 WHERE item_id <> ''
                     AND feed IN (SELECT id FROM feed WHERE publisher = ?1 AND rank IS NOT NULL)
             ) WHERE place <= ?2 ORDER BY code, place",
        )
        .map_err(sql(doing))?;
    let rows = select
        .query_map((publisher, most), |row| Ok((row.get(0)?, row.get(1)?)))
        .map_err(sql(doing))?;
    rows.collect::<rusqlite::Result<_>>().map_err(sql(doing))
}
