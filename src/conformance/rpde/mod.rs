//! An RPDE feed, rule by rule: its pages and its envelope, and what was found inside `data` by whoever looks there.
//!
//! Specification: <https://openactive.io/realtime-paged-data-exchange/>.

mod finding;
mod item;
mod next;

use std::collections::HashMap;
use std::collections::HashSet;

use reqwest::Method;
use reqwest::header;
use serde_json::Map;
use serde_json::Value;
use url::Url;

use super::Options;
use super::report::Ledger;
use super::rule;
use super::rule::Rule;
use super::schema;
use super::session::Reply;
use super::session::Session;

use self::finding::Findings;
use self::item::plain;
use self::next::Cursor;

/// Walks the feed as far as the budget goes, looks at its end, and judges what was seen.
pub(super) async fn check(session: &mut Session<'_>, ledger: &mut Ledger, options: &Options) {
    let mut walk = Walk::default();
    let end = walk.follow(session, session.typed().clone(), options).await;
    walk.check_stable(session).await;
    match end {
        End::Reached(url) => walk.check_end(session, &url, true).await,
        End::Budget(next) => {
            if let Some(url) = walk.probe(&next, options) {
                walk.check_end(session, &url, false).await;
            }
        }
        End::Broken => {}
    }
    walk.judge(ledger);
    if options.inspect.is_some() {
        walk.findings.judge(ledger, walk.items);
    }
    ledger.judge(&rule::RPDE_SPEED, FEED, &session.manners.slow);
}

/// How a walk ended.
enum End {
    /// A page without items named itself.
    Reached(Url),
    /// There is more; the next page would be this.
    Budget(Url),
    /// There was no way on.
    Broken,
}

/// What was seen so far.
#[derive(Default)]
struct Walk {
    problems: HashMap<&'static str, Vec<String>>,
    /// Ids of the rules that something was seen to judge by.
    seen_for: HashSet<&'static str>,
    pages: Vec<Url>,
    seen: HashSet<Url>,
    /// The ids of the present page so far.
    on_page: HashSet<String>,
    /// Each id with the `modified` it was last seen with.
    modified: HashMap<String, Value>,
    /// `modified` and `id` of the item before, through all pages.
    previous: Option<(Value, Value)>,
    cursor: Option<Cursor>,
    first_id: Option<String>,
    items: usize,
    deleted: usize,
    /// What was found in items.
    findings: Findings,
    /// How many items each page had that had some.
    lengths: Vec<(String, usize)>,
}

impl Walk {
    fn note(&mut self, rule: &'static Rule, problem: String) {
        self.problems.entry(rule.id).or_default().push(problem);
    }

