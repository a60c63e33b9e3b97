//! `baton backup`: a copy of the store in a file, made while the gateway serves.

use std::path::PathBuf;

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::ConfigPath;
use super::Failure;
use super::Verdict;
use super::say;
use super::terminal;
use super::terminal::Form;
use crate::app;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The file to write; there must be none of this name.
    file: PathBuf,
    #[command(flatten)]
    config: ConfigPath,
    #[command(flatten)]
    form: Form,
}

pub(super) async fn run(
    arguments: &Arguments,
    stop: CancellationToken,
) -> Result<Verdict, Failure> {
    let config = arguments.config.read()?;
    app::backup(&config.store.url, &arguments.file, stop).await?;
    let bytes = arguments.file.metadata()?.len();
    if arguments.form.is_json {
        terminal::print_json(&json!({ "file": arguments.file, "bytes": bytes }))?;
    } else {
        say(&format!("{}: {} MiB, checked", arguments.file.display(), bytes.div_ceil(1024 * 1024)));
    }
    Ok(Verdict::Well)
}
