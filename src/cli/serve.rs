//! `baton serve`: harvest for ever and serve.

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing::info;

use super::ConfigPath;
use super::Failure;
use super::Verdict;
use super::say;
use crate::app::App;
use crate::app::LogFormat;
use crate::app::Role;
use crate::clock::Clock;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    config: ConfigPath,
    /// What this process does, where several share a store on a server: harvest, serve, or both
    #[arg(long, value_enum, default_value_t)]
    role: Role,
}

pub(super) async fn run(
    arguments: &Arguments,
    log_format: LogFormat,
    stop: CancellationToken,
) -> Result<Verdict, Failure> {
    let file = arguments.config.config.clone();
    // Read first: a change that comes while the configuration is read is then seen as one.
    let known = tokio::fs::read(&file).await.ok();
    let (config, _) = arguments.config.load()?;
    let listen = config.server.listen;
    let listener =
        TcpListener::bind(listen).await.with_context(|| format!("listening on {listen}"))?;
    let address = listener.local_addr()?;
    let app = App::open_as(arguments.role, config, Clock::default()).await?;
    let app = app.reloading_from(file, known);
    match log_format {
        LogFormat::Text => say(&format!("Serving http://{address}/v3/services, stop with Ctrl-C")),
        // Whoever reads the log as JSON reads every line so.
        LogFormat::Json => info!(url = format!("http://{address}/v3/services"), "serving"),
    }
    app.serve(listener, stop).await?;
    Ok(Verdict::Well)
}
