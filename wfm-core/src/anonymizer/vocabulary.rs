//! The closed set of words that a check-in is made of.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::catalog::{Catalog, CatalogEntry};
use crate::component::ComponentName;
use crate::release::{Release, Releases};
use crate::version::Version;

/// The names and versions that may be said: those of a catalog and of the published releases.
#[derive(Debug, Clone, Copy)]
pub struct Vocabulary<'a> {
    catalog: &'a Catalog,
    releases: &'a Releases,
}

/// A version as it is reported. Listed ones come before [`Custom`](ReportedVersion::Custom), lowest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum ReportedVersion {
    /// A published version, in its published spelling.
    Listed(Version),
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

/// Reads back what was written; whatever is no version is [`ReportedVersion::Custom`]. Whether a version is listed is
/// not checked here: that is [`Vocabulary::version`]'s part.
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

impl<'a> Vocabulary<'a> {
    /// The words of a product's catalog and of its published releases.
    #[must_use]
    pub fn new(catalog: &'a Catalog, releases: &'a Releases) -> Self {
        Self { catalog, releases }
    }

    /// The vocabulary's own copy of a name that matches exactly: one of the catalog's, or a published component's.
    #[must_use]
    pub fn component(&self, name: &str) -> Option<&'a ComponentName> {
        self.catalog.get(name).map(CatalogEntry::name).or_else(|| self.releases.component(name))
    }

    /// Every name, in order.
    pub fn names(self) -> impl Iterator<Item = &'a ComponentName> {
        let catalog = self.catalog.iter().map(CatalogEntry::name);
        catalog.chain(self.releases.iter().map(Release::component)).collect::<BTreeSet<_>>().into_iter()
    }

    /// Every version that may be said of a component, in order.
    pub fn versions(self, component: &ComponentName) -> impl Iterator<Item = ReportedVersion> {
        let listed = self.releases.versions(component).into_iter().cloned();
        listed.map(ReportedVersion::Listed).chain([ReportedVersion::Custom]).collect::<BTreeSet<_>>().into_iter()
    }

    /// What a text says of a component's version, where it may be said.
    #[must_use]
    pub fn reported(&self, component: &ComponentName, text: &str) -> Option<ReportedVersion> {
        if text == CUSTOM {
            return Some(ReportedVersion::Custom);
        }
        let listed = self.version(component, &text.parse().ok()?);
        (listed != ReportedVersion::Custom).then_some(listed)
    }

    /// The release list's own copy of a version that matches exactly (the leading `v` does not count, build metadata
    /// does), else [`ReportedVersion::Custom`].
    #[must_use]
    pub fn version(&self, component: &ComponentName, version: &Version) -> ReportedVersion {
        self.releases
            .find_on_any_train(component, version)
            .map_or(ReportedVersion::Custom, |release| ReportedVersion::Listed(release.version().clone()))
    }
}
