//! Which components a product consists of, and how they are found and judged.

use std::collections::BTreeMap;

use crate::cluster::Namespace;
use crate::component::ComponentName;

mod entry;
#[cfg(feature = "catalog-file")]
pub mod file;
mod names;
mod presence;
mod workflow;

pub use entry::CatalogEntry;
pub use names::{AnnotationKey, LabelSelector, NotALabelSelector, NotAnAnnotationKey};
pub use presence::{Neighbour, NotANeighbour, Presence};

/// The components of one product, by name. A name matches exactly or not at all: `deis-router-globex` is not
/// `deis-router`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalog {
    product: String,
    namespace: Option<Namespace>,
    selector: Option<LabelSelector>,
    version_annotation: AnnotationKey,
    release_component: Option<ComponentName>,
    entries: BTreeMap<ComponentName, CatalogEntry>,
}

impl Catalog {
    /// A catalog for any product. Of two entries with one name the later counts.
    #[must_use]
    pub fn new(product: impl Into<String>, entries: impl IntoIterator<Item = CatalogEntry>) -> Self {
        Self {
            product: product.into(),
            namespace: None,
            selector: None,
            version_annotation: AnnotationKey::default(),
            release_component: None,
            entries: entries.into_iter().map(|entry| (entry.name().clone(), entry)).collect(),
        }
    }

    /// The same with the namespace that the product is installed in, where nobody says otherwise.
    #[must_use]
    pub fn with_namespace(self, namespace: Option<Namespace>) -> Self {
        Self { namespace, ..self }
    }

    /// The same for a product of which only workloads with these labels are looked at.
    #[must_use]
    pub fn with_selector(self, selector: Option<LabelSelector>) -> Self {
        Self { selector, ..self }
    }

    /// The same for a product whose workloads carry their version in this annotation.
    #[must_use]
    pub fn with_version_annotation(self, version_annotation: AnnotationKey) -> Self {
        Self { version_annotation, ..self }
    }

    /// The same with the component whose installed version dates the whole installation: [`CatalogEntry::since`] and
    /// [`CatalogEntry::until`] are versions of it.
    #[must_use]
    pub fn with_release_component(self, release_component: Option<ComponentName>) -> Self {
        Self { release_component, ..self }
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

    /// The namespace that the product is installed in, where nobody says otherwise.
    #[must_use]
    pub fn namespace(&self) -> Option<&Namespace> {
        self.namespace.as_ref()
    }

    /// The labels that a workload must have to be looked at; any where absent.
    #[must_use]
    pub fn selector(&self) -> Option<&LabelSelector> {
        self.selector.as_ref()
    }

    /// The annotation that carries a workload's version.
    #[must_use]
    pub fn version_annotation(&self) -> &AnnotationKey {
        &self.version_annotation
    }

    /// The component whose installed version dates the whole installation, if one does.
    #[must_use]
    pub fn release_component(&self) -> Option<&ComponentName> {
        self.release_component.as_ref()
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
