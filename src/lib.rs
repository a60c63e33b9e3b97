//! Baton: a gateway that follows OpenActive feeds and republishes them as an Open Referral UK API.
//!
//! Read the modules in the order the data flows: [`openactive`] (what publishers say), `harvest` and
//! `store` (following and keeping it), [`mapping`] (deciding), [`oruk`] (the result), `catalogue` and
//! `api` (serving it). `docs/ARCHITECTURE.md` is the map.

pub mod fetch;
pub mod openactive;
pub mod mapping;
pub mod oruk;
pub mod quality;
