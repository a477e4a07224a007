//! Comparing what is installed with what is published.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::collector::{Inventory, Resource, Unreadable, Workload};
use crate::component::{ComponentName, WorkloadKind};
use crate::health::PodsByOwner;
use crate::installed::{Installed, VersionUnknown};
use crate::release::Releases;
use crate::running::{Running, running};
use crate::version::{Step, Train, Version};

mod absent;
mod place;
mod policy;
mod remarks;

pub use absent::{NotInstalled, NotInstalledReason, named};
pub use policy::{NotAPin, Pin, Policy, Requirement};
pub use remarks::{Held, LeftOver, Remarks, Stopover};

/// Compares an inventory with the published releases.
pub trait VersionDiff: Send + Sync {
    /// One comparison for every workload and every expected component that is absent: first the catalog's by name, then
    /// the others. A component that nobody knows never hides the rest: whatever cannot be told is said of it alone.
    fn diff<'a>(&self, inventory: &'a Inventory, knowledge: Knowledge<'_>) -> Vec<Comparison<'a>>;

    /// The components that are rightly absent, by name. They are in no comparison.
    fn not_installed(&self, inventory: &Inventory, knowledge: Knowledge<'_>) -> Vec<NotInstalled>;
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
    /// The version that runs, if that is known.
    pub installed: Option<Installed>,
    /// What its pods run; `None` if it is missing.
    pub running: Option<Running>,
    /// The result.
    pub freshness: Freshness,
    /// What there is to say beside.
    pub remarks: Remarks,
}

/// How an installed component stands beside the published releases of its train.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Freshness {
    /// It has the precedence of the latest release.
    Current,
    /// A release with higher precedence is published.
    Outdated {
        /// The latest release of the train, of those that a pin admits.
        latest: Version,
        /// How far behind.
        behind: Behind,
    },
    /// The same, of a component whose lag the operator does not count.
    Ignored {
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
            Self::Ignored { .. } => "ignored",
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
    /// Since when a newer release is published; for an installed version that was published later than that, since it was.
    pub since: Timestamp,
}

/// Why a component's freshness cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum UnknownReason {
    /// The installed version is unknown.
    #[error("{why}")]
    Version {
        /// What was looked at.
        why: VersionUnknown,
    },
    /// The train has no release of it.
    #[error("no release of it is published on the train {train}")]
    NotPublished {
        /// The train that is followed.
        train: Train,
    },
    /// No release of it is what it is pinned to.
    #[error("no release of it is what it is pinned to, {pin}: correct PIN")]
    PinnedToNothing {
        /// The pin as it was written.
        pin: String,
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
    /// It belongs to some releases of the product, and which one is installed is unknown.
    #[error("not there, and whether it belongs here depends on the version of {component}, which is unknown")]
    ReleaseUnknown {
        /// The component whose version dates the installation.
        component: ComponentName,
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
    policy: Policy,
}

impl TrainDiff {
    /// Compares along `train`; every release and every lag counts.
    #[must_use]
    pub fn new(catalog: Catalog, train: Train) -> Self {
        Self { catalog, train, policy: Policy::default() }
    }

    /// The same with what the operator decided.
    #[must_use]
    pub fn with_policy(self, policy: Policy) -> Self {
        Self { policy, ..self }
    }

    fn freshness(
        &self,
        name: &ComponentName,
        installed: &Result<Installed, VersionUnknown>,
        knowledge: Knowledge<'_>,
    ) -> (Freshness, Remarks) {
        let unknown = |reason| (Freshness::Unknown { reason }, Remarks::default());
        let installed = match installed {
            Ok(installed) => &installed.version,
            Err(why) => return unknown(UnknownReason::Version { why: why.clone() }),
        };
        let releases = match knowledge {
            Knowledge::Off => return unknown(UnknownReason::ChecksOff),
            Knowledge::Never => return unknown(UnknownReason::NotFetched),
            Knowledge::Known(releases) => releases,
        };
        match place::place(installed, releases.line(&self.train, name), self.policy.pin(name)) {
            None => unknown(UnknownReason::NotPublished { train: self.train.clone() }),
            Some((Freshness::Outdated { latest, behind }, remarks)) if self.policy.ignores(name) => {
                (Freshness::Ignored { latest, behind }, remarks)
            }
            Some(placed) => placed,
        }
    }

    fn present<'a>(&self, workload: &'a Workload, pods: &Pods<'a>, knowledge: Knowledge<'_>) -> Comparison<'a> {
        let running = self.running(workload, pods, knowledge);
        let (freshness, remarks) = match self.catalog.get(&workload.name) {
            Some(entry) => self.freshness(entry.name(), &running.version, knowledge),
            None => (Freshness::Unmanaged, Remarks::default()),
        };
        Comparison {
            name: workload.name.clone(),
            kind: workload.kind,
            workload: Some(workload),
            installed: running.version.clone().ok(),
            freshness,
            remarks: Remarks { overruled: running.overruled.clone(), ..remarks },
            running: Some(running),
        }
    }

