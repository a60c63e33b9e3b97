//! Leases: rows that say who does what. They expire with the worker that holds them.

use super::connection::Session;
use crate::store::FeedId;
use crate::store::LEASE_SECS;
use crate::store::Lease;
use crate::store::Share;
use crate::store::StoreError;
use crate::store::Work;
use crate::store::Worker;
use crate::store::codec;

/// The number that stands for mapping where others are of feeds.
const MAPPING: i64 = 0;

/// The time by the server's clock, the only one all workers agree on, in milliseconds.
const NOW: &str = "(extract(epoch FROM clock_timestamp()) * 1000)::int8";

/// A lease as stored.
struct Row {
    number: i64,
    fence: i64,
    is_own: bool,
    is_free: bool,
}

/// Says that a worker is there and returns its share of the work.
pub(super) async fn share(session: &Session<'_>, worker: &Worker) -> Result<Share, StoreError> {
    let workers = workers(session, worker).await?;
    let rows = rows(session, worker).await?;
    let rank = workers.iter().position(|id| id == worker.as_str()).unwrap_or_default();
    let count = workers.len().max(1);
    let feeds = rows.iter().filter(|row| row.number != MAPPING).count();
    let quota = feeds / count + usize::from(rank < feeds % count);
    let mut own: Vec<Lease> =
        rows.iter().filter(|row| row.is_own && row.number != MAPPING).map(Row::lease).collect();
    let surplus = own.split_off(own.len().min(quota));
    let mut free: Vec<&Row> =
        rows.iter().filter(|row| row.is_free && row.number != MAPPING).collect();
    if !free.is_empty() {
        // Each begins somewhere else, so that they seldom want the same.
        let begin = rank * quota % free.len();
        free.rotate_left(begin);
    }
    free.truncate(quota - own.len());
    let mapping = rows.iter().find(|row| row.number == MAPPING);
    own.extend(mapping.filter(|row| row.is_own).map(Row::lease));
    free.extend(mapping.filter(|row| row.is_free));
    own.extend(take(session, worker, &free).await?);
    Ok(Share { leases: own, surplus, workers: count })
}

/// Returns the workers that are alive, this one among them.
async fn workers(session: &Session<'_>, worker: &Worker) -> Result<Vec<String>, StoreError> {
    let millis = codec::number(LEASE_SECS * 1000);
    session
        .execute(
            &format!(
                "INSERT INTO worker (id, expires_at) VALUES ($1, {NOW} + $2)
                 ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at"
            ),
            &[&worker.as_str(), &millis],
        )
        .await?;
    session
        .execute(&format!("DELETE FROM worker WHERE expires_at < {NOW} - $1"), &[&millis])
        .await?;
    session
        .rows(&format!("SELECT id FROM worker WHERE expires_at >= {NOW} ORDER BY id"), &[], |row| {
            row.try_get(0)
        })
        .await
}

/// Tells whether any worker is alive.
pub(super) async fn is_anybody_there(session: &Session<'_>) -> Result<bool, StoreError> {
    let statement = format!("SELECT EXISTS (SELECT 1 FROM worker WHERE expires_at >= {NOW})");
    let is_there = session.row(&statement, &[], |row| row.try_get(0)).await?;
    Ok(is_there.unwrap_or_default())
}

