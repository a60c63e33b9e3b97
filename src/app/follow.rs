//! Following the store: what other processes write there.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::debug;
use tracing::info;
use tracing::warn;

use super::App;
use super::datasets;
use crate::causes::with_causes;
use crate::store::Hint;
use crate::store::StoreError;

/// How often the change log is looked at where no hint comes.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How often what changes seldom is read where another process maps: vocabularies, and what dataset sites said. Who maps
/// has read them, and looks as often whether something could not be marked.
const READ_EVERY: Duration = Duration::from_mins(1);

/// How long to wait when no hints can be had.
const HINT_WAIT: Duration = Duration::from_secs(5);

impl App {
    /// Moves the catalogue on with what others publish, until told to stop. Without the store, what is
    /// there is served on.
    pub(super) async fn follow_store(self: Arc<Self>, stop: CancellationToken) {
        let mut read_at = Instant::now();
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.published.notified() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            let followed = self.catalogue.catch_up().await;
            self.note_store(followed.as_ref().err());
            if followed.is_err() || read_at.elapsed() < READ_EVERY {
                continue;
            }
            read_at = Instant::now();
            if self.maps() {
                self.mark_what_is_owed().await;
            } else if let Err(error) = self.read_again().await {
                warn!(error = with_causes(&error), "vocabularies and dataset sites not read again");
            }
        }
    }

    /// Notes since when the store does not answer.
    fn note_store(&self, error: Option<&StoreError>) {
        let lost = self.store_lost_at.load_full();
        match (error, lost) {
            (Some(error), None) => {
                warn!(
                    error = with_causes(error),
                    "store does not answer; serving what was read before"
                );
                self.store_lost_at.store(Some(Arc::new(self.clock.now())));
            }
            (None, Some(_)) => {
                info!("store answers again");
                self.store_lost_at.store(None);
            }
            _ => {}
        }
    }

    async fn read_again(&self) -> Result<(), StoreError> {
        let known = datasets::stored(&self.config.load(), self.store.as_ref()).await?;
        self.datasets.store(Arc::new(known));
        self.load_vocabularies().await;
        Ok(())
    }

    /// Wakes whoever waits for what others do, as the store hints that it is done.
    pub(super) async fn follow_hints(self: Arc<Self>, stop: CancellationToken) {
        loop {
            let hint = tokio::select! {
                () = stop.cancelled() => return,
                hint = self.store.hint() => hint,
            };
            match hint {
                Ok(Hint::Marked) => self.mapper.changed.notify_one(),
                Ok(Hint::Published) => self.published.notify_one(),
                Err(error) => {
                    debug!(error = with_causes(&error), "no hints to be had");
                    tokio::time::sleep(HINT_WAIT).await;
                }
            }
        }
    }
}
