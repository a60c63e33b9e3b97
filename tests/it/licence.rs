//! Nothing is republished without a licence, unless the operator says so.

use std::time::Duration;

use serde_json::Value;
use serde_json::json;

use crate::support::gateway::Gateway;
use crate::support::gateway::PATIENCE;
use crate::support::gateway::Settings;
use crate::support::items;
use crate::support::process::wait_until;
use crate::support::publisher::FakePublisher;
use crate::support::publisher::Fault;

fn settings(url: &str, more: &str) -> Settings {
    let of = format!("key = \"one\"\nname = \"One\"\nfeeds = [{url:?}]\n{more}\n");
    Settings::default().publisher(&of)
}

async fn reload(gateway: &Gateway, settings: &Settings) {
    gateway.configure(settings);
    assert_eq!(gateway.command(&["feeds", "reload"]).await.0, Some(0));
}

async fn shows(gateway: &Gateway, names: &[&str]) {
    let is_shown = async || (gateway.names().await == names).then_some(());
    wait_until(&format!("services {names:?}"), PATIENCE, is_shown).await;
}

#[tokio::test]
async fn a_feed_without_a_licence_is_harvested_and_not_republished() {
    let publisher = FakePublisher::start().await;
    publisher.license(None);
    let url = publisher.feed("/feed", 5);
    publisher.upsert("/feed", "1", items::series(1, "Under no licence"));
    let gateway = Gateway::start(&settings(&url, "")).await;
    gateway.settled().await;
    assert_eq!(gateway.names().await, [""; 0]);
    let feed = gateway.feed(&url).await;
    assert_eq!((&feed["items"], &feed["license"]), (&1.into(), &Value::Null));
    assert!(feed["withheld"].as_str().unwrap().contains("licence"), "{feed}");
    assert_eq!(feed["state"], "live");

    // Once the feed names one, what was read before is republished too.
    publisher.license(Some("https://creativecommons.org/licenses/by/4.0/"));
    publisher.upsert("/feed", "2", items::series(2, "Under a licence"));
    shows(&gateway, &["Under a licence", "Under no licence"]).await;
    let feed = gateway.feed(&url).await;
    assert_eq!(feed["withheld"], Value::Null);
    assert_eq!(feed["license"], "https://creativecommons.org/licenses/by/4.0/");
}

#[tokio::test]
async fn the_operator_may_state_a_licence_or_vouch_for_a_feed() {
    let publisher = FakePublisher::start().await;
    publisher.license(None);
    let url = publisher.feed("/feed", 5);
    publisher.upsert("/feed", "1", items::series(1, "Vouched for"));
    let stated = "license = \"https://example.org/our-agreement\"";
    for (more, license) in [(stated, "https://example.org/our-agreement"), ("republish = true", "")]
    {
        let gateway = Gateway::start(&settings(&url, more)).await;
        shows(&gateway, &["Vouched for"]).await;
        let feed = gateway.feed(&url).await;
        assert_eq!(feed["withheld"], Value::Null, "{more}");
        assert_eq!(feed["license"].as_str().unwrap_or_default(), license, "{more}");
        let service = gateway.services().await.into_values().next().unwrap();
        assert_eq!(service["x_openactive"]["license"].as_str().unwrap_or_default(), license);
    }
}

/// What no answer may hold: a password.
const SECRET: &str = "s3cr3t-0f-a-l1cence";

#[tokio::test]
async fn a_licence_that_lets_somebody_in_counts_and_is_shown_nowhere() {
    let publisher = FakePublisher::start().await;
    publisher.license(Some(&format!("https://sam:{SECRET}@example.org/licence")));
    let url = publisher.feed("/feed", 5);
    publisher.upsert("/feed", "1", items::series(1, "Licensed"));
    for more in [String::new(), format!("license = \"CC-BY {SECRET}\"")] {
        check_untold(&Gateway::start(&settings(&url, &more)).await, &url).await;
    }
}

async fn check_untold(gateway: &Gateway, url: &str) {
    shows(gateway, &["Licensed"]).await;
    let feed = gateway.feed(url).await;
    assert_eq!((&feed["license"], &feed["withheld"]), (&Value::Null, &Value::Null), "{feed}");
    for path in ["/", "/status.json", "/v3/services?full=true", "/v3/export", "/rpde/services"] {
        let answer = gateway.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(!answer.text().contains(SECRET), "{path}");
        let link = answer.header("link");
        assert!(!link.contains(SECRET) && !link.contains("rel=\"license\""), "{path}: {link}");
    }
}

