//! The rules in force for a publisher: vocabularies, the rules that are data, and its options.

use std::sync::Arc;

use super::attribute;
use super::crosswalk::Crosswalk;
use super::options::IdTrust;
use super::options::Options;
use super::options::StatedOptions;
use super::precedence::Field;
use super::precedence::Precedence;
use super::precedence::Property;
use super::ruleset::Ruleset;
use super::template::Templates;
use super::template::Text;
use crate::openactive::Vocabulary;
use crate::oruk::TaxonomyTerm;
use crate::oruk::v3::Scheme;
use crate::places::Gazetteer;

/// Vocabularies, rules and options in force.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The OpenActive activity list.
    pub activities: Vocabulary,
    /// The facility types.
    pub facility_types: Vocabulary,
    /// The accessibility support list.
    pub accessibility: Vocabulary,
    /// Where postcodes are; nothing where points are not to be held against them.
    pub gazetteer: Option<Arc<Gazetteer>>,
    /// The publisher's options.
    pub options: Options,
    set: Arc<Ruleset>,
    fields: Precedence,
    templates: Templates,
}

impl Default for Rules {
    fn default() -> Self {
        Self::of(Ruleset::built_in())
    }
}

impl Rules {
    /// Returns these rules without any vocabulary, for a publisher without a preset.
    pub fn of(set: Arc<Ruleset>) -> Self {
        Self {
            activities: Vocabulary::default(),
            facility_types: Vocabulary::default(),
            accessibility: Vocabulary::default(),
            gazetteer: None,
            options: Options::default(),
            fields: set.fields.clone(),
            templates: set.templates.clone(),
            set,
        }
    }

    /// Returns the rules that are data.
    pub fn set(&self) -> &Arc<Ruleset> {
        &self.set
    }

    /// Replaces the rules that are data.
    pub fn take(&mut self, set: Arc<Ruleset>) {
        self.fields = set.fields.clone();
        self.templates = set.templates.clone();
        self.set = set;
    }

    /// Returns the rules for a publisher: what is stated of it goes before its preset, and that before
    /// what holds for all.
    #[must_use]
    pub fn for_publisher(&self, preset: Option<&str>, stated: &StatedOptions) -> Self {
        let preset = preset.and_then(|name| self.set.preset(name)).cloned().unwrap_or_default();
        Self {
            options: stated.over(&preset.options).in_force(),
            fields: preset.fields.over(&self.set.fields),
            templates: preset.templates.over(&self.set.templates),
            ..self.clone()
        }
    }

    /// Tells whether the publisher's URIs are the same thing wherever they stand.
    pub fn trusts_uris(&self) -> bool {
        self.options.id_trust == IdTrust::Uri
    }

    /// Returns the label of the activity that a facility type stands for.
    pub fn implied_activity(&self, facility_type: &str) -> Option<&str> {
        self.set.implied_activities.get(&facility_type.to_lowercase()).map(String::as_str)
    }

    /// Returns where a field is taken from.
    pub(super) fn sources(&self, field: Field) -> &[Property] {
        self.fields.of_field(field)
    }

    /// Returns a text with its gaps filled.
    pub(super) fn text(&self, text: Text, gaps: &[(&str, &str)]) -> String {
        self.templates.fill(text, gaps)
    }

    /// Returns the terms that crosswalks give to a service.
    pub(super) fn crossed(&self, activities: &[TaxonomyTerm]) -> Vec<TaxonomyTerm> {
        let terms = self.set.crosswalks.iter().map(|one| one.of(activities, &self.activities));
        attribute::distinct(terms.flatten())
    }

    /// Returns the activities that crosswalks name and the activity list does not know, each with its
    /// file: their rows have no effect. Nothing as long as there is no list.
    pub fn unlisted(&self) -> Vec<(&str, &str)> {
        if self.activities.terms().is_empty() {
            return Vec::new();
        }
        let mut all = Vec::new();
        for crosswalk in &self.set.crosswalks {
            let names = crosswalk.unlisted(&self.activities);
            all.extend(names.into_iter().map(|name| (crosswalk.file.as_str(), name)));
        }
        all
    }

    /// Returns these rules, each time with one thing in them otherwise, and the name of that thing:
    /// what else comes out shows what it has a hand in.
    pub fn variations(&self) -> impl Iterator<Item = (String, Self)> {
        let options =
            self.options.variations().into_iter().map(|(name, options)| {
                (format!("options.{name}"), Self { options, ..self.clone() })
            });
        let lists =
            self.fields.variations().into_iter().map(|(name, fields)| {
                (format!("fields.toml {name}"), Self { fields, ..self.clone() })
            });
        let texts = self.templates.variations().into_iter().map(|(name, templates)| {
            (format!("templates.toml {name}"), Self { templates, ..self.clone() })
        });
        let sets = self
            .set
            .variations()
            .into_iter()
            .map(|(name, set)| (name, Self { set: Arc::new(set), ..self.clone() }));
        let none = Vocabulary::default;
        let vocabularies = [
            ("activity_list", Self { activities: none(), ..self.clone() }),
            ("facility_types", Self { facility_types: none(), ..self.clone() }),
            ("accessibility_support", Self { accessibility: none(), ..self.clone() }),
        ];
        let vocabularies =
            vocabularies.into_iter().map(|(name, rules)| (format!("vocabulary {name}"), rules));
        options.chain(lists).chain(texts).chain(sets).chain(vocabularies)
    }

    /// Returns every term of the vocabularies and the crosswalks.
    pub fn terms(&self) -> Vec<TaxonomyTerm> {
        let lists = [
            (Scheme::Activity, &self.activities),
            (Scheme::FacilityType, &self.facility_types),
            (Scheme::Accessibility, &self.accessibility),
        ];
        let listed = lists.into_iter().flat_map(|(scheme, vocabulary)| {
            vocabulary.terms().iter().map(move |term| attribute::listed(scheme, vocabulary, term))
        });
        let crossed = self.set.crosswalks.iter().flat_map(Crosswalk::terms);
        listed.chain(crossed.cloned()).collect()
    }
}
