//! What somebody probably meant to write.

/// Returns the candidate nearest to `name`, if one is near enough to be a slip of the hand.
pub(super) fn nearest<'c>(
    name: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let near = candidates.into_iter().filter_map(|candidate| {
        let longest = name.chars().count().max(candidate.chars().count());
        let distance = edits(name, candidate);
        (distance <= (longest / 3).max(1)).then_some((distance, candidate))
    });
    near.min_by_key(|(distance, _)| *distance).map(|(_, candidate)| candidate)
}

/// Returns how many letters must be put in, taken out or changed to make one word of the other.
fn edits(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (position, letter) in from.chars().enumerate() {
        let mut next = vec![position + 1];
        let mut left = position + 1;
        for ((other, diagonal), above) in to.chars().zip(&row).zip(row.iter().skip(1)) {
            left = (diagonal + usize::from(letter != other)).min(above + 1).min(left + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
