//! Why a configuration cannot be used.

use std::io;
use std::path::Path;
use std::path::PathBuf;

/// Why a configuration cannot be read or printed.
///
/// No text in it holds a value of the file or of the environment, other than keys of publishers.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file could not be read.
    #[error("{}: cannot be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file was read and something in it, or in the environment, is wrong.
    #[error("{}", problems.join("\n"))]
    Invalid {
        /// What is wrong, a line each, in the order of the file: `file:line:column: text`, or
        /// `VARIABLE: text` for what the environment said. Never empty.
        problems: Vec<String>,
    },
    /// The outline of an area could not be read.
    #[error("{}: outline of the area `{area}` {why}", path.display())]
    Outline {
        /// The area's slug.
        area: String,
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The configuration holds something that cannot be written as TOML.
    #[error("the configuration cannot be printed")]
    Print(#[source] toml::ser::Error),
}

impl ConfigError {
    /// Returns the error for `problems` found in the file `path`.
    pub(super) fn invalid(path: &Path, mut problems: Vec<Problem>) -> Self {
        problems.sort();
        problems.dedup();
        let file = path.display().to_string();
        Self::Invalid { problems: problems.iter().map(|problem| problem.to_line(&file)).collect() }
    }
}

/// One thing that is wrong; orders as the file does, then the environment.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Problem {
    /// Where it was said.
    pub(super) place: Place,
    /// What is wrong with it: a clause in lower case.
    pub(super) message: String,
}

impl Problem {
    fn to_line(&self, file: &str) -> String {
        match &self.place {
            Place::File { line, column } => format!("{file}:{line}:{column}: {}", self.message),
            Place::Variable(name) => format!("{name}: {}", self.message),
        }
    }
}

/// Where something was said, as a person finds it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// In the file; both start at 1, columns are characters.
    File { line: usize, column: usize },
    /// In this environment variable.
    Variable(String),
}
