//! OpenActive feeds.

use super::*;

/// A good feed, ordered by timestamp and id.
pub(super) fn answer(ask: &Ask) -> Reply {
    by_timestamp(ask, item)
}

/// The same feed, counted in numbers that only an unsigned integer of 64 bits can hold.
fn in_large_numbers(ask: &Ask) -> Reply {
    by_timestamp(ask, |number| {
        let mut item = item(number);
        item["modified"] = json!((1_u64 << 63) + number as u64);
        item
    })
}

fn by_timestamp(ask: &Ask, item: fn(usize) -> Value) -> Reply {
    let after = ask.parameter("afterTimestamp").zip(ask.parameter("afterId"));
    let after = after.map(|(timestamp, id)| (timestamp.parse::<u64>().unwrap(), id.to_owned()));
    let rest: Vec<Value> =
        (0..ITEMS).map(item).filter(|item| is_after(item, after.as_ref())).collect();
    let items = &rest[..PAGE.min(rest.len())];
    let host = ask.base.trim_end_matches("/api");
    let next = match items.last() {
        None => format!("{host}{}", ask.target),
        Some(last) => format!(
            "{host}/api?afterTimestamp={}&afterId={}",
            last["modified"],
            last["id"].as_str().unwrap()
        ),
    };
    feed_page(&next, items)
}

/// The same feed, ordered by change number.
fn by_change_number(ask: &Ask) -> Reply {
    let after = ask.parameter("afterChangeNumber").map_or(0, |number| number.parse().unwrap());
    let items: Vec<Value> = (0..ITEMS)
        .map(|number| {
            let mut item = item(number);
            item["modified"] = json!(number + 1);
            item
        })
        .filter(|item| item["modified"].as_u64().unwrap() > after)
        .take(PAGE)
        .collect();
    let host = ask.base.trim_end_matches("/api");
    let next = match items.last() {
        None => format!("{host}{}", ask.target),
        Some(last) => format!("{host}/api?afterChangeNumber={}", last["modified"]),
    };
    feed_page(&next, &items)
}

fn feed_page(next: &str, items: &[Value]) -> Reply {
    let body = json!({
        "next": next,
        "items": items,
        "license": "https://creativecommons.org/licenses/by/4.0/",
    });
    let mut reply = Reply::json(200, body);
    reply.set_header("content-type", "application/vnd.openactive.rpde+json; version=1");
    let cache = if items.is_empty() { "public, max-age=8" } else { "public, max-age=3600" };
    reply.set_header("cache-control", cache);
    reply
}

fn item(number: usize) -> Value {
    let mut item = json!({
        "id": format!("{number:05}"),
        "kind": "SessionSeries",
        "state": "updated",
        // Two items share each timestamp.
        "modified": 1_700_000_000_000_u64 + number as u64 / 2,
        "data": {"@type": "SessionSeries"},
    });
    if number % 10 == 9 {
        item["state"] = json!("deleted");
        item.as_object_mut().unwrap().remove("data");
    }
    item
}

fn is_after(item: &Value, after: Option<&(u64, String)>) -> bool {
    let modified = item["modified"].as_u64().unwrap();
    let id = item["id"].as_str().unwrap();
    after.is_none_or(|(timestamp, after_id)| {
        modified > *timestamp || modified == *timestamp && id > after_id.as_str()
    })
}

#[tokio::test]
async fn good_feeds_pass() {
    for publisher in [answer as Publisher, in_large_numbers, by_change_number] {
        let report = assert_good(Target::Rpde, publisher).await;
        assert_eq!(report.skipped(), 0, "{}", report.to_text());
    }
}

#[tokio::test]
async fn end_is_probed_when_the_budget_is_spent() {
    let client = HttpClient::new().unwrap();
    for publisher in [answer as Publisher, in_large_numbers, by_change_number] {
        let url = serve(publisher, unspoilt).await;
        let options = Options { max_pages: 1, ..options() };
        let report = check(&client, Target::Rpde, &url, &options).await.unwrap();
        let text = report.to_text();
        assert_eq!((report.failed(), report.warned(), report.skipped()), (0, 0, 0), "{text}");
    }
}

/// RFC 9110, section 5.6.6: a parameter in quotation marks is the same parameter.
#[tokio::test]
async fn version_of_the_content_type_may_be_quoted() {
    let quoted: Spoil = |_, reply| {
        reply.set_header("content-type", "application/vnd.openactive.rpde+json;Version=\"1\"");
    };
    let report = report(&HttpClient::new().unwrap(), Target::Rpde, answer, quoted).await;
    assert_eq!(report.failed(), 0, "{}", report.to_text());
}

#[tokio::test]
async fn empty_feed_passes() {
    let empty: Publisher =
        |ask| feed_page(&format!("{}{}", ask.base.trim_end_matches("/api"), ask.target), &[]);
    let report = assert_good(Target::Rpde, empty).await;
    assert!(report.passed() > 5, "{}", report.to_text());
}

