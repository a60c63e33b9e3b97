//! `/find/{id}`: all that is known of a service, whose data it is, and how fresh.

use askama::Template;
use axum::extract::Path;
use axum::extract::RawQuery;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse as _;
use axum::response::Redirect;
use axum::response::Response;
use chrono::DateTime;

use super::card;
use super::points;
use crate::api::ApiState;
use crate::api::Problem;
use crate::api::records;
use crate::oruk::CostOption;
use crate::oruk::Id;
use crate::oruk::Service;
use crate::oruk::Status;
use crate::web::frame::Frame;
use crate::web::frame::Section;
use crate::web::frame::Trouble;
use crate::web::frame::page_allowed;
use crate::web::map::Map;
use crate::web::words;

/// How many characters of a name a heading shows.
const MAX_NAME: usize = 300;

/// How many characters of a description others show who link to the page.
const MAX_SUMMARY: usize = 200;

#[derive(Template)]
#[template(path = "service.html")]
struct ServicePage {
    frame: Frame,
    /// The address of this page.
    address: String,
    name: String,
    summary: String,
    service: Service,
    is_closed: bool,
    is_over: bool,
    audience: Option<String>,
    /// Unless a contact has it.
    email: Option<String>,
    /// What a list says of the price, unless the only price says the same, and all prices.
    prices: Vec<String>,
    booking: Option<Booking>,
    /// Where more is told, unless booking leads there.
    link: Option<String>,
    website: Option<String>,
    /// Address and accessibility of each place.
    places: Vec<Place>,
    activities: Vec<String>,
    source: Source,
    /// Whether a map can be shown.
    has_point: bool,
    /// Nothing unless it is asked for.
    map: Option<Map>,
}

/// How to book: words, and the address that they end with.
struct Booking {
    words: String,
    address: Option<String>,
}

impl Booking {
    fn of(process: &str) -> Self {
        let (words, last) = process.rsplit_once(' ').unwrap_or(("", process));
        match words::web_address(last) {
            Some(address) => Self { words: words.to_owned(), address: Some(address) },
            None => Self { words: process.to_owned(), address: None },
        }
    }
}

struct Place {
    address: String,
    description: Option<String>,
    accessibility: Vec<String>,
    amenities: Vec<String>,
}

/// Where the record comes from.
#[derive(Default)]
struct Source {
    publisher: Option<String>,
    dataset: Option<String>,
    licence: Option<(String, Option<String>)>,
    changed: Option<String>,
    checked: Option<String>,
}

/// `GET /find/{id}`, and `GET /find/{id}.geojson` for its map.
pub(in crate::web) async fn service(
    State(state): State<ApiState>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Trouble> {
    if let Some(id) = name.strip_suffix(".geojson") {
        let service = match read(&state, id).await {
            Err(Problem::Folded(into)) => {
                return Ok(Redirect::permanent(&format!("{into}.geojson")).into_response());
            }
            service => service,
        };
        let points = service.and_then(|service| points::of_service(&service));
        return Ok(points.unwrap_or_else(Problem::into_response));
    }
    let service = read(&state, &name).await?;
    let is_mapped = query.as_deref() == Some("map=yes");
    let page = shown_as_page(&state, service, is_mapped, &headers).await?;
    Ok(page_allowed(&page, Map::allowed(page.map.as_ref())))
}

async fn read(state: &ApiState, id: &str) -> Result<Service, Problem> {
    let id = Id::parse(id).ok_or(Problem::UnknownId { what: "service" })?;
    let (hit, body) = records::one(state, &state.catalogue.view(), id).await?;
    records::shown(hit, &body)
}

async fn shown_as_page(
    state: &ApiState,
    service: Service,
    is_mapped: bool,
    headers: &HeaderMap,
) -> Result<ServicePage, Trouble> {
    let id = service.id;
    let name = words::short(&service.name, MAX_NAME);
    let has_point = service.service_at_locations.iter().any(|at| at.location.latitude.is_some());
    let summary = service.description.as_deref().unwrap_or_default();
    let attributes = service.attributes.iter();
    let activities = attributes.filter(|a| matches!(&*a.link_type, "activity" | "facility_type"));
    let booking = service.application_process.as_deref().map(Booking::of);
    let link = service.url.as_deref().and_then(words::web_address);
    let books = booking.as_ref().and_then(|booking| booking.address.as_ref());
    Ok(ServicePage {
        frame: Frame::new(name.as_str(), Section::Find),
        address: format!("{}/find/{id}", state.base_url(headers)),
        summary: words::short(
            &summary.split_whitespace().collect::<Vec<_>>().join(" "),
            MAX_SUMMARY,
        ),
        is_closed: service.status == Status::TemporarilyClosed,
        is_over: !service.status.is_listed(),
        audience: card::audience(&service),
        email: service
            .email
            .clone()
            .filter(|_| service.contacts.iter().all(|contact| contact.email != service.email)),
        link: link.filter(|link| books != Some(link)),
        website: service.organization.website.as_deref().and_then(words::web_address),
        places: places(&service),
        prices: prices(&service),
        booking,
        activities: activities.map(|a| a.taxonomy_term.name.clone()).collect(),
        source: source(state, &service).await?,
        has_point,
        map: (is_mapped && has_point).then(|| Map::new(state, format!("/find/{id}.geojson"))),
        name,
        service,
    })
}

fn prices(service: &Service) -> Vec<String> {
    let price = |cost: &CostOption| match &cost.option {
        Some(option) => format!("{option}: {}", cost.amount_description),
        None => cost.amount_description.clone(),
    };
    let is_news = |fees: &&String| match &service.cost_options[..] {
        [only] => !only.amount_description.starts_with(*fees),
        _ => true,
    };
    let fees = service.fees.iter().filter(is_news).cloned();
    fees.chain(service.cost_options.iter().map(price)).collect()
}

fn places(service: &Service) -> Vec<Place> {
    let place = |location: &crate::oruk::Location| Place {
        address: card::address(location),
        description: location.description.clone(),
        accessibility: location
            .accessibility
            .iter()
            .flat_map(|row| row.description.iter().chain(&row.details))
            .cloned()
            .collect(),
        amenities: location.attributes.iter().map(|a| a.taxonomy_term.name.clone()).collect(),
    };
    service.service_at_locations.iter().map(|at| place(&at.location)).collect()
}

async fn source(state: &ApiState, service: &Service) -> Result<Source, Trouble> {
    // A publisher that is shown strictly has no field for it.
    let Some(stated) = &service.x_openactive else { return Ok(Source::default()) };
    let feeds = state.status.report().await?.feeds;
    let of_publisher =
        feeds.iter().filter(|feed| Some(&feed.publisher_name) == stated.publisher.as_ref());
    let checked = of_publisher.filter_map(|feed| feed.last_success).max();
    let changed = DateTime::parse_from_rfc3339(&service.last_modified).ok();
    Ok(Source {
        publisher: stated.publisher.clone(),
        dataset: stated.dataset.as_deref().and_then(words::web_address),
        licence: stated
            .license
            .as_deref()
            .map(|text| (words::licence_name(text), words::web_address(text))),
        changed: changed.map(|time| words::instant(time.to_utc())),
        checked: checked.map(|time| words::ago(time, state.clock.now())),
    })
}
