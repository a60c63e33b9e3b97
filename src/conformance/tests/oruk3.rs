//! Open Referral UK 3.0.

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use reqwest::Method;

use super::publisher3::NAMES;
use super::publisher3::answer;
use super::*;

#[tokio::test]
async fn good_server_passes() {
    let report = assert_good(Target::Oruk3, answer).await;
    assert!(report.passed() > 200, "{}", report.to_text());
    let skipped: Vec<&str> = report
        .results
        .iter()
        .filter(|result| result.outcome == Outcome::Skip)
        .map(|result| result.rule.id)
        .collect();
    assert_eq!(skipped, ["oruk3-https", "oruk3-registrable"]);
}

/// `last_page` is true on page `total_pages`; of what comes after, the standard says nothing.
#[tokio::test]
async fn a_page_after_the_last_need_not_say_that_it_is_the_last() {
    let spoil: Spoil = |_, reply| {
        if reply.body["page_number"].as_u64() > reply.body["total_pages"].as_u64() {
            reply.body["last_page"] = json!(false);
        }
    };
    let report = report(&HttpClient::new().unwrap(), Target::Oruk3, answer, spoil).await;
    assert_eq!((report.failed(), report.warned()), (0, 0), "{}", report.to_text());
}

#[tokio::test]
async fn base_url_may_end_in_a_slash() {
    let mut url = serve(answer, unspoilt).await;
    url.set_path("/api/");
    let client = HttpClient::new().unwrap();
    let report = check(&client, Target::Oruk3, &url, &options()).await.unwrap();
    assert_eq!(report.failed(), 0, "{}", report.to_text());
}

#[tokio::test]
async fn version_is_discovered() {
    let client = HttpClient::new().unwrap();
    let url = serve(answer, unspoilt).await;
    assert_eq!(detect(&client, &url).await.target, Target::Oruk3);
    let no_version: Spoil = |ask, reply| {
        if ask.path.is_empty() {
            reply.body["version"] = json!("HSDS 3.0");
        }
    };
    let url = serve(answer, no_version).await;
    assert_eq!(detect(&client, &url).await.target, Target::Oruk3);
    let no_root: Spoil = |ask, reply| {
        if ask.path.is_empty() {
            *reply = Reply::problem(404);
        }
    };
    let url = serve(answer, no_root).await;
    assert_eq!(detect(&client, &url).await.target, Target::Oruk1);
}

#[tokio::test]
async fn only_the_list_of_services_must_be_there() {
    let bare: Spoil = |ask, reply| {
        if ["/service_at_locations", "/tax"].iter().any(|path| ask.path.starts_with(path)) {
            *reply = Reply::problem(404);
        }
    };
    let report = report(&HttpClient::new().unwrap(), Target::Oruk3, answer, bare).await;
    let warned = report.results.iter().filter(|result| result.outcome == Outcome::Warn);
    let warned: Vec<_> = warned.map(|result| (result.rule.id, result.subject.as_str())).collect();
    let expected = ["/service_at_locations", "/taxonomies", "/taxonomy_terms"];
    assert_eq!(warned, expected.map(|path| ("oruk3-extra-list", path)), "{}", report.to_text());
    assert_eq!(report.failed(), 0, "{}", report.to_text());
}

#[tokio::test]
async fn page_budget_is_kept() {
    let client = HttpClient::new().unwrap();
    let url = serve(answer, unspoilt).await;
    let options = Options { max_pages: 1, sample: 2, ..options() };
    let report = check(&client, Target::Oruk3, &url, &options).await.unwrap();
    assert_eq!(report.failed(), 0, "{}", report.to_text());
    let total = report.results.iter().find(|result| result.rule == &rule::ORUK3_TOTAL_ITEMS);
    assert_eq!(total.map(|result| result.outcome), Some(Outcome::Skip));
}

#[tokio::test]
async fn a_page_that_fails_is_not_taken_for_one_beyond_the_last() {
    let fails: Spoil = |ask, reply| {
        if ask.is_list("/services") && ask.parameter("page") == Some("2") {
            *reply = Reply::problem(500);
        }
    };
    let report = report(&HttpClient::new().unwrap(), Target::Oruk3, answer, fails).await;
    let outcome = |rule: &Rule| {
        let mut of_rule = report.results.iter().filter(|result| result.rule == rule);
        of_rule.find(|result| result.subject == "/services").map(|result| result.outcome)
    };
    assert_eq!(outcome(&rule::ORUK3_PAGE_ANSWERS), Some(Outcome::Fail), "{}", report.to_text());
    assert_eq!(outcome(&rule::ORUK3_PAGE_BEYOND), Some(Outcome::Pass), "{}", report.to_text());
}

