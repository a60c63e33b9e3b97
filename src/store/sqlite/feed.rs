//! Feeds: what is configured, how far each was read, how each is doing.

use std::collections::BTreeSet;

use rusqlite::Connection;
use rusqlite::Row;
use rusqlite::params;

use super::codec;
use super::rows;
use super::sql;
use crate::store::FeedId;
use crate::store::FeedRecord;
use crate::store::FeedSpec;
use crate::store::FeedUpdate;
use crate::store::StoreError;
use crate::store::limits::MAX_PARENTS;

/// Makes the table agree with the configuration. What came through feeds that were added, removed or
/// moved is mapped again, since it may now belong to another publisher, or to none.
pub(super) fn sync(
    connection: &mut Connection,
    feeds: &[FeedSpec],
) -> Result<Vec<FeedRecord>, StoreError> {
    let doing = "taking over the configured feeds";
    let transaction = connection.transaction().map_err(sql(doing))?;
    {
        let ranks = "SELECT id, rank FROM feed WHERE rank IS NOT NULL ORDER BY id";
        let ranks_of = |connection: &Connection| -> rusqlite::Result<Vec<(i64, i64)>> {
            let mut select = connection.prepare(ranks)?;
            select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        };
        let before = ranks_of(&transaction).map_err(sql(doing))?;
        transaction.execute("UPDATE feed SET rank = NULL", []).map_err(sql(doing))?;
        let mut upsert = transaction
            .prepare(
                "INSERT INTO feed (publisher, url, rank) VALUES (?1, ?2, ?3)
                 ON CONFLICT (publisher, url) DO UPDATE SET rank = excluded.rank",
            )
            .map_err(sql(doing))?;
        for (feed, rank) in feeds.iter().zip(0_i64..) {
            upsert.execute(params![feed.publisher, feed.url, rank]).map_err(sql(doing))?;
        }
        let after = ranks_of(&transaction).map_err(sql(doing))?;
        let moved = before.iter().filter(|feed| !after.contains(feed));
        let added = after.iter().filter(|feed| !before.contains(feed));
        let ids: BTreeSet<i64> = moved.chain(added).map(|(id, _)| *id).collect();
        for id in ids {
            mark_all_of(&transaction, id).map_err(sql(doing))?;
        }
    }
    let records = list(&transaction)?;
    transaction.commit().map_err(sql(doing))?;
    Ok(records)
}

/// Marks every root that something of a feed belongs to, or that its items reach: they may lend values to services
/// of other feeds, and claim what these publish.
pub(super) fn mark_all_of(connection: &Connection, feed: i64) -> rusqlite::Result<()> {
    let steps = codec::number(MAX_PARENTS);
    connection.execute(
        "WITH RECURSIVE own (row, key) AS (SELECT id, key FROM head WHERE feed = ?1),
             beneath (key, steps) AS (
                 SELECT key, 0 FROM own
                 UNION SELECT link.child, steps + 1 FROM beneath JOIN link ON link.parent = beneath.key
                     WHERE steps < ?2)
         INSERT OR REPLACE INTO dirty (key)
         SELECT key FROM beneath UNION SELECT link.parent FROM own JOIN link ON link.child = own.key
         UNION SELECT link.child FROM own JOIN link ON link.head = own.row
         UNION SELECT link.parent FROM own JOIN link ON link.head = own.row
         UNION SELECT parent FROM occurrence WHERE feed = ?1
         UNION SELECT key FROM service WHERE feed = ?1",
        [feed, steps],
    )?;
    Ok(())
}

