use serde::Deserialize;
use wfm_core::collector::{Container, Workload};
use wfm_core::component::WorkloadKind;

use super::{count, timestamp};

/// A Deployment, DaemonSet, StatefulSet or ReplicationController.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct WorkloadObject {
    metadata: Option<Meta>,
    spec: Option<Spec>,
    status: Option<Status>,
}

impl WorkloadObject {
    pub(crate) fn slim(self, kind: WorkloadKind) -> Workload {
        let meta = self.metadata.unwrap_or_default();
        let spec = self.spec.unwrap_or_default();
        let status = self.status.unwrap_or_default();
        let (desired, ready) = match kind {
            WorkloadKind::DaemonSet => (count(status.desired_number_scheduled, 0), count(status.number_ready, 0)),
            // An absent number of replicas means one.
            _ => (count(spec.replicas, 1), count(status.ready_replicas, 0)),
        };
        let pod = spec.template.and_then(|template| template.spec).unwrap_or_default();
        let container = |init| {
            move |object: ContainerObject| Container {
                name: object.name.unwrap_or_default(),
                image: object.image.unwrap_or_default(),
                init,
            }
        };
        let running = pod.containers.unwrap_or_default().into_iter().map(container(false));
        let init = pod.init_containers.unwrap_or_default().into_iter().map(container(true));
        Workload {
            name: meta.name.unwrap_or_default(),
            kind,
            version_annotation: meta.annotations.and_then(|annotations| annotations.version),
            containers: running.chain(init).collect(),
            desired,
            ready,
            created: timestamp(meta.creation_timestamp.as_deref()),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Meta {
    name: Option<String>,
    creation_timestamp: Option<String>,
    annotations: Option<Annotations>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Annotations {
    #[serde(rename = "component.deis.io/version")]
    version: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Spec {
    replicas: Option<i64>,
    template: Option<Template>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Template {
    spec: Option<PodSpec>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct PodSpec {
    containers: Option<Vec<ContainerObject>>,
    init_containers: Option<Vec<ContainerObject>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ContainerObject {
    name: Option<String>,
    image: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    ready_replicas: Option<i64>,
    number_ready: Option<i64>,
    desired_number_scheduled: Option<i64>,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn slim(object: Value, kind: WorkloadKind) -> Workload {
        serde_json::from_value::<WorkloadObject>(object).unwrap().slim(kind)
    }

    #[test]
    fn a_daemon_set_counts_nodes() {
        let object = json!({"status": {"desiredNumberScheduled": 5, "numberReady": 4}, "spec": {"replicas": 9}});
        let workload = slim(object, WorkloadKind::DaemonSet);
        assert_eq!((workload.desired, workload.ready), (5, 4));
    }

    #[test]
    fn absent_replicas_mean_one_and_negative_ones_none() {
        for (replicas, desired) in [(Value::Null, 1), (json!(0), 0), (json!(-3), 0), (json!(i64::MAX), u32::MAX)] {
            let workload = slim(json!({"spec": {"replicas": replicas}}), WorkloadKind::Deployment);
            assert_eq!((workload.desired, workload.ready), (desired, 0));
        }
    }

    #[test]
    fn of_the_annotations_only_the_version_is_read_and_init_containers_stand_last() {
        let workload = slim(
            json!({
                "metadata": {
                    "name": "deis-router",
                    "creationTimestamp": "2018-01-02T03:04:05Z",
                    "annotations": {"component.deis.io/version": "v2.1.0", "password": "hunter2"},
                },
                "spec": {"template": {"spec": {
                    "initContainers": [{"name": "setup", "image": "s:1", "args": ["hunter2"]}],
                    "containers": [{"name": "router", "image": "r:1", "env": [{"name": "P", "value": "hunter2"}]}],
                }}},
            }),
            WorkloadKind::Deployment,
        );
        assert_eq!(workload.version_annotation.as_deref(), Some("v2.1.0"));
        assert_eq!(workload.created, Some("2018-01-02T03:04:05Z".parse().unwrap()));
        let order: Vec<_> = workload.containers.iter().map(|c| (c.name.as_str(), c.init)).collect();
        assert_eq!(order, [("router", false), ("setup", true)]);
        assert!(!serde_json::to_string(&workload).unwrap().contains("hunter2"));
    }

    #[test]
    fn an_object_of_nothing_but_nulls_is_still_an_object() {
        let nulls = json!({"metadata": {"annotations": null, "creationTimestamp": null}, "spec": {"template": {"spec":
            {"containers": null}}}, "status": null});
        for object in [json!({}), json!({"metadata": null, "spec": null}), nulls] {
            assert_eq!(slim(object, WorkloadKind::StatefulSet).name, "");
        }
    }
}
