use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use wfm_core::collector::{ContainerStatus, Owner, Pod};
use wfm_core::component::WorkloadKind;

use super::words::ContainerLists;
use super::{Condition, Selectors, Words, condition, count, is_ready, shortened, timestamp};

/// A pod.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct PodObject {
    metadata: Option<Meta>,
    spec: Option<Spec>,
    status: Option<Status>,
}

/// What the pods of one list have in common.
#[derive(Default)]
pub(crate) struct PodList {
    words: Words,
    containers: ContainerLists,
    pub(crate) selectors: Selectors,
}

impl PodList {
    pub(crate) fn slim(&mut self, pod: PodObject) -> Pod {
        let meta = pod.metadata.unwrap_or_default();
        let spec = pod.spec.unwrap_or_default();
        let status = pod.status.unwrap_or_default();
        let conditions = status.conditions.as_deref();
        let ready = is_ready(conditions);
        let deleted = timestamp(meta.deletion_timestamp.as_deref());
        if let (true, None, Some(labels)) = (ready, deleted, &meta.labels) {
            self.selectors.count(labels);
        }
        let words = &mut self.words;
        let mut containers = Vec::new();
        let init = spec.init_containers.unwrap_or_default();
        fill(&mut containers, init, status.init_container_statuses.unwrap_or_default(), true, words);
        let running = spec.containers.unwrap_or_default();
        fill(&mut containers, running, status.container_statuses.unwrap_or_default(), false, words);
        let owner = meta.owner(words);
        let failed = |kind| condition(conditions, kind).filter(|condition| condition.is_false());
        let unschedulable = failed("PodScheduled").and_then(|why| why.message.as_deref().or(why.reason.as_deref()));
        Pod {
            app: if owner.is_none() { words.maybe(meta.app()) } else { None },
            owner,
            created: timestamp(meta.creation_timestamp.as_deref()),
            deleted,
            name: meta.name.unwrap_or_default(),
            phase: words.shared(status.phase.as_deref().unwrap_or("Unknown")),
            ready,
            reason: words.maybe(status.reason.as_deref()),
            unschedulable: unschedulable.map(|message| words.shared(&shortened(message))),
            unready: words.maybe(failed("Ready").and_then(|condition| condition.reason.as_deref())),
            containers: self.containers.shared(&containers),
        }
    }
}

/// The containers that a pod names, each with its status if it has one yet, and those that only the status names.
fn fill(
    all: &mut Vec<ContainerStatus>,
    named: Vec<NamedContainer>,
    mut statuses: Vec<ContainerObject>,
    init: bool,
    words: &mut Words,
) {
    for container in named {
        let at = statuses.iter().position(|status| status.name == container.name);
        let status = at.map_or_else(
            || ContainerObject { name: container.name, ..ContainerObject::default() },
            |at| statuses.remove(at),
        );
        all.push(ContainerStatus { image: words.or_empty(container.image.as_deref()), init, ..status.slim(words) });
    }
    all.extend(statuses.into_iter().map(|status| ContainerStatus { init, ..status.slim(words) }));
}

impl Meta {
    /// The workload behind the controller that made the pod.
    ///
    /// A Deployment's pods are made by its ReplicaSets, whose names are the Deployment's and the hash of their pod
    /// template; every such pod carries that hash as a label, put there by the Deployment's controller. So the
    /// Deployment's name can be told from the pod alone, and ReplicaSets, of which an old cluster keeps ten for each
    /// Deployment, need not be listed nor permitted. A ReplicaSet that stands alone sets no such label.
    fn owner(&self, words: &mut Words) -> Option<Owner> {
        let owners = self.owner_references.as_deref().unwrap_or_default();
        let controller = owners.iter().find(|owner| owner.controller == Some(true))?;
        let name = controller.name.as_deref()?;
        let (kind, name) = match controller.kind.as_deref()? {
            "ReplicaSet" => {
                let hash = self.labels.as_ref()?.get("pod-template-hash")?;
                (WorkloadKind::Deployment, name.strip_suffix(hash)?.strip_suffix('-')?)
            }
            "DaemonSet" => (WorkloadKind::DaemonSet, name),
            "StatefulSet" => (WorkloadKind::StatefulSet, name),
            "ReplicationController" => (WorkloadKind::ReplicationController, name),
            _ => return None,
        };
        Some(Owner { kind, name: words.shared(name) })
    }

    /// The application that the pod's labels name.
    fn app(&self) -> Option<&str> {
        let labels = self.labels.as_ref()?;
        labels.get("app.kubernetes.io/name").or_else(|| labels.get("app")).map(String::as_str)
    }
}

