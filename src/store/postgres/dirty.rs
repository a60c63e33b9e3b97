//! Dirty roots: what waits to be mapped.

use chrono::DateTime;
use chrono::Utc;

use super::connection::Session;
use super::feed;
use crate::oruk::Id;
use crate::store::Dirty;
use crate::store::StoreError;
use crate::store::codec;
use crate::store::limits::MAX_STEP_BACK_MILLIS;

pub(super) async fn dirty(session: &Session<'_>, limit: i64) -> Result<Vec<Dirty>, StoreError> {
    session
        .rows("SELECT key, mark FROM dirty ORDER BY mark LIMIT $1", &[&limit], |row| {
            Ok(Dirty { key: row.try_get(0)?, mark: row.try_get(1)? })
        })
        .await
}

/// Tells whether any marked root is a service that stands.
pub(super) async fn is_service_dirty(session: &Session<'_>) -> Result<bool, StoreError> {
    let is_any: Option<bool> = session
        .row(
            "SELECT EXISTS (
                 SELECT 1 FROM (SELECT key FROM dirty UNION ALL SELECT unnest(keys) FROM marked) AS root
                 JOIN service ON service.key = root.key WHERE gone_at IS NULL)",
            &[],
            |row| row.try_get(0),
        )
        .await?;
    Ok(is_any.unwrap_or_default())
}

pub(super) async fn count(session: &Session<'_>) -> Result<u64, StoreError> {
    let count: Option<i64> = session
        .row(
            "SELECT (SELECT count(*) FROM
                     (SELECT key FROM dirty UNION SELECT unnest(keys) FROM marked) AS root) +
                 (SELECT count(*) FROM held JOIN feed ON feed.id = held.feed
                  WHERE NOT is_let_through AND NOT guarded)",
            &[],
            |row| row.try_get(0),
        )
        .await?;
    Ok(count.map(codec::count).unwrap_or_default())
}

/// Marks keys, which need not be sorted.
pub(super) async fn mark(session: &Session<'_>, keys: &[i64]) -> Result<(), StoreError> {
    session
        .execute(
            "INSERT INTO dirty (key) SELECT DISTINCT key FROM unnest($1::int8[]) AS marked (key)
             ORDER BY key ON CONFLICT (key) DO UPDATE SET mark = excluded.mark",
            &[&keys],
        )
        .await?;
    Ok(())
}

pub(super) async fn mark_due(session: &Session<'_>, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let millis = now.timestamp_millis();
    let due: Vec<i64> = session
        .rows(
            // Zero says that it was due: what is different then is the work of time, and no loss.
            "UPDATE service SET due = 0 WHERE due BETWEEN 1 AND $1 RETURNING key",
            &[&millis],
            |row| row.try_get(0),
        )
        .await?;
    mark(session, &due).await?;
    if clock_jumped_back(session, millis).await? {
        tracing::warn!("the clock was put back; mapping everything again");
        mark_all(session).await?;
    }
    Ok(due.len() as u64)
}

/// Tells whether the clock shows a time well before the last one it showed here. Then what was judged
/// over may not be, and nothing would ever wake it.
async fn clock_jumped_back(session: &Session<'_>, millis: i64) -> Result<bool, StoreError> {
    let last: Option<i64> = session
        .row("SELECT value FROM counter WHERE name = 'clock'", &[], |row| row.try_get(0))
        .await?;
    session
        .execute(
            "INSERT INTO counter VALUES ('clock', $1)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            &[&millis],
        )
        .await?;
    Ok(last.is_some_and(|last| last - millis > MAX_STEP_BACK_MILLIS))
}

pub(super) async fn mark_all(session: &Session<'_>) -> Result<u64, StoreError> {
    // What a page being written adds is marked by it; what it takes away is still there for this.
    feed::lock_all(session).await?;
    session
        .execute(
            "INSERT INTO dirty (key)
             SELECT key FROM head UNION SELECT parent FROM occurrence UNION
             SELECT key FROM service WHERE gone_at IS NULL ORDER BY 1
             ON CONFLICT (key) DO UPDATE SET mark = excluded.mark",
            &[],
        )
        .await
}

pub(super) async fn roots_of(session: &Session<'_>, service: Id) -> Result<Vec<Dirty>, StoreError> {
    session
        .rows(
            "WITH own AS (SELECT key FROM service WHERE id = $1 AND gone_at IS NULL)
             SELECT id FROM key WHERE id IN (
                 SELECT key FROM own UNION
                 SELECT other.key FROM own JOIN fold AS first ON first.key = own.key
                 JOIN fold AS other ON other.grp = first.grp)
             ORDER BY key.name",
            &[&service.as_bytes().as_slice()],
            |row| Ok(Dirty::unmarked(row.try_get(0)?)),
        )
        .await
}

pub(super) async fn roots(
    session: &Session<'_>,
    after: Option<Dirty>,
    limit: i64,
) -> Result<Vec<Dirty>, StoreError> {
    let after = after.map_or(0, |root| root.key);
    session
        .rows(
            "SELECT id FROM key WHERE id > $1 AND (
                 EXISTS (SELECT 1 FROM head WHERE head.key = key.id)
                 OR EXISTS (SELECT 1 FROM occurrence WHERE occurrence.parent = key.id)
                 OR EXISTS (SELECT 1 FROM service WHERE service.key = key.id AND gone_at IS NULL))
             ORDER BY id LIMIT $2",
            &[&after, &limit],
            |row| Ok(Dirty::unmarked(row.try_get(0)?)),
        )
        .await
}
