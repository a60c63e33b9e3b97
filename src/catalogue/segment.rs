//! A segment: an immutable index over some services, in the order in which they are listed.

use std::collections::BTreeMap;
use std::collections::HashMap;

use chrono::DateTime;
use chrono::Utc;
use roaring::RoaringBitmap;
use rstar::AABB;
use rstar::RTree;
use rstar::primitives::GeomWithData;

use super::entry::Entry;
use super::entry::PlaceEntry;
use super::entry::TimeEntry;
use super::text;
use crate::oruk::Id;
use crate::oruk::Status;
use crate::store::ChangedService;

/// A service as listed.
#[derive(Debug, Clone)]
pub(super) struct Doc {
    pub(super) id: Id,
    pub(super) seq: u64,
    pub(super) status: Status,
    pub(super) last_modified: DateTime<Utc>,
    /// The folded name: services are listed by it, then by id.
    pub(super) order: Box<str>,
    pub(super) organization: Option<Id>,
    pub(super) minimum_age: Option<f64>,
    pub(super) maximum_age: Option<f64>,
    pub(super) places: Box<[PlaceEntry]>,
    pub(super) times: Box<[TimeEntry]>,
    /// Whether it is only a tombstone.
    pub(super) is_gone: bool,
    /// Whether only fields of the UK profile are published.
    pub(super) is_strict: bool,
}

/// A point of the R-tree: longitude and latitude, with the number of the document.
type Point = GeomWithData<[f64; 2], u32>;

/// An index over some services.
#[derive(Debug, Default)]
pub(super) struct Segment {
    pub(super) docs: Vec<Doc>,
    pub(super) by_id: HashMap<Id, u32>,
    pub(super) by_service_at_location: HashMap<Id, u32>,
    /// Those that lists show.
    pub(super) listed: RoaringBitmap,
    pub(super) by_term: HashMap<Id, RoaringBitmap>,
    pub(super) by_organization: HashMap<Id, RoaringBitmap>,
    pub(super) by_location: HashMap<Id, RoaringBitmap>,
    pub(super) by_publisher: HashMap<String, RoaringBitmap>,
    pub(super) by_day: [RoaringBitmap; 7],
    pub(super) in_name: BTreeMap<Box<str>, RoaringBitmap>,
    pub(super) in_text: BTreeMap<Box<str>, RoaringBitmap>,
    points: RTree<Point>,
}

impl Segment {
    /// Builds a segment of changed services.
    pub(super) fn build(changes: &[ChangedService]) -> Self {
        let mut sources: Vec<(Doc, Entry)> = changes.iter().map(source).collect();
        sources.sort_by(|(a, _), (b, _)| (&a.order, a.id).cmp(&(&b.order, b.id)));
        let mut segment = Self::default();
        let mut points = Vec::new();
        for ((doc, entry), number) in sources.into_iter().zip(0_u32..) {
            segment.index(&doc, &entry, number, &mut points);
            segment.push(doc, number);
        }
        segment.points = RTree::bulk_load(points);
        segment
    }

    fn push(&mut self, doc: Doc, number: u32) {
        self.by_id.insert(doc.id, number);
        let places = doc.places.iter().map(|place| (place.service_at_location, number));
        self.by_service_at_location.extend(places);
        self.docs.push(doc);
    }

    fn index(&mut self, doc: &Doc, entry: &Entry, number: u32, points: &mut Vec<Point>) {
        if doc.is_gone {
            return;
        }
        if doc.status.is_listed() {
            self.listed.insert(number);
        }
        for term in &entry.terms {
            self.by_term.entry(*term).or_default().insert(number);
        }
        if let Some(organization) = doc.organization {
            self.by_organization.entry(organization).or_default().insert(number);
        }
        self.by_publisher.entry(entry.publisher.clone()).or_default().insert(number);
        for place in &doc.places {
            self.by_location.entry(place.location).or_default().insert(number);
            if let Some((latitude, longitude)) = place.coordinates {
                points.push(Point::new([longitude, latitude], number));
            }
        }
        for (day, bitmap) in self.by_day.iter_mut().enumerate() {
            if doc.times.iter().any(|time| time.days & (1 << day) != 0) {
                bitmap.insert(number);
            }
        }
        for word in text::words(&entry.name) {
            self.in_name.entry(word.into()).or_default().insert(number);
        }
        for word in entry.words.split(' ').filter(|word| !word.is_empty()) {
            add_word(&mut self.in_text, word, number);
        }
    }

