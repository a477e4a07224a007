//! Why pods are not ready, one line a reason: five thousand pods in the same trouble are one line.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::MESSAGE;
use crate::collector::{ContainerStatus, Pod};
use crate::text::one_line;
use crate::words::{ago, count, grouped};

/// So many reasons are listed; how many more there are follows.
const REASONS: usize = 5;
/// So many different numbers of restarts are listed; more are a range.
const NUMBERS: usize = 3;
/// So many restarts of a container that is ready now are worth a remark. Fewer happen while an installation starts or a
/// node is replaced; from five on the kubelet waits minutes before each start.
const OFTEN: u32 = 5;
/// A container that was last restarted longer ago is steady again.
const LATELY: SignedDuration = SignedDuration::from_hours(7 * 24);

const OOM_KILLED: &str = "OOMKilled";

/// What pods are in; the order is that of reasons with as many pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Trouble<'a> {
    Unscheduled,
    Container { name: &'a str, reason: &'a str, last_ended: Option<&'a str> },
    Init { name: &'a str },
    Probe { name: &'a str },
    Starting,
    Gate,
    Node,
    Phase { phase: &'a str, reason: Option<&'a str> },
    Restarted { name: &'a str, last_ended: Option<&'a str> },
    Deleted,
    Ended { reason: &'a str },
}

impl Trouble<'_> {
    /// What explains least stands last, however many pods it has.
    fn rank(&self) -> u8 {
        match self {
            Self::Deleted => 1,
            Self::Ended { .. } => 2,
            _ => 0,
        }
    }
}

/// The pods in one trouble.
#[derive(Debug, Default)]
struct Group<'a> {
    pods: u64,
    example: &'a str,
    message: Option<String>,
    messages_differ: bool,
    restarts: BTreeSet<u32>,
    last_ended_at: Option<Timestamp>,
}

/// The troubles of pods, and who is in them.
#[derive(Debug, Default)]
struct Groups<'a>(BTreeMap<Trouble<'a>, Group<'a>>);

impl<'a> Groups<'a> {
    fn add(&mut self, trouble: Trouble<'a>, pod: &'a Pod) -> &mut Group<'a> {
        let group = self.0.entry(trouble).or_default();
        if group.pods == 0 {
            group.example = &pod.name;
        }
        group.pods += 1;
        group
    }

    fn add_with(&mut self, trouble: Trouble<'a>, pod: &'a Pod, message: Option<String>) -> &mut Group<'a> {
        let group = self.add(trouble, pod);
        if group.pods == 1 {
            group.message = message;
        } else if group.message != message {
            group.messages_differ = true;
        }
        group
    }

    /// One line a trouble, that of most pods first.
    fn lines(self, now: Timestamp) -> Vec<String> {
        let mut groups: Vec<_> = self.0.into_iter().collect();
        groups.sort_by_key(|(trouble, group)| (trouble.rank(), Reverse(group.pods)));
        let more = groups.len().saturating_sub(REASONS) as u64;
        let shown = groups.iter().take(REASONS).map(|(trouble, group)| group.line(trouble, now));
        let rest = (more > 0).then(|| format!("and {}", count(more, "more reason")));
        shown.chain(rest).collect()
    }
}

