use std::collections::BTreeMap;

use serde::Deserialize;
use wfm_core::collector::Service;

/// A service.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct ServiceObject {
    metadata: Option<Meta>,
    spec: Option<Spec>,
}

impl ServiceObject {
    pub(crate) fn slim(self) -> Service {
        let spec = self.spec.unwrap_or_default();
        let ports = spec.ports.unwrap_or_default().into_iter();
        Service {
            name: self.metadata.and_then(|meta| meta.name).unwrap_or_default(),
            // What the API server sets where a service names none.
            service_type: spec.service_type.unwrap_or_else(|| "ClusterIP".to_owned()),
            has_selector: spec.selector.is_some_and(|selector| !selector.is_empty()),
            ports: ports.filter_map(|port| u16::try_from(port.port?).ok()).collect(),
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
    #[serde(rename = "type")]
    service_type: Option<String>,
    ports: Option<Vec<Port>>,
    selector: Option<BTreeMap<String, serde::de::IgnoredAny>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Port {
    port: Option<i64>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_service_lists_the_ports_that_can_be_ports() {
        let object = json!({"metadata": {"name": "deis-router"}, "spec": {"type": "LoadBalancer", "selector": {"app": "deis-router"}, "ports":
            [{"port": 80, "nodePort": 30080}, {"port": -1}, {"port": 70000}, {}, {"port": 443}]}});
        let service = serde_json::from_value::<ServiceObject>(object).unwrap().slim();
        let expected = Service {
            name: "deis-router".into(),
            service_type: "LoadBalancer".into(),
            ports: vec![80, 443],
            has_selector: true,
        };
        assert_eq!(service, expected);
    }

    #[test]
    fn a_service_without_a_selector_leads_out_of_the_cluster_and_so_does_an_external_name() {
        let leads_out = |spec: serde_json::Value| {
            serde_json::from_value::<ServiceObject>(json!({"spec": spec})).unwrap().slim().leads_out()
        };
        assert!(leads_out(json!({})) && leads_out(json!({"selector": {}})));
        assert!(leads_out(json!({"type": "ExternalName", "selector": {"app": "a"}})));
        assert!(!leads_out(json!({"selector": {"app": "a"}})));
    }
}
