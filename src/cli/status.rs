//! `baton status`: how the feeds of a running gateway are doing.

use reqwest::Method;
use serde_json::Value;
use url::Url;

use super::Failure;
use super::Verdict;
use super::remote::Remote;
use super::remote::feeds;
use super::remote::table;
use super::terminal;
use super::terminal::Form;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Address of the gateway.
    #[arg(default_value = "http://127.0.0.1:8080", env = "BATON_URL", value_parser = terminal::address)]
    url: Url,
    #[command(flatten)]
    form: Form,
}

pub(super) async fn run(arguments: &Arguments) -> Result<Verdict, Failure> {
    let remote = Remote::at(arguments.url.clone(), None)?;
    let status = remote.ask(Method::GET, "/status.json", &[]).await?;
    let feeds = feeds(&status["feeds"])?;
    if arguments.form.is_json {
        terminal::print_json(&status)?;
    } else {
        let (services, waiting) = (&status["services"], &status["waiting"]);
        let mut lines = vec![table(feeds)];
        lines.extend(unread_datasets(&status));
        lines.push(policies(feeds).join("\n"));
        lines.push(format!("{services} services, {waiting} waiting\n"));
        terminal::print(&lines.join("\n"))?;
    }
    let is_halted = |feed: &Value| matches!(feed["state"].as_str(), Some("stopped" | "paused"));
    Ok(if feeds.iter().any(is_halted) { Verdict::Unwell } else { Verdict::Well })
}

/// Says which dataset sites could not be read and why, a line for each.
fn unread_datasets(status: &Value) -> impl Iterator<Item = String> {
    let datasets = status["datasets"].as_array().into_iter().flatten();
    datasets.filter_map(|dataset| {
        let publisher = dataset["publisher"].as_str().unwrap_or_default();
        let error = dataset["error"].as_str()?;
        Some(terminal::plain(&format!("{publisher}: dataset site not read: {error}")))
    })
}

/// Says what the feeds of each publisher are held to, a line for each.
fn policies(feeds: &[Value]) -> Vec<String> {
    let mut lines: Vec<String> = feeds.iter().map(policy).collect();
    lines.dedup();
    lines
}

fn policy(feed: &Value) -> String {
    let (publisher, policy) = (feed["publisher"].as_str().unwrap_or_default(), &feed["policy"]);
    let poll = policy["min_poll_secs"].as_u64();
    let poll = poll.map(|secs| format!("; asked every {secs} s at most")).unwrap_or_default();
    let is_purged = policy["purge_on_removal"] == true;
    format!(
        "{publisher}: withdrawn when not read for {} days; deleted within {} days; read again by itself \
         every {} days at most{poll}; {} when removed",
        policy["max_stale_days"],
        policy["hard_delete_days"],
        policy["resync_days"],
        if is_purged { "dropped" } else { "kept" },
    )
}
