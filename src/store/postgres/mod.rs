//! The store for several machines: a PostgreSQL server, or one that speaks like it.
//!
//! The same tables as in the embedded store, but for what pages mark ([`marked`]) and who is at work
//! ([`lease`]), written by few statements for many rows. Nothing here
//! depends on what other servers of the kind lack: no session locks, no notifications, no types of its
//! own. Work that meets other work is done again. Bodies are packed here, not by the server.
//!
//! Many rows are looked up by a lateral join whose inner query ends in `OFFSET 0`, which keeps the two apart:
//! each row is then found by its index. As one query, a server without statistics, which it has once a
//! minute at best, takes a large feed for a small one and reads the whole of it for every page.

mod address;
mod assemble;
mod bundle;
mod changes;
mod connection;
mod copy;
mod day;
mod dirty;
mod document;
mod feed;
mod fold;
mod held;
mod hints;
mod items;
mod items_of;
mod keys;
mod lease;
mod marked;
mod name;
mod occurrences;
mod page;
mod prepared;
mod publish;
mod publisher;
mod purge;
mod read;
mod schema;
mod sweep;
mod write;

use std::sync::Arc;

use chrono::DateTime;
use chrono::Utc;

use self::address::Address;
use self::bundle::Read;
use self::changes::Ready;
use self::connection::Pool;
use self::connection::Session;
use self::connection::Work;
use self::hints::Hints;
use self::prepared::Prepared;
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
use super::codec;
use crate::oruk::Id;

/// A store on a PostgreSQL server.
#[derive(Debug, Clone)]
pub struct PostgresStore {
    pool: Arc<Pool>,
    hints: Arc<Hints>,
    /// What is written is written for this lease.
    lease: Option<Lease>,
}

impl PostgresStore {
    /// Opens a store by its address, `postgres://USER:PASSWORD@HOST/DATABASE`, and brings its tables up
    /// to date.
    ///
    /// # Errors
    /// When the address is not one, the server cannot be reached, or a newer version of the program wrote
    /// the tables.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let address = Address::parse(url)?;
        let place = address.place.clone();
        let hints = Arc::new(Hints::new(address.clone()));
        let pool = Pool::new(address)?;
        schema::migrate(&pool).await.map_err(|error| match error {
            StoreError::Sql { source, .. } => StoreError::Open { place, source },
            other => other,
        })?;
        Ok(Self { pool: Arc::new(pool), hints, lease: None })
    }
}

/// Makes sure that this is an address of a server.
pub(super) fn check_address(url: &str) -> Result<(), StoreError> {
    Address::parse(url).map(|_| ())
}

impl PostgresStore {
    /// Does work in a transaction of its own.
    fn write<G, T>(
        &self,
        doing: &'static str,
        given: G,
        work: impl for<'a> Fn(&'a Session<'a>, &'a G) -> Work<'a, T> + Send + Sync + 'static,
    ) -> Answer<'_, T>
    where
        G: Send + Sync + 'static,
        T: Send + 'static,
    {
        Box::pin(async move { self.pool.write(doing, self.lease.as_ref(), &given, work).await })
    }

    /// Tells others that something happened, if that can be told.
    async fn tell(&self, hint: Hint) {
        let told = self
            .read("telling others", hint, |session, hint| Box::pin(hints::tell(session, *hint)));
        if let Err(error) = told.await {
            tracing::debug!(%error, "others not told");
        }
    }

    /// Reads, each statement for itself.
    fn read<G, T>(
        &self,
        doing: &'static str,
        given: G,
        work: impl for<'a> Fn(&'a Session<'a>, &'a G) -> Work<'a, T> + Send + Sync + 'static,
    ) -> Answer<'_, T>
    where
        G: Send + Sync + 'static,
        T: Send + 'static,
    {
        Box::pin(async move { self.pool.read(doing, &given, work).await })
    }
}

/// Says what was being done when a statement failed.
fn sql(doing: &'static str) -> impl Fn(tokio_postgres::Error) -> StoreError {
    move |source| StoreError::Sql { doing, source: source.into() }
}

/// Does work that keeps a processor busy.
async fn busy<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(StoreError::Closed))
}

