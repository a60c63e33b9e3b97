//! The embedded store: one SQLite file, one writer, several readers.
//!
//! WAL with `synchronous=FULL`: a commit is on the disk when it returns. What waits meanwhile is written together,
//! so that the disk is waited for as seldom as may be. Bodies are compressed with zstd.

mod backup;
mod bundle;
mod connection;
mod copy;
mod day;
mod dirty;
mod document;
mod feed;
mod fold;
mod held;
mod page;
mod publish;
mod publisher;
mod purge;
mod read;
mod schema;
mod sweep;
mod together;

pub use backup::backup;
pub use backup::restore;
pub(super) use copy::receive_all;

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::DateTime;
use chrono::Utc;
use rusqlite::Connection;
use rusqlite::Params;
use rusqlite::Row;

use self::connection::Pool;
use super::Answer;
use super::Bundle;
use super::ChangedService;
use super::Day;
use super::Dirty;
use super::FeedId;
use super::FeedRecord;
use super::FeedSpec;
use super::FeedUpdate;
use super::Folding;
use super::Held;
use super::Hint;
use super::Lease;
use super::PageCommit;
use super::PageOutcome;
use super::Publication;
use super::Share;
use super::Store;
use super::StoreError;
use super::StoredBody;
use super::StoredService;
use super::Whose;
use super::Worker;
use super::body;
use super::codec;
use crate::oruk::Id;

/// What stands in an address instead of a file.
pub const IN_MEMORY: &str = ":memory:";

/// The embedded store.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    pool: Arc<Pool>,
}

impl SqliteStore {
    /// Opens a store by its address: `sqlite:PATH`, or `sqlite::memory:` for one that is forgotten.
    ///
    /// # Errors
    /// When the address is another kind of store's, the file cannot be opened, or a newer version of
    /// the program wrote it.
    pub fn open(url: &str) -> Result<Self, StoreError> {
        let path = path_of(url)?;
        let pool =
            if path == Path::new(IN_MEMORY) { Pool::in_memory()? } else { Pool::open(path)? };
        Ok(Self { pool: Arc::new(pool) })
    }

    /// Returns the file, when there is one.
    pub fn path(&self) -> Option<PathBuf> {
        self.pool.path().map(Path::to_path_buf)
    }

    fn write<T, F>(&self, work: F) -> Answer<'static, T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let pool = Arc::clone(&self.pool);
        Box::pin(async move {
            let task = tokio::task::spawn_blocking(move || pool.write(work));
            task.await.unwrap_or(Err(StoreError::Closed))
        })
    }

    /// Writes what is first made ready, together with what else waits to be written.
    fn write_ready<R: Send + 'static, T: Send + 'static>(
        &self,
        ready: impl FnOnce(&Pool) -> Result<R, StoreError> + Send + 'static,
        work: impl FnOnce(&Connection, R) -> Result<T, StoreError> + Send + 'static,
    ) -> Answer<'static, T> {
        let pool = Arc::clone(&self.pool);
        Box::pin(async move {
            let task = tokio::task::spawn_blocking(move || {
                let ready = ready(&pool)?;
                pool.write_together(|connection| work(connection, ready))
            });
            task.await.unwrap_or(Err(StoreError::Closed))
        })
    }

    fn read<T, F>(&self, work: F) -> Answer<'static, T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let pool = Arc::clone(&self.pool);
        Box::pin(async move {
            let task = tokio::task::spawn_blocking(move || pool.read(work));
            task.await.unwrap_or(Err(StoreError::Closed))
        })
    }
}

/// Returns the file that an address names.
///
/// # Errors
/// When the address is another kind of store's.
pub fn path_of(url: &str) -> Result<&Path, StoreError> {
    let path = url.strip_prefix("sqlite:").ok_or(StoreError::Url)?;
    Ok(Path::new(path.strip_prefix("//").unwrap_or(path)))
}

/// Says what was being done when a statement failed.
fn sql(doing: &'static str) -> impl Fn(rusqlite::Error) -> StoreError {
    move |source| StoreError::Sql { doing, source: source.into() }
}

