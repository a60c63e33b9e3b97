//! Services: publishing, the change log, what is held and what is dropped.

use baton::oruk::Status;
use baton::quality::Code;
use baton::quality::Finding;
use baton::store::ChangedService;
use baton::store::ItemChange;
use baton::store::Outcome;
use baton::store::Publication;
use baton::store::ServiceRecord;
use chrono::TimeDelta;
use serde_json::Value;

use super::subject::Subject;
use super::subject::id;
use super::subject::noon;
use super::subject::series;
use super::subject::session;

pub(super) async fn each_change_has_a_number_and_none_is_left_out(subject: &Subject) {
    assert_eq!(subject.store.latest_change().await.unwrap(), 0);
    let keys: Vec<String> = (0..10).map(|n| format!("k{n}")).collect();
    subject.page(0, keys.iter().map(|key| series(key, "{}")).collect()).await;
    let publications = subject.bundles().await.into_iter().map(|bundle| Publication {
        root: bundle.root,
        id: id(&bundle.key),
        group: None,
        outcome: Outcome::Service(Box::new(subject.service(&bundle.key, &bundle.key))),
        now: noon(),
    });
    let changed = subject.store.publish(publications.collect()).await.unwrap();
    let numbers: Vec<u64> = changed.iter().map(|change| change.seq).collect();
    assert_eq!(numbers, (1..=10).collect::<Vec<_>>());
    assert_eq!(subject.store.changes(0, 100).await.unwrap(), changed);
    assert_eq!(subject.store.latest_change().await.unwrap(), 10);
    let after_three = subject.store.changes(3, 4).await.unwrap();
    assert_eq!(after_three, changed[3..7]);
    subject.page(0, vec![series("k0", "{\"changed\": 1}")]).await;
    let again = subject.publish_service("k0", "another text").await.unwrap();
    assert_eq!(again.seq, 11);
    assert_eq!(subject.store.changes(0, 100).await.unwrap().len(), 10);
    assert_eq!(subject.store.changes(10, 100).await.unwrap(), [again]);
    let stored = subject.store.services(vec![id("k0"), id("nobody")]).await.unwrap();
    let [Some(stored), None] = stored.as_slice() else { unreachable!("{stored:?}") };
    assert_eq!((stored.seq, stored.is_gone), (11, false));
    let bodies = subject.store.bodies(vec![id("nobody"), id("k0")]).await.unwrap();
    let [None, Some(body)] = bodies.as_slice() else { unreachable!("{bodies:?}") };
    assert_eq!((body.seq, body.is_gone, &body.bytes), (11, false, &stored.record.body));
    let expected = subject.service("k0", "another text");
    assert_eq!(stored.record.entry, expected.entry);
    assert_eq!((stored.record.hash, stored.record.parts), (expected.hash, 7));
}

pub(super) async fn what_is_the_same_makes_no_change(subject: &Subject) {
    subject.page(0, vec![series("a", "{}")]).await;
    let first = subject.publish_service("a", "text").await.unwrap();
    subject.page(0, vec![series("a", "{\"changed\": 1}")]).await;
    let due = Some(noon() + TimeDelta::days(9));
    let later = noon() + TimeDelta::days(1);
    let record = ServiceRecord { due, last_modified: later, ..subject.service("a", "text") };
    let root = subject.root("a").await;
    let outcome = Outcome::Service(Box::new(record));
    let publication = Publication { root, id: id("a"), group: None, outcome, now: later };
    assert_eq!(subject.store.publish(vec![publication]).await.unwrap(), []);
    let stored = subject.store.services(vec![id("a")]).await.unwrap().remove(0).unwrap();
    assert_eq!((stored.seq, stored.record.due), (first.seq, due));
    assert_eq!(stored.record.last_modified, noon());
    assert_eq!(first.published_at, noon());
    assert_eq!(subject.store.changes(0, 9).await.unwrap(), [first]);
    assert_eq!(subject.dirty_keys().await, [""; 0]);
}

