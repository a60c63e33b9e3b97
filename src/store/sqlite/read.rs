//! Reading services back.

use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::Row;
use rusqlite::params;

use super::codec;
use super::rows;
use super::sql;
use crate::oruk::Id;
use crate::store::ChangedService;
use crate::store::FeedId;
use crate::store::ServiceRecord;
use crate::store::StoreError;
use crate::store::StoredBody;
use crate::store::StoredService;

pub(super) fn latest_change(connection: &Connection) -> Result<u64, StoreError> {
    let number = connection
        .prepare_cached("SELECT value FROM counter WHERE name = 'seq'")
        .and_then(|mut select| select.query_row([], |row| row.get::<_, i64>(0)))
        .map_err(sql("reading the number of the latest change"))?;
    Ok(codec::count(number))
}

pub(super) fn scan(
    connection: &Connection,
    after: Option<Id>,
    limit: usize,
) -> Result<Vec<ChangedService>, StoreError> {
    let after = after.map(|id| id.as_bytes().to_vec()).unwrap_or_default();
    rows(
        connection,
        "reading all services",
        "SELECT seq, id, status, last_modified, coalesce(published_at, last_modified), entry
         FROM service WHERE id > ?1 ORDER BY id LIMIT ?2",
        params![after, codec::number(limit)],
        changed,
    )
}

pub(super) fn changes(
    connection: &Connection,
    seq: u64,
    limit: usize,
) -> Result<Vec<ChangedService>, StoreError> {
    rows(
        connection,
        "reading changes",
        "SELECT seq, id, status, last_modified, coalesce(published_at, last_modified), entry
         FROM service WHERE seq > ?1 ORDER BY seq LIMIT ?2",
        [codec::number(seq), codec::number(limit)],
        changed,
    )
}

fn changed(row: &Row<'_>) -> rusqlite::Result<ChangedService> {
    Ok(ChangedService {
        seq: codec::count(row.get(0)?),
        id: Id::from_bytes(row.get(1)?),
        status: codec::status_of(row.get(2)?),
        last_modified: codec::from_millis(row.get(3)?),
        published_at: codec::from_millis(row.get(4)?),
        entry: row.get(5)?,
    })
}

pub(super) fn bodies(
    connection: &Connection,
    ids: &[Id],
) -> Result<Vec<Option<StoredBody>>, StoreError> {
    let doing = "reading bodies of services";
    let mut select = connection
        .prepare_cached("SELECT seq, gone_at IS NOT NULL, body FROM service WHERE id = ?1")
        .map_err(sql(doing))?;
    let mut read = |id: &Id| {
        let stored = select
            .query_row([id.as_bytes()], |row| {
                let seq = codec::count(row.get(0)?);
                let unpacked = codec::decompress(doing, row.get_ref(2)?.as_blob()?);
                let is_gone = row.get(1)?;
                Ok(unpacked.map(|bytes| StoredBody { seq, is_gone, bytes }))
            })
            .optional()
            .map_err(sql(doing))?;
        stored.transpose()
    };
    ids.iter().map(&mut read).collect()
}

pub(super) fn services(
    connection: &Connection,
    ids: &[Id],
) -> Result<Vec<Option<StoredService>>, StoreError> {
    let doing = "reading services";
    let mut select = connection
        .prepare_cached(
            "SELECT seq, entry IS NULL, feed, status, body, entry, hash, last_modified, findings, due, parts \
             FROM service WHERE id = ?1",
        )
        .map_err(sql(doing))?;
    let mut read = |id: &Id| {
        let stored = select
            .query_row([id.as_bytes()], |row| service(*id, row))
            .optional()
            .map_err(sql(doing))?;
        let Some(mut stored) = stored else { return Ok(None) };
        stored.record.body = codec::decompress(doing, &stored.record.body)?;
        Ok(Some(stored))
    };
    ids.iter().map(&mut read).collect()
}

pub(super) fn service(id: Id, row: &Row<'_>) -> rusqlite::Result<StoredService> {
    let findings: Option<String> = row.get("findings")?;
    let findings = findings.and_then(|json| serde_json::from_str(&json).ok());
    let record = ServiceRecord {
        id,
        feed: row.get::<_, Option<i64>>("feed")?.map(FeedId),
        status: codec::status_of(row.get("status")?),
        body: row.get("body")?,
        entry: row.get::<_, Option<Vec<u8>>>("entry")?.unwrap_or_default(),
        hash: u128::from_be_bytes(row.get("hash")?),
        last_modified: codec::from_millis(row.get("last_modified")?),
        findings: findings.unwrap_or_default(),
        due: row.get::<_, Option<i64>>("due")?.map(codec::from_millis),
        parts: row.get("parts")?,
    };
    let seq = codec::count(row.get("seq")?);
    Ok(StoredService { seq, is_gone: row.get(1)?, record })
}
