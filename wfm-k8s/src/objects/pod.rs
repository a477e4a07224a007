use serde::Deserialize;
use wfm_core::collector::{ContainerStatus, Owner, Pod};
use wfm_core::component::WorkloadKind;

use super::{Condition, Words, count, is_ready, timestamp};

/// A pod.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct PodObject {
    metadata: Option<Meta>,
    status: Option<Status>,
}

impl PodObject {
    pub(crate) fn slim(self, words: &mut Words) -> Pod {
        let meta = self.metadata.unwrap_or_default();
        let status = self.status.unwrap_or_default();
        let init = status.init_container_statuses.unwrap_or_default();
        let containers = init.into_iter().chain(status.container_statuses.unwrap_or_default());
        Pod {
            owner: meta.owner(words),
            created: timestamp(meta.creation_timestamp.as_deref()),
            name: meta.name.unwrap_or_default(),
            phase: words.shared(status.phase.as_deref().unwrap_or("Unknown")),
            ready: is_ready(status.conditions.as_deref()),
            reason: words.maybe(status.reason.as_deref()),
            containers: containers.map(|container| container.slim(words)).collect(),
        }
    }
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
                let hash = self.labels.as_ref()?.pod_template_hash.as_deref()?;
                (WorkloadKind::Deployment, name.strip_suffix(hash)?.strip_suffix('-')?)
            }
            "DaemonSet" => (WorkloadKind::DaemonSet, name),
            "StatefulSet" => (WorkloadKind::StatefulSet, name),
            "ReplicationController" => (WorkloadKind::ReplicationController, name),
            _ => return None,
        };
        Some(Owner { kind, name: words.shared(name) })
    }
}

impl ContainerObject {
    fn slim(self, words: &mut Words) -> ContainerStatus {
        let ready = self.ready.unwrap_or_default();
        let state = self.state.unwrap_or_default();
        let last = self.last_state.unwrap_or_default();
        let trouble = match (state.waiting, state.terminated) {
            // A container that waits for no stated reason is explained by how it ended before.
            (Some(waiting), _) => waiting.reason.or_else(|| last.terminated.and_then(|ended| ended.reason)),
            // An init container that has done its work is terminated and ready.
            (None, Some(ended)) if !ready => ended.reason,
            _ => None,
        };
        let restarts = count(self.restart_count, 0);
        let name = words.or_empty(self.name.as_deref());
        ContainerStatus { name, ready, restarts, trouble: words.maybe(trouble.as_deref()) }
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Meta {
    name: Option<String>,
    creation_timestamp: Option<String>,
    labels: Option<Labels>,
    owner_references: Option<Vec<OwnerReference>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Labels {
    #[serde(rename = "pod-template-hash")]
    pod_template_hash: Option<String>,
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
#[serde(default)]
struct Reason {
    reason: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn slim(object: Value) -> Pod {
        serde_json::from_value::<PodObject>(object).unwrap().slim(&mut Words::default())
    }

    fn owner(kind: &str, name: &str, hash: Option<&str>, controller: bool) -> Option<Owner> {
        let reference = json!({"kind": kind, "name": name, "controller": controller});
        slim(json!({"metadata": {"labels": {"pod-template-hash": hash}, "ownerReferences": [reference]}})).owner
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
    fn init_containers_stand_first() {
        let pod = slim(json!({"status": {"reason": "Evicted", "phase": "Failed",
            "containerStatuses": [{"name": "b"}], "initContainerStatuses": [{"name": "a"}]}}));
        let names: Vec<_> = pod.containers.iter().map(|c| &*c.name).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!((&*pod.phase, pod.reason.as_deref()), ("Failed", Some("Evicted")));
    }
}
