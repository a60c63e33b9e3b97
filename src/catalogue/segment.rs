//! A segment: an immutable index over some services, in the order in which they are listed.

use std::collections::BTreeMap;
use std::collections::HashMap;

use chrono::DateTime;
use chrono::Utc;
use roaring::RoaringBitmap;
use rstar::AABB;
use rstar::RTree;
use rstar::primitives::GeomWithData;

use super::area::Area;
use super::area::Placed;
use super::entry::Entry;
use super::entry::TimeEntry;
use super::text;
use crate::oruk::Id;
use crate::oruk::Status;
use crate::places::BoundingBox;
use crate::places::Gazetteer;
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
    pub(super) places: Box<[DocPlace]>,
    pub(super) times: Box<[TimeEntry]>,
    /// The areas it is in, by number.
    pub(super) areas: Box<[u16]>,
    /// Whether it is only a tombstone.
    pub(super) is_gone: bool,
    /// Whether only fields of the UK profile are published.
    pub(super) is_strict: bool,
}

/// A place of a listed service.
#[derive(Debug, Clone)]
pub(super) struct DocPlace {
    pub(super) service_at_location: Id,
    pub(super) location: Id,
    /// Latitude and longitude in degrees: its own, and those of its postcode where it has none or they
    /// are somewhere else.
    pub(super) points: [Option<(f64, f64)>; 2],
    /// The areas it is in, by number.
    pub(super) areas: Box<[u16]>,
}

impl DocPlace {
    /// Returns where it is, as far as is known.
    pub(super) fn points(&self) -> impl Iterator<Item = (f64, f64)> + use<> {
        self.points.into_iter().flatten()
    }
}

impl Doc {
    /// Services are listed by name, then by id.
    pub(super) fn listed_before(&self, other: &Self) -> std::cmp::Ordering {
        (&self.order, self.id).cmp(&(&other.order, other.id))
    }
}

/// What an index is made with beside the services.
#[derive(Debug)]
pub(super) struct Surroundings {
    pub(super) areas: Vec<Area>,
    pub(super) gazetteer: std::sync::Arc<Gazetteer>,
}

/// A point of the R-tree: longitude and latitude, with the number of the document.
type Point = GeomWithData<[f64; 2], u32>;

/// Documents by word, in the order of the words.
pub(super) type Words = BTreeMap<Box<str>, RoaringBitmap>;

/// Documents by age in hundredths of a year; those that state none beside it.
#[derive(Debug, Default)]
pub(super) struct Ages {
    pub(super) stated: BTreeMap<u32, RoaringBitmap>,
    pub(super) unstated: RoaringBitmap,
}

/// An index over some services.
#[derive(Debug, Default)]
pub(super) struct Segment {
    pub(super) docs: Vec<Doc>,
    /// The number of the latest change in it.
    pub(super) latest: u64,
    pub(super) by_id: HashMap<Id, u32>,
    pub(super) by_service_at_location: HashMap<Id, u32>,
    /// Those that lists show.
    pub(super) listed: RoaringBitmap,
    /// Tombstones.
    pub(super) gone: RoaringBitmap,
    pub(super) by_area: HashMap<u16, RoaringBitmap>,
    pub(super) by_term: HashMap<Id, RoaringBitmap>,
    pub(super) by_organization: HashMap<Id, RoaringBitmap>,
    pub(super) by_location: HashMap<Id, RoaringBitmap>,
    pub(super) by_day: [RoaringBitmap; 7],
    pub(super) by_minimum_age: Ages,
    pub(super) by_maximum_age: Ages,
    pub(super) in_name: Words,
    pub(super) in_text: Words,
    /// The words of both by their stem.
    by_stem: HashMap<Box<str>, Vec<Box<str>>>,
    points: RTree<Point>,
}

