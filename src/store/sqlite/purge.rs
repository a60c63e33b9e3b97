//! Dropping what is kept no longer.

use std::collections::BTreeMap;

use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;
use rusqlite::Connection;
use rusqlite::Transaction;
use rusqlite::params;

use super::sql;
use crate::store::StoreError;
use crate::store::limits::BATCH;
use crate::store::limits::OCCURRENCE_DAYS;
use crate::store::limits::TOMBSTONE_DAYS;

pub(super) fn purge(connection: &mut Connection, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let doing = "dropping what is kept no longer";
    let transaction = connection.transaction().map_err(sql(doing))?;
    let tombstones = (now - TimeDelta::days(TOMBSTONE_DAYS)).timestamp_millis();
    let past = (now - TimeDelta::days(OCCURRENCE_DAYS)).timestamp();
    let mut gone = transaction
        .execute("DELETE FROM service WHERE gone_at < ?1", [tombstones])
        .map_err(sql(doing))?;
    let over = drop_occurrences(&transaction, past).map_err(sql(doing))?;
    gone += over;
    if gone == 0 {
        drop_facts(&transaction, now).map_err(sql(doing))?;
    }
    transaction.commit().map_err(sql(doing))?;
    Ok(gone as u64)
}

/// Drops some past occurrences, found parent by parent. The latest of a root stays: it says when the root
/// was last alive.
fn drop_occurrences(transaction: &Transaction<'_>, past: i64) -> rusqlite::Result<usize> {
    let mut by_feed: BTreeMap<i64, i64> = BTreeMap::new();
    let mut delete = transaction.prepare_cached(
        "DELETE FROM occurrence WHERE (feed, item_id) IN (
             SELECT o.feed, o.item_id
             FROM key CROSS JOIN occurrence AS o ON o.parent = key.id AND o.start < ?1
             WHERE o.start + coalesce(o.length, 0) < ?1 AND o.start <
                 (SELECT max(later.start) FROM occurrence AS later WHERE later.parent = o.parent)
             LIMIT ?2) RETURNING feed",
    )?;
    for feed in delete.query_map(params![past, BATCH], |row| row.get(0))? {
        *by_feed.entry(feed?).or_default() += 1;
    }
    for (feed, count) in &by_feed {
        transaction
            .prepare_cached(
                "UPDATE feed SET occurrences = occurrences - ?2,
                     has_sessions = has_sessions AND occurrences > ?2 WHERE id = ?1",
            )?
            .execute([feed, count])?;
    }
    Ok(by_feed.values().map(|count| usize::try_from(*count).unwrap_or_default()).sum())
}

/// Drops what no occurrence says any more; once a day, because it reads every occurrence.
fn drop_facts(transaction: &Transaction<'_>, now: DateTime<Utc>) -> rusqlite::Result<()> {
    let due = transaction.execute(
        "INSERT INTO counter VALUES ('upkeep', ?1) ON CONFLICT (name) DO UPDATE SET value = ?1
         WHERE value NOT BETWEEN ?1 - 86400 AND ?1",
        [now.timestamp()],
    )?;
    if due == 0 {
        return Ok(());
    }
    transaction.execute(
        "DELETE FROM facts WHERE id NOT IN (SELECT facts FROM occurrence WHERE facts IS NOT NULL)",
        [],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::super::schema;
    use super::purge;

    #[test]
    fn upkeep_leaves_no_statistics_that_queries_are_planned_by() {
        let mut connection = Connection::open_in_memory().unwrap();
        schema::migrate(&mut connection).unwrap();
        purge(&mut connection, chrono::DateTime::UNIX_EPOCH).unwrap();
        let statistics = "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'sqlite_stat%'";
        let count: i64 = connection.query_row(statistics, [], |row| row.get(0)).unwrap();
        assert_eq!(count, 0);
    }
}
