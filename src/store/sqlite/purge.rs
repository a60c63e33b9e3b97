//! Dropping what is kept no longer.

use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;
use rusqlite::Connection;
use rusqlite::params;

use super::sql;
use crate::store::StoreError;

/// How long tombstones of services are kept, in days.
const TOMBSTONE_DAYS: i64 = 30;

/// How long past occurrences are kept, in days: until the service they belonged to is defunct.
const OCCURRENCE_DAYS: i64 = 91;

pub(super) fn purge(connection: &mut Connection, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let doing = "dropping what is kept no longer";
    let transaction = connection.transaction().map_err(sql(doing))?;
    let tombstones = (now - TimeDelta::days(TOMBSTONE_DAYS)).timestamp_millis();
    let past = (now - TimeDelta::days(OCCURRENCE_DAYS)).timestamp();
    let mut gone = transaction
        .execute("DELETE FROM service WHERE gone_at < ?1", [tombstones])
        .map_err(sql(doing))?;
    // The latest occurrence of a root stays: it says when the root was last alive.
    gone += transaction
        .execute(
            "DELETE FROM occurrence WHERE start + coalesce(length, 0) < ?1 AND start <
                 (SELECT max(later.start) FROM occurrence AS later WHERE later.parent = occurrence.parent)",
            params![past],
        )
        .map_err(sql(doing))?;
    transaction
        .execute("DELETE FROM facts WHERE id NOT IN (SELECT facts FROM occurrence WHERE facts IS NOT NULL)", [])
        .map_err(sql(doing))?;
    transaction
        .execute(
            "UPDATE feed SET occurrences =
                 (SELECT count(*) FROM occurrence WHERE occurrence.feed = feed.id)",
            [],
        )
        .map_err(sql(doing))?;
    transaction.commit().map_err(sql(doing))?;
    Ok(gone as u64)
}
