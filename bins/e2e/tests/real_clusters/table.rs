//! The truth of each row, as an operator would state it.

/// A component of a cluster: the truth, and what is said of it.
pub(crate) struct Row {
    pub(crate) component: &'static str,
    /// For people who read the table; the rest is its consequence.
    pub(crate) truth: &'static str,
    /// What its row of the page contains.
    pub(crate) page: &'static [&'static str],
    /// What its row of the page must not contain.
    pub(crate) never: &'static [&'static str],
    /// Its status in `report.json`.
    pub(crate) status: &'static str,
    /// Its version in `report.json`; absent if unknown.
    pub(crate) version: Option<&'static str>,
    /// The state of its health in `report.json`.
    pub(crate) health: &'static str,
    /// Its version in the check-in; absent if the component is not in it.
    pub(crate) check_in: Option<&'static str>,
}

/// A row whose health is unremarkable and whose version is reported as it is shown.
const fn running(component: &'static str, truth: &'static str, status: &'static str, version: &'static str) -> Row {
    Row {
        component,
        truth,
        page: &[],
        never: &[],
        status,
        version: Some(version),
        health: "healthy",
        check_in: Some(version),
    }
}

const CURRENT: &str = "✓ current";

pub(crate) const CLUSTERS: &[(&str, &[Row])] = &[
    (
        "rollouts",
        &[
            Row {
                page: &["v2.18.1 on 2 pods", "v2.19.0 on 1", "rollout stuck", "ProgressDeadlineExceeded"],
                never: &[CURRENT],
                health: "unhealthy",
                ..running("deis-router", "v2.18.1 serves, the upgrade failed", "outdated", "v2.18.1")
            },
            Row {
                page: &["v2.4.1 on 2 pods", "v2.5.1 on 1", "partition"],
                never: &[CURRENT],
                ..running("deis-nsqd", "2 of 3 pods run v2.4.1: a partition keeps them", "outdated", "v2.4.1")
            },
            Row {
                page: &["v2.3.0", "OnDelete"],
                never: &[CURRENT],
                ..running("deis-logger-redis", "every pod runs v2.3.0 until it is deleted", "outdated", "v2.3.0")
            },
            Row {
                page: &["v2.14.2", "OnDelete"],
                never: &[CURRENT],
                ..running("deis-logger-fluentd", "every pod runs v2.14.2 until it is deleted", "outdated", "v2.14.2")
            },
            Row {
                page: &["v2.10.1 on 3 pods", "v2.11.2 on 1", "CrashLoopBackOff"],
                never: &[CURRENT],
                health: "unhealthy",
                ..running("deis-monitor-telegraf", "three pods run v2.10.1, the new one crashes", "outdated", "v2.10.1")
            },
            Row {
                page: &["v2.13.5", "paused"],
                never: &[CURRENT],
                ..running("deis-builder", "v2.13.5 runs, the Deployment is paused", "outdated", "v2.13.5")
            },
            Row {
                page: &["v2.7.5", "ReplicationController"],
                never: &[CURRENT],
                ..running("deis-database", "v2.7.5 runs: a ReplicationController replaces no pod", "outdated", "v2.7.5")
            },
            Row {
                page: &["v2.6.1"],
                never: &[CURRENT],
                ..running("deis-registry", "v2.4.2 runs, the annotation is v2.6.1", "outdated", "v2.4.2")
            },
            Row {
                page: &[CURRENT, "v2.20.0"],
                never: &["outdated"],
                ..running("deis-controller", "v2.22.0 runs, the annotation is v2.20.0", "current", "v2.22.0")
            },
        ],
    ),
    (
        "sidecars-and-tags",
        &[
            Row {
                page: &[CURRENT],
                never: &["1.22.3 →", "38 releases"],
                ..running("deis-router", "v2.19.0 behind an injected istio-proxy", "current", "v2.19.0")
            },
            Row {
                page: &[CURRENT],
                never: &["1.22.3 →"],
                ..running("deis-builder", "v2.13.7 from a mirror, the container is called main", "current", "v2.13.7")
            },
            Row {
                status: "unknown",
                version: None,
                check_in: Some("custom"),
                never: &[CURRENT, "▲ outdated"],
                ..running("deis-logger", "an image of another name beside istio-proxy: nothing tells", "", "")
            },
            Row {
                check_in: Some("custom"),
                never: &["▲ outdated"],
                ..running("deis-minio", "a hot fix of v2.4.5, the latest", "current", "v2.4.5-hotfix.1")
            },
            Row {
                check_in: Some("custom"),
                never: &["▲ outdated"],
                ..running("deis-monitor-telegraf", "a variant of v2.11.2, the latest", "current", "v2.11.2-alpine")
            },
            Row {
                page: &[CURRENT],
                ..running("deis-controller", "the tag is latest, the label v2.22.0", "current", "v2.22.0")
            },
            Row {
                page: &[CURRENT],
                ..running("deis-registry", "pinned by digest, the label is v2.6.1", "current", "v2.6.1")
            },
            Row {
                page: &["digest", "1e1e1e1e1e1e"],
                never: &[CURRENT, "no tag"],
                status: "unknown",
                version: None,
                check_in: Some("custom"),
                ..running("deis-database", "pinned by digest, and nothing tells the version", "", "")
            },
            Row {
                page: &["git-abc1234"],
                never: &[CURRENT],
                status: "unknown",
                version: None,
                check_in: Some("custom"),
                ..running("deis-monitor-grafana", "built from a commit", "", "")
            },
        ],
    ),
    (
        "default-chart",
        &[
            Row { page: &[CURRENT], ..running("deis-minio", "current", "current", "v2.4.5") },
            Row {
                page: &["minor, 2 releases"],
                check_in: Some("custom"),
                ..running(
                    "deis-registry-proxy",
                    "two releases behind, at a version that was never published",
                    "outdated",
                    "v1.4.2",
                )
            },
        ],
    ),
    ("off-cluster", &[Row { page: &[CURRENT], ..running("deis-router", "current", "current", "v2.19.0") }]),
    (
        "troubles",
        &[
            Row {
                page: &["0 of 1", "running, not ready: the readiness or startup probe of deis-builder"],
                health: "unhealthy",
                ..running("deis-builder", "its readiness probe fails", "current", "v2.13.7")
            },
            Row {
                page: &["2 pods: not scheduled: 0/6 nodes are available: 6 Insufficient cpu"],
                health: "unhealthy",
                ..running("deis-controller", "no node has room", "current", "v2.22.0")
            },
            Row {
                page: &["CrashLoopBackOff", "OOMKilled", "restarted 9 times"],
                health: "unhealthy",
                ..running("deis-database", "it runs out of memory again and again", "current", "v2.7.6")
            },
            Row {
                page: &["secret \"database-creds\" not found"],
                never: &["restarted 0 times"],
                health: "unhealthy",
                check_in: Some("custom"),
                ..running("deis-logger", "a Secret is missing", "ahead", "v2.9.0")
            },
            Row {
                page: &["cannot be pulled", "401 Unauthorized"],
                never: &["restarted 0 times"],
                health: "unhealthy",
                ..running("deis-minio", "the registry refuses the image", "current", "v2.4.5")
            },
            Row {
                page: &["41", "OOMKilled"],
                check_in: Some("custom"),
                ..running(
                    "deis-monitor-grafana",
                    "ready now, and restarted 41 times for want of memory",
                    "ahead",
                    "v2.13.1",
                )
            },
            Row {
                page: &["6 pods: not scheduled: 0/6 nodes are available: 6 Insufficient memory"],
                health: "unhealthy",
                ..running("deis-monitor-telegraf", "no node has room for any of six", "current", "v2.11.2")
            },
            Row {
                page: &["1 of 3", "exceeded quota"],
                health: "unhealthy",
                ..running("deis-nsqd", "a quota keeps two of three pods away", "current", "v2.5.1")
            },
            Row {
                page: &["being deleted"],
                health: "unhealthy",
                ..running(
                    "deis-registry",
                    "its one pod is being deleted, and a quota keeps the next away",
                    "current",
                    "v2.6.1",
                )
            },
            Row {
                page: &[CURRENT, "3 of 3"],
                ..running("deis-router", "healthy beside two evicted pods", "current", "v2.19.0")
            },
            Row {
                page: &["scaled to zero"],
                health: "stopped",
                ..running("deis-logger-redis", "scaled to zero", "current", "v2.4.2")
            },
        ],
    ),
    (
        "kinds-services-nodes",
        &[
            Row {
                page: &[
                    "✕ missing",
                    "no Deployment, DaemonSet, StatefulSet or ReplicationController",
                    "the pod deis-builder",
                ],
                version: None,
                health: "unknown",
                check_in: None,
                ..running("deis-builder", "a pod that belongs to no workload runs it", "missing", "")
            },
            Row {
                page: &["1 of 1"],
                ..running("deis-controller", "a Deployment and a ReplicationController run it", "current", "v2.22.0")
            },
        ],
    ),
];

/// What the banner of each cluster contains, and what it must not.
pub(crate) const BANNERS: &[(&str, &[&str], &[&str])] = &[
    ("rollouts", &["2 components are unhealthy", "; 6 out of date"], &["current"]),
    ("default-chart", &["3 of 15 installed components are out of date"], &["missing", "unknown"]),
    ("off-cluster", &["1 of 9 installed components is out of date"], &["missing", "unknown"]),
    ("troubles", &["components are unhealthy"], &["✓"]),
    ("terminating", &["The namespace deis is being deleted"], &["✓", "missing"]),
];
