//! Dirty roots, and what belongs to each.

use std::sync::Arc;

use baton::openactive::Kind;
use baton::store::Delegation;
use baton::store::FeedId;
use baton::store::Folding;
use baton::store::ItemChange;
use baton::store::Outcome;
use baton::store::PageCommit;
use baton::store::Relation;
use baton::store::Served;
use baton::store::ServiceRecord;
use baton::store::StoredHead;
use baton::store::StoredOccurrence;
use baton::store::Whose;
use chrono::TimeDelta;

use super::subject::FEEDS;
use super::subject::Subject;
use super::subject::deleted;
use super::subject::head;
use super::subject::id;
use super::subject::link;
use super::subject::noon;
use super::subject::occurrence;
use super::subject::part;
use super::subject::series;
use super::subject::session;
use super::subject::specs;

pub(super) async fn a_changed_item_marks_all_that_takes_values_from_it(subject: &Subject) {
    // The chain is stated by two feeds, the last link first.
    subject.page(2, vec![part("leaf", "twig")]).await;
    subject
        .page(0, vec![part("twig", "branch"), part("branch", "trunk"), series("far", "{}")])
        .await;
    assert_eq!(subject.dirty_keys().await, ["branch", "far", "leaf", "trunk", "twig"]);
    subject.clean().await;
    subject.page(0, vec![series("trunk", "{}")]).await;
    assert_eq!(subject.dirty_keys().await, ["branch", "leaf", "trunk", "twig"]);
    subject.clean().await;
    // A link that goes is marked at both ends.
    subject.page(2, vec![series("leaf", "{\"alone\": 1}")]).await;
    assert_eq!(subject.dirty_keys().await, ["leaf", "twig"]);
    subject.clean().await;
    subject.page(0, vec![deleted("twig")]).await;
    assert_eq!(subject.dirty_keys().await, ["branch", "twig"]);
}

pub(super) async fn a_bundle_holds_all_that_belongs_to_a_root(subject: &Subject) {
    let twin = ItemChange::Head(StoredHead { item_id: "twin".to_owned(), ..head("a", "twin") });
    subject.page(2, vec![twin, series("parent", "of two")]).await;
    subject.page(0, vec![part("a", "parent"), part("parent", "grandparent")]).await;
    subject.page(0, vec![series("grandparent", "old")]).await;
    let says = |item, in_days, facts: &str| {
        let facts = Some(facts.to_owned());
        ItemChange::Occurrence(StoredOccurrence { facts, ..occurrence(item, "a", in_days) })
    };
    let sessions =
        vec![says("s1", 1, "{\"x\":1}"), says("s2", 2, "{\"x\":1}"), says("s3", 3, "{}")];
    subject.page(1, [sessions, vec![session("s4", "a", 4)]].concat()).await;
    let bundle = subject.bundle("a").await;
    let bodies: Vec<_> = bundle.heads.iter().map(|head| head.body.as_str()).collect();
    assert_eq!(bodies, ["a", "twin"]);
    assert_eq!(bundle.heads[0].feed, subject.feed(0));
    let parents: Vec<_> = bundle.parents.iter().map(|parent| parent.body.as_str()).collect();
    assert_eq!(parents, ["parent", "old"]);
    let days: Vec<_> = bundle.occurrences.iter().map(|o| (o.start - noon()).num_days()).collect();
    assert_eq!(days, [4, 3, 2, 1]);
    let facts: Vec<_> = bundle.occurrences.iter().map(|o| o.facts).collect();
    assert_eq!(facts, [None, Some(0), Some(1), Some(1)]);
    assert_eq!(bundle.facts, ["{}", "{\"x\":1}"]);
    assert_eq!(bundle.changed_at, noon());
    assert_eq!(bundle.modified, Some(noon() - TimeDelta::days(1)));
    assert_eq!((bundle.standing, bundle.license), (None, None));
    let members: Vec<_> =
        subject.bundle("parent").await.members.iter().map(|m| m.key.clone()).collect();
    assert_eq!(members, ["a"]);
    // An implausible time spoils what is known of the time of change.
    let implausible = StoredOccurrence { modified: None, ..occurrence("s5", "a", 5) };
    subject.page(1, vec![ItemChange::Occurrence(implausible)]).await;
    assert_eq!(subject.bundle("a").await.modified, None);
}

