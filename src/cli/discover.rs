//! `baton discover`: from a catalogue or a dataset site to publishers for the configuration.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::time::Duration;

use url::Url;

use super::Failure;
use super::Verdict;
use super::say;
use super::terminal;
use super::terminal::Form;
use crate::fetch::FetchConfig;
use crate::fetch::Fetcher;
use crate::harvest::DatasetSite;
use crate::harvest::discover;
use crate::mapping::shown_license;

/// How long one page may take.
const TIMEOUT: Duration = Duration::from_mins(1);

/// How large one page may be.
const MAX_PAGE_BYTES: u64 = 16 * 1024 * 1024;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Address of a data catalogue, a collection of them, or a dataset site.
    #[arg(value_parser = terminal::address)]
    url: Url,
    /// How publishers can reach you: sent with each request.
    #[arg(long)]
    contact: Option<String>,
    /// Also speak to private networks.
    #[arg(long)]
    allow_private_networks: bool,
    #[command(flatten)]
    form: Form,
}

pub(super) async fn run(arguments: &Arguments) -> Result<Verdict, Failure> {
    let fetcher = Fetcher::new(FetchConfig {
        contact: arguments.contact.clone(),
        timeout: TIMEOUT,
        max_body_bytes: MAX_PAGE_BYTES,
        allow_private_networks: arguments.allow_private_networks,
    });
    let fetcher = fetcher.map_err(anyhow::Error::from)?;
    let discovered = discover(&fetcher, arguments.url.clone()).await;
    for (address, reason) in &discovered.unread {
        // What a setting allows elsewhere, an option does here.
        let reason = reason.replace("allow_private_networks", "--allow-private-networks");
        say(&terminal::plain(&format!("{address}: {reason}")));
    }
    let feeds: usize = discovered.sites.iter().map(|site| site.feeds.len()).sum();
    say(&format!("{feeds} feeds on {} dataset sites", discovered.sites.len()));
    if arguments.form.is_json {
        terminal::print_json(&discovered.sites)?;
    }
    if feeds == 0 {
        return Ok(Verdict::Unwell);
    }
    if arguments.form.is_json {
        return Ok(Verdict::Well);
    }
    let mut keys = BTreeSet::new();
    let tables: Vec<String> = discovered.sites.iter().map(|site| table(site, &mut keys)).collect();
    write!(std::io::stdout().lock(), "{}", tables.join("\n"))?;
    Ok(Verdict::Well)
}

/// Writes a site as a table of the configuration.
fn table(site: &DatasetSite, keys: &mut BTreeSet<String>) -> String {
    let host = Url::parse(&site.url).ok().and_then(|url| url.host_str().map(str::to_owned));
    let name = site.publisher.clone().or(host).unwrap_or_else(|| "Publisher".to_owned());
    let mut lines = vec![
        "[[publishers]]".to_owned(),
        format!("key = {}", quoted(&key(&name, keys))),
        format!("name = {}", quoted(&name)),
        format!("dataset = {}", quoted(&site.url)),
    ];
    let license = site.license.as_deref().and_then(shown_license);
    lines.extend(license.map(|license| format!("license = {}", quoted(&license))));
    lines.push("feeds = [".to_owned());
    lines.extend(site.feeds.iter().map(|feed| format!("  {},", quoted(feed))));
    lines.push("]\n".to_owned());
    lines.join("\n")
}

/// Makes a key of a name that no other has.
fn key(name: &str, keys: &mut BTreeSet<String>) -> String {
    let letters = name.to_lowercase();
    let words = letters.split(|letter: char| !letter.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let mut base: String = words.join("-").chars().take(56).collect();
    if base.is_empty() {
        "publisher".clone_into(&mut base);
    }
    let numbered = |number: u32| if number < 2 { base.clone() } else { format!("{base}-{number}") };
    let free = (1..=u32::MAX).map(numbered).find(|key| !keys.contains(key)).unwrap_or_default();
    keys.insert(free.clone());
    free
}

/// Writes a TOML string; `$` is doubled, since it would stand for a variable.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::String(text.replace("${", "$${")).to_string()
}
