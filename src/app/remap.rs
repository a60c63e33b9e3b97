//! Mapping the whole store again: for real, or only to see what would change.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context as _;
use chrono::DateTime;
use chrono::Utc;
use serde::Serialize;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::App;
use super::datasets;
use super::policy;
use super::policy::Stale;
use super::sources::Feeds;
use super::vocabularies;
use super::vocabularies::Vocabularies;
use crate::catalogue::Entry;
use crate::clock::Clock;
use crate::config::Config;
use crate::harvest::Difference;
use crate::harvest::Gate;
use crate::harvest::MappedRoot;
use crate::harvest::Sources;
use crate::harvest::differences;
use crate::harvest::fold_group;
use crate::harvest::map_roots;
use crate::mapping::Rules;
use crate::mapping::Ruleset;
use crate::oruk::Id;
use crate::oruk::Service;
use crate::oruk::v3;
use crate::places::Gazetteer;
use crate::store;
use crate::store::Dirty;
use crate::store::Outcome;
use crate::store::Publication;
use crate::store::ServiceRecord;
use crate::store::Store;
use crate::store::Whose;

/// How many roots are looked at in one go.
const BATCH: usize = 250;

/// How mapping again changes a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// It becomes one.
    Added,
    /// Its content changes.
    Changed,
    /// It is no longer one.
    Withdrawn,
    /// It would go, or lose its times or its places, and stays as it is until the drop guard has judged
    /// all that its feed loses.
    Held,
}

/// A service that mapping again would change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ServiceChange {
    /// Its id.
    pub service: Id,
    /// Its name.
    pub name: String,
    /// How.
    pub change: Change,
    /// The fields that change; none for a service that is added, withdrawn or held.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Difference>,
}

/// Looks at every root of a store and tells each service that mapping it now would change. Nothing is
/// written. `each` also gets the count of roots so far. Series that are folded come last, group by group.
///
/// # Errors
/// When the store cannot be read.
pub async fn remap_differences(
    config: &Config,
    rules: Ruleset,
    clock: &Clock,
    mut each: impl FnMut(u64, Vec<ServiceChange>),
) -> anyhow::Result<u64> {
    let store = store::open(&config.store.url).await.context("opening the store")?;
    let comparison = Comparison::new(config, rules, clock.now(), store).await?;
    let (mut after, mut count) = (None, 0);
    // The roots of each group by their keys, whose order says which is the first.
    let mut groups: BTreeMap<u128, BTreeMap<String, Dirty>> = BTreeMap::new();
    loop {
        let roots = comparison.store.roots(after, BATCH).await?;
        after = roots.last().copied();
        if after.is_none() {
            break;
        }
        count += roots.len() as u64;
        let Comparison { store, sources, gate, now } = &comparison;
        let mut alone = Vec::new();
        for MappedRoot { key, publication, .. } in
            map_roots(store, roots, sources, gate, *now).await?
        {
            match publication.group {
                Some(group) => {
                    groups.entry(group).or_default().insert(key, publication.root);
                }
                None => alone.push(publication),
            }
        }
        each(count, comparison.changes(alone).await?);
    }
    for roots in groups.into_values() {
        let folded = comparison.folded(roots.into_values().collect()).await?;
        each(count, comparison.changes(folded).await?);
    }
    Ok(count)
}

/// What is needed to map a store again without writing.
struct Comparison {
    store: Arc<dyn Store>,
    sources: Arc<Sources>,
    gate: Gate,
    now: DateTime<Utc>,
}

impl Comparison {
    async fn new(
        config: &Config,
        rules: Ruleset,
        now: DateTime<Utc>,
        store: Arc<dyn Store>,
    ) -> anyhow::Result<Self> {
        let mut rules = Rules::of(Arc::new(rules));
        let gazetteer = Gazetteer::embedded().context("reading the postcodes")?;
        rules.gazetteer = Some(Arc::new(gazetteer));
        let stored = Vocabularies::stored_in(&config.mappings, store.as_ref()).await;
        vocabularies::put(&mut rules, stored);
        let feeds = store.feeds().await?;
        let datasets = datasets::stored(config, store.as_ref()).await?;
        let stale = policy::stale(config, &feeds, &Stale::new(), now);
        let sources = Arc::new(Feeds::sources(config, &datasets, &feeds, &stale, &rules));
        let gate = Feeds::gate(config, &datasets, &feeds);
        Ok(Self { store, sources, gate, now })
    }

