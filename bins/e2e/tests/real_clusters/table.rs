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
];

/// What the banner of each cluster begins with.
pub(crate) const HEADINGS: &[(&str, &str)] = &[("terminating", "The namespace deis is being deleted")];
