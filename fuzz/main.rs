//! Tries odd inputs: `cargo test --test fuzz -- TARGET SECONDS [SEED]`, or `make fuzz`.
//!
//! Each target is a file. Inputs that made it fail are kept in `fuzz/corpus` and are tried first from
//! then on.
#![expect(clippy::unwrap_used, clippy::panic, reason = "it is a test")]
#![expect(clippy::print_stdout, reason = "it tells how far it got")]

mod bytes;
mod configuration;
mod item;
mod json;
mod mapper;
mod mutate;
mod page;
mod pipeline;
mod postcode;
mod query;

use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let name = arguments.first().map_or("all", String::as_str);
    let number = |at: usize| arguments.get(at).and_then(|text| text.parse::<u64>().ok());
    let (limit, seed) = (Duration::from_secs(number(1).unwrap_or(60)), number(2).unwrap_or(1));
    let is_chosen = |target: &str| name == "all" || target == name;
    let of_bytes: Vec<_> = bytes::TARGETS.iter().filter(|target| is_chosen(target.name)).collect();
    let of_json: Vec<_> = json::TARGETS.iter().filter(|target| is_chosen(target.name)).collect();
    if of_bytes.is_empty() && of_json.is_empty() {
        println!("fuzz: no target {name}");
        return ExitCode::FAILURE;
    }
    let is_well = of_bytes.into_iter().all(|target| bytes::fuzz(target, limit, seed))
        && of_json.into_iter().all(|target| json::fuzz(target, limit, seed));
    if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
