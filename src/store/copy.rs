//! Moving a store to another place, row by row: numbers, cursors, tombstones and what waits stay as they
//! are, so that whoever follows the one can follow the other.
//!
//! Both ends work on one moment of their database: the rows of the source are those of one transaction,
//! and the target has all of them or none. Rows pass through a channel of a few batches, so that memory
//! does not grow with the store.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use rusqlite::types::Value;
use tokio::sync::mpsc;
use tokio::sync::mpsc::Receiver;
use tokio::sync::mpsc::Sender;

use super::LEASE_SECS;
use super::StoreError;
use super::postgres::PostgresStore;
use super::sqlite;
use super::sqlite::SqliteStore;

/// How many rows pass at once.
pub(super) const BATCH: usize = 200;

/// How many batches may wait.
const WAITING: usize = 4;

/// Why a store could not be copied, backed up or restored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CopyError {
    /// Something stands where the copy should.
    #[error("{place} exists already")]
    Exists {
        /// The file.
        place: String,
    },
    /// The target holds something.
    #[error("the target is not empty: it holds rows in the table {table}")]
    NotEmpty {
        /// The table.
        table: &'static str,
    },
    /// Somebody works with what should be copied, or with the target.
    #[error(
        "a gateway uses the database; stop it first (one that was killed is forgotten after \
         {LEASE_SECS} seconds)"
    )]
    InUse,
    /// What should be copied is no store.
    #[error("the database is no store of Baton")]
    NoStore,
    /// What should be copied is damaged.
    #[error("the database {place} is damaged: {said}")]
    Damaged {
        /// The file.
        place: String,
        /// What the database says of it.
        said: String,
    },
    /// Whoever asked for it wants it no more.
    #[error("stopped half way; nothing was kept")]
    Stopped,
    /// A file could not be read, written or removed.
    #[error("{place} cannot be written")]
    File {
        /// The file.
        place: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The copy has not as many rows as the source; it was not kept.
    #[error("the table {table} has {copied} rows in the copy and {expected} in the source")]
    Differs {
        /// The table.
        table: &'static str,
        /// How many rows the source has.
        expected: u64,
        /// How many the copy has.
        copied: u64,
    },
    /// A server keeps only the beginning of a long name, which an embedded store needs whole.
    #[error(
        "the table {table} names items by more than 1,024 bytes, of which the server keeps no more"
    )]
    LongName {
        /// The table.
        table: &'static str,
    },
    /// The other end failed, and says why.
    #[error("the copy broke off")]
    BrokeOff,
}

/// How far a copy is, in rows.
#[derive(Debug, Default)]
pub struct CopyProgress {
    total: AtomicUsize,
    written: AtomicUsize,
}

impl CopyProgress {
    /// Returns how many rows there are; 0 until they were counted.
    pub fn total(&self) -> usize {
        self.total.load(Ordering::Relaxed)
    }

    /// Returns how many rows were written.
    pub fn written(&self) -> usize {
        self.written.load(Ordering::Relaxed)
    }

    pub(super) fn begin(&self, counts: &[u64]) {
        let total = usize::try_from(counts.iter().sum::<u64>()).unwrap_or(usize::MAX);
        self.total.store(total, Ordering::Relaxed);
    }

    pub(super) fn advance(&self, rows: usize) {
        self.written.fetch_add(rows, Ordering::Relaxed);
    }
}

/// What passes from the source to the target. Without `End` the source broke off.
#[derive(Debug)]
pub(super) enum Parcel {
    /// How many rows each table has.
    Counts(Vec<u64>),
    /// Rows of a table, with the values of its columns as the embedded store has them.
    Rows(&'static Table, Vec<Vec<Value>>),
    /// All rows were sent.
    End,
}

/// Copies the store `from` to `to`, and returns the tables with their numbers of rows. The target must
/// hold nothing: a file that is not there, or a database without rows. Nobody may write to either.
///
/// # Errors
/// When either cannot be opened, the target is not empty, or anything fails on the way; then the target is
/// as it was.
pub async fn copy(
    from: &str,
    to: &str,
    progress: &Arc<CopyProgress>,
) -> Result<Vec<(&'static str, u64)>, StoreError> {
    let (sender, receiver) = mpsc::channel(WAITING);
    let (read, written) = tokio::join!(read(from, sender), write(to, receiver, progress));
    // The end that was left alone only knows that it was.
    match (read, written) {
        (Ok(()), Ok(counts)) => Ok(TABLES.iter().map(|table| table.name).zip(counts).collect()),
        (Ok(()) | Err(StoreError::Copy(CopyError::BrokeOff)), Err(error)) | (Err(error), _) => {
            Err(error)
        }
    }
}

async fn read(from: &str, sender: Sender<Parcel>) -> Result<(), StoreError> {
    if from.starts_with("sqlite:") {
        SqliteStore::open(from)?.send_all(sender).await
    } else {
        PostgresStore::open(from).await?.send_all(sender).await
    }
}

async fn write(
    to: &str,
    receiver: Receiver<Parcel>,
    progress: &Arc<CopyProgress>,
) -> Result<Vec<u64>, StoreError> {
    if to.starts_with("sqlite:") {
        sqlite::receive_all(to, receiver, progress).await
    } else {
        PostgresStore::open(to).await?.receive_all(receiver, progress).await
    }
}

/// Compares what each table has with what it should have.
pub(super) fn compare(expected: &[u64], copied: &[u64]) -> Result<(), StoreError> {
    for ((table, expected), copied) in TABLES.iter().zip(expected).zip(copied) {
        if expected != copied {
            let (table, expected, copied) = (table.name, *expected, *copied);
            return Err(CopyError::Differs { table, expected, copied }.into());
        }
    }
    Ok(())
}

/// A table, as the embedded store names it.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: &'static [(&'static str, Kind)],
}

