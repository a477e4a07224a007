//! The allow-list again, where a check-in arrives.

use std::collections::BTreeMap;

use super::{ReportedVersion, Vocabulary};
use crate::cluster::ClusterId;
use crate::component::ComponentName;
use crate::wire;

/// A check-in as the service keeps it: reduced to the allow-list, whatever an old agent sent beside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    cluster: ClusterId,
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
        let cluster = body.id.parse()?;
        let mut components = BTreeMap::new();
        for reported in &body.components {
            let Some(name) = vocabulary.component(&reported.component.name) else { continue };
            let version = reported
                .version
                .version
                .parse()
                .map_or(ReportedVersion::Custom, |version| vocabulary.version(name, &version));
            super::note(&mut components, name, version);
        }
        Ok(Self { cluster, components })
    }

    /// Who checked in.
    #[must_use]
    pub fn cluster(&self) -> ClusterId {
        self.cluster
    }

    /// The id and the components, given away.
    #[must_use]
    pub fn into_parts(self) -> (ClusterId, BTreeMap<ComponentName, ReportedVersion>) {
        (self.cluster, self.components)
    }

    /// What runs there, by name.
    #[must_use]
    pub fn components(&self) -> &BTreeMap<ComponentName, ReportedVersion> {
        &self.components
    }
}
