//! `baton feeds`: what the operator does to the feeds of a running gateway.

use std::io::Write as _;

use clap::Subcommand;
use reqwest::Method;
use serde_json::Value;

use super::Failure;
use super::Verdict;
use super::remote::Remote;
use super::remote::Which;
use super::remote::table;
use crate::api::Action;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: FeedAction,
    #[command(flatten)]
    remote: Which,
}

#[derive(Debug, Subcommand)]
enum FeedAction {
    /// List the feeds and how each is doing.
    List,
    /// List parents that are not published and how many occurrences wait for each.
    Orphans,
    /// Ask feeds no more until they are resumed.
    Pause(Key),
    /// Ask feeds again, also those that were given up.
    Resume(Key),
    /// Let go what the drop guard holds, and ask the feeds again.
    Accept(Key),
    /// Read feeds again from the first page, and drop what is not found again.
    Resync(Key),
    /// Have the gateway read its configuration again.
    Reload,
}

/// Whom something is done to.
#[derive(Debug, clap::Args)]
struct Key {
    /// Key of a publisher, or address of a feed.
    key: String,
}

pub(super) async fn run(arguments: &Arguments) -> Result<Verdict, Failure> {
    let remote = Remote::new(&arguments.remote)?;
    let text = match &arguments.action {
        FeedAction::List => {
            let feeds = remote.ask(Method::GET, "/admin/feeds", &[]).await?;
            table(feeds.as_array().map(Vec::as_slice).unwrap_or_default())
        }
        FeedAction::Orphans => {
            let feeds = remote.ask(Method::GET, "/admin/orphans", &[]).await?;
            orphans(&feeds)
        }
        FeedAction::Reload => {
            remote.ask(Method::POST, "/admin/reload", &[]).await?;
            "reloaded".to_owned()
        }
        FeedAction::Pause(key) => act(&remote, Action::Pause, key).await?,
        FeedAction::Resume(key) => act(&remote, Action::Resume, key).await?,
        FeedAction::Accept(key) => act(&remote, Action::Accept, key).await?,
        FeedAction::Resync(key) => act(&remote, Action::Resync, key).await?,
    };
    writeln!(std::io::stdout().lock(), "{text}")?;
    Ok(Verdict::Well)
}

async fn act(remote: &Remote, action: Action, key: &Key) -> Result<String, Failure> {
    let path = format!("/admin/feeds/{}", action.as_str());
    let done = remote.ask(Method::POST, &path, &[("key", &key.key)]).await?;
    let feeds = done["feeds"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut lines: Vec<String> = feeds
        .iter()
        .map(|feed| format!("{}: {}", action.as_str(), feed.as_str().unwrap_or_default()))
        .collect();
    if action == Action::Accept {
        lines.push(format!("{} losses accepted", done["accepted"]));
    }
    Ok(lines.join("\n"))
}

fn orphans(feeds: &Value) -> String {
    let mut lines = Vec::new();
    for feed in feeds.as_array().into_iter().flatten() {
        for missing in feed["missing"].as_array().into_iter().flatten() {
            let key = missing["key"].as_str().unwrap_or_default().replace('\n', " ");
            let publisher = feed["publisher"].as_str().unwrap_or_default();
            lines.push(format!("{publisher}  {}  {key}", missing["occurrences"]));
        }
    }
    if lines.is_empty() { "nothing waits for a parent".to_owned() } else { lines.join("\n") }
}
