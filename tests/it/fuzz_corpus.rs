//! What once was too much for a fuzz target is tried again, and a few thousand new inputs with it.

#[path = "../../fuzz/mapper.rs"]
mod mapper;
#[path = "../../fuzz/mutate.rs"]
mod mutate;

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;

#[test]
fn the_mapper_makes_something_well_formed_of_everything() {
    let seeds = mapper::seeds();
    assert!(seeds.len() > 100, "only {} seeds", seeds.len());
    seeds.iter().for_each(mapper::check);
    let mut rng = StdRng::seed_from_u64(1_520_343_434);
    for _ in 0..2_000 {
        let mut input = seeds.choose(&mut rng).unwrap().clone();
        mutate::mutate(&mut input, &seeds, &mut rng);
        mapper::check(&input);
    }
}
