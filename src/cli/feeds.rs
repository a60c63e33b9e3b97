//! `baton feeds`: what the operator does to the feeds of a running gateway.

use clap::Subcommand;
use reqwest::Method;
use serde_json::Value;
use serde_json::json;

use super::Failure;
use super::Verdict;
use super::remote;
use super::remote::Remote;
use super::remote::Which;
use super::remote::table;
use super::terminal;
use super::terminal::Form;
use crate::api::Action;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: FeedAction,
    #[command(flatten)]
    remote: Which,
    #[command(flatten)]
    form: Form,
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

/// What is said of a configuration that was read again.
const RELOADED: &str =
    "reloaded; changes of [server], [store], [cache], [fetch], [limits] and [web] take a restart";

/// Whom something is done to.
#[derive(Debug, clap::Args)]
struct Key {
    /// Key of a publisher, or address of a feed.
    key: String,
}

pub(super) async fn run(arguments: &Arguments) -> Result<Verdict, Failure> {
    let remote = Remote::new(&arguments.remote)?;
    let (answer, text) = match &arguments.action {
        FeedAction::List => {
            let feeds = remote.ask(Method::GET, "/admin/feeds", &[]).await?;
            let text = table(remote::feeds(&feeds)?);
            (feeds, text)
        }
        FeedAction::Orphans => {
            let feeds = remote.ask(Method::GET, "/admin/orphans", &[]).await?;
            let text = orphans(&feeds);
            (feeds, text)
        }
        FeedAction::Reload => {
            remote.ask(Method::POST, "/admin/reload", &[]).await?;
            (json!({ "reloaded": true }), RELOADED.to_owned())
        }
        FeedAction::Pause(key) => act(&remote, Action::Pause, key).await?,
        FeedAction::Resume(key) => act(&remote, Action::Resume, key).await?,
        FeedAction::Accept(key) => act(&remote, Action::Accept, key).await?,
        FeedAction::Resync(key) => act(&remote, Action::Resync, key).await?,
    };
    if arguments.form.is_json {
        terminal::print_json(&answer)?;
    } else {
        terminal::print(&format!("{text}\n"))?;
    }
    Ok(Verdict::Well)
}

/// Does something to feeds; returns the answer, and what it says to people.
async fn act(remote: &Remote, action: Action, key: &Key) -> Result<(Value, String), Failure> {
    let path = format!("/admin/feeds/{}", action.as_str());
    let done = remote.ask(Method::POST, &path, &[("key", &key.key)]).await?;
    let feeds = done["feeds"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut lines: Vec<String> = feeds
        .iter()
        .map(|feed| terminal::plain(feed.as_str().unwrap_or_default()))
        .map(|feed| format!("{}: {feed}", action.as_str()))
        .collect();
    if action == Action::Accept {
        lines.push(format!("{} losses accepted", done["accepted"]));
    }
    Ok((done, lines.join("\n")))
}

fn orphans(feeds: &Value) -> String {
    let mut lines = Vec::new();
    for feed in feeds.as_array().into_iter().flatten() {
        for missing in feed["missing"].as_array().into_iter().flatten() {
            let key = terminal::plain(missing["key"].as_str().unwrap_or_default());
            let publisher = feed["publisher"].as_str().unwrap_or_default();
            lines.push(format!("{publisher}  {}  {key}", missing["occurrences"]));
        }
    }
    if lines.is_empty() { "nothing waits for a parent".to_owned() } else { lines.join("\n") }
}
