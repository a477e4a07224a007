//! Comparing what is installed with what is published.

use serde::{Deserialize, Serialize};

use crate::catalog::{Catalog, Presence};
use crate::collector::{Inventory, Resource, Workload};
use crate::component::{ComponentName, WorkloadKind};
use crate::installed::{Installed, NotTold, installed};
use crate::release::{Release, Releases};
use crate::version::{Step, Train, Version};

/// Compares an inventory with the published releases.
pub trait VersionDiff: Send + Sync {
    /// One comparison for every workload and every expected component that is absent: first the catalog's by name, then
    /// the others. A component that nobody knows never hides the rest: whatever cannot be told is said of it alone.
    fn diff<'a>(&self, inventory: &'a Inventory, knowledge: Knowledge<'_>) -> Vec<Comparison<'a>>;
}

/// What is known of the published releases.
#[derive(Debug, Clone, Copy)]
pub enum Knowledge<'a> {
    /// The releases, of whatever age.
    Known(&'a Releases),
    /// Update checks are switched off.
    Off,
    /// No check has succeeded yet.
    Never,
}

/// One component as it stands beside the published releases.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison<'a> {
    /// The component's or workload's name.
    pub name: String,
    /// The kind it runs as; for a missing component the kind it is installed as.
    pub kind: WorkloadKind,
    /// What runs it; `None` where it is missing.
    pub workload: Option<&'a Workload>,
    /// The installed version, where it could be told.
    pub installed: Option<Installed>,
    /// The result.
    pub freshness: Freshness,
}

/// How an installed component stands beside the published releases of its train.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Freshness {
    /// It has the precedence of the latest release.
    Current,
    /// A release with higher precedence is published.
    Outdated {
        /// The latest release of the train.
        latest: Version,
        /// How far behind.
        behind: Behind,
    },
    /// It has a higher precedence than the latest release.
    Ahead {
        /// The latest release of the train.
        latest: Version,
    },
    /// It cannot be told.
    Unknown {
        /// Why.
        reason: UnknownReason,
    },
    /// The catalog expects it, and it is not there.
    Missing,
    /// The catalog does not know it: somebody else's workload, or a component of another product.
    Unmanaged,
}

impl Freshness {
    /// The status as one word: the tag of the JSON form.
    #[must_use]
    pub fn status(&self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Outdated { .. } => "outdated",
            Self::Ahead { .. } => "ahead",
            Self::Unknown { .. } => "unknown",
            Self::Missing => "missing",
            Self::Unmanaged => "unmanaged",
        }
    }
}

/// How far an installed version is behind the latest release of its train.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Behind {
    /// The first part in which the two versions differ.
    pub step: Step,
    /// How many releases of the train have a higher precedence than the installed version.
    pub releases: u32,
    /// Whole days between the publication of the installed version and of the latest; `None` where the installed version
    /// was never published, so that it has no such day.
    pub days: Option<u32>,
}

/// Why a component's freshness cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum UnknownReason {
    /// The installed version cannot be told.
    #[error("{why}")]
    Version {
        /// What was looked at.
        why: NotTold,
    },
    /// The train has no release of it.
    #[error("no release of it is published on the train {train}")]
    NotPublished {
        /// The train that is followed.
        train: Train,
    },
    /// Update checks are switched off.
    #[error("update checks are off")]
    ChecksOff,
    /// No update check has succeeded yet.
    #[error("the published releases could not be fetched yet")]
    NotFetched,
    /// It was not seen, but one of the resources it could run as could not be read.
    #[error("not seen, but {resource} could not be read")]
    Unreadable {
        /// The resource that could not be read.
        resource: Resource,
    },
}

/// The comparison along one train of one product's catalog.
///
/// Precedence is that of [Semantic Versioning 2.0](https://semver.org/#spec-item-11), within the train: a pre-release
/// counts only on the train it was published on, and a back-port published late does not become latest.
#[derive(Debug, Clone)]
pub struct TrainDiff {
    catalog: Catalog,
    train: Train,
}