pub(super) async fn a_root_has_the_time_of_what_was_written_a_moment_ago(subject: &Subject) {
    subject.page(0, vec![series("a", "{}")]).await;
    let listed = subject.store.dirty(10).await.unwrap();
    let read = async || subject.store.bundles(listed.clone()).await.unwrap().remove(0);
    // Written after the list was asked for, and before what belongs to its roots is read.
    let later = Some(noon() - TimeDelta::hours(1));
    let session = StoredOccurrence { modified: later, ..occurrence("s", "a", 1) };
    subject.page(1, vec![ItemChange::Occurrence(session)]).await;
    let bundle = read().await;
    assert_eq!((bundle.occurrences.len(), bundle.modified), (1, later));

    let links = vec![link(Relation::PartOf, "b", "a")];
    let part = StoredHead { modified: None, links, ..head("b", "{}") };
    subject.page(2, vec![ItemChange::Head(part)]).await;
    assert_eq!(read().await.modified, None, "one below it has no plausible time");

    // A root that nobody has listed yet.
    let roots = subject.store.roots(None, 10).await.unwrap();
    let bundles = subject.store.bundles(roots).await.unwrap();
    let seen: Vec<_> = bundles.iter().map(|b| (b.key.as_str(), b.changed_at)).collect();
    assert_eq!(seen, [("a", noon()), ("b", noon())]);
}

pub(super) async fn courts_are_claimed_and_bring_their_slots(subject: &Subject) {
    let thing =
        |kind, key: &str, links| ItemChange::Head(StoredHead { kind, links, ..head(key, key) });
    let claim = |court: &str| link(Relation::Claims, court, "hall");
    let hall = thing(Kind::FacilityUse, "hall", vec![claim("court 1"), claim("court 2")]);
    let court = |key: &str| {
        let links = vec![link(Relation::PartOf, key, "hall"), claim(key)];
        thing(Kind::IndividualFacilityUse, key, links)
    };
    subject.page(0, vec![court("court 1"), court("lone")]).await;
    subject.page(1, vec![session("slot 1", "court 2", 1), session("slot 2", "hall", 2)]).await;
    // As long as the hall is not published, nothing stands in for the court.
    let bundle = subject.bundle("court 1").await;
    assert!(bundle.claimed_by.is_empty() && bundle.occurrences.is_empty());
    subject.page(2, vec![hall]).await;
    let bundle = subject.bundle("court 1").await;
    assert_eq!(bundle.claimed_by, ["hall"]);
    let bundle = subject.bundle("hall").await;
    assert_eq!(bundle.occurrences.len(), 2);
    let members: Vec<_> = bundle.members.iter().map(|member| member.key.as_str()).collect();
    assert_eq!(members, ["court 1", "lone"]);
}

pub(super) async fn what_may_not_be_served_is_as_if_it_were_not_there(subject: &Subject) {
    let facility = StoredHead {
        kind: Kind::FacilityUse,
        links: vec![link(Relation::Claims, "a", "f")],
        ..head("f", "f")
    };
    let of_first = vec![series("a", "a of one"), series("p", "p of one"), part("m", "a")];
    subject.page(0, [of_first, vec![ItemChange::Head(facility)]].concat()).await;
    let a = StoredHead { links: vec![link(Relation::PartOf, "a", "p")], ..head("a", "a of two") };
    let of_last = vec![ItemChange::Head(a), series("p", "p of two"), part("n", "a")];
    subject.page(2, [of_last, vec![session("s2", "a", 2)]].concat()).await;
    subject.page(1, vec![session("s1", "a", 1)]).await;
    subject.publish_service("a", "as the first says").await;
    let root = subject.store.roots_of(id("a")).await.unwrap()[0];
    let seen = async |whose: Whose| {
        let bundles = subject.store.bundles_of(vec![root], whose).await;
        let bundle = bundles.unwrap().remove(0);
        let heads: Vec<_> = bundle.heads.into_iter().map(|head| head.body).collect();
        let parents: Vec<_> = bundle.parents.into_iter().map(|parent| parent.body).collect();
        let members: Vec<_> = bundle.members.into_iter().map(|member| member.body).collect();
        let said = [heads, parents, members, bundle.claimed_by].map(|said| said.join(", "));
        let feeds: Vec<_> = bundle.occurrences.into_iter().map(|one| one.feed).collect();
        (said, feeds, bundle.standing.unwrap().is_served)
    };
    let [first, middle, last] = [0, 1, 2].map(|at| subject.feed(at));
    let all = ["a of one, a of two", "p of one", "m, n", "f"].map(str::to_owned);
    assert_eq!(seen(Whose::Configured).await, (all.clone(), vec![last, middle], true));

    // Who comes next stands in where the first may not be served.
    let served = |feeds: &[FeedId], if_licensed: &[FeedId]| {
        let [feeds, if_licensed] = [feeds, if_licensed].map(|ids| ids.iter().copied().collect());
        Whose::Served(Arc::new(Served { feeds, if_licensed }))
    };
    let rest = (["a of two", "p of two", "n", ""].map(str::to_owned), vec![last], false);
    assert_eq!(seen(served(&[last], &[])).await, rest);
    assert_eq!(seen(served(&[first, last], &[first])).await, rest);
    let licensed = Some("https://example.org/licence".to_owned());
    let page = PageCommit { license: licensed, ..subject.commit(0, Vec::new()) };
    subject.store.commit_page(page).await.unwrap();
    assert_eq!(seen(served(&[first, last], &[first])).await, (all, vec![last], true));

    // So does one whose first is taken out of the configuration.
    subject.store.sync_feeds(specs(&FEEDS[1..])).await.unwrap();
    let rest = ["a of two", "p of two", "n", ""].map(str::to_owned);
    assert_eq!(seen(Whose::Configured).await, (rest.clone(), vec![last, middle], false));
    assert_eq!(seen(served(&[first, last], &[])).await, (rest, vec![last], false));
    let all = ["a of two, a of one", "p of two", "n, m", "f"].map(str::to_owned);
    assert_eq!(seen(Whose::All).await, (all, vec![last, middle], true));
}

