//! Targets that take bytes: seeds are changed in a few places, spliced with one another, and tried.

use std::fs;
use std::panic;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use rand::RngExt as _;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;

use crate::configuration;
use crate::item;
use crate::page;
use crate::postcode;
use crate::query;

/// What is tried.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    /// What is changed.
    seeds: fn() -> Vec<Vec<u8>>,
    /// Panics when something is wrong with an input.
    check: fn(&[u8]),
    /// Pieces that mean something to the target.
    words: &'static [&'static str],
}

pub(crate) const TARGETS: [Target; 5] = [
    Target { name: "page", seeds: page::seeds, check: page::check, words: &page::WORDS },
    Target { name: "item", seeds: item::seeds, check: item::check, words: &item::WORDS },
    Target { name: "query", seeds: query::seeds, check: query::check, words: &query::WORDS },
    Target {
        name: "configuration",
        seeds: configuration::seeds,
        check: configuration::check,
        words: &configuration::WORDS,
    },
    Target {
        name: "postcode",
        seeds: postcode::seeds,
        check: postcode::check,
        words: &postcode::WORDS,
    },
];

/// Tries a target for so long; tells whether nothing failed.
pub(crate) fn fuzz(target: &Target, limit: Duration, seed: u64) -> bool {
    let mut seeds = (target.seeds)();
    let kept = fs::read_dir(corpus(target)).unwrap().map(|entry| entry.unwrap().path());
    let mut kept: Vec<PathBuf> = kept.filter(|path| path.is_file()).collect();
    kept.sort();
    for path in kept.iter().filter(|path| path.extension().is_some_and(|end| end == "bin")) {
        let input = fs::read(path).unwrap();
        if fails(target, &input) {
            println!("fuzz: {} fails on {}", target.name, path.display());
            return false;
        }
        seeds.push(input);
    }
    let mut random = StdRng::seed_from_u64(seed);
    let begun = Instant::now();
    let mut tried = 0_u64;
    while begun.elapsed() < limit {
        let input = mutated(&seeds, target.words, &mut random);
        tried += 1;
        if fails(target, &input) {
            let path = corpus(target).join(format!("{seed}-{tried}.bin"));
            fs::write(&path, &input).unwrap();
            println!("fuzz: {} failed; kept as {}", target.name, path.display());
            return false;
        }
    }
    println!("fuzz: {} tried {tried} inputs in {} s", target.name, begun.elapsed().as_secs());
    true
}

fn fails(target: &Target, input: &[u8]) -> bool {
    panic::catch_unwind(|| (target.check)(input)).is_err()
}

fn corpus(target: &Target) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target.name)
}

/// Changes a seed in one to eight places.
fn mutated(seeds: &[Vec<u8>], words: &[&str], random: &mut StdRng) -> Vec<u8> {
    let mut input = seeds.choose(random).cloned().unwrap_or_default();
    for _ in 0..random.random_range(1..=8) {
        let at = random.random_range(0..=input.len());
        let to = random.random_range(at..=input.len().min(at + 64));
        let piece: Vec<u8> = match random.random_range(0..6) {
            0 => Vec::new(),
            1 => vec![random.random::<u8>()],
            2 => input.get(at..to).unwrap_or_default().repeat(random.random_range(2..20)),
            3 => words.choose(random).copied().unwrap_or_default().as_bytes().to_vec(),
            4 => ODD.choose(random).copied().unwrap_or_default().as_bytes().to_vec(),
            _ => {
                let other = seeds.choose(random).map(Vec::as_slice).unwrap_or_default();
                let from = random.random_range(0..=other.len());
                let until = random.random_range(from..=other.len().min(from + 200));
                other.get(from..until).unwrap_or_default().to_vec()
            }
        };
        input.splice(at..to, piece);
    }
    input
}

const ODD: [&str; 16] = [
    "\u{0}",
    "\u{feff}",
    "\u{202e}",
    "é",
    "İ",
    "💥",
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "%",
    "%ff",
    "-1",
    "1e400",
    "18446744073709551616",
    "null",
];
