//! All rows of the store, sent to another store or received from one.

use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::Row;
use rusqlite::Transaction;
use rusqlite::params_from_iter;
use rusqlite::types::Value;
use tokio::sync::mpsc::Receiver;
use tokio::sync::mpsc::Sender;

use super::SqliteStore;
use super::backup;
use super::codec;
use super::path_of;
use super::schema;
use super::sql;
use crate::store::CopyError;
use crate::store::CopyProgress;
use crate::store::StoreError;
use crate::store::copy::BATCH;
use crate::store::copy::Parcel;
use crate::store::copy::TABLES;
use crate::store::copy::Table;
use crate::store::copy::compare;

const READING: &str = "reading what is to be copied";
const WRITING: &str = "writing a copy";

impl SqliteStore {
    /// Sends everything, as it is at one moment.
    pub(in crate::store) async fn send_all(&self, to: Sender<Parcel>) -> Result<(), StoreError> {
        self.read(move |connection| {
            let transaction = connection.unchecked_transaction().map_err(sql(READING))?;
            send(&to, Parcel::Counts(counts(&transaction)?))?;
            for table in TABLES {
                send_table(&transaction, table, &to)?;
            }
            send(&to, Parcel::End)
        })
        .await
    }
}

fn send_table(
    connection: &Connection,
    table: &'static Table,
    to: &Sender<Parcel>,
) -> Result<(), StoreError> {
    let statement = format!("SELECT {} FROM {} {}", columns(table), table.name, table.filter());
    let mut select = connection.prepare(&statement).map_err(sql(READING))?;
    let rows = select.query_map([], |row| values(row, table)).map_err(sql(READING))?;
    let mut batch = Vec::with_capacity(BATCH);
    for row in rows {
        batch.push(row.map_err(sql(READING))?);
        if batch.len() == BATCH {
            send(to, Parcel::Rows(table, std::mem::take(&mut batch)))?;
        }
    }
    send(to, Parcel::Rows(table, batch))
}

fn values(row: &Row<'_>, table: &Table) -> rusqlite::Result<Vec<Value>> {
    (0..table.columns.len()).map(|at| row.get(at)).collect()
}

fn send(to: &Sender<Parcel>, parcel: Parcel) -> Result<(), StoreError> {
    to.blocking_send(parcel).or(Err(CopyError::BrokeOff.into()))
}

/// Receives everything into a new file; returns how many rows each table has. The file has its name once
/// it is whole.
pub(in crate::store) async fn receive_all(
    url: &str,
    from: Receiver<Parcel>,
    progress: &Arc<CopyProgress>,
) -> Result<Vec<u64>, StoreError> {
    let (path, progress) = (path_of(url)?.to_path_buf(), Arc::clone(progress));
    let writing = tokio::task::spawn_blocking(move || receive(&path, from, &progress));
    writing.await.unwrap_or(Err(StoreError::Closed))
}

fn receive(
    path: &Path,
    mut from: Receiver<Parcel>,
    progress: &CopyProgress,
) -> Result<Vec<u64>, StoreError> {
    backup::refuse_existing(path)?;
    let part = backup::begin(path)?;
    let mut connection = Connection::open(part.path()).map_err(sql(WRITING))?;
    // A file that is thrown away unless it is finished needs no journal, and waits for the disk at the end.
    let settings = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
                    PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536;";
    connection.execute_batch(settings).map_err(sql(WRITING))?;
    schema::migrate(&mut connection)?;
    let transaction = connection.transaction().map_err(sql(WRITING))?;
    transaction.execute("DELETE FROM counter", []).map_err(sql(WRITING))?;
    let mut expected = Vec::new();
    loop {
        match from.blocking_recv().ok_or(CopyError::BrokeOff)? {
            Parcel::Counts(counts) => {
                progress.begin(&counts);
                expected = counts;
            }
            Parcel::Rows(table, rows) => {
                progress.advance(rows.len());
                insert(&transaction, table, rows)?;
            }
            Parcel::End => break,
        }
    }
    let copied = counts(&transaction)?;
    compare(&expected, &copied)?;
    transaction.commit().map_err(sql(WRITING))?;
    drop(connection);
    backup::finish_new(part, path)?;
    Ok(copied)
}

fn insert(to: &Transaction<'_>, table: &Table, rows: Vec<Vec<Value>>) -> Result<(), StoreError> {
    let places = vec!["?"; table.columns.len()].join(", ");
    let statement = format!("INSERT INTO {} ({}) VALUES ({places})", table.name, columns(table));
    let mut insert = to.prepare_cached(&statement).map_err(sql(WRITING))?;
    for row in rows {
        insert.execute(params_from_iter(row)).map_err(sql(WRITING))?;
    }
    Ok(())
}

/// Counts the rows of each table.
fn counts(connection: &Connection) -> Result<Vec<u64>, StoreError> {
    let count = |table: &Table| {
        let statement = format!("SELECT count(*) FROM {} {}", table.name, table.filter());
        let count = connection.query_row(&statement, [], |row| row.get::<_, i64>(0));
        Ok(codec::count(count.map_err(sql(READING))?))
    };
    TABLES.iter().map(count).collect()
}

fn columns(table: &Table) -> String {
    table.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}