pub(super) async fn what_is_the_same_is_not_written_again(subject: &Subject) {
    subject.page(0, vec![series("a", "{}")]).await;
    let root = subject.root("a").await;
    let publish = |record: ServiceRecord| {
        let outcome = Outcome::Service(Box::new(record));
        subject.store.publish(vec![Publication {
            root,
            id: id("a"),
            group: None,
            outcome,
            now: noon(),
        }])
    };
    let findings = vec![Finding::new(Code::UrlInvalid, "url")];
    let due = Some(noon() + TimeDelta::days(9));
    let mut record = ServiceRecord { due, findings, ..subject.service("a", "text") };
    for _ in 0..2 {
        publish(record.clone()).await.unwrap();
        if !subject.refuse_updates_of("service").await {
            return;
        }
        record.last_modified += TimeDelta::days(1);
    }
    record.due = None;
    assert!(publish(record).await.is_err(), "nothing was refused");
}

pub(super) async fn what_the_index_says_else_is_a_change_of_the_same_time(subject: &Subject) {
    subject.page(0, vec![series("a", "{}")]).await;
    let root = subject.root("a").await;
    let publish =
        |record: ServiceRecord| subject.publish(root, "a", Outcome::Service(Box::new(record)));
    let record = subject.service("a", "text");
    let first = publish(record.clone()).await;
    let later = record.last_modified + TimeDelta::days(1);
    let other =
        ServiceRecord { entry: b"another".to_vec(), last_modified: later, ..record.clone() };
    let now = noon() + TimeDelta::hours(1);
    let outcome = Outcome::Service(Box::new(other.clone()));
    let publication = Publication { root, id: id("a"), group: None, outcome, now };
    let second = subject.store.publish(vec![publication]).await.unwrap();
    let told = |changes: &[ChangedService]| {
        let told = changes.iter().map(|one| (one.last_modified, one.entry.clone()));
        told.collect::<Vec<_>>()
    };
    assert_eq!(told(&second), [(record.last_modified, Some(b"another".to_vec()))]);
    assert!(second[0].seq > first[0].seq, "who follows the changes reads it");
    // A list that is narrowed may show it for the first time.
    assert_eq!(second[0].published_at, now, "who asks for what changed reads it");
    assert_eq!(publish(other).await, []);
}

pub(super) async fn a_time_of_change_never_goes_backwards(subject: &Subject) {
    subject.page(0, vec![series("a", "{}")]).await;
    let root = subject.root("a").await;
    let minutes = TimeDelta::minutes;
    for (text, in_minutes, expected) in [
        ("one", 5, minutes(5)),
        ("two", 9, minutes(9)),
        ("three", 3, minutes(60)),
        // Said to be later than it is, and changed again before that time.
        ("four", 90, minutes(90)),
        ("five", 90, minutes(90) + TimeDelta::milliseconds(1)),
        ("six", 80, minutes(90) + TimeDelta::milliseconds(2)),
    ] {
        let last_modified = noon() + minutes(in_minutes);
        let record = ServiceRecord { last_modified, ..subject.service("a", text) };
        let outcome = Outcome::Service(Box::new(record));
        let now = noon() + TimeDelta::hours(1);
        let publication = Publication { root, id: id("a"), group: None, outcome, now };
        let changed = subject.store.publish(vec![publication]).await.unwrap();
        let expected = noon() + expected;
        assert_eq!(changed[0].last_modified, expected, "{text}");
        // However old or young it is said to be, it was published just now.
        assert_eq!(changed[0].published_at, now, "{text}");
        assert_eq!(subject.store.changes(0, 9).await.unwrap(), changed);
        let stored = subject.store.services(vec![id("a")]).await.unwrap().remove(0).unwrap();
        let body: Value = serde_json::from_slice(&stored.record.body).unwrap();
        assert_eq!(body["last_modified"], expected.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string());
        assert_eq!(body["name"], text);
    }
}