impl Segment {
    /// Builds a segment of changed services.
    pub(super) fn build(changes: &[ChangedService], around: &Surroundings) -> Self {
        let mut sources: Vec<(Doc, Entry)> =
            changes.iter().map(|change| source(change, around)).collect();
        sources.sort_by(|(a, _), (b, _)| a.listed_before(b));
        let mut segment = Self::default();
        for ((doc, entry), number) in sources.into_iter().zip(0_u32..) {
            segment.index(&entry, number, doc.is_gone);
            segment.push(doc, number);
        }
        segment.sealed()
    }

    /// Takes what the document itself holds.
    fn push(&mut self, doc: Doc, number: u32) {
        self.latest = self.latest.max(doc.seq);
        self.by_id.insert(doc.id, number);
        if doc.is_gone {
            self.gone.insert(number);
        } else {
            self.index_doc(&doc, number);
        }
        self.docs.push(doc);
    }

    fn index_doc(&mut self, doc: &Doc, number: u32) {
        if doc.status.is_listed() {
            self.listed.insert(number);
        }
        for area in &doc.areas {
            self.by_area.entry(*area).or_default().insert(number);
        }
        if let Some(organization) = doc.organization {
            self.by_organization.entry(organization).or_default().insert(number);
        }
        for place in &doc.places {
            self.by_service_at_location.insert(place.service_at_location, number);
            self.by_location.entry(place.location).or_default().insert(number);
        }
        for (day, bitmap) in self.by_day.iter_mut().enumerate() {
            if doc.times.iter().any(|time| time.days & (1 << day) != 0) {
                bitmap.insert(number);
            }
        }
        self.by_minimum_age.insert(doc.minimum_age, number);
        self.by_maximum_age.insert(doc.maximum_age, number);
    }

    /// Takes what the document does not hold: its terms and words.
    fn index(&mut self, entry: &Entry, number: u32, is_gone: bool) {
        if is_gone {
            return;
        }
        for term in &entry.terms {
            self.by_term.entry(*term).or_default().insert(number);
        }
        for word in text::words(&entry.name) {
            add_word(&mut self.in_name, &word, number);
        }
        for word in entry.words.split(' ').filter(|word| !word.is_empty()) {
            add_word(&mut self.in_text, word, number);
        }
    }

    /// Makes what follows from the rest.
    fn sealed(mut self) -> Self {
        let points = self.docs.iter().zip(0_u32..).filter(|(doc, _)| !doc.is_gone);
        let points = points.flat_map(|(doc, number)| {
            let places = doc.places.iter().flat_map(DocPlace::points);
            places.map(move |(latitude, longitude)| Point::new([longitude, latitude], number))
        });
        self.points = RTree::bulk_load(points.collect());
        let only_in_text = self.in_text.keys().filter(|word| !self.in_name.contains_key(*word));
        for word in self.in_name.keys().chain(only_in_text) {
            self.by_stem.entry(text::stem(word).into()).or_default().push(word.clone());
        }
        self
    }

    /// Joins segments into one, leaving out the documents that are not alive in each.
    pub(super) fn merge(parts: &[(&Self, &RoaringBitmap)]) -> Self {
        let mut order: Vec<(usize, u32)> = Vec::new();
        for (part, (_, alive)) in parts.iter().enumerate() {
            order.extend(alive.iter().map(|doc| (part, doc)));
        }
        let doc = |(part, number): &(usize, u32)| &parts[*part].0.docs[*number as usize];
        order.sort_by(|a, b| doc(a).listed_before(doc(b)));
        let mut numbers: Vec<Vec<Option<u32>>> =
            parts.iter().map(|(segment, _)| vec![None; segment.docs.len()]).collect();
        let mut merged = Self::default();
        for (at, number) in order.iter().zip(0_u32..) {
            numbers[at.0][at.1 as usize] = Some(number);
            merged.push(doc(at).clone(), number);
        }
        for ((segment, _), numbers) in parts.iter().zip(&numbers) {
            let moved = |bitmap: &RoaringBitmap| -> RoaringBitmap {
                bitmap.iter().filter_map(|doc| numbers[doc as usize]).collect()
            };
            for (term, bitmap) in &segment.by_term {
                take(merged.by_term.entry(*term), moved(bitmap));
            }
            take_words(&mut merged.in_name, &segment.in_name, moved);
            take_words(&mut merged.in_text, &segment.in_text, moved);
        }
        merged.sealed()
    }

