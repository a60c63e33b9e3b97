//! A segment: an immutable index over some services, in the order in which they are listed.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::btree_map::Entry;
use std::convert::Infallible;
use std::ops::ControlFlow;
use std::sync::Arc;

use chrono::DateTime;
use chrono::Utc;
use roaring::RoaringBitmap;
use sif_kdtree::KdTree;
use sif_kdtree::Object;
use sif_kdtree::WithinBoundingBox;

use super::area::Area;
use super::entry::TimeEntry;
use super::features::Features;
use super::keys::Keys;
use super::text;
use crate::oruk::Id;
use crate::oruk::Status;
use crate::places::BoundingBox;
use crate::places::Gazetteer;

/// A service as listed.
#[derive(Debug, Clone)]
pub(super) struct Doc {
    pub(super) id: Id,
    pub(super) seq: u64,
    pub(super) status: Status,
    pub(super) last_modified: DateTime<Utc>,
    /// When that was published here.
    pub(super) published_at: DateTime<Utc>,
    /// The folded name: services are listed by it, then by id.
    pub(super) order: Box<str>,
    pub(super) organization: Option<Id>,
    pub(super) minimum_age: Option<f64>,
    pub(super) maximum_age: Option<f64>,
    pub(super) features: Features,
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

    /// Tells whether it is news to whoever knows what was there before a time. What its publisher changed
    /// earlier may have been published here since.
    pub(super) fn is_since(&self, time: DateTime<Utc>) -> bool {
        self.last_modified.max(self.published_at) >= time
    }
}

/// What an index is made with beside the services.
#[derive(Debug)]
pub(super) struct Surroundings {
    pub(super) areas: Vec<Area>,
    pub(super) gazetteer: Arc<Gazetteer>,
}

/// Where a document is.
#[derive(Debug, Default)]
struct Point {
    /// Longitude and latitude in degrees.
    at: [f64; 2],
    doc: u32,
}

impl Object for Point {
    type Point = [f64; 2];

    fn position(&self) -> &[f64; 2] {
        &self.at
    }
}

/// Documents by word, in the order of the words.
pub(super) type Words = BTreeMap<Box<str>, Docs>;

/// The documents with a word. Many words occur once, for which a number is enough.
#[derive(Debug)]
pub(super) enum Docs {
    One(u32),
    Many(RoaringBitmap),
}

/// Documents by age in hundredths of a year; those that state none beside it.
#[derive(Debug, Default)]
pub(super) struct Ages {
    pub(super) stated: BTreeMap<u32, RoaringBitmap>,
    pub(super) unstated: RoaringBitmap,
}

/// An index over some services.
#[derive(Debug, Default)]
pub(super) struct Segment {
    /// In list order.
    pub(super) docs: Vec<Arc<Doc>>,
    /// The number of the latest change in it.
    pub(super) latest: u64,
    pub(super) ids: Keys,
    pub(super) services_at_locations: Keys,
    pub(super) organizations: Keys,
    pub(super) locations: Keys,
    /// Those that lists show.
    pub(super) listed: RoaringBitmap,
    /// Tombstones.
    pub(super) gone: RoaringBitmap,
    pub(super) by_area: HashMap<u16, RoaringBitmap>,
    pub(super) by_term: HashMap<Id, RoaringBitmap>,
    pub(super) by_day: [RoaringBitmap; 7],
    /// In the order of [`Features::ALL`].
    pub(super) by_feature: [RoaringBitmap; Features::ALL.len()],
    pub(super) by_minimum_age: Ages,
    pub(super) by_maximum_age: Ages,
    pub(super) in_name: Words,
    pub(super) in_text: Words,
    /// The words of both by their stem, where that is not the word itself.
    by_stem: HashMap<Box<str>, Vec<Box<str>>>,
    points: KdTree<Point>,
}

impl Segment {
    /// Makes a segment of documents in list order, with what they do not hold themselves.
    pub(super) fn of(
        docs: Vec<Arc<Doc>>,
        by_term: HashMap<Id, RoaringBitmap>,
        in_name: Words,
        in_text: Words,
    ) -> Self {
        let mut segment = Self { by_term, in_name, in_text, ..Self::default() };
        for (doc, number) in docs.iter().zip(0_u32..) {
            if doc.is_gone {
                segment.gone.insert(number);
            } else {
                segment.index(doc, number);
            }
        }
        segment.latest = docs.iter().map(|doc| doc.seq).max().unwrap_or(0);
        segment.docs = docs;
        segment.index_ids();
        segment.index_points();
        segment.index_stems();
        segment
    }

    fn index(&mut self, doc: &Doc, number: u32) {
        if doc.status.is_listed() {
            self.listed.insert(number);
        }
        for area in &doc.areas {
            self.by_area.entry(*area).or_default().insert(number);
        }
        for (day, bitmap) in self.by_day.iter_mut().enumerate() {
            if doc.times.iter().any(|time| time.days & (1 << day) != 0) {
                bitmap.insert(number);
            }
        }
        for (feature, bitmap) in Features::ALL.into_iter().zip(&mut self.by_feature) {
            if doc.features.contains(feature) {
                bitmap.insert(number);
            }
        }
        self.by_minimum_age.insert(doc.minimum_age, number);
        self.by_maximum_age.insert(doc.maximum_age, number);
    }

    fn present(&self) -> impl Iterator<Item = (&Doc, u32)> {
        self.docs.iter().map(Arc::as_ref).zip(0..).filter(|(doc, _)| !doc.is_gone)
    }

