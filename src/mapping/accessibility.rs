//! Accessibility: whom a session supports, and what its venue has for them.

use super::activity;
use super::attribute;
use super::context::Context;
use super::text;
use crate::openactive::Place;
use crate::oruk::Accessibility;
use crate::oruk::Id;
use crate::oruk::TaxonomyTerm;
use crate::oruk::v3::Scheme;

/// What is said of a session that wheelchair users can take part in.
pub const SUITABLE_FOR_WHEELCHAIRS: &str = "Suitable for wheelchair users.";

/// Whom the session supports.
pub(super) struct Support {
    /// The terms of `accessibilitySupport`.
    pub(super) terms: Vec<TaxonomyTerm>,
    /// `Supports participants with: … Suitable for wheelchair users.`
    summary: Option<String>,
    /// The publisher's own words.
    information: Option<String>,
}

impl Support {
    /// Reads whom the session supports.
    pub(super) fn of(cx: &Context<'_>) -> Self {
        let terms = terms(cx);
        Self { summary: summary(cx, &terms), information: information(cx), terms }
    }

    /// Returns all of it in one line.
    pub(super) fn line(&self) -> Option<String> {
        let information = self.information.as_ref().map(|words| text::line(words));
        let parts: Vec<String> = self.summary.iter().cloned().chain(information).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }

    /// The row about the session: it is per service, so that another class in the same hall has its own.
    pub(super) fn row(&self, cx: &Context<'_>, location_id: Id) -> Option<Accessibility> {
        let description = self.summary.clone().or_else(|| self.information.clone())?;
        let id =
            Id::derive_under("accessibility", cx.service_id, &[location_id.encode(&mut [0; 36])]);
        let terms = self.terms.iter().cloned();
        let link = |term| attribute::link(id, "accessibility", "accessibility", term);
        Some(Accessibility {
            id,
            location_id,
            accessibility: Some(description.clone()),
            description: Some(description),
            details: self.information.clone(),
            attributes: terms.map(link).collect(),
        })
    }
}

fn terms(cx: &Context<'_>) -> Vec<TaxonomyTerm> {
    let stated = cx.first(|o| &o.accessibility_support).into_iter().flatten();
    let stated = stated.filter(|concept| !says_nothing(&attribute::concept_label(concept)));
    let vocabulary = &cx.rules.accessibility;
    let terms = stated.filter_map(|concept| {
        activity::resolve(cx, concept, vocabulary, Scheme::Accessibility, "accessibilitySupport")
            .or_else(|| {
                attribute::labelled(cx, Scheme::Accessibility, &attribute::concept_label(concept))
            })
    });
    attribute::distinct(terms)
}

fn summary(cx: &Context<'_>, terms: &[TaxonomyTerm]) -> Option<String> {
    let mut sentences = Vec::new();
    let names = terms.iter().map(|term| term.name.as_str());
    let (names, notes): (Vec<_>, Vec<_>) = names.partition(|name| promises_support(name));
    if !names.is_empty() {
        sentences.push(format!("Supports participants with: {}.", names.join(", ")));
    }
    sentences.extend(notes.into_iter().map(text::sentence));
    match cx.first(|o| &o.is_wheelchair_accessible).and_then(|flag| flag.0) {
        Some(true) => sentences.push(SUITABLE_FOR_WHEELCHAIRS.to_owned()),
        Some(false) => sentences.push("Not suitable for wheelchair users.".to_owned()),
        None => {}
    }
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

fn information(cx: &Context<'_>) -> Option<String> {
    let stated = cx.first(|o| &o.accessibility_information)?;
    let words = cx.stated_block(stated.as_str(), "accessibilityInformation");
    Some(words).filter(|text| !text.is_empty())
}

/// Tells whether a label stands where nothing was to be said of support.
fn says_nothing(label: &str) -> bool {
    text::is_one_of(label, &["N/A", "No", "None", "Nil", "Unknown"])
}

/// Tells whether a label names support: `Not suitable for wheelchairs` and `Please ask` do not.
fn promises_support(label: &str) -> bool {
    let first = label.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    !text::is_one_of(first, &NO_SUPPORT)
}

/// What labels begin with that promise no support.
const NO_SUPPORT: [&str; 6] = ["no", "not", "none", "please", "ask", "contact"];

/// The row about the venue, made of its amenities.
pub(super) fn of_venue(cx: &Context<'_>, location_id: Id, place: &Place) -> Option<Accessibility> {
    let features = place.amenity_feature.iter().filter(|feature| feature.value.is_true());
    let names: Vec<String> = features.map(|feature| cx.line(feature.name.as_str())).collect();
    let names: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|name| {
            let lower = name.to_lowercase();
            ACCESS_WORDS.iter().any(|word| lower.contains(word))
        })
        .collect();
    if names.is_empty() {
        return None;
    }
    let description = format!("Venue: {}.", names.join(", "));
    Some(Accessibility {
        id: Id::derive_under("accessibility", location_id, &["venue"]),
        location_id,
        accessibility: Some(description.clone()),
        description: Some(description),
        details: None,
        attributes: Vec::new(),
    })
}

const ACCESS_WORDS: [&str; 7] =
    ["accessib", "wheelchair", "disab", "hearing loop", "induction loop", "hoist", "step-free"];
