//! What an export says of itself: what it holds, where that comes from, and whose it is.

use std::sync::Arc;

use chrono::DateTime;
use chrono::Utc;
use serde::Serialize;

use crate::oruk::TaxonomyTerm;

/// What an export says of itself.
#[derive(Debug, Clone, Serialize)]
pub struct About {
    /// What it holds, for people.
    pub title: String,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// Number of the latest change in it.
    pub change_number: u64,
    /// How whoever shows the data has to name where it comes from.
    pub attribution: String,
    /// Where the data comes from.
    pub sources: Vec<Source>,
    /// Terms of the services with all wider ones; those that only services name are added.
    #[serde(skip)]
    pub terms: Vec<Arc<TaxonomyTerm>>,
}

/// A feed the data comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Key of the publisher.
    pub publisher: String,
    /// Name of the publisher.
    pub name: String,
    /// First page of the feed, without anything secret.
    pub url: String,
    /// Licence of the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// When it was last read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_read: Option<DateTime<Utc>>,
}

impl About {
    /// Returns what is said of an export of these sources.
    pub fn new(
        title: String,
        created: DateTime<Utc>,
        change_number: u64,
        sources: Vec<Source>,
        terms: Vec<Arc<TaxonomyTerm>>,
    ) -> Self {
        let attribution = attribution(&sources);
        Self { title, created, change_number, attribution, sources, terms }
    }

    /// Returns the licences of the sources, each once.
    pub(super) fn licenses(&self) -> Vec<&str> {
        let mut licenses: Vec<&str> =
            self.sources.iter().filter_map(|source| source.license.as_deref()).collect();
        licenses.sort_unstable();
        licenses.dedup();
        licenses
    }
}

fn attribution(sources: &[Source]) -> String {
    let mut named: Vec<String> = Vec::new();
    for source in sources {
        let license = source.license.as_deref().unwrap_or("no stated licence");
        let name = format!("{} ({license})", source.name);
        if !named.contains(&name) {
            named.push(name);
        }
    }
    format!(
        "Contains OpenActive data of {}, put into the form of Open Referral UK.",
        named.join(", ")
    )
}