    /// Says that what these rules speak of is there to be judged.
    fn look(&mut self, rules: &[&'static Rule]) {
        self.seen_for.extend(rules.iter().map(|rule| rule.id));
    }

    async fn follow(&mut self, session: &mut Session<'_>, first: Url, options: &Options) -> End {
        let mut url = first;
        for _ in 0..options.max_pages {
            self.seen.insert(url.clone());
            self.pages.push(url.clone());
            let reply = session.request(Method::GET, &url).await;
            let Some((page, next)) = self.read(&reply, &url, options) else {
                return End::Broken;
            };
            self.look(&[&rule::RPDE_NEXT_MOVES]);
            let is_empty = items(&page).is_empty();
            if is_empty && next == url {
                return End::Reached(url);
            }
            if self.seen.contains(&next) {
                let told = format!("{} leads back to {next}", reply.label);
                self.note(&rule::RPDE_NEXT_MOVES, told);
                return End::Broken;
            }
            if !is_empty {
                self.check_page_manners(&reply, items(&page).len());
            }
            url = next;
        }
        End::Budget(url)
    }

    /// Judges one page by itself and against those before; returns nothing when there is no way on.
    fn read(
        &mut self,
        reply: &Reply,
        url: &Url,
        options: &Options,
    ) -> Option<(Map<String, Value>, Url)> {
        self.look(&[&rule::RPDE_STATUS]);
        if reply.status() != Some(200) {
            self.note(&rule::RPDE_STATUS, reply.told());
            return None;
        }
        self.look(&[&rule::RPDE_JSON]);
        self.check_content_type(reply);
        let page = match reply.object() {
            Ok(page) => page.clone(),
            Err(told) => {
                self.note(&rule::RPDE_JSON, told);
                return None;
            }
        };
        self.look(&[&rule::RPDE_LICENSE, &rule::RPDE_ITEMS, &rule::RPDE_NEXT]);
        let license = page.get("license").and_then(Value::as_str).unwrap_or_default();
        if !schema::is_uri(license) {
            self.note(&rule::RPDE_LICENSE, format!("{}: license is \"{license}\"", reply.label));
        }
        if !page
            .get("items")
            .and_then(Value::as_array)
            .is_some_and(|items| items.iter().all(Value::is_object))
        {
            self.note(&rule::RPDE_ITEMS, format!("{}: items is not such an array", reply.label));
        }
        self.look(&[&rule::RPDE_JSON_LD]);
        self.check_json_ld(&page, &reply.label);
        self.on_page.clear();
        for item in items(&page) {
            self.check_item(item);
            self.check_order(item);
        }
        if let (Some(inspect), Ok(answer)) = (options.inspect, &reply.answer) {
            self.findings.add(inspect(&answer.body, options.now));
        }
        let next = self.check_next(&page, url, &reply.label)?;
        Some((page, next))
    }

    fn check_content_type(&mut self, reply: &Reply) {
        self.look(&[&rule::RPDE_CONTENT_TYPE]);
        let sent = reply.header(header::CONTENT_TYPE).unwrap_or("nothing").to_ascii_lowercase();
        let compact: String = sent.chars().filter(|c| !c.is_whitespace()).collect();
        let mut parts = compact.split(';');
        let is_good = match parts.next() {
            Some("application/json") => true,
            Some("application/vnd.openactive.rpde+json") => parts.any(is_version_1),
            _ => false,
        };
        if !is_good {
            self.note(&rule::RPDE_CONTENT_TYPE, format!("{} is sent as {sent}", reply.label));
        }
    }

    /// Pages that are not the last: how long they keep, and how full they are.
    fn check_page_manners(&mut self, reply: &Reply, length: usize) {
        self.look(&[&rule::RPDE_CACHE_CONTROL]);
        let (is_public, max_age) = cache_control(reply);
        if !is_public || max_age.is_none_or(|seconds| seconds < FULL_PAGE_MAX_AGE) {
            let told = format!("{} has not public, max-age of an hour or more", reply.label);
            self.note(&rule::RPDE_CACHE_CONTROL, told);
        }
        self.lengths.push((reply.label.clone(), length));
    }

    async fn check_stable(&mut self, session: &mut Session<'_>) {
        let Some(first) = self.pages.first().cloned() else {
            return;
        };
        let ids = |reply: &Reply| -> Option<Vec<String>> {
            let items = reply.object().ok()?.get("items")?.as_array()?;
            Some(items.iter().map(|item| plain(item.get("id").unwrap_or(item))).collect())
        };
        let before = ids(&session.request(Method::GET, &first).await);
        let after = ids(&session.request(Method::GET, &first).await);
        let Some((before, after)) = before.zip(after) else {
            return;
        };
        self.look(&[&rule::RPDE_STABLE]);
        // An item that changes meanwhile moves to the end, and later ones may follow.
        let is_same = before == after || before.iter().any(|id| !after.contains(id));
        if !is_same {
            self.note(&rule::RPDE_STABLE, "the first page differs when read again".to_owned());
        }
    }

    /// Reads the last page once more, or a page so far on that it must be the last.
    async fn check_end(&mut self, session: &mut Session<'_>, url: &Url, was_walked: bool) {
        self.look(&[&rule::RPDE_LAST_PAGE]);
        let reply = session.request(Method::GET, url).await;
        let Ok(page) = reply.object() else {
            self.note(&rule::RPDE_LAST_PAGE, reply.told());
            return;
        };
        let next = page.get("next").and_then(Value::as_str).and_then(|next| Url::parse(next).ok());
        if !was_walked && !items(page).is_empty() {
            let told = format!("{} has items, though nothing can be so late", reply.label);
            self.note(&rule::RPDE_LAST_PAGE, told);
        }
        if items(page).is_empty() && next.as_ref() != Some(url) {
            self.note(&rule::RPDE_LAST_PAGE, format!("{} does not name itself", reply.label));
        }
        self.look(&[&rule::RPDE_CACHE_CONTROL]);
        let (is_public, max_age) = cache_control(&reply);
        if !is_public || max_age.is_none_or(|seconds| seconds > LAST_PAGE_MAX_AGE) {
            let told = format!("{} (last page) has not public, max-age=8 or less", reply.label);
            self.note(&rule::RPDE_CACHE_CONTROL, told);
        }
    }

    fn judge(&mut self, ledger: &mut Ledger) {
        if self.items > 0 && self.deleted == 0 {
            self.note(&rule::RPDE_DELETED_SEEN, format!("none in {} items", self.items));
        }
        // The last page with items may be short: it is the end of the data.
        self.lengths.pop();
        for (label, length) in std::mem::take(&mut self.lengths) {
            if length < FULL_PAGE_ITEMS {
                self.note(&rule::RPDE_PAGE_LENGTH, format!("{label} has {length} items"));
            }
        }
        if self.cursor.as_ref().is_some_and(|cursor| cursor.is_change_number) {
            self.check_change_numbers();
        }
        for rule in JUDGED {
            let problems = self.problems.remove(rule.id).unwrap_or_default();
            let is_of_items = ITEM_RULES.iter().any(|other| other.id == rule.id);
            let is_seen =
                if is_of_items { self.items > 0 } else { self.seen_for.contains(rule.id) };
            if problems.is_empty() && !is_seen {
                let what = if is_of_items { "no items were seen" } else { unseen(rule) };
                ledger.skip(rule, FEED, what);
            } else {
                ledger.judge(rule, FEED, &problems);
            }
        }
    }
}

/// Says what was missing to judge a rule by.
fn unseen(rule: &Rule) -> &'static str {
    if *rule == rule::RPDE_LAST_PAGE {
        "the last page was not found"
    } else {
        "no page was seen that it could be judged by"
    }
}

