//! Tests of the whole through its front doors; a module for each capability.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod mapping_examples;
mod support;
