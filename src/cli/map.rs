//! `baton map`: RPDE pages or single items from files to services.
//!
//! Runs the same pipeline as the gateway, on a store in memory.

use std::io::Read as _;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use chrono::DateTime;
use chrono::Utc;
use clap::ValueEnum;

use super::ConfigPath;
use super::Failure;
use super::Verdict;
use super::say;
use super::terminal;
use crate::clock::Clock;
use crate::config::VocabularySource;
use crate::config::is_slug;
use crate::config::without_secrets;
use crate::harvest::Explainer;
use crate::harvest::ReadPage;
use crate::harvest::Sources;
use crate::harvest::publication;
use crate::harvest::read_page;
use crate::mapping::Rules;
use crate::mapping::Source;
use crate::openactive::Scope;
use crate::openactive::Vocabulary;
use crate::oruk::Service;
use crate::oruk::v1;
use crate::oruk::v3;
use crate::places::Gazetteer;
use crate::quality::Code;
use crate::quality::Finding;
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
    #[arg(long, value_name = "KEY", default_value = "local", value_parser = key)]
    publisher: String,
    /// Version of Open Referral UK.
    #[arg(long, value_enum, default_value_t)]
    version: Version,
    /// Only fields of the HSDS-UK profile.
    #[arg(long)]
    strict: bool,
    /// Say with each service which source path, setting and rule gave each field.
    #[arg(long)]
    explain: bool,
    /// A configuration: its mapping rules, and what it says of the publisher, hold here too.
    #[arg(long, short, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Version {
    #[default]
    #[value(name = "3.0")]
    V3,
    #[value(name = "1.0")]
    V1,
}

/// Reads the key of a publisher: a configuration takes no other, and the same ids should come of both.
fn key(text: &str) -> Result<String, &'static str> {
    if is_slug(text) { Ok(text.to_owned()) } else { Err("must be 1 to 64 of a-z, 0-9 and `-`") }
}

pub(super) async fn run(arguments: &Arguments) -> Result<Verdict, Failure> {
    let clock = Clock::default();
    let now = clock.now();
    let store = SqliteStore::open("sqlite::memory:").context("opening a store in memory")?;
    let specs = arguments.files.iter().map(|file| FeedSpec {
        publisher: arguments.publisher.clone(),
        url: file.display().to_string(),
    });
    let feeds = store.sync_feeds(specs.collect()).await.context("naming the files")?;
    let sources = sources(arguments, &feeds)?;
    let scope = scope(arguments, &sources);
    let (mut is_well, mut newest) = (true, None);
    for (file, feed) in arguments.files.iter().zip(&feeds) {
        let body = read_file(file)?;
        let page = read_page(&as_page(body), scope, now)
            .with_context(|| format!("reading {}", file.display()))?;
        newest = newest.max(page.modified);
        is_well &= !report(file, &page);
        let commit = PageCommit {
            feed: feed.id,
            cursor: feed.url.clone(),
            license: page.license,
            is_last: false,
            leads_on: false,
            now,
            changes: page.changes,
        };
        store.commit_page(commit).await.context("keeping a page")?;
    }
    let form = Form { version: arguments.version, is_strict: is_strict(arguments, &sources) };
    let dirty = store.dirty(usize::MAX).await.context("listing what to map")?;
    let mut bundles = store.bundles(dirty).await.context("putting items together")?;
    // A tombstone does not say what it belonged to; with one opportunity it can only be that one.
    if let [Bundle { modified: modified @ Some(_), .. }] = bundles.as_mut_slice() {
        *modified = newest;
    }
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for bundle in bundles {
        let key = terminal::plain(&bundle.key);
        match publication(&bundle, &sources, now).outcome {
            Outcome::Service(record) => {
                let line = if arguments.explain {
                    explained(&bundle, &record, &sources, &feeds, form, now)?
                } else {
                    form.text(in_full(&record)?)?
                };
                writeln!(out, "{line}")?;
                for finding in &record.findings {
                    say(&terminal::plain(&format!("{key}: {finding}")));
                }
            }
            Outcome::Orphans(counts) => {
                let count: u64 = counts.iter().map(|(_, count)| count).sum();
                say(&format!("{key}: {}; {count} occurrences wait", parent_missing()));
            }
            Outcome::Nothing | Outcome::Delegated(_) | Outcome::Held(_) => {}
        }
    }
    out.flush()?;
    Ok(if is_well { Verdict::Well } else { Verdict::Unwell })
}

