//! `/rpde/services`: services for whoever follows feeds.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;
use serde_json::json;

use crate::support::gateway::Gateway;
use crate::support::gateway::PATIENCE;
use crate::support::gateway::Settings;
use crate::support::gateway::text;
use crate::support::items;
use crate::support::process::baton;
use crate::support::process::wait_until;
use crate::support::publisher::FakePublisher;

const AREA: &str = "slug = \"bristol\"\nname = \"Bristol\"\npostcodes = [\"BS\"]\n";

/// Follows a feed as any reader would: keeps what it is told, and the address to go on from.
struct Follower {
    next: String,
    kept: BTreeMap<String, Value>,
    told: usize,
}

impl Follower {
    fn new(gateway: &Gateway, path: &str) -> Self {
        Self { next: gateway.url(path), kept: BTreeMap::new(), told: 0 }
    }

    /// Reads up to the last page.
    async fn follow(&mut self, gateway: &Gateway) {
        let mut before = 0;
        loop {
            let path = self.next.strip_prefix(&gateway.url("")).unwrap().to_owned();
            let answer = gateway.get(&path).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text());
            let page = answer.json();
            let items = page["items"].as_array().unwrap();
            let keep = if items.is_empty() { "public, max-age=8" } else { "public, max-age=3600" };
            assert_eq!(answer.header("cache-control"), keep, "{path}");
            for item in items {
                let modified = item["modified"].as_u64().unwrap();
                assert!(modified > before, "{path}: {modified} after {before}");
                before = modified;
                self.take(item);
            }
            let next = text(&page["next"]);
            if items.is_empty() {
                assert_eq!(next, self.next, "the last page names itself");
                return;
            }
            self.next = next;
        }
    }

    fn take(&mut self, item: &Value) {
        self.told += 1;
        assert_eq!(item["kind"], "Service");
        let id = text(&item["id"]);
        match item["state"].as_str() {
            Some("updated") => self.kept.insert(id, item["data"].clone()),
            Some("deleted") => {
                assert!(item.get("data").is_none(), "{item}");
                self.kept.remove(&id)
            }
            _ => unreachable!("{item}"),
        };
    }
}

fn class_in(number: usize, name: &str, postcode: &str) -> Value {
    let mut series = items::series(number, name);
    series["location"]["@id"] = items::uri("places", postcode).into();
    series["location"]["address"]["postalCode"] = postcode.into();
    series["location"].as_object_mut().unwrap().remove("geo");
    series
}

/// Waits until lists show so many services.
async fn shows(gateway: &Gateway, list: &str, count: u64) {
    let is_shown = async || (gateway.total(list).await == count).then_some(());
    wait_until(&format!("{count} services in {list}"), PATIENCE, is_shown).await;
}

#[tokio::test]
async fn a_follower_ends_with_what_lists_show_and_the_feed_passes_the_check() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 500);
    for number in 0..520 {
        publisher.upsert("/feed", &format!("{number}"), items::series(number, "Yoga"));
    }
    let gateway = Gateway::start(&Settings::following(&[("one", vec![url])])).await;
    gateway.settled().await;
    let mut follower = Follower::new(&gateway, "/rpde/services");
    follower.follow(&gateway).await;
    assert_eq!(follower.kept, gateway.services().await);
    assert_eq!(follower.told, 520);

    publisher.upsert("/feed", "1", items::series(1, "Dance"));
    for number in 2..5 {
        publisher.delete("/feed", &format!("{number}"));
    }
    shows(&gateway, "/v3/services", 517).await;
    shows(&gateway, "/v3/services?search=dance", 1).await;
    follower.follow(&gateway).await;
    assert_eq!(follower.kept, gateway.services().await);
    assert_eq!(follower.told, 520 + 4, "only what changed is told again");

    let mut check = baton();
    check.args(["check", "rpde", &gateway.url("/rpde/services")]);
    let checked = tokio::task::spawn_blocking(move || check.output().unwrap()).await.unwrap();
    let said = String::from_utf8(checked.stdout).unwrap();
    assert_eq!(checked.status.code(), Some(0), "{said}");
    assert!(said.contains("deleted"), "{said}");
    let unwell: Vec<&str> =
        said.lines().filter(|l| l.starts_with("FAIL") || l.starts_with("WARN")).collect();
    assert!(unwell.is_empty(), "{unwell:#?}");
}

