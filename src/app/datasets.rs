//! The feeds found on dataset sites: looked for at the start and once a day, sooner where a site could not be read.
//!
//! A site that cannot be read, or lists no feed, changes nothing. A feed that a site lists no more is
//! given up when a second look finds it gone too.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use chrono::Utc;
use serde::Deserialize;
use serde::Serialize;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::error;
use tracing::info;
use tracing::warn;
use url::Url;

use super::App;
use super::sources::Feeds;
use crate::causes::with_causes;
use crate::config::Config;
use crate::config::without_secrets;
use crate::harvest::discover;
use crate::store::Store;
use crate::store::StoreError;

/// How often dataset sites are looked at.
const LOOK_EVERY: Duration = Duration::from_hours(24);

/// How soon sites are looked at again that could not be read.
const TRY_AGAIN_AFTER: Duration = Duration::from_mins(10);

/// How many looks in a row must miss a feed before it is given up.
const MISSED_LIMIT: u32 = 2;

/// What is known of each publisher's dataset site, by key of the publisher.
pub(super) type Datasets = BTreeMap<String, Known>;

/// A dataset site that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadDataset {
    /// Key of the publisher.
    pub publisher: String,
    /// Address and reason.
    pub reason: String,
    /// Whether no feed of the publisher is known, neither by the configuration nor by an earlier look.
    pub is_all: bool,
}

/// What is known of a dataset site.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Known {
    /// Where it is; when that changes, nothing is known.
    url: String,
    /// The feeds that are followed.
    pub(super) feeds: Vec<String>,
    pub(super) license: Option<String>,
    /// How many looks in a row missed a feed.
    missed: BTreeMap<String, u32>,
    /// When the site was last read.
    pub(super) read_at: Option<DateTime<Utc>>,
    /// Why it could not be read the last time, with its address.
    pub(super) error: Option<String>,
}

impl Known {
    /// Takes over what a look found.
    fn take(&mut self, feeds: Vec<String>, license: Option<String>, publisher: &str) {
        for feed in feeds.iter().filter(|feed| !self.feeds.contains(feed)) {
            info!(publisher, feed = without_secrets(feed), "dataset site lists another feed");
        }
        let mut kept = feeds;
        let mut missed = BTreeMap::new();
        for feed in &self.feeds {
            if kept.contains(feed) {
                continue;
            }
            let times = self.missed.get(feed).copied().unwrap_or_default() + 1;
            let is_given_up = times >= MISSED_LIMIT;
            warn!(
                publisher,
                feed = without_secrets(feed),
                is_given_up,
                "dataset site lists a feed no more"
            );
            if !is_given_up {
                missed.insert(feed.clone(), times);
                kept.push(feed.clone());
            }
        }
        self.feeds = kept;
        self.missed = missed;
        self.license = license;
    }

    /// Returns what pollers and services depend on.
    fn consequences(&self) -> (&[String], &Option<String>) {
        (&self.feeds, &self.license)
    }
}

/// Returns what the store knows of the dataset sites of a configuration.
pub(super) async fn stored(config: &Config, store: &dyn Store) -> Result<Datasets, StoreError> {
    let mut datasets = Datasets::new();
    for publisher in &config.publishers {
        let Some(url) = &publisher.dataset else { continue };
        let body = store.document(document_of(&publisher.key)).await?;
        let known = body.and_then(|body| serde_json::from_slice::<Known>(&body).ok());
        let known = known.filter(|known| known.url == url.as_str());
        datasets.insert(publisher.key.clone(), known.unwrap_or_default());
    }
    Ok(datasets)
}

/// Returns the name under which the store keeps what is known of a publisher's dataset site.
fn document_of(publisher: &str) -> String {
    format!("dataset/{publisher}")
}

/// Tells whether feeds or licences are others than before.
fn is_changed(before: &Datasets, after: &Datasets) -> bool {
    let nothing = Known::default();
    after.iter().any(|(publisher, known)| {
        let before = before.get(publisher).unwrap_or(&nothing);
        before.consequences() != known.consequences()
    })
}

/// Returns how long to wait before sites are looked at again, so long after the last look at all of them began.
fn wait(is_all_read: bool, elapsed: Duration) -> Duration {
    let rest = LOOK_EVERY.saturating_sub(elapsed);
    if is_all_read { rest } else { rest.min(TRY_AGAIN_AFTER) }
}

impl App {
    /// Looks at dataset sites now, once a day, and when the configuration changed.
    pub(super) async fn follow_datasets(self: Arc<Self>, stop: CancellationToken) {
        let (mut read, mut begun) = (BTreeSet::new(), Instant::now());
        loop {
            let looked = tokio::select! {
                () = stop.cancelled() => return,
                looked = self.look_at_datasets(&mut read) => looked,
            };
            let is_all = looked.is_ok() && self.unread_datasets().is_empty();
            match looked {
                Ok(true) => match self.supervisor.reconcile(&self, &stop).await {
                    Ok(()) => self.mapper.changed.notify_one(),
                    Err(error) => {
                        error!(error = format!("{error:#}"), "pollers not brought up to date");
                    }
                },
                Ok(false) => {}
                Err(error) => error!(
                    error = with_causes(&error),
                    "what dataset sites list was not taken over"
                ),
            }
            let is_asked_for = tokio::select! {
                () = stop.cancelled() => return,
                () = self.look_now.notified() => true,
                () = tokio::time::sleep(wait(is_all, begun.elapsed())) => false,
            };
            if is_asked_for || begun.elapsed() >= LOOK_EVERY {
                (read, begun) = (BTreeSet::new(), Instant::now());
            }
        }
    }

