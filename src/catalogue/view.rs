//! A view: a snapshot, or the part of it that is in an area, and the answers to questions on it.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use roaring::RoaringBitmap;

use super::area::Area;
use super::keys::Keys;
use super::list;
use super::list::List;
use super::query::Found;
use super::query::Hit;
use super::query::Hits;
use super::query::Query;
use super::query::Search;
use super::query::place_distance;
use super::query::union;
use super::query::with_word;
use super::segment::Doc;
use super::segment::DocPlace;
use super::segment::Segment;
use super::snapshot::Part;
use super::snapshot::Snapshot;
use crate::oruk::Id;
use crate::oruk::TaxonomyTerm;
use crate::places::Ruler;

/// From how many services on a word that they say is none that was written wrong.
const SEVERAL: u64 = 5;

/// A snapshot as one root of the API shows it: all of it, or an area.
#[derive(Debug, Clone)]
pub struct View {
    snapshot: Arc<Snapshot>,
    /// The number of the area.
    area: Option<u16>,
}

/// A service at a location, as listed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Listed {
    /// The service.
    pub service: Hit,
    /// The service at location.
    pub id: Id,
}

impl View {
    /// Returns the view of everything.
    pub(super) fn whole(snapshot: Arc<Snapshot>) -> Self {
        Self { snapshot, area: None }
    }

    /// Returns the view of an area; nothing when there is none of this slug.
    pub(super) fn of_area(snapshot: Arc<Snapshot>, slug: &str) -> Option<Self> {
        let number = snapshot.around.areas.iter().position(|area| area.slug == slug)?;
        Some(Self { area: Some(u16::try_from(number).ok()?), snapshot })
    }

    /// Returns the snapshot.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Returns the area, unless it is everything.
    pub fn area(&self) -> Option<&Area> {
        self.snapshot.around.areas.get(usize::from(self.area?))
    }

    /// Returns how many services lists show.
    pub fn len(&self) -> usize {
        self.shown().map(|(_, shown)| count(&shown)).sum()
    }

    /// Tells whether lists show nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Answers a query: the total and one page. By distance when a point is asked for; else those with
    /// all words in their name first; then by name.
    pub fn find(&self, query: &Query, offset: usize, limit: usize) -> Hits {
        let found = self.matches(query);
        let total = found.iter().map(|(_, found)| count(&found.docs)).sum();
        if query.near.is_some() {
            let mut all = nearest(&found);
            let nearer = |a: &(f64, &Doc), b: &(f64, &Doc)| {
                a.0.total_cmp(&b.0).then_with(|| a.1.listed_before(b.1))
            };
            order_until(&mut all, offset.saturating_add(limit), nearer);
            let page = all.into_iter().skip(offset).take(limit);
            let page = page.map(|(distance, doc)| hit(doc, Some(distance))).collect();
            return Hits { total, page };
        }
        let (named, rest) = by_name_first(&found, List::new);
        let mut page = Vec::new();
        let mut before = 0;
        for lists in [&named, &rest] {
            let (docs, _) = list::from(lists, offset.saturating_sub(before));
            page.extend(docs.take(limit - page.len()).map(|doc| hit(doc, None)));
            before += lists.iter().map(List::len).sum::<usize>();
        }
        Hits { total, page }
    }

    /// Answers a query with services at locations: the total and one page, in the order of
    /// [`find`](Self::find).
    pub fn find_at_locations(
        &self,
        query: &Query,
        offset: usize,
        limit: usize,
    ) -> (usize, Vec<Listed>) {
        let found = self.matches(query);
        let ruler = query.near.map(|near| (near.ruler(), near.within_m));
        let is_near = |place: &DocPlace| {
            ruler.is_none_or(|(ruler, most)| {
                place_distance(place, &ruler).is_some_and(|metres| metres <= most)
            })
        };
        let is_listed = |place: &&DocPlace| query.may_be_at(place, self.area) && is_near(place);
        if let Some(near) = query.near {
            return nearest_places(&found, near.ruler(), is_listed, offset, limit);
        }
        let items = |doc: &Doc| doc.places.iter().filter(is_listed).count();
        let (named, rest) =
            by_name_first(&found, |segment, docs| List::of_items(segment, docs, items));
        let mut page = Vec::new();
        let mut before = 0;
        for lists in [&named, &rest] {
            let (docs, skipped) = list::from(lists, offset.saturating_sub(before));
            let places = docs
                .flat_map(|doc| doc.places.iter().filter(is_listed).map(move |place| (doc, place)));
            let places = places.skip(skipped).take(limit - page.len());
            page.extend(places.map(|(doc, place)| Listed {
                service: hit(doc, None),
                id: place.service_at_location,
            }));
            before += lists.iter().map(List::len).sum::<usize>();
        }
        (before, page)
    }

