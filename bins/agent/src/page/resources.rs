//! What is in the namespace, kind by kind: what is not ready first.

use std::ops::Deref;
use std::sync::Arc;

use maud::{Markup, html};
use wfm_core::collector::{Inventory, Node, Pod, Resource, Service, Totals, Unreadable, UnreadableCause, Workload};
use wfm_core::quantity::Quantity;
use wfm_core::report::ClusterReport;

use crate::agent::View;
use crate::words::{ago, count, grouped};

/// So many objects of a kind are listed: enough for people to read, and bounded in a cluster of thousands.
const OBJECTS: usize = 100;

/// What a line says of an object: whether it is fine, its name, and what else.
struct Of<T> {
    ready: fn(&T) -> bool,
    name: fn(&T) -> &str,
    more: fn(&T) -> String,
}

const SERVICE: Of<Service> = Of { ready: |_| true, name: |service| &service.name, more: service };
const WORKLOAD: Of<Workload> =
    Of { ready: |w| w.ready >= w.desired && w.desired > 0, name: |workload| &workload.name, more: workload };
/// A pod that has done its work is not ready, and nothing is wrong with it.
const POD: Of<Pod> = Of { ready: |pod| pod.ready || &*pod.phase == "Succeeded", name: |pod| &pod.name, more: pod };
const NODE: Of<Node> = Of { ready: |node| node.ready, name: |node| &node.name, more: node };

pub(super) fn resources(view: &View, report: &ClusterReport) -> Markup {
    let seen = &report.inventory;
    html! {
        section aria-labelledby="resources" {
            h2 #resources { "Resources" }
            (block(view, "Services", Resource::Services, seen, &seen.services, &SERVICE))
            (block(view, "Deployments", Resource::Deployments, seen, &seen.deployments, &WORKLOAD))
            (block(view, "Daemon sets", Resource::DaemonSets, seen, &seen.daemon_sets, &WORKLOAD))
            (block(view, "Stateful sets", Resource::StatefulSets, seen, &seen.stateful_sets, &WORKLOAD))
            (block(view, "Replication controllers", Resource::ReplicationControllers, seen, &seen.replication_controllers, &WORKLOAD))
            (block(view, "Pods", Resource::Pods, seen, &seen.pods, &POD))
            (totals(seen))
            (block(view, "Nodes", Resource::Nodes, seen, &seen.nodes, &NODE))
        }
    }
}

/// What the nodes have together.
fn totals(seen: &Inventory) -> Markup {
    let nodes = seen.nodes.as_deref().unwrap_or_default();
    let Totals { cpu, memory, ephemeral_storage } = Totals::of(nodes);
    let bytes = |sum: Option<Quantity>| sum.map_or("?".to_owned(), |sum| bytes(sum.whole()));
    html! {
        @if !nodes.is_empty() {
            p {
                (count(nodes.len() as u64, "node")) " with "
                @match cpu { Some(cpu) => (count(cpu.whole(), "core")), None => "? cores" }
                ", " (bytes(memory)) " of memory, " (bytes(ephemeral_storage)) " of disk"
            }
        }
    }
}

/// An amount of memory in its largest unit: `3.5 GiB`.
fn bytes(amount: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    let (mut unit, mut scale) = (UNITS[0], 1_u64 << 10);
    for next in &UNITS[1..] {
        if amount / scale < 1024 {
            break;
        }
        (unit, scale) = (next, scale << 10);
    }
    let tenths = u128::from(amount) * 10 / u128::from(scale);
    format!("{}.{} {unit}", tenths / 10, tenths % 10)
}

fn block<T, S: Deref<Target = [T]>>(
    view: &View,
    title: &str,
    resource: Resource,
    seen: &Inventory,
    section: &Result<S, Unreadable>,
    of: &Of<T>,
) -> Markup {
    let stale = seen.stale.iter().find(|stale| stale.unreadable.resource == resource);
    html! {
        @match (section, stale) {
            (Err(failure), _) => { h3 { (title) } (unreadable(view, failure)) },
            (Ok(objects), Some(stale)) => {
                h3 { (title) }
                (unreadable(view, &stale.unreadable))
                @if objects.is_empty() { p.soft { "None, as seen " (ago(view.now, stale.seen_at)) "." } }
                @else {
                    p.soft { (title) " as seen " (ago(view.now, stale.seen_at)) ":" }
                    (listed(title, resource, objects, of))
                }
            },
            (Ok(objects), None) => (listed(title, resource, objects, of)),
        }
    }
}