pub(super) fn list(connection: &Connection) -> Result<Vec<FeedRecord>, StoreError> {
    rows(
        connection,
        "reading the feeds",
        "SELECT id, publisher, url, cursor, at_end, license, items + occurrences, deleted, pages,
             (SELECT coalesce(sum(count), 0) FROM orphan WHERE orphan.feed = feed.id),
             findings + (SELECT count(*) FROM unusable WHERE unusable.feed = feed.id),
             last_success, last_change, last_error, failures, stopped, paused, guarded, resyncing,
             resynced_at, (SELECT count(*) FROM held WHERE held.feed = feed.id AND NOT is_let_through),
             caught_up, occurrences > 0, leads_on, owes_resync
         FROM feed WHERE rank IS NOT NULL ORDER BY rank",
        [],
        record,
    )
}

fn record(row: &Row<'_>) -> rusqlite::Result<FeedRecord> {
    let count = |at: usize| row.get(at).map(codec::count);
    let time =
        |at: usize| row.get::<_, Option<i64>>(at).map(|millis| millis.map(codec::from_millis));
    Ok(FeedRecord {
        id: FeedId(row.get(0)?),
        publisher: row.get(1)?,
        url: row.get(2)?,
        cursor: row.get(3)?,
        at_end: row.get(4)?,
        license: row.get(5)?,
        items: count(6)?,
        deleted: count(7)?,
        pages: count(8)?,
        orphans: count(9)?,
        findings: count(10)?,
        last_success: time(11)?,
        last_change: time(12)?,
        last_error: row.get(13)?,
        failures: row.get(14)?,
        stopped: row.get(15)?,
        paused: row.get(16)?,
        is_guarded: row.get(17)?,
        is_resyncing: row.get(18)?,
        resynced_at: time(19)?,
        held: count(20)?,
        is_caught_up: row.get(21)?,
        has_occurrences: row.get(22)?,
        leads_on: row.get(23)?,
        owes_resync: row.get(24)?,
    })
}

/// Returns the missing parents of a feed's occurrences, those with most occurrences first.
pub(super) fn orphans(
    connection: &Connection,
    feed: FeedId,
    limit: usize,
) -> Result<Vec<(String, u64)>, StoreError> {
    rows(
        connection,
        "reading what waits for a parent",
        "SELECT key.key, orphan.count FROM orphan JOIN key ON key.id = orphan.key
         WHERE orphan.feed = ?1 ORDER BY orphan.count DESC, key.key LIMIT ?2",
        [feed.0, codec::number(limit)],
        |row| Ok((row.get(0)?, codec::count(row.get(1)?))),
    )
}

pub(super) fn update(
    connection: &mut Connection,
    feed: FeedId,
    update: &FeedUpdate,
) -> Result<(), StoreError> {
    let done = match update {
        FeedUpdate::Failed { error, stopped } => connection.execute(
            "UPDATE feed SET last_error = ?2, failures = failures + 1, stopped = ?3 WHERE id = ?1",
            params![feed.0, error, stopped],
        ),
        FeedUpdate::Unchanged { at } => connection.execute(
            "UPDATE feed SET last_success = ?2, last_error = NULL, failures = 0, stopped = NULL
             WHERE id = ?1",
            params![feed.0, at.timestamp_millis()],
        ),
        FeedUpdate::Paused { reason, is_guarded } => connection.execute(
            "UPDATE feed SET paused = ?2, guarded = ?3 WHERE id = ?1",
            params![feed.0, reason, is_guarded],
        ),
        FeedUpdate::Resumed => connection.execute(
            "UPDATE feed SET paused = NULL, guarded = 0, stopped = NULL, failures = 0 WHERE id = ?1",
            params![feed.0],
        ),
        FeedUpdate::OwesResync => {
            connection.execute("UPDATE feed SET owes_resync = 1 WHERE id = ?1", [feed.0])
        }
        FeedUpdate::Resync { at } => connection.execute(
            "UPDATE feed SET cursor = NULL, resyncing = 1, generation = generation + 1, unlicensed = 1,
                 resynced_at = ?2, owes_resync = 0, stopped = NULL, failures = 0 WHERE id = ?1",
            params![feed.0, at.timestamp_millis()],
        ),
    };
    done.map(|_| ()).map_err(sql("recording how a feed is doing"))
}
