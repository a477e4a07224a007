//! The port to a cluster: what runs there.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::component::WorkloadKind;

mod event;
mod resource;
mod stale;
pub(crate) mod totals;

pub use event::{Event, InvolvedObject};
pub use resource::{Resource, Unreadable, UnreadableCause};
pub use stale::Stale;
pub use totals::Totals;

/// Sees a cluster.
#[async_trait]
pub trait Collector: Send + Sync {
    /// Takes an inventory now.
    ///
    /// A resource that cannot be read is an error within the [`Inventory`], so that the rest can still be shown.
    ///
    /// # Errors
    /// Where nothing at all could be read.
    async fn collect(&self) -> Result<Inventory, CollectError>;
}

/// Nothing of the cluster could be read.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the Kubernetes API could not be read: {0}")]
pub struct CollectError(pub Unreadable);

/// What was seen in a cluster at one moment, as it was seen. Observed facts have no invariants, so the fields are public;
/// nothing in here may leave the cluster (see [`crate::anonymizer`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// When the collection began.
    pub taken_at: Timestamp,
    /// The API server's `gitVersion`, such as `v1.36.2`.
    pub kubernetes_version: Option<String>,
    /// Since when the cluster exists: the creation of its namespace `kube-system`, where that could be read.
    pub cluster_created: Option<Timestamp>,
    /// Deployments of the namespace.
    pub deployments: Section<Workload>,
    /// DaemonSets of the namespace.
    pub daemon_sets: Section<Workload>,
    /// StatefulSets of the namespace.
    pub stateful_sets: Section<Workload>,
    /// ReplicationControllers of the namespace.
    pub replication_controllers: Section<Workload>,
    /// Pods of the namespace.
    pub pods: Section<Pod>,
    /// Services of the namespace.
    pub services: Section<Service>,
    /// Nodes of the cluster.
    pub nodes: Section<Node>,
    /// Warnings about what is unhealthy, a few of each object: see [`crate::events`]. None where nothing is.
    pub events: Section<Event>,
    /// The sections that could not be read this time and hold what was seen before: see [`Inventory::or_last`].
    pub stale: Vec<Stale>,
}

/// All objects of one resource, or why they could not be read.
pub type Section<T> = Result<Vec<T>, Unreadable>;

impl Inventory {
    /// An inventory of an empty namespace.
    #[must_use]
    pub fn empty(taken_at: Timestamp) -> Self {
        Self {
            taken_at,
            kubernetes_version: None,
            cluster_created: None,
            deployments: Ok(Vec::new()),
            daemon_sets: Ok(Vec::new()),
            stateful_sets: Ok(Vec::new()),
            replication_controllers: Ok(Vec::new()),
            pods: Ok(Vec::new()),
            services: Ok(Vec::new()),
            nodes: Ok(Vec::new()),
            events: Ok(Vec::new()),
            stale: Vec::new(),
        }
    }

    /// The four sections that hold workloads.
    pub fn workload_sections(&self) -> [&Section<Workload>; 4] {
        [&self.deployments, &self.daemon_sets, &self.stateful_sets, &self.replication_controllers]
    }

    /// Every workload that could be read.
    pub fn workloads(&self) -> impl Iterator<Item = &Workload> {
        self.workload_sections().into_iter().flatten().flatten()
    }

    /// Every section that could not be read this time, whether it is empty or holds what was seen before.
    #[must_use]
    pub fn unreadable(&self) -> Vec<&Unreadable> {
        let workloads = self.workload_sections().into_iter().map(|section| section.as_ref().err());
        let (pods, services) = (self.pods.as_ref().err(), self.services.as_ref().err());
        let rest = [pods, services, self.nodes.as_ref().err(), self.events.as_ref().err()];
        workloads.chain(rest).flatten().chain(self.stale.iter().map(|stale| &stale.unreadable)).collect()
    }
}

/// A workload: what keeps a component's pods running.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workload {
    /// The object's name.
    pub name: String,
    /// The object's kind.
    pub kind: WorkloadKind,
    /// The annotation `component.deis.io/version` as it stands, if there is one.
    pub version_annotation: Option<String>,
    /// The containers of the pod template, init containers last.
    pub containers: Vec<Container>,
    /// How many pods are wanted. For a DaemonSet: on how many nodes.
    pub desired: u32,
    /// How many pods are ready.
    pub ready: u32,
    /// When the object was created.
    pub created: Option<Timestamp>,
}

