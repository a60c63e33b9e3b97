//! The store: the durable record of what publishers sent and what became of it.
//!
//! Items are the truth, services are derived. A page's items and the cursor behind them commit in one
//! transaction; each change marks the key of its root dirty; dirty roots are mapped and published in a
//! second transaction. A crash anywhere is answered by reading on.
//!
//! [`Store`] is the port. It knows keys and bytes, no HTTP and no mapping rules. A *key* is the string
//! by which an opportunity is known everywhere (its canonical URI, or source, kind and local id).

mod body;
mod codec;
mod copy;
mod day;
mod lease;
mod license;
mod limits;
mod marks;
pub mod postgres;
mod record;
pub mod sqlite;

pub use copy::CopyError;
pub use copy::CopyProgress;
pub use copy::copied_columns;
pub use copy::copy;
pub use day::DAYS_KEPT;
pub use day::Day;
pub use lease::Hint;
pub use lease::LEASE_SECS;
pub use lease::Lease;
pub use lease::Share;
pub use lease::Work;
pub use lease::Worker;
pub use license::is_same_license;
pub use record::Bundle;
pub use record::ChangedService;
pub use record::Delegation;
pub use record::Dirty;
pub use record::FeedId;
pub use record::FeedRecord;
pub use record::FeedSpec;
pub use record::FeedUpdate;
pub use record::Folding;
pub use record::HeadItem;
pub use record::Held;
pub use record::ItemChange;
pub use record::Link;
pub use record::OccurrenceRow;
pub use record::Outcome;
pub use record::PageCommit;
pub use record::PageOutcome;
pub use record::ParentItem;
pub use record::Publication;
pub use record::Relation;
pub use record::Served;
pub use record::ServiceRecord;
pub use record::Standing;
pub use record::StoredBody;
pub use record::StoredHead;
pub use record::StoredOccurrence;
pub use record::StoredService;
pub use record::Whose;

use std::sync::Arc;

use chrono::DateTime;
use chrono::Utc;
use futures_util::future::BoxFuture;

use crate::oruk::Id;