async fn rows(session: &Session<'_>, worker: &Worker) -> Result<Vec<Row>, StoreError> {
    session
        .execute(
            "INSERT INTO lease (feed)
             SELECT id FROM (SELECT id FROM feed WHERE rank IS NOT NULL UNION SELECT $1) AS work
             WHERE NOT EXISTS (SELECT 1 FROM lease WHERE lease.feed = work.id) ORDER BY id
             ON CONFLICT (feed) DO NOTHING",
            &[&MAPPING],
        )
        .await?;
    session
        .rows(
            &format!(
                "SELECT lease.feed, lease.fence, coalesce(lease.owner = $1, FALSE),
                     NOT EXISTS (SELECT 1 FROM worker
                                 WHERE worker.id = lease.owner AND worker.expires_at >= {NOW})
                 FROM lease LEFT JOIN feed ON feed.id = lease.feed
                 WHERE lease.feed = $2 OR feed.rank IS NOT NULL ORDER BY lease.feed"
            ),
            &[&worker.as_str(), &MAPPING],
            |row| {
                Ok(Row {
                    number: row.try_get(0)?,
                    fence: row.try_get(1)?,
                    is_own: row.try_get(2)?,
                    is_free: row.try_get(3)?,
                })
            },
        )
        .await
}

/// Takes leases that nobody has taken meanwhile.
async fn take(
    session: &Session<'_>,
    worker: &Worker,
    free: &[&Row],
) -> Result<Vec<Lease>, StoreError> {
    let numbers: Vec<i64> = free.iter().map(|row| row.number).collect();
    let fences: Vec<i64> = free.iter().map(|row| row.fence).collect();
    if numbers.is_empty() {
        return Ok(Vec::new());
    }
    session
        .rows(
            "UPDATE lease SET owner = $1, fence = lease.fence + 1
             FROM unnest($2::int8[], $3::int8[]) AS free (feed, fence)
             WHERE lease.feed = free.feed AND lease.fence = free.fence
             RETURNING lease.feed, lease.fence",
            &[&worker.as_str(), &numbers, &fences],
            |row| Ok(Lease { work: work_of(row.try_get(0)?), fence: row.try_get(1)? }),
        )
        .await
}

/// Gives leases back, so that others may take them at once.
pub(super) async fn give_back(session: &Session<'_>, leases: &[Lease]) -> Result<(), StoreError> {
    let numbers: Vec<i64> = leases.iter().map(|lease| number_of(lease.work)).collect();
    let fences: Vec<i64> = leases.iter().map(|lease| lease.fence).collect();
    session
        .execute(
            "UPDATE lease SET owner = NULL
             FROM unnest($1::int8[], $2::int8[]) AS given (feed, fence)
             WHERE lease.feed = given.feed AND lease.fence = given.fence",
            &[&numbers, &fences],
        )
        .await?;
    Ok(())
}

/// Forgets a worker, and that it held anything.
pub(super) async fn leave(session: &Session<'_>, worker: &Worker) -> Result<(), StoreError> {
    let id = worker.as_str();
    session.execute("UPDATE lease SET owner = NULL WHERE owner = $1", &[&id]).await?;
    session.execute("DELETE FROM worker WHERE id = $1", &[&id]).await?;
    Ok(())
}

/// Makes sure that a lease is still what it was, and stays so until the transaction ends.
pub(super) async fn check(session: &Session<'_>, lease: &Lease) -> Result<(), StoreError> {
    let statement = "SELECT fence FROM lease WHERE feed = $1 FOR SHARE";
    let number = number_of(lease.work);
    let fence = session.row(statement, &[&number], |row| row.try_get::<_, i64>(0)).await?;
    if fence == Some(lease.fence) { Ok(()) } else { Err(StoreError::Lost) }
}

/// Has whoever follows a feed begin anew from what the store says of it.
pub(super) async fn interrupt(session: &Session<'_>, feed: FeedId) -> Result<(), StoreError> {
    let statement = "UPDATE lease SET fence = fence + 1 WHERE feed = $1";
    session.execute(statement, &[&feed.0]).await?;
    Ok(())
}

impl Row {
    fn lease(&self) -> Lease {
        Lease { work: work_of(self.number), fence: self.fence }
    }
}

fn number_of(work: Work) -> i64 {
    match work {
        Work::Mapping => MAPPING,
        Work::Feed(feed) => feed.0,
    }
}

fn work_of(number: i64) -> Work {
    if number == MAPPING { Work::Mapping } else { Work::Feed(FeedId(number)) }
}
