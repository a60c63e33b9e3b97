//! The operator's configuration: read from TOML, checked once, true from then on.
//!
//! The steps, in order: [`document`] parses and remembers where each value stands, [`overlay`] puts
//! `BATON__SECTION__KEY` variables on top, [`interpolate`] fills in `${VAR}`, [`reader`] turns the
//! tree into raw structs (unknown keys and wrong types end here), and each section checks what its
//! values mean. Everything wrong with one step is said at once, a line each; a later step does not
//! run over the mistakes of an earlier one. No message holds a value but, as a suggestion, the key of a
//! publisher: any other value can be a secret.
//!
//! Only reading happens here. Whether a dataset answers or a mapping parses is not known.

mod area;
mod cache;
mod check;
mod document;
mod environment;
mod error;
mod fetch;
mod guard;
mod interpolate;
mod key_path;
mod limits;
mod mappings;
mod overlay;
mod policy;
mod publisher;
mod reader;
mod secret;
mod server;
mod store;
mod suggest;
#[cfg(test)]
mod tests;
mod web;

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde::Serialize;

use self::area::RawArea;
use self::cache::RawCache;
use self::check::Check;
use self::document::Document;
use self::fetch::RawFetch;
use self::guard::RawGuard;
use self::key_path::KeyPath;
use self::limits::RawLimits;
use self::mappings::RawMappings;
use self::publisher::RawPublisher;
use self::server::RawServer;
use self::store::RawStore;
use self::web::RawWeb;

pub(crate) use self::check::is_slug;

pub use self::area::Area;
pub use self::area::Circle;
pub use self::cache::Cache;
pub use self::environment::Environment;
pub use self::environment::ProcessEnvironment;
pub use self::error::ConfigError;
pub use self::fetch::Fetch;
pub use self::guard::Guard;
pub use self::limits::Limits;
pub use self::mappings::Mappings;
pub use self::mappings::VocabularySource;
pub use self::policy::Policy;
pub use self::publisher::Publisher;
pub use self::secret::Secret;
pub use self::secret::without_secrets;
pub use self::server::Server;
pub use self::store::Store;
pub use self::web::Tiles;
pub use self::web::Web;

/// Everything an operator decides, with defaults filled in.
///
/// Made by [`load`](Self::load) or [`parse`](Self::parse), it needs no further check: keys are
/// unique, addresses are http or https, numbers are within bounds, areas name known publishers.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Config {
    /// Where the gateway listens and how it is known.
    pub server: Server,
    /// Where items and services are kept.
    pub store: Store,
    /// What is kept in memory.
    pub cache: Cache,
    /// How publishers are spoken to.
    pub fetch: Fetch,
    /// How much a feed may lose before it is paused.
    pub guard: Guard,
    /// What one client may ask for.
    pub limits: Limits,
    /// Where mapping rules and vocabularies come from.
    pub mappings: Mappings,
    /// What the pages for people show.
    pub web: Web,
    /// Whom to follow, in the order of the file; keys and feeds are unique.
    pub publishers: Vec<Publisher>,
    /// Which parts to serve as feeds of their own, in the order of the file; slugs are unique.
    pub areas: Vec<Area>,
}

impl Config {
    /// Reads the configuration file at `path`.
    ///
    /// # Errors
    /// When the file or the outline of an area cannot be read, and as [`parse`](Self::parse).
    pub fn load(path: &Path, env: &dyn Environment) -> Result<Self, ConfigError> {
        let text = fs::read_to_string(path)
            .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        let config = Self::parse(&text, path, env)?;
        for area in &config.areas {
            area.outline()?;
        }
        Ok(config)
    }

    /// Reads a configuration from its text.
    ///
    /// `path` is the file's name in messages, and its folder is where relative paths start (but not
    /// that of the store, which starts in the working directory as users of SQLite expect).
    ///
    /// # Errors
    /// When the text is not TOML, says something unknown or impossible, or names a variable that is
    /// not set: a line for each problem.
    pub fn parse(text: &str, path: &Path, env: &dyn Environment) -> Result<Self, ConfigError> {
        let mut document =
            Document::parse(text).map_err(|problem| ConfigError::invalid(path, vec![problem]))?;
        let mut problems = overlay::overlay(&mut document, env);
        problems.extend(interpolate::interpolate(&mut document, env));
        let raw = reader::read(&mut document, &mut problems);
        if !problems.is_empty() {
            return Err(ConfigError::invalid(path, problems));
        }
        let base = path.parent().unwrap_or(Path::new(""));
        let mut check = Check::new(&document, base);
        let config = raw.check(&mut check);
        let problems = check.into_problems();
        if problems.is_empty() { Ok(config) } else { Err(ConfigError::invalid(path, problems)) }
    }

    /// Returns the configuration in force as TOML, defaults included and secrets masked.
    ///
    /// User names, passwords and query values of addresses count as secrets. But for these, what is returned
    /// means the same as a configuration.
    ///
    /// # Errors
    /// When a number was set, not read, and is more than TOML can hold.
    pub fn to_toml_masked(&self) -> Result<String, ConfigError> {
        let text = toml::to_string(self).map_err(ConfigError::Print)?;
        // What stands in values now is no variable to be filled in.
        Ok(text.replace("${", "$${"))
    }

    /// Returns the configuration in force as values, defaults included and secrets masked.
    ///
    /// # Errors
    /// As those of [`Self::to_toml_masked`].
    pub fn to_table_masked(&self) -> Result<toml::Table, ConfigError> {
        toml::Table::try_from(self).map_err(ConfigError::Print)
    }
}

/// What the file says, in shape but not checked; absent keys have no value.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct RawConfig {
    server: RawServer,
    store: RawStore,
    cache: RawCache,
    fetch: RawFetch,
    guard: RawGuard,
    limits: RawLimits,
    mappings: RawMappings,
    web: RawWeb,
    publishers: Vec<RawPublisher>,
    areas: Vec<RawArea>,
}

impl RawConfig {
    fn check(self, check: &mut Check<'_>) -> Config {
        let root = KeyPath::default();
        let publishers = publisher::check_all(self.publishers, &root.key("publishers"), check);
        Config {
            server: self.server.check(&root.key("server"), check),
            store: self.store.check(&root.key("store"), check),
            cache: self.cache.check(&root.key("cache"), check),
            fetch: self.fetch.check(&root.key("fetch"), check),
            guard: self.guard.check(&root.key("guard"), check),
            limits: self.limits.check(&root.key("limits"), check),
            mappings: self.mappings.check(&root.key("mappings"), check),
            web: self.web.check(&root.key("web"), check),
            areas: area::check_all(self.areas, &root.key("areas"), &publishers, check),
            publishers,
        }
    }
}
