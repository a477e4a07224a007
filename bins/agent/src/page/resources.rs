//! What is in the namespace, kind by kind: what is not ready first.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use maud::{Markup, html};
use wfm_core::collector::{
    Inventory, Node, Pod, Resource, Service, ServicePort, Totals, Unreadable, UnreadableCause, Workload,
};
use wfm_core::quantity::Quantity;
use wfm_core::report::ClusterReport;

use crate::agent::View;
use crate::words::{ago, count, grouped};

/// So many objects of a kind are listed: enough for people to read, and bounded in a cluster of thousands.
const OBJECTS: usize = 100;
/// So many different values of a property of nodes are listed.
const VALUES: usize = 4;
/// So many nodes in the same trouble are named in a sentence.
const NAMED: usize = 3;
/// What has run to its end.
const ENDED: Mark = Mark::Plain("ended");

/// How an object fares.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Mark {
    /// Not as it should be: why, in a word or two.
    Bad(String),
    /// It works, and is to be looked at.
    Warn(String),
    /// Neither good nor bad.
    Plain(&'static str),
    /// As it should be.
    Good,
}

impl Mark {
    /// The order of a list: what is bad first.
    fn rank(&self) -> u8 {
        match self {
            Self::Bad(_) => 0,
            Self::Warn(_) => 1,
            Self::Plain(_) => 3,
            Self::Good => 2,
        }
    }

    fn badge(&self) -> Markup {
        html! {
            @match self {
                Self::Bad(word) => span.badge.bad { "! " (word) },
                Self::Warn(word) => span.badge.warn { "! " (word) },
                Self::Plain(word) => span.badge.dim { "– " (word) },
                Self::Good => span.badge.ok { "✓" },
            }
        }
    }
}

/// An object as a line shows it.
struct Line<'a> {
    mark: Mark,
    name: &'a str,
    more: String,
}

pub(super) fn resources(view: &View, report: &ClusterReport) -> Markup {
    let seen = &report.inventory;
    html! {
        section aria-labelledby="resources" {
            h2 #resources { "Resources" }
            (block(view, "Services", Resource::Services, seen, &seen.services, &|one| service(one, seen.is_readable(Resource::Pods))))
            (block(view, "Deployments", Resource::Deployments, seen, &seen.deployments, &workload))
            (block(view, "Daemon sets", Resource::DaemonSets, seen, &seen.daemon_sets, &workload))
            (block(view, "Stateful sets", Resource::StatefulSets, seen, &seen.stateful_sets, &workload))
            (block(view, "Replication controllers", Resource::ReplicationControllers, seen, &seen.replication_controllers, &workload))
            (block(view, "Pods", Resource::Pods, seen, &seen.pods, &pod))
            (totals(view, seen))
            (block(view, "Nodes", Resource::Nodes, seen, &seen.nodes, &node))
        }
    }
}

/// What the nodes have together.
fn totals(view: &View, seen: &Inventory) -> Markup {
    let nodes = seen.nodes.as_deref().unwrap_or_default();
    let Totals { cpu, memory, ephemeral_storage } = Totals::of(nodes);
    let bytes = |sum: Option<Quantity>| sum.map_or("?".to_owned(), |sum| bytes(sum.whole()));
    html! {
        @if !nodes.is_empty() {
            p {
                (count(nodes.len() as u64, "node")) " with "
                @match cpu { Some(cpu) => (count(cpu.whole(), "core")), None => "? cores" }
                ", " (bytes(memory)) " of memory, " (bytes(ephemeral_storage)) " of disk"
                @for word in [numbers(nodes, |node| &node.architecture), numbers(nodes, |node| &node.os_image)].iter().flatten() {
                    "; " (word)
                }
                @if let Some(read_at) = seen.nodes_read_at { span.soft { " (nodes read " (ago(view.now, read_at)) ")" } }
            }
        }
    }
}

/// How many nodes have which value, the most frequent first: `amd64 ×5, arm64 ×1`; `None` if no node has one.
fn numbers(nodes: &[Node], value: impl Fn(&Node) -> &str) -> Option<String> {
    let mut numbers: BTreeMap<&str, u64> = BTreeMap::new();
    for node in nodes {
        *numbers.entry(value(node)).or_default() += 1;
    }
    numbers.remove("");
    let mut numbers: Vec<(&str, u64)> = numbers.into_iter().collect();
    numbers.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    let named: Vec<String> =
        numbers.iter().take(VALUES).map(|(value, number)| format!("{value} ×{}", grouped(*number))).collect();
    let more = numbers.len().saturating_sub(VALUES);
    let rest = (more > 0).then(|| format!("{more} more"));
    (!named.is_empty()).then(|| named.into_iter().chain(rest).collect::<Vec<_>>().join(", "))
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
    line: &dyn Fn(&T) -> Line<'_>,
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
                    (listed(title, resource, objects, line))
                }
            },
            (Ok(objects), None) => (listed(title, resource, objects, line)),
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

