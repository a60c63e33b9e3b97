//! Where an opportunity takes place.
//!
//! An online activity has one virtual location and never a physical one, even where the publisher names
//! a venue it is affiliated with: people must not travel there.

use super::accessibility;
use super::accessibility::Support;
use super::address;
use super::attribute;
use super::attribute::Attendance;
use super::bundle::distinct_facts;
use super::context::Context;
use super::event_status::EventStatus;
use super::meeting::mentions_joining_link;
use super::precedence::Field;
use super::precedence::Property;
use super::status::head_status;
use super::status::is_of_some_dates;
use super::text;
use super::url::web_address;
use crate::openactive::Identifier;
use crate::openactive::Kind;
use crate::openactive::Opportunity;
use crate::openactive::Place;
use crate::openactive::Secret;
use crate::openactive::VirtualLocation;
use crate::openactive::canonical_uri;
use crate::openactive::is_word;
use crate::openactive::lenient::Absent as _;
use crate::openactive::word_of;
use crate::oruk::Id;
use crate::oruk::Location;
use crate::oruk::LocationType;
use crate::oruk::ServiceAtLocation;
use crate::places::Postcode;
use crate::places::distance_m;
use crate::quality::Code;

/// The locations of a service and how people attend.
pub(super) struct Places<'a> {
    pub(super) attendance: Attendance,
    pub(super) at_locations: Vec<ServiceAtLocation>,
    /// The service at location of the head, when the head states just one place.
    of_head: Option<Id>,
    /// The published places, in the order of the physical locations.
    pub(super) venues: Vec<&'a Place>,
    /// The id of each place of the head and its occurrences, which may state the same.
    ids: Vec<(&'a Place, Id)>,
}

impl Places<'_> {
    /// Returns the service at location that a schedule belongs to when it names no place: the only one.
    pub(super) fn only(&self) -> Option<Id> {
        match self.at_locations.as_slice() {
            [one] => Some(one.id),
            _ => None,
        }
    }

    /// Returns the service at location of whatever names no place of its own: the only one, else the one
    /// place of the head, where its occurrences may use others.
    pub(super) fn usual(&self) -> Option<Id> {
        self.only().or(self.of_head)
    }

    /// Returns the service at location of a place of the head or an occurrence.
    pub(super) fn at_place(&self, cx: &Context<'_>, place: &Place) -> Option<Id> {
        let known = self.ids.iter().find(|(known, _)| std::ptr::eq(*known, place));
        self.at(known.map(|(_, id)| *id).or_else(|| location_id(cx, place))?)
    }

    /// Returns the service at location of a location.
    fn at(&self, location_id: Id) -> Option<Id> {
        self.at_locations.iter().find(|at| at.location_id == location_id).map(|at| at.id)
    }
}

/// Maps where the opportunity takes place.
pub(super) fn places<'a>(cx: &'a Context<'_>, support: &Support) -> Places<'a> {
    let attendance = attendance(cx);
    let (at_locations, venues, ids) = Default::default();
    let mut places = Places { attendance, at_locations, of_head: None, venues, ids };
    if attendance != Attendance::Online {
        if locations(cx).next().is_some_and(|stated| stated.iter().any(is_link)) {
            cx.find(Code::LocationUnresolved, "location");
        }
        for place in published_places(cx) {
            let Some(id) = location_id(cx, place) else {
                cx.find(Code::LocationUnresolved, "location");
                continue;
            };
            places.ids.push((place, id));
            if places.at(id).is_none() {
                places.at_locations.push(at_location(cx, physical(cx, support, place, id)));
                places.venues.push(place);
            }
        }
        if places.at_locations.is_empty() {
            cx.find(Code::LocationMissing, "location");
        }
        if let [place] = stated_places(cx)
            && attendance == Attendance::InPerson
        {
            places.of_head = places.at_place(cx, place);
        }
    }
    if attendance != Attendance::InPerson {
        places.at_locations.push(at_location(cx, virtual_location(cx)));
    }
    places
}

/// Returns how people attend.
fn attendance(cx: &Context<'_>) -> Attendance {
    if head_status(cx) == EventStatus::MovedOnline {
        // Where only some dates may be meant, people have to ask.
        return if is_of_some_dates(cx) { Attendance::Mixed } else { Attendance::Online };
    }
    let mode = cx
        .first_of_all(|o| &o.event_attendance_mode)
        .and_then(|mode| stated_mode(cx, mode.as_str()));
    match mode {
        Some(mode) => mode,
        _ if cx.bundle.head.kind == Kind::OnDemandEvent => Attendance::Online,
        _ if published_virtual(cx).is_some() || virtual_place(cx).is_some() => {
            if published_places(cx).next().is_some() {
                Attendance::Mixed
            } else {
                Attendance::Online
            }
        }
        _ => Attendance::InPerson,
    }
}

