//! Queries: what a filter means, and how its parts are joined.
//!
//! Different parameters narrow each other (AND); the values of one widen each other (OR).

use std::ops::Bound;

use chrono::DateTime;
use chrono::Utc;
use roaring::MultiOps as _;
use roaring::RoaringBitmap;

use super::entry::TimeEntry;
use super::features::Features;
use super::keys::Keys;
use super::segment::Ages;
use super::segment::Doc;
use super::segment::DocPlace;
use super::segment::Docs;
use super::segment::Segment;
use super::segment::Words;
use super::segment::hundredths;
use super::terms::Terms;
use super::text;
use crate::oruk::Id;
use crate::places::BoundingBox;
use crate::places::Ruler;

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

impl Near {
    pub(super) fn ruler(&self) -> Ruler {
        Ruler::at(self.latitude, self.longitude)
    }
}

/// When a session is: what is given of it must hold of one session together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct When {
    /// Days of the week as bits, Monday the lowest; none for any.
    pub days: u8,
    /// It starts at this time or later, in minutes after midnight.
    pub start_time: Option<u16>,
    /// It starts before this time, in minutes after midnight.
    pub starts_before: Option<u16>,
    /// It ends at this time or earlier, in minutes after midnight; after the next one where that is before
    /// `start_time`.
    pub end_time: Option<u16>,
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Query {
    /// Words, all of which must occur; the last may be the beginning of one. Up to four words of five letters
    /// or more that occur nowhere may have one letter wrong; in an area those that occur nowhere in it, and hardly
    /// elsewhere.
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
    /// Somebody of this age, in years, may take part, or it is not stated that they may not.
    pub age: Option<f64>,
    /// It is all of this.
    pub features: Features,
    /// A session is at one of these times; nothing where it may be at any.
    pub when: Vec<When>,
    /// Around a point.
    pub near: Option<Near>,
    /// Within a box of degrees.
    pub bounds: Option<BoundingBox>,
    /// Of these organisations.
    pub organizations: Vec<Id>,
    /// At one of these locations.
    pub locations: Vec<Id>,
    /// Changed or published here at this time or later; then what is over is included, and what is gone whatever
    /// else is asked, since a tombstone does not tell what it was.
    pub modified_after: Option<DateTime<Utc>>,
    /// Whether what is gone is left out all the same, as in 1.0, which has no tombstones.
    pub without_gone: bool,
}

/// A service that answers a query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// The service.
    pub id: Id,
    /// The number of its latest change.
    pub seq: u64,
    /// When its content last changed.
    pub last_modified: DateTime<Utc>,
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

/// Up to how many documents are measured one by one.
const FEW: u64 = 2_000;

/// How many words of a search may be written wrong: each is looked for in some thousand forms.
const MAX_FORGIVEN: usize = 4;

/// The words of a search as they are looked for in the index.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Search {
    /// All must occur.
    words: Vec<Word>,
}

/// A word in the forms of which one must occur: as it was written, else as it may have been meant.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Word {
    forms: Vec<String>,
    /// Whether it may be the beginning of a word.
    is_beginning: bool,
}

/// What answers a query in a segment.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) docs: RoaringBitmap,
    /// Those of them with every word of the search in their name.
    pub(super) by_name: RoaringBitmap,
    /// How far they are from the point asked for, in metres, by document; others may be among them.
    pub(super) away: Vec<(u32, f64)>,
}

impl Search {
    /// Reads a search. `occurs` tells whether a word, or the beginning of one, is no slip, `is_here` whether it is where
    /// it is looked for.
    pub(super) fn read(
        asked: &str,
        occurs: impl Fn(&str, bool) -> bool,
        is_here: impl Fn(&str, bool) -> bool,
    ) -> Self {
        let words = text::words(asked);
        let last = words.len().saturating_sub(1);
        let mut left = MAX_FORGIVEN;
        let words = words.into_iter().enumerate().map(|(at, word)| {
            let is_beginning = at == last;
            let mut forms = Vec::new();
            if left > 0 && !occurs(&word, is_beginning) {
                forms = text::slips(&word);
                forms.retain(|slip| is_here(slip, is_beginning));
                // All words must occur: where one does not, it is of no use to forgive others.
                left = if forms.is_empty() { 0 } else { left - 1 };
            }
            if forms.is_empty() {
                forms.push(word);
            }
            Word { forms, is_beginning }
        });
        Self { words: words.collect() }
    }