/// Answers as another client does, six seconds later.
struct Late(HttpClient);

impl Client for Late {
    fn send<'a>(&'a self, url: &'a Url, method: Method) -> BoxFuture<'a, Result<Answer, String>> {
        let late =
            |answer: Answer| Answer { elapsed: answer.elapsed + Duration::from_secs(6), ..answer };
        self.0.send(url, method).map(move |answer| answer.map(late)).boxed()
    }
}

#[tokio::test]
async fn slowness_is_a_warning() {
    let client = Late(HttpClient::new().unwrap());
    let url = serve(answer, unspoilt).await;
    let report = check(&client, Target::Oruk3, &url, &options()).await.unwrap();
    assert_eq!((report.failed(), report.warned()), (0, 1), "{}", report.to_text());
}

#[tokio::test]
async fn throttling_is_waited_out() {
    let throttled: Spoil = |ask, reply| {
        static TURN: AtomicUsize = AtomicUsize::new(0);
        if ask.is_list("/services") && TURN.fetch_add(1, Relaxed).is_multiple_of(2) {
            *reply = Reply::problem(429);
            reply.set_header("retry-after", "0");
        }
    };
    let report = report(&HttpClient::new().unwrap(), Target::Oruk3, answer, throttled).await;
    assert_eq!((report.failed(), report.warned()), (0, 0), "{}", report.to_text());
}

#[tokio::test]
async fn absurd_server_is_judged_and_left() {
    let absurd: [Spoil; 4] = [
        |_, reply| {
            if reply.body["total_pages"].is_u64() {
                reply.body["total_pages"] = json!(u64::MAX);
                reply.body["total_items"] = json!(u64::MAX);
                reply.body["last_page"] = json!(false);
            }
        },
        |_, reply| reply.each("contents", |record| *record = json!([record.take(), null, "x"])),
        |_, reply| {
            reply.each("contents", |record| {
                let names: Vec<String> = record.as_object().unwrap().keys().cloned().collect();
                for name in names {
                    record[name] = json!(["", -1e300, {"id": "é/../?#"}]);
                }
            });
        },
        |_, reply| {
            reply.each("contents", |record| record["id"] = json!("../?#\u{0}é%"));
        },
    ];
    let client = HttpClient::new().unwrap();
    for spoil in absurd {
        let url = serve(answer, spoil).await;
        for target in [Target::Oruk3, Target::Oruk1, Target::Rpde] {
            let options = Options { max_pages: 3, ..options() };
            let report = check(&client, target, &url, &options).await.unwrap();
            assert!(report.failed() > 0);
        }
    }
}

#[tokio::test]
async fn faults_of_the_root_are_caught() {
    assert_caught(Target::Oruk3, answer, ROOT_FAULTS).await;
}

#[tokio::test]
async fn faults_of_pages_are_caught() {
    assert_caught(Target::Oruk3, answer, PAGE_FAULTS).await;
}

#[tokio::test]
async fn faults_of_records_are_caught() {
    assert_caught(Target::Oruk3, answer, RECORD_FAULTS).await;
}

#[tokio::test]
async fn faults_of_values_are_caught() {
    assert_caught(Target::Oruk3, answer, VALUE_FAULTS).await;
}

#[tokio::test]
async fn faults_of_filters_are_caught() {
    assert_caught(Target::Oruk3, answer, FILTER_FAULTS).await;
}

#[tokio::test]
async fn faults_of_manners_are_caught() {
    assert_caught(Target::Oruk3, answer, MANNER_FAULTS).await;
}

static ROOT_FAULTS: &[Fault] = &[
    fault(&rule::ORUK3_ROOT_VERSION, |ask, reply| root(ask, reply, "version", json!("3.0"))),
    fault(&rule::ORUK3_DISCOVERY, |ask, reply| root(ask, reply, "version", json!("1.0"))),
    fault(&rule::ORUK3_ROOT_PROFILE, |ask, reply| root(ask, reply, "profile", json!("uk"))),
    fault(&rule::ORUK3_ROOT_PROFILE_UK, |ask, reply| {
        root(ask, reply, "profile", json!("https://profile.example.org/"));
    }),
    fault(&rule::ORUK3_ROOT_OPENAPI_URL, |ask, reply| {
        root(ask, reply, "openapi_url", json!("/openapi.json"));
    }),
    fault(&rule::ORUK3_OPENAPI_DOCUMENT, |ask, reply| {
        if ask.is_list("/openapi.json") {
            *reply = Reply::problem(404);
        }
    }),
    fault(&rule::ORUK3_OPENAPI_PATHS, |ask, reply| {
        if ask.is_list("/openapi.json") {
            reply.body["paths"] = json!({"/services": {}});
        }
    }),
    fault(&rule::ORUK3_ROOT, |ask, reply| {
        if ask.path.is_empty() {
            reply.body = json!([]);
        }
    }),
    fault(&rule::ORUK3_ROOT_SLASH, |ask, reply| {
        if ask.is_list("/") {
            *reply = Reply::problem(404);
        }
    }),
];

