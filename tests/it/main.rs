//! Tests of the whole through its front doors; a module for each capability.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod admin;
mod api;
mod areas;
mod changes;
mod configuration;
mod crash;
mod demo;
mod discovery;
mod disk;
mod examples;
mod explain;
mod fuzz_corpus;
mod guard;
mod harvest;
mod hostile;
mod licence;
mod lists;
mod mapping_cases;
mod mapping_examples;
mod metrics;
mod openapi;
mod orders;
mod paging;
mod privacy;
mod properties;
mod quirks;
mod reload;
mod resync;
mod rpde;
mod rules;
mod shared_feeds;
mod soak;
mod support;
mod unreachable;
mod vocabularies;
