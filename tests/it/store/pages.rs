//! Pages: items, cursor and what is marked dirty.

use baton::openactive::Kind;
use baton::quality::Code;
use baton::quality::Finding;
use baton::store::FeedUpdate;
use baton::store::ItemChange;
use baton::store::Outcome;
use baton::store::PageCommit;
use baton::store::PageOutcome;
use baton::store::StoredHead;
use baton::store::StoredOccurrence;

use super::subject::Subject;
use super::subject::deleted;
use super::subject::head;
use super::subject::noon;
use super::subject::occurrence;
use super::subject::series;
use super::subject::session;

/// What tells of a store from before that was kept which feeds had sessions: embedded, or on a server.
const HAD_SESSIONS: [&str; 2] = [
    include_str!("../../../src/store/sqlite/0010-sessions.sql"),
    include_str!("../../../src/store/postgres/0009-sessions.sql"),
];

pub(super) async fn a_page_and_its_cursor_are_kept_together(subject: &Subject) {
    let outcome = subject.page(0, vec![series("a", "{}"), series("b", "{}")]).await;
    assert_eq!(outcome, PageOutcome { changed: 2, items: 2, ..PageOutcome::default() });
    let record = subject.record(0).await;
    assert_eq!(record.cursor.as_deref(), Some("https://one.example.org/series?after=1"));
    assert_eq!((record.items, record.pages, record.at_end), (2, 1, false));
    assert_eq!((record.last_success, record.last_change), (Some(noon()), Some(noon())));
    assert_eq!(subject.dirty_keys().await, ["a", "b"]);
    assert_eq!(subject.record(1).await.cursor, None);
    assert!(!record.is_caught_up);
    subject.last_page(0, Vec::new()).await;
    let record = subject.record(0).await;
    assert!(record.at_end && record.is_caught_up);
    subject.page(0, vec![series("c", "{}")]).await;
    let record = subject.record(0).await;
    assert!(record.at_end && !record.is_caught_up, "more is there already");
    for leads_on in [true, false] {
        let page = PageCommit { leads_on, ..subject.commit(0, Vec::new()) };
        subject.store.commit_page(page).await.unwrap();
        assert_eq!(subject.record(0).await.leads_on, leads_on);
    }
}

pub(super) async fn the_same_page_again_changes_nothing(subject: &Subject) {
    let page = || vec![series("a", "{}"), session("s1", "a", 3), deleted("never seen")];
    let first = subject.page(0, page()).await;
    assert_eq!((first.changed, first.deleted, first.unchanged, first.items), (2, 1, 0, 2));
    subject.clean().await;
    let again = subject.page(0, page()).await;
    assert_eq!((again.changed, again.deleted, again.unchanged, again.items), (0, 1, 2, 2));
    assert_eq!(subject.dirty_keys().await, [""; 0]);
}

pub(super) async fn an_item_may_become_something_else(subject: &Subject) {
    let as_series =
        |key| ItemChange::Head(StoredHead { item_id: "x".to_owned(), ..head(key, "{}") });
    subject.page(0, vec![as_series("a")]).await;
    subject.clean().await;
    let outcome = subject.page(0, vec![session("x", "b", 1)]).await;
    assert_eq!((outcome.changed, outcome.items), (1, 1));
    assert_eq!(subject.dirty_keys().await, ["a", "b"]);
    assert!(subject.bundle("a").await.heads.is_empty());
    assert_eq!(subject.bundle("b").await.occurrences.len(), 1);
    subject.clean().await;
    let outcome = subject.page(0, vec![as_series("c")]).await;
    assert_eq!((outcome.changed, outcome.items), (1, 1));
    assert_eq!(subject.dirty_keys().await, ["b", "c"]);
    subject.clean().await;
    subject.page(0, vec![as_series("d")]).await;
    assert_eq!(subject.dirty_keys().await, ["c", "d"]);
    subject.clean().await;
    subject.page(0, vec![session("y", "d", 1)]).await;
    subject.page(0, vec![session("y", "e", 1)]).await;
    assert_eq!(subject.dirty_keys().await, ["d", "e"]);
}