fn root(ask: &Ask, reply: &mut Reply, name: &str, value: Value) {
    if matches!(ask.path.as_str(), "" | "/") {
        reply.body[name] = value;
    }
}

static PAGE_FAULTS: &[Fault] = &[
    fault(&rule::ORUK3_LIST, |ask, reply| {
        if ask.is_list("/services") {
            *reply = Reply::problem(404);
        }
    }),
    fault(&rule::ORUK3_LIST, |ask, reply| {
        if ask.is_list("/taxonomies") {
            reply.body = json!([]);
        }
    }),
    fault(&rule::ORUK3_EXTRA_LIST, |ask, reply| {
        if ask.is_list("/taxonomies") {
            *reply = Reply::problem(404);
        }
    }),
    fault(&rule::ORUK3_LIST_FILLED, |ask, reply| {
        if ask.is_list("/taxonomies") {
            *reply = page(ask, &[], NAMES);
        }
    }),
    fault(&rule::ORUK3_PAGE_ANSWERS, |ask, reply| {
        if ask.is_list("/services") && ask.parameter("page") == Some("2") {
            *reply = Reply::problem(404);
        }
    }),
    fault(&rule::ORUK3_PAGE_FIELDS, |ask, reply| {
        if ask.is_list("/services") && reply.is_success() {
            reply.body.as_object_mut().unwrap().remove("total_pages");
        }
    }),
    fault(&rule::ORUK3_PAGE_TYPES, |ask, reply| {
        envelope(ask, reply, "total_items", |_| json!("57"));
    }),
    fault(&rule::ORUK3_PAGE_NUMBER, |ask, reply| {
        envelope(ask, reply, "page_number", |number| json!(number.as_u64().unwrap() - 1));
    }),
    fault(&rule::ORUK3_PAGE_SIZE, |ask, reply| envelope(ask, reply, "size", |_| json!(50))),
    fault(&rule::ORUK3_PAGE_FIRST, |ask, reply| {
        envelope(ask, reply, "first_page", |_| json!(true));
    }),
    fault(&rule::ORUK3_PAGE_FIRST, |ask, reply| {
        if ask.is_list("/taxonomy_terms") && reply.is_success() {
            reply.body["first_page"] = json!(true);
        }
    }),
    fault(&rule::ORUK3_PAGE_LAST, |ask, reply| {
        envelope(ask, reply, "last_page", |_| json!(false));
    }),
    fault(&rule::ORUK3_PAGE_EMPTY, |ask, reply| {
        envelope(ask, reply, "empty", |_| json!(true));
    }),
    fault(&rule::ORUK3_PAGE_EMPTY, |ask, reply| {
        envelope(ask, reply, "empty", |_| json!(false));
    }),
    fault(&rule::ORUK3_PER_PAGE, |ask, reply| {
        if ask.is_list("/services") && ask.parameter("per_page") == Some("5") {
            let asked = Ask { query: vec![], ..again(ask) };
            *reply = answer(&asked);
        }
    }),
    fault(&rule::ORUK3_TOTAL_PAGES, |ask, reply| {
        if ask.parameter("per_page") == Some("5") {
            envelope(ask, reply, "total_pages", |_| json!(2));
        }
    }),
    fault(&rule::ORUK3_TOTAL_ITEMS, |ask, reply| {
        envelope(ask, reply, "total_items", |_| json!(56));
    }),
    fault(&rule::ORUK3_UNIQUE_IDS, |ask, reply| {
        if ask.is_list("/services") && reply.is_success() {
            let first = reply.body["contents"][0].clone();
            reply.body["contents"][1] = first;
        }
    }),
    fault(&rule::ORUK3_UNIQUE_IDS, |ask, reply| {
        if ask.is_list("/taxonomy_terms") && ask.parameter("page") == Some("2") {
            let first = [("page", "1"), ("per_page", "5")];
            let query = first.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
            reply.body["contents"] = answer(&Ask { query, ..again(ask) }).body["contents"].take();
        }
    }),
    fault(&rule::ORUK3_PAGE_BEYOND, |ask, reply| {
        if ask.is_list("/services") && ask.parameter("page") == Some("3") {
            let asked = Ask { query: vec![("page".into(), "2".into())], ..again(ask) };
            *reply = answer(&asked);
        }
    }),
    fault(&rule::ORUK3_STABLE_ORDER, |ask, reply| {
        static TURN: AtomicUsize = AtomicUsize::new(0);
        if ask.is_list("/services") && reply.is_success() {
            let turn = TURN.fetch_add(1, Relaxed);
            if let Some(records) = reply.body["contents"].as_array_mut()
                && !records.is_empty()
            {
                let length = records.len();
                records.rotate_left(turn % length);
            }
        }
    }),
    fault(&rule::ORUK3_PAGE_DEFAULT, |ask, reply| {
        if ask.is_list("/services") && ask.query.is_empty() {
            let records = reply.body["contents"].as_array_mut().unwrap();
            records.reverse();
        }
    }),
    fault(&rule::ORUK3_BAD_PAGE, |ask, reply| {
        if ask.parameter("page") == Some("0") {
            *reply = Reply::json(200, json!({}));
        }
    }),
    fault(&rule::ORUK3_BAD_PER_PAGE, |ask, reply| {
        if ask.parameter("per_page") == Some("abc") {
            *reply = Reply::json(200, json!({}));
        }
    }),
];

