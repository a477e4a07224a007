//! Hephy Workflow's components, from its documentation ("Workflow Components") and its charts.

use super::{Catalog, CatalogEntry, Presence};
use crate::cluster::Namespace;
use crate::component::WorkloadKind::{self, DaemonSet, Deployment, StatefulSet};
use Presence::{Expected, OnDemand};

/// Name, how it is installed, whether it is always there, what it does.
const COMPONENTS: &[(&str, WorkloadKind, Presence, &str)] = &[
    ("deis-builder", Deployment, Expected, "Accepts code pushes over Git and manages the build of an application"),
    ("deis-controller", Deployment, Expected, "The HTTP API that the command line talks to"),
    ("deis-database", Deployment, Expected, "PostgreSQL, holding the platform's state"),
    ("deis-dockerbuilder", Deployment, OnDemand, "Builds an image from a Dockerfile; runs during a build"),
    ("deis-logger", Deployment, Expected, "Keeps a ring buffer of application logs"),
    ("deis-logger-fluentd", DaemonSet, Expected, "Ships container logs from every node"),
    ("deis-logger-redis", StatefulSet, Expected, "Stores the logger's ring buffer"),
    ("deis-minio", Deployment, Expected, "Object storage inside the cluster"),
    ("deis-monitor-grafana", Deployment, Expected, "Dashboards over the collected metrics"),
    ("deis-monitor-influxdb", Deployment, Expected, "Stores the collected metrics"),
    ("deis-monitor-telegraf", DaemonSet, Expected, "Collects metrics on every node"),
    ("deis-nsqd", StatefulSet, Expected, "Queue between log shipping and the logger"),
    ("deis-registry", Deployment, Expected, "Holds the application images"),
    ("deis-registry-proxy", DaemonSet, Expected, "Makes the registry reachable on every node"),
    ("deis-registry-token-refresher", Deployment, Expected, "Renews the credentials of an external registry"),
    ("deis-router", Deployment, Expected, "Routes inbound traffic to applications"),
    ("deis-slugbuilder", Deployment, OnDemand, "Turns pushed code into a slug; runs during a build"),
    ("deis-slugrunner", Deployment, OnDemand, "Runs a slug; started with an application"),
    ("deis-workflow-manager", Deployment, Expected, "Watches the versions and the health of the components"),
];

pub(super) fn catalog() -> Catalog {
    let entries = COMPONENTS.iter().map(|(name, kind, presence, description)| {
        let name = name.parse().expect("the table holds valid names: `every_name_is_valid` reads them all");
        CatalogEntry::new(name, *kind, *presence, (*description).to_owned())
    });
    Catalog::new("Hephy Workflow", entries).with_namespace(Some(Namespace::default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::ComponentName;

    #[test]
    fn every_name_is_valid() {
        assert!(COMPONENTS.iter().all(|(name, ..)| name.parse::<ComponentName>().is_ok()));
        assert_eq!(catalog().iter().count(), 19);
    }

    #[test]
    fn builders_and_the_slugrunner_are_never_missing() {
        let on_demand: Vec<&str> = COMPONENTS.iter().filter(|c| c.2 == OnDemand).map(|c| c.0).collect();
        assert_eq!(on_demand, ["deis-dockerbuilder", "deis-slugbuilder", "deis-slugrunner"]);
    }
}
