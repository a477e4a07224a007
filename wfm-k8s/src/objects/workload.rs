use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use wfm_core::collector::{Container, Rollout, Stalled, Workload};
use wfm_core::component::WorkloadKind;

use super::{Condition, condition, count, shortened, timestamp};

/// So many characters of an annotation are looked at. A version is shorter, and others are as long as a whole object.
const ANNOTATION_CHARS: usize = 256;

/// A Deployment, DaemonSet, StatefulSet or ReplicationController.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct WorkloadObject {
    metadata: Option<Meta>,
    spec: Option<Spec>,
    status: Option<Status>,
}

impl WorkloadObject {
    /// `annotation` is the key of the one that carries the version; no other is kept.
    pub(crate) fn slim(self, kind: WorkloadKind, annotation: &str) -> Workload {
        let meta = self.metadata.unwrap_or_default();
        let spec = self.spec.unwrap_or_default();
        let status = self.status.unwrap_or_default();
        let (desired, ready) = match kind {
            WorkloadKind::DaemonSet => (count(status.desired_number_scheduled, 0), count(status.number_ready, 0)),
            // An absent number of replicas means one.
            _ => (count(spec.replicas, 1), count(status.ready_replicas, 0)),
        };
        let conditions = status.conditions.as_deref();
        let strategy = spec.update_strategy.unwrap_or_default();
        let is = |wanted: &str| strategy.kind.as_deref() == Some(wanted);
        let rollout = Rollout {
            // A controller that has not seen the object at all leaves the number out.
            unobserved: meta.generation.is_some_and(|now| status.observed_generation.unwrap_or(0) < now),
            paused: spec.paused.unwrap_or_default(),
            on_delete: is("OnDelete"),
            partition: if is("OnDelete") { 0 } else { strategy.partition() },
            total: count(status.replicas.or(status.current_number_scheduled), 0),
            updated: match kind {
                WorkloadKind::DaemonSet => Some(count(status.updated_number_scheduled, 0)),
                WorkloadKind::ReplicationController => None,
                WorkloadKind::Deployment | WorkloadKind::StatefulSet => Some(count(status.updated_replicas, 0)),
            },
            stalled: condition(conditions, "Progressing").filter(|condition| condition.is_false()).map(|condition| {
                let since = timestamp(condition.last_transition_time.as_deref());
                Stalled { reason: condition.reason.as_deref().unwrap_or("Progressing=False").into(), since }
            }),
            replica_failure: condition(conditions, "ReplicaFailure")
                .filter(|condition| condition.is_true())
                .and_then(|condition| condition.message.as_deref().or(condition.reason.as_deref()))
                .map(|message| shortened(message).into_owned()),
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
            version_annotation: meta.annotations.and_then(|annotations| annotations.take(annotation)),
            version_label: meta.labels.and_then(|labels| labels.version),
            containers: running.chain(init).collect(),
            desired,
            ready,
            rollout,
            created: timestamp(meta.creation_timestamp.as_deref()),
            deleted: timestamp(meta.deletion_timestamp.as_deref()),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Meta {
    name: Option<String>,
    generation: Option<i64>,
    creation_timestamp: Option<String>,
    deletion_timestamp: Option<String>,
    labels: Option<Labels>,
    annotations: Option<Annotations>,
}

/// The recommended labels: <https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/>.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Labels {
    #[serde(rename = "app.kubernetes.io/version")]
    version: Option<String>,
}

/// The annotations, each cut while it is read.
struct Annotations(Vec<(String, String)>);

impl Annotations {
    fn take(self, key: &str) -> Option<String> {
        self.0.into_iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }
}

impl<'de> Deserialize<'de> for Annotations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Cut;

        impl<'de> Visitor<'de> for Cut {
            type Value = Annotations;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("annotations")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Annotations, A::Error> {
                let mut all = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, Option<String>>()? {
                    all.extend(value.map(|value| (key, value.chars().take(ANNOTATION_CHARS).collect())));
                }
                Ok(Annotations(all))
            }
        }

        deserializer.deserialize_map(Cut)
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Spec {
    replicas: Option<i64>,
    paused: Option<bool>,
    update_strategy: Option<UpdateStrategy>,
    template: Option<Template>,
}

/// That of a DaemonSet or StatefulSet. A Deployment's has another name and can neither wait nor be partitioned.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct UpdateStrategy {
    #[serde(rename = "type")]
    kind: Option<String>,
    rolling_update: Option<RollingUpdate>,
}

impl UpdateStrategy {
    fn partition(&self) -> u32 {
        count(self.rolling_update.as_ref().and_then(|rolling| rolling.partition), 0)
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RollingUpdate {
    partition: Option<i64>,
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
    observed_generation: Option<i64>,
    replicas: Option<i64>,
    ready_replicas: Option<i64>,
    updated_replicas: Option<i64>,
    number_ready: Option<i64>,
    desired_number_scheduled: Option<i64>,
    current_number_scheduled: Option<i64>,
    updated_number_scheduled: Option<i64>,
    conditions: Option<Vec<Condition>>,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn slim(object: Value, kind: WorkloadKind) -> Workload {
        serde_json::from_value::<WorkloadObject>(object).unwrap().slim(kind, "component.deis.io/version")
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
    fn the_version_is_in_the_annotation_that_the_product_names_and_never_longer_than_is_looked_at() {
        let object = json!({"metadata": {"annotations": {
            "component.deis.io/version": "v1.0.0", "shop.example/version": "v2.0.0", "long": "x".repeat(10_000), "null": null,
        }}});
        let read = |key: &str| {
            let object = serde_json::from_value::<WorkloadObject>(object.clone()).unwrap();
            object.slim(WorkloadKind::Deployment, key).version_annotation
        };
        assert_eq!(read("shop.example/version").as_deref(), Some("v2.0.0"));
        assert_eq!((read("null"), read("absent")), (None, None));
        assert_eq!(read("long").unwrap().len(), ANNOTATION_CHARS);
    }

    #[test]
    fn a_rollout_is_read_from_the_counters_the_strategy_and_the_conditions() {
        let deployment = json!({
            "metadata": {"generation": 7, "labels": {"app.kubernetes.io/version": "v2.19.0"}},
            "spec": {"replicas": 2, "paused": true},
            "status": {"observedGeneration": 6, "replicas": 3, "updatedReplicas": 1, "readyReplicas": 2, "conditions": [
                {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded",
                 "lastTransitionTime": "2026-01-02T03:04:05Z"},
                {"type": "ReplicaFailure", "status": "True", "message": "exceeded quota: compute"},
            ]},
        });
        let workload = slim(deployment, WorkloadKind::Deployment);
        assert_eq!(workload.version_label.as_deref(), Some("v2.19.0"));
        let since = Some("2026-01-02T03:04:05Z".parse().unwrap());
        let expected = Rollout {
            unobserved: true,
            paused: true,
            total: 3,
            updated: Some(1),
            stalled: Some(Stalled { reason: "ProgressDeadlineExceeded".into(), since }),
            replica_failure: Some("exceeded quota: compute".into()),
            ..Rollout::default()
        };
        assert_eq!(workload.rollout, expected);
    }

    #[test]
    fn a_new_object_that_its_controller_has_not_seen_is_unobserved() {
        for kind in [
            WorkloadKind::Deployment,
            WorkloadKind::DaemonSet,
            WorkloadKind::StatefulSet,
            WorkloadKind::ReplicationController,
        ] {
            let unobserved = |generation: Value, seen: Value| {
                let meta = json!({"generation": generation});
                slim(json!({"metadata": meta, "status": {"observedGeneration": seen}}), kind).rollout.unobserved
            };
            assert!(unobserved(json!(1), Value::Null));
            assert!(slim(json!({"metadata": {"generation": 1}}), kind).rollout.unobserved, "without a status");
            assert!(unobserved(json!(3), json!(2)));
            assert!(!unobserved(json!(3), json!(3)));
            assert!(!unobserved(Value::Null, Value::Null), "without a generation there is nothing to see");
        }
    }

    #[test]
    fn a_strategy_that_keeps_older_pods_is_known() {
        let stateful_set = json!({"spec": {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}},
            "status": {"replicas": 3, "updatedReplicas": 1}});
        let rollout = slim(stateful_set, WorkloadKind::StatefulSet).rollout;
        assert_eq!((rollout.partition, rollout.on_delete, rollout.updated), (2, false, Some(1)));
        let daemon_set = json!({"spec": {"updateStrategy": {"type": "OnDelete", "rollingUpdate": {"partition": 2}}},
            "status": {"currentNumberScheduled": 6, "updatedNumberScheduled": 0}});
        let rollout = slim(daemon_set, WorkloadKind::DaemonSet).rollout;
        assert_eq!((rollout.partition, rollout.on_delete, rollout.total, rollout.updated), (0, true, 6, Some(0)));
        assert_eq!(slim(json!({}), WorkloadKind::ReplicationController).rollout.updated, None);
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
