//! Lists and their pages, the same for both versions of Open Referral UK but for the names.
//!
//! Specification: <https://docs.openreferral.org/en/v3.0/hsds/api_reference.html>.

mod findings;
mod search;

use std::collections::HashMap;

use serde_json::Value;

use super::Options;
use super::report::Ledger;
use super::rule::Rule;
use super::sample;
use super::session::Reply;
use super::session::Session;

use self::findings::Findings;
use self::findings::Page;

pub(super) use self::search::Found;
pub(super) use self::search::Search;

/// What a version calls the fields of a page, and which rules judge them.
pub(super) struct Dialect {
    pub(super) names: Names,
    pub(super) rules: Rules,
}

/// The names of a page's fields.
pub(super) struct Names {
    pub(super) total_items: &'static str,
    pub(super) total_pages: &'static str,
    pub(super) page_number: &'static str,
    pub(super) size: &'static str,
    pub(super) first_page: &'static str,
    pub(super) last_page: &'static str,
    pub(super) empty: &'static str,
    pub(super) contents: &'static str,
    /// Whether `empty` may be left out.
    pub(super) is_empty_optional: bool,
}

/// The rules of pages.
pub(super) struct Rules {
    pub(super) list: &'static Rule,
    pub(super) filled: &'static Rule,
    pub(super) answers: &'static Rule,
    pub(super) fields: &'static Rule,
    pub(super) types: &'static Rule,
    pub(super) number: &'static Rule,
    pub(super) size: &'static Rule,
    pub(super) first: &'static Rule,
    pub(super) last: &'static Rule,
    pub(super) empty: &'static Rule,
    pub(super) default: &'static Rule,
    pub(super) per_page: &'static Rule,
    pub(super) total_pages: &'static Rule,
    pub(super) total_items: &'static Rule,
    pub(super) unique_ids: &'static Rule,
    pub(super) beyond: &'static Rule,
    pub(super) stable: &'static Rule,
}

/// What a list turned out to hold.
pub(super) struct List {
    /// The path, such as `/services`.
    pub(super) path: &'static str,
    /// The records of the pages that were read.
    pub(super) records: Vec<Value>,
    /// Whether all pages were read.
    pub(super) is_complete: bool,
}

impl List {
    fn unread(path: &'static str) -> Self {
        Self { path, records: Vec::new(), is_complete: false }
    }
}

/// Reads a list and judges its pages. One that may be missing has a rule of its own for whether it is there, and is
/// judged like the others where it is.
pub(super) async fn check(
    session: &mut Session<'_>,
    ledger: &mut Ledger,
    options: &Options,
    dialect: &'static Dialect,
    path: &'static str,
    is_there: Option<&'static Rule>,
) -> List {
    let rules = &dialect.rules;
    let bare = session.get(path, &[]).await;
    if let Some(rule) = is_there {
        ledger.judge_one(rule, path, bare.is_success().then_some(()).ok_or_else(|| bare.told()));
        if !bare.is_success() {
            return List::unread(path);
        }
    }
    let answer = bare.object();
    ledger.judge_one(rules.list, path, answer.as_ref().map(|_| ()).map_err(Clone::clone));
    let Ok(object) = answer else {
        return List::unread(path);
    };
    let first_ids = ids(object.get(dialect.names.contents));
    let mut findings = Findings::new(dialect);
    findings.read(&bare, 1);
    let first = session.get(path, &[("page", "1")]).await;
    findings.read(&first, 1);
    findings.default = different(&first_ids, &findings.last_ids, "page 1 without and with page=1");
    per_page(session, &mut findings, options, path).await;
    let list = walk(session, &mut findings, options, path).await;
    stability(session, &mut findings, path).await;
    beyond(session, &mut findings, path).await;
    findings.judge(ledger, path, &list);
    list
}

/// Asks for five a page, the way the official validator did: the first page, some in between and the last. So
/// a list has several pages even where all of it fits on one.
async fn per_page(
    session: &mut Session<'_>,
    findings: &mut Findings,
    options: &Options,
    path: &str,
) {
    let mut known = HashMap::new();
    let Some(first) = page_of_five(session, findings, &mut known, path, 1).await else {
        return;
    };
    let pages = first.total_pages.unwrap_or(1);
    let between = sample::places(pages.saturating_sub(2), PAGES_BETWEEN_TRIED, options.seed);
    let further = between.into_iter().map(|place| place + 2).chain([pages]);
    for number in further.filter(|number| *number > 1) {
        page_of_five(session, findings, &mut known, path, number).await;
    }
}

