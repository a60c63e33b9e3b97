//! The checks against servers on this machine: a good one, and the same with one fault each.

mod oruk1;
mod oruk3;
mod publisher1;
mod publisher3;
mod rpde;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::http::Response;
use tokio::net::TcpListener;

use serde_json::Value;
use serde_json::json;

use super::*;

/// What the server was asked.
struct Ask {
    method: String,
    /// The path after `/api`.
    path: String,
    /// The path with its query, as asked.
    target: String,
    query: Vec<(String, String)>,
    /// Where the API is, without a slash at the end.
    base: String,
}

impl Ask {
    fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn is_list(&self, path: &str) -> bool {
        self.path == path
    }

    fn is_detail(&self, path: &str) -> bool {
        self.path.strip_prefix(path).is_some_and(|rest| rest.len() > 1)
    }
}

/// What it is about to answer.
struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Value,
}

impl Reply {
    fn json(status: u16, body: Value) -> Self {
        let headers = [("content-type", "application/json"), ("access-control-allow-origin", "*")];
        let headers = headers.map(|(name, value)| (name, value.to_owned())).to_vec();
        Self { status, headers, body }
    }

    fn problem(status: u16) -> Self {
        Self::json(status, json!({"status": status}))
    }

    fn set_header(&mut self, name: &'static str, value: &str) {
        self.headers.retain(|(other, _)| *other != name);
        if !value.is_empty() {
            self.headers.push((name, value.to_owned()));
        }
    }

    /// Changes every record of a list.
    fn each(&mut self, contents: &str, change: impl Fn(&mut Value)) {
        if let Some(records) = self.body.get_mut(contents).and_then(Value::as_array_mut) {
            records.iter_mut().for_each(change);
        }
    }

    fn is_success(&self) -> bool {
        self.status == 200
    }
}

/// A good server.
type Publisher = fn(&Ask) -> Reply;

/// Spoils an answer.
type Spoil = fn(&Ask, &mut Reply);

/// A fault, and the rule that must catch it.
struct Fault {
    rule: &'static Rule,
    spoil: Spoil,
}

const fn fault(rule: &'static Rule, spoil: Spoil) -> Fault {
    Fault { rule, spoil }
}

/// Starts a server for as long as the test's runtime lives, and returns where its API is.
async fn serve(publisher: Publisher, spoil: Spoil) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let answer = move |request: Request<Body>| async move {
        let ask = ask(&request, port);
        let mut reply = publisher(&ask);
        spoil(&ask, &mut reply);
        let mut response = Response::builder().status(reply.status);
        for (name, value) in reply.headers {
            response = response.header(name, value);
        }
        response.body(Body::from(reply.body.to_string())).unwrap()
    };
    #[expect(clippy::disallowed_methods, reason = "the server ends with the test's runtime")]
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    Url::parse(&format!("http://127.0.0.1:{port}/api")).unwrap()
}

fn ask(request: &Request<Body>, port: u16) -> Ask {
    let uri = request.uri();
    let query = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    Ask {
        method: request.method().to_string(),
        path: uri.path().strip_prefix("/api").unwrap_or("/outside").to_owned(),
        target: uri.to_string(),
        query: query.into_owned().collect(),
        base: format!("http://127.0.0.1:{port}/api"),
    }
}

fn unspoilt(_: &Ask, _: &mut Reply) {}

fn options() -> Options {
    let now = "2026-06-01T12:00:00Z".parse().unwrap();
    Options { inspect: Some(inspect), ..Options::new(now) }
}

/// Knows one thing that loses an item and one that is put right.
fn inspect(page: &[u8], _: DateTime<Utc>) -> Vec<ItemFinding> {
    let page: Value = serde_json::from_slice(page).unwrap();
    let mut found = Vec::new();
    for item in page["items"].as_array().into_iter().flatten() {
        let item_finding = |code, is_lost| {
            let id = item["id"].as_str().unwrap_or_default().to_owned();
            ItemFinding { item: id, code, is_lost }
        };
        if item["data"]["@type"] == "Person" {
            found.push(item_finding(Code::TypeUnknown, true));
        }
        if item["data"]["name"] == "" {
            found.push(item_finding(Code::ValueEmpty, false));
            found.push(item_finding(Code::NameMissing, false));
        }
    }
    found
}

