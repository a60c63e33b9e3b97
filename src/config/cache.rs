//! `[cache]`: what is kept in memory.

use serde::Deserialize;
use serde::Serialize;

use super::check::Check;
use super::key_path::KeyPath;

/// What is kept in memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cache {
    /// The most memory that kept bodies may take, in mebibytes; 256 by default.
    pub max_mib: u64,
}

impl Default for Cache {
    fn default() -> Self {
        Self { max_mib: 256 }
    }
}

/// `[cache]` as written.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawCache {
    max_mib: Option<i64>,
}

impl RawCache {
    pub(super) fn check(self, at: &KeyPath, check: &mut Check<'_>) -> Cache {
        let default = Cache::default().max_mib;
        Cache { max_mib: check.whole(&at.key("max_mib"), self.max_mib, 1..=MOST_MIB, default) }
    }
}

/// One tebibyte: more is a slip.
const MOST_MIB: u64 = 1 << 20;
