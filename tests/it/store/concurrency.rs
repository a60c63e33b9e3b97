//! Much at once.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use baton::store::Folding;
use baton::store::Outcome;
use baton::store::PageCommit;
use baton::store::Publication;
use futures_util::future::join_all;
use tokio::task::JoinSet;

use super::subject::Subject;
use super::subject::id;
use super::subject::noon;
use super::subject::part;
use super::subject::series;
use super::subject::session;

/// Every feed names the same keys, in another order, so that pages meet wherever they can.
pub(super) async fn pages_written_side_by_side_lose_nothing(subject: &Subject) {
    const PAGES: usize = 12;
    let pages = (0..3).flat_map(|feed| (0..PAGES).map(move |page| (feed, page)));
    let commits = pages.map(async |(feed, page)| {
        let mut changes = Vec::new();
        for n in 0..20 {
            let n = if feed == 1 { 19 - n } else { n };
            let key = format!("key {:02}", (n + page) % 20);
            changes.push(if feed == 2 {
                session(&format!("{page} {n}"), &key, 1)
            } else {
                part(&format!("{feed} {page} {n}"), &key)
            });
        }
        subject.store.commit_page(subject.commit(feed, changes)).await.unwrap()
    });
    for outcome in join_all(commits).await {
        assert_eq!(outcome.changed, 20);
    }
    for feed in 0..3 {
        let record = subject.record(feed).await;
        assert_eq!((record.items, record.pages), (20 * PAGES as u64, PAGES as u64));
    }
    let keys: BTreeSet<_> = subject.dirty_keys().await.into_iter().collect();
    assert_eq!(keys.len(), 20 + 2 * 20 * PAGES);
    let bundle = subject.bundle("key 07").await;
    assert_eq!((bundle.members.len(), bundle.occurrences.len()), (2 * PAGES, PAGES));
}

pub(super) async fn a_page_that_is_given_up_is_written_whole_or_not_at_all(subject: &Subject) {
    for number in 0..40_u32 {
        let changes = (0..30).map(|n| series(&format!("{number} {n}"), "{}")).collect();
        let page = PageCommit { cursor: number.to_string(), ..subject.commit(0, changes) };
        let store = Arc::clone(&subject.store);
        let mut writing = JoinSet::new();
        writing.spawn(async move { store.commit_page(page).await });
        for _ in 0..number * 2 {
            tokio::task::yield_now().await;
        }
        writing.shutdown().await;
    }
    subject.page(0, Vec::new()).await;
    // Pages of abandoned tasks may still be on their way: what is read counts when none came in between.
    loop {
        let record = subject.record(0).await;
        let dirty = subject.store.dirty_count().await.unwrap();
        if subject.record(0).await.pages == record.pages {
            assert_eq!(record.items, 30 * (record.pages - 1));
            assert_eq!(dirty, record.items);
            return;
        }
    }
}

/// Two publish, one reads: it never sees a number before the one below it.
pub(super) async fn changes_become_visible_in_the_order_of_their_numbers(subject: &Subject) {
    const COUNT: usize = 120;
    let keys: Vec<String> = (0..COUNT).map(|n| format!("k{n:03}")).collect();
    subject.page(0, keys.iter().map(|key| series(key, "{}")).collect()).await;
    let bundles = subject.bundles().await;
    let publications: Vec<Publication> = bundles
        .into_iter()
        .map(|bundle| Publication {
            root: bundle.root,
            id: id(&bundle.key),
            group: None,
            outcome: Outcome::Service(Box::new(subject.service(&bundle.key, &bundle.key))),
            now: noon(),
        })
        .collect();
    let is_over = AtomicBool::new(false);
    let publish = async |part: &[Publication]| {
        for batch in part.chunks(3) {
            subject.store.publish(batch.to_vec()).await.unwrap();
        }
    };
    let follow = async {
        let mut seen = 0;
        loop {
            let was_over = is_over.load(Ordering::Acquire);
            for change in subject.store.changes(seen, 50).await.unwrap() {
                assert_eq!(change.seq, seen + 1, "a change was hidden");
                seen = change.seq;
            }
            if was_over && seen == COUNT as u64 {
                return;
            }
            assert!(!was_over || seen < COUNT as u64);
        }
    };
    let (one, two) = publications.split_at(COUNT / 2);
    let publishing = async {
        tokio::join!(publish(one), publish(two));
        is_over.store(true, Ordering::Release);
    };
    tokio::join!(publishing, follow);
    assert_eq!(subject.store.dirty_count().await.unwrap(), 0);
}

pub(super) async fn roots_folded_side_by_side_see_each_other(subject: &Subject) {
    const GROUPS: u128 = 100;
    let keys = ["a", "b"];
    subject.page(0, keys.map(|key| series(key, "{}")).to_vec()).await;
    let mut roots = Vec::new();
    for key in keys {
        roots.push((id(key), subject.root(key).await));
    }
    for group in 1..=GROUPS {
        let mut both = JoinSet::new();
        for (service, root) in roots.iter().copied() {
            let folding = Folding { root, service, group: Some(group) };
            let store = Arc::clone(&subject.store);
            both.spawn(async move { store.fold(vec![folding]).await.unwrap().remove(0).len() });
        }
        assert_eq!(
            both.join_all().await.into_iter().max(),
            Some(2),
            "group {group}: whoever comes last sees both"
        );
    }
}
