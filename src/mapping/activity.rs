//! Activities and facility types, matched with their vocabularies.
//!
//! A concept is known by its URI, else by its label; where the list has another concept of that label,
//! the label is believed, because people see it. A label that no vocabulary knows becomes a category of
//! the publisher's own, beside the activity when the URI is a listed one's.

use super::attribute;
use super::attribute::concept_label;
use super::attribute::distinct;
use super::attribute::labelled;
use super::context::Context;
use crate::openactive::Concept;
use crate::openactive::Vocabulary;
use crate::openactive::lenient::Absent as _;
use crate::oruk::TaxonomyTerm;
use crate::oruk::v3::Scheme;
use crate::quality::Code;

/// What is done, and where.
#[derive(Debug, Default)]
pub(super) struct Activities {
    pub(super) facility_types: Vec<TaxonomyTerm>,
    pub(super) activities: Vec<TaxonomyTerm>,
    /// Activities that are in no list.
    pub(super) unlisted: Vec<TaxonomyTerm>,
}

/// Maps activities and facility types.
pub(super) fn activities(cx: &Context<'_>) -> Activities {
    let mut found = Activities::default();
    let facility_types = cx.first(|o| &o.facility_type);
    found.facility_types = distinct(facility_types.into_iter().flatten().filter_map(|concept| {
        let vocabulary = &cx.rules.facility_types;
        resolve(cx, concept, vocabulary, Scheme::FacilityType, "facilityType")
            .or_else(|| labelled(cx, Scheme::FacilityType, &concept_label(concept)))
    }));
    let stated = cx.first(|o| &o.activity);
    for concept in stated.into_iter().flatten() {
        let term = resolve(cx, concept, &cx.rules.activities, Scheme::Activity, "activity");
        if let Some(term) = term {
            // An operator's own name for a listed activity is kept beside it.
            let own_name = concept_label(concept);
            if !own_name.is_empty() && cx.rules.activities.by_label(&own_name).is_none() {
                let is_other = !own_name.eq_ignore_ascii_case(&term.name);
                let own_name = is_other.then(|| labelled(cx, Scheme::Category, &own_name));
                found.unlisted.extend(own_name.flatten());
            }
            found.activities.push(term);
        } else {
            cx.find(Code::ActivityUnlisted, "activity");
            found.unlisted.extend(labelled(cx, Scheme::Category, &concept_label(concept)));
        }
    }
    if stated.is_none() {
        let implied = found.facility_types.iter().filter_map(|term| implied(cx, term));
        found.activities.extend(implied);
        if found.activities.is_empty() && found.facility_types.is_empty() {
            cx.find(Code::ActivityMissing, "activity");
        }
    }
    found.activities = distinct(std::mem::take(&mut found.activities).into_iter());
    found
}

fn implied(cx: &Context<'_>, facility_type: &TaxonomyTerm) -> Option<TaxonomyTerm> {
    let label = cx.rules.implied_activity(&facility_type.name)?;
    let entry = cx.rules.activities.by_label(label)?;
    Some(attribute::listed(Scheme::Activity, &cx.rules.activities, entry))
}

/// Finds the term of a concept; nothing when neither its URI nor its label is one of the scheme's.
///
/// Where the vocabulary could not be had, a URI of the scheme is believed with the label beside it.
pub(super) fn resolve(
    cx: &Context<'_>,
    concept: &Concept,
    vocabulary: &Vocabulary,
    scheme: Scheme,
    path: &str,
) -> Option<TaxonomyTerm> {
    let label = concept_label(concept);
    let by_uri = concept.id.get().and_then(|uri| vocabulary.by_uri(uri));
    let by_label = vocabulary.by_label(&label);
    let entry = match (by_uri, by_label) {
        (Some(by_uri), Some(by_label)) if by_uri.uri != by_label.uri => {
            cx.find(Code::ConceptMismatch, path);
            Some(by_label)
        }
        // Support that a label does not promise is not promised.
        (Some(_), None) if scheme == Scheme::Accessibility && !label.is_empty() => {
            cx.find(Code::ConceptMismatch, path);
            return None;
        }
        (Some(by_uri), None) => {
            if !label.is_empty() {
                cx.find(Code::ConceptMismatch, path);
            }
            Some(by_uri)
        }
        (by_uri, by_label) => by_uri.or(by_label),
    };
    if let Some(entry) = entry {
        match concept.id.get() {
            _ if by_uri.is_none() => cx.find(Code::ConceptByLabel, path),
            Some(uri) if by_uri.is_some_and(|term| term.uri != uri) => {
                cx.find(Code::TermPrefixed, path);
            }
            _ => {}
        }
        return Some(attribute::listed(scheme, vocabulary, entry));
    }
    let uri = concept.id.get().filter(|uri| scheme.owns(uri) && cx.identifier(uri).is_some())?;
    (!concept.pref_label.is_absent()).then(|| attribute::known(scheme, uri, &cx.clean_name(label)))
}
