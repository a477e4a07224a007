//! A node's kernel becomes major and minor.

use std::ops::RangeInclusive;

use crate::facets::Minor;

use super::numbers::numbers;

/// Majors of Linux with their minors, and of Windows. A later one becomes `other` until the table knows it.
const LINES: [(u16, RangeInclusive<u16>); 7] =
    [(2, 6..=6), (3, 0..=19), (4, 0..=20), (5, 0..=19), (6, 0..=19), (7, 0..=19), (10, 0..=0)];

/// `6.8.0-91-generic` becomes `6.8`; what is not in the table becomes `other`.
pub(in crate::anonymizer) fn normalise(kernel_version: &str) -> Minor {
    let found = numbers(kernel_version).and_then(|found| found.minor.map(|minor| (found.major, minor)));
    let listed = found.filter(|(major, minor)| LINES.iter().any(|(m, minors)| m == major && minors.contains(minor)));
    listed.and_then(|(major, minor)| Minor::new(major, minor)).unwrap_or(Minor::OTHER)
}

pub(super) fn words() -> impl Iterator<Item = Minor> {
    let listed = LINES.into_iter().flat_map(|(major, minors)| minors.filter_map(move |minor| Minor::new(major, minor)));
    listed.chain([Minor::OTHER])
}
