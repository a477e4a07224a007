//! A workload with its pods, and what is made of it.

use std::sync::Arc;

use jiff::Timestamp;
use wfm_core::anonymizer::{AllowList, Anonymizer, Consent, Vocabulary};
use wfm_core::catalog::Catalog;
use wfm_core::collector::{Container, ContainerStatus, Inventory, Owner, Pod, Rollout, Section, Stalled, Workload};
use wfm_core::component::WorkloadKind::{self, DaemonSet, Deployment, ReplicationController, StatefulSet};
use wfm_core::diff::{Knowledge, TrainDiff};
use wfm_core::release::{Release, Releases};
use wfm_core::report::{ClusterReport, ComponentReport};
use wfm_core::version::Train;

/// The stable releases of each component, lowest first.
pub(crate) const RELEASES: &[(&str, &[&str])] = &[
    ("deis-builder", &["v2.13.5", "v2.13.7"]),
    ("deis-controller", &["v2.20.0", "v2.22.0"]),
    ("deis-database", &["v2.7.5", "v2.7.6"]),
    ("deis-logger", &["v2.5.0", "v2.5.1"]),
    ("deis-logger-fluentd", &["v2.14.2", "v2.15.1"]),
    ("deis-logger-redis", &["v2.3.0", "v2.4.2"]),
    ("deis-minio", &["v2.4.4", "v2.4.5"]),
    ("deis-monitor-grafana", &["v2.11.1", "v2.11.2"]),
    ("deis-monitor-telegraf", &["v2.10.1", "v2.11.2"]),
    ("deis-nsqd", &["v2.4.1", "v2.5.1"]),
    ("deis-registry", &["v2.4.2", "v2.6.1"]),
    ("deis-router", &["v2.18.1", "v2.19.0"]),
];

pub(crate) fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

pub(crate) fn releases() -> Releases {
    let release = |name: &str, version: &str| {
        let at = "2020-01-01T00:00:00Z".parse().unwrap();
        Release::new(name.parse().unwrap(), Train::stable(), version.parse().unwrap(), at)
    };
    RELEASES.iter().flat_map(|(name, versions)| versions.iter().map(|version| release(name, version))).collect()
}

/// A workload and its pods.
#[derive(Clone)]
pub(crate) struct Scene {
    pub(crate) workload: Workload,
    pub(crate) pods: Section<Pod>,
    pub(crate) checks: bool,
}

/// A workload of one container with its name, all of whose pods run the template's image.
pub(crate) fn scene(name: &str, kind: WorkloadKind, image: &str) -> Scene {
    let containers = vec![Container { name: name.into(), image: image.into(), init: false }];
    let workload = Workload { containers, ..Workload::new(name, kind) };
    Scene { workload, pods: Ok(Vec::new()), checks: true }
}

impl Scene {
    /// So many pods with this image in the component's container.
    pub(crate) fn pods(mut self, count: usize, image: &str, ready: bool) -> Self {
        let containers = [(self.workload.name.clone(), image.to_owned())];
        for _ in 0..count {
            self = self.pod(&containers, ready);
        }
        self
    }

    pub(crate) fn pod(mut self, containers: &[(String, String)], ready: bool) -> Self {
        let pods = self.pods.as_mut().unwrap();
        let owner = Owner { kind: self.workload.kind, name: self.workload.name.as_str().into() };
        let container = |(name, image): &(String, String)| ContainerStatus {
            name: name.as_str().into(),
            image: image.as_str().into(),
            ready,
            ..ContainerStatus::default()
        };
        pods.push(Pod {
            name: format!("{}-{}", owner.name, pods.len()),
            owner: Some(owner),
            phase: "Running".into(),
            ready,
            containers: containers.iter().map(container).collect(),
            ..Pod::default()
        });
        self
    }

    pub(crate) fn annotated(mut self, version: &str) -> Self {
        self.workload.version_annotation = Some(version.into());
        self
    }

    pub(crate) fn labelled(mut self, version: &str) -> Self {
        self.workload.version_label = Some(version.into());
        self
    }

    pub(crate) fn rollout(mut self, rollout: Rollout) -> Self {
        self.workload.rollout = rollout;
        self
    }

    /// The containers of the template, in place of the one.
    pub(crate) fn template(mut self, containers: &[(&str, &str)]) -> Self {
        let container =
            |(name, image): &(&str, &str)| Container { name: (*name).into(), image: (*image).into(), init: false };
        self.workload.containers = containers.iter().map(container).collect();
        self
    }

