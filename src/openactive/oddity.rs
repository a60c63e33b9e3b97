//! What a reader put up with: values in another shape than the standard's, read all the same.
//!
//! Readers are visitors deep inside the parser and return values alone, so they leave their notes in the
//! thread. [`noting`] gathers those of one document; outside it nothing is kept.

use std::cell::Cell;
use std::cell::RefCell;

/// A shape the standard does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oddity {
    /// `id` or `type` for `@id` and `@type`.
    KeywordUnprefixed,
    /// A property's name with a prefix, such as `oa:level`.
    NamePrefixed,
    /// Text where an object belongs, JSON inside a string included.
    TextForObject,
    /// A single value where a list belongs.
    SingleForList,
    /// A number inside a string.
    NumberInText,
    /// `""`, `"-"` or `null` where a property should have been left out.
    ValueEmpty,
}

/// An oddity and the property it was found in.
pub type Noted = (Oddity, &'static str);

/// Runs a reader and returns what it read with what it put up with, each once, the first few.
pub fn noting<T>(read: impl FnOnce() -> T) -> (T, Vec<Noted>) {
    IS_NOTING.set(true);
    NOTES.with_borrow_mut(Vec::clear);
    let value = read();
    IS_NOTING.set(false);
    (value, NOTES.take())
}

/// Remembers which property is read now.
pub(super) fn enter(property: &'static str) {
    PROPERTY.set(property);
}

/// Returns the property that is read now.
pub(super) fn current() -> &'static str {
    PROPERTY.get()
}

/// Takes note of an oddity at the property that is read now.
pub(super) fn note(oddity: Oddity) {
    note_at(oddity, current());
}

/// Takes note of an oddity at a property.
pub(super) fn note_at(oddity: Oddity, property: &'static str) {
    if !IS_NOTING.get() {
        return;
    }
    NOTES.with_borrow_mut(|notes| {
        if notes.len() < MAX_NOTES && !notes.contains(&(oddity, property)) {
            notes.push((oddity, property));
        }
    });
}

/// Takes note of text where an object belongs: JSON inside a string always, other text where the
/// standard has none. Text that is no text is an empty value.
pub(super) fn note_text_for_object(text: &str, may_be_text: bool) {
    if text.trim().is_empty() {
        note(Oddity::ValueEmpty);
    } else if !may_be_text || super::lenient::is_embedded_json(text) {
        note(Oddity::TextForObject);
    }
}

/// How many oddities of one document are kept: a publisher needs to see each kind, not each place.
const MAX_NOTES: usize = 16;

thread_local! {
    static IS_NOTING: Cell<bool> = const { Cell::new(false) };
    static PROPERTY: Cell<&'static str> = const { Cell::new("") };
    static NOTES: RefCell<Vec<Noted>> = const { RefCell::new(Vec::new()) };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openactive::Opportunity;

    fn odd(json: &str) -> Vec<Noted> {
        noting(|| serde_json::from_str::<Opportunity>(json).unwrap()).1
    }

    #[test]
    fn what_the_standard_writes_is_not_odd() {
        let json = r#"{"@type":"SessionSeries","@id":"https://x.org/1","superEvent":"https://x.org/2",
            "level":["Beginner"],"location":{"@type":"Place","address":"By the lake","geo":{"latitude":51.5}},
            "activity":[{"@id":"https://x.org/3","prefLabel":"Yoga"}],"offers":[{"price":5}]}"#;
        assert_eq!(odd(json), []);
    }

    #[test]
    fn each_oddity_is_noted_once_at_its_property() {
        let json = r#"{"type":"SessionSeries","name":"","oa:level":["A"],"offers":{"price":5},
            "programme":"Move","location":{"geo":{"latitude":"51.5","longitude":"-1.1"}},
            "eventSchedule":[{"byDay":"MO"},{"byDay":"TU"}]}"#;
        assert_eq!(
            odd(json),
            [
                (Oddity::KeywordUnprefixed, "@type"),
                (Oddity::ValueEmpty, "name"),
                (Oddity::NamePrefixed, "@context"),
                (Oddity::SingleForList, "offers"),
                (Oddity::TextForObject, "programme"),
                (Oddity::NumberInText, "latitude"),
                (Oddity::NumberInText, "longitude"),
                (Oddity::SingleForList, "byDay"),
            ]
        );
    }

    #[test]
    fn a_list_inside_a_string_is_noted_where_it_stands() {
        let json = r#"{"@type":"Event","offers":"[{\"price\":5},{\"price\":3}]"}"#;
        assert_eq!(odd(json), [(Oddity::TextForObject, "offers")]);
        assert_eq!(
            odd(r#"{"@type":"Event","inLanguage":"[en"}"#),
            [(Oddity::SingleForList, "inLanguage")]
        );
    }

    #[test]
    fn nothing_is_kept_from_one_document_to_the_next() {
        serde_json::from_str::<Opportunity>(r#"{"type":"Event"}"#).unwrap();
        assert_eq!(odd(r#"{"@type":"Event"}"#), []);
    }
}
