//! `baton restore`: a backup becomes the store, while no gateway uses it.

use std::path::PathBuf;

use super::ConfigPath;
use super::Failure;
use super::Verdict;
use super::say;
use crate::app;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// What `baton backup` wrote.
    file: PathBuf,
    #[command(flatten)]
    config: ConfigPath,
    /// Replace the store that is there; what it holds is lost.
    #[arg(long)]
    force: bool,
}

pub(super) async fn run(arguments: &Arguments) -> Result<Verdict, Failure> {
    let config = arguments.config.read()?;
    app::restore(&config.store.url, &arguments.file, arguments.force).await?;
    say(&format!("restored from {}", arguments.file.display()));
    Ok(Verdict::Well)
}
