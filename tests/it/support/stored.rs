//! What a store holds, read while no gateway runs.

use std::path::Path;
use std::sync::Arc;

use baton::store::FeedSpec;
use baton::store::Store;
use baton::store::sqlite::SqliteStore;

/// Returns the body of everything in the store that came through these feeds (publisher, address), were
/// they configured: items, what occurrences say, and services.
pub(crate) async fn bodies(folder: &Path, feeds: &[(&str, &str)]) -> Vec<String> {
    let url = format!("sqlite:{}", folder.join("baton.db").display());
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&url).unwrap());
    let spec = |(publisher, url): &(&str, &str)| FeedSpec {
        publisher: (*publisher).to_owned(),
        url: (*url).to_owned(),
    };
    let specs = feeds.iter().map(spec).collect();
    store.sync_feeds(specs).await.unwrap();
    let roots = store.roots(None, 10_000).await.unwrap();
    let bundles = store.bundles(roots).await.unwrap();
    let mut bodies = Vec::new();
    for bundle in bundles {
        bodies.extend(bundle.heads.into_iter().map(|head| head.body));
        bodies.extend(bundle.facts);
    }
    let ids = store.scan(None, 10_000).await.unwrap().into_iter().map(|s| s.id).collect();
    for service in store.services(ids).await.unwrap().into_iter().flatten() {
        bodies.push(String::from_utf8(service.record.body).unwrap());
    }
    bodies
}
