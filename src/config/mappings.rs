//! `[mappings]`: where mapping rules and vocabularies come from.

use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;
use serde::Serialize;
use serde::Serializer;
use url::Url;

use super::check::Check;
use super::key_path::KeyPath;
use super::secret::masked_url;

/// Where mapping rules and vocabularies come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mappings {
    /// The folder of mapping rules; `mappings` next to the configuration file by default. What it does
    /// not hold is as built in.
    #[serde(serialize_with = "serialize_dir")]
    pub dir: PathBuf,
    /// Whether the configuration names the folder: then it must be there.
    #[serde(skip)]
    pub is_dir_stated: bool,
    /// The activities; OpenActive's published list by default, absent when switched off.
    #[serde(serialize_with = "serialize_source")]
    pub activity_list: Option<VocabularySource>,
    /// The types of facility; OpenActive's published list by default, absent when switched off.
    #[serde(serialize_with = "serialize_source")]
    pub facility_types: Option<VocabularySource>,
    /// The kinds of accessibility support; OpenActive's published list by default, absent when
    /// switched off.
    #[serde(serialize_with = "serialize_source")]
    pub accessibility_support: Option<VocabularySource>,
}

impl Default for Mappings {
    fn default() -> Self {
        let published = |url| Url::parse(url).ok().map(VocabularySource::Web);
        Self {
            dir: PathBuf::from(DIR),
            is_dir_stated: false,
            activity_list: published(ACTIVITY_LIST),
            facility_types: published(FACILITY_TYPES),
            accessibility_support: published(ACCESSIBILITY_SUPPORT),
        }
    }
}

/// Where a vocabulary is.
#[derive(Clone, PartialEq, Eq)]
pub enum VocabularySource {
    /// At an http or https address; printed masked.
    Web(Url),
    /// In a file; a relative path of the configuration starts at the configuration file.
    File(PathBuf),
}

impl fmt::Display for VocabularySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Web(url) => f.write_str(&masked_url(url)),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

impl fmt::Debug for VocabularySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VocabularySource({self})")
    }
}

/// `[mappings]` as written.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawMappings {
    dir: Option<String>,
    activity_list: Option<String>,
    facility_types: Option<String>,
    accessibility_support: Option<String>,
}

impl RawMappings {
    pub(super) fn check(self, at: &KeyPath, check: &mut Check<'_>) -> Mappings {
        let default = Mappings::default();
        let dir = check.text(&at.key("dir"), self.dir);
        let mut source = |key, text: Option<String>, default| {
            text.map_or(default, |text| source(&text, &at.key(key), check))
        };
        Mappings {
            activity_list: source("activity_list", self.activity_list, default.activity_list),
            facility_types: source("facility_types", self.facility_types, default.facility_types),
            accessibility_support: source(
                "accessibility_support",
                self.accessibility_support,
                default.accessibility_support,
            ),
            is_dir_stated: dir.is_some(),
            dir: check.path(dir.as_deref().unwrap_or(DIR)),
        }
    }
}

fn source(text: &str, at: &KeyPath, check: &mut Check<'_>) -> Option<VocabularySource> {
    if text.is_empty() {
        return None;
    }
    if text.contains("://") {
        return check.http_url(at, Some(text)).map(VocabularySource::Web);
    }
    Some(VocabularySource::File(check.path(text)))
}

#[expect(clippy::ptr_arg, reason = "serde passes the type of the field")]
fn serialize_dir<S: Serializer>(dir: &PathBuf, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&dir.display())
}

/// Serializes as the configuration says it: what is off is an empty string.
#[expect(clippy::ref_option, reason = "serde passes a reference to the field")]
fn serialize_source<S: Serializer>(
    source: &Option<VocabularySource>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match source {
        Some(source) => serializer.collect_str(source),
        None => serializer.serialize_str(""),
    }
}

const DIR: &str = "mappings";
const ACTIVITY_LIST: &str = "https://openactive.io/activity-list/activity-list.jsonld";
const FACILITY_TYPES: &str = "https://openactive.io/facility-types/facility-types.jsonld";
const ACCESSIBILITY_SUPPORT: &str =
    "https://openactive.io/accessibility-support/accessibility-support.jsonld";
