//! A store to be asked, and short ways to say what is written to it.

use std::sync::Arc;

use baton::mapping::EventStatus;
use baton::openactive::Kind;
use baton::oruk::Id;
use baton::oruk::Status;
use baton::store;
use baton::store::Bundle;
use baton::store::ChangedService;
use baton::store::Dirty;
use baton::store::FeedId;
use baton::store::FeedRecord;
use baton::store::FeedSpec;
use baton::store::ItemChange;
use baton::store::Link;
use baton::store::Outcome;
use baton::store::PageCommit;
use baton::store::PageOutcome;
use baton::store::Publication;
use baton::store::Relation;
use baton::store::ServiceRecord;
use baton::store::Store;
use baton::store::StoredHead;
use baton::store::StoredOccurrence;
use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;
use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;

use crate::support::postgres::Server;
use crate::support::postgres::query;

/// A store with two feeds of one publisher and one of another.
pub(super) struct Subject {
    pub(super) store: Arc<dyn Store>,
    /// Where it is, when it outlives this.
    url: Option<String>,
    pub(super) feeds: Vec<FeedRecord>,
    _folder: Option<TempDir>,
}

pub(super) const FEEDS: [(&str, &str); 3] = [
    ("one", "https://one.example.org/series"),
    ("one", "https://one.example.org/sessions"),
    ("two", "https://two.example.org/events"),
];

impl Subject {
    pub(super) async fn sqlite_in_memory() -> Self {
        Self::new("sqlite::memory:".to_owned(), false, None).await
    }

    pub(super) async fn sqlite_on_disk() -> Self {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite:{}", folder.path().join("baton.db").display());
        Self::new(url, true, Some(folder)).await
    }

    pub(super) async fn postgres() -> Self {
        Self::new(Server::shared().database(), true, None).await
    }

    async fn new(url: String, is_lasting: bool, folder: Option<TempDir>) -> Self {
        let store = store::open(&url).await.unwrap();
        let feeds = store.sync_feeds(specs(&FEEDS)).await.unwrap();
        Self { store, url: is_lasting.then_some(url), feeds, _folder: folder }
    }

    /// Opens the store once more; one in memory is there only once.
    pub(super) async fn opened_again(&self) -> Arc<dyn Store> {
        match &self.url {
            Some(url) => store::open(url).await.unwrap(),
            None => Arc::clone(&self.store),
        }
    }

    /// Returns where the store is.
    pub(super) fn url(&self) -> &str {
        self.url.as_deref().unwrap()
    }

    /// Runs a statement behind the back of the store; tells whether it did, which it cannot in memory.
    pub(super) async fn execute(&self, statement: &str) -> bool {
        let Some(url) = &self.url else { return false };
        match url.strip_prefix("sqlite:") {
            Some(path) => Connection::open(path).unwrap().execute_batch(statement).unwrap(),
            None => drop(query(url, statement).await),
        }
        true
    }

    /// The same, of two statements the one for this kind of store: embedded, or on a server.
    pub(super) async fn execute_either(&self, [embedded, served]: [&str; 2]) -> bool {
        let is_embedded = self.url.as_ref().is_some_and(|url| url.starts_with("sqlite:"));
        self.execute(if is_embedded { embedded } else { served }).await
    }

    /// Has whoever writes a row of a table again fail from now on; tells whether that can be done.
    pub(super) async fn refuse_updates_of(&self, table: &str) -> bool {
        let embedded = format!(
            "CREATE TRIGGER IF NOT EXISTS refuse BEFORE UPDATE ON {table}
             BEGIN SELECT RAISE (ABORT, 'written again'); END"
        );
        let served = format!(
            "CREATE OR REPLACE FUNCTION refuse () RETURNS trigger LANGUAGE plpgsql AS
                 'BEGIN RAISE ''written again''; END';
             CREATE OR REPLACE TRIGGER refuse BEFORE UPDATE ON {table}
                 FOR EACH ROW EXECUTE FUNCTION refuse ()"
        );
        self.execute_either([&embedded, &served]).await
    }

    pub(super) fn feed(&self, at: usize) -> FeedId {
        self.feeds[at].id
    }

    /// Returns what is stored of a feed.
    pub(super) async fn record(&self, at: usize) -> FeedRecord {
        self.store.feeds().await.unwrap().remove(at)
    }

    /// Writes a page that is not the last.
    pub(super) async fn page(&self, feed: usize, changes: Vec<ItemChange>) -> PageOutcome {
        self.store.commit_page(self.commit(feed, changes)).await.unwrap()
    }

    /// Writes a last page.
    pub(super) async fn last_page(&self, feed: usize, changes: Vec<ItemChange>) -> PageOutcome {
        let page = PageCommit { is_last: true, ..self.commit(feed, changes) };
        self.store.commit_page(page).await.unwrap()
    }

