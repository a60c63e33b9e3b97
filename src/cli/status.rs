//! `baton status`: how the feeds of a running gateway are doing.

use std::io::Write as _;

use reqwest::Method;
use url::Url;

use super::Failure;
use super::Verdict;
use super::remote::Remote;
use super::remote::table;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Address of the gateway.
    #[arg(default_value = "http://127.0.0.1:8080", env = "BATON_URL")]
    url: Url,
}

pub(super) async fn run(arguments: &Arguments) -> Result<Verdict, Failure> {
    let remote = Remote::at(arguments.url.clone(), None)?;
    let status = remote.ask(Method::GET, "/status.json", &[]).await?;
    let feeds = status["feeds"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", table(feeds))?;
    writeln!(out, "{} services, {} waiting", status["services"], status["waiting"])?;
    let is_halted =
        |feed: &serde_json::Value| matches!(feed["state"].as_str(), Some("stopped" | "paused"));
    Ok(if feeds.iter().any(is_halted) { Verdict::Unwell } else { Verdict::Well })
}
