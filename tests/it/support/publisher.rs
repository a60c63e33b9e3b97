//! A publisher in the test's own process: real paging over items held as truth, and faults that can be
//! switched on.
//!
//! Specification: <https://openactive.io/realtime-paged-data-exchange/>.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::Uri;
use axum::http::header;
use axum::response::Html;
use axum::response::IntoResponse as _;
use axum::response::Response;
use baton::clock::Clock;
use futures_util::stream;
use serde_json::Value;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use url::form_urlencoded;

/// An RPDE server on a free port; it stops when it is dropped.
pub(crate) struct FakePublisher {
    address: SocketAddr,
    shared: Arc<Shared>,
    /// Held, because dropping it ends the server.
    _server: JoinSet<()>,
}

struct Shared {
    base: String,
    feeds: Mutex<BTreeMap<String, Feed>>,
    asked: Mutex<Vec<Asked>>,
    /// Grows with every change, as `modified` does.
    modified: Mutex<i64>,
    delay: Mutex<Duration>,
    /// The licence each page names.
    license: Mutex<Option<String>>,
}

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) query: String,
    /// The `User-Agent`, which holds the contact of whoever asks.
    pub(crate) agent: String,
    pub(crate) at: Instant,
}

/// What goes wrong with a feed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Fault {
    /// This status instead of a page.
    Status(u16),
    /// This status instead of a page that is not the first.
    CursorStatus(u16),
    /// The first page, whatever is asked for.
    FirstAgain,
    /// 429 with `Retry-After`.
    Busy { retry_after_secs: u64 },
    /// A firewall's page with status 200.
    Html,
    /// The connection ends in the middle of the body.
    Truncated,
    /// The second half of the body comes this much later.
    Slow(Duration),
    /// `next` is the page itself although it holds items.
    SelfLoop,
    /// The page after the last items is the first one again.
    Circle,
    /// `next` is the same path on another origin.
    NextElsewhere(String),
    /// No `next` at all.
    NextMissing,
    /// `next` is no address.
    NextUnreadable,
    /// `next` without scheme and host.
    NextRelative,
    /// The first page is empty and leads on.
    EmptyFirst,
    /// Between two pages come so many empty ones that lead on.
    EmptyMiddle(usize),
    /// After the last items comes one empty page after the other. Each page may be kept for an hour.
    EmptyForEver,
    /// Nothing but so many empty pages, and the last leads to the first.
    EmptyCircle(usize),
}

