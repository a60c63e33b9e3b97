//! What is found in the items of a page, each looked at by itself: for a check of a feed that nothing is kept of.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::DateTime;
use chrono::Utc;
use serde_json::value::RawValue;

use super::classify::Counts;
use super::classify::classify;
use crate::conformance::ItemFinding;
use crate::mapping;
use crate::mapping::Bundle;
use crate::mapping::ChildFeed;
use crate::mapping::Head;
use crate::mapping::Rules;
use crate::mapping::Source;
use crate::mapping::repairs_of_times;
use crate::openactive::Kind;
use crate::openactive::Opportunity;
use crate::openactive::Page;
use crate::openactive::lenient::Absent as _;
use crate::openactive::noting;
use crate::quality::Code;
use crate::store::ItemChange;
use crate::store::StoredHead;

/// Returns what is found in the items of a page, each code once for each item, in their order. What is no page has none.
pub fn inspect(page: &[u8], now: DateTime<Utc>) -> Vec<ItemFinding> {
    let Ok(page) = Page::parse(page) else { return Vec::new() };
    let rules = Rules::default();
    page.items.into_iter().flat_map(|raw| in_item(raw, &rules, now)).collect()
}

fn in_item(raw: &RawValue, rules: &Rules, now: DateTime<Utc>) -> Vec<ItemFinding> {
    let mut counts = Counts::new();
    let (change, item) = classify(raw, SOURCE.into(), now, &mut counts);
    let mut codes: BTreeSet<Code> = counts.into_keys().collect();
    let mut why_lost = None;
    match &change {
        ItemChange::Unusable { finding, .. } => why_lost = Some(finding.code),
        ItemChange::Head(head) => codes.extend(in_head(head, rules, now)),
        ItemChange::Occurrence(_) | ItemChange::Deleted { .. } => {}
    }
    codes.extend(why_lost);
    let id = item.map_or_else(|| "one without a readable id".to_owned(), |(item, _)| item.id);
    let finding = |code| ItemFinding { item: id.clone(), code, is_lost: Some(code) == why_lost };
    codes.into_iter().map(finding).collect()
}

/// Maps an opportunity with nothing but itself, and leaves out what others could answer.
fn in_head(head: &StoredHead, rules: &Rules, now: DateTime<Utc>) -> Vec<Code> {
    let (opportunity, oddities) =
        noting(|| serde_json::from_str::<Opportunity>(&head.body).unwrap_or_default());
    // RPDE carries anything: what names no type of OpenActive need not be what this program maps.
    if opportunity.type_name.is_absent() && head.kind == Kind::Event {
        return Vec::new();
    }
    // A time of its own that no field takes is not repaired by the mapping, and wrong all the same.
    let is_local = repairs_of_times(&opportunity).any(|(code, _)| code == Code::OffsetMissing);
    let is_part = head.links.iter().any(|link| link.child == head.key)
        || matches!(head.kind, Kind::EventSeries | Kind::Course);
    let bundle = Bundle {
        source: Arc::new(Source {
            key: SOURCE.to_owned(),
            publisher: SOURCE.to_owned(),
            dataset: None,
            license: None,
        }),
        head: Head {
            kind: head.kind,
            key: head.key.clone(),
            item_id: Some(head.item_id.clone()),
            opportunity,
            oddities,
        },
        parents: Vec::new(),
        members: Vec::new(),
        occurrences: Vec::new(),
        child_feed: ChildFeed::Unknown,
        modified: head.modified,
        first_seen: now,
    };
    let mapped =
        mapping::map(&bundle, rules, now).findings.into_iter().chain(head.findings.clone());
    let codes = mapped.map(|finding| finding.code).chain(is_local.then_some(Code::OffsetMissing));
    let is_answered = |code: &Code| UNKNOWABLE.contains(code) || is_part && LENT.contains(code);
    codes.filter(|code| !is_answered(code)).collect()
}

/// Stands for the publisher, who is not known.
const SOURCE: &str = "feed";

/// What other feeds and the activity list could answer, which are not at hand.
const UNKNOWABLE: [Code; 3] = [Code::ParentMissing, Code::ScheduleMissing, Code::ActivityUnlisted];

/// What is not missing where something else says it: what the item is part of, or what it lends its values to.
const LENT: [Code; 8] = [
    Code::NameMissing,
    Code::DescriptionMissing,
    Code::UrlMissing,
    Code::OrganizerMissing,
    Code::LocationMissing,
    Code::LocationUnresolved,
    Code::AgeMissing,
    Code::ActivityMissing,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn found(items: &str) -> Vec<(String, Code, bool)> {
        let page = format!(r#"{{"next":"u","items":[{items}]}}"#);
        let now = DateTime::from_timestamp(1_795_000_000, 0).unwrap();
        let findings = inspect(page.as_bytes(), now).into_iter();
        findings.map(|found| (found.item, found.code, found.is_lost)).collect()
    }

    #[test]
    fn what_is_lost_is_told_from_what_is_repaired() {
        let found = found(
            r#"{"state":"updated","id":"1","modified":1,"data":{"name":"No type"}},
            {"state":"updated","id":"2","modified":2,"kind":"Slot","data":{"name":""}},
            {"state":"deleted","id":"3","modified":3,"data":{"@type":"Slot"}},
            {"state":"deleted","id":"4","modified":4},
            {"state":"updated","modified":5}"#,
        );
        let expected = [
            ("1", Code::TypeUnknown, true),
            ("2", Code::StartMissing, true),
            ("2", Code::ValueEmpty, false),
            ("3", Code::TombstoneWithData, false),
            ("one without a readable id", Code::ItemUnreadable, true),
        ];
        assert_eq!(found, expected.map(|(id, code, is_lost)| (id.to_owned(), code, is_lost)));
    }

    #[test]
    fn an_opportunity_is_asked_only_for_what_no_other_could_say() {
        let series = |more: &str| {
            let found = found(&format!(
                r#"{{"state":"updated","id":"1","modified":1,"kind":"SessionSeries","data":{{
                "@type":"SessionSeries","@id":"https://x.org/1","startDate":"2026-12-01T10:00:00"{more}}}}}"#
            ));
            assert!(found.iter().all(|(_, _, is_lost)| !is_lost));
            found.into_iter().map(|(_, code, _)| code).collect::<Vec<_>>()
        };
        let alone = series("");
        for code in [Code::OffsetMissing, Code::NameMissing, Code::LocationMissing] {
            assert!(alone.contains(&code), "{code} in {alone:?}");
        }
        assert!(!alone.contains(&Code::ScheduleMissing), "{alone:?}");
        assert_eq!(series(r#","superEvent":"https://x.org/2""#), [Code::OffsetMissing]);
    }

    #[test]
    fn records_of_another_standard_are_not_judged_as_opportunities() {
        let service =
            r#"{"state":"updated","id":"1","modified":1,"kind":"Service","data":{"id":"1"}}"#;
        assert_eq!(found(service), []);
        assert!(inspect(b"<html>", DateTime::default()).is_empty());
    }
}