fn unreadable(view: &View, failure: &Unreadable) -> Markup {
    html! {
        p.note.bad { "✕ Could not be read: " (failure.message) }
        @if failure.cause == UnreadableCause::Forbidden {
            pre { "kubectl auth can-i list " (failure.resource) @if failure.resource != Resource::Nodes { " -n " (view.namespace) } }
        }
    }
}

fn listed<T>(title: &str, resource: Resource, objects: &[T], of: &Of<T>) -> Markup {
    if objects.is_empty() {
        return html! { p.resource { span.title { (title) } " " span.soft { "none" } } };
    }
    let mut order: Vec<(bool, &str, &T)> = objects.iter().map(|one| ((of.ready)(one), (of.name)(one), one)).collect();
    order.sort_by_key(|(ready, name, _)| (*ready, *name));
    let troubled = order.iter().filter(|(ready, ..)| !ready).count();
    let (shown, more) = order.split_at(order.len().min(OBJECTS));
    html! {
        details.resource data-key=(resource) {
            summary {
                span.title { (title) } " " (count(order.len() as u64, "object"))
                @if troubled > 0 { " " span.badge.bad { "! " (troubled) " not ready" } }
            }
            ul {
                @for (ready, name, object) in shown {
                    li {
                        @if *ready { span.badge.ok { "✓" } } @else { span.badge.bad { "! not ready" } }
                        " " code { (name) } " " span.soft { ((of.more)(object)) }
                    }
                }
                @if !more.is_empty() { li.soft { (rest(more.iter().map(|(ready, ..)| *ready))) } }
            }
        }
    }
}

/// What a list leaves out, for whoever wants the whole.
pub(super) fn rest(ready: impl Iterator<Item = bool>) -> Markup {
    let (ready, troubled): (Vec<bool>, Vec<bool>) = ready.partition(|ready| *ready);
    html! {
        "and " (grouped((ready.len() + troubled.len()) as u64)) " more"
        @if !troubled.is_empty() { ", " (grouped(troubled.len() as u64)) " of them not ready" }
        ": see " a href="report.json" { "the report as data" }
    }
}

fn service(service: &Service) -> String {
    let ports: Vec<String> = service.ports.iter().map(|port| port.port.to_string()).collect();
    format!("{} {}", service.service_type, ports.join(", "))
}

fn workload(workload: &Workload) -> String {
    format!("{} of {} ready", workload.ready, workload.desired)
}

fn pod(pod: &Pod) -> String {
    let restarts = pod.restarts();
    let troubles = pod.containers.iter().filter_map(|container| container.trouble.as_deref());
    let mut said: Vec<String> = std::iter::once(&*pod.phase).chain(troubles).map(ToOwned::to_owned).collect();
    said.extend(pod.reason.as_deref().map(ToOwned::to_owned));
    if restarts > 0 {
        said.push(count(restarts, "restart"));
    }
    said.join(", ")
}

fn node(node: &Node) -> String {
    let amount = |quantity: &Option<Arc<str>>| quantity.as_deref().unwrap_or("?").to_owned();
    format!(
        "kubelet {}, {} CPU, {} memory, {} disk",
        node.kubelet_version,
        amount(&node.capacity.cpu),
        amount(&node.capacity.memory),
        amount(&node.capacity.ephemeral_storage),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_said_in_its_largest_unit() {
        let said = [0, 1023, 131_843_164 << 10, 5 << 40, u64::MAX].map(bytes);
        assert_eq!(said, ["0.0 KiB", "0.9 KiB", "125.7 GiB", "5.0 TiB", "16383.9 PiB"]);
    }
}
