//! The command line.
//!
//! Standard output is for data only; everything else goes to standard error. Exit codes: 0 done, 1 not
//! done, 2 the configuration or the arguments are wrong, or what was to be asked cannot be reached.

mod backup;
mod check;
mod config;
mod demo;
mod discover;
mod export;
mod feeds;
mod harvest;
mod map;
mod migrate;
mod progress;
mod remap;
mod remote;
mod restore;
mod serve;
mod status;
mod terminal;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use clap::Subcommand;
use tokio_util::sync::CancellationToken;

use crate::app;
use crate::causes::with_causes;
use crate::config::Config;
use crate::config::ConfigError;
use crate::config::ProcessEnvironment;
use crate::mapping::Ruleset;
use crate::store::sqlite;

/// Follows OpenActive feeds and republishes them as an Open Referral UK API.
#[derive(Debug, Parser)]
#[command(name = "baton", version, about, max_term_width = 100)]
struct Arguments {
    /// How logs are written.
    #[arg(long, global = true, value_enum, default_value_t)]
    log_format: app::LogFormat,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start a bundled sample publisher and the gateway; needs no network.
    Demo(demo::Arguments),
    /// Harvest for ever and serve.
    Serve(serve::Arguments),
    /// Harvest every feed to its end once, map, and stop.
    Harvest(harvest::Arguments),
    /// Map RPDE pages or single items from files; services as NDJSON on standard output.
    Map(map::Arguments),
    /// Map the whole store again, or say what that would change.
    Remap(remap::Arguments),
    /// Check the conformance of an API or a feed.
    Check(check::Arguments),
    /// Find the feeds that a data catalogue or a dataset site leads to.
    Discover(discover::Arguments),
    /// Write services to a file: lines of JSON, the HSDS tabular data package, GeoJSON or Parquet.
    Export(export::Arguments),
    /// See how the feeds of a running gateway are doing.
    Status(status::Arguments),
    /// Pause, resume, accept or resync feeds of a running gateway.
    Feeds(feeds::Arguments),
    /// Copy the store to a file, while the gateway serves.
    Backup(backup::Arguments),
    /// Make a backup the store, while no gateway uses it.
    Restore(restore::Arguments),
    /// Move a store from a file to a PostgreSQL server or back, with all ids and cursors.
    Migrate(migrate::Arguments),
    /// Check or print the configuration.
    Config(config::Arguments),
}

/// The configuration file.
#[derive(Debug, clap::Args)]
struct ConfigPath {
    /// The configuration file.
    #[arg(long, short, value_name = "FILE", env = "BATON_CONFIG")]
    config: PathBuf,
}

impl ConfigPath {
    /// Reads the configuration, and the mapping rules it asks for.
    fn load(&self) -> Result<(Config, Ruleset), Failure> {
        let config = self.read()?;
        let rules = app::read_mappings(&config).map_err(Failure::Mappings)?;
        Ok((config, rules))
    }

    /// Reads the configuration alone.
    fn read(&self) -> Result<Config, ConfigError> {
        Config::load(&self.config, &ProcessEnvironment)
    }
}

/// Opening a store makes one; here it must hold something.
fn check_store_exists(config: &Config) -> Result<(), Failure> {
    match sqlite::path_of(&config.store.url) {
        Ok(path) if !path.exists() => {
            let path = path.display();
            Err(anyhow::anyhow!("there is no store {path} yet; harvest first").into())
        }
        _ => Ok(()),
    }
}

/// Why a command was not done.
enum Failure {
    /// The configuration is wrong.
    Config(ConfigError),
    /// The mapping rules are wrong.
    Mappings(app::MappingsError),
    /// What was to be checked cannot be reached.
    Unreachable(String),
    /// Anything else.
    Other(anyhow::Error),
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Other(error.into())
    }
}

/// Whether a command that ran found everything well.
enum Verdict {
    Well,
    Unwell,
}

/// The stack of each thread. JSON is read to a depth of 128, twice where a document stands in a string,
/// and what is not used takes no memory.
const STACK_BYTES: usize = 16 * 1024 * 1024;

/// What is said when work was to stop that is done whole or not at all.
const STOPPED: &str = "stopped half way; nothing was kept";

/// Reads the arguments, runs the command, returns the exit code.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let default = match &arguments.command {
        Command::Serve(_) => "baton=info,warn",
        _ => "baton=warn,warn",
    };
    app::start_log(arguments.log_format, default);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(STACK_BYTES)
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return report(&Failure::Other(error.into())),
    };
    let done = runtime.block_on(run(arguments.command, arguments.log_format));
    // Blocking work that is still under way has nothing left to tell anybody.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    match done {
        Ok(Verdict::Well) => ExitCode::SUCCESS,
        Ok(Verdict::Unwell) => ExitCode::from(1),
        Err(failure) => report(&failure),
    }
}

async fn run(command: Command, log_format: app::LogFormat) -> Result<Verdict, Failure> {
    match command {
        Command::Demo(arguments) => demo::run(&arguments, stop_on_signal()).await,
        Command::Serve(arguments) => serve::run(&arguments, log_format, stop_on_signal()).await,
        Command::Harvest(arguments) => harvest::run(&arguments, stop_on_signal()).await,
        Command::Export(arguments) => export::run(&arguments, stop_on_signal()).await,
        Command::Backup(arguments) => backup::run(&arguments, stop_on_signal()).await,
        Command::Restore(arguments) => restore::run(&arguments, stop_on_signal()).await,
        Command::Migrate(arguments) => migrate::run(&arguments, stop_on_signal()).await,
        // These have nothing to tidy up: a signal ends them as it ends any program.
        Command::Map(arguments) => map::run(&arguments).await,
        Command::Remap(arguments) => remap::run(&arguments).await,
        Command::Check(arguments) => check::run(&arguments).await,
        Command::Discover(arguments) => discover::run(&arguments).await,
        Command::Status(arguments) => status::run(&arguments).await,
        Command::Feeds(arguments) => feeds::run(&arguments).await,
        Command::Config(arguments) => config::run(&arguments),
    }
}

/// Returns a token that is cancelled by SIGINT or SIGTERM, which end nothing by themselves from then on.
fn stop_on_signal() -> CancellationToken {
    use tokio::signal::unix::SignalKind;
    use tokio::signal::unix::signal;

    let stop = CancellationToken::new();
    let cancel = stop.clone();
    let (terminate, interrupt) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    if let (Ok(mut terminate), Ok(mut interrupt)) = (terminate, interrupt) {
        #[expect(clippy::disallowed_methods, reason = "waits for the signal that ends everything")]
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            cancel.cancel();
        });
    }
    stop
}

fn report(failure: &Failure) -> ExitCode {
    let (text, code) = match failure {
        Failure::Config(error) => (with_causes(error), 2),
        Failure::Mappings(error) => (with_causes(error), 2),
        Failure::Unreachable(reason) => (reason.clone(), 2),
        // The reader went away, as `head` does: nothing is wrong.
        Failure::Other(error) if is_broken_pipe(error) => return ExitCode::SUCCESS,
        Failure::Other(error) => (format!("{error:#}"), 1),
    };
    say(&format!("baton: {text}"));
    ExitCode::from(code)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<std::io::Error>();
    io.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

/// Writes a line to standard error.
fn say(line: &str) {
    use std::io::Write as _;
    // Nobody is left to tell when standard error is closed.
    drop(writeln!(std::io::stderr().lock(), "{line}"));
}
