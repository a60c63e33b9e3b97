//! The rules that are data: the files of `mappings/`, read and checked as a whole.
//!
//! Nothing here reads a folder: the caller brings the texts. Each file is built into the program as
//! well, so that it needs none beside it.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::LazyLock;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use xxhash_rust::xxh3::Xxh3;

use super::crosswalk;
use super::crosswalk::Crosswalk;
use super::options::StatedOptions;
use super::precedence::Precedence;
use super::precedence::StatedFields;
use super::template::StatedTexts;
use super::template::Templates;

/// The files of rules: path within the folder, with `/`, and text.
pub type RuleFiles = BTreeMap<String, String>;

/// Why a file of rules cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleFault {
    /// The file, as its path within the folder.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// Why: a clause in lower case.
    pub reason: String,
}

impl fmt::Display for RuleFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.reason)
    }
}

/// What is known of a platform or publisher before its operator says anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preset {
    /// Whether its data may be served, unless the configuration says so itself.
    pub republish: Option<bool>,
    /// Its options.
    pub options: StatedOptions,
    pub(super) fields: Precedence,
    pub(super) templates: Templates,
}

/// A preset as its file states it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatedPreset {
    /// For who reads the file.
    #[serde(rename = "name")]
    _name: String,
    republish: Option<bool>,
    #[serde(default)]
    options: StatedOptions,
    #[serde(default)]
    fields: StatedFields,
    #[serde(default)]
    templates: StatedTexts,
}

/// All rules that are data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ruleset {
    presets: BTreeMap<String, Preset>,
    pub(super) implied_activities: HashMap<String, String>,
    pub(super) crosswalks: Vec<Crosswalk>,
    pub(super) fields: Precedence,
    pub(super) templates: Templates,
    digest: u128,
}

impl Ruleset {
    /// Returns the rules that are built in.
    pub fn built_in() -> Arc<Self> {
        static BUILT_IN: LazyLock<Arc<Ruleset>> =
            LazyLock::new(|| Arc::new(Ruleset::parse(&RuleFiles::new()).unwrap_or_default()));
        Arc::clone(&BUILT_IN)
    }

    /// Reads files of rules on top of those built in: a file takes the place of the one of its name.
    ///
    /// # Errors
    /// When a file cannot be used: a fault for each, by name.
    pub fn parse(own: &RuleFiles) -> Result<Self, Vec<RuleFault>> {
        let mut files: BTreeMap<&str, &str> = BUILT_IN_FILES.into_iter().collect();
        files.extend(own.iter().map(|(file, text)| (file.as_str(), text.as_str())));
        let mut rules = Self::default();
        let mut faults = Vec::new();
        let mut hash = Xxh3::new();
        for (file, text) in files {
            hash.update(file.as_bytes());
            hash.update(&[0]);
            hash.update(text.as_bytes());
            hash.update(&[0]);
            if let Err((line, reason)) = rules.read(file, text) {
                faults.push(RuleFault { file: file.to_owned(), line, reason });
            }
        }
        rules.digest = hash.digest128();
        if faults.is_empty() { Ok(rules) } else { Err(faults) }
    }

    fn read(&mut self, file: &str, text: &str) -> Result<(), (u64, String)> {
        match file.split_once('/') {
            None if file == FIELDS => {
                let stated: StatedFields = from_toml(text)?;
                self.fields = Precedence::of(&stated).map_err(|fault| at_line(text, fault))?;
            }
            None if file == TEMPLATES => {
                let stated: StatedTexts = from_toml(text)?;
                let own = Templates::of(&stated).map_err(|fault| at_line(text, fault))?;
                self.templates = own.over(&BUILT_IN_TEMPLATES);
            }
            Some(_) if file == FACILITY_ACTIVITY => {
                self.implied_activities = crosswalk::implied_activities(text)?;
            }
            Some(("crosswalks", name)) if is_file(name, ".csv") => {
                self.crosswalks.push(Crosswalk::parse(file, text)?);
            }
            Some(("publishers", name)) if is_file(name, ".toml") => {
                let key = name.trim_end_matches(".toml").to_owned();
                self.presets.insert(key, preset(text)?);
            }
            _ => return Err((1, NO_SUCH_FILE.to_owned())),
        }
        Ok(())
    }

