//! What may be published of what was mapped: the licence and the drop guard.
//!
//! A feed that suddenly loses many of its services is more likely broken than closed down. A service
//! about to be lost is therefore held as it is until its publisher's feeds rest, and then all that a feed
//! loses is judged at once: a little is let through, too much pauses the feed until the operator accepts.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use chrono::DateTime;
use chrono::Utc;

use super::publication::Sources;
use crate::mapping::Head;
use crate::openactive::Kind;
use crate::oruk::Service;
use crate::store::Bundle;
use crate::store::FeedId;
use crate::store::Held;
use crate::store::Outcome;
use crate::store::Publication;
use crate::store::Served;
use crate::store::Standing;

/// How much a feed may lose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guard {
    /// The share of its services, in per cent, that a feed may lose within the window.
    pub loss_percent: u64,
    /// How many it may lose whatever their share.
    pub least_services: u64,
    /// How long losses are added up.
    pub window: Duration,
}

impl Guard {
    /// Returns why the feed has to pause, when it loses too much.
    pub(super) fn objection(&self, held: &Held) -> Option<String> {
        let lost = held.held + held.lost;
        let (services, hours) = (held.services, self.window.as_secs() / 3600);
        self.is_too_much(lost, services).then(|| {
            format!(
                "{lost} of {services} services would be lost within {hours} hours; they stay as they \
                 are until this is accepted"
            )
        })
    }

    /// Returns why the feed has to pause, when too many items cannot be used any more.
    pub(super) fn objection_to_spoiled(&self, spoiled: u64, items: u64) -> Option<String> {
        self.is_too_much(spoiled, items).then(|| {
            format!(
                "{spoiled} of {items} items cannot be used any more; what they said before stays until \
                 this is accepted"
            )
        })
    }

    fn is_too_much(&self, lost: u64, of: u64) -> bool {
        lost > self.least_services && lost * 100 > self.loss_percent * of
    }
}

/// What may be published.
#[derive(Debug, Clone)]
pub struct Gate {
    /// How much a feed may lose.
    pub guard: Guard,
    /// Feeds that are republished only under a licence they state themselves: none is configured, and
    /// the operator does not vouch for them.
    pub needs_license: HashSet<FeedId>,
}

impl Gate {
    /// Returns which feeds' items may be part of a service.
    pub fn served(&self, sources: &Sources) -> Arc<Served> {
        let feeds = sources.0.keys().copied().collect();
        Arc::new(Served { feeds, if_licensed: self.needs_license.clone() })
    }

    /// Returns the feed that would lose its service by a publication. What nobody vouches for any more goes.
    pub(super) fn loss(root: &Bundle, publication: &Publication) -> Option<FeedId> {
        let standing = root.standing.as_ref().filter(|standing| standing.is_served)?;
        is_loss(standing, root, &publication.outcome, publication.now).then_some(standing.feed)
    }
}

/// Tells whether a usable service would go, or lose its times or its places, and not by time alone.
///
/// What turns out to belong to another goes on there, unless its own item was made into something else: a part, or
/// what only lends its values.
fn is_loss(standing: &Standing, root: &Bundle, outcome: &Outcome, now: DateTime<Utc>) -> bool {
    let is_by_time = standing.due.is_some_and(|due| due <= now);
    if !standing.is_active || standing.is_let_through || is_by_time {
        return false;
    }
    match outcome {
        Outcome::Nothing | Outcome::Orphans(_) => true,
        Outcome::Service(service) => standing.parts & !service.parts & !WHOLE != 0,
        Outcome::Delegated(_) => {
            let kind = root.heads.first().map(|head| head.kind);
            standing.parts & WHOLE != 0 && kind.is_some_and(|kind| !is_whole(kind))
        }
        Outcome::Held(_) => false,
    }
}

const TIMES: u8 = 1;
const PLACES: u8 = 2;

/// Its own item is a whole, not a part of another.
const WHOLE: u8 = 4;

/// Returns which parts a service has that it cannot lose unnoticed.
pub(super) fn parts(service: &Service, head: &Head) -> u8 {
    let has_times = !service.schedules.is_empty();
    let has_places = !service.service_at_locations.is_empty();
    let is_whole = head.item_id.is_some() && is_whole(head.kind);
    let parts = [(has_times, TIMES), (has_places, PLACES), (is_whole, WHOLE)];
    parts.into_iter().filter(|(has, _)| *has).map(|(_, part)| part).sum()
}

/// Tells whether a kind is never a part of another, nor only lends its values.
fn is_whole(kind: Kind) -> bool {
    !matches!(kind, Kind::Event | Kind::IndividualFacilityUse | Kind::EventSeries | Kind::Course)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_or_a_large_share_alone_is_no_objection() {
        let guard =
            Guard { loss_percent: 50, least_services: 10, window: Duration::from_hours(24) };
        for (lost, of, is_too_much) in [
            (10, 10, false),
            (11, 11, true),
            (11, 22, false),
            (12, 23, true),
            (500, 1000, false),
            (501, 1000, true),
        ] {
            assert_eq!(guard.is_too_much(lost, of), is_too_much, "{lost} of {of}");
        }
    }
}
