//! The collector.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use kube::Client;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use wfm_core::catalog::{AnnotationKey, LabelSelector};
use wfm_core::clock::Clock;
use wfm_core::cluster::Namespace;
use wfm_core::collector::{
    CollectError, Collector, Event, Inventory, NamespaceState, Node, Resource, Section, Unreadable, UnreadableCause,
};
use wfm_core::component::WorkloadKind;
use wfm_core::events::Explaining;

use crate::api::{Api, Memory};
use crate::list::List;
use crate::objects::{
    EventObject, NamespaceObject, NodeObject, PodList, PodObject, ServiceObject, Words, WorkloadObject,
};
use crate::unreadable::unreadable;
use crate::waits::Waits;

const PAGE_SIZE: u32 = 100;
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
const RETRY_PAUSE: Duration = Duration::from_millis(250);
/// The lists that every collection reads; that of events is read where something is unhealthy.
const RESOURCES: usize = 7;
/// Nodes are read again after so long: they change rarely, and a big cluster's are as long as ten thousand pods.
const NODES_FRESH_FOR: Duration = Duration::from_secs(5 * 60);
/// Events past so many pages are not read: a namespace that floods them is not worth a flood of requests.
const EVENT_PAGES: u32 = 50;

/// Takes inventories through the Kubernetes API: the workloads, pods and services of one namespace, and the nodes of the
/// cluster.
///
/// Nodes are read every five minutes, the rest with each collection. Answers are asked for compressed.
///
/// At most two requests are under way at a time, and at most one page of each is in memory. Warnings among the events are
/// read only where a workload has not the pods it wants.
///
/// A list is begun once in a collection and not tried again, so that collecting every 30 s asks a server in trouble for
/// each list every 30 s and no more; only a further page of a list is tried again, three times in all. Where nothing
/// answers, the collection gives up after a few requests rather than waiting for each of them. What is refused with a
/// `Retry-After` is left alone for that long, a minute at most, by this collector and all its clones.
#[derive(Clone)]
pub struct KubeCollector {
    client: Client,
    namespace: Namespace,
    clock: Arc<dyn Clock>,
    page_size: NonZeroU32,
    request_timeout: Duration,
    retry_pause: Duration,
    version_annotation: AnnotationKey,
    selector: Option<LabelSelector>,
    cluster_created: Arc<OnceLock<Timestamp>>,
    nodes: Arc<Mutex<Option<KeptNodes>>>,
    waits: Arc<Waits>,
}

/// The nodes as they were read last.
struct KeptNodes {
    nodes: Arc<[Node]>,
    read_at: Timestamp,
    /// The same by the monotonic clock.
    read: Duration,
}

