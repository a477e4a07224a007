use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::component::WorkloadKind;

/// A pod. What many pods have in common is shared text: a big cluster has few different words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pod {
    /// The object's name.
    pub name: String,
    /// The workload it belongs to; a Deployment's pod names the Deployment, not the ReplicaSet between.
    pub owner: Option<Owner>,
    /// The label `app.kubernetes.io/name`, else `app`. Kept only for a pod without [`Pod::owner`].
    pub app: Option<Arc<str>>,
    /// `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`.
    pub phase: Arc<str>,
    /// Whether the pod's `Ready` condition is true.
    pub ready: bool,
    /// A reason for the whole pod, such as `Evicted`.
    pub reason: Option<Arc<str>>,
    /// Why no node takes it, such as `0/6 nodes are available: 6 Insufficient cpu`: the message of the condition
    /// `PodScheduled` if that is false, cut to a readable length.
    pub unschedulable: Option<Arc<str>>,
    /// Why it is not ready: the reason of the condition `Ready` if that is false, such as `ContainersNotReady`.
    pub unready: Option<Arc<str>>,
    /// Its containers, init containers first. Pods that run the same and fare alike share one list.
    pub containers: Arc<[ContainerStatus]>,
    /// When the object was created.
    pub created: Option<Timestamp>,
    /// Since when the object is being deleted, if it is.
    pub deleted: Option<Timestamp>,
}

impl Pod {
    /// Whether it has run to its end, well or not, and never runs again: what an eviction leaves, or a Job.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        matches!(&*self.phase, "Succeeded" | "Failed")
    }

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

/// A container of a pod: what it should run, and how it fares.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ContainerStatus {
    /// The container's name.
    pub name: Arc<str>,
    /// The image reference of the pod's specification, unchanged; empty if the pod does not name it.
    pub image: Arc<str>,
    /// Whether it runs before the others.
    pub init: bool,
    /// Whether it is ready.
    pub ready: bool,
    /// How often it was started again.
    pub restarts: u32,
    /// Why it does not run: the waiting or terminated reason, such as `CrashLoopBackOff` or `OOMKilled`.
    pub trouble: Option<Arc<str>>,
    /// What it waits for, in the words of the node, such as `secret "database-creds" not found`, cut to a readable length.
    pub message: Option<Arc<str>>,
    /// How it ended before it was started again, such as `OOMKilled`.
    pub last_ended: Option<Arc<str>>,
    /// When that was.
    pub last_ended_at: Option<Timestamp>,
}