enum Feed {
    Items {
        items: BTreeMap<String, (i64, Value)>,
        page_size: usize,
        faults: VecDeque<(Fault, usize)>,
    },
    /// A page as it is in a file; when it has a `next`, this leads to an empty last page here.
    Static(Value),
    /// These bytes, whatever is asked for, with these headers.
    Raw(Vec<(&'static str, String)>, Vec<u8>),
}

impl FakePublisher {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            base: format!("http://{address}"),
            feeds: Mutex::default(),
            asked: Mutex::default(),
            // A clock's milliseconds, an hour ago: plausible and far from running into the future.
            modified: Mutex::new(Clock::default().now().timestamp_millis() - 3_600_000),
            delay: Mutex::default(),
            license: Mutex::new(Some(LICENSE.to_owned())),
        });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, shared, _server: server }
    }

    /// Adds an empty feed and returns the address of its first page.
    pub(crate) fn feed(&self, path: &str, page_size: usize) -> String {
        let feed = Feed::Items { items: BTreeMap::new(), page_size, faults: VecDeque::new() };
        self.shared.feeds.lock().unwrap().insert(path.to_owned(), feed);
        self.url(path)
    }

    /// Adds a feed whose first page is this one, as it stands.
    pub(crate) fn static_feed(&self, path: &str, page: Value) -> String {
        self.shared.feeds.lock().unwrap().insert(path.to_owned(), Feed::Static(page));
        self.url(path)
    }

    /// Adds an address that answers with these bytes, and returns it.
    pub(crate) fn raw(
        &self,
        path: &str,
        headers: &[(&'static str, &str)],
        body: impl Into<Vec<u8>>,
    ) -> String {
        let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let feed = Feed::Raw(headers, body.into());
        self.shared.feeds.lock().unwrap().insert(path.to_owned(), feed);
        self.url(path)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.shared.base)
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Publishes a body under an id, new or changed; `kind` is its type.
    pub(crate) fn upsert(&self, path: &str, id: &str, data: Value) {
        let mut item = json!({"state": "updated", "kind": data["@type"]});
        item["data"] = data;
        self.put(path, [id.to_owned()], &item);
    }

    /// Publishes a body under an id as if it were of this kind.
    pub(crate) fn put_as(&self, path: &str, id: &str, kind: &str, data: &Value) {
        self.put(path, [id.to_owned()], &json!({"state": "updated", "kind": kind, "data": data}));
    }

    /// Publishes a tombstone.
    pub(crate) fn delete(&self, path: &str, id: &str) {
        self.put(path, [id.to_owned()], &tombstone());
    }

    /// Publishes tombstones, all at one moment.
    pub(crate) fn delete_all(&self, path: &str, ids: impl IntoIterator<Item = usize>) {
        self.put(path, ids.into_iter().map(|id| id.to_string()), &tombstone());
    }

    fn put(&self, path: &str, ids: impl IntoIterator<Item = String>, item: &Value) {
        let mut modified = self.shared.modified.lock().unwrap();
        let mut feeds = self.shared.feeds.lock().unwrap();
        let Some(Feed::Items { items, .. }) = feeds.get_mut(path) else { unreachable!("{path}") };
        for id in ids {
            *modified += 1;
            let mut item = item.clone();
            item["id"] = json!(id);
            item["modified"] = json!(*modified);
            items.insert(id, (*modified, item));
        }
    }

    /// Switches a fault on for `times` requests of a feed, after those that are on already.
    pub(crate) fn fault(&self, path: &str, fault: Fault, times: usize) {
        let mut feeds = self.shared.feeds.lock().unwrap();
        let Some(Feed::Items { faults, .. }) = feeds.get_mut(path) else { unreachable!("{path}") };
        faults.push_back((fault, times));
    }

    /// Switches every fault of a feed off.
    pub(crate) fn heal(&self, path: &str) {
        let mut feeds = self.shared.feeds.lock().unwrap();
        let Some(Feed::Items { faults, .. }) = feeds.get_mut(path) else { unreachable!("{path}") };
        faults.clear();
    }

    /// Takes an item out of a feed without a tombstone.
    pub(crate) fn forget(&self, path: &str, id: &str) {
        let mut feeds = self.shared.feeds.lock().unwrap();
        let Some(Feed::Items { items, .. }) = feeds.get_mut(path) else { unreachable!("{path}") };
        items.remove(id);
    }

    /// Numbers the items of a feed anew, each before any that was there.
    pub(crate) fn renumber(&self, path: &str) {
        let mut feeds = self.shared.feeds.lock().unwrap();
        let Some(Feed::Items { items, .. }) = feeds.get_mut(path) else { unreachable!("{path}") };
        for (modified, item) in items.values_mut() {
            *modified -= 1_000_000;
            item["modified"] = json!(*modified);
        }
    }

    /// Sets the licence that pages name.
    pub(crate) fn license(&self, license: Option<&str>) {
        *self.shared.license.lock().unwrap() = license.map(str::to_owned);
    }

    /// Makes every answer take this much longer.
    pub(crate) fn delay(&self, delay: Duration) {
        *self.shared.delay.lock().unwrap() = delay;
    }

    /// Returns all requests so far, in order.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().unwrap().clone()
    }

    /// Returns the requests of one feed so far, in order.
    pub(crate) fn asked_of(&self, path: &str) -> Vec<Asked> {
        self.asked().into_iter().filter(|asked| asked.path == path).collect()
    }
}

