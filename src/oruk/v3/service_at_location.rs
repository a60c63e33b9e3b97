//! Services at locations: the service turned round, seen from one of its places.
//!
//! The published `openapi.json` checks the detail against the schema of a *service*, by mistake, and so
//! asks for `name` and `status` at the top. They are sent besides, which satisfies both schemas.

use serde::Serialize;

use super::summary::ServiceScalars;
use crate::oruk::Attribute;
use crate::oruk::Contact;
use crate::oruk::CostOption;
use crate::oruk::Id;
use crate::oruk::Language;
use crate::oruk::Location;
use crate::oruk::OpenActiveSource;
use crate::oruk::Organization;
use crate::oruk::Program;
use crate::oruk::Schedule;
use crate::oruk::Service;
use crate::oruk::Status;

/// Projects a service to the detail of one of its places; nothing when it is not there.
///
/// The service is whole but for its places: its schedules say by `service_at_location_id` which of
/// them belong here.
pub fn service_at_location(
    service: &Service,
    service_at_location_id: Id,
) -> Option<ServiceAtLocationDetail<'_>> {
    let mut places = service.service_at_locations.iter();
    let place = places.find(|place| place.id == service_at_location_id)?;
    Some(ServiceAtLocationDetail {
        id: place.id,
        service_id: place.service_id,
        location_id: place.location_id,
        name: &service.name,
        status: service.status,
        location: &place.location,
        service: ServiceDetail::of(service),
    })
}

/// A service at location.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ServiceAtLocationDetail<'a> {
    id: Id,
    service_id: Id,
    location_id: Id,
    name: &'a str,
    status: Status,
    location: &'a Location,
    service: ServiceDetail<'a>,
}

/// A service without its places.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ServiceDetail<'a> {
    #[serde(flatten)]
    scalars: ServiceScalars<'a>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    schedules: &'a [Schedule],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    languages: &'a [Language],
    organization: &'a Organization,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    cost_options: &'a [CostOption],
    #[serde(skip_serializing_if = "Option::is_none")]
    program: Option<&'a Program>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    contacts: &'a [Contact],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    attributes: &'a [Attribute],
    #[serde(skip_serializing_if = "Option::is_none")]
    x_openactive: Option<&'a OpenActiveSource>,
}

impl<'a> ServiceDetail<'a> {
    fn of(service: &'a Service) -> Self {
        Self {
            scalars: ServiceScalars::of(service),
            schedules: &service.schedules,
            languages: &service.languages,
            organization: &service.organization,
            cost_options: &service.cost_options,
            program: service.program.as_ref(),
            contacts: &service.contacts,
            attributes: &service.attributes,
            x_openactive: service.x_openactive.as_ref(),
        }
    }
}
