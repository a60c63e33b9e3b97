//! Of which feeds the services in the store may be made.
//!
//! A change of the configuration is followed by mapping, which takes its time, perhaps beyond the end of the process. So
//! the store remembers of which feeds its services may be made, until all was mapped without those that are withheld
//! now.

use std::collections::BTreeMap;

use super::gate::Gate;
use super::publication::Sources;
use crate::store::FeedRecord;
use crate::store::Store;
use crate::store::StoreError;

/// The name under which the store keeps of which feeds its services may be made.
pub const SHOWN: &str = "shown";

/// Feeds that may be republished, and whether each may be only under a licence that it states itself.
pub type Shown = BTreeMap<String, bool>;

/// Returns the feeds that may be republished.
pub fn shown_feeds(records: &[FeedRecord], sources: &Sources, gate: &Gate) -> Shown {
    let shown = records.iter().filter(|record| sources.0.contains_key(&record.id));
    shown.map(|record| (name_of(record), gate.needs_license.contains(&record.id))).collect()
}

/// Returns the feeds of which services in the store may still be made, and that are withheld now.
///
/// # Errors
/// When the store cannot be read.
pub async fn withheld_since(
    store: &dyn Store,
    records: &[FeedRecord],
    now: &Shown,
) -> Result<Shown, StoreError> {
    let written = store.document(SHOWN.to_owned()).await?;
    let written = written.and_then(|body| serde_json::from_slice::<Shown>(&body).ok());
    // Earlier versions wrote nothing down.
    let read = || records.iter().filter(|record| record.pages > 0);
    let before = written.unwrap_or_else(|| read().map(|record| (name_of(record), false)).collect());
    let is_licensed =
        |feed: &String| read().any(|record| record.license.is_some() && name_of(record) == *feed);
    let is_withheld = |feed: &String, needed_license: bool| match now.get(feed) {
        // One that goes without a licence takes its services along as its pages are read.
        Some(needs_license) => *needs_license && !needed_license && !is_licensed(feed),
        None => true,
    };
    Ok(before.into_iter().filter(|(feed, needed)| is_withheld(feed, *needed)).collect())
}

fn name_of(record: &FeedRecord) -> String {
    format!("{} {}", record.publisher, record.url)
}
