//! Findings: what is wrong with published data, said so that the publisher can mend it.
//!
//! Bad data is never an error of the program. Every repair, guess and drop is a [`Finding`] with a
//! [`Code`]; the table of codes in `code.rs` holds what each means, how grave it is, what the publisher
//! can do and where the standard says so. The table of [`QUIRKS`] holds the known ways in which data
//! strays, with the finding of each. [`excerpts`] shows what a publisher wrote there, as far as anybody
//! may see it.

mod code;
mod excerpt;
mod plain;
mod quirk;

pub use code::Code;
pub use code::Severity;
pub use excerpt::Excerpt;
pub use excerpt::excerpts;
pub use quirk::QUIRKS;
pub use quirk::Quirk;

use std::fmt;

use serde::Deserialize;
use serde::Serialize;

/// Something found in one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What it is.
    pub code: Code,
    /// The property it was found in, as a path from the item.
    pub path: String,
}

impl Finding {
    /// Makes a finding of a property.
    pub fn new(code: Code, path: impl Into<String>) -> Self {
        Self { code, path: path.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} at {}: {}", self.code.severity(), self.code, self.path, self.code.title())
    }
}
