//! Whom to ask: the public contact point, the organiser, the venue. Never a private person.

use std::collections::BTreeSet;
use std::iter::once;
use std::sync::LazyLock;

use super::context::Context;
use super::detail::count_digits;
use super::detail::each_in;
use super::detail::numbers_in;
use super::location::Places;
use super::meeting::is_year;
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
        Some(point) => of_point(cx, point, organizer, places),
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

fn of_point(
    cx: &Context<'_>,
    point: &ContactPoint,
    organizer: &Organizer<'_>,
    places: &Places<'_>,
) -> Option<Contact> {
    let organization = &organizer.organization;
    let published = cx.line(point.name.as_str());
    let keeps_all = cx.rules.options.contact_names == ContactNames::Keep;
    let at = places.at_locations.iter().filter_map(|at| at.location.name.as_deref());
    let is_public = keeps_all || is_public_name(&published, &organization.name, at);
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

/// A name is a team's when it is the organisation's own or holds a word only teams have. Since somebody may stand
/// beside a team, each part of it does, or is made of what teams, the organisation or its places are called.
fn is_public_name<'p>(
    name: &str,
    organization: &str,
    places: impl Iterator<Item = &'p str>,
) -> bool {
    let (name, organization) = (name.to_lowercase(), organization.to_lowercase());
    let is_team = |part: &&str| text::words(part).any(|word| TEAM_WORDS.contains(&word));
    let (teams, others): (Vec<&str>, Vec<&str>) = parts_of(&name).partition(is_team);
    if name == organization || others.is_empty() {
        return true;
    }
    let own: Vec<String> = once(organization).chain(places.map(str::to_lowercase)).collect();
    let is_own = |word: &str| own.iter().any(|name| text::words(name).any(|known| known == word));
    let mut others = others.into_iter().flat_map(text::words);
    !teams.is_empty() && others.all(|word| is_of_roles(word) || is_own(word))
}

/// Tells whether a title names nobody: it has a word of teams or roles, no address, no number, and none of its parts
/// looks like a name. Two other words after each other do that are written as names are, one that follows a role and
/// ends the part or comes before `and` (`Coach Bea and team`), and beside other parts any (`Bea Parks, Coach`).
fn is_title(title: &str) -> bool {
    let lower = title.to_lowercase();
    // Who writes everything in small letters writes names so.
    let is_small = title == lower;
    let is_several = parts_of(title).nth(1).is_some();
    let names_somebody = |part: &str| {
        let (mut names, mut follows_role) = (0, false);
        for word in text::words(part) {
            let lower = word.to_lowercase();
            if is_of_roles(&lower) {
                let joins = JOINING_WORDS.contains(&&*lower);
                if names > 0 && follows_role && joins {
                    return true;
                }
                (names, follows_role) = (0, !joins && !TEAM_WORDS.contains(&&*lower));
            } else if is_small || word.starts_with(char::is_uppercase) {
                names += 1;
                if names > 1 || is_several {
                    return true;
                }
            }
        }
        names > 0 && follows_role
    };
    text::words(&lower).any(is_of_roles)
        && !parts_of(title).any(names_somebody)
        && each_in(title).next().is_none()
}

/// Returns the parts that punctuation makes of a name or a title.
fn parts_of(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split(|c| ",;:()/|–—".contains(c)).flat_map(|part| part.split(" - "));
    parts.filter(|part| !part.trim().is_empty())
}

/// What follows these is what somebody does, and no name.
const JOINING_WORDS: [&str; 3] = ["and", "for", "of"];

fn is_of_roles(word: &str) -> bool {
    TEAM_WORDS.contains(&word) || ROLE_WORDS.contains(&word)
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
    let mut rest = line.as_str();
    let mut last = "";
    let mut published = Vec::new();
    for stated in numbers_in(&line) {
        let Some((before, after)) = rest.split_once(stated) else { continue };
        rest = after;
        if is_of_times(stated) {
            continue;
        }
        let mut number = stated.to_owned();
        if let Some(area) = area_of(last, before, stated) {
            number.insert_str(0, area);
        } else if count_digits(stated) >= SHORTEST_NUMBER {
            last = stated;
        } else {
            continue;
        }
        if let Some(extension) = extension(after) {
            number = format!("{number} {extension}");
        }
        published.push(number);
    }
    published
}

