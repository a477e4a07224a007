//! The new API: releases of a whole train in one document that everybody reads alike.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::anonymizer::{EnvelopeKind, ReportedVersion, SchemaVersion};
use crate::cluster::{ClusterId, Cohort};
use crate::component::ComponentName;
use crate::release::{Notes, Notice, Release, Releases, Yank};
use crate::store::ClusterRecord;
use crate::version::{Train, Version};
use crate::wire::paths;

/// The schema of [`TrainReleases`] as written by this version.
pub const TRAIN_RELEASES_SCHEMA: u32 = 1;

/// Every release of every component on one train: what the update check reads, the same bytes for everybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TrainReleases {
    /// Raised when the meaning of a field changes; fields may be added without.
    pub schema_version: u32,
    /// The train.
    pub train: Train,
    /// Its components, by name.
    pub components: Vec<ComponentReleases>,
    /// What its followers are told beside, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Notice>,
}

/// A component's releases on one train.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ComponentReleases {
    /// The component.
    pub name: ComponentName,
    /// Its releases, lowest precedence first; the last that is not yanked is the latest.
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
    /// What the maker says about it.
    #[serde(flatten)]
    pub notes: Notes,
    /// The lowest version from which it can be upgraded to; any where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Version>,
    /// That it was withdrawn, if it was: it is offered to nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yanked: Option<Yank>,
}

impl TrainReleases {
    /// The document of a train.
    #[must_use]
    pub fn of(releases: &Releases, train: &Train) -> Self {
        let published = |release: &Release| PublishedRelease {
            version: release.version().clone(),
            released: release.released(),
            notes: release.notes().clone(),
            minimum: release.minimum().cloned(),
            yanked: release.yanked().cloned(),
        };
        let components = releases
            .train(train)
            .map(|(name, line)| ComponentReleases {
                name: name.clone(),
                releases: line.iter().map(published).collect(),
            })
            .collect();
        let notices = releases.notices(train).cloned().collect();
        Self { schema_version: TRAIN_RELEASES_SCHEMA, train: train.clone(), components, notices }
    }
}

impl From<TrainReleases> for Releases {
    fn from(document: TrainReleases) -> Self {
        let TrainReleases { train, components, notices, .. } = document;
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
        releases
    }
}

/// A cluster as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ListedCluster))]
pub struct Cluster {
    /// Its random id.
    pub id: ClusterId,
    /// Its components as last reported.
    pub components: BTreeMap<ComponentName, ReportedVersion>,
    /// Its first check-in, by the service's clock.
    pub first_seen: Timestamp,
    /// Its last check-in, by the service's clock.
    pub last_seen: Timestamp,
    /// How often it has checked in.
    pub check_ins: u64,
    /// Whose it is, as far as questions about the fleet go.
    pub cohort: Cohort,
    /// What it says of that itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared_cohort: Option<Cohort>,
    /// What a rule of the service says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ruled_cohort: Option<Cohort>,
    /// What an administrator decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_cohort: Option<Cohort>,
}

impl From<&ClusterRecord> for Cluster {
    fn from(record: &ClusterRecord) -> Self {
        Self {
            id: record.id,
            components: record.components.clone(),
            first_seen: record.first_seen,
            last_seen: record.last_seen,
            check_ins: record.check_ins,
            cohort: record.cohort(),
            declared_cohort: record.declared,
            ruled_cohort: record.ruled,
            decided_cohort: record.decided,
        }
    }
}

/// The schema of a kind of envelope, as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnvelopeSchema {
    /// The kind.
    pub envelope: EnvelopeKind,
    /// The last version that is known here; envelopes of all earlier ones are taken too.
    #[cfg_attr(feature = "openapi", schema(value_type = u32, minimum = 1))]
    pub schema_version: SchemaVersion,
    /// Where its JSON Schema is.
    pub path: String,
    /// Where an envelope of the kind is posted to.
    pub posted_to: String,
}