pub(super) async fn a_deleted_item_is_gone(subject: &Subject) {
    subject.page(0, vec![series("a", "{}"), session("s1", "a", 3)]).await;
    subject.clean().await;
    let outcome = subject.page(0, vec![deleted("a"), deleted("s1")]).await;
    assert_eq!((outcome.changed, outcome.deleted, outcome.items), (0, 2, 0));
    let record = subject.record(0).await;
    assert_eq!((record.items, record.deleted), (0, 2));
    let bundle = subject.bundle("a").await;
    assert!(bundle.heads.is_empty() && bundle.occurrences.is_empty());
    assert_eq!(bundle.modified, Some(noon()));
}

pub(super) async fn what_cannot_be_used_leaves_what_is_stored(subject: &Subject) {
    let unusable = |item: Option<&str>| ItemChange::Unusable {
        item_id: item.map(str::to_owned),
        finding: Finding::new(Code::ItemUnreadable, ""),
    };
    subject.page(0, vec![series("a", "{}")]).await;
    subject.clean().await;
    let outcome =
        subject.page(0, vec![unusable(Some("a")), unusable(Some("b")), unusable(None)]).await;
    assert_eq!((outcome.unusable, outcome.spoiled, outcome.items), (3, 1, 1));
    assert_eq!(subject.record(0).await.findings, 3);
    assert_eq!(subject.dirty_keys().await, [""; 0]);
    subject.page(0, vec![series("a", "{}"), deleted("b")]).await;
    assert_eq!(subject.record(0).await.findings, 1);
}

pub(super) async fn names_may_be_long_and_odd(subject: &Subject) {
    let long = "https://example.org/".repeat(500);
    let names = ["\0", "a\0b", "é", "", "'; DROP TABLE feed; --", &long, &format!("{long}x")];
    let mut page = Vec::new();
    for name in names {
        let body = format!("{{\"name\": {name:?}}}");
        page.push(ItemChange::Head(StoredHead { key: format!("k{name}"), ..head(name, &body) }));
    }
    let facts = Some("{\"offers\":\"a\\u0000\"}".to_owned());
    let odd = StoredOccurrence { facts, ..occurrence(&format!("o{long}"), "k\0", 2) };
    page.push(ItemChange::Occurrence(odd.clone()));
    subject.page(0, page.clone()).await;
    let commit =
        PageCommit { license: Some("odd \0 licence".to_owned()), ..subject.commit(0, page) };
    let again = subject.store.commit_page(commit).await.unwrap();
    assert_eq!((again.unchanged, again.changed, again.items), (8, 0, 8));
    for name in names {
        let bundle = subject.bundle(&format!("k{name}")).await;
        let [head] = bundle.heads.as_slice() else { unreachable!("{name:?}: {bundle:?}") };
        assert_eq!(head.item_id, name);
        assert_eq!(head.body, format!("{{\"name\": {name:?}}}"));
    }
    assert_eq!(subject.bundle("k\0").await.facts, [odd.facts.unwrap()]);
    assert!(subject.record(0).await.license.unwrap().starts_with("odd "));
    let outcome = subject.page(0, names.map(deleted).to_vec()).await;
    assert_eq!(outcome.items, 1);
}

pub(super) async fn a_resync_drops_what_it_did_not_find_again(subject: &Subject) {
    let store = &subject.store;
    let broken = ItemChange::Unusable {
        item_id: Some("c".to_owned()),
        finding: Finding::new(Code::ItemUnreadable, ""),
    };
    let items = ["a", "b", "c", "d"].map(|key| series(key, "{}"));
    subject.page(0, items.to_vec()).await;
    subject.page(0, vec![session("s1", "a", 1), session("s2", "a", 2)]).await;
    subject.page(2, vec![series("other", "{}")]).await;
    subject.clean().await;
    let before = subject.record(0).await;
    store.update_feed(subject.feed(0), FeedUpdate::Resync { at: noon() }).await.unwrap();
    let record = subject.record(0).await;
    assert_eq!((record.cursor, record.is_resyncing), (None, true));
    assert_eq!((record.resynced_at, record.items), (Some(noon()), before.items));
    let page = vec![series("a", "{}"), series("b", "{\"changed\": 1}"), broken];
    assert_eq!(subject.page(0, page).await.vanished, 0);
    let last = subject.last_page(0, vec![session("s1", "a", 1)]).await;
    assert_eq!((last.vanished, last.items), (2, 4));
    assert_eq!(subject.dirty_keys().await, ["a", "b", "d"]);
    assert_eq!(subject.bundle("a").await.occurrences.len(), 1);
    assert!(subject.bundle("d").await.heads.is_empty());
    assert!(!subject.record(0).await.is_resyncing);
    // Nothing vanishes but in a resync.
    assert_eq!(subject.last_page(0, Vec::new()).await.vanished, 0);
    assert_eq!((subject.record(0).await.items, subject.record(2).await.items), (4, 1));
}

