//! The collector.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use kube::Client;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use wfm_core::clock::Clock;
use wfm_core::cluster::Namespace;
use wfm_core::collector::{CollectError, Collector, Inventory, Resource, Section};
use wfm_core::component::WorkloadKind;

use crate::api::Api;
use crate::list::list;
use crate::objects::{NamespaceObject, NodeObject, PodObject, ServiceObject, WorkloadObject};
use crate::unreadable::unreadable;

const PAGE_SIZE: u32 = 100;
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
const RESOURCES: usize = 7;

/// Takes inventories through the Kubernetes API: the workloads, pods and services of one namespace, and the nodes of the
/// cluster.
///
/// At most two requests are under way at a time, and at most one page of each is in memory. Where nothing answers, the
/// collection gives up after a few requests rather than waiting for each of them.
#[derive(Clone)]
pub struct KubeCollector {
    client: Client,
    namespace: Namespace,
    clock: Arc<dyn Clock>,
    page_size: NonZeroU32,
    request_timeout: Duration,
    cluster_created: Arc<OnceLock<Timestamp>>,
}

impl KubeCollector {
    /// A collector of one namespace, with pages of 100 objects and 30 s for each.
    pub fn new(client: Client, namespace: Namespace, clock: Arc<dyn Clock>) -> Self {
        let page_size = NonZeroU32::new(PAGE_SIZE).unwrap_or(NonZeroU32::MIN);
        let (request_timeout, cluster_created) = (REQUEST_TIMEOUT, Arc::default());
        Self { client, namespace, clock, page_size, request_timeout, cluster_created }
    }

    /// Sets how many objects are asked for at a time. Less takes less memory and more requests.
    #[must_use]
    pub fn page_size(mut self, objects: NonZeroU32) -> Self {
        self.page_size = objects;
        self
    }

    /// Sets how long a request may take, its answer's body included, whatever limits the client has of its own.
    #[must_use]
    pub fn request_timeout(mut self, limit: Duration) -> Self {
        self.request_timeout = limit;
        self
    }

    async fn version(&self, api: &Api<'_>) -> Option<String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Info {
            git_version: Option<String>,
        }
        match api.get::<Info>("/version").await {
            Ok(info) => info.git_version,
            Err(failure) => {
                tracing::debug!(why = failure.sentence(), "the API server's version could not be read");
                None
            }
        }
    }

    /// The creation of `kube-system`, which is the cluster's. It never changes, so it is read once.
    async fn cluster_created(&self, api: &Api<'_>) -> Option<Timestamp> {
        if let Some(known) = self.cluster_created.get() {
            return Some(*known);
        }
        let read = api.get::<NamespaceObject>("/api/v1/namespaces/kube-system").await;
        match read.map(NamespaceObject::created) {
            Ok(created) => {
                if let Some(created) = created {
                    // Another collection may have been quicker; it read the same.
                    let _ = self.cluster_created.set(created);
                }
                created
            }
            Err(failure) => {
                tracing::debug!(why = failure.sentence(), "the cluster's age could not be read");
                None
            }
        }
    }

    async fn section<T: DeserializeOwned, D>(
        &self,
        api: &Api<'_>,
        resource: Resource,
        slim: impl Fn(T) -> D,
    ) -> Section<D> {
        let path = path(resource, &self.namespace);
        let listed = list(api, &path, self.page_size.get(), slim).await;
        listed.map_err(|failure| unreadable(resource, &self.namespace, &failure))
    }
}

#[async_trait]
impl Collector for KubeCollector {
    async fn collect(&self) -> Result<Inventory, CollectError> {
        let taken_at = self.clock.now();
        let unanswered = AtomicU32::new(0);
        let api = &Api::new(&self.client, self.request_timeout, &unanswered);
        let workloads = |kind| move |object: WorkloadObject| object.slim(kind);
        let first_lane = async {
            (
                self.section(api, Resource::Deployments, workloads(WorkloadKind::Deployment)).await,
                self.section(api, Resource::DaemonSets, workloads(WorkloadKind::DaemonSet)).await,
                self.section(api, Resource::StatefulSets, workloads(WorkloadKind::StatefulSet)).await,
                self.section(api, Resource::ReplicationControllers, workloads(WorkloadKind::ReplicationController))
                    .await,
                self.version(api).await,
                self.cluster_created(api).await,
            )
        };
        let second_lane = async {
            (
                self.section(api, Resource::Pods, PodObject::slim).await,
                self.section(api, Resource::Services, ServiceObject::slim).await,
                self.section(api, Resource::Nodes, NodeObject::slim).await,
            )
        };
        let (first, second) = tokio::join!(first_lane, second_lane);
        let (deployments, daemon_sets, stateful_sets, replication_controllers, kubernetes_version, cluster_created) =
            first;
        let (pods, services, nodes) = second;
        let inventory = Inventory {
            taken_at,
            kubernetes_version,
            cluster_created,
            deployments,
            daemon_sets,
            stateful_sets,
            replication_controllers,
            pods,
            services,
            nodes,
        };
        match inventory.unreadable().as_slice() {
            [first, rest @ ..] if rest.len() + 1 == RESOURCES => Err(CollectError((*first).clone())),
            _ => Ok(inventory),
        }
    }
}

impl fmt::Debug for KubeCollector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KubeCollector").field("namespace", &self.namespace).finish_non_exhaustive()
    }
}

fn path(resource: Resource, namespace: &Namespace) -> String {
    match resource {
        Resource::Deployments => format!("/apis/apps/v1/namespaces/{namespace}/deployments"),
        Resource::DaemonSets => format!("/apis/apps/v1/namespaces/{namespace}/daemonsets"),
        Resource::StatefulSets => format!("/apis/apps/v1/namespaces/{namespace}/statefulsets"),
        Resource::ReplicationControllers => format!("/api/v1/namespaces/{namespace}/replicationcontrollers"),
        Resource::Pods => format!("/api/v1/namespaces/{namespace}/pods"),
        Resource::Services => format!("/api/v1/namespaces/{namespace}/services"),
        Resource::Nodes => "/api/v1/nodes".to_owned(),
    }
}
