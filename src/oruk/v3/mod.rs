//! HSDS-UK 3.0 on the wire: projections of the internal model.
//!
//! The detail of a service is the internal model itself; lists and services at locations are shorter
//! or turned round. Those structures borrow, from the model or from a body, and are soon written.
//!
//! Specification: <https://openreferraluk.org/developers/api>.

mod page;
mod scheme;
mod service_at_location;
mod strict;
mod summary;
#[cfg(test)]
mod tests;

pub use page::Page;
pub use scheme::Scheme;
pub use scheme::taxonomies_of;
pub use service_at_location::ServiceAtLocationDetail;
pub use service_at_location::ServiceDetail;
pub use service_at_location::service_at_location;
pub use strict::strict;
pub use summary::LocationSummary;
pub use summary::OrganizationSummary;
pub use summary::ServiceAtLocationSummary;
pub use summary::ServiceSummary;
