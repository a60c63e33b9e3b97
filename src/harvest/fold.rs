//! Folding: one service of series that differ only in their times.
//!
//! Leisure operators publish `Aqua Aerobics Mon 10:00` and `Aqua Aerobics Tue 18:00` as two series. Where
//! the operator asks for it, series with the same organiser, name, places, activities, ages, gender and
//! prices become one service. It has the id of the smallest key among them; the others delegate to it.
//! The price counts because a service that names one price for all must not hide another.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::DateTime;
use chrono::Utc;
use xxhash_rust::xxh3::Xxh3;

use super::assemble::Assembled;
use super::assemble::assemble;
use super::explanation::FoldedSeries;
use super::publication::Sources;
use super::publication::publication;
use super::publication::record;
use crate::mapping;
use crate::mapping::Fold;
use crate::mapping::Mapping;
use crate::mapping::Options;
use crate::openactive::Kind;
use crate::oruk::Service;
use crate::oruk::Status;
use crate::store::Bundle;
use crate::store::Delegation;
use crate::store::Dirty;
use crate::store::FeedId;
use crate::store::Folding;
use crate::store::Outcome;
use crate::store::Publication;
use crate::store::Served;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::Whose;

/// Folds services of a batch: the first root of each group gets the whole group's service.
pub(super) async fn fold(
    store: &Arc<dyn Store>,
    mut publications: Vec<Publication>,
    sources: &Arc<Sources>,
    served: &Arc<Served>,
    now: DateTime<Utc>,
) -> Result<Vec<Publication>, StoreError> {
    // What is held back stays as it is, and so does what is known of its group.
    let is_held = |publication: &Publication| matches!(publication.outcome, Outcome::Held(_));
    let foldings = publications.iter().filter(|p| !is_held(p)).map(|publication| Folding {
        root: publication.root,
        service: publication.id,
        group: publication.group,
    });
    let groups = store.fold(foldings.collect()).await?;
    for (publication, members) in publications.iter_mut().filter(|p| !is_held(p)).zip(groups) {
        if members.len() < 2 {
            continue;
        }
        publication.outcome = folded(store, publication, members, sources, served, now).await?;
    }
    Ok(publications)
}

/// Returns what becomes of the roots of a group, in the order of their keys, without anything being
/// written.
pub fn fold_group(bundles: &[Bundle], sources: &Sources, now: DateTime<Utc>) -> Vec<Publication> {
    let mapped = bundles.iter().map(|bundle| publication(bundle, sources, now));
    let mut publications: Vec<Publication> = mapped.collect();
    if let ([first, _, ..], [whole, others @ ..]) = (bundles, publications.as_mut_slice()) {
        if let Some(outcome) = one_service(bundles, sources, now) {
            whole.outcome = outcome;
        }
        for other in others {
            let to = vec![first.key.clone()];
            other.outcome = Outcome::Delegated(Delegation { to, orphans: Vec::new() });
        }
    }
    publications
}

/// Names the series of a group, in the order of their keys, as if each were a service of its own.
pub fn folded_series(
    bundles: &[Bundle],
    sources: &Sources,
    now: DateTime<Utc>,
) -> Vec<FoldedSeries> {
    let mapped = bundles.iter().map(|bundle| publication(bundle, sources, now));
    let series = mapped.enumerate().filter_map(|(at, Publication { id, outcome, .. })| {
        let Outcome::Service(record) = outcome else { return None };
        let Service { name, .. } = serde_json::from_slice(&record.body).ok()?;
        Some(FoldedSeries { id, name, is_explained: at == 0 })
    });
    series.collect()
}

/// Returns what the services of a group have in common; nothing for what is not to be folded.
pub(super) fn group(service: &Service, source_key: &str, options: &Options) -> Option<u128> {
    let kind = &service.x_openactive.as_ref()?.kind;
    let is_folded = options.fold == Fold::NameAndPlace && kind == Kind::SessionSeries.as_str();
    is_folded.then(|| hash_of(service, source_key))
}

