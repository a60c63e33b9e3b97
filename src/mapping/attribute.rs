//! Attributes: the links from services, locations and accessibility rows to taxonomy terms.

use super::accessibility::Support;
use super::activity;
use super::context::Context;
use super::eligibility::Gender;
use super::text;
use crate::openactive::AmenityFeature;
use crate::openactive::Concept;
use crate::openactive::Term;
use crate::openactive::Vocabulary;
use crate::openactive::concept_uuid;
use crate::openactive::lenient::Absent as _;
use crate::openactive::word_of;
use crate::oruk::Attribute;
use crate::oruk::Id;
use crate::oruk::TaxonomyTerm;
use crate::oruk::v3::Scheme;

/// How people attend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attendance {
    InPerson,
    Online,
    Mixed,
}

impl Attendance {
    /// Returns the words of `attending_type`.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::InPerson => "In person",
            Self::Online => "Online",
            Self::Mixed => "In person or online",
        }
    }
}

/// Maps all attributes of the service.
pub(super) fn attributes(
    cx: &Context<'_>,
    support: &Support,
    gender: Option<Gender>,
    attendance: Attendance,
) -> Vec<Attribute> {
    let mut terms: Vec<(&str, TaxonomyTerm)> = Vec::new();
    let activities = activity::activities(cx);
    let crossed = cx.rules.crossed(&activities.activities);
    terms.extend(activities.facility_types.into_iter().map(|t| ("facility_type", t)));
    terms.extend(activities.activities.into_iter().map(|t| ("activity", t)));
    terms.extend(support.terms.iter().cloned().map(|t| ("accessibility", t)));
    terms.extend(gender.map(|g| ("eligibility", known(Scheme::Gender, g.uri(), g.words()))));
    terms.extend(labels(cx, Scheme::Level).into_iter().map(|t| ("level", t)));
    terms.extend(activities.unlisted.into_iter().map(|t| ("category", t)));
    terms.extend(labels(cx, Scheme::Category).into_iter().map(|t| ("category", t)));
    let mode_uri = match attendance {
        Attendance::InPerson => None,
        Attendance::Online => Some("https://schema.org/OnlineEventAttendanceMode"),
        Attendance::Mixed => Some("https://schema.org/MixedEventAttendanceMode"),
    };
    terms
        .extend(mode_uri.map(|uri| {
            ("attendance_mode", known(Scheme::AttendanceMode, uri, attendance.words()))
        }));
    terms.extend(crossed.into_iter().map(|t| ("service_type", t)));

    let mut attributes: Vec<Attribute> = Vec::with_capacity(terms.len());
    for (link_type, term) in terms {
        let attribute = link(cx.service_id, "service", link_type, term);
        if !attributes.iter().any(|known| known.id == attribute.id) {
            attributes.push(attribute);
        }
    }
    attributes
}

/// Links an entity to a term.
pub(super) fn link(owner: Id, entity: &str, link_type: &str, term: TaxonomyTerm) -> Attribute {
    Attribute {
        id: Id::derive_under("attribute", owner, &[link_type, term.id.encode(&mut [0; 36])]),
        link_id: owner,
        taxonomy_term_id: term.id,
        link_type: link_type.to_owned(),
        link_entity: Some(entity.to_owned()),
        taxonomy_term: term,
    }
}

/// Returns the terms of free labels: levels and categories.
fn labels(cx: &Context<'_>, scheme: Scheme) -> Vec<TaxonomyTerm> {
    let stated = match scheme {
        Scheme::Level => cx.first(|o| &o.level),
        _ => cx.first(|o| &o.category),
    };
    let stated = stated.into_iter().flatten();
    distinct(stated.filter_map(|concept| labelled(cx, scheme, &concept_label(concept))))
}

/// Returns the label of a concept as plain text.
pub(super) fn concept_label(concept: &Concept) -> String {
    text::line(concept.pref_label.as_str())
}

/// Makes the term of a free label; nothing for an empty one.
///
/// Levels mean the same everywhere; categories are a publisher's own.
pub(super) fn labelled(cx: &Context<'_>, scheme: Scheme, label: &str) -> Option<TaxonomyTerm> {
    if label.is_empty() {
        return None;
    }
    let lower = label.to_lowercase();
    let key = match scheme {
        Scheme::Category => format!("{}:{}:{lower}", scheme.uri(), cx.bundle.source.key),
        _ => format!("{}:{lower}", scheme.uri()),
    };
    let shown = cx.clean_name(label.to_owned());
    Some(term(scheme, Id::derive("taxonomy_term", &[&key]), None, &shown))
}

/// Makes the term of a concept that a vocabulary holds.
pub(super) fn listed(scheme: Scheme, vocabulary: &Vocabulary, entry: &Term) -> TaxonomyTerm {
    let mut made = known(scheme, &entry.uri, &entry.label);
    if let Some(definition) = &entry.definition {
        made.description = text::block(definition);
    }
    let broader = entry.broader.as_deref();
    let parent =
        broader.map(|uri| vocabulary.by_uri(uri).map_or(uri, |parent| parent.uri.as_str()));
    made.parent_id = parent.map(concept_id);
    made
}

/// Makes the term of a concept known by its URI.
pub(super) fn known(scheme: Scheme, uri: &str, label: &str) -> TaxonomyTerm {
    term(scheme, concept_id(uri), Some(uri), label)
}

pub(super) fn concept_id(uri: &str) -> Id {
    let uuid = concept_uuid(uri);
    uuid.map_or_else(|| Id::derive("taxonomy_term", &[uri]), Id::of_concept)
}

fn term(scheme: Scheme, id: Id, uri: Option<&str>, label: &str) -> TaxonomyTerm {
    TaxonomyTerm {
        id,
        name: label.to_owned(),
        description: label.to_owned(),
        parent_id: None,
        taxonomy: scheme.title().to_owned(),
        taxonomy_id: scheme.id(),
        term_uri: uri.map(str::to_owned),
        term: label.to_owned(),
    }
}

/// Makes the term of an amenity.
pub(super) fn amenity_term(cx: &Context<'_>, feature: &AmenityFeature) -> Option<TaxonomyTerm> {
    let kind = word_of(feature.type_name.as_str());
    let name = text::line(feature.name.as_str());
    if kind.is_empty() || kind.eq_ignore_ascii_case("LocationFeatureSpecification") {
        return labelled(cx, Scheme::Amenity, &name);
    }
    if !kind.bytes().all(|b| b.is_ascii_alphanumeric()) || !kind.starts_with(char::is_alphabetic) {
        return labelled(cx, Scheme::Amenity, &name);
    }
    let label = if feature.name.is_absent() { split_words(kind) } else { cx.clean_name(name) };
    Some(known(Scheme::Amenity, &format!("https://openactive.io/{kind}"), &label))
}

/// Splits `ChangingFacilities` into words.
fn split_words(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for (at, c) in name.chars().enumerate() {
        if at > 0 && c.is_ascii_uppercase() {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

pub(super) fn distinct(terms: impl Iterator<Item = TaxonomyTerm>) -> Vec<TaxonomyTerm> {
    let mut all: Vec<TaxonomyTerm> = Vec::new();
    for term in terms {
        if !all.iter().any(|known| known.id == term.id) {
            all.push(term);
        }
    }
    all
}
