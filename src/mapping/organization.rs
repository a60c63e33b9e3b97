//! Who runs an opportunity.
//!
//! Of a private person only the name is published, since the field is required and they are the
//! advertised provider. Who is not said to be an organisation, and shows no sign of being one, is taken
//! for a person.

use super::contact::private_contacts;
use super::context::Context;
use super::detail::is_same;
use super::detail::without_scheme;
use super::options::PersonOrganizer;
use super::precedence::Field;
use super::precedence::Property;
use super::template::Text;
use super::text;
use super::url::email;
use super::url::web_address;
use crate::openactive::Identifier;
use crate::openactive::Opportunity;
use crate::openactive::Party;
use crate::openactive::PropertyValue;
use crate::openactive::canonical_uri;
use crate::openactive::lenient::Absent as _;
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
    is_private: bool,
}

/// Tells whether an organiser is a private person, or may be one.
fn is_private(party: &Party) -> bool {
    party.is_person() || (!party.is_organization() && !looks_like_an_organization(party))
}

/// Tells whether a party has what only organisations have: a registered name, a number of a register,
/// quality marks, or a name with a word such as club or council.
fn looks_like_an_organization(party: &Party) -> bool {
    let name = party.name.as_str().to_lowercase();
    let mut words = name.split(|c: char| !c.is_alphanumeric());
    !party.legal_name.is_absent()
        || !party.formal_criteria_met.is_absent()
        || party.identifier.values().iter().any(|value| register(value).is_some())
        || words.any(|word| ORGANIZATION_WORDS.contains(&word))
}

/// Returns what a private person, who organises the opportunity or is its contact, is reached by: never to be
/// published, unless it is how the organisation is reached.
pub(super) fn private_details<'a>(cx: &'a Context<'_>) -> impl Iterator<Item = &'a str> {
    let found = find_party(cx);
    let organizer = found.iter().flat_map(|found| [&found.party.email, &found.party.telephone]);
    let organizer: Vec<&str> = organizer.map(|detail| without_scheme(detail.as_str())).collect();
    let persons =
        private_contacts(cx).into_iter().flat_map(|person| [&person.email, &person.telephone]);
    let persons = persons.map(|detail| without_scheme(detail.as_str()));
    if found.is_some_and(|found| found.is_private) {
        return persons.chain(organizer).collect::<Vec<_>>().into_iter();
    }
    let is_public = |detail: &str| organizer.iter().any(|public| is_same(public, detail));
    persons.filter(|detail| !is_public(detail)).collect::<Vec<_>>().into_iter()
}

/// Maps who runs the opportunity.
pub(super) fn organizer<'a>(cx: &'a Context<'_>) -> Organizer<'a> {
    let publisher =
        || Organizer { organization: publisher_of_dataset(cx), party: None, is_private: false };
    let found = find_party(cx).and_then(|found| Some((name_of(cx, &found)?, found)));
    let Some((name, Found { party, is_private })) = found else {
        cx.find(Code::OrganizerMissing, "organizer");
        return publisher();
    };
    if party.is_person() && cx.rules.options.person_organizer == PersonOrganizer::Publisher {
        cx.find(Code::PersonWithheld, "organizer");
        return publisher();
    }
    cx.check_text(party.name.as_str(), "organizer.name");
    let id = Id::derive("organization", &[&key_of(cx, party, &name)]);
    let organization = if is_private {
        withhold(cx, party);
        bare(cx, id, name)
    } else {
        public(cx, id, name, party)
    };
    Organizer { organization, party: Some(party), is_private }
}

/// The organiser need not be the same in all occurrences: the first is taken. Who provides a facility or
/// operates a venue can only be an [`Organization`](https://openactive.io/provider) unless it says otherwise.
fn find_party<'a>(cx: &'a Context<'_>) -> Option<Found<'a>> {
    let of_places = || {
        let places = cx.layers().iter().flat_map(|layer| layer.location.iter());
        places.map(|place| &place.service_operator).find(|party| !is_link(party))
    };
    cx.rules.sources(Field::Organization).iter().find_map(|source| {
        let of = |opportunity: &'a Opportunity| {
            let party = match source {
                Property::Provider => opportunity.provider.get(),
                _ => opportunity.organizer.get(),
            };
            party.filter(|party| !is_link(party))
        };
        let party = match source {
            Property::ServiceOperator => of_places(),
            _ => cx.layers().iter().copied().find_map(of).or_else(|| cx.facts().find_map(of)),
        }?;
        let is_private = match source {
            Property::Provider | Property::ServiceOperator if !party.is_typed() => {
                party.is_person()
            }
            _ => is_private(party),
        };
        Some(Found { party, is_private })
    })
}

/// Tells whether a party only points to one that may be published elsewhere: it has no name, or a URI for one,
/// and nothing that must be withheld.
fn is_link(party: &Party) -> bool {
    let names = [&party.name, &party.legal_name, &party.given_name, &party.family_name];
    let is_named = names.iter().any(|name| !name.is_absent());
    let is_bare_uri = is_uri(party.name.as_str()) && !party.is_organization();
    (!is_named || is_bare_uri) && party.email.is_absent() && party.telephone.is_absent()
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
    let holds_number = |name: &str| name.chars().filter(char::is_ascii_digit).count() >= 7;
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
    cx.check_text(party.description.as_str(), "organizer.description");
    let description = cx.clean(text::block(party.description.as_str()));
    if !description.is_empty() {
        organization.description = description;
    }
    organization.email = party.email.get().and_then(email);
    if organization.email.is_none() && !party.email.is_absent() {
        cx.find(Code::EmailInvalid, "organizer.email");
    }
    organization.website = cx.web_address(party.url.as_str(), "organizer.url");
    organization.logo = cx.web_address(party.logo.url.as_str(), "organizer.logo");
    organization.uri = party.id.get().and_then(web_address);
    organization.organization_identifiers =
        party.identifier.values().iter().filter_map(|value| registered(id, value)).collect();
    organization
}

fn publisher_of_dataset(cx: &Context<'_>) -> Organization {
    let source = &cx.bundle.source;
    let key = format!("{}\nOrganization\nname\n{}", source.key, source.publisher.to_lowercase());
    bare(cx, Id::derive("organization", &[&key]), source.publisher.clone())
}

fn withhold(cx: &Context<'_>, party: &Party) {
    let details = [&party.email, &party.telephone, &party.url, &party.description];
    if details.iter().any(|detail| !detail.is_absent()) {
        cx.find(Code::PersonWithheld, "organizer");
    }
}

/// Company and charity numbers; any other scheme would be a guess.
fn registered(organization_id: Id, value: &PropertyValue) -> Option<OrganizationIdentifier> {
    let (scheme, kind) = register(value)?;
    let identifier = value.value.get()?.to_owned();
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