    pub(super) fn commit(&self, feed: usize, changes: Vec<ItemChange>) -> PageCommit {
        PageCommit {
            feed: self.feed(feed),
            cursor: format!("{}?after=1", FEEDS[feed].1),
            license: None,
            is_last: false,
            leads_on: false,
            now: noon(),
            changes,
        }
    }

    /// Returns the keys of the dirty roots, sorted.
    pub(super) async fn dirty_keys(&self) -> Vec<String> {
        let mut keys: Vec<_> = self.bundles().await.into_iter().map(|bundle| bundle.key).collect();
        keys.sort();
        keys
    }

    /// Returns what belongs to each dirty root.
    pub(super) async fn bundles(&self) -> Vec<Bundle> {
        let dirty = self.store.dirty(1_000).await.unwrap();
        self.store.bundles(dirty).await.unwrap()
    }

    /// Returns the dirty root of a key.
    pub(super) async fn root(&self, key: &str) -> Dirty {
        self.bundle(key).await.root
    }

    pub(super) async fn bundle(&self, key: &str) -> Bundle {
        let bundles = self.bundles().await;
        bundles.into_iter().find(|bundle| bundle.key == key).unwrap()
    }

    /// Takes everything off the list without publishing anything.
    pub(super) async fn clean(&self) {
        for bundle in self.bundles().await {
            let outcome = Outcome::Nothing;
            self.publish(bundle.root, &bundle.key, outcome).await;
        }
        assert_eq!(self.store.dirty_count().await.unwrap(), 0);
    }

    pub(super) async fn publish(
        &self,
        root: Dirty,
        key: &str,
        outcome: Outcome,
    ) -> Vec<ChangedService> {
        let publication = Publication { root, id: id(key), group: None, outcome, now: noon() };
        self.store.publish(vec![publication]).await.unwrap()
    }

    /// Publishes a service for a dirty root as if it had been mapped.
    pub(super) async fn publish_service(&self, key: &str, text: &str) -> Option<ChangedService> {
        let root = self.root(key).await;
        let service = Outcome::Service(Box::new(self.service(key, text)));
        self.publish(root, key, service).await.pop()
    }

    pub(super) fn service(&self, key: &str, text: &str) -> ServiceRecord {
        let body = json!({"id": id(key), "name": text, "last_modified": ""});
        ServiceRecord {
            id: id(key),
            feed: Some(self.feed(0)),
            status: Status::Active,
            body: body.to_string().into_bytes(),
            entry: text.as_bytes().to_vec(),
            hash: xxhash_rust::xxh3::xxh3_128(text.as_bytes()),
            last_modified: noon(),
            findings: Vec::new(),
            due: None,
            parts: 7,
        }
    }
}

pub(super) fn specs(feeds: &[(&str, &str)]) -> Vec<FeedSpec> {
    let spec = |(publisher, url): &(&str, &str)| FeedSpec {
        publisher: (*publisher).to_owned(),
        url: (*url).to_owned(),
    };
    feeds.iter().map(spec).collect()
}

pub(super) fn id(key: &str) -> Id {
    Id::derive("service", &[key])
}

pub(super) fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

/// Returns a head whose key and item id are the same.
pub(super) fn head(key: &str, body: &str) -> StoredHead {
    StoredHead {
        item_id: key.to_owned(),
        kind: Kind::SessionSeries,
        key: key.to_owned(),
        links: Vec::new(),
        body: body.to_owned(),
        modified: Some(noon() - TimeDelta::days(1)),
        findings: Vec::new(),
    }
}

/// Returns a series as a change.
pub(super) fn series(key: &str, body: &str) -> ItemChange {
    ItemChange::Head(head(key, body))
}

/// Returns something that is part of another.
pub(super) fn part(key: &str, of: &str) -> ItemChange {
    ItemChange::Head(StoredHead { links: vec![link(Relation::PartOf, key, of)], ..head(key, key) })
}

pub(super) fn link(relation: Relation, child: &str, parent: &str) -> Link {
    Link { relation, child: child.to_owned(), parent: parent.to_owned() }
}

/// Returns a session in so many days.
pub(super) fn session(item: &str, of: &str, in_days: i64) -> ItemChange {
    ItemChange::Occurrence(occurrence(item, of, in_days))
}

pub(super) fn occurrence(item: &str, of: &str, in_days: i64) -> StoredOccurrence {
    let start = noon() + TimeDelta::days(in_days);
    StoredOccurrence {
        item_id: item.to_owned(),
        parent: of.to_owned(),
        start,
        end: Some(start + TimeDelta::hours(1)),
        is_slot: false,
        status: EventStatus::Scheduled,
        facts: None,
        modified: Some(noon() - TimeDelta::days(2)),
    }
}

pub(super) fn deleted(item: &str) -> ItemChange {
    ItemChange::Deleted { item_id: item.to_owned(), modified: Some(noon()) }
}