    /// Looks at every dataset site but those of publishers that were `read` in this look, and adds those that it reads;
    /// tells whether feeds or licences changed.
    pub(super) async fn look_at_datasets(
        &self,
        read: &mut BTreeSet<String>,
    ) -> Result<bool, StoreError> {
        let config = self.config.load_full();
        let mut datasets = stored(&config, self.store.as_ref()).await?;
        for publisher in &config.publishers {
            let (Some(url), Some(known)) = (&publisher.dataset, datasets.get_mut(&publisher.key))
            else {
                continue;
            };
            if read.contains(&publisher.key) {
                continue;
            }
            self.look_at(url, &publisher.key, known).await;
            let body = serde_json::to_vec(known).unwrap_or_default();
            self.store.keep_document(document_of(&publisher.key), body).await?;
            if known.error.is_none() {
                read.insert(publisher.key.clone());
            }
        }
        // Beside what is in force, so that what could not be taken over before is now.
        let is_changed = is_changed(&self.datasets.load(), &datasets);
        if is_changed {
            self.take_feeds(&config, Feeds::specs(&config, &datasets)).await?;
        }
        self.datasets.store(Arc::new(datasets));
        if is_changed {
            // The sources follow from datasets and feeds.
            self.change_rules(|_| ()).await;
            self.mark_if_made_otherwise().await;
        }
        Ok(is_changed)
    }

    /// Returns the dataset sites that could not be read the last time, in the order of the publishers' keys.
    pub fn unread_datasets(&self) -> Vec<UnreadDataset> {
        let (config, datasets) = (self.config.load(), self.datasets.load());
        let unread = datasets.iter().filter_map(|(publisher, known)| {
            let mut publishers = config.publishers.iter();
            let is_named = publishers.any(|p| p.key == *publisher && !p.feeds.is_empty());
            let is_all = !is_named && known.feeds.is_empty();
            let publisher = publisher.clone();
            Some(UnreadDataset { publisher, reason: known.error.clone()?, is_all })
        });
        unread.collect()
    }

    async fn look_at(&self, url: &Url, publisher: &str, known: &mut Known) {
        let found = discover(&self.harvester.fetcher, url.clone()).await;
        url.as_str().clone_into(&mut known.url);
        if found.sites.is_empty() {
            let unread = found.unread.into_iter().next();
            let (address, reason) = unread
                .unwrap_or_else(|| (without_secrets(url.as_str()), "it lists no feed".to_owned()));
            // Some reasons name the address by themselves.
            let is_named = reason.contains(&address);
            let reason = if is_named { reason } else { format!("{address}: {reason}") };
            warn!(publisher, reason, "dataset site not read; its feeds stay as they were");
            known.error = Some(reason);
            return;
        }
        let license = found.sites.iter().find_map(|site| site.license.clone());
        let feeds = found.sites.into_iter().flat_map(|site| site.feeds).collect();
        known.take(feeds, license, publisher);
        known.read_at = Some(self.clock.now());
        known.error = None;
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::clock::Clock;
    use crate::config::ProcessEnvironment;

    #[test]
    fn sites_that_could_not_be_read_are_looked_at_sooner() {
        let hours = Duration::from_hours;
        assert_eq!(wait(true, hours(0)), hours(24));
        assert_eq!(wait(true, hours(5)), hours(19));
        assert_eq!(wait(false, hours(0)), Duration::from_mins(10));
        assert_eq!(wait(false, Duration::from_mins(24 * 60 - 4)), Duration::from_mins(4));
        assert_eq!(wait(false, hours(25)), Duration::ZERO);
    }

    #[tokio::test]
    async fn of_a_look_only_what_could_not_be_read_is_done_again() {
        let publisher = |key| {
            let name = format!("key = \"{key}\"\nname = \"{key}\"\n");
            format!("[[publishers]]\n{name}dataset = \"http://127.0.0.1:9/{key}\"\n")
        };
        let text =
            format!("[store]\nurl = \"sqlite::memory:\"\n{}{}", publisher("a"), publisher("b"));
        let config = Config::parse(&text, Path::new("baton.toml"), &ProcessEnvironment).unwrap();
        let app = App::open(config, Clock::default()).await.unwrap();
        let mut read = BTreeSet::from(["a".to_owned()]);
        assert!(!app.look_at_datasets(&mut read).await.unwrap());
        // Private addresses are not asked.
        let unread: Vec<_> = app.unread_datasets().into_iter().map(|u| u.publisher).collect();
        assert_eq!(unread, ["b"]);
        assert!(!read.contains("b"));
    }

    #[test]
    fn what_could_not_be_taken_over_is_still_a_change() {
        let known = |feeds: &[&str]| Known {
            feeds: feeds.iter().map(|&feed| feed.to_owned()).collect(),
            ..Known::default()
        };
        let of = |known: Known| Datasets::from([("a".to_owned(), known)]);
        let in_force = Datasets::new();
        assert!(is_changed(&in_force, &of(known(&["https://one.example.org/feed"]))));
        assert!(!is_changed(&in_force, &of(known(&[]))));
        let error = Some("not found".to_owned());
        assert!(!is_changed(&in_force, &of(Known { error, ..Known::default() })));
    }
}
