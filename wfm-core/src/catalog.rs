//! Which components a product consists of.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::component::{ComponentName, WorkloadKind};

mod workflow;

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
}

impl CatalogEntry {
    /// An entry; `kind` is how the product installs it, `description` one sentence for operators.
    #[must_use]
    pub fn new(name: ComponentName, kind: WorkloadKind, presence: Presence, description: String) -> Self {
        Self { name, kind, presence, description }
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
}

/// The components of one product, by name. A name matches exactly or not at all: `deis-router-globex` is not
/// `deis-router`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalog {
    product: String,
    entries: BTreeMap<ComponentName, CatalogEntry>,
}

impl Catalog {
    /// A catalog for any product. Of two entries with one name the later counts.
    #[must_use]
    pub fn new(product: impl Into<String>, entries: impl IntoIterator<Item = CatalogEntry>) -> Self {
        let entries = entries.into_iter().map(|entry| (entry.name.clone(), entry)).collect();
        Self { product: product.into(), entries }
    }

    /// The components of Deis (now Hephy) Workflow.
    #[must_use]
    pub fn workflow() -> Self {
        workflow::catalog()
    }

    /// The product's name, for people.
    #[must_use]
    pub fn product(&self) -> &str {
        &self.product
    }

    /// The entry of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&CatalogEntry> {
        self.entries.get(name)
    }

    /// Every entry, by name.
    pub fn iter(&self) -> impl Iterator<Item = &CatalogEntry> {
        self.entries.values()
    }
}
