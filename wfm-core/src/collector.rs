//! The port to a cluster: what runs there.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

mod event;
mod pod;
mod resource;
mod service;
mod stale;
pub(crate) mod totals;
mod workload;

pub use event::{Event, InvolvedObject};
pub use pod::{ContainerStatus, Owner, Pod};
pub use resource::{Resource, Unreadable, UnreadableCause};
pub use service::{Service, ServicePort};
pub use stale::Stale;
pub use totals::Totals;
pub use workload::{Container, Rollout, Stalled, Workload};

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
    /// Whether the namespace is there.
    pub namespace: NamespaceState,
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
    /// Nodes of the cluster. They change rarely, so a collector may hand out one list for some minutes.
    pub nodes: Result<Arc<[Node]>, Unreadable>,
    /// When the nodes were read, if that was before [`Inventory::taken_at`].
    pub nodes_read_at: Option<Timestamp>,
    /// Warnings about what is unhealthy, a few of each object: see [`crate::events`]. None where nothing is.
    pub events: Section<Event>,
    /// The sections that could not be read this time and hold what was seen before: see [`Inventory::or_last`].
    pub stale: Vec<Stale>,
}

/// Whether the namespace that is looked at exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum NamespaceState {
    /// It exists.
    Active,
    /// It is being deleted, with everything in it.
    Terminating {
        /// Since when.
        since: Option<Timestamp>,
    },
    /// The cluster has no namespace of this name.
    Absent,
    /// It was not possible to read it, for example because the permission is missing.
    Unknown,
}

/// All objects of one resource, or why they could not be read.
pub type Section<T> = Result<Vec<T>, Unreadable>;

impl Inventory {
    /// An inventory of an empty namespace.
    #[must_use]
    pub fn empty(taken_at: Timestamp) -> Self {
        Self {
            taken_at,
            namespace: NamespaceState::Unknown,
            kubernetes_version: None,
            cluster_created: None,
            deployments: Ok(Vec::new()),
            daemon_sets: Ok(Vec::new()),
            stateful_sets: Ok(Vec::new()),
            replication_controllers: Ok(Vec::new()),
            pods: Ok(Vec::new()),
            services: Ok(Vec::new()),
            nodes: Ok(Arc::default()),
            nodes_read_at: None,
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

    /// Whether a resource could be read this time.
    #[must_use]
    pub fn is_readable(&self, resource: Resource) -> bool {
        self.unreadable().iter().all(|unreadable| unreadable.resource != resource)
    }

    /// When what is here of a resource was read; `None` if it never was.
    #[must_use]
    pub fn read_at(&self, resource: Resource) -> Option<Timestamp> {
        let stale = self.stale.iter().find(|stale| stale.unreadable.resource == resource);
        let before = self.nodes_read_at.filter(|_| resource == Resource::Nodes).unwrap_or(self.taken_at);
        stale.map(|stale| stale.seen_at).or_else(|| self.is_readable(resource).then_some(before))
    }
}

/// A node of the cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// The object's name, shown on the operator's page and nowhere else.
    pub name: String,
    /// Whether its `Ready` condition is true.
    pub ready: bool,
    /// Whether it is cordoned: `spec.unschedulable`.
    pub cordoned: bool,
    /// The conditions that report a shortage and are true, such as `DiskPressure`.
    pub pressures: Vec<Arc<str>>,
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