fn hash_of(service: &Service, source_key: &str) -> u128 {
    let mut hash = Xxh3::new();
    let mut add = |text: &str| {
        hash.update(text.as_bytes());
        hash.update(&[0]);
    };
    add(source_key);
    add(&service.organization_id.to_string());
    add(&without_times(&service.name).to_lowercase());
    let places: BTreeSet<_> =
        service.service_at_locations.iter().map(|at| at.location_id.to_string()).collect();
    let terms = service.attributes.iter().filter(|attribute| {
        matches!(attribute.link_type.as_str(), "activity" | "category" | "eligibility")
    });
    let terms: BTreeSet<_> = terms.map(|term| term.taxonomy_term_id.to_string()).collect();
    add(&format!("{places:?} {terms:?}"));
    add(&format!("{:?} {:?} {:?}", service.minimum_age, service.maximum_age, service.fees));
    hash.digest128()
}

async fn folded(
    store: &Arc<dyn Store>,
    publication: &Publication,
    members: Vec<Dirty>,
    sources: &Arc<Sources>,
    served: &Arc<Served>,
    now: DateTime<Utc>,
) -> Result<Outcome, StoreError> {
    let is_first = members.first().is_some_and(|first| first.is_same(publication.root));
    let wanted = if is_first { members } else { members.into_iter().take(1).collect() };
    let bundles = store.bundles_of(wanted, Whose::Served(Arc::clone(served))).await?;
    if !is_first {
        return Ok(Outcome::Delegated(Delegation {
            to: bundles.into_iter().map(|first| first.key).collect(),
            orphans: Vec::new(),
        }));
    }
    let sources = Arc::clone(sources);
    let made = tokio::task::spawn_blocking(move || one_service(&bundles, &sources, now));
    let made = made.await.or(Err(StoreError::Closed))?;
    Ok(made.unwrap_or_else(|| publication.outcome.clone()))
}

/// Maps every root as if it had the key of the first, so that all ids are that service's, and puts
/// together what differs.
fn one_service(bundles: &[Bundle], sources: &Sources, now: DateTime<Utc>) -> Option<Outcome> {
    let key = &bundles.first()?.key;
    let mut all: Vec<(mapping::Bundle, Mapping, FeedId)> = Vec::new();
    for root in bundles {
        let source_of = |feed| sources.0.get(&feed).map(|(source, _)| Arc::clone(source));
        let Assembled::Opportunity { mut bundle, feed, .. } = assemble(root, source_of, now) else {
            continue;
        };
        bundle.head.key.clone_from(key);
        let mapping = mapping::map(&bundle, &sources.0.get(&feed)?.1, now);
        all.push((*bundle, mapping, feed));
    }
    let modified = all.iter().map(|(bundle, ..)| bundle.modified).collect::<Option<Vec<_>>>();
    let first_seen = all.iter().map(|(bundle, ..)| bundle.first_seen).max();
    let mut all = all.into_iter();
    let (mut bundle, mut whole, feed) = all.next()?;
    // When of one member it is not known, it is of none.
    bundle.modified = modified.and_then(|times| times.into_iter().max());
    bundle.first_seen = first_seen.unwrap_or(bundle.first_seen);
    let others: Vec<Mapping> = all.map(|(_, mapping, _)| mapping).collect();
    join(&mut whole, others);
    let is_strict = sources.0.get(&feed)?.1.options.strict;
    Some(Outcome::Service(Box::new(record(&bundle, whole, feed, is_strict))))
}

