//! The taxonomies that attributes point into.

use std::sync::LazyLock;

use crate::oruk::Id;
use crate::oruk::Taxonomy;
use crate::oruk::TaxonomyTerm;

/// A taxonomy this gateway publishes terms of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// The OpenActive activity list.
    Activity,
    /// The OpenActive facility types.
    FacilityType,
    /// The OpenActive accessibility support list.
    Accessibility,
    /// Restrictions by gender.
    Gender,
    /// Levels, free text.
    Level,
    /// Categories, free text of one publisher.
    Category,
    /// Amenities of venues.
    Amenity,
    /// In person, online or both.
    AttendanceMode,
}

impl Scheme {
    /// Every scheme, in the order they are declared and listed.
    pub const ALL: [Self; 8] = [
        Self::Activity,
        Self::FacilityType,
        Self::Accessibility,
        Self::Gender,
        Self::Level,
        Self::Category,
        Self::Amenity,
        Self::AttendanceMode,
    ];

    /// Returns the URI.
    pub fn uri(self) -> &'static str {
        match self {
            Self::Activity => "https://openactive.io/activity-list",
            Self::FacilityType => "https://openactive.io/facility-types",
            Self::Accessibility => "https://openactive.io/accessibility-support",
            Self::Gender => "https://openactive.io/GenderRestrictionType",
            Self::Level => "urn:oa-oruk-gateway:level",
            Self::Category => "urn:oa-oruk-gateway:category",
            Self::Amenity => "urn:oa-oruk-gateway:amenity",
            Self::AttendanceMode => "https://schema.org/EventAttendanceModeEnumeration",
        }
    }

    /// Returns the title.
    pub fn title(self) -> &'static str {
        match self {
            Self::Activity => "OpenActive Activity List",
            Self::FacilityType => "OpenActive Facility Type List",
            Self::Accessibility => "OpenActive Accessibility Support List",
            Self::Gender => "OpenActive Gender Restriction",
            Self::Level => "OpenActive level",
            Self::Category => "OpenActive category",
            Self::Amenity => "OpenActive amenity",
            Self::AttendanceMode => "Event Attendance Mode",
        }
    }

    /// Returns the id.
    pub fn id(self) -> Id {
        // Every term of every service asks for it.
        static IDS: LazyLock<[Id; 8]> =
            LazyLock::new(|| Scheme::ALL.map(|scheme| Id::derive("taxonomy", &[scheme.uri()])));
        IDS[self as usize]
    }

    /// Tells whether a concept's URI is one of the scheme's.
    pub fn owns(self, uri: &str) -> bool {
        let rest = |text: &str| {
            let text = text.split_once("://").map_or(text, |(_, rest)| rest);
            text.strip_prefix("www.").unwrap_or(text).to_ascii_lowercase()
        };
        let own = rest(self.uri());
        rest(uri).strip_prefix(&own).is_some_and(|tail| tail.starts_with(['#', '/']))
    }

    /// Returns the taxonomy as an entity.
    pub fn taxonomy(self) -> Taxonomy {
        Taxonomy {
            id: self.id(),
            name: self.title().to_owned(),
            description: self.description().to_owned(),
            uri: self.uri().starts_with("http").then(|| self.uri().to_owned()),
        }
    }

    fn description(self) -> &'static str {
        match self {
            Self::Activity => "Sports and physical activities.",
            Self::FacilityType => "Types of sports facility.",
            Self::Accessibility => "Impairments and needs that an activity supports.",
            Self::Gender => "Restrictions of an activity to one gender.",
            Self::Level => "Levels of skill or effort, in the publishers' words.",
            Self::Category => "Categories in the publishers' own words.",
            Self::Amenity => "Amenities of venues.",
            Self::AttendanceMode => "Whether an activity is attended in person, online or both.",
        }
    }
}

/// Returns the taxonomies of terms, each once: this gateway's in the order of [`Scheme::ALL`], then those
/// that crosswalks bring, by name.
pub fn taxonomies_of<'a>(terms: impl Iterator<Item = &'a TaxonomyTerm> + Clone) -> Vec<Taxonomy> {
    let is_used = |scheme: &Scheme| terms.clone().any(|term| term.taxonomy_id == scheme.id());
    let mut all: Vec<_> = Scheme::ALL.into_iter().filter(is_used).map(Scheme::taxonomy).collect();
    let own = Scheme::ALL.map(Scheme::id);
    let mut others: Vec<Taxonomy> = Vec::new();
    for term in terms.filter(|term| !own.contains(&term.taxonomy_id)) {
        if !others.iter().any(|known| known.id == term.taxonomy_id) {
            let name = term.taxonomy.clone();
            others.push(Taxonomy {
                id: term.taxonomy_id,
                description: name.clone(),
                name,
                uri: None,
            });
        }
    }
    others.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    all.extend(others);
    all
}
