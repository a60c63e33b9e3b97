//! Open Referral UK 1.0.
//!
//! Specification: <https://openreferraluk.org/specifications>, with the names of the reference server.

use axum::Router;
use axum::routing::get;
use serde::Serialize;

use super::asked::Answer;
use super::asked::Asked;
use super::asked::modified;
use super::error::Problem;
use super::openapi;
use super::params::Paging;
use super::records;
use super::state::ApiState;
use crate::catalogue::Query;
use crate::catalogue::View;
use crate::oruk::Id;
use crate::oruk::Service;
use crate::oruk::v1;
use crate::oruk::v3::Scheme;

/// What this API follows.
const SPECIFICATION: &str = "https://openreferraluk.org/specifications";

/// Returns the routes below `/v1`.
pub(super) fn routes() -> Router<ApiState> {
    Router::new()
        .route("/", get(root))
        .route("/openapi.json", get(openapi::v1))
        .route("/organizations", get(organizations))
        .route("/organizations/{id}", get(organization))
        .route("/locations", get(locations))
        .route("/locations/{id}", get(location))
        .route("/services", get(services))
        .route("/services/{id}", get(service))
        .route("/taxonomies", get(taxonomies))
        .route("/taxonomies/{id}", get(taxonomy))
        .route("/vocabularies", get(vocabularies))
}

/// `GET /v1`, of which 1.0 says nothing: as in 3.0.
async fn root(asked: Asked) -> Answer {
    asked.root("v1", "1.0", SPECIFICATION).await
}

fn envelope<T: Serialize>(
    total: usize,
    paging: Paging,
    content: Vec<T>,
) -> Result<(usize, Vec<u8>), Problem> {
    let page = v1::Page::new(total as u64, paging.page as u64, paging.per_page as u64, content);
    Ok((total, serde_json::to_vec(&page)?))
}

/// `GET /v1/services`.
async fn services(asked: Asked) -> Answer {
    let query = query(&asked)?;
    let make = async |view: View, paging: Paging| {
        let hits = view.find(&query, paging.offset(), paging.per_page);
        let page = asked.meanwhile(&view).services(hits.page)?;
        let services = records::read(&asked.state, &page).await?;
        envelope(hits.total, paging, services.iter().map(v1::Service::summary).collect())
    };
    asked.list(make).await
}

/// In 1.0 terms are CURIEs, and a whole vocabulary may be asked for.
fn query(asked: &Asked) -> Result<Query, Problem> {
    let params = &asked.params;
    let mut query = params.query_by_sets()?;
    query.near = params.near(&asked.state.gazetteer)?;
    (query.open_ages, query.without_gone) = (true, true);
    query.terms.extend(params.read_all("taxonomy_id", TERM, term)?);
    let taxonomy = |name: &str| Some(v1::scheme_of(name).map_or(NONE, Scheme::id));
    query.taxonomies = params.read_all("vocabulary", "a vocabulary", taxonomy)?;
    let links = params.read_all("taxonomy_type", LINKS, Link::parse)?;
    narrow_terms(&asked.view()?, &links, &mut query);
    check_coverage(asked)?;
    Ok(query)
}

/// What `taxonomy_type` may be, in any case: what a term says something of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Link {
    Any,
    Service,
    /// Terms of gender, which say who may come.
    Eligibility,
    /// Something else, of which there are no terms here.
    Other,
}

impl Link {
    /// A word that is not known is taken as `service`, as the reference server does.
    fn parse(text: &str) -> Option<Self> {
        let is_word =
            text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        match text.to_ascii_lowercase().as_str() {
            "any" => Some(Self::Any),
            "eligibility" => Some(Self::Eligibility),
            "organization" | "cost_option" | "area" | "service_area" => Some(Self::Other),
            _ => is_word.then_some(Self::Service),
        }
    }

    fn admits(self, taxonomy: Id) -> bool {
        let is_eligibility = taxonomy == Scheme::Gender.id();
        match self {
            Self::Any => true,
            Self::Service => !is_eligibility,
            Self::Eligibility => is_eligibility,
            Self::Other => false,
        }
    }
}

/// Leaves of the terms that are asked for those of the vocabularies beside them, and of both what is of a
/// `taxonomy_type`. By itself that asks nothing.
fn narrow_terms(view: &View, links: &[Link], query: &mut Query) {
    if !links.is_empty() {
        let is_linked = |taxonomy: Id| links.iter().any(|link| link.admits(taxonomy));
        narrow(&mut query.taxonomies, is_linked);
        narrow_to(view, &mut query.terms, is_linked);
    }
    if !query.terms.is_empty() && !query.taxonomies.is_empty() {
        let vocabularies = std::mem::take(&mut query.taxonomies);
        narrow_to(view, &mut query.terms, |taxonomy| vocabularies.contains(&taxonomy));
    }
}

/// Leaves of terms those of the taxonomies that are admitted.
fn narrow_to(view: &View, terms: &mut Vec<Id>, is_admitted: impl Fn(Id) -> bool) {
    let known = view.snapshot().terms();
    narrow(terms, |id| known.find(id).is_some_and(|term| is_admitted(term.taxonomy_id)));
}

/// Leaves of what is asked for what is admitted; where that is nothing, nothing is found.
fn narrow(asked: &mut Vec<Id>, is_admitted: impl Fn(Id) -> bool) {
    if !asked.is_empty() {
        asked.retain(|id| is_admitted(*id));
        if asked.is_empty() {
            asked.push(NONE);
        }
    }
}

