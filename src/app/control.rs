//! What the operator does to feeds while the gateway runs.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::App;
use crate::api::Action;
use crate::api::Control;
use crate::api::ControlError;
use crate::api::Done;
use crate::api::MissingParent;
use crate::api::MissingParents;
use crate::causes::with_causes;
use crate::config::without_secrets;
use crate::store::FeedRecord;
use crate::store::FeedUpdate;
use crate::store::StoreError;

/// How many missing parents of a feed are told.
const MOST_MISSING: usize = 1_000;

/// The operator's hand on a running gateway.
pub(super) struct Operator {
    pub(super) app: Arc<App>,
    pub(super) stop: CancellationToken,
}

impl Control for Operator {
    fn act(&self, action: Action, key: String) -> BoxFuture<'_, Result<Done, ControlError>> {
        Box::pin(async move {
            let records = self.app.store.feeds().await.map_err(failed)?;
            let is_meant = |record: &FeedRecord| {
                record.publisher == key || record.url == key || without_secrets(&record.url) == key
            };
            let meant: Vec<FeedRecord> = records.into_iter().filter(is_meant).collect();
            if meant.is_empty() {
                return Err(ControlError::UnknownKey);
            }
            let mut done = Done { feeds: Vec::new(), accepted: 0 };
            for record in &meant {
                done.accepted += self.act_on(action, record).await.map_err(failed)?;
                done.feeds.push(without_secrets(&record.url));
            }
            let reconciled = self.app.supervisor.reconcile(&self.app, &self.stop).await;
            reconciled.map_err(|error| ControlError::Failed(format!("{error:#}")))?;
            Ok(done)
        })
    }

    fn reload(&self) -> BoxFuture<'_, Result<(), ControlError>> {
        Box::pin(self.app.reload(&self.stop))
    }

    fn missing_parents(&self) -> BoxFuture<'_, Result<Vec<MissingParents>, ControlError>> {
        Box::pin(async {
            let mut all = Vec::new();
            for record in self.app.store.feeds().await.map_err(failed)? {
                let missing = self.app.store.orphans(record.id, MOST_MISSING).await;
                let missing = missing.map_err(failed)?.into_iter();
                all.push(MissingParents {
                    publisher: record.publisher,
                    url: without_secrets(&record.url),
                    missing: missing
                        .map(|(key, occurrences)| MissingParent { key, occurrences })
                        .collect(),
                });
            }
            Ok(all)
        })
    }
}

impl Operator {
    /// Does something to one feed; returns how many losses were accepted.
    async fn act_on(&self, action: Action, record: &FeedRecord) -> Result<u64, StoreError> {
        let (app, feed) = (&self.app, record.id);
        let mut accepted = 0;
        match action {
            Action::Pause => {
                let reason = "paused by the operator".to_owned();
                let update = FeedUpdate::Paused { reason, is_guarded: false };
                app.store.update_feed(feed, update).await?;
            }
            Action::Resume => {
                app.supervisor.change(app, feed, FeedUpdate::Resumed).await?;
                // What is still held is judged again.
                app.mapper.is_holding.store(true, Ordering::Release);
            }
            Action::Accept => {
                accepted = app.store.let_through(feed, true).await?;
                if record.is_guarded {
                    app.supervisor.change(app, feed, FeedUpdate::Resumed).await?;
                }
            }
            Action::Resync => {
                let at = app.clock.now();
                app.supervisor.change(app, feed, FeedUpdate::Resync { at }).await?;
            }
        }
        app.mapper.changed.notify_one();
        Ok(accepted)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "stands where errors are mapped")]
fn failed(error: StoreError) -> ControlError {
    ControlError::Failed(with_causes(&error))
}
