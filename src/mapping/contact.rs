//! Whom to ask: the public contact point, the organiser, the venue. Never a private person.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::context::Context;
use super::detail::count_digits;
use super::detail::numbers_in;
use super::location::Places;
use super::options::ContactNames;
use super::organization::Organizer;
use super::precedence::Field;
use super::precedence::Property;
use super::text;
use super::url::email;
use crate::openactive::ContactPoint;
use crate::openactive::Opportunity;
use crate::openactive::lenient::Absent as _;
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
        Property::ContactPoint => contact_point(cx).and_then(|p| p.email.iter().find_map(email)),
        Property::Organizer => organizer.organization.email.clone(),
        _ => {
            let mut stated = places.venues.iter().filter_map(|place| email(place.email.as_str()));
            stated.find(|address| !cx.is_private(address))
        }
    })
}

/// Returns the public contact point, whose address and number are published whoever else has them.
pub(super) fn contact_point<'a>(cx: &'a Context<'_>) -> Option<&'a ContactPoint> {
    static NOBODY: LazyLock<ContactPoint> = LazyLock::new(ContactPoint::default);
    let public = |o: &'a Opportunity| {
        let mut points = o.contact_point.iter();
        points.find(|point| !is_private_contact(point)).unwrap_or(&NOBODY)
    };
    cx.first(public)
}

/// Tells whether a contact point is a person, and not a team of which only the type is wrong.
pub(super) fn is_private_contact(point: &ContactPoint) -> bool {
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
    let own_address = point.email.iter().find_map(email);
    if own_address.is_none() && !point.email.is_absent() {
        cx.find(Code::EmailInvalid, "beta:contactPoint.email");
    }
    let address = own_address.or_else(|| organization.email.clone());
    let numbers: Vec<String> = point.telephone.iter().flat_map(dialled).collect();
    let phones =
        if numbers.is_empty() { organizer_phones(organizer) } else { (numbers, "Enquiries") };
    let stated = cx.line(point.contact_type.as_str());
    let title = Some(stated).filter(|title| !title.is_empty());
    let is_withheld = title.as_ref().is_some_and(|title| !keeps_all && !is_title(title));
    if is_withheld {
        cx.find(Code::ContactNameWithheld, "beta:contactPoint.contactType");
    }
    let mut contact = contact(cx, &["contactPoint"], address, phones)?;
    contact.name = Some(name.unwrap_or_else(|| organization.name.clone()));
    contact.title = title.filter(|_| !is_withheld);
    Some(contact)
}

/// A name is a team's when it is the organisation's own or each part of it holds a word only teams have: somebody
/// may stand beside a team.
fn is_public_name(name: &str, organization: &str) -> bool {
    let lower = name.to_lowercase();
    let parts = lower.split(|c| ",;:()/|–—".contains(c)).flat_map(|part| part.split(" - "));
    let mut parts = parts.filter(|part| !part.trim().is_empty());
    let is_team = |part: &str| text::words(part).any(|word| TEAM_WORDS.contains(&word));
    lower == organization.to_lowercase() || parts.all(is_team)
}

/// Tells whether a title holds words of teams and roles alone: a name is none of them.
fn is_title(title: &str) -> bool {
    let lower = title.to_lowercase();
    text::words(&lower).all(|word| TEAM_WORDS.contains(&word) || ROLE_WORDS.contains(&word))
}

fn organizer_phones(organizer: &Organizer<'_>) -> (Vec<String>, &'static str) {
    let stated = organizer.public_party().into_iter().flat_map(|party| party.telephone.iter());
    (stated.flat_map(dialled).collect(), "Provider enquiries")
}

fn of_organizer(cx: &Context<'_>, organizer: &Organizer<'_>) -> Option<Contact> {
    organizer.public_party()?;
    let address = organizer.organization.email.clone();
    let mut contact = contact(cx, &["organizer"], address, organizer_phones(organizer))?;
    contact.name = Some(organizer.organization.name.clone());
    Some(contact)
}

fn of_venues(cx: &Context<'_>, places: &Places<'_>) -> Vec<Contact> {
    let physical =
        places.at_locations.iter().filter(|at| at.location.location_type == LocationType::Physical);
    physical
        .zip(&places.venues)
        .filter_map(|(at, place)| {
            let mut numbers = dialled(place.telephone.as_str());
            // A place may be that of a private person, who is reached there.
            numbers.retain(|number| !cx.is_private(number));
            let phones = (numbers, "Venue reception");
            let mut contact =
                contact(cx, &["venue", at.location_id.encode(&mut [0; 36])], None, phones)?;
            contact.name.clone_from(&at.location.name);
            Some(contact)
        })
        .collect()
}

/// Makes a contact; nothing when it has neither an address nor a number.
fn contact(
    cx: &Context<'_>,
    role: &[&str],
    email: Option<String>,
    (numbers, whose): (Vec<String>, &str),
) -> Option<Contact> {
    let id = Id::derive_under("contact", cx.service_id, role);
    let mut phones: Vec<Phone> =
        numbers.into_iter().map(|number| make_phone(id, number, whose)).collect();
    let mut seen = BTreeSet::new();
    phones.retain(|phone| seen.insert(phone.id));
    (email.is_some() || !phones.is_empty()).then_some(Contact {
        id,
        service_id: cx.service_id,
        name: None,
        title: None,
        email,
        phones,
    })
}