    /// Returns the words with this stem.
    pub(super) fn with_stem(&self, stem: &str) -> &[Box<str>] {
        self.by_stem.get(stem).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns the documents with a place within a box of degrees.
    pub(super) fn within(&self, bounds: &BoundingBox) -> impl Iterator<Item = u32> + '_ {
        let envelope = AABB::from_corners(
            [bounds.min_longitude, bounds.min_latitude],
            [bounds.max_longitude, bounds.max_latitude],
        );
        self.points.locate_in_envelope(envelope).map(|point| point.data)
    }
}

impl Ages {
    fn insert(&mut self, age: Option<f64>, number: u32) {
        let bitmap = match age {
            Some(age) => self.stated.entry(hundredths(age)).or_default(),
            None => &mut self.unstated,
        };
        bitmap.insert(number);
    }
}

/// An age in hundredths of a year, as precisely as ages are published.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "ages are between 0 and some hundred years, and the cast clamps"
)]
pub(super) fn hundredths(age: f64) -> u32 {
    (age * 100.0).round() as u32
}

fn add_word(words: &mut Words, word: &str, number: u32) {
    match words.get_mut(word) {
        Some(bitmap) => {
            bitmap.insert(number);
        }
        None => {
            words.insert(word.into(), RoaringBitmap::from_iter([number]));
        }
    }
}

fn take(mine: std::collections::hash_map::Entry<'_, Id, RoaringBitmap>, theirs: RoaringBitmap) {
    if !theirs.is_empty() {
        *mine.or_default() |= theirs;
    }
}

fn take_words(mine: &mut Words, theirs: &Words, moved: impl Fn(&RoaringBitmap) -> RoaringBitmap) {
    for (word, bitmap) in theirs {
        let bitmap = moved(bitmap);
        if !bitmap.is_empty() {
            *mine.entry(word.clone()).or_default() |= bitmap;
        }
    }
}

fn source(change: &ChangedService, around: &Surroundings) -> (Doc, Entry) {
    let entry = change.entry.as_deref().and_then(Entry::from_bytes);
    let is_gone = change.entry.is_none();
    let entry = entry.unwrap_or_default();
    let areas: Vec<(u16, &Area)> =
        (0..).zip(&around.areas).filter(|(_, area)| area.is_of(&entry)).collect();
    let by_authority = areas.iter().any(|(_, area)| !area.authorities.is_empty());
    let places = entry.places.iter().map(|place| {
        let placed = Placed::of(place, &around.gazetteer, by_authority);
        DocPlace {
            service_at_location: place.service_at_location,
            location: place.location,
            points: placed.points,
            areas: numbers(&areas, |area| area.holds(&placed)),
        }
    });
    let places: Box<[DocPlace]> = places.collect();
    let doc = Doc {
        id: change.id,
        seq: change.seq,
        status: change.status,
        last_modified: change.last_modified,
        order: text::fold(&entry.name).into(),
        organization: entry.organization,
        minimum_age: entry.minimum_age,
        maximum_age: entry.maximum_age,
        areas: match &*places {
            [] => numbers(&areas, Area::holds_placeless),
            places => {
                let mut all: Vec<u16> =
                    places.iter().flat_map(|p| p.areas.iter().copied()).collect();
                all.sort_unstable();
                all.dedup();
                all.into()
            }
        },
        places,
        times: entry.times.clone().into(),
        is_gone,
        is_strict: entry.is_strict,
    };
    (doc, entry)
}

fn numbers(areas: &[(u16, &Area)], is_in: impl Fn(&Area) -> bool) -> Box<[u16]> {
    areas.iter().filter(|(_, area)| is_in(area)).map(|(number, _)| *number).collect()
}
