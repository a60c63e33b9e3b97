//! Keeping the rules in force: vocabularies, the folder of mapping rules, and what follows from a change.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::error;
use tracing::info;
use tracing::warn;

use super::App;
use super::areas::unlisted_activities;
use super::mappings;
use super::mappings::Watched;
use super::sources::Feeds;
use super::vocabularies;
use super::vocabularies::Vocabularies;
use crate::causes::with_causes;
use crate::config::Config;
use crate::mapping::Rules;
use crate::mapping::Ruleset;
use crate::store::StoreError;

/// How often the vocabularies are read.
const REFRESH_EVERY: Duration = Duration::from_hours(24);

/// How soon they are read again when one could not be had.
const TRY_AGAIN_AFTER: Duration = Duration::from_mins(10);

/// The name under which the store keeps what services are made with.
const MADE_WITH: &str = "made_with";

impl App {
    /// Takes over the copies of the vocabularies that the store holds: they never delay the start.
    pub(super) async fn load_vocabularies(&self) {
        let stored = self.vocabularies(&self.config.load()).stored().await;
        self.change_rules(|rules| vocabularies::put(rules, stored)).await;
    }

    /// Reads the vocabularies now.
    pub(super) async fn read_vocabularies(&self) {
        let (read, _) = self.vocabularies(&self.config.load()).refreshed().await;
        self.change_rules(|rules| vocabularies::put(rules, read)).await;
    }

    fn vocabularies<'a>(&'a self, config: &'a Config) -> Vocabularies<'a> {
        Vocabularies {
            config: &config.mappings,
            store: &self.store,
            fetcher: &self.harvester.fetcher,
        }
    }

    pub(super) async fn change_rules(&self, change: impl FnOnce(&mut Rules)) {
        let _changing = self.changing_rules.lock().await;
        let before = self.rules.load_full();
        let mut rules = Rules::clone(&before);
        change(&mut rules);
        let unlisted = rules.unlisted();
        if unlisted != before.unlisted() {
            for (file, activity) in unlisted {
                warn!(
                    file,
                    activity, "a row has no effect: the activity is not in the activity list"
                );
            }
        }
        warn_of_activities(&self.config.load(), &rules, Some(&before));
        self.catalogue.set_vocabulary(rules.terms());
        match self.store.feeds().await {
            Ok(records) => {
                let (config, datasets) = (self.config.load(), self.datasets.load());
                let stale = self.stale.load();
                let sources = Feeds::sources(&config, &datasets, &records, &stale, &rules);
                self.mapper.sources.store(Arc::new(sources));
                self.mapper.gate.store(Arc::new(Feeds::gate(&config, &datasets, &records)));
            }
            Err(error) => {
                error!(
                    error = with_causes(&error),
                    "feeds not read; their sources stay as they were for now"
                );
                self.is_marking_owed.store(true, Ordering::Release);
            }
        }
        self.rules.store(Arc::new(rules));
    }

    /// Reads the vocabularies now and once a day, sooner when one could not be had; a change maps
    /// everything again.
    pub(super) async fn refresh_vocabularies(&self, stop: CancellationToken) {
        loop {
            let config = self.config.load_full();
            let vocabularies = self.vocabularies(&config);
            let (read, is_all) = tokio::select! {
                () = stop.cancelled() => return,
                read = vocabularies.refreshed() => read,
            };
            if !read.is_empty() {
                self.change_rules(|rules| vocabularies::put(rules, read)).await;
                self.mark_if_made_otherwise().await;
                self.mapper.changed.notify_one();
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.refresh_now.notified() => {}
                () = tokio::time::sleep(if is_all { REFRESH_EVERY } else { TRY_AGAIN_AFTER }) => {}
            }
        }
    }

