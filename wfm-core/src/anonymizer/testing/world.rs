//! The catalog of the cases, and an honest release list.

use crate::anonymizer::Vocabulary;
use crate::catalog::Catalog;
use crate::component::ComponentName;
use crate::release::{Release, Releases};
use crate::version::{Train, Version};

/// Versions that a check-in may name if they are published, lowest first, as it spells them.
pub(super) const CANONICAL: [&str; 8] =
    ["v2.0.0-alpha", "v2.9.0", "v2.14.0-beta.2", "v2.14.0-rc1", "v2.14.0", "v2.15.1", "v9.9.9", "v99.99.99-rc.99"];

/// The product's catalog, and a list with some releases of each component.
#[derive(Debug)]
pub struct World {
    catalog: Catalog,
    releases: Releases,
    /// The catalog's names, in order.
    pub(super) names: Vec<ComponentName>,
}

/// A list of releases, and what of it a check-in may name.
#[derive(Debug, Default)]
pub(super) struct ReleaseList {
    pub(super) releases: Releases,
    /// Of each name of the catalog the rows of [`CANONICAL`] that are published, as bits.
    rows: Vec<u8>,
}

impl World {
    /// The world of every case.
    #[must_use]
    pub fn workflow() -> Self {
        let catalog = Catalog::workflow();
        let names: Vec<ComponentName> = catalog.iter().map(|entry| entry.name().clone()).collect();
        let mut world = Self { catalog, releases: Releases::default(), names };
        let mut honest = ReleaseList::default();
        for name in &world.names {
            for (row, version) in CANONICAL.iter().enumerate() {
                honest.publish(&world, name.as_str(), if row % 2 == 0 { version } else { &version[1..] }, row % 3 == 0);
            }
        }
        world.releases = honest.releases;
        world
    }

    /// The words that may be said in it.
    #[must_use]
    pub fn vocabulary(&self) -> Vocabulary<'_> {
        self.vocabulary_of(&self.releases)
    }

    /// The same with another list.
    pub(super) fn vocabulary_of<'a>(&'a self, releases: &'a Releases) -> Vocabulary<'a> {
        Vocabulary::new(&self.catalog, releases)
    }
}

impl ReleaseList {
    /// Publishes a version, if the texts are such that a list can hold them.
    pub(super) fn publish(&mut self, world: &World, name: &str, text: &str, beta: bool) {
        let (Ok(component), Ok(version)) = (name.parse::<ComponentName>(), text.parse::<Version>()) else { return };
        if let Ok(at) = world.names.binary_search(&component) {
            self.rows.resize(world.names.len(), 0);
            let bare = text.strip_prefix('v').unwrap_or(text);
            let row = CANONICAL.iter().position(|known| &known[1..] == bare);
            self.rows[at] |= row.map_or(0, |row| 1 << row);
        }
        let train = if beta { Train::beta() } else { Train::stable() };
        self.releases.insert(Release::new(component, train, version, jiff::Timestamp::UNIX_EPOCH));
    }

    /// Which rows of [`CANONICAL`] are published of the catalog's name of this number, as bits.
    pub(super) fn rows(&self, name: usize) -> u8 {
        self.rows.get(name).copied().unwrap_or_default()
    }
}