    /// Returns the documents with all words in their name, and with all words anywhere.
    fn matches(&self, segment: &Segment) -> (RoaringBitmap, RoaringBitmap) {
        let mut all: Option<(RoaringBitmap, RoaringBitmap)> = None;
        for word in &self.words {
            let (mut in_name, mut anywhere) = (RoaringBitmap::new(), RoaringBitmap::new());
            for form in &word.forms {
                in_name |= with_word(segment, &segment.in_name, form, word.is_beginning);
                anywhere |= with_word(segment, &segment.in_text, form, word.is_beginning);
            }
            anywhere |= &in_name;
            all = Some(match all {
                Some((names, texts)) => (names & in_name, texts & anywhere),
                None => (in_name, anywhere),
            });
        }
        all.unwrap_or_default()
    }
}

/// Returns the documents with a word of the same stem, or with one that begins so.
pub(super) fn with_word(
    segment: &Segment,
    words: &Words,
    word: &str,
    is_beginning: bool,
) -> RoaringBitmap {
    let stem = text::stem(word);
    // A word is among those that begin with it.
    let itself = (!is_beginning || stem != word).then_some(stem.as_str());
    let others = segment.with_stem(&stem).iter().map(Box::as_ref);
    let akin = itself.into_iter().chain(others).filter_map(|word| words.get(word));
    if !is_beginning {
        return all_of(akin);
    }
    let from = (Bound::Included(word), Bound::Unbounded);
    let longer = words.range::<str, _>(from).take_while(|(longer, _)| longer.starts_with(word));
    all_of(akin.chain(longer.map(|(_, docs)| docs)))
}

impl Query {
    /// Returns the documents of a segment that answer the query, of those in `scope`, which is that of an area or of
    /// everything.
    pub(super) fn matches(
        &self,
        search: Option<&Search>,
        terms: &Terms,
        segment: &Segment,
        scope: &RoaringBitmap,
        area: Option<u16>,
    ) -> Found {
        let mut docs = match self.modified_after {
            Some(_) => scope.clone(),
            None => scope & &segment.listed,
        };
        for narrowed in [
            self.by_terms(terms, segment),
            self.by_taxonomies(terms, segment),
            any_of(&segment.organizations, &self.organizations),
            any_of(&segment.locations, &self.locations),
            self.by_days(segment),
            self.by_minimum_age(segment),
            self.by_maximum_age(segment),
            self.by_age(segment),
            self.by_features(segment),
            self.bounds.as_ref().map(|bounds| by_bounds(segment, bounds)),
        ]
        .into_iter()
        .flatten()
        {
            docs &= narrowed;
        }
        let mut by_name = RoaringBitmap::new();
        if let Some(search) = search {
            let (in_name, anywhere) = search.matches(segment);
            docs &= anywhere;
            by_name = in_name;
        }
        let mut away = Vec::new();
        if let Some(near) = self.near {
            // A few documents are measured one by one, without asking for all that is around.
            let are_few = docs.len() <= FEW;
            if !are_few {
                away = all_within(segment, near);
                docs &= numbers_of(&away);
            }
            if are_few || area.is_some() || self.bounds.is_some() {
                away = few_within(segment, &docs, near, |place| self.may_be_at(place, area));
                docs &= numbers_of(&away);
            }
        } else if self.bounds.is_some() && area.is_some() {
            let is_there = |number: &u32| {
                let mut places = segment.docs[*number as usize].places.iter();
                places.any(|place| self.may_be_at(place, area))
            };
            let there = RoaringBitmap::from_sorted_iter(docs.iter().filter(is_there));
            docs = there.unwrap_or_default();
        }
        if self.asks_for_a_time() || self.modified_after.is_some() {
            let kept = docs.iter().filter(|number| self.holds(&segment.docs[*number as usize]));
            docs = RoaringBitmap::from_sorted_iter(kept).unwrap_or_default();
        }
        by_name &= &docs;
        Found { docs, by_name, away }
    }

    /// Tells whether a place is in the area, where that is not everything, and within the box that is asked for.
    pub(super) fn may_be_at(&self, place: &DocPlace, area: Option<u16>) -> bool {
        let is_within =
            |bounds: BoundingBox| place.points().any(|(lat, lon)| bounds.contains(lat, lon));
        area.is_none_or(|area| place.areas.contains(&area)) && self.bounds.is_none_or(is_within)
    }

    /// Tells whether what is left of a service is part of the answer.
    pub(super) fn wants_gone(&self, doc: &Doc) -> bool {
        !self.without_gone && self.modified_after.is_some_and(|time| doc.is_since(time))
    }

    fn by_terms(&self, terms: &Terms, segment: &Segment) -> Option<RoaringBitmap> {
        let wanted = self.terms.iter().flat_map(|term| terms.with_descendants(*term));
        (!self.terms.is_empty()).then(|| union(wanted.filter_map(|id| segment.by_term.get(&id))))
    }

