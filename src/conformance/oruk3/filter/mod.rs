//! Filters: each is tried with values of a record that was read before.
//!
//! A value the record has must keep it; a value it does not have must drop it. What a filter does
//! with records that lack the field is left open by the standard and not judged.

mod source;

use crate::conformance::Options;
use crate::conformance::page::Found;
use crate::conformance::page::Search;
use crate::conformance::report::Ledger;
use crate::conformance::rule;
use crate::conformance::rule::Rule;
use crate::conformance::sample::UNKNOWN_ID;
use crate::conformance::session::Session;

use self::source::Query;
use self::source::Source;

use super::Collection;
use super::DIALECT;
use super::SERVICE_AT_LOCATIONS;
use super::SERVICES;

/// Tries every filter on both endpoints that have filters.
pub(super) async fn check(
    session: &mut Session<'_>,
    ledger: &mut Ledger,
    options: &Options,
    collections: &[Collection],
) {
    for path in [SERVICES, SERVICE_AT_LOCATIONS] {
        let details = super::at(collections, path)
            .map(|collection| collection.details.as_slice())
            .unwrap_or_default();
        let sources: Vec<Source<'_>> = details
            .iter()
            .filter_map(|detail| {
                if path == SERVICES {
                    Source::of_service(detail)
                } else {
                    Source::of_service_at_location(detail)
                }
            })
            .collect();
        for filter in &FILTERS {
            if filter.path.is_none_or(|only| only == path) {
                let mut trial = Trial { session, path, options };
                trial.judge(ledger, filter, &sources).await;
            }
        }
        let mut trial = Trial { session, path, options };
        trial.judge_and(ledger, &sources).await;
    }
}

