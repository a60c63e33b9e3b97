//! `baton restore`: a backup becomes the store, while no gateway uses it.

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
use crate::store::sqlite;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// What `baton backup` wrote.
    file: PathBuf,
    #[command(flatten)]
    config: ConfigPath,
    /// Replace the store that is there; what it holds is lost.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    form: Form,
}

pub(super) async fn run(
    arguments: &Arguments,
    stop: CancellationToken,
) -> Result<Verdict, Failure> {
    let config = arguments.config.read()?;
    app::restore(&config.store.url, &arguments.file, arguments.force, stop).await?;
    // Of a relative address people may expect another folder.
    let store = sqlite::path_of(&config.store.url).map_err(anyhow::Error::from)?;
    let store = std::path::absolute(store)?;
    if arguments.form.is_json {
        terminal::print_json(&json!({ "restored_from": arguments.file, "store": store }))?;
    } else {
        say(&format!("{} restored from {}", store.display(), arguments.file.display()));
    }
    Ok(Verdict::Well)
}
