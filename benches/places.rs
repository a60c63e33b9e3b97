//! Times the gazetteer: opening it, and its two questions.

#![expect(clippy::expect_used, reason = "without a table there is nothing to time")]

use std::hint::black_box;
use std::sync::LazyLock;

use baton::places::Gazetteer;
use baton::places::Postcode;
use divan::Bencher;

static GAZETTEER: LazyLock<Gazetteer> =
    LazyLock::new(|| Gazetteer::embedded().expect("the built-in table opens"));

fn main() {
    divan::main();
}

#[divan::bench(sample_count = 20)]
fn open() -> usize {
    Gazetteer::embedded().map_or(0, |gazetteer| gazetteer.len())
}

#[divan::bench]
fn find(bencher: Bencher<'_, '_>) {
    let postcodes: Vec<Postcode> = GAZETTEER.iter().map(|(postcode, _)| postcode).collect();
    let mut turns = (0..postcodes.len()).cycle().step_by(STRIDE);
    bencher
        .with_inputs(|| turns.next().and_then(|turn| postcodes.get(turn).copied()))
        .bench_local_values(|postcode| GAZETTEER.find(black_box(&postcode?)));
}

/// Places as they are spread in life: mostly in towns, 30 to 300 m from a postcode.
#[divan::bench]
fn nearest_to_places(bencher: Bencher<'_, '_>) {
    let spots: Vec<_> = GAZETTEER.iter().step_by(STRIDE).map(|(_, spot)| spot).collect();
    let mut turns = spots.iter().cycle();
    bencher.with_inputs(|| turns.next()).bench_local_values(|spot| {
        let spot = spot?;
        GAZETTEER.nearest(spot.latitude + 0.0007, spot.longitude - 0.0003, 5000.0)
    });
}

#[divan::bench(args = [
    ("London", 51.5136, -0.0937),
    ("Bristol", 51.4491, -2.5973),
    ("Rannoch Moor", 56.6334, -4.7760),
])]
fn nearest_in(place: &(&str, f64, f64)) -> Option<f64> {
    GAZETTEER.nearest(black_box(place.1), black_box(place.2), 10_000.0).map(|found| found.2)
}

/// A prime, so that neighbours in time are none in the table.
const STRIDE: usize = 7919;
