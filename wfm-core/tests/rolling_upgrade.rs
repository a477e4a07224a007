//! Sixteen components are upgraded pod by pod, in any order. At each moment the version that is reported is the lowest
//! that serves, and what is said of the pods is what there is.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy knows only #[test] functions as tests")]

use std::sync::Arc;

use jiff::Timestamp;
use wfm_core::anonymizer::{AllowList, Anonymizer, Consent, Vocabulary};
use wfm_core::catalog::{Catalog, CatalogEntry};
use wfm_core::collector::{Container, ContainerStatus, Inventory, Owner, Pod, Rollout, Stalled, Workload};
use wfm_core::component::WorkloadKind;
use wfm_core::diff::{Knowledge, TrainDiff};
use wfm_core::health::Health;
use wfm_core::release::{Release, Releases};
use wfm_core::report::ClusterReport;
use wfm_core::rollout::RolloutState;
use wfm_core::version::Train;

const UPGRADES: u64 = 60;
const VERSIONS: [&str; 2] = ["v2.9.0", "v2.10.0"];

/// Numbers that follow from a seed: xorshift.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }
}

#[derive(Clone, Copy, PartialEq)]
struct OnePod {
    /// Which of the two versions.
    version: usize,
    ready: bool,
    deleted: bool,
    /// It was evicted and stays as a leftover.
    over: bool,
}

struct Component {
    name: String,
    kind: WorkloadKind,
    replicas: usize,
    surge: usize,
    unavailable: usize,
    /// So many new pods become ready, and no more.
    works: usize,
    stuck: bool,
    annotated: bool,
    pods: Vec<OnePod>,
}

impl Component {
    fn new(entry: &CatalogEntry, chance: &mut Chance) -> Self {
        let replicas = 1 + chance.below(5);
        let surge = chance.below(3);
        let pod = OnePod { version: 0, ready: true, deleted: false, over: false };
        Self {
            name: entry.name().to_string(),
            kind: entry.kind(),
            replicas,
            surge,
            // With neither, no pod could ever be replaced.
            unavailable: chance.below(3) + usize::from(surge == 0),
            works: if chance.below(4) == 0 { chance.below(replicas) } else { replicas },
            stuck: false,
            annotated: chance.below(2) == 0,
            pods: vec![pod; replicas],
        }
    }

    fn count(&self, of: impl Fn(&OnePod) -> bool) -> usize {
        self.pods.iter().filter(|pod| !pod.over && of(pod)).count()
    }

    /// One thing happens, if it may.
    fn step(&mut self, chance: &mut Chance) {
        let serving = self.count(|pod| pod.ready && !pod.deleted);
        let at = chance.below(self.pods.len());
        match chance.below(7) {
            0 if self.count(|pod| !pod.deleted) < self.replicas + self.surge
                && self.count(|pod| pod.version == 1 && !pod.deleted) < self.replicas =>
            {
                self.pods.push(OnePod { version: 1, ready: false, deleted: false, over: false });
            }
            1 | 2 => {
                let works = self.count(|pod| pod.version == 1 && pod.ready) < self.works;
                let new = self.pods.iter_mut().find(|pod| pod.version == 1 && !pod.ready && !pod.deleted && !pod.over);
                if let (Some(pod), true) = (new, works) {
                    pod.ready = true;
                }
            }
            3 | 4 => {
                let floor = self.replicas.saturating_sub(self.unavailable);
                let pod = &mut self.pods[at];
                if pod.version == 0 && !pod.deleted && !pod.over && (!pod.ready || serving > floor) {
                    pod.deleted = true;
                }
            }
            5 if self.pods[at].deleted => {
                self.pods.remove(at);
                if self.pods.is_empty() {
                    self.pods.push(OnePod { version: 1, ready: false, deleted: false, over: false });
                }
            }
            6 => match chance.below(4) {
                // A pod's readiness comes and goes.
                0 | 1 => self.pods[at].ready = !self.pods[at].ready && (self.pods[at].version == 0 || self.works > 0),
                2 => self.pods.push(OnePod { version: 0, ready: false, deleted: false, over: true }),
                _ => self.stuck = self.works < self.replicas && self.kind == WorkloadKind::Deployment,
            },
            _ => {}
        }
    }

    fn workload(&self) -> Workload {
        let stalled = self.stuck.then(|| Stalled { reason: "ProgressDeadlineExceeded".into(), since: None });
        let image = image(&self.name, 1);
        Workload {
            version_annotation: self.annotated.then(|| VERSIONS[1].to_owned()),
            containers: vec![Container { name: self.name.clone(), image, init: false }],
            desired: u32::try_from(self.replicas).unwrap(),
            ready: u32::try_from(self.count(|pod| pod.ready)).unwrap(),
            rollout: Rollout { stalled, ..Rollout::default() },
            ..Workload::new(self.name.clone(), self.kind)
        }
    }

    fn pods(&self) -> impl Iterator<Item = Pod> {
        self.pods.iter().enumerate().map(|(at, pod)| Pod {
            name: format!("{}-{at}", self.name),
            owner: Some(Owner { kind: self.kind, name: self.name.as_str().into() }),
            phase: if pod.over { "Failed" } else { "Running" }.into(),
            ready: pod.ready,
            deleted: pod.deleted.then(now),
            containers: [
                ContainerStatus {
                    name: "istio-proxy".into(),
                    image: "istio/proxyv2:1.22.3".into(),
                    ..ContainerStatus::default()
                },
                ContainerStatus {
                    name: self.name.as_str().into(),
                    image: image(&self.name, pod.version).into(),
                    ..ContainerStatus::default()
                },
            ]
            .into(),
            ..Pod::default()
        })
    }

