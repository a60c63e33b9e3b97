//! `baton export`: services to a file.

use std::path::PathBuf;

use anyhow::anyhow;
use tokio_util::sync::CancellationToken;

use super::ConfigPath;
use super::Failure;
use super::STOPPED;
use super::Verdict;
use super::check_store_exists;
use super::progress::Bar;
use super::say;
use super::terminal;
use super::terminal::Form;
use crate::app;
use crate::app::ExportOrder;
use crate::clock::Clock;
use crate::export::Format;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    config: ConfigPath,
    /// Form of the file; `csv` is the HSDS tabular data package, a ZIP archive.
    #[arg(long, value_enum)]
    format: Format,
    /// Only what the area of this slug holds.
    #[arg(long, value_name = "SLUG")]
    area: Option<String>,
    /// The file to write; its manifest goes beside it, as PATH.manifest.json.
    #[arg(long, short, value_name = "PATH")]
    output: PathBuf,
    #[command(flatten)]
    form: Form,
}

pub(super) async fn run(
    arguments: &Arguments,
    stop: CancellationToken,
) -> Result<Verdict, Failure> {
    let (config, rules) = arguments.config.load()?;
    check_store_exists(&config)?;
    let order = ExportOrder {
        format: arguments.format,
        area: arguments.area.as_deref(),
        path: &arguments.output,
    };
    let (bar, clock) = (Bar::start("services"), Clock::default());
    let exported = app::export(&config, rules, &order, &clock, |done, all| bar.show(done, all));
    let exported = tokio::select! {
        exported = exported => exported,
        () = stop.cancelled() => Err(anyhow!(STOPPED)),
    };
    drop(bar);
    let exported = exported?;
    if arguments.form.is_json {
        terminal::print_json(&exported)?;
        return Ok(Verdict::Well);
    }
    let written = exported.written;
    say(&format!(
        "{} services, {} bytes in {}, SHA-256 {}",
        written.services,
        written.bytes,
        arguments.output.display(),
        written.sha256
    ));
    Ok(Verdict::Well)
}