    /// Returns a service, or what is left of it.
    pub fn service(&self, id: Id) -> Option<Hit> {
        let (part, number) = self.snapshot.find(id)?;
        let doc = part.doc(number);
        (doc.is_gone || self.scope(part).contains(number)).then(|| hit(doc, None))
    }

    /// Returns the service that a service at location belongs to. Lists of an area leave out what is
    /// elsewhere, but a service there names all its places, so each can be asked for.
    pub fn service_at_location(&self, id: Id) -> Option<Listed> {
        self.shown().find_map(|(part, shown)| {
            let number = part.segment.services_at_locations.first(id)?;
            let doc = part.doc(number);
            shown.contains(number).then(|| Listed { service: hit(doc, None), id })
        })
    }

    /// Returns the taxonomy terms of listed services with their ancestors, by taxonomy and name.
    pub fn terms_in_use(&self) -> Vec<Arc<TaxonomyTerm>> {
        let used = self.shown().flat_map(|(part, shown)| {
            let terms = part.segment.by_term.iter();
            terms.filter(move |(_, docs)| !docs.is_disjoint(&shown)).map(|(term, _)| *term)
        });
        self.snapshot.terms.with_ancestors(used)
    }

    /// Returns a taxonomy term, while a listed service has it or a narrower one.
    pub fn term(&self, id: Id) -> Option<&TaxonomyTerm> {
        let wanted = self.snapshot.terms.with_descendants(id);
        let is_used = self.shown().any(|(part, shown)| {
            let docs = wanted.iter().filter_map(|term| part.segment.by_term.get(term));
            docs.into_iter().any(|docs| !docs.is_disjoint(&shown))
        });
        self.snapshot.terms.find(id).filter(|_| is_used)
    }

    /// Returns the organisations of listed services, each with one of its services, by id.
    pub fn organizations(&self) -> Vec<(Id, Hit)> {
        self.owners(|segment| &segment.organizations, |_, _| true)
    }

    /// Returns the locations of listed services, each with one of the services there, by id.
    pub fn locations(&self) -> Vec<(Id, Hit)> {
        self.owners(
            |segment| &segment.locations,
            |doc, id| doc.places.iter().any(|place| place.location == id && self.shows(place)),
        )
    }

    /// Where copies of an entity differ, that of the service with the smallest id is believed.
    fn owners(
        &self,
        index: impl Fn(&Segment) -> &Keys,
        is_shown: impl Fn(&Doc, Id) -> bool,
    ) -> Vec<(Id, Hit)> {
        let mut owners: BTreeMap<Id, Hit> = BTreeMap::new();
        for (part, shown) in self.shown() {
            for (id, docs) in index(&part.segment).groups() {
                let docs = docs.filter(|number| shown.contains(*number));
                let docs = docs.map(|number| part.doc(number));
                let docs = docs.filter(|doc| is_shown(doc, id)).map(|doc| hit(doc, None));
                let Some(first) = docs.min_by_key(|hit| hit.id) else { continue };
                let owner = owners.entry(id).or_insert(first);
                if first.id < owner.id {
                    *owner = first;
                }
            }
        }
        owners.into_iter().collect()
    }

    /// Returns the documents of each part that answer a query.
    fn matches(&self, query: &Query) -> Vec<(&Part, Found)> {
        let parts = self.snapshot.parts.iter().map(|part| (part, self.scope(part)));
        let parts: Vec<(&Part, RoaringBitmap)> = parts.collect();
        let is_here = |word: &str, is_beginning: bool| {
            parts.iter().any(|(part, scope)| {
                let segment = part.segment.as_ref();
                [&segment.in_name, &segment.in_text].into_iter().any(|words| {
                    let with_word = with_word(segment, words, word, is_beginning);
                    !(with_word & scope).is_disjoint(&segment.listed)
                })
            })
        };
        let count = |word: &str, is_beginning: bool| {
            let of_part = |(part, _): &(&Part, RoaringBitmap)| {
                let segment = part.segment.as_ref();
                let [named, said] = [&segment.in_name, &segment.in_text]
                    .map(|words| with_word(segment, words, word, is_beginning));
                ((named | said) & part.alive.as_ref() & &segment.listed).len()
            };
            parts.iter().map(of_part).sum::<u64>()
        };
        // What is right elsewhere is no slip in an area, where another word would be shown in its place. But what a few
        // say there may be a slip of theirs, unless a vocabulary says it too.
        let occurs = |word: &str, is_beginning: bool| {
            is_here(word, is_beginning)
                || match count(word, is_beginning) {
                    0 => false,
                    SEVERAL.. => true,
                    _ => self.snapshot.terms.is_named(word, is_beginning),
                }
        };
        let search = query.search.as_deref().map(|asked| Search::read(asked, occurs, is_here));
        let found = parts.iter().map(|(part, scope)| {
            let terms = &self.snapshot.terms;
            let mut found = query.matches(search.as_ref(), terms, &part.segment, scope, self.area);
            if query.modified_after.is_some() {
                let gone = part.alive.as_ref() & &part.segment.gone;
                found.docs.extend(gone.iter().filter(|n| query.wants_gone(part.doc(*n))));
            }
            (*part, found)
        });
        found.collect()
    }