    /// The lowest version of the pods that serve; else of those that are ready; else of those that stay; else of any.
    fn truth(&self) -> &'static str {
        let tiers: [fn(&OnePod) -> bool; 4] =
            [|pod| pod.ready && !pod.deleted, |pod| pod.ready, |pod| !pod.deleted, |_| true];
        let lowest = |tier: fn(&OnePod) -> bool| {
            self.pods.iter().filter(|pod| !pod.over && tier(pod)).map(|pod| pod.version).min()
        };
        // Without pods it is the template's.
        VERSIONS[tiers.into_iter().find_map(lowest).unwrap_or(1)]
    }

    /// How many pods run each version: those that are being deleted count only if no other pod serves.
    fn counts(&self) -> [(usize, usize); 2] {
        let any_serves = self.count(|pod| pod.ready && !pod.deleted) > 0;
        [0, 1].map(|version| {
            let counts = |pod: &OnePod| pod.version == version && (!any_serves || !pod.deleted);
            (self.count(counts), self.count(|pod| pod.version == version && pod.ready && !pod.deleted))
        })
    }
}

fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn image(name: &str, version: usize) -> String {
    format!("hephy/{name}:{}", VERSIONS[version])
}

fn look(components: &[Component]) -> Inventory {
    let mut inventory = Inventory::empty(now());
    for component in components {
        let section = match component.kind {
            WorkloadKind::Deployment => &mut inventory.deployments,
            WorkloadKind::DaemonSet => &mut inventory.daemon_sets,
            WorkloadKind::StatefulSet => &mut inventory.stateful_sets,
            WorkloadKind::ReplicationController => &mut inventory.replication_controllers,
        };
        section.as_mut().unwrap().push(component.workload());
        inventory.pods.as_mut().unwrap().extend(component.pods());
    }
    inventory
}

/// Compares what is said of every component with what there is. Returns how many of them have pods of both versions.
fn compare(components: &[Component], catalog: &Catalog, releases: &Releases) -> usize {
    let inventory = Arc::new(look(components));
    let id = "8c6da034-c8b1-489a-a55d-a2215d93f934".parse().unwrap();
    let vocabulary = Vocabulary::new(catalog, releases);
    let check_in = AllowList.check_in(id, Consent::default(), &inventory, vocabulary);
    let diff = TrainDiff::new(catalog.clone(), Train::stable());
    let report = ClusterReport::assemble(inventory, &diff, Knowledge::Known(releases));
    let mut mixed = 0;
    for component in components {
        let name = &component.name;
        let said = report.components.iter().find(|one| one.name == *name).unwrap();
        let truth = component.truth();
        assert_eq!(said.version_text().as_deref(), Some(truth), "{name}: {:?}", said.runs);
        let status = if truth == VERSIONS[1] { "current" } else { "outdated" };
        assert_eq!(said.freshness.status(), status, "{name}");
        let told = format!("{{\"name\":\"{name}\",\"version\":\"{truth}\"}}");
        assert!(check_in.as_str().contains(&told), "{told} in {}", check_in.as_str());

        let counts = component.counts();
        let runs = said.runs.clone().unwrap_or_default();
        let listed: usize = said.running.iter().map(|version| version.pods as usize).sum();
        assert_eq!(listed, counts[0].0 + counts[1].0, "{name}");
        for (version, (pods, ready)) in VERSIONS.into_iter().zip(counts) {
            let found = said.running.iter().find(|running| running.version == version);
            assert_eq!(found.map_or((0, 0), |one| (one.pods as usize, one.ready as usize)), (pods, ready), "{name}");
            let is_named = runs.contains(&format!("{version} on {pods}"));
            assert_eq!(is_named, pods > 0 && counts[0].0 > 0, "{name} {version}: {runs}");
        }
        let is_stuck = said.rollout.as_ref().is_some_and(|rollout| rollout.state == RolloutState::Stuck);
        assert_eq!(is_stuck, component.stuck, "{name}");
        assert!(!(component.stuck && matches!(said.health, Health::Healthy { .. })), "{name}");
        assert_eq!(runs.contains("rollout stuck (ProgressDeadlineExceeded)"), component.stuck, "{name}: {runs}");
        mixed += usize::from(counts[0].0 > 0 && counts[1].0 > 0);
    }
    mixed
}

#[test]
fn at_each_moment_of_an_upgrade_the_version_is_the_lowest_that_serves_and_the_counts_are_those_of_the_pods() {
    let catalog = Catalog::workflow();
    let names = || catalog.iter().take(16);
    let release = |entry: &CatalogEntry, version: &str| {
        Release::new(entry.name().clone(), Train::stable(), version.parse().unwrap(), now())
    };
    let releases: Releases = names().flat_map(|entry| VERSIONS.map(|version| release(entry, version))).collect();
    let (mut moments, mut mixed) = (0, 0);
    for seed in 1..=UPGRADES {
        let mut chance = Chance(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut components: Vec<Component> = names().map(|entry| Component::new(entry, &mut chance)).collect();
        assert_eq!(components.len(), 16);
        for _ in 0..120 {
            // Much happens between two looks.
            for _ in 0..chance.below(12) {
                let at = chance.below(components.len());
                components[at].step(&mut chance);
            }
            mixed += compare(&components, &catalog, &releases);
            moments += components.len();
        }
    }
    assert!(mixed * 5 > moments, "{mixed} of {moments} moments are in the middle of an upgrade");
}
