//! Crosswalks: from OpenActive activities to the terms of other taxonomies, such as a council's own
//! service types; and from types of facility to activities.
//!
//! The rows are data (`mappings/crosswalks/*.csv`, `mappings/taxonomies/facility-activity.csv`). No
//! term is guessed: a service gets the terms that a row names, with the link type `service_type`.

use std::collections::HashMap;
use std::collections::HashSet;

use csv::ReaderBuilder;
use csv::StringRecord;
use csv::Trim;
use url::Url;

use super::attribute;
use crate::openactive::Vocabulary;
use crate::oruk::Id;
use crate::oruk::TaxonomyTerm;
use crate::oruk::v3::Scheme;

/// The activity that stands for every service: its terms anchor a whole directory.
const EVERY: &str = "*";

/// How many steps from an activity to wider ones are taken.
const MAX_STEPS: usize = 8;

/// Why a CSV cannot be used: line and reason.
type Fault = (u64, String);

/// The terms that activities stand for in one taxonomy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Crosswalk {
    /// The file it was read from.
    pub(super) file: String,
    /// By label or URI of the activity, in lower case.
    terms: HashMap<String, Vec<TaxonomyTerm>>,
}

impl Crosswalk {
    /// Reads a crosswalk.
    pub(super) fn parse(file: &str, csv: &str) -> Result<Self, Fault> {
        let mut crosswalk = Self { file: file.to_owned(), terms: HashMap::new() };
        let mut taxonomies: HashMap<String, String> = HashMap::new();
        let mut labels: HashMap<Id, String> = HashMap::new();
        for (line, row) in rows(csv, &COLUMNS)? {
            let fail = |reason: String| Err((line, reason));
            let cell = |at: usize| row.get(at).unwrap_or_default();
            let [activity, term, uri, id, taxonomy, taxonomy_uri] = [0, 1, 2, 3, 4, 5].map(cell);
            for (column, value) in [("activity", activity), ("term", term), ("taxonomy", taxonomy)]
            {
                if value.is_empty() {
                    return fail(format!("`{column}` is empty"));
                }
            }
            if Url::parse(taxonomy_uri).is_err() {
                return fail("`taxonomy_uri` must be a URI".to_owned());
            }
            if Scheme::ALL.iter().any(|scheme| scheme.uri() == taxonomy_uri) {
                return fail("`taxonomy_uri` is one that the program writes itself".to_owned());
            }
            let named = taxonomies.entry(taxonomy_uri.to_owned()).or_insert(taxonomy.to_owned());
            if named != taxonomy {
                return fail(format!("{taxonomy_uri} is called \"{named}\" further up"));
            }
            let term = made(term, uri, id, taxonomy, taxonomy_uri).map_err(|why| (line, why))?;
            let label = labels.entry(term.id).or_insert_with(|| term.name.clone());
            if *label != term.name {
                return fail(format!("this term is called \"{label}\" further up"));
            }
            let terms = crosswalk.terms.entry(activity.to_lowercase()).or_default();
            if terms.iter().any(|known| known.id == term.id) {
                return fail("this row stands further up".to_owned());
            }
            terms.push(term);
        }
        Ok(crosswalk)
    }

    /// Returns every term, each once, in no order.
    pub(super) fn terms(&self) -> impl Iterator<Item = &TaxonomyTerm> {
        let mut seen = HashSet::new();
        self.terms.values().flatten().filter(move |term| seen.insert(term.id))
    }

    /// Returns the activities with a row that the activity list does not know, in order.
    pub(super) fn unlisted(&self, list: &Vocabulary) -> Vec<&str> {
        let is_known = |key: &str| {
            let by_label = || list.by_label(key).filter(|term| term.label.to_lowercase() == key);
            key == EVERY || list.by_uri(key).or_else(by_label).is_some()
        };
        let mut unlisted: Vec<_> =
            self.terms.keys().map(String::as_str).filter(|key| !is_known(key)).collect();
        unlisted.sort_unstable();
        unlisted
    }

