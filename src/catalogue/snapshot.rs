//! A snapshot: all segments at one moment, and the answers to queries on it.

use std::sync::Arc;

use roaring::RoaringBitmap;

use super::query::Hit;
use super::query::Hits;
use super::query::Query;
use super::query::distance_of;
use super::segment::Doc;
use super::segment::Segment;
use super::terms::Terms;
use crate::oruk::Id;
use crate::oruk::TaxonomyTerm;
use crate::store::ChangedService;

/// Segments of which the larger is less than this many times the smaller are joined.
const MERGE_FACTOR: usize = 4;

/// A segment with those of its documents that a later one has not replaced.
#[derive(Debug, Clone)]
struct Part {
    segment: Arc<Segment>,
    alive: Arc<RoaringBitmap>,
}

/// Everything published at one moment.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    generation: u64,
    parts: Vec<Part>,
    terms: Terms,
}

/// A service at a location, as listed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Listed {
    /// The service.
    pub service: Hit,
    /// The service at location.
    pub id: Id,
}

impl Snapshot {
    /// Returns the number of the latest change in it.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Returns the taxonomy terms.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Returns how many services lists show.
    pub fn len(&self) -> usize {
        let listed = |part: &Part| part.alive.intersection_len(&part.segment.listed);
        self.parts.iter().map(|part| usize::try_from(listed(part)).unwrap_or(usize::MAX)).sum()
    }

    /// Tells whether lists show nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the snapshot that follows from these changes.
    pub(super) fn with(&self, changes: &[ChangedService], terms: Terms) -> Self {
        let generation = changes.iter().map(|change| change.seq).max().unwrap_or(0);
        let mut parts = self.parts.clone();
        for part in &mut parts {
            let mut alive = RoaringBitmap::clone(&part.alive);
            let before = alive.len();
            for change in changes {
                if let Some(number) = part.segment.by_id.get(&change.id) {
                    alive.remove(*number);
                }
            }
            if alive.len() != before {
                part.alive = Arc::new(alive);
            }
        }
        parts.retain(|part| !part.alive.is_empty());
        let segment = Segment::build(changes);
        let everything = 0..u32::try_from(segment.docs.len()).unwrap_or(u32::MAX);
        parts.push(Part { segment: Arc::new(segment), alive: Arc::new(everything.collect()) });
        merge_small(&mut parts);
        Self { generation: self.generation.max(generation), parts, terms }
    }