    fn by_taxonomies(&self, terms: &Terms, segment: &Segment) -> Option<RoaringBitmap> {
        let of_taxonomy = segment.by_term.iter().filter(|(term, _)| {
            let term = terms.find(**term);
            term.is_some_and(|term| self.taxonomies.contains(&term.taxonomy_id))
        });
        (!self.taxonomies.is_empty()).then(|| union(of_taxonomy.map(|(_, docs)| docs)))
    }

    fn by_days(&self, segment: &Segment) -> Option<RoaringBitmap> {
        if self.when.iter().any(|when| when.days == 0) {
            return None;
        }
        let all = self.when.iter().fold(0, |all, when| all | when.days);
        let days = (0..7).filter(|day| all & (1 << day) != 0);
        (all != 0).then(|| union(days.map(|day| &segment.by_day[day])))
    }

    fn by_minimum_age(&self, segment: &Segment) -> Option<RoaringBitmap> {
        let wanted = self.minimum_age?;
        let Ages { stated, unstated } = &segment.by_minimum_age;
        let old_enough = stated.range(hundredths(wanted)..).map(|(_, docs)| docs);
        let open = (self.open_ages && wanted <= 0.0).then_some(unstated);
        Some(union(old_enough.chain(open)) | self.open_to_all(segment))
    }

    fn by_maximum_age(&self, segment: &Segment) -> Option<RoaringBitmap> {
        let wanted = self.maximum_age?;
        let Ages { stated, unstated } = &segment.by_maximum_age;
        let young_enough = stated.range(..=hundredths(wanted)).map(|(_, docs)| docs);
        let open = (self.open_ages && wanted >= 120.0).then_some(unstated);
        Some(union(young_enough.chain(open)) | self.open_to_all(segment))
    }

    fn by_age(&self, segment: &Segment) -> Option<RoaringBitmap> {
        let age = hundredths(self.age?);
        let (youngest, oldest) = (&segment.by_minimum_age, &segment.by_maximum_age);
        let old_enough = union(youngest.stated.range(..=age).map(|(_, docs)| docs));
        let young_enough = union(oldest.stated.range(age..).map(|(_, docs)| docs));
        Some((old_enough | &youngest.unstated) & (young_enough | &oldest.unstated))
    }

    fn by_features(&self, segment: &Segment) -> Option<RoaringBitmap> {
        let features = Features::ALL.into_iter().zip(&segment.by_feature);
        let wanted = features.filter(|(feature, _)| self.features.contains(*feature));
        (!self.features.is_empty()).then(|| wanted.map(|(_, docs)| docs).intersection())
    }

    fn open_to_all(&self, segment: &Segment) -> RoaringBitmap {
        if self.open_ages {
            &segment.by_minimum_age.unstated & &segment.by_maximum_age.unstated
        } else {
            RoaringBitmap::new()
        }
    }

    fn holds(&self, doc: &Doc) -> bool {
        self.modified_after.is_none_or(|time| doc.is_since(time)) && self.holds_at_some_time(doc)
    }

    fn asks_for_a_time(&self) -> bool {
        self.when.iter().any(When::has_time)
    }

    /// Day, start and end must be those of one schedule. Days alone were found before.
    fn holds_at_some_time(&self, doc: &Doc) -> bool {
        !self.asks_for_a_time()
            || doc.times.iter().any(|time| self.when.iter().any(|when| when.holds(time)))
    }
}

impl When {
    fn has_time(&self) -> bool {
        self.start_time.or(self.starts_before).or(self.end_time).is_some()
    }

    fn holds(&self, time: &TimeEntry) -> bool {
        (self.days == 0 || time.days & self.days != 0)
            && self.start_time.is_none_or(|t| time.opens.is_some_and(|opens| opens >= t))
            && self.starts_before.is_none_or(|t| time.opens.is_some_and(|opens| opens < t))
            && self.end_time.is_none_or(|t| {
                let latest = after(self.start_time, t);
                time.closes.is_some_and(|closes| after(time.opens, closes) <= latest)
            })
    }
}

/// Returns when something ends that begins at a time, in minutes after the midnight before it.
fn after(begin: Option<u16>, end: u16) -> u16 {
    if begin.is_some_and(|begin| begin > end) { end + MINUTES_A_DAY } else { end }
}

const MINUTES_A_DAY: u16 = 24 * 60;

/// Joins sets of documents.
pub(super) fn union<'a>(docs: impl Iterator<Item = &'a RoaringBitmap>) -> RoaringBitmap {
    docs.union()
}