    /// Returns the terms of a service: those of its activities, each from the nearest activity at or
    /// above it that has a row, and those of every service.
    pub(super) fn of(&self, activities: &[TaxonomyTerm], list: &Vocabulary) -> Vec<TaxonomyTerm> {
        if self.terms.is_empty() {
            return Vec::new();
        }
        let found = activities.iter().filter_map(|activity| self.nearest(activity, list));
        let every = self.terms.get(EVERY);
        attribute::distinct(found.chain(every).flatten().cloned())
    }

    fn nearest(&self, activity: &TaxonomyTerm, list: &Vocabulary) -> Option<&Vec<TaxonomyTerm>> {
        let mut uri = activity.term_uri.as_deref();
        let mut label = activity.name.as_str();
        for _ in 0..MAX_STEPS {
            let row = uri.and_then(|uri| self.terms.get(&uri.to_lowercase()));
            if let Some(terms) = row.or_else(|| self.terms.get(&label.to_lowercase())) {
                return Some(terms);
            }
            let broader = list.by_uri(uri?)?.broader.as_deref()?;
            let wider = list.by_uri(broader)?;
            (uri, label) = (Some(wider.uri.as_str()), &wider.label);
        }
        None
    }
}

/// Makes the term that a row names.
fn made(
    label: &str,
    uri: &str,
    id: &str,
    taxonomy: &str,
    taxonomy_uri: &str,
) -> Result<TaxonomyTerm, String> {
    if !uri.is_empty() && Url::parse(uri).is_err() {
        return Err("`term_uri` must be a URI, or empty where there is a `term_id`".to_owned());
    }
    let id = match (id, uri) {
        ("", "") => return Err("a term needs `term_uri` or `term_id`".to_owned()),
        ("", uri) => attribute::concept_id(uri),
        (id, _) => Id::parse(id).ok_or("`term_id` must be a UUID")?,
    };
    Ok(TaxonomyTerm {
        id,
        name: label.to_owned(),
        description: label.to_owned(),
        parent_id: None,
        taxonomy: taxonomy.to_owned(),
        taxonomy_id: Id::derive("taxonomy", &[taxonomy_uri]),
        term_uri: uri.starts_with("http").then(|| uri.to_owned()),
        term: label.to_owned(),
    })
}

/// Reads the activity that each type of facility stands for, both by label; the type in lower case.
pub(super) fn implied_activities(csv: &str) -> Result<HashMap<String, String>, Fault> {
    let mut activities = HashMap::new();
    for (line, row) in rows(csv, &["facility_type", "activity"])? {
        let (from, to) = (row.get(0).unwrap_or_default(), row.get(1).unwrap_or_default());
        if from.is_empty() || to.is_empty() {
            return Err((line, "a row needs both columns".to_owned()));
        }
        if activities.insert(from.to_lowercase(), to.to_owned()).is_some() {
            return Err((line, format!("\"{from}\" stands further up")));
        }
    }
    Ok(activities)
}

/// Reads rows with their line numbers, one to a line; empty lines and those that begin with `#` are
/// passed over.
fn rows(csv: &str, columns: &[&str]) -> Result<Vec<(u64, StringRecord)>, Fault> {
    let lines = csv.trim_start_matches('\u{feff}').lines().zip(1_u64..);
    let mut lines = lines.filter(|(line, _)| !line.trim().is_empty() && !line.starts_with('#'));
    let header =
        lines.next().map(|(line, number)| Ok((number, cells(line, number)?))).transpose()?;
    let (number, header) = header.unwrap_or((1, StringRecord::new()));
    if header.iter().ne(columns.iter().copied()) {
        return Err((number, format!("the first row must be {}", columns.join(","))));
    }
    let mut rows = Vec::new();
    for (line, number) in lines {
        let row = cells(line, number)?;
        if row.len() != columns.len() {
            let (found, known) = (row.len(), columns.len());
            return Err((number, format!("{found} columns instead of {known}")));
        }
        rows.push((number, row));
    }
    Ok(rows)
}

fn cells(line: &str, number: u64) -> Result<StringRecord, Fault> {
    let mut reader =
        ReaderBuilder::new().has_headers(false).trim(Trim::All).from_reader(line.as_bytes());
    let row = reader.records().next().transpose();
    row.map_err(|error| (number, error.to_string())).map(Option::unwrap_or_default)
}

const COLUMNS: [&str; 6] = ["activity", "term", "term_uri", "term_id", "taxonomy", "taxonomy_uri"];
