//! CURIEs, by which 1.0 names taxonomy terms: `openActiveActivity:` and the term's UUID.
//!
//! The 1.0 documentation recommends the prefix `openActiveActivity` for sports; the other prefixes are
//! made in its image.

use std::fmt;

use serde::Serialize;
use serde::Serializer;

use crate::oruk::Id;
use crate::oruk::TaxonomyTerm;
use crate::oruk::v3::Scheme;

/// The name of a taxonomy term: a vocabulary and the term's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Curie {
    scheme: Scheme,
    id: Id,
}

impl Curie {
    /// Names a term of a scheme.
    pub fn new(scheme: Scheme, id: Id) -> Self {
        Self { scheme, id }
    }

    /// Names a term; nothing when its taxonomy is not one of this gateway's.
    pub fn of(term: &TaxonomyTerm) -> Option<Self> {
        let scheme = Scheme::ALL.into_iter().find(|scheme| scheme.id() == term.taxonomy_id)?;
        Some(Self::new(scheme, term.id))
    }

    /// Returns the scheme.
    pub fn scheme(self) -> Scheme {
        self.scheme
    }

    /// Returns the id of the term.
    pub fn id(self) -> Id {
        self.id
    }

    /// Returns the vocabulary, which is the prefix.
    pub fn vocabulary(self) -> &'static str {
        vocabulary(self.scheme)
    }
}

impl fmt::Display for Curie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.vocabulary(), self.id)
    }
}

impl Serialize for Curie {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Reads a CURIE from a URL; nothing unless the prefix is a vocabulary, as spelt in [`vocabularies`],
/// and the rest a hyphenated UUID.
pub fn parse_curie(text: &str) -> Option<Curie> {
    let (prefix, rest) = text.split_once(':')?;
    Some(Curie::new(scheme_of(prefix)?, Id::parse(rest)?))
}

/// Returns the scheme that a vocabulary names.
pub fn scheme_of(name: &str) -> Option<Scheme> {
    Scheme::ALL.into_iter().find(|scheme| vocabulary(*scheme) == name)
}

/// Returns the names of all vocabularies.
pub fn vocabularies() -> [&'static str; Scheme::ALL.len()] {
    Scheme::ALL.map(vocabulary)
}

/// Returns the vocabulary of a scheme.
pub fn vocabulary(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Activity => "openActiveActivity",
        Scheme::FacilityType => "openActiveFacilityType",
        Scheme::Accessibility => "openActiveAccessibilitySupport",
        Scheme::Gender => "openActiveGenderRestriction",
        Scheme::Level => "openActiveLevel",
        Scheme::Category => "openActiveCategory",
        Scheme::Amenity => "openActiveAmenity",
        Scheme::AttendanceMode => "eventAttendanceMode",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(scheme: Scheme) -> TaxonomyTerm {
        TaxonomyTerm {
            id: Id::derive("taxonomy_term", &["x"]),
            name: "X".to_owned(),
            description: "X".to_owned(),
            parent_id: None,
            taxonomy: scheme.title().to_owned(),
            taxonomy_id: scheme.id(),
            term_uri: None,
            term: "X".to_owned(),
        }
    }

    #[test]
    fn a_curie_leads_back_to_scheme_and_term() {
        for scheme in Scheme::ALL {
            let curie = Curie::of(&term(scheme)).unwrap();
            assert_eq!(curie.scheme(), scheme);
            assert_eq!(parse_curie(&curie.to_string()), Some(curie));
        }
    }

    #[test]
    fn activities_have_the_documented_prefix() {
        let text = "openActiveActivity:ee3cf3ee-082e-4f53-9cb2-3ef0589497ed";
        let curie = parse_curie(text).unwrap();
        assert_eq!(curie.scheme(), Scheme::Activity);
        assert_eq!(curie.id().to_string(), "ee3cf3ee-082e-4f53-9cb2-3ef0589497ed");
        assert_eq!(curie.to_string(), text);
        assert_eq!(serde_json::to_value(curie).unwrap(), text);
    }

    #[test]
    fn other_text_is_no_curie() {
        for text in [
            "",
            ":",
            "openActiveActivity",
            "openActiveActivity:",
            "openActiveActivity:football",
            "openactiveactivity:ee3cf3ee-082e-4f53-9cb2-3ef0589497ed",
            "esdServiceType:ee3cf3ee-082e-4f53-9cb2-3ef0589497ed",
            "openActiveActivity:ee3cf3ee082e4f539cb23ef0589497ed",
            "ee3cf3ee-082e-4f53-9cb2-3ef0589497ed",
        ] {
            assert_eq!(parse_curie(text), None, "{text}");
        }
    }

    #[test]
    fn a_term_of_a_foreign_taxonomy_has_no_curie() {
        let foreign =
            TaxonomyTerm { taxonomy_id: Id::derive("taxonomy", &["x"]), ..term(Scheme::Level) };
        assert_eq!(Curie::of(&foreign), None);
    }

    #[test]
    fn vocabularies_are_distinct() {
        let mut names = vocabularies().to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Scheme::ALL.len());
        assert_eq!(scheme_of("openActiveLevel"), Some(Scheme::Level));
    }
}
