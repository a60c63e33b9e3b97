//! Open Referral UK 1.0 on the wire: a projection of the internal model.
//!
//! Names are those of the reference server (`service_taxonomys`, `eligibilitys`), ids are those of 3.0.
//! The structures borrow from the internal model and know only how to be written; nothing is read back
//! from them. Facts that 1.0 has no field for are left out, never squeezed into another field.
//!
//! Specification: <https://openreferraluk.org/developers/api>, version 1.0.

mod contact;
mod cost_option;
mod curie;
mod eligibility;
mod location;
mod organization;
mod page;
mod schedule;
mod service;
mod taxonomy;
#[cfg(test)]
mod tests;

pub use contact::Contact;
pub use contact::Phone;
pub use cost_option::CostOption;
pub use curie::Curie;
pub use curie::parse_curie;
pub use curie::scheme_of;
pub use curie::vocabularies;
pub use curie::vocabulary;
pub use eligibility::Eligibility;
pub use eligibility::EligibilityType;
pub use location::AccessibilityForDisabilities;
pub use location::Location;
pub use location::LocationService;
pub use location::PhysicalAddress;
pub use location::ServiceAtLocation;
pub use organization::Organization;
pub use organization::ServiceReference;
pub use page::Page;
pub use schedule::HolidaySchedule;
pub use schedule::RegularSchedule;
pub use schedule::ServiceAtLocationReference;
pub use service::AttendingAccess;
pub use service::AttendingType;
pub use service::Language;
pub use service::Service;
pub use taxonomy::Reference;
pub use taxonomy::ServiceTaxonomy;
pub use taxonomy::Taxonomy;
