//! Queries: what a filter means, and how its parts are joined.
//!
//! Different parameters narrow each other (AND); the values of one widen each other (OR).

use chrono::DateTime;
use chrono::Utc;
use roaring::RoaringBitmap;

use super::segment::Doc;
use super::segment::Segment;
use super::snapshot::Snapshot;
use super::text;
use crate::oruk::Id;
use crate::places::BoundingBox;
use crate::places::distance_m;

/// A point and how far from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// Metres.
    pub within_m: f64,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Query {
    /// Words, all of which must occur; the last may be the beginning of one.
    pub search: Option<String>,
    /// Terms, narrower ones included.
    pub terms: Vec<Id>,
    /// Taxonomies of which a term must occur.
    pub taxonomies: Vec<Id>,
    /// The service's minimum age is at least this, in years.
    pub minimum_age: Option<f64>,
    /// The service's maximum age is at most this, in years.
    pub maximum_age: Option<f64>,
    /// Whether an age that is not stated counts as 0 or 120, and no age at all as open to everyone, as
    /// in 1.0, which cannot say "none".
    pub open_ages: bool,
    /// A session starts at this time or later, in minutes after midnight.
    pub start_time: Option<u16>,
    /// A session ends at this time or earlier, in minutes after midnight.
    pub end_time: Option<u16>,
    /// Days of the week as bits, Monday the lowest.
    pub days: u8,
    /// Around a point.
    pub near: Option<Near>,
    /// Of these organisations.
    pub organizations: Vec<Id>,
    /// At one of these locations.
    pub locations: Vec<Id>,
    /// Changed at this time or later; then what is over or gone is included.
    pub modified_after: Option<DateTime<Utc>>,
}

/// A service that answers a query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// The service.
    pub id: Id,
    /// The number of its latest change.
    pub seq: u64,
    /// How far it is from the point asked for, in metres.
    pub distance_m: Option<f64>,
    /// Whether it is only a tombstone.
    pub is_gone: bool,
    /// Whether only fields of the UK profile are published.
    pub is_strict: bool,
}

/// A page of the answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Hits {
    /// How many there are in all.
    pub total: usize,
    /// Those of the page.
    pub page: Vec<Hit>,
}

impl Query {
    /// Returns the documents of a segment that answer the query.
    pub(super) fn matches(
        &self,
        snapshot: &Snapshot,
        segment: &Segment,
        alive: &RoaringBitmap,
    ) -> RoaringBitmap {
        let mut found = match self.modified_after {
            Some(_) => alive.clone(),
            None => alive & &segment.listed,
        };
        for narrowed in [
            self.by_terms(snapshot, segment),
            self.by_taxonomies(snapshot, segment),
            any_of(&segment.by_organization, &self.organizations),
            any_of(&segment.by_location, &self.locations),
            self.by_days(segment),
            self.search.as_deref().map(|words| by_words(segment, words)),
            self.near.map(|near| by_distance(segment, near)),
        ]
        .into_iter()
        .flatten()
        {
            found &= narrowed;
        }
        if self.looks_at_documents() {
            let kept = found.iter().filter(|number| self.holds(&segment.docs[*number as usize]));
            found = RoaringBitmap::from_sorted_iter(kept).unwrap_or_default();
        }
        found
    }

    fn by_terms(&self, snapshot: &Snapshot, segment: &Segment) -> Option<RoaringBitmap> {
        let wanted = self.terms.iter().flat_map(|term| snapshot.terms().with_descendants(*term));
        any_of(&segment.by_term, &wanted.collect::<Vec<_>>())
            .or_else(|| (!self.terms.is_empty()).then(RoaringBitmap::new))
    }

    fn by_taxonomies(&self, snapshot: &Snapshot, segment: &Segment) -> Option<RoaringBitmap> {
        if self.taxonomies.is_empty() {
            return None;
        }
        let terms = segment.by_term.iter().filter(|(term, _)| {
            let term = snapshot.terms().find(**term);
            term.is_some_and(|term| self.taxonomies.contains(&term.taxonomy_id))
        });
        Some(terms.fold(RoaringBitmap::new(), |all, (_, bitmap)| all | bitmap))
    }

