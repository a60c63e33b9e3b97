//! `[[areas]]`: parts to serve as feeds of their own.

use std::path::PathBuf;

use serde::Deserialize;
use serde::Serialize;
use serde::Serializer;

use super::check::Check;
use super::check::Seen;
use super::error::ConfigError;
use super::key_path::KeyPath;
use super::publisher::Publisher;
use super::suggest::nearest;
use crate::places::Outline;

/// A part of all services that is served as a feed of its own; at least one criterion says which.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Area {
    /// What it is called in paths: 1 to 64 of a-z, 0-9 and `-`, unique.
    pub slug: String,
    /// What it is called for people.
    pub name: String,
    /// Codes of local authorities by the Office for National Statistics, such as `E06000023`.
    pub local_authorities: Vec<String>,
    /// Beginnings of postcodes in upper case, such as `BS` or `BS1`.
    pub postcodes: Vec<String>,
    /// Everything within a distance of a point.
    pub circle: Option<Circle>,
    /// A GeoJSON file with the outline; a relative path starts at the configuration file.
    #[serde(serialize_with = "serialize_path")]
    pub polygon: Option<PathBuf>,
    /// Keys of the only publishers to serve; all when empty. Each is one of the configuration.
    pub publishers: Vec<String>,
    /// The only activities to serve; all when empty.
    pub activities: Vec<String>,
    /// Whether services without a place are served; no by default.
    pub include_online: bool,
}

impl Area {
    /// Reads the outline, if it has one.
    ///
    /// # Errors
    /// When its file cannot be read or holds no outline.
    pub fn outline(&self) -> Result<Option<Outline>, ConfigError> {
        let Some(path) = &self.polygon else { return Ok(None) };
        let outline = std::fs::read_to_string(path)
            .map_err(|error| format!("cannot be read: {error}"))
            .and_then(|text| Outline::parse(&text).map_err(|error| error.to_string()));
        let wrong = |why| ConfigError::Outline { area: self.slug.clone(), path: path.clone(), why };
        outline.map(Some).map_err(wrong)
    }
}

/// Everything within a distance of a point.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Circle {
    /// The latitude of the middle in degrees, WGS 84.
    pub lat: f64,
    /// The longitude of the middle in degrees, WGS 84.
    pub lon: f64,
    /// The radius in kilometres, above 0.
    pub km: f64,
}

/// An entry of `[[areas]]` as written.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawArea {
    slug: Option<String>,
    name: Option<String>,
    local_authorities: Vec<String>,
    postcodes: Vec<String>,
    circle: Option<RawCircle>,
    polygon: Option<String>,
    publishers: Vec<String>,
    activities: Vec<String>,
    include_online: Option<bool>,
}

/// `circle` as written.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct RawCircle {
    lat: Option<f64>,
    lon: Option<f64>,
    km: Option<f64>,
}

/// Checks areas one by one, that no slug comes twice and that the publishers they name exist.
pub(super) fn check_all(
    raw: Vec<RawArea>,
    at: &KeyPath,
    publishers: &[Publisher],
    check: &mut Check<'_>,
) -> Vec<Area> {
    let mut slugs = Seen::new();
    let raw = raw.into_iter().enumerate();
    raw.map(|(index, raw)| raw.check(&at.index(index), publishers, &mut slugs, check)).collect()
}

impl RawArea {
    fn check(
        self,
        at: &KeyPath,
        known: &[Publisher],
        slugs: &mut Seen,
        check: &mut Check<'_>,
    ) -> Area {
        if !self.selects() {
            check.problem(
                at,
                "needs `local_authorities`, `postcodes`, `circle`, `polygon`, `publishers` or \
                 `activities`",
            );
        }
        check_publishers(&self.publishers, &at.key("publishers"), known, check);
        let polygon = check.text(&at.key("polygon"), self.polygon);
        Area {
            slug: check.slug(&at.key("slug"), self.slug, slugs),
            name: check.needed_text(&at.key("name"), self.name),
            local_authorities: authorities(
                self.local_authorities,
                &at.key("local_authorities"),
                check,
            ),
            postcodes: postcodes(&self.postcodes, &at.key("postcodes"), check),
            circle: self.circle.map(|circle| circle.check(&at.key("circle"), check)),
            polygon: polygon.map(|path| check.path(&path)),
            publishers: self.publishers,
            activities: check.texts(&at.key("activities"), self.activities),
            include_online: self.include_online.unwrap_or(false),
        }
    }

    fn selects(&self) -> bool {
        let lists = [&self.local_authorities, &self.postcodes, &self.publishers, &self.activities];
        self.circle.is_some()
            || self.polygon.is_some()
            || lists.into_iter().any(|list| !list.is_empty())
    }
}

impl RawCircle {
    fn check(self, at: &KeyPath, check: &mut Check<'_>) -> Circle {
        Circle {
            lat: check.decimal(&at.key("lat"), self.lat, -90.0..=90.0),
            lon: check.decimal(&at.key("lon"), self.lon, -180.0..=180.0),
            km: check.decimal(&at.key("km"), self.km, LEAST_KM..=MOST_KM),
        }
    }
}

fn check_publishers(keys: &[String], at: &KeyPath, known: &[Publisher], check: &mut Check<'_>) {
    for (index, key) in keys.iter().enumerate() {
        if known.iter().any(|publisher| publisher.key == *key) {
            continue;
        }
        match nearest(key, known.iter().map(|publisher| publisher.key.as_str())) {
            Some(meant) => check.problem(
                &at.index(index),
                format_args!("is not the key of a publisher; did you mean `{meant}`?"),
            ),
            None => check.problem(&at.index(index), "is not the key of a publisher"),
        }
    }
}

fn authorities(codes: Vec<String>, at: &KeyPath, check: &mut Check<'_>) -> Vec<String> {
    for (index, code) in codes.iter().enumerate() {
        if !is_authority_code(code) {
            check.problem(&at.index(index), "must be a code such as E06000023");
        }
    }
    codes
}

/// Whether text has the form of an ONS code: the letter of a country, then 8 digits.
fn is_authority_code(code: &str) -> bool {
    let digits = code.strip_prefix(['E', 'W', 'S', 'N']).unwrap_or_default();
    digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn postcodes(texts: &[String], at: &KeyPath, check: &mut Check<'_>) -> Vec<String> {
    for (index, text) in texts.iter().enumerate() {
        if !is_postcode_start(text) {
            check
                .problem(&at.index(index), "must be the beginning of a postcode such as BS or BS1");
        }
    }
    texts.iter().map(|text| text.to_ascii_uppercase()).collect()
}

fn is_postcode_start(text: &str) -> bool {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || letter == ' ';
    text.len() <= 8
        && text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(allowed)
}

#[expect(clippy::ref_option, reason = "serde passes a reference to the field")]
fn serialize_path<S: Serializer>(path: &Option<PathBuf>, serializer: S) -> Result<S::Ok, S::Error> {
    path.as_ref().map(|path| path.display().to_string()).serialize(serializer)
}

/// A metre and a thousand kilometres: a place and the length of the country.
const LEAST_KM: f64 = 0.001;
const MOST_KM: f64 = 1000.0;
