//! Locations, their addresses and accessibility, and services at locations.

use serde::Serialize;

use super::organization::ServiceReference;
use crate::oruk;
use crate::oruk::Accessibility;
use crate::oruk::Address;
use crate::oruk::Id;

/// A `service_at_location` of a service.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ServiceAtLocation<'a> {
    id: Id,
    location: Location<'a>,
}

impl<'a> ServiceAtLocation<'a> {
    pub(super) fn of(place: &'a oruk::ServiceAtLocation) -> Self {
        Self { id: place.id, location: Location::nested(&place.location) }
    }
}

/// A `location`: nested in a service, an item of `/locations`, or with its lists its detail.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Location<'a> {
    id: Id,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latitude: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    longitude: Option<f64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    service_at_locations: Vec<LocationService<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    physical_addresses: Vec<PhysicalAddress<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    accessibility_for_disabilities: Vec<AccessibilityForDisabilities<'a>>,
}

impl<'a> Location<'a> {
    /// Projects the scalars.
    pub fn summary(location: &'a oruk::Location) -> Self {
        Self {
            id: location.id,
            name: location.name.as_deref(),
            description: location.description.as_deref(),
            latitude: location.latitude,
            longitude: location.longitude,
            service_at_locations: Vec::new(),
            physical_addresses: Vec::new(),
            accessibility_for_disabilities: Vec::new(),
        }
    }

    /// Projects the detail; `services` are those that take place there.
    ///
    /// A row about one class does not say which, so only the venue's own row is shown.
    pub fn full(
        location: &'a oruk::Location,
        services: impl IntoIterator<Item = LocationService<'a>>,
    ) -> Self {
        let venue_row = Id::derive_under("accessibility", location.id, &["venue"]);
        let mut full = Self::nested(location);
        full.accessibility_for_disabilities.retain(|row| row.id == venue_row);
        full.service_at_locations = services.into_iter().collect();
        full
    }

    /// Projects a location as its service shows it, with every row about it.
    fn nested(location: &'a oruk::Location) -> Self {
        let rows = location.accessibility.iter();
        Self {
            physical_addresses: location.addresses.iter().map(PhysicalAddress::of).collect(),
            accessibility_for_disabilities: rows
                .filter_map(AccessibilityForDisabilities::of)
                .collect(),
            ..Self::summary(location)
        }
    }
}

/// A `service_at_location` of a location.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LocationService<'a> {
    /// The service at location.
    pub id: Id,
    /// The service.
    pub service: ServiceReference<'a>,
}

/// A `physical_address`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PhysicalAddress<'a> {
    id: Id,
    address_1: &'a str,
    city: &'a str,
    state_province: &'a str,
    postal_code: &'a str,
    country: &'a str,
}

impl<'a> PhysicalAddress<'a> {
    fn of(address: &'a Address) -> Self {
        Self {
            id: address.id,
            address_1: &address.address_1,
            city: &address.city,
            state_province: &address.state_province,
            postal_code: &address.postal_code,
            country: &address.country,
        }
    }
}

/// A row of `accessibility_for_disabilities`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AccessibilityForDisabilities<'a> {
    id: Id,
    accessibility: &'a str,
}

impl<'a> AccessibilityForDisabilities<'a> {
    fn of(row: &'a Accessibility) -> Option<Self> {
        let text = row.accessibility.as_deref().or(row.description.as_deref())?;
        Some(Self { id: row.id, accessibility: text })
    }
}