pub(super) async fn a_resync_keeps_what_it_found_of_either_kind(subject: &Subject) {
    let broken = |item: &str| ItemChange::Unusable {
        item_id: Some(item.to_owned()),
        finding: Finding::new(Code::ItemUnreadable, ""),
    };
    let heads = || vec![series("a", "{}"), series("b", "{}")];
    let sessions = || vec![session("s1", "a", 1), session("s2", "a", 2)];
    subject.page(0, heads()).await;
    subject.page(1, sessions()).await;
    subject.page(2, [heads(), sessions()].concat()).await;
    let of_both = vec![series("a", "{}"), broken("b"), session("s1", "a", 1), broken("s2")];
    for (feed, page, items) in [
        (0, vec![series("a", "{}"), broken("b")], 2),
        (1, vec![session("s1", "a", 1), broken("s2")], 2),
        (2, of_both, 4),
    ] {
        let update = FeedUpdate::Resync { at: noon() };
        subject.store.update_feed(subject.feed(feed), update).await.unwrap();
        let last = subject.last_page(feed, page).await;
        assert_eq!((last.vanished, last.spoiled, last.items), (0, items / 2, items), "{feed}");
    }
}

pub(super) async fn a_change_of_licence_has_everything_looked_at_again(subject: &Subject) {
    let items = || vec![series("a", "{}"), session("s1", "b", 1)];
    subject.page(0, items()).await;
    subject.clean().await;
    let by = |end: &str| Some(format!("https://example.org/{end}"));
    let (begins, goes_on) = (true, false);
    // Whether the feed is begun to be read again, what a page names, whether it is the last, how many are looked at,
    // what is known then.
    for (is_begun, license, is_last, expected, known) in [
        (goes_on, None, false, 0, None),
        (goes_on, by("by/"), false, 2, by("by/")),
        (goes_on, by("by/"), false, 0, by("by/")),
        (goes_on, None, true, 0, by("by/")),
        (goes_on, by("by"), false, 0, by("by/")),
        (goes_on, Some("http://example.org/by/".to_owned()), true, 0, by("by/")),
        (goes_on, by("by-sa"), false, 2, by("by-sa")),
        (begins, None, false, 0, by("by-sa")),
        (goes_on, by("by-sa"), false, 0, by("by-sa")),
        (goes_on, None, true, 0, by("by-sa")),
        (begins, None, false, 0, by("by-sa")),
        (goes_on, None, true, 2, None),
        (goes_on, None, true, 0, None),
        (goes_on, by("by"), false, 2, by("by")),
        (goes_on, None, true, 0, by("by")),
    ] {
        if is_begun {
            let update = FeedUpdate::Resync { at: noon() };
            subject.store.update_feed(subject.feed(0), update).await.unwrap();
        }
        let page = PageCommit { license, is_last, ..subject.commit(0, items()) };
        subject.store.commit_page(page).await.unwrap();
        assert_eq!(subject.dirty_keys().await.len(), expected);
        assert_eq!(subject.record(0).await.license, known);
        subject.clean().await;
    }
}

fn slot(item: &str) -> ItemChange {
    ItemChange::Occurrence(StoredOccurrence { is_slot: true, ..occurrence(item, "court", 1) })
}

