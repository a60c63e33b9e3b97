//! HSDS-UK 3.0: the nine endpoints of the profile, and organisations and locations as in HSDS.
//!
//! Specification: <https://openreferraluk.org/developers/api>.

use axum::Router;
use axum::extract::OriginalUri;
use axum::extract::Path;
use axum::extract::RawQuery;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::value::to_raw_value;

use super::caching::Page;
use super::error::Problem;
use super::openapi;
use super::params::Paging;
use super::params::Params;
use super::records;
use super::state::ApiState;
use crate::catalogue::Hit;
use crate::catalogue::Query;
use crate::catalogue::Snapshot;
use crate::oruk::Id;
use crate::oruk::Organization;
use crate::oruk::Service;
use crate::oruk::v3;
use crate::oruk::v3::Scheme;

/// The profile this API follows.
const PROFILE: &str = "https://github.com/OpenReferralUK/uk-profile/blob/main/docs/index.md";

type Answer = Result<Response, Problem>;

/// Returns the routes below `/v3`.
pub(super) fn routes() -> Router<ApiState> {
    Router::new()
        .route("/", get(root))
        .route("/openapi.json", get(openapi::v3))
        .route("/services", get(services))
        .route("/services/{id}", get(service))
        .route("/service_at_locations", get(service_at_locations))
        .route("/service_at_locations/{id}", get(service_at_location))
        .route("/taxonomies", get(taxonomies))
        .route("/taxonomies/{id}", get(taxonomy))
        .route("/taxonomy_terms", get(taxonomy_terms))
        .route("/taxonomy_terms/{id}", get(taxonomy_term))
        .route("/organizations", get(organizations))
        .route("/organizations/{id}", get(organization))
        .route("/locations", get(locations))
        .route("/locations/{id}", get(location))
}

#[derive(Serialize)]
struct Root<'a> {
    version: &'static str,
    profile: &'static str,
    openapi_url: &'a str,
}

/// `GET /v3`: version, profile and where the description of the API is.
pub(super) async fn root(State(state): State<ApiState>, headers: HeaderMap) -> Answer {
    let openapi_url = format!("{}/v3/openapi.json", state.base_url(&headers));
    respond(&Root { version: "HSDS-UK-3.0", profile: PROFILE, openapi_url: &openapi_url }, &headers)
}

fn respond(body: &impl Serialize, headers: &HeaderMap) -> Answer {
    let body = serde_json::to_vec(body)?;
    Ok(Page::new(body).respond(headers))
}

fn parse_id(id: &str, what: &'static str) -> Result<Id, Problem> {
    let expected = "an id (a UUID)";
    let malformed = Problem::Unreadable { parameter: "id", expected };
    match Id::parse(id) {
        Some(id) => Ok(id),
        None if id.is_empty() => Err(Problem::UnknownId { what }),
        None => Err(malformed),
    }
}

fn envelope<T: Serialize>(
    total: usize,
    paging: Paging,
    contents: Vec<T>,
) -> Result<Vec<u8>, Problem> {
    let page = v3::Page::new(total as u64, paging.page as u64, paging.per_page as u64, contents);
    Ok(serde_json::to_vec(&page)?)
}

/// Returns a page of what is in memory already.
fn slice<T: Serialize>(all: Vec<T>, paging: Paging) -> Result<Vec<u8>, Problem> {
    let total = all.len();
    let contents: Vec<T> = all.into_iter().skip(paging.offset()).take(paging.per_page).collect();
    envelope(total, paging, contents)
}

/// `GET /v3/services`.
async fn services(
    State(state): State<ApiState>,
    OriginalUri(uri): OriginalUri,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    let params = Params::parse(query.as_deref())?;
    let snapshot = state.catalogue.snapshot();
    let name = params.name(uri.path());
    let make = services_page(&state, &snapshot, &params);
    Ok(state.pages.get(snapshot.generation(), &name, make).await?.respond(&headers))
}

