//! Workloads of components, and their pods: whatever else there is of them, one version runs.

use super::dice::Dice;
use super::noise::{NOT_CANONICAL, image, image_named, text};
use super::render::{moment, rollout};
use super::world::CANONICAL;
use crate::collector::{Container, ContainerStatus, Owner, Pod, Workload};
use crate::component::WorkloadKind;
use crate::version::Version;

const KINDS: [WorkloadKind; 4] =
    [WorkloadKind::Deployment, WorkloadKind::DaemonSet, WorkloadKind::StatefulSet, WorkloadKind::ReplicationController];

/// Tags that are no version.
const WORDS: [&str; 6] = ["canary", "falcon", "latest", "git-a1b2c3d", "2.9", "V2.9.0"];

/// The workloads of one name. At most one of them has pods: those belong to whatever has their owner's kind and name.
pub(super) struct Namesakes<'a> {
    name: &'a str,
    /// The kind of the one with pods.
    kind: usize,
    /// Whether there is none with pods yet, and may be one.
    pods_are_due: bool,
    /// Whether pods can be read, so that the controller's counts decide nothing beside them.
    pods_are_readable: bool,
    /// Whether none of them wants pods. One that wants none counts only if no other does.
    stopped: bool,
}

impl<'a> Namesakes<'a> {
    pub(super) fn new(name: &'a str, pods_are_readable: bool, dice: &mut Dice<'_>) -> Self {
        let pods_are_due = pods_are_readable && dice.percent(30);
        Self { name, kind: dice.below(KINDS.len()), pods_are_due, pods_are_readable, stopped: dice.percent(5) }
    }

    /// A workload that wants no pods, of any version, if one says nothing beside those that there are.
    pub(super) fn left_over(&self, dice: &mut Dice<'_>) -> Option<Workload> {
        let kind = KINDS[(self.kind + 1 + dice.below(KINDS.len() - 1)) % KINDS.len()];
        let row = dice.percent(80).then(|| dice.below(CANONICAL.len()));
        let left_over = Workload { desired: 0, ..template(self.name, kind, row, dice) };
        (!self.stopped && dice.percent(10)).then_some(left_over)
    }

    /// A workload of which this row of the canonical versions runs, or a custom one, with its pods.
    pub(super) fn next(&mut self, row: Option<usize>, pods: &mut Vec<Pod>, dice: &mut Dice<'_>) -> Workload {
        let desired = if self.stopped { 0 } else { 1 + dice.below(8) as u32 };
        Workload { desired, ..self.any(row, pods, dice) }
    }

    fn any(&mut self, row: Option<usize>, pods: &mut Vec<Pod>, dice: &mut Dice<'_>) -> Workload {
        let has_pods = std::mem::take(&mut self.pods_are_due);
        let kind = KINDS[if has_pods { self.kind } else { self.kind + 1 + dice.below(KINDS.len() - 1) } % KINDS.len()];
        if !has_pods {
            if dice.percent(5) {
                pods.push(over(self.name, kind, dice));
            }
            let mut workload = template(self.name, kind, row, dice);
            if !self.pods_are_readable {
                // What its pods run is known only if all of them have the newest template.
                let rollout = &mut workload.rollout;
                rollout.unobserved = false;
                rollout.updated = rollout.updated.map(|updated| updated.max(rollout.total));
            }
            return workload;
        }
        run(self.name, kind, row, pods, dice);
        let annotation = dice.percent(50).then(|| junk(dice).to_owned());
        let label = dice.percent(20).then(|| junk(dice).to_owned());
        let tag = junk(dice);
        // No pod runs an image of this name.
        let own = Container { name: self.name.into(), image: format!("hephy/of-no-pod:{tag}"), init: false };
        let containers = beside(vec![own], dice);
        let mut workload = workload(self.name, kind, [annotation, label], containers, dice);
        let rollout = &mut workload.rollout;
        if rollout.updated == Some(rollout.total) {
            // Some of its pods are not of the newest template.
            rollout.total += 1;
        }
        workload
    }
}