#[tokio::test]
async fn a_feed_that_is_not_to_be_republished_says_so() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 5);
    publisher.upsert("/feed", "1", items::series(1, "Kept back"));
    let gateway = Gateway::start(&settings(&url, "republish = false")).await;
    gateway.settled().await;
    assert_eq!(gateway.names().await, [""; 0]);
    let feed = gateway.feed(&url).await;
    assert!(feed["withheld"].as_str().unwrap().contains("configuration"), "{feed}");
}

#[tokio::test]
async fn a_licence_that_changes_or_goes_is_followed() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 1);
    publisher.upsert("/feed", "1", items::series(1, "Bend"));
    let mut gateway = Gateway::start(&settings(&url, "").admin("a-token-of-the-tests")).await;
    let stated = async |gateway: &Gateway, names: &[&str], license: &str| {
        shows(gateway, names).await;
        let is_so = async || {
            let services = gateway.services().await;
            let said = services.values().all(|one| one["x_openactive"]["license"] == license);
            said.then_some(())
        };
        wait_until(license, PATIENCE, is_so).await;
    };
    stated(&gateway, &["Bend"], "https://creativecommons.org/licenses/by/4.0/").await;
    // No item changes with it.
    let other = "https://creativecommons.org/licenses/by-sa/4.0/";
    publisher.license(Some(other));
    stated(&gateway, &["Bend"], other).await;
    // One page that names none takes nothing back; a whole feed that does is under none.
    publisher.license(None);
    publisher.upsert("/feed", "2", items::series(2, "Stretch"));
    stated(&gateway, &["Bend", "Stretch"], other).await;
    let resync = &["feeds", "resync", "one"];
    // Also where the program ends and begins again in the middle of it.
    publisher.delay(Duration::from_millis(400));
    assert_eq!(gateway.command(resync).await.0, Some(0));
    let is_under_way = async || {
        let asked = publisher.asked();
        let first_again = asked.iter().rposition(|asked| asked.query.is_empty())?;
        // The third page is asked for once the first one is kept.
        (first_again > 0 && asked.len() >= first_again + 3).then_some(())
    };
    wait_until("a third page", PATIENCE, is_under_way).await;
    gateway.kill_9();
    publisher.delay(Duration::ZERO);
    gateway.start_again().await;
    shows(&gateway, &[]).await;
    let feed = gateway.feed(&url).await;
    assert_eq!(feed["license"], Value::Null, "{feed}");
    assert!(feed["withheld"].as_str().unwrap().contains("licence"), "{feed}");
    publisher.license(Some(other));
    stated(&gateway, &["Bend", "Stretch"], other).await;
}

/// Returns a class that takes place without a date of its own.
fn weekly(id: &str, name: &str) -> Value {
    let mut series = items::series(id, name);
    series["eventSchedule"] = json!([{
        "@type": "PartialSchedule",
        "repeatFrequency": "P1W",
        "byDay": ["https://schema.org/Monday"],
        "startTime": "10:00",
    }]);
    series
}

/// The price that the first of two publishers names, which no id holds by chance.
const PRICE: &str = "7654.00";

/// Has two publishers say different things of the same class, and the first lend values, dates and a facility to what
/// only the second publishes.
fn entangle(first: &FakePublisher, second: &FakePublisher) -> [String; 2] {
    let urls = [first.feed("/feed", 5), second.feed("/feed", 5)];
    first.upsert("/feed", "shared", weekly("shared", "Bend, says the first"));
    second.upsert("/feed", "shared", weekly("shared", "Bend, says the second"));
    let mut own = items::series("own", "Stretch");
    own.as_object_mut().unwrap().remove("description");
    own["superEvent"] = items::uri("event-series", 1).into();
    second.upsert("/feed", "own", own);
    let term = json!({
        "@context": "https://openactive.io/",
        "@type": "EventSeries",
        "@id": items::uri("event-series", 1),
        "description": "Words of the first.",
    });
    first.upsert("/feed", "term", term);
    let mut session = items::session(1, items::uri("series", "own"), 5);
    session["offers"] = json!([{"@type": "Offer", "price": PRICE, "priceCurrency": "GBP"}]);
    first.upsert("/feed", "session", session);
    let mut court = items::facility("court", "Court of the second");
    court["@type"] = "IndividualFacilityUse".into();
    second.upsert("/feed", "court", court);
    let mut facility = items::facility("hall", "Hall of the first");
    facility["individualFacilityUse"] =
        json!([{"@type": "IndividualFacilityUse", "@id": items::uri("facilities", "court")}]);
    first.upsert("/feed", "hall", facility);
    urls
}

