use serde::Serialize;

use super::{Neighbour, Presence};
use crate::component::{ComponentName, WorkloadKind};
use crate::version::Version;

/// One component of the product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CatalogEntry {
    name: ComponentName,
    kind: WorkloadKind,
    presence: Presence,
    description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<Version>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Version>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    with: Vec<Neighbour>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    without: Vec<Neighbour>,
}

impl CatalogEntry {
    /// An entry; `kind` is how the product installs it, `description` one sentence for operators.
    #[must_use]
    pub fn new(name: ComponentName, kind: WorkloadKind, presence: Presence, description: String) -> Self {
        Self { name, kind, presence, description, since: None, until: None, with: Vec::new(), without: Vec::new() }
    }

    /// The same for a component that belongs to some releases of the product only: from `since` on, and no more from `until`
    /// on.
    #[must_use]
    pub fn with_releases(self, since: Option<Version>, until: Option<Version>) -> Self {
        Self { since, until, ..self }
    }

    /// The same for a component that is expected only beside one of `with`, and only if none of `without` is there. An empty
    /// list is no condition.
    #[must_use]
    pub fn with_neighbours(self, with: Vec<Neighbour>, without: Vec<Neighbour>) -> Self {
        Self { with, without, ..self }
    }

    /// The workload's name.
    #[must_use]
    pub fn name(&self) -> &ComponentName {
        &self.name
    }

    /// The kind of workload that the product installs it as.
    #[must_use]
    pub fn kind(&self) -> WorkloadKind {
        self.kind
    }

    /// Whether its absence is a fault.
    #[must_use]
    pub fn presence(&self) -> Presence {
        self.presence
    }

    /// One sentence for operators.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The first version of [`Catalog::release_component`](super::Catalog::release_component) that it belongs to; from the
    /// very first if absent.
    #[must_use]
    pub fn since(&self) -> Option<&Version> {
        self.since.as_ref()
    }

    /// The first version of the release component that it no longer belongs to; to all if absent.
    #[must_use]
    pub fn until(&self) -> Option<&Version> {
        self.until.as_ref()
    }

    /// It is expected only if one of these is there; always if there are none.
    #[must_use]
    pub fn with(&self) -> &[Neighbour] {
        &self.with
    }

    /// It is not expected if one of these is there.
    #[must_use]
    pub fn without(&self) -> &[Neighbour] {
        &self.without
    }

    /// Whether it belongs to an installation of this release; `None` if that depends on the release, and the release is
    /// unknown.
    #[must_use]
    pub fn is_part_of(&self, release: Option<&Version>) -> Option<bool> {
        match (&self.since, &self.until, release) {
            (None, None, _) => Some(true),
            (_, _, None) => None,
            (since, until, Some(release)) => Some(
                since.as_ref().is_none_or(|since| release.precedence(since).is_ge())
                    && until.as_ref().is_none_or(|until| release.precedence(until).is_lt()),
            ),
        }
    }
}