fn envelope(ask: &Ask, reply: &mut Reply, name: &str, change: fn(&Value) -> Value) {
    if ask.is_list("/services") && reply.is_success() {
        reply.body[name] = change(&reply.body[name]);
    }
}

static RECORD_FAULTS: &[Fault] = &[
    fault(&rule::ORUK3_REQUIRED, |ask, reply| {
        services(ask, reply, |service| {
            service.as_object_mut().unwrap().remove("name");
        });
    }),
    fault(&rule::ORUK3_REQUIRED, |ask, reply| {
        if ask.is_detail("/services") && reply.is_success() {
            let address = &mut reply.body["service_at_locations"][0]["location"]["addresses"];
            address[0].as_object_mut().unwrap().remove("city");
        }
    }),
    fault(&rule::ORUK3_NULL, |ask, reply| {
        services(ask, reply, |service| service["email"] = Value::Null);
    }),
    fault(&rule::ORUK3_TYPE, |ask, reply| {
        services(ask, reply, |service| service["minimum_age"] = json!("16"));
    }),
    fault(&rule::ORUK3_FORMAT, |ask, reply| {
        services(ask, reply, |service| service["url"] = json!("www.example.org"));
    }),
    fault(&rule::ORUK3_FORMAT, |ask, reply| {
        one(ask, reply, |service| service["contacts"][0]["id"] = json!("1"));
    }),
    fault(&rule::ORUK3_ENUM, |ask, reply| {
        services(ask, reply, |service| service["status"] = json!("open"));
    }),
    fault(&rule::ORUK3_ENUM, |ask, reply| {
        one(ask, reply, |service| service["schedules"][0]["freq"] = json!("DAILY"));
    }),
    fault(&rule::ORUK3_EMPTY, |ask, reply| {
        services(ask, reply, |service| service["alert"] = json!(""));
    }),
    fault(&rule::ORUK3_DETAIL, |ask, reply| {
        if ask.is_detail("/taxonomies") {
            *reply = Reply::problem(404);
        }
    }),
    fault(&rule::ORUK3_DETAIL_ID, |ask, reply| {
        one(ask, reply, |service| service["id"] = json!(uuid(1, 999)));
    }),
    fault(&rule::ORUK3_LIST_DETAIL, |ask, reply| {
        one(ask, reply, |service| service["name"] = json!("Another name"));
    }),
    fault(&rule::ORUK3_SAL_DUAL, |ask, reply| {
        if ask.is_detail("/service_at_locations") && reply.is_success() {
            reply.body.as_object_mut().unwrap().remove("status");
        }
    }),
    fault(&rule::ORUK3_UNKNOWN_ID, |_, reply| {
        if reply.status == 404 {
            *reply = Reply::json(200, json!({}));
        }
    }),
    fault(&rule::ORUK3_MALFORMED_ID, |ask, reply| {
        if ask.path.ends_with("/not-a-uuid") {
            *reply = Reply::problem(500);
        }
    }),
    fault(&rule::ORUK3_ORGANIZATION, |ask, reply| {
        services(ask, reply, |service| {
            let fields = service.as_object_mut().unwrap();
            fields.retain(|name, _| !name.starts_with("organization"));
        });
    }),
    fault(&rule::ORUK3_FOREIGN_KEY, |ask, reply| {
        services(ask, reply, |service| service["organization_id"] = json!(uuid(2, 99)));
    }),
    fault(&rule::ORUK3_FOREIGN_KEY, |ask, reply| {
        one(ask, reply, |service| service["contacts"][0]["service_id"] = json!(uuid(1, 99)));
    }),
    fault(&rule::ORUK3_SCHEDULE_PLACE, |ask, reply| {
        one(ask, reply, |service| {
            service["schedules"][0]["service_at_location_id"] = json!(uuid(4, 99));
        });
    }),
    fault(&rule::ORUK3_CHILD_IDS, |ask, reply| {
        one(ask, reply, |service| {
            let first = service["contacts"][0].clone();
            service["contacts"].as_array_mut().unwrap().push(first);
        });
    }),
    fault(&rule::ORUK3_SAL_RESOLVES, |ask, reply| {
        one(ask, reply, |service| {
            service["service_at_locations"][0]["id"] = json!(uuid(4, 999));
        });
    }),
    fault(&rule::ORUK3_SERVICE_RESOLVES, |ask, reply| {
        if ask.is_list("/service_at_locations") {
            reply.each("contents", |place| place["service_id"] = json!(uuid(1, 999)));
        }
    }),
    fault(&rule::ORUK3_TERM_RESOLVES, |ask, reply| {
        one(ask, reply, |service| {
            service["attributes"][0]["taxonomy_term_id"] = json!(uuid(11, 99));
        });
    }),
    fault(&rule::ORUK3_TAXONOMY_RESOLVES, |ask, reply| {
        if ask.is_list("/taxonomy_terms") {
            reply.each("contents", |term| term["taxonomy_id"] = json!(uuid(10, 99)));
        }
    }),
    fault(&rule::ORUK3_STALE, |ask, reply| {
        services(ask, reply, |service| {
            service["last_modified"] = json!("2025-11-01T00:00:00Z");
        });
    }),
];