async fn report(client: &HttpClient, target: Target, publisher: Publisher, spoil: Spoil) -> Report {
    let url = serve(publisher, spoil).await;
    check(client, target, &url, &options()).await.unwrap()
}

/// The good server breaks no rule at all, not even a recommended one.
async fn assert_good(target: Target, publisher: Publisher) -> Report {
    let report = report(&HttpClient::new().unwrap(), target, publisher, unspoilt).await;
    assert_eq!((report.failed(), report.warned()), (0, 0), "{}", report.to_text());
    report
}

/// Each fault is caught by its rule, as gravely as the rule's level says.
async fn assert_caught(target: Target, publisher: Publisher, faults: &[Fault]) {
    let client = HttpClient::new().unwrap();
    for (number, Fault { rule, spoil }) in faults.iter().enumerate() {
        let url = serve(publisher, *spoil).await;
        // Few records, because there are many faults.
        let options = Options { sample: 3, ..options() };
        let report = check(&client, target, &url, &options).await.unwrap();
        let expected = match rule.level {
            Level::Required => Outcome::Fail,
            Level::Recommended => Outcome::Warn,
        };
        let is_caught =
            report.results.iter().any(|result| result.rule == *rule && result.outcome == expected);
        assert!(is_caught, "fault {number} was not caught by {}:\n{}", rule.id, report.to_text());
    }
}

fn uuid(kind: u32, number: usize) -> String {
    format!("{kind:08x}-0000-4000-8000-{number:012x}")
}

/// Cuts a page out of records; the names are those of the version, in the order of the body.
fn page(ask: &Ask, records: &[Value], names: [&str; 8]) -> Reply {
    let number = |name, default| match ask.parameter(name) {
        None => Some(default),
        Some(text) => text.parse::<usize>().ok().filter(|number| *number > 0),
    };
    let (Some(page), Some(per_page)) = (number("page", 1), number("per_page", 50)) else {
        return Reply::problem(400);
    };
    let per_page = per_page.min(50);
    let pages = records.len().div_ceil(per_page).max(1);
    let contents: Vec<&Value> = records.iter().skip((page - 1) * per_page).take(per_page).collect();
    let values = [
        json!(records.len()),
        json!(pages),
        json!(page),
        json!(contents.len()),
        json!(page == 1),
        json!(page >= pages),
        json!(contents.is_empty()),
        json!(contents),
    ];
    let body = names.into_iter().map(str::to_owned).zip(values).collect();
    Reply::json(200, Value::Object(body))
}

/// Copies what was asked, to ask for something else.
fn again(ask: &Ask) -> Ask {
    Ask {
        method: ask.method.clone(),
        path: ask.path.clone(),
        target: ask.target.clone(),
        query: ask.query.clone(),
        base: ask.base.clone(),
    }
}

/// Answers with the record of that id.
fn detail(records: &[Value], id: &str) -> Reply {
    match records.iter().find(|record| record["id"] == id) {
        Some(record) => Reply::json(200, record.clone()),
        None => Reply::problem(404),
    }
}

#[tokio::test]
async fn silence_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let url = Url::parse(&format!("http://127.0.0.1:{port}/")).unwrap();
    let client = HttpClient::new().unwrap();
    for target in [Target::Oruk3, Target::Oruk1, Target::Rpde] {
        assert!(check(&client, target, &url, &options()).await.is_err());
    }
}

#[tokio::test]
async fn every_rule_is_judged_somewhere() {
    let client = HttpClient::new().unwrap();
    let mut judged = Vec::new();
    for (target, publisher) in [
        (Target::Oruk3, publisher3::answer as Publisher),
        (Target::Oruk1, publisher1::answer as Publisher),
        (Target::Rpde, rpde::answer as Publisher),
    ] {
        let url = serve(publisher, unspoilt).await;
        let report = check(&client, target, &url, &options()).await.unwrap();
        judged.extend(report.results.iter().map(|result| result.rule.id));
    }
    for rule in RULES {
        assert!(judged.contains(&rule.id), "{} is in the table only", rule.id);
    }
}
