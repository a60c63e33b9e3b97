//! Documents by the id of something they have: of themselves, of a place, of an organisation.

use roaring::RoaringBitmap;

use crate::oruk::Id;

/// Pairs of id and document, in order. Most ids belong to one document or a few; a map with a set for
/// each would take several times the memory.
#[derive(Debug, Default)]
pub(super) struct Keys(Box<[(Id, u32)]>);

impl Keys {
    /// Takes pairs in any order.
    pub(super) fn of(mut pairs: Vec<(Id, u32)>) -> Self {
        pairs.sort_unstable();
        pairs.dedup();
        Self(pairs.into())
    }

    /// Returns the first document with an id.
    pub(super) fn first(&self, id: Id) -> Option<u32> {
        self.with(id).first().map(|(_, doc)| *doc)
    }

    /// Returns the documents with one of these ids.
    pub(super) fn any_of(&self, ids: &[Id]) -> RoaringBitmap {
        ids.iter().flat_map(|id| self.with(*id)).map(|(_, doc)| *doc).collect()
    }

    /// Returns each id with its documents.
    pub(super) fn groups(&self) -> impl Iterator<Item = (Id, impl Iterator<Item = u32>)> {
        let groups = self.0.chunk_by(|a, b| a.0 == b.0);
        groups.map(|group| (group[0].0, group.iter().map(|(_, doc)| *doc)))
    }

    fn with(&self, id: Id) -> &[(Id, u32)] {
        let begin = self.0.partition_point(|(other, _)| *other < id);
        let rest = &self.0[begin..];
        &rest[..rest.partition_point(|(other, _)| *other == id)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_found_by_id() {
        let id = |text: &str| Id::derive("location", &[text]);
        let (a, b, none) = (id("a"), id("b"), id("none"));
        let keys = Keys::of(vec![(b, 7), (a, 3), (a, 1), (a, 3)]);
        assert_eq!(keys.first(a), Some(1));
        assert_eq!(keys.first(b), Some(7));
        assert_eq!(keys.first(none), None);
        assert_eq!(keys.any_of(&[b, none, a]), RoaringBitmap::from([1, 3, 7]));
        let groups = keys.groups().map(|(id, docs)| (id, docs.collect::<Vec<_>>()));
        let mut expected = vec![(a, vec![1, 3]), (b, vec![7])];
        expected.sort_unstable();
        assert_eq!(groups.collect::<Vec<_>>(), expected);
    }
}
