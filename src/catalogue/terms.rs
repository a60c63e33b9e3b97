//! The taxonomy terms in use, with their ancestors.

use std::collections::HashMap;
use std::collections::HashSet;
use std::sync::Arc;

use super::text;
use crate::oruk::Id;
use crate::oruk::Service;
use crate::oruk::TaxonomyTerm;

/// Terms by id. Cheap to copy and to extend.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    by_id: Arc<HashMap<Id, Arc<TaxonomyTerm>>>,
    children: Arc<HashMap<Id, Vec<Id>>>,
}

impl Terms {
    pub(super) fn with_vocabulary(&self, vocabulary: &[TaxonomyTerm]) -> Self {
        let is_new = |term: &&TaxonomyTerm| self.by_id.get(&term.id).is_none_or(|t| **t != **term);
        if !vocabulary.iter().any(|term| is_new(&term)) {
            return self.clone();
        }
        let mut next = self.clone();
        for term in vocabulary.iter().filter(is_new) {
            next.insert(term.clone());
        }
        next
    }

    pub(super) fn knows(&self, id: Id) -> bool {
        self.by_id.contains_key(&id)
    }

    /// Takes over the terms a service carries.
    pub(super) fn learn(&mut self, service: &Service) {
        let of_places = service.service_at_locations.iter().flat_map(|at| {
            let accessibility = at.location.accessibility.iter().flat_map(|row| &row.attributes);
            at.location.attributes.iter().chain(accessibility)
        });
        let attributes: Vec<_> = service.attributes.iter().chain(of_places).collect();
        for attribute in attributes {
            if !self.knows(attribute.taxonomy_term_id) {
                self.insert(attribute.taxonomy_term.clone());
            }
        }
    }

    fn insert(&mut self, term: TaxonomyTerm) {
        let parent_before = self.find(term.id).and_then(|known| known.parent_id);
        if let Some(parent) = parent_before.filter(|parent| Some(*parent) != term.parent_id)
            && let Some(children) = Arc::make_mut(&mut self.children).get_mut(&parent)
        {
            children.retain(|child| *child != term.id);
        }
        if let Some(parent) = term.parent_id {
            let children = Arc::make_mut(&mut self.children).entry(parent).or_default();
            if !children.contains(&term.id) {
                children.push(term.id);
            }
        }
        Arc::make_mut(&mut self.by_id).insert(term.id, Arc::new(term));
    }

    /// Returns a term.
    pub fn find(&self, id: Id) -> Option<&TaxonomyTerm> {
        self.by_id.get(&id).map(Arc::as_ref)
    }

    /// Returns every term with its name.
    pub(super) fn names(&self) -> impl Iterator<Item = (Id, &str)> {
        self.by_id.iter().map(|(id, term)| (*id, term.name.as_str()))
    }

    /// Tells whether a folded word, or the beginning of one, is in the name of a term that has an address; others are
    /// words of publishers.
    pub(super) fn is_named(&self, word: &str, is_beginning: bool) -> bool {
        let stem = text::stem(word);
        let is_it =
            |said: &String| is_beginning && said.starts_with(word) || text::stem(said) == stem;
        let listed = self.by_id.values().filter(|term| term.term_uri.is_some());
        listed.flat_map(|term| text::words(&term.name)).any(|said| is_it(&said))
    }

    /// Returns a term and all narrower ones.
    pub fn with_descendants(&self, id: Id) -> Vec<Id> {
        let mut all = vec![id];
        let mut seen = HashSet::from([id]);
        let mut at = 0;
        while let Some(&term) = all.get(at) {
            let children = self.children.get(&term).into_iter().flatten();
            all.extend(children.filter(|child| seen.insert(**child)));
            at += 1;
        }
        all
    }

    /// Returns these terms and all wider ones, by taxonomy and name.
    pub fn with_ancestors(&self, ids: impl Iterator<Item = Id>) -> Vec<Arc<TaxonomyTerm>> {
        let mut seen: HashSet<Id> = HashSet::new();
        let mut all = Vec::new();
        for id in ids {
            let mut next = Some(id);
            while let Some(id) = next.filter(|id| seen.insert(*id)) {
                let term = self.by_id.get(&id);
                all.extend(term.map(Arc::clone));
                next = term.and_then(|term| term.parent_id);
            }
        }
        all.sort_by(|a, b| (&a.taxonomy, &a.name, a.id).cmp(&(&b.taxonomy, &b.name, b.id)));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(name: &str, parent: Option<&str>) -> TaxonomyTerm {
        let id = |name: &str| Id::derive("term", &[name]);
        TaxonomyTerm {
            id: id(name),
            name: name.to_owned(),
            description: name.to_owned(),
            parent_id: parent.map(id),
            taxonomy: "Activities".to_owned(),
            taxonomy_id: Id::derive("taxonomy", &[]),
            term_uri: None,
            term: name.to_owned(),
        }
    }

    #[test]
    fn a_term_that_moves_leaves_its_parent() {
        let [sport, dance] = [term("sport", None), term("dance", None)];
        let before = term("zumba", Some("sport"));
        let terms = Terms::default().with_vocabulary(&[sport.clone(), dance.clone(), before]);
        let zumba = term("zumba", Some("dance"));
        let below = |terms: &Terms, parent: &TaxonomyTerm| terms.with_descendants(parent.id);
        assert_eq!(below(&terms, &sport), [sport.id, zumba.id]);
        let moved = terms.with_vocabulary(&[sport.clone(), dance.clone(), zumba.clone()]);
        assert_eq!(below(&moved, &sport), [sport.id]);
        assert_eq!(below(&moved, &dance), [dance.id, zumba.id]);
        // Whoever still has the terms of before sees what they said.
        assert_eq!(below(&terms, &sport), [sport.id, zumba.id]);
        let alone = moved.with_vocabulary(&[term("zumba", None)]);
        assert_eq!(below(&alone, &dance), [dance.id]);
    }
}
