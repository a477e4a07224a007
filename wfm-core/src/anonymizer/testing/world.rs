//! The vocabulary of the cases.

use crate::anonymizer::Vocabulary;
use crate::catalog::{Catalog, CatalogEntry};
use crate::release::{Release, Releases};
use crate::version::Train;

/// Versions of every component, lowest first: as they are published, and on which train.
pub(super) const LISTED: [(&str, &str); 4] =
    [("2.9.0", "stable"), ("v2.14.0-beta.2", "beta"), ("v2.14.0", "stable"), ("v2.15.1", "stable")];

/// The product's catalog with some releases of each component.
#[derive(Debug)]
pub struct World {
    catalog: Catalog,
    releases: Releases,
    /// The catalog's names, in order.
    pub(super) names: Vec<String>,
}

impl World {
    /// The vocabulary of every case.
    #[must_use]
    pub fn workflow() -> Self {
        let catalog = Catalog::workflow();
        let release = |entry: &CatalogEntry, (version, train): (&str, &str)| {
            let train: Option<Train> = train.parse().ok();
            Some(Release::new(entry.name().clone(), train?, version.parse().ok()?, jiff::Timestamp::UNIX_EPOCH))
        };
        let releases = catalog.iter().flat_map(|entry| LISTED.iter().filter_map(move |listed| release(entry, *listed)));
        let releases = releases.collect();
        let names = catalog.iter().map(|entry| entry.name().as_str().to_owned()).collect();
        Self { catalog, releases, names }
    }

    /// The words that may be said in it.
    #[must_use]
    pub fn vocabulary(&self) -> Vocabulary<'_> {
        Vocabulary::new(&self.catalog, &self.releases)
    }
}