    fn running(&self, workload: &Workload, pods: &Pods<'_>, knowledge: Knowledge<'_>) -> Running {
        let is_published = |version: &Version| match (self.catalog.get(&workload.name), knowledge) {
            (Some(entry), Knowledge::Known(releases)) => releases.find_on_any_train(entry.name(), version).is_some(),
            _ => false,
        };
        let mine = pods.as_ref().map(|pods| pods.of(workload)).map_err(|unreadable| *unreadable);
        running(workload, mine, &self.catalog, &is_published)
    }

    /// The installed release of the whole product, if the catalog names the component that has it. Of several workloads of
    /// that name the lowest version counts, and one without wanted pods only if no other has some.
    fn release(&self, inventory: &Inventory, pods: &Pods<'_>, knowledge: Knowledge<'_>) -> Option<Version> {
        let name = self.catalog.release_component()?;
        let of_name = || inventory.workloads().filter(|workload| workload.name == name.as_str());
        let any_wanted = of_name().any(|workload| workload.desired > 0);
        let counts = of_name().filter(|workload| !any_wanted || workload.desired > 0);
        let versions = counts.filter_map(|workload| self.running(workload, pods, knowledge).version.ok());
        versions.map(|installed| installed.version).min_by(Version::age_order)
    }
}

/// The pods by their workloads, or why they could not be read.
type Pods<'a> = Result<PodsByOwner<'a>, &'a Unreadable>;

impl VersionDiff for TrainDiff {
    fn diff<'a>(&self, inventory: &'a Inventory, knowledge: Knowledge<'_>) -> Vec<Comparison<'a>> {
        let pods: Pods<'a> = inventory.pods.as_ref().map(|pods| PodsByOwner::new(pods));
        let mut all: Vec<Comparison<'a>> =
            inventory.workloads().map(|workload| self.present(workload, &pods, knowledge)).collect();
        let scene =
            absent::Scene::new(&self.catalog, &self.policy, inventory, self.release(inventory, &pods, knowledge));
        for comparison in &mut all {
            comparison.remarks.left_over = scene.left_over(&comparison.name);
        }
        all.extend(scene.missing());
        all.sort_by(|a, b| {
            let key = |c: &Comparison<'a>| (c.freshness == Freshness::Unmanaged, c.name.clone(), c.kind);
            key(a).cmp(&key(b))
        });
        all
    }

    fn not_installed(&self, inventory: &Inventory, knowledge: Knowledge<'_>) -> Vec<NotInstalled> {
        let pods: Pods<'_> = inventory.pods.as_ref().map(|pods| PodsByOwner::new(pods));
        let release = self.release(inventory, &pods, knowledge);
        absent::Scene::new(&self.catalog, &self.policy, inventory, release).not_installed()
    }
}

#[cfg(test)]
mod tests;
