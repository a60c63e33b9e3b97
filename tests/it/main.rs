//! Tests of the whole through its front doors; a module for each capability.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod api;
mod areas;
mod configuration;
mod crash;
mod demo;
mod explain;
mod fuzz_corpus;
mod harvest;
mod lists;
mod mapping_cases;
mod mapping_examples;
mod openapi;
mod orders;
mod paging;
mod privacy;
mod properties;
mod quirks;
mod rules;
mod shared_feeds;
mod support;
mod unreachable;
mod vocabularies;