async fn services_page(
    state: &ApiState,
    snapshot: &Snapshot,
    params: &Params,
) -> Result<Vec<u8>, Problem> {
    let query = query(state, params)?;
    let paging = params.paging()?;
    let is_full = params.flag("full")?;
    let hits = snapshot.find(&query, paging.offset(), paging.per_page);
    let bodies = state.bodies.many(&hits.page).await?;
    let mut contents: Vec<Box<RawValue>> = Vec::with_capacity(bodies.len());
    for (hit, body) in hits.page.iter().zip(bodies) {
        let Some(body) = body else { continue };
        // Tombstones and whole services are kept as they are shown.
        contents.push(if hit.is_gone || (is_full && !hit.is_strict) {
            serde_json::from_slice(&body)?
        } else {
            let service = read(*hit, &body)?;
            if is_full { to_raw_value(&service)? } else { to_raw_value(&v3::summary(&service))? }
        });
    }
    envelope(hits.total, paging, contents)
}

/// Reads a service in the form in which its publisher's are shown.
fn read(hit: Hit, body: &[u8]) -> serde_json::Result<Service> {
    let service = serde_json::from_slice(body)?;
    Ok(if hit.is_strict { v3::strict(service) } else { service })
}

fn query(state: &ApiState, params: &Params) -> Result<Query, Problem> {
    let near = params.near(&state.gazetteer)?;
    Ok(Query { taxonomies: params.taxonomies()?, near, ..params.query()? })
}

/// `GET /v3/services/{id}`.
async fn service(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let unknown = || Problem::UnknownId { what: "service" };
    let id = parse_id(&id, "service")?;
    let snapshot = state.catalogue.snapshot();
    let hit = snapshot.service(id).ok_or_else(unknown)?;
    let body = state.bodies.one(hit).await?.ok_or_else(unknown)?;
    if hit.is_gone {
        return Err(Problem::Gone(body.to_vec()));
    }
    if hit.is_strict {
        return respond(&read(hit, &body)?, &headers);
    }
    Ok(Page::new(body.to_vec()).respond(&headers))
}

/// `GET /v3/service_at_locations`.
async fn service_at_locations(
    State(state): State<ApiState>,
    OriginalUri(uri): OriginalUri,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    let params = Params::parse(query.as_deref())?;
    let snapshot = state.catalogue.snapshot();
    let name = params.name(uri.path());
    let make = service_at_locations_page(&state, &snapshot, &params);
    Ok(state.pages.get(snapshot.generation(), &name, make).await?.respond(&headers))
}

async fn service_at_locations_page(
    state: &ApiState,
    snapshot: &Snapshot,
    params: &Params,
) -> Result<Vec<u8>, Problem> {
    let paging = params.paging()?;
    let query = query(state, params)?;
    let (total, listed) = snapshot.find_at_locations(&query, paging.offset(), paging.per_page);
    let hits: Vec<Hit> = listed.iter().map(|at| at.service).collect();
    let bodies = state.bodies.many(&hits).await?;
    let services: Vec<Option<Service>> = hits
        .iter()
        .zip(bodies)
        .map(|(hit, body)| body.map(|body| read(*hit, &body)).transpose())
        .collect::<Result<_, _>>()?;
    let contents = listed.iter().zip(&services).filter_map(|(listed, service)| {
        let service = service.as_ref()?;
        let at = service.service_at_locations.iter().find(|at| at.id == listed.id)?;
        Some(v3::service_at_location_summary(service, at))
    });
    envelope(total, paging, contents.collect())
}

/// `GET /v3/service_at_locations/{id}`.
async fn service_at_location(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let unknown = || Problem::UnknownId { what: "service at location" };
    let id = parse_id(&id, "service at location")?;
    let listed = state.catalogue.snapshot().service_at_location(id).ok_or_else(unknown)?;
    let body = state.bodies.one(listed.service).await?.ok_or_else(unknown)?;
    let service = read(listed.service, &body)?;
    respond(&v3::service_at_location(&service, id).ok_or_else(unknown)?, &headers)
}

/// `GET /v3/taxonomies`: those of which a term is in use.
async fn taxonomies(
    State(state): State<ApiState>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    let params = Params::parse(query.as_deref())?;
    let terms = state.catalogue.snapshot().terms_in_use();
    let used = Scheme::ALL.into_iter().filter(|scheme| {
        let id = scheme.id();
        terms.iter().any(|term| term.taxonomy_id == id)
    });
    let page = slice(used.map(Scheme::taxonomy).collect(), params.paging()?)?;
    Ok(Page::new(page).respond(&headers))
}