pub(super) async fn what_was_published_nobody_knows_when_is_as_young_as_its_content(
    subject: &Subject,
) {
    subject.page(0, vec![series("a", "{}")]).await;
    let root = subject.root("a").await;
    let outcome = Outcome::Service(Box::new(subject.service("a", "Yoga")));
    let now = noon() + TimeDelta::hours(1);
    let publication = Publication { root, id: id("a"), group: None, outcome, now };
    let published = subject.store.publish(vec![publication]).await.unwrap().remove(0);
    // As the store was before it kept the time.
    if !subject.execute("UPDATE service SET published_at = NULL").await {
        return;
    }
    let expected = [ChangedService { published_at: noon(), ..published }];
    assert_eq!(subject.store.changes(0, 9).await.unwrap(), expected);
    assert_eq!(subject.store.scan(None, 9).await.unwrap(), expected);
}

pub(super) async fn a_service_that_is_gone_leaves_a_tombstone_for_a_while(subject: &Subject) {
    subject.page(0, vec![series("a", "{}"), series("b", "{}")]).await;
    subject.publish_service("a", "Yoga").await;
    let never = subject.publish(subject.root("b").await, "b", Outcome::Nothing).await;
    assert_eq!(never, []);
    let root = subject.store.roots_of(id("a")).await.unwrap()[0];
    for name in ["Yoga", "Pilates"] {
        subject.publish(root, "a", Outcome::Service(Box::new(subject.service("a", name)))).await;
        let gone = subject.publish(root, "a", Outcome::Nothing).await.remove(0);
        assert_eq!((gone.status, &gone.entry), (Status::Defunct, &None));
        let stored = subject.store.services(vec![id("a")]).await.unwrap().remove(0).unwrap();
        assert!(stored.is_gone && stored.seq == gone.seq);
        let body: Value = serde_json::from_slice(&stored.record.body).unwrap();
        assert_eq!((&body["name"], &body["status"]), (&name.into(), &"defunct".into()));
        assert!(gone.last_modified > noon());
        assert_eq!(gone.published_at, noon());
        assert_eq!(subject.store.scan(None, 9).await.unwrap(), [gone]);
    }
    assert!(subject.store.roots_of(id("a")).await.unwrap().is_empty());
    assert_eq!(subject.store.changes(0, 10).await.unwrap().len(), 1);
    assert_eq!(subject.store.purge(noon() + TimeDelta::days(29)).await.unwrap(), 0);
    assert_eq!(subject.store.purge(noon() + TimeDelta::days(31)).await.unwrap(), 1);
    assert_eq!(subject.store.services(vec![id("a")]).await.unwrap(), [None]);
    // The number of a change is never given again.
    let back = Outcome::Service(Box::new(subject.service("a", "Yoga")));
    assert_eq!(subject.publish(root, "a", back).await[0].seq, 5);
}

pub(super) async fn a_service_about_to_be_lost_waits_to_be_judged(subject: &Subject) {
    let store = &subject.store;
    subject.page(0, vec![series("a", "{}"), series("b", "{}"), series("c", "{}")]).await;
    for key in ["a", "b", "c"] {
        subject.publish_service(key, key).await;
    }
    let lose = async |key: &str| {
        let root = store.roots_of(id(key)).await.unwrap()[0];
        let changed = subject.publish(root, key, Outcome::Held(subject.feed(0))).await;
        assert_eq!(changed, []);
    };
    assert_eq!(store.held(noon(), 3_600).await.unwrap(), []);
    lose("a").await;
    lose("b").await;
    assert_eq!(store.dirty_count().await.unwrap(), 2);
    assert_eq!(subject.record(0).await.held, 2);
    let held = store.held(noon(), 3_600).await.unwrap().remove(0);
    assert_eq!((held.feed, held.held, held.lost, held.services), (subject.feed(0), 2, 0, 3));
    assert_eq!(store.let_through(subject.feed(0), false).await.unwrap(), 2);
    assert_eq!(subject.dirty_keys().await, ["a", "b"]);
    assert!(subject.bundle("a").await.standing.unwrap().is_let_through);
    // It was mapped before it was let through, and what came of that is written after.
    lose("a").await;
    assert!(subject.bundle("a").await.standing.unwrap().is_let_through);
    subject.clean().await;
    lose("c").await;
    let half = noon() + TimeDelta::minutes(30);
    let held = store.held(half, 3_600).await.unwrap().remove(0);
    assert_eq!((held.held, held.lost, held.services), (1, 2, 3));
    let later = noon() + TimeDelta::hours(2);
    let held = store.held(later, 3_600).await.unwrap().remove(0);
    assert_eq!((held.held, held.lost, held.services), (1, 0, 1));
    assert_eq!(store.let_through(subject.feed(0), true).await.unwrap(), 1);
    assert_eq!(store.held(later, 3_600).await.unwrap(), []);
}

