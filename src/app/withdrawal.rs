//! Withdrawing what is not to be republished any more before anybody is shown it once more.
//!
//! Until all was mapped without it nothing is served at a start, and nothing exported.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::error;
use tracing::info;

use super::App;
use crate::causes::with_causes;
use crate::harvest::Mapper;
use crate::harvest::SHOWN;
use crate::harvest::Shown;
use crate::harvest::shown_feeds;
use crate::harvest::withheld_since;
use crate::store::FeedRecord;
use crate::store::StoreError;

/// How soon it is tried again.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(5);

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
        let shown = shown_feeds(&records, &sources, &gate);
        Ok((records, shown))
    }

    /// Tells whether every service was mapped with the settings in force.
    async fn is_all_mapped(&self) -> Result<bool, StoreError> {
        Ok(self.is_made_with(&self.made_with().await?).await?
            && !self.store.is_service_dirty().await?)
    }
}