/// Tells whether a session is online by itself.
pub(super) fn is_online(cx: &Context<'_>, facts: &Opportunity) -> bool {
    let mode = facts.event_attendance_mode.get();
    mode.and_then(|mode| stated_mode(cx, mode)) == Some(Attendance::Online)
}

/// Reads a schema.org `EventAttendanceModeEnumeration`, also one that says `Online` or `Virtual` alone.
fn stated_mode(cx: &Context<'_>, mode: &str) -> Option<Attendance> {
    let known = [
        ("Online", "OnlineEventAttendanceMode", Attendance::Online),
        ("Virtual", "OnlineEventAttendanceMode", Attendance::Online),
        ("Mixed", "MixedEventAttendanceMode", Attendance::Mixed),
        ("Hybrid", "MixedEventAttendanceMode", Attendance::Mixed),
        ("Offline", "OfflineEventAttendanceMode", Attendance::InPerson),
    ];
    let short = word_of(mode);
    let short = match short.len().checked_sub(MODE.len()).and_then(|at| short.split_at_checked(at))
    {
        Some((short, end)) if end.eq_ignore_ascii_case(MODE) => short,
        _ => short,
    };
    let found = known.into_iter().find(|(word, ..)| word.eq_ignore_ascii_case(short));
    let Some((_, standard, attendance)) = found else {
        cx.find(Code::AttendanceUnknown, "eventAttendanceMode");
        return None;
    };
    cx.check_term(mode, "https://schema.org/", standard, "eventAttendanceMode");
    Some(attendance)
}

const MODE: &str = "EventAttendanceMode";

fn published_virtual<'a>(cx: &'a Context<'_>) -> Option<&'a VirtualLocation> {
    cx.first(|o| &o.virtual_location).and_then(|location| location.get())
}

/// Returns what lets people into the meetings of the opportunity and its sessions: never to be published.
pub(super) fn access_details<'a>(cx: &'a Context<'_>) -> impl Iterator<Item = &'a str> {
    let of_sessions = distinct_facts(cx.occurrences.iter()).into_iter().map(|(facts, _)| &**facts);
    let all = cx.layers().iter().copied().chain(of_sessions);
    all.flat_map(|opportunity| {
        let online = opportunity.virtual_location.get().into_iter();
        let online = online.map(|location| [&location.access_id, &location.access_code]);
        let places = opportunity.location.iter();
        let places = places.map(|place| [&place.access_id, &place.access_code]);
        online.chain(places).flatten().map(Secret::as_str)
    })
}

/// Returns a virtual location published where places are.
fn virtual_place<'a>(cx: &'a Context<'_>) -> Option<&'a Place> {
    all_places(cx).find(|place| is_virtual(place))
}

fn is_virtual(place: &Place) -> bool {
    is_word(place.type_name.as_str(), "VirtualLocation")
}

/// Returns the places of the head, else of its parents, then those of its occurrences: a series may use
/// several.
fn published_places<'a>(cx: &'a Context<'_>) -> impl Iterator<Item = &'a Place> {
    all_places(cx).filter(|place| !is_virtual(place))
}

fn all_places<'a>(cx: &'a Context<'_>) -> impl Iterator<Item = &'a Place> {
    stated_places(cx).iter().chain(cx.facts().flat_map(|facts| facts.location.iter()))
}

/// Returns the places of the head, else of its parents; links alone only where nobody states more.
fn stated_places<'a>(cx: &'a Context<'_>) -> &'a [Place] {
    let usable = locations(cx).find(|places| !places.iter().all(is_link));
    usable.or_else(|| locations(cx).next()).unwrap_or_default()
}

/// Returns what the head and each of its parents state as location.
fn locations<'a>(cx: &'a Context<'_>) -> impl Iterator<Item = &'a [Place]> {
    cx.layers().iter().map(|layer| &*layer.location).filter(|places| !places.is_empty())
}

fn at_location(cx: &Context<'_>, location: Location) -> ServiceAtLocation {
    ServiceAtLocation {
        id: Id::derive_under(
            "service_at_location",
            cx.service_id,
            &[location.id.encode(&mut [0; 36])],
        ),
        service_id: cx.service_id,
        location_id: location.id,
        location,
    }
}