#[tokio::test]
async fn a_check_of_a_feed_tells_what_is_found_in_its_items() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 500);
    publisher.upsert("/feed", "1", items::series(1, "Yoga"));
    let mut local = items::series(2, "Dance");
    local["startDate"] = "2026-12-01T10:00:00".into();
    publisher.upsert("/feed", "2", local);
    let checked = async |code, line: &str| {
        let mut check = baton();
        check.args(["check", "rpde", &url]);
        let ended = tokio::task::spawn_blocking(move || check.output().unwrap()).await.unwrap();
        let said = String::from_utf8(ended.stdout).unwrap();
        assert!(said.contains(line), "{line} is not in {said}");
        assert_eq!(ended.status.code(), Some(code), "{said}");
    };
    let repaired = "WARN rpde-item-findings offset-missing: 1 of 2 items, such as 2: ";
    checked(0, repaired).await;
    publisher.upsert("/feed", "3", json!({"@type": "Person"}));
    checked(1, "FAIL rpde-item-usable type-unknown: 1 of 3 items, such as 3: ").await;
}

#[tokio::test]
async fn a_service_that_leaves_an_area_is_deleted_for_those_who_had_it_only() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 50);
    publisher.upsert("/feed", "1", class_in(1, "Stays", "BS1 5TR"));
    publisher.upsert("/feed", "2", class_in(2, "Moves", "BS1 5TR"));
    publisher.upsert("/feed", "3", class_in(3, "Elsewhere", "OX1 1BX"));
    let settings = Settings::following(&[("one", vec![url])]).area(AREA);
    let gateway = Gateway::start(&settings).await;
    gateway.settled().await;
    let mut follower = Follower::new(&gateway, "/areas/bristol/rpde/services");
    follower.follow(&gateway).await;
    assert_eq!((follower.kept.len(), follower.told), (2, 2));

    publisher.upsert("/feed", "2", class_in(2, "Moves", "OX1 1BX"));
    shows(&gateway, "/areas/bristol/v3/services", 1).await;
    follower.follow(&gateway).await;
    let names: Vec<String> = follower.kept.values().map(|service| text(&service["name"])).collect();
    assert_eq!((names, follower.told), (vec!["Stays".to_owned()], 3));

    let mut newcomer = Follower::new(&gateway, "/areas/bristol/rpde/services");
    newcomer.follow(&gateway).await;
    assert_eq!((newcomer.kept, newcomer.told), (follower.kept, 1));
    assert_eq!(gateway.get("/areas/nowhere/rpde/services").await.status, 404);
}

/// Lets everything have happened so many days earlier.
pub(crate) fn age(folder: &Path, days: i64) {
    let store = rusqlite::Connection::open(folder.join("baton.db")).unwrap();
    let millis = days * 24 * 60 * 60 * 1000;
    let aged = store.execute(
        "UPDATE service SET last_modified = last_modified - ?1, gone_at = gone_at - ?1,
             published_at = published_at - ?1",
        [millis],
    );
    assert!(aged.unwrap() > 0);
}

#[tokio::test]
async fn tombstones_are_shown_for_seven_days_and_longer_to_those_who_follow() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 50);
    for number in 1..4 {
        publisher.upsert("/feed", &format!("{number}"), items::series(number, "Yoga"));
    }
    let mut gateway = Gateway::start(&Settings::following(&[("one", vec![url])])).await;
    gateway.settled().await;
    let mut follower = Follower::new(&gateway, "/rpde/services");
    follower.follow(&gateway).await;
    assert_eq!(follower.kept.len(), 3);
    let begun = gateway.url("");
    publisher.delete("/feed", "1");
    shows(&gateway, "/v3/services", 2).await;

    for (days, told) in [(6, 3), (2, 2)] {
        gateway.stop().await;
        age(gateway.folder(), days);
        gateway.start_again().await;
        let mut newcomer = Follower::new(&gateway, "/rpde/services");
        newcomer.follow(&gateway).await;
        assert_eq!((newcomer.kept.len(), newcomer.told), (2, told), "{days} days later");
    }
    follower.next = follower.next.replace(&begun, &gateway.url(""));
    follower.follow(&gateway).await;
    assert_eq!((follower.kept.len(), follower.told), (2, 4));
}

#[tokio::test]
async fn a_position_that_is_none_is_refused() {
    let publisher = FakePublisher::start().await;
    let url = publisher.feed("/feed", 50);
    let gateway = Gateway::start(&Settings::following(&[("one", vec![url])])).await;
    let answer = gateway.get("/rpde/services?afterChangeNumber=soon").await;
    assert_eq!(
        (answer.status, text(&answer.json()["parameter"])),
        (400, "afterChangeNumber".into())
    );
    let empty = gateway.json("/rpde/services").await;
    assert_eq!(empty["items"].as_array().unwrap().len(), 0);
    assert_eq!(text(&empty["next"]), gateway.url("/rpde/services"));
    let far = "/rpde/services?afterChangeNumber=9007199254740991";
    assert_eq!(text(&gateway.json(far).await["next"]), gateway.url(far));
}
