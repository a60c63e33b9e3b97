//! What is to be published of a root: it is assembled, mapped and written down.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::DateTime;
use chrono::Utc;

use super::assemble::Assembled;
use super::assemble::assemble;
use super::fold;
use super::gate::parts;
use crate::catalogue::Entry;
use crate::mapping;
use crate::mapping::Bundle;
use crate::mapping::Mapping;
use crate::mapping::Rules;
use crate::mapping::Source;
use crate::oruk::Id;
use crate::quality::Code;
use crate::quality::Finding;
use crate::store;
use crate::store::FeedId;
use crate::store::Outcome;
use crate::store::Publication;
use crate::store::ServiceRecord;

/// The sources of the feeds that may be republished, with their rules.
#[derive(Debug, Clone, Default)]
pub struct Sources(pub HashMap<FeedId, (Arc<Source>, Arc<Rules>)>);

/// Assembles and maps one root and says what the store is to write.
pub fn publication(root: &store::Bundle, sources: &Sources, now: DateTime<Utc>) -> Publication {
    let mut group = None;
    let source_of = |feed: FeedId| sources.0.get(&feed).map(|(source, _)| Arc::clone(source));
    let outcome = match assemble(root, source_of, now) {
        Assembled::Opportunity { bundle, feed, duplicates } => {
            let rules =
                sources.0.get(&feed).map(|(_, rules)| Arc::clone(rules)).unwrap_or_default();
            let mut mapping = mapping::map(&bundle, &rules, now);
            if duplicates > 0 {
                mapping.findings.push(Finding::new(Code::SourceDuplicate, "@id"));
            }
            group = fold::group(&mapping.service, &bundle.source.key, &rules.options);
            Outcome::Service(Box::new(record(&bundle, mapping, feed, rules.options.strict)))
        }
        Assembled::Delegated(delegation) => Outcome::Delegated(delegation),
        Assembled::Orphans(counts) => Outcome::Orphans(counts),
        Assembled::Nothing => Outcome::Nothing,
    };
    let id = match &outcome {
        Outcome::Service(record) => record.id,
        _ => Id::derive("service", &[&root.key]),
    };
    Publication { root: root.root, id, group, outcome, now }
}

/// More than most services take when written down.
const USUAL_BODY_BYTES: usize = 8192;

/// Writes a service down. The body is hashed without `last_modified`, which the store fills in.
pub(super) fn record(
    bundle: &Bundle,
    mapping: Mapping,
    feed: FeedId,
    is_strict: bool,
) -> ServiceRecord {
    let mut service = mapping.service;
    let last_modified = bundle.modified.unwrap_or(bundle.first_seen);
    service.last_modified.clear();
    let mut body = Vec::with_capacity(USUAL_BODY_BYTES);
    if serde_json::to_writer(&mut body, &service).is_err() {
        body.clear();
    }
    let entry = Entry::of(&service, &bundle.source.key, is_strict).to_bytes();
    // What is published depends on the option as well, though it is kept whole.
    let hash = xxhash_rust::xxh3::xxh3_128_with_seed(&body, u64::from(is_strict));
    ServiceRecord {
        parts: parts(&service, &bundle.head),
        id: service.id,
        feed: Some(feed),
        status: service.status,
        hash,
        entry,
        body,
        last_modified,
        findings: mapping.findings,
        due: mapping.due,
    }
}
