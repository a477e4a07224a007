//! The picture of a cluster that everybody is served from, and where a check-in goes.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::anonymizer::Envelope;
use crate::collector::{CollectError, Event, Inventory, NamespaceState, Pod, Resource, Unreadable, Workload};
use crate::component::WorkloadKind;
use crate::diff::{Comparison, Freshness, Knowledge, NotInstalled, Remarks, UnknownReason, VersionDiff};
use crate::events;
use crate::health::{self, Health, PodsByOwner};
use crate::installed::Installed;
use crate::rollout::{self, RolloutReport};
use crate::running::RunningVersion;
use crate::version::Step;
use crate::words::ago;

/// So many pods without a workload are named of a component.
const UNOWNED: usize = 3;

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
    /// The version that runs, if that is known: the lowest that serves.
    pub installed: Option<Installed>,
    /// What its pods run, lowest version first; empty if there are no pods, or if they could not be read.
    pub running: Vec<RunningVersion>,
    /// Why pods do not run the version of their template, if they do not; or that its rollout is stuck.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<RolloutReport>,
    /// One sentence about what runs, if that is not simply the version of the template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runs: Option<String>,
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
    /// The name of the container that is the component's, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// The image that its version was read of, if that is known; then the others of its template.
    pub images: Vec<String>,
    /// When the workload was created.
    pub created: Option<Timestamp>,
    /// Pods whose label names this component and that no workload owns, such as those of a CronJob. Only if no workload
    /// runs it; three at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unowned_pods: Vec<String>,
    #[serde(skip)]
    tile: Option<Tile>,
}

/// The one tile of the page that counts a component, so that the tiles add up; the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tile {
    /// Expected and absent.
    Missing,
    /// Installed, but not every wanted pod is ready, or no pod is wanted; whether it is behind as well, its row says.
    Unhealthy,
    /// Running, and behind.
    Outdated,
    /// Running, but its freshness is unknown; or absent as far as could be seen.
    Unknown,
    /// Installed, running, and not behind, or behind by what the operator does not count.
    Current,
}

impl ClusterReport {
    /// Judges an inventory.
    #[must_use]
    pub fn assemble(inventory: Arc<Inventory>, diff: &dyn VersionDiff, knowledge: Knowledge<'_>) -> Self {
        let pods = PodsByOwner::new(inventory.pods.as_deref().unwrap_or_default());
        let judge = |comparison| ComponentReport::judge(comparison, &inventory, &pods);
        // In a namespace that does not exist nothing is missing: one sentence about the namespace replaces 16 rows.
        let is_absent = inventory.namespace == NamespaceState::Absent;
        let compared = diff.diff(&inventory, knowledge).into_iter();
        let mut components: Vec<_> = compared.filter(|one| !is_absent || one.workload.is_some()).map(judge).collect();
        settle_tiles(&mut components);
        let mut not_installed = diff.not_installed(&inventory, knowledge);
        // What a pod runs all the same is not called absent.
        not_installed.retain(|one| !is_absent && unowned_pods(one.name.as_str(), &inventory).is_empty());
        Self { taken_at: inventory.taken_at, components, not_installed, inventory }
    }

    /// Since when what the components are judged by is old: when the workloads or pods were seen that could not be read
    /// since. `None` if all of them are as of [`ClusterReport::taken_at`].
    #[must_use]
    pub fn stale_since(&self) -> Option<Timestamp> {
        let judged_by = |resource: Resource| resource.is_workload() || resource == Resource::Pods;
        let old = self.inventory.stale.iter().filter(|stale| judged_by(stale.unreadable.resource));
        old.map(|stale| stale.seen_at).min()
    }

    /// The components of the catalog: what the tiles count and the banner is about. A component that several workloads run
    /// has a row for each.
    pub fn managed(&self) -> impl Iterator<Item = &ComponentReport> {
        self.components.iter().filter(|component| component.freshness != Freshness::Unmanaged)
    }

