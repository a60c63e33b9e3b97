//! Who runs an opportunity.
//!
//! Of a private person only the name is published, since the field is required and they are the
//! advertised provider. Who is not said to be an organisation, and shows no sign of being one, is taken
//! for a person.

use std::iter::once;
use std::iter::successors;

use super::bundle::distinct_facts;
use super::contact::contact_point;
use super::contact::is_private_contact;
use super::context::Context;
use super::detail::count_digits;
use super::detail::each_in;
use super::detail::is_same;
use super::options::PersonOrganizer;
use super::precedence::Field;
use super::precedence::Property;
use super::template::Text;
use super::text;
use super::url::email;
use super::url::web_address;
use crate::openactive::ContactPoint;
use crate::openactive::Identifier;
use crate::openactive::Opportunity;
use crate::openactive::Party;
use crate::openactive::Place;
use crate::openactive::PropertyValue;
use crate::openactive::canonical_uri;
use crate::openactive::lenient::Absent as _;
use crate::openactive::lenient::Nested;
use crate::oruk::Id;
use crate::oruk::Organization;
use crate::oruk::OrganizationIdentifier;
use crate::quality::Code;

/// The organisation of a service.
pub(super) struct Organizer<'a> {
    pub(super) organization: Organization,
    /// The party it was made of; nothing when the dataset's publisher stands in.
    pub(super) party: Option<&'a Party>,
    is_private: bool,
}

impl Organizer<'_> {
    /// Returns the party when it is an organisation, whose contact details may be published.
    pub(super) fn public_party(&self) -> Option<&Party> {
        self.party.filter(|_| !self.is_private)
    }
}

/// Who runs an opportunity, as published.
struct Found<'a> {
    party: &'a Party,
    source: Property,
    is_private: bool,
}

/// Tells whether a party is a private person, or may be one. Who provides a facility or operates a venue can only
/// be an [`Organization`](https://openactive.io/provider) unless it says otherwise.
fn is_private(party: &Party, source: Property) -> bool {
    match source {
        Property::Provider | Property::ServiceOperator if !party.is_typed() => party.is_person(),
        _ => party.is_person() || (!party.is_organization() && !looks_like_an_organization(party)),
    }
}

/// Tells whether a party has what only organisations have: a registered name, a number of a register,
/// quality marks, or a name with a word such as club or council.
fn looks_like_an_organization(party: &Party) -> bool {
    let name = party.name.as_str().to_lowercase();
    let mut words = name.split_whitespace().filter(|word| !is_address(word)).flat_map(text::words);
    !party.legal_name.is_absent()
        || !party.formal_criteria_met.is_absent()
        || party.identifier.values().iter().any(|value| register(value).is_some())
        || words.any(|word| ORGANIZATION_WORDS.contains(&word))
}

/// Tells whether a word is an address of whatever kind, in which other words say nothing of who has it.
fn is_address(word: &str) -> bool {
    word.contains('@') || word.trim_matches(|c: char| !c.is_alphanumeric()).contains('.')
}

/// Returns what private persons are reached by, each address and number alone: never to be published, unless it is
/// how the organisation or the public contact point is reached. What a place states as its own is not that of
/// somebody who is only taken for a person, but for the organiser.
pub(super) fn private_details<'a>(cx: &'a Context<'_>) -> Vec<&'a str> {
    let persons = private_persons(cx);
    if persons.is_empty() {
        return Vec::new();
    }
    let found = find_party(cx);
    let is_found = |party: &Party| {
        found.as_ref().is_some_and(|found| found.is_private && is_alike(found.party, party))
    };
    let mut private: Vec<(&str, bool)> = Vec::new();
    for (stated, supposed) in persons {
        let is_supposed = supposed.is_some_and(|party| !is_found(party));
        private.extend(each_in(stated).map(|detail| (detail, is_supposed)));
    }
    private.sort_unstable();
    private.dedup();
    let organizer = found.iter().filter(|found| !found.is_private);
    let organizer = organizer.flat_map(|found| found.party.details());
    let point = contact_point(cx).into_iter().flat_map(ContactPoint::details);
    let public: Vec<&str> = organizer.chain(point).flat_map(each_in).collect();
    let mut of_places: Vec<&str> = Vec::new();
    if private.iter().any(|(_, is_supposed)| *is_supposed) {
        let places = parts(cx).into_iter().flat_map(places_of);
        let stated = places.flat_map(|place| [place.telephone.as_str(), place.email.as_str()]);
        of_places.extend(stated.flat_map(each_in));
        of_places.sort_unstable();
        of_places.dedup();
    }
    private.retain(|(detail, is_supposed)| {
        let is_among = |public: &[&str]| public.iter().any(|public| is_same(public, detail));
        let is_public = is_among(&public) || (*is_supposed && is_among(&of_places));
        !is_public
    });
    let mut private: Vec<&str> = private.into_iter().map(|(detail, _)| detail).collect();
    private.dedup();
    private
}

