//! Pages of what several segments found, each of them in order already.

use roaring::RoaringBitmap;

use super::segment::Doc;
use super::segment::Segment;

/// What a segment found, in list order.
pub(super) struct List<'a> {
    segment: &'a Segment,
    docs: RoaringBitmap,
    /// How many items the documents before each have together, and all at the end; nothing when each
    /// document is one item.
    before: Option<Vec<u32>>,
}

impl<'a> List<'a> {
    /// A list in which each document is an item.
    pub(super) fn new(segment: &'a Segment, docs: RoaringBitmap) -> Self {
        Self { segment, docs, before: None }
    }

    /// A list in which documents are several items, or none.
    pub(super) fn of_items(
        segment: &'a Segment,
        docs: RoaringBitmap,
        items: impl Fn(&Doc) -> usize,
    ) -> Self {
        let mut before = Vec::with_capacity(usize::try_from(docs.len()).unwrap_or(0) + 1);
        let mut sum = 0;
        before.push(sum);
        for number in &docs {
            sum += u32::try_from(items(&segment.docs[number as usize])).unwrap_or(u32::MAX);
            before.push(sum);
        }
        Self { segment, docs, before: Some(before) }
    }

    /// Returns how many items there are.
    pub(super) fn len(&self) -> usize {
        usize::try_from(self.items_before(self.docs.len())).unwrap_or(usize::MAX)
    }

    fn doc(&self, index: u32) -> Option<&'a Doc> {
        Some(&self.segment.docs[self.docs.select(index)? as usize])
    }

    /// Returns how many items come before the document that is so many-th here.
    fn items_before(&self, index: u64) -> u64 {
        match &self.before {
            None => index,
            Some(before) => {
                let index = usize::try_from(index).unwrap_or(usize::MAX).min(before.len() - 1);
                u64::from(before[index])
            }
        }
    }

    /// Returns how many documents here are listed before one.
    fn docs_before(&self, doc: &Doc) -> u64 {
        let end = self.segment.docs.partition_point(|other| other.listed_before(doc).is_lt());
        self.docs.range_cardinality(..u32::try_from(end).unwrap_or(u32::MAX))
    }
}

/// Returns documents in list order, from the one with the item at `offset` on, and how many items of it
/// come before that. Where that is in each list is found by halving, without walking to it.
pub(super) fn from<'a>(
    lists: &'a [List<'a>],
    offset: usize,
) -> (impl Iterator<Item = &'a Doc>, usize) {
    let offset = u64::try_from(offset).unwrap_or(u64::MAX);
    let begins: Vec<u32> = lists.iter().map(|list| begin(lists, list, offset)).collect();
    let passed =
        lists.iter().zip(&begins).map(|(list, begin)| list.items_before(u64::from(*begin)));
    let passed: u64 = passed.sum();
    let mut heads: Vec<_> = lists
        .iter()
        .zip(begins)
        .map(|(list, begin)| {
            let from = list.docs.select(begin).unwrap_or(u32::MAX);
            list.docs
                .range(from..)
                .map(|number| list.segment.docs[number as usize].as_ref())
                .peekable()
        })
        .collect();
    let docs = std::iter::from_fn(move || {
        let next = (0..heads.len())
            .filter_map(|list| heads[list].peek().map(|doc| (list, *doc)))
            .min_by(|(_, a), (_, b)| a.listed_before(b));
        next.and_then(|(list, _)| heads[list].next())
    });
    (docs, usize::try_from(offset.saturating_sub(passed)).unwrap_or(0))
}

/// Returns how many documents of one list come whole before the item at `offset`.
fn begin(lists: &[List<'_>], of: &List<'_>, offset: u64) -> u32 {
    // The items of a document are all before it where those up to its end are.
    let is_before = |index: u32| {
        let Some(doc) = of.doc(index) else { return false };
        let items = |list: &List<'_>| {
            let before =
                if std::ptr::eq(list, of) { u64::from(index) + 1 } else { list.docs_before(doc) };
            list.items_before(before)
        };
        lists.iter().map(items).sum::<u64>() <= offset
    };
    let (mut low, mut high) = (0, u32::try_from(of.docs.len()).unwrap_or(u32::MAX));
    while low < high {
        let middle = low.midpoint(high);
        if is_before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}
