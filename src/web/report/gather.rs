//! Gathers what a report tells: a walk over the services of a publisher, and over what would be services if its
//! feeds were republished.

use std::collections::BTreeMap;

use super::Example;
use super::Found;
use super::MissingParent;
use super::Report;
use super::completeness::Completeness;
use super::keys::Hosts;
use super::score;
use super::score::Shares;
use super::unlisted::Counts;
use super::unlisted::Why;
use crate::api::FeedReport;
use crate::api::Problem;
use crate::api::StatusSource;
use crate::oruk::Service;
use crate::oruk::SourceId;
use crate::quality::Code;
use crate::quality::Finding;
use crate::quality::Severity;
use crate::store::FeedId;
use crate::store::ServiceRecord;
use crate::store::Store;
use crate::store::StoredService;
use crate::web::words;

/// How many services are read at a time.
const BATCH: usize = 1_000;

/// How many roots of what is not republished are mapped at a time: each may have thousands of sessions.
const ROOTS: usize = 250;

/// How many examples of a finding are told.
const MAX_EXAMPLES: usize = 3;

/// How many items that cannot be used are named for a finding.
const MAX_ITEMS: u8 = 3;

/// How many missing parents are told.
const MAX_PARENTS: usize = 20;

/// How many characters of a name or a key are shown.
pub(super) const MAX_NAME: usize = 120;

/// Makes the report of a publisher from up to `most` of its services: ids are hashes, so the first of them are
/// as good as any. What is not republished is looked at after them. It names no unusable items and no missing
/// parents, see [`add_names`].
pub(super) async fn report(
    store: &dyn Store,
    status: &dyn StatusSource,
    publisher: &str,
    feeds: Vec<FeedReport>,
    most: usize,
) -> Result<Report, Problem> {
    let mut ids = store.services_of(publisher.to_owned()).await?;
    let mut is_complete = ids.len() <= most;
    ids.truncate(most);
    let mut walk = Walk::default();
    for ids in ids.chunks(BATCH) {
        let batch = store.services(ids.to_vec()).await?;
        let walked = tokio::task::spawn_blocking(move || walk.with(&batch)).await;
        walk = walked.map_err(|_stopped| Problem::Internal)?;
    }
    let withheld = feeds.iter().filter(|feed| feed.withheld.is_some());
    let withheld: Vec<FeedId> = withheld.map(|feed| feed.id).collect();
    if !withheld.is_empty() {
        let most = most - ids.len();
        let mut roots = store.roots_by(withheld, most.saturating_add(1)).await?;
        is_complete &= roots.len() <= most;
        roots.truncate(most);
        for roots in roots.chunks(ROOTS) {
            let batch = status.unpublished(roots.to_vec()).await?;
            let walked = tokio::task::spawn_blocking(move || walk.with_unpublished(&batch)).await;
            walk = walked.map_err(|_stopped| Problem::Internal)?;
        }
    }
    let unusable = store.unusable(publisher.to_owned()).await?;
    let completeness = walk.completeness.fields();
    let services = walk.completeness.services();
    let rules = score::rules(shares(&feeds, &unusable), services, &completeness);
    let mut hosts = std::mem::take(&mut walk.hosts);
    for feed in &feeds {
        hosts.add(&feed.url);
    }
    Ok(Report {
        publisher: publisher.to_owned(),
        name: feeds[0].publisher_name.clone(),
        score: score::score(&rules),
        rules,
        services,
        is_complete,
        items: feeds.iter().map(|feed| feed.items).sum(),
        completeness: if services == 0 { Vec::new() } else { completeness },
        unlisted: std::mem::take(&mut walk.unlisted).unlisted(),
        findings: walk.found(&unusable),
        missing_parents: Vec::new(),
        feeds,
        hosts,
    })
}

/// Names items that cannot be used and parents that are missing, as far as they may be shown: see [`Hosts`].
pub(super) async fn add_names(store: &dyn Store, report: &mut Report) -> Result<(), Problem> {
    for (code, item) in store.unusable_items(report.publisher.clone(), MAX_ITEMS.into()).await? {
        if let Some(found) = report.findings.iter_mut().find(|found| found.code == code)
            && report.hosts.show(&item)
        {
            found.items.push(words::short(&item, MAX_NAME));
        }
    }
    report.missing_parents = missing_parents(store, &report.publisher, &report.hosts).await?;
    Ok(())
}

fn shares(feeds: &[FeedReport], unusable: &[(String, u64)]) -> Shares {
    let count = |is_so: fn(&FeedReport) -> bool, of: fn(&FeedReport) -> bool| {
        let looked_at = feeds.iter().filter(|feed| of(feed));
        (looked_at.clone().filter(|feed| is_so(feed)).count() as u64, looked_at.count() as u64)
    };
    let items: u64 = feeds.iter().map(|feed| feed.items).sum();
    let bad: u64 = unusable.iter().map(|(_, count)| count).sum();
    let orphans: u64 = feeds.iter().map(|feed| feed.orphans).sum();
    Shares {
        healthy_feeds: count(can_be_read, |feed| was_read(feed) || feed.last_error.is_some()),
        licensed_feeds: count(|feed| feed.license.is_some(), was_read),
        usable_items: (items, items + bad),
        parented_items: (items.saturating_sub(orphans), items),
    }
}