/// Returns what becomes of each row.
fn rows<T>(
    connection: &Connection,
    doing: &'static str,
    statement: &str,
    values: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, StoreError> {
    let find = || connection.prepare_cached(statement)?.query_map(values, read)?.collect();
    let found: rusqlite::Result<_> = find();
    found.map_err(sql(doing))
}

/// Compresses what a statement writes.
fn compress(doing: &'static str, body: &[u8]) -> rusqlite::Result<Vec<u8>> {
    let failed = |error: StoreError| rusqlite::Error::ToSqlConversionFailure(error.into());
    codec::compress(doing, body).map_err(failed)
}

impl Store for SqliteStore {
    fn sync_feeds(&self, feeds: Vec<FeedSpec>) -> Answer<'_, Vec<FeedRecord>> {
        self.write(move |connection| feed::sync(connection, &feeds))
    }

    fn feeds(&self) -> Answer<'_, Vec<FeedRecord>> {
        self.read(feed::list)
    }

    fn update_feed(&self, feed: FeedId, update: FeedUpdate) -> Answer<'_, ()> {
        self.write(move |connection| feed::update(connection, feed, &update))
    }

    fn commit_page(&self, page: PageCommit) -> Answer<'_, PageOutcome> {
        self.write_ready(move |pool| page::prepare(pool, page), page::commit)
    }

    fn dirty(&self, limit: usize) -> Answer<'_, Vec<Dirty>> {
        self.read(move |connection| dirty::dirty(connection, limit))
    }

    fn is_service_dirty(&self) -> Answer<'_, bool> {
        self.read(dirty::is_service_dirty)
    }

    fn dirty_count(&self) -> Answer<'_, u64> {
        self.read(dirty::count)
    }

    fn mark_due(&self, now: DateTime<Utc>) -> Answer<'_, u64> {
        self.write(move |connection| dirty::mark_due(connection, now))
    }

    fn mark_all(&self) -> Answer<'_, u64> {
        self.write(|connection| dirty::mark_all(connection))
    }

    fn roots_of(&self, service: Id) -> Answer<'_, Vec<Dirty>> {
        self.read(move |connection| dirty::roots_of(connection, service))
    }

    fn roots(&self, after: Option<Dirty>, limit: usize) -> Answer<'_, Vec<Dirty>> {
        self.read(move |connection| dirty::roots(connection, after, limit))
    }

    fn bundles_of(&self, roots: Vec<Dirty>, whose: Whose) -> Answer<'_, Vec<Bundle>> {
        self.read(move |connection| bundle::load(connection, &roots, &whose))
    }

    fn fold(&self, roots: Vec<Folding>) -> Answer<'_, Vec<Vec<Dirty>>> {
        let pool = Arc::clone(&self.pool);
        Box::pin(async move {
            let task = tokio::task::spawn_blocking(move || {
                // Few fold anything; whoever does not need not wait until others have written.
                if roots.iter().all(|root| root.group.is_none()) && !pool.read(fold::is_used)? {
                    return Ok(vec![Vec::new(); roots.len()]);
                }
                pool.write(|connection| fold::fold(connection, &roots))
            });
            task.await.unwrap_or(Err(StoreError::Closed))
        })
    }

    fn folded_into(&self, service: Id) -> Answer<'_, Option<Id>> {
        self.read(move |connection| fold::folded_into(connection, service))
    }

    fn publish(&self, publications: Vec<Publication>) -> Answer<'_, Vec<ChangedService>> {
        self.write_ready(move |pool| publish::prepare(pool, publications), publish::publish)
    }

    fn held(&self, now: DateTime<Utc>, window_secs: i64) -> Answer<'_, Vec<Held>> {
        self.write(move |connection| held::list(connection, now, window_secs))
    }

    fn let_through(&self, feed: FeedId, is_accepting: bool) -> Answer<'_, u64> {
        self.write(move |connection| held::let_through(connection, feed, is_accepting))
    }

    fn orphans(&self, feed: FeedId, limit: usize) -> Answer<'_, Vec<(String, u64)>> {
        self.read(move |connection| feed::orphans(connection, feed, limit))
    }

    fn latest_change(&self) -> Answer<'_, u64> {
        self.read(read::latest_change)
    }

    fn scan(&self, after: Option<Id>, limit: usize) -> Answer<'_, Vec<ChangedService>> {
        self.read(move |connection| read::scan(connection, after, limit))
    }

    fn changes(&self, seq: u64, limit: usize) -> Answer<'_, Vec<ChangedService>> {
        self.read(move |connection| read::changes(connection, seq, limit))
    }

    fn services(&self, ids: Vec<Id>) -> Answer<'_, Vec<Option<StoredService>>> {
        self.read(move |connection| read::services(connection, &ids))
    }

    fn bodies(&self, ids: Vec<Id>) -> Answer<'_, Vec<Option<StoredBody>>> {
        self.read(move |connection| read::bodies(connection, &ids))
    }

    fn services_of(&self, publisher: String) -> Answer<'_, Vec<Id>> {
        self.read(move |connection| publisher::services(connection, &publisher))
    }

    fn roots_by(&self, feeds: Vec<FeedId>, limit: usize) -> Answer<'_, Vec<Dirty>> {
        self.read(move |connection| publisher::roots(connection, &feeds, limit))
    }

    fn unusable(&self, publisher: String) -> Answer<'_, Vec<(String, u64)>> {
        self.read(move |connection| publisher::unusable(connection, &publisher))
    }

    fn unusable_items(&self, publisher: String, most: u32) -> Answer<'_, Vec<(String, String)>> {
        self.read(move |connection| publisher::unusable_items(connection, &publisher, most))
    }

    fn keep_day(&self, publisher: String, day: Day) -> Answer<'_, ()> {
        self.write(move |connection| day::keep(connection, &publisher, &day))
    }

    fn days(&self, publisher: String) -> Answer<'_, Vec<Day>> {
        self.read(move |connection| day::list(connection, &publisher))
    }

    fn purge(&self, now: DateTime<Utc>) -> Answer<'_, u64> {
        self.write(move |connection| purge::purge(connection, now))
    }

    fn settle(&self) -> Answer<'_, ()> {
        self.write(|connection| Pool::settle(connection))
    }

    fn document(&self, name: String) -> Answer<'_, Option<Vec<u8>>> {
        self.read(move |connection| document::find(connection, &name))
    }

    fn keep_document(&self, name: String, body: Vec<u8>) -> Answer<'_, ()> {
        self.write(move |connection| document::keep(connection, &name, &body))
    }

    fn share(&self, _: Worker) -> Answer<'_, Option<Share>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn give_back(&self, _: Vec<Lease>) -> Answer<'_, ()> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn leave(&self, _: Worker) -> Answer<'_, ()> {
        Box::pin(std::future::ready(Ok(())))
    }

    fn hint(&self) -> Answer<'_, Hint> {
        // Whoever writes here is in this process, and wakes others itself.
        Box::pin(std::future::pending())
    }

    fn under(&self, _: Lease) -> Arc<dyn Store> {
        Arc::new(self.clone())
    }
}
