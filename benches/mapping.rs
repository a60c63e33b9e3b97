//! How fast items become services on one core: the body of a series of 2.5 KB parsed and mapped.
//!
//! Run with `cargo bench --bench mapping`. What is stored and fetched on the way is not measured here:
//! see `harvest`.
#![expect(clippy::unwrap_used, reason = "a benchmark may fail")]

use baton::mapping::map;
use baton::openactive::Opportunity;
use divan::Bencher;
use divan::counter::BytesCount;
use divan::counter::ItemsCount;

#[path = "support/series.rs"]
mod series;

use series::SERIES;
use series::bundle;
use series::now;
use series::rules;
use series::source;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

/// Parsed and mapped.
#[divan::bench]
fn parsed_and_mapped(bencher: Bencher<'_, '_>) {
    let (rules, source, now) = (rules(), source(), now());
    bencher
        .counter(ItemsCount::new(1_usize))
        .counter(BytesCount::of_str(SERIES))
        .bench(|| map(&bundle(SERIES, &source, now), &rules, now));
}

/// Parsed only.
#[divan::bench]
fn parsing(bencher: Bencher<'_, '_>) {
    bencher
        .counter(ItemsCount::new(1_usize))
        .counter(BytesCount::of_str(SERIES))
        .bench(|| serde_json::from_str::<Opportunity>(SERIES).unwrap());
}

/// Parsed, mapped and written down as stored.
#[divan::bench]
fn series_to_json(bencher: Bencher<'_, '_>) {
    let (rules, source, now) = (rules(), source(), now());
    bencher.counter(ItemsCount::new(1_usize)).bench(|| {
        let mapping = map(&bundle(SERIES, &source, now), &rules, now);
        serde_json::to_vec(&mapping.service).unwrap()
    });
}