/// A filter: its rule, and how queries are made from a record.
struct Filter {
    rule: &'static Rule,
    /// The only endpoint that has it; none when both have.
    path: Option<&'static str>,
    /// Returns a query that the record fits, if it has what the filter asks for.
    fitting: fn(&Source<'_>, &Options) -> Option<Query>,
    /// Returns a query that the record does not fit.
    unfitting: fn(&Source<'_>) -> Option<Query>,
}

static FILTERS: [Filter; 9] = [
    Filter {
        rule: &rule::ORUK3_FILTER_SEARCH,
        path: None,
        fitting: |source, _| source.word(),
        unfitting: |_| Some(nonsense_word()),
    },
    Filter {
        rule: &rule::ORUK3_FILTER_TERM,
        path: None,
        fitting: |source, _| source.term(),
        unfitting: |_| Some(unknown("taxonomy_term_id")),
    },
    Filter {
        rule: &rule::ORUK3_FILTER_TAXONOMY,
        path: None,
        fitting: |source, _| source.taxonomy(),
        unfitting: |_| Some(unknown("taxonomy_id")),
    },
    Filter {
        rule: &rule::ORUK3_FILTER_MINIMUM_AGE,
        path: None,
        fitting: |source, _| source.age("minimum_age", 0.0),
        unfitting: |source| source.age("minimum_age", 1.0),
    },
    Filter {
        rule: &rule::ORUK3_FILTER_MAXIMUM_AGE,
        path: None,
        fitting: |source, _| source.age("maximum_age", 0.0),
        unfitting: |source| source.age("maximum_age", -1.0),
    },
    Filter {
        rule: &rule::ORUK3_FILTER_DAY,
        path: None,
        fitting: |source, options| source.day(options.now.date_naive()),
        unfitting: |source| source.other_day(),
    },
    Filter {
        rule: &rule::ORUK3_FILTER_START_TIME,
        path: None,
        fitting: |source, options| source.start(options.now.date_naive()),
        unfitting: |source| source.after_every_start(),
    },
    Filter {
        rule: &rule::ORUK3_FILTER_END_TIME,
        path: None,
        fitting: |source, options| source.end(options.now.date_naive()),
        unfitting: |source| source.before_every_end(),
    },
    Filter {
        rule: &rule::ORUK3_FILTER_POSTCODE,
        path: Some(SERVICE_AT_LOCATIONS),
        fitting: |source, _| source.near(),
        unfitting: |source| source.far(),
    },
];

/// Tries queries on one endpoint.
struct Trial<'t, 'c> {
    session: &'t mut Session<'c>,
    path: &'static str,
    options: &'t Options,
}

impl Trial<'_, '_> {
    async fn judge(&mut self, ledger: &mut Ledger, filter: &Filter, sources: &[Source<'_>]) {
        let mut problems = Vec::new();
        let mut tried = 0_usize;
        for source in sources {
            let Some(fitting) = (filter.fitting)(source, self.options) else {
                continue;
            };
            if tried == SOURCES_TRIED {
                break;
            }
            let is_kept = self.keeps(source, &fitting, &mut problems).await;
            let is_dropped = match (filter.unfitting)(source) {
                Some(unfitting) => self.drops(source, &unfitting, &mut problems).await,
                None => true,
            };
            tried += usize::from(is_kept && is_dropped);
        }
        if tried == 0 && problems.is_empty() {
            ledger.skip(filter.rule, self.path, "no record that was read has what it asks for");
        } else {
            ledger.judge(filter.rule, self.path, &problems);
        }
    }

    /// Everything a record has, together, keeps it; one value it does not have drops it.
    async fn judge_and(&mut self, ledger: &mut Ledger, sources: &[Source<'_>]) {
        let rule = &rule::ORUK3_FILTER_AND;
        let today = self.options.now.date_naive();
        let richest = sources
            .iter()
            .map(|source| (source, source.everything(today)))
            .max_by_key(|(_, query)| query.len());
        let Some((source, query)) = richest.filter(|(_, query)| query.len() > 1) else {
            ledger.skip(rule, self.path, "no record that was read has two values to combine");
            return;
        };
        let mut problems = Vec::new();
        self.keeps(source, &query, &mut problems).await;
        for (name, _) in &query {
            let nonsense = match *name {
                "search" => nonsense_word(),
                "taxonomy_term_id" | "taxonomy_id" => unknown(name),
                _ => continue,
            };
            let mut spoilt: Query =
                query.iter().filter(|(other, _)| other != name).cloned().collect();
            spoilt.extend(nonsense);
            self.drops(source, &spoilt, &mut problems).await;
        }
        ledger.judge(rule, self.path, &problems);
    }

    /// Returns whether it could be judged.
    async fn keeps(
        &mut self,
        source: &Source<'_>,
        query: &Query,
        problems: &mut Vec<String>,
    ) -> bool {
        match self.find(source, query).await {
            Found::Yes => {}
            Found::No => problems.push(format!("{} misses {}", self.told(query), source.id)),
            Found::Refused(told) => problems.push(told),
            Found::Unknown => return false,
        }
        true
    }

    /// Returns whether it could be judged; a refusal drops everything.
    async fn drops(
        &mut self,
        source: &Source<'_>,
        query: &Query,
        problems: &mut Vec<String>,
    ) -> bool {
        match self.find(source, query).await {
            Found::Yes => problems.push(format!("{} shows {}", self.told(query), source.id)),
            Found::No | Found::Refused(_) => {}
            // Nonsense was searched for, and there are pages upon pages of it.
            Found::Unknown if is_narrow(query) => {
                problems.push(format!("{} has results", self.told(query)));
            }
            Found::Unknown => return false,
        }
        true
    }

    /// Looks for the record; where there are too many results, among those with a word of its name.
    async fn find(&mut self, source: &Source<'_>, query: &Query) -> Found {
        let found = self.read(source.id, query).await;
        match (&found, source.word()) {
            (Found::Unknown, Some(word)) if !is_narrow(query) => {
                let narrowed: Query = query.iter().cloned().chain(word).collect();
                self.read(source.id, &narrowed).await
            }
            _ => found,
        }
    }

    async fn read(&mut self, id: &str, query: &Query) -> Found {
        let search = Search { dialect: &DIALECT, path: self.path, query };
        search.find(self.session, id, self.options.max_pages.min(MAX_RESULT_PAGES)).await
    }

    fn told(&self, query: &Query) -> String {
        Search { dialect: &DIALECT, path: self.path, query }.told()
    }
}

fn is_narrow(query: &Query) -> bool {
    query.iter().any(|(name, _)| *name == "search")
}

fn nonsense_word() -> Query {
    vec![("search", "zqxjvkwqyzz".to_owned())]
}

fn unknown(name: &'static str) -> Query {
    vec![(name, UNKNOWN_ID.to_owned())]
}

/// Two records catch what one lets through by luck.
const SOURCES_TRIED: usize = 2;

/// Further pages are asked for only after narrowing the query.
const MAX_RESULT_PAGES: usize = 10;
