//! `[[publishers]]`: whom to follow.

use std::collections::BTreeMap;
use std::fmt;

use reqwest::header::HeaderName;
use reqwest::header::HeaderValue;
use serde::Deserialize;
use serde::Serialize;
use serde::Serializer;
use url::Url;

use super::check::Check;
use super::check::Seen;
use super::check::is_slug;
use super::key_path::KeyPath;
use super::policy::Policy;
use super::policy::RawPolicy;
use super::secret::Secret;
use super::secret::masked_url;
use crate::mapping::Ruleset;
use crate::mapping::StatedOptions;

/// Somebody who publishes feeds; at least one of `feeds` and `dataset` says where.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Publisher {
    /// What it is called in ids and paths: 1 to 64 of a-z, 0-9 and `-`, unique.
    pub key: String,
    /// What it is called for people.
    pub name: String,
    /// The name of a preset in the folder of mapping rules; a slug like `key`.
    pub preset: Option<String>,
    /// Its feeds, each named once in the whole configuration. Printed masked.
    #[serde(serialize_with = "serialize_urls")]
    pub feeds: Vec<Url>,
    /// Its dataset site, where feeds are found. Printed masked.
    #[serde(serialize_with = "serialize_url")]
    pub dataset: Option<Url>,
    /// The licence of its data, where the dataset site does not say.
    pub license: Option<String>,
    /// Headers for its host alone, each a valid name and value.
    pub headers: BTreeMap<String, Secret>,
    /// Whether to serve what it publishes, and not only harvest and report; its preset's, else yes,
    /// by default.
    pub republish: Option<bool>,
    /// How its data is mapped, as far as the configuration says so.
    pub options: StatedOptions,
    /// What its feeds are held to as time goes by.
    pub policy: Policy,
}

impl Publisher {
    /// Tells whether what it publishes may be served: as the configuration says, else its preset.
    pub fn is_republished(&self, rules: &Ruleset) -> bool {
        let preset = self.preset.as_deref().and_then(|name| rules.preset(name));
        self.republish.or_else(|| preset?.republish).unwrap_or(true)
    }

    /// Returns the publisher with everything decided that its preset decides, so that it means the same.
    /// Unless somebody says so, nothing is republished without a licence: what nobody states stays unstated.
    #[must_use]
    pub fn in_force(&self, rules: &Ruleset) -> Self {
        let preset = self.preset.as_deref().and_then(|name| rules.preset(name));
        let options = preset.map(|preset| self.options.over(&preset.options));
        let options = options.unwrap_or_else(|| self.options.clone()).in_force();
        Self {
            // Of a preset only `false` counts: `true` of the configuration also vouches for its feeds.
            republish: self.republish.or((!self.is_republished(rules)).then_some(false)),
            options: options.into(),
            ..self.clone()
        }
    }
}

impl fmt::Debug for Publisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publisher")
            .field("key", &self.key)
            .field("name", &self.name)
            .field("preset", &self.preset)
            .field("feeds", &self.feeds.iter().map(masked_url).collect::<Vec<_>>())
            .field("dataset", &self.dataset.as_ref().map(masked_url))
            .field("license", &self.license)
            .field("headers", &self.headers)
            .field("republish", &self.republish)
            .field("options", &self.options)
            .field("policy", &self.policy)
            .finish()
    }
}

/// An entry of `[[publishers]]` as written.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawPublisher {
    key: Option<String>,
    name: Option<String>,
    preset: Option<String>,
    feeds: Vec<String>,
    dataset: Option<String>,
    license: Option<String>,
    headers: BTreeMap<String, String>,
    republish: Option<bool>,
    options: StatedOptions,
    policy: RawPolicy,
}

/// Checks publishers one by one, and that no key and no feed comes twice.
pub(super) fn check_all(
    raw: Vec<RawPublisher>,
    at: &KeyPath,
    check: &mut Check<'_>,
) -> Vec<Publisher> {
    let mut keys = Seen::new();
    let mut feeds = Seen::new();
    let raw = raw.into_iter().enumerate();
    raw.map(|(index, raw)| raw.check(&at.index(index), &mut keys, &mut feeds, check)).collect()
}

impl RawPublisher {
    fn check(
        self,
        at: &KeyPath,
        keys: &mut Seen,
        feeds: &mut Seen,
        check: &mut Check<'_>,
    ) -> Publisher {
        if self.feeds.is_empty() && self.dataset.is_none() {
            check.problem(at, "needs `feeds` or `dataset`");
        }
        let feeds_at = at.key("feeds");
        Publisher {
            key: check.slug(&at.key("key"), self.key, keys),
            name: check.needed_text(&at.key("name"), self.name),
            preset: preset(self.preset, &at.key("preset"), check),
            feeds: check_feeds(&self.feeds, &feeds_at, feeds, check),
            dataset: check.http_url(&at.key("dataset"), self.dataset.as_deref()),
            license: check.text(&at.key("license"), self.license),
            headers: headers(self.headers, &at.key("headers"), check),
            republish: self.republish,
            options: self.options,
            policy: self.policy.check(&at.key("policy"), check),
        }
    }
}

fn preset(name: Option<String>, at: &KeyPath, check: &mut Check<'_>) -> Option<String> {
    // A preset is looked up as a file: nothing but a slug may get there.
    if name.as_deref().is_some_and(|name| !is_slug(name)) {
        check.problem(at, "must be 1 to 64 of a-z, 0-9 and `-`");
    }
    name
}

fn check_feeds(texts: &[String], at: &KeyPath, seen: &mut Seen, check: &mut Check<'_>) -> Vec<Url> {
    let mut feeds = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        let feed_at = at.index(index);
        if let Some(url) = check.http_url(&feed_at, Some(text)) {
            check.once(&feed_at, url.as_str(), seen);
            feeds.push(url);
        }
    }
    feeds
}

fn headers(
    raw: BTreeMap<String, String>,
    at: &KeyPath,
    check: &mut Check<'_>,
) -> BTreeMap<String, Secret> {
    let mut headers = BTreeMap::new();
    for (name, value) in raw {
        let header_at = at.key(&name);
        if HeaderName::from_bytes(name.as_bytes()).is_err() {
            check.problem(&header_at, "is not the name of a header");
        } else if value.is_empty() || HeaderValue::from_str(&value).is_err() {
            check.problem(&header_at, "must be the value of a header: one line, not empty");
        }
        headers.insert(name, Secret::new(value));
    }
    headers
}

fn serialize_urls<S: Serializer>(urls: &[Url], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(urls.iter().map(masked_url))
}

#[expect(clippy::ref_option, reason = "serde passes a reference to the field")]
fn serialize_url<S: Serializer>(url: &Option<Url>, serializer: S) -> Result<S::Ok, S::Error> {
    url.as_ref().map(masked_url).serialize(serializer)
}