pub(super) async fn what_comes_with_a_loss_makes_up_for_nothing(subject: &Subject) {
    let store = &subject.store;
    let add = async |keys: &[&str]| {
        subject.last_page(0, keys.iter().map(|key| series(key, "{}")).collect()).await;
        for key in keys {
            subject.publish_service(key, key).await;
        }
    };
    let lose = async |key: &str| {
        let root = store.roots_of(id(key)).await.unwrap()[0];
        subject.publish(root, key, Outcome::Held(subject.feed(0))).await;
    };
    let judged = async || {
        let held = store.held(noon(), 3_600).await.unwrap().remove(0);
        (held.held, held.lost, held.services)
    };
    add(&["a", "b", "c"]).await;
    lose("a").await;
    add(&["d"]).await;
    lose("b").await;
    add(&["e"]).await;
    assert_eq!(judged().await, (2, 0, 3));
    assert_eq!(store.let_through(subject.feed(0), false).await.unwrap(), 2);
    subject.clean().await;
    // What came before counts: c, d, e and the two that went.
    add(&["f"]).await;
    lose("c").await;
    assert_eq!(judged().await, (1, 2, 6));
}

pub(super) async fn occurrences_without_a_parent_are_counted(subject: &Subject) {
    subject.page(1, vec![session("s1", "x", 1), session("s2", "y", 1)]).await;
    let feed = subject.feed(1);
    for (key, count) in [("x", 1), ("y", 4)] {
        let root = subject.root(key).await;
        subject.publish(root, key, Outcome::Orphans(vec![(feed, count)])).await;
    }
    assert_eq!(subject.record(1).await.orphans, 5);
    let expected = [("y".to_owned(), 4), ("x".to_owned(), 1)];
    assert_eq!(subject.store.orphans(feed, 10).await.unwrap(), expected);
    assert_eq!(subject.store.orphans(feed, 1).await.unwrap(), expected[..1]);
    subject.page(0, vec![series("y", "{}")]).await;
    subject.publish_service("y", "found").await;
    assert_eq!(subject.record(1).await.orphans, 1);
}

pub(super) async fn past_occurrences_are_dropped_but_for_the_last(subject: &Subject) {
    let old = |item, of, days: i64| session(item, of, -days);
    let page = vec![old("1", "a", 300), old("2", "a", 200), old("3", "a", 100), old("4", "b", 400)];
    subject.page(1, page).await;
    subject.page(1, vec![session("5", "c", -300), session("6", "c", 3)]).await;
    let mut gone = 0;
    while let count @ 1.. = subject.store.purge(noon()).await.unwrap() {
        gone += count;
    }
    assert_eq!(gone, 3);
    assert_eq!(subject.record(1).await.items, 3);
    let left = async |key| subject.bundle(key).await.occurrences.len();
    assert_eq!((left("a").await, left("b").await, left("c").await), (1, 1, 1));
}

