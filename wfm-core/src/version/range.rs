use std::fmt;
use std::str::FromStr;

use semver::VersionReq;
use serde::{Deserialize, Serialize};

use super::Version;

/// Longest range text that is looked at, in bytes.
const MAX_LEN: usize = 256;

/// A set of versions, such as `>=2.18,<2.19`.
///
/// The syntax is [Cargo's](https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html), with one difference: a
/// whole version alone (`2.18.0`, with or without its `v`) means exactly that version. As there, a pre-release is in a
/// range only where the range names a pre-release of the same three numbers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VersionRange(VersionReq);

impl VersionRange {
    /// Whether the range holds this version.
    #[must_use]
    pub fn contains(&self, version: &Version) -> bool {
        self.0.matches(version.as_semver())
    }
}

impl fmt::Display for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The text is no range of versions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is not a range of versions such as >=2.18,<2.19 or 2.18.0")]
pub struct NotAVersionRange(String);

impl FromStr for VersionRange {
    type Err = NotAVersionRange;

    fn from_str(text: &str) -> Result<Self, NotAVersionRange> {
        let refuse = || NotAVersionRange(text.chars().take(64).collect());
        if text.len() > MAX_LEN {
            return Err(refuse());
        }
        let exact = text.trim().parse::<Version>().map(|version| format!("={}", version.as_semver()));
        VersionReq::parse(exact.as_deref().unwrap_or(text)).map(Self).map_err(|_| refuse())
    }
}

impl TryFrom<String> for VersionRange {
    type Error = NotAVersionRange;

    fn try_from(text: String) -> Result<Self, NotAVersionRange> {
        text.parse()
    }
}

impl From<VersionRange> for String {
    fn from(range: VersionRange) -> Self {
        range.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(range: &str, version: &str) -> bool {
        range.parse::<VersionRange>().unwrap().contains(&version.parse().unwrap())
    }

    #[test]
    fn a_range_is_half_open_where_it_says_so() {
        assert!(holds(">=2.18,<2.19", "v2.18.9"));
        assert!(!holds(">=2.18,<2.19", "v2.19.0"));
    }

    #[test]
    fn a_whole_version_means_itself_alone() {
        assert!(holds("v2.18.0", "2.18.0"));
        assert!(!holds("2.18.0", "2.18.1"));
    }

    #[test]
    fn a_pre_release_is_in_a_range_that_names_one() {
        assert!(!holds(">=2.18,<2.19", "v2.18.0-rc1"));
        assert!(holds(">=2.18.0-rc1,<2.19", "v2.18.0-rc2"));
    }

    #[test]
    fn a_range_reads_back_as_it_was_written() {
        let range: VersionRange = ">=2.18,<2.19".parse().unwrap();
        assert_eq!(range.to_string().parse::<VersionRange>().unwrap(), range);
        assert!("newest".parse::<VersionRange>().is_err());
        assert!(">=1,".repeat(100).parse::<VersionRange>().is_err());
    }
}
