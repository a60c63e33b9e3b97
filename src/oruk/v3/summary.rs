//! What lists show: scalars, and of a service its organisation. No lists within lists.
//!
//! A list is cut out of the bodies of its services: what it does not show is passed over unread, what it
//! shows is taken as it is written. Reading each service whole takes five times as long.
//!
//! Specification: `service_list.json` of the UK profile, "only one-to-one fields".

use serde::Deserialize;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::oruk::Id;
use crate::oruk::Service;
use crate::oruk::Status;
use crate::oruk::number;

/// A service in a list, `GET /services`.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct ServiceSummary<'a> {
    #[serde(borrow)]
    id: &'a RawValue,
    #[serde(borrow)]
    organization_id: &'a RawValue,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    program_id: Option<&'a RawValue>,
    #[serde(borrow)]
    name: &'a RawValue,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    description: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    url: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    email: Option<&'a RawValue>,
    #[serde(borrow)]
    status: &'a RawValue,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    fees: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    accreditations: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    minimum_age: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    maximum_age: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    assured_date: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    assurer_email: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    alert: Option<&'a RawValue>,
    #[serde(borrow)]
    last_modified: &'a RawValue,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    application_process: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    fees_description: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    eligibility_description: Option<&'a RawValue>,
    organization: OrganizationSummary<'a>,
    /// Stays in lists: the licence asks that every record names its source.
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    x_openactive: Option<&'a RawValue>,
    #[serde(borrow, default, skip_serializing)]
    service_at_locations: Option<&'a RawValue>,
}

impl<'a> ServiceSummary<'a> {
    /// Reads the body of a service; where it is shown strictly, only fields of the UK profile.
    ///
    /// # Errors
    ///
    /// When it is not the body of a service.
    pub fn read(body: &'a [u8], is_strict: bool) -> serde_json::Result<Self> {
        let whole: Self = serde_json::from_slice(body)?;
        if !is_strict {
            return Ok(whole);
        }
        let of_profile = Self {
            program_id: None,
            application_process: None,
            fees_description: None,
            eligibility_description: None,
            x_openactive: None,
            ..whole
        };
        Ok(of_profile)
    }

    /// Returns the service at one of its places; nothing when it is not there.
    ///
    /// # Errors
    ///
    /// When its places cannot be read.
    pub fn at(
        mut self,
        service_at_location_id: Id,
        is_strict: bool,
    ) -> serde_json::Result<Option<ServiceAtLocationSummary<'a>>> {
        let Some(places) = self.service_at_locations.take() else { return Ok(None) };
        let places: Vec<Place<'a>> = serde_json::from_str(places.get())?;
        let place = places.into_iter().find(|place| place.id == service_at_location_id);
        Ok(place.map(|mut place| {
            if is_strict {
                place.location.url = None;
            }
            ServiceAtLocationSummary {
                id: place.id,
                service_id: place.service_id,
                location_id: place.location_id,
                name: self.name,
                status: self.status,
                location: place.location,
                service: self,
            }
        }))
    }
}

/// A place of a service, as the body has it.
#[derive(Deserialize)]
struct Place<'a> {
    id: Id,
    #[serde(borrow)]
    service_id: &'a RawValue,
    #[serde(borrow)]
    location_id: &'a RawValue,
    #[serde(borrow)]
    location: LocationSummary<'a>,
}

/// A service at location in a list, `GET /service_at_locations`.
///
/// The published description checks it against the schema of a *service*, by mistake, and so asks for
/// `name` and `status` at the top. They are sent besides, which satisfies both schemas.
#[derive(Debug, Clone, Serialize)]
pub struct ServiceAtLocationSummary<'a> {
    id: Id,
    service_id: &'a RawValue,
    location_id: &'a RawValue,
    name: &'a RawValue,
    status: &'a RawValue,
    location: LocationSummary<'a>,
    service: ServiceSummary<'a>,
}

/// An organisation in a list, without its identifiers.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct OrganizationSummary<'a> {
    #[serde(borrow)]
    id: &'a RawValue,
    #[serde(borrow)]
    name: &'a RawValue,
    #[serde(borrow)]
    description: &'a RawValue,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    email: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    website: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    logo: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    uri: Option<&'a RawValue>,
}

/// A location in a list, without addresses, accessibility and amenities.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct LocationSummary<'a> {
    #[serde(borrow)]
    id: &'a RawValue,
    #[serde(borrow)]
    location_type: &'a RawValue,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    url: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    name: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    description: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    latitude: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    longitude: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    external_identifier: Option<&'a RawValue>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    external_identifier_type: Option<&'a RawValue>,
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
    assured_date: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assurer_email: Option<&'a str>,
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
            assured_date: service.assured_date.as_deref(),
            assurer_email: service.assurer_email.as_deref(),
            alert: service.alert.as_deref(),
            last_modified: &service.last_modified,
            application_process: service.application_process.as_deref(),
            fees_description: service.fees_description.as_deref(),
            eligibility_description: service.eligibility_description.as_deref(),
        }
    }
}