impl EnvelopeSchema {
    /// The entry of a kind.
    #[must_use]
    pub fn of(envelope: EnvelopeKind) -> Self {
        Self {
            envelope,
            schema_version: SchemaVersion::CURRENT,
            path: paths::v4_schema(envelope),
            posted_to: envelope.path().to_owned(),
        }
    }
}

/// What an import did, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportOutcome {
    /// Whether the releases were kept.
    pub kept: bool,
    /// How many were new.
    pub added: u64,
    /// How many published releases' facts changed.
    pub changed: u64,
    /// How many were known already.
    pub unchanged: u64,
    /// One line for every release that is new or differs.
    pub differences: Vec<String>,
}

impl From<&crate::release::PublishOutcome> for ImportOutcome {
    fn from(outcome: &crate::release::PublishOutcome) -> Self {
        let line = |release: &Release| format!("{} {} {}", release.train(), release.component(), release.version());
        let added = outcome.added.iter().map(|release| format!("+ {}", line(release)));
        let changed = outcome.changed.iter().map(|(_, new)| format!("~ {}", line(new)));
        Self {
            kept: outcome.kept,
            added: outcome.added.len() as u64,
            changed: outcome.changed.len() as u64,
            unchanged: outcome.unchanged,
            differences: added.chain(changed).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trains_document_reads_back_as_the_releases_it_was_made_of() {
        let release = |train: &str, version: &str| {
            Release::new(
                "deis-router".parse().unwrap(),
                train.parse().unwrap(),
                version.parse().unwrap(),
                "2021-04-19T01:08:22Z".parse().unwrap(),
            )
        };
        let stable: Releases = [release("stable", "v2.9.0"), release("stable", "v2.10.0")].into_iter().collect();
        let mut all = stable.clone();
        all.insert(release("beta", "v3.0.0-rc1"));
        let document = TrainReleases::of(&all, &Train::stable());
        let text = serde_json::to_string(&document).unwrap();
        assert_eq!(
            text,
            r#"{"schemaVersion":1,"train":"stable","components":[{"name":"deis-router","releases":[{"version":"v2.9.0","released":"2021-04-19T01:08:22Z"},{"version":"v2.10.0","released":"2021-04-19T01:08:22Z"}]}]}"#
        );
        let read: TrainReleases = serde_json::from_str(&text).unwrap();
        assert_eq!(Releases::from(read), stable);
    }
    #[test]
    fn notices_yanks_and_minimums_read_back() {
        let at = "2021-04-19T01:08:22Z".parse().unwrap();
        let version = |text: &str| text.parse::<Version>().unwrap();
        let mut all: Releases = [Release::new("deis-router".parse().unwrap(), Train::stable(), version("v2.9.0"), at)
            .with_minimum(Some(version("v2.0.0")))
            .with_yank(Some(Yank { reason: "it loses data".parse().unwrap(), at }))]
        .into_iter()
        .collect();
        all.insert_notice(Notice {
            id: "end-of-v2".parse().unwrap(),
            train: Train::stable(),
            level: crate::release::NoticeLevel::EndOfLife,
            component: None,
            affected: Some("<3".parse().unwrap()),
            text: "Version 2 is not repaired any more.".parse().unwrap(),
            published: at,
        });
        let text = serde_json::to_string(&TrainReleases::of(&all, &Train::stable())).unwrap();
        assert_eq!(
            text,
            r#"{"schemaVersion":1,"train":"stable","components":[{"name":"deis-router","releases":[{"version":"v2.9.0","released":"2021-04-19T01:08:22Z","minimum":"v2.0.0","yanked":{"reason":"it loses data","at":"2021-04-19T01:08:22Z"}}]}],"notices":[{"id":"end-of-v2","train":"stable","level":"end_of_life","affected":"<3","text":"Version 2 is not repaired any more.","published":"2021-04-19T01:08:22Z"}]}"#
        );
        let read: TrainReleases = serde_json::from_str(&text).unwrap();
        assert_eq!(Releases::from(read), all);
    }
}
