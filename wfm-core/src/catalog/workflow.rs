//! Hephy Workflow's components, from its documentation ("Workflow Components") and its charts.

use super::{Catalog, CatalogEntry, Neighbour, Presence};
use crate::cluster::Namespace;
use crate::component::WorkloadKind::{self, DaemonSet, Deployment, StatefulSet};
use crate::version::Version;

/// A component: its name, how it is installed, when its absence is a fault, and what it does.
struct Row(&'static str, WorkloadKind, Rule, &'static str);

/// What the charts say of a component's absence (docs/decisions/0029-presence-rules.md has them release by release).
#[derive(Clone, Copy, PartialEq)]
enum Rule {
    /// In every release, whatever the values are.
    Always,
    /// As always, from this version of the controller on.
    Since(&'static str),
    /// A value of the chart switches it off, together with its Services.
    Beside(&'static [&'static str]),
    /// The same, from this version of the controller on.
    BesideSince(&'static [&'static str], &'static str),
    /// A value decides, and leaves no trace that the agent may read.
    Optional,
    /// It runs during a build, or with an application.
    OnDemand,
}

use Rule::{Always, Beside, BesideSince, OnDemand, Optional, Since};

const COMPONENTS: &[Row] = &[
    Row("deis-builder", Deployment, Always, "Accepts code pushes over Git and manages the build of an application"),
    Row("deis-controller", Deployment, Always, "The HTTP API that the command line talks to"),
    Row("deis-database", Deployment, Beside(&["service/deis-database"]), "PostgreSQL, holding the platform's state"),
    Row("deis-dockerbuilder", Deployment, OnDemand, "Builds an image from a Dockerfile; runs during a build"),
    Row("deis-logger", Deployment, Always, "Keeps a ring buffer of application logs"),
    Row("deis-logger-fluentd", DaemonSet, Always, "Ships container logs from every node"),
    Row("deis-logger-redis", StatefulSet, Beside(&["service/deis-logger-redis"]), "Stores the logger's ring buffer"),
    Row("deis-minio", Deployment, Beside(&["service/deis-minio"]), "Object storage inside the cluster"),
    Row(
        "deis-monitor-grafana",
        Deployment,
        Beside(&["service/deis-monitor-grafana"]),
        "Dashboards over the collected metrics",
    ),
    Row(
        "deis-monitor-influxdb",
        Deployment,
        Beside(&["service/deis-monitor-influxapi", "service/deis-monitor-influxui"]),
        "Stores the collected metrics",
    ),
    Row("deis-monitor-telegraf", DaemonSet, Always, "Collects metrics on every node"),
    Row("deis-nsqd", StatefulSet, Since("v2.1.0"), "Queue between log shipping and the logger"),
    Row(
        "deis-registry",
        Deployment,
        Beside(&["service/deis-registry", "deis-registry-proxy"]),
        "Holds the application images",
    ),
    Row(
        "deis-registry-proxy",
        DaemonSet,
        BesideSince(&["deis-registry", "service/deis-registry"], "v2.3.0"),
        "Makes the registry reachable on every node",
    ),
    Row("deis-registry-token-refresher", Deployment, Optional, "Renews the credentials of a registry in the cloud"),
    Row("deis-router", Deployment, Beside(&["service/deis-router"]), "Routes inbound traffic to applications"),
    Row("deis-slugbuilder", Deployment, OnDemand, "Turns pushed code into a slug; runs during a build"),
    Row("deis-slugrunner", Deployment, OnDemand, "Runs a slug; started with an application"),
    Row("deis-workflow-manager", Deployment, Always, "Watches the versions and the health of the components"),
];

/// No component has Workflow's own version. The controller's rises with nearly every release of Workflow, so it dates an
/// installation: v2.1.0 came with Workflow v2.1.0, v2.3.1 with v2.3.0.
const RELEASE_COMPONENT: &str = "deis-controller";

pub(super) fn catalog() -> Catalog {
    let release_component = RELEASE_COMPONENT.parse().expect("`every_row_can_be_read` reads it");
    Catalog::new("Hephy Workflow", COMPONENTS.iter().map(entry))
        .with_namespace(Some(Namespace::default()))
        .with_release_component(Some(release_component))
}

fn entry(Row(name, kind, rule, description): &Row) -> CatalogEntry {
    let presence = match rule {
        Optional => Presence::Optional,
        OnDemand => Presence::OnDemand,
        Always | Since(_) | Beside(_) | BesideSince(..) => Presence::Expected,
    };
    let since = match rule {
        Since(version) | BesideSince(_, version) => Some(*version),
        _ => None,
    };
    let neighbours = match rule {
        Beside(neighbours) | BesideSince(neighbours, _) => *neighbours,
        _ => &[],
    };
    let version = |text: &str| text.parse::<Version>().expect("`every_row_can_be_read` reads all versions");
    let neighbour = |text: &&str| text.parse::<Neighbour>().expect("`every_row_can_be_read` reads all neighbours");
    let name = name.parse().expect("`every_row_can_be_read` reads all names");
    CatalogEntry::new(name, *kind, presence, (*description).to_owned())
        .with_releases(since.map(version), None)
        .with_neighbours(neighbours.iter().map(neighbour).collect(), Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_can_be_read() {
        assert_eq!(catalog().iter().count(), 19);
    }

    #[test]
    fn builders_and_the_slugrunner_are_never_missing() {
        let on_demand: Vec<&str> = COMPONENTS.iter().filter(|row| row.2 == OnDemand).map(|row| row.0).collect();
        assert_eq!(on_demand, ["deis-dockerbuilder", "deis-slugbuilder", "deis-slugrunner"]);
    }
}