/// Changes the services of the list and the service read by its id.
fn services(ask: &Ask, reply: &mut Reply, change: fn(&mut Value)) {
    if ask.is_list("/services") {
        reply.each("contents", change);
    }
    one(ask, reply, change);
}

/// Changes the service read by its id.
fn one(ask: &Ask, reply: &mut Reply, change: fn(&mut Value)) {
    if ask.is_detail("/services") && reply.is_success() {
        change(&mut reply.body);
    }
}

static VALUE_FAULTS: &[Fault] = &[
    fault(&rule::ORUK3_DATE_FORM, |ask, reply| {
        one(ask, reply, |service| service["schedules"][0]["dtstart"] = json!("05/01/2026"));
    }),
    fault(&rule::ORUK3_TIME_FORM, |ask, reply| {
        one(ask, reply, |service| service["schedules"][0]["opens_at"] = json!("7am"));
    }),
    fault(&rule::ORUK3_RECURRENCE_FORM, |ask, reply| {
        one(ask, reply, |service| service["schedules"][0]["byday"] = json!("Monday"));
    }),
    fault(&rule::ORUK3_PERIOD, |ask, reply| {
        one(ask, reply, |service| service["schedules"][0]["valid_to"] = json!("2025-01-01"));
    }),
    fault(&rule::ORUK3_COORDINATES, |ask, reply| {
        one(ask, reply, |service| {
            let location = &mut service["service_at_locations"][0]["location"];
            location["latitude"] = json!(-1.1);
            location["longitude"] = json!(51.5);
        });
    }),
    fault(&rule::ORUK3_COUNTRY, |ask, reply| address(ask, reply, "country", "England")),
    fault(&rule::ORUK3_POSTCODE, |ask, reply| address(ask, reply, "postal_code", "OX10")),
    fault(&rule::ORUK3_AGES, |ask, reply| {
        services(ask, reply, |service| service["minimum_age"] = json!(99));
    }),
    fault(&rule::ORUK3_MOBILE_NUMBER, |ask, reply| {
        services(ask, reply, |service| {
            service["description"] = json!("Call Jo on 07700 900 123.");
        });
    }),
    fault(&rule::ORUK3_PERSONAL_EMAIL, |ask, reply| {
        services(ask, reply, |service| service["email"] = json!("jo.bloggs@gmail.com"));
    }),
    fault(&rule::ORUK3_JOINING_LINK, |ask, reply| {
        services(ask, reply, |service| {
            service["url"] = json!("https://us02web.zoom.us/j/86400000000?pwd=x");
        });
    }),
];

