//! A fair choice of records that is the same each time.

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::Value;

/// A UUID that nobody has.
pub(super) const UNKNOWN_ID: &str = "6f0e2d3c-0b1a-4c5d-9e8f-7a6b5c4d3e2f";

/// Returns up to `amount` of `records`, chosen by `seed`, in their own order.
pub(super) fn choose(records: &[Value], amount: usize, seed: u64) -> Vec<&Value> {
    places(records.len(), amount, seed).into_iter().filter_map(|index| records.get(index)).collect()
}

/// Returns up to `amount` of the numbers below `length`, chosen by `seed`, in order.
pub(super) fn places(length: usize, amount: usize, seed: u64) -> Vec<usize> {
    if length <= amount {
        return (0..length).collect();
    }
    let mut random = StdRng::seed_from_u64(seed);
    let mut chosen = rand::seq::index::sample(&mut random, length, amount).into_vec();
    chosen.sort_unstable();
    chosen
}

/// Returns the `id` of a record.
pub(super) fn id(record: &Value) -> Option<&str> {
    record.get("id")?.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn same_seed_chooses_the_same_records() {
        let records: Vec<Value> = (0..100).map(|number| json!({"id": number})).collect();
        let once = choose(&records, 10, 7);
        assert_eq!(once.len(), 10);
        assert_eq!(once, choose(&records, 10, 7));
        assert_ne!(once, choose(&records, 10, 8));
        assert_eq!(choose(&records, 100, 7).len(), 100);
    }
}
