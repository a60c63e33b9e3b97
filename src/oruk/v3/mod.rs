//! HSDS-UK 3.0 on the wire: projections of the internal model.
//!
//! Specification: <https://openreferraluk.org/developers/api>.

mod scheme;
mod strict;

pub use scheme::Scheme;
pub use strict::strict;
