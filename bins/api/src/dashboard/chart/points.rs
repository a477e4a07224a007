//! What stands at a place of the axis, and how many places there are.

use wfm_core::wire::insights::Count;

/// Places of a chart, at most: more are finer than a screen.
pub(crate) const MOST: usize = 370;

/// What is known of a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Point {
    /// Nothing was counted: neither a number nor zero.
    Gap,
    /// Fewer than twenty, and not told how many.
    Few,
    /// This much.
    At(f64),
}

impl From<Option<Count>> for Point {
    fn from(count: Option<Count>) -> Self {
        match count {
            None => Self::Gap,
            Some(Count::Few) => Self::Few,
            Some(Count::Told(number)) => Self::At(number as f64),
        }
    }
}

/// The largest number that a count may stand for.
pub(crate) fn most(count: Count) -> u64 {
    match count {
        Count::Few => 20,
        Count::Told(number) => number,
    }
}

/// So few of the items that they fit: each n-th, the newest among them. A gap is never thinned away: where one is among
/// n items, it stands for them. Gaps before the first count are none, nothing was there yet.
pub(crate) fn thin<T>(items: &[T], most: usize, is_gap: impl Fn(&T) -> bool) -> Vec<&T> {
    let counted = items.iter().position(|item| !is_gap(item)).unwrap_or(items.len());
    let items = &items[counted..];
    let step = items.len().div_ceil(most).max(1);
    let mut kept: Vec<&T> =
        items.rchunks(step).filter_map(|chunk| chunk.iter().find(|item| is_gap(item)).or(chunk.last())).collect();
    kept.reverse();
    kept
}

/// Where neighbours are alike: from a place to before another.
pub(crate) fn stretches<T>(items: &[T], is_one: impl Fn(&T) -> bool) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (at, _) in items.iter().enumerate().filter(|(_, item)| is_one(item)) {
        match found.last_mut() {
            Some((_, to)) if *to == at => *to = at + 1,
            _ => found.push((at, at + 1)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_keeps_the_newest_and_every_gap() {
        let items: Vec<Option<u32>> = (0..1000).map(|at| (at != 501).then_some(at)).collect();
        let kept = thin(&items, 100, Option::is_none);
        assert_eq!(kept.len(), 100);
        assert_eq!(kept.last(), Some(&&Some(999)));
        assert_eq!(kept.iter().filter(|item| item.is_none()).count(), 1);
        assert_eq!(thin(&items[..3], 100, Option::is_none), [&Some(0), &Some(1), &Some(2)]);
    }

    #[test]
    fn what_was_before_the_first_count_is_no_gap() {
        assert_eq!(thin(&[None, None, Some(1), None, Some(2)], 9, Option::is_none), [&Some(1), &None, &Some(2)]);
        assert!(thin(&[None::<u32>, None], 9, Option::is_none).is_empty());
    }

    #[test]
    fn stretches_are_where_neighbours_are_alike() {
        assert_eq!(stretches(&[1, 1, 0, 1], |one| *one == 1), [(0, 2), (3, 4)]);
        assert!(stretches(&[0], |one| *one == 1).is_empty());
    }
}