pub(super) async fn findings_of_services_are_counted_with_their_feed(subject: &Subject) {
    subject.page(0, vec![series("a", "{}")]).await;
    let root = subject.root("a").await;
    let found = |count| {
        let findings = vec![Finding::new(Code::ItemUnreadable, "name"); count];
        let record = ServiceRecord { findings, ..subject.service("a", "text") };
        Outcome::Service(Box::new(record))
    };
    for count in [2, 5, 0, 1] {
        subject.publish(root, "a", found(count)).await;
        assert_eq!(subject.record(0).await.findings, count as u64);
    }
    let stored = subject.store.services(vec![id("a")]).await.unwrap().remove(0).unwrap();
    assert_eq!(stored.record.findings, [Finding::new(Code::ItemUnreadable, "name")]);
    subject.publish(root, "a", Outcome::Nothing).await;
    assert_eq!(subject.record(0).await.findings, 0);
}

pub(super) async fn services_are_told_in_the_order_of_their_ids(subject: &Subject) {
    let keys: Vec<String> = (0..12).map(|n| format!("k{n}")).collect();
    subject.page(0, keys.iter().map(|key| series(key, "{}")).collect()).await;
    for key in &keys {
        subject.publish_service(key, key).await;
    }
    let mut expected: Vec<_> = keys.iter().map(|key| id(key)).collect();
    expected.sort();
    let first = subject.store.scan(None, 5).await.unwrap();
    let rest = subject.store.scan(first.last().map(|service| service.id), 100).await.unwrap();
    let told: Vec<_> = first.iter().chain(&rest).map(|service| service.id).collect();
    assert_eq!(told, expected);
    assert_eq!(first.len(), 5);
}

pub(super) async fn what_the_feeds_of_a_publisher_came_to_is_told(subject: &Subject) {
    let publisher = subject.record(0).await.publisher;
    let keys = ["a", "b", "c", "gone"];
    subject.page(0, keys.iter().map(|key| series(key, "{}")).collect()).await;
    for key in keys {
        subject.publish_service(key, key).await.unwrap();
    }
    subject.page(0, vec![series("gone", "{\"changed\": 1}")]).await;
    let root = subject.root("gone").await;
    subject.publish(root, "gone", Outcome::Nothing).await;
    let mut expected = ["a", "b", "c"].map(id);
    expected.sort_unstable();
    assert_eq!(subject.store.services_of(publisher.clone()).await.unwrap(), expected);
    assert_eq!(subject.store.services_of("nobody".to_owned()).await.unwrap(), []);
    subject.page(0, vec![session("s1", "a", 1), session("s2", "missing", 1)]).await;
    subject.page(1, vec![series("elsewhere", "{}")]).await;
    let feed = |at| subject.feed(at);
    let roots = subject.store.roots_by(vec![feed(0)], 100).await.unwrap();
    let bundles = subject.store.bundles(roots).await.unwrap();
    let mut roots: Vec<_> = bundles.iter().map(|bundle| bundle.key.as_str()).collect();
    roots.sort_unstable();
    assert_eq!(roots, ["a", "b", "c", "gone", "missing"]);
    assert_eq!(subject.store.roots_by(vec![feed(0)], 2).await.unwrap().len(), 2);
    assert_eq!(subject.store.roots_by(vec![feed(0), feed(1)], 100).await.unwrap().len(), 6);
    assert_eq!(subject.store.roots_by(Vec::new(), 100).await.unwrap(), []);
    let unusable = |item: &str, code| ItemChange::Unusable {
        item_id: Some(item.to_owned()),
        finding: Finding::new(code, ""),
    };
    let bad = [("x", Code::ItemUnreadable), ("y", Code::TypeUnknown), ("z", Code::TypeUnknown)];
    subject.page(0, bad.map(|(item, code)| unusable(item, code)).to_vec()).await;
    let counts = subject.store.unusable(publisher.clone()).await.unwrap();
    assert_eq!(counts, [("item-unreadable".to_owned(), 1), ("type-unknown".to_owned(), 2)]);
    assert_eq!(subject.store.unusable("nobody".to_owned()).await.unwrap(), []);
    let items = subject.store.unusable_items(publisher, 1).await.unwrap();
    assert_eq!(
        items,
        [("item-unreadable", "x"), ("type-unknown", "y")]
            .map(|(code, item)| (code.to_owned(), item.to_owned()))
    );
}
