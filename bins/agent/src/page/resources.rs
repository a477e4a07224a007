//! What is in the namespace, kind by kind: what is not ready first.

use maud::{Markup, html};
use wfm_core::collector::{Node, Pod, Resource, Section, Service, UnreadableCause, Workload};
use wfm_core::report::ClusterReport;

use crate::agent::View;
use crate::words::count;

/// One line: whether it is fine, its name, and what else to say.
struct Line {
    ready: bool,
    name: String,
    more: String,
}

pub(super) fn resources(view: &View, report: &ClusterReport) -> Markup {
    let seen = &report.inventory;
    html! {
        section aria-labelledby="resources" {
            h2 #resources { "Resources" }
            (block(view, "Services", Resource::Services, &seen.services, service))
            (block(view, "Deployments", Resource::Deployments, &seen.deployments, workload))
            (block(view, "Daemon sets", Resource::DaemonSets, &seen.daemon_sets, workload))
            (block(view, "Stateful sets", Resource::StatefulSets, &seen.stateful_sets, workload))
            (block(view, "Replication controllers", Resource::ReplicationControllers, &seen.replication_controllers, workload))
            (block(view, "Pods", Resource::Pods, &seen.pods, pod))
            (block(view, "Nodes", Resource::Nodes, &seen.nodes, node))
        }
    }
}

fn block<T>(view: &View, title: &str, resource: Resource, section: &Section<T>, line: fn(&T) -> Line) -> Markup {
    let objects = match section {
        Ok(objects) => objects,
        Err(failure) => {
            return html! {
                h3 { (title) }
                p.note.bad { "✕ Could not be read: " (failure.message) }
                @if failure.cause == UnreadableCause::Forbidden {
                    pre { "kubectl auth can-i list " (resource) @if resource != Resource::Nodes { " -n " (view.namespace) } }
                }
            };
        }
    };
    if objects.is_empty() {
        return html! { h3 { (title) " " span.soft { "none" } } };
    }
    let mut lines: Vec<Line> = objects.iter().map(line).collect();
    lines.sort_by(|a, b| (a.ready, &a.name).cmp(&(b.ready, &b.name)));
    let troubled = lines.iter().filter(|line| !line.ready).count();
    html! {
        details.resource data-key=(resource) {
            summary {
                span.title { (title) } " " (count(lines.len() as u64, "object"))
                @if troubled > 0 { " " span.badge.bad { "! " (troubled) " not ready" } }
            }
            ul { @for line in &lines {
                li {
                    @if line.ready { span.badge.ok { "✓" } } @else { span.badge.bad { "! not ready" } }
                    " " code { (line.name) } " " span.soft { (line.more) }
                }
            } }
        }
    }
}

fn service(service: &Service) -> Line {
    let ports: Vec<String> = service.ports.iter().map(ToString::to_string).collect();
    Line { ready: true, name: service.name.clone(), more: format!("{} {}", service.service_type, ports.join(", ")) }
}

fn workload(workload: &Workload) -> Line {
    Line {
        ready: workload.ready >= workload.desired && workload.desired > 0,
        name: workload.name.clone(),
        more: format!("{} of {} ready", workload.ready, workload.desired),
    }
}

fn pod(pod: &Pod) -> Line {
    let restarts = pod.restarts();
    let mut more = pod.phase.clone();
    let troubles = pod.containers.iter().filter_map(|container| container.trouble.as_deref());
    for trouble in troubles.chain(pod.reason.as_deref()) {
        more.push_str(", ");
        more.push_str(trouble);
    }
    if restarts > 0 {
        more.push_str(&format!(", {}", count(restarts, "restart")));
    }
    // A pod that has done its work is not ready, and nothing is wrong with it.
    Line { ready: pod.ready || pod.phase == "Succeeded", name: pod.name.clone(), more }
}

fn node(node: &Node) -> Line {
    let amount = |quantity: &Option<String>| quantity.clone().unwrap_or_else(|| "?".to_owned());
    let more = format!(
        "kubelet {}, {} CPU, {} memory, {} disk",
        node.kubelet_version,
        amount(&node.capacity.cpu),
        amount(&node.capacity.memory),
        amount(&node.capacity.ephemeral_storage),
    );
    Line { ready: node.ready, name: node.name.clone(), more }
}
