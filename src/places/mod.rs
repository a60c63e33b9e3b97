//! Places: where a postcode is, and whose area a place lies in, without asking anybody.
//!
//! The table is made from the ONS Postcode Directory by `scripts/postcodes.py` and built in; what it
//! holds, how it is laid out and under which terms is told in `data/README.md`. Nothing here calls a
//! service: what a publisher says about its places stays on this machine.

mod block;
mod distance;
mod district;
mod error;
mod gazetteer;
mod local_authority;
mod nearest;
mod outline;
mod postcode;
mod reader;
mod table;
#[cfg(test)]
mod tests;

pub use distance::BoundingBox;
pub use distance::Ruler;
pub use distance::distance_m;
pub use district::District;
pub use error::GazetteerError;
pub use gazetteer::Gazetteer;
pub use gazetteer::Spot;
pub use local_authority::LocalAuthority;
pub use outline::Outline;
pub use outline::OutlineError;
pub use postcode::Postcode;

/// What the licence of the table asks to be shown wherever its content is.
pub const ATTRIBUTION: &str = "Contains OS data © Crown copyright and database right 2025. \
    Contains Royal Mail data © Royal Mail copyright and database right 2025. \
    Source: Office for National Statistics licensed under the Open Government Licence v.3.0.";
