//! Looking for one record among the results of a query.

use serde_json::Value;

use crate::conformance::sample;
use crate::conformance::session::Session;

use super::Dialect;
use super::records;

/// What became of a record under a query.
pub(in super::super) enum Found {
    Yes,
    No,
    /// The results have more pages than may be read.
    Unknown,
    /// The query was not answered with a page; the string says how it was answered.
    Refused(String),
}

/// A query: where it goes, and its parameters without those of the page.
pub(in super::super) struct Search<'q> {
    pub(in super::super) dialect: &'static Dialect,
    pub(in super::super) path: &'q str,
    pub(in super::super) query: &'q [(&'static str, String)],
}

impl Search<'_> {
    /// Looks for a record among the results, up to a number of pages.
    pub(in super::super) async fn find(
        &self,
        session: &mut Session<'_>,
        id: &str,
        max_pages: usize,
    ) -> Found {
        for page in 1..=max_pages {
            let page = page.to_string();
            let paging = [("page", page.as_str()), ("per_page", PER_PAGE_OF_RESULTS)];
            let plain = self.query.iter().map(|(name, value)| (*name, value.as_str()));
            let asked: Vec<(&str, &str)> = plain.chain(paging).collect();
            let reply = session.get(self.path, &asked).await;
            let object = match reply.object() {
                Ok(object) => object,
                Err(told) => return Found::Refused(told),
            };
            let records = records(&reply, self.dialect);
            if records.iter().any(|record| sample::id(record) == Some(id)) {
                return Found::Yes;
            }
            let is_last = object.get(self.dialect.names.last_page) == Some(&Value::Bool(true));
            if records.is_empty() || is_last {
                return Found::No;
            }
        }
        Found::Unknown
    }

    /// Says the query in a line.
    pub(in super::super) fn told(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.query);
        format!("{}?{}", self.path, query.finish())
    }
}

const PER_PAGE_OF_RESULTS: &str = "100";
