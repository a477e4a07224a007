//! What a collector reads, and why it could not.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::component::WorkloadKind;

/// The resources a collector reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the Kubernetes resource of that name")]
pub enum Resource {
    Deployments,
    DaemonSets,
    StatefulSets,
    ReplicationControllers,
    Pods,
    Services,
    Nodes,
    Events,
}

impl Resource {
    /// The name that RBAC rules and kubectl use: `deployments.apps`, `pods`.
    #[must_use]
    pub fn qualified(self) -> &'static str {
        match self {
            Self::Deployments => "deployments.apps",
            Self::DaemonSets => "daemonsets.apps",
            Self::StatefulSets => "statefulsets.apps",
            Self::ReplicationControllers => "replicationcontrollers",
            Self::Pods => "pods",
            Self::Services => "services",
            Self::Nodes => "nodes",
            Self::Events => "events",
        }
    }

    /// The resource that workloads of a kind are.
    #[must_use]
    pub fn of(kind: WorkloadKind) -> Self {
        match kind {
            WorkloadKind::Deployment => Self::Deployments,
            WorkloadKind::DaemonSet => Self::DaemonSets,
            WorkloadKind::StatefulSet => Self::StatefulSets,
            WorkloadKind::ReplicationController => Self::ReplicationControllers,
        }
    }

    /// Whether its objects are workloads.
    #[must_use]
    pub fn is_workload(self) -> bool {
        matches!(self, Self::Deployments | Self::DaemonSets | Self::StatefulSets | Self::ReplicationControllers)
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.qualified())
    }
}

/// Why a resource could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{resource}: {message}")]
pub struct Unreadable {
    /// Which resource.
    pub resource: Resource,
    /// What kind of failure.
    pub cause: UnreadableCause,
    /// One sentence for the operator.
    pub message: String,
}

/// The kinds of failure, told apart because each asks for something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnreadableCause {
    /// 401: the token is not accepted.
    Unauthorized,
    /// 403: the permission is missing.
    Forbidden,
    /// 404: this API server does not serve the resource.
    NotServed,
    /// 429 or 503: the API server asks to wait.
    Busy,
    /// No answer within the time limit.
    Timeout,
    /// No connection.
    Unreachable,
    /// An answer that could not be understood, or any other status.
    BadAnswer,
}