    /// Returns the parts with the documents that lists of this view show.
    fn shown(&self) -> impl Iterator<Item = (&Part, RoaringBitmap)> {
        self.snapshot.parts.iter().map(|part| (part, self.scope(part) & &part.segment.listed))
    }

    /// Returns the documents of a part that are in this view.
    pub(super) fn scope(&self, part: &Part) -> RoaringBitmap {
        let (Some(number), Some(area)) = (self.area, self.area()) else {
            return part.alive.as_ref() - &part.segment.gone;
        };
        let Some(of_area) = part.segment.by_area.get(&number) else { return RoaringBitmap::new() };
        let mut scope = part.alive.as_ref() & of_area;
        let terms = &self.snapshot.terms;
        if let Some(wanted) = area.terms(terms.names()) {
            let wanted = wanted.into_iter().flat_map(|term| terms.with_descendants(term));
            scope &= union(wanted.filter_map(|id| part.segment.by_term.get(&id)));
        }
        scope
    }

    fn shows(&self, place: &DocPlace) -> bool {
        self.area.is_none_or(|area| place.areas.contains(&area))
    }
}

fn nearest_places(
    found: &[(&Part, Found)],
    ruler: Ruler,
    is_listed: impl Fn(&&DocPlace) -> bool,
    offset: usize,
    limit: usize,
) -> (usize, Vec<Listed>) {
    let mut listed: Vec<(f64, &Doc, &DocPlace)> = Vec::new();
    for (part, found) in found {
        for doc in found.docs.iter().map(|number| part.doc(number)) {
            let places = doc.places.iter().filter(&is_listed);
            listed.extend(places.filter_map(|p| Some((place_distance(p, &ruler)?, doc, p))));
        }
    }
    let total = listed.len();
    order_until(&mut listed, offset.saturating_add(limit), |a, b| {
        a.0.total_cmp(&b.0).then_with(|| a.1.listed_before(b.1))
    });
    let page = listed.iter().skip(offset).take(limit).map(|(away, doc, place)| Listed {
        service: hit(doc, Some(*away)),
        id: place.service_at_location,
    });
    (total, page.collect())
}

/// Makes lists of what was found: those with all words of the search in their name, and the others.
fn by_name_first<'a>(
    found: &'a [(&'a Part, Found)],
    list: impl Fn(&'a Segment, RoaringBitmap) -> List<'a>,
) -> (Vec<List<'a>>, Vec<List<'a>>) {
    let lists = |docs: &dyn Fn(&Found) -> RoaringBitmap| {
        let lists = found.iter().map(|(part, found)| list(&part.segment, docs(found)));
        lists.collect()
    };
    (lists(&|found| found.by_name.clone()), lists(&|found| &found.docs - &found.by_name))
}

/// Returns what was found with how far it is; what is gone, and so nowhere, comes last.
fn nearest<'a>(found: &'a [(&Part, Found)]) -> Vec<(f64, &'a Doc)> {
    let mut all = Vec::new();
    for (part, found) in found {
        let away = found.away.iter().filter(|(number, _)| found.docs.contains(*number));
        all.extend(away.map(|(number, metres)| (*metres, part.doc(*number))));
        let gone = &found.docs & &part.segment.gone;
        all.extend(gone.iter().map(|number| (f64::MAX, part.doc(number))));
    }
    all
}

/// Puts in order what comes before `end`, and drops the rest.
fn order_until<T>(all: &mut Vec<T>, end: usize, order: impl Fn(&T, &T) -> Ordering) {
    if end < all.len() {
        all.select_nth_unstable_by(end, &order);
        all.truncate(end);
    }
    all.sort_by(order);
}

fn count(docs: &RoaringBitmap) -> usize {
    usize::try_from(docs.len()).unwrap_or(usize::MAX)
}

pub(super) fn hit(doc: &Doc, distance_m: Option<f64>) -> Hit {
    let Doc { id, seq, last_modified, is_gone, is_strict, .. } = *doc;
    Hit { id, seq, last_modified, distance_m, is_gone, is_strict }
}
