//! The folder of mapping rules: read at the start, and looked at again every few seconds.

use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::config::Config;
use crate::mapping::RuleFault;
use crate::mapping::RuleFiles;
use crate::mapping::Ruleset;

/// How often the folder is looked at. Its files are read whole each time, though not taken apart: they are small,
/// and content tells a change more surely than the times of files, which copies and links carry over.
pub(super) const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How large a file may be.
const MAX_FILE_BYTES: u64 = 16 * 1024 * 1024;

/// Why rules cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MappingsError {
    /// Files or presets are wrong: a line for each, with file, line and reason.
    #[error("{}", .0.join("\n"))]
    Wrong(Vec<String>),
    /// The folder or a file in it cannot be read.
    #[error("{path}: cannot be read")]
    Unreadable {
        /// The folder or file.
        path: String,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// Reads the rules that a configuration asks for: its folder, on top of those built in.
///
/// # Errors
/// When a file is wrong or unreadable, or a publisher's preset is not there.
pub fn read_mappings(config: &Config) -> Result<Ruleset, MappingsError> {
    parse(config, &files(&config.mappings.dir, config.mappings.is_dir_stated)?)
}

/// What was last read, so that nothing is taken apart twice.
#[derive(Debug, Default)]
pub(super) struct Watched {
    /// What asked for it; nothing when it could not be read.
    config: Option<Arc<Config>>,
    files: RuleFiles,
}

impl Watched {
    /// Reads the rules as [`read_mappings`] does; nothing when neither they nor the configuration changed since
    /// they were last read.
    pub(super) fn look(&mut self, config: Arc<Config>) -> Result<Option<Ruleset>, MappingsError> {
        let known = self.config.take();
        let files = files(&config.mappings.dir, config.mappings.is_dir_stated)?;
        let is_known = known.is_some_and(|known| Arc::ptr_eq(&known, &config));
        let is_changed = !is_known || files != self.files;
        self.files = files;
        let read = is_changed.then(|| parse(&config, &self.files)).transpose();
        self.config = Some(config);
        read
    }
}

fn parse(config: &Config, files: &RuleFiles) -> Result<Ruleset, MappingsError> {
    let dir = &config.mappings.dir;
    let line = |fault: &RuleFault| dir.join(fault.to_string()).display().to_string();
    let rules = Ruleset::parse(files)
        .map_err(|faults| MappingsError::Wrong(faults.iter().map(line).collect()))?;
    let known: Vec<&str> = rules.presets().collect();
    let missing = config.publishers.iter().enumerate().filter_map(|(index, publisher)| {
        let preset = publisher.preset.as_deref().filter(|name| !known.contains(name))?;
        let known = known.join(", ");
        Some(format!("`publishers[{index}].preset`: there is no preset {preset}; known: {known}"))
    });
    let missing: Vec<String> = missing.collect();
    if missing.is_empty() { Ok(rules) } else { Err(MappingsError::Wrong(missing)) }
}

/// Reads `*.toml` and `*.csv` in the folder and the folders in it. Other files, such as an editor's
/// copies, are passed over.
fn files(dir: &Path, must_be_there: bool) -> Result<RuleFiles, MappingsError> {
    let mut files = RuleFiles::new();
    if !must_be_there && !dir.exists() {
        return Ok(files);
    }
    for path in entries(dir)? {
        let name = name_of(&path);
        if path.is_dir() {
            for inner in entries(&path)?.iter().filter(|inner| is_rules(inner)) {
                files.insert(format!("{name}/{}", name_of(inner)), text(inner)?);
            }
        } else if is_rules(&path) {
            files.insert(name, text(&path)?);
        }
    }
    Ok(files)
}

fn entries(dir: &Path) -> Result<Vec<PathBuf>, MappingsError> {
    let read = || -> io::Result<Vec<PathBuf>> {
        std::fs::read_dir(dir)?.map(|entry| Ok(entry?.path())).collect()
    };
    let mut paths = read().map_err(|source| unreadable(dir, source))?;
    paths.retain(|path| !name_of(path).starts_with('.'));
    Ok(paths)
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn is_rules(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml" || extension == "csv")
}

fn text(path: &Path) -> Result<String, MappingsError> {
    let read = || {
        if std::fs::metadata(path)?.len() > MAX_FILE_BYTES {
            return Err(io::Error::other("larger than 16 MiB"));
        }
        std::fs::read_to_string(path)
    };
    read().map_err(|source| unreadable(path, source))
}

fn unreadable(path: &Path, source: io::Error) -> MappingsError {
    MappingsError::Unreadable { path: path.display().to_string(), source }
}