impl KubeCollector {
    /// A collector of one namespace, with pages of 100 objects and 10 s for each.
    pub fn new(client: Client, namespace: Namespace, clock: Arc<dyn Clock>) -> Self {
        let page_size = NonZeroU32::new(PAGE_SIZE).unwrap_or(NonZeroU32::MIN);
        Self {
            client,
            namespace,
            clock,
            page_size,
            request_timeout: REQUEST_TIMEOUT,
            retry_pause: RETRY_PAUSE,
            version_annotation: AnnotationKey::default(),
            selector: None,
            cluster_created: Arc::default(),
            nodes: Arc::default(),
            waits: Arc::default(),
        }
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

    /// Sets how long to wait before a page of a list that was begun is asked for again (250 ms unless set), and three times
    /// as long before the next attempt.
    #[must_use]
    pub fn retry_pause(mut self, pause: Duration) -> Self {
        self.retry_pause = pause;
        self
    }

    /// Sets the annotation that carries a workload's version (`component.deis.io/version` unless set).
    #[must_use]
    pub fn version_annotation(mut self, key: AnnotationKey) -> Self {
        self.version_annotation = key;
        self
    }

    /// Reads only workloads with these labels. Pods, services, nodes and events are read as before.
    #[must_use]
    pub fn selector(mut self, labels: Option<LabelSelector>) -> Self {
        self.selector = labels;
        self
    }

    async fn version(&self, api: &Api<'_>) -> Option<String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Info {
            git_version: Option<String>,
        }
        match api.get_once::<Info>("/version").await {
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
        let read = api.get_once::<NamespaceObject>("/api/v1/namespaces/kube-system").await;
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

    /// Whether the namespace is there. Without the permission to read it, that is unknown.
    async fn namespace_state(&self, api: &Api<'_>) -> NamespaceState {
        match api.get_once::<NamespaceObject>(&format!("/api/v1/namespaces/{}", self.namespace)).await {
            Ok(namespace) => namespace.state(),
            Err(failure) if failure.cause() == UnreadableCause::NotServed => NamespaceState::Absent,
            Err(failure) => {
                tracing::debug!(why = failure.sentence(), "the namespace could not be read");
                NamespaceState::Unknown
            }
        }
    }

    async fn section<T: DeserializeOwned, D>(
        &self,
        api: &Api<'_>,
        resource: Resource,
        mut slim: impl FnMut(T) -> D,
    ) -> Section<D> {
        let path = path(resource, &self.namespace);
        let labels = self.selector.as_ref().filter(|_| resource.is_workload()).map(LabelSelector::as_str);
        let list = List { path: &path, page_size: self.page_size.get(), fields: None, labels };
        let mut all = Vec::new();
        match list.read(api, |object| all.push(slim(object))).await {
            Ok(()) => {
                all.shrink_to_fit();
                Ok(all)
            }
            Err(failure) => Err(unreadable(resource, &self.namespace, &failure)),
        }
    }

    /// The nodes, and when they were read if that was before. A failure is not kept: the next collection tries again.
    async fn nodes(&self, api: &Api<'_>, or_kept: bool) -> (Result<Arc<[Node]>, Unreadable>, Option<Timestamp>) {
        let (now, read_at) = (self.clock.monotonic(), self.clock.now());
        if or_kept
            && let Some(kept) = &*self.kept_nodes()
            && now.saturating_sub(kept.read) < NODES_FRESH_FOR
        {
            return (Ok(Arc::clone(&kept.nodes)), Some(kept.read_at));
        }
        let mut words = Words::default();
        let read = self.section(api, Resource::Nodes, |node: NodeObject| node.slim(&mut words)).await;
        let nodes: Result<Arc<[Node]>, Unreadable> = read.map(Arc::from);
        if let Ok(nodes) = &nodes {
            *self.kept_nodes() = Some(KeptNodes { nodes: Arc::clone(nodes), read_at, read: now });
        }
        (nodes, None)
    }

    fn kept_nodes(&self) -> MutexGuard<'_, Option<KeptNodes>> {
        self.nodes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The warnings that explain what is unhealthy; nobody is asked where nothing is.
    async fn events(&self, api: &Api<'_>, inventory: &Inventory) -> Section<Event> {
        let Some(mut explaining) = Explaining::of(inventory) else { return Ok(Vec::new()) };
        let path = path(Resource::Events, &self.namespace);
        let list = List { path: &path, page_size: self.page_size.get(), fields: Some("type=Warning"), labels: None };
        let offer = |object: EventObject| {
            if let Some(event) = object.slim() {
                explaining.offer(event);
            }
        };
        match list.read_pages(api, EVENT_PAGES, offer).await {
            Ok(_) => Ok(explaining.finish()),
            Err(failure) => Err(unreadable(Resource::Events, &self.namespace, &failure)),
        }
    }
}

#[async_trait]
impl Collector for KubeCollector {
    async fn collect(&self) -> Result<Inventory, CollectError> {
        let taken_at = self.clock.now();
        let unanswered = AtomicU32::new(0);
        let memory = Memory { waits: &self.waits, clock: self.clock.as_ref() };
        let api =
            &Api::new(&self.client, self.request_timeout, &unanswered).pause(self.retry_pause).remembering(memory);
        let (mut pod_list, mut service_words) = (PodList::default(), Words::default());
        let annotation = self.version_annotation.as_str();
        let workloads = |kind| move |object: WorkloadObject| object.slim(kind, annotation);
        let first_lane = async {
            (
                self.section(api, Resource::Deployments, workloads(WorkloadKind::Deployment)).await,
                self.section(api, Resource::DaemonSets, workloads(WorkloadKind::DaemonSet)).await,
                self.section(api, Resource::StatefulSets, workloads(WorkloadKind::StatefulSet)).await,
                self.section(api, Resource::ReplicationControllers, workloads(WorkloadKind::ReplicationController))
                    .await,
                self.version(api).await,
                self.cluster_created(api).await,
                self.namespace_state(api).await,
            )
        };
        let second_lane = async {
            // Services stand before the pods: their selectors count pods whose labels are not kept.
            let selectors = &mut pod_list.selectors;
            let slim = |service: ServiceObject| service.slim(&mut service_words, selectors);
            let mut services = self.section(api, Resource::Services, slim).await;
            let pods = self.section(api, Resource::Pods, |pod: PodObject| pod_list.slim(pod)).await;
            if let (Ok(services), Ok(_)) = (&mut services, &pods) {
                pod_list.selectors.fill(services);
            }
            // If nothing else can be read, what was kept would hide that nothing can.
            let nodes = self.nodes(api, pods.is_ok() || services.is_ok()).await;
            (pods, services, nodes)
        };
        let (first, second) = tokio::join!(first_lane, second_lane);
        let (deployments, daemon_sets, stateful_sets, replication_controllers, version, created, namespace) = first;
        let (pods, services, (nodes, nodes_read_at)) = second;
        let mut inventory = Inventory {
            taken_at,
            namespace,
            kubernetes_version: version,
            cluster_created: created,
            deployments,
            daemon_sets,
            stateful_sets,
            replication_controllers,
            pods,
            services,
            nodes,
            nodes_read_at,
            events: Ok(Vec::new()),
            stale: Vec::new(),
        };
        if let [first, rest @ ..] = inventory.unreadable().as_slice()
            && rest.len() + 1 == RESOURCES
        {
            return Err(CollectError((*first).clone()));
        }
        inventory.events = self.events(api, &inventory).await;
        Ok(inventory)
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
        Resource::Events => format!("/api/v1/namespaces/{namespace}/events"),
    }
}
