//! HSDS-UK 3.0: the nine endpoints of the profile, and organisations and locations as in HSDS.
//!
//! Specification: <https://openreferraluk.org/developers/api>.

use axum::Router;
use axum::routing::get;
use chrono::SecondsFormat;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::value::to_raw_value;

use super::asked::Answer;
use super::asked::Asked;
use super::asked::modified;
use super::changes;
use super::error::Problem;
use super::explain;
use super::export;
use super::meanwhile::Meanwhile;
use super::openapi;
use super::params::Paging;
use super::records;
use super::state::ApiState;
use super::stream;
use crate::catalogue::Body;
use crate::catalogue::Hit;
use crate::catalogue::Listed;
use crate::catalogue::Query;
use crate::catalogue::View;
use crate::oruk::Id;
use crate::oruk::v3;
use crate::oruk::v3::Scheme;

/// The profile this API follows.
const PROFILE: &str = "https://github.com/OpenReferralUK/uk-profile/blob/main/docs/index.md";

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
        .route("/changes", get(changes::changes))
        .route("/export", get(export::manifest))
        .route("/export/{file}", get(export::file))
}

/// `GET /v3`.
async fn root(asked: Asked) -> Answer {
    asked.root("v3", "HSDS-UK-3.0", PROFILE).await
}

fn envelope<T: Serialize>(
    total: usize,
    paging: Paging,
    contents: Vec<T>,
) -> Result<(usize, Vec<u8>), Problem> {
    let page = v3::Page::new(total as u64, paging.page as u64, paging.per_page as u64, contents);
    Ok((total, serde_json::to_vec(&page)?))
}

/// Returns a page of what is in memory already.
fn slice<T: Serialize>(all: Vec<T>, paging: Paging) -> Result<(usize, Vec<u8>), Problem> {
    let total = all.len();
    let contents: Vec<T> = all.into_iter().skip(paging.offset()).take(paging.per_page).collect();
    envelope(total, paging, contents)
}

/// An item of an answer about a place, with how far from it.
#[derive(Serialize)]
struct Away<T> {
    #[serde(flatten)]
    item: T,
    /// Metres.
    #[serde(skip_serializing_if = "Option::is_none")]
    x_distance_m: Option<u64>,
}

impl<T: Serialize> Away<T> {
    fn raw(item: T, hit: Hit) -> serde_json::Result<Box<RawValue>> {
        // No field of our own for a publisher who is shown strictly.
        let metres = hit.distance_m.filter(|_| !hit.is_strict);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "no two places are farther apart than half of the Earth"
        )]
        let x_distance_m = metres.map(|metres| metres.round() as u64);
        to_raw_value(&Self { item, x_distance_m })
    }
}

/// `GET /v3/services`.
async fn services(asked: Asked) -> Answer {
    let query = query(&asked)?;
    let is_full = asked.params.flag("full")?;
    let (is_minimal, is_ndjson) = (asked.params.flag("minimal")?, asked.params.is_ndjson()?);
    if is_minimal && !is_ndjson {
        return minimal(&asked, &query).await;
    }
    if is_ndjson {
        let view = asked.view()?;
        let hits = view.find(&query, 0, usize::MAX).page;
        if is_minimal {
            return stream::lines(&asked, &view, hits, version, minimal_items).await;
        }
        let meanwhile = asked.meanwhile(&view);
        let make = move |hits: Vec<Hit>| {
            let meanwhile = meanwhile.clone();
            async move { service_items(&meanwhile, hits, is_full).await }
        };
        return stream::lines(&asked, &view, hits, version, make).await;
    }
    let make = async |view: View, paging: Paging| {
        let hits = view.find(&query, paging.offset(), paging.per_page);
        let items = service_items(&asked.meanwhile(&view), hits.page, is_full).await?;
        envelope(hits.total, paging, items)
    };
    asked.list(make).await
}

fn version(hit: &Hit) -> (Id, u64) {
    (hit.id, hit.seq)
}

async fn service_items(
    meanwhile: &Meanwhile,
    hits: Vec<Hit>,
    is_full: bool,
) -> Result<Vec<Box<RawValue>>, Problem> {
    let hits = meanwhile.services(hits)?;
    let bodies = meanwhile.state.bodies.many(&hits).await?;
    let mut items = Vec::with_capacity(bodies.len());
    for (hit, body) in hits.iter().zip(bodies) {
        let Some(body) = body else { continue };
        if body.is_gone && !hit.is_gone {
            // Withdrawn a moment ago.
            continue;
        }
        items.push(if hit.is_gone {
            // Tombstones are kept as they are shown.
            serde_json::from_slice(&body.bytes)?
        } else if is_full {
            whole_item(*hit, &body)?
        } else {
            Away::raw(v3::ServiceSummary::read(&body.bytes, hit.is_strict)?, *hit)?
        });
    }
    Ok(items)
}