impl Group<'_> {
    /// `pod NAME: REASON`, or `3 pods: REASON, for example NAME`.
    fn line(&self, trouble: &Trouble<'_>, now: Timestamp) -> String {
        let head = self.head(trouble, now);
        match (&self.message, self.pods) {
            (Some(message), 1) => format!("pod {}: {head}: {message}", self.example),
            (None, 1) => format!("pod {}: {head}", self.example),
            (Some(message), pods) if self.messages_differ => {
                format!("{} pods: {head}, for example {}: {message}", grouped(pods), self.example)
            }
            (Some(message), pods) => format!("{} pods: {head}: {message}, for example {}", grouped(pods), self.example),
            (None, pods) => format!("{} pods: {head}, for example {}", grouped(pods), self.example),
        }
    }

    fn head(&self, trouble: &Trouble<'_>, now: Timestamp) -> String {
        let restarts = || self.restarted().map(|times| format!(", restarted {times}")).unwrap_or_default();
        match *trouble {
            Trouble::Unscheduled => "not scheduled".to_owned(),
            Trouble::Container { name, reason, .. } if is_pull(reason) => {
                format!("the image of {name} cannot be pulled{}", restarts())
            }
            Trouble::Container { name, reason, .. } if is_end(reason) => {
                format!("{name} ended: {reason}{}", restarts())
            }
            Trouble::Container { name, reason, last_ended: Some(ended) } => {
                format!("{name} is in {reason} (last ended: {ended}){}", restarts())
            }
            Trouble::Container { name, reason, last_ended: None } => format!("{name} is in {reason}{}", restarts()),
            Trouble::Init { name } => format!("waiting for the init container {name}"),
            Trouble::Probe { name } => {
                format!("running, not ready: the readiness or startup probe of {name} has not succeeded")
            }
            Trouble::Starting => "starting: the containers are not created yet".to_owned(),
            Trouble::Gate => "running, not ready: a readiness gate is not open".to_owned(),
            Trouble::Node => "not ready, though every container is: check the node".to_owned(),
            Trouble::Phase { phase: "Pending", reason: None } => "not started yet (Pending)".to_owned(),
            Trouble::Phase { phase, reason: None } => format!("not ready: {phase}"),
            Trouble::Phase { phase, reason: Some(reason) } => format!("not ready: {phase}, {reason}"),
            Trouble::Restarted { name, last_ended } => {
                let times = self.restarted().unwrap_or_default();
                let last = self.last_ended_at.map(|at| format!(", last {}", ago(now, at))).unwrap_or_default();
                let why = last_ended.map(|why| format!(" ({why})")).unwrap_or_default();
                format!("ready, but {name} was restarted {times}{last}{why}")
            }
            Trouble::Deleted => "being deleted".to_owned(),
            Trouble::Ended { reason } => format!("ended: {reason}"),
        }
    }

    /// `once`, `9 and 17 times`, `3 to 41 times`; `None` if there was no restart.
    fn restarted(&self) -> Option<String> {
        let (least, most) = (*self.restarts.first()?, *self.restarts.last()?);
        let numbers: Vec<String> = self.restarts.iter().map(|number| grouped((*number).into())).collect();
        Some(match (numbers.as_slice(), least) {
            (_, _) if most == 0 => return None,
            ([_], 1) => "once".to_owned(),
            ([one], _) => format!("{one} times"),
            (_, 0) => format!("up to {} times", grouped(most.into())),
            (numbers, _) if numbers.len() > NUMBERS => {
                format!("{} to {} times", grouped(least.into()), grouped(most.into()))
            }
            ([others @ .., last], _) => format!("{} and {last} times", others.join(", ")),
            ([], _) => return None,
        })
    }
}

/// Why pods are not ready, and which are on their way out; none if all are ready.
pub(super) fn reasons(pods: &[&Pod], now: Timestamp) -> Vec<String> {
    let mut groups = Groups::default();
    for pod in pods.iter().filter(|pod| !pod.ready || pod.deleted.is_some()) {
        explain(pod, &mut groups);
    }
    groups.lines(now)
}

/// What there is to note of pods that are ready: containers that were restarted often, or for want of memory, within a week.
pub(super) fn restarts(pods: &[&Pod], now: Timestamp) -> Vec<String> {
    let mut groups = Groups::default();
    for pod in pods.iter().filter(|pod| pod.ready && pod.deleted.is_none()) {
        for container in pod.containers.iter().filter(|container| is_unsteady(container, now)) {
            let last_ended = container.last_ended.as_deref();
            let group = groups.add(Trouble::Restarted { name: &container.name, last_ended }, pod);
            group.restarts.insert(container.restarts);
            group.last_ended_at = group.last_ended_at.max(container.last_ended_at);
        }
    }
    groups.lines(now)
}

