//! Following the store: what other processes write there.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::info;
use tracing::warn;

use super::App;
use super::datasets;
use crate::store::StoreError;

/// How often the change log is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// How often what changes seldom is read: vocabularies, and what dataset sites said.
const READ_EVERY: Duration = Duration::from_mins(1);

impl App {
    /// Moves the catalogue on with what others publish, until told to stop. Without the store, what is
    /// there is served on.
    pub(super) async fn follow_store(self: Arc<Self>, stop: CancellationToken) {
        let mut read_at = Instant::now();
        let mut is_lost = false;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            let followed = self.catalogue.catch_up().await;
            match &followed {
                Ok(_) if is_lost => info!("store answers again"),
                Err(error) if !is_lost => {
                    warn!(%error, "store does not answer; serving what was read before");
                }
                _ => {}
            }
            is_lost = followed.is_err();
            if read_at.elapsed() < READ_EVERY {
                continue;
            }
            read_at = Instant::now();
            if let Err(error) = self.read_again().await {
                warn!(%error, "vocabularies and dataset sites not read again");
            }
        }
    }

    async fn read_again(&self) -> Result<(), StoreError> {
        let known = datasets::stored(&self.config.load(), self.store.as_ref()).await?;
        self.datasets.store(Arc::new(known));
        self.load_vocabularies().await;
        Ok(())
    }
}
