//! Baton: a gateway that follows OpenActive feeds and republishes them as an Open Referral UK API.
//!
//! Read the modules in the order the data flows: [`openactive`] (what publishers say), [`fetch`],
//! `harvest` and `store` (following and keeping it), [`mapping`] (deciding), [`oruk`] (the result),
//! `catalogue` and `api` (serving it). `docs/ARCHITECTURE.md` is the map.

pub mod api;
pub mod app;
pub mod catalogue;
mod causes;
pub mod cli;
pub mod clock;
pub mod config;
pub mod conformance;
pub mod demo;
pub mod export;
pub mod fetch;
pub mod harvest;
pub mod mapping;
pub mod openactive;
pub mod oruk;
pub mod places;
pub mod quality;
pub mod store;
pub mod web;
