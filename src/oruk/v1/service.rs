//! Services.

use serde::Serialize;

use super::contact::Contact;
use super::cost_option::CostOption;
use super::eligibility;
use super::eligibility::Eligibility;
use super::location::ServiceAtLocation;
use super::organization::Organization;
use super::schedule;
use super::schedule::HolidaySchedule;
use super::schedule::RegularSchedule;
use super::taxonomy::ServiceTaxonomy;
use crate::oruk;
use crate::oruk::Id;
use crate::oruk::LocationType;
use crate::oruk::Status;

/// A `service`: an item of `/services`, or with its lists its detail.
///
/// `deliverable_type`, `service_areas`, `fundings` and `reviews` never appear: nothing in OpenActive
/// says them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Service<'a> {
    id: Id,
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
    #[serde(skip_serializing_if = "Option::is_none")]
    attending_type: Option<AttendingType>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attending_access: Option<AttendingAccess>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assured_date: Option<&'a str>,
    organization: Organization<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    service_taxonomys: Vec<ServiceTaxonomy<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    eligibilitys: Vec<Eligibility<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    service_at_locations: Vec<ServiceAtLocation<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    regular_schedules: Vec<RegularSchedule<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    holiday_schedules: Vec<HolidaySchedule<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cost_options: Vec<CostOption<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    contacts: Vec<Contact<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    languages: Vec<Language<'a>>,
}

impl<'a> Service<'a> {
    /// Projects the scalars and the organisation.
    pub fn summary(service: &'a oruk::Service) -> Self {
        Self {
            id: service.id,
            name: &service.name,
            description: service.description.as_deref(),
            url: service.url.as_deref(),
            email: service.email.as_deref(),
            status: service.status,
            fees: service.fees.as_deref(),
            accreditations: service.accreditations.as_deref(),
            attending_type: AttendingType::of(service),
            attending_access: AttendingAccess::of(service),
            assured_date: service.assured_date.as_deref(),
            organization: Organization::summary(&service.organization),
            service_taxonomys: Vec::new(),
            eligibilitys: Vec::new(),
            service_at_locations: Vec::new(),
            regular_schedules: Vec::new(),
            holiday_schedules: Vec::new(),
            cost_options: Vec::new(),
            contacts: Vec::new(),
            languages: Vec::new(),
        }
    }

    /// Projects the detail.
    pub fn full(service: &'a oruk::Service) -> Self {
        let attributes = service.attributes.iter().filter(|a| !eligibility::is_eligibility(a));
        let (regular_schedules, holiday_schedules) = schedule::schedules(service);
        let places = service.service_at_locations.iter();
        Self {
            service_taxonomys: attributes.filter_map(ServiceTaxonomy::of).collect(),
            eligibilitys: Eligibility::of(service).into_iter().collect(),
            service_at_locations: places.map(ServiceAtLocation::of).collect(),
            regular_schedules,
            holiday_schedules,
            cost_options: service.cost_options.iter().map(CostOption::of).collect(),
            contacts: service.contacts.iter().map(Contact::of).collect(),
            languages: service.languages.iter().filter_map(Language::of).collect(),
            ..Self::summary(service)
        }
    }
}

/// The two words of the enumeration `attending_type` that apply to sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AttendingType {
    /// One goes there, or can.
    Venue,
    /// Only online.
    Online,
}

impl AttendingType {
    fn of(service: &oruk::Service) -> Option<Self> {
        let places = &service.service_at_locations;
        if places.is_empty() {
            return None;
        }
        let is_physical =
            |p: &oruk::ServiceAtLocation| p.location.location_type == LocationType::Physical;
        Some(if places.iter().any(is_physical) { Self::Venue } else { Self::Online })
    }
}

/// The two words of the enumeration `attending_access` that OpenActive can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttendingAccess {
    /// Booking in advance is required.
    Appointment,
    /// Booking in advance is not possible.
    DropIn,
}

impl AttendingAccess {
    /// The internal model says whether to book only in words, and these are the gateway's own.
    fn of(service: &oruk::Service) -> Option<Self> {
        let process = service.application_process.as_deref()?;
        if process.starts_with(BOOKING_REQUIRED) {
            Some(Self::Appointment)
        } else if process.starts_with(BOOKING_UNAVAILABLE) {
            Some(Self::DropIn)
        } else {
            None
        }
    }
}

/// A `language`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Language<'a> {
    id: Id,
    language: &'a str,
}

impl<'a> Language<'a> {
    fn of(language: &'a oruk::Language) -> Option<Self> {
        let stated = language.code.as_deref().or(language.name.as_deref());
        Some(Self { id: language.id, language: stated? })
    }
}

/// How the mapping begins `application_process` when an offer must be booked.
const BOOKING_REQUIRED: &str = "Booking in advance is required.";
/// How the mapping begins `application_process` when no offer can be booked.
const BOOKING_UNAVAILABLE: &str = "Booking in advance is not available.";
