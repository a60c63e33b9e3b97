//! The service, put together from the parts the other files map.

use chrono::DateTime;
use chrono::SecondsFormat;
use chrono::Utc;

use super::accessibility::Support;
use super::attribute;
use super::bundle::Bundle;
use super::contact;
use super::context::Context;
use super::cost_option;
use super::description;
use super::eligibility;
use super::language;
use super::location;
use super::organization;
use super::precedence::Field;
use super::precedence::Property;
use super::program;
use super::rules::Rules;
use super::schedule;
use super::status;
use super::template;
use crate::openactive::Identifier;
use crate::openactive::canonical_uri;
use crate::openactive::lenient::Absent as _;
use crate::openactive::lenient::Text;
use crate::oruk::OpenActiveSource;
use crate::oruk::Service;
use crate::oruk::SourceId;
use crate::quality::Code;
use crate::quality::Finding;

/// What became of a bundle.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapping {
    /// The service.
    pub service: Service,
    /// What was found on the way.
    pub findings: Vec<Finding>,
    /// When time alone may change the service.
    pub due: Option<DateTime<Utc>>,
}

/// Maps one opportunity to one service.
pub fn map(bundle: &Bundle, rules: &Rules, now: DateTime<Utc>) -> Mapping {
    let cx = Context::new(bundle, rules, now);
    let (service, due) = service(&cx);
    Mapping { service, due, findings: cx.into_findings() }
}

fn service(cx: &Context<'_>) -> (Service, Option<DateTime<Utc>>) {
    if bundle_id_is_local(cx) {
        cx.find(Code::IdMissing, "@id");
    }
    let organizer = organization::organizer(cx);
    let support = Support::of(cx);
    let places = location::places(cx, &support);
    let eligibility = eligibility::eligibility(cx);
    let attributes = attribute::attributes(cx, &support, eligibility.gender, places.attendance);
    let costs = cost_option::costs(cx);
    let url = url(cx, costs.link.as_deref());
    let link = cx.rules.sources(Field::ScheduleLink).iter().find_map(|source| match source {
        Property::OfferUrl => costs.link.as_deref(),
        _ => url.as_deref(),
    });
    let (schedules, liveness) = schedule::schedules(cx, &places, link);
    let judgement = status::judge(cx, &liveness);
    let name = description::name(cx, &attributes, &places);
    let program = program::program(cx, organizer.organization.id, &name);
    let service = Service {
        id: cx.service_id,
        organization_id: organizer.organization.id,
        program_id: program.as_ref().map(|program| program.id),
        description: description::description(cx, &eligibility, &support, &attributes, &places),
        email: contact::service_email(cx, &organizer, &places),
        status: judgement.status,
        fees: costs.fees.clone(),
        accreditations: accreditations(cx, &organizer),
        minimum_age: eligibility.minimum_age,
        maximum_age: eligibility.maximum_age,
        assured_date: cx.rules.options.assured_date.map(|date| date.to_string()),
        assurer_email: cx
            .rules
            .options
            .assurer_email
            .as_ref()
            .map(|mailbox| mailbox.as_str().to_owned()),
        alert: judgement.alert,
        last_modified: timestamp(cx.bundle.modified.unwrap_or(cx.bundle.first_seen)),
        application_process: cost_option::application_process(&costs, link),
        fees_description: costs.fees.clone(),
        eligibility_description: eligibility.description.clone(),
        schedules,
        languages: language::languages(cx),
        contacts: contact::contacts(cx, &organizer, &places),
        x_openactive: Some(source(cx, organizer.party.is_none())),
        organization: organizer.organization,
        service_at_locations: places.at_locations,
        cost_options: costs.options,
        program,
        attributes,
        name,
        url,
    };
    (service, judgement.due)
}

fn bundle_id_is_local(cx: &Context<'_>) -> bool {
    cx.head().id.get().and_then(canonical_uri).is_none()
}

/// Writes a time as the standard asks: RFC 3339 with milliseconds and `Z`.
fn timestamp(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// The page of the opportunity, else of what it is part of, else where its offers are sold. The
/// standard does not inherit `url`; a page about the series is better than none.
fn url(cx: &Context<'_>, offer_link: Option<&str>) -> Option<String> {
    if cx.layers().iter().all(|layer| layer.url.is_absent()) {
        cx.find(Code::UrlMissing, "url");
    }
    let own = cx.layers().iter().find_map(|layer| cx.web_address(layer.url.as_str(), "url"));
    cx.rules.sources(Field::Url).iter().find_map(|source| match source {
        Property::Url => own.clone(),
        _ => offer_link.map(str::to_owned),
    })
}

fn accreditations(cx: &Context<'_>, organizer: &organization::Organizer<'_>) -> Option<String> {
    let criteria = &organizer.public_party()?.formal_criteria_met;
    let urls: Vec<&str> =
        criteria.iter().filter_map(Text::get).filter_map(|url| cx.identifier(url)).collect();
    let addresses = urls.join(", ");
    let words = cx.rules.text(template::Text::Accreditations, &[("addresses", &addresses)]);
    Some(words).filter(|words| !urls.is_empty() && !words.is_empty())
}

fn source(cx: &Context<'_>, publisher_stands_in: bool) -> OpenActiveSource {
    let head = cx.head();
    let source = &cx.bundle.source;
    let local = || match &head.identifier {
        Identifier::Integer(number) => Some(SourceId::Number(*number)),
        other => other.local().map(SourceId::Text),
    };
    let own = head.id.get().map(|id| SourceId::Text(id.to_owned())).or_else(local);
    let mut images = cx.layers().iter().flat_map(|layer| layer.image.iter());
    OpenActiveSource {
        kind: cx.bundle.head.kind.as_str().to_owned(),
        id: own
            .or_else(|| cx.bundle.head.item_id.clone().map(SourceId::Text))
            .filter(|id| !matches!(id, SourceId::Text(text) if cx.identifier(text).is_none())),
        dataset: source.dataset.clone(),
        publisher: Some(source.publisher.clone()),
        license: source.license.clone(),
        image: images.find_map(|image| cx.web_address(image.url.as_str(), "image")),
        organization_source: publisher_stands_in.then(|| "dataset publisher".to_owned()),
    }
}
