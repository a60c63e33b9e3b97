//! A snapshot: all segments at one moment.

use std::sync::Arc;

use chrono::DateTime;
use chrono::Utc;
use roaring::RoaringBitmap;

use super::builder::Builder;
use super::builder::Source;
use super::segment::Doc;
use super::segment::Segment;
use super::segment::Surroundings;
use super::terms::Terms;
use crate::oruk::Id;

/// Segments of which the larger is less than this many times the smaller are joined.
const MERGE_FACTOR: usize = 4;

/// A segment with those of its documents that a later one has not replaced.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) segment: Arc<Segment>,
    pub(super) alive: Arc<RoaringBitmap>,
}

/// Everything published at one moment. Questions are asked through a [`View`](super::View) of it.
#[derive(Debug, Clone)]
pub struct Snapshot {
    generation: u64,
    edition: u64,
    pub(super) parts: Vec<Part>,
    pub(super) terms: Terms,
    pub(super) around: Arc<Surroundings>,
    since: DateTime<Utc>,
    is_of_same_second: bool,
}

impl Snapshot {
    /// Returns one with nothing in it, of the edition after another's.
    pub(super) fn empty(around: Arc<Surroundings>, edition: u64) -> Self {
        Self {
            generation: 0,
            edition,
            parts: Vec::new(),
            terms: Terms::default(),
            around,
            since: DateTime::UNIX_EPOCH,
            is_of_same_second: false,
        }
    }

    /// Returns the one that takes its place when everything was read anew, up to change `generation`.
    pub(super) fn replaced_by(
        &self,
        segment: Segment,
        around: Arc<Surroundings>,
        terms: Terms,
        generation: u64,
        now: DateTime<Utc>,
    ) -> Self {
        let edition = self.edition + 1;
        let is_of_same_second = self.since.timestamp() == now.timestamp();
        let parts = vec![Part::of(segment)];
        Self { generation, edition, parts, terms, around, since: now, is_of_same_second }
    }

    /// Returns the number of the latest change in it.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Returns its number in this process: no two snapshots have the same, not even where areas or terms
    /// changed and no service did.
    pub fn edition(&self) -> u64 {
        self.edition
    }

    /// Returns since when it is the present one.
    pub fn since(&self) -> DateTime<Utc> {
        self.since
    }

    /// Tells whether the one before it was still present in the same second, so that the second alone
    /// does not tell them apart.
    pub fn shares_its_second(&self) -> bool {
        self.is_of_same_second
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

    /// Returns the taxonomy terms.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Returns the snapshot that follows from these changes.
    pub(super) fn with(&self, changes: &[Source], terms: Terms, now: DateTime<Utc>) -> Self {
        let generation = changes.iter().map(Source::seq).max().unwrap_or(0);
        let mut parts = self.parts.clone();
        for part in &mut parts {
            let replaced = changes.iter().filter_map(|change| part.segment.ids.first(change.id()));
            let replaced: RoaringBitmap = replaced.collect();
            if !replaced.is_disjoint(&part.alive) {
                part.alive = Arc::new(part.alive.as_ref() - &replaced);
            }
        }
        parts.retain(|part| !part.alive.is_empty());
        let mut builder = Builder::new(Arc::clone(&self.around));
        for change in changes {
            builder.add(change, now);
        }
        parts.push(Part::of(builder.finish()));
        merge_small(&mut parts);
        Self {
            generation: self.generation.max(generation),
            edition: self.edition + 1,
            parts,
            terms,
            around: Arc::clone(&self.around),
            since: now,
            is_of_same_second: self.since.timestamp() == now.timestamp(),
        }
    }

    /// Returns since when a service is shown as this change left it, for a snapshot made anew at this time.
    pub(super) fn shown_at(&self, source: &Source, now: DateTime<Utc>) -> DateTime<Utc> {
        if self.edition == 0 {
            // Most of it was shown before, by an earlier process.
            return DateTime::UNIX_EPOCH;
        }
        let known = self.find(source.id()).map(|(part, number)| part.doc(number));
        let known = known.filter(|doc| doc.seq == source.seq());
        known.map_or(now, |doc| doc.published_at)
    }

    /// Returns the part that holds a service, and its number there.
    pub(super) fn find(&self, id: Id) -> Option<(&Part, u32)> {
        self.parts.iter().find_map(|part| {
            let number = part.segment.ids.first(id).filter(|n| part.alive.contains(*n))?;
            Some((part, number))
        })
    }
}

impl Part {
    fn of(segment: Segment) -> Self {
        let all = 0..u32::try_from(segment.docs.len()).unwrap_or(u32::MAX);
        Self { segment: Arc::new(segment), alive: Arc::new(all.collect()) }
    }

    pub(super) fn doc(&self, number: u32) -> &Doc {
        &self.segment.docs[number as usize]
    }
}

/// Joins the newest segments while they are of like size, so that there are few of them and each
/// document is moved a few times only.
fn merge_small(parts: &mut Vec<Part>) {
    while let [.., older, newer] = parts.as_slice() {
        if older.alive.len() >= newer.alive.len().saturating_mul(MERGE_FACTOR as u64) {
            return;
        }
        let merged = Segment::merge(&[
            (older.segment.as_ref(), older.alive.as_ref()),
            (newer.segment.as_ref(), newer.alive.as_ref()),
        ]);
        parts.truncate(parts.len() - 2);
        parts.push(Part::of(merged));
    }
}