/// Tells whether what looks like a number says when it is answered: `9.00 - 17.00`, `2026-2027`.
fn is_of_times(number: &str) -> bool {
    let groups = || number.split(|c: char| !c.is_ascii_digit());
    let is_of_hours = count_digits(number) < USUAL_NUMBER && groups().all(|group| group.len() <= 2);
    is_of_hours || groups().all(is_year)
}

/// Returns what is dialled before a number that stands without it beside one of the same place: `01632 960123 or
/// 960124`.
fn area_of<'n>(last: &'n str, between: &str, number: &str) -> Option<&'n str> {
    let between = between.trim().to_ascii_lowercase();
    let is_beside = ["or", "and", "&", "/", ",", ";"].contains(&between.as_str());
    // Years are written with hyphens as well: only where both numbers are.
    let has_hyphens = last.contains('-');
    let is_gap = |b: u8| b == b' ' || (has_hyphens && b == b'-');
    let is_local = |number: &str| number.bytes().all(|b| b.is_ascii_digit() || is_gap(b));
    let mut digits = last.rmatch_indices(|c: char| c.is_ascii_digit());
    let (first, _) = digits.nth(count_digits(number).checked_sub(1)?)?;
    let (area, local) = last.split_at(first);
    let is_whole = count_digits(last) >= USUAL_NUMBER && !number.starts_with('0');
    let is_part = is_whole && count_digits(number) <= LONGEST_LOCAL && !area.is_empty();
    (is_beside && is_part && is_local(local) && is_local(number)).then_some(area)
}

/// Returns the extension that a number is followed by, or the option that is chosen there.
fn extension(after: &str) -> Option<String> {
    let after = after.trim_start_matches([' ', ',', '(']).to_ascii_lowercase();
    let (label, after) = EXTENSIONS
        .iter()
        .find_map(|(written, label)| Some((label, after.strip_prefix(written)?)))?;
    let after = after.trim_start_matches(['.', ':', ' ']);
    let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
    let digits = after.get(..end).filter(|_| (1..=LONGEST_EXTENSION).contains(&end))?;
    Some(format!("{label} {digits}"))
}

/// Digits of the shortest number that is published, of a usual one, of the longest without its area, and of the longest
/// extension.
const SHORTEST_NUMBER: usize = 7;
const USUAL_NUMBER: usize = 10;
const LONGEST_LOCAL: usize = 8;
const LONGEST_EXTENSION: usize = 5;