    /// Looks at the folder of mapping rules every few seconds. A change maps everything again; rules
    /// that cannot be used are refused, and those in force stay.
    pub(super) async fn watch_mappings(&self, stop: CancellationToken) {
        let (mut watched, mut refused) = (Watched::default(), String::new());
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(mappings::LOOK_EVERY) => {}
            }
            let config = self.config.load_full();
            let looked = tokio::task::spawn_blocking(move || (watched.look(config), watched)).await;
            let Ok((read, after)) = looked else { return };
            watched = after;
            match read {
                Ok(None) => {}
                Ok(Some(set)) => {
                    refused.clear();
                    self.take_mappings(set).await;
                }
                Err(error) => {
                    let reason = format!("{:#}", anyhow::Error::new(error));
                    if reason != refused {
                        error!(
                            reason,
                            "mapping rules refused; those in force stay until the files are mended"
                        );
                        refused = reason;
                    }
                }
            }
        }
    }

    async fn take_mappings(&self, set: Ruleset) {
        if set.digest() == self.rules.load().set().digest() {
            return;
        }
        info!(dir = %self.config.load().mappings.dir.display(), "mapping rules changed");
        self.change_rules(|rules| rules.take(Arc::new(set))).await;
        self.mark_if_made_otherwise().await;
        self.mapper.changed.notify_one();
    }

    /// Marks every root when services are made with other vocabularies, rules or settings than last time.
    ///
    /// What they are made with is written down after that, so that a crash in between marks again. That is
    /// for whoever maps to do.
    pub(super) async fn mark_if_made_otherwise(&self) {
        if !self.maps() {
            return;
        }
        if self.is_marking_owed.swap(false, Ordering::AcqRel) {
            // What is marked is mapped with the sources there are.
            self.change_rules(|_| ()).await;
            if self.is_marking_owed.load(Ordering::Acquire) {
                return;
            }
        }
        let marked = async {
            // Before anything is made of a feed that may be republished from now on.
            self.note_shown().await?;
            let made_with = self.made_with().await?;
            if self.is_made_with(&made_with).await? {
                return Ok(());
            }
            let count = self.store.mark_all().await?;
            info!(
                roots = count,
                "vocabularies, rules, settings or the program changed; mapping again"
            );
            self.store.keep_document(MADE_WITH.to_owned(), made_with).await
        };
        let marked: Result<(), StoreError> = marked.await;
        if let Err(error) = marked {
            error!(
                error = with_causes(&error),
                "roots not marked after a change of vocabularies, rules or settings; it is tried again"
            );
            self.is_marking_owed.store(true, Ordering::Release);
        }
    }

    /// Returns a mark of everything that services are made with now.
    pub(super) async fn made_with(&self) -> Result<Vec<u8>, StoreError> {
        let (config, set) = (self.config.load_full(), Arc::clone(self.rules.load().set()));
        let vocabularies = self.vocabularies(&config);
        let mut made_with = vocabularies.made_with(&config.publishers, &set).await?;
        for (publisher, known) in self.datasets.load().iter() {
            made_with.extend(format!("{publisher} {:?}", known.license).bytes());
        }
        for feed in self.stale.load().iter() {
            made_with.extend(format!("{feed:?}").bytes());
        }
        Ok(made_with)
    }

    /// Tells whether every root was marked since services are made with this.
    pub(super) async fn is_made_with(&self, made_with: &Vec<u8>) -> Result<bool, StoreError> {
        Ok(self.store.document(MADE_WITH.to_owned()).await?.as_ref() == Some(made_with))
    }

    /// Marks what could not be marked when it was to be.
    pub(super) async fn mark_what_is_owed(&self) {
        if self.maps() && self.is_marking_owed.load(Ordering::Acquire) {
            self.mark_if_made_otherwise().await;
            self.mapper.changed.notify_one();
        }
    }
}

/// Warns of areas that are empty because of how an activity is spelt, unless the same was so before.
pub(super) fn warn_of_activities(config: &Config, rules: &Rules, before: Option<&Rules>) {
    let unlisted = unlisted_activities(config, rules);
    if before.is_some_and(|before| unlisted_activities(config, before) == unlisted) {
        return;
    }
    for (number, at) in unlisted {
        let area = &config.areas[number];
        warn!(
            area = area.slug,
            activity = area.activities[at],
            "no vocabulary has this activity of an area: nothing is about it, unless a publisher has a term of that name"
        );
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use rusqlite::Connection;

    use super::*;
    use crate::clock::Clock;
    use crate::config::ProcessEnvironment;

    /// Returns an app with its store in a folder, and a way to that store beside it.
    async fn app_in(folder: &Path) -> (App, Connection) {
        let path = folder.join("baton.db");
        let text = format!("[store]\nurl = \"sqlite:{}\"\n", path.display());
        let config = Config::parse(&text, Path::new("baton.toml"), &ProcessEnvironment).unwrap();
        let app = App::open(config, Clock::default()).await.unwrap();
        (app, Connection::open(&path).unwrap())
    }

    #[tokio::test]
    async fn what_could_not_be_marked_is_marked_later() {
        let folder = tempfile::tempdir().unwrap();
        let (app, database) = app_in(folder.path()).await;
        let made_with = async || app.store.document(MADE_WITH.to_owned()).await.unwrap();
        // Nothing failed yet.
        app.mark_what_is_owed().await;
        assert_eq!(made_with().await, None);

        let fails = "CREATE TRIGGER fails BEFORE INSERT ON document
             BEGIN SELECT RAISE(ABORT, 'no room'); END";
        database.execute_batch(fails).unwrap();
        app.mark_if_made_otherwise().await;
        app.mark_what_is_owed().await;
        assert_eq!(made_with().await, None);
        database.execute_batch("DROP TRIGGER fails").unwrap();
        app.mark_what_is_owed().await;
        assert!(made_with().await.is_some());
    }

    #[tokio::test]
    async fn nothing_is_marked_before_sources_are_known() {
        let folder = tempfile::tempdir().unwrap();
        let (app, database) = app_in(folder.path()).await;
        database.execute_batch("ALTER TABLE held RENAME TO away").unwrap();
        app.change_rules(|_| ()).await;
        app.mark_if_made_otherwise().await;
        assert_eq!(app.store.document(MADE_WITH.to_owned()).await.unwrap(), None);
        database.execute_batch("ALTER TABLE away RENAME TO held").unwrap();
        app.mark_what_is_owed().await;
        assert!(app.store.document(MADE_WITH.to_owned()).await.unwrap().is_some());
    }
}