    /// Returns a preset by its name.
    pub fn preset(&self, name: &str) -> Option<&Preset> {
        self.presets.get(name)
    }

    /// Returns the names of the presets.
    pub fn presets(&self) -> impl Iterator<Item = &str> {
        self.presets.keys().map(String::as_str)
    }

    /// Returns the rules without each of the CSVs, and its name.
    pub(super) fn variations(&self) -> Vec<(String, Self)> {
        let without = |at: usize| {
            let mut rules = self.clone();
            rules.crosswalks.remove(at);
            rules
        };
        let crosswalks = self.crosswalks.iter().enumerate();
        let mut all: Vec<_> =
            crosswalks.map(|(at, crosswalk)| (crosswalk.file.clone(), without(at))).collect();
        let without_implied = Self { implied_activities: HashMap::new(), ..self.clone() };
        all.push((FACILITY_ACTIVITY.to_owned(), without_implied));
        all
    }

    /// Returns a mark of the rules: another one when any of them is another.
    pub fn digest(&self) -> u128 {
        self.digest
    }
}

fn preset(text: &str) -> Result<Preset, (u64, String)> {
    let stated: StatedPreset = from_toml(text)?;
    Ok(Preset {
        fields: Precedence::of(&stated.fields).map_err(|fault| at_line(text, fault))?,
        templates: Templates::of(&stated.templates).map_err(|fault| at_line(text, fault))?,
        republish: stated.republish,
        options: stated.options,
    })
}

fn is_file(name: &str, extension: &str) -> bool {
    let stem = name.strip_suffix(extension).unwrap_or_default();
    !stem.is_empty() && stem.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

fn from_toml<T: DeserializeOwned>(text: &str) -> Result<T, (u64, String)> {
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        at_line(text, (at, error.message().replace('\n', " ")))
    })
}

/// Turns a byte offset into a line.
fn at_line(text: &str, (at, reason): (usize, String)) -> (u64, String) {
    let line = 1 + text.get(..at).unwrap_or_default().matches('\n').count();
    (line as u64, reason)
}

/// What a file of texts leaves out is as built in.
static BUILT_IN_TEMPLATES: LazyLock<Templates> = LazyLock::new(|| {
    let text = BUILT_IN_FILES.iter().find(|(file, _)| *file == TEMPLATES).map_or("", |(_, t)| *t);
    let stated = from_toml::<StatedTexts>(text).unwrap_or_default();
    Templates::of(&stated).unwrap_or_default()
});

const FIELDS: &str = "fields.toml";
const TEMPLATES: &str = "templates.toml";
const FACILITY_ACTIVITY: &str = "taxonomies/facility-activity.csv";
const NO_SUCH_FILE: &str = "is no file of rules; known: fields.toml, templates.toml, \
     taxonomies/facility-activity.csv, crosswalks/*.csv and publishers/*.toml, with names of a-z, 0-9 \
     and `-`";

/// Declares the files that are built in, by their paths in `mappings/`.
macro_rules! built_in {
    ($($file:literal),+ $(,)?) => {
        /// The files that are built in.
        pub(super) const BUILT_IN_FILES: [(&str, &str); [$($file),+].len()] =
            [$(($file, include_str!(concat!("../../mappings/", $file)))),+];
    };
}