const OF_BOTH: [&str; 3] = ["Bend, says the first", "Hall of the first", "Stretch"];

const OF_THE_SECOND: [&str; 3] = ["Bend, says the second", "Court of the second", "Stretch"];

/// Waits until nothing is shown but what the second publisher says.
async fn shows_the_second_alone(gateway: &Gateway) {
    shows(gateway, &OF_THE_SECOND).await;
    let is_clean = async || {
        let said = serde_json::to_string(&gateway.services().await).unwrap();
        let is_clean = !said.contains("of the first") && !said.contains(PRICE);
        is_clean.then_some(())
    };
    wait_until("nothing of the first", PATIENCE, is_clean).await;
}

#[tokio::test]
async fn what_is_not_republished_is_no_part_of_what_others_publish() {
    let (first, second) = (FakePublisher::start().await, FakePublisher::start().await);
    let [one, two] = entangle(&first, &second);
    let settings = |more: &str| {
        let two = format!("key = \"two\"\nname = \"Two\"\nfeeds = [{two:?}]\n");
        settings(&one, more).publisher(&two).admin("a-token-of-the-tests")
    };
    let gateway = Gateway::start(&settings("")).await;
    gateway.settled().await;
    shows(&gateway, &OF_BOTH).await;
    let said = serde_json::to_string(&gateway.services().await).unwrap();
    assert!(said.contains("Words of the first") && said.contains(PRICE), "{said}");

    for (more, is_republished) in [("republish = false", false), ("", true)] {
        reload(&gateway, &settings(more)).await;
        if is_republished {
            shows(&gateway, &OF_BOTH).await;
        } else {
            shows_the_second_alone(&gateway).await;
        }
    }
}

/// More than the drop guard ever lets go.
const MANY: usize = 12;

/// Publishes classes in one feed, and of each a session with a price in another.
fn classes_and_sessions(publisher: &FakePublisher) -> [String; 2] {
    let feeds = ["/series", "/sessions"].map(|path| publisher.feed(path, 50));
    for id in 0..MANY {
        publisher.upsert("/series", &id.to_string(), items::series(id, &format!("Class {id:02}")));
        let mut session = items::session(id, items::uri("series", id), 5);
        session["offers"] = json!([{"@type": "Offer", "price": PRICE, "priceCurrency": "GBP"}]);
        publisher.upsert("/sessions", &id.to_string(), session);
    }
    feeds
}

#[tokio::test]
async fn what_is_hidden_of_a_service_is_no_loss_and_no_orphan() {
    let publisher = FakePublisher::start().await;
    let [series, sessions] = classes_and_sessions(&publisher);
    let settings = |hidden: &str| {
        let of = |key: &str, url: &str| {
            let more = if key == hidden { "republish = false" } else { "" };
            format!("key = {key:?}\nname = {key:?}\nfeeds = [{url:?}]\n{more}\n")
        };
        let all = Settings::default().admin("a-token-of-the-tests");
        all.publisher(&of("one", &series)).publisher(&of("two", &sessions))
    };
    let one = format!("key = \"one\"\nname = \"one\"\nfeeds = [{series:?}]\n");
    let only = Settings::default().admin("a-token-of-the-tests").publisher(&one);
    let gateway = Gateway::start(&settings("")).await;
    gateway.settled().await;
    let priced = async || {
        let services = gateway.services().await;
        services.values().filter(|one| one.to_string().contains(PRICE)).count()
    };
    assert_eq!(priced().await, MANY);

    reload(&gateway, &settings("two")).await;
    let is_clean = async || (priced().await == 0).then_some(());
    wait_until("no price of what is hidden", PATIENCE, is_clean).await;
    gateway.settled().await;
    assert_eq!(gateway.names().await.len(), MANY);
    let feed = gateway.feed(&series).await;
    assert_eq!((&feed["state"], &feed["held"]), (&"live".into(), &0.into()), "{feed}");

    // With the series hidden, the sessions have a parent all the same.
    reload(&gateway, &settings("one")).await;
    shows(&gateway, &[]).await;
    gateway.settled().await;
    let feed = gateway.feed(&sessions).await;
    assert_eq!(feed["orphans"], 0, "{feed}");

    // What is taken out is no loss either, whose ever it was.
    reload(&gateway, &settings("")).await;
    let is_whole = async || (priced().await == MANY).then_some(());
    wait_until("all prices", PATIENCE, is_whole).await;
    reload(&gateway, &only).await;
    wait_until("no price of what was taken out", PATIENCE, is_clean).await;
    gateway.settled().await;
    assert_eq!(gateway.names().await.len(), MANY);
    let feed = gateway.feed(&series).await;
    assert_eq!((&feed["state"], &feed["held"]), (&"live".into(), &0.into()), "{feed}");
}