/// Reads `coverage`, a postcode in the area of the service. A service without an area is everywhere, and none
/// here has one, so nothing is left out, also where the postcode is too new to be known here.
fn check_coverage(asked: &Asked) -> Result<(), Problem> {
    asked.params.postcode("coverage").map(|_| ())
}

/// Reads the id of a term, a CURIE or a UUID. A CURIE of a vocabulary or a term that is not here names nothing.
fn term(text: &str) -> Option<Id> {
    let is_foreign = || text.contains(':').then_some(NONE);
    v1::parse_curie(text).map(v1::Curie::id).or_else(|| Id::parse(text)).or_else(is_foreign)
}

/// What `taxonomy_type` takes.
const LINKS: &str = "any, service, eligibility, organization, cost_option or area";

/// What parameters of terms take.
const TERM: &str = "a term such as openActiveActivity:c16df6ed-a4a0-4275-a8c3-1c8cff56856f";

/// The id of no taxonomy and no term: nothing is in a vocabulary that is not there.
const NONE: Id = Id::NIL;

/// `GET /v1/services/{id}`.
async fn service(asked: Asked) -> Answer {
    let (id, view) = (asked.id("service")?, asked.view()?);
    let (hit, body) = records::one(&asked.state, &view, id).await?;
    let make = async {
        let service: Service = serde_json::from_slice(&body.bytes)?;
        Ok(serde_json::to_vec(&v1::Service::full(&service))?.into())
    };
    asked.kept(&view, hit, make).await
}

/// `GET /v1/taxonomies`: terms in use and their ancestors.
async fn taxonomies(asked: Asked) -> Answer {
    let vocabulary = asked.params.one("vocabulary")?;
    let words = asked.params.one("text")?.map(str::to_lowercase);
    let parents = asked.params.read_all("parent_id", TERM, term)?;
    let is_root_only = asked.params.flag("root_only")?;
    let make = async |view: View, paging: Paging| {
        let mut terms = view.terms_in_use();
        if let Some(vocabulary) = vocabulary {
            let scheme = v1::scheme_of(vocabulary).map(Scheme::id);
            terms.retain(|term| Some(term.taxonomy_id) == scheme);
        }
        terms.retain(|term| {
            (parents.is_empty() || term.parent_id.is_some_and(|id| parents.contains(&id)))
                && words.as_ref().is_none_or(|words| term.name.to_lowercase().contains(words))
                && !(is_root_only && term.parent_id.is_some())
        });
        terms.retain(|term| v1::Taxonomy::of(term).is_some());
        let total = terms.len();
        let page = terms.into_iter().skip(paging.offset()).take(paging.per_page);
        let page = asked.meanwhile(&view).terms(page)?;
        envelope(total, paging, page.iter().filter_map(|term| v1::Taxonomy::of(term)).collect())
    };
    asked.list(make).await
}

/// `GET /v1/taxonomies/{id}`.
async fn taxonomy(asked: Asked) -> Answer {
    let unknown = || Problem::UnknownId { what: "taxonomy" };
    let id = term(asked.id_text());
    let view = asked.view()?;
    let found = id.and_then(|id| view.term(id)).ok_or_else(unknown)?;
    let taxonomy = v1::Taxonomy::of(found).ok_or_else(unknown)?;
    asked.entity(&taxonomy, modified(&view)).await
}

/// `GET /v1/vocabularies`.
async fn vocabularies(asked: Asked) -> Answer {
    asked.view()?;
    asked.entity(&v1::vocabularies(), asked.state.started.into()).await
}

/// `GET /v1/organizations`.
async fn organizations(asked: Asked) -> Answer {
    let make = async |view: View, paging: Paging| {
        let (total, services) = records::organizations(&asked, &view, paging).await?;
        let summaries = services.iter().map(|s| v1::Organization::summary(&s.organization));
        envelope(total, paging, summaries.collect())
    };
    asked.list(make).await
}

/// `GET /v1/organizations/{id}`: with the services it provides.
async fn organization(asked: Asked) -> Answer {
    let (id, view) = (asked.id("organization")?, asked.view()?);
    let services = records::of_organization(&asked.state, &view, id).await?;
    let references = services.iter().map(v1::ServiceReference::of);
    let organization = v1::Organization::full(&services[0].organization, references);
    asked.entity(&organization, modified(&view)).await
}

/// `GET /v1/locations`.
async fn locations(asked: Asked) -> Answer {
    let make = async |view: View, paging: Paging| {
        let (total, locations) = records::locations(&asked, &view, paging).await?;
        envelope(total, paging, locations.iter().map(v1::Location::summary).collect())
    };
    asked.list(make).await
}

/// `GET /v1/locations/{id}`: with the services that take place there.
async fn location(asked: Asked) -> Answer {
    let (id, view) = (asked.id("location")?, asked.view()?);
    let (location, services) = records::at_location(&asked.state, &view, id).await?;
    let there = services.iter().filter_map(|service| {
        let at = service.service_at_locations.iter().find(|at| at.location_id == id)?;
        Some(v1::LocationService { id: at.id, service: v1::ServiceReference::of(service) })
    });
    asked.entity(&v1::Location::full(&location, there), modified(&view)).await
}
