use serde::Serialize;

use crate::component::{ComponentName, WorkloadKind};
use crate::version::Version;

/// Whether a component's absence is worth a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// It belongs to every installation: where it is absent, it is missing.
    Expected,
    /// It runs only when something is built or started: its absence says nothing.
    OnDemand,
}

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
}

impl CatalogEntry {
    /// An entry; `kind` is how the product installs it, `description` one sentence for operators.
    #[must_use]
    pub fn new(name: ComponentName, kind: WorkloadKind, presence: Presence, description: String) -> Self {
        Self { name, kind, presence, description, since: None, until: None }
    }

    /// The same for a component that belongs to some releases of the product only: from `since` on, and no more from `until`
    /// on.
    #[must_use]
    pub fn with_releases(self, since: Option<Version>, until: Option<Version>) -> Self {
        Self { since, until, ..self }
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

    /// Whether its absence is worth a word.
    #[must_use]
    pub fn presence(&self) -> Presence {
        self.presence
    }

    /// One sentence for operators.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The first release of the product that it belongs to; from the very first where absent.
    #[must_use]
    pub fn since(&self) -> Option<&Version> {
        self.since.as_ref()
    }

    /// The first release of the product that it does not belong to any more; to all where absent.
    #[must_use]
    pub fn until(&self) -> Option<&Version> {
        self.until.as_ref()
    }
}