fn whole_item(hit: Hit, body: &Body) -> Result<Box<RawValue>, Problem> {
    if hit.distance_m.is_none() {
        return Ok(records::as_shown(hit, body)?);
    }
    Ok(Away::raw(&records::shown(hit, body)?, hit)?)
}

/// A service as `minimal` shows it.
#[derive(Serialize)]
struct Minimal {
    id: Id,
    modified_date: String,
    /// Only where it is not there any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
}

impl Minimal {
    fn of(hit: &Hit) -> Self {
        Self {
            id: hit.id,
            modified_date: hit.last_modified.to_rfc3339_opts(SecondsFormat::Millis, true),
            status: hit.is_gone.then_some("defunct"),
        }
    }
}

async fn minimal_items(hits: Vec<Hit>) -> Result<Vec<Box<RawValue>>, Problem> {
    Ok(hits.iter().map(|hit| to_raw_value(&Minimal::of(hit))).collect::<Result<_, _>>()?)
}

/// All ids with the time of their latest change, in one answer.
async fn minimal(asked: &Asked, query: &Query) -> Answer {
    let view = asked.view()?;
    let hits = view.find(query, 0, usize::MAX);
    let items = hits.page.iter().map(Minimal::of);
    let paging = Paging { page: 1, per_page: hits.total.max(1) };
    let (_, body) = envelope(hits.total, paging, items.collect())?;
    asked.bytes(body, modified(&view)).await
}

fn query(asked: &Asked) -> Result<Query, Problem> {
    let near = asked.params.near(&asked.state.gazetteer)?;
    Ok(Query { taxonomies: asked.params.taxonomies()?, near, ..asked.params.query()? })
}

/// `GET /v3/services/{id}`.
async fn service(asked: Asked) -> Answer {
    let is_explained = asked.params.flag("explain")?;
    let (id, view) = (asked.id("service")?, asked.view()?);
    let (hit, body) = records::one(&asked.state, &view, id).await?;
    if is_explained {
        return explain::answer(&asked, id).await;
    }
    if hit.is_strict {
        return asked.entity(&records::shown(hit, &body)?, modified(&view)).await;
    }
    asked.kept(&view, hit, async { Ok(body.bytes) }).await
}

/// `GET /v3/service_at_locations`.
async fn service_at_locations(asked: Asked) -> Answer {
    let query = query(&asked)?;
    let is_full = asked.params.flag("full")?;
    if asked.params.is_ndjson()? {
        let view = asked.view()?;
        let (_, listed) = view.find_at_locations(&query, 0, usize::MAX);
        let meanwhile = asked.meanwhile(&view);
        let make = move |listed: Vec<Listed>| {
            let meanwhile = meanwhile.clone();
            async move { place_items(&meanwhile, listed, is_full).await }
        };
        let version = |listed: &Listed| (listed.id, listed.service.seq);
        return stream::lines(&asked, &view, listed, version, make).await;
    }
    let make = async |view: View, paging: Paging| {
        let (total, page) = view.find_at_locations(&query, paging.offset(), paging.per_page);
        envelope(total, paging, place_items(&asked.meanwhile(&view), page, is_full).await?)
    };
    asked.list(make).await
}

async fn place_items(
    meanwhile: &Meanwhile,
    listed: Vec<Listed>,
    is_full: bool,
) -> Result<Vec<Box<RawValue>>, Problem> {
    let listed = meanwhile.places(listed)?;
    let hits: Vec<Hit> = listed.iter().map(|listed| listed.service).collect();
    let bodies = meanwhile.state.bodies.many(&hits).await?;
    let mut items = Vec::with_capacity(listed.len());
    for (listed, body) in listed.iter().zip(bodies) {
        let Some(body) = body.filter(|body| !body.is_gone) else { continue };
        items.extend(if is_full {
            let service = records::shown(listed.service, &body)?;
            let whole = v3::service_at_location(&service, listed.id);
            whole.map(|whole| Away::raw(whole, listed.service)).transpose()?
        } else {
            let is_strict = listed.service.is_strict;
            let summary = v3::ServiceSummary::read(&body.bytes, is_strict)?;
            let at = summary.at(listed.id, is_strict)?;
            at.map(|at| Away::raw(at, listed.service)).transpose()?
        });
    }
    Ok(items)
}

/// `GET /v3/service_at_locations/{id}`.
async fn service_at_location(asked: Asked) -> Answer {
    let unknown = || Problem::UnknownId { what: "service at location" };
    let id = asked.id("service at location")?;
    let view = asked.view()?;
    let listed = view.service_at_location(id).ok_or_else(unknown)?;
    let body = asked.state.bodies.one(listed.service).await?;
    let body = body.filter(|body| !body.is_gone).ok_or_else(unknown)?;
    let service = records::shown(listed.service, &body)?;
    let at = v3::service_at_location(&service, id).ok_or_else(unknown)?;
    asked.entity(&at, modified(&view)).await
}

