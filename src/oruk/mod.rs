//! The target standard: Open Referral UK.
//!
//! The types here are the one internal model, in the shape of HSDS-UK 3.0 plus the few HSDS 3.0 fields
//! the UK profile leaves out ([`extension`](v3::strict) fields). What goes over the wire is a projection
//! of it: [`v3`] and [`v1`]. Optional values without content are left out, never `null`.
//!
//! Specification: <https://openreferraluk.org/developers/schemata>.

mod attribute;
mod contact;
mod cost_option;
mod id;
mod location;
mod number;
mod organization;
mod schedule;
mod service;
pub mod v1;
pub mod v3;

pub use attribute::Attribute;
pub use attribute::Taxonomy;
pub use attribute::TaxonomyTerm;
pub use contact::Contact;
pub use contact::Phone;
pub use cost_option::CostOption;
pub use id::Id;
pub use location::Accessibility;
pub use location::Address;
pub use location::Location;
pub use location::LocationType;
pub use location::ServiceAtLocation;
pub use organization::Organization;
pub use organization::OrganizationIdentifier;
pub use schedule::Frequency;
pub use schedule::Schedule;
pub use schedule::ScheduleExtension;
pub use service::Language;
pub use service::OpenActiveSource;
pub use service::Program;
pub use service::Service;
pub use service::SourceId;
pub use service::Status;
