//! The closed set of words that a check-in is made of.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::catalog::{Catalog, CatalogEntry};
use crate::component::ComponentName;
use crate::release::Releases;
use crate::version::{CanonicalVersion, Version};

/// The names and versions that may be said: the names of a catalog, and the published versions in canonical form.
///
/// The release list is written by the other side. So it adds no names, and what it adds of versions is of a closed form:
/// it cannot ask a cluster about any text.
#[derive(Debug, Clone, Copy)]
pub struct Vocabulary<'a> {
    catalog: &'a Catalog,
    releases: &'a Releases,
}

/// A version as it is reported. Listed ones come before [`Custom`](ReportedVersion::Custom), lowest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum ReportedVersion {
    /// A published version.
    Listed(CanonicalVersion),
    /// Anything else.
    Custom,
}

/// How [`ReportedVersion::Custom`] is written.
const CUSTOM: &str = "custom";

impl From<ReportedVersion> for String {
    fn from(version: ReportedVersion) -> Self {
        match version {
            ReportedVersion::Listed(version) => version.to_string(),
            ReportedVersion::Custom => CUSTOM.to_owned(),
        }
    }
}

/// Reads back what was written; anything but a canonical version is [`ReportedVersion::Custom`]. Whether a version is
/// listed is not checked here: that is [`Vocabulary::version`]'s part.
impl From<String> for ReportedVersion {
    fn from(text: String) -> Self {
        text.parse().map_or(Self::Custom, Self::Listed)
    }
}

impl std::fmt::Display for ReportedVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Listed(version) => version.fmt(f),
            Self::Custom => f.write_str(CUSTOM),
        }
    }
}

impl ReportedVersion {
    /// How a published version is reported; nothing if it has no canonical form.
    #[must_use]
    pub fn listed(version: &Version) -> Option<Self> {
        CanonicalVersion::of(version).map(Self::Listed)
    }
}

impl<'a> Vocabulary<'a> {
    /// The words of a product's catalog and of its published releases.
    #[must_use]
    pub fn new(catalog: &'a Catalog, releases: &'a Releases) -> Self {
        Self { catalog, releases }
    }

    /// The catalog, which has all names.
    pub(super) fn catalog(&self) -> &'a Catalog {
        self.catalog
    }

    /// Whether a version of a component is published, in whatever form.
    pub(super) fn is_published(&self, component: &ComponentName, version: &Version) -> bool {
        self.releases.find_on_any_train(component, version).is_some()
    }

    /// The catalog's own copy of a name that matches exactly.
    #[must_use]
    pub fn component(&self, name: &str) -> Option<&'a ComponentName> {
        self.catalog.get(name).map(CatalogEntry::name)
    }

    /// Every name, in order.
    pub fn names(self) -> impl Iterator<Item = &'a ComponentName> {
        self.catalog.iter().map(CatalogEntry::name)
    }

    /// Every version that may be said of a component, in order.
    pub fn versions(self, component: &ComponentName) -> impl Iterator<Item = ReportedVersion> {
        let listed = self.releases.versions(component).into_iter().filter_map(ReportedVersion::listed);
        listed.chain([ReportedVersion::Custom]).collect::<BTreeSet<_>>().into_iter()
    }

    /// The version that an envelope gives for a component, if it may: in the one spelling of [`ReportedVersion`].
    #[must_use]
    pub fn reported(&self, component: &ComponentName, text: &str) -> Option<ReportedVersion> {
        if text == CUSTOM {
            return Some(ReportedVersion::Custom);
        }
        let listed = self.version(component, &text.parse().ok()?);
        (listed.to_string() == text).then_some(listed)
    }

    /// A version that is published and has a canonical form, else [`ReportedVersion::Custom`]. The leading `v` does not
    /// count.
    #[must_use]
    pub fn version(&self, component: &ComponentName, version: &Version) -> ReportedVersion {
        let published = self.releases.find_on_any_train(component, version);
        published.and_then(|release| ReportedVersion::listed(release.version())).unwrap_or(ReportedVersion::Custom)
    }
}
