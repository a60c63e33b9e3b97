//! Dirty roots: what waits to be mapped.

use chrono::DateTime;
use chrono::Utc;
use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::Row;

use super::codec;
use super::rows;
use super::sql;
use crate::oruk::Id;
use crate::store::Dirty;
use crate::store::StoreError;
use crate::store::limits::MAX_STEP_BACK_MILLIS;

pub(super) fn dirty(connection: &Connection, limit: usize) -> Result<Vec<Dirty>, StoreError> {
    let statement = "SELECT key, mark FROM dirty ORDER BY mark LIMIT ?1";
    let read = |row: &Row<'_>| Ok(Dirty { key: row.get(0)?, mark: row.get(1)? });
    rows(connection, "reading the dirty roots", statement, [codec::number(limit)], read)
}

pub(super) fn is_service_dirty(connection: &Connection) -> Result<bool, StoreError> {
    let is_any = connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM dirty CROSS JOIN service ON service.key = dirty.key
             WHERE gone_at IS NULL)",
        [],
        |row| row.get(0),
    );
    is_any.map_err(sql("looking whether a service is dirty"))
}

pub(super) fn count(connection: &Connection) -> Result<u64, StoreError> {
    let count = connection.query_row(
        "SELECT (SELECT count(*) FROM dirty) + (SELECT count(*) FROM held JOIN feed ON feed.id = held.feed
             WHERE NOT is_let_through AND NOT guarded)",
        [],
        |row| row.get::<_, i64>(0),
    );
    count.map(codec::count).map_err(sql("counting the dirty roots"))
}

pub(super) fn mark_due(connection: &mut Connection, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let doing = "waking what is due";
    let transaction = connection.transaction().map_err(sql(doing))?;
    let millis = now.timestamp_millis();
    transaction
        .execute(
            "INSERT OR REPLACE INTO dirty (key) SELECT key FROM service WHERE due BETWEEN 1 AND ?1",
            [millis],
        )
        .map_err(sql(doing))?;
    let jumped_back = clock_jumped_back(&transaction, millis).map_err(sql(doing))?;
    if jumped_back {
        tracing::warn!("the clock was put back; mapping everything again");
        mark_all(&transaction)?;
    }
    let count = transaction
        // Zero says that it was due: what is different then is the work of time, and no loss.
        .execute("UPDATE service SET due = 0 WHERE due BETWEEN 1 AND ?1", [millis])
        .map_err(sql(doing))?;
    transaction.commit().map_err(sql(doing))?;
    Ok(count as u64)
}

/// Tells whether the clock shows a time well before the last one it showed here. Then what was judged
/// over may not be, and nothing would ever wake it.
fn clock_jumped_back(connection: &Connection, millis: i64) -> rusqlite::Result<bool> {
    let last: Option<i64> = connection
        .query_row("SELECT value FROM counter WHERE name = 'clock'", [], |row| row.get(0))
        .optional()?;
    connection.execute("INSERT OR REPLACE INTO counter VALUES ('clock', ?1)", [millis])?;
    Ok(last.is_some_and(|last| last - millis > MAX_STEP_BACK_MILLIS))
}

pub(super) fn mark_all(connection: &Connection) -> Result<u64, StoreError> {
    let marked = connection.execute(
        "INSERT OR REPLACE INTO dirty (key)
         SELECT key FROM head UNION SELECT parent FROM occurrence UNION
         SELECT key FROM service WHERE gone_at IS NULL",
        [],
    );
    marked.map(|count| count as u64).map_err(sql("marking everything"))
}

pub(super) fn roots_of(connection: &Connection, service: Id) -> Result<Vec<Dirty>, StoreError> {
    rows(
        connection,
        "finding the roots of a service",
        "WITH own AS (SELECT key FROM service WHERE id = ?1 AND gone_at IS NULL)
         SELECT id FROM key WHERE id IN (
             SELECT key FROM own UNION
             SELECT other.key FROM own JOIN fold AS first ON first.key = own.key
             JOIN fold AS other ON other.grp = first.grp)
         ORDER BY key.key",
        [service.as_bytes()],
        |row| Ok(Dirty::unmarked(row.get(0)?)),
    )
}

pub(super) fn roots(
    connection: &Connection,
    after: Option<Dirty>,
    limit: usize,
) -> Result<Vec<Dirty>, StoreError> {
    rows(
        connection,
        "reading all roots",
        "SELECT id FROM key WHERE id > ?1 AND (
             EXISTS (SELECT 1 FROM head WHERE head.key = key.id)
             OR EXISTS (SELECT 1 FROM occurrence WHERE occurrence.parent = key.id)
             OR EXISTS (SELECT 1 FROM service WHERE service.key = key.id AND gone_at IS NULL))
         ORDER BY id LIMIT ?2",
        [after.map_or(0, |root| root.key), codec::number(limit)],
        |row| Ok(Dirty::unmarked(row.get(0)?)),
    )
}
