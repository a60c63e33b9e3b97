//! Open Referral UK 1.0.
//!
//! Specification: <https://openreferraluk.org/specifications>, with the names of the reference server.

use axum::Json;
use axum::Router;
use axum::extract::OriginalUri;
use axum::extract::Path;
use axum::extract::RawQuery;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use serde::Serialize;

use super::caching::Page;
use super::error::Problem;
use super::openapi;
use super::params::Paging;
use super::params::Params;
use super::records;
use super::state::ApiState;
use crate::catalogue::Query;
use crate::catalogue::Snapshot;
use crate::oruk::Id;
use crate::oruk::Service;
use crate::oruk::v1;
use crate::oruk::v3::Scheme;

type Answer = Result<Response, Problem>;

/// Returns the routes below `/v1`.
pub(super) fn routes() -> Router<ApiState> {
    Router::new()
        .route("/openapi.json", get(openapi::v1))
        .route("/organizations", get(organizations))
        .route("/organizations/{id}", get(organization))
        .route("/locations", get(locations))
        .route("/locations/{id}", get(location))
        .route("/services", get(services))
        .route("/services/", get(services))
        .route("/services/{id}", get(service))
        .route("/taxonomies", get(taxonomies))
        .route("/taxonomies/", get(taxonomies))
        .route("/taxonomies/{id}", get(taxonomy))
        .route("/vocabularies", get(vocabularies))
        .route("/vocabularies/", get(vocabularies))
}

fn envelope<T: Serialize>(
    total: usize,
    paging: Paging,
    content: Vec<T>,
) -> Result<Vec<u8>, Problem> {
    let page = v1::Page::new(total as u64, paging.page as u64, paging.per_page as u64, content);
    Ok(serde_json::to_vec(&page)?)
}

/// `GET /v1/services`.
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
    let paging = params.paging()?;
    let hits = snapshot.find(&query(state, params)?, paging.offset(), paging.per_page);
    let services = records::read(state, &hits.page).await?;
    envelope(hits.total, paging, services.iter().map(v1::Service::summary).collect())
}

/// In 1.0 terms are CURIEs, and a whole vocabulary may be asked for.
fn query(state: &ApiState, params: &Params) -> Result<Query, Problem> {
    let expected = "a term such as openActiveActivity:c16df6ed-a4a0-4275-a8c3-1c8cff56856f";
    let mut query = params.query()?;
    query.near = params.near(&state.gazetteer)?;
    query.open_ages = true;
    for text in params.all("taxonomy_id") {
        let term = v1::parse_curie(text).map(v1::Curie::id).or_else(|| Id::parse(text));
        query.terms.push(term.ok_or(Problem::Unreadable { parameter: "taxonomy_id", expected })?);
    }
    if query.terms.is_empty() {
        let schemes = params.all("vocabulary").map(v1::scheme_of);
        query.taxonomies = schemes.map(|scheme| scheme.map_or(NONE, Scheme::id)).collect();
    }
    Ok(query)
}

/// The id of no taxonomy: nothing is in a vocabulary that is not there.
const NONE: Id = Id::NIL;

/// `GET /v1/services/{id}`.
async fn service(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let unknown = || Problem::UnknownId { what: "service" };
    let id = parse_id(&id)?;
    let hit = state.catalogue.snapshot().service(id).ok_or_else(unknown)?;
    let body = state.bodies.one(hit).await?.ok_or_else(unknown)?;
    if hit.is_gone {
        return Err(Problem::Gone(body.to_vec()));
    }
    let service: Service = serde_json::from_slice(&body)?;
    let body = serde_json::to_vec(&v1::Service::full(&service))?;
    Ok(Page::new(body).respond(&headers))
}

/// `GET /v1/taxonomies`: terms in use and their ancestors.
async fn taxonomies(
    State(state): State<ApiState>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer {
    let params = Params::parse(query.as_deref())?;
    let paging = params.paging()?;
    let mut terms = state.catalogue.snapshot().terms_in_use();
    if let Some(vocabulary) = params.first("vocabulary") {
        let scheme = v1::scheme_of(vocabulary).map(Scheme::id);
        terms.retain(|term| Some(term.taxonomy_id) == scheme);
    }
    if params.flag("root_only")? {
        terms.retain(|term| term.parent_id.is_none());
    }
    let shown: Vec<_> = terms.iter().filter_map(|term| v1::Taxonomy::of(term)).collect();
    let total = shown.len();
    let content = shown.into_iter().skip(paging.offset()).take(paging.per_page).collect();
    Ok(Page::new(envelope(total, paging, content)?).respond(&headers))
}

/// `GET /v1/taxonomies/{id}`.
async fn taxonomy(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let unknown = || Problem::UnknownId { what: "taxonomy" };
    let id = v1::parse_curie(&id).map(v1::Curie::id).or_else(|| Id::parse(&id));
    let snapshot = state.catalogue.snapshot();
    let term = id.and_then(|id| snapshot.terms().find(id)).ok_or_else(unknown)?;
    let taxonomy = v1::Taxonomy::of(term).ok_or_else(unknown)?;
    let body = serde_json::to_vec(&taxonomy)?;
    Ok(Page::new(body).respond(&headers))
}

/// `GET /v1/vocabularies`.
async fn vocabularies() -> Json<Vec<&'static str>> {
    Json(v1::vocabularies().to_vec())
}

/// `GET /v1/organizations`.
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
        let summaries = services.iter().map(|s| v1::Organization::summary(&s.organization));
        envelope(total, paging, summaries.collect())
    };
    let name = params.name(uri.path());
    Ok(state.pages.get(snapshot.generation(), &name, make).await?.respond(&headers))
}

/// `GET /v1/organizations/{id}`: with the services it provides.
async fn organization(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let id = parse_id(&id)?;
    let services = records::of_organization(&state, id).await?;
    let references = services.iter().map(v1::ServiceReference::of);
    let organization = v1::Organization::full(&services[0].organization, references);
    Ok(Page::new(serde_json::to_vec(&organization)?).respond(&headers))
}

/// `GET /v1/locations`.
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
        envelope(total, paging, locations.iter().map(v1::Location::summary).collect())
    };
    let name = params.name(uri.path());
    Ok(state.pages.get(snapshot.generation(), &name, make).await?.respond(&headers))
}

/// `GET /v1/locations/{id}`: with the services that take place there.
async fn location(
    State(state): State<ApiState>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let id = parse_id(&id)?;
    let (location, services) = records::at_location(&state, id).await?;
    let there = services.iter().filter_map(|service| {
        let at = service.service_at_locations.iter().find(|at| at.location_id == id)?;
        Some(v1::LocationService { id: at.id, service: v1::ServiceReference::of(service) })
    });
    let full = v1::Location::full(&location, there);
    Ok(Page::new(serde_json::to_vec(&full)?).respond(&headers))
}

fn parse_id(id: &str) -> Result<Id, Problem> {
    Id::parse(id).ok_or(Problem::Unreadable { parameter: "id", expected: "an id (a UUID)" })
}
