//! The document of a train: written in one canonical form, with bounds.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::component::ComponentName;
use crate::release::{Issue, Notes, Notice, NoticeId, NoticeLevel, PlainText, Release, Releases, Yank};
use crate::version::{Train, Version};

mod read;

pub use read::UnreadableList;

/// The schema of [`TrainReleases`] as written by this version.
pub const TRAIN_RELEASES_SCHEMA: u32 = 1;

/// Every release of every component that the followers of one train are offered: what the update check reads, the same bytes for
/// everyone. The document of `beta` has the releases and notices of `stable` too.
///
/// It is bounded: what a train has beyond is left out, oldest first. So an agent of 64 MiB can read whatever it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrainReleases {
    /// Raised when the meaning of a field changes; fields may be added without.
    pub schema_version: u32,
    /// The train.
    pub train: Train,
    /// Grows with every change of the document: a reader that knows a higher one was sent an older document. Absent where
    /// changes are not numbered.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub serial: u64,
    /// When that change was made. There if `serial` is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued: Option<Timestamp>,
    /// Its components, by name: at most 256.
    pub components: Vec<ComponentReleases>,
    /// What its followers read beside, by name: at most 32, those of security first, then the newest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
}

/// A component's releases on one train.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ComponentReleases {
    /// The component.
    pub name: ComponentName,
    /// Its releases, lowest precedence first, the highest 500; the last that is not yanked is the latest.
    pub releases: Vec<PublishedRelease>,
}

/// One release within a train's document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublishedRelease {
    /// The version.
    pub version: Version,
    /// When it was published.
    pub released: Timestamp,
    /// What the maker writes about it, each text cut to 2,000 characters.
    #[serde(flatten)]
    pub notes: Notes,
    /// The lowest version from which it can be upgraded to; any where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Version>,
    /// That it was withdrawn, if it was: it is offered to no one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yanked: Option<Yank>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl TrainReleases {
    /// The most bytes of a document.
    pub const MAX_BYTES: usize = 1 << 20;
    /// The most components.
    pub const MAX_COMPONENTS: usize = 256;
    /// The most releases of one component.
    pub const MAX_RELEASES: usize = 500;
    /// The most notices.
    pub const MAX_NOTICES: usize = 32;

    /// The document of a train, within the bounds. If it would be too long in bytes, the older releases lose their notes, and
    /// then the oldest are left out.
    #[must_use]
    pub fn of(releases: &Releases, train: &Train) -> Self {
        let issue = releases.issue(train);
        let components = releases.followed(train).into_iter().take(Self::MAX_COMPONENTS);
        let components = components.map(|(name, line)| ComponentReleases {
            name: name.clone(),
            releases: line[line.len().saturating_sub(Self::MAX_RELEASES)..].iter().copied().map(published).collect(),
        });
        let mut document = Self {
            schema_version: TRAIN_RELEASES_SCHEMA,
            train: train.clone(),
            serial: issue.map_or(0, |issue| issue.serial),
            issued: issue.map(|issue| issue.issued),
            components: components.collect(),
            notices: notices(releases, train),
        };
        for described in [100, 30, 10, 3, 0] {
            if document.to_json().len() <= Self::MAX_BYTES {
                break;
            }
            document.describe_only(described);
        }
        while document.to_json().len() > Self::MAX_BYTES && document.components.iter().any(|one| one.releases.len() > 1)
        {
            for component in &mut document.components {
                component.releases.drain(..component.releases.len() / 2);
            }
        }
        document
    }

    /// The document in its one canonical form: what is sent, and what [`TrainReleases::sha256`] is computed from.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("names, versions, times and notes always have a JSON form")
    }

    /// The SHA-256 of a document's canonical form in hexadecimal digits: its `ETag` without the quotes.
    #[must_use]
    pub fn sha256(canonical: &[u8]) -> String {
        Sha256::digest(canonical).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Takes the notes of all but the last `releases` of each component away.
    fn describe_only(&mut self, releases: usize) {
        for component in &mut self.components {
            let older = component.releases.len().saturating_sub(releases);
            for release in &mut component.releases[..older] {
                release.notes = Notes::default();
            }
        }
    }
}

fn published(release: &Release) -> PublishedRelease {
    let cut = |text: &Option<String>| text.as_ref().map(|text| text.chars().take(PlainText::MAX_CHARS).collect());
    let Notes { description, fixes, image } = release.notes();
    PublishedRelease {
        version: release.version().clone(),
        released: release.released(),
        notes: Notes { description: cut(description), fixes: cut(fixes), image: cut(image) },
        minimum: release.minimum().cloned(),
        yanked: release.yanked().cloned(),
    }
}

fn notices(releases: &Releases, train: &Train) -> Vec<Notice> {
    let others = releases.all_notices().filter(|notice| notice.train != *train && train.includes(&notice.train));
    // A train's own notice counts if another of its name is included.
    let by_name: BTreeMap<&NoticeId, &Notice> =
        others.chain(releases.notices(train)).map(|notice| (&notice.id, notice)).collect();
    let mut notices: Vec<&Notice> = by_name.into_values().collect();
    notices
        .sort_by_key(|notice| std::cmp::Reverse((notice.level == NoticeLevel::Security, notice.published, &notice.id)));
    notices.truncate(TrainReleases::MAX_NOTICES);
    notices.sort_by_key(|notice| &notice.id);
    notices.into_iter().map(|notice| Notice { train: train.clone(), ..notice.clone() }).collect()
}

impl From<TrainReleases> for Releases {
    fn from(document: TrainReleases) -> Self {
        let TrainReleases { train, serial, issued, components, notices, .. } = document;
        let mut releases: Releases = components
            .into_iter()
            .flat_map(|component| component.releases.into_iter().map(move |release| (component.name.clone(), release)))
            .map(|(name, release)| {
                Release::new(name, train.clone(), release.version, release.released)
                    .with_notes(release.notes)
                    .with_minimum(release.minimum)
                    .with_yank(release.yanked)
            })
            .collect();
        for notice in notices {
            releases.insert_notice(Notice { train: train.clone(), ..notice });
        }
        if let (1.., Some(issued)) = (serial, issued) {
            releases.set_issue(train, Issue { serial, issued });
        }
        releases
    }
}

#[cfg(test)]
mod tests;
