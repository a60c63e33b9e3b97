//! Targets that take JSON: cases of the mapping are changed into other JSON, so that what comes out is
//! still read, and tried.

use std::fs;
use std::panic;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use serde_json::Value;

use crate::mapper;
use crate::mutate;

/// What is tried.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    seeds: fn() -> Vec<Value>,
    check: fn(&Value),
    corpus: fn() -> PathBuf,
}

pub(crate) const TARGETS: [Target; 1] =
    [Target { name: "mapper", seeds: mapper::seeds, check: mapper::check, corpus: mapper::corpus }];

/// Tries a target for so long; tells whether nothing failed.
pub(crate) fn fuzz(target: &Target, limit: Duration, seed: u64) -> bool {
    let seeds = (target.seeds)();
    let mut rng = StdRng::seed_from_u64(seed);
    let begun = Instant::now();
    let mut tried = 0_u64;
    let mut pool = seeds.clone();
    while begun.elapsed() < limit {
        let mut input = pool.choose(&mut rng).unwrap_or(&Value::Null).clone();
        mutate::mutate(&mut input, &seeds, &mut rng);
        if panic::catch_unwind(|| (target.check)(&input)).is_err() {
            let path = (target.corpus)().join(format!("{}-{seed}-{tried}.json", target.name));
            fs::write(&path, serde_json::to_vec_pretty(&input).unwrap()).unwrap();
            println!("fuzz: {} failed; kept as {}", target.name, path.display());
            return false;
        }
        tried += 1;
        // Mutants of mutants, but never of large ones.
        if tried.is_multiple_of(16) && input.to_string().len() < MAX_BYTES {
            if pool.len() > seeds.len() + MAX_MUTANTS {
                pool.truncate(seeds.len());
            }
            pool.push(input);
        }
    }
    println!("fuzz: {} tried {tried} inputs in {} s", target.name, begun.elapsed().as_secs());
    true
}

const MAX_BYTES: usize = 50_000;

const MAX_MUTANTS: usize = 500;
