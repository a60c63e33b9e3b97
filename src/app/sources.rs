//! From configured publishers to the feeds that are followed and the sources they stand for.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Context as _;
use reqwest::header::HeaderName;
use reqwest::header::HeaderValue;

use super::status::without_secrets;
use crate::config::Config;
use crate::config::Publisher;
use crate::harvest::FeedSettings;
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
        let publishers = config.publishers.iter();
        for publisher in publishers.filter(|publisher| publisher.is_republished(rules.set())) {
            let preset = publisher.preset.as_deref();
            let rules = Arc::new(rules.for_publisher(preset, &publisher.options));
            for record in records.iter().filter(|record| record.publisher == publisher.key) {
                let source = Arc::new(source(publisher, record));
                sources.insert(record.id, (source, Arc::clone(&rules)));
            }
        }
        Sources(sources)
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
            (config.server.admin_token.is_some(), "server.admin_token"),
        ];
        settings.into_iter().filter(|(is_set, _)| *is_set).map(|(_, name)| name).collect()
    }

    /// Returns what the pollers need to know.
    pub(super) fn settings(
        config: &Config,
        records: Vec<FeedRecord>,
        rules: &Rules,
    ) -> anyhow::Result<Vec<FeedSettings>> {
        let mut all = Vec::with_capacity(records.len());
        for record in records {
            let publisher = config.publishers.iter().find(|p| p.key == record.publisher);
            let Some(publisher) = publisher else { continue };
            let hosts = publisher.feeds.iter().filter_map(|url| url.host_str().map(str::to_owned));
            all.push(FeedSettings {
                hosts: hosts.collect(),
                headers: headers(publisher)?,
                trusts_uris: rules
                    .for_publisher(publisher.preset.as_deref(), &publisher.options)
                    .trusts_uris(),
                record,
            });
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