impl ContainerObject {
    fn slim(self, words: &mut Words) -> ContainerStatus {
        let ready = self.ready.unwrap_or_default();
        let state = self.state.unwrap_or_default();
        let last = self.last_state.and_then(|last| last.terminated).unwrap_or_default();
        let last_ended = last.reason;
        let (trouble, message) = match (state.waiting, state.terminated) {
            // A container that waits for no stated reason is explained by how it ended before.
            (Some(waiting), _) => (waiting.reason.or_else(|| last_ended.clone()), waiting.message),
            // An init container that has done its work is terminated and ready.
            // Its message is output of the application, which may hold a password.
            (None, Some(ended)) if !ready => (ended.reason, None),
            _ => (None, None),
        };
        ContainerStatus {
            name: words.or_empty(self.name.as_deref()),
            image: Arc::default(),
            init: false,
            ready,
            restarts: count(self.restart_count, 0),
            trouble: words.maybe(trouble.as_deref()),
            message: message.map(|message| words.shared(&shortened(&message))),
            last_ended: words.maybe(last_ended.as_deref()),
            last_ended_at: timestamp(last.finished_at.as_deref()),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Meta {
    name: Option<String>,
    creation_timestamp: Option<String>,
    deletion_timestamp: Option<String>,
    labels: Option<BTreeMap<String, String>>,
    owner_references: Option<Vec<OwnerReference>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Spec {
    init_containers: Option<Vec<NamedContainer>>,
    containers: Option<Vec<NamedContainer>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct NamedContainer {
    name: Option<String>,
    image: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct OwnerReference {
    kind: Option<String>,
    name: Option<String>,
    controller: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    phase: Option<String>,
    reason: Option<String>,
    conditions: Option<Vec<Condition>>,
    init_container_statuses: Option<Vec<ContainerObject>>,
    container_statuses: Option<Vec<ContainerObject>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ContainerObject {
    name: Option<String>,
    ready: Option<bool>,
    restart_count: Option<i64>,
    state: Option<ContainerState>,
    last_state: Option<ContainerState>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ContainerState {
    waiting: Option<Reason>,
    terminated: Option<Reason>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Reason {
    reason: Option<String>,
    message: Option<String>,
    finished_at: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn slim(object: Value) -> Pod {
        PodList::default().slim(serde_json::from_value::<PodObject>(object).unwrap())
    }

    fn owner(kind: &str, name: &str, hash: Option<&str>, controller: bool) -> Option<Owner> {
        let reference = json!({"kind": kind, "name": name, "controller": controller});
        let labels = hash.map(|hash| json!({"pod-template-hash": hash}));
        slim(json!({"metadata": {"labels": labels, "ownerReferences": [reference]}})).owner
    }

    #[test]
    fn a_replica_sets_pod_names_the_deployment() {
        let found = owner("ReplicaSet", "deis-minio-8566cfcd9b", Some("8566cfcd9b"), true).unwrap();
        assert_eq!(found, Owner { kind: WorkloadKind::Deployment, name: "deis-minio".into() });
        assert_eq!(owner("ReplicaSet", "deis-minio-8566cfcd9b", None, true), None);
        assert_eq!(owner("ReplicaSet", "lonely", Some("8566cfcd9b"), true), None);
    }

    #[test]
    fn only_the_controller_of_a_known_kind_owns() {
        let found = owner("StatefulSet", "deis-nsqd", None, true).unwrap();
        assert_eq!(found, Owner { kind: WorkloadKind::StatefulSet, name: "deis-nsqd".into() });
        assert_eq!(owner("StatefulSet", "deis-nsqd", None, false), None);
        assert_eq!(owner("Job", "deis-migrate", None, true), None);
        assert_eq!(slim(json!({})).owner, None);
    }

    #[test]
    fn the_ready_condition_decides_and_its_absence_means_no() {
        let pod = |status: &str| {
            slim(json!({"status": {"conditions": [
            {"type": "PodScheduled", "status": "True"}, {"type": "Ready", "status": status}]}}))
        };
        assert!(pod("True").ready);
        assert!(!pod("False").ready);
        assert!(!slim(json!({"status": {"phase": "Running", "conditions": null}})).ready);
    }

    #[test]
    fn a_container_is_explained_by_what_it_waits_for_else_by_how_it_ended() {
        let trouble = |ready: bool, state: Value, last: Value| {
            let container = json!({"name": "c", "ready": ready, "restartCount": -1, "state": state, "lastState": last});
            let pod = slim(json!({"status": {"containerStatuses": [container]}}));
            assert_eq!(pod.containers[0].restarts, 0);
            pod.containers[0].trouble.as_deref().map(ToOwned::to_owned)
        };
        let oom = || json!({"terminated": {"reason": "OOMKilled", "exitCode": 137}});
        let some = |reason: &str| Some(reason.to_owned());
        let crash_loop = json!({"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}});
        assert_eq!(trouble(false, crash_loop, oom()), some("CrashLoopBackOff"));
        assert_eq!(trouble(false, json!({"waiting": {}}), oom()), some("OOMKilled"));
        assert_eq!(trouble(false, oom(), json!({})), some("OOMKilled"));
        assert_eq!(trouble(true, json!({"terminated": {"reason": "Completed"}}), json!({})), None);
        assert_eq!(trouble(true, json!({"running": {}}), oom()), None);
        assert_eq!(trouble(false, json!({"running": {}}), oom()), None);
    }

    #[test]
    fn a_container_has_the_image_that_the_pod_names_whether_it_started_or_not() {
        let pod = slim(json!({
            "spec": {"initContainers": [{"name": "setup", "image": "s:1"}],
                "containers": [{"name": "router", "image": "hephy/router:v2.18.1"}, {"name": "proxy", "image": "p:1"}]},
            "status": {"containerStatuses": [{"name": "proxy", "image": "sha256:ab", "ready": true},
                {"name": "injected"}]},
        }));
        let read: Vec<_> = pod.containers.iter().map(|c| (&*c.name, &*c.image, c.init, c.ready)).collect();
        let expected = [
            ("setup", "s:1", true, false),
            ("router", "hephy/router:v2.18.1", false, false),
            ("proxy", "p:1", false, true),
            ("injected", "", false, false),
        ];
        assert_eq!(read, expected);
    }

    #[test]
    fn what_a_container_waits_for_and_how_it_ended_before_are_kept() {
        let waiting =
            json!({"waiting": {"reason": "CreateContainerConfigError", "message": "secret \"db\" not found"}});
        let container = |state: &Value, last: Value| {
            let container = json!({"name": "c", "restartCount": 9, "state": state, "lastState": last});
            slim(json!({"status": {"containerStatuses": [container]}})).containers[0].clone()
        };
        assert_eq!(container(&waiting, json!({})).message.as_deref(), Some("secret \"db\" not found"));
        let oom = json!({"terminated": {"reason": "OOMKilled", "finishedAt": "2026-01-02T03:04:05Z"}});
        let ended = container(&json!({"running": {}}), oom.clone());
        assert_eq!(ended.last_ended.as_deref(), Some("OOMKilled"));
        assert_eq!(ended.last_ended_at, Some("2026-01-02T03:04:05Z".parse().unwrap()));
        let long = json!({"waiting": {"reason": "X", "message": "é".repeat(5000)}});
        assert_eq!(container(&long, oom).message.unwrap().chars().count(), 301);
        let pull = format!("{}: 401 Unauthorized", "x".repeat(500));
        let pull = json!({"waiting": {"reason": "ImagePullBackOff", "message": pull}});
        assert!(container(&pull, json!({})).message.unwrap().ends_with("xx: 401 Unauthorized"));
    }

    #[test]
    fn what_an_application_wrote_before_it_ended_is_not_kept() {
        let wrote = || json!({"terminated": {"reason": "Error", "message": "cannot log in with password hunter2"}});
        let wait = json!({"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s"}});
        for (state, trouble, message) in [
            (wrote(), Some("Error"), None),
            (wait, Some("CrashLoopBackOff"), Some("back-off 5m0s")),
            (json!({"running": {}}), None, None),
        ] {
            let container = || json!({"name": "c", "restartCount": 9, "state": state, "lastState": wrote()});
            let status = json!({"initContainerStatuses": [container()], "containerStatuses": [container()]});
            let pod = slim(json!({"status": status}));
            for container in pod.containers.iter() {
                assert_eq!((container.trouble.as_deref(), container.message.as_deref()), (trouble, message));
            }
            assert!(!serde_json::to_string(&pod).unwrap().contains("hunter2"));
        }
    }

    #[test]
    fn why_a_pod_is_not_scheduled_not_ready_or_going_is_known() {
        let pod = slim(json!({"metadata": {"deletionTimestamp": "2026-01-02T03:04:05Z"},
            "status": {"conditions": [
            {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/6 nodes are available"},
            {"type": "Ready", "status": "False", "reason": "ContainersNotReady"}]}}));
        assert_eq!(pod.unschedulable.as_deref(), Some("0/6 nodes are available"));
        assert_eq!(pod.unready.as_deref(), Some("ContainersNotReady"));
        assert_eq!(pod.deleted, Some("2026-01-02T03:04:05Z".parse().unwrap()));
        let scheduled = slim(json!({"status": {"conditions": [{"type": "PodScheduled", "status": "True"}]}}));
        assert_eq!(scheduled.unschedulable, None);
    }

    #[test]
    fn a_pod_of_no_workload_names_its_application() {
        let pod = |labels: Value| slim(json!({"metadata": {"labels": labels}})).app;
        assert_eq!(pod(json!({"app": "deis-router"})).as_deref(), Some("deis-router"));
        assert_eq!(pod(json!({"app": "a", "app.kubernetes.io/name": "b"})).as_deref(), Some("b"));
        assert_eq!(pod(json!(null)), None);
    }

    #[test]
    fn pods_that_fare_alike_share_their_list_of_containers() {
        let mut list = PodList::default();
        let mut pod = |name: &str| {
            let object = json!({"metadata": {"name": name}, "spec": {"containers": [{"name": "c", "image": "i:1"}]}});
            list.slim(serde_json::from_value::<PodObject>(object).unwrap())
        };
        assert!(Arc::ptr_eq(&pod("a").containers, &pod("b").containers));
    }

    #[test]
    fn init_containers_stand_first() {
        let pod = slim(json!({"status": {"reason": "Evicted", "phase": "Failed",
            "containerStatuses": [{"name": "b"}], "initContainerStatuses": [{"name": "a"}]}}));
        let names: Vec<_> = pod.containers.iter().map(|c| &*c.name).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!((&*pod.phase, pod.reason.as_deref()), ("Failed", Some("Evicted")));
    }
}
