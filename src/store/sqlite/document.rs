//! Documents kept whole, by name.

use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::params;

use super::codec;
use super::sql;
use crate::store::StoreError;

pub(super) fn find(connection: &Connection, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let doing = "reading a document";
    let body: Option<Vec<u8>> = connection
        .query_row("SELECT body FROM document WHERE name = ?1", [name], |row| row.get(0))
        .optional()
        .map_err(sql(doing))?;
    body.map(|body| codec::decompress(doing, &body)).transpose()
}

pub(super) fn keep(connection: &Connection, name: &str, body: &[u8]) -> Result<(), StoreError> {
    let doing = "keeping a document";
    let body = codec::compress(doing, body)?;
    connection
        .execute(
            "INSERT OR REPLACE INTO document (name, body) VALUES (?1, ?2)",
            params![name, body],
        )
        .map(|_| ())
        .map_err(sql(doing))
}
