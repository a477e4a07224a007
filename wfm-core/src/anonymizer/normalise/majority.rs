//! Many nodes become the one value that most of them have.

use std::collections::BTreeMap;

/// The most frequent value; of several the first in order, whatever the order of the nodes.
pub(in crate::anonymizer) fn of<T: Ord + Copy>(values: impl IntoIterator<Item = T>) -> Option<T> {
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    // `max_by_key` takes the last of equals.
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map(|(value, _)| value)
}