pub(super) async fn a_feed_that_states_a_licence_marks_what_its_items_reach(subject: &Subject) {
    let claims = StoredHead {
        kind: Kind::FacilityUse,
        links: vec![link(Relation::Claims, "court", "facility")],
        ..head("facility", "{}")
    };
    subject.page(0, vec![series("trunk", "{}"), ItemChange::Head(claims)]).await;
    subject.page(0, vec![part("member", "whole"), session("s1", "other", 1)]).await;
    let of_two = vec![part("leaf", "twig"), part("twig", "trunk"), series("court", "{}")];
    subject.page(2, [of_two, vec![series("whole", "{}"), series("alone", "{}")]].concat()).await;
    subject.clean().await;
    let license = Some("https://example.org/licence".to_owned());
    let page = PageCommit { license, ..subject.commit(0, Vec::new()) };
    subject.store.commit_page(page).await.unwrap();
    let reached = ["court", "facility", "leaf", "member", "other", "trunk", "twig", "whole"];
    assert_eq!(subject.dirty_keys().await, reached);
}

pub(super) async fn what_is_marked_again_meanwhile_stays_on_the_list(subject: &Subject) {
    subject.page(0, vec![series("a", "{}"), series("b", "{}")]).await;
    let (a, b) = (subject.root("a").await, subject.root("b").await);
    subject.page(0, vec![series("a", "{\"changed\": 1}")]).await;
    subject.publish(a, "a", Outcome::Nothing).await;
    subject.publish(b, "b", Outcome::Nothing).await;
    assert_eq!(subject.dirty_keys().await, ["a"]);
    let again = subject.root("a").await;
    assert!(again.is_same(a) && again != a);
    assert_eq!(subject.store.dirty_count().await.unwrap(), 1);
}

pub(super) async fn a_root_that_delegates_marks_those_that_stand_in_for_it(subject: &Subject) {
    subject.page(0, vec![series("a", "{}"), series("b", "{}")]).await;
    subject.clean().await;
    subject.page(1, vec![session("s1", "part", 1)]).await;
    let to = ["a", "part", "unheard of"].map(str::to_owned).to_vec();
    let outcome = Outcome::Delegated(Delegation { to, orphans: vec![(subject.feed(1), 3)] });
    let root = subject.root("part").await;
    subject.publish(root, "part", outcome).await;
    assert_eq!(subject.dirty_keys().await, ["a"]);
    assert_eq!(subject.record(1).await.orphans, 3);
}

