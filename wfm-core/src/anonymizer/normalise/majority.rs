//! Many nodes become the one value that most of them have.

/// The most frequent value; of several the first in order, whatever the order of the nodes.
pub(in crate::anonymizer) fn of<T: Ord + Copy>(values: impl IntoIterator<Item = T>) -> Option<T> {
    let mut values: Vec<T> = values.into_iter().collect();
    values.sort_unstable();
    // `max_by_key` takes the last of equals.
    values.chunk_by(|one, next| one == next).rev().max_by_key(|same| same.len()).map(|same| same[0])
}
