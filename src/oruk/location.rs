//! Locations, their addresses and accessibility, and services at locations.

use serde::Deserialize;
use serde::Serialize;

use super::attribute::Attribute;
use super::id::Id;

/// A [service at location](https://docs.openreferral.org/en/v3.0/hsds/schema_reference.html#service_at_location).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServiceAtLocation {
    /// Derived from service and location.
    pub id: Id,
    /// The service.
    pub service_id: Id,
    /// The location.
    pub location_id: Id,
    /// The location in full.
    pub location: Location,
}

/// Whether people go there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LocationType {
    /// A place to go to.
    Physical,
    /// Online.
    Virtual,
}

/// A [location](https://docs.openreferral.org/en/v3.0/hsds/schema_reference.html#location).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Location {
    /// Derived from the place.
    pub id: Id,
    /// Physical or virtual.
    pub location_type: LocationType,
    /// Page about the venue (HSDS, not in the UK profile).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Degrees north, WGS 84.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latitude: Option<f64>,
    /// Degrees east, WGS 84.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longitude: Option<f64>,
    /// Identifier in a scheme others use too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_identifier: Option<String>,
    /// That scheme: `UPRN`, `Active Places Site ID`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_identifier_type: Option<String>,
    /// At most one address.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<Address>,
    /// Accessibility of the session and of the venue.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accessibility: Vec<Accessibility>,
    /// Amenities.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Attribute>,
}

/// An [address](https://docs.openreferral.org/en/v3.0/hsds/schema_reference.html#address).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Derived from the location.
    pub id: Id,
    /// The location.
    pub location_id: Id,
    /// Building and street.
    pub address_1: String,
    /// Town; empty when not known.
    pub city: String,
    /// Region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Region, else town; empty when neither is known.
    pub state_province: String,
    /// Postcode in UK format; empty when not known.
    pub postal_code: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Always physical.
    pub address_type: LocationType,
}

/// An [accessibility](https://docs.openreferral.org/en/v3.0/hsds/schema_reference.html#accessibility) row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Accessibility {
    /// Derived from service and location, or from the location for the venue's own row.
    pub id: Id,
    /// The location.
    pub location_id: Id,
    /// Summary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The publisher's own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<String>,
    /// Impairments that are supported.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Attribute>,
    /// The summary again, a field the UK profile keeps from 1.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accessibility: Option<String>,
}