    /// Maps a group of roots, in the order of their keys, to one service.
    async fn folded(&self, roots: Vec<Dirty>) -> anyhow::Result<Vec<Publication>> {
        let bundles =
            self.store.bundles_of(roots, Whose::Served(self.gate.served(&self.sources))).await?;
        let (sources, now) = (Arc::clone(&self.sources), self.now);
        Ok(tokio::task::spawn_blocking(move || fold_group(&bundles, &sources, now)).await?)
    }

    /// Compares what was mapped with what is published.
    async fn changes(&self, mapped: Vec<Publication>) -> anyhow::Result<Vec<ServiceChange>> {
        let ids = mapped.iter().map(|publication| publication.id).collect();
        let before = self.store.services(ids).await?;
        let before = before.into_iter().map(|stored| stored.filter(|s| !s.is_gone));
        let pairs = mapped.into_iter().zip(before.map(|stored| stored.map(|s| s.record)));
        Ok(pairs.filter_map(|(after, before)| change(after, before, &self.sources)).collect())
    }
}

fn change(
    after: Publication,
    before: Option<ServiceRecord>,
    sources: &Sources,
) -> Option<ServiceChange> {
    let made =
        |change, name, fields| Some(ServiceChange { service: after.id, name, change, fields });
    match (after.outcome, before) {
        (Outcome::Service(after), Some(before)) if after.hash == before.hash => None,
        (Outcome::Service(after), before) => {
            let feed = after.feed.and_then(|feed| sources.0.get(&feed));
            let is_strict = feed.is_some_and(|(_, rules)| rules.options.strict);
            let after = published(&after, is_strict)?;
            let name = after["name"].as_str().unwrap_or_default().to_owned();
            let Some(before) = before else { return made(Change::Added, name, Vec::new()) };
            let was_strict = Entry::from_bytes(&before.entry).is_some_and(|entry| entry.is_strict);
            let fields = differences(&published(&before, was_strict)?, &after);
            if fields.is_empty() { None } else { made(Change::Changed, name, fields) }
        }
        (outcome, Some(before)) => {
            let name = published(&before, true)?["name"].as_str().unwrap_or_default().to_owned();
            let is_held = matches!(outcome, Outcome::Held(_));
            made(if is_held { Change::Held } else { Change::Withdrawn }, name, Vec::new())
        }
        (_, None) => None,
    }
}

/// Returns a service as `/v3` shows it, but for `last_modified`, which follows from everything else.
fn published(record: &ServiceRecord, is_strict: bool) -> Option<Value> {
    let mut service: Service = serde_json::from_slice(&record.body).ok()?;
    service.last_modified.clear();
    serde_json::to_value(if is_strict { v3::strict(service) } else { service }).ok()
}

/// How mapping everything again went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remapped {
    /// Roots that were mapped.
    pub roots: usize,
    /// Services that changed.
    pub changed: usize,
}

impl App {
    /// Maps the whole store again with the rules in force.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn remap(&self) -> anyhow::Result<Remapped> {
        let alone = self.take_all().await?;
        let remapped = self.remap_alone().await;
        let given_up = self.give_up(alone).await;
        let remapped = remapped?;
        given_up?;
        Ok(remapped)
    }

    async fn remap_alone(&self) -> anyhow::Result<Remapped> {
        self.load_vocabularies().await;
        self.mark_if_made_otherwise().await;
        self.store.mark_all().await?;
        self.catalogue.load().await?;
        let before = self.catalogue.snapshot().generation();
        let roots = self.mapper.drain(&CancellationToken::new()).await?;
        self.note_shown().await?;
        let changed = self.store.changes(before, usize::MAX).await?.len();
        Ok(Remapped { roots, changed })
    }

    /// Returns how many roots wait to be mapped.
    pub async fn waiting(&self) -> u64 {
        self.store.dirty_count().await.unwrap_or_default()
    }
}
