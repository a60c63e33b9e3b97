//! From configured publishers to the feeds that are followed and the sources they stand for.

use std::collections::HashMap;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use reqwest::header::HeaderName;
use reqwest::header::HeaderValue;
use url::Url;

use super::datasets::Datasets;
use super::policy::Stale;
use crate::config::Config;
use crate::config::Publisher;
use crate::config::without_secrets;
use crate::harvest::FeedSettings;
use crate::harvest::Gate;
use crate::harvest::Guard;
use crate::harvest::Sources;
use crate::mapping::Rules;
use crate::mapping::Source;
use crate::mapping::shown_license;
use crate::store::FeedRecord;
use crate::store::FeedSpec;

/// The configured feeds.
pub(super) struct Feeds;

impl Feeds {
    /// Returns the feeds in the order of the configuration, each address once. Where a publisher has no
    /// feeds of its own there, those that its dataset site lists.
    pub(super) fn specs(config: &Config, datasets: &Datasets) -> Vec<FeedSpec> {
        let of = |publisher: &Publisher| {
            let key = publisher.key.clone();
            let mut feeds: Vec<String> = publisher.feeds.iter().map(ToString::to_string).collect();
            if feeds.is_empty() {
                feeds.extend(datasets.get(&key).into_iter().flat_map(|known| known.feeds.clone()));
            }
            feeds.into_iter().map(move |url| FeedSpec { publisher: key.clone(), url })
        };
        let mut seen = HashSet::new();
        let all = config.publishers.iter().flat_map(of);
        all.filter(|spec| seen.insert(spec.url.clone())).collect()
    }

    /// Returns the sources of the feeds that may be republished; those that are stale may not.
    pub(super) fn sources(
        config: &Config,
        datasets: &Datasets,
        records: &[FeedRecord],
        stale: &Stale,
        rules: &Rules,
    ) -> Sources {
        let mut sources = Self::all_sources(config, datasets, records, rules);
        let publishers = config.publishers.iter();
        let is_withheld = |publisher: &&Publisher| !publisher.is_republished(rules.set());
        let withheld: HashSet<&str> =
            publishers.filter(is_withheld).map(|publisher| publisher.key.as_str()).collect();
        sources.0.retain(|feed, (source, _)| {
            !stale.contains(feed) && !withheld.contains(source.key.as_str())
        });
        sources
    }

    /// Returns the sources of all feeds, whether or not they may be republished.
    pub(super) fn all_sources(
        config: &Config,
        datasets: &Datasets,
        records: &[FeedRecord],
        rules: &Rules,
    ) -> Sources {
        let mut sources = HashMap::new();
        for publisher in &config.publishers {
            let preset = publisher.preset.as_deref();
            let rules = Arc::new(rules.for_publisher(preset, &publisher.options));
            let found = datasets.get(&publisher.key);
            for record in records.iter().filter(|record| record.publisher == publisher.key) {
                let license = found.and_then(|known| shown_license(known.license.as_deref()?));
                let source = Arc::new(source(publisher, record, license));
                sources.insert(record.id, (source, Arc::clone(&rules)));
            }
        }
        Sources(sources)
    }

    /// Returns what may be published: nothing without a licence unless the operator vouches for it.
    pub(super) fn gate(config: &Config, datasets: &Datasets, records: &[FeedRecord]) -> Gate {
        let is_bare = |publisher: &&Publisher| {
            let found = datasets.get(&publisher.key).and_then(|known| known.license.as_ref());
            let license = publisher.license.as_ref().or(found);
            publisher.republish.is_none() && license.is_none()
        };
        let bare = config.publishers.iter().filter(is_bare);
        let of = |publisher: &Publisher| {
            let key = publisher.key.clone();
            records.iter().filter(move |record| record.publisher == key).map(|record| record.id)
        };
        Gate {
            guard: Guard {
                loss_percent: config.guard.loss_percent,
                least_services: config.guard.least_services,
                window: Duration::from_secs(config.guard.window_hours * 60 * 60),
            },
            needs_license: bare.flat_map(of).collect(),
        }
    }