async fn answer(State(shared): State<Arc<Shared>>, headers: HeaderMap, uri: Uri) -> Response {
    let (path, query) = (uri.path().to_owned(), uri.query().unwrap_or_default().to_owned());
    let agent = headers.get(header::USER_AGENT).map(|agent| agent.to_str().unwrap().to_owned());
    let (agent, at) = (agent.unwrap_or_default(), Instant::now());
    let asked = Asked { path: path.clone(), query: query.clone(), agent, at };
    shared.asked.lock().unwrap().push(asked);
    let delay = *shared.delay.lock().unwrap();
    tokio::time::sleep(delay).await;
    let mut feeds = shared.feeds.lock().unwrap();
    match feeds.get_mut(&path) {
        Some(Feed::Items { items, page_size, faults }) => {
            let due = faults.front_mut().map(|(fault, times)| {
                *times -= 1;
                (fault.clone(), *times == 0)
            });
            faults.drain(..usize::from(due.as_ref().is_some_and(|(_, is_last)| *is_last)));
            let due = due.map(|(fault, _)| fault);
            let license = shared.license.lock().unwrap().clone();
            let (base, page_size) = (&shared.base, *page_size);
            let cut = Cut { base, path: &path, query: &query, page_size, license };
            cut.answer(items, due.as_ref())
        }
        Some(Feed::Raw(headers, body)) => {
            let mut response = body.clone().into_response();
            for (name, value) in headers {
                response.headers_mut().insert(*name, value.parse().unwrap());
            }
            response
        }
        Some(Feed::Static(page)) => rpde(&static_page(page, &shared.base, &path, &query)),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn static_page(page: &Value, base: &str, path: &str, query: &str) -> Value {
    let next = format!("{base}{path}?end=1");
    if query == "end=1" {
        return json!({"next": next, "items": [], "license": page["license"]});
    }
    let mut page = page.clone();
    if page.get("next").is_some() {
        page["next"] = json!(next);
    }
    page
}

fn rpde(page: &Value) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/vnd.openactive.rpde+json; version=1")];
    (headers, page.to_string()).into_response()
}

/// One page being cut.
struct Cut<'a> {
    base: &'a str,
    path: &'a str,
    query: &'a str,
    page_size: usize,
    license: Option<String>,
}

