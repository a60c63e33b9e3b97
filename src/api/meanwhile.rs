//! What became of a list since the moment it shows.
//!
//! That moment says what is listed and in which order. What each of it says is that of the present, and what is gone
//! is left out: a list that somebody is still reading shows no more of what was withdrawn than one begun now.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::asked;
use super::error::Problem;
use super::state::ApiState;
use crate::catalogue::Hit;
use crate::catalogue::Listed;
use crate::catalogue::View;
use crate::oruk::Id;
use crate::oruk::TaxonomyTerm;

/// What became of a list.
#[derive(Debug, Clone)]
pub(super) struct Meanwhile {
    pub(super) state: ApiState,
    slug: Option<String>,
    edition: u64,
}

impl Meanwhile {
    /// `view` is what is listed, everything or in the area `slug`.
    pub(super) fn since(view: &View, state: ApiState, slug: Option<String>) -> Self {
        Self { state, slug, edition: view.snapshot().edition() }
    }

    /// Returns services as they are now.
    pub(super) fn services(&self, hits: Vec<Hit>) -> Result<Vec<Hit>, Problem> {
        let Some(present) = self.present()? else { return Ok(hits) };
        Ok(hits.into_iter().filter_map(|hit| now(&present, hit)).collect())
    }

    /// Returns services at locations as they are now.
    pub(super) fn places(&self, listed: Vec<Listed>) -> Result<Vec<Listed>, Problem> {
        let Some(present) = self.present()? else { return Ok(listed) };
        let place = |Listed { service, id }| Some(Listed { service: now(&present, service)?, id });
        Ok(listed.into_iter().filter_map(place).collect())
    }

    /// Returns organisations or locations, `all` of which a view tells, each with the service that tells of it now.
    pub(super) fn owners(
        &self,
        page: Vec<(Id, Hit)>,
        all: fn(&View) -> Vec<(Id, Hit)>,
    ) -> Result<Vec<(Id, Hit)>, Problem> {
        let Some(present) = self.present()? else { return Ok(page) };
        let all: BTreeMap<Id, Hit> = all(&present).into_iter().collect();
        Ok(page.into_iter().filter_map(|(id, _)| Some((id, *all.get(&id)?))).collect())
    }

    /// Returns terms as they are now.
    pub(super) fn terms(
        &self,
        page: impl Iterator<Item = Arc<TaxonomyTerm>>,
    ) -> Result<Vec<Arc<TaxonomyTerm>>, Problem> {
        let Some(present) = self.present()? else { return Ok(page.collect()) };
        let all = present.terms_in_use().into_iter().map(|term| (term.id, term));
        let all: BTreeMap<Id, Arc<TaxonomyTerm>> = all.collect();
        Ok(page.filter_map(|term| all.get(&term.id).cloned()).collect())
    }

    /// Returns what is shown at present, where that is not what is listed.
    fn present(&self) -> Result<Option<View>, Problem> {
        let present = asked::view(&self.state, self.slug.as_deref())?;
        Ok((present.snapshot().edition() != self.edition).then_some(present))
    }
}

/// A list that shows what is gone was asked for what changed, so what goes meanwhile is told when that is asked again.
fn now(present: &View, hit: Hit) -> Option<Hit> {
    let now = present.service(hit.id).filter(|now| hit.is_gone || !now.is_gone)?;
    Some(Hit { distance_m: hit.distance_m, ..now })
}
