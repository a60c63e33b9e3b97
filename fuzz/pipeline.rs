//! From the bytes of a page to services in a store, as the gateway does it.

use std::sync::Arc;

use baton::harvest::Sources;
use baton::harvest::publication;
use baton::harvest::read_page;
use baton::mapping::Rules;
use baton::mapping::Source;
use baton::store::FeedSpec;
use baton::store::PageCommit;
use baton::store::Store;
use baton::store::sqlite::SqliteStore;
use chrono::DateTime;
use chrono::Utc;

/// Returns the moment everything happens at.
pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

/// Reads a page into a store, maps and publishes what it holds; nothing when it is no page.
pub(crate) async fn publish(store: &Arc<dyn Store>, body: &[u8]) -> Option<()> {
    let page = read_page(body, "fuzz", now()).ok()?;
    let spec =
        FeedSpec { publisher: "fuzz".to_owned(), url: "https://fuzz.example.org/".to_owned() };
    let feed = store.sync_feeds(vec![spec]).await.unwrap().remove(0);
    let commit = PageCommit {
        feed: feed.id,
        cursor: feed.url,
        license: page.license,
        is_last: true,
        now: now(),
        changes: page.changes,
    };
    store.commit_page(commit).await.unwrap();
    let source = Source {
        key: "fuzz".to_owned(),
        publisher: "Fuzz".to_owned(),
        dataset: None,
        license: Some("https://example.org/licence".to_owned()),
    };
    let rules = (Arc::new(source), Arc::new(Rules::default()));
    let sources = Sources([(feed.id, rules)].into_iter().collect());
    // A root may hand over to others, but only so many times.
    for _ in 0..20 {
        let dirty = store.dirty(1_000).await.unwrap();
        if dirty.is_empty() {
            return Some(());
        }
        let bundles = store.bundles(dirty).await.unwrap();
        let publications = bundles.iter().map(|bundle| publication(bundle, &sources, now()));
        store.publish(publications.collect()).await.unwrap();
    }
    panic!("roots hand over to one another for ever");
}

/// Returns an empty store in memory.
pub(crate) fn store() -> Arc<dyn Store> {
    Arc::new(SqliteStore::open("sqlite::memory:").unwrap())
}

/// Runs something to its end.
pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> T {
    thread_local! {
        static RUNTIME: tokio::runtime::Runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    }
    RUNTIME.with(|runtime| runtime.block_on(work))
}
