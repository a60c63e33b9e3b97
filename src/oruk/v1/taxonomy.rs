//! Taxonomy terms, which 1.0 calls taxonomies, and the links to them.

use serde::Serialize;

use super::curie::Curie;
use crate::oruk::Attribute;
use crate::oruk::Id;
use crate::oruk::TaxonomyTerm;

/// A `taxonomy`: one term of a vocabulary. The same form is an item of `/taxonomies` and its detail.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Taxonomy<'a> {
    id: Curie,
    name: &'a str,
    vocabulary: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<Reference<Curie>>,
}

impl<'a> Taxonomy<'a> {
    /// Projects a term; nothing when its taxonomy is not one of this gateway's, since without a
    /// vocabulary nobody could ask for it.
    pub fn of(term: &'a TaxonomyTerm) -> Option<Self> {
        let id = Curie::of(term)?;
        let parent = term.parent_id.map(|parent| Curie::new(id.scheme(), parent));
        Some(Self {
            id,
            name: &term.name,
            vocabulary: id.vocabulary(),
            parent: parent.map(|id| Reference { id }),
        })
    }
}

/// Something named by its id alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Reference<I> {
    pub(super) id: I,
}

/// A `service_taxonomy`, and a `link_taxonomy` of an eligibility: the link to a term.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ServiceTaxonomy<'a> {
    id: Id,
    taxonomy: Taxonomy<'a>,
}

impl<'a> ServiceTaxonomy<'a> {
    pub(super) fn of(attribute: &'a Attribute) -> Option<Self> {
        let taxonomy = Taxonomy::of(&attribute.taxonomy_term)?;
        Some(Self { id: attribute.id, taxonomy })
    }
}
