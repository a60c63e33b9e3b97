//! The activities people can choose among: those of services that are listed.

use std::sync::Arc;

use moka::sync::Cache;

use crate::api::ApiState;
use crate::catalogue::View;
use crate::oruk::v3::Scheme;

/// How many lists are kept: one for each area, of the latest snapshots.
const KEPT: u64 = 64;

/// An activity to choose.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub(super) id: String,
    pub(super) name: String,
}

/// Lists of activities by the snapshot and the area they were made of.
#[derive(Debug, Clone)]
pub(crate) struct Choices(Cache<(u64, String), Arc<Vec<Choice>>>);

impl Default for Choices {
    fn default() -> Self {
        Self(Cache::new(KEPT))
    }
}

/// Returns the activities and types of facilities in use, by name.
pub(super) fn activities(state: &ApiState, view: &View) -> Arc<Vec<Choice>> {
    let slug = view.area().map(|area| area.slug.clone()).unwrap_or_default();
    let make = || {
        let schemes = [Scheme::Activity.id(), Scheme::FacilityType.id()];
        let terms = view.terms_in_use();
        let terms = terms.iter().filter(|term| schemes.contains(&term.taxonomy_id));
        let mut choices: Vec<Choice> =
            terms.map(|term| Choice { id: term.id.to_string(), name: term.name.clone() }).collect();
        choices.sort_by_key(|choice| choice.name.to_lowercase());
        Arc::new(choices)
    };
    state.choices.0.get_with((view.snapshot().edition(), slug), make)
}
