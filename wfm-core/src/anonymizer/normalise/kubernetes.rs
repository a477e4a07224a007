//! The API server's version becomes major and minor.

use crate::facets::Minor;

use super::numbers::numbers;

/// Minors of Kubernetes 1; nothing else was ever published.
const MINORS: std::ops::RangeInclusive<u16> = 0..=99;

/// `v1.36.2-eks-3abbec1` becomes `1.36`; what is not in the table becomes `other`.
pub(in crate::anonymizer) fn normalise(git_version: &str) -> Minor {
    let found = git_version.strip_prefix('v').and_then(numbers).and_then(|found| found.minor.map(|m| (found.major, m)));
    match found {
        Some((1, minor)) if MINORS.contains(&minor) => Minor::new(1, minor).unwrap_or(Minor::OTHER),
        _ => Minor::OTHER,
    }
}

pub(super) fn words() -> impl Iterator<Item = Minor> {
    MINORS.filter_map(|minor| Minor::new(1, minor)).chain([Minor::OTHER])
}