impl TrainDiff {
    /// Compares along `train`.
    #[must_use]
    pub fn new(catalog: Catalog, train: Train) -> Self {
        Self { catalog, train }
    }

    fn freshness(
        &self,
        name: &ComponentName,
        installed: &Result<Installed, NotTold>,
        knowledge: Knowledge<'_>,
    ) -> Freshness {
        let unknown = |reason| Freshness::Unknown { reason };
        let installed = match installed {
            Ok(installed) => &installed.version,
            Err(why) => return unknown(UnknownReason::Version { why: why.clone() }),
        };
        match knowledge {
            Knowledge::Off => unknown(UnknownReason::ChecksOff),
            Knowledge::Never => unknown(UnknownReason::NotFetched),
            Knowledge::Known(releases) => place(installed, releases.line(&self.train, name))
                .unwrap_or_else(|| unknown(UnknownReason::NotPublished { train: self.train.clone() })),
        }
    }

    fn present<'a>(&self, workload: &'a Workload, knowledge: Knowledge<'_>) -> Comparison<'a> {
        let told = installed(workload);
        let freshness = self
            .catalog
            .get(&workload.name)
            .map_or(Freshness::Unmanaged, |entry| self.freshness(entry.name(), &told, knowledge));
        Comparison {
            name: workload.name.clone(),
            kind: workload.kind,
            workload: Some(workload),
            installed: told.ok(),
            freshness,
        }
    }

    fn absent<'a>(&self, inventory: &'a Inventory) -> impl Iterator<Item = Comparison<'a>> {
        let unreadable = inventory.unreadable().into_iter().find(|failure| failure.resource.is_workload());
        let freshness = unreadable.map_or(Freshness::Missing, |failure| Freshness::Unknown {
            reason: UnknownReason::Unreadable { resource: failure.resource },
        });
        self.catalog
            .iter()
            .filter(|entry| entry.presence() == Presence::Expected)
            .filter(|entry| !inventory.workloads().any(|workload| workload.name == entry.name().as_str()))
            .map(move |entry| Comparison {
                name: entry.name().to_string(),
                kind: entry.kind(),
                workload: None,
                installed: None,
                freshness: freshness.clone(),
            })
    }
}

impl VersionDiff for TrainDiff {
    fn diff<'a>(&self, inventory: &'a Inventory, knowledge: Knowledge<'_>) -> Vec<Comparison<'a>> {
        let mut all: Vec<Comparison<'a>> =
            inventory.workloads().map(|workload| self.present(workload, knowledge)).collect();
        all.extend(self.absent(inventory));
        all.sort_by(|a, b| {
            let key = |c: &Comparison<'a>| (c.freshness == Freshness::Unmanaged, c.name.clone(), c.kind);
            key(a).cmp(&key(b))
        });
        all
    }
}

/// Places a version in a line of releases (lowest precedence first); `None` where the line is empty.
fn place(version: &Version, line: &[Release]) -> Option<Freshness> {
    let offered = || line.iter().filter(|release| release.yanked().is_none());
    let latest = offered().next_back()?;
    Some(match version.precedence(latest.version()) {
        std::cmp::Ordering::Equal => Freshness::Current,
        std::cmp::Ordering::Greater => Freshness::Ahead { latest: latest.version().clone() },
        std::cmp::Ordering::Less => {
            let newer = offered().filter(|release| release.version().precedence(version).is_gt()).count();
            let own = line.iter().find(|release| release.version() == version);
            Freshness::Outdated {
                latest: latest.version().clone(),
                behind: Behind {
                    step: version.step_to(latest.version()),
                    releases: u32::try_from(newer).unwrap_or(u32::MAX),
                    days: own.map(|own| whole_days(own, latest)),
                },
            }
        }
    })
}

/// Whole days from one publication to another; none where the other came first.
fn whole_days(from: &Release, to: &Release) -> u32 {
    let hours = to.released().duration_since(from.released()).as_hours();
    u32::try_from(hours / 24).unwrap_or(0)
}

#[cfg(test)]
mod tests;
