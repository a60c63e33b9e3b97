//! `[store]`: where items and services are kept.

use std::fmt;

use serde::Deserialize;
use serde::Serialize;
use serde::Serializer;
use url::Url;

use super::check::Check;
use super::key_path::KeyPath;
use super::secret::MASK;
use super::secret::masked_url;

/// Where items and services are kept.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Store {
    /// `sqlite:PATH`, where a relative path starts in the working directory, or
    /// `postgres://user:password@host/database`, where several hosts have commas between them;
    /// `sqlite:baton.db` by default. Printed masked.
    #[serde(serialize_with = "serialize_masked")]
    pub url: String,
    /// Where processes read that only serve: a server that follows the one at `url`. Printed masked.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "serialize_masked_option")]
    pub read_url: Option<String>,
}

impl Default for Store {
    fn default() -> Self {
        Self { url: "sqlite:baton.db".to_owned(), read_url: None }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let read_url = self.read_url.as_deref().map(masked);
        let mut store = f.debug_struct("Store");
        store.field("url", &masked(&self.url)).field("read_url", &read_url).finish()
    }
}

/// `[store]` as written.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawStore {
    url: Option<String>,
    read_url: Option<String>,
}

impl RawStore {
    pub(super) fn check(self, at: &KeyPath, check: &mut Check<'_>) -> Store {
        if self.read_url.as_deref().is_some_and(|url| postgres(url).is_none()) {
            check.problem(&at.key("read_url"), "must be postgres://USER@HOST/DATABASE");
        }
        let read_url = self.read_url;
        let Some(url) = self.url else { return Store { read_url, ..Store::default() } };
        let is_file = sqlite_path(&url).is_some_and(|path| !path.is_empty());
        if !is_file && postgres(&url).is_none() {
            check.problem(&at.key("url"), "must be sqlite:PATH or postgres://USER@HOST/DATABASE");
        }
        Store { url, read_url }
    }
}

fn serialize_masked<S: Serializer>(url: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&masked(url))
}

#[expect(clippy::ref_option, reason = "serde calls it so")]
fn serialize_masked_option<S: Serializer>(
    url: &Option<String>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    url.as_deref().map(masked).serialize(serializer)
}

/// Returns the address of a store without its user, its password and its query.
fn masked(url: &str) -> String {
    if sqlite_path(url).is_some() {
        return url.to_owned();
    }
    let Some((url, others)) = postgres(url) else { return MASK.to_owned() };
    let masked = masked_url(&url);
    match split(&masked) {
        Some((before, authority, after)) if !others.is_empty() => {
            format!("{before}{authority},{others}{after}")
        }
        _ => masked,
    }
}

fn sqlite_path(url: &str) -> Option<&str> {
    url.strip_prefix("sqlite:")
}

/// Returns an address with the first host alone, and the other hosts: no URL has several.
fn postgres(url: &str) -> Option<(Url, String)> {
    let (before, authority, after) = split(url)?;
    let hosts = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts);
    let (user, mut hosts) = (authority.strip_suffix(hosts)?, hosts.split(','));
    let first = Url::parse(&format!("{before}{user}{}{after}", hosts.next()?)).ok()?;
    let others: Vec<&str> = hosts.collect();
    let is_host =
        |host: &&str| Url::parse(&format!("{before}{host}")).is_ok_and(|url| url.has_host());
    let is_known = matches!(first.scheme(), "postgres" | "postgresql");
    (is_known && others.iter().all(is_host)).then(|| (first, others.join(",")))
}

/// Splits an address around what says who is asked, and as whom.
fn split(url: &str) -> Option<(&str, &str, &str)> {
    let begin = url.find("://")? + "://".len();
    let (before, rest) = url.split_at_checked(begin)?;
    let (authority, after) =
        rest.split_at_checked(rest.find(['/', '?', '#']).unwrap_or(rest.len()))?;
    Some((before, authority, after))
}
