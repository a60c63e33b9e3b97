//! A weekly class of a leisure operator, and what is needed to map it.

use std::sync::Arc;

use baton::mapping::Bundle;
use baton::mapping::ChildFeed;
use baton::mapping::Head;
use baton::mapping::Rules;
use baton::mapping::Source;
use baton::openactive::Kind;
use baton::openactive::Vocabulary;
use baton::openactive::noting;
use chrono::DateTime;
use chrono::Utc;

/// The body of a weekly class as a leisure operator publishes it, with everything said that people ask.
pub(crate) const SERIES: &str = include_str!("../series.json");

pub(crate) fn bundle(body: &str, source: &Arc<Source>, now: DateTime<Utc>) -> Bundle {
    let (opportunity, oddities) = noting(|| serde_json::from_str(body).unwrap());
    let key = "https://data.leisure.example.org/series/1".to_owned();
    Bundle {
        source: Arc::clone(source),
        head: Head { kind: Kind::SessionSeries, key, item_id: None, opportunity, oddities },
        parents: Vec::new(),
        members: Vec::new(),
        occurrences: Vec::new(),
        child_feed: ChildFeed::Unknown,
        modified: Some(now),
        first_seen: now,
    }
}

pub(crate) fn source() -> Arc<Source> {
    Arc::new(Source {
        key: "leisure".to_owned(),
        publisher: "Leisure".to_owned(),
        dataset: Some("https://data.leisure.example.org/".to_owned()),
        license: Some("https://creativecommons.org/licenses/by/4.0/".to_owned()),
    })
}

pub(crate) fn rules() -> Rules {
    let list = include_bytes!("../../tests/fixtures/mapping/vocabulary-activity-list.jsonld");
    let mut rules = Rules::default();
    rules.activities = Vocabulary::parse(list).unwrap();
    rules
}

pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}