/// A parameter means the same with and without quotation marks.
fn is_version_1(parameter: &str) -> bool {
    matches!(parameter, "version=1" | "version=\"1\"")
}

fn items(page: &Map<String, Value>) -> &[Value] {
    page.get("items").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn cache_control(reply: &Reply) -> (bool, Option<u64>) {
    let sent = reply.header(header::CACHE_CONTROL).unwrap_or_default().to_ascii_lowercase();
    let directives: Vec<&str> = sent.split(',').map(str::trim).collect();
    let max_age = directives.iter().find_map(|directive| directive.strip_prefix("max-age="));
    (directives.contains(&"public"), max_age.and_then(|seconds| seconds.parse().ok()))
}

/// The rules that a walk judges, in the order of the report.
static JUDGED: &[&Rule] = &[
    &rule::RPDE_STATUS,
    &rule::RPDE_JSON,
    &rule::RPDE_CONTENT_TYPE,
    &rule::RPDE_CACHE_CONTROL,
    &rule::RPDE_LICENSE,
    &rule::RPDE_ITEMS,
    &rule::RPDE_NEXT,
    &rule::RPDE_NEXT_PATH,
    &rule::RPDE_NEXT_MOVES,
    &rule::RPDE_NEXT_CURSOR,
    &rule::RPDE_NEXT_LAST_ITEM,
    &rule::RPDE_STATE,
    &rule::RPDE_KIND,
    &rule::RPDE_ID,
    &rule::RPDE_MODIFIED,
    &rule::RPDE_MODIFIED_INTEGER,
    &rule::RPDE_JSON_LD,
    &rule::RPDE_DATA,
    &rule::RPDE_UNIQUE_IDS,
    &rule::RPDE_ORDER,
    &rule::RPDE_ORDER_ID,
    &rule::RPDE_CHANGE_NUMBER,
    &rule::RPDE_LAST_PAGE,
    &rule::RPDE_STABLE,
    &rule::RPDE_DELETED_SEEN,
    &rule::RPDE_PAGE_LENGTH,
];

/// Those that say nothing about a feed without items.
static ITEM_RULES: &[&Rule] = &[
    &rule::RPDE_STATE,
    &rule::RPDE_KIND,
    &rule::RPDE_ID,
    &rule::RPDE_MODIFIED,
    &rule::RPDE_MODIFIED_INTEGER,
    &rule::RPDE_DATA,
    &rule::RPDE_UNIQUE_IDS,
    &rule::RPDE_ORDER,
    &rule::RPDE_ORDER_ID,
    &rule::RPDE_CHANGE_NUMBER,
    &rule::RPDE_NEXT_LAST_ITEM,
    &rule::RPDE_DELETED_SEEN,
    &rule::RPDE_PAGE_LENGTH,
];

const FEED: &str = "feed";
const FULL_PAGE_MAX_AGE: u64 = 3600;
const LAST_PAGE_MAX_AGE: u64 = 8;
const FULL_PAGE_ITEMS: usize = 500;
