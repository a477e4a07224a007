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
        Ok(Self { cluster: body.id.parse()?, components: reduce(&body.components, vocabulary), cohort: None })
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
        self
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
    /// Reduces what is said of a cluster's components to the vocabulary, as a check-in is.
    #[must_use]
    pub fn reduce(components: &[wire::v3::ComponentVersion], vocabulary: Vocabulary<'_>) -> Self {
        Self { components: reduce(components, vocabulary) }
    }

    /// What runs there, by name.
    #[must_use]
    pub fn components(&self) -> &BTreeMap<ComponentName, ReportedVersion> {
        &self.components
    }
}

fn reduce(said: &[wire::v3::ComponentVersion], vocabulary: Vocabulary<'_>) -> BTreeMap<ComponentName, ReportedVersion> {
    let mut components = BTreeMap::new();
    for reported in said {
        let Some(name) = vocabulary.component(&reported.component.name) else { continue };
        let version = reported.version.version.parse();
        let version = version.map_or(ReportedVersion::Custom, |version| vocabulary.version(name, &version));
        super::note(&mut components, name, version);
    }
    components
}
