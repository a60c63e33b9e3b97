//! Publishing: what became of dirty roots, in one transaction.

use std::collections::HashSet;

use chrono::DateTime;
use chrono::Utc;
use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::params;

use super::body;
use super::codec;
use super::compress;
use super::connection::Pool;
use super::held;
use super::sql;
use crate::oruk::Id;
use crate::oruk::Status;
use crate::store::ChangedService;
use crate::store::Delegation;
use crate::store::FeedId;
use crate::store::Outcome;
use crate::store::Publication;
use crate::store::ServiceRecord;
use crate::store::StoreError;

const DOING: &str = "publishing services";

/// Compresses the bodies of services, but for those that are the same as before.
pub(super) fn prepare(
    pool: &Pool,
    publications: Vec<Publication>,
) -> Result<Vec<Prepared>, StoreError> {
    let same = pool.read(|connection| same(connection, &publications).map_err(sql(DOING)))?;
    publications.into_iter().map(|publication| Prepared::new(publication, &same)).collect()
}

/// Writes what became of dirty roots and returns the services that changed, as part of a transaction.
pub(super) fn publish(
    transaction: &Connection,
    prepared: Vec<Prepared>,
) -> Result<Vec<ChangedService>, StoreError> {
    write(transaction, prepared).map_err(sql(DOING))
}

/// A publication whose body is compressed, so that the transaction stays short.
pub(super) struct Prepared {
    publication: Publication,
    /// Nothing where it need not be written.
    body: Vec<u8>,
}

impl Prepared {
    fn new(publication: Publication, same: &HashSet<Id>) -> Result<Self, StoreError> {
        let body = match &publication.outcome {
            Outcome::Service(record) if !same.contains(&record.id) => {
                let stamped = body::stamp(&record.body, record.last_modified.timestamp_millis());
                codec::compress(DOING, &stamped)?
            }
            _ => Vec::new(),
        };
        Ok(Self { publication, body })
    }
}

/// Returns the services that stand as they are to be published.
fn same(connection: &Connection, publications: &[Publication]) -> rusqlite::Result<HashSet<Id>> {
    let transaction = connection.unchecked_transaction()?;
    let mut select = transaction.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM service WHERE id = ?1 AND hash = ?2 AND gone_at IS NULL)",
    )?;
    let mut same = HashSet::new();
    for publication in publications {
        let Outcome::Service(record) = &publication.outcome else { continue };
        let values = params![record.id.as_bytes(), record.hash.to_be_bytes()];
        if select.query_row(values, |row| row.get(0))? {
            same.insert(record.id);
        }
    }
    Ok(same)
}