fn address(ask: &Ask, reply: &mut Reply, name: &str, value: &str) {
    if ask.is_detail("/services") && reply.is_success() {
        let address = &mut reply.body["service_at_locations"][0]["location"]["addresses"][0];
        address[name] = json!(value);
    }
}

static FILTER_FAULTS: &[Fault] = &[
    fault(&rule::ORUK3_FILTER_SEARCH, |ask, reply| ignore(ask, reply, "search")),
    fault(&rule::ORUK3_FILTER_SEARCH, |ask, reply| nothing(ask, reply, "search")),
    fault(&rule::ORUK3_FILTER_TERM, |ask, reply| ignore(ask, reply, "taxonomy_term_id")),
    fault(&rule::ORUK3_FILTER_TAXONOMY, |ask, reply| ignore(ask, reply, "taxonomy_id")),
    fault(&rule::ORUK3_FILTER_MINIMUM_AGE, |ask, reply| ignore(ask, reply, "minimum_age")),
    fault(&rule::ORUK3_FILTER_MINIMUM_AGE, |ask, reply| nothing(ask, reply, "minimum_age")),
    fault(&rule::ORUK3_FILTER_MAXIMUM_AGE, |ask, reply| ignore(ask, reply, "maximum_age")),
    fault(&rule::ORUK3_FILTER_DAY, |ask, reply| ignore(ask, reply, "day")),
    fault(&rule::ORUK3_FILTER_START_TIME, |ask, reply| ignore(ask, reply, "start_time")),
    fault(&rule::ORUK3_FILTER_END_TIME, |ask, reply| ignore(ask, reply, "end_time")),
    fault(&rule::ORUK3_FILTER_POSTCODE, |ask, reply| ignore(ask, reply, "postcode")),
    fault(&rule::ORUK3_FILTER_POSTCODE, |ask, reply| nothing(ask, reply, "postcode")),
    fault(&rule::ORUK3_FILTER_AND, |ask, reply| {
        if ask.parameter("search").is_some() && ask.parameter("day").is_some() {
            ignore(ask, reply, "search");
        }
    }),
    fault(&rule::ORUK3_BAD_FILTER, |ask, reply| {
        if ask.parameter("start_time") == Some("25:61") {
            ignore(ask, reply, "start_time");
        }
    }),
];

/// Answers as if the parameter were not there.
fn ignore(ask: &Ask, reply: &mut Reply, name: &str) {
    if ask.parameter(name).is_some() {
        let mut asked = again(ask);
        asked.query.retain(|(other, _)| other != name);
        *reply = answer(&asked);
    }
}

/// Answers as if nothing fitted the parameter.
fn nothing(ask: &Ask, reply: &mut Reply, name: &str) {
    if ask.parameter(name).is_some() {
        *reply = page(ask, &[], NAMES);
    }
}

static MANNER_FAULTS: &[Fault] = &[
    fault(&rule::ORUK3_CONTENT_TYPE, |ask, reply| {
        if ask.is_list("/taxonomies") {
            reply.set_header("content-type", "text/html");
        }
    }),
    fault(&rule::ORUK3_CORS, |ask, reply| {
        if ask.is_detail("/services") {
            reply.set_header("access-control-allow-origin", "");
        }
    }),
    fault(&rule::ORUK3_CORS_ERROR, |_, reply| {
        if reply.status == 404 {
            reply.set_header("access-control-allow-origin", "");
        }
    }),
    fault(&rule::ORUK3_SERVER_ERROR, |ask, reply| {
        if ask.parameter("page") == Some("-1") {
            *reply = Reply::problem(500);
        }
    }),
    fault(&rule::ORUK3_UNKNOWN_PATH, |ask, reply| {
        if ask.is_list("/no-such-path") {
            reply.status = 200;
        }
    }),
    fault(&rule::ORUK3_HEAD, |ask, reply| {
        if ask.method == "HEAD" {
            reply.status = 405;
        }
    }),
    fault(&rule::ORUK3_PREFLIGHT, |ask, reply| {
        if ask.method == "OPTIONS" {
            reply.status = 405;
        }
    }),
];