    /// Returns what the pollers need to know.
    pub(super) fn settings(
        config: &Config,
        records: Vec<FeedRecord>,
        rules: &Rules,
    ) -> anyhow::Result<Vec<FeedSettings>> {
        let mut all = Vec::with_capacity(records.len());
        let hosts: Vec<(String, Option<String>)> =
            records.iter().map(|record| (record.publisher.clone(), host(&record.url))).collect();
        for record in records {
            let publisher = config.publishers.iter().find(|p| p.key == record.publisher);
            let Some(publisher) = publisher else { continue };
            let siblings = hosts.iter().filter(|(key, _)| *key == record.publisher);
            let mut hosts: Vec<String> = siblings.filter_map(|(_, host)| host.clone()).collect();
            // A key goes to the addresses the operator wrote down, and to no other that a site names, nor is `next`
            // followed there with it.
            let is_named = |host: Option<&str>| {
                let mut named = publisher.dataset.iter().chain(&publisher.feeds);
                named.any(|url| url.host_str() == host)
            };
            let headers = if is_named(host(&record.url).as_deref()) {
                headers(publisher)?
            } else {
                Vec::new()
            };
            if !headers.is_empty() {
                hosts.retain(|host| is_named(Some(host)));
            }
            let rules = rules.for_publisher(publisher.preset.as_deref(), &publisher.options);
            let (trusts_uris, policy) = (rules.trusts_uris(), publisher.policy);
            all.push(FeedSettings { record, headers, hosts, trusts_uris, policy });
        }
        Ok(all)
    }
}

fn host(url: &str) -> Option<String> {
    Url::parse(url).ok()?.host_str().map(str::to_owned)
}

fn source(publisher: &Publisher, record: &FeedRecord, license: Option<String>) -> Source {
    Source {
        key: publisher.key.clone(),
        publisher: publisher.name.clone(),
        dataset: Some(match &publisher.dataset {
            Some(url) => without_secrets(url.as_str()),
            None => without_secrets(&record.url),
        }),
        license: publisher.license.as_deref().and_then(shown_license).or(license),
    }
}

fn headers(publisher: &Publisher) -> anyhow::Result<Vec<(HeaderName, HeaderValue)>> {
    let mut headers = Vec::new();
    for (name, secret) in &publisher.headers {
        let of = || format!("header {name} of publisher {}", publisher.key);
        let header = HeaderName::try_from(name.as_str()).with_context(of)?;
        let mut value = HeaderValue::try_from(secret.expose()).with_context(of)?;
        value.set_sensitive(true);
        headers.push((header, value));
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::ProcessEnvironment;
    use crate::store;

    /// Returns host, number of headers and other hosts of each feed.
    async fn settings(headers: &str) -> Vec<(String, usize, Vec<String>)> {
        let text = format!(
            "[[publishers]]\nkey = \"a\"\nname = \"A\"\ndataset = \"https://named.example/\"\n{headers}"
        );
        let config = Config::parse(&text, Path::new("baton.toml"), &ProcessEnvironment).unwrap();
        let store = store::open("sqlite::memory:").await.unwrap();
        let urls = ["https://named.example/feed", "https://found.example/feed"];
        let spec = |url: &str| FeedSpec { publisher: "a".to_owned(), url: url.to_owned() };
        let records = store.sync_feeds(urls.map(spec).to_vec()).await.unwrap();
        let settings = Feeds::settings(&config, records, &Rules::default()).unwrap();
        let seen = |s: FeedSettings| (host(&s.record.url).unwrap(), s.headers.len(), s.hosts);
        settings.into_iter().map(seen).collect()
    }

    #[tokio::test]
    async fn a_key_is_not_taken_to_hosts_that_a_dataset_site_names() {
        let [named, found] = ["named.example", "found.example"].map(str::to_owned);
        let both = vec![named.clone(), found.clone()];
        let keyed = settings("headers = { X-API-KEY = \"secret\" }\n").await;
        let expected = [(named.clone(), 1, vec![named.clone()]), (found.clone(), 0, both.clone())];
        assert_eq!(keyed, expected);
        let open = settings("").await;
        assert_eq!(open, [(named, 0, both.clone()), (found, 0, both)]);
    }
}