    fn index_ids(&mut self) {
        let places = |id: fn(&DocPlace) -> Id| {
            let pairs = self.present().flat_map(move |(doc, number)| {
                doc.places.iter().map(move |place| (id(place), number))
            });
            Keys::of(pairs.collect())
        };
        let (at, locations) = (places(|place| place.service_at_location), places(|p| p.location));
        let organizations =
            self.present().filter_map(|(doc, number)| Some((doc.organization?, number)));
        self.organizations = Keys::of(organizations.collect());
        (self.services_at_locations, self.locations) = (at, locations);
        self.ids = Keys::of(self.docs.iter().map(|doc| doc.id).zip(0..).collect());
    }

    fn index_points(&mut self) {
        let points = self.present().flat_map(|(doc, number)| {
            let places = doc.places.iter().flat_map(DocPlace::points);
            places
                .map(move |(latitude, longitude)| Point { at: [longitude, latitude], doc: number })
        });
        // Mapping lets no other through, but an entry comes from a disk, and a tree cannot sort them.
        let points = points.filter(|point| point.at.iter().all(|degrees| degrees.is_finite()));
        self.points = KdTree::new(points.collect());
    }

    fn index_stems(&mut self) {
        let only_in_text = self.in_text.keys().filter(|word| !self.in_name.contains_key(*word));
        for word in self.in_name.keys().chain(only_in_text) {
            let stem = text::stem(word);
            if *stem != **word {
                self.by_stem.entry(stem.into()).or_default().push(word.clone());
            }
        }
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
        for (at, number) in order.iter().zip(0_u32..) {
            numbers[at.0][at.1 as usize] = Some(number);
        }
        let docs = order.iter().map(|at| Arc::clone(doc(at))).collect();
        let mut by_term = HashMap::new();
        let (mut in_name, mut in_text) = (Words::new(), Words::new());
        for ((segment, _), numbers) in parts.iter().zip(&numbers) {
            // Documents keep their order among themselves.
            let moved = |bitmap: &RoaringBitmap| {
                let moved = bitmap.iter().filter_map(|doc| numbers[doc as usize]);
                bitmap_of(moved)
            };
            for (term, bitmap) in &segment.by_term {
                let bitmap = moved(bitmap);
                if !bitmap.is_empty() {
                    *by_term.entry(*term).or_default() |= bitmap;
                }
            }
            take_words(&mut in_name, &segment.in_name, numbers);
            take_words(&mut in_text, &segment.in_text, numbers);
        }
        Self::of(docs, by_term, in_name, in_text)
    }

    /// Returns the words with this stem. The stem itself may be another.
    pub(super) fn with_stem(&self, stem: &str) -> &[Box<str>] {
        self.by_stem.get(stem).map(Vec::as_slice).unwrap_or_default()
    }

    /// Takes the documents with a place within a box of degrees, with its latitude and longitude; one
    /// with several places several times.
    pub(super) fn within(&self, bounds: &BoundingBox, mut take: impl FnMut(u32, (f64, f64))) {
        let bounds = WithinBoundingBox::new(
            [bounds.min_longitude, bounds.min_latitude],
            [bounds.max_longitude, bounds.max_latitude],
        );
        let taken = self.points.look_up(&bounds, |point| {
            take(point.doc, (point.at[1], point.at[0]));
            ControlFlow::<Infallible>::Continue(())
        });
        let ControlFlow::Continue(()) = taken;
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

impl Docs {
    /// Returns those with these numbers, which are in order; nothing where there are none.
    pub(super) fn of(numbers: impl IntoIterator<Item = u32>) -> Option<Self> {
        let mut numbers = numbers.into_iter();
        let first = numbers.next()?;
        Some(match numbers.next() {
            None => Self::One(first),
            Some(second) => Self::Many(bitmap_of([first, second].into_iter().chain(numbers))),
        })
    }

    /// Returns their numbers.
    fn numbers(&self) -> impl Iterator<Item = u32> {
        let (one, many) = match self {
            Self::One(number) => (Some(*number), None),
            Self::Many(bitmap) => (None, Some(bitmap)),
        };
        one.into_iter().chain(many.into_iter().flatten())
    }

    fn into_bitmap(self) -> RoaringBitmap {
        match self {
            Self::One(number) => bitmap_of([number]),
            Self::Many(bitmap) => bitmap,
        }
    }

    /// Takes those of another in too.
    fn take(&mut self, other: Self) {
        let mine = std::mem::replace(self, Self::One(0)).into_bitmap();
        *self = Self::Many(mine | other.into_bitmap());
    }
}

/// Makes a bitmap of numbers in order. Many hold few: a copy takes a third of what the bitmap took in case
/// more would come.
pub(super) fn bitmap_of(numbers: impl IntoIterator<Item = u32>) -> RoaringBitmap {
    RoaringBitmap::from_sorted_iter(numbers).unwrap_or_default().clone()
}

/// Takes the words of another segment, whose documents have these `numbers` here.
fn take_words(mine: &mut Words, theirs: &Words, numbers: &[Option<u32>]) {
    for (word, docs) in theirs {
        let Some(docs) = Docs::of(docs.numbers().filter_map(|doc| numbers[doc as usize])) else {
            continue;
        };
        match mine.entry(word.clone()) {
            Entry::Vacant(entry) => {
                entry.insert(docs);
            }
            Entry::Occupied(mut entry) => entry.get_mut().take(docs),
        }
    }
}
