//! What was last found on each dataset site.

use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::params;

use super::codec;
use super::sql;
use crate::store::StoreError;

pub(super) fn find(
    connection: &Connection,
    publisher: &str,
) -> Result<Option<Vec<u8>>, StoreError> {
    let doing = "reading what a dataset site said";
    let body: Option<Vec<u8>> = connection
        .query_row("SELECT body FROM dataset WHERE publisher = ?1", [publisher], |row| row.get(0))
        .optional()
        .map_err(sql(doing))?;
    body.map(|body| codec::decompress(doing, &body)).transpose()
}

pub(super) fn keep(
    connection: &Connection,
    publisher: &str,
    body: &[u8],
) -> Result<(), StoreError> {
    let doing = "keeping what a dataset site said";
    let body = codec::compress(doing, body)?;
    connection
        .execute(
            "INSERT OR REPLACE INTO dataset (publisher, body) VALUES (?1, ?2)",
            params![publisher, body],
        )
        .map(|_| ())
        .map_err(sql(doing))
}
