//! Kubernetes adapter of Workflow Manager: what runs in a cluster, and the cluster's random identity.
//!
//! ```no_run
//! # async fn doc() -> Result<(), Box<dyn std::error::Error>> {
//! use std::{path::Path, sync::Arc};
//! use wfm_core::{clock::SystemClock, cluster::Namespace, collector::Collector};
//!
//! let client = wfm_k8s::connect(Some(Path::new("/home/me/.kube/config"))).await?; // None: the pod's service account
//! let collector = wfm_k8s::KubeCollector::new(client, Namespace::default(), Arc::new(SystemClock));
//! let inventory = collector.collect().await?;
//! println!("{} workloads", inventory.workloads().count());
//! # Ok(())
//! # }
//! ```
//!
//! | item | does |
//! |---|---|
//! | [`connect()`] | builds a client with time limits, from a kubeconfig or from within a pod |
//! | [`KubeCollector`] | implements [`Collector`](wfm_core::collector::Collector): seven lists, the warnings that explain what is unhealthy, and the server's version |
//! | [`identity`] | reads or draws the cluster's id, in a Secret |
//!
//! The crate has no features of its own. It never watches, and it writes nothing but the one Secret.
//!
//! # Permissions
//!
//! What the agent needs, and no more. The Secret exists before the agent starts. A
//! missing permission costs its section of the inventory only, and the section says which one it is.
//!
//! ```yaml
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: Role
//! metadata: { name: deis-workflow-manager, namespace: deis }
//! rules:
//! - { apiGroups: [apps], resources: [deployments, daemonsets, statefulsets], verbs: [list] }
//! - { apiGroups: [""], resources: [replicationcontrollers, pods, services, events], verbs: [list] }
//! - { apiGroups: [""], resources: [namespaces], resourceNames: [deis], verbs: [get] }
//! - { apiGroups: [""], resources: [secrets], resourceNames: [deis-workflow-manager], verbs: [get, patch] }
//! ---
//! apiVersion: rbac.authorization.k8s.io/v1
//! kind: ClusterRole
//! metadata: { name: deis-workflow-manager }
//! rules:
//! - { apiGroups: [""], resources: [nodes], verbs: [list] }
//! - { apiGroups: [""], resources: [namespaces], resourceNames: [kube-system], verbs: [get] }
//! ```

mod api;
mod collector;
mod connect;
mod failure;
pub mod identity;
mod list;
mod objects;
mod token;
mod unreadable;
mod waits;

pub use kube::Client;

pub use crate::collector::KubeCollector;
pub use crate::connect::{ConnectError, USER_AGENT, connect};
