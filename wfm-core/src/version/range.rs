use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use semver::{BuildMetadata, Comparator, Op, Prerelease, VersionReq};
use serde::{Deserialize, Serialize};

use super::Version;

/// Longest range text that is looked at, in bytes.
const MAX_LEN: usize = 256;

/// A set of versions, such as `>=2.18,<2.19`: comparisons with commas between them, all of which must hold.
///
/// The syntax is [Cargo's](https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html), with two differences: a
/// whole version alone (`2.18.0`) means exactly that version, and a version may have its `v`.
///
/// Precedence alone decides, so between two versions of a range lies no version outside it. A pre-release or hot fix counts like
/// any other version: `<2.20` contains `2.19.0-hotfix.1`. Where it is open whether a pre-release belongs to a range, it
/// does, because a notice too many is better than one too few:
///
/// - `<2.22` contains `2.22.0-rc.1`, which comes before 2.22.0 and may lack what 2.22.0 corrects;
/// - `>=2.18`, `~2.18`, `^2.18`, `2.18.*` and `=2.18` contain `2.18.0-rc.1`, because it begins with 2.18;
/// - `<=2.18`, `~2.18`, `2.18.*` and `=2.18` do not contain `2.19.0-rc.1`, nor does `^2.18` contain `3.0.0-rc.1`.
///
/// Build metadata does not count. A text whose comparisons no version satisfies (`>=1.2,<1.0`) is refused where it is parsed. What
/// was stored or sent is read all the same, and contains nothing: one such row must not hide the others.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VersionRange(VersionReq);

impl VersionRange {
    /// Whether the range contains this version.
    #[must_use]
    pub fn contains(&self, version: &Version) -> bool {
        self.holds(version.as_semver())
    }

    /// Whether one of its bounds is `<` a version without a suffix, and this version has the same three numbers.
    pub(crate) fn ends_at(&self, version: &Version) -> bool {
        let semver::Version { major, minor, patch, .. } = version.as_semver();
        let same = |end: semver::Version| (end.major, end.minor, end.patch) == (*major, *minor, *patch);
        self.0.comparators.iter().any(|one| one.op == Op::Less && one.pre.is_empty() && same(written(one)))
    }

    fn holds(&self, version: &semver::Version) -> bool {
        self.0.comparators.iter().all(|comparator| holds(comparator, version))
    }

    /// Whether no version is in it. The least version of an intersection is the least version of one of its parts.
    fn is_empty(&self) -> bool {
        let parts = &self.0.comparators;
        !parts.is_empty() && !parts.iter().map(least).any(|version| self.holds(&version))
    }
}

fn holds(comparator: &Comparator, version: &semver::Version) -> bool {
    let place = compare(version, comparator);
    match comparator.op {
        Op::Greater => place.is_gt(),
        Op::GreaterEq => place.is_ge(),
        Op::Less => version.cmp_precedence(&written(comparator)).is_lt(),
        Op::LessEq => place.is_le(),
        Op::Tilde => place.is_ge() && begins(version, comparator, 2),
        Op::Caret => place.is_ge() && begins(version, comparator, leading(comparator)),
        // `=`, and `2.18.*`.
        _ => place.is_eq(),
    }
}

/// Where a version lies beside what a comparator writes; equal if it begins so.
fn compare(version: &semver::Version, to: &Comparator) -> Ordering {
    let numbers = version.major.cmp(&to.major).then_with(|| match to.minor {
        Some(minor) => version.minor.cmp(&minor),
        None => Ordering::Equal,
    });
    match to.patch {
        Some(patch) => numbers.then(version.patch.cmp(&patch)).then_with(|| version.pre.cmp(&to.pre)),
        None => numbers,
    }
}

/// Whether the first `count` numbers that the comparator writes are the version's.
fn begins(version: &semver::Version, with: &Comparator, count: usize) -> bool {
    let written = [Some(with.major), with.minor, with.patch];
    let numbers = [version.major, version.minor, version.patch];
    written.iter().zip(numbers).take(count).all(|(written, number)| written.is_none_or(|written| written == number))
}

