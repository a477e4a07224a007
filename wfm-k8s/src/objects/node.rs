use std::sync::Arc;

use serde::Deserialize;
use wfm_core::collector::{Capacity, Node};

use super::{Condition, Words, is_ready};

/// A node.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct NodeObject {
    metadata: Option<Meta>,
    spec: Option<Spec>,
    status: Option<Status>,
}

impl NodeObject {
    pub(crate) fn slim(self, words: &mut Words) -> Node {
        let status = self.status.unwrap_or_default();
        let info = status.node_info.unwrap_or_default();
        let capacity = status.capacity.unwrap_or_default();
        Node {
            name: self.metadata.and_then(|meta| meta.name).unwrap_or_default(),
            ready: is_ready(status.conditions.as_deref()),
            cordoned: self.spec.as_ref().and_then(|spec| spec.unschedulable).unwrap_or_default(),
            pressures: pressures(status.conditions.as_deref().unwrap_or_default(), words),
            capacity: Capacity {
                cpu: words.maybe(capacity.cpu.as_deref()),
                memory: words.maybe(capacity.memory.as_deref()),
                ephemeral_storage: words.maybe(capacity.ephemeral_storage.as_deref()),
            },
            provider: words.maybe(self.spec.as_ref().and_then(|spec| scheme(spec.provider_id.as_deref()?))),
            kubelet_version: words.or_empty(info.kubelet_version.as_deref()),
            os_image: words.or_empty(info.os_image.as_deref()),
            kernel_version: words.or_empty(info.kernel_version.as_deref()),
            container_runtime: words.or_empty(info.container_runtime_version.as_deref()),
            architecture: words.or_empty(info.architecture.as_deref()),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Meta {
    name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Spec {
    #[serde(rename = "providerID")]
    provider_id: Option<String>,
    unschedulable: Option<bool>,
}

/// The conditions that report a shortage: <https://kubernetes.io/docs/reference/node/node-status/#condition>.
fn pressures(conditions: &[Condition], words: &mut Words) -> Vec<Arc<str>> {
    let short = |kind: &&str| kind.ends_with("Pressure") || *kind == "NetworkUnavailable";
    let raised = conditions.iter().filter(|condition| condition.is_true());
    raised.filter_map(|condition| condition.kind.as_deref()).filter(short).map(|kind| words.shared(kind)).collect()
}

/// What stands before `://`: the rest of a provider's id names the machine.
fn scheme(provider_id: &str) -> Option<&str> {
    provider_id.split_once("://").map(|(scheme, _)| scheme)
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    capacity: Option<CapacityObject>,
    conditions: Option<Vec<Condition>>,
    node_info: Option<NodeInfo>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct CapacityObject {
    cpu: Option<String>,
    memory: Option<String>,
    ephemeral_storage: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct NodeInfo {
    kubelet_version: Option<String>,
    os_image: Option<String>,
    kernel_version: Option<String>,
    container_runtime_version: Option<String>,
    architecture: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn slim(object: Value) -> Node {
        serde_json::from_value::<NodeObject>(object).unwrap().slim(&mut Words::default())
    }

    #[test]
    fn a_node_without_a_ready_condition_is_not_ready() {
        assert!(slim(json!({"status": {"conditions": [{"type": "Ready", "status": "True"}]}})).ready);
        for conditions in [json!([]), json!(null), json!([{"type": "Ready", "status": "Unknown"}])] {
            assert!(!slim(json!({"status": {"conditions": conditions}})).ready);
        }
    }

    #[test]
    fn a_cordoned_node_and_a_short_one_are_known() {
        let node = slim(json!({"spec": {"unschedulable": true}, "status": {"conditions": [
            {"type": "DiskPressure", "status": "True"}, {"type": "MemoryPressure", "status": "False"},
            {"type": "Ready", "status": "True"}]}}));
        assert!(node.ready && node.cordoned);
        assert_eq!(node.pressures, ["DiskPressure".into()]);
        assert_eq!(slim(json!({"spec": {}})), slim(json!({"spec": {"unschedulable": false}})));
    }

    #[test]
    fn of_a_providers_id_only_the_scheme_is_kept() {
        let provider = |id: &str| slim(json!({"spec": {"providerID": id}})).provider;
        assert_eq!(provider("aws:///eu-west-1a/i-0abc").as_deref(), Some("aws"));
        assert_eq!((provider("i-0abc"), slim(json!({"spec": null})).provider), (None, None));
    }

    #[test]
    fn capacity_keeps_three_quantities_as_they_stand() {
        let capacity = json!({"cpu": "32", "memory": "15885Mi", "ephemeral-storage": "1Ki", "acme.example/fpga": "4"});
        let node = slim(json!({"metadata": {"name": "n"}, "status": {"capacity": capacity}}));
        let read = (node.capacity.cpu.as_deref(), node.capacity.memory.as_deref());
        assert_eq!(read, (Some("32"), Some("15885Mi")));
        assert_eq!(node.capacity.ephemeral_storage.as_deref(), Some("1Ki"));
    }
}