built_in! {
    "crosswalks/example.csv",
    "fields.toml",
    "publishers/bookteq.toml",
    "publishers/gladstone.toml",
    "publishers/imin-firehose.toml",
    "publishers/legend.toml",
    "publishers/open-sessions.toml",
    "publishers/sportsuite.toml",
    "taxonomies/facility-activity.csv",
    "templates.toml",
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    #[test]
    fn every_file_of_rules_is_built_in_and_right() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("mappings");
        let mut found = Vec::new();
        for entry in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
            let inner =
                |path: &Path| fs::read_dir(path).unwrap().map(|e| e.unwrap().path()).collect();
            let paths: Vec<_> = if entry.is_dir() { inner(&entry) } else { vec![entry] };
            let relative = |path: &Path| path.strip_prefix(&folder).unwrap().display().to_string();
            found
                .extend(paths.iter().map(|path| relative(path)).filter(|file| file != "README.md"));
        }
        found.sort();
        let built_in = BUILT_IN_FILES.map(|(file, _)| file);
        assert_eq!(found, built_in);
        let rules = Ruleset::parse(&RuleFiles::new()).unwrap();
        assert_eq!(rules.presets().count(), 6);
        assert_eq!(rules.templates.missing(), Vec::<&str>::new());
        assert_eq!(rules.crosswalks.iter().flat_map(Crosswalk::terms).count(), 0);
    }

    #[test]
    fn a_fault_names_file_line_and_reason() {
        for (file, text, line, words) in faults() {
            let files = RuleFiles::from([(file.to_owned(), text.clone())]);
            let faults = Ruleset::parse(&files).expect_err(&text);
            let [fault] = faults.as_slice() else { panic!("{text}: {faults:?}") };
            assert_eq!((fault.file.as_str(), fault.line), (file, line), "{fault}");
            assert!(fault.reason.contains(words), "{fault}");
        }
    }

    /// Returns a file, its text, and line and words of the fault in it.
    fn faults() -> Vec<(&'static str, String, u64, &'static str)> {
        let head = "activity,term,term_uri,term_id,taxonomy,taxonomy_uri\n";
        let row = |cells: &str| format!("{head}# a comment\n{cells}\n");
        let id = "6a1f5fa4-52a4-4d0c-9f0a-0d6a8f2d7e31";
        vec![
            (
                "fields.toml",
                "[service]\nage = [\n  \"ageRange\",\n  \"age\"]".to_owned(),
                4,
                "\"age\"",
            ),
            ("fields.toml", "[service]\n\nags = []".to_owned(), 3, "service.ags"),
            ("fields.toml", "service.url = [\"url\", \"url\"]".to_owned(), 1, "twice"),
            ("fields.toml", "[service]\nurl = 5".to_owned(), 2, "expected"),
            ("templates.toml", "\nline_level = \"{txt}\"".to_owned(), 2, "{txt}"),
            ("templates.toml", "\n\nline_levels = \"\"".to_owned(), 3, "line_levels"),
            ("templates.toml", "name_unknown = \" \"".to_owned(), 1, "empty"),
            (
                "publishers/x.toml",
                "name = \"X\"\n[options]\nstrickt = true".to_owned(),
                3,
                "strickt",
            ),
            (
                "publishers/x.toml",
                "name = \"X\"\n[options]\nfold = true".to_owned(),
                3,
                "name+place",
            ),
            ("publishers/x.toml", "republish = true".to_owned(), 1, "name"),
            ("publishers/X y.toml", "name = \"X\"".to_owned(), 1, "no file of rules"),
            (
                "taxonomies/facility-activity.csv",
                "facility_type,activity\na,b\nA,c".to_owned(),
                3,
                "further up",
            ),
            ("taxonomies/facility-activity.csv", "a,b\n".to_owned(), 1, "first row"),
            ("crosswalks/x.csv", row("Yoga,T,https://x.example/t,,N"), 3, "5 columns"),
            (
                "crosswalks/x.csv",
                row("Yoga,T,,,N,https://x.example/"),
                3,
                "`term_uri` or `term_id`",
            ),
            ("crosswalks/x.csv", row("Yoga,T,,7,N,https://x.example/"), 3, "UUID"),
            ("crosswalks/x.csv", row("Yoga,T,t,,N,https://x.example/"), 3, "`term_uri`"),
            ("crosswalks/x.csv", row(&format!("Yoga,T,,{id},N,here")), 3, "`taxonomy_uri`"),
            ("crosswalks/x.csv", row(&format!(",T,,{id},N,https://x.example/")), 3, "`activity`"),
            (
                "crosswalks/x.csv",
                row(&format!("Yoga,T,,{id},N,https://openactive.io/activity-list")),
                3,
                "writes itself",
            ),
        ]
    }
}