/// Why the store could not do its work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The address of the store is not one this program knows.
    #[error(
        "this is not an address of a store that this program knows; expected sqlite:PATH or \
         postgres://USER@HOST/DATABASE"
    )]
    Url,
    /// The database could not be opened.
    #[error("the database {place} cannot be opened")]
    Open {
        /// The file, or host and name.
        place: String,
        /// Why.
        #[source]
        source: DatabaseError,
    },
    /// The database was written by a newer version of the program.
    #[error("the database has schema version {found}, this program knows {known}; use a newer one")]
    TooNew {
        /// The version in the database.
        found: u32,
        /// The newest version this program knows.
        known: u32,
    },
    /// A statement failed.
    #[error("the database failed while {doing}")]
    Sql {
        /// What was being done.
        doing: &'static str,
        /// Why.
        #[source]
        source: DatabaseError,
    },
    /// Stored bytes could not be read back.
    #[error("stored bytes could not be read while {doing}")]
    Corrupt {
        /// What was being done.
        doing: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Another worker does this now, or it must begin anew.
    #[error("this work was given to another worker")]
    Lost,
    /// A store could not be copied.
    #[error(transparent)]
    Copy(#[from] CopyError),
    /// The program is stopping.
    #[error("the store is closed")]
    Closed,
}

/// What a database says when it fails.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// SQLite.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL, or the way to it.
    #[error(transparent)]
    Postgres(#[from] tokio_postgres::Error),
    /// No connection to PostgreSQL became free in time.
    #[error("no connection became free in time")]
    Busy,
    /// There is no way to speak TLS.
    #[error(transparent)]
    Tls(rustls::Error),
    /// The certificates that a server's is to be checked with cannot be read.
    #[error("{path}: no certificates can be read")]
    Certificates {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: rustls::pki_types::pem::Error,
    },
}

/// Opens a store by its address: `sqlite:PATH` or `postgres://USER@HOST/DATABASE`.
///
/// # Errors
/// When the address is of neither kind, the database cannot be reached, or a newer version of the program
/// wrote it.
pub async fn open(url: &str) -> Result<Arc<dyn Store>, StoreError> {
    if url.starts_with("sqlite:") {
        return Ok(Arc::new(sqlite::SqliteStore::open(url)?));
    }
    Ok(Arc::new(postgres::PostgresStore::open(url).await?))
}

/// Makes sure that this is an address of a store, there or not.
///
/// # Errors
/// When it is not, or the certificates that it names cannot be read.
pub fn check_address(url: &str) -> Result<(), StoreError> {
    if sqlite::path_of(url).is_ok() { Ok(()) } else { postgres::check_address(url) }
}

/// What a store answers with.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

/// The port every store implements.
///
/// All methods are atomic: after a crash a call has happened whole or not at all.
pub trait Store: Send + Sync + std::fmt::Debug {
    /// Makes the stored feeds agree with the configuration and returns them in its order. Feeds no
    /// longer configured stay, marked as such; their services are withdrawn by the caller.
    fn sync_feeds(&self, feeds: Vec<FeedSpec>) -> Answer<'_, Vec<FeedRecord>>;

    /// Returns every configured feed.
    fn feeds(&self) -> Answer<'_, Vec<FeedRecord>>;

    /// Records how a feed is doing, apart from its pages.
    fn update_feed(&self, feed: FeedId, update: FeedUpdate) -> Answer<'_, ()>;

    /// Writes a page's changes, its cursor and the dirty roots.
    fn commit_page(&self, page: PageCommit) -> Answer<'_, PageOutcome>;

    /// Returns up to `limit` dirty roots, those waiting longest first, without taking them off. Whoever asks maps:
    /// a store may first write down what pages marked.
    fn dirty(&self, limit: usize) -> Answer<'_, Vec<Dirty>>;

    /// Returns how many roots are dirty, or wait for the drop guard to judge them.
    fn dirty_count(&self) -> Answer<'_, u64>;

    /// Marks roots dirty whose time has come, all of them when the clock was put back by more than an
    /// hour; returns how many were due.
    fn mark_due(&self, now: DateTime<Utc>) -> Answer<'_, u64>;

    /// Tells whether any dirty root is a service that stands.
    fn is_service_dirty(&self) -> Answer<'_, bool>;

    /// Marks every root dirty, after a change of rules; returns how many.
    fn mark_all(&self) -> Answer<'_, u64>;

    /// Returns the roots that a service is made of: its own, and those folded into it in the order of their
    /// keys; none when there is no such service, or it is gone.
    fn roots_of(&self, service: Id) -> Answer<'_, Vec<Dirty>>;

    /// Returns up to `limit` roots, dirty or not, in an order of their own, beginning after `after`.
    fn roots(&self, after: Option<Dirty>, limit: usize) -> Answer<'_, Vec<Dirty>>;

    /// Returns everything that belongs to each of these roots, in the same order, but for items of feeds that are
    /// not configured.
    fn bundles(&self, roots: Vec<Dirty>) -> Answer<'_, Vec<Bundle>> {
        self.bundles_of(roots, Whose::Configured)
    }

    /// The same, as if there were no items but those.
    fn bundles_of(&self, roots: Vec<Dirty>, whose: Whose) -> Answer<'_, Vec<Bundle>>;

    /// Writes to which group each root belongs, and returns the roots of that group in the order of
    /// their keys; nothing for a root without one. A root that changes groups marks the first of each
    /// dirty.
    fn fold(&self, roots: Vec<Folding>) -> Answer<'_, Vec<Vec<Dirty>>>;

    /// Returns the service that a service was folded into; nothing when it was not.
    fn folded_into(&self, service: Id) -> Answer<'_, Option<Id>>;

    /// Writes what became of dirty roots, takes them off unless they were marked again meanwhile, and
    /// returns the services that changed.
    fn publish(&self, publications: Vec<Publication>) -> Answer<'_, Vec<ChangedService>>;

    /// Returns the feeds with services that wait for the drop guard, opening a new window for those
    /// whose last one began longer ago than `window_secs`.
    fn held(&self, now: DateTime<Utc>, window_secs: i64) -> Answer<'_, Vec<Held>>;

    /// Lets the waiting services of a feed go: their roots are marked dirty; returns how many. They
    /// count as lost in the present window unless the operator `is_accepting` them, which ends it.
    fn let_through(&self, feed: FeedId, is_accepting: bool) -> Answer<'_, u64>;

    /// Returns occurrences that wait for a parent: its key and how many of a feed, most first.
    fn orphans(&self, feed: FeedId, limit: usize) -> Answer<'_, Vec<(String, u64)>>;

    /// Returns the number of the latest change; 0 before the first.
    fn latest_change(&self) -> Answer<'_, u64>;

    /// Returns up to `limit` services in the order of their ids, beginning after `after`.
    fn scan(&self, after: Option<Id>, limit: usize) -> Answer<'_, Vec<ChangedService>>;

    /// Returns up to `limit` services changed after change number `seq`, in the order of change.
    fn changes(&self, seq: u64, limit: usize) -> Answer<'_, Vec<ChangedService>>;

    /// Returns services by id; nothing for those that do not exist.
    fn services(&self, ids: Vec<Id>) -> Answer<'_, Vec<Option<StoredService>>>;

    /// Returns the bodies of services by id; nothing for those that do not exist.
    fn bodies(&self, ids: Vec<Id>) -> Answer<'_, Vec<Option<StoredBody>>>;

    /// Returns the ids of all services of a publisher's feeds, in their order, without tombstones.
    fn services_of(&self, publisher: String) -> Answer<'_, Vec<Id>>;

    /// Returns up to `limit` roots that items or occurrences of these feeds belong to, in an order of their own.
    fn roots_by(&self, feeds: Vec<FeedId>, limit: usize) -> Answer<'_, Vec<Dirty>>;

    /// Returns how many items of a publisher's feeds could not be used, by the code of the finding.
    fn unusable(&self, publisher: String) -> Answer<'_, Vec<(String, u64)>>;

    /// Returns ids of such items with the code of the finding, up to `most` of each code; none for items
    /// without an id.
    fn unusable_items(&self, publisher: String, most: u32) -> Answer<'_, Vec<(String, String)>>;

    /// Writes how a publisher's data was on a day, in place of what was written of that day before, and
    /// drops what was written of days [`DAYS_KEPT`] or more before it, whoever's.
    fn keep_day(&self, publisher: String, day: Day) -> Answer<'_, ()>;

    /// Returns how a publisher's data was on the days that are kept, the oldest first.
    fn days(&self, publisher: String) -> Answer<'_, Vec<Day>>;

    /// Drops tombstones, inactive services and occurrences that are kept no longer; returns how many
    /// rows went.
    fn purge(&self, now: DateTime<Utc>) -> Answer<'_, u64>;

    /// Brings what was written into the one file that a store is, for whoever copies it while no process is at work;
    /// on a server there is nothing to do.
    fn settle(&self) -> Answer<'_, ()>;

    /// Returns the document kept under this name: a copy of a vocabulary, what a dataset site said.
    fn document(&self, name: String) -> Answer<'_, Option<Vec<u8>>>;

    /// Keeps a document, in place of the one kept under this name before.
    fn keep_document(&self, name: String, body: Vec<u8>) -> Answer<'_, ()>;

    /// Says that a worker is there, and returns its share of the work; nothing where a store serves one
    /// process alone. To be said again well within [`LEASE_SECS`].
    fn share(&self, worker: Worker) -> Answer<'_, Option<Share>>;

    /// Gives leases back whose work has ended.
    fn give_back(&self, leases: Vec<Lease>) -> Answer<'_, ()>;

    /// Forgets a worker whose work has all ended.
    fn leave(&self, worker: Worker) -> Answer<'_, ()>;

    /// Waits for a hint that another process did something. Hints may be lost, or never come.
    fn hint(&self) -> Answer<'_, Hint>;

    /// Returns the store for the holder of a lease: what is written there fails with
    /// [`StoreError::Lost`] once somebody else holds it.
    fn under(&self, lease: Lease) -> Arc<dyn Store>;
}
