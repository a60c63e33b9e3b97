//! Connections: one that writes, several that read.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::OpenFlags;
use rusqlite::config::DbConfig;

use super::schema;
use super::sql;
use super::together::Waiting;
use crate::store::StoreError;

/// How many reading connections are kept for later.
const MAX_IDLE_READERS: usize = 8;

/// How long to wait for others who hold the file.
const BUSY_TIME: Duration = Duration::from_secs(30);

/// How long a program that ends waits for those who still read.
const SETTLE_TIME: Duration = Duration::from_secs(1);

/// The connections to one database.
#[derive(Debug)]
pub(super) struct Pool {
    path: Option<PathBuf>,
    /// A std mutex: it is only held in blocking threads, never across an await.
    writer: Mutex<Connection>,
    waiting: Waiting,
    readers: Mutex<Vec<Connection>>,
}

impl Pool {
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let failed = |source: rusqlite::Error| StoreError::Open {
            place: path.display().to_string(),
            source: source.into(),
        };
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut writer = Connection::open_with_flags(path, flags).map_err(failed)?;
        writer
            .execute_batch(
                // Only a new file takes a size of pages: a service and its head fill half of one of 4 KiB. The log
                // is taken over when it has about the size it keeps: a page that changes often is written once.
                "PRAGMA page_size = 8192;
                 PRAGMA journal_mode = WAL;
                 PRAGMA synchronous = FULL;
                 PRAGMA foreign_keys = ON;
                 PRAGMA wal_autocheckpoint = 8000;
                 PRAGMA journal_size_limit = 67108864;
                 PRAGMA cache_size = -32768;
                 PRAGMA temp_store = MEMORY;",
            )
            .map_err(failed)?;
        Self::prepare(&writer).map_err(failed)?;
        schema::migrate(&mut writer)?;
        let path = Some(path.to_path_buf());
        Ok(Self::of(path, writer))
    }

    pub(super) fn in_memory() -> Result<Self, StoreError> {
        let failed = |source: rusqlite::Error| StoreError::Open {
            place: ":memory:".to_owned(),
            source: source.into(),
        };
        let mut writer = Connection::open_in_memory().map_err(failed)?;
        writer.execute_batch("PRAGMA foreign_keys = ON;").map_err(failed)?;
        Self::prepare(&writer).map_err(failed)?;
        schema::migrate(&mut writer)?;
        Ok(Self::of(None, writer))
    }

    fn of(path: Option<PathBuf>, writer: Connection) -> Self {
        let (writer, readers) = (Mutex::new(writer), Mutex::default());
        Self { path, writer, waiting: Waiting::default(), readers }
    }

    fn prepare(connection: &Connection) -> rusqlite::Result<()> {
        // Without it SQLite plans a statement anew for every value bound to it, which cost a third of
        // the time of a harvest.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.set_prepared_statement_cache_capacity(64);
        connection.busy_timeout(BUSY_TIME)
    }

    pub(super) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Runs work on the writing connection; a failed transaction in it is rolled back.
    pub(super) fn write<T>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        // A panic in earlier work rolled its transaction back when it was dropped.
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut writer)
    }

    /// Takes the log over into the file, unless somebody still reads, who is answered from the log.
    pub(super) fn settle(connection: &Connection) -> Result<(), StoreError> {
        let settle = || {
            connection.busy_timeout(SETTLE_TIME)?;
            let done = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
            connection.busy_timeout(BUSY_TIME)?;
            done
        };
        settle().map_err(sql("bringing its log into its file"))
    }

    /// Runs work that is part of a transaction on the writing connection, together with what else waits for it.
    pub(super) fn write_together<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let handed_in = self.waiting.hand_in(work);
        self.write(|connection| self.waiting.finish(connection, handed_in))
    }

    /// Runs work on a reading connection. A database in memory has only the writing one.
    pub(super) fn read<T>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let Some(path) = &self.path else {
            return self.write(|connection| work(connection));
        };
        let idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let reader = match idle {
            Some(reader) => reader,
            None => Self::open_reader(path)?,
        };
        let result = work(&reader);
        let mut idle = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MAX_IDLE_READERS {
            idle.push(reader);
        }
        result
    }

    fn open_reader(path: &Path) -> Result<Connection, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let failed = |source: rusqlite::Error| StoreError::Open {
            place: path.display().to_string(),
            source: source.into(),
        };
        let reader = Connection::open_with_flags(path, flags).map_err(failed)?;
        reader.execute_batch("PRAGMA cache_size = -4096;").map_err(sql("opening a reader"))?;
        Self::prepare(&reader).map_err(failed)?;
        Ok(reader)
    }
}