    /// Joins segments into one, leaving out the documents that are not alive in each.
    pub(super) fn merge(parts: &[(&Self, &RoaringBitmap)]) -> Self {
        let mut order: Vec<(usize, u32)> = Vec::new();
        for (part, (_, alive)) in parts.iter().enumerate() {
            order.extend(alive.iter().map(|doc| (part, doc)));
        }
        let doc = |(part, number): &(usize, u32)| &parts[*part].0.docs[*number as usize];
        order.sort_by(|a, b| {
            let (a, b) = (doc(a), doc(b));
            (&a.order, a.id).cmp(&(&b.order, b.id))
        });
        let mut numbers: Vec<Vec<Option<u32>>> =
            parts.iter().map(|(segment, _)| vec![None; segment.docs.len()]).collect();
        let mut merged = Self::default();
        for (at, number) in order.iter().zip(0_u32..) {
            numbers[at.0][at.1 as usize] = Some(number);
            merged.push(doc(at).clone(), number);
        }
        for ((segment, _), numbers) in parts.iter().zip(&numbers) {
            merged.take_postings(segment, numbers);
        }
        let points = parts.iter().zip(&numbers).flat_map(|((segment, _), numbers)| {
            segment.points.iter().filter_map(|point| {
                numbers[point.data as usize].map(|number| Point::new(*point.geom(), number))
            })
        });
        merged.points = RTree::bulk_load(points.collect());
        merged
    }

    fn take_postings(&mut self, from: &Self, numbers: &[Option<u32>]) {
        let moved = |bitmap: &RoaringBitmap| -> RoaringBitmap {
            bitmap.iter().filter_map(|doc| numbers[doc as usize]).collect()
        };
        self.listed |= moved(&from.listed);
        for (mine, theirs) in self.by_day.iter_mut().zip(&from.by_day) {
            *mine |= moved(theirs);
        }
        take_map(&mut self.by_term, &from.by_term, moved);
        take_map(&mut self.by_organization, &from.by_organization, moved);
        take_map(&mut self.by_location, &from.by_location, moved);
        take_map(&mut self.by_publisher, &from.by_publisher, moved);
        take_words(&mut self.in_name, &from.in_name, moved);
        take_words(&mut self.in_text, &from.in_text, moved);
    }

    /// Returns the documents with a place within a box of degrees.
    pub(super) fn within(
        &self,
        (south, west): (f64, f64),
        (north, east): (f64, f64),
    ) -> impl Iterator<Item = u32> + '_ {
        let envelope = AABB::from_corners([west, south], [east, north]);
        self.points.locate_in_envelope(envelope).map(|point| point.data)
    }
}

fn add_word(words: &mut BTreeMap<Box<str>, RoaringBitmap>, word: &str, number: u32) {
    match words.get_mut(word) {
        Some(bitmap) => {
            bitmap.insert(number);
        }
        None => {
            words.insert(word.into(), RoaringBitmap::from_iter([number]));
        }
    }
}

fn take_map<K: Clone + Eq + std::hash::Hash>(
    mine: &mut HashMap<K, RoaringBitmap>,
    theirs: &HashMap<K, RoaringBitmap>,
    moved: impl Fn(&RoaringBitmap) -> RoaringBitmap,
) {
    for (key, bitmap) in theirs {
        let bitmap = moved(bitmap);
        if !bitmap.is_empty() {
            *mine.entry(key.clone()).or_default() |= bitmap;
        }
    }
}

fn take_words(
    mine: &mut BTreeMap<Box<str>, RoaringBitmap>,
    theirs: &BTreeMap<Box<str>, RoaringBitmap>,
    moved: impl Fn(&RoaringBitmap) -> RoaringBitmap,
) {
    for (word, bitmap) in theirs {
        let bitmap = moved(bitmap);
        if !bitmap.is_empty() {
            *mine.entry(word.clone()).or_default() |= bitmap;
        }
    }
}

fn source(change: &ChangedService) -> (Doc, Entry) {
    let entry = change.entry.as_deref().and_then(Entry::from_bytes);
    let is_gone = change.entry.is_none();
    let entry = entry.unwrap_or_default();
    let doc = Doc {
        id: change.id,
        seq: change.seq,
        status: change.status,
        last_modified: change.last_modified,
        order: text::fold(&entry.name).into(),
        organization: entry.organization,
        minimum_age: entry.minimum_age,
        maximum_age: entry.maximum_age,
        places: entry.places.clone().into(),
        times: entry.times.clone().into(),
        is_gone,
        is_strict: entry.is_strict,
    };
    (doc, entry)
}