fn virtual_location(cx: &Context<'_>) -> Location {
    let in_places = || {
        virtual_place(cx).map(|place| VirtualLocation {
            name: place.name.clone(),
            description: place.description.clone(),
            url: place.url.clone(),
            ..VirtualLocation::default()
        })
    };
    let published = published_virtual(cx).cloned().or_else(in_places);
    let published = published.as_ref();
    let recording = || cx.first(|o| &o.work_featured)?.get()?.url.get();
    let url = published.and_then(|location| location.url.get()).or_else(recording);
    let of_name = |location: &VirtualLocation| {
        let stated = location.name.as_str();
        let name = cx.stated_line(stated, "beta:virtualLocation.name");
        Some(name).filter(|name| !name.is_empty() && !mentions_joining_link(stated))
    };
    let of_description = |location: &VirtualLocation| {
        let stated = location.description.as_str();
        let words = cx.stated_block(stated, "beta:virtualLocation.description");
        Some(words).filter(|words| !words.is_empty())
    };
    let mut location = empty(
        Id::derive("location", &[&cx.bundle.head.key, "virtual"]),
        LocationType::Virtual,
        published.and_then(of_name).unwrap_or_else(|| "Online".to_owned()),
    );
    location.description = published.and_then(of_description);
    location.url = url.and_then(|url| cx.web_address(url, "beta:virtualLocation.url"));
    location
}

fn empty(id: Id, location_type: LocationType, name: String) -> Location {
    Location {
        id,
        location_type,
        url: None,
        name: Some(name),
        description: None,
        latitude: None,
        longitude: None,
        external_identifier: None,
        external_identifier_type: None,
        addresses: Vec::new(),
        accessibility: Vec::new(),
        attributes: Vec::new(),
    }
}

/// Returns the id of a physical place; nothing for a link to a place that is not published.
fn location_id(cx: &Context<'_>, place: &Place) -> Option<Id> {
    if is_link(place) {
        return None;
    }
    let name = text::line(place.name.as_str());
    Some(Id::derive("location", &[&place_key(cx, place, &name, coordinates(cx, place))]))
}

fn is_link(place: &Place) -> bool {
    is_id_alone(place) && words(place).is_none()
}

fn is_id_alone(place: &Place) -> bool {
    place.name.is_absent() && *place == Place { id: place.id.clone(), ..Place::default() }
}

/// Returns the words that stand where a place belongs, as an address in a string does: several, and no URI.
pub(super) fn words(place: &Place) -> Option<&str> {
    let text = place.id.get().filter(|text| text.contains(char::is_whitespace))?;
    (is_id_alone(place) && canonical_uri(text).is_none()).then_some(text)
}

fn physical(cx: &Context<'_>, support: &Support, place: &Place, id: Id) -> Location {
    let name = text::line(place.name.as_str());
    cx.check_text(place.name.as_str(), &name, "location.name");
    let shown_name = if name.is_empty() { "Venue".to_owned() } else { cx.clean_name(name) };
    let mut location = empty(id, LocationType::Physical, shown_name);
    let shown_name = location.name.clone().unwrap_or_default();
    let description = cx.stated_block(place.description.as_str(), "location.description");
    location.description = Some(description).filter(|text| !text.is_empty());
    location.url = cx.web_address(place.url.as_str(), "location.url");
    (location.latitude, location.longitude) = coordinates(cx, place).unzip();
    if let Some((identifier, kind)) = external_identifier(cx, place) {
        location.external_identifier = Some(identifier);
        location.external_identifier_type = Some(kind);
    }
    let found = address::address(cx, place, id, &shown_name);
    if found.address.is_none() && found.description.is_none() {
        cx.find(Code::AddressMissing, "location.address");
    }
    if let Some(mut address) = found.address {
        check_point(cx, &location, &address.postal_code);
        if address.address_1.is_empty() {
            address.address_1 = shown_name;
        }
        location.addresses.push(address);
    }
    if let Some(words) = found.description {
        location.description = Some(match location.description.take() {
            Some(stated) => format!("{stated}\n{words}"),
            None => words,
        });
    }
    location.accessibility.extend(support.row(cx, id));
    location.accessibility.extend(accessibility::of_venue(cx, id, place));
    let features = place.amenity_feature.iter().filter(|feature| feature.value.is_true());
    let terms = features.filter_map(|feature| attribute::amenity_term(cx, feature));
    location.attributes = attribute::distinct(terms)
        .into_iter()
        .map(|term| attribute::link(id, "location", "amenity", term))
        .collect();
    location
}