/// Tells whether a page of a feed was ever read.
fn was_read(feed: &FeedReport) -> bool {
    feed.pages > 0
}

/// Tells whether a feed is read without trouble. One that is paused is not asked: what it was like counts.
fn can_be_read(feed: &FeedReport) -> bool {
    match feed.state {
        "live" | "catching_up" | "starting" => true,
        "paused" => feed.last_error.is_none(),
        _ => false,
    }
}

async fn missing_parents(
    store: &dyn Store,
    publisher: &str,
    hosts: &Hosts,
) -> Result<Vec<MissingParent>, Problem> {
    let mut missing = Vec::new();
    for feed in store.feeds().await?.iter().filter(|feed| feed.publisher == publisher) {
        for (key, occurrences) in store.orphans(feed.id, MAX_PARENTS).await? {
            let key = hosts.show(&key).then(|| words::short(&key, MAX_NAME));
            missing.push(MissingParent { key, occurrences });
        }
    }
    missing.sort_by_key(|parent| std::cmp::Reverse(parent.occurrences));
    missing.truncate(MAX_PARENTS);
    Ok(missing)
}

/// What was seen so far.
#[derive(Debug, Default)]
struct Walk {
    completeness: Completeness,
    findings: BTreeMap<Code, Seen>,
    unlisted: Counts,
    /// Where what is published has its ids.
    hosts: Hosts,
}

/// How often a finding was made, and where.
#[derive(Debug, Default)]
struct Seen {
    count: u64,
    examples: Vec<Example>,
}

impl Walk {
    /// Looks at what is published, also at what is in no list for want of dates: or the score would rise as services
    /// leave the lists.
    fn with(mut self, batch: &[Option<StoredService>]) -> Self {
        for stored in batch.iter().flatten().filter(|stored| !stored.is_gone) {
            let Ok(service) = serde_json::from_slice::<Service>(&stored.record.body) else {
                continue;
            };
            if let Some(why) = Why::of(&stored.record) {
                self.unlisted.add(why, Some(&service));
                if why.is_over() {
                    continue;
                }
            }
            let findings = &stored.record.findings;
            self.completeness.add(&service, findings);
            let source = service.x_openactive.as_ref();
            if let Some(SourceId::Text(id)) = source.and_then(|source| source.id.as_ref()) {
                self.hosts.add(id);
            }
            for finding in findings {
                let seen = self.findings.entry(finding.code).or_default();
                seen.count += 1;
                if seen.examples.len() < MAX_EXAMPLES {
                    seen.examples.push(example(&service, finding));
                }
            }
        }
        self
    }

    /// Looks at what is not republished: it is counted alone. Even a key may say who organises what and where.
    fn with_unpublished(mut self, batch: &[ServiceRecord]) -> Self {
        for record in batch {
            let Ok(service) = serde_json::from_slice::<Service>(&record.body) else { continue };
            let why = Why::of(record).unwrap_or(Why::Withheld);
            self.unlisted.add(why, None);
            if why.is_over() {
                continue;
            }
            self.completeness.add(&service, &record.findings);
            for finding in &record.findings {
                self.findings.entry(finding.code).or_default().count += 1;
            }
        }
        self
    }

    /// Returns what was found, the gravest and then the most frequent first.
    fn found(mut self, unusable: &[(String, u64)]) -> Vec<Found> {
        for (name, count) in unusable {
            let code = Code::ALL.iter().find(|code| code.as_str() == name);
            if let Some(code) = code {
                self.findings.entry(*code).or_default().count += count;
            }
        }
        let mut found: Vec<(Severity, Found)> = self
            .findings
            .into_iter()
            .map(|(code, seen)| (code.severity(), found(code, seen)))
            .collect();
        found.sort_by_key(|(severity, found)| std::cmp::Reverse((*severity, found.count)));
        found.into_iter().map(|(_, found)| found).collect()
    }
}

fn found(code: Code, seen: Seen) -> Found {
    Found {
        code: code.as_str().to_owned(),
        severity: code.severity().to_string(),
        title: code.title(),
        advice: code.advice(),
        specification: code.specification(),
        count: seen.count,
        examples: seen.examples,
        items: Vec::new(),
    }
}

fn example(service: &Service, finding: &Finding) -> Example {
    Example {
        id: service.id,
        name: words::short(&service.name, MAX_NAME),
        link: service.url.as_deref().and_then(words::web_address),
        path: words::short(&finding.path, MAX_NAME),
        source: Vec::new(),
        finding: finding.clone(),
    }
}