fn write(
    transaction: &Connection,
    prepared: Vec<Prepared>,
) -> rusqlite::Result<Vec<ChangedService>> {
    // Few roots are held or wait for a parent, mostly none at all.
    let (mut seq, mut any_held, mut any_orphans): (i64, bool, bool) = transaction.query_row(
        "SELECT value, EXISTS (SELECT 1 FROM held), EXISTS (SELECT 1 FROM orphan)
         FROM counter WHERE name = 'seq'",
        [],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    let mut changed = Vec::new();
    for Prepared { publication, body } in prepared {
        let key = publication.root.key;
        let change = match &publication.outcome {
            Outcome::Service(record) => {
                put(transaction, key, record, &body, &mut seq, &publication)?
            }
            Outcome::Nothing | Outcome::Orphans(_) | Outcome::Delegated(_) => {
                withdraw(transaction, publication.id, &mut seq, publication.now)?
            }
            Outcome::Held(feed) => held::hold(transaction, key, *feed).map(|()| None)?,
        };
        let is_held = matches!(publication.outcome, Outcome::Held(_));
        if any_held && !is_held {
            held::release(transaction, key)?;
        }
        any_held |= is_held;
        changed.extend(change);
        let orphans = orphans_of(&publication.outcome);
        if any_orphans || !orphans.is_empty() {
            set_orphans(transaction, key, orphans)?;
            any_orphans = true;
        }
        if let Outcome::Delegated(delegation) = &publication.outcome {
            for other in &delegation.to {
                transaction
                    .prepare_cached(
                        "INSERT OR REPLACE INTO dirty (key) SELECT id FROM key WHERE key = ?1 AND id <> ?2",
                    )?
                    .execute(params![other, key])?;
            }
        }
        transaction
            .prepare_cached("DELETE FROM dirty WHERE key = ?1 AND mark = ?2")?
            .execute(params![key, publication.root.mark])?;
    }
    transaction.execute("UPDATE counter SET value = ?1 WHERE name = 'seq'", [seq])?;
    Ok(changed)
}

/// What is known of a service before it is written again.
struct Known {
    hash: [u8; 16],
    last_modified: i64,
    is_gone: bool,
    feed: Option<i64>,
    findings: i64,
    /// Its entry in the index is what it is to be.
    is_indexed: bool,
}

fn known(transaction: &Connection, id: Id, entry: &[u8]) -> rusqlite::Result<Option<Known>> {
    transaction
        .prepare_cached(
            "SELECT hash, last_modified, gone_at IS NOT NULL, feed, findings, entry IS ?2
             FROM service WHERE id = ?1",
        )?
        .query_row(params![id.as_bytes(), entry], |row| {
            let findings: Option<String> = row.get(4)?;
            Ok(Known {
                hash: row.get(0)?,
                last_modified: row.get(1)?,
                is_gone: row.get(2)?,
                feed: row.get(3)?,
                findings: findings.map_or(0, |json| body::count_of(&json)),
                is_indexed: row.get(5)?,
            })
        })
        .optional()
}

/// Writes a service. An unchanged hash leaves body and change number alone, unless the index says something else of it:
/// who follows the changes reads it then, too.
fn put(
    transaction: &Connection,
    key: i64,
    record: &ServiceRecord,
    body: &[u8],
    seq: &mut i64,
    publication: &Publication,
) -> rusqlite::Result<Option<ChangedService>> {
    let before = known(transaction, record.id, &record.entry)?;
    let hash = record.hash.to_be_bytes();
    let findings = (!record.findings.is_empty())
        .then(|| serde_json::to_string(&record.findings).unwrap_or_default());
    let count = codec::number(record.findings.len());
    count_findings(transaction, before.as_ref(), record.feed, count)?;
    let due = record.due.map(|due| due.timestamp_millis());
    let feed = record.feed.map(|feed| feed.0);
    let same = before.as_ref().filter(|known| known.hash == hash && !known.is_gone);
    if same.is_some_and(|known| known.is_indexed) {
        let mut keep = transaction.prepare_cached(
            // Most are what they were: writing them again would fill the log with them.
            "UPDATE service SET due = ?2, findings = ?3, feed = ?4, key = ?5, parts = ?6 WHERE id = ?1
             AND (due, findings, feed, key, parts) IS NOT (?2, ?3, ?4, ?5, ?6)",
        )?;
        keep.execute(params![record.id.as_bytes(), due, findings, feed, key, record.parts])?;
        return Ok(None);
    }
    *seq += 1;
    // A change must not hide behind an older time, or those who ask for changes never see it.
    let stated = record.last_modified.timestamp_millis();
    let published_at = publication.now.timestamp_millis();
    let last_modified = match &before {
        Some(known) if same.is_some() => known.last_modified,
        Some(known) if stated <= known.last_modified => published_at.max(known.last_modified + 1),
        _ => stated,
    };
    let restamped = (last_modified != stated || body.is_empty())
        .then(|| compress(DOING, &body::stamp(&record.body, last_modified)))
        .transpose()?;
    let body = restamped.as_deref().unwrap_or(body);
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO service
             (id, key, feed, seq, status, last_modified, due, gone_at, hash, findings, entry, body, parts,
              published_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?
        .execute(params![
            record.id.as_bytes(),
            key,
            feed,
            *seq,
            codec::status_code(record.status),
            last_modified,
            due,
            hash,
            findings,
            record.entry,
            body,
            record.parts,
            published_at,
        ])?;
    Ok(Some(ChangedService {
        seq: codec::count(*seq),
        id: record.id,
        status: record.status,
        last_modified: codec::from_millis(last_modified),
        published_at: codec::from_millis(published_at),
        entry: Some(record.entry.clone()),
    }))
}

fn count_findings(
    transaction: &Connection,
    before: Option<&Known>,
    feed: Option<FeedId>,
    count: i64,
) -> rusqlite::Result<()> {
    let add = |feed: Option<i64>, count: i64| {
        transaction
            .prepare_cached("UPDATE feed SET findings = findings + ?2 WHERE id = ?1")?
            .execute(params![feed, count])
    };
    if let Some(known) = before {
        if known.feed == feed.map(|feed| feed.0) && known.findings == count {
            return Ok(());
        }
        if known.findings > 0 {
            add(known.feed, -known.findings)?;
        }
    }
    if count > 0 {
        add(feed.map(|feed| feed.0), count)?;
    }
    Ok(())
}

/// Turns a service into a tombstone; nothing when there was none.
fn withdraw(
    transaction: &Connection,
    id: Id,
    seq: &mut i64,
    now: DateTime<Utc>,
) -> rusqlite::Result<Option<ChangedService>> {
    let Some(before) = known(transaction, id, &[])?.filter(|known| !known.is_gone) else {
        return Ok(None);
    };
    count_findings(transaction, Some(&before), None, 0)?;
    *seq += 1;
    let gone_at = now.timestamp_millis();
    let last_modified = gone_at.max(before.last_modified + 1);
    let name = name_of(transaction, id)?;
    let time = codec::from_millis(last_modified);
    let body = compress(DOING, &body::tombstone(id, &name, time))?;
    transaction
        .prepare_cached(
            "UPDATE service SET seq = ?2, status = ?3, last_modified = ?4, gone_at = ?5,
                 published_at = ?5, due = NULL, hash = zeroblob(16), findings = NULL, entry = NULL,
                 feed = NULL, body = ?6
             WHERE id = ?1",
        )?
        .execute(params![
            id.as_bytes(),
            *seq,
            codec::status_code(Status::Defunct),
            last_modified,
            gone_at,
            body,
        ])?;
    Ok(Some(ChangedService {
        seq: codec::count(*seq),
        id,
        status: Status::Defunct,
        last_modified: time,
        published_at: codec::from_millis(gone_at),
        entry: None,
    }))
}

fn name_of(transaction: &Connection, id: Id) -> rusqlite::Result<String> {
    let body: Vec<u8> = transaction
        .prepare_cached("SELECT body FROM service WHERE id = ?1")?
        .query_row([id.as_bytes()], |row| row.get(0))?;
    Ok(codec::decompress(DOING, &body).map(|body| body::name_in(&body)).unwrap_or_default())
}

fn orphans_of(outcome: &Outcome) -> &[(FeedId, u64)] {
    match outcome {
        Outcome::Orphans(counts) | Outcome::Delegated(Delegation { orphans: counts, .. }) => counts,
        _ => &[],
    }
}

fn set_orphans(
    transaction: &Connection,
    key: i64,
    orphans: &[(FeedId, u64)],
) -> rusqlite::Result<()> {
    transaction.prepare_cached("DELETE FROM orphan WHERE key = ?1")?.execute([key])?;
    let mut insert =
        transaction.prepare_cached("INSERT INTO orphan (key, feed, count) VALUES (?1, ?2, ?3)")?;
    for (feed, count) in orphans {
        insert.execute(params![key, feed.0, codec::number(*count)])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_the_same_is_packed_only_where_another_wrote_it_meanwhile() {
        let pool = Pool::in_memory().unwrap();
        let ready = |text, at| prepare(&pool, vec![Publication::sample(text, at)]).unwrap();
        let publish = |ready| pool.write(|connection| publish(connection, ready)).unwrap();
        let first = ready("one", 1);
        assert!(!first[0].body.is_empty());
        assert_eq!(publish(first).len(), 1);
        let [again, meanwhile, last] = [ready("one", 2), ready("two", 3), ready("one", 4)];
        assert!(again[0].body.is_empty() && last[0].body.is_empty());
        assert_eq!([again, meanwhile, last].map(|ready| publish(ready).len()), [0, 1, 1]);
        let name = pool.read(|connection| {
            let id = "SELECT id FROM service";
            let id = connection.query_row(id, [], |row| row.get(0)).map_err(sql(DOING))?;
            name_of(connection, Id::from_bytes(id)).map_err(sql(DOING))
        });
        assert_eq!(name.unwrap(), "one");
    }
}
