//! Pages of what several segments found, each of them in order already.

use roaring::RoaringBitmap;

use super::segment::Doc;
use super::segment::Segment;

/// Returns a page of documents in list order, without walking to it: where it begins in each segment is
/// found by halving.
pub(super) fn page<'a>(
    lists: &[(&'a Segment, &RoaringBitmap)],
    offset: usize,
    limit: usize,
) -> Vec<&'a Doc> {
    let offset = u64::try_from(offset).unwrap_or(u64::MAX);
    let mut heads: Vec<_> = lists
        .iter()
        .map(|list| {
            let from = list.1.select(begin(lists, list, offset)).map_or(u32::MAX, |number| number);
            let (segment, docs) = *list;
            docs.range(from..).map(|number| &segment.docs[number as usize]).peekable()
        })
        .collect();
    let mut page = Vec::new();
    while page.len() < limit {
        let next = (0..heads.len())
            .filter_map(|list| heads[list].peek().map(|doc| (list, *doc)))
            .min_by(|(_, a), (_, b)| a.listed_before(b));
        let Some((list, doc)) = next else { break };
        heads[list].next();
        page.push(doc);
    }
    page
}

/// Returns how many documents of one list come before the page.
fn begin(
    lists: &[(&Segment, &RoaringBitmap)],
    of: &(&Segment, &RoaringBitmap),
    offset: u64,
) -> u32 {
    let (segment, docs) = of;
    if lists.len() == 1 {
        return u32::try_from(offset).unwrap_or(u32::MAX);
    }
    let (mut low, mut high) = (0, u32::try_from(docs.len()).unwrap_or(u32::MAX));
    while low < high {
        let middle = low.midpoint(high);
        let Some(number) = docs.select(middle) else { break };
        let doc = &segment.docs[number as usize];
        let before: u64 = lists.iter().map(|list| count_before(list, doc)).sum();
        if before < offset {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

fn count_before((segment, docs): &(&Segment, &RoaringBitmap), doc: &Doc) -> u64 {
    let end = segment.docs.partition_point(|other| other.listed_before(doc).is_lt());
    docs.range_cardinality(..u32::try_from(end).unwrap_or(u32::MAX))
}
