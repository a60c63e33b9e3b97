//! Leases: who does what, where several share a store.

use std::collections::BTreeSet;

use baton::store::FeedSpec;
use baton::store::FeedUpdate;
use baton::store::Lease;
use baton::store::StoreError;
use baton::store::Work;
use baton::store::Worker;

use super::subject::Subject;
use super::subject::noon;
use super::subject::series;
use super::subject::specs;

const FEED_COUNT: usize = 10;

async fn many_feeds(subject: &Subject) {
    let spec =
        |n| FeedSpec { publisher: "many".to_owned(), url: format!("https://example.org/{n}") };
    subject.store.sync_feeds((0..FEED_COUNT).map(spec).collect()).await.unwrap();
}

fn worker(name: &str) -> Worker {
    Worker::new(name.to_owned())
}

fn feeds_of(leases: &[Lease]) -> usize {
    leases.iter().filter(|lease| lease.work != Work::Mapping).count()
}

/// A store for one process alone has nothing to share; the rest of what is promised here is for others.
async fn is_for_one(subject: &Subject) -> bool {
    subject.store.share(worker("only")).await.unwrap().is_none()
}

pub(super) async fn work_is_shared_evenly(subject: &Subject) {
    many_feeds(subject).await;
    if is_for_one(subject).await {
        return;
    }
    let store = &subject.store;
    store.leave(worker("only")).await.unwrap();
    let first = store.share(worker("a")).await.unwrap().unwrap();
    assert_eq!((feeds_of(&first.leases), first.leases.len()), (FEED_COUNT, FEED_COUNT + 1));
    // Another joins and waits until the first has given something back.
    let second = store.share(worker("b")).await.unwrap().unwrap();
    assert_eq!((second.leases.len(), second.workers), (0, 2));
    let less = store.share(worker("a")).await.unwrap().unwrap();
    assert_eq!((feeds_of(&less.leases), less.surplus.len()), (5, 5));
    store.give_back(less.surplus).await.unwrap();
    let second = store.share(worker("b")).await.unwrap().unwrap();
    assert_eq!((feeds_of(&second.leases), second.leases.len()), (5, 5));
    let all = less.leases.iter().chain(&second.leases).map(|lease| lease.work);
    assert_eq!(all.collect::<BTreeSet<_>>().len(), FEED_COUNT + 1);
    // Nothing moves without a reason.
    let same = store.share(worker("b")).await.unwrap().unwrap();
    assert_eq!((same.leases, same.surplus), (second.leases, Vec::new()));
    // What somebody leaves goes to those who stay.
    store.leave(worker("a")).await.unwrap();
    let all = store.share(worker("b")).await.unwrap().unwrap();
    assert_eq!(all.leases.len(), FEED_COUNT + 1);
}

pub(super) async fn who_lost_a_lease_can_write_no_more(subject: &Subject) {
    if is_for_one(subject).await {
        return;
    }
    let store = &subject.store;
    let feed = subject.feed(0);
    let lease_of = |leases: &[Lease], work| *leases.iter().find(|l| l.work == work).unwrap();
    let first = store.share(worker("only")).await.unwrap().unwrap();
    let old = lease_of(&first.leases, Work::Feed(feed));
    let theirs = store.under(old);
    let page = || subject.commit(0, vec![series("a", "{}")]);
    theirs.commit_page(page()).await.unwrap();
    store.leave(worker("only")).await.unwrap();
    let next = store.share(worker("next")).await.unwrap().unwrap();
    let ours = store.under(lease_of(&next.leases, Work::Feed(feed)));
    let refused = theirs.commit_page(page()).await;
    assert!(matches!(refused, Err(StoreError::Lost)), "{refused:?}");
    let refused = theirs.update_feed(feed, FeedUpdate::Unchanged { at: noon() }).await;
    assert!(matches!(refused, Err(StoreError::Lost)), "{refused:?}");
    assert_eq!(subject.record(0).await.pages, 1);
    ours.commit_page(page()).await.unwrap();
    // The holder may begin anew by itself; told so by another, it loses what it has in hand.
    ours.update_feed(feed, FeedUpdate::Resync { at: noon() }).await.unwrap();
    ours.commit_page(page()).await.unwrap();
    store.update_feed(feed, FeedUpdate::Resync { at: noon() }).await.unwrap();
    assert!(matches!(ours.commit_page(page()).await, Err(StoreError::Lost)));
    assert_eq!(subject.record(0).await.cursor, None);
    let again = store.share(worker("next")).await.unwrap().unwrap();
    let ours = store.under(lease_of(&again.leases, Work::Feed(feed)));
    ours.commit_page(page()).await.unwrap();
    let mapping = store.under(lease_of(&first.leases, Work::Mapping));
    assert!(matches!(mapping.mark_all().await, Err(StoreError::Lost)));
}

pub(super) async fn a_feed_that_is_given_up_is_nobodys(subject: &Subject) {
    if is_for_one(subject).await {
        return;
    }
    let before = subject.store.share(worker("only")).await.unwrap().unwrap();
    assert_eq!(feeds_of(&before.leases), 3);
    subject.store.sync_feeds(specs(&super::subject::FEEDS[1..])).await.unwrap();
    let after = subject.store.share(worker("only")).await.unwrap().unwrap();
    assert_eq!((feeds_of(&after.leases), after.surplus), (2, Vec::new()));
}