/// A workload without pods: its template has the version in an annotation, in the tag, or in a label.
fn template(name: &str, kind: WorkloadKind, row: Option<usize>, dice: &mut Dice<'_>) -> Workload {
    let version = version(row, dice);
    let is_version = version.parse::<Version>().is_ok();
    let (annotation, tag, label) = match dice.below(5) {
        0 | 1 => {
            // An annotation that is a version holds unless the tag is another one.
            let tag = if is_version { dice.pick(&WORDS) } else { junk(dice) };
            let tag = if dice.percent(20) { version } else { tag };
            let padded = if dice.percent(20) { [" ", version, "\n"].concat() } else { version.to_owned() };
            (Some(padded), dice.percent(80).then_some(tag), dice.percent(20).then(|| junk(dice)))
        }
        2 => (None, dice.percent(80).then(|| dice.pick(&WORDS)), Some(version)),
        _ => {
            // A tag that is a version decides beside any other one, if it is published; else it is not said anyway.
            let other = dice.percent(30) && is_version;
            let annotation = if other { Some(any_version(dice).to_owned()) } else { blank(dice) };
            let label = if is_version { junk(dice) } else { dice.pick(&NOT_CANONICAL) };
            let tag = Some(version).filter(|_| row.is_some() || dice.percent(80));
            let annotation = annotation.filter(|_| tag.is_some());
            (annotation, tag, dice.percent(20).then_some(label).filter(|_| tag.is_some()))
        }
    };
    // An annotation or a label holds if no container is known to be the component's.
    let own_decides = tag == Some(version) && (row.is_some() || annotation.is_some() || label.is_some());
    let containers = containers(name, tag, own_decides, dice);
    workload(name, kind, [annotation, label.map(ToOwned::to_owned)], containers, dice)
}

/// The component's container, found by its name, by its image or because it is the only one; or by nothing, if it need not
/// be found.
fn containers(name: &str, tag: Option<&str>, must_be_found: bool, dice: &mut Dice<'_>) -> Vec<Container> {
    let container = |name: &str, image: String| Container { name: name.to_owned(), image, init: false };
    let proxy = || container("istio-proxy", "docker.io/istio/proxyv2:v2.14.0".to_owned());
    match dice.below(if must_be_found { 6 } else { 7 }) {
        0 => vec![container(&text(dice), image(tag, dice))],
        1 => beside(vec![container(short(name), image(tag, dice))], dice),
        2 => vec![proxy(), container("main", image_named(dice.pick(&[name, short(name)]), tag, dice))],
        3..=5 => beside(vec![container(name, image(tag, dice))], dice),
        _ => vec![proxy(), container("main", image_named("lb", tag, dice))],
    }
}

/// The same containers, and others that are found by nothing.
fn beside(mut containers: Vec<Container>, dice: &mut Dice<'_>) -> Vec<Container> {
    match dice.below(6) {
        0 => {
            containers.insert(0, Container { name: text(dice), image: image(Some("v2.14.0"), dice), init: false });
        }
        1 => containers.insert(0, Container { init: true, ..containers[0].clone() }),
        _ => {}
    }
    containers
}

fn workload(
    name: &str,
    kind: WorkloadKind,
    [version_annotation, version_label]: [Option<String>; 2],
    containers: Vec<Container>,
    dice: &mut Dice<'_>,
) -> Workload {
    Workload {
        name: name.to_owned(),
        kind,
        version_annotation,
        version_label,
        containers,
        desired: dice.below(9) as u32,
        ready: dice.below(9) as u32,
        rollout: rollout(dice),
        created: dice.percent(50).then(|| moment(dice)),
        deleted: dice.percent(5).then(|| moment(dice)),
    }
}