pub(super) async fn roots_are_told_one_after_the_other(subject: &Subject) {
    let all: Vec<_> = (0..25).map(|n| series(&format!("k{n}"), "{}")).collect();
    subject.page(0, all).await;
    subject.page(1, vec![session("s1", "k25", 1)]).await;
    subject.clean().await;
    let (mut after, mut keys) = (None, Vec::new());
    loop {
        let roots = subject.store.roots(after, 10).await.unwrap();
        assert!(roots.len() <= 10);
        after = roots.last().copied();
        if after.is_none() {
            break;
        }
        keys.extend(subject.store.bundles(roots).await.unwrap().into_iter().map(|b| b.key));
    }
    assert_eq!(keys.len(), 26);
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 26);
    subject.page(0, vec![series("k3", "{\"changed\": 1}")]).await;
    subject.publish_service("k3", "three").await.unwrap();
    let root = subject.store.roots_of(id("k3")).await.unwrap()[0];
    let bundles = subject.store.bundles(vec![root]).await.unwrap();
    assert_eq!(bundles[0].key, "k3");
    assert!(subject.store.roots_of(id("k4")).await.unwrap().is_empty());
}

pub(super) async fn what_is_due_is_woken(subject: &Subject) {
    subject.page(0, vec![series("a", "{}"), series("b", "{}")]).await;
    for (key, in_days) in [("a", 1), ("b", 3)] {
        let due = Some(noon() + TimeDelta::days(in_days));
        let record = ServiceRecord { due, ..subject.service(key, key) };
        let root = subject.root(key).await;
        subject.publish(root, key, Outcome::Service(Box::new(record))).await;
    }
    assert_eq!(subject.store.mark_due(noon()).await.unwrap(), 0);
    let later = noon() + TimeDelta::days(2);
    assert_eq!(subject.store.mark_due(later).await.unwrap(), 1);
    assert_eq!(subject.store.mark_due(later).await.unwrap(), 0);
    assert_eq!(subject.dirty_keys().await, ["a"]);
    let standing = subject.bundle("a").await.standing.unwrap();
    assert_eq!(standing.due.map(|due| due.timestamp()), Some(0));
    assert!(standing.is_active && !standing.is_let_through);
    assert_eq!((standing.feed, standing.parts), (subject.feed(0), 7));
}

pub(super) async fn a_clock_put_back_has_everything_looked_at_again(subject: &Subject) {
    subject.page(0, vec![series("a", "{}")]).await;
    subject.clean().await;
    for (minutes, expected) in [(0, 0), (120, 0), (90, 0), (20, 1)] {
        subject.store.mark_due(noon() + TimeDelta::minutes(minutes)).await.unwrap();
        assert_eq!(subject.dirty_keys().await.len(), expected, "after {minutes}");
    }
    subject.clean().await;
    assert_eq!(subject.store.mark_all().await.unwrap(), 1);
    assert_eq!(subject.dirty_keys().await, ["a"]);
}

pub(super) async fn folded_roots_know_each_other(subject: &Subject) {
    let keys = ["c", "a", "b"];
    subject.page(0, keys.map(|key| series(key, "{}")).to_vec()).await;
    let mut roots = Vec::new();
    for key in keys {
        roots.push((key, subject.root(key).await));
    }
    subject.clean().await;
    let fold = |at: usize, group| {
        let (key, root) = roots[at];
        Folding { root, service: id(key), group }
    };
    let store = &subject.store;
    assert_eq!(store.fold(vec![fold(0, None)]).await.unwrap(), [[]; 1]);
    let groups = store.fold(vec![fold(0, Some(7)), fold(2, Some(7)), fold(1, Some(8))]).await;
    let sizes: Vec<_> = groups.unwrap().iter().map(Vec::len).collect();
    assert_eq!(sizes, [2, 2, 1]);
    assert_eq!(store.folded_into(id("c")).await.unwrap(), Some(id("b")));
    assert_eq!(store.folded_into(id("b")).await.unwrap(), None);
    assert_eq!(store.folded_into(id("nobody")).await.unwrap(), None);
    let service = Outcome::Service(Box::new(subject.service("b", "all")));
    subject.publish(roots[2].1, "b", service).await;
    let all = store.roots_of(id("b")).await.unwrap();
    assert!(all.len() == 2 && all[0].is_same(roots[2].1) && all[1].is_same(roots[0].1));
    subject.clean().await;
    // The smallest key joins: it comes first now, and the one that did has to know.
    let group = store.fold(vec![fold(1, Some(7))]).await.unwrap().remove(0);
    assert!(group[0].is_same(roots[1].1) && group.len() == 3);
    assert_eq!(subject.dirty_keys().await, ["b"]);
    assert_eq!(store.folded_into(id("c")).await.unwrap(), Some(id("a")));
    subject.clean().await;
    store.fold(vec![fold(1, None)]).await.unwrap();
    assert_eq!(store.folded_into(id("c")).await.unwrap(), Some(id("b")));
    assert_eq!(subject.dirty_keys().await, ["b"]);
}
