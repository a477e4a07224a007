//! A node's processor becomes a word of the list, where it is one exactly.

use crate::facets::Architecture;

/// `amd64` stays `amd64`; what is not on the list becomes `other`.
pub(in crate::anonymizer) fn normalise(architecture: &str) -> Architecture {
    architecture.parse().unwrap_or(Architecture::Other)
}