/// Pods of which the lowest version that serves is this row, or custom; if none serves, the lowest of those that come next.
fn run(name: &str, kind: WorkloadKind, row: Option<usize>, pods: &mut Vec<Pod>, dice: &mut Dice<'_>) {
    const RANKS: [(bool, bool); 4] = [(true, false), (true, true), (false, false), (false, true)];
    let rank = dice.pick(&[0, 0, 0, 0, 1, 2, 2, 3]);
    let mut put = |version: &str, (ready, deleted): (bool, bool), dice: &mut Dice<'_>| {
        let pod = live(name, kind, Some(version), ready, deleted, dice);
        let place = dice.below(pods.len() + 1);
        pods.insert(place, pod);
    };
    put(version(row, dice), RANKS[rank], dice);
    for _ in 0..dice.below(3) {
        let more = match row {
            Some(row) if dice.percent(80) => spelled(CANONICAL[row + dice.below(CANONICAL.len() - row)], dice),
            Some(_) => "v100.0.0",
            None => dice.pick(&NOT_CANONICAL),
        };
        put(more, RANKS[rank], dice);
    }
    if row.is_none() && dice.percent(30) {
        // One that serves and is no version leaves the version unknown, whatever the others run.
        put(dice.pick(&WORDS), RANKS[rank], dice);
        put(dice.pick(&CANONICAL), RANKS[rank], dice);
    }
    for lower in RANKS.iter().skip(rank + 1) {
        if dice.percent(30) {
            put(junk(dice), *lower, dice);
        }
    }
    if dice.percent(20) {
        pods.push(over(name, kind, dice));
    }
}

/// A pod that is over, however it looks.
fn over(name: &str, kind: WorkloadKind, dice: &mut Dice<'_>) -> Pod {
    let phase = dice.pick(&["Succeeded", "Failed"]).into();
    Pod { phase, ..live(name, kind, Some(junk(dice)), dice.percent(50), dice.percent(50), dice) }
}

fn live(name: &str, kind: WorkloadKind, tag: Option<&str>, ready: bool, deleted: bool, dice: &mut Dice<'_>) -> Pod {
    let status = |container: Container| ContainerStatus {
        name: container.name.into(),
        image: container.image.into(),
        init: container.init,
        ..ContainerStatus::default()
    };
    let containers = containers(name, tag, true, dice);
    Pod {
        name: text(dice),
        owner: Some(Owner { kind, name: name.into() }),
        phase: dice.pick(&["Running", "Pending", "Unknown"]).into(),
        ready,
        containers: containers.into_iter().map(status).collect(),
        deleted: deleted.then(|| moment(dice)),
        ..Pod::default()
    }
}

fn version(row: Option<usize>, dice: &mut Dice<'_>) -> &'static str {
    match row {
        Some(row) => spelled(CANONICAL[row], dice),
        None => dice.pick(&NOT_CANONICAL),
    }
}

/// The same version with or without its `v`.
fn spelled(version: &'static str, dice: &mut Dice<'_>) -> &'static str {
    if dice.percent(50) { &version[1..] } else { version }
}

/// Any version, or none.
fn junk(dice: &mut Dice<'_>) -> &'static str {
    if dice.percent(50) { spelled(dice.pick(&CANONICAL), dice) } else { dice.pick(&NOT_CANONICAL) }
}

fn any_version(dice: &mut Dice<'_>) -> &'static str {
    let other = dice.pick(&["v2.14.0+acme", "v2.14.0-falcon.1", "2.19.84231337", "v100.0.0"]);
    if dice.percent(70) { spelled(dice.pick(&CANONICAL), dice) } else { other }
}

fn blank(dice: &mut Dice<'_>) -> Option<String> {
    dice.percent(20).then(|| dice.pick(&["", "  "]).to_owned())
}

/// A component's name without the word that all of them begin with.
fn short(name: &str) -> &str {
    name.split_once('-').map_or(name, |(_, rest)| rest)
}