    fn by_days(&self, segment: &Segment) -> Option<RoaringBitmap> {
        let days = (0..7).filter(|day| self.days & (1 << day) != 0);
        let any = days.fold(RoaringBitmap::new(), |all, day| all | &segment.by_day[day]);
        (self.days != 0).then_some(any)
    }

    fn looks_at_documents(&self) -> bool {
        self.minimum_age.is_some()
            || self.maximum_age.is_some()
            || self.start_time.is_some()
            || self.end_time.is_some()
            || self.modified_after.is_some()
    }

    fn holds(&self, doc: &Doc) -> bool {
        self.holds_at_some_age(doc)
            && self.modified_after.is_none_or(|time| doc.last_modified >= time)
            && self.holds_at_some_time(doc)
    }

    fn holds_at_some_age(&self, doc: &Doc) -> bool {
        let is_open = doc.minimum_age.is_none() && doc.maximum_age.is_none();
        if self.open_ages && is_open {
            return true;
        }
        let or = |value: Option<f64>, default| value.or(self.open_ages.then_some(default));
        let (low, high) = (or(doc.minimum_age, 0.0), or(doc.maximum_age, 120.0));
        self.minimum_age.is_none_or(|wanted| low.is_some_and(|low| low >= wanted))
            && self.maximum_age.is_none_or(|wanted| high.is_some_and(|high| high <= wanted))
    }

    /// Day, start and end must be those of one schedule.
    fn holds_at_some_time(&self, doc: &Doc) -> bool {
        if self.start_time.is_none() && self.end_time.is_none() {
            return true;
        }
        doc.times.iter().any(|time| {
            (self.days == 0 || time.days & self.days != 0)
                && self.start_time.is_none_or(|t| time.opens.is_some_and(|opens| opens >= t))
                && self.end_time.is_none_or(|t| time.closes.is_some_and(|closes| closes <= t))
        })
    }
}

fn any_of(
    index: &std::collections::HashMap<Id, RoaringBitmap>,
    wanted: &[Id],
) -> Option<RoaringBitmap> {
    let found = wanted.iter().filter_map(|id| index.get(id));
    (!wanted.is_empty()).then(|| found.fold(RoaringBitmap::new(), |all, bitmap| all | bitmap))
}

/// Every word must occur, the last as the beginning of a word.
fn by_words(segment: &Segment, asked: &str) -> RoaringBitmap {
    let words: Vec<String> = text::words(asked).collect();
    let Some((last, whole)) = words.split_last() else { return RoaringBitmap::new() };
    let mut found = beginning_with(segment, last);
    for word in whole {
        let mut with_word = RoaringBitmap::new();
        for index in [&segment.in_name, &segment.in_text] {
            if let Some(bitmap) = index.get(word.as_str()) {
                with_word |= bitmap;
            }
        }
        found &= with_word;
    }
    found
}

fn beginning_with(segment: &Segment, prefix: &str) -> RoaringBitmap {
    let mut found = RoaringBitmap::new();
    for index in [&segment.in_name, &segment.in_text] {
        let from = std::ops::Bound::Included(prefix);
        let range = index.range::<str, _>((from, std::ops::Bound::Unbounded));
        for (_, bitmap) in range.take_while(|(word, _)| word.starts_with(prefix)) {
            found |= bitmap;
        }
    }
    found
}

fn by_distance(segment: &Segment, near: Near) -> RoaringBitmap {
    let around = BoundingBox::around(near.latitude, near.longitude, near.within_m);
    let candidates = segment.within(
        (around.min_latitude, around.min_longitude),
        (around.max_latitude, around.max_longitude),
    );
    let close = candidates.filter(|number| {
        distance_of(&segment.docs[*number as usize], near).is_some_and(|m| m <= near.within_m)
    });
    close.collect()
}

/// Returns how far the nearest place of a service is, in metres.
pub(super) fn distance_of(doc: &Doc, near: Near) -> Option<f64> {
    let places = doc.places.iter().filter_map(|place| place.coordinates);
    let distances = places.map(|(latitude, longitude)| {
        distance_m(near.latitude, near.longitude, latitude, longitude)
    });
    distances.min_by(f64::total_cmp)
}