#[tokio::test]
async fn faults_are_caught() {
    assert_caught(Target::Rpde, answer, FAULTS).await;
}

static FAULTS: &[Fault] = &[
    fault(&rule::RPDE_STATUS, |_, reply| reply.status = 503),
    fault(&rule::RPDE_JSON, |_, reply| reply.body = json!([])),
    fault(&rule::RPDE_CONTENT_TYPE, |_, reply| reply.set_header("content-type", "text/html")),
    fault(&rule::RPDE_CACHE_CONTROL, |_, reply| reply.set_header("cache-control", "private")),
    fault(&rule::RPDE_CONTENT_TYPE, |_, reply| {
        reply.set_header("content-type", "application/vnd.openactive.rpde+json;version=\"2\"");
    }),
    fault(&rule::RPDE_LICENSE, |_, reply| reply.body["license"] = json!("CC-BY")),
    fault(&rule::RPDE_ITEMS, |_, reply| reply.body["items"] = json!({})),
    fault(&rule::RPDE_NEXT, |_, reply| reply.body["next"] = json!("?afterTimestamp=1&afterId=1")),
    fault(&rule::RPDE_NEXT_PATH, |_, reply| {
        let next = reply.body["next"].as_str().unwrap().replace("/api?", "/api/other?");
        reply.body["next"] = json!(next);
    }),
    fault(&rule::RPDE_NEXT_PATH, |_, reply| {
        let next = reply.body["next"].as_str().unwrap().replace("127.0.0.1", "127.0.0.2");
        reply.body["next"] = json!(next);
    }),
    fault(&rule::RPDE_NEXT_PATH, |_, reply| {
        let mut next = Url::parse(reply.body["next"].as_str().unwrap()).unwrap();
        next.set_port(Some(1)).unwrap();
        reply.body["next"] = json!(next);
    }),
    fault(&rule::RPDE_NEXT_PATH, |_, reply| {
        let next = reply.body["next"].as_str().unwrap().replace("http:", "https:");
        reply.body["next"] = json!(next);
    }),
    fault(&rule::RPDE_NEXT_MOVES, |ask, reply| {
        if !ask.query.is_empty() {
            reply.body["next"] = json!(format!("{}{}", host(ask), ask.target));
        }
    }),
    fault(&rule::RPDE_NEXT_MOVES, |ask, reply| {
        if !ask.query.is_empty() {
            reply.body["next"] = json!(ask.base);
        }
    }),
    fault(&rule::RPDE_NEXT_CURSOR, |_, reply| {
        let next = reply.body["next"].as_str().unwrap().replace("afterId", "after");
        reply.body["next"] = json!(next);
    }),
    fault(&rule::RPDE_NEXT_CURSOR, |_, reply| {
        let next = reply.body["next"].as_str().unwrap();
        let next = next.replace("afterTimestamp=17", "afterTimestamp=2023-11-14T17");
        reply.body["next"] = json!(next);
    }),
    fault(&rule::RPDE_NEXT_LAST_ITEM, |_, reply| {
        if let Some(items) = reply.body["items"].as_array_mut() {
            items.pop();
        }
    }),
    fault(&rule::RPDE_STATE, |_, reply| reply.each("items", |item| item["state"] = json!("new"))),
    fault(&rule::RPDE_KIND, |_, reply| reply.each("items", |item| item["kind"] = json!(1))),
    fault(&rule::RPDE_ID, |_, reply| reply.each("items", |item| item["id"] = json!(1.5))),
    fault(&rule::RPDE_MODIFIED, |_, reply| {
        reply.each("items", |item| item["modified"] = Value::Null);
    }),
    fault(&rule::RPDE_MODIFIED_INTEGER, |_, reply| {
        reply.each("items", |item| item["modified"] = json!(item["modified"].to_string()));
    }),
    fault(&rule::RPDE_JSON_LD, |_, reply| reply.body["@context"] = json!("https://openactive.io/")),
    fault(&rule::RPDE_JSON_LD, |_, reply| {
        reply.each("items", |item| item["@type"] = json!("SessionSeries"));
    }),
    fault(&rule::RPDE_DATA, |_, reply| reply.each("items", |item| item["data"] = json!({}))),
    fault(&rule::RPDE_DATA, |_, reply| reply.each("items", |item| item["data"] = json!("{}"))),
    fault(&rule::RPDE_UNIQUE_IDS, |_, reply| {
        if let Some(items) = reply.body["items"].as_array_mut().filter(|items| items.len() > 1) {
            items[1] = items[0].clone();
        }
    }),
    fault(&rule::RPDE_UNIQUE_IDS, |_, reply| {
        // The third item was modified after the first.
        if let Some(items) = reply.body["items"].as_array_mut().filter(|items| items.len() > 2) {
            items[2]["id"] = items[0]["id"].clone();
        }
    }),
    fault(&rule::RPDE_ORDER, |_, reply| reverse(reply)),
    fault(&rule::RPDE_ORDER, |_, reply| {
        if let Some(item) = reply.body["items"].get_mut(5) {
            item["modified"] = json!(item["modified"].to_string());
        }
    }),
    fault(&rule::RPDE_ORDER_ID, |_, reply| {
        if let Some(items) = reply.body["items"].as_array_mut().filter(|items| items.len() > 1) {
            items.swap(0, 1);
        }
    }),
    fault(&rule::RPDE_LAST_PAGE, |ask, reply| {
        if reply.body["items"] == json!([]) {
            reply.body["next"] = json!(format!("{}{}0", host(ask), ask.target));
        }
    }),
    fault(&rule::RPDE_STABLE, |ask, reply| {
        static TURN: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
        let turn = TURN.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        if ask.query.is_empty() && turn.is_multiple_of(2) {
            reverse(reply);
        }
    }),
    fault(&rule::RPDE_DELETED_SEEN, |_, reply| {
        if let Some(items) = reply.body["items"].as_array_mut() {
            items.retain(|item| item["state"] == "updated");
        }
    }),
    fault(&rule::RPDE_PAGE_LENGTH, |_, reply| {
        if let Some(items) = reply.body["items"].as_array_mut() {
            items.truncate(100);
        }
    }),
];