/// Tells whether two parties are the same one, of whom one may say more: by their ids or their names.
fn is_alike(one: &Party, other: &Party) -> bool {
    let (name, other_name) = (one.name.as_str(), other.name.as_str());
    (!one.id.is_absent() && one.id == other.id)
        || (!one.name.is_absent() && name.eq_ignore_ascii_case(other_name))
}

/// Returns what the private persons are reached by whom any part of the opportunity names, wherever they stand in
/// lists, with the party that is not said to be a person but taken for one. Takes note of each.
fn private_persons<'a>(cx: &'a Context<'_>) -> Vec<(&'a str, Option<&'a Party>)> {
    let mut private = Vec::new();
    let parts = parts(cx);
    let all = parts.iter().flat_map(|part| parties_of(part)).map(|(_, party)| party);
    let persons: Vec<&Party> = all.filter(|party| party.is_person()).collect();
    for part in parts {
        for (source, party) in parties_of(part) {
            let before = private.len();
            let is_private = is_private(party, source);
            let is_said = party.is_person() || persons.iter().any(|one| is_alike(one, party));
            let supposed = Some(party).filter(|_| !is_said);
            let own = party.details().filter(|_| is_private);
            private.extend(own.map(|detail| (detail, supposed)));
            for point in &party.contact_point {
                let is_person = is_private_contact(point);
                let details = point.details().filter(|_| is_private || is_person);
                let supposed = supposed.filter(|_| !is_person);
                private.extend(details.map(|detail| (detail, supposed)));
            }
            if private.len() > before {
                cx.find(Code::PersonWithheld, source.as_str());
            }
        }
        for point in part.contact_point.iter().filter(|point| is_private_contact(point)) {
            private.extend(point.details().map(|detail| (detail, None)));
            cx.find(Code::PersonWithheld, Property::ContactPoint.as_str());
        }
    }
    private
}

/// Returns who organises or provides an opportunity, or operates its places.
fn parties_of(part: &Opportunity) -> impl Iterator<Item = (Property, &Party)> {
    let operators = places_of(part).flat_map(|place| &place.service_operator);
    (part.organizer.iter().map(|party| (Property::Organizer, party)))
        .chain(part.provider.iter().map(|party| (Property::Provider, party)))
        .chain(operators.map(|party| (Property::ServiceOperator, party)))
}

/// Returns the places of an opportunity, and what each is within.
fn places_of(opportunity: &Opportunity) -> impl Iterator<Item = &Place> {
    let places = opportunity.location.iter().chain(&opportunity.sports_activity_location);
    places.flat_map(|place| successors(Some(place), |place| place.contained_in_place.get()))
}

