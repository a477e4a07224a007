//! What could not be seen of the components: why, since when, and the command that looks for the same.

use jiff::Timestamp;
use maud::{Markup, html};
use wfm_core::collector::{NamespaceState, Resource};
use wfm_core::report::ClusterReport;

use super::resources::nodes_in_trouble;
use crate::agent::View;
use crate::words::ago;

/// Why rows are absent or old, and nodes that explain what is not ready.
pub(super) fn unreadable(view: &View, report: &ClusterReport) -> Markup {
    let failures = report.inventory.unreadable();
    let concerned = failures.into_iter().filter(|one| one.resource.is_workload() || one.resource == Resource::Pods);
    html! {
        @if let Some(nodes) = nodes_in_trouble(&report.inventory) { p.note.warn { "! " (nodes) } }
        @for failure in concerned {
            p.note.bad {
                "✕ " (failure.resource) " could not be read: " (failure.message) "."
                @if let Some(seen) = seen_before(report, failure.resource) {
                    @if failure.resource == Resource::Pods { " What is shown of pods and of the versions that they run was seen " } @else { " What is grey was seen " }
                    (ago(view.now, seen)) "."
                }
            }
        }
    }
}

/// Since when what is shown of a resource is old; `None` where it is new, or was never seen.
pub(super) fn seen_before(report: &ClusterReport, resource: Resource) -> Option<Timestamp> {
    report.inventory.stale.iter().find(|stale| stale.unreadable.resource == resource).map(|stale| stale.seen_at)
}

pub(super) fn nothing_found(view: &View, report: &ClusterReport) -> Markup {
    if report.inventory.namespace == NamespaceState::Absent {
        return html! { p { "The namespace " strong { (view.namespace) } " does not exist. To see which do:" } pre { "kubectl get namespaces" } };
    }
    html! {
        @if report.inventory.unreadable().iter().all(|failure| !failure.resource.is_workload()) {
            p {
                "No deployment, daemon set, stateful set or replication controller is in the namespace "
                strong { (view.namespace) } ". This command shows the same:"
            }
            (look_for(view))
        }
    }
}

/// The command that lists what the components are looked for among.
pub(super) fn look_for(view: &View) -> Markup {
    html! { pre { "kubectl -n " (view.namespace) " get deployments,daemonsets,statefulsets,replicationcontrollers" } }
}
