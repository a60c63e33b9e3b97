//! Exports without a running gateway: from a store to a file.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use anyhow::anyhow;
use anyhow::bail;
use serde::Serialize;
use tempfile::NamedTempFile;

use super::areas::areas;
use super::datasets;
use super::policy;
use super::policy::Stale;
use super::sources::Feeds;
use super::vocabularies;
use super::vocabularies::Vocabularies;
use crate::api::Export;
use crate::api::Written;
use crate::catalogue::Bodies;
use crate::catalogue::Catalogue;
use crate::clock::Clock;
use crate::config::Config;
use crate::config::without_secrets;
use crate::export::About;
use crate::export::Format;
use crate::export::Source;
use crate::harvest::Sources;
use crate::harvest::shown_feeds;
use crate::harvest::withheld_since;
use crate::mapping::Rules;
use crate::mapping::Ruleset;
use crate::mapping::shown_license;
use crate::places::Gazetteer;
use crate::store;
use crate::store::FeedRecord;

/// What is exported, and to where.
#[derive(Debug)]
pub struct ExportOrder<'a> {
    /// The form.
    pub format: Format,
    /// The slug of an area; everything without one.
    pub area: Option<&'a str>,
    /// The file.
    pub path: &'a Path,
}

/// What an export came to; it is written beside it as its manifest.
#[derive(Debug, Serialize)]
pub struct Exported {
    /// What the export says of itself.
    #[serde(flatten)]
    pub about: About,
    /// Name of the file.
    pub file: String,
    /// The file.
    #[serde(flatten)]
    pub written: Written,
}

/// Exports what lists show of a store, which may be in use. The file appears when it is whole, and its
/// manifest, `PATH.manifest.json`, beside it. `progress` gets how many services were written, and of how
/// many.
///
/// # Errors
/// When there is no such area, the store cannot be read or the file cannot be written.
pub async fn export(
    config: &Config,
    rules: Ruleset,
    order: &ExportOrder<'_>,
    clock: &Clock,
    progress: impl FnMut(usize, usize),
) -> anyhow::Result<Exported> {
    let store = store::open(&config.store.url).await.context("opening the store")?;
    let mut rules = Rules::of(Arc::new(rules));
    let stored = Vocabularies::stored_in(&config.mappings, store.as_ref()).await;
    vocabularies::put(&mut rules, stored);
    let gazetteer = Arc::new(Gazetteer::embedded().context("reading the postcodes")?);
    rules.gazetteer = Some(Arc::clone(&gazetteer));
    let areas = areas(&config.areas)?;
    let datasets = datasets::stored(config, store.as_ref()).await?;
    // The store knows the feeds of the configuration before this one, perhaps.
    let mut feeds = store.feeds().await?;
    let configured = Feeds::specs(config, &datasets);
    feeds.retain(|feed| {
        configured.iter().any(|spec| spec.publisher == feed.publisher && spec.url == feed.url)
    });
    let stale = policy::stale(config, &feeds, &Stale::new(), clock.now());
    let republished = Feeds::sources(config, &datasets, &feeds, &stale, &rules);
    let shown = shown_feeds(&feeds, &republished, &Feeds::gate(config, &datasets, &feeds));
    let withheld = withheld_since(store.as_ref(), &feeds, &shown).await?;
    if !withheld.is_empty() {
        bail!(
            "{} feeds are not to be republished any more, and services in the store are made of them still; \
             run `baton remap`, or wait until `baton serve` has mapped everything, then export again",
            withheld.len()
        );
    }
    let catalogue = Catalogue::new(Arc::clone(&store), gazetteer, areas, clock.clone());
    catalogue.set_vocabulary(rules.terms());
    catalogue.load().await.context("reading the store")?;
    let view = match order.area {
        None => catalogue.view(),
        Some(slug) => catalogue.area(slug).ok_or_else(|| anyhow!("there is no area {slug}"))?,
    };
    let about = Export::about(&view, clock.now(), sources(&republished, feeds));
    let bodies = Bodies::new(store, 0);
    let export = Export { view, bodies, format: order.format, about: about.clone() };
    let writing = || format!("writing {}", order.path.display());
    let file = temporary(order.path).with_context(writing)?;
    let written =
        export.write(file.as_file().try_clone()?, progress).await.with_context(writing)?;
    let name = order.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let exported = Exported { about, file: name, written };
    let manifest = temporary(order.path).with_context(writing)?;
    serde_json::to_writer_pretty(manifest.as_file(), &exported)?;
    keep(file, order.path).with_context(writing)?;
    keep(manifest, &manifest_of(order.path)).with_context(writing)?;
    Ok(exported)
}

/// Returns the feeds that may be republished.
fn sources(republished: &Sources, feeds: Vec<FeedRecord>) -> Vec<Source> {
    let of = |record: FeedRecord| {
        let (source, _) = republished.0.get(&record.id)?;
        let license = source.license.clone();
        Some(Source {
            publisher: record.publisher,
            name: source.publisher.clone(),
            url: without_secrets(&record.url),
            license: license.or_else(|| shown_license(record.license.as_deref()?)),
            last_read: record.last_success,
        })
    };
    feeds.into_iter().filter_map(of).collect()
}

/// Makes a file without its name yet, in the folder where it is to be.
fn temporary(path: &Path) -> std::io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))
}

/// Gives a file its name once all of it is on the disk.
fn keep(file: NamedTempFile, path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    // Temporary files are for their owner alone; this one is for whoever may read the folder.
    file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

fn manifest_of(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".manifest.json");
    path.with_file_name(name)
}
