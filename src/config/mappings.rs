//! `[mappings]`: where mapping rules and vocabularies come from.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use serde::Deserialize;
use serde::Serialize;
use url::Url;

use super::check::Check;
use super::key_path::KeyPath;
use super::secret::masked_url;

/// Where mapping rules and vocabularies come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "Printed")]
pub struct Mappings {
    /// The folder of mapping rules; `mappings` next to the configuration file by default. What it does
    /// not hold is as built in.
    pub dir: PathBuf,
    /// Whether the configuration names the folder: then it must be there, and is printed.
    pub is_dir_stated: bool,
    /// The activities; OpenActive's published list by default, absent when switched off.
    pub activity_list: Option<VocabularySource>,
    /// The types of facility; OpenActive's published list by default, absent when switched off.
    pub facility_types: Option<VocabularySource>,
    /// The kinds of accessibility support; OpenActive's published list by default, absent when
    /// switched off.
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

impl Mappings {
    /// Returns the vocabularies that are files and cannot be read: the key of each, the file and why. A
    /// gateway starts without them.
    pub fn unreadable_files(&self) -> Vec<(&'static str, &Path, io::Error)> {
        let vocabularies = [
            ("activity_list", &self.activity_list),
            ("facility_types", &self.facility_types),
            ("accessibility_support", &self.accessibility_support),
        ];
        let unreadable = vocabularies.into_iter().filter_map(|(key, source)| match source {
            Some(VocabularySource::File(path)) => {
                Some((key, path.as_path(), File::open(path).err()?))
            }
            _ => None,
        });
        unreadable.collect()
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

/// `[mappings]` as the configuration says it: a folder that is not named may not be there, and a vocabulary
/// that is off is an empty string.
#[derive(Serialize)]
struct Printed {
    dir: Option<String>,
    activity_list: String,
    facility_types: String,
    accessibility_support: String,
}

impl From<Mappings> for Printed {
    fn from(mappings: Mappings) -> Self {
        let source = |source: Option<VocabularySource>| source.map(|source| source.to_string());
        Self {
            dir: mappings.is_dir_stated.then(|| mappings.dir.display().to_string()),
            activity_list: source(mappings.activity_list).unwrap_or_default(),
            facility_types: source(mappings.facility_types).unwrap_or_default(),
            accessibility_support: source(mappings.accessibility_support).unwrap_or_default(),
        }
    }
}

const DIR: &str = "mappings";
const ACTIVITY_LIST: &str = "https://openactive.io/activity-list/activity-list.jsonld";
const FACILITY_TYPES: &str = "https://openactive.io/facility-types/facility-types.jsonld";
const ACCESSIBILITY_SUPPORT: &str =
    "https://openactive.io/accessibility-support/accessibility-support.jsonld";