/// Returns all that belongs to the opportunity, embedded or not, of the past as well: texts outlast sessions.
fn parts<'a>(cx: &'a Context<'_>) -> Vec<&'a Opportunity> {
    let bundle = cx.bundle;
    let facts = distinct_facts(bundle.occurrences.iter()).into_iter().map(|(facts, _)| &**facts);
    let items = once(cx.head()).chain(&bundle.parents).chain(&bundle.members);
    let mut parts: Vec<&Opportunity> = items.chain(facts).collect();
    let mut at = 0;
    while let Some(part) = parts.get(at).copied() {
        let above = [
            &part.super_event,
            &part.instance_of_course,
            &part.facility_use,
            &part.aggregate_facility_use,
        ];
        parts.extend(above.into_iter().filter_map(Nested::get));
        let within = part.sub_event.iter().chain(&part.event).chain(&part.individual_facility_use);
        parts.extend(within);
        at += 1;
    }
    parts
}

/// Maps who runs the opportunity.
pub(super) fn organizer<'a>(cx: &'a Context<'_>) -> Organizer<'a> {
    let publisher =
        || Organizer { organization: publisher_of_dataset(cx), party: None, is_private: false };
    let found = find_party(cx).and_then(|found| Some((name_of(cx, &found)?, found)));
    let Some((name, Found { party, source, is_private })) = found else {
        cx.find(Code::OrganizerMissing, "organizer");
        return publisher();
    };
    if is_private && cx.rules.options.person_organizer == PersonOrganizer::Publisher {
        cx.find(Code::PersonWithheld, source.as_str());
        return publisher();
    }
    cx.check_text(party.name.as_str(), &name, "organizer.name");
    let id = Id::derive("organization", &[&key_of(cx, party, &name)]);
    let organization = if is_private {
        if !party.url.is_absent() || !party.description.is_absent() {
            cx.find(Code::PersonWithheld, source.as_str());
        }
        bare(cx, id, name)
    } else {
        public(cx, id, name, party)
    };
    Organizer { organization, party: Some(party), is_private }
}

/// The organiser need not be the same in all occurrences: the first is taken.
fn find_party<'a>(cx: &'a Context<'_>) -> Option<Found<'a>> {
    let of_places = || {
        let places = cx.layers().iter().flat_map(|layer| layer.location.iter());
        places.flat_map(|place| &place.service_operator).find(|party| !is_link(party))
    };
    cx.rules.sources(Field::Organization).iter().find_map(|source| {
        let of = |opportunity: &'a Opportunity| {
            let parties = match source {
                Property::Provider => &opportunity.provider,
                _ => &opportunity.organizer,
            };
            parties.iter().find(|party| !is_link(party))
        };
        let party = match source {
            Property::ServiceOperator => of_places(),
            _ => cx.layers().iter().copied().find_map(of).or_else(|| cx.facts().find_map(of)),
        }?;
        Some(Found { party, source: *source, is_private: is_private(party, *source) })
    })
}

/// Tells whether a party only points to one that may be published elsewhere: it has no name, or a URI for one,
/// and nothing that must be withheld.
fn is_link(party: &Party) -> bool {
    let names = [&party.name, &party.legal_name, &party.given_name, &party.family_name];
    let is_named = names.iter().any(|name| !name.is_absent());
    let is_bare_uri = is_uri(party.name.as_str()) && !party.is_organization();
    (!is_named || is_bare_uri) && party.details().next().is_none()
}

fn is_uri(name: &str) -> bool {
    canonical_uri(name).is_some()
}

fn name_of(cx: &Context<'_>, found: &Found<'_>) -> Option<String> {
    let party = found.party;
    let given_and_family = format!("{} {}", party.given_name.as_str(), party.family_name.as_str());
    let sources = cx.rules.sources(Field::OrganizationName).iter();
    let candidates = sources.map(|source| match source {
        Property::LegalName => party.legal_name.as_str(),
        Property::GivenAndFamilyName => &given_and_family,
        _ => party.name.as_str(),
    });
    // An e-mail address or a telephone number in a person's name is a contact detail all the same.
    let holds_number = |name: &str| count_digits(name) >= 7;
    let is_detail = |name: &str| (name.contains('@') || holds_number(name)) && found.is_private;
    let is_name = |name: &String| !name.is_empty() && !is_uri(name) && !is_detail(name);
    candidates.map(text::line).find(is_name)
}