    /// So many ready pods of the template.
    pub(crate) fn running(mut self, count: usize) -> Self {
        let of = |container: &Container| (container.name.clone(), container.image.clone());
        let containers: Vec<_> = self.workload.containers.iter().map(of).collect();
        for _ in 0..count {
            self = self.pod(&containers, true);
        }
        self
    }

    pub(crate) fn last(mut self, change: impl FnOnce(&mut Pod)) -> Self {
        change(self.pods.as_mut().unwrap().last_mut().unwrap());
        self
    }

    pub(crate) fn inventory(&self) -> Inventory {
        let mut workload = self.workload.clone();
        let pods = self.pods.as_deref().unwrap_or_default();
        workload.ready = u32::try_from(pods.iter().filter(|pod| pod.ready).count()).unwrap();
        workload.desired = workload.ready.max(1);
        let mut inventory = Inventory { pods: self.pods.clone(), ..Inventory::empty(now()) };
        let section = match workload.kind {
            Deployment => &mut inventory.deployments,
            DaemonSet => &mut inventory.daemon_sets,
            StatefulSet => &mut inventory.stateful_sets,
            ReplicationController => &mut inventory.replication_controllers,
        };
        *section = Ok(vec![workload]);
        inventory
    }

    pub(crate) fn report(&self) -> ComponentReport {
        let releases = releases();
        let diff = TrainDiff::new(Catalog::workflow(), Train::stable());
        let knowledge = if self.checks { Knowledge::Known(&releases) } else { Knowledge::Off };
        let report = ClusterReport::assemble(Arc::new(self.inventory()), &diff, knowledge);
        report.components.into_iter().find(|one| one.name == self.workload.name).unwrap()
    }

    /// The version of the component in a check-in.
    pub(crate) fn check_in(&self) -> String {
        let (catalog, releases) = (Catalog::workflow(), releases());
        let id = "8c6da034-c8b1-489a-a55d-a2215d93f934".parse().unwrap();
        let vocabulary = Vocabulary::new(&catalog, &releases);
        let envelope = AllowList.check_in(id, Consent::default(), &self.inventory(), vocabulary);
        let body: serde_json::Value = serde_json::from_str(envelope.as_str()).unwrap();
        body["components"][0]["version"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn minutes_ago(minutes: i64) -> Option<Timestamp> {
    Some(now() - jiff::SignedDuration::from_mins(minutes))
}

pub(crate) fn stuck() -> Rollout {
    let stalled = Some(Stalled { reason: "ProgressDeadlineExceeded".into(), since: minutes_ago(14) });
    Rollout { stalled, ..Rollout::default() }
}

/// What is true of a scene, as it is said: the version, its freshness, the sentence and the check-in.
pub(crate) struct Row {
    pub(crate) truth: &'static str,
    pub(crate) scene: Scene,
    pub(crate) version: &'static str,
    pub(crate) status: &'static str,
    pub(crate) sentence: &'static str,
    pub(crate) check_in: &'static str,
}

/// Every row is as expected; if not, all rows are shown.
pub(crate) fn check(rows: &[Row]) {
    let line = |truth: &str, cells: [&str; 4]| format!("{truth}\n    {}", cells.join(" | "));
    let expected = rows.iter().map(|row| line(row.truth, [row.version, row.status, row.sentence, row.check_in]));
    let found = rows.iter().map(|row| {
        let report = row.scene.report();
        let version = report.version_text().unwrap_or_default();
        let sentence = sentence(&report);
        line(row.truth, [&version, report.freshness.status(), &sentence, &row.scene.check_in()])
    });
    let (expected, found): (Vec<String>, Vec<String>) = (expected.collect(), found.collect());
    assert!(expected == found, "expected\n{}\n\nfound\n{}", expected.join("\n"), found.join("\n"));
}

/// What is said beside the version, all together.
pub(crate) fn sentence(report: &ComponentReport) -> String {
    let overruled = report.remarks.overruled.as_ref().map(ToString::to_string);
    let variant = report.remarks.variant_of.as_ref().map(|base| format!("a variant of {base}"));
    [report.runs.clone(), overruled, variant].into_iter().flatten().collect::<Vec<_>>().join("; ")
}