/// Returns what is copied, as `table.column`: by the names of the embedded store, and by those of a
/// server. All but what says who is at work.
pub fn copied_columns() -> (Vec<String>, Vec<String>) {
    let (mut embedded, mut server) = (Vec::new(), Vec::new());
    for table in TABLES {
        embedded.extend(table.columns.iter().map(|(column, _)| format!("{}.{column}", table.name)));
        server.extend(table.names().map(|column| format!("{}.{column}", table.name)));
    }
    (embedded, server)
}

impl Table {
    /// Returns the names of its columns on a server.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().flat_map(|(column, kind)| {
            let names: &[&str] = match kind {
                Name => &["name"],
                WholeName => &["name", "whole"],
                _ => std::slice::from_ref(column),
            };
            names.iter().copied()
        })
    }

    /// Returns which rows are copied: what else is counted is one store's own affair.
    pub(super) fn filter(&self) -> &'static str {
        if self.name == COUNTER { "WHERE name <> 'links'" } else { "" }
    }

    /// Tells whether a new store has rows in it.
    pub(super) fn is_never_empty(&self) -> bool {
        self.name == COUNTER
    }
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Small,
    Flag,
    Text,
    Bytes,
    /// What a publisher calls something, which a server has as bytes in a column `name`.
    Name,
    /// The same, with the whole of a long one in a column `whole`.
    WholeName,
}

use Kind::Bytes;
use Kind::Flag;
use Kind::Name;
use Kind::Number;
use Kind::Small;
use Kind::Text;
use Kind::WholeName;

const COUNTER: &str = "counter";

/// All tables; those that others point to stand before them.
pub(super) const TABLES: &[Table] = &[
    Table { name: COUNTER, columns: &[("name", Text), ("value", Number)] },
    Table {
        name: "feed",
        columns: &[
            ("id", Number),
            ("publisher", Text),
            ("url", Text),
            ("rank", Number),
            ("cursor", Text),
            ("at_end", Flag),
            ("license", Text),
            ("items", Number),
            ("occurrences", Number),
            ("deleted", Number),
            ("pages", Number),
            ("findings", Number),
            ("last_success", Number),
            ("last_change", Number),
            ("last_error", Text),
            ("failures", Number),
            ("stopped", Text),
            ("paused", Text),
            ("guarded", Flag),
            ("generation", Number),
            ("resyncing", Flag),
            ("resynced_at", Number),
            ("window_start", Number),
            ("window_services", Number),
            ("window_lost", Number),
            ("caught_up", Flag),
            ("leads_on", Flag),
            ("unlicensed", Flag),
            ("owes_resync", Flag),
            ("has_sessions", Flag),
        ],
    },
    Table {
        name: "key",
        columns: &[
            ("id", Number),
            ("key", WholeName),
            ("modified", Number),
            ("changed_at", Number),
        ],
    },
    Table {
        name: "head",
        columns: &[
            ("id", Number),
            ("feed", Number),
            ("item_id", WholeName),
            ("key", Number),
            ("kind", Small),
            ("hash", Bytes),
            ("findings", Number),
            ("generation", Number),
            ("body", Bytes),
        ],
    },
    Table {
        name: "link",
        columns: &[("head", Number), ("relation", Small), ("child", Number), ("parent", Number)],
    },
    Table { name: "facts", columns: &[("id", Number), ("hash", Bytes), ("body", Bytes)] },
    Table {
        name: "occurrence",
        columns: &[
            ("feed", Number),
            ("item_id", Name),
            ("parent", Number),
            ("start", Number),
            ("length", Number),
            ("status", Small),
            ("facts", Number),
            ("generation", Number),
        ],
    },
    Table { name: "dirty", columns: &[("mark", Number), ("key", Number)] },
    Table {
        name: "service",
        columns: &[
            ("id", Bytes),
            ("key", Number),
            ("feed", Number),
            ("seq", Number),
            ("status", Small),
            ("parts", Small),
            ("last_modified", Number),
            ("published_at", Number),
            ("due", Number),
            ("gone_at", Number),
            ("hash", Bytes),
            ("findings", Text),
            ("entry", Bytes),
            ("body", Bytes),
        ],
    },
    Table { name: "orphan", columns: &[("key", Number), ("feed", Number), ("count", Number)] },
    Table { name: "unusable", columns: &[("feed", Number), ("item_id", Name), ("code", Text)] },
    Table { name: "held", columns: &[("key", Number), ("feed", Number), ("is_let_through", Flag)] },
    Table { name: "fold", columns: &[("key", Number), ("service", Bytes), ("grp", Bytes)] },
    Table { name: "document", columns: &[("name", Text), ("body", Bytes)] },
    Table {
        name: "publisher_day",
        columns: &[
            ("publisher", Text),
            ("day", Number),
            ("items", Number),
            ("services", Number),
            ("findings", Number),
            ("score", Number),
        ],
    },
];