/// Puts services together that differ only in their times. Those that do not run at present lend no times while
/// another one runs. What not all of them say in their alert is said with the times that it is about.
fn join(whole: &mut Mapping, others: Vec<Mapping>) {
    let services = || std::iter::once(&whole.service).chain(others.iter().map(|o| &o.service));
    let best = services().map(|service| service.status).min_by_key(|status| rank(*status));
    let names: BTreeSet<&str> = services().map(|service| service.name.as_str()).collect();
    let is_one_name = names.len() == 1;
    let best = best.unwrap_or(whole.service.status);
    let all_say: BTreeSet<_> = services().map(|service| service.alert.as_deref()).collect();
    let is_of_all = all_say.len() == 1;
    let mut alerts: Vec<String> = alert_of(&mut whole.service, is_of_all).into_iter().collect();
    if whole.service.status != best {
        whole.service.schedules.clear();
    }
    whole.service.status = best;
    if !is_one_name {
        whole.service.name = without_times(&whole.service.name);
    }
    for other in others {
        let mut service = other.service;
        let alert = alert_of(&mut service, is_of_all);
        if service.status == best {
            add(&mut whole.service.schedules, service.schedules, |row| row.id);
        }
        add(&mut whole.service.service_at_locations, service.service_at_locations, |at| at.id);
        add(&mut whole.service.cost_options, service.cost_options, |option| option.id);
        add(&mut whole.service.contacts, service.contacts, |contact| contact.id);
        add(&mut whole.service.attributes, service.attributes, |attribute| attribute.id);
        alerts.extend(alert.filter(|alert| !alerts.contains(alert)));
        let found = other.findings.into_iter().filter(|f| !whole.findings.contains(f));
        let found: Vec<_> = found.collect();
        whole.findings.extend(found);
        whole.due = [whole.due, other.due].into_iter().flatten().min();
    }
    whole.service.alert = (!alerts.is_empty()).then(|| alerts.join(" "));
}

/// Takes what a series has to say, with its times unless all others say the same.
fn alert_of(service: &mut Service, is_of_all: bool) -> Option<String> {
    let alert = service.alert.take()?;
    if is_of_all {
        return Some(alert);
    }
    let times = service.schedules.iter().map(|row| row.description.as_str());
    let times: Vec<&str> = times.collect();
    let of_which = if times.is_empty() { service.name.clone() } else { times.join("; ") };
    Some(format!("{of_which}: {alert}"))
}

fn add<T, I: PartialEq>(all: &mut Vec<T>, more: Vec<T>, id: impl Fn(&T) -> I) {
    for one in more {
        if !all.iter().any(|known| id(known) == id(&one)) {
            all.push(one);
        }
    }
}

fn rank(status: Status) -> u8 {
    match status {
        Status::Active => 0,
        Status::TemporarilyClosed => 1,
        Status::Inactive => 2,
        Status::Defunct => 3,
    }
}

/// Returns a name without days of the week and times of day; the whole name when nothing else is in it.
fn without_times(name: &str) -> String {
    let kept: Vec<&str> = name.split_whitespace().filter(|word| !is_time(word)).collect();
    let is_mark = |word: &&str| !word.chars().any(char::is_alphanumeric);
    let end = kept.iter().rposition(|word| !is_mark(word)).map_or(0, |last| last + 1);
    let start = kept.iter().position(|word| !is_mark(word)).unwrap_or(end);
    let words = kept.get(start..end).unwrap_or_default().join(" ");
    let words = words.trim_end_matches([',', '-', '–', ':', '|']).to_owned();
    if words.is_empty() { name.to_owned() } else { words }
}

fn is_time(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let day = word.trim_end_matches('s');
    if DAYS.iter().any(|known| day == *known || day == known.get(..3).unwrap_or_default()) {
        return true;
    }
    let clock = |text: &str| {
        let digits = text.trim_end_matches("am").trim_end_matches("pm");
        let has_half = digits.len() < text.len();
        // `2.5` alone may be a level; `18.30` has two digits of minutes.
        let has_mark = digits.split_once([':', '.']).is_some_and(|(_, minutes)| minutes.len() == 2);
        let is_number = |part: &str| (1..=2).contains(&part.len()) && part.parse::<u8>().is_ok();
        (has_half || has_mark) && digits.split([':', '.']).all(is_number)
    };
    !word.is_empty() && word.split(['-', '–']).all(clock)
}

const DAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_are_taken_out_of_names() {
        for (name, bare) in [
            ("Aqua Aerobics Mon 10:00", "Aqua Aerobics"),
            ("Aqua Aerobics - Tuesday 18.30-19.15", "Aqua Aerobics"),
            ("Mondays 6pm: Circuits", "Circuits"),
            ("Circuits (Thu, 7am)", "Circuits"),
            ("Under 11 Football", "Under 11 Football"),
            ("5-a-side", "5-a-side"),
            ("Couch to 5k", "Couch to 5k"),
            ("Sun", "Sun"),
            ("Level 2.5", "Level 2.5"),
        ] {
            assert_eq!(without_times(name), bare, "{name}");
        }
    }
}