fn sources(arguments: &Arguments, feeds: &[FeedRecord]) -> Result<Sources, Failure> {
    let mut source = Source {
        key: arguments.publisher.clone(),
        publisher: arguments.publisher.clone(),
        dataset: None,
        license: None,
    };
    let mut rules = Rules::default();
    if let Some(path) = &arguments.config {
        let path = ConfigPath { config: path.clone() };
        let (config, set) = path.load()?;
        rules = Rules::of(Arc::new(set));
        let lists = [
            (&config.mappings.activity_list, &mut rules.activities),
            (&config.mappings.facility_types, &mut rules.facility_types),
            (&config.mappings.accessibility_support, &mut rules.accessibility),
        ];
        for (source, list) in lists {
            // Nothing is asked for on the network here.
            let Some(VocabularySource::File(path)) = source else { continue };
            let of = || format!("reading {}", path.display());
            let body = std::fs::read(path).with_context(of)?;
            *list = Vocabulary::parse(&body).map_err(anyhow::Error::msg).with_context(of)?;
        }
        let publisher = config.publishers.iter().find(|p| p.key == arguments.publisher);
        if let Some(publisher) = publisher {
            source.publisher.clone_from(&publisher.name);
            source.dataset = publisher.dataset.as_ref().map(|url| without_secrets(url.as_str()));
            source.license.clone_from(&publisher.license);
            rules = rules.for_publisher(publisher.preset.as_deref(), &publisher.options);
        }
    }
    rules.gazetteer = Some(Arc::new(Gazetteer::embedded().context("reading the postcodes")?));
    let (source, rules) = (Arc::new(source), Arc::new(rules));
    let sources = feeds.iter().map(|feed| (feed.id, (Arc::clone(&source), Arc::clone(&rules))));
    Ok(Sources(sources.collect()))
}

fn scope<'a>(arguments: &'a Arguments, sources: &Sources) -> Scope<'a> {
    let trusts_uris = sources.0.values().all(|(_, rules)| rules.trusts_uris());
    Scope { source_key: &arguments.publisher, trusts_uris }
}

fn is_strict(arguments: &Arguments, sources: &Sources) -> bool {
    arguments.strict || sources.0.values().any(|(_, rules)| rules.options.strict)
}

fn parent_missing() -> Finding {
    Finding::new(Code::ParentMissing, "superEvent")
}

/// Tells what is odd in a page, and what could not be used; returns whether there was any of the latter.
fn report(file: &Path, page: &ReadPage) -> bool {
    for (code, count) in &page.counts {
        let (file, severity, title) = (file.display(), code.severity(), code.title());
        say(&format!("{file}: {severity} {code} in {count} items: {title}"));
    }
    let mut found = false;
    for change in &page.changes {
        if let ItemChange::Unusable { item_id, finding } = change {
            found = true;
            let item = item_id.as_deref().unwrap_or("?");
            say(&terminal::plain(&format!("{}: item {item}: {finding}", file.display())));
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

/// Returns a service with its `last_modified`, which the store would fill in.
fn in_full(record: &ServiceRecord) -> Result<Service, Failure> {
    let mut service: Service =
        serde_json::from_slice(&record.body).context("reading a service back")?;
    service.last_modified = last_modified(record);
    Ok(service)
}

fn last_modified(record: &ServiceRecord) -> String {
    record.last_modified.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

/// The form in which services are written.
#[derive(Debug, Clone, Copy)]
struct Form {
    version: Version,
    is_strict: bool,
}

impl Form {
    fn text(self, service: Service) -> Result<String, Failure> {
        let text = match (self.version, self.is_strict) {
            (Version::V1, _) => serde_json::to_string(&v1::Service::full(&service)),
            (Version::V3, true) => serde_json::to_string(&v3::strict(service)),
            (Version::V3, false) => serde_json::to_string(&service),
        };
        Ok(text.context("writing a service")?)
    }
}

/// Writes a service with where its fields come from, in the shape of the API.
fn explained(
    bundle: &Bundle,
    record: &ServiceRecord,
    sources: &Sources,
    feeds: &[FeedRecord],
    form: Form,
    now: DateTime<Utc>,
) -> Result<String, Failure> {
    let name = |id| {
        let feed = feeds.iter().find(|feed| feed.id == id);
        feed.map(|feed| feed.url.clone()).unwrap_or_default()
    };
    let value = |mut service: Service, _: &Rules| {
        service.last_modified = last_modified(record);
        let text = form.text(service).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    };
    let explainer = Explainer { sources, now, feed: &name, form: &value, time: MAX_TIME };
    let made = explainer.explain(bundle).context("explaining a service")?;
    Ok(serde_json::to_string(&made).context("writing an explanation")?)
}

/// How long the explanation of one service may take.
const MAX_TIME: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_publisher_has_a_key_that_a_configuration_takes() {
        for good in ["local", "open-sessions", "7", &"a".repeat(64)] {
            assert_eq!(key(good).as_deref(), Ok(good));
        }
        for bad in ["", "BAD KEY", "Open", "a_b", "café", &"a".repeat(65)] {
            assert!(key(bad).is_err(), "{bad}");
        }
    }
}
