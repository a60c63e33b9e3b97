//! What is wrong with the pages of a list, sorted by rule.

use std::collections::HashSet;

use serde_json::Value;

use crate::conformance::report::Ledger;
use crate::conformance::sample;
use crate::conformance::schema;
use crate::conformance::session::Reply;

use super::Dialect;
use super::List;
use super::ids;

/// A page's own account of itself.
pub(super) struct Page {
    pub(super) total_items: Option<usize>,
    pub(super) total_pages: Option<usize>,
    pub(super) records: usize,
}

/// Problems with pages, sorted by rule.
pub(super) struct Findings {
    pub(super) dialect: &'static Dialect,
    pub(super) answers: Vec<String>,
    pub(super) fields: Vec<String>,
    pub(super) types: Vec<String>,
    pub(super) number: Vec<String>,
    pub(super) size: Vec<String>,
    pub(super) first: Vec<String>,
    pub(super) last: Vec<String>,
    pub(super) empty: Vec<String>,
    pub(super) default: Vec<String>,
    pub(super) per_page: Vec<String>,
    pub(super) total_pages: Vec<String>,
    pub(super) total_items: Vec<String>,
    pub(super) repeated: Vec<String>,
    pub(super) beyond: Vec<String>,
    pub(super) stable: Vec<String>,
    /// The ids of the page that was read last.
    pub(super) last_ids: Vec<String>,
    /// How many pages the walk was told of.
    pub(super) pages: usize,
}

impl Findings {
    pub(super) fn new(dialect: &'static Dialect) -> Self {
        Self {
            dialect,
            answers: Vec::new(),
            fields: Vec::new(),
            types: Vec::new(),
            number: Vec::new(),
            size: Vec::new(),
            first: Vec::new(),
            last: Vec::new(),
            empty: Vec::new(),
            default: Vec::new(),
            per_page: Vec::new(),
            total_pages: Vec::new(),
            total_items: Vec::new(),
            repeated: Vec::new(),
            beyond: Vec::new(),
            stable: Vec::new(),
            last_ids: Vec::new(),
            pages: 1,
        }
    }

    /// Judges one page by itself; returns nothing when there is no page.
    pub(super) fn read(&mut self, reply: &Reply, asked: usize) -> Option<Page> {
        self.last_ids.clear();
        let object = match reply.object() {
            Ok(object) => object,
            Err(told) => {
                self.answers.push(told);
                return None;
            }
        };
        let names = &self.dialect.names;
        let mut fields = Fields { object, label: &reply.label, missing: vec![], wrong: vec![] };
        let total_items = fields.integer(names.total_items);
        let total_pages = fields.integer(names.total_pages);
        let number = fields.integer(names.page_number);
        let size = fields.integer(names.size);
        let first = fields.boolean(names.first_page, true);
        let last = fields.boolean(names.last_page, true);
        let empty = fields.boolean(names.empty, !names.is_empty_optional);
        let records = fields.records(names.contents);
        self.fields.append(&mut fields.missing);
        self.types.append(&mut fields.wrong);
        self.last_ids = ids(object.get(names.contents));

        let said = |field: &str, value: &dyn std::fmt::Display, truth: &str| {
            format!("{}: {field} is {value} {truth}", reply.label)
        };
        if let Some(number) = number.filter(|number| *number != asked) {
            self.number.push(said(names.page_number, &number, &format!("on page {asked}")));
        }
        if let Some(size) = size.filter(|size| *size != records) {
            self.size.push(said(names.size, &size, &format!("with {records} records")));
        }
        if let Some(first) = first.filter(|first| *first != (asked == 1)) {
            self.first.push(said(names.first_page, &first, &format!("on page {asked}")));
        }
        // Whether a page after the last is the last one, nobody says.
        if let (Some(last), Some(pages)) = (last, total_pages.map(|pages| pages.max(1)))
            && asked <= pages
            && last != (asked == pages)
        {
            self.last.push(said(names.last_page, &last, &format!("on page {asked} of {pages}")));
        }
        if let Some(empty) = empty.filter(|empty| *empty != (records == 0)) {
            self.empty.push(said(names.empty, &empty, &format!("with {records} records")));
        }
        Some(Page { total_items, total_pages, records })
    }