/// How extensions are written, and published.
const EXTENSIONS: [(&str, &str); 6] = [
    ("extension", "ext."),
    ("extn", "ext."),
    ("ext", "ext."),
    ("x", "ext."),
    ("#", "ext."),
    ("option", "option"),
];

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
const ROLE_WORDS: [&str; 84] = [
    "accessibility",
    "activities",
    "activity",
    "and",
    "area",
    "assistant",
    "box",
    "care",
    "chair",
    "class",
    "classes",
    "coach",
    "community",
    "contact",
    "coordinator",
    "courses",
    "customer",
    "customers",
    "deputy",
    "development",
    "director",
    "duty",
    "emergency",
    "event",
    "events",
    "facilities",
    "facility",
    "fitness",
    "for",
    "front",
    "general",
    "gp",
    "gym",
    "head",
    "health",
    "help",
    "helpdesk",
    "helpline",
    "hotline",
    "inclusion",
    "instructor",
    "lead",
    "leader",
    "leisure",
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
    "parks",
    "participation",
    "press",
    "programme",
    "public",
    "receptionist",
    "referral",
    "relations",
    "reservations",
    "safeguarding",
    "sales",
    "school",
    "secretary",
    "sport",
    "sports",
    "studio",
    "swim",
    "swimming",
    "teacher",
    "teams",
    "technical",
    "telephone",
    "trainer",
    "treasurer",
    "tutor",
    "venue",
    "volunteer",
    "volunteers",
    "welfare",
    "wellbeing",
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
            ("01632 960123 x204", vec!["01632 960123 ext. 204"]),
            ("01632 960123 extn 204", vec!["01632 960123 ext. 204"]),
            ("01632 960123 Ext: 5", vec!["01632 960123 ext. 5"]),
            ("01632 960123#2", vec!["01632 960123 ext. 2"]),
            ("01632 960123 option 2", vec!["01632 960123 option 2"]),
            ("01632 960123 (Option 2)", vec!["01632 960123 option 2"]),
            ("01632 960123 x", vec!["01632 960123"]),
            ("01632 960123 (9.00 - 17.00)", vec!["01632 960123"]),
            ("01 63 29 60 12", vec!["01 63 29 60 12"]),
            ("01632 960123 or 960124", vec!["01632 960123", "01632 960124"]),
            ("020 7946 0123, 2025-2026", vec!["020 7946 0123"]),
            ("0161-496-0123/496-0456", vec!["0161-496-0123", "0161-496-0456"]),
            ("01632960123/960124, 960125", vec!["01632960123", "01632960124", "01632960125"]),
            ("01632 960123 / 960 456", vec!["01632 960123", "01632 960 456"]),
            ("020 7946 0123 or 7946 0456", vec!["020 7946 0123", "020 7946 0456"]),
            ("0161 496 0123, 4960456", vec!["0161 496 0123", "0161 4960456"]),
            ("01632 960123, 010926", vec!["01632 960123"]),
            ("01632 960123 until 311226", vec!["01632 960123"]),
            ("Code 960123 or 960124", vec![]),
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
        for title in [
            "customer service",
            "Bookings",
            "Membership Secretary",
            "Sales & Reservations",
            "Front desk",
            "Box Office",
            "Head Coach",
            "Instructor",
            "Class Teacher",
            "Receptionist",
            "Telephone Bookings",
            "Booking Hotline",
            "Parks Team",
            "Wellbeing Team",
            "Leisure Centre",
            "GP Referral",
            "Sport Development Officer",
            "ACTIVITY LEADER",
            "Gymnastics and Trampolining lead",
            "Yoga Coach",
            "Head Coach, Sports Development",
            "Customer Service / Reception",
            "Director of Rugby",
            "Club Captain",
            "Team Bath",
        ] {
            assert!(is_title(title), "{title}");
        }
        for title in [
            "Bea",
            "Bea Smith",
            "BEA SMITH",
            "bea smith",
            "Bea Smith, Secretary",
            "Secretary: Bea de Souza",
            "Bea Parks, Coach",
            "Bea Head - Manager",
            "Coach Bea",
            "Coach Bea and team",
            "Manager: George",
            "Head of Coaching Bea",
            "Manager (Bea)",
            "coach bea",
            "Bookings: bea@example.org",
            "Bookings (07700 900222)",
        ] {
            assert!(!is_title(title), "{title}");
        }
    }

    #[test]
    fn a_name_beside_a_team_is_no_name_of_a_team() {
        let is_public =
            |name| is_public_name(name, "Riverside Leisure", ["Pool", "Hilltop Hall"].into_iter());
        for name in [
            "Hilltop reception",
            "Info/Bookings",
            "Riverside Leisure",
            "Riverside - Bookings",
            "Main reception (Hilltop)",
            "Club secretary, Riverside Leisure, main line",
        ] {
            assert!(is_public(name), "{name}");
        }
        for name in [
            "Bea Example - Bookings",
            "Reception (Bea)",
            "Bea Example, Club secretary",
            "Bea Hall - Bookings",
            "Hilltop Hall",
            "Riverside",
        ] {
            assert!(!is_public(name), "{name}");
        }
    }
}
