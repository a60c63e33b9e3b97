//! Feeds: what is configured, how far each was read, how each is doing.

use std::collections::BTreeSet;

use tokio_postgres::Row;

use super::connection::Session;
use super::name::text;
use super::name::text_of;
use crate::store::FeedId;
use crate::store::FeedRecord;
use crate::store::FeedSpec;
use crate::store::FeedUpdate;
use crate::store::StoreError;
use crate::store::codec;
use crate::store::limits::MAX_PARENTS;

/// Makes the table agree with the configuration. What came through feeds that were added, removed or
/// moved is mapped again, since it may now belong to another publisher, or to none.
pub(super) async fn sync(
    session: &Session<'_>,
    feeds: &[FeedSpec],
) -> Result<Vec<FeedRecord>, StoreError> {
    let present = list(session).await?;
    let is_same = |(record, spec): (&FeedRecord, &FeedSpec)| {
        record.publisher == spec.publisher && record.url == spec.url
    };
    // What several processes with one configuration all find the first has done.
    if present.len() == feeds.len() && present.iter().zip(feeds).all(is_same) {
        return Ok(present);
    }
    lock_all(session).await?;
    let before = ranks(session).await?;
    session.execute("UPDATE feed SET rank = NULL WHERE rank IS NOT NULL", &[]).await?;
    let publishers: Vec<&str> = feeds.iter().map(|feed| feed.publisher.as_str()).collect();
    let urls: Vec<&str> = feeds.iter().map(|feed| feed.url.as_str()).collect();
    session
        .execute(
            "INSERT INTO feed (publisher, url, rank)
             SELECT publisher, url, rank - 1
             FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS feed (publisher, url, rank)
             ORDER BY rank
             ON CONFLICT (publisher, url) DO UPDATE SET rank = excluded.rank",
            &[&publishers, &urls],
        )
        .await?;
    let after = ranks(session).await?;
    let moved = before.iter().filter(|feed| !after.contains(feed));
    let added = after.iter().filter(|feed| !before.contains(feed));
    let ids: BTreeSet<i64> = moved.chain(added).map(|(id, _)| *id).collect();
    mark_all_of(session, &ids.into_iter().collect::<Vec<_>>()).await?;
    list(session).await
}

/// Keeps every page from being written until the transaction ends.
pub(super) async fn lock_all(session: &Session<'_>) -> Result<(), StoreError> {
    session.execute("SELECT id FROM feed ORDER BY id FOR UPDATE", &[]).await?;
    Ok(())
}

async fn ranks(session: &Session<'_>) -> Result<Vec<(i64, i64)>, StoreError> {
    let statement = "SELECT id, rank FROM feed WHERE rank IS NOT NULL ORDER BY id";
    session.rows(statement, &[], |row| Ok((row.try_get(0)?, row.try_get(1)?))).await
}

/// Marks every root that something of these feeds belongs to, or that their items reach: they may lend values to
/// services of other feeds, and claim what these publish.
pub(super) async fn mark_all_of(session: &Session<'_>, feeds: &[i64]) -> Result<(), StoreError> {
    let steps = i32::try_from(MAX_PARENTS).unwrap_or(i32::MAX);
    session
        .execute(
            "WITH RECURSIVE own (id, key) AS (SELECT id, key FROM head WHERE feed = ANY ($1)),
                 beneath (key, steps) AS (
                     SELECT key, 0 FROM own
                     UNION SELECT link.child, steps + 1
                         FROM beneath JOIN link ON link.parent = beneath.key WHERE steps < $2)
             INSERT INTO dirty (key)
             SELECT key FROM beneath
             UNION SELECT link.parent FROM own JOIN link ON link.child = own.key
             UNION SELECT link.child FROM own JOIN link ON link.head = own.id
             UNION SELECT link.parent FROM own JOIN link ON link.head = own.id
             UNION SELECT parent FROM occurrence WHERE feed = ANY ($1)
             UNION SELECT key FROM service WHERE feed = ANY ($1) ORDER BY 1
             ON CONFLICT (key) DO UPDATE SET mark = excluded.mark",
            &[&feeds, &steps],
        )
        .await?;
    Ok(())
}