/// How many numbers `^` holds on to: up to the first that is not 0.
fn leading(comparator: &Comparator) -> usize {
    match (comparator.major, comparator.minor) {
        (1.., _) => 1,
        (0, Some(0)) => 3,
        (0, _) => 2,
    }
}

/// The version that a comparator writes, with 0 for each number that it leaves out.
fn written(comparator: &Comparator) -> semver::Version {
    semver::Version {
        major: comparator.major,
        minor: comparator.minor.unwrap_or(0),
        patch: comparator.patch.unwrap_or(0),
        pre: comparator.pre.clone(),
        build: BuildMetadata::EMPTY,
    }
}

/// The least version by precedence for which a comparator holds, if it holds for any.
fn least(comparator: &Comparator) -> semver::Version {
    let pre = |text: &str| Prerelease::new(text).unwrap_or_default();
    let mut version = written(comparator);
    match (comparator.op, comparator.minor, comparator.patch) {
        (Op::Less | Op::LessEq, ..) => return semver::Version { pre: pre("0"), ..semver::Version::new(0, 0, 0) },
        (Op::Greater, None, _) => version.major = version.major.saturating_add(1),
        (Op::Greater, Some(minor), None) => version.minor = minor.saturating_add(1),
        (Op::Greater, _, Some(_)) if !version.pre.is_empty() => version.pre = pre(&format!("{}.0", version.pre)),
        (Op::Greater, _, Some(patch)) => version.patch = patch.saturating_add(1),
        (_, _, Some(_)) => return version,
        (_, _, None) => {}
    }
    if version.pre.is_empty() {
        version.pre = pre("0");
    }
    version
}

impl fmt::Display for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The text is not a range of versions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAVersionRange {
    /// It cannot be read.
    #[error(
        "“{0}” is not a range of versions: write 2.18.0, or comparisons with commas between them, such as >=2.18,<2.19"
    )]
    Unreadable(String),
    /// It can be read, and no version is in it.
    #[error("“{0}”: no version satisfies all its comparisons")]
    Empty(String),
}

impl FromStr for VersionRange {
    type Err = NotAVersionRange;

    fn from_str(text: &str) -> Result<Self, NotAVersionRange> {
        let range = read(text)?;
        if range.is_empty() { Err(NotAVersionRange::Empty(cut(text))) } else { Ok(range) }
    }
}

/// A range, which may be empty.
fn read(text: &str) -> Result<VersionRange, NotAVersionRange> {
    let refuse = || NotAVersionRange::Unreadable(cut(text));
    if text.len() > MAX_LEN {
        return Err(refuse());
    }
    let exact = text.trim().parse::<Version>().map(|version| format!("={}", version.as_semver()));
    let comparisons = exact.unwrap_or_else(|_| text.split(',').map(without_v).collect::<Vec<_>>().join(","));
    VersionReq::parse(&comparisons).map(VersionRange).map_err(|_| refuse())
}

fn cut(text: &str) -> String {
    text.chars().take(64).collect()
}

/// A comparison without the `v` of its version.
fn without_v(comparison: &str) -> String {
    let version = comparison.trim_start_matches(|c: char| "<>=~^ ".contains(c));
    let operator = &comparison[..comparison.len() - version.len()];
    format!("{operator}{}", version.strip_prefix('v').unwrap_or(version))
}

/// Reads what was stored or sent, even if it is empty.
impl TryFrom<String> for VersionRange {
    type Error = NotAVersionRange;

    fn try_from(text: String) -> Result<Self, NotAVersionRange> {
        read(&text)
    }
}