#[tokio::test]
async fn what_is_held_shows_nothing_of_what_is_hidden_since() {
    let publisher = FakePublisher::start().await;
    let [series, sessions] = classes_and_sessions(&publisher);
    publisher.upsert("/series", "else", items::series(MANY, "Of the series alone"));
    let settings = |more: &str| {
        let two = format!("key = \"two\"\nname = \"Two\"\nfeeds = [{sessions:?}]\n{more}\n");
        settings(&series, "").publisher(&two).admin("a-token-of-the-tests")
    };
    let gateway = Gateway::start(&settings("")).await;
    gateway.settled().await;
    publisher.delete_all("/series", 0..MANY);
    let is_held = async || (gateway.feed(&series).await["held"] == MANY).then_some(());
    wait_until("all held", PATIENCE, is_held).await;
    assert_eq!(gateway.names().await.len(), MANY + 1);

    reload(&gateway, &settings("republish = false")).await;
    shows(&gateway, &["Of the series alone"]).await;
}

#[tokio::test]
async fn what_a_hidden_item_claims_is_published_by_itself() {
    let (first, second) = (FakePublisher::start().await, FakePublisher::start().await);
    let [one, two] = [first.feed("/feed", 5), second.feed("/feed", 5)];
    let hall = items::facility("hall", "Hall");
    let mut court = items::facility("court", "Court");
    court["@type"] = "IndividualFacilityUse".into();
    second.upsert("/feed", "hall", hall.clone());
    second.upsert("/feed", "court", court);
    let mut claiming = hall;
    claiming["individualFacilityUse"] =
        json!([{"@type": "IndividualFacilityUse", "@id": items::uri("facilities", "court")}]);
    first.upsert("/feed", "hall", claiming);
    let two = format!("key = \"two\"\nname = \"Two\"\nfeeds = [{two:?}]\n");
    let gateway = Gateway::start(&settings(&one, "republish = false").publisher(&two)).await;
    shows(&gateway, &["Court", "Hall"]).await;
}

#[tokio::test]
async fn what_has_no_licence_is_no_part_of_what_others_publish() {
    let (first, second) = (FakePublisher::start().await, FakePublisher::start().await);
    first.license(None);
    let [one, two] = entangle(&first, &second);
    let two = format!("key = \"two\"\nname = \"Two\"\nfeeds = [{two:?}]\n");
    let gateway = Gateway::start(&settings(&one, "").publisher(&two)).await;
    gateway.settled().await;
    shows_the_second_alone(&gateway).await;

    first.license(Some("https://creativecommons.org/licenses/by/4.0/"));
    first.upsert("/feed", "more", weekly("more", "More of the first"));
    let [bend, hall, stretch] = OF_BOTH;
    shows(&gateway, &[bend, hall, "More of the first", stretch]).await;
    let said = serde_json::to_string(&gateway.services().await).unwrap();
    assert!(said.contains("Words of the first") && said.contains(PRICE), "{said}");
}

#[tokio::test]
async fn of_a_feed_that_was_never_read_nobody_knows_its_licence() {
    let publisher = FakePublisher::start().await;
    publisher.license(None);
    let url = publisher.feed("/feed", 5);
    publisher.fault("/feed", Fault::Status(401), usize::MAX);
    let gateway = Gateway::start(&settings(&url, "")).await;
    gateway.settled_but(1).await;
    let feed = gateway.feed(&url).await;
    assert_eq!((&feed["withheld"], &feed["license"]), (&Value::Null, &Value::Null), "{feed}");
    let html = gateway.get("/").await.text();
    assert!(html.contains("No: not read yet"), "{html}");
}

#[tokio::test]
async fn a_harvest_says_of_which_feeds_nothing_is_republished() {
    let publisher = FakePublisher::start().await;
    publisher.license(None);
    let url = publisher.feed("/feed", 5);
    publisher.upsert("/feed", "1", items::series(1, "Under no licence"));
    let harvested = Gateway::new(&settings(&url, "")).harvest().await;
    let words = "done; not republished: neither the feed nor the configuration states a licence";
    assert_eq!(harvested.code, Some(0));
    assert!(harvested.line_of(&url).contains(words), "{harvested:?}");
    let vouched = Gateway::new(&settings(&url, "republish = true")).harvest().await;
    assert!(vouched.line_of(&url).ends_with("done"), "{vouched:?}");
}
