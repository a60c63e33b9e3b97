//! Where variables come from.

use std::collections::BTreeMap;
use std::env;

/// The environment variables in force.
pub trait Environment {
    /// Returns the value of a variable; absent when it is not set.
    fn var(&self, name: &str) -> Option<String>;

    /// Returns all variables with their values, in any order.
    fn vars(&self) -> Vec<(String, String)>;
}

/// The environment of this process; a variable that is not Unicode counts as not set.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProcessEnvironment;

impl Environment for ProcessEnvironment {
    fn var(&self, name: &str) -> Option<String> {
        env::var(name).ok()
    }

    fn vars(&self) -> Vec<(String, String)> {
        let pairs = env::vars_os();
        pairs
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }
}

/// An environment made up for a test or a demonstration.
impl Environment for BTreeMap<String, String> {
    fn var(&self, name: &str) -> Option<String> {
        self.get(name).cloned()
    }

    fn vars(&self) -> Vec<(String, String)> {
        self.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}