/// Returns all documents of several words.
fn all_of<'a>(words: impl Iterator<Item = &'a Docs>) -> RoaringBitmap {
    let mut alone = Vec::new();
    let mut all = union(words.filter_map(|docs| match docs {
        Docs::One(number) => {
            alone.push(*number);
            None
        }
        Docs::Many(bitmap) => Some(bitmap),
    }));
    all.extend(alone);
    all
}

fn any_of(keys: &Keys, wanted: &[Id]) -> Option<RoaringBitmap> {
    (!wanted.is_empty()).then(|| keys.any_of(wanted))
}

fn by_bounds(segment: &Segment, bounds: &BoundingBox) -> RoaringBitmap {
    let mut docs = Vec::new();
    segment.within(bounds, |number, _| docs.push(number));
    docs.sort_unstable();
    docs.dedup();
    RoaringBitmap::from_sorted_iter(docs).unwrap_or_default()
}

/// Returns the documents near a point, with how far they are, in order of their numbers.
fn all_within(segment: &Segment, near: Near) -> Vec<(u32, f64)> {
    let around = BoundingBox::around(near.latitude, near.longitude, near.within_m);
    let ruler = near.ruler();
    let mut away = Vec::new();
    segment.within(&around, |number, (latitude, longitude)| {
        let metres = ruler.metres_to(latitude, longitude);
        if metres <= near.within_m {
            away.push((number, metres));
        }
    });
    away.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    // Of several places the nearest counts.
    away.dedup_by_key(|(number, _)| *number);
    away
}

/// Returns those of some documents that have such a place near a point, with how far it is, in order of their numbers.
fn few_within(
    segment: &Segment,
    docs: &RoaringBitmap,
    near: Near,
    is_meant: impl Fn(&DocPlace) -> bool,
) -> Vec<(u32, f64)> {
    let ruler = near.ruler();
    let away = docs.iter().filter_map(|number| {
        let places = segment.docs[number as usize].places.iter().filter(|place| is_meant(place));
        let metres = places.filter_map(|place| place_distance(place, &ruler));
        Some((number, metres.min_by(f64::total_cmp)?))
    });
    away.filter(|(_, metres)| *metres <= near.within_m).collect()
}

fn numbers_of(away: &[(u32, f64)]) -> RoaringBitmap {
    let numbers = away.iter().map(|(number, _)| *number);
    RoaringBitmap::from_sorted_iter(numbers).unwrap_or_default()
}

/// Returns how far a place is, in metres.
pub(super) fn place_distance(place: &DocPlace, ruler: &Ruler) -> Option<f64> {
    let away = |(latitude, longitude)| ruler.metres_to(latitude, longitude);
    place.points().map(away).min_by(f64::total_cmp)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn only_so_many_words_are_forgiven_and_none_after_one_that_is_nowhere() {
        let right = ["badminton", "football", "swimming", "walking", "climbing"];
        let wrong = ["badmintn", "fotball", "swiming", "wlaking", "climbng"];
        let forms_of = |asked: &[&str]| {
            let looks = Cell::new(0);
            let occurs = |word: &str, _: bool| {
                looks.set(looks.get() + 1);
                right.contains(&word)
            };
            let search = Search::read(&asked.join(" "), occurs, occurs);
            let forms = search.words.into_iter().map(|word| word.forms.concat());
            (forms.collect::<Vec<_>>(), looks.get())
        };
        assert_eq!(forms_of(&wrong).0, [&right[..4], &wrong[4..]].concat());
        // A word of nine letters is one slip away from 260 with a letter more, 225 with another letter, 9 with one
        // less and 8 with two that changed places, so that one word is looked for 503 times at most.
        let nowhere = vec!["abcdefghi"; 200];
        let (forms, looks) = forms_of(&nowhere);
        assert_eq!(forms, nowhere);
        assert!(looks <= 503, "{looks}");
    }

    #[test]
    fn a_session_past_midnight_ends_on_the_next_day() {
        let evening = |start_time: Option<u16>, end_time: u16| When {
            start_time,
            end_time: Some(end_time),
            ..When::default()
        };
        // From 22:00 to 01:00, 23:00 to 24:00 and 18:00 to 19:00.
        let times = [(22 * 60, 60), (23 * 60, 0), (18 * 60, 19 * 60)];
        for (when, held) in [
            (evening(None, 20 * 60), [false, false, true]),
            (evening(Some(18 * 60), 23 * 60), [false, false, true]),
            (evening(Some(22 * 60), 60), [true, true, false]),
            (evening(Some(17 * 60), 30), [false, true, true]),
        ] {
            let holds = times.map(|(opens, closes)| {
                when.holds(&TimeEntry { days: 1, opens: Some(opens), closes: Some(closes) })
            });
            assert_eq!(holds, held, "{when:?}");
        }
    }
}
