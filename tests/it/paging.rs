//! The traps of paging: a feed gives all its items, each once, or a state and a reason.

use std::collections::BTreeMap;
use std::time::Duration;
use std::time::Instant;

use crate::support::gateway::Gateway;
use crate::support::gateway::PATIENCE;
use crate::support::gateway::Settings;
use crate::support::items;
use crate::support::process::wait_until;
use crate::support::publisher::FakePublisher;
use crate::support::publisher::Fault;

/// How many items a feed here has, and how many of them a page.
const ITEMS: usize = 12;
const PAGE: usize = 5;

/// For ever.
const ALWAYS: usize = usize::MAX;

/// What is to become of a feed.
enum Expected {
    /// Every item.
    All,
    /// So many items, and these words in the reason.
    Stuck(usize, &'static str),
}

/// A name, a fault with how often it occurs, and what is to become of the feed.
type Trap = (&'static str, Option<(Fault, usize)>, Expected);

fn traps() -> Vec<Trap> {
    use Expected::All;
    use Expected::Stuck;
    let long = Duration::from_mins(1);
    vec![
        ("well", None, All),
        ("error-once", Some((Fault::Status(500), 1)), All),
        ("error-twice", Some((Fault::Status(503), 2)), All),
        ("error-always", Some((Fault::Status(500), ALWAYS)), Stuck(0, "status 500")),
        ("forbidden", Some((Fault::Status(403), ALWAYS)), Stuck(0, "status 403")),
        ("gone", Some((Fault::Status(404), ALWAYS)), Stuck(0, "status 404")),
        ("busy", Some((Fault::Busy { retry_after_secs: 1 }, 1)), All),
        ("html-once", Some((Fault::Html, 1)), All),
        ("html-always", Some((Fault::Html, ALWAYS)), Stuck(0, "HTML")),
        ("truncated-once", Some((Fault::Truncated, 1)), All),
        ("truncated-always", Some((Fault::Truncated, ALWAYS)), Stuck(0, "could not be read")),
        ("slow", Some((Fault::Slow(Duration::from_millis(300)), ALWAYS)), All),
        ("too-slow-once", Some((Fault::Slow(long), 1)), All),
        ("too-slow-always", Some((Fault::Slow(long), ALWAYS)), Stuck(0, "did not answer in full")),
        ("self-loop", Some((Fault::SelfLoop, ALWAYS)), Stuck(PAGE, "itself")),
        ("circle", Some((Fault::Circle, ALWAYS)), Stuck(ITEMS, "circle")),
        ("missing", Some((Fault::NextMissing, ALWAYS)), Stuck(PAGE, "no `next`")),
        ("unreadable", Some((Fault::NextUnreadable, ALWAYS)), Stuck(PAGE, "not a web address")),
        ("relative", Some((Fault::NextRelative, ALWAYS)), All),
        ("empty-first", Some((Fault::EmptyFirst, ALWAYS)), All),
        ("empty-middle", Some((Fault::EmptyMiddle(1), ALWAYS)), All),
        ("empty-for-long", Some((Fault::EmptyMiddle(300), ALWAYS)), All),
        ("empty-for-ever", Some((Fault::EmptyForEver, ALWAYS)), All),
    ]
}

/// Publishes a feed with nothing but its own series.
fn publish(publisher: &FakePublisher, path: &str) -> String {
    let url = publisher.feed(path, PAGE);
    for number in 0..ITEMS {
        let id = format!("{}-{number}", path.trim_start_matches('/'));
        publisher.upsert(path, &id, items::series(&id, &id));
    }
    url
}

#[tokio::test]
async fn every_trap_ends_with_all_items_once_or_with_a_reason() {
    let publisher = FakePublisher::start().await;
    let elsewhere = format!("http://localhost:{}", publisher.port());
    let mut traps = traps();
    let away = Fault::NextElsewhere(elsewhere);
    traps.push((
        "elsewhere",
        Some((away, ALWAYS)),
        Expected::Stuck(PAGE, "another host, localhost"),
    ));
    let mut followed = Vec::new();
    for (name, fault, _) in &traps {
        let path = format!("/{name}");
        followed.push((*name, vec![publish(&publisher, &path)]));
        if let Some((fault, times)) = fault {
            publisher.fault(&path, fault.clone(), *times);
        }
    }
    let settings = Settings::following(&followed).fetch("timeout_secs = 3");
    let mut gateway = Gateway::new(&settings);
    let harvested = gateway.harvest().await;
    assert_eq!(harvested.code, Some(1), "{harvested:?}");
    let asked = publisher.asked();

    gateway.start_again().await;
    let stuck = traps.iter().filter(|(.., expected)| matches!(expected, Expected::Stuck(..)));
    gateway.settled_but(stuck.count()).await;
    let mut services: BTreeMap<String, usize> = BTreeMap::new();
    for name in gateway.names().await {
        let (feed, _) = name.rsplit_once('-').unwrap();
        *services.entry(feed.to_owned()).or_default() += 1;
    }
    let mut faults = Vec::new();
    for (name, _, expected) in &traps {
        let url = publisher.url(&format!("/{name}"));
        let feed = gateway.feed(&url).await;
        let (line, count) = (harvested.line_of(&url), services.get(*name).copied().unwrap_or(0));
        let is_right = match expected {
            Expected::All => {
                let is_done = line.contains("12 items") && line.ends_with("done");
                is_done && count == ITEMS && feed["at_end"] == true && feed["items"] == ITEMS
            }
            Expected::Stuck(items, words) => {
                let is_told = line.contains("failed: ") && line.contains(words);
                let reason = feed["reason"].as_str().unwrap_or_default();
                let is_shown = reason.contains(words) && feed["state"] == "backing_off";
                is_told && is_shown && count == *items && feed["items"] == *items
            }
        };
        if !is_right {
            faults.push(format!("{name}: {count} services, {line:?}, {feed}"));
        }
        let page_with_items = |query: &str| !query.contains("past=1");
        let paths = asked.iter().filter(|a| a.path == format!("/{name}"));
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        paths.for_each(|asked| *times.entry(asked.query.as_str()).or_default() += 1);
        let most = times.iter().filter(|(query, _)| page_with_items(query)).map(|(_, n)| *n).max();
        if most > Some(3) {
            faults.push(format!("{name}: a page was asked for {most:?} times"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test]
async fn a_feed_without_faults_is_asked_for_each_page_once() {
    let publisher = FakePublisher::start().await;
    let url = publish(&publisher, "/feed");
    let gateway = Gateway::new(&Settings::following(&[("one", vec![url])]));
    assert_eq!(gateway.harvest().await.code, Some(0));
    let mut queries: Vec<_> = publisher.asked().into_iter().map(|asked| asked.query).collect();
    // Three pages and the last one, which is empty.
    assert_eq!(queries.len(), 4, "{queries:?}");
    queries.dedup();
    assert_eq!(queries.len(), 4);

    // Another run goes on at the end.
    assert_eq!(gateway.harvest().await.code, Some(0));
    let again = publisher.asked().split_off(4);
    assert_eq!(again.len(), 1, "{again:?}");
    assert_eq!(Some(&again[0].query), queries.last());
}

#[tokio::test]
async fn a_busy_publisher_is_left_alone_as_long_as_it_asks() {
    let publisher = FakePublisher::start().await;
    let url = publish(&publisher, "/feed");
    publisher.fault("/feed", Fault::Busy { retry_after_secs: 4 }, 1);
    let gateway = Gateway::new(&Settings::following(&[("one", vec![url])]));
    assert_eq!(gateway.harvest().await.code, Some(0));
    let asked = publisher.asked();
    let waited = asked[1].at - asked[0].at;
    assert!(waited >= Duration::from_secs(4), "asked again after {waited:?}");
}

#[tokio::test]
async fn pages_without_an_item_are_followed_for_ever_but_slowly() {
    let publisher = FakePublisher::start().await;
    let url = publish(&publisher, "/feed");
    publisher.fault("/feed", Fault::EmptyForEver, ALWAYS);
    let mut gateway = Gateway::start(&Settings::following(&[("one", vec![url.clone()])])).await;
    gateway.settled().await;
    assert_eq!(gateway.feed(&url).await["at_end"], true);
    assert!(publisher.asked().len() > 1_000, "far more than are missing of any real feed");
    // At the end it is asked once a second, and once more after an item; that is not forgotten.
    for name in ["late", "later"] {
        let (asked, begun) = (publisher.asked().len(), Instant::now());
        publisher.upsert("/feed", name, items::series(name, name));
        let is_shown = async || gateway.names().await.contains(&name.to_owned()).then_some(());
        wait_until("what comes after empty pages", PATIENCE, is_shown).await;
        gateway.settled().await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        let more = publisher.asked().len() - asked;
        let seconds = usize::try_from(begun.elapsed().as_secs()).unwrap();
        assert!(more <= 2 + 2 * (seconds + 1), "{more} requests in {seconds} s");
        assert_eq!(gateway.stop().await, Some(0));
        gateway.start_again().await;
    }
}

#[tokio::test]
async fn a_run_comes_through_a_gap_that_ended_the_one_before() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 2);
    for id in 0..3 {
        publisher.upsert("/feed", &id.to_string(), items::series(id, "Yoga"));
    }
    publisher.fault("/feed", Fault::EmptyMiddle(1_050), ALWAYS);
    let gateway = Gateway::new(&Settings::following(&[("one", vec![url])]));
    // A page, and empty ones until there are more than a thousand; then the other 49, a page and the end.
    for (asked, is_all) in [(1 + 1_001, false), (1 + 1_001 + 49 + 2, true)] {
        assert_eq!(gateway.harvest().await.code, Some(0));
        let pages = publisher.asked_of("/feed");
        let is_in_gap = pages.last().unwrap().query.contains("past=");
        assert_eq!((pages.len(), is_in_gap), (asked, !is_all));
    }
}

#[tokio::test]
async fn sibling_hosts_of_one_publisher_may_be_led_to() {
    let publisher = FakePublisher::start().await;
    let first = publish(&publisher, "/feed");
    let sibling = publish(&publisher, "/other");
    let elsewhere = format!("http://localhost:{}", publisher.port());
    publisher.fault("/feed", Fault::NextElsewhere(elsewhere.clone()), 1);
    let sibling = sibling.replace("127.0.0.1", "localhost");
    let gateway = Gateway::new(&Settings::following(&[("one", vec![first, sibling])]));
    let harvested = gateway.harvest().await;
    assert_eq!(harvested.code, Some(0), "{harvested:?}");
    assert!(harvested.stderr.contains("24 services"), "{harvested:?}");
}

#[tokio::test]
async fn a_circle_is_gone_round_less_and_less_often() {
    let publisher = FakePublisher::start().await;
    let urls = ["/items", "/empty"].map(|path| publish(&publisher, path));
    publisher.fault("/items", Fault::Circle, ALWAYS);
    // Twice round are more pages than lead on for ever.
    publisher.fault("/empty", Fault::EmptyCircle(600), ALWAYS);
    let gateway = Gateway::start(&Settings::following(&[("one", urls.to_vec())])).await;
    for (path, url) in ["/items", "/empty"].into_iter().zip(&urls) {
        // The first page is asked for at both ends of a round, and a wait follows.
        let two_waits = async || {
            let asked = publisher.asked_of(path);
            let firsts: Vec<_> = asked.iter().filter(|asked| asked.query.is_empty()).collect();
            let waits = firsts.windows(2).skip(1).step_by(2).map(|pair| pair[1].at - pair[0].at);
            let waits: Vec<_> = waits.collect();
            (waits.len() >= 2).then_some(waits)
        };
        let waits = wait_until("two waits", PATIENCE, two_waits).await;
        assert!(waits[1] > waits[0] + Duration::from_secs(2), "{path}: {waits:?}");
        let feed = gateway.feed(url).await;
        assert_eq!(feed["at_end"], false, "{feed}");
    }
}
