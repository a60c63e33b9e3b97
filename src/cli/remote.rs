//! Speaking to a running gateway.

use std::time::Duration;

use anstyle::Style;
use anyhow::Context as _;
use reqwest::Method;
use serde_json::Value;
use url::Url;

use super::Failure;
use super::terminal;
use crate::config::Config;
use crate::config::ProcessEnvironment;
use crate::config::Secret;

/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_mins(1);

/// Which gateway, and how to be let in.
#[derive(Debug, clap::Args)]
pub(super) struct Which {
    /// Address of the gateway.
    #[arg(long, global = true, default_value = "http://127.0.0.1:8080", env = "BATON_URL", value_parser = terminal::address)]
    url: Url,
    /// A configuration file that says where the gateway listens and which token it wants.
    #[arg(long, short, global = true, value_name = "FILE")]
    config: Option<std::path::PathBuf>,
}

/// A running gateway. The token comes from the configuration or from `BATON_ADMIN_TOKEN`, never from an
/// argument, which other users of the machine could read.
pub(super) struct Remote {
    url: Url,
    token: Option<Secret>,
    client: reqwest::Client,
}

impl Remote {
    /// Returns the gateway that the arguments name.
    pub(super) fn new(arguments: &Which) -> Result<Self, Failure> {
        let from_environment = || std::env::var("BATON_ADMIN_TOKEN").ok().map(Secret::new);
        let Some(file) = &arguments.config else {
            return Self::at(arguments.url.clone(), from_environment());
        };
        let server = Config::load(file, &ProcessEnvironment)?.server;
        let mut address = server.listen;
        if address.ip().is_unspecified() {
            address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
        }
        let url = Url::parse(&format!("http://{address}")).context("reading server.listen")?;
        Self::at(url, server.admin_token.or_else(from_environment))
    }

    /// Returns the gateway at an address.
    pub(super) fn at(url: Url, token: Option<Secret>) -> Result<Self, Failure> {
        let client = reqwest::Client::builder().timeout(TIMEOUT).no_proxy();
        let client = client.build().context("setting up the HTTP client")?;
        Ok(Self { url, token, client })
    }

    /// Asks for something and returns the body, which may be empty.
    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Value, Failure> {
        let mut url = self.url.join(path).context("putting the address together")?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut request = self.client.request(method, url);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token.expose());
        }
        let unreachable = |error: reqwest::Error| {
            Failure::Unreachable(format!("no answer from {}: {}", self.url, cause(&error)))
        };
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        let body = response.bytes().await.map_err(unreachable)?;
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        if status.is_success() {
            return Ok(body);
        }
        let detail = match (status.as_u16(), body["detail"].as_str()) {
            (401, _) if self.token.is_none() => "no token was given; set BATON_ADMIN_TOKEN",
            (404, Some(detail)) if detail.contains("/v3") => {
                "the gateway has no admin API; set server.admin_token in its configuration"
            }
            (_, Some(detail)) => detail,
            _ => "the answer is no JSON",
        };
        Err(Failure::Other(anyhow::anyhow!("the gateway answered {status}: {detail}")))
    }
}

/// Returns what an error comes from in the end: what is around it only says that something failed.
fn cause(error: &dyn std::error::Error) -> String {
    error.source().map_or_else(|| error.to_string(), cause)
}

/// Returns the feeds that a gateway told of.
pub(super) fn feeds(told: &Value) -> Result<&[Value], Failure> {
    let feeds = told.as_array().map(Vec::as_slice);
    feeds.ok_or_else(|| {
        Failure::Other(anyhow::anyhow!("what answers there is not Baton: it tells of no feeds"))
    })
}

/// The column of the state.
const STATE: usize = 1;

fn style_of(state: &str) -> Style {
    match state {
        "live" => terminal::GOOD,
        "starting" | "catching_up" | "backing_off" => terminal::DOUBTFUL,
        "stopped" | "paused" => terminal::BAD,
        _ => Style::new(),
    }
}

/// Writes feeds as a table with a line each.
pub(super) fn table(feeds: &[Value]) -> String {
    let heads = ["PUBLISHER", "STATE", "ITEMS", "ORPHANS", "FINDINGS", "LAST READ", "FEED"];
    let mut rows = vec![heads.map(str::to_owned)];
    for feed in feeds {
        let text = |name: &str| match &feed[name] {
            Value::String(text) => terminal::plain(text),
            Value::Number(number) => number.to_string(),
            _ => "-".to_owned(),
        };
        let read = text("last_success");
        let read = read.get(..19).unwrap_or(&read).replace('T', " ");
        rows.push([
            text("publisher"),
            text("state"),
            text("items"),
            text("orphans"),
            text("findings"),
            read,
            text("url"),
        ]);
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..heads.len()).map(|at| width(at).unwrap_or(0)).collect();
    let mut lines = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        let mut cells: Vec<String> = cells.collect();
        cells[STATE] = terminal::styled(style_of(&row[STATE]), &cells[STATE]);
        lines.push(cells.join("  ").trim_end().to_owned());
        let feed = number.checked_sub(1).and_then(|at| feeds.get(at));
        for why in ["reason", "withheld"] {
            let told = feed.and_then(|feed| feed[why].as_str());
            lines.extend(told.map(|told| format!("    {}", terminal::plain(told))));
        }
    }
    lines.join("\n")
}
