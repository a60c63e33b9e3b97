//! The source standard: OpenActive opportunity data in RPDE feeds.
//!
//! Types here are named as in the [Modelling Opportunity Data specification] and are read leniently:
//! see [`lenient`]. They carry what the publisher said, unjudged; deciding is the mapping's work.
//! Nothing here knows about Open Referral UK, storage or HTTP.
//!
//! [Modelling Opportunity Data specification]: https://openactive.io/modelling-opportunity-data/

pub mod lenient;

mod concept;
mod dataset;
mod figure;
mod identifier;
mod modified;
mod object;
mod oddity;
mod offer;
mod opportunity;
mod party;
mod place;
mod property;
mod rpde;
mod schedule;
mod time;
mod vocabulary;

pub use concept::Concept;
pub use dataset::DataDownload;
pub use dataset::Dataset;
pub use dataset::Reference;
pub use figure::Figure;
pub use identifier::Identifier;
pub use identifier::PropertyValue;
pub use identifier::Scope;
pub use identifier::canonical_uri;
pub use modified::Modified;
pub use oddity::Noted;
pub use oddity::Oddity;
pub use oddity::noting;
pub use offer::Offer;
pub use offer::QuantitativeValue;
pub use opportunity::Brand;
pub use opportunity::Image;
pub use opportunity::Kind;
pub use opportunity::Opportunity;
pub use opportunity::SpokenLanguage;
pub use party::ContactPoint;
pub use party::Party;
pub use place::AmenityFeature;
pub use place::GeoCoordinates;
pub use place::OpeningHours;
pub use place::Place;
pub use place::PostalAddress;
pub use place::Secret;
pub use place::VirtualLocation;
pub use property::is_property;
pub use rpde::Item;
pub use rpde::Page;
pub use rpde::RpdeError;
pub use rpde::State;
pub use schedule::DayRule;
pub use schedule::Schedule;
pub use schedule::parts;
pub use time::Moment;
pub use time::Period;
pub use time::is_end_of_day;
pub use time::month_of;
pub use time::parse_date;
pub use time::parse_time;
pub use time::parse_written_date;
pub use time::stamp_in;
pub use vocabulary::SkosConcept;
pub use vocabulary::SkosScheme;
pub use vocabulary::Term;
pub use vocabulary::Vocabulary;
pub(crate) use vocabulary::concept_uuid;
pub use vocabulary::is_word;
pub use vocabulary::word_of;
