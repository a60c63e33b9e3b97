//! What lists show: scalars, and of a service its organisation. No lists within lists.
//!
//! Specification: `service_list.json` of the UK profile, "only one-to-one fields".

use serde::Serialize;

use crate::oruk::Id;
use crate::oruk::Location;
use crate::oruk::LocationType;
use crate::oruk::OpenActiveSource;
use crate::oruk::Organization;
use crate::oruk::Service;
use crate::oruk::Status;
use crate::oruk::number;

/// Projects a service to an item of `GET /services`.
pub fn summary(service: &Service) -> ServiceSummary<'_> {
    ServiceSummary {
        scalars: ServiceScalars::of(service),
        organization: OrganizationSummary::of(&service.organization),
        x_openactive: service.x_openactive.as_ref(),
    }
}

/// A service in a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ServiceSummary<'a> {
    #[serde(flatten)]
    scalars: ServiceScalars<'a>,
    organization: OrganizationSummary<'a>,
    /// Stays in lists: the licence asks that every record names its source.
    #[serde(skip_serializing_if = "Option::is_none")]
    x_openactive: Option<&'a OpenActiveSource>,
}

/// The members of a service that are one value each.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct ServiceScalars<'a> {
    id: Id,
    organization_id: Id,
    #[serde(skip_serializing_if = "Option::is_none")]
    program_id: Option<Id>,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    fees: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accreditations: Option<&'a str>,
    #[serde(serialize_with = "number::serialize", skip_serializing_if = "Option::is_none")]
    minimum_age: Option<f64>,
    #[serde(serialize_with = "number::serialize", skip_serializing_if = "Option::is_none")]
    maximum_age: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alert: Option<&'a str>,
    last_modified: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    application_process: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fees_description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    eligibility_description: Option<&'a str>,
}

impl<'a> ServiceScalars<'a> {
    pub(super) fn of(service: &'a Service) -> Self {
        Self {
            id: service.id,
            organization_id: service.organization_id,
            program_id: service.program_id,
            name: &service.name,
            description: service.description.as_deref(),
            url: service.url.as_deref(),
            email: service.email.as_deref(),
            status: service.status,
            fees: service.fees.as_deref(),
            accreditations: service.accreditations.as_deref(),
            minimum_age: service.minimum_age,
            maximum_age: service.maximum_age,
            alert: service.alert.as_deref(),
            last_modified: &service.last_modified,
            application_process: service.application_process.as_deref(),
            fees_description: service.fees_description.as_deref(),
            eligibility_description: service.eligibility_description.as_deref(),
        }
    }
}

/// An organisation in a list, without its identifiers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrganizationSummary<'a> {
    id: Id,
    name: &'a str,
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    website: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logo: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<&'a str>,
}

impl<'a> OrganizationSummary<'a> {
    /// Projects an organisation.
    pub fn of(organization: &'a Organization) -> Self {
        Self {
            id: organization.id,
            name: &organization.name,
            description: &organization.description,
            email: organization.email.as_deref(),
            website: organization.website.as_deref(),
            logo: organization.logo.as_deref(),
            uri: organization.uri.as_deref(),
        }
    }
}

/// A location in a list, without addresses, accessibility and amenities.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LocationSummary<'a> {
    id: Id,
    location_type: LocationType,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latitude: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    longitude: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_identifier: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_identifier_type: Option<&'a str>,
}

impl<'a> LocationSummary<'a> {
    /// Projects a location.
    pub fn of(location: &'a Location) -> Self {
        Self {
            id: location.id,
            location_type: location.location_type,
            url: location.url.as_deref(),
            name: location.name.as_deref(),
            description: location.description.as_deref(),
            latitude: location.latitude,
            longitude: location.longitude,
            external_identifier: location.external_identifier.as_deref(),
            external_identifier_type: location.external_identifier_type.as_deref(),
        }
    }
}
