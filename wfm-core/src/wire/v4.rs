//! The new API: releases of a whole train in one document that everybody reads alike.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::anonymizer::{EnvelopeKind, ReportedVersion, SchemaVersion};
use crate::cluster::{ClusterId, Cohort};
use crate::component::ComponentName;
use crate::release::{PublishOutcome, Release};
use crate::store::ClusterRecord;
use crate::wire::paths;

mod document;

pub use document::{ComponentReleases, PublishedRelease, TRAIN_RELEASES_SCHEMA, TrainReleases, UnreadableList};

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
    /// Of a dry run: whether the import itself would be refused, because published releases differ and are not to be
    /// replaced, or would be yanked. A service that does not know the answer leaves it out.
    #[serde(default)]
    pub would_be_refused: bool,
    /// How many were new.
    pub added: u64,
    /// How many published releases' facts changed.
    pub changed: u64,
    /// How many were known already.
    pub unchanged: u64,
    /// One line for every release that is new (`+`) or differs (`~`, with what differs).
    pub differences: Vec<String>,
}

impl ImportOutcome {
    /// What became of an import that was to replace what differs, or not.
    #[must_use]
    pub fn of(outcome: &PublishOutcome, replace: bool) -> Self {
        let line = |release: &Release| format!("{} {} {}", release.train(), release.component(), release.version());
        let added = outcome.added.iter().map(|release| format!("+ {}", line(release)));
        let changed = outcome.changed.iter().map(|(published, new)| {
            let differences = published.differences(new).into_iter();
            let facts = differences.map(|fact| format!("{} {} → {}", fact.field, fact.published, fact.new));
            format!("~ {}: {}", line(new), facts.collect::<Vec<_>>().join(", "))
        });
        Self {
            kept: outcome.kept,
            would_be_refused: !outcome.kept && (outcome.changes_a_yank() || (!replace && !outcome.changed.is_empty())),
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
    fn an_outcome_of_an_older_service_is_read() {
        let text = r#"{"kept":true,"added":1,"changed":0,"unchanged":2,"differences":[]}"#;
        let outcome: ImportOutcome = serde_json::from_str(text).unwrap();
        assert!(!outcome.would_be_refused && outcome.added == 1);
    }
}
