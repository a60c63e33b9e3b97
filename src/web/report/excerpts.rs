//! What the publisher wrote where something was found, as far as anybody may see it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::Example;
use super::Report;
use crate::api::Problem;
use crate::oruk::Id;
use crate::quality::Excerpt;
use crate::quality::Finding;
use crate::quality::excerpts;
use crate::store::Bundle;
use crate::store::Served;
use crate::store::Store;
use crate::store::Whose;
use crate::web::words;

/// How many items are read for a report. The examples of most codes are in the same few.
const MAX_ITEMS: usize = 100;

/// How many courts of a facility, texts of its sessions and series folded into it are looked at.
const MAX_PARTS: usize = 20;

/// What stands where something was found.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Source {
    /// JSON, `"startTime": "25:99"`; `…` is in the place of what is not shown.
    AsWritten(String),
    /// What is there and why it is not shown, in words.
    NotShown(String),
}

/// Adds to the examples of a report what the publisher wrote.
///
/// A service may be made of several feeds, of other publishers too: nothing is read of those that are not served.
pub(super) async fn add(
    store: &dyn Store,
    served: Arc<Served>,
    report: &mut Report,
) -> Result<(), Problem> {
    let mut of_service: BTreeMap<Id, Vec<&mut Example>> = BTreeMap::new();
    for example in report.findings.iter_mut().flat_map(|found| &mut found.examples) {
        of_service.entry(example.id).or_default().push(example);
    }
    for (service, examples) in of_service.into_iter().take(MAX_ITEMS) {
        let mut roots = store.roots_of(service).await?;
        roots.truncate(MAX_PARTS);
        let bundles = store.bundles_of(roots, Whose::Served(Arc::clone(&served))).await?;
        let findings: Vec<_> = examples.iter().map(|example| example.finding.clone()).collect();
        let made = tokio::task::spawn_blocking(move || sources(&bundles, &findings)).await;
        let sources = made.map_err(|_stopped| Problem::Internal)?;
        for (example, source) in examples.into_iter().zip(sources) {
            example.source = source;
        }
    }
    Ok(())
}

/// Returns what was written at each finding.
fn sources(bundles: &[Bundle], findings: &[Finding]) -> Vec<Vec<Source>> {
    let texts = bundles.iter().flat_map(texts);
    let documents: Vec<Value> = texts.filter_map(|text| serde_json::from_str(text).ok()).collect();
    let of = |finding| excerpts(finding, &documents).iter().map(in_words).collect();
    findings.iter().map(of).collect()
}

/// Returns the texts that a service is made of.
fn texts(bundle: &Bundle) -> impl Iterator<Item = &String> {
    let head = bundle.heads.iter().take(1).map(|head| &head.body);
    let parents = bundle.parents.iter().map(|parent| &parent.body);
    let members = bundle.members.iter().take(MAX_PARTS).map(|member| &member.body);
    head.chain(parents).chain(bundle.facts.iter().take(MAX_PARTS)).chain(members)
}

fn in_words(excerpt: &Excerpt) -> Source {
    match excerpt {
        Excerpt::Written(json) => Source::AsWritten(json.clone()),
        Excerpt::Text(length) => Source::NotShown(format!(
            "a text of {}, not shown: texts may hold what is private",
            words::count(length, "character")
        )),
        Excerpt::Other(what) => {
            Source::NotShown(format!("{what}, not shown: it may hold what is private"))
        }
        Excerpt::Absent => Source::NotShown("the item has no such property".to_owned()),
    }
}