fn listed<T>(title: &str, resource: Resource, objects: &[T], line: &dyn Fn(&T) -> Line<'_>) -> Markup {
    if objects.is_empty() {
        return html! { p.resource { span.title { (title) } " " span.soft { "none" } } };
    }
    let mut lines: Vec<Line<'_>> = objects.iter().map(line).collect();
    lines.sort_by_key(|line| (line.mark.rank(), line.name));
    let number = |wanted: fn(&Mark) -> bool| lines.iter().filter(|line| wanted(&line.mark)).count() as u64;
    let (bad, warned) = (number(|mark| matches!(mark, Mark::Bad(_))), number(|mark| matches!(mark, Mark::Warn(_))));
    let ended = number(|mark| *mark == ENDED);
    let (shown, more) = lines.split_at(lines.len().min(OBJECTS));
    html! {
        details.resource data-key=(resource) {
            summary {
                span.title { (title) } " " (count(lines.len() as u64, "object"))
                @if bad > 0 { " " span.badge.bad { "! " (grouped(bad)) " not ready" } }
                @if warned > 0 { " " span.badge.warn { "! " (grouped(warned)) " to look at" } }
                @if ended > 0 { " " span.badge.dim { (grouped(ended)) " ended" } }
            }
            ul {
                @for line in shown {
                    li { (line.mark.badge()) " " code { (line.name) } " " span.soft { (line.more) } }
                }
                @if !more.is_empty() { li.soft { (rest(more.iter().map(|line| !matches!(line.mark, Mark::Bad(_))))) } }
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

/// A service is fine if a ready pod is behind it. Those that have no selector are not judged: their addresses are not read.
fn service(service: &Service, pods_are_read: bool) -> Line<'_> {
    let kind = if service.headless { "headless" } else { &*service.service_type };
    let mut facts: Vec<String> = vec![format!("{kind} {}", ports(service)).trim_end().to_owned()];
    let mark = match (&service.external_name, service.ready_pods) {
        (Some(target), _) if service.service_type == "ExternalName" => {
            facts = vec![format!("ExternalName → {target} {}", ports(service)).trim_end().to_owned()];
            Mark::Plain("elsewhere")
        }
        _ if service.pending => Mark::Bad("pending".to_owned()),
        (_, None) if !pods_are_read => Mark::Plain("unknown"),
        (_, None) => Mark::Plain("no selector"),
        (_, Some(0)) => Mark::Bad("no ready pods".to_owned()),
        (_, Some(_)) => Mark::Good,
    };
    if service.pending {
        facts.push("it has no address yet".to_owned());
    }
    if let Some(pods @ 1..) = service.ready_pods {
        facts.push(count(pods.into(), "ready pod"));
    }
    Line { mark, name: &service.name, more: facts.join(", ") }
}

/// `80, 443`, or `443/TCP, 443/UDP` if not all are TCP.
fn ports(service: &Service) -> String {
    let all_tcp = service.ports.iter().all(|port| &*port.protocol == "TCP");
    let port = |port: &ServicePort| {
        if all_tcp { port.port.to_string() } else { format!("{}/{}", port.port, port.protocol) }
    };
    service.ports.iter().map(port).collect::<Vec<_>>().join(", ")
}

fn workload(workload: &Workload) -> Line<'_> {
    let mark = match workload {
        Workload { deleted: Some(_), .. } => Mark::Warn("being deleted".to_owned()),
        Workload { desired: 0, .. } => Mark::Plain("stopped"),
        Workload { ready, desired, .. } if ready >= desired => Mark::Good,
        _ => Mark::Bad("not ready".to_owned()),
    };
    Line { mark, name: &workload.name, more: format!("{} of {} ready", workload.ready, workload.desired) }
}

/// A pod that has ended is not ready, and nothing is wrong with it now: it did its work, or another took its place.
fn pod(pod: &Pod) -> Line<'_> {
    let restarts = pod.restarts();
    let troubles = pod.containers.iter().filter_map(|container| container.trouble.as_deref());
    let mut facts: Vec<String> = std::iter::once(&*pod.phase).chain(troubles).map(ToOwned::to_owned).collect();
    facts.extend(pod.reason.as_deref().map(ToOwned::to_owned));
    if restarts > 0 {
        facts.push(count(restarts, "restart"));
    }
    let mark = match pod {
        Pod { deleted: Some(_), .. } => Mark::Warn("being deleted".to_owned()),
        _ if pod.has_ended() => ENDED,
        Pod { ready: true, .. } => Mark::Good,
        _ => Mark::Bad("not ready".to_owned()),
    };
    Line { mark, name: &pod.name, more: facts.join(", ") }
}

fn node(node: &Node) -> Line<'_> {
    let cpu = node.capacity.cpu.as_deref().unwrap_or("?");
    let amount = |quantity: &Option<Arc<str>>| {
        let quantity = quantity.as_deref().and_then(|quantity| quantity.parse::<Quantity>().ok());
        quantity.map_or_else(|| "?".to_owned(), |quantity| bytes(quantity.whole()))
    };
    let (memory, disk) = (amount(&node.capacity.memory), amount(&node.capacity.ephemeral_storage));
    let mut facts = vec![format!("kubelet {}, {cpu} CPU, {memory} memory, {disk} disk", node.kubelet_version)];
    facts.extend(
        [&node.architecture, &node.os_image].into_iter().filter(|fact| !fact.is_empty()).map(|fact| fact.to_string()),
    );
    let shortages = shortages(node);
    let mark = match (node.ready, shortages.as_slice()) {
        (true, []) => Mark::Good,
        (true, shortages) => Mark::Warn(shortages.join(", ")),
        (false, []) => Mark::Bad("not ready".to_owned()),
        (false, shortages) => Mark::Bad(format!("not ready, {}", shortages.join(", "))),
    };
    Line { mark, name: &node.name, more: facts.join(", ") }
}

