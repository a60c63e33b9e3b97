//! Services about to be lost: held until the drop guard has judged them.

use chrono::DateTime;
use chrono::Utc;

use super::connection::Session;
use crate::oruk::Status;
use crate::store::FeedId;
use crate::store::Held;
use crate::store::StoreError;
use crate::store::codec;

/// Counts how many services these feeds have, of which some are about to wait and none does yet: what comes into
/// being with the same pages makes up for nothing. What a feed has that is being read for the first time is counted
/// once it is judged.
pub(super) async fn count(session: &Session<'_>, feeds: &[i64]) -> Result<(), StoreError> {
    // Locked in the order in which pages and publications lock.
    let lock = "SELECT id FROM feed WHERE id = ANY ($1) ORDER BY id FOR UPDATE";
    session.execute(lock, &[&feeds]).await?;
    let active = i16::from(codec::status_code(Status::Active));
    session
        .execute(
            "UPDATE feed SET window_services = window_lost + CASE WHEN NOT at_end THEN 0 ELSE
                 (SELECT count(*) FROM service
                  WHERE service.feed = feed.id AND gone_at IS NULL AND status = $2
                  AND NOT EXISTS (SELECT 1 FROM held WHERE held.key = service.key AND is_let_through)) END
             WHERE id = ANY ($1)
             AND NOT EXISTS (SELECT 1 FROM held WHERE held.feed = feed.id AND NOT is_let_through)",
            &[&feeds, &active],
        )
        .await?;
    Ok(())
}

/// Returns what waits, feed by feed. A clock that was put back ends a window too.
pub(super) async fn list(
    session: &Session<'_>,
    now: DateTime<Utc>,
    window_secs: i64,
) -> Result<Vec<Held>, StoreError> {
    let active = i16::from(codec::status_code(Status::Active));
    session
        .execute(
            "UPDATE feed SET window_services = window_lost +
                 (SELECT count(*) FROM service
                  WHERE service.feed = feed.id AND gone_at IS NULL AND status = $1)
             WHERE id IN (SELECT feed FROM held WHERE NOT is_let_through)
             AND window_services <= window_lost",
            &[&active],
        )
        .await?;
    session
        .execute(
            "UPDATE feed SET window_start = $1, window_lost = 0,
                 window_services = window_services - window_lost
             WHERE id IN (SELECT feed FROM held WHERE NOT is_let_through)
             AND coalesce(window_start NOT BETWEEN $1 - $2::int8 AND $1, TRUE)",
            &[&now.timestamp(), &window_secs],
        )
        .await?;
    session
        .rows(
            "SELECT feed.id, waiting.count, window_lost, window_services
             FROM feed JOIN (SELECT feed, count(*) AS count FROM held
                             WHERE NOT is_let_through GROUP BY feed) AS waiting
                 ON waiting.feed = feed.id
             ORDER BY feed.id",
            &[],
            |row| {
                let count = |at: usize| row.try_get(at).map(codec::count);
                let feed = FeedId(row.try_get(0)?);
                Ok(Held { feed, held: count(1)?, lost: count(2)?, services: count(3)? })
            },
        )
        .await
}

pub(super) async fn let_through(
    session: &Session<'_>,
    feed: FeedId,
    is_accepting: bool,
) -> Result<u64, StoreError> {
    // Locked in the order in which pages and publications lock.
    session.execute("SELECT id FROM feed WHERE id = $1 FOR UPDATE", &[&feed.0]).await?;
    session
        .execute(
            "INSERT INTO dirty (key)
             SELECT key FROM held WHERE feed = $1 AND NOT is_let_through ORDER BY key
             ON CONFLICT (key) DO UPDATE SET mark = excluded.mark",
            &[&feed.0],
        )
        .await?;
    let count = session
        .execute(
            "UPDATE held SET is_let_through = TRUE WHERE feed = $1 AND NOT is_let_through",
            &[&feed.0],
        )
        .await?;
    if is_accepting {
        session.execute("UPDATE feed SET window_start = NULL WHERE id = $1", &[&feed.0]).await?;
    } else {
        let lost = codec::number(count);
        let statement = "UPDATE feed SET window_lost = window_lost + $2 WHERE id = $1";
        session.execute(statement, &[&feed.0, &lost]).await?;
    }
    Ok(count)
}
