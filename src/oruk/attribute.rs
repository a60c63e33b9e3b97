//! Attributes, taxonomy terms and taxonomies.

use serde::Deserialize;
use serde::Serialize;

use super::id::Id;

/// An [attribute](https://docs.openreferral.org/en/v3.0/hsds/schema_reference.html#attribute): the link
/// from an entity to a taxonomy term.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attribute {
    /// Derived from owner, link type and term.
    pub id: Id,
    /// The entity that has the attribute.
    pub link_id: Id,
    /// The term.
    pub taxonomy_term_id: Id,
    /// What the term says of the entity: `activity`, `level`, `amenity`, …
    pub link_type: String,
    /// Which kind of entity: `service`, `location` or `accessibility` (HSDS, not in the UK profile).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_entity: Option<String>,
    /// The term in full.
    pub taxonomy_term: TaxonomyTerm,
}

/// A [taxonomy term](https://docs.openreferral.org/en/v3.0/hsds/schema_reference.html#taxonomy_term).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxonomyTerm {
    /// The UUID inside the concept's URI, else derived.
    pub id: Id,
    /// Label.
    pub name: String,
    /// Meaning; the label when the vocabulary gives none.
    pub description: String,
    /// The first wider term.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<Id>,
    /// Name of the taxonomy.
    pub taxonomy: String,
    /// The taxonomy.
    pub taxonomy_id: Id,
    /// URI of the concept, http(s) only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub term_uri: Option<String>,
    /// The label again, a field of the UK profile.
    pub term: String,
}

/// A [taxonomy](https://docs.openreferral.org/en/v3.0/hsds/schema_reference.html#taxonomy).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taxonomy {
    /// Derived from the scheme's URI.
    pub id: Id,
    /// Name.
    pub name: String,
    /// What the taxonomy is for.
    pub description: String,
    /// URI of the scheme, http(s) only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
}
