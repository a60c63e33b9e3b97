//! Makes a segment of services that come in any order.

use std::borrow::Borrow;
use std::hash::Hash;
use std::sync::Arc;

use chrono::DateTime;
use chrono::Utc;
use hashbrown::HashMap;

use super::area::Area;
use super::area::Placed;
use super::entry::Entry;
use super::segment::Doc;
use super::segment::DocPlace;
use super::segment::Docs;
use super::segment::Segment;
use super::segment::Surroundings;
use super::segment::bitmap_of;
use super::text;
use crate::oruk::Id;
use crate::store::ChangedService;

/// A change with what is known of the service.
#[derive(Debug)]
pub(super) struct Source {
    change: ChangedService,
    /// Nothing for a tombstone.
    pub(super) entry: Option<Entry>,
}

impl Source {
    /// Reads the entry of a change.
    pub(super) fn read(mut change: ChangedService) -> Self {
        let entry = change.entry.take().map(|bytes| Entry::from_bytes(&bytes).unwrap_or_default());
        Self { change, entry }
    }

    /// Returns the service's id.
    pub(super) fn id(&self) -> Id {
        self.change.id
    }

    /// Returns the number of the change.
    pub(super) fn seq(&self) -> u64 {
        self.change.seq
    }
}

/// Gathers services, each with a number of the moment.
#[derive(Debug)]
pub(super) struct Builder {
    around: Arc<Surroundings>,
    docs: Vec<Arc<Doc>>,
    by_term: Gathered<Id>,
    in_name: Gathered<Box<str>>,
    in_text: Gathered<Box<str>>,
}

/// Services by what they have.
#[derive(Debug)]
struct Gathered<K>(HashMap<K, Vec<u32>>);

impl Builder {
    /// Makes one without services.
    pub(super) fn new(around: Arc<Surroundings>) -> Self {
        let (by_term, in_name, in_text) =
            (Gathered::default(), Gathered::default(), Gathered::default());
        Self { around, docs: Vec::new(), by_term, in_name, in_text }
    }

    /// Takes one more service, which is shown from a time on: until then it was not published, whenever the store
    /// wrote it down.
    pub(super) fn add(&mut self, source: &Source, shown_at: DateTime<Utc>) {
        let number = u32::try_from(self.docs.len()).unwrap_or(u32::MAX);
        self.docs.push(Arc::new(doc(source, &self.around, shown_at)));
        let Some(entry) = &source.entry else { return };
        for term in &entry.terms {
            self.by_term.add(term, number);
        }
        for word in text::words(&entry.name) {
            self.in_name.add(word.as_str(), number);
        }
        for word in entry.words.split(' ').filter(|word| !word.is_empty()) {
            if word.is_ascii() {
                self.in_text.add(word, number);
            } else {
                // An earlier version may have folded less.
                self.in_text.add(text::fold(word).as_str(), number);
            }
        }
    }

    /// Puts them in list order.
    pub(super) fn finish(self) -> Segment {
        let mut docs: Vec<(Arc<Doc>, u32)> = self.docs.into_iter().zip(0..).collect();
        docs.sort_unstable_by(|(a, _), (b, _)| a.listed_before(b));
        let mut numbers = vec![0; docs.len()];
        for ((_, before), number) in docs.iter().zip(0_u32..) {
            numbers[*before as usize] = number;
        }
        let docs = docs.iter().map(|(doc, _)| Arc::clone(doc)).collect();
        let by_term = self.by_term.numbered(&numbers);
        let by_term = by_term.map(|(term, docs)| (term, bitmap_of(docs))).collect();
        let words = |words: Gathered<Box<str>>| {
            let words = words.numbered(&numbers);
            words.filter_map(|(word, docs)| Some((word, Docs::of(docs)?))).collect()
        };
        let (in_name, in_text) = (words(self.in_name), words(self.in_text));
        Segment::of(docs, by_term, in_name, in_text)
    }
}

impl<K> Default for Gathered<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Hash + Eq> Gathered<K> {
    /// Notes that a service has this; only what was not met before is kept as a key.
    fn add<Q: Hash + Eq + ToOwned<Owned: Into<K>> + ?Sized>(&mut self, key: &Q, number: u32)
    where
        K: Borrow<Q>,
    {
        match self.0.get_mut(key) {
            Some(numbers) => numbers.push(number),
            None => {
                self.0.insert(key.to_owned().into(), vec![number]);
            }
        }
    }

    /// Returns the numbers of those with each, in order.
    fn numbered(self, numbers: &[u32]) -> impl Iterator<Item = (K, Vec<u32>)> {
        self.0.into_iter().map(|(key, mut docs)| {
            for doc in &mut docs {
                *doc = numbers[*doc as usize];
            }
            docs.sort_unstable();
            docs.dedup();
            (key, docs)
        })
    }
}

fn doc(source: &Source, around: &Surroundings, shown_at: DateTime<Utc>) -> Doc {
    let (change, none) = (&source.change, Entry::default());
    let entry = source.entry.as_ref().unwrap_or(&none);
    let areas: Vec<(u16, &Area)> =
        (0..).zip(&around.areas).filter(|(_, area)| area.is_of(entry)).collect();
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
    Doc {
        id: change.id,
        seq: change.seq,
        status: change.status,
        last_modified: change.last_modified,
        published_at: change.published_at.max(shown_at),
        order: text::fold(&entry.name).into(),
        organization: entry.organization,
        minimum_age: entry.minimum_age,
        maximum_age: entry.maximum_age,
        features: entry.features,
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
        is_gone: source.entry.is_none(),
        is_strict: entry.is_strict,
    }
}

fn numbers(areas: &[(u16, &Area)], is_in: impl Fn(&Area) -> bool) -> Box<[u16]> {
    areas.iter().filter(|(_, area)| is_in(area)).map(|(number, _)| *number).collect()
}
