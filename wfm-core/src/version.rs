//! Versions and the trains they are published on.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

mod canonical;
mod range;
mod variant;

pub use canonical::{CanonicalVersion, NotCanonical};
pub use range::{NotAVersionRange, VersionRange};

/// Longest version text that is looked at, in bytes. Real ones are under 40.
const MAX_LEN: usize = 128;

/// A semantic version, with or without the leading `v` that Workflow's tags carry.
///
/// Equality and order ignore the `v` (`v2.9.0 == 2.9.0`); the text is kept as it was published, so that an old agent
/// reads back what it knows. `Ord` is [Semantic Versioning 2.0](https://semver.org/#spec-item-11) precedence with the
/// build metadata as a tie-break; [`Version::precedence`] leaves the build metadata out, as the specification does.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Version {
    semver: semver::Version,
    v: bool,
}

/// How far apart two versions are: the first part in which they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Only pre-releases differ: `2.0.0-rc1` and `2.0.0`.
    PreRelease,
    /// The third number differs.
    Patch,
    /// The second number differs.
    Minor,
    /// The first number differs.
    Major,
}

impl Version {
    /// Compares by precedence alone: build metadata does not count.
    #[must_use]
    pub fn precedence(&self, other: &Self) -> Ordering {
        self.semver.cmp_precedence(&other.semver)
    }

    /// Whether it carries a pre-release part (`-rc1`).
    #[must_use]
    pub fn is_pre_release(&self) -> bool {
        !self.semver.pre.is_empty()
    }

    /// The first part in which the two differ, read from the left.
    #[must_use]
    pub fn step_to(&self, other: &Self) -> Step {
        let (a, b) = (&self.semver, &other.semver);
        if a.major != b.major {
            Step::Major
        } else if a.minor != b.minor {
            Step::Minor
        } else if a.patch != b.patch {
            Step::Patch
        } else {
            Step::PreRelease
        }
    }

    /// The underlying semantic version, for range queries.
    #[must_use]
    pub fn as_semver(&self) -> &semver::Version {
        &self.semver
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.semver == other.semver
    }
}

impl Eq for Version {}

impl std::hash::Hash for Version {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.semver.hash(state);
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.semver.cmp(&other.semver)
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.v {
            f.write_str("v")?;
        }
        self.semver.fmt(f)
    }
}

/// The text is not a semantic version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{text}” is not a semantic version such as v2.13.0")]
pub struct NotAVersion {
    /// The text that was read, cut to a readable length.
    pub text: String,
}

impl FromStr for Version {
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Self, NotAVersion> {
        let refuse = || NotAVersion { text: text.chars().take(64).collect() };
        if text.len() > MAX_LEN {
            return Err(refuse());
        }
        let (v, bare) = text.strip_prefix('v').map_or((false, text), |bare| (true, bare));
        let semver = semver::Version::parse(bare).map_err(|_| refuse())?;
        Ok(Self { semver, v })
    }
}

impl TryFrom<String> for Version {
    type Error = NotAVersion;

    fn try_from(text: String) -> Result<Self, NotAVersion> {
        text.parse()
    }
}

impl From<Version> for String {
    fn from(version: Version) -> Self {
        version.to_string()
    }
}

/// A release train: the line of releases an installation follows, such as `stable` or `beta`.
///
/// 1 to 32 characters of `a–z`, `0–9` and `-`, starting with a letter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Train(String);

impl Train {
    /// The train that production follows.
    #[must_use]
    pub fn stable() -> Self {
        Self("stable".into())
    }

    /// The train of pre-releases.
    #[must_use]
    pub fn beta() -> Self {
        Self("beta".into())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether followers of this train are also offered the releases of `other`: its own, and on `beta` those of `stable`, to
    /// which its pre-releases lead.
    #[must_use]
    pub fn includes(&self, other: &Self) -> bool {
        self == other || (*self == Self::beta() && *other == Self::stable())
    }
}

impl Default for Train {
    fn default() -> Self {
        Self::stable()
    }
}

impl fmt::Display for Train {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text cannot name a train.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” cannot name a train: use 1 to 32 of a–z, 0–9 and “-”, starting with a letter, such as stable")]
pub struct NotATrain(String);

impl FromStr for Train {
    type Err = NotATrain;

    fn from_str(text: &str) -> Result<Self, NotATrain> {
        let well_formed = (1..=32).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if well_formed { Ok(Self(text.into())) } else { Err(NotATrain(text.chars().take(40).collect())) }
    }
}

impl TryFrom<String> for Train {
    type Error = NotATrain;

    fn try_from(text: String) -> Result<Self, NotATrain> {
        text.parse()
    }
}

impl From<Train> for String {
    fn from(train: Train) -> Self {
        train.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        assert!(v("2.9.0") < v("2.10.0"));
    }

    #[test]
    fn a_pre_release_stands_before_its_release() {
        assert!(v("2.0.0-rc1") < v("2.0.0"));
    }

    #[test]
    fn the_leading_v_is_kept_but_does_not_count() {
        assert_eq!(v("v2.9.0"), v("2.9.0"));
        assert_eq!(v("v2.9.0").to_string(), "v2.9.0");
        assert_eq!(v("2.9.0").to_string(), "2.9.0");
    }

    #[test]
    fn build_metadata_has_no_precedence_but_is_another_version() {
        assert_eq!(v("2.9.0+a").precedence(&v("2.9.0")), Ordering::Equal);
        assert_ne!(v("2.9.0+a"), v("2.9.0"));
    }

    #[test]
    fn a_branch_a_digest_and_a_long_text_are_not_versions() {
        for text in ["canary", "git-a1b2c3d", "2.9", "vv2.9.0", "", "v", "latest", "2.9.0 "] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
        assert!(format!("2.9.0-{}", "a".repeat(200)).parse::<Version>().is_err());
    }

    #[test]
    fn the_step_is_the_first_part_that_differs() {
        assert_eq!(v("1.9.9").step_to(&v("2.0.0")), Step::Major);
        assert_eq!(v("2.9.9").step_to(&v("2.10.0")), Step::Minor);
        assert_eq!(v("2.9.0").step_to(&v("2.9.1")), Step::Patch);
        assert_eq!(v("2.9.0-rc1").step_to(&v("2.9.0")), Step::PreRelease);
    }

    #[test]
    fn a_train_is_a_short_lower_case_word() {
        assert!("stable".parse::<Train>().is_ok());
        for text in ["", "Stable", "../etc", "a b", "1st", &"a".repeat(33)] {
            assert!(text.parse::<Train>().is_err(), "{text}");
        }
    }
}