    /// Answers a query: the total and one page, by distance when a point is asked for, else by name.
    pub fn find(&self, query: &Query, offset: usize, limit: usize) -> Hits {
        let found: Vec<RoaringBitmap> = self.matches(query);
        let total = found.iter().map(count).sum();
        let page = match query.near {
            Some(near) => {
                let mut all: Vec<(f64, &Doc)> = self
                    .docs(&found)
                    .map(|doc| (distance_of(doc, near).unwrap_or(f64::MAX), doc))
                    .collect();
                all.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| order(a.1, b.1)));
                let page = all.into_iter().skip(offset).take(limit);
                page.map(|(distance, doc)| hit(doc, Some(distance))).collect()
            }
            None => {
                self.page(&found, offset, limit).into_iter().map(|doc| hit(doc, None)).collect()
            }
        };
        Hits { total, page }
    }

    /// Answers a query with services at locations: the total and one page.
    pub fn find_at_locations(
        &self,
        query: &Query,
        offset: usize,
        limit: usize,
    ) -> (usize, Vec<Listed>) {
        let found = self.matches(query);
        let mut docs: Vec<&Doc> = self.docs(&found).collect();
        match query.near {
            Some(near) => docs.sort_by(|a, b| {
                let far = |doc| distance_of(doc, near).unwrap_or(f64::MAX);
                far(a).total_cmp(&far(b)).then_with(|| order(a, b))
            }),
            None if self.parts.len() > 1 => docs.sort_by(|a, b| order(a, b)),
            None => {}
        }
        let total = docs.iter().map(|doc| doc.places.len()).sum();
        let listed = docs.iter().flat_map(|doc| {
            doc.places
                .iter()
                .map(|place| Listed { service: hit(doc, None), id: place.service_at_location })
        });
        (total, listed.skip(offset).take(limit).collect())
    }

    /// Returns a service, or what is left of it.
    pub fn service(&self, id: Id) -> Option<Hit> {
        self.doc(id).map(|doc| hit(doc, None))
    }

    /// Returns the service that a service at location belongs to.
    pub fn service_at_location(&self, id: Id) -> Option<Listed> {
        self.parts.iter().find_map(|part| {
            let number = *part.segment.by_service_at_location.get(&id)?;
            let doc = part.segment.docs.get(number as usize)?;
            let is_shown = part.alive.contains(number) && doc.status.is_listed();
            is_shown.then(|| Listed { service: hit(doc, None), id })
        })
    }

    /// Returns the taxonomy terms of listed services with their ancestors, by taxonomy and name.
    pub fn terms_in_use(&self) -> Vec<Arc<TaxonomyTerm>> {
        let used = self.parts.iter().flat_map(|part| {
            let shown = part.alive.as_ref() & &part.segment.listed;
            let terms = part.segment.by_term.iter();
            terms.filter(move |(_, docs)| !docs.is_disjoint(&shown)).map(|(term, _)| *term)
        });
        self.terms.with_ancestors(used)
    }

    /// Returns the organisations of listed services, each with one of its services, by id.
    pub fn organizations(&self) -> Vec<(Id, Hit)> {
        self.owners(|segment| &segment.by_organization)
    }

    /// Returns the locations of listed services, each with one of the services there, by id.
    pub fn locations(&self) -> Vec<(Id, Hit)> {
        self.owners(|segment| &segment.by_location)
    }

    /// Where copies of an entity differ, that of the service with the smallest id is believed.
    fn owners(
        &self,
        index: impl Fn(&Segment) -> &std::collections::HashMap<Id, RoaringBitmap>,
    ) -> Vec<(Id, Hit)> {
        let mut owners: std::collections::BTreeMap<Id, Hit> = std::collections::BTreeMap::new();
        for part in &self.parts {
            let shown = part.alive.as_ref() & &part.segment.listed;
            for (id, docs) in index(&part.segment) {
                let docs = (docs & &shown).into_iter();
                let docs = docs.map(|number| hit(&part.segment.docs[number as usize], None));
                let Some(first) = docs.min_by_key(|hit| hit.id) else { continue };
                let owner = owners.entry(*id).or_insert(first);
                if first.id < owner.id {
                    *owner = first;
                }
            }
        }
        owners.into_iter().collect()
    }

    fn doc(&self, id: Id) -> Option<&Doc> {
        self.parts.iter().find_map(|part| {
            let number = part.segment.by_id.get(&id).filter(|n| part.alive.contains(**n))?;
            part.segment.docs.get(*number as usize)
        })
    }

    fn matches(&self, query: &Query) -> Vec<RoaringBitmap> {
        let matches = |part: &Part| query.matches(self, &part.segment, &part.alive);
        self.parts.iter().map(matches).collect()
    }

    fn docs<'a>(&'a self, found: &'a [RoaringBitmap]) -> impl Iterator<Item = &'a Doc> {
        self.parts.iter().zip(found).flat_map(|(part, found)| {
            found.iter().map(|number| &part.segment.docs[number as usize])
        })
    }

    /// Returns a page of documents in list order: each segment is in order, so they are joined like
    /// sorted lists. With one segment the page is found without walking to it.
    fn page(&self, found: &[RoaringBitmap], offset: usize, limit: usize) -> Vec<&Doc> {
        let mut lists: Vec<(&Segment, &RoaringBitmap)> = self
            .parts
            .iter()
            .zip(found)
            .filter(|(_, found)| !found.is_empty())
            .map(|(part, found)| (part.segment.as_ref(), found))
            .collect();
        if let [(segment, found)] = lists.as_slice() {
            let Some(first) = u32::try_from(offset).ok().and_then(|n| found.select(n)) else {
                return Vec::new();
            };
            let page = found.range(first..).take(limit);
            return page.map(|number| &segment.docs[number as usize]).collect();
        }
        lists.sort_by_key(|(_, found)| std::cmp::Reverse(found.len()));
        join(&lists, offset, limit)
    }
}

/// Joins ordered lists and returns a page of the whole.
fn join<'a>(lists: &[(&'a Segment, &RoaringBitmap)], offset: usize, limit: usize) -> Vec<&'a Doc> {
    let mut heads: Vec<_> = lists
        .iter()
        .map(|(segment, found)| found.iter().map(|n| &segment.docs[n as usize]).peekable())
        .collect();
    let mut page = Vec::new();
    let mut position = 0;
    while page.len() < limit {
        let next = (0..heads.len())
            .filter_map(|list| heads[list].peek().map(|doc| (list, *doc)))
            .min_by(|(_, a), (_, b)| order(a, b));
        let Some((list, doc)) = next else { break };
        heads[list].next();
        if position >= offset {
            page.push(doc);
        }
        position += 1;
    }
    page
}

/// Joins the newest segments while they are of like size, so that there are few of them and each
/// document is moved a few times only.
fn merge_small(parts: &mut Vec<Part>) {
    while let [.., older, newer] = parts.as_slice() {
        if count(&older.alive) >= count(&newer.alive).saturating_mul(MERGE_FACTOR) {
            return;
        }
        let merged = Segment::merge(&[
            (older.segment.as_ref(), older.alive.as_ref()),
            (newer.segment.as_ref(), newer.alive.as_ref()),
        ]);
        let alive = (0..u32::try_from(merged.docs.len()).unwrap_or(u32::MAX)).collect();
        parts.truncate(parts.len() - 2);
        parts.push(Part { segment: Arc::new(merged), alive: Arc::new(alive) });
    }
}

fn count(bitmap: &RoaringBitmap) -> usize {
    usize::try_from(bitmap.len()).unwrap_or(usize::MAX)
}

fn order(a: &Doc, b: &Doc) -> std::cmp::Ordering {
    (&a.order, a.id).cmp(&(&b.order, b.id))
}

fn hit(doc: &Doc, distance_m: Option<f64>) -> Hit {
    let Doc { id, seq, is_gone, is_strict, .. } = *doc;
    Hit { id, seq, distance_m, is_gone, is_strict }
}
