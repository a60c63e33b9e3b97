//! Services about to be lost: held until the drop guard has judged them.

use chrono::DateTime;
use chrono::Utc;
use rusqlite::Connection;
use rusqlite::params;

use super::codec;
use super::rows;
use super::sql;
use crate::oruk::Status;
use crate::store::FeedId;
use crate::store::Held;
use crate::store::StoreError;

/// Holds a root's service as it is. That it was let through meanwhile stands: it is mapped once more. With the first
/// that waits it is counted how many services the feed had: what comes into being with the same pages makes up for
/// nothing. What a feed has that is being read for the first time is counted once it is judged.
pub(super) fn hold(transaction: &Connection, key: i64, feed: FeedId) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "UPDATE feed SET window_services = window_lost + CASE WHEN NOT at_end THEN 0 ELSE
                 (SELECT count(*) FROM service
                  WHERE service.feed = feed.id AND gone_at IS NULL AND status = ?2
                  AND NOT EXISTS (SELECT 1 FROM held WHERE held.key = service.key AND is_let_through)) END
             WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM held WHERE feed = ?1 AND NOT is_let_through)",
        )?
        .execute(params![feed.0, codec::status_code(Status::Active)])?;
    transaction
        .prepare_cached(
            "INSERT INTO held (key, feed) VALUES (?1, ?2)
             ON CONFLICT (key) DO UPDATE SET feed = excluded.feed",
        )?
        .execute(params![key, feed.0])?;
    Ok(())
}

/// Forgets that a root was held: something was published.
pub(super) fn release(transaction: &Connection, key: i64) -> rusqlite::Result<()> {
    transaction.prepare_cached("DELETE FROM held WHERE key = ?1")?.execute([key])?;
    Ok(())
}

/// Returns what waits, feed by feed. A clock that was put back ends a window too.
pub(super) fn list(
    connection: &mut Connection,
    now: DateTime<Utc>,
    window_secs: i64,
) -> Result<Vec<Held>, StoreError> {
    let doing = "reading what the drop guard holds";
    let transaction = connection.transaction().map_err(sql(doing))?;
    let now = now.timestamp();
    transaction
        .execute(
            "UPDATE feed SET window_services = window_lost +
                 (SELECT count(*) FROM service
                  WHERE service.feed = feed.id AND gone_at IS NULL AND status = ?1)
             WHERE id IN (SELECT feed FROM held WHERE NOT is_let_through)
             AND window_services <= window_lost",
            [codec::status_code(Status::Active)],
        )
        .map_err(sql(doing))?;
    transaction
        .execute(
            "UPDATE feed SET window_start = ?1, window_lost = 0,
                 window_services = window_services - window_lost
             WHERE id IN (SELECT feed FROM held WHERE NOT is_let_through)
             AND coalesce(window_start NOT BETWEEN ?1 - ?2 AND ?1, 1)",
            params![now, window_secs],
        )
        .map_err(sql(doing))?;
    let waiting = rows(
        &transaction,
        doing,
        "SELECT feed.id, count(*), window_lost, window_services
         FROM held JOIN feed ON feed.id = held.feed
         WHERE NOT is_let_through GROUP BY feed.id",
        [],
        |row| {
            Ok(Held {
                feed: FeedId(row.get(0)?),
                held: codec::count(row.get(1)?),
                lost: codec::count(row.get(2)?),
                services: codec::count(row.get(3)?),
            })
        },
    )?;
    transaction.commit().map_err(sql(doing))?;
    Ok(waiting)
}

pub(super) fn let_through(
    connection: &mut Connection,
    feed: FeedId,
    is_accepting: bool,
) -> Result<u64, StoreError> {
    let doing = "letting services go";
    let transaction = connection.transaction().map_err(sql(doing))?;
    transaction
        .execute(
            "INSERT OR REPLACE INTO dirty (key)
             SELECT key FROM held WHERE feed = ?1 AND NOT is_let_through",
            [feed.0],
        )
        .map_err(sql(doing))?;
    let count = transaction
        .execute(
            "UPDATE held SET is_let_through = 1 WHERE feed = ?1 AND NOT is_let_through",
            [feed.0],
        )
        .map_err(sql(doing))?;
    let window = if is_accepting {
        "UPDATE feed SET window_start = NULL WHERE id = ?1 AND ?2 >= 0"
    } else {
        "UPDATE feed SET window_lost = window_lost + ?2 WHERE id = ?1"
    };
    transaction.execute(window, params![feed.0, codec::number(count)]).map_err(sql(doing))?;
    transaction.commit().map_err(sql(doing))?;
    Ok(count as u64)
}
