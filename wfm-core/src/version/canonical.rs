//! Versions in the one form in which they may leave a cluster.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Version;

/// The largest number in any place.
///
/// A release list is written by the other side, and each version in it is a question to all clusters: “do you run this?”
/// With numbers of two digits, such questions are about releases. A build number, a date or a part of a hash has more
/// digits, so `2.19.84231337` cannot be asked about. The largest number in the real history is 22.
const LARGEST: u64 = 99;

/// The words that a pre-release begins with. A number may follow, with or without a dot: `-beta1`, `-rc.2`, `-alpha`.
const PRE_RELEASES: [&str; 3] = ["alpha", "beta", "rc"];

/// A [`Version`] in canonical form: three numbers up to 99, at most one pre-release of `alpha`, `beta` or `rc` with a
/// number up to 99, no build metadata. It is always written with the leading `v`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CanonicalVersion(Version);

/// The version has no canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a version such as v2.13.0 or v2.13.0-rc1: three numbers up to 99, and alpha, beta or rc with a number")]
pub struct NotCanonical;

impl CanonicalVersion {
    /// The canonical form of a version; nothing if it has none.
    #[must_use]
    pub fn of(version: &Version) -> Option<Self> {
        let semver = &version.semver;
        let bounded = [semver.major, semver.minor, semver.patch].iter().all(|number| *number <= LARGEST);
        let canonical = bounded && is_pre_release(&semver.pre) && semver.build.is_empty();
        canonical.then(|| Self(Version { semver: semver.clone(), v: true }))
    }

    /// The version.
    #[must_use]
    pub fn as_version(&self) -> &Version {
        &self.0
    }
}

/// Whether it is none, or a listed word with at most one number.
fn is_pre_release(text: &str) -> bool {
    let is_number = |digits: &str| matches!(digits.as_bytes(), [b'0'..=b'9'] | [b'1'..=b'9', b'0'..=b'9']);
    let numbered = |rest: &str| rest.is_empty() || is_number(rest.strip_prefix('.').unwrap_or(rest));
    text.is_empty() || PRE_RELEASES.iter().filter_map(|word| text.strip_prefix(word)).any(numbered)
}

impl fmt::Display for CanonicalVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for CanonicalVersion {
    type Err = NotCanonical;

    /// Reads a version, with or without its `v`.
    fn from_str(text: &str) -> Result<Self, NotCanonical> {
        text.parse().ok().and_then(|version| Self::of(&version)).ok_or(NotCanonical)
    }
}

impl TryFrom<String> for CanonicalVersion {
    type Error = NotCanonical;

    fn try_from(text: String) -> Result<Self, NotCanonical> {
        text.parse()
    }
}

impl From<CanonicalVersion> for String {
    fn from(version: CanonicalVersion) -> Self {
        version.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(text: &str) -> Option<String> {
        text.parse().ok().map(|version: CanonicalVersion| version.to_string())
    }

    #[test]
    fn releases_and_their_pre_releases_are_canonical() {
        for text in
            ["2.19.0", "0.0.0", "99.99.99", "2.0.0-alpha", "2.0.0-beta4", "2.0.0-rc.1", "2.0.0-rc0", "2.0.0-rc.99"]
        {
            let canonical = Some(format!("v{text}"));
            assert_eq!((written(text), written(&format!("v{text}"))), (canonical.clone(), canonical), "{text}");
        }
    }

    #[test]
    fn what_can_carry_more_is_not_canonical() {
        let build_numbers =
            ["2.19.84231337", "2.19.100", "2.100.0", "100.0.0", "2026.4.12", "2.19.18446744073709551615"];
        let pre_releases = [
            "rc.20260412",
            "rc100",
            "rc.100",
            "rc01",
            "rc00",
            "rc-1",
            "rc1.2",
            "rc.1.2",
            "rc.",
            "rc1a",
            "RC1",
            "rcjdoe",
            "rc..1",
            "hotfix",
            "hotfix.jdoe",
            "1",
            "0",
            "preview.1",
            "alphabeta",
            "beta.alpha",
            "alpha+jdoe",
            "-rc1",
            "rc١",
        ];
        let all = pre_releases.map(|text| format!("2.19.0-{text}"));
        let others = ["2.19.0+gita1b2c3d", "2.19.0-rc1+7", "2.19", "custom", "", "V2.19.0", "vv2.19.0", "2.19.00"];
        for text in all.iter().map(String::as_str).chain(build_numbers).chain(others) {
            assert_eq!((written(text), written(&format!("v{text}"))), (None, None), "{text}");
        }
    }

    proptest! {
        #[test]
        fn there_is_one_spelling_of_each_and_it_is_short(text in "v?[0-9]{1,3}(\\.[0-9]{1,3}){2}(-(alpha|beta|rc|x)?[.a0-9]{0,4})?") {
            if let Some(canonical) = written(&text) {
                prop_assert_eq!(written(&canonical), Some(canonical.clone()));
                prop_assert_eq!(canonical.trim_start_matches('v'), text.trim_start_matches('v'));
                prop_assert!(canonical.len() <= "v99.99.99-alpha.99".len());
            }
        }
    }
}
