//! What one publisher's feeds came to: its services and roots, and the items that could not be used.

use rusqlite::Connection;
use rusqlite::Row;

use super::codec;
use super::rows;
use crate::oruk::Id;
use crate::store::Dirty;
use crate::store::FeedId;
use crate::store::StoreError;

/// Returns the ids of the services of a publisher's feeds, in their order, without tombstones.
pub(super) fn services(connection: &Connection, publisher: &str) -> Result<Vec<Id>, StoreError> {
    rows(
        connection,
        "finding the services of a publisher",
        "SELECT id FROM service
         WHERE gone_at IS NULL
             AND feed IN (SELECT id FROM feed WHERE publisher = ?1 AND rank IS NOT NULL)
         ORDER BY id",
        [publisher],
        |row| Ok(Id::from_bytes(row.get(0)?)),
    )
}

/// Returns roots that items or occurrences of these feeds belong to.
pub(super) fn roots(
    connection: &Connection,
    feeds: &[FeedId],
    limit: usize,
) -> Result<Vec<Dirty>, StoreError> {
    let feeds: Vec<_> = feeds.iter().map(|feed| feed.0.to_string()).collect();
    let feeds = feeds.join(", ");
    let statement = format!(
        "SELECT key FROM head WHERE feed IN ({feeds})
         UNION SELECT parent FROM occurrence WHERE feed IN ({feeds})
         ORDER BY 1 LIMIT ?1"
    );
    let read = |row: &Row<'_>| Ok(Dirty::unmarked(row.get(0)?));
    rows(connection, "finding the roots of feeds", &statement, [codec::number(limit)], read)
}

/// Returns how many items of a publisher's feeds could not be used, by the code of the finding.
pub(super) fn unusable(
    connection: &Connection,
    publisher: &str,
) -> Result<Vec<(String, u64)>, StoreError> {
    rows(
        connection,
        "counting the items of a publisher that cannot be used",
        "SELECT code, count(*) FROM unusable
         WHERE feed IN (SELECT id FROM feed WHERE publisher = ?1 AND rank IS NOT NULL)
         GROUP BY code ORDER BY code",
        [publisher],
        |row| Ok((row.get(0)?, codec::count(row.get(1)?))),
    )
}

/// Returns ids of items that could not be used, up to `most` of each code.
pub(super) fn unusable_items(
    connection: &Connection,
    publisher: &str,
    most: u32,
) -> Result<Vec<(String, String)>, StoreError> {
    rows(
        connection,
        "finding the items of a publisher that cannot be used",
        "SELECT code, item_id FROM (
             SELECT code, item_id,
                 row_number() OVER (PARTITION BY code ORDER BY feed, item_id) AS place
             FROM unusable
             WHERE item_id <> ''
                 AND feed IN (SELECT id FROM feed WHERE publisher = ?1 AND rank IS NOT NULL)
         ) WHERE place <= ?2 ORDER BY code, place",
        (publisher, most),
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}