pub(super) async fn list(session: &Session<'_>) -> Result<Vec<FeedRecord>, StoreError> {
    session
        .rows(
            "SELECT id, publisher, url, cursor, at_end, license, items + occurrences, deleted, pages,
                 (SELECT coalesce(sum(count), 0)::int8 FROM orphan WHERE orphan.feed = feed.id),
                 findings + (SELECT count(*) FROM unusable WHERE unusable.feed = feed.id),
                 last_success, last_change, last_error, failures, stopped, paused, guarded, resyncing,
                 resynced_at,
                 (SELECT count(*) FROM held WHERE held.feed = feed.id AND NOT is_let_through),
                 caught_up, occurrences > 0, leads_on, owes_resync
             FROM feed WHERE rank IS NOT NULL ORDER BY rank",
            &[],
            record,
        )
        .await
}

fn record(row: &Row) -> Result<FeedRecord, tokio_postgres::Error> {
    let count = |at: usize| row.try_get(at).map(codec::count);
    let time =
        |at: usize| row.try_get::<_, Option<i64>>(at).map(|millis| millis.map(codec::from_millis));
    Ok(FeedRecord {
        id: FeedId(row.try_get(0)?),
        publisher: row.try_get(1)?,
        url: row.try_get(2)?,
        cursor: row.try_get(3)?,
        at_end: row.try_get(4)?,
        license: row.try_get(5)?,
        items: count(6)?,
        deleted: count(7)?,
        pages: count(8)?,
        orphans: count(9)?,
        findings: count(10)?,
        last_success: time(11)?,
        last_change: time(12)?,
        last_error: row.try_get(13)?,
        failures: u32::try_from(count(14)?).unwrap_or(u32::MAX),
        stopped: row.try_get(15)?,
        paused: row.try_get(16)?,
        is_guarded: row.try_get(17)?,
        is_resyncing: row.try_get(18)?,
        resynced_at: time(19)?,
        held: count(20)?,
        is_caught_up: row.try_get(21)?,
        has_occurrences: row.try_get(22)?,
        leads_on: row.try_get(23)?,
        owes_resync: row.try_get(24)?,
    })
}

/// Returns the missing parents of a feed's occurrences, those with most occurrences first.
pub(super) async fn orphans(
    session: &Session<'_>,
    feed: FeedId,
    limit: i64,
) -> Result<Vec<(String, u64)>, StoreError> {
    session
        .rows(
            "SELECT key.name, key.whole, orphan.count
             FROM orphan JOIN key ON key.id = orphan.key
             WHERE orphan.feed = $1 ORDER BY orphan.count DESC, key.name LIMIT $2",
            &[&feed.0, &limit],
            |row| {
                let key = text_of(row.try_get(0)?, row.try_get(1)?);
                Ok((key, codec::count(row.try_get(2)?)))
            },
        )
        .await
}

pub(super) async fn update(
    session: &Session<'_>,
    feed: FeedId,
    update: &FeedUpdate,
) -> Result<(), StoreError> {
    match update {
        FeedUpdate::Failed { error, stopped } => {
            let (error, stopped) = (text(error), stopped.as_deref().map(text));
            session
                .execute(
                    "UPDATE feed SET last_error = $2, failures = failures + 1, stopped = $3
                     WHERE id = $1",
                    &[&feed.0, &error, &stopped],
                )
                .await?
        }
        FeedUpdate::Unchanged { at } => {
            session
                .execute(
                    "UPDATE feed SET last_success = $2, last_error = NULL, failures = 0,
                         stopped = NULL
                     WHERE id = $1",
                    &[&feed.0, &at.timestamp_millis()],
                )
                .await?
        }
        FeedUpdate::Paused { reason, is_guarded } => {
            session
                .execute(
                    "UPDATE feed SET paused = $2, guarded = $3 WHERE id = $1",
                    &[&feed.0, &text(reason), is_guarded],
                )
                .await?
        }
        FeedUpdate::Resumed => {
            session
                .execute(
                    "UPDATE feed SET paused = NULL, guarded = FALSE, stopped = NULL, failures = 0
                     WHERE id = $1",
                    &[&feed.0],
                )
                .await?
        }
        FeedUpdate::OwesResync => {
            session.execute("UPDATE feed SET owes_resync = TRUE WHERE id = $1", &[&feed.0]).await?
        }
        FeedUpdate::Resync { at } => {
            session
                .execute(
                    "UPDATE feed SET cursor = NULL, resyncing = TRUE, generation = generation + 1,
                         unlicensed = TRUE, resynced_at = $2, owes_resync = FALSE, stopped = NULL,
                         failures = 0
                     WHERE id = $1",
                    &[&feed.0, &at.timestamp_millis()],
                )
                .await?
        }
    };
    Ok(())
}