fn is_unsteady(container: &ContainerStatus, now: Timestamp) -> bool {
    let for_memory = container.restarts > 0 && container.last_ended.as_deref() == Some(OOM_KILLED);
    let lately = container.last_ended_at.is_none_or(|at| now.duration_since(at) < LATELY);
    lately && (container.restarts >= OFTEN || for_memory)
}

fn explain<'a>(pod: &'a Pod, groups: &mut Groups<'a>) {
    let reason = pod.reason.as_deref();
    if pod.deleted.is_some() {
        groups.add(Trouble::Deleted, pod);
    } else if pod.has_ended() {
        groups.add(Trouble::Ended { reason: reason.unwrap_or(&pod.phase) }, pod);
    } else if let Some(why) = &pod.unschedulable {
        // What follows is about pods that could make room.
        let why = why.split_once(" preemption:").map_or(&**why, |(why, _)| why);
        groups.add_with(Trouble::Unscheduled, pod, Some(one_line(why, MESSAGE).trim_end_matches('.').to_owned()));
    } else if !explain_containers(pod, groups) {
        groups.add(by_conditions(pod), pod);
    }
}

/// Adds each container that is in trouble; returns whether one is.
fn explain_containers<'a>(pod: &'a Pod, groups: &mut Groups<'a>) -> bool {
    let mut found = false;
    for container in pod.containers.iter() {
        // These wait for others: the init containers, or all of them.
        let Some(reason) = container.trouble.as_deref().filter(|reason| !is_start(reason)) else { continue };
        found = true;
        let last_ended = container.last_ended.as_deref().filter(|ended| *ended != reason);
        let trouble = Trouble::Container { name: &container.name, reason, last_ended };
        let group = groups.add_with(trouble, pod, message(reason, container.message.as_deref()));
        group.restarts.insert(container.restarts);
    }
    found
}

/// Why a pod without a container in trouble is not ready.
fn by_conditions(pod: &Pod) -> Trouble<'_> {
    let waits = |wanted: &str| pod.containers.iter().any(|container| container.trouble.as_deref() == Some(wanted));
    let mut unready = pod.containers.iter().filter(|container| !container.ready);
    let init = unready.clone().find(|container| container.init && container.trouble.is_none());
    match (init, unready.find(|container| container.trouble.is_none())) {
        (Some(init), _) if waits("PodInitializing") => Trouble::Init { name: &init.name },
        _ if waits("ContainerCreating") || waits("PodInitializing") => Trouble::Starting,
        (_, Some(container)) if &*pod.phase == "Running" && pod.reason.is_none() => {
            Trouble::Probe { name: &container.name }
        }
        _ if pod.unready.as_deref() == Some("ReadinessGatesNotReady") => Trouble::Gate,
        (_, None) if &*pod.phase == "Running" && pod.reason.is_none() && !pod.containers.is_empty() => Trouble::Node,
        _ => Trouble::Phase { phase: &pod.phase, reason: pod.reason.as_deref() },
    }
}

/// What a node writes of a container in trouble, as far as it helps.
fn message(reason: &str, message: Option<&str>) -> Option<String> {
    let message = message?;
    let help = match reason {
        // `back-off 5m0s restarting failed container=…`: the reason itself, with the pod's name.
        "CrashLoopBackOff" => None,
        // What the registry answered stands last, behind the name of the image, once or twice.
        _ if is_pull(reason) => message.rsplit(": ").next(),
        _ => Some(message),
    };
    help.map(|help| one_line(help, MESSAGE)).filter(|help| !help.is_empty())
}

/// Whether it is a reason for which a container's image is not there.
fn is_pull(reason: &str) -> bool {
    matches!(
        reason,
        "ErrImagePull" | "ImagePullBackOff" | "ErrImageNeverPull" | "InvalidImageName" | "RegistryUnavailable"
    )
}

/// Whether a container in it has ended, and does not wait.
fn is_end(reason: &str) -> bool {
    matches!(reason, "Completed" | "Error" | OOM_KILLED | "ContainerCannotRun" | "StartError" | "DeadlineExceeded")
}

/// Whether it is how every container starts.
fn is_start(reason: &str) -> bool {
    matches!(reason, "ContainerCreating" | "PodInitializing")
}