impl From<VersionRange> for String {
    fn from(range: VersionRange) -> Self {
        range.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn contains(range: &str, version: &str) -> bool {
        range.parse::<VersionRange>().unwrap().contains(&version.parse().unwrap())
    }

    #[test]
    fn precedence_alone_decides_what_is_in_a_range() {
        for (range, inside, outside) in [
            (">=2.18,<2.19", &["v2.18.9", "2.18.0-rc1", "2.19.0-rc.1"][..], &["v2.19.0", "2.17.9"][..]),
            ("<2.20", &["2.19.0-hotfix.jdoe+gita1b2c3d", "2.20.0-0", "0.0.0-0"], &["2.20.0", "2.20.0+a"]),
            ("<2.20.0-rc.2", &["2.20.0-rc.1"], &["2.20.0-rc.2", "2.20.0"]),
            ("<=2.18", &["2.18.9", "2.18.9-rc.1", "1.0.0"], &["2.19.0-rc.1", "2.19.0"]),
            ("<=2.18.1", &["2.18.1", "2.18.1+a", "2.18.1-a"], &["2.18.2-0"]),
            (">2.18", &["2.19.0-rc.1", "3.0.0"], &["2.18.99", "2.18.0-rc.1"]),
            (">2.18.1", &["2.18.2-rc.1", "2.18.2"], &["2.18.1", "2.18.1+a", "2.18.1-rc.1"]),
            (">=2.18.1", &["2.18.1", "2.18.2-a"], &["2.18.1-rc.1"]),
            (">=2.18.0-rc1", &["2.18.0-rc2", "2.19.0-a"], &["2.18.0-beta"]),
            ("~2.18.3", &["2.18.3", "2.18.9-a"], &["2.18.2", "2.18.3-rc.1", "2.19.0-rc.1"]),
            ("~2.18", &["2.18.0-rc.1", "2.18.9"], &["2.19.0-rc.1", "2.17.9"]),
            ("~2", &["2.0.0-rc.1", "2.99.0"], &["3.0.0-rc.1"]),
            ("^2.18", &["2.18.0-rc.1", "2.99.0-rc.1"], &["3.0.0-rc.1", "2.17.0"]),
            ("2.18", &["2.18.0", "2.19.0"], &["3.0.0"]),
            ("^0.3.1", &["0.3.1", "0.3.9"], &["0.4.0-rc.1", "0.3.0"]),
            ("^0.0.3", &["0.0.3", "0.0.3+a"], &["0.0.4-rc.1"]),
            ("^0.0", &["0.0.3"], &["0.1.0-rc.1"]),
            ("^0", &["0.9.3"], &["1.0.0-rc.1"]),
            ("=2.18", &["2.18.0-rc.1", "2.18.7"], &["2.19.0-rc.1"]),
            ("2.18.*", &["2.18.0-rc.1", "2.18.7"], &["2.19.0-rc.1"]),
            ("2.*", &["2.0.0-rc.1"], &["3.0.0-rc.1"]),
            ("*", &["0.0.0-0", "2.18.0-rc.1", "99.0.0"], &[]),
            ("v2.18.0", &["2.18.0", "2.18.0+build.5"], &["2.18.1", "2.18.0-rc.1"]),
            ("=v2.18.0", &["2.18.0"], &["2.18.1"]),
            (">=v2.18, <v2.19", &["2.18.5"], &["2.19.0"]),
        ] {
            for version in inside {
                assert!(contains(range, version), "{range} contains {version}");
            }
            for version in outside {
                assert!(!contains(range, version), "{range} does not contain {version}");
            }
        }
    }

    #[test]
    fn a_range_without_a_version_is_refused() {
        for text in [">=1.2,<1.0", ">1.0,<1.0", ">=1.0.0,<1.0.0", "=1.0,=2.0", ">1.0.0-rc.1,<1.0.0-rc.1.0", "<0.0.0-0"]
        {
            let error = text.parse::<VersionRange>().unwrap_err();
            assert_eq!(error.to_string(), format!("“{text}”: no version satisfies all its comparisons"));
        }
        for text in [">=1.0,<=1.0", ">=1.0,<1.0", ">1.0.0,<1.0.1", ">1.0.0-rc.1,<1.0.0-rc.1.1", ">18446744073709551614"]
        {
            assert!(text.parse::<VersionRange>().is_ok(), "{text}");
        }
    }

    #[test]
    fn an_empty_range_that_was_stored_is_read_and_contains_nothing() {
        for text in [">=1.2, <1.0", ">=1.0.0, <1.0.0", "=1.0, =2.0"] {
            let range: VersionRange = serde_json::from_value(text.into()).unwrap();
            assert_eq!(serde_json::to_value(&range).unwrap(), text);
            for version in ["0.9.0", "1.0.0", "1.1.0", "1.2.0", "2.0.0", "1.0.0-rc.1"] {
                assert!(!range.contains(&version.parse().unwrap()), "{text}: {version}");
            }
        }
        assert!(serde_json::from_str::<VersionRange>("\"newest\"").is_err());
    }

    #[test]
    fn a_range_reads_back_as_it_was_written() {
        for text in [">=2.18,<2.19", "v2.18.0", "~2.18, <v2.18.7", "*", "2.18.*", ">=1.0.0-rc.1"] {
            let range: VersionRange = text.parse().unwrap();
            assert_eq!(range.to_string().parse::<VersionRange>().unwrap(), range, "{text}");
        }
        for text in ["newest", ">=1.0 <1.2", "", "vv1", &">=1,".repeat(100)] {
            let error = text.parse::<VersionRange>().unwrap_err().to_string();
            assert!(error.contains("with commas between them, such as >=2.18,<2.19"), "{text}: {error}");
        }
    }

    fn versions() -> impl Strategy<Value = String> {
        (0..4u8, 0..4u8, 0..4u8, "(-(0|1|a|rc(\\.[0-2])?|hotfix\\.jdoe))?(\\+[ab])?")
            .prop_map(|(major, minor, patch, rest)| format!("{major}.{minor}.{patch}{rest}"))
    }

    fn ranges() -> impl Strategy<Value = VersionRange> {
        let comparison = "(<|<=|>|>=|=|~|\\^|)v?[0-3](\\.[0-3](\\.[0-3](-(0|rc|rc\\.1))?)?)?|[0-3](\\.[0-3])?\\.\\*";
        prop::collection::vec(comparison, 1..4)
            .prop_filter_map("it contains no version", |comparisons| comparisons.join(",").parse().ok())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn between_two_versions_of_a_range_lies_no_version_outside_it(
            range in ranges(),
            texts in prop::collection::vec(versions(), 3..12),
        ) {
            let mut versions: Vec<Version> = texts.iter().map(|text| text.parse().unwrap()).collect();
            versions.sort_by(Version::precedence);
            let inside: Vec<bool> = versions.iter().map(|version| range.contains(version)).collect();
            let first = inside.iter().position(|inside| *inside).unwrap_or(0);
            let last = inside.iter().rposition(|inside| *inside).map_or(0, |last| last + 1);
            prop_assert!(inside[first..last].iter().all(|inside| *inside), "{}: {:?} {:?}", range, texts, inside);
        }

        #[test]
        fn a_version_is_in_a_range_whatever_its_build_metadata(range in ranges(), text in versions(), build in "[a-z]{1,5}") {
            let bare = text.split('+').next().unwrap();
            prop_assert_eq!(
                range.contains(&bare.parse().unwrap()),
                range.contains(&format!("{bare}+{build}").parse().unwrap())
            );
        }

        #[test]
        fn a_text_is_refused_as_empty_only_if_no_version_is_in_it(
            comparisons in prop::collection::vec("(<|<=|>|>=|=|~|\\^)[0-2](\\.[0-2](\\.[0-2])?)?", 1..4),
            text in versions(),
        ) {
            let version: Version = text.parse().unwrap();
            let mut parts = comparisons.iter().map(|one| one.parse::<VersionRange>());
            let in_all = parts.all(|part| part.is_ok_and(|part| part.contains(&version)));
            prop_assert!(!in_all || comparisons.join(",").parse::<VersionRange>().is_ok());
        }
    }
}