/// `GET /v3/taxonomies/{id}`: with the terms in use and their ancestors.
async fn taxonomy(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let id = parse_id(&id, "taxonomy")?;
    let scheme = Scheme::ALL.into_iter().find(|scheme| scheme.id() == id);
    let scheme = scheme.ok_or(Problem::UnknownId { what: "taxonomy" })?;
    let mut terms = state.catalogue.snapshot().terms_in_use();
    terms.retain(|term| term.taxonomy_id == id);
    let mut taxonomy = serde_json::to_value(scheme.taxonomy())?;
    if !terms.is_empty()
        && let Some(object) = taxonomy.as_object_mut()
    {
        let terms: Vec<_> = terms.iter().map(AsRef::as_ref).collect();
        let terms = serde_json::to_value(terms)?;
        object.insert("taxonomy_terms".to_owned(), terms);
    }
    respond(&taxonomy, &headers)
}

/// `GET /v3/taxonomy_terms`: those in use and their ancestors.
async fn taxonomy_terms(
    State(state): State<ApiState>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    let params = Params::parse(query.as_deref())?;
    let mut terms = state.catalogue.snapshot().terms_in_use();
    let taxonomies = params.taxonomies()?;
    if !taxonomies.is_empty() {
        terms.retain(|term| taxonomies.contains(&term.taxonomy_id));
    }
    if params.flag("top_only")? {
        terms.retain(|term| term.parent_id.is_none());
    }
    let terms: Vec<_> = terms.iter().map(AsRef::as_ref).collect();
    Ok(Page::new(slice(terms, params.paging()?)?).respond(&headers))
}

/// `GET /v3/taxonomy_terms/{id}`.
async fn taxonomy_term(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let id = parse_id(&id, "taxonomy term")?;
    let snapshot = state.catalogue.snapshot();
    let term = snapshot.terms().find(id).ok_or(Problem::UnknownId { what: "taxonomy term" })?;
    respond(term, &headers)
}

/// `GET /v3/organizations` (HSDS).
async fn organizations(
    State(state): State<ApiState>,
    OriginalUri(uri): OriginalUri,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    let params = Params::parse(query.as_deref())?;
    let snapshot = state.catalogue.snapshot();
    let make = async {
        let paging = params.paging()?;
        let (total, services) = records::organizations(&state, &snapshot, paging).await?;
        let summaries = services.iter().map(|s| v3::OrganizationSummary::of(&s.organization));
        envelope(total, paging, summaries.collect())
    };
    let name = params.name(uri.path());
    Ok(state.pages.get(snapshot.generation(), &name, make).await?.respond(&headers))
}

/// `GET /v3/organizations/{id}` (HSDS).
async fn organization(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let id = parse_id(&id, "organization")?;
    let organization: &Organization = &records::of_organization(&state, id).await?[0].organization;
    respond(organization, &headers)
}

/// `GET /v3/locations` (HSDS).
async fn locations(
    State(state): State<ApiState>,
    OriginalUri(uri): OriginalUri,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    let params = Params::parse(query.as_deref())?;
    let snapshot = state.catalogue.snapshot();
    let make = async {
        let paging = params.paging()?;
        let (total, locations) = records::locations(&state, &snapshot, paging).await?;
        envelope(total, paging, locations.iter().map(v3::LocationSummary::of).collect())
    };
    let name = params.name(uri.path());
    Ok(state.pages.get(snapshot.generation(), &name, make).await?.respond(&headers))
}

/// `GET /v3/locations/{id}` (HSDS).
async fn location(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let id = parse_id(&id, "location")?;
    let mut location = records::at_location(&state, id).await?.0;
    // Rows about one service's sessions say nothing of the place itself.
    let venue = Id::derive("accessibility", &[&id.to_string(), "venue"]);
    location.accessibility.retain(|row| row.id == venue);
    respond(&location, &headers)
}
