//! `baton map`: RPDE pages or single items from files to services.
//!
//! Runs the same pipeline as the gateway, on a store in memory.

use std::io::Read as _;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::ValueEnum;

use super::Failure;
use super::Verdict;
use super::say;
use crate::clock::Clock;
use crate::harvest::Sources;
use crate::harvest::publication;
use crate::harvest::read_page;
use crate::mapping::Rules;
use crate::mapping::Source;
use crate::oruk::Service;
use crate::oruk::v1;
use crate::oruk::v3;
use crate::store::Bundle;
use crate::store::FeedRecord;
use crate::store::FeedSpec;
use crate::store::ItemChange;
use crate::store::Outcome;
use crate::store::PageCommit;
use crate::store::ServiceRecord;
use crate::store::Store as _;
use crate::store::sqlite::SqliteStore;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// RPDE pages or single items; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Key of the publisher, part of ids of things without a URI.
    #[arg(long, value_name = "KEY", default_value = "local")]
    publisher: String,
    /// Version of Open Referral UK.
    #[arg(long, value_enum, default_value_t)]
    version: Version,
    /// Only fields of the HSDS-UK profile.
    #[arg(long)]
    strict: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Version {
    #[default]
    #[value(name = "3.0")]
    V3,
    #[value(name = "1.0")]
    V1,
}

pub(super) async fn run(arguments: &Arguments) -> Result<Verdict, Failure> {
    let clock = Clock::default();
    let now = clock.now();
    let store = SqliteStore::open("sqlite::memory:").context("opening a store in memory")?;
    let specs = arguments.files.iter().map(|file| FeedSpec {
        publisher: arguments.publisher.clone(),
        url: file.display().to_string(),
    });
    let feeds = store.sync_feeds(specs.collect(), now).await.context("naming the files")?;
    let mut is_well = true;
    let mut newest = None;
    for (file, feed) in arguments.files.iter().zip(&feeds) {
        let body = read_file(file)?;
        let page = read_page(&as_page(body), &arguments.publisher, now)
            .with_context(|| format!("reading {}", file.display()))?;
        newest = newest.max(page.modified);
        is_well &= !report_unusable(file, &page.changes);
        let commit = PageCommit {
            feed: feed.id,
            cursor: feed.url.clone(),
            license: page.license,
            is_last: false,
            now,
            changes: page.changes,
        };
        store.commit_page(commit).await.context("keeping a page")?;
    }
    let sources = sources(arguments, &feeds);
    let dirty = store.dirty(usize::MAX).await.context("listing what to map")?;
    let mut bundles = store.bundles(dirty).await.context("putting items together")?;
    // A tombstone does not say what it belonged to; with one opportunity it can only be that one.
    if let [Bundle { modified: modified @ Some(_), .. }] = bundles.as_mut_slice() {
        *modified = newest;
    }
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for bundle in bundles {
        let key = bundle.key.replace('\n', " ");
        match publication(&bundle, &sources, now).outcome {
            Outcome::Service(record) => {
                writeln!(out, "{}", written(&record, arguments)?)?;
                for finding in &record.findings {
                    say(&format!("{key}: {finding}"));
                }
            }
            Outcome::Orphans(counts) => {
                let count: u64 = counts.iter().map(|(_, count)| count).sum();
                say(&format!("{key}: {count} occurrences wait for this parent, which is not here"));
            }
            Outcome::Nothing { .. } | Outcome::Delegated(_) | Outcome::Held(_) => {}
        }
    }
    out.flush()?;
    Ok(if is_well { Verdict::Well } else { Verdict::Unwell })
}

fn sources(arguments: &Arguments, feeds: &[FeedRecord]) -> Sources {
    let source = Arc::new(Source {
        key: arguments.publisher.clone(),
        publisher: arguments.publisher.clone(),
        dataset: None,
        license: None,
    });
    let rules = Arc::new(Rules::default());
    let sources = feeds.iter().map(|feed| (feed.id, (Arc::clone(&source), Arc::clone(&rules))));
    Sources(sources.collect())
}

/// Tells what of a page could not be used; returns whether there was anything.
fn report_unusable(file: &Path, changes: &[ItemChange]) -> bool {
    let mut found = false;
    for change in changes {
        if let ItemChange::Unusable { item_id, finding } = change {
            found = true;
            let item = item_id.as_deref().unwrap_or("?");
            say(&format!("{}: item {item}: {finding}", file.display()));
        }
    }
    found
}

fn read_file(file: &PathBuf) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    if file.as_os_str() == "-" {
        std::io::stdin().lock().read_to_end(&mut body)?;
    } else {
        body = std::fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    }
    Ok(body)
}

/// Puts an envelope around a single item, or around the body of one.
fn as_page(body: Vec<u8>) -> Vec<u8> {
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(&body) else { return body };
    let items = match &value {
        serde_json::Value::Array(items) => items.clone(),
        serde_json::Value::Object(object) if object.contains_key("items") => return body,
        serde_json::Value::Object(object) if object.contains_key("data") => vec![value],
        serde_json::Value::Object(object) => {
            let id = object.get("@id").or_else(|| object.get("id")).cloned();
            let id = id.unwrap_or_else(|| "1".into());
            vec![serde_json::json!({"state": "updated", "id": id, "data": value})]
        }
        _ => return body,
    };
    serde_json::json!({ "items": items }).to_string().into_bytes()
}

/// Writes a service in the form asked for, with its `last_modified`.
fn written(record: &ServiceRecord, arguments: &Arguments) -> Result<String, Failure> {
    let mut service: Service =
        serde_json::from_slice(&record.body).context("reading a service back")?;
    service.last_modified =
        record.last_modified.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let text = match (arguments.version, arguments.strict) {
        (Version::V1, _) => serde_json::to_string(&v1::Service::full(&service)),
        (Version::V3, true) => serde_json::to_string(&v3::strict(service)),
        (Version::V3, false) => serde_json::to_string(&service),
    };
    Ok(text.context("writing a service")?)
}
