//! Whom to ask: the public contact point, the organiser, the venue. Never a private person.

use super::context::Context;
use super::detail::is_same;
use super::location::Places;
use super::options::ContactNames;
use super::organization::Organizer;
use super::organization::private_details;
use super::precedence::Field;
use super::precedence::Property;
use super::text;
use super::url::email;
use crate::openactive::ContactPoint;
use crate::openactive::Opportunity;
use crate::openactive::lenient::Absent as _;
use crate::openactive::lenient::Nested;
use crate::openactive::lenient::Text;
use crate::oruk::Contact;
use crate::oruk::Id;
use crate::oruk::LocationType;
use crate::oruk::Phone;
use crate::quality::Code;

/// Maps the contacts of the service.
pub(super) fn contacts(
    cx: &Context<'_>,
    organizer: &Organizer<'_>,
    places: &Places<'_>,
) -> Vec<Contact> {
    let mut contacts = Vec::new();
    if !private_contacts(cx).is_empty() {
        cx.find(Code::PersonWithheld, "beta:contactPoint");
    }
    contacts.extend(match contact_point(cx) {
        Some(point) => of_point(cx, point, organizer),
        None => of_organizer(cx, organizer),
    });
    contacts.extend(of_venues(cx, places));
    contacts
}

/// Returns the e-mail address of the service.
pub(super) fn service_email(
    cx: &Context<'_>,
    organizer: &Organizer<'_>,
    places: &Places<'_>,
) -> Option<String> {
    cx.rules.sources(Field::Email).iter().find_map(|source| match source {
        Property::ContactPoint => contact_point(cx).and_then(|p| p.email.get()).and_then(email),
        Property::Organizer => organizer.organization.email.clone(),
        _ => places.venues.iter().find_map(|place| of_venue(cx, &place.email).and_then(email)),
    })
}

/// Returns the public contact point, whose address and number are published whoever else has them.
pub(super) fn contact_point<'a>(cx: &'a Context<'_>) -> Option<&'a ContactPoint> {
    static NOBODY: Nested<ContactPoint> = Nested(None);
    let public = |o: &'a Opportunity| match o.contact_point.get() {
        Some(point) if is_private(point) => &NOBODY,
        _ => &o.contact_point,
    };
    cx.first(public).and_then(Nested::get)
}

/// Returns the persons who stand where the contact point belongs: no address or number of theirs is public.
pub(super) fn private_contacts<'a>(cx: &'a Context<'_>) -> Vec<&'a ContactPoint> {
    let owners = cx.layers().iter().copied().chain(cx.facts().take(MAX_OCCURRENCES));
    let mut persons: Vec<&ContactPoint> = Vec::new();
    for point in owners.filter_map(|owner| owner.contact_point.get()) {
        if is_private(point) && !persons.contains(&point) {
            persons.push(point);
        }
    }
    persons
}

/// How many occurrences are looked at.
const MAX_OCCURRENCES: usize = 64;

/// Tells whether a contact point is a person, and not a team of which only the type is wrong.
fn is_private(point: &ContactPoint) -> bool {
    if !point.is_person() {
        return false;
    }
    let name = point.name.as_str().to_lowercase();
    let is_plain = name.chars().all(|c| c.is_alphanumeric() || " &'’".contains(c));
    let last = name.split(' ').next_back().unwrap_or_default();
    !(is_plain && TEAM_WORDS.contains(&last))
}

fn of_point(cx: &Context<'_>, point: &ContactPoint, organizer: &Organizer<'_>) -> Option<Contact> {
    let organization = &organizer.organization;
    let published = cx.line(point.name.as_str());
    let keeps_all = cx.rules.options.contact_names == ContactNames::Keep;
    let is_public = keeps_all || is_public_name(&published, &organization.name);
    let name = if published.is_empty() || is_public {
        Some(published).filter(|name| !name.is_empty())
    } else {
        cx.find(Code::ContactNameWithheld, "beta:contactPoint.name");
        None
    };
    let own_address = point.email.get().and_then(email);
    if own_address.is_none() && !point.email.is_absent() {
        cx.find(Code::EmailInvalid, "beta:contactPoint.email");
    }
    let address = own_address.or_else(|| organization.email.clone());
    let own = point.telephone.get().map(|number| (number, "Enquiries"));
    let phone = own.or_else(|| organizer_phone(organizer));
    let title = Some(cx.line(point.contact_type.as_str())).filter(|title| !title.is_empty());
    let mut contact = contact(cx, &["contactPoint"], address, phone)?;
    contact.name = Some(name.unwrap_or_else(|| organization.name.clone()));
    contact.title = title;
    Some(contact)
}

/// A name is a team's when it is the organisation's own or holds a word only teams have.
fn is_public_name(name: &str, organization: &str) -> bool {
    let lower = name.to_lowercase();
    let mut words = lower.split(|c: char| !c.is_alphanumeric());
    lower == organization.to_lowercase() || words.any(|word| TEAM_WORDS.contains(&word))
}

fn organizer_phone<'a>(organizer: &'a Organizer<'_>) -> Option<(&'a str, &'static str)> {
    organizer.public_party()?.telephone.get().map(|number| (number, "Provider enquiries"))
}

fn of_organizer(cx: &Context<'_>, organizer: &Organizer<'_>) -> Option<Contact> {
    organizer.public_party()?;
    let address = organizer.organization.email.clone();
    let mut contact = contact(cx, &["organizer"], address, organizer_phone(organizer))?;
    contact.name = Some(organizer.organization.name.clone());
    Some(contact)
}

fn of_venues(cx: &Context<'_>, places: &Places<'_>) -> Vec<Contact> {
    let physical =
        places.at_locations.iter().filter(|at| at.location.location_type == LocationType::Physical);
    physical
        .zip(&places.venues)
        .filter_map(|(at, place)| {
            let phone = of_venue(cx, &place.telephone).map(|number| (number, "Venue reception"));
            let mut contact =
                contact(cx, &["venue", at.location_id.encode(&mut [0; 36])], None, phone)?;
            contact.name.clone_from(&at.location.name);
            Some(contact)
        })
        .collect()
}

/// Returns how a venue is reached, unless that is how a private person, who organises something there, is.
fn of_venue<'a>(cx: &Context<'_>, stated: &'a Text) -> Option<&'a str> {
    stated.get().filter(|stated| !private_details(cx).any(|detail| is_same(stated, detail)))
}

/// Makes a contact; nothing when it has neither an address nor a number.
fn contact(
    cx: &Context<'_>,
    role: &[&str],
    email: Option<String>,
    phone: Option<(&str, &str)>,
) -> Option<Contact> {
    let id = Id::derive_under("contact", cx.service_id, role);
    let phones: Vec<_> =
        phone.and_then(|(number, whose)| make_phone(id, number, whose)).into_iter().collect();
    (email.is_some() || !phones.is_empty()).then_some(Contact {
        id,
        service_id: cx.service_id,
        name: None,
        title: None,
        email,
        phones,
    })
}

fn make_phone(contact_id: Id, number: &str, whose: &str) -> Option<Phone> {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    (digits.len() >= 7).then(|| Phone {
        id: Id::derive_under("phone", contact_id, &[&digits]),
        contact_id,
        number: text::line(number),
        description: Some(whose.to_owned()),
    })
}

const TEAM_WORDS: [&str; 20] = [
    "team",
    "reception",
    "office",
    "club",
    "bookings",
    "booking",
    "enquiries",
    "admin",
    "info",
    "support",
    "service",
    "services",
    "centre",
    "committee",
    "membership",
    "department",
    "desk",
    "council",
    "trust",
    "association",
];
