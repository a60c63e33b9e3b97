//! The rules that are data: vocabularies, crosswalks and a publisher's options.

use std::collections::HashMap;

use serde::Deserialize;
use serde::Serialize;

use super::attribute;
use crate::openactive::Vocabulary;
use crate::oruk::TaxonomyTerm;
use crate::oruk::v3::Scheme;

/// What an operator may decide for a publisher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the configuration")]
pub struct Options {
    /// Publish only fields of the HSDS-UK profile in `/v3`.
    pub strict: bool,
    /// Make one service of series that differ only in their times.
    pub fold: bool,
    /// Write a minimum age of 18 where no age is published, as OpenActive advises consumers to assume.
    pub assume_adult: bool,
    /// Add a line to the description for each fact that has no field.
    pub describe_extras: bool,
    /// Whose name stands for a private person who organises something.
    pub person_organizer: PersonOrganizer,
    /// Which names of contact points are published.
    pub contact_names: ContactNames,
}

/// Whose name stands for a private person who organises something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PersonOrganizer {
    /// Their own, and nothing else about them.
    #[default]
    Name,
    /// The publisher's of the dataset.
    Publisher,
}

/// Which names of contact points are published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ContactNames {
    /// Those of teams and organisations.
    #[default]
    Team,
    /// All, because the publisher has the consent of those who are named.
    Keep,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            strict: false,
            fold: false,
            assume_adult: false,
            describe_extras: true,
            person_organizer: PersonOrganizer::default(),
            contact_names: ContactNames::default(),
        }
    }
}

/// Vocabularies, crosswalks and options in force.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The OpenActive activity list.
    pub activities: Vocabulary,
    /// The facility types.
    pub facility_types: Vocabulary,
    /// The accessibility support list.
    pub accessibility: Vocabulary,
    /// From the label of a facility type to the label of the activity done there, in lower case.
    implied_activities: HashMap<String, String>,
    /// The publisher's options.
    pub options: Options,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            activities: Vocabulary::default(),
            facility_types: Vocabulary::default(),
            accessibility: Vocabulary::default(),
            implied_activities: read_crosswalk(IMPLIED_ACTIVITIES),
            options: Options::default(),
        }
    }
}

impl Rules {
    /// Returns the label of the activity that a facility type stands for.
    pub fn implied_activity(&self, facility_type: &str) -> Option<&str> {
        self.implied_activities.get(&facility_type.to_lowercase()).map(String::as_str)
    }

    /// Returns every term of the vocabularies.
    pub fn terms(&self) -> Vec<TaxonomyTerm> {
        let lists = [
            (Scheme::Activity, &self.activities),
            (Scheme::FacilityType, &self.facility_types),
            (Scheme::Accessibility, &self.accessibility),
        ];
        let terms = lists.into_iter().flat_map(|(scheme, vocabulary)| {
            vocabulary.terms().iter().map(move |term| attribute::listed(scheme, vocabulary, term))
        });
        terms.collect()
    }
}

/// Reads a two-column CSV without quoting; the first line is the header.
fn read_crosswalk(csv: &str) -> HashMap<String, String> {
    let rows = csv.lines().skip(1).filter_map(|line| line.split_once(','));
    rows.map(|(from, to)| (from.trim().to_lowercase(), to.trim().to_owned())).collect()
}

const IMPLIED_ACTIVITIES: &str = include_str!("../../mappings/taxonomies/facility-activity.csv");
