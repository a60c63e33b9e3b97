//! Tries what publishers may send: `cargo test --test fuzz -- TARGET SECONDS [SEED]`, or `make fuzz`.
//!
//! Each target is a file. Inputs that made it fail are kept in `fuzz/corpus` and are tried first from
//! then on, in `make test` too.
#![expect(clippy::unwrap_used, reason = "it is a test")]
#![expect(clippy::print_stdout, reason = "it tells how far it got")]

mod mapper;
mod mutate;

use std::fs;
use std::panic;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use std::time::Instant;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use serde_json::Value;

/// What is tried.
struct Target {
    name: &'static str,
    seeds: fn() -> Vec<Value>,
    check: fn(&Value),
    corpus: fn() -> PathBuf,
}

const TARGETS: [Target; 1] =
    [Target { name: "mapper", seeds: mapper::seeds, check: mapper::check, corpus: mapper::corpus }];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let name = arguments.first().map_or("mapper", String::as_str);
    let Some(target) = TARGETS.iter().find(|target| target.name == name) else {
        println!("fuzz: no target {name}");
        return ExitCode::FAILURE;
    };
    let number = |at: usize| arguments.get(at).and_then(|text| text.parse::<u64>().ok());
    let (secs, seed) = (number(1).unwrap_or(60), number(2).unwrap_or(1));
    fuzz(target, Duration::from_secs(secs), seed)
}

fn fuzz(target: &Target, limit: Duration, seed: u64) -> ExitCode {
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
            return ExitCode::FAILURE;
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
    ExitCode::SUCCESS
}

const MAX_BYTES: usize = 50_000;

const MAX_MUTANTS: usize = 500;
