//! Dropping what is kept no longer.

use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;

use super::connection::Session;
use super::feed;
use crate::store::StoreError;
use crate::store::limits::BATCH;
use crate::store::limits::OCCURRENCE_DAYS;
use crate::store::limits::TOMBSTONE_DAYS;

pub(super) async fn purge(session: &Session<'_>, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let tombstones = (now - TimeDelta::days(TOMBSTONE_DAYS)).timestamp_millis();
    let past = (now - TimeDelta::days(OCCURRENCE_DAYS)).timestamp();
    let gone = session.execute("DELETE FROM service WHERE gone_at < $1", &[&tombstones]).await?;
    let gone = gone + drop_occurrences(session, past).await?;
    if gone == 0 {
        drop_facts(session, now).await?;
    }
    Ok(gone)
}

/// Drops some past occurrences. The latest of a root stays: it says when the root was last alive.
async fn drop_occurrences(session: &Session<'_>, past: i64) -> Result<u64, StoreError> {
    let old: Vec<(i64, Vec<u8>)> = session
        .rows(
            // Found parent by parent, which is how the index goes.
            "SELECT o.feed, o.name FROM key CROSS JOIN LATERAL
                 (SELECT feed, name FROM occurrence AS old
                  WHERE old.parent = key.id AND old.start < $1
                  AND old.start + coalesce(old.length, 0) < $1 AND old.start <
                      (SELECT max(start) FROM occurrence WHERE parent = key.id)) AS o
             LIMIT $2",
            &[&past, &BATCH],
            |row| Ok((row.try_get(0)?, row.try_get(1)?)),
        )
        .await?;
    if old.is_empty() {
        return Ok(0);
    }
    // Before anything of theirs is touched: whoever writes a page begins with this too.
    feed::lock_all(session).await?;
    let (feeds, names): (Vec<i64>, Vec<Vec<u8>>) = old.into_iter().unzip();
    let feeds: Vec<i64> = session
        .rows(
            "DELETE FROM occurrence AS o USING unnest($2::int8[], $3::bytea[]) AS old (feed, name)
             WHERE o.feed = old.feed AND o.name = old.name
             AND o.start + coalesce(o.length, 0) < $1 RETURNING o.feed",
            &[&past, &feeds, &names],
            |row| row.try_get(0),
        )
        .await?;
    session
        .execute(
            "UPDATE feed SET occurrences = occurrences - gone.count,
                 has_sessions = has_sessions AND occurrences > gone.count
             FROM (SELECT feed, count(*) AS count FROM unnest($1::int8[]) AS gone (feed)
                   GROUP BY feed) AS gone
             WHERE feed.id = gone.feed",
            &[&feeds],
        )
        .await?;
    Ok(feeds.len() as u64)
}

/// Drops what no occurrence says any more; once a day, because it reads every occurrence.
async fn drop_facts(session: &Session<'_>, now: DateTime<Utc>) -> Result<(), StoreError> {
    let due = session
        .execute(
            "INSERT INTO counter AS upkeep VALUES ('upkeep', $1)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value
             WHERE upkeep.value NOT BETWEEN excluded.value - 86400 AND excluded.value",
            &[&now.timestamp()],
        )
        .await?;
    if due == 0 {
        return Ok(());
    }
    // A page being written may use facts that no occurrence held a moment ago.
    feed::lock_all(session).await?;
    session
        .execute(
            "DELETE FROM facts WHERE NOT EXISTS
                 (SELECT 1 FROM occurrence WHERE occurrence.facts = facts.id)",
            &[],
        )
        .await?;
    Ok(())
}
