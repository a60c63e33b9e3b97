//! From configured publishers to the feeds that are followed and the sources they stand for.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use reqwest::header::HeaderName;
use reqwest::header::HeaderValue;

use super::status::without_secrets;
use crate::config::Config;
use crate::config::Publisher;
use crate::harvest::FeedSettings;
use crate::harvest::Gate;
use crate::harvest::Guard;
use crate::harvest::Sources;
use crate::mapping::Rules;
use crate::mapping::Source;
use crate::store::FeedRecord;
use crate::store::FeedSpec;

/// The configured feeds.
pub(super) struct Feeds;

impl Feeds {
    /// Returns the feeds in the order of the configuration.
    pub(super) fn specs(config: &Config) -> Vec<FeedSpec> {
        let of = |publisher: &Publisher| {
            let key = publisher.key.clone();
            let feeds = publisher.feeds.iter().map(ToString::to_string);
            feeds.map(|url| FeedSpec { publisher: key.clone(), url }).collect::<Vec<_>>()
        };
        config.publishers.iter().flat_map(of).collect()
    }

    /// Returns the sources of the feeds that may be republished.
    pub(super) fn sources(config: &Config, records: &[FeedRecord], rules: &Rules) -> Sources {
        let mut sources = HashMap::new();
        for publisher in config.publishers.iter().filter(|p| p.republish != Some(false)) {
            let mut rules = rules.clone();
            rules.options = publisher.options;
            let rules = Arc::new(rules);
            for record in records.iter().filter(|record| record.publisher == publisher.key) {
                let source = Arc::new(source(publisher, record));
                sources.insert(record.id, (source, Arc::clone(&rules)));
            }
        }
        Sources(sources)
    }

    /// Returns what may be published: nothing without a licence unless the operator vouches for it.
    pub(super) fn gate(config: &Config, records: &[FeedRecord]) -> Gate {
        let is_bare =
            |publisher: &&Publisher| publisher.republish.is_none() && publisher.license.is_none();
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

    /// Returns settings that are understood and that this version does nothing with: it says so rather
    /// than to keep silent.
    pub(super) fn not_acted_on(config: &Config) -> Vec<&'static str> {
        let any = |is: fn(&Publisher) -> bool| config.publishers.iter().any(is);
        let settings = [
            (
                any(|p| p.dataset.is_some() && p.feeds.is_empty()),
                "publishers.dataset without feeds",
            ),
            (any(|p| p.preset.is_some()), "publishers.preset"),
            (any(|p| p.options.fold), "publishers.options.fold"),
        ];
        settings.into_iter().filter(|(is_set, _)| *is_set).map(|(_, name)| name).collect()
    }

    /// Returns what the pollers need to know.
    pub(super) fn settings(
        config: &Config,
        records: Vec<FeedRecord>,
    ) -> anyhow::Result<Vec<FeedSettings>> {
        let mut all = Vec::with_capacity(records.len());
        for record in records {
            let publisher = config.publishers.iter().find(|p| p.key == record.publisher);
            let Some(publisher) = publisher else { continue };
            let hosts = publisher.feeds.iter().filter_map(|url| url.host_str().map(str::to_owned));
            all.push(FeedSettings { hosts: hosts.collect(), headers: headers(publisher)?, record });
        }
        Ok(all)
    }
}

fn source(publisher: &Publisher, record: &FeedRecord) -> Source {
    Source {
        key: publisher.key.clone(),
        publisher: publisher.name.clone(),
        dataset: Some(match &publisher.dataset {
            Some(url) => without_secrets(url.as_str()),
            None => without_secrets(&record.url),
        }),
        license: publisher.license.clone(),
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
