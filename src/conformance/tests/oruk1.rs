//! Open Referral UK 1.0.

use super::publisher1::NAMES;
use super::publisher1::answer;
use super::*;

#[tokio::test]
async fn good_server_passes() {
    let report = assert_good(Target::Oruk1, answer).await;
    assert_eq!(report.skipped(), 0, "{}", report.to_text());
}

#[tokio::test]
async fn faults_are_caught() {
    assert_caught(Target::Oruk1, answer, FAULTS).await;
}

/// The first page of a gateway is for people, and its versions are below.
#[tokio::test]
async fn a_base_url_above_an_api_of_3_0_is_told_where_that_is() {
    let publisher: Publisher = |ask| match ask.path.as_str() {
        "/v3" => Reply::json(200, json!({"version": "HSDS-UK-3.0"})),
        _ => Reply::problem(404),
    };
    let client = HttpClient::new().unwrap();
    let url = serve(publisher, unspoilt).await;
    assert_eq!(detect(&client, &url).await.target, Target::Oruk1);
    let text = check(&client, Target::Oruk1, &url, &options()).await.unwrap().to_text();
    let line = text.lines().find(|line| line.starts_with("FAIL oruk1-list ")).unwrap();
    assert!(line.ends_with(&format!("; {url}/v3 leads to HSDS-UK-3.0")), "{line}");
}

#[tokio::test]
async fn a_name_with_too_many_results_is_not_asked_for_twice_at_once() {
    let many: Spoil = |ask, reply| {
        if ask.query.iter().filter(|(name, _)| name == "text").count() > 1 {
            *reply = Reply::problem(400);
        } else if ask.parameter("text").is_some() && reply.is_success() {
            reply.each("content", |record| record["id"] = json!(uuid(9, 0)));
            reply.body["last"] = json!(false);
        }
    };
    let url = serve(answer, many).await;
    let options = Options { max_pages: 1, ..options() };
    let client = HttpClient::new().unwrap();
    let report = check(&client, Target::Oruk1, &url, &options).await.unwrap();
    let text = report.results.iter().find(|result| result.rule == &rule::ORUK1_RICH_TEXT);
    assert_eq!(text.map(|result| result.outcome), Some(Outcome::Skip), "{}", report.to_text());
}

static FAULTS: &[Fault] = &[
    fault(&rule::ORUK1_LIST, |ask, reply| {
        if ask.is_list("/services") {
            reply.body = json!([]);
        }
    }),
    fault(&rule::ORUK1_LIST_SLASH, |ask, reply| {
        if ask.is_list("/services/") {
            *reply = Reply::problem(404);
        }
    }),
    fault(&rule::ORUK1_EXTRA_LIST, |ask, reply| {
        if ask.is_list("/locations") {
            *reply = Reply::problem(404);
        }
    }),
    fault(&rule::ORUK1_VOCABULARIES, |ask, reply| {
        if ask.is_list("/vocabularies") {
            reply.body = json!({});
        }
    }),
    fault(&rule::ORUK1_PAGE_FIELDS, |ask, reply| {
        if ask.is_list("/services") {
            let contents = reply.body.as_object_mut().unwrap().remove("content");
            reply.body["contents"] = contents.unwrap_or_default();
        }
    }),
    fault(&rule::ORUK1_PAGE_NUMBER, |ask, reply| spoil_page(ask, reply, "number", json!(0))),
    fault(&rule::ORUK1_PAGE_SIZE, |ask, reply| spoil_page(ask, reply, "size", json!(20))),
    fault(&rule::ORUK1_PAGE_LAST, |ask, reply| spoil_page(ask, reply, "last", json!(true))),
    fault(&rule::ORUK1_PAGE_FIRST, |ask, reply| {
        if ask.parameter("per_page") == Some("5") {
            spoil_page(ask, reply, "first", json!(true));
        }
    }),
    fault(&rule::ORUK1_PAGE_EMPTY, |ask, reply| spoil_page(ask, reply, "empty", json!(false))),
    fault(&rule::ORUK1_UNIQUE_IDS, |ask, reply| {
        if ask.parameter("per_page") == Some("5") {
            let first: Vec<Value> = answer(&Ask { query: vec![], ..again(ask) }).body["content"]
                .as_array()
                .unwrap()
                .clone();
            spoil_page(ask, reply, "content", json!(first[..5]));
        }
    }),
    fault(&rule::ORUK1_TOTAL_ITEMS, |ask, reply| {
        spoil_page(ask, reply, "totalElements", json!(54));
    }),
    fault(&rule::ORUK1_REQUIRED, |ask, reply| {
        detail(ask, reply, |service| {
            service.as_object_mut().unwrap().remove("organization");
        });
    }),
    fault(&rule::ORUK1_NULL, |ask, reply| {
        detail(ask, reply, |service| service["fees"] = Value::Null);
    }),
    fault(&rule::ORUK1_TYPE, |ask, reply| {
        detail(ask, reply, |service| service["eligibilitys"][0]["minimum_age"] = json!("1"));
    }),
    fault(&rule::ORUK1_FORMAT, |ask, reply| {
        detail(ask, reply, |service| service["regular_schedules"][0]["opens_at"] = json!("10"));
    }),
    fault(&rule::ORUK1_ENUM, |ask, reply| {
        detail(ask, reply, |service| service["attending_type"] = json!("in person"));
    }),
    fault(&rule::ORUK1_CHILD_IDS, |ask, reply| {
        detail(ask, reply, |service| {
            let phones = service["contacts"][0]["phones"].as_array_mut().unwrap();
            phones.extend_from_within(..);
        });
    }),
    fault(&rule::ORUK1_UNKNOWN_ID, |_, reply| {
        if reply.status == 404 {
            reply.status = 200;
        }
    }),
    fault(&rule::ORUK1_RICH_AGE, |ask, reply| nothing(ask, reply, "minimum_age")),
    fault(&rule::ORUK1_RICH_POSTCODE, |ask, reply| nothing(ask, reply, "postcode")),
    fault(&rule::ORUK1_RICH_TIME, |ask, reply| nothing(ask, reply, "day")),
    fault(&rule::ORUK1_RICH_TAXONOMY, |ask, reply| nothing(ask, reply, "vocabulary")),
    fault(&rule::ORUK1_RICH_TEXT, |ask, reply| {
        if ask.parameter("text") == Some("zqxjvkwqyzz") {
            *reply = page(ask, &[json!({})], NAMES);
        }
    }),
    fault(&rule::ORUK1_CORS, |_, reply| reply.set_header("access-control-allow-origin", "")),
];

fn spoil_page(ask: &Ask, reply: &mut Reply, name: &str, value: Value) {
    if ask.is_list("/services") {
        reply.body[name] = value;
    }
}

/// Changes the service read by its id.
fn detail(ask: &Ask, reply: &mut Reply, change: fn(&mut Value)) {
    if ask.is_detail("/services") && reply.is_success() {
        change(&mut reply.body);
    }
}

/// Answers as if nothing fitted the parameter.
fn nothing(ask: &Ask, reply: &mut Reply, name: &str) {
    if ask.parameter(name).is_some() {
        *reply = page(ask, &[], NAMES);
    }
}
