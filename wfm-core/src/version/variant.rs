//! Suffixes that come before a release, and suffixes that name a build of it.

use std::cmp::Ordering;

use super::Version;

/// The words that begin a pre-release. A number may follow, with or without a dot: `-rc1`, `-beta.2`, `-SNAPSHOT`.
const PRE_RELEASES: [&str; 9] = ["alpha", "beta", "rc", "pre", "preview", "dev", "snapshot", "nightly", "canary"];

impl Version {
    /// The version whose variant this one is: `v2.11.2` for `v2.11.2-alpine`. `None` without a suffix, and for one that is
    /// known to come before the release, such as `-rc1`.
    ///
    /// Semantic Versioning counts every suffix as a pre-release. Images are tagged otherwise: `-alpine`, `-hotfix.1` and
    /// `-5-gabc123` are builds of the release or of what came after it.
    #[must_use]
    pub fn variant_of(&self) -> Option<Self> {
        let semver::Version { major, minor, patch, pre, .. } = &self.semver;
        let base = || Self { semver: semver::Version::new(*major, *minor, *patch), v: self.v };
        (!pre.is_empty() && !is_pre_release(pre)).then(base)
    }

    /// Whether the two have the same numbers and differ in what does not tell an older from a newer one: a build, or the
    /// suffix of a variant.
    pub(crate) fn is_akin_to(&self, other: &Self) -> bool {
        let of = |version: &Self| version.variant_of().unwrap_or_else(|| version.clone());
        of(self).precedence(&of(other)).is_eq()
    }

    /// The order of what runs: by precedence, but variants of a release follow it.
    pub(crate) fn age_order(&self, other: &Self) -> Ordering {
        let key = |version: &Self| {
            let base = version.variant_of();
            let is_variant = base.is_some();
            (base.unwrap_or_else(|| version.clone()), is_variant)
        };
        key(self).cmp(&key(other)).then_with(|| self.cmp(other))
    }
}

fn is_pre_release(text: &str) -> bool {
    let first = text.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or(text);
    let word = first.trim_end_matches(|c: char| c.is_ascii_digit());
    PRE_RELEASES.iter().any(|known| word.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn v(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn a_suffix_that_is_no_known_pre_release_makes_a_variant() {
        for (text, base) in [
            ("v2.11.2-alpine", "v2.11.2"),
            ("2.4.5-hotfix.1", "2.4.5"),
            ("v2.18.0-5-gabc123", "v2.18.0"),
            ("v2.4.5-1", "v2.4.5"),
            ("v2.0.0-alphafalcon", "v2.0.0"),
            ("v2.0.0-rcx1", "v2.0.0"),
        ] {
            assert_eq!(v(text).variant_of().unwrap().to_string(), base, "{text}");
        }
    }

    #[test]
    fn a_release_and_its_pre_releases_are_no_variants() {
        for text in [
            "v2.0.0",
            "v2.0.0+acme",
            "2.0.0-alpha",
            "2.0.0-beta4",
            "2.0.0-rc.1",
            "2.0.0-RC1",
            "2.0.0-SNAPSHOT",
            "2.0.0-dev",
            "2.0.0-pre.3",
            "2.0.0-preview2",
            "2.0.0-rc1-alpine",
            "2.0.0-nightly-20200101",
            "2.0.0-canary.5",
        ] {
            assert_eq!(v(text).variant_of(), None, "{text}");
        }
    }

    #[test]
    fn a_variant_runs_after_its_release_and_before_the_next() {
        let mut all = ["2.4.6-rc1", "2.4.5-hotfix.1", "2.4.6", "2.4.5", "2.4.5-rc2"].map(v);
        all.sort_by(Version::age_order);
        assert_eq!(all.map(|one| one.to_string()), ["2.4.5-rc2", "2.4.5", "2.4.5-hotfix.1", "2.4.6-rc1", "2.4.6"]);
    }

    #[test]
    fn versions_that_differ_in_a_build_or_in_a_variants_suffix_are_akin() {
        assert!(v("2.4.5").is_akin_to(&v("v2.4.5-alpine")) && v("2.4.5+a").is_akin_to(&v("2.4.5")));
        assert!(!v("2.4.5").is_akin_to(&v("2.4.5-rc1")) && !v("2.4.5-alpine").is_akin_to(&v("2.4.4")));
    }

    proptest! {
        #[test]
        fn without_variants_what_runs_is_ordered_by_precedence(
            a in "[0-2]\\.[0-2]\\.[0-2](-(rc|beta)[0-9])?", b in "[0-2]\\.[0-2]\\.[0-2](-(rc|beta)[0-9])?",
        ) {
            prop_assert_eq!(v(&a).age_order(&v(&b)), v(&a).precedence(&v(&b)));
        }
    }
}