/// Why a node takes no more pods though it is ready.
fn shortages(node: &Node) -> Vec<&str> {
    node.cordoned.then_some("cordoned").into_iter().chain(node.pressures.iter().map(|pressure| &**pressure)).collect()
}

/// The nodes in trouble in one sentence; `None` if there are none.
pub(super) fn nodes_in_trouble(seen: &Inventory) -> Option<String> {
    let nodes = seen.nodes.as_deref().unwrap_or_default();
    let named = |wanted: &dyn Fn(&Node) -> bool| {
        let names: Vec<&str> = nodes.iter().filter(|node| wanted(node)).map(|node| node.name.as_str()).collect();
        let rest = names.len().saturating_sub(NAMED) as u64;
        let more = if rest > 0 { format!(" and {} more", grouped(rest)) } else { String::new() };
        let shown = names[..names.len().min(NAMED)].join(", ");
        (names.len() as u64, format!("({shown}{more})"))
    };
    let kinds = [
        ("not ready", named(&|node| !node.ready)),
        ("cordoned", named(&|node| node.cordoned)),
        ("short of memory, disk or the like", named(&|node| !node.pressures.is_empty())),
    ];
    let parts: Vec<String> = kinds
        .iter()
        .filter(|(_, (number, _))| *number > 0)
        .map(|(what, (number, names))| format!("{} {what} {names}", grouped(*number)))
        .collect();
    (!parts.is_empty()).then(|| format!("Of {}: {}.", count(nodes.len() as u64, "node"), parts.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(one: &Service) -> (Mark, String) {
        let Line { mark, more, .. } = service(one, true);
        (mark, more)
    }

    fn listening(ports: &[(u16, &str)]) -> Service {
        let port = |(port, protocol): &(u16, &str)| ServicePort { port: *port, protocol: (*protocol).into() };
        let ports = ports.iter().map(port).collect();
        Service { service_type: "ClusterIP".into(), ports, ready_pods: Some(2), ..Service::default() }
    }

    #[test]
    fn a_service_is_good_only_with_a_ready_pod_behind_it() {
        let web = || listening(&[(80, "TCP"), (443, "TCP")]);
        let bad = |word: &str| Mark::Bad(word.to_owned());
        let external = Some("db.example".to_owned());
        for (service, mark, more) in [
            (web(), Mark::Good, "ClusterIP 80, 443, 2 ready pods"),
            (listening(&[(443, "TCP"), (443, "UDP")]), Mark::Good, "ClusterIP 443/TCP, 443/UDP, 2 ready pods"),
            (Service { headless: true, ready_pods: Some(1), ..web() }, Mark::Good, "headless 80, 443, 1 ready pod"),
            (Service { ready_pods: Some(0), ..web() }, bad("no ready pods"), "ClusterIP 80, 443"),
            (Service { ready_pods: None, ..web() }, Mark::Plain("no selector"), "ClusterIP 80, 443"),
            (
                Service { service_type: "LoadBalancer".into(), pending: true, ..web() },
                bad("pending"),
                "LoadBalancer 80, 443, it has no address yet, 2 ready pods",
            ),
            (
                Service { service_type: "ExternalName".into(), external_name: external, ..Service::default() },
                Mark::Plain("elsewhere"),
                "ExternalName → db.example",
            ),
        ] {
            assert_eq!(marked(&service), (mark, more.to_owned()));
        }
        let unread = Service { ready_pods: None, ..web() };
        assert_eq!(service(&unread, false).mark, Mark::Plain("unknown"));
    }

    #[test]
    fn a_pod_that_has_ended_is_neither_ready_nor_in_trouble() {
        let of = |phase: &str, ready| Pod { phase: phase.into(), ready, ..Pod::default() };
        for (one, mark) in [
            (of("Running", true), Mark::Good),
            (of("Running", false), Mark::Bad("not ready".into())),
            (of("Failed", false), ENDED),
            (of("Succeeded", false), ENDED),
            (
                Pod { deleted: Some(jiff::Timestamp::UNIX_EPOCH), ..of("Running", true) },
                Mark::Warn("being deleted".into()),
            ),
        ] {
            assert_eq!(pod(&one).mark, mark);
        }
    }

    #[test]
    fn a_node_that_is_cordoned_or_short_is_no_good_node_and_its_sizes_are_readable() {
        let capacity = wfm_core::collector::Capacity {
            cpu: Some("3920m".into()),
            memory: Some("527372656Ki".into()),
            ephemeral_storage: None,
        };
        let good = Node {
            name: "n1".into(),
            ready: true,
            capacity,
            kubelet_version: "v1.36.2".into(),
            architecture: "arm64".into(),
            ..Node::default()
        };
        assert_eq!(node(&good).mark, Mark::Good);
        assert_eq!(node(&good).more, "kubelet v1.36.2, 3920m CPU, 502.9 GiB memory, ? disk, arm64");
        let cordoned = Node { cordoned: true, name: "n2".into(), ..good.clone() };
        let short = Node { pressures: vec!["DiskPressure".into()], name: "n3".into(), ..cordoned.clone() };
        let lost = Node { ready: false, name: "n4".into(), ..good.clone() };
        assert_eq!(node(&cordoned).mark, Mark::Warn("cordoned".into()));
        assert_eq!(node(&short).mark, Mark::Warn("cordoned, DiskPressure".into()));
        assert_eq!(node(&lost).mark, Mark::Bad("not ready".into()));
        let seen = |nodes: Vec<Node>| {
            let empty = Inventory::empty(jiff::Timestamp::UNIX_EPOCH);
            nodes_in_trouble(&Inventory { nodes: Ok(nodes.into()), ..empty })
        };
        assert_eq!(seen(vec![good.clone()]), None);
        let all = seen(vec![good, cordoned, short, lost.clone()]).unwrap();
        let expected = "Of 4 nodes: 1 not ready (n4), 2 cordoned (n2, n3), 1 short of memory, disk or the like (n3).";
        assert_eq!(all, expected);
        assert!(seen(vec![lost; 5]).unwrap().contains("5 not ready (n4, n4, n4 and 2 more)"));
    }

    #[test]
    fn what_nodes_have_in_common_is_counted() {
        let of = |architecture: &str| Node { architecture: architecture.into(), ..Node::default() };
        let nodes = [of("arm64"), of("amd64"), of("amd64"), of("")];
        assert_eq!(numbers(&nodes, |node| &node.architecture).as_deref(), Some("amd64 ×2, arm64 ×1"));
        assert_eq!(numbers(&nodes, |node| &node.os_image), None);
        let many: Vec<Node> = ["a", "b", "c", "d", "e", "f"].map(of).into();
        assert_eq!(numbers(&many, |node| &node.architecture).unwrap(), "a ×1, b ×1, c ×1, d ×1, 2 more");
    }

    #[test]
    fn an_amount_is_said_in_its_largest_unit() {
        let said = [0, 1023, 131_843_164 << 10, 5 << 40, u64::MAX].map(bytes);
        assert_eq!(said, ["0.0 KiB", "0.9 KiB", "125.7 GiB", "5.0 TiB", "16383.9 PiB"]);
    }
}
