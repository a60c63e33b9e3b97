//! Reading services back into the model, and the entities that services share.
//!
//! Organisations and locations are views of the services that name them. Where copies differ, that of
//! the service with the smallest id is believed.

use super::error::Problem;
use super::params::Paging;
use super::state::ApiState;
use crate::catalogue::Hit;
use crate::catalogue::Query;
use crate::catalogue::Snapshot;
use crate::oruk::Id;
use crate::oruk::Location;
use crate::oruk::Service;

/// How many services of one organisation or place are read at most.
const MAX_SERVICES: usize = 1000;

/// Reads services; one that vanished meanwhile is left out.
pub(super) async fn read(state: &ApiState, hits: &[Hit]) -> Result<Vec<Service>, Problem> {
    let bodies = state.bodies.many(hits).await?;
    let services = bodies.into_iter().flatten();
    Ok(services.filter_map(|body| serde_json::from_slice(&body).ok()).collect())
}

/// Returns how many organisations there are, and a service of each on a page.
pub(super) async fn organizations(
    state: &ApiState,
    snapshot: &Snapshot,
    paging: Paging,
) -> Result<(usize, Vec<Service>), Problem> {
    let owners = snapshot.organizations();
    let page = owners.iter().skip(paging.offset()).take(paging.per_page);
    let hits: Vec<Hit> = page.map(|(_, hit)| *hit).collect();
    Ok((owners.len(), read(state, &hits).await?))
}

/// Returns how many locations there are, and those of a page.
pub(super) async fn locations(
    state: &ApiState,
    snapshot: &Snapshot,
    paging: Paging,
) -> Result<(usize, Vec<Location>), Problem> {
    let owners = snapshot.locations();
    let page: Vec<_> = owners.iter().skip(paging.offset()).take(paging.per_page).collect();
    let hits: Vec<Hit> = page.iter().map(|(_, hit)| *hit).collect();
    let bodies = state.bodies.many(&hits).await?;
    let mut locations = Vec::with_capacity(bodies.len());
    for ((id, _), body) in page.iter().zip(bodies) {
        let service = body.and_then(|body| serde_json::from_slice::<Service>(&body).ok());
        let places = service.into_iter().flat_map(|service| service.service_at_locations);
        locations.extend(places.map(|at| at.location).find(|location| location.id == *id));
    }
    Ok((owners.len(), locations))
}

/// Returns the services of an organisation, at least one, that with the smallest id first.
pub(super) async fn of_organization(state: &ApiState, id: Id) -> Result<Vec<Service>, Problem> {
    shared(state, Query { organizations: vec![id], ..Query::default() }, "organization").await
}

/// Returns a location and the services there.
pub(super) async fn at_location(
    state: &ApiState,
    id: Id,
) -> Result<(Location, Vec<Service>), Problem> {
    let query = Query { locations: vec![id], ..Query::default() };
    let services = shared(state, query, "location").await?;
    let places = services[0].service_at_locations.iter().map(|at| &at.location);
    let location = places.into_iter().find(|location| location.id == id).cloned();
    Ok((location.ok_or(Problem::UnknownId { what: "location" })?, services))
}

async fn shared(
    state: &ApiState,
    query: Query,
    what: &'static str,
) -> Result<Vec<Service>, Problem> {
    let mut hits = state.catalogue.snapshot().find(&query, 0, usize::MAX).page;
    hits.sort_by_key(|hit| hit.id);
    hits.truncate(MAX_SERVICES);
    let services = read(state, &hits).await?;
    if services.is_empty() { Err(Problem::UnknownId { what }) } else { Ok(services) }
}
