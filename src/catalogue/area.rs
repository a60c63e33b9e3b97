//! Areas: parts of everything that are served as feeds of their own.
//!
//! Where a service takes place and whose it is are looked at as it is indexed; what it is about is
//! looked at with each question, since terms may become known later.

use super::entry::Entry;
use super::entry::PlaceEntry;
use super::text;
use crate::oruk::Id;
use crate::oruk::TaxonomyTerm;
use crate::places::District;
use crate::places::Gazetteer;
use crate::places::LocalAuthority;
use crate::places::Outline;
use crate::places::Postcode;
use crate::places::distance_m;

/// How far a postcode may be from a point for its authority to be that of the point, in metres.
const NEAREST_WITHIN_M: f64 = 5_000.0;

/// How far a place may be from the middle of its postcode, in metres; more is a disagreement.
const AGREEING_WITHIN_M: f64 = 500.0;

/// A part of all services.
///
/// A service is in it that takes place in one of its places, is of one of its publishers and about one
/// of its activities; what is empty does not narrow.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Area {
    /// What it is called in paths.
    pub slug: String,
    /// What it is called for people.
    pub name: String,
    /// Local authorities.
    pub authorities: Vec<LocalAuthority>,
    /// Beginnings of postcodes in upper case: `BS` for an area, `BS1` for a district, `BS1 5` for a
    /// sector. `BS1` is not `BS16`.
    pub postcodes: Vec<String>,
    /// Latitude and longitude in degrees, and how far around it in metres.
    pub circle: Option<(f64, f64, f64)>,
    /// An outline.
    pub outline: Option<Outline>,
    /// Keys of publishers.
    pub publishers: Vec<String>,
    /// Activities: labels, or ids of terms.
    pub activities: Vec<String>,
    /// Whether what takes place online is in it.
    pub include_online: bool,
}

impl Area {
    /// Tells whether a service of this publisher may be in the area.
    pub(super) fn is_of(&self, entry: &Entry) -> bool {
        self.publishers.is_empty() || self.publishers.contains(&entry.publisher)
    }

    /// Tells whether a place is in the area.
    pub(super) fn holds(&self, place: &Placed) -> bool {
        if place.is_virtual {
            return self.include_online;
        }
        !self.is_bounded()
            || place.authority.is_some_and(|authority| self.authorities.contains(&authority))
            || place.postcode.is_some_and(|postcode| {
                self.postcodes.iter().any(|beginning| begins(postcode, beginning))
            })
            || place.points().any(|(latitude, longitude)| {
                self.circle.is_some_and(|(middle_latitude, middle_longitude, within_m)| {
                    let away = distance_m(middle_latitude, middle_longitude, latitude, longitude);
                    away <= within_m
                }) || self.outline.as_ref().is_some_and(|it| it.contains(latitude, longitude))
            })
    }

    /// Tells whether a service without any place is in the area.
    pub(super) fn holds_placeless(&self) -> bool {
        !self.is_bounded()
    }

    fn is_bounded(&self) -> bool {
        !self.authorities.is_empty()
            || !self.postcodes.is_empty()
            || self.circle.is_some()
            || self.outline.is_some()
    }

    /// Returns the terms that its activities name; nothing when it has none.
    pub(super) fn terms<'a>(&self, known: impl Iterator<Item = (Id, &'a str)>) -> Option<Vec<Id>> {
        if self.activities.is_empty() {
            return None;
        }
        let labels: Vec<String> = self.activities.iter().map(|name| text::fold(name)).collect();
        let named = known.filter(|(_, name)| labels.contains(&text::fold(name)));
        let ids = self.activities.iter().filter_map(|name| Id::parse(name));
        Some(ids.chain(named.map(|(id, _)| id)).collect())
    }

    /// Tells whether an activity of an area is this term: its label, or its id.
    pub fn is_term(activity: &str, term: &TaxonomyTerm) -> bool {
        Id::parse(activity) == Some(term.id) || text::fold(activity) == text::fold(&term.name)
    }
}

/// A place with what areas ask of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Placed {
    /// Its coordinates, then the middle of its postcode where that is somewhere else.
    pub(super) points: [Option<(f64, f64)>; 2],
    postcode: Option<Postcode>,
    authority: Option<LocalAuthority>,
    is_virtual: bool,
}

impl Placed {
    /// Looks a place up. Without coordinates it is where its postcode is, and where the two disagree it
    /// is found at both, since nobody here knows which of them is wrong. Without a postcode its authority,
    /// if one is asked for, is that of the nearest one.
    pub(super) fn of(place: &PlaceEntry, gazetteer: &Gazetteer, by_authority: bool) -> Self {
        let postcode = place.postcode.map(|text| text.0);
        let spot = postcode.and_then(|postcode| gazetteer.find(&postcode));
        let of_spot = spot.map(|spot| (spot.latitude, spot.longitude));
        let disagrees = place
            .coordinates
            .zip(of_spot)
            .is_some_and(|((a, b), (c, d))| distance_m(a, b, c, d) > AGREEING_WITHIN_M);
        let points = match place.coordinates {
            Some(own) => [Some(own), of_spot.filter(|_| disagrees)],
            None => [of_spot, None],
        };
        let authority = match (spot, place.coordinates) {
            (Some(spot), _) => spot.local_authority,
            (None, Some((latitude, longitude))) if by_authority => gazetteer
                .nearest(latitude, longitude, NEAREST_WITHIN_M)
                .and_then(|(_, spot, _)| spot.local_authority),
            (None, _) => None,
        };
        Self { points, postcode, authority, is_virtual: place.is_virtual }
    }

    fn points(&self) -> impl Iterator<Item = (f64, f64)> {
        self.points.into_iter().flatten()
    }
}

/// Tells whether a postcode begins so, by the parts of a postcode and not by letters alone.
fn begins(postcode: Postcode, beginning: &str) -> bool {
    let (outward, inward) = (postcode.outward(), postcode.inward());
    let is_letters = |text: &str| text.chars().all(|c| c.is_ascii_alphabetic());
    if let Some((district, sector)) = beginning.split_once(' ') {
        return outward == district && inward.starts_with(sector.trim());
    }
    if is_letters(beginning) {
        return postcode.area() == beginning;
    }
    if beginning.len() > outward.len() && !District::is_name(beginning) {
        return format!("{outward}{inward}").starts_with(beginning);
    }
    // `EC1` is all of EC1A to EC1Y, as people write it.
    outward.strip_prefix(beginning).is_some_and(is_letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postcodes_begin_by_their_parts() {
        for (postcode, beginning, is_so) in [
            ("BS1 5TR", "BS", true),
            ("BS1 5TR", "B", false),
            ("BS1 5TR", "BS1", true),
            ("BS16 5TR", "BS1", false),
            ("BS16 5TR", "BS1 6", false),
            ("BS1 6TR", "BS16", false),
            ("M1 1AE", "M11", false),
            ("M11 1AE", "M11", true),
            ("BS1 6TR", "BS1 6", true),
            ("EC1A 1BB", "EC1", true),
            ("EC1A 1BB", "EC1A1", true),
            ("EC2A 1BB", "EC1", false),
        ] {
            let postcode = Postcode::parse(postcode).unwrap();
            assert_eq!(begins(postcode, beginning), is_so, "{postcode} {beginning}");
        }
    }
}