impl Workload {
    /// The container that the workload is about: the one that carries its name, else the first that is not an init
    /// container.
    #[must_use]
    pub fn own_container(&self) -> Option<&Container> {
        let mut running = self.containers.iter().filter(|container| !container.init);
        running.clone().find(|container| container.name == self.name).or_else(|| running.next())
    }
}

/// A container of a pod template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// The container's name.
    pub name: String,
    /// The image reference as it stands.
    pub image: String,
    /// Whether it runs before the others.
    pub init: bool,
}

/// A pod. What many pods have in common is shared text: a big cluster has few different words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pod {
    /// The object's name.
    pub name: String,
    /// The workload it belongs to; a Deployment's pod names the Deployment, not the ReplicaSet between.
    pub owner: Option<Owner>,
    /// `Pending`, `Running`, `Succeeded`, `Failed`, `Unknown`, as the API server says.
    pub phase: Arc<str>,
    /// Whether the pod's `Ready` condition is true.
    pub ready: bool,
    /// A reason for the whole pod, such as `Evicted`.
    pub reason: Option<Arc<str>>,
    /// Its containers, init containers first.
    pub containers: Vec<ContainerStatus>,
    /// When the object was created.
    pub created: Option<Timestamp>,
}

impl Pod {
    /// How often its containers were started again, all together.
    #[must_use]
    pub fn restarts(&self) -> u64 {
        self.containers.iter().map(|container| u64::from(container.restarts)).sum()
    }
}

/// The workload that owns a pod.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Owner {
    /// Its kind.
    pub kind: WorkloadKind,
    /// Its name.
    pub name: Arc<str>,
}

/// How a container of a pod fares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerStatus {
    /// The container's name.
    pub name: Arc<str>,
    /// Whether it is ready.
    pub ready: bool,
    /// How often it was started again.
    pub restarts: u32,
    /// Why it does not run: the waiting or terminated reason, such as `CrashLoopBackOff` or `OOMKilled`.
    pub trouble: Option<Arc<str>>,
}

/// A service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// The object's name.
    pub name: String,
    /// `ClusterIP`, `NodePort`, `LoadBalancer` or `ExternalName`.
    pub service_type: String,
    /// The ports it listens on.
    pub ports: Vec<u16>,
    /// Whether it selects pods; one that does not leads to addresses that somebody wrote down.
    pub has_selector: bool,
}

impl Service {
    /// Whether it leads out of the cluster, as far as that shows.
    #[must_use]
    pub fn leads_out(&self) -> bool {
        self.service_type == "ExternalName" || !self.has_selector
    }
}

/// A node of the cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// The object's name, shown on the operator's page and nowhere else.
    pub name: String,
    /// Whether its `Ready` condition is true.
    pub ready: bool,
    /// `status.capacity`: `cpu`, `memory`, `ephemeral-storage` as Kubernetes quantities, such as `32` or `131843164Ki`.
    pub capacity: Capacity,
    /// The scheme of `spec.providerID`: `aws` of `aws:///eu-west-1a/i-0abc`. What follows it is never read.
    pub provider: Option<Arc<str>>,
    /// `status.nodeInfo.kubeletVersion`.
    pub kubelet_version: Arc<str>,
    /// `status.nodeInfo.osImage`.
    pub os_image: Arc<str>,
    /// `status.nodeInfo.kernelVersion`.
    pub kernel_version: Arc<str>,
    /// `status.nodeInfo.containerRuntimeVersion`.
    pub container_runtime: Arc<str>,
    /// `status.nodeInfo.architecture`.
    pub architecture: Arc<str>,
}

/// A node's total resources, as Kubernetes quantities.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capacity {
    /// Processor cores.
    pub cpu: Option<Arc<str>>,
    /// Memory.
    pub memory: Option<Arc<str>>,
    /// Local disk.
    pub ephemeral_storage: Option<Arc<str>>,
}
