use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// The object's name.
    pub name: String,
    /// `ClusterIP`, `NodePort`, `LoadBalancer` or `ExternalName`.
    pub service_type: String,
    /// The ports it listens on.
    pub ports: Vec<ServicePort>,
    /// Whether it has no address of its own: `clusterIP: None`.
    pub headless: bool,
    /// The host that an `ExternalName` stands for.
    pub external_name: Option<String>,
    /// Whether a `LoadBalancer` still waits for its address.
    pub pending: bool,
    /// Whether it selects pods; one that does not leads to addresses that somebody wrote down.
    pub has_selector: bool,
    /// How many ready pods its selector matches; `None` if it has no selector, or if pods could not be read.
    pub ready_pods: Option<u32>,
}

impl Service {
    /// Whether it leads out of the cluster, as far as that shows.
    #[must_use]
    pub fn leads_out(&self) -> bool {
        self.service_type == "ExternalName" || !self.has_selector
    }
}

/// A port of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServicePort {
    /// Its number.
    pub port: u16,
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: Arc<str>,
}
