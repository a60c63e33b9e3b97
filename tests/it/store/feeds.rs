//! Feeds and documents.

use baton::store::DAYS_KEPT;
use baton::store::Day;
use baton::store::FeedUpdate;
use chrono::Days;
use chrono::TimeDelta;

use super::subject::FEEDS;
use super::subject::Subject;
use super::subject::id;
use super::subject::noon;
use super::subject::series;
use super::subject::session;
use super::subject::specs;

pub(super) async fn feeds_are_as_configured(subject: &Subject) {
    let store = &subject.store;
    let told = |records: &[baton::store::FeedRecord]| -> Vec<(String, String)> {
        records.iter().map(|record| (record.publisher.clone(), record.url.clone())).collect()
    };
    let expected = FEEDS.map(|(publisher, url)| (publisher.to_owned(), url.to_owned()));
    assert_eq!(told(&subject.feeds), expected);
    assert_eq!(store.sync_feeds(specs(&FEEDS)).await.unwrap(), subject.feeds);
    // Another order, and one of the same address at another publisher.
    let other = [FEEDS[2], ("three", FEEDS[0].1), FEEDS[0]];
    let records = store.sync_feeds(specs(&other)).await.unwrap();
    assert_eq!(store.feeds().await.unwrap(), records);
    assert_eq!(records[0].id, subject.feed(2));
    assert_eq!(records[2].id, subject.feed(0));
    assert!(subject.feeds.iter().all(|feed| feed.id != records[1].id));
    // One that comes back is known.
    let back = store.sync_feeds(specs(&FEEDS)).await.unwrap();
    assert_eq!(back, subject.feeds);
}

pub(super) async fn a_feed_that_is_given_up_has_its_roots_looked_at_again(subject: &Subject) {
    subject.page(0, vec![series("a", "{}")]).await;
    subject.page(1, vec![session("s1", "a", 1)]).await;
    subject.page(2, vec![series("b", "{}")]).await;
    subject.clean().await;
    let given_up = subject.store.sync_feeds(specs(&FEEDS[1..])).await.unwrap();
    assert_eq!(given_up.len(), 2);
    assert_eq!(subject.dirty_keys().await, ["a", "b"]);
    assert!(subject.bundle("a").await.heads.is_empty());
    assert_eq!(subject.bundle("a").await.occurrences.len(), 1);
}

pub(super) async fn what_becomes_of_a_feed_is_remembered(subject: &Subject) {
    let feed = subject.feed(0);
    let update = async |update| subject.store.update_feed(feed, update).await.unwrap();
    update(FeedUpdate::Failed { error: "odd \0 words".to_owned(), stopped: None }).await;
    let stopped = Some("gone".to_owned());
    update(FeedUpdate::Failed { error: "no answer".to_owned(), stopped: stopped.clone() }).await;
    let record = subject.record(0).await;
    assert_eq!((record.last_error.as_deref(), record.failures), (Some("no answer"), 2));
    assert_eq!(record.stopped, stopped);
    let at = noon() + TimeDelta::hours(1);
    update(FeedUpdate::Unchanged { at }).await;
    let record = subject.record(0).await;
    assert_eq!((record.last_error, record.failures, record.stopped), (None, 0, None));
    assert_eq!((record.last_success, record.last_change), (Some(at), None));
    let reason = "too much is lost".to_owned();
    update(FeedUpdate::Paused { reason: reason.clone(), is_guarded: true }).await;
    let record = subject.record(0).await;
    assert_eq!((record.paused, record.is_guarded), (Some(reason), true));
    update(FeedUpdate::Failed { error: "no".to_owned(), stopped }).await;
    update(FeedUpdate::Resumed).await;
    let record = subject.record(0).await;
    assert_eq!((record.paused, record.is_guarded, record.stopped), (None, false, None));
    assert_eq!((record.failures, record.owes_resync), (0, false));
    update(FeedUpdate::OwesResync).await;
    update(FeedUpdate::Unchanged { at }).await;
    assert!(subject.record(0).await.owes_resync);
    update(FeedUpdate::Resync { at }).await;
    assert!(!subject.record(0).await.owes_resync);
    assert_eq!(subject.record(1).await, subject.feeds[1]);
}

pub(super) async fn documents_are_kept_by_name(subject: &Subject) {
    let store = &subject.store;
    let (name, body) = ("dataset/one".to_owned(), b"\0 not text \xff".repeat(1_000));
    assert_eq!(store.document(name.clone()).await.unwrap(), None);
    for body in [b"first".to_vec(), body, Vec::new()] {
        store.keep_document(name.clone(), body.clone()).await.unwrap();
        assert_eq!(store.document(name.clone()).await.unwrap(), Some(body));
    }
    assert_eq!(store.document("dataset/two".to_owned()).await.unwrap(), None);
}

pub(super) async fn the_last_days_of_a_publisher_are_kept(subject: &Subject) {
    let store = &subject.store;
    let day = |number: u64, items: u64| Day {
        date: noon().date_naive() + Days::new(number),
        items,
        services: 2,
        findings: 3,
        score: 64,
    };
    let keep =
        async |publisher: &str, day| store.keep_day(publisher.to_owned(), day).await.unwrap();
    let days = async |publisher: &str| store.days(publisher.to_owned()).await.unwrap();
    assert_eq!(days("one").await, []);
    for kept in [day(1, 5), day(0, 1), day(1, u64::from(u32::MAX) + 1)] {
        keep("one", kept).await;
    }
    keep("two", day(0, 7)).await;
    assert_eq!(days("one").await, [day(0, 1), day(1, u64::from(u32::MAX) + 1)]);
    assert_eq!(days("two").await, [day(0, 7)]);
    // The last day of those kept, and the first after them; also of others, who may write no more.
    keep("one", day(DAYS_KEPT - 1, 8)).await;
    assert_eq!(days("one").await.len(), 3);
    keep("one", day(DAYS_KEPT, 9)).await;
    assert_eq!(days("one").await.first(), Some(&day(1, u64::from(u32::MAX) + 1)));
    assert_eq!(days("two").await, []);
    assert_eq!(subject.opened_again().await.days("one".to_owned()).await.unwrap().len(), 3);
}

pub(super) async fn nothing_is_forgotten_when_a_store_is_opened_again(subject: &Subject) {
    subject.last_page(0, vec![series("a", "{}"), series("b", "{}")]).await;
    subject.publish_service("a", "text").await;
    subject.store.keep_document("made_with".to_owned(), b"this".to_vec()).await.unwrap();
    let again = subject.opened_again().await;
    assert_eq!(again.feeds().await.unwrap(), subject.store.feeds().await.unwrap());
    assert_eq!(again.dirty(10).await.unwrap(), subject.store.dirty(10).await.unwrap());
    assert_eq!(again.changes(0, 10).await.unwrap().len(), 1);
    assert_eq!(again.document("made_with".to_owned()).await.unwrap(), Some(b"this".to_vec()));
    let stored = again.services(vec![id("a")]).await.unwrap();
    assert_eq!(stored, subject.store.services(vec![id("a")]).await.unwrap());
    assert_eq!(again.sync_feeds(specs(&FEEDS)).await.unwrap().len(), 3);
}
