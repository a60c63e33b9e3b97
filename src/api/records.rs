//! Reading services back into the model, and the entities that services share.
//!
//! Organisations and locations are views of the services that name them. Where copies differ, that of
//! the service with the smallest id is believed.

use serde_json::value::RawValue;
use serde_json::value::to_raw_value;

use super::asked::Asked;
use super::error::Problem;
use super::params::Paging;
use super::state::ApiState;
use crate::catalogue::Body;
use crate::catalogue::Hit;
use crate::catalogue::Query;
use crate::catalogue::View;
use crate::oruk::Id;
use crate::oruk::Location;
use crate::oruk::Service;
use crate::oruk::v3;

/// How many services of one organisation or place are read at most.
const MAX_SERVICES: usize = 1000;

/// Reads services; one that vanished meanwhile is left out.
pub(super) async fn read(state: &ApiState, hits: &[Hit]) -> Result<Vec<Service>, Problem> {
    let bodies = state.bodies.many(hits).await?;
    bodies.into_iter().flatten().filter(|body| !body.is_gone).map(|body| whole(&body)).collect()
}

fn whole(body: &Body) -> Result<Service, Problem> {
    Ok(serde_json::from_slice(&body.bytes)?)
}

/// Reads a service in the form in which its publisher's are shown.
pub(crate) fn shown(hit: Hit, body: &Body) -> Result<Service, Problem> {
    let service = whole(body)?;
    Ok(if hit.is_strict { v3::strict(service) } else { service })
}

/// Returns a service as it is shown, whole.
pub(super) fn as_shown(hit: Hit, body: &Body) -> serde_json::Result<Box<RawValue>> {
    // But for the strict form, services are kept as they are shown.
    if hit.is_strict {
        to_raw_value(&v3::strict(serde_json::from_slice(&body.bytes)?))
    } else {
        serde_json::from_slice(&body.bytes)
    }
}

/// Returns a service, or the problem that there is none of this id, or none any more.
pub(crate) async fn one(state: &ApiState, view: &View, id: Id) -> Result<(Hit, Body), Problem> {
    let found = match view.service(id) {
        Some(hit) => state.bodies.one(hit).await?.map(|body| (hit, body)),
        None => None,
    };
    if let Some((hit, body)) = &found
        && !body.is_gone
    {
        return Ok((*hit, body.clone()));
    }
    if let Some(into) = state.bodies.folded_into(id).await?
        && view.service(into).is_some()
    {
        return Err(Problem::Folded(into));
    }
    let unknown = Problem::UnknownId { what: "service" };
    Err(found.map_or(unknown, |(_, body)| Problem::Gone(body.bytes.to_vec())))
}

/// Returns how many organisations there are, and a service of each on a page.
pub(super) async fn organizations(
    asked: &Asked,
    view: &View,
    paging: Paging,
) -> Result<(usize, Vec<Service>), Problem> {
    let (total, page) = owners(asked, view, paging, View::organizations)?;
    let hits: Vec<Hit> = page.into_iter().map(|(_, hit)| hit).collect();
    Ok((total, read(&asked.state, &hits).await?))
}

/// Returns how many locations there are, and those of a page.
pub(super) async fn locations(
    asked: &Asked,
    view: &View,
    paging: Paging,
) -> Result<(usize, Vec<Location>), Problem> {
    let (total, page) = owners(asked, view, paging, View::locations)?;
    let hits: Vec<Hit> = page.iter().map(|(_, hit)| *hit).collect();
    let bodies = asked.state.bodies.many(&hits).await?;
    let mut locations = Vec::with_capacity(bodies.len());
    for ((id, _), body) in page.iter().zip(bodies) {
        let Some(body) = body.filter(|body| !body.is_gone) else { continue };
        let places = whole(&body)?.service_at_locations.into_iter();
        locations.extend(places.map(|at| at.location).find(|location| location.id == *id));
    }
    Ok((total, locations))
}

/// Returns how many entities `all` tells of, and those of a page as they are now.
fn owners(
    asked: &Asked,
    view: &View,
    paging: Paging,
    all: fn(&View) -> Vec<(Id, Hit)>,
) -> Result<(usize, Vec<(Id, Hit)>), Problem> {
    let owners = all(view);
    let page = owners.iter().copied().skip(paging.offset()).take(paging.per_page).collect();
    Ok((owners.len(), asked.meanwhile(view).owners(page, all)?))
}

/// Returns the services of an organisation, at least one, that with the smallest id first.
pub(super) async fn of_organization(
    state: &ApiState,
    view: &View,
    id: Id,
) -> Result<Vec<Service>, Problem> {
    let query = Query { organizations: vec![id], ..Query::default() };
    let hits = view.find(&query, 0, usize::MAX).page;
    first_services(state, hits, "organization").await
}

/// Returns a location and the services there.
pub(super) async fn at_location(
    state: &ApiState,
    view: &View,
    id: Id,
) -> Result<(Location, Vec<Service>), Problem> {
    let query = Query { locations: vec![id], ..Query::default() };
    let hits = view.find(&query, 0, usize::MAX).page;
    let services = first_services(state, hits, "location").await?;
    let places = services.iter().flat_map(|service| &service.service_at_locations);
    let location = places.map(|at| &at.location).find(|location| location.id == id).cloned();
    Ok((location.ok_or(Problem::UnknownId { what: "location" })?, services))
}

async fn first_services(
    state: &ApiState,
    mut hits: Vec<Hit>,
    what: &'static str,
) -> Result<Vec<Service>, Problem> {
    hits.sort_by_key(|hit| hit.id);
    hits.dedup_by_key(|hit| hit.id);
    hits.truncate(MAX_SERVICES);
    let services = read(state, &hits).await?;
    if services.is_empty() { Err(Problem::UnknownId { what }) } else { Ok(services) }
}
