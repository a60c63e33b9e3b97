//! Reading services back.

use std::collections::HashMap;

use tokio_postgres::Row;

use super::connection::Session;
use crate::oruk::Id;
use crate::store::ChangedService;
use crate::store::FeedId;
use crate::store::ServiceRecord;
use crate::store::StoreError;
use crate::store::StoredBody;
use crate::store::StoredService;
use crate::store::codec;

pub(super) async fn latest_change(session: &Session<'_>) -> Result<u64, StoreError> {
    let statement = "SELECT value FROM counter WHERE name = 'seq'";
    let number = session.row(statement, &[], |row| row.try_get::<_, i64>(0)).await?;
    Ok(codec::count(number.unwrap_or_default()))
}

pub(super) async fn scan(
    session: &Session<'_>,
    after: Option<Id>,
    limit: i64,
) -> Result<Vec<ChangedService>, StoreError> {
    let after = after.map(|id| id.as_bytes().to_vec()).unwrap_or_default();
    session
        .rows(
            "SELECT seq, id, status, last_modified, coalesce(published_at, last_modified), entry
             FROM service WHERE id > $1 ORDER BY id LIMIT $2",
            &[&after, &limit],
            changed,
        )
        .await
}

pub(super) async fn changes(
    session: &Session<'_>,
    seq: i64,
    limit: i64,
) -> Result<Vec<ChangedService>, StoreError> {
    session
        .rows(
            "SELECT seq, id, status, last_modified, coalesce(published_at, last_modified), entry
             FROM service WHERE seq > $1 ORDER BY seq LIMIT $2",
            &[&seq, &limit],
            changed,
        )
        .await
}

fn changed(row: &Row) -> Result<ChangedService, tokio_postgres::Error> {
    Ok(ChangedService {
        seq: codec::count(row.try_get(0)?),
        id: id_of(row.try_get(1)?),
        status: status_of(row.try_get(2)?),
        last_modified: codec::from_millis(row.try_get(3)?),
        published_at: codec::from_millis(row.try_get(4)?),
        entry: row.try_get(5)?,
    })
}

/// Returns bodies by id, packed still.
pub(super) async fn bodies(
    session: &Session<'_>,
    ids: &[Id],
) -> Result<HashMap<Id, StoredBody>, StoreError> {
    let ids: Vec<&[u8]> = ids.iter().map(|id| id.as_bytes().as_slice()).collect();
    let rows = session
        .rows(
            "SELECT id, seq, gone_at IS NOT NULL, body FROM service WHERE id = ANY ($1)",
            &[&ids],
            |row| {
                let seq = codec::count(row.try_get(1)?);
                let (is_gone, bytes) = (row.try_get(2)?, row.try_get(3)?);
                Ok((id_of(row.try_get(0)?), StoredBody { seq, is_gone, bytes }))
            },
        )
        .await?;
    Ok(rows.into_iter().collect())
}

pub(super) async fn services(
    session: &Session<'_>,
    ids: &[Id],
) -> Result<HashMap<Id, StoredService>, StoreError> {
    let ids: Vec<&[u8]> = ids.iter().map(|id| id.as_bytes().as_slice()).collect();
    let rows = session
        .rows(
            "SELECT id, seq, feed, status, body, entry, hash, last_modified, findings, due, parts
             FROM service WHERE id = ANY ($1)",
            &[&ids],
            service,
        )
        .await?;
    Ok(rows.into_iter().map(|stored| (stored.record.id, stored)).collect())
}

/// Reads a service, but for its body, which is packed still.
pub(super) fn service(row: &Row) -> Result<StoredService, tokio_postgres::Error> {
    let findings: Option<&str> = row.try_get("findings")?;
    let findings = findings.and_then(|json| serde_json::from_str(json).ok());
    let entry: Option<Vec<u8>> = row.try_get("entry")?;
    let is_gone = entry.is_none();
    let record = ServiceRecord {
        id: id_of(row.try_get("id")?),
        feed: row.try_get::<_, Option<i64>>("feed")?.map(FeedId),
        status: status_of(row.try_get("status")?),
        body: row.try_get("body")?,
        entry: entry.unwrap_or_default(),
        hash: u128::from_be_bytes(sixteen(row.try_get("hash")?)),
        last_modified: codec::from_millis(row.try_get("last_modified")?),
        findings: findings.unwrap_or_default(),
        due: row.try_get::<_, Option<i64>>("due")?.map(codec::from_millis),
        parts: small(row.try_get("parts")?),
    };
    let seq = codec::count(row.try_get("seq")?);
    Ok(StoredService { seq, is_gone, record })
}

pub(super) fn id_of(bytes: &[u8]) -> Id {
    Id::from_bytes(sixteen(bytes))
}

/// Returns the bytes of an id or a hash; no other number of them is ever written.
pub(super) fn sixteen(bytes: &[u8]) -> [u8; 16] {
    bytes.try_into().unwrap_or_default()
}

/// Returns a code as it was before it was widened: no column is as narrow.
pub(super) fn small(code: i16) -> u8 {
    u8::try_from(code).unwrap_or_default()
}

pub(super) fn status_of(code: i16) -> crate::oruk::Status {
    codec::status_of(small(code))
}