    /// The components, those in the worst trouble first: unhealthy, missing, outdated by the widest step, unknown, current,
    /// and last the workloads that the catalog does not know. Equal ones are in the order of their names.
    #[must_use]
    pub fn by_trouble(&self) -> Vec<&ComponentReport> {
        let mut all: Vec<&ComponentReport> = self.components.iter().collect();
        all.sort_by_key(|component| component.trouble());
        all
    }

    /// How many components a tile counts.
    #[must_use]
    pub fn count(&self, tile: Tile) -> usize {
        self.count_components(|component| component.tile() == Some(tile))
    }

    /// How many components of the catalog have a row like this; one that several workloads run is one component.
    pub fn count_components(&self, wanted: impl Fn(&ComponentReport) -> bool) -> usize {
        let names: BTreeSet<&str> = self.managed().filter(|row| wanted(row)).map(|row| row.name.as_str()).collect();
        names.len()
    }
}

/// Gives all rows of a component the tile of the worst of them. A workload without wanted pods does not count beside one
/// that has some: a component that moved from one kind to another leaves such a one.
fn settle_tiles(components: &mut [ComponentReport]) {
    let mut worst: HashMap<String, (bool, Tile)> = HashMap::new();
    for row in components.iter() {
        let Some(own) = row.own_tile() else { continue };
        let candidate = (row.health.is_stopped(), own);
        let place = worst.entry(row.name.clone()).or_insert(candidate);
        *place = (*place).min(candidate);
    }
    for row in components {
        row.tile = row.own_tile().and_then(|_| worst.get(&row.name)).map(|(_, tile)| *tile);
    }
}

impl ComponentReport {
    fn judge(comparison: Comparison<'_>, inventory: &Inventory, pods: &PodsByOwner<'_>) -> Self {
        let Comparison { name, kind, workload, installed, running, freshness, remarks } = comparison;
        let what_runs = workload.zip(running.as_ref());
        let rollout = what_runs.and_then(|(workload, running)| RolloutReport::of(workload, running));
        let runs = what_runs.and_then(|(workload, running)| rollout::sentence(workload, running, inventory.taken_at));
        let mine = workload.map_or(&[][..], |workload| pods.of(workload));
        let health = match (workload, &freshness) {
            (Some(workload), _) => {
                let now = inventory.taken_at;
                going(inventory, health::judge(workload, fresh_pods(inventory).map(|_| mine), now))
            }
            (None, Freshness::Unknown { reason: reason @ UnknownReason::Unreadable { .. } }) => {
                Health::Unknown { reason: reason.to_string() }
            }
            (None, _) => Health::Unknown { reason: "not installed".to_owned() },
        };
        let health = rollout::judge(health, rollout.as_ref(), runs.as_deref());
        let events = match (workload, &inventory.events) {
            (Some(workload), Ok(events)) if events::explain(workload) => events::about(workload, mine, events),
            _ => Vec::new(),
        };
        let unowned_pods = if workload.is_none() { unowned_pods(&name, inventory) } else { Vec::new() };
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
            images: what_runs.map_or_else(Vec::new, |(workload, running)| images(workload, running.image.as_deref())),
            container: running.as_ref().and_then(|running| running.container.clone()),
            running: running.map(|running| running.versions).unwrap_or_default(),
            rollout,
            runs,
            created: workload.and_then(|w| w.created),
            unowned_pods,
            tile: None,
        }
    }

    /// The more trouble, the less.
    fn trouble(&self) -> (u8, Reverse<Option<Step>>) {
        let step = match &self.freshness {
            Freshness::Outdated { behind, .. } => Some(behind.step),
            _ => None,
        };
        let rank = match self.tile() {
            Some(Tile::Unhealthy) => 0,
            Some(Tile::Missing) => 1,
            Some(Tile::Outdated) => 2,
            Some(Tile::Unknown) => 3,
            Some(Tile::Current) => 4,
            None if self.health.is_unhealthy() => 5,
            None => 6,
        };
        (rank, Reverse(step))
    }

    /// The image that runs. Of a component with several containers, none of which is known to be its own, it is unknown.
    #[must_use]
    pub fn image(&self) -> Option<&str> {
        let is_known = self.container.is_some() || self.freshness == Freshness::Unmanaged;
        self.images.first().filter(|_| is_known).map(String::as_str)
    }

    /// The installed version, or what stands in its place, as text.
    #[must_use]
    pub fn version_text(&self) -> Option<String> {
        match (&self.installed, &self.freshness) {
            (Some(installed), _) => Some(installed.version.to_string()),
            (None, Freshness::Unknown { reason: UnknownReason::Version { why } }) => why.text(),
            (None, _) => None,
        }
    }

    /// The one tile that counts its component: that of the worst row of this name, missing before unhealthy before outdated
    /// before unknown before current. `None` for a workload that the catalog does not know.
    #[must_use]
    pub fn tile(&self) -> Option<Tile> {
        self.tile
    }

    /// Whether this row is why its component is counted by that tile; another workload of the same name may be.
    #[must_use]
    pub fn decides_tile(&self) -> bool {
        self.own_tile() == self.tile
    }

    /// Whether this row is of a workload without wanted pods, while another one runs its component.
    #[must_use]
    pub fn is_beside_another(&self) -> bool {
        self.health.is_stopped() && !self.decides_tile()
    }

    /// The tile that this row alone would have.
    fn own_tile(&self) -> Option<Tile> {
        Some(match &self.freshness {
            Freshness::Unmanaged => return None,
            Freshness::Missing => Tile::Missing,
            _ if self.health.is_unhealthy() || self.health.is_stopped() => Tile::Unhealthy,
            Freshness::Outdated { .. } => Tile::Outdated,
            Freshness::Unknown { .. } => Tile::Unknown,
            Freshness::Current | Freshness::Ahead { .. } | Freshness::Ignored { .. } => Tile::Current,
        })
    }
}