fn make_phone(contact_id: Id, number: String, whose: &str) -> Phone {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    Phone {
        id: Id::derive_under("phone", contact_id, &[&digits]),
        contact_id,
        number,
        description: Some(whose.to_owned()),
    }
}

/// Returns the numbers of a field as they are dialled, with their extensions, and nothing else of it: it may say who
/// answers.
fn dialled(stated: &str) -> Vec<String> {
    let line = text::line(stated);
    let with_extension = |number: &str| {
        let after = line.split_once(number).and_then(|(_, after)| extension(after));
        after.map_or_else(|| number.to_owned(), |digits| format!("{number} ext. {digits}"))
    };
    let is_published = |number: &&str| count_digits(number) >= SHORTEST_NUMBER;
    numbers_in(&line).into_iter().filter(is_published).map(with_extension).collect()
}

/// Returns the extension that a number is followed by.
fn extension(after: &str) -> Option<&str> {
    let after = after.trim_start_matches([' ', ',', '(']).strip_prefix(['e', 'E'])?;
    let after = after.strip_prefix("xtension").or_else(|| after.strip_prefix("xt"))?;
    let after = after.trim_start_matches(['.', ' ']);
    let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
    after.get(..end).filter(|digits| (1..=LONGEST_EXTENSION).contains(&digits.len()))
}

/// Digits of the shortest number that is published, and of the longest extension.
const SHORTEST_NUMBER: usize = 7;
const LONGEST_EXTENSION: usize = 5;

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

/// Words of what a title may say besides: what somebody does for people who call.
const ROLE_WORDS: [&str; 52] = [
    "accessibility",
    "and",
    "assistant",
    "care",
    "classes",
    "coach",
    "community",
    "contact",
    "coordinator",
    "courses",
    "customer",
    "customers",
    "development",
    "duty",
    "emergency",
    "event",
    "events",
    "facilities",
    "facility",
    "for",
    "general",
    "help",
    "helpdesk",
    "helpline",
    "inclusion",
    "line",
    "main",
    "manager",
    "marketing",
    "media",
    "member",
    "members",
    "of",
    "officer",
    "organiser",
    "participation",
    "press",
    "programme",
    "public",
    "relations",
    "reservations",
    "safeguarding",
    "sales",
    "secretary",
    "sports",
    "swimming",
    "technical",
    "treasurer",
    "venue",
    "volunteer",
    "volunteers",
    "welfare",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_telephone_field_only_what_is_dialled_is_published() {
        for (stated, expected) in [
            ("01632 960123", vec!["01632 960123"]),
            ("tel:+44 (0)1632-960123", vec!["+44 (0)1632-960123"]),
            ("0044 (0)20 7946 0123", vec!["0044 (0)20 7946 0123"]),
            ("(01632) 960123", vec!["(01632) 960123"]),
            ("(ring 01632 960123)", vec!["01632 960123"]),
            ("07700 900222 (Bea Smith, after 6)", vec!["07700 900222"]),
            ("07700 900222 (9-17)", vec!["07700 900222"]),
            ("Bea: 07700 900222.", vec!["07700 900222"]),
            ("01632 960123 ext. 2", vec!["01632 960123 ext. 2"]),
            ("01632 960123, Extension 21 for Bea", vec!["01632 960123 ext. 21"]),
            ("01632 960123 ext. Bea", vec!["01632 960123"]),
            ("01632 960123 or 07700 900222", vec!["01632 960123", "07700 900222"]),
            ("01632 960123 07700 900222", vec!["01632 960123", "07700 900222"]),
            ("01632960123/+447700900222", vec!["01632960123", "+447700900222"]),
            ("020 7946 0123 +44 7700 900222", vec!["020 7946 0123", "+44 7700 900222"]),
            ("<b>01632&nbsp;960123</b>", vec!["01632 960123"]),
            ("999", vec![]),
            ("Not provided", vec![]),
        ] {
            assert_eq!(dialled(stated), expected, "{stated}");
        }
    }

    #[test]
    fn a_title_is_published_where_it_names_nobody() {
        for title in
            ["customer service", "Bookings", "Membership Secretary", "Sales & Reservations"]
        {
            assert!(is_title(title), "{title}");
        }
        for title in ["Bea Smith", "Bea Smith, Secretary", "Bookings: bea@example.org"] {
            assert!(!is_title(title), "{title}");
        }
    }

    #[test]
    fn a_name_beside_a_team_is_no_name_of_a_team() {
        for name in ["Hilltop reception", "Info/Bookings", "Riverside Leisure"] {
            assert!(is_public_name(name, "Riverside Leisure"), "{name}");
        }
        for name in ["Bea Example - Bookings", "Reception (Bea)", "Bea Example, Club secretary"] {
            assert!(!is_public_name(name, "Riverside Leisure"), "{name}");
        }
    }
}