impl Cut<'_> {
    fn answer(&self, items: &BTreeMap<String, (i64, Value)>, fault: Option<&Fault>) -> Response {
        match fault {
            Some(Fault::Status(status)) => StatusCode::from_u16(*status).unwrap().into_response(),
            Some(Fault::CursorStatus(status)) if !self.query.is_empty() => {
                StatusCode::from_u16(*status).unwrap().into_response()
            }
            Some(Fault::Busy { retry_after_secs }) => {
                let headers = [(header::RETRY_AFTER, retry_after_secs.to_string())];
                (StatusCode::TOO_MANY_REQUESTS, headers).into_response()
            }
            Some(Fault::Html) => {
                Html("<!doctype html><title>Just a moment...</title>").into_response()
            }
            Some(Fault::Truncated) => torn(&self.page(items, None), None),
            Some(Fault::Slow(pause)) => torn(&self.page(items, None), Some(*pause)),
            Some(Fault::EmptyForEver) => {
                let headers = [(header::CACHE_CONTROL, "public, max-age=3600")];
                (headers, rpde(&self.page(items, fault))).into_response()
            }
            _ => rpde(&self.page(items, fault)),
        }
    }

    fn page(&self, items: &BTreeMap<String, (i64, Value)>, fault: Option<&Fault>) -> Value {
        let after = self.after().filter(|_| fault != Some(&Fault::FirstAgain));
        let is_first = after.is_none();
        let mut rest: Vec<(i64, &String, &Value)> = items
            .iter()
            .map(|(id, (modified, item))| (*modified, id, item))
            .filter(|(modified, id, _)| {
                after.as_ref().is_none_or(|(time, last)| (*modified, *id) > (*time, last))
            })
            .collect();
        rest.sort_unstable_by_key(|(modified, id, _)| (*modified, *id));
        let is_end = rest.len() <= self.page_size;
        rest.truncate(self.page_size);
        if fault == Some(&Fault::EmptyFirst) && is_first {
            return self.envelope(Some(self.position(0, "")), &[]);
        }
        let (asked, past) = self.query.split_once("&past=").unwrap_or((self.query, "0"));
        let past = past.parse::<usize>().unwrap();
        if let Some(Fault::EmptyMiddle(count)) = fault
            && !is_first
            && past < *count
            && !rest.is_empty()
        {
            let next = format!("{}{}?{asked}&past={}", self.base, self.path, past + 1);
            return self.envelope(Some(next), &[]);
        }
        if fault == Some(&Fault::EmptyForEver) && !is_first && rest.is_empty() {
            let (asked, number) = self.query.split_once("&empty=").unwrap_or((self.query, "0"));
            let number = number.parse::<usize>().unwrap() + 1;
            let next = format!("{}{}?{asked}&empty={number}", self.base, self.path);
            return self.envelope(Some(next), &[]);
        }
        if let Some(Fault::EmptyCircle(count)) = fault {
            let number = self.query.strip_prefix("empty=").unwrap_or("0").parse::<usize>().unwrap();
            let next = (number + 1) % count;
            let query = if next > 0 { format!("?empty={next}") } else { String::new() };
            return self.envelope(Some(format!("{}{}{query}", self.base, self.path)), &[]);
        }
        let own = self.url_asked_for();
        let next =
            rest.last().map_or(own.clone(), |(modified, id, _)| self.position(*modified, id));
        let next = match fault {
            Some(Fault::SelfLoop) => Some(own),
            Some(Fault::Circle) if is_end => Some(format!("{}{}", self.base, self.path)),
            Some(Fault::NextElsewhere(base)) => Some(next.replace(self.base, base)),
            Some(Fault::NextMissing) => None,
            Some(Fault::NextUnreadable) => Some("mailto:nobody@example.org".to_owned()),
            Some(Fault::NextRelative) => Some(next.replace(self.base, "")),
            _ => Some(next),
        };
        let items: Vec<Value> = rest.into_iter().map(|(.., item)| item.clone()).collect();
        self.envelope(next, &items)
    }

    fn envelope(&self, next: Option<String>, items: &[Value]) -> Value {
        let mut page = json!({"items": items});
        if let Some(license) = &self.license {
            page["license"] = json!(license);
        }
        if let Some(next) = next {
            page["next"] = Value::String(next);
        }
        page
    }

    fn url_asked_for(&self) -> String {
        let question = if self.query.is_empty() { "" } else { "?" };
        format!("{}{}{question}{}", self.base, self.path, self.query)
    }

    fn position(&self, modified: i64, id: &str) -> String {
        let id: String = form_urlencoded::byte_serialize(id.as_bytes()).collect();
        format!("{}{}?afterTimestamp={modified}&afterId={id}", self.base, self.path)
    }

    fn after(&self) -> Option<(i64, String)> {
        let pairs: BTreeMap<String, String> =
            form_urlencoded::parse(self.query.as_bytes()).into_owned().collect();
        let modified = pairs.get("afterTimestamp")?.parse().unwrap();
        Some((modified, pairs.get("afterId").cloned().unwrap_or_default()))
    }
}

/// Sends the first half of a page, then the rest after a pause, or nothing more.
fn torn(page: &Value, pause: Option<Duration>) -> Response {
    let text = page.to_string().into_bytes();
    let (first, second) = text.split_at(text.len() / 2);
    let (first, second) = (first.to_vec(), second.to_vec());
    let halves = stream::unfold(0, move |half| {
        let (first, second) = (first.clone(), second.clone());
        async move {
            match (half, pause) {
                (0, _) => Some((Ok(first), 1)),
                (1, Some(pause)) => {
                    tokio::time::sleep(pause).await;
                    Some((Ok(second), 2))
                }
                (1, None) => {
                    // Long enough for the first half to be on its way.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    Some((Err(std::io::Error::other("torn")), 2))
                }
                _ => None,
            }
        }
    });
    Body::from_stream(halves).into_response()
}

const LICENSE: &str = "https://creativecommons.org/licenses/by/4.0/";

fn tombstone() -> Value {
    json!({"state": "deleted", "kind": "SessionSeries"})
}
