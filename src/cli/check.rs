//! `baton check`: the conformance of an API or a feed, a line for each rule.

use anyhow::Context as _;
use clap::ValueEnum;
use url::Url;

use super::Failure;
use super::Verdict;
use super::terminal;
use super::terminal::Form;
use crate::clock::Clock;
use crate::conformance;
use crate::conformance::HttpClient;
use crate::conformance::Options;
use crate::conformance::Report;
use crate::conformance::Target;
use crate::harvest::inspect;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
    /// Form of the report.
    #[arg(long, global = true, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    form: Form,
    /// How many records of each list are read by their id; the items of a feed are all looked at.
    #[arg(long, global = true, default_value_t = 10)]
    sample: usize,
    /// How many pages are read at most.
    #[arg(long, global = true, default_value_t = 40)]
    max_pages: usize,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Check an Open Referral UK API.
    Oruk {
        /// Base address of the API.
        #[arg(value_parser = terminal::address)]
        url: Url,
        /// Version to check against; found out when not given.
        #[arg(long, value_enum)]
        version: Option<Version>,
    },
    /// Check an RPDE feed.
    Rpde {
        /// First page of the feed.
        #[arg(value_parser = terminal::address)]
        url: Url,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Version {
    #[value(name = "3.0")]
    V3,
    #[value(name = "1.0")]
    V1,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    #[default]
    Text,
    Json,
    Junit,
}

pub(super) async fn run(arguments: &Arguments) -> Result<Verdict, Failure> {
    let client = HttpClient::new().context("setting up the HTTP client")?;
    let (url, target) = match &arguments.what {
        What::Oruk { url, version: Some(Version::V3) } => (url, Target::Oruk3),
        What::Oruk { url, version: Some(Version::V1) } => (url, Target::Oruk1),
        What::Oruk { url, version: None } => (url, conformance::detect(&client, url).await.target),
        What::Rpde { url } => (url, Target::Rpde),
    };
    let options = Options {
        sample: arguments.sample,
        max_pages: arguments.max_pages,
        inspect: Some(inspect),
        ..Options::new(Clock::default().now())
    };
    let report = conformance::check(&client, target, url, &options).await;
    let report = report.map_err(|unreachable| Failure::Unreachable(unreachable.to_string()))?;
    let format = if arguments.form.is_json { Format::Json } else { arguments.format };
    terminal::print(&written(&report, format))?;
    Ok(if report.failed() > 0 { Verdict::Unwell } else { Verdict::Well })
}

/// Colours the outcome that each line begins with.
fn coloured(text: &str) -> String {
    let line = |line: &str| {
        let (outcome, rest) = line.split_at_checked(4).unwrap_or_default();
        let style = match outcome {
            "PASS" => terminal::GOOD,
            "WARN" => terminal::DOUBTFUL,
            "FAIL" => terminal::BAD,
            _ => return format!("{}\n", terminal::plain(line)),
        };
        format!("{}{}\n", terminal::styled(style, outcome), terminal::plain(rest))
    };
    text.lines().map(line).collect()
}

fn written(report: &Report, format: Format) -> String {
    match format {
        Format::Text => coloured(&report.to_text()),
        Format::Json => format!("{:#}\n", report.to_json()),
        Format::Junit => report.to_junit(),
    }
}
