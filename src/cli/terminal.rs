//! What people see on a terminal, and what programs read instead.
//!
//! Colours go to terminals only, and not where `NO_COLOR` is set. What others wrote is shown without
//! control characters, which could move the cursor or worse.

use std::io::Write as _;

use anstyle::AnsiColor;
use anstyle::Style;
use serde::Serialize;
use url::Url;

use super::Failure;

/// Whether people or programs read the answer.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct Form {
    /// Answer with JSON.
    #[arg(long = "json", global = true)]
    pub(super) is_json: bool,
}

/// Well.
pub(super) const GOOD: Style = AnsiColor::Green.on_default();

/// Neither well nor lost.
pub(super) const DOUBTFUL: Style = AnsiColor::Yellow.on_default();

/// A person must act.
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();

/// Writes JSON to standard output, a line.
pub(super) fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let line = serde_json::to_string(value).map_err(std::io::Error::from)?;
    Ok(writeln!(std::io::stdout().lock(), "{line}")?)
}

/// Writes text to standard output, with its colours where that is a terminal.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    Ok(write!(anstream::stdout().lock(), "{text}")?)
}

/// Returns text in a style.
pub(super) fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// Returns text of others without control characters.
pub(super) fn plain(text: &str) -> String {
    text.replace(char::is_control, " ")
}

/// Reads an address of the web from an argument.
pub(super) fn address(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    url.ok_or("an address begins with http:// or https://")
}
