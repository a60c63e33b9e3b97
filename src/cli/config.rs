//! `baton config`: check or print the configuration.

use std::io::Write as _;
use std::sync::Arc;

use serde_json::json;

use super::ConfigPath;
use super::Failure;
use super::Verdict;
use super::say;
use super::terminal;
use super::terminal::Form;
use crate::app;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    form: Form,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Say whether the configuration and the mapping rules can be used.
    Check(ConfigPath),
    /// Print the whole configuration in force, secrets masked.
    Print(ConfigPath),
}

pub(super) fn run(arguments: &Arguments) -> Result<Verdict, Failure> {
    match &arguments.what {
        What::Check(path) => {
            let (config, rules) = path.load()?;
            let rules = Arc::new(rules);
            let doubts = app::doubts(&config, &rules)?;
            let feeds: usize = config.publishers.iter().map(|p| p.feeds.len()).sum();
            let (publishers, presets) = (config.publishers.len(), rules.presets().count());
            if arguments.form.is_json {
                let counts = json!({
                    "publishers": publishers, "feeds": feeds, "presets": presets,
                    "warnings": doubts,
                });
                terminal::print_json(&counts)?;
            } else {
                for doubt in &doubts {
                    say(&format!("warning: {doubt}"));
                }
                let is_good = if doubts.is_empty() { "is good" } else { "can be used" };
                say(&format!(
                    "the configuration {is_good}; publishers: {publishers}, feeds: {feeds}, \
                     presets: {presets}"
                ));
            }
        }
        What::Print(path) => {
            // Paths start at the file, and what is printed may be used elsewhere.
            let path = ConfigPath { config: std::path::absolute(&path.config)? };
            let (mut config, rules) = path.load()?;
            config.mappings.is_dir_stated |= config.mappings.dir.exists();
            let decided = config.publishers.iter().map(|publisher| publisher.in_force(&rules));
            config.publishers = decided.collect();
            if arguments.form.is_json {
                terminal::print_json(&config.to_table_masked()?)?;
            } else {
                writeln!(std::io::stdout().lock(), "{}", config.to_toml_masked()?)?;
            }
        }
    }
    Ok(Verdict::Well)
}