#[tokio::test]
async fn findings_in_items_are_told_by_code() {
    let spoil: Spoil = |_, reply| {
        reply.each("items", |item| match item["id"].as_str() {
            Some("00003" | "00700" | "01097") => item["data"]["@type"] = json!("Person"),
            Some("00701") => item["data"]["name"] = json!(""),
            _ => {}
        });
    };
    let client = HttpClient::new().unwrap();
    let report = report(&client, Target::Rpde, answer, spoil).await;
    let text = report.to_text();
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("PASS")).collect();
    let expected = [
        "FAIL rpde-item-usable type-unknown: 3 of 1100 items, such as 00003: the item's type is missing or not an \
         opportunity",
        "WARN rpde-item-findings name-missing: 1 of 1100 items, such as 00701: no name was published; one was made up",
        "WARN rpde-item-findings value-empty: 1 of 1100 items, such as 00701: an empty value was taken as none",
        "2 warnings, 0 skipped",
    ];
    let passed = format!("{} passed, 1 failed", report.passed());
    assert_eq!(lines, [&expected[..], &[passed.as_str()]].concat());

    // Pages without a way on are looked into as well.
    let cut: Spoil = |_, reply| {
        reply.body["next"] = json!("");
        reply.each("items", |item| item["data"]["@type"] = json!("Person"));
    };
    let url = serve(answer, cut).await;
    let report = check(&client, Target::Rpde, &url, &options()).await.unwrap();
    assert!(report.to_text().contains("FAIL rpde-item-usable type-unknown: 500 of 500 items"));

    // Nobody looked, so nothing is said.
    let options = Options { inspect: None, ..options() };
    let report = check(&client, Target::Rpde, &url, &options).await.unwrap();
    assert!(!report.to_text().contains("rpde-item-"));
}

/// What did not come cannot be as it should: only what was seen is judged.
#[tokio::test]
async fn what_was_not_seen_is_skipped() {
    let client = HttpClient::new().unwrap();
    let page_for_people: Spoil = |_, reply| {
        reply.set_header("content-type", "text/html");
        reply.body = json!("<!doctype html>");
    };
    let out_of_order: Spoil = |_, reply| {
        reply.set_header("content-type", "text/html");
        reply.status = 500;
    };
    let json_and_type = [&rule::RPDE_JSON, &rule::RPDE_CONTENT_TYPE];
    for (spoil, passed, failed) in [
        (page_for_people, &[&rule::RPDE_STATUS, &rule::RPDE_SPEED][..], &json_and_type[..]),
        (out_of_order, &[&rule::RPDE_SPEED], &[&rule::RPDE_STATUS]),
    ] {
        let report = report(&client, Target::Rpde, answer, spoil).await;
        for result in &report.results {
            let expected = if passed.contains(&result.rule) {
                Outcome::Pass
            } else if failed.contains(&result.rule) {
                Outcome::Fail
            } else {
                Outcome::Skip
            };
            assert_eq!(result.outcome, expected, "{}:\n{}", result.rule.id, report.to_text());
        }
    }
}

#[tokio::test]
async fn repeated_change_numbers_are_caught() {
    let fault = Fault {
        rule: &rule::RPDE_CHANGE_NUMBER,
        spoil: |_, reply| reply.each("items", |item| item["modified"] = json!(7)),
    };
    assert_caught(Target::Rpde, by_change_number, &[fault]).await;
}

fn reverse(reply: &mut Reply) {
    if let Some(items) = reply.body["items"].as_array_mut() {
        items.reverse();
    }
}

fn host(ask: &Ask) -> &str {
    ask.base.trim_end_matches("/api")
}

/// Two full pages and a short one.
const ITEMS: usize = 1100;
const PAGE: usize = 500;
