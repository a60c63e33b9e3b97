//! `baton backup`: a copy of the store in a file, made while the gateway serves.

use std::path::PathBuf;

use super::ConfigPath;
use super::Failure;
use super::Verdict;
use super::say;
use crate::app;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The file to write; there must be none of this name.
    file: PathBuf,
    #[command(flatten)]
    config: ConfigPath,
}

pub(super) async fn run(arguments: &Arguments) -> Result<Verdict, Failure> {
    let config = arguments.config.read()?;
    app::backup(&config.store.url, &arguments.file).await?;
    let mib = arguments.file.metadata()?.len().div_ceil(1024 * 1024);
    say(&format!("{}: {mib} MiB, checked", arguments.file.display()));
    Ok(Verdict::Well)
}