/// Reads one of those pages. `known` tells which page each record was on.
async fn page_of_five(
    session: &mut Session<'_>,
    findings: &mut Findings,
    known: &mut HashMap<String, usize>,
    path: &str,
    number: usize,
) -> Option<Page> {
    let asked = number.to_string();
    let reply = session.get(path, &[("per_page", "5"), ("page", &asked)]).await;
    let page = findings.read(&reply, number)?;
    let before = PER_PAGE_TRIED.saturating_mul(number - 1);
    let expected = page
        .total_items
        .map_or(PER_PAGE_TRIED, |total| total.saturating_sub(before).min(PER_PAGE_TRIED));
    if page.records != expected {
        findings.per_page.push(format!("{} has {} records", reply.label, page.records));
    }
    if let (Some(items), Some(pages)) = (page.total_items, page.total_pages)
        && pages.max(1) != items.div_ceil(PER_PAGE_TRIED).max(1)
    {
        findings
            .total_pages
            .push(format!("{} says {pages} pages for {items} records", reply.label));
    }
    for id in &findings.last_ids {
        if let Some(other) = known.insert(id.clone(), number) {
            findings.repeated.push(format!("{}: {id} was on page {other} already", reply.label));
        }
    }
    Some(page)
}

/// Reads the pages one after the other, and the very last one in any case.
async fn walk(
    session: &mut Session<'_>,
    findings: &mut Findings,
    options: &Options,
    path: &'static str,
) -> List {
    let mut list = List::unread(path);
    let mut announced = Vec::new();
    let mut page_number = 1;
    let mut total_pages = 1;
    while page_number <= total_pages && page_number <= options.max_pages {
        let (reply, page) = read_page(session, findings, path, page_number).await;
        let Some(page) = page else {
            return list;
        };
        list.records.extend(records(&reply, findings.dialect));
        announced.extend(page.total_items);
        total_pages = page.total_pages.unwrap_or(1);
        findings.pages = total_pages;
        page_number += 1;
    }
    list.is_complete = page_number > total_pages;
    if list.is_complete {
        findings.compare_total(list.records.len(), &announced, path);
    } else {
        read_page(session, findings, path, total_pages).await;
    }
    list
}

async fn read_page(
    session: &mut Session<'_>,
    findings: &mut Findings,
    path: &str,
    page_number: usize,
) -> (Reply, Option<Page>) {
    let number = page_number.to_string();
    let reply = session.get(path, &[("page", &number), ("per_page", PER_PAGE)]).await;
    let page = findings.read(&reply, page_number);
    (reply, page)
}

async fn stability(session: &mut Session<'_>, findings: &mut Findings, path: &str) {
    let (_, before) = read_page(session, findings, path, 1).await;
    let first_ids = findings.last_ids.clone();
    let (_, after) = read_page(session, findings, path, 1).await;
    let is_live = before.map(|page| page.total_items) != after.map(|page| page.total_items);
    if !is_live {
        findings.stable = different(&first_ids, &findings.last_ids, "page 1 read twice");
    }
}

/// A consumer that reads until a page is empty must come to an end.
async fn beyond(session: &mut Session<'_>, findings: &mut Findings, path: &str) {
    let number = findings.pages.saturating_add(1).to_string();
    let reply = session.get(path, &[("page", &number), ("per_page", PER_PAGE)]).await;
    if reply.is_refused() {
        return;
    }
    let is_empty = records(&reply, findings.dialect).is_empty();
    if reply.is_success() && is_empty {
        findings.read(&reply, findings.pages.saturating_add(1));
    } else {
        let held = if is_empty { "" } else { " with records" };
        findings.beyond.push(format!("{}{held}", reply.told()));
    }
}

/// Returns the records of a page, none when there is no page.
pub(super) fn records(reply: &Reply, dialect: &Dialect) -> Vec<Value> {
    let contents = reply.json().and_then(|json| json.get(dialect.names.contents));
    contents.and_then(Value::as_array).cloned().unwrap_or_default()
}

fn ids(contents: Option<&Value>) -> Vec<String> {
    let records = contents.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    records.iter().filter_map(sample::id).map(str::to_owned).collect()
}

fn different(before: &[String], after: &[String], what: &str) -> Vec<String> {
    if before == after {
        return Vec::new();
    }
    let place = before.iter().zip(after).take_while(|(one, other)| one == other).count();
    vec![format!("{what} differ from record {} on", place + 1)]
}

const PER_PAGE_TRIED: usize = 5;

/// How many pages between the first and the last are read with few records.
const PAGES_BETWEEN_TRIED: usize = 3;

/// How many records a page is asked to have on a walk.
const PER_PAGE: &str = "50";