/// `GET /v3/taxonomies`: those of which a term is in use.
async fn taxonomies(asked: Asked) -> Answer {
    let make = async |view: View, paging| {
        slice(v3::taxonomies_of(view.terms_in_use().iter().map(AsRef::as_ref)), paging)
    };
    asked.list(make).await
}

/// `GET /v3/taxonomies/{id}`: with the terms in use and their ancestors.
async fn taxonomy(asked: Asked) -> Answer {
    let id = asked.id("taxonomy")?;
    let view = asked.view()?;
    let mut terms = view.terms_in_use();
    terms.retain(|term| term.taxonomy_id == id);
    let known = v3::taxonomies_of(terms.iter().map(AsRef::as_ref)).into_iter().next();
    let scheme = || Scheme::ALL.into_iter().find(|scheme| scheme.id() == id);
    let taxonomy = known.or_else(|| scheme().map(Scheme::taxonomy));
    let taxonomy = taxonomy.ok_or(Problem::UnknownId { what: "taxonomy" })?;
    let mut taxonomy = serde_json::to_value(taxonomy)?;
    if !terms.is_empty()
        && let Some(object) = taxonomy.as_object_mut()
    {
        let terms: Vec<_> = terms.iter().map(AsRef::as_ref).collect();
        let terms = serde_json::to_value(terms)?;
        object.insert("taxonomy_terms".to_owned(), terms);
    }
    asked.entity(&taxonomy, modified(&view)).await
}

/// `GET /v3/taxonomy_terms`: those in use and their ancestors.
async fn taxonomy_terms(asked: Asked) -> Answer {
    let taxonomies = asked.params.taxonomies()?;
    let is_top_only = asked.params.flag("top_only")?;
    let parents = asked.params.ids("parent_id")?;
    let make = async |view: View, paging: Paging| {
        let mut terms = view.terms_in_use();
        terms.retain(|term| {
            (taxonomies.is_empty() || taxonomies.contains(&term.taxonomy_id))
                && (parents.is_empty() || term.parent_id.is_some_and(|id| parents.contains(&id)))
                && !(is_top_only && term.parent_id.is_some())
        });
        let total = terms.len();
        let page = terms.into_iter().skip(paging.offset()).take(paging.per_page);
        let page = asked.meanwhile(&view).terms(page)?;
        envelope(total, paging, page.iter().map(AsRef::as_ref).collect::<Vec<_>>())
    };
    asked.list(make).await
}

/// `GET /v3/taxonomy_terms/{id}`.
async fn taxonomy_term(asked: Asked) -> Answer {
    let id = asked.id("taxonomy term")?;
    let view = asked.view()?;
    let term = view.term(id);
    let term = term.ok_or(Problem::UnknownId { what: "taxonomy term" })?;
    asked.entity(term, modified(&view)).await
}

/// `GET /v3/organizations` (HSDS).
async fn organizations(asked: Asked) -> Answer {
    let make = async |view: View, paging: Paging| {
        let (total, services) = records::organizations(&asked, &view, paging).await?;
        let all = services.iter().map(|service| serde_json::to_string(&service.organization));
        let all = all.collect::<Result<Vec<_>, _>>()?;
        let items = all.iter().map(|json| serde_json::from_str(json));
        envelope::<v3::OrganizationSummary<'_>>(total, paging, items.collect::<Result<_, _>>()?)
    };
    asked.list(make).await
}

/// `GET /v3/organizations/{id}` (HSDS).
async fn organization(asked: Asked) -> Answer {
    let (id, view) = (asked.id("organization")?, asked.view()?);
    let services = records::of_organization(&asked.state, &view, id).await?;
    asked.entity(&services[0].organization, modified(&view)).await
}

/// `GET /v3/locations` (HSDS).
async fn locations(asked: Asked) -> Answer {
    let make = async |view: View, paging: Paging| {
        let (total, locations) = records::locations(&asked, &view, paging).await?;
        let all = locations.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
        let items = all.iter().map(|json| serde_json::from_str(json));
        envelope::<v3::LocationSummary<'_>>(total, paging, items.collect::<Result<_, _>>()?)
    };
    asked.list(make).await
}

/// `GET /v3/locations/{id}` (HSDS).
async fn location(asked: Asked) -> Answer {
    let (id, view) = (asked.id("location")?, asked.view()?);
    let mut location = records::at_location(&asked.state, &view, id).await?.0;
    // Rows about one service's sessions say nothing of the place itself.
    let venue = Id::derive_under("accessibility", id, &["venue"]);
    location.accessibility.retain(|row| row.id == venue);
    asked.entity(&location, modified(&view)).await
}
