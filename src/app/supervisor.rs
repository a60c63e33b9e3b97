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

impl Poller {
    /// Ends the poller; what it was writing is written whole or not at all.
    async fn end(self) {
        self.stop.cancel();
        if self.task.await.is_err() {
            warn!("a poller ended badly");
        }
    }

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
        for (_, poller) in unwanted.collect::<Vec<_>>() {
            poller.end().await;
        }
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
        for (_, poller) in pollers.extract_if(|id, _| feeds.contains(id)).collect::<Vec<_>>() {
            poller.end().await;
        }
        pollers
    }

    /// Ends every poller.
    pub(super) async fn leave_all(&self) {
        let mut pollers = self.0.lock().await;
        for (_, poller) in pollers.drain() {
            poller.end().await;
        }
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
        if let Some(poller) = pollers.remove(&feed) {
            poller.end().await;
        }
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