fn key_of(cx: &Context<'_>, party: &Party, name: &str) -> String {
    let source = &cx.bundle.source.key;
    if let Some(uri) = party.id.get().and_then(|uri| cx.key_of_uri(uri)) {
        return uri;
    }
    let local = party.id.get().map(str::to_owned).or_else(|| match &party.identifier {
        Identifier::Text(_) | Identifier::Integer(_) => party.identifier.local(),
        _ => None,
    });
    match local {
        Some(local) => format!("{source}\nOrganization\n{local}"),
        None => format!("{source}\nOrganization\nname\n{}", name.to_lowercase()),
    }
}

fn bare(cx: &Context<'_>, id: Id, name: String) -> Organization {
    let name = cx.clean_name(name);
    Organization {
        id,
        description: cx.rules.text(Text::OrganizationDescription, &[("name", &name)]),
        name,
        email: None,
        website: None,
        logo: None,
        uri: None,
        organization_identifiers: Vec::new(),
    }
}

fn public(cx: &Context<'_>, id: Id, name: String, party: &Party) -> Organization {
    let mut organization = bare(cx, id, name);
    let description = cx.stated_block(party.description.as_str(), "organizer.description");
    if !description.is_empty() {
        organization.description = description;
    }
    organization.email = party.email.iter().find_map(email);
    if organization.email.is_none() && !party.email.is_absent() {
        cx.find(Code::EmailInvalid, "organizer.email");
    }
    organization.website = cx.web_address(party.url.as_str(), "organizer.url");
    organization.logo = cx.web_address(party.logo.url.as_str(), "organizer.logo");
    organization.uri = party.id.get().and_then(|uri| cx.identifier(uri)).and_then(web_address);
    organization.organization_identifiers =
        party.identifier.values().iter().filter_map(|value| registered(cx, id, value)).collect();
    organization
}

fn publisher_of_dataset(cx: &Context<'_>) -> Organization {
    let source = &cx.bundle.source;
    let key = format!("{}\nOrganization\nname\n{}", source.key, source.publisher.to_lowercase());
    bare(cx, Id::derive("organization", &[&key]), source.publisher.clone())
}

/// Company and charity numbers; any other scheme would be a guess.
fn registered(
    cx: &Context<'_>,
    organization_id: Id,
    value: &PropertyValue,
) -> Option<OrganizationIdentifier> {
    let (scheme, kind) = register(value)?;
    let identifier = cx.identifier(value.value.get()?)?.to_owned();
    Some(OrganizationIdentifier {
        id: Id::derive_under("organization_identifier", organization_id, &[scheme, &identifier]),
        organization_id,
        identifier_scheme: scheme.to_owned(),
        identifier_type: kind.to_owned(),
        identifier,
    })
}

fn register(value: &PropertyValue) -> Option<(&'static str, &'static str)> {
    let scheme = format!("{} {}", value.property_id.as_str(), value.name.as_str()).to_lowercase();
    if scheme.contains("gb-chc") || scheme.contains("charity") {
        Some(("GB-CHC", "Charity number"))
    } else if scheme.contains("gb-coh") || scheme.contains("company") {
        Some(("GB-COH", "Company number"))
    } else {
        None
    }
}

/// Words that stand in names of organisations and of nobody else.
const ORGANIZATION_WORDS: [&str; 42] = [
    "academy",
    "active",
    "association",
    "board",
    "cc",
    "centre",
    "charity",
    "cic",
    "cio",
    "club",
    "college",
    "committee",
    "community",
    "company",
    "council",
    "dance",
    "department",
    "fc",
    "federation",
    "fitness",
    "foundation",
    "group",
    "gym",
    "leisure",
    "limited",
    "llp",
    "ltd",
    "parish",
    "partnership",
    "plc",
    "rfc",
    "school",
    "services",
    "society",
    "sport",
    "sports",
    "studio",
    "swim",
    "team",
    "trust",
    "university",
    "ymca",
];
