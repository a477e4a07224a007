//! The allow-list again, where a check-in arrives.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ReportedVersion, Vocabulary};
use crate::cluster::{ClusterId, Cohort};
use crate::component::ComponentName;
use crate::wire;

/// A check-in as the service keeps it: reduced to the allow-list, whatever an old agent sent beside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    pub(super) cluster: ClusterId,
    pub(super) components: BTreeMap<ComponentName, ReportedVersion>,
    pub(super) cohort: Option<Cohort>,
    /// Whether its form can say whose the cluster is.
    pub(super) declares: bool,
}

/// What a doctor report is reduced to: the components that run, and nothing of nodes, pods, names or logs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoctorFacts {
    components: BTreeMap<ComponentName, ReportedVersion>,
}

/// A check-in that cannot be kept. The message names the field and never repeats its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAccepted {
    /// The id is not one.
    #[error("id: {0}")]
    Id(#[from] crate::cluster::NotAClusterId),
}

impl Arrival {
    /// Reduces a body to the vocabulary: unknown names are dropped, unknown versions become `custom`.
    ///
    /// # Errors
    /// Where the id is no UUID.
    pub fn reduce(body: &wire::v3::Cluster, vocabulary: Vocabulary<'_>) -> Result<Self, NotAccepted> {
        let mut reduction = Reduction::new(vocabulary);
        for reported in &body.components {
            reduction.add(&reported.component.name, &reported.version.version);
        }
        Ok(Self::reduced(body.id.parse()?, reduction))
    }

    /// A check-in of what was reduced already. It has the form of old agents, which cannot say whose a cluster is.
    #[must_use]
    pub fn reduced(cluster: ClusterId, reduction: Reduction<'_>) -> Self {
        Self { cluster, components: reduction.components, cohort: None, declares: false }
    }

    /// The same report from another cluster.
    #[must_use]
    pub fn said_by(mut self, cluster: ClusterId) -> Self {
        self.cluster = cluster;
        self
    }

    /// The same check-in of a cluster that says whose it is.
    #[must_use]
    pub fn with_cohort(mut self, cohort: Option<Cohort>) -> Self {
        self.cohort = cohort;
        self.declares = true;
        self
    }

    /// Whether its form can say whose the cluster is. If it cannot, what the cluster said before still counts.
    #[must_use]
    pub fn declares(&self) -> bool {
        self.declares
    }

    /// Whose it says it is.
    #[must_use]
    pub fn cohort(&self) -> Option<Cohort> {
        self.cohort
    }

    /// Who checked in.
    #[must_use]
    pub fn cluster(&self) -> ClusterId {
        self.cluster
    }

    /// The components and the cohort, given away.
    #[must_use]
    pub fn into_parts(self) -> (BTreeMap<ComponentName, ReportedVersion>, Option<Cohort>) {
        (self.components, self.cohort)
    }

    /// What runs there, by name.
    #[must_use]
    pub fn components(&self) -> &BTreeMap<ComponentName, ReportedVersion> {
        &self.components
    }
}

impl DoctorFacts {
    /// What runs there, by name.
    #[must_use]
    pub fn components(&self) -> &BTreeMap<ComponentName, ReportedVersion> {
        &self.components
    }
}

impl From<Reduction<'_>> for DoctorFacts {
    fn from(reduction: Reduction<'_>) -> Self {
        Self { components: reduction.components }
    }
}

/// A report of an old agent on its way into the vocabulary, one component after the other: it holds known names alone,
/// however long the report is.
#[derive(Debug, Clone)]
pub struct Reduction<'a> {
    vocabulary: Vocabulary<'a>,
    components: BTreeMap<ComponentName, ReportedVersion>,
}

impl<'a> Reduction<'a> {
    /// Nothing yet.
    #[must_use]
    pub fn new(vocabulary: Vocabulary<'a>) -> Self {
        Self { vocabulary, components: BTreeMap::new() }
    }

    /// Adds a component as it was reported: an unknown name is dropped, an unknown version becomes `custom`.
    pub fn add(&mut self, name: &str, version: &str) {
        let Some(name) = self.vocabulary.component(name) else { return };
        let version = version.parse();
        let version = version.map_or(ReportedVersion::Custom, |version| self.vocabulary.version(name, &version));
        super::note(&mut self.components, name, version);
    }
}
