use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use wfm_core::collector::{Service, ServicePort};

use super::Words;

/// A service.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct ServiceObject {
    metadata: Option<Meta>,
    spec: Option<Spec>,
    status: Option<Status>,
}

impl ServiceObject {
    /// `ready_pods` stays open until [`Selectors::fill`] has seen every pod.
    pub(crate) fn slim(self, words: &mut Words, selectors: &mut Selectors) -> Service {
        let spec = self.spec.unwrap_or_default();
        let addresses = self.status.and_then(|status| status.load_balancer?.ingress).unwrap_or_default();
        let port = |port: Port| {
            let protocol = words.shared(port.protocol.as_deref().unwrap_or("TCP"));
            Some(ServicePort { port: u16::try_from(port.port?).ok()?, protocol })
        };
        let has_selector = selectors.add(spec.selector);
        Service {
            name: self.metadata.and_then(|meta| meta.name).unwrap_or_default(),
            ports: spec.ports.unwrap_or_default().into_iter().filter_map(port).collect(),
            headless: spec.cluster_ip.as_deref() == Some("None"),
            external_name: spec.external_name,
            pending: spec.service_type.as_deref() == Some("LoadBalancer") && addresses.is_empty(),
            // What the API server sets where a service names none.
            service_type: spec.service_type.unwrap_or_else(|| "ClusterIP".to_owned()),
            has_selector,
            ready_pods: None,
        }
    }
}

/// The selectors of all services in the order of their list, and how many ready pods each matches.
#[derive(Default)]
pub(crate) struct Selectors {
    all: Vec<Option<Selector>>,
    /// By the first pair of a selector: a pod is compared only with those that share a pair with it.
    by_pair: HashMap<(String, String), Vec<usize>>,
}

struct Selector {
    pairs: BTreeMap<String, String>,
    ready_pods: u32,
}

impl Selectors {
    /// Whether it selects anything.
    fn add(&mut self, pairs: Option<BTreeMap<String, String>>) -> bool {
        let selector = pairs.filter(|pairs| !pairs.is_empty()).map(|pairs| Selector { pairs, ready_pods: 0 });
        if let Some((key, value)) = selector.as_ref().and_then(|selector| selector.pairs.first_key_value()) {
            self.by_pair.entry((key.clone(), value.clone())).or_default().push(self.all.len());
        }
        let selects = selector.is_some();
        self.all.push(selector);
        selects
    }

    /// Counts a ready pod with these labels.
    pub(crate) fn count(&mut self, labels: &BTreeMap<String, String>) {
        for (key, value) in labels {
            for index in self.by_pair.get(&(key.clone(), value.clone())).into_iter().flatten() {
                let Some(selector) = self.all.get_mut(*index).and_then(Option::as_mut) else { continue };
                if selector.pairs.iter().all(|(key, value)| labels.get(key) == Some(value)) {
                    selector.ready_pods = selector.ready_pods.saturating_add(1);
                }
            }
        }
    }

    /// Writes the counts into the services, which stand in the order in which they were read.
    pub(crate) fn fill(&self, services: &mut [Service]) {
        for (service, selector) in services.iter_mut().zip(&self.all) {
            service.ready_pods = selector.as_ref().map(|selector| selector.ready_pods);
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Meta {
    name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Spec {
    #[serde(rename = "type")]
    service_type: Option<String>,
    #[serde(rename = "clusterIP")]
    cluster_ip: Option<String>,
    external_name: Option<String>,
    selector: Option<BTreeMap<String, String>>,
    ports: Option<Vec<Port>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Port {
    port: Option<i64>,
    protocol: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    load_balancer: Option<LoadBalancer>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct LoadBalancer {
    ingress: Option<Vec<serde::de::IgnoredAny>>,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn slim(object: Value, selectors: &mut Selectors) -> Service {
        serde_json::from_value::<ServiceObject>(object).unwrap().slim(&mut Words::default(), selectors)
    }

    #[test]
    fn a_service_lists_the_ports_that_can_be_ports_with_their_protocols() {
        let object = json!({"metadata": {"name": "deis-router"}, "spec": {"type": "LoadBalancer", "ports":
            [{"port": 80, "nodePort": 30080}, {"port": -1}, {"port": 70000}, {}, {"port": 443, "protocol": "UDP"}]}});
        let service = slim(object, &mut Selectors::default());
        let ports: Vec<_> = service.ports.iter().map(|port| (port.port, &*port.protocol)).collect();
        assert_eq!(ports, [(80, "TCP"), (443, "UDP")]);
        assert!(service.pending);
    }

    #[test]
    fn headless_external_and_balanced_services_are_told_apart() {
        let read = |object: Value| slim(object, &mut Selectors::default());
        assert!(read(json!({"spec": {"clusterIP": "None"}})).headless);
        let external = read(json!({"spec": {"type": "ExternalName", "externalName": "db.example"}}));
        assert_eq!(external.external_name.as_deref(), Some("db.example"));
        let balanced = json!({"spec": {"type": "LoadBalancer"},
            "status": {"loadBalancer": {"ingress": [{"hostname": "lb.example"}]}}});
        assert!(!read(balanced).pending);
    }

    #[test]
    fn a_selector_counts_the_ready_pods_that_have_all_its_labels() {
        let mut selectors = Selectors::default();
        let object = |selector: Value| json!({"spec": {"selector": selector}});
        let mut services = vec![
            slim(object(json!({"app": "router", "tier": "web"})), &mut selectors),
            slim(object(json!({"app": "nothing"})), &mut selectors),
            slim(object(json!({})), &mut selectors),
        ];
        let labels = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
        selectors.count(&labels(&[("app", "router"), ("tier", "web"), ("x", "y")]));
        selectors.count(&labels(&[("app", "router"), ("tier", "db")]));
        selectors.fill(&mut services);
        assert_eq!(services.iter().map(|service| service.ready_pods).collect::<Vec<_>>(), [Some(1), Some(0), None]);
    }
}
