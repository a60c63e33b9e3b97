//! Withdrawing what is not to be republished any more before anybody is shown it once more.
//!
//! A change of the configuration is followed by mapping, which takes its time, perhaps beyond the end of the
//! process. So the store remembers of which feeds its services may be made, until all was mapped without
//! those that are withheld now. Until then nothing is served at a start, and nothing exported.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::error;
use tracing::info;

use super::App;
use crate::causes::with_causes;
use crate::harvest::Gate;
use crate::harvest::Mapper;
use crate::harvest::Sources;
use crate::store::FeedRecord;
use crate::store::Store;
use crate::store::StoreError;

/// The name under which the store keeps of which feeds its services may be made.
const SHOWN: &str = "shown";

/// How soon it is tried again.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// Feeds that may be republished, and whether each may be only under a licence that it states itself.
pub(super) type Shown = BTreeMap<String, bool>;

/// Returns the feeds that may be republished.
pub(super) fn shown(records: &[FeedRecord], sources: &Sources, gate: &Gate) -> Shown {
    let shown = records.iter().filter(|record| sources.0.contains_key(&record.id));
    shown.map(|record| (name_of(record), gate.needs_license.contains(&record.id))).collect()
}

/// Returns the feeds of which services in the store may still be made, and that are withheld now.
pub(super) async fn withheld_since(
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

impl App {
    /// Maps the services that wait, without anybody being shown them, where something is not to be republished any more. What
    /// cannot be done just now is tried again until it is done, or this is told to stop.
    pub(super) async fn withdraw(&self, mapper: &Mapper, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            match self.try_to_withdraw(mapper, stop).await {
                Ok(true) => return,
                Ok(false) => {}
                Err(error) => error!(
                    error = with_causes(&error),
                    "what is not to be republished any more was not withdrawn; it is tried again"
                ),
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(TRY_AGAIN_AFTER) => {}
            }
        }
    }

    async fn try_to_withdraw(
        &self,
        mapper: &Mapper,
        stop: &CancellationToken,
    ) -> Result<bool, StoreError> {
        let (records, now) = self.shown().await?;
        let withheld = withheld_since(self.store.as_ref(), &records, &now).await?;
        if withheld.is_empty() {
            return Ok(true);
        }
        info!(feeds = withheld.len(), "withdrawing what is not to be republished any more");
        let prepared = async {
            self.load_vocabularies().await;
            self.mark_if_made_otherwise().await;
        };
        tokio::select! {
            () = stop.cancelled() => return Ok(false),
            () = prepared => {}
        }
        mapper.map_unseen(stop).await?;
        self.note_shown().await
    }

    /// Writes down of which feeds services may be made from now on; tells whether none are made of others.
    pub(super) async fn note_shown(&self) -> Result<bool, StoreError> {
        let (records, now) = self.shown().await?;
        let withheld = withheld_since(self.store.as_ref(), &records, &now).await?;
        let is_done = withheld.is_empty() || self.is_all_mapped().await?;
        let mut shown = now;
        if !is_done {
            shown.extend(withheld);
        }
        let body = serde_json::to_vec(&shown).unwrap_or_default();
        if self.store.document(SHOWN.to_owned()).await?.as_ref() != Some(&body) {
            self.store.keep_document(SHOWN.to_owned(), body).await?;
        }
        Ok(is_done)
    }

    async fn shown(&self) -> Result<(Vec<FeedRecord>, Shown), StoreError> {
        let records = self.store.feeds().await?;
        let (sources, gate) = (self.mapper.sources.load(), self.mapper.gate.load());
        let shown = shown(&records, &sources, &gate);
        Ok((records, shown))
    }

    /// Tells whether every service was mapped with the settings in force.
    async fn is_all_mapped(&self) -> Result<bool, StoreError> {
        Ok(self.is_made_with(&self.made_with().await?).await?
            && !self.store.is_service_dirty().await?)
    }
}
