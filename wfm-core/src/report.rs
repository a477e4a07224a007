//! The picture of a cluster that everybody is served from, and where a check-in goes.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::anonymizer::Envelope;
use crate::collector::{CollectError, Event, Inventory, Workload};
use crate::component::WorkloadKind;
use crate::diff::{Comparison, Freshness, Knowledge, NotInstalled, Remarks, UnknownReason, VersionDiff};
use crate::events;
use crate::health::{self, Health, PodsByOwner};
use crate::installed::Installed;

/// Hands out the picture of the cluster: taken anew for every question, or kept and shared.
#[async_trait]
pub trait Report: Send + Sync {
    /// The picture as this source has it; [`ClusterReport::taken_at`] tells its age.
    ///
    /// # Errors
    /// Where there is no picture, not even an old one.
    async fn report(&self) -> Result<Arc<ClusterReport>, CollectError>;
}

/// Takes an envelope to its destination. It takes nothing else: that a raw inventory cannot be sent is a compile error.
///
/// ```compile_fail,E0308
/// # async fn leak(sink: &dyn wfm_core::report::ReportSink, inventory: &wfm_core::collector::Inventory) {
/// sink.send(inventory).await; // expected `&Envelope`, found `&Inventory`
/// # }
/// ```
#[async_trait]
pub trait ReportSink: Send + Sync {
    /// Sends, and returns when the destination has acknowledged. Envelopes of different kinds never share a connection.
    ///
    /// # Errors
    /// Where no acknowledgement came.
    async fn send(&self, envelope: &Envelope) -> Result<(), SendError>;
}

/// An envelope was not acknowledged.
#[derive(Debug, thiserror::Error)]
#[error("it was not acknowledged: {message}")]
pub struct SendError {
    /// One sentence for the operator.
    pub message: String,
    /// What lies beneath.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// A cluster at one moment, judged.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClusterReport {
    /// When the inventory was taken.
    pub taken_at: Timestamp,
    /// The catalog's components by name, then the workloads it does not know.
    pub components: Vec<ComponentReport>,
    /// The catalog's components that are rightly absent, by name: no tile counts them.
    pub not_installed: Vec<NotInstalled>,
    /// What was seen.
    pub inventory: Arc<Inventory>,
}

/// One component, judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComponentReport {
    /// The component's or workload's name.
    pub name: String,
    /// The kind it runs as, or for a missing component the kind it is installed as.
    pub kind: WorkloadKind,
    /// The installed version, where it could be told.
    pub installed: Option<Installed>,
    /// How it stands beside the published releases.
    #[serde(flatten)]
    pub freshness: Freshness,
    /// What there is to say of its version beside.
    #[serde(default, skip_serializing_if = "Remarks::is_empty")]
    pub remarks: Remarks,
    /// How its pods fare.
    pub health: Health,
    /// Warnings that explain why it is unhealthy, newest first.
    pub events: Vec<Event>,
    /// How many pods are wanted.
    pub desired: u32,
    /// How many pods are ready.
    pub ready: u32,
    /// The image of its own container, then those of the others.
    pub images: Vec<String>,
    /// When the workload was created.
    pub created: Option<Timestamp>,
}

/// The one tile of the page that counts a component, so that the tiles add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tile {
    /// Installed, running, and not behind, or behind by what the operator does not count.
    Current,
    /// Running, and behind.
    Outdated,
    /// Expected and absent.
    Missing,
    /// Installed, but not every wanted pod is ready; whether it is behind as well, its row says.
    Unhealthy,
    /// Running, but its freshness cannot be told; or absent as far as could be seen.
    Unknown,
}

impl ClusterReport {
    /// Judges an inventory.
    #[must_use]
    pub fn assemble(inventory: Arc<Inventory>, diff: &dyn VersionDiff, knowledge: Knowledge<'_>) -> Self {
        let pods = PodsByOwner::new(inventory.pods.as_deref().unwrap_or_default());
        let judge = |comparison| ComponentReport::judge(comparison, &inventory, &pods);
        let components = diff.diff(&inventory, knowledge).into_iter().map(judge).collect();
        let not_installed = diff.not_installed(&inventory);
        Self { taken_at: inventory.taken_at, components, not_installed, inventory }
    }

    /// The components of the catalog: what the tiles count and the banner speaks of.
    pub fn managed(&self) -> impl Iterator<Item = &ComponentReport> {
        self.components.iter().filter(|component| component.freshness != Freshness::Unmanaged)
    }

    /// How many components a tile counts.
    #[must_use]
    pub fn count(&self, tile: Tile) -> usize {
        self.components.iter().filter(|component| component.tile() == Some(tile)).count()
    }
}

