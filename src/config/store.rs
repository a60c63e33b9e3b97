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
    /// `postgres://user:password@host/database`; `sqlite:baton.db` by default. Printed masked.
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
    postgres(url).map_or_else(|| MASK.to_owned(), |url| masked_url(&url))
}

fn sqlite_path(url: &str) -> Option<&str> {
    url.strip_prefix("sqlite:")
}

fn postgres(url: &str) -> Option<Url> {
    let url = Url::parse(url).ok()?;
    (matches!(url.scheme(), "postgres" | "postgresql") && url.has_authority()).then_some(url)
}
