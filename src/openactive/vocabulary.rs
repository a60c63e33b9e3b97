//! Controlled vocabularies (SKOS concept schemes): activities, facility types, accessibility support.
//!
//! Specification: <https://openactive.io/activity-list/>. A scheme is read from its published JSON-LD.

use std::collections::HashMap;

use uuid::Uuid;

use super::lenient::Absent as _;
use super::lenient::Many;
use super::lenient::Text;
use super::lenient::lenient_object;

lenient_object! {
    /// A concept as the published lists write it.
    pub struct SkosConcept {
        /// URI.
        id: Text = "id" | "@id",
        /// Preferred label.
        pref_label: Text = "prefLabel",
        /// Other labels.
        alt_label: Many<Text> = "altLabel",
        /// Labels that are not shown.
        hidden_label: Many<Text> = "hiddenLabel",
        /// Wider concepts.
        broader: Many<Text> = "broader",
        /// Meaning.
        definition: Text = "definition",
    }
    text => id
}

lenient_object! {
    /// A concept scheme as published.
    pub struct SkosScheme {
        /// URI.
        id: Text = "id" | "@id",
        /// Concepts.
        concept: Many<SkosConcept> = "concept" | "hasTopConcept",
    }
    text => id
}

/// A term of a vocabulary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// URI of the concept.
    pub uri: String,
    /// Preferred label.
    pub label: String,
    /// Meaning, when the list gives one.
    pub definition: Option<String>,
    /// URI of the first wider concept.
    pub broader: Option<String>,
}

/// A controlled vocabulary, looked up by URI or by label.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    terms: Vec<Term>,
    by_uri: HashMap<String, usize>,
    by_label: HashMap<String, usize>,
}

impl Vocabulary {
    /// Reads a published concept scheme.
    ///
    /// # Errors
    /// When the bytes are not JSON or hold no concept.
    pub fn parse(json: &[u8]) -> Result<Self, String> {
        let scheme: SkosScheme = serde_json::from_slice(json).map_err(|e| e.to_string())?;
        if scheme.concept.is_absent() {
            return Err("no concept in it".to_owned());
        }
        let mut vocabulary = Self::default();
        for concept in &scheme.concept {
            vocabulary.insert(concept);
        }
        for concept in &scheme.concept {
            vocabulary.insert_labels(concept);
        }
        Ok(vocabulary)
    }

    fn insert(&mut self, concept: &SkosConcept) {
        let (Some(uri), Some(label)) = (concept.id.get(), concept.pref_label.get()) else { return };
        let index = self.terms.len();
        self.terms.push(Term {
            uri: uri.to_owned(),
            label: label.to_owned(),
            definition: concept.definition.get().map(str::to_owned),
            broader: concept.broader.first().and_then(Text::get).map(str::to_owned),
        });
        self.by_uri.entry(uri_key(uri)).or_insert(index);
        self.by_label.entry(label.to_lowercase()).or_insert(index);
    }

    /// Preferred labels of all terms were entered first, so that an altLabel never hides one.
    fn insert_labels(&mut self, concept: &SkosConcept) {
        let Some(&index) = concept.id.get().and_then(|uri| self.by_uri.get(&uri_key(uri))) else {
            return;
        };
        for label in concept.alt_label.iter().chain(concept.hidden_label.iter()) {
            self.by_label.entry(label.as_str().to_lowercase()).or_insert(index);
        }
    }

    /// Returns the term with this URI; scheme, `www.` and a slash before `#` do not matter.
    pub fn by_uri(&self, uri: &str) -> Option<&Term> {
        self.by_uri.get(&uri_key(uri)).map(|&index| &self.terms[index])
    }

    /// Returns the term with this preferred, alternative or hidden label; case does not matter.
    pub fn by_label(&self, label: &str) -> Option<&Term> {
        self.by_label.get(&label.trim().to_lowercase()).map(|&index| &self.terms[index])
    }

    /// Returns all terms, in the order of the list.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }
}

fn uri_key(uri: &str) -> String {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    rest.strip_prefix("www.").unwrap_or(rest).replace("/#", "#").to_lowercase()
}

/// Returns the word a value of a standard ends with, wherever it is said to be defined: `FemaleOnly` of
/// `https://openactive.io/FemaleOnly/` and of `oa:FemaleOnly`.
pub fn word_of(value: &str) -> &str {
    let mut parts = value.rsplit(['/', ':', '#']).map(str::trim);
    parts.find(|part| !part.is_empty()).unwrap_or_default()
}

/// Tells whether a value of a standard is this word, in capitals or not.
pub fn is_word(value: &str, word: &str) -> bool {
    word_of(value).eq_ignore_ascii_case(word)
}

/// Returns the UUID at the end of a concept's URI, when it has one.
pub(crate) fn concept_uuid(uri: &str) -> Option<Uuid> {
    Uuid::parse_str(uri.rsplit(['#', '/']).next()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_found_by_uri_and_by_any_label() {
        let list = br#"{"concept":[
            {"id":"https://openactive.io/activity-list#a","prefLabel":"Walking","altLabel":["Rambling","Yoga"]},
            {"id":"https://openactive.io/activity-list#b","prefLabel":"Yoga","broader":["https://openactive.io/activity-list#a"]}]}"#;
        let list = Vocabulary::parse(list).unwrap();
        assert_eq!(list.by_label(" rambling").unwrap().label, "Walking");
        assert_eq!(list.by_label("YOGA").unwrap().label, "Yoga");
        assert_eq!(list.by_uri("http://www.openactive.io/activity-list/#b").unwrap().label, "Yoga");
        assert!(Vocabulary::parse(b"{}").is_err());
    }

    #[test]
    fn values_are_known_by_their_last_word() {
        for (value, word) in [
            ("https://schema.org/EventCancelled", "EventCancelled"),
            ("https://schema.org/EventCancelled/", "EventCancelled"),
            ("schema:Person ", "Person"),
            ("http://openactive.io/ns#MaleOnly", "MaleOnly"),
            ("Person", "Person"),
            ("https://", "https"),
            ("/", ""),
            ("", ""),
        ] {
            assert_eq!(word_of(value), word, "{value}");
        }
        assert!(is_word("https://schema.org/eventCancelled", "EventCancelled"));
        assert!(!is_word("https://schema.org/EventCancelledNot", "EventCancelled"));
    }
}