/// Takes note when a point is far from its postcode: one of the two is wrong.
fn check_point(cx: &Context<'_>, location: &Location, postcode: &str) {
    let point = location.latitude.zip(location.longitude);
    let spot = || cx.rules.gazetteer.as_ref()?.find(&Postcode::parse(postcode)?);
    if let Some(((latitude, longitude), spot)) = point.zip(spot())
        && distance_m(latitude, longitude, spot.latitude, spot.longitude) > FURTHEST_M
    {
        cx.find(Code::PostcodeElsewhere, "location.geo");
    }
}

/// How far a point may be from its postcode, in metres: those of the country are large.
const FURTHEST_M: f64 = 5_000.0;

/// Returns the key of a place: its URI, its local identifier, else its name and where it is.
fn place_key(cx: &Context<'_>, place: &Place, name: &str, at: Option<(f64, f64)>) -> String {
    if let Some(uri) = place.id.get().and_then(|uri| cx.key_of_uri(uri)) {
        return uri;
    }
    let source = &cx.bundle.source.key;
    let local = place.id.get().map(str::to_owned).or_else(|| match &place.identifier {
        Identifier::Text(_) | Identifier::Integer(_) => place.identifier.local(),
        _ => None,
    });
    if let Some(local) = local {
        return format!("{source}\nPlace\n{local}");
    }
    let whereabouts = address::structured_postcode(place)
        .or_else(|| at.map(|(latitude, longitude)| format!("{latitude:.4},{longitude:.4}")))
        .unwrap_or_else(|| address::whereabouts(place));
    if name.is_empty() && whereabouts.is_empty() {
        // Nobody knows whether it is the place of any other service.
        return format!("{}\nPlace", cx.bundle.head.key);
    }
    format!("{source}\nPlace\ncontent\n{}\n{whereabouts}", name.to_lowercase())
}

/// Returns latitude and longitude within the United Kingdom, of the place or else of the one around it; a
/// swapped pair is put right.
fn coordinates(cx: &Context<'_>, place: &Place) -> Option<(f64, f64)> {
    let around = place.contained_in_place.get().map(|outer| &outer.geo);
    let stated = [Some(&place.geo), around].into_iter().flatten();
    let pairs = stated.filter_map(|geo| Some((geo.latitude.0?, geo.longitude.0?)));
    let mut is_stated = false;
    for (latitude, longitude) in pairs {
        if is_in_united_kingdom(latitude, longitude) {
            return Some((latitude, longitude));
        }
        if is_in_united_kingdom(longitude, latitude) {
            cx.find(Code::CoordinatesSwapped, "location.geo");
            return Some((longitude, latitude));
        }
        cx.find(Code::CoordinatesDropped, "location.geo");
        is_stated = true;
    }
    if !is_stated {
        cx.find(Code::CoordinatesMissing, "location.geo");
    }
    None
}

fn is_in_united_kingdom(latitude: f64, longitude: f64) -> bool {
    (49.8..=60.95).contains(&latitude) && (-8.7..=1.8).contains(&longitude)
}

/// Returns the identifier that most others use too, and its type.
fn external_identifier(cx: &Context<'_>, place: &Place) -> Option<(String, String)> {
    let of_scheme = |word: &str| {
        place.identifier.values().iter().find_map(|value| {
            let scheme = format!("{}{}", value.property_id.as_str(), value.name.as_str());
            let scheme: String = scheme.to_lowercase().split_whitespace().collect();
            let value = value.value.get().filter(|_| scheme.contains(word))?;
            cx.identifier(value).map(str::to_owned)
        })
    };
    let local = || {
        let local = place.id.get().map(str::to_owned).or_else(|| place.identifier.local());
        local.filter(|local| cx.identifier(local).is_some() && words(place).is_none())
    };
    cx.rules.sources(Field::ExternalIdentifier).iter().find_map(|source| {
        let (found, kind) = match source {
            Property::Uprn => (of_scheme("uprn"), "UPRN".to_owned()),
            Property::ActivePlaces => {
                (of_scheme("activeplaces"), "Active Places Site ID".to_owned())
            }
            Property::Id => {
                let uri = place.id.get().and_then(|uri| cx.identifier(uri));
                (uri.and_then(web_address), "OpenActive @id".to_owned())
            }
            _ => (local(), format!("{} identifier", cx.bundle.source.key)),
        };
        Some((found?, kind))
    })
}
