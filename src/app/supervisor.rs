//! The pollers: one for each feed that is configured and not paused.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::App;
use super::share::Duty;
use crate::harvest;
use crate::harvest::FeedSettings;
use crate::harvest::Followed;
use crate::harvest::Until;
use crate::store::FeedId;
use crate::store::FeedUpdate;
use crate::store::StoreError;

/// The pollers that run, or ran to an end of their own.
#[derive(Debug, Default)]
pub(super) struct Supervisor(Mutex<HashMap<FeedId, Poller>>);

#[derive(Debug)]
struct Poller {
    settings: FeedSettings,
    duty: Duty,
    stop: CancellationToken,
    task: JoinHandle<Followed>,
}

/// Ends pollers, side by side; what each was writing is written whole or not at all.
async fn end(pollers: impl IntoIterator<Item = Poller>) {
    let pollers: Vec<Poller> = pollers.into_iter().collect();
    for poller in &pollers {
        poller.stop.cancel();
    }
    for poller in pollers {
        if poller.task.await.is_err() {
            warn!("a poller ended badly");
        }
    }
}

impl Poller {
    fn is_set_up_as(&self, settings: &FeedSettings) -> bool {
        let own = &self.settings;
        own.headers == settings.headers
            && own.hosts == settings.hosts
            && own.trusts_uris == settings.trusts_uris
            && own.policy == settings.policy
    }
}

impl Supervisor {
    /// Makes the pollers agree with the configuration and with what the store says of each feed. Those
    /// that go on are left alone, so this can be done at any time.
    pub(super) async fn reconcile(
        &self,
        app: &Arc<App>,
        stop: &CancellationToken,
    ) -> anyhow::Result<()> {
        let mut pollers = self.0.lock().await;
        let wanted = app.feed_settings().await?;
        let is_wanted = |id: &FeedId, poller: &Poller| {
            let settings = wanted.iter().find(|settings| settings.record.id == *id);
            let is_set_up = |s: &FeedSettings| s.record.paused.is_none() && poller.is_set_up_as(s);
            settings.is_some_and(is_set_up) && poller.duty == app.duties.of(*id)
        };
        let unwanted = pollers.extract_if(|id, poller| !is_wanted(id, poller));
        let unwanted: Vec<Poller> = unwanted.map(|(_, poller)| poller).collect();
        end(unwanted).await;
        // Read again: those that ended may have written until then.
        let all = app.feed_settings().await?.into_iter();
        let with_duty = all.map(|settings| (app.duties.of(settings.record.id), settings));
        let own: Vec<_> = with_duty.filter(|(duty, _)| *duty != Duty::Others).collect();
        app.board.retain(|feed| own.iter().any(|(_, settings)| settings.record.id == feed));
        for (duty, settings) in own {
            let id = settings.record.id;
            if settings.record.paused.is_some() {
                app.board.pause(id);
            } else if !stop.is_cancelled() && !pollers.contains_key(&id) {
                pollers.insert(id, start(app, settings, duty, stop));
            }
        }
        Ok(())
    }

    /// Ends the pollers of feeds; no other begins before what is returned is dropped.
    pub(super) async fn leave(&self, feeds: &[FeedId]) -> impl Drop {
        let mut pollers = self.0.lock().await;
        let left = pollers.extract_if(|id, _| feeds.contains(id));
        let left: Vec<Poller> = left.map(|(_, poller)| poller).collect();
        end(left).await;
        pollers
    }

    /// Ends every poller.
    pub(super) async fn leave_all(&self) {
        let mut pollers = self.0.lock().await;
        end(std::mem::take(&mut *pollers).into_values()).await;
    }

    /// Changes what the store says of a feed while nobody follows it; [`reconcile`] goes on from there.
    ///
    /// [`reconcile`]: Self::reconcile
    pub(super) async fn change(
        &self,
        app: &App,
        feed: FeedId,
        update: FeedUpdate,
    ) -> Result<(), StoreError> {
        let mut pollers = self.0.lock().await;
        end(pollers.remove(&feed)).await;
        app.store.update_feed(feed, update).await
    }
}

fn start(app: &Arc<App>, settings: FeedSettings, duty: Duty, stop: &CancellationToken) -> Poller {
    let stop = stop.child_token();
    let (followed, stopped) = (settings.clone(), stop.clone());
    app.board.begin(settings.record.id);
    let mut harvester = app.harvester.clone();
    if let Duty::Under(lease) = duty {
        harvester.store = app.store.under(lease);
    }
    let task = app.tasks.spawn(async move {
        harvest::follow(&harvester, &followed, Until::Cancelled, &stopped).await
    });
    Poller { settings, duty, stop, task }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::future::join_all;
    use tokio_util::task::TaskTracker;

    use super::*;
    use crate::config::Policy;
    use crate::store;
    use crate::store::FeedSpec;

    #[tokio::test]
    async fn pollers_end_side_by_side() {
        let store = store::open("sqlite::memory:").await.unwrap();
        let url = "https://one.example.org/feed".to_owned();
        let spec = FeedSpec { publisher: "one".to_owned(), url };
        let record = store.sync_feeds(vec![spec]).await.unwrap().remove(0);
        let settings = FeedSettings {
            record,
            headers: Vec::new(),
            hosts: Vec::new(),
            trusts_uris: true,
            policy: Policy::default(),
        };
        let (tasks, stops) = (TaskTracker::new(), [(); 2].map(|()| CancellationToken::new()));
        let poller = |stop: &CancellationToken| {
            let (settings, stop, all) = (settings.clone(), stop.clone(), stops.clone());
            // Each takes until the other was told to end.
            let task = tasks.spawn(async move {
                join_all(all.iter().map(CancellationToken::cancelled)).await;
                Followed::Cancelled
            });
            Poller { settings, duty: Duty::Own, stop, task }
        };
        let ended = end(stops.each_ref().map(poller));
        assert_eq!(tokio::time::timeout(Duration::from_secs(10), ended).await, Ok(()));
    }
}