impl Store for PostgresStore {
    fn sync_feeds(&self, feeds: Vec<FeedSpec>) -> Answer<'_, Vec<FeedRecord>> {
        self.write("taking over the configured feeds", feeds, |session, feeds| {
            Box::pin(feed::sync(session, feeds))
        })
    }

    fn feeds(&self) -> Answer<'_, Vec<FeedRecord>> {
        self.read("reading the feeds", (), |session, ()| Box::pin(feed::list(session)))
    }

    fn update_feed(&self, feed: FeedId, update: FeedUpdate) -> Answer<'_, ()> {
        let is_followed_by_another = self.lease.is_none();
        self.write("recording how a feed is doing", update, move |session, update| {
            Box::pin(async move {
                if is_followed_by_another && update.begins_anew() {
                    lease::interrupt(session, feed).await?;
                }
                feed::update(session, feed, update).await
            })
        })
    }

    fn commit_page(&self, page: PageCommit) -> Answer<'_, PageOutcome> {
        Box::pin(async move {
            let page = busy(move || Prepared::new(page)).await?;
            let outcome = self
                .write("writing a page", page, |session, page| {
                    Box::pin(page::commit(session, page))
                })
                .await?;
            if outcome.changed + outcome.deleted + outcome.vanished > 0 {
                self.tell(Hint::Marked).await;
            }
            Ok(outcome)
        })
    }

    fn dirty(&self, limit: usize) -> Answer<'_, Vec<Dirty>> {
        let doing = "reading the dirty roots";
        Box::pin(async move {
            // First all that pages marked: a root that is mapped before is mapped again.
            let mut is_more =
                self.read(doing, (), |session, ()| Box::pin(marked::is_any(session))).await?;
            while is_more {
                let work =
                    self.write(doing, (), |session, ()| Box::pin(marked::take_over(session)));
                is_more = work.await?;
            }
            self.read(doing, codec::number(limit), |session, limit| {
                Box::pin(dirty::dirty(session, *limit))
            })
            .await
        })
    }

    fn is_service_dirty(&self) -> Answer<'_, bool> {
        self.read("looking whether a service is dirty", (), |session, ()| {
            Box::pin(dirty::is_service_dirty(session))
        })
    }

    fn dirty_count(&self) -> Answer<'_, u64> {
        self.read("counting the dirty roots", (), |session, ()| Box::pin(dirty::count(session)))
    }

    fn mark_due(&self, now: DateTime<Utc>) -> Answer<'_, u64> {
        self.write("waking what is due", now, |session, now| {
            Box::pin(dirty::mark_due(session, *now))
        })
    }

    fn mark_all(&self) -> Answer<'_, u64> {
        self.write("marking everything", (), |session, ()| Box::pin(dirty::mark_all(session)))
    }

    fn roots_of(&self, service: Id) -> Answer<'_, Vec<Dirty>> {
        self.read("finding the roots of a service", service, |session, service| {
            Box::pin(dirty::roots_of(session, *service))
        })
    }

    fn roots(&self, after: Option<Dirty>, limit: usize) -> Answer<'_, Vec<Dirty>> {
        self.read("reading all roots", codec::number(limit), move |session, limit| {
            Box::pin(dirty::roots(session, after, *limit))
        })
    }

    fn bundles_of(&self, roots: Vec<Dirty>, whose: Whose) -> Answer<'_, Vec<Bundle>> {
        let doing = "reading what belongs to a root";
        Box::pin(async move {
            let given = (roots, whose);
            let work = self.pool.read_at_once(doing, &given, |session, given| {
                Box::pin(Read::of(session, &given.0, &given.1))
            });
            let read = work.await?;
            busy(move || read.bundles(&given.0)).await
        })
    }

    fn fold(&self, roots: Vec<Folding>) -> Answer<'_, Vec<Vec<Dirty>>> {
        self.write("folding services", roots, |session, roots| Box::pin(fold::fold(session, roots)))
    }

    fn folded_into(&self, service: Id) -> Answer<'_, Option<Id>> {
        self.read("finding what a service was folded into", service, |session, service| {
            Box::pin(fold::folded_into(session, *service))
        })
    }

    fn publish(&self, publications: Vec<Publication>) -> Answer<'_, Vec<ChangedService>> {
        let doing = "publishing services";
        Box::pin(async move {
            let same = self.pool.read(doing, &publications, |session, publications| {
                Box::pin(publish::same(session, publications))
            });
            let same = same.await?;
            let pack = move |publication| Ready::new(publication, &same);
            let ready = busy(|| publications.into_iter().map(pack).collect::<Result<_, _>>());
            let changed = self
                .write(doing, ready.await?, |session, ready: &Vec<Ready>| {
                    Box::pin(publish::publish(session, ready))
                })
                .await?;
            if !changed.is_empty() {
                self.tell(Hint::Published).await;
            }
            Ok(changed)
        })
    }

    fn held(&self, now: DateTime<Utc>, window_secs: i64) -> Answer<'_, Vec<Held>> {
        self.write("reading what the drop guard holds", now, move |session, now| {
            Box::pin(held::list(session, *now, window_secs))
        })
    }

    fn let_through(&self, feed: FeedId, is_accepting: bool) -> Answer<'_, u64> {
        self.write("letting services go", feed, move |session, feed| {
            Box::pin(held::let_through(session, *feed, is_accepting))
        })
    }

    fn orphans(&self, feed: FeedId, limit: usize) -> Answer<'_, Vec<(String, u64)>> {
        self.read("reading what waits for a parent", codec::number(limit), move |session, limit| {
            Box::pin(feed::orphans(session, feed, *limit))
        })
    }

    fn latest_change(&self) -> Answer<'_, u64> {
        self.read("reading the number of the latest change", (), |session, ()| {
            Box::pin(read::latest_change(session))
        })
    }

    fn scan(&self, after: Option<Id>, limit: usize) -> Answer<'_, Vec<ChangedService>> {
        self.read("reading all services", codec::number(limit), move |session, limit| {
            Box::pin(read::scan(session, after, *limit))
        })
    }

    fn changes(&self, seq: u64, limit: usize) -> Answer<'_, Vec<ChangedService>> {
        let seq = codec::number(seq);
        self.read("reading changes", codec::number(limit), move |session, limit| {
            Box::pin(read::changes(session, seq, *limit))
        })
    }

    fn services(&self, ids: Vec<Id>) -> Answer<'_, Vec<Option<StoredService>>> {
        let doing = "reading services";
        Box::pin(async move {
            let work =
                self.pool.read(doing, &ids, |session, ids| Box::pin(read::services(session, ids)));
            let mut found = work.await?;
            busy(move || {
                for stored in found.values_mut() {
                    stored.record.body = codec::decompress(doing, &stored.record.body)?;
                }
                Ok(ids.iter().map(|id| found.get(id).cloned()).collect())
            })
            .await
        })
    }

    fn bodies(&self, ids: Vec<Id>) -> Answer<'_, Vec<Option<StoredBody>>> {
        let doing = "reading bodies of services";
        Box::pin(async move {
            let work =
                self.pool.read(doing, &ids, |session, ids| Box::pin(read::bodies(session, ids)));
            let mut found = work.await?;
            busy(move || {
                for stored in found.values_mut() {
                    stored.bytes = codec::decompress(doing, &stored.bytes)?;
                }
                Ok(ids.iter().map(|id| found.get(id).cloned()).collect())
            })
            .await
        })
    }

    fn services_of(&self, publisher: String) -> Answer<'_, Vec<Id>> {
        let doing = "finding the services of a publisher";
        self.read(doing, publisher, |session, publisher| {
            Box::pin(publisher::services(session, publisher))
        })
    }

    fn roots_by(&self, feeds: Vec<FeedId>, limit: usize) -> Answer<'_, Vec<Dirty>> {
        let doing = "finding the roots of feeds";
        self.read(doing, feeds, move |session, feeds| {
            Box::pin(publisher::roots(session, feeds, codec::number(limit)))
        })
    }

    fn unusable(&self, publisher: String) -> Answer<'_, Vec<(String, u64)>> {
        let doing = "counting the items of a publisher that cannot be used";
        self.read(doing, publisher, |session, publisher| {
            Box::pin(publisher::unusable(session, publisher))
        })
    }

    fn unusable_items(&self, publisher: String, most: u32) -> Answer<'_, Vec<(String, String)>> {
        let doing = "finding the items of a publisher that cannot be used";
        self.read(doing, publisher, move |session, publisher| {
            Box::pin(publisher::unusable_items(session, publisher, most))
        })
    }

    fn keep_day(&self, publisher: String, day: Day) -> Answer<'_, ()> {
        let doing = "writing how the data of a publisher is";
        self.write(doing, (publisher, day), |session, (publisher, day)| {
            Box::pin(day::keep(session, publisher, day))
        })
    }

    fn days(&self, publisher: String) -> Answer<'_, Vec<Day>> {
        let doing = "reading how the data of a publisher was";
        self.read(doing, publisher, |session, publisher| Box::pin(day::list(session, publisher)))
    }

    fn purge(&self, now: DateTime<Utc>) -> Answer<'_, u64> {
        self.write("dropping what is kept no longer", now, |session, now| {
            Box::pin(purge::purge(session, *now))
        })
    }

    fn settle(&self) -> Answer<'_, ()> {
        Box::pin(async { Ok(()) })
    }

    fn document(&self, name: String) -> Answer<'_, Option<Vec<u8>>> {
        let doing = "reading a document";
        Box::pin(async move {
            let find =
                self.read(doing, name, |session, name| Box::pin(document::find(session, name)));
            match find.await? {
                Some(body) => busy(move || codec::decompress(doing, &body)).await.map(Some),
                None => Ok(None),
            }
        })
    }

    fn keep_document(&self, name: String, body: Vec<u8>) -> Answer<'_, ()> {
        let doing = "keeping a document";
        Box::pin(async move {
            let body = busy(move || codec::compress(doing, &body)).await?;
            self.write(doing, (name, body), |session, (name, body)| {
                Box::pin(document::keep(session, name, body))
            })
            .await
        })
    }

    fn share(&self, worker: Worker) -> Answer<'_, Option<Share>> {
        self.write("sharing the work", worker, |session, worker| {
            Box::pin(async move { lease::share(session, worker).await.map(Some) })
        })
    }

    fn give_back(&self, leases: Vec<Lease>) -> Answer<'_, ()> {
        self.write("giving work back", leases, |session, leases| {
            Box::pin(lease::give_back(session, leases))
        })
    }

    fn leave(&self, worker: Worker) -> Answer<'_, ()> {
        self.write("leaving the work to others", worker, |session, worker| {
            Box::pin(lease::leave(session, worker))
        })
    }

    fn hint(&self) -> Answer<'_, Hint> {
        Box::pin(self.hints.next())
    }

    fn under(&self, lease: Lease) -> Arc<dyn Store> {
        Arc::new(Self { lease: Some(lease), ..self.clone() })
    }
}