fn images(workload: &Workload, running: Option<&str>) -> Vec<String> {
    let others = workload.containers.iter().map(|container| container.image.as_str());
    let others = others.filter(|image| Some(*image) != running);
    running.into_iter().chain(others).map(ToOwned::to_owned).collect()
}

/// The pods, unless they are older than the workloads: what old pods explain is not what holds now.
fn fresh_pods(inventory: &Inventory) -> Result<&[Pod], &Unreadable> {
    let mut stale = inventory.stale.iter().map(|stale| &stale.unreadable);
    match stale.find(|unreadable| unreadable.resource == Resource::Pods) {
        Some(unreadable) => Err(unreadable),
        None => inventory.pods.as_deref(),
    }
}

/// Nothing is healthy in a namespace that is being deleted.
fn going(inventory: &Inventory, health: Health) -> Health {
    let NamespaceState::Terminating { since } = inventory.namespace else { return health };
    let began = since.map(|since| format!(": that began {}", ago(inventory.taken_at, since))).unwrap_or_default();
    let mut reasons = vec![format!("the namespace is being deleted{began}")];
    reasons.extend(health.sentences().iter().cloned());
    Health::Unhealthy { reasons }
}

/// Pods that carry a component's name and belong to no workload: those that run first.
fn unowned_pods(component: &str, inventory: &Inventory) -> Vec<String> {
    let named = |pod: &&Pod| pod.owner.is_none() && pod.app.as_deref() == Some(component) && pod.deleted.is_none();
    let mut found: Vec<&Pod> = inventory.pods.iter().flatten().filter(named).collect();
    found.sort_by_key(|pod| (!pod.ready, pod.has_ended()));
    found.into_iter().take(UNOWNED).map(|pod| pod.name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::collector::{Container, Owner};
    use crate::diff::TrainDiff;
    use crate::release::{Release, Releases};
    use crate::version::Train;

    fn workload(name: &str, version: &str, ready: u32) -> Workload {
        Workload { version_annotation: Some(version.into()), ready, ..Workload::new(name, WorkloadKind::Deployment) }
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
    fn pods_that_are_older_than_the_workloads_explain_nothing() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let why = Unreadable {
            resource: Resource::Pods,
            cause: crate::collector::UnreadableCause::Forbidden,
            message: "may not list pods".into(),
        };
        let ready = Pod {
            owner: Some(Owner { kind: WorkloadKind::Deployment, name: "deis-router".into() }),
            ready: true,
            ..Pod::default()
        };
        let before = Inventory { pods: Ok(vec![ready]), ..Inventory::empty(now) };
        let crashed = Inventory {
            deployments: Ok(vec![workload("deis-router", "v2.0.0", 0)]),
            pods: Err(why),
            ..Inventory::empty(now)
        };
        let diff = TrainDiff::new(Catalog::workflow(), Train::stable());
        let report = ClusterReport::assemble(Arc::new(crashed.or_last(&before)), &diff, Knowledge::Off);
        let router = report.components.iter().find(|row| row.name == "deis-router").unwrap();
        assert_eq!(router.health.sentences(), ["0 of 1 ready", "the reason is unknown: pods: may not list pods"]);
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
    fn the_worst_trouble_stands_first() {
        let report = report();
        let names: Vec<&str> = report.by_trouble().iter().map(|component| component.name.as_str()).collect();
        assert_eq!(names.first(), Some(&"deis-minio"), "unhealthy");
        assert_eq!(&names[5..], ["deis-router", "deis-logger", "deis-nsqd", "deis-builder", "globex-payments"]);
    }

    #[test]
    fn somebody_elses_workload_is_listed_last_and_counted_nowhere() {
        let report = report();
        let last = report.components.last().unwrap();
        assert_eq!((last.name.as_str(), last.tile()), ("globex-payments", None));
        assert!(last.health.is_unhealthy());
    }

    fn judged(inventory: Inventory) -> ClusterReport {
        let diff = TrainDiff::new(Catalog::workflow(), Train::stable());
        ClusterReport::assemble(Arc::new(inventory), &diff, Knowledge::Off)
    }

    fn now() -> Timestamp {
        "2026-01-01T00:00:00Z".parse().unwrap()
    }

    fn row<'a>(report: &'a ClusterReport, name: &str, kind: WorkloadKind) -> &'a ComponentReport {
        report.components.iter().find(|row| row.name == name && row.kind == kind).unwrap()
    }

    #[test]
    fn a_component_that_two_workloads_run_is_one_component_by_the_worse_of_them() {
        let tiles = [Tile::Current, Tile::Outdated, Tile::Missing, Tile::Unhealthy, Tile::Unknown];
        for (ready, tile) in [(1, Tile::Unknown), (0, Tile::Unhealthy)] {
            let second =
                Workload { kind: WorkloadKind::ReplicationController, ..workload("deis-router", "v1.0.0", ready) };
            let report = judged(Inventory {
                deployments: Ok(vec![workload("deis-router", "v1.0.0", 1)]),
                replication_controllers: Ok(vec![second]),
                ..Inventory::empty(now())
            });
            let components = report.count_components(|_| true);
            assert_eq!(tiles.into_iter().map(|tile| report.count(tile)).sum::<usize>(), components);
            assert_eq!(report.managed().count(), components + 1, "each workload has its row");
            assert_eq!(report.count_components(|row| row.desired > 0), 1);
            let rows = report.components.iter().filter(|row| row.name == "deis-router");
            assert_eq!(rows.map(ComponentReport::tile).collect::<Vec<_>>(), [Some(tile); 2]);
        }
    }

    #[test]
    fn a_stopped_component_is_counted_as_unhealthy_unless_another_workload_runs_it() {
        let tiles = |report: &ClusterReport| -> Vec<_> {
            let rows = report.components.iter().filter(|row| row.name == "deis-router");
            rows.map(ComponentReport::tile).collect()
        };
        let stopped = Workload { desired: 0, ..workload("deis-router", "v1.0.0", 0) };
        let alone = judged(Inventory { deployments: Ok(vec![stopped.clone()]), ..Inventory::empty(now()) });
        assert_eq!((alone.count(Tile::Unhealthy), tiles(&alone)), (1, vec![Some(Tile::Unhealthy)]));
        assert!(row(&alone, "deis-router", WorkloadKind::Deployment).health.is_stopped());
        let running = Workload { kind: WorkloadKind::DaemonSet, ..workload("deis-router", "v1.0.0", 1) };
        let moved = judged(Inventory {
            deployments: Ok(vec![stopped]),
            daemon_sets: Ok(vec![running]),
            ..Inventory::empty(now())
        });
        assert_eq!((moved.count(Tile::Unhealthy), tiles(&moved)), (0, vec![Some(Tile::Unknown); 2]));
    }

    #[test]
    fn nothing_is_healthy_in_a_namespace_that_is_being_deleted() {
        for (since, reason) in [
            (None, "the namespace is being deleted"),
            (Some("2025-12-31T23:00:00Z".parse().unwrap()), "the namespace is being deleted: that began 1 h ago"),
        ] {
            let report = judged(Inventory {
                namespace: NamespaceState::Terminating { since },
                deployments: Ok(vec![workload("deis-router", "v1.0.0", 1), workload("deis-minio", "v1.0.0", 0)]),
                ..Inventory::empty(now())
            });
            let reasons = |name| row(&report, name, WorkloadKind::Deployment).health.sentences().to_vec();
            assert_eq!(reasons("deis-router"), [reason]);
            assert_eq!(reasons("deis-minio")[..2], [reason, "0 of 1 ready"]);
            assert_eq!(report.count(Tile::Unhealthy), 2);
        }
    }

    #[test]
    fn in_a_namespace_that_does_not_exist_nothing_is_called_missing() {
        let rows = |namespace| {
            let report = judged(Inventory { namespace, ..Inventory::empty(now()) });
            (report.components.len(), report.not_installed.len())
        };
        assert_eq!(rows(NamespaceState::Absent), (0, 0));
        assert_eq!(rows(NamespaceState::Active), rows(NamespaceState::Unknown));
        assert!(rows(NamespaceState::Active).0 > 0);
    }

    #[test]
    fn pods_without_a_workload_are_named_at_a_component_that_no_workload_runs() {
        let pod = |name: &str, app: &str, ready| Pod {
            name: name.into(),
            app: Some(app.into()),
            ready,
            phase: if ready { "Running" } else { "Succeeded" }.into(),
            ..Pod::default()
        };
        let pods = vec![
            pod("builder-1", "deis-builder", false),
            pod("builder-2", "deis-builder", true),
            pod("router-1", "deis-router", true),
        ];
        let report = judged(Inventory {
            deployments: Ok(vec![workload("deis-router", "v1.0.0", 1)]),
            pods: Ok(pods),
            ..Inventory::empty(now())
        });
        let unowned = |name| &row(&report, name, WorkloadKind::Deployment).unowned_pods;
        assert_eq!(*unowned("deis-builder"), ["builder-2", "builder-1"]);
        assert!(unowned("deis-router").is_empty() && unowned("deis-controller").is_empty());
    }

    #[test]
    fn components_are_as_old_as_the_oldest_of_workloads_and_pods_that_could_not_be_read() {
        let stale = |resource, minute: u8| crate::collector::Stale {
            unreadable: crate::collector::Unreadable {
                resource,
                cause: crate::collector::UnreadableCause::Forbidden,
                message: String::new(),
            },
            seen_at: format!("2025-12-31T23:{minute:02}:00Z").parse().unwrap(),
        };
        let since = |stale| judged(Inventory { stale, ..Inventory::empty(now()) }).stale_since();
        assert_eq!(since(vec![stale(Resource::Nodes, 1), stale(Resource::Services, 2)]), None);
        let both = vec![stale(Resource::Pods, 5), stale(Resource::DaemonSets, 3), stale(Resource::Nodes, 1)];
        assert_eq!(since(both), Some(stale(Resource::Pods, 3).seen_at));
    }

    #[test]
    fn the_components_own_image_stands_before_its_sidecars() {
        let container = |name: &str| Container { name: name.into(), image: format!("{name}:x"), init: false };
        let containers = vec![container("envoy"), container("deis-router")];
        assert_eq!(
            images(&Workload { containers, ..workload("deis-router", "v1.0.0", 1) }, Some("deis-router:x")),
            ["deis-router:x", "envoy:x"]
        );
    }
}