impl ComponentReport {
    fn judge(comparison: Comparison<'_>, inventory: &Inventory, pods: &PodsByOwner<'_>) -> Self {
        let Comparison { name, kind, workload, installed, freshness, remarks } = comparison;
        let mine = workload.map_or(&[][..], |workload| pods.of(workload));
        let health = match (workload, &freshness) {
            (Some(workload), _) => health::judge(workload, inventory.pods.as_ref().map(|_| mine)),
            (None, Freshness::Unknown { reason: reason @ UnknownReason::Unreadable { .. } }) => {
                Health::Unknown { reason: reason.to_string() }
            }
            (None, _) => Health::Unknown { reason: "not installed".to_owned() },
        };
        let events = match (workload, &inventory.events) {
            (Some(workload), Ok(events)) if health.is_unhealthy() => events::about(workload, mine, events),
            _ => Vec::new(),
        };
        Self {
            name,
            kind,
            installed,
            freshness,
            remarks,
            health,
            events,
            desired: workload.map_or(0, |w| w.desired),
            ready: workload.map_or(0, |w| w.ready),
            images: workload.map_or_else(Vec::new, images),
            created: workload.and_then(|w| w.created),
        }
    }

    /// The installed version, or what stands in its place, as text.
    #[must_use]
    pub fn version_text(&self) -> Option<String> {
        match (&self.installed, &self.freshness) {
            (Some(installed), _) => Some(installed.version.to_string()),
            (None, Freshness::Unknown { reason: UnknownReason::Version { why } }) => why.text().map(ToOwned::to_owned),
            (None, _) => None,
        }
    }

    /// The one tile that counts it: missing before unhealthy before outdated before unknown before current. `None` for a
    /// workload that the catalog does not know.
    #[must_use]
    pub fn tile(&self) -> Option<Tile> {
        Some(match &self.freshness {
            Freshness::Unmanaged => return None,
            Freshness::Missing => Tile::Missing,
            _ if self.health.is_unhealthy() => Tile::Unhealthy,
            Freshness::Outdated { .. } => Tile::Outdated,
            Freshness::Unknown { .. } => Tile::Unknown,
            Freshness::Current | Freshness::Ahead { .. } | Freshness::Ignored { .. } => Tile::Current,
        })
    }
}

fn images(workload: &Workload) -> Vec<String> {
    let own = workload.own_container();
    let others = workload.containers.iter().filter(|container| Some(*container) != own);
    own.into_iter().chain(others).map(|container| container.image.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::collector::Container;
    use crate::diff::TrainDiff;
    use crate::release::{Release, Releases};
    use crate::version::Train;

    fn workload(name: &str, version: &str, ready: u32) -> Workload {
        Workload {
            name: name.into(),
            kind: WorkloadKind::Deployment,
            version_annotation: Some(version.into()),
            containers: Vec::new(),
            desired: 1,
            ready,
            created: None,
        }
    }

    fn report() -> ClusterReport {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let release = |name: &str| Release::new(name.parse().unwrap(), Train::stable(), "v2.0.0".parse().unwrap(), now);
        let releases: Releases = ["deis-router", "deis-minio", "deis-builder"].into_iter().map(release).collect();
        let inventory = Inventory {
            deployments: Ok(vec![
                workload("deis-router", "v1.0.0", 1),
                workload("deis-minio", "v1.0.0", 0),
                workload("deis-builder", "v2.0.0", 1),
                workload("deis-logger", "canary", 1),
                workload("globex-payments", "v1.0.0", 0),
            ]),
            ..Inventory::empty(now)
        };
        let diff = TrainDiff::new(Catalog::workflow(), Train::stable());
        ClusterReport::assemble(Arc::new(inventory), &diff, Knowledge::Known(&releases))
    }

    #[test]
    fn the_tiles_add_up_to_the_components() {
        let report = report();
        let tiles = [Tile::Current, Tile::Outdated, Tile::Missing, Tile::Unhealthy, Tile::Unknown];
        let counted: usize = tiles.into_iter().map(|tile| report.count(tile)).sum();
        assert_eq!(counted, report.managed().count());
        assert_eq!(tiles.map(|tile| report.count(tile)), [1, 1, 4, 1, 2]);
    }

    #[test]
    fn somebody_elses_workload_is_listed_last_and_counted_nowhere() {
        let report = report();
        let last = report.components.last().unwrap();
        assert_eq!((last.name.as_str(), last.tile()), ("globex-payments", None));
        assert!(last.health.is_unhealthy());
    }

    #[test]
    fn the_components_own_image_stands_before_its_sidecars() {
        let container = |name: &str| Container { name: name.into(), image: format!("{name}:x"), init: false };
        let containers = vec![container("envoy"), container("deis-router")];
        assert_eq!(
            images(&Workload { containers, ..workload("deis-router", "v1.0.0", 1) }),
            ["deis-router:x", "envoy:x"]
        );
    }
}
