//! Taking over a configuration that changed, while the gateway runs.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::SignalKind;
use tokio::signal::unix::signal;
use tokio_util::sync::CancellationToken;
use tracing::error;
use tracing::info;
use tracing::warn;

use super::App;
use super::areas::areas;
use super::datasets::stored;
use super::mappings::read_mappings;
use super::rules::warn_of_activities;
use super::sources::Feeds;
use crate::api::ControlError;
use crate::catalogue::Area;
use crate::causes::with_causes;
use crate::config::Config;
use crate::config::ProcessEnvironment;
use crate::mapping::Rules;
use crate::mapping::Ruleset;

/// How often the file is looked at. Looking works where being told does not: on network file systems, and
/// where whole folders are swapped by a link.
const LOOK_EVERY: Duration = Duration::from_secs(2);

impl App {
    /// Reads the configuration again whenever its file changes or SIGHUP comes. A file that cannot be
    /// used is told of once; one that the store cannot follow just now is tried again.
    pub(super) async fn follow_config(self: Arc<Self>, stop: CancellationToken) {
        let Some((path, mut known)) = self.config_file.clone() else { return };
        let Ok(mut hang_up) = signal(SignalKind::hangup()) else { return };
        loop {
            let is_asked_for = tokio::select! {
                () = stop.cancelled() => return,
                asked = hang_up.recv() => asked.is_some(),
                () = tokio::time::sleep(LOOK_EVERY) => false,
            };
            let present = read(&path).await;
            // A file that is being replaced may be gone for a moment.
            if !is_asked_for && (present.is_none() || present == known) {
                continue;
            }
            known = present;
            match self.reload(&stop).await {
                Ok(()) => {}
                Err(error) => {
                    error!(%error, "configuration not taken over");
                    if matches!(error, ControlError::Failed(_)) {
                        // Nothing is wrong with the file: it is taken over once that can be done.
                        known = None;
                    }
                }
            }
        }
    }

    /// Reads the configuration again. What can only change at a start stays as it was.
    pub(super) async fn reload(
        self: &Arc<Self>,
        stop: &CancellationToken,
    ) -> Result<(), ControlError> {
        let _one_at_a_time = self.reloading.lock().await;
        let path = self.config_file.clone();
        let (path, _) = path.ok_or_else(|| ControlError::Refused("it has no file".to_owned()))?;
        let refused = |reason: String| ControlError::Refused(reason);
        let config =
            Config::load(&path, &ProcessEnvironment).map_err(|e| refused(with_causes(&e)))?;
        let config = self.keep_fixed(config);
        // Whatever cannot be used is found before anything is changed.
        let failed = |error| ControlError::Failed(with_causes(&error));
        let records = self.store.feeds().await.map_err(failed)?;
        let set = read_mappings(&config).map_err(|e| refused(with_causes(&e)))?;
        let mut rules = Rules::clone(&self.rules.load());
        rules.take(Arc::new(set));
        Feeds::settings(&config, records, &rules).map_err(|e| refused(format!("{e:#}")))?;
        let served = areas(&config.areas).map_err(|e| refused(with_causes(&e)))?;
        self.take_config(config, served, Arc::clone(rules.set()), stop)
            .await
            .map_err(|e| ControlError::Failed(format!("{e:#}")))?;
        info!("configuration taken over");
        Ok(())
    }

    /// Puts the sections back that a running gateway cannot change.
    fn keep_fixed(&self, mut config: Config) -> Config {
        let present = self.config.load();
        let changed = [
            ("server", config.server != present.server),
            ("store", config.store != present.store),
            ("cache", config.cache != present.cache),
            ("fetch", config.fetch != present.fetch),
            ("limits", config.limits != present.limits),
            ("web", config.web != present.web),
        ];
        for (section, is_changed) in changed {
            if is_changed {
                warn!(section, "changed in the configuration; takes a restart to be in force");
            }
        }
        config.server.clone_from(&present.server);
        config.store.clone_from(&present.store);
        config.cache.clone_from(&present.cache);
        config.fetch.clone_from(&present.fetch);
        config.limits.clone_from(&present.limits);
        config.web.clone_from(&present.web);
        config
    }

    async fn take_config(
        self: &Arc<Self>,
        config: Config,
        served: Vec<Area>,
        set: Arc<Ruleset>,
        stop: &CancellationToken,
    ) -> anyhow::Result<()> {
        if config.areas != self.config.load().areas {
            self.catalogue.set_areas(served).await?;
            warn_of_activities(&config, &self.rules.load(), None);
        }
        let datasets = stored(&config, self.store.as_ref()).await?;
        self.take_feeds(&config, Feeds::specs(&config, &datasets)).await?;
        self.datasets.store(Arc::new(datasets));
        self.config.store(Arc::new(config));
        self.change_rules(|rules| rules.take(set)).await;
        self.load_vocabularies().await;
        self.mark_if_made_otherwise().await;
        self.refresh_now.notify_one();
        self.look_now.notify_one();
        self.supervisor.reconcile(self, stop).await?;
        self.mapper.changed.notify_one();
        Ok(())
    }
}

async fn read(path: &Path) -> Option<Vec<u8>> {
    let path = PathBuf::from(path);
    tokio::fs::read(path).await.ok()
}
