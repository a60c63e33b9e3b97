//! `[web]`: what the pages for people show.

use std::fmt;

use serde::Deserialize;
use serde::Serialize;
use serde::Serializer;
use url::Url;

use super::check::Check;
use super::key_path::KeyPath;
use super::secret::masked_query;

/// What the pages for people show.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Web {
    /// The base map; without it maps have a plain outline, and browsers ask nobody but the gateway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tiles: Option<Tiles>,
    /// What whoever made the base map wants to be named, as text; there when `tiles` are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tiles_attribution: Option<String>,
}

/// Where the pictures of a base map are. Printed with the values of its query masked.
#[derive(Clone, PartialEq, Eq)]
pub struct Tiles {
    template: String,
    origin: String,
}

impl Tiles {
    /// Reads an address with `{z}`, `{x}` and `{y}` in it; nothing when it is not one, not of one host,
    /// not http or https, or has a user: every visitor sees it.
    fn parse(template: &str) -> Option<Self> {
        let url = Url::parse(template).ok()?;
        let is_web = matches!(url.scheme(), "http" | "https");
        let is_named = !url.username().is_empty() || url.password().is_some();
        let is_template = ["{z}", "{x}", "{y}"].iter().all(|place| template.contains(place));
        // It goes into a Content-Security-Policy, where other letters mean something.
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-.:[]/".contains(letter);
        let origin = url.origin().ascii_serialization();
        let is_tiles = is_web && !is_named && is_template && origin.chars().all(is_plain);
        is_tiles.then(|| Self { template: template.to_owned(), origin })
    }

    /// Returns the address with its `{z}`, `{x}` and `{y}`.
    pub fn template(&self) -> &str {
        &self.template
    }

    /// Returns scheme, host and port, as in `https://tiles.example.org`.
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

impl fmt::Display for Tiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.template.split_once('?') {
            Some((address, query)) => write!(f, "{address}?{}", masked_query(query)),
            None => f.write_str(&self.template),
        }
    }
}

impl fmt::Debug for Tiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tiles({self})")
    }
}

impl Serialize for Tiles {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// `[web]` as written.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawWeb {
    tiles: Option<String>,
    tiles_attribution: Option<String>,
}

impl RawWeb {
    pub(super) fn check(self, at: &KeyPath, check: &mut Check<'_>) -> Web {
        let attribution_at = at.key("tiles_attribution");
        let tiles_attribution = check.text(&attribution_at, self.tiles_attribution);
        if self.tiles.is_some() && tiles_attribution.is_none() {
            check.problem(&attribution_at, "is missing: name who made the base map");
        }
        let tiles = self.tiles.as_deref().and_then(|template| {
            let tiles = Tiles::parse(template);
            if tiles.is_none() {
                check.problem(
                    &at.key("tiles"),
                    "must be an http or https address of one host with {z}, {x} and {y}, and no user",
                );
            }
            tiles
        });
        Web { tiles, tiles_attribution }
    }
}
