//! `baton config`: check or print the configuration.

use std::io::Write as _;

use super::ConfigPath;
use super::Failure;
use super::Verdict;
use super::say;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
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
            let feeds: usize = config.publishers.iter().map(|p| p.feeds.len()).sum();
            say(&format!(
                "the configuration is good; publishers: {}, feeds: {feeds}, presets: {}",
                config.publishers.len(),
                rules.presets().count()
            ));
        }
        What::Print(path) => {
            let (mut config, rules) = path.load()?;
            let decided = config.publishers.iter().map(|publisher| publisher.in_force(&rules));
            config.publishers = decided.collect();
            let text = config.to_toml_masked()?;
            writeln!(std::io::stdout().lock(), "{text}")?;
        }
    }
    Ok(Verdict::Well)
}
