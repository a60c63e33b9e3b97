//! Concepts: activities, facility types, accessibility support, categories and levels.
//!
//! Specification: <https://openactive.io/modelling-opportunity-data/#describing-concepts>.

use super::lenient::Text;
use super::lenient::lenient_object;

lenient_object! {
    /// A [`Concept`](https://openactive.io/Concept); a bare string is read as its label, or,
    /// where it is a web address, as its URI.
    pub struct Concept {
        /// URI of the concept in a controlled vocabulary.
        id: Text = "@id" | "id" | "identifier",
        /// Label; publishers also invent their own.
        pref_label: Text = "prefLabel" | "name" | "label",
    }
    text => pref_label allowed, uri => id
}
