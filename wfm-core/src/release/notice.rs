//! What operators are told beside the releases of a train.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::PlainText;
use crate::component::ComponentName;
use crate::version::{Train, Version, VersionRange};

/// A word to the operators who follow a train, published with its releases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Notice {
    /// Its name, unique on the train.
    pub id: NoticeId,
    /// The train whose followers read it.
    pub train: Train,
    /// What it is about.
    pub level: NoticeLevel,
    /// The component it is about; all of them where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<ComponentName>,
    /// The versions it is about; all of them where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub affected: Option<VersionRange>,
    /// What there is to say.
    pub text: PlainText,
    /// When it was published.
    pub published: Timestamp,
}

impl Notice {
    /// Whether it concerns this component at this version. A variant of a release, such as `v2.19.0-alpine`, is concerned
    /// exactly if the release is; a pre-release, such as `v2.19.0-rc.1`, by its own place. An unknown version is concerned by
    /// every notice about its component: better one too many than one too few.
    #[must_use]
    pub fn concerns(&self, component: &ComponentName, version: Option<&Version>) -> bool {
        let named = self.component.as_ref().is_none_or(|named| named == component);
        let affected = match (&self.affected, version) {
            (Some(range), Some(version)) => range.contains(version.variant_of().as_ref().unwrap_or(version)),
            _ => true,
        };
        named && affected
    }
}

/// What a [`Notice`] is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum NoticeLevel {
    /// Something to know and perhaps to act upon.
    Advisory,
    /// A flaw that somebody could use: act upon it.
    Security,
    /// No further release will repair what is affected.
    EndOfLife,
}

impl NoticeLevel {
    /// The level as one word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Advisory => "advisory",
            Self::Security => "security",
            Self::EndOfLife => "end_of_life",
        }
    }
}

impl fmt::Display for NoticeLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The name of a notice: 1 to 64 characters of `a–z`, `0–9` and `-`, starting with a letter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NoticeId(String);

impl NoticeId {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for NoticeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text cannot name a notice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” cannot name a notice: use 1 to 64 of a–z, 0–9 and “-”, starting with a letter, such as cve-2026-1234")]
pub struct NotANoticeId(String);

impl FromStr for NoticeId {
    type Err = NotANoticeId;

    fn from_str(text: &str) -> Result<Self, NotANoticeId> {
        let well_formed = (1..=64).contains(&text.len())
            && text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if well_formed { Ok(Self(text.into())) } else { Err(NotANoticeId(text.chars().take(40).collect())) }
    }
}

impl TryFrom<String> for NoticeId {
    type Error = NotANoticeId;

    fn try_from(text: String) -> Result<Self, NotANoticeId> {
        text.parse()
    }
}

impl From<NoticeId> for String {
    fn from(id: NoticeId) -> Self {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(component: Option<&str>, affected: Option<&str>) -> Notice {
        Notice {
            id: "cve-2026-1".parse().unwrap(),
            train: Train::stable(),
            level: NoticeLevel::Advisory,
            component: component.map(|name| name.parse().unwrap()),
            affected: affected.map(|range| range.parse().unwrap()),
            text: "Upgrade.".parse().unwrap(),
            published: "2026-01-01T00:00:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn a_notice_concerns_its_component_in_its_versions() {
        let (router, minio) = ("deis-router".parse().unwrap(), "deis-minio".parse().unwrap());
        let (old, new): (Version, Version) = ("v2.18.0".parse().unwrap(), "v2.19.0".parse().unwrap());
        let about = notice(Some("deis-router"), Some("<2.19"));
        assert!(about.concerns(&router, Some(&old)) && about.concerns(&router, None));
        assert!(!about.concerns(&router, Some(&new)) && !about.concerns(&minio, Some(&old)));
        let hot_fix: Version = "v2.18.0-hotfix.jdoe+gita1b2c3d".parse().unwrap();
        assert!(about.concerns(&router, Some(&hot_fix)));
        assert!(notice(None, None).concerns(&minio, None));
    }

    #[test]
    fn a_variant_is_concerned_exactly_if_its_release_is() {
        let router = "deis-router".parse().unwrap();
        for (range, version, expected) in [
            (">=2.19.0,<2.19.3", "v2.19.0-hotfix.1", true),
            (">=2.19.0,<2.19.3", "v2.19.0-alpine", true),
            (">=2.19.0,<2.19.3", "v2.19.3-alpine", false),
            (">=2.19.1,<2.19.3", "v2.19.0-hotfix.1", false),
            ("=2.19.0", "v2.19.0-hotfix.1", true),
            ("2.19.0", "v2.19.0-5-gabc123", true),
            ("<2.20.0", "2.19.0-hotfix.1", true),
            ("<2.20.0", "v2.20.0-alpine", false),
            ("<=2.20.0", "v2.20.0-alpine", true),
            (">2.20.0", "v2.20.0-alpine", false),
            ("<2.20.0", "v2.20.0-rc.1", true),
            ("<2.20.0", "v2.20.0-beta2", true),
            (">=2.20.0", "v2.20.0-rc.1", false),
            ("=2.20.0", "v2.20.0-rc.1", false),
        ] {
            let concerns = notice(None, Some(range)).concerns(&router, Some(&version.parse().unwrap()));
            assert_eq!(concerns, expected, "{range}: {version}");
        }
    }

    #[test]
    fn a_notice_is_written_with_what_it_has() {
        let text = serde_json::to_string(&notice(None, Some("<2.19"))).unwrap();
        assert_eq!(
            text,
            r#"{"id":"cve-2026-1","train":"stable","level":"advisory","affected":"<2.19","text":"Upgrade.","published":"2026-01-01T00:00:00Z"}"#
        );
        assert_eq!(serde_json::from_str::<Notice>(&text).unwrap(), notice(None, Some("<2.19")));
    }

    #[test]
    fn an_id_is_a_slug() {
        for text in ["", "CVE", "1a", "a b", "a/b", &"a".repeat(65)] {
            assert!(text.parse::<NoticeId>().is_err(), "{text}");
        }
    }
}
