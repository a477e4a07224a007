//! The environment, with and without the prefix.

use std::collections::BTreeMap;

/// A prefix under which every name works too.
pub(super) const PREFIX: &str = "WORKFLOW_MANAGER_";

/// Names that are read, or that old deployments set and nobody needs any more.
const KNOWN: &[&str] = &[
    "API_VERSION",
    "CATALOG_FILE",
    "CHECKVERSIONS",
    "CHECK_VERSIONS",
    "COHORT",
    "CONFIG_FILE",
    "DEIS_NAMESPACE",
    "DOCTOR_API_URL",
    "IGNORE",
    "ABSENT",
    "ALLOWED_HOSTS",
    "PIN",
    "POLL_INTERVAL_SEC",
    "PORT",
    "RELEASES_FILE",
    "SHARE_SCHEMA",
    "SHARE_USAGE_DATA",
    "STATE_DIR",
    "TRAIN",
    "VERSIONS_API_URL",
];

pub(super) struct Env<'a>(pub(super) &'a BTreeMap<String, String>);

impl Env<'_> {
    /// The name that is set, and its value; the longer name goes first. An empty value is as good as none.
    pub(super) fn find(&self, name: &str) -> Option<(String, &str)> {
        [format!("{PREFIX}{name}"), name.to_owned()].into_iter().find_map(|name| {
            let value = self.0.get(&name)?.trim();
            // Kubernetes sets WORKFLOW_MANAGER_PORT=tcp://… itself where a service is called workflow-manager.
            (!value.is_empty() && !value.starts_with("tcp://")).then_some((name, value))
        })
    }

    /// A warning for every name of ours that nobody reads.
    pub(super) fn unread(&self) -> impl Iterator<Item = String> {
        let ours = self.0.keys().filter(|name| name.starts_with(PREFIX));
        // Kubernetes itself sets these for a service of the agent's old name.
        let service = ["SERVICE_", "PORT_"];
        ours.filter(move |name| {
            let bare = &name[PREFIX.len()..];
            !KNOWN.contains(&bare) && !service.iter().any(|start| bare.starts_with(start))
        })
        .map(|name| format!("{name} is no setting of this agent; it has no effect"))
    }
}