pub(super) async fn slots_say_nothing_of_series_without_sessions(subject: &Subject) {
    subject.last_page(0, vec![series("class", "{}")]).await;
    subject.last_page(1, vec![slot("s1")]).await;
    assert!(!subject.bundle("class").await.is_complete);
    subject.clean().await;
    subject.page(1, vec![session("s2", "another", 1), slot("s3")]).await;
    assert!(subject.bundle("class").await.is_complete);
    assert!(subject.dirty_keys().await.contains(&"class".to_owned()), "it is looked at again");
    subject.page(1, vec![deleted("s1"), deleted("s2"), deleted("s3")]).await;
    assert!(!subject.bundle("class").await.is_complete);
}

pub(super) async fn sessions_say_something_again_once_there_are_some_again(subject: &Subject) {
    subject.last_page(0, vec![series("class", "{}")]).await;
    subject.last_page(1, vec![session("s1", "another", 1), slot("s2")]).await;
    subject.last_page(1, vec![deleted("s1"), deleted("s2")]).await;
    assert!(!subject.bundle("class").await.is_complete);
    // Whoever looks at the series meanwhile is told that it may have some.
    subject.last_page(1, vec![slot("s3")]).await;
    assert!(!subject.bundle("class").await.is_complete);
    subject.clean().await;
    subject.page(1, vec![session("s4", "another", -100)]).await;
    assert!(subject.dirty_keys().await.contains(&"class".to_owned()), "it is looked at again");
    assert!(subject.bundle("class").await.is_complete);
    // Nor is what is dropped because it is long past said any more.
    subject.page(1, vec![deleted("s3")]).await;
    subject.page(0, vec![session("s5", "another", -95)]).await;
    while subject.store.purge(noon()).await.unwrap() > 0 {}
    assert!(!subject.record(1).await.has_occurrences);
    subject.page(0, vec![deleted("s5")]).await;
    subject.page(1, vec![slot("s6")]).await;
    assert!(!subject.bundle("class").await.is_complete);
}

pub(super) async fn only_what_is_of_a_series_was_a_session_before_that_was_kept(subject: &Subject) {
    let is_complete_after_an_upgrade = async || {
        let is_upgraded = subject.execute("ALTER TABLE feed DROP COLUMN has_sessions").await
            && subject.execute_either(HAD_SESSIONS).await;
        is_upgraded.then_some(subject.bundle("class").await.is_complete)
    };
    subject.last_page(0, vec![series("class", "{}"), series("another", "{}")]).await;
    // The court may be one inside its facility, which is no item of its own.
    subject.last_page(1, vec![slot("s1")]).await;
    assert_ne!(is_complete_after_an_upgrade().await, Some(true));
    let court = StoredHead { kind: Kind::IndividualFacilityUse, ..head("court", "{}") };
    subject.last_page(0, vec![ItemChange::Head(court)]).await;
    assert_ne!(is_complete_after_an_upgrade().await, Some(true));
    subject.last_page(1, vec![session("s2", "another", 1)]).await;
    assert_ne!(is_complete_after_an_upgrade().await, Some(false));
}

pub(super) async fn the_end_of_the_last_feed_has_those_looked_at_again_that_waited_for_it(
    subject: &Subject,
) {
    let page = vec![series("with", "{}"), series("over", "{}"), series("mapping", "{}")];
    subject.last_page(0, page).await;
    let sessions =
        vec![session("s1", "with", 1), session("s2", "over", -1), session("s3", "alone", -1)];
    subject.page(1, sessions).await;
    for key in ["with", "over", "alone"] {
        subject.publish_service(key, key).await;
    }
    subject.page(2, vec![series("another's", "{}")]).await;
    let another = subject.root("another's").await;
    let mapping = subject.root("mapping").await;
    assert!(!subject.bundle("mapping").await.is_complete);
    subject.last_page(1, Vec::new()).await;
    // What belongs to another publisher did not wait for that.
    subject.publish(another, "another's", Outcome::Nothing).await;
    assert_eq!(subject.dirty_keys().await, ["alone", "mapping", "over"]);
    assert!(subject.bundle("over").await.is_complete);
    // What is being mapped this moment was read before.
    subject.publish(mapping, "mapping", Outcome::Nothing).await;
    assert_eq!(subject.dirty_keys().await, ["alone", "mapping", "over"]);
    subject.clean().await;
    subject.last_page(1, Vec::new()).await;
    assert_eq!(subject.dirty_keys().await, [""; 0]);
}
