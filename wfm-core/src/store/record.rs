//! What a store holds, one record after the other: the form of a backup.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AuditEntry, DoctorReport, Run, whole_second};
use crate::anonymizer::{Arrival, ReportedVersion};
use crate::cluster::{ClusterId, Cohort};
use crate::component::ComponentName;
use crate::facets::FacetCount;
use crate::fleet::{PublicDay, Steps};
use crate::release::{Notice, Release};

/// A cluster as the service knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterRecord {
    /// Its random id.
    pub id: ClusterId,
    /// Its components as last reported.
    pub components: BTreeMap<ComponentName, ReportedVersion>,
    /// Its first check-in, by the service's clock, to the second.
    pub first_seen: Timestamp,
    /// Its last check-in, by the service's clock, to the second.
    pub last_seen: Timestamp,
    /// How often it has checked in.
    pub check_ins: u64,
    /// Whose it last said it is.
    pub declared: Option<Cohort>,
    /// Whose it is by a rule of the service, which comes before what it says itself.
    pub ruled: Option<Cohort>,
    /// Whose it is by an administrator's decision, which comes before everything else.
    pub decided: Option<Cohort>,
}

impl ClusterRecord {
    /// The record after a check-in: new, or `known` brought up to date.
    #[must_use]
    pub fn after(known: Option<Self>, arrival: Arrival, at: Timestamp) -> Self {
        let at = whole_second(at);
        let id = arrival.cluster();
        let ClusterFacts { components, cohort: declared } = arrival.into();
        match known {
            None => Self {
                id,
                components,
                first_seen: at,
                last_seen: at,
                check_ins: 1,
                declared,
                ruled: None,
                decided: None,
            },
            Some(known) => Self {
                id,
                components,
                first_seen: known.first_seen.min(at),
                last_seen: known.last_seen.max(at),
                check_ins: known.check_ins.saturating_add(1),
                declared,
                ruled: known.ruled,
                decided: known.decided,
            },
        }
    }

    /// Whose it is: as decided, else as ruled, else as declared, else a customer's.
    #[must_use]
    pub fn cohort(&self) -> Cohort {
        self.decided.or(self.ruled).or(self.declared).unwrap_or_default()
    }
}

/// What a cluster says of itself in a check-in. The same facts are kept once, however many clusters say them.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ClusterFacts {
    /// Its components.
    pub components: BTreeMap<ComponentName, ReportedVersion>,
    /// Whose it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cohort: Option<Cohort>,
}

impl From<Arrival> for ClusterFacts {
    fn from(arrival: Arrival) -> Self {
        let (components, cohort) = arrival.into_parts();
        Self { components, cohort }
    }
}

/// A cluster with every check-in it ever made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The cluster as it last reported.
    pub record: ClusterRecord,
    /// Its check-ins in order of arrival, never empty. Two runs that follow each other may say the same. What is here
    /// stays as it is: a later check-in comes after all others.
    pub runs: Vec<Run<Arc<ClusterFacts>>>,
}

/// One record of a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Record {
    /// A release.
    Release(Release),
    /// A notice.
    Notice(Notice),
    /// A line of the audit log, in order.
    Audit(AuditEntry),
    /// A doctor report.
    Doctor(DoctorReport),
    /// A rule about whose a cluster is.
    Rule {
        /// The cluster, which may never have checked in.
        id: ClusterId,
        /// Whose it is.
        cohort: Cohort,
    },
    /// How many reports without an id said the same in a week. Each counter stands once.
    Facets(FacetCount),
    /// What the public is shown of a day.
    PublicDay(PublicDay),
    /// The secret of the public numbers. Stands once, if at all.
    Steps(Steps),
    /// What some clusters said: stands before the first of them.
    Facts {
        /// The number by which they name it; each has its own.
        number: u64,
        /// What they said.
        facts: ClusterFacts,
    },
    /// A cluster with every check-in it ever made.
    Cluster {
        /// Its random id.
        id: ClusterId,
        /// Its cohort by a rule of the service.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ruled: Option<Cohort>,
        /// Its cohort by an administrator's decision.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decided: Option<Cohort>,
        /// Its check-ins in order of arrival, never empty; `said` is the number of the facts.
        runs: Vec<Run<u64>>,
    },
}

/// Every record of a store as it was at one moment, in an order in which they can be loaded.
pub type Records = Box<dyn Iterator<Item = Result<Record, super::StoreError>> + Send>;

#[derive(Serialize, Deserialize)]
struct RunForm {
    facts: u64,
    at: Vec<i64>,
    #[serde(default, skip_serializing_if = "is_zero")]
    untimed: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Serialize for Run<u64> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RunForm { facts: self.said, at: self.instants.clone(), untimed: self.untimed }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Run<u64> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let RunForm { facts, at, untimed } = RunForm::deserialize(deserializer)?;
        if at.is_empty() {
            return Err(serde::de::Error::custom("a run of check-ins without one"));
        }
        Ok(Self { said: facts, instants: at, untimed })
    }
}
