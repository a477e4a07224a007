use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::component::WorkloadKind;

/// A workload: what keeps a component's pods running.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workload {
    /// The object's name.
    pub name: String,
    /// The object's kind.
    pub kind: WorkloadKind,
    /// The annotation that carries the version, unchanged, if there is one.
    pub version_annotation: Option<String>,
    /// The label `app.kubernetes.io/version`, unchanged, if there is one.
    pub version_label: Option<String>,
    /// The containers of the pod template, init containers last.
    pub containers: Vec<Container>,
    /// How many pods are wanted. For a DaemonSet: on how many nodes.
    pub desired: u32,
    /// How many pods are ready.
    pub ready: u32,
    /// How far the newest template has reached the pods.
    pub rollout: Rollout,
    /// When the object was created.
    pub created: Option<Timestamp>,
    /// Since when the object is being deleted, if it is.
    pub deleted: Option<Timestamp>,
}

impl Workload {
    /// A workload of which nothing is known but its name: one pod is wanted, none is ready.
    ///
    /// ```
    /// use wfm_core::{collector::Workload, component::WorkloadKind};
    ///
    /// let workload = Workload { ready: 1, ..Workload::new("deis-router", WorkloadKind::Deployment) };
    /// assert_eq!(workload.desired, 1);
    /// ```
    #[must_use]
    pub fn new(name: impl Into<String>, kind: WorkloadKind) -> Self {
        Self {
            name: name.into(),
            kind,
            version_annotation: None,
            version_label: None,
            containers: Vec::new(),
            desired: 1,
            ready: 0,
            rollout: Rollout::default(),
            created: None,
            deleted: None,
        }
    }
}

/// How far the newest template of a workload has reached its pods, as its controller reports it. A change of the template
/// reaches running pods late or never: while a rollout goes on, if it is stuck, paused or partitioned, with the strategy
/// `OnDelete`, and always under a ReplicationController.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rollout {
    /// Whether the controller has yet to see the newest template: `status.observedGeneration` is below
    /// `metadata.generation`, so that every count is of an older one.
    pub unobserved: bool,
    /// Whether somebody paused it: `spec.paused`.
    pub paused: bool,
    /// Whether pods are replaced only if somebody deletes them: the strategy `OnDelete`.
    pub on_delete: bool,
    /// A StatefulSet's pods below this ordinal keep the older template.
    pub partition: u32,
    /// All pods of the workload, of whatever template.
    pub total: u32,
    /// The pods of the newest template; `None` for a ReplicationController, which does not count them.
    pub updated: Option<u32>,
    /// Why the controller stopped trying, if it did: the condition `Progressing` is false.
    pub stalled: Option<Stalled>,
    /// Why pods cannot be created, for example an exhausted quota: the message of the condition `ReplicaFailure`, cut to a
    /// readable length.
    pub replica_failure: Option<String>,
}

/// A rollout that its controller has given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stalled {
    /// One word, such as `ProgressDeadlineExceeded`.
    pub reason: Arc<str>,
    /// Since when.
    pub since: Option<Timestamp>,
}

/// A container of a pod template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// The container's name.
    pub name: String,
    /// The image reference, unchanged.
    pub image: String,
    /// Whether it runs before the others.
    pub init: bool,
}