    /// Compares the announced total with the walk; a list that changes meanwhile may say several.
    pub(super) fn compare_total(&mut self, walked: usize, announced: &[usize], path: &str) {
        let (Some(least), Some(most)) = (announced.iter().min(), announced.iter().max()) else {
            return;
        };
        if !(least..=most).contains(&&walked) {
            let name = self.dialect.names.total_items;
            self.total_items
                .push(format!("{path}: {name} is {most}, but its pages have {walked} records"));
        }
    }

    pub(super) fn judge(&self, ledger: &mut Ledger, path: &str, list: &List) {
        let rules = &self.dialect.rules;
        let mut repeated = repeated_ids(&list.records);
        repeated.extend_from_slice(&self.repeated);
        let filled: &[String] =
            if list.records.is_empty() { &["the list is empty".to_owned()] } else { &[] };
        for (rule, problems) in [
            (rules.filled, filled),
            (rules.answers, &self.answers),
            (rules.fields, &self.fields),
            (rules.types, &self.types),
            (rules.number, &self.number),
            (rules.size, &self.size),
            (rules.first, &self.first),
            (rules.last, &self.last),
            (rules.empty, &self.empty),
            (rules.default, &self.default),
            (rules.per_page, &self.per_page),
            (rules.total_pages, &self.total_pages),
            (rules.unique_ids, &repeated),
            (rules.beyond, &self.beyond),
            (rules.stable, &self.stable),
        ] {
            ledger.judge(rule, path, problems);
        }
        if list.is_complete {
            ledger.judge(rules.total_items, path, &self.total_items);
        } else {
            ledger.skip(rules.total_items, path, "not all pages were read");
        }
    }
}

fn repeated_ids(records: &[Value]) -> Vec<String> {
    let mut seen = HashSet::new();
    let repeated = records.iter().filter_map(sample::id).filter(|id| !seen.insert(*id));
    repeated.map(|id| format!("{id} appears twice")).collect()
}

/// Reads the fields of one page and notes what is missing or of the wrong type.
struct Fields<'p> {
    object: &'p serde_json::Map<String, Value>,
    label: &'p str,
    missing: Vec<String>,
    wrong: Vec<String>,
}

impl Fields<'_> {
    fn integer(&mut self, name: &str) -> Option<usize> {
        let value = self.value(name, true)?;
        let integer = value.as_u64().and_then(|integer| usize::try_from(integer).ok());
        if integer.is_none() {
            self.wrong(name, "a whole number");
        }
        integer
    }

    fn boolean(&mut self, name: &str, is_required: bool) -> Option<bool> {
        let value = self.value(name, is_required)?.as_bool();
        if value.is_none() {
            self.wrong(name, "true or false");
        }
        value
    }

    /// Returns how many records there are.
    fn records(&mut self, name: &str) -> usize {
        let records = self.value(name, true).map(Value::as_array);
        match records {
            Some(Some(records)) if records.iter().all(Value::is_object) => records.len(),
            Some(_) => {
                self.wrong(name, "an array of objects");
                0
            }
            None => 0,
        }
    }

    fn value(&mut self, name: &str, is_required: bool) -> Option<&Value> {
        let value = self.object.get(name);
        if value.is_none() && is_required {
            self.missing.push(format!("{}: {name} is missing", self.label));
        }
        value
    }

    fn wrong(&mut self, name: &str, expected: &str) {
        let value = self.object.get(name).unwrap_or(&Value::Null);
        self.wrong.push(format!(
            "{}: {name} is {}, not {expected}",
            self.label,
            schema::shown(value)
        ));
    }
}
