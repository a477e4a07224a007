//! Whether a workload's pods run, and if not, why.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::collector::{Pod, Section, Unreadable, Workload};
use crate::component::WorkloadKind;
use crate::text::one_line;
use crate::words::{ago, count, grouped};

mod reasons;

/// The longest message of a node or a controller that is repeated, in characters: all that a collector keeps of one.
const MESSAGE: usize = 301;

/// How a workload fares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Health {
    /// Every wanted pod is ready.
    Healthy {
        /// What is to be looked at all the same, one sentence each: for example containers that were restarted often.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        remarks: Vec<String>,
    },
    /// No pod is wanted: it is scaled to zero, or no node matches.
    Stopped {
        /// Which of the two.
        reason: String,
    },
    /// Not every wanted pod is ready, or it is being deleted.
    Unhealthy {
        /// One sentence each, the most important first; a reason of many pods is one sentence with one of them.
        reasons: Vec<String>,
    },
    /// It is unknown.
    Unknown {
        /// Why.
        reason: String,
    },
}

impl Health {
    /// Whether it is [`Health::Unhealthy`].
    #[must_use]
    pub fn is_unhealthy(&self) -> bool {
        matches!(self, Self::Unhealthy { .. })
    }

    /// Whether it is [`Health::Stopped`].
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        matches!(self, Self::Stopped { .. })
    }

    /// The sentences that explain it.
    #[must_use]
    pub fn sentences(&self) -> &[String] {
        match self {
            Self::Healthy { remarks } => remarks,
            Self::Unhealthy { reasons } => reasons,
            Self::Stopped { reason } | Self::Unknown { reason } => std::slice::from_ref(reason),
        }
    }
}

/// Pods by the workload that owns them, so that looking for a workload's does not look at all.
#[derive(Debug)]
pub struct PodsByOwner<'a>(HashMap<WorkloadKind, HashMap<&'a str, Vec<&'a Pod>>>);

impl<'a> PodsByOwner<'a> {
    /// Sorts pods by their owners; a pod without one is left out.
    #[must_use]
    pub fn new(pods: &'a [Pod]) -> Self {
        let mut owned: HashMap<_, HashMap<_, Vec<&Pod>>> = HashMap::new();
        for pod in pods {
            if let Some(owner) = &pod.owner {
                owned.entry(owner.kind).or_default().entry(&*owner.name).or_default().push(pod);
            }
        }
        Self(owned)
    }

    /// The pods of a workload, in the order they were seen.
    #[must_use]
    pub fn of(&self, workload: &Workload) -> &[&'a Pod] {
        let owned = self.0.get(&workload.kind).and_then(|of_kind| of_kind.get(workload.name.as_str()));
        owned.map_or(&[], Vec::as_slice)
    }
}

/// Judges a workload by its own counts, and explains with its pods if they could be read. Ages are as of `now`.
#[must_use]
pub fn health(workload: &Workload, pods: &Section<Pod>, now: Timestamp) -> Health {
    match pods {
        Ok(pods) => {
            let mine: Vec<&Pod> = pods.iter().filter(|pod| belongs(pod, workload)).collect();
            judge(workload, Ok(&mine), now)
        }
        Err(unreadable) => judge(workload, Err(unreadable), now),
    }
}

/// The same, with only the workload's own pods.
pub(crate) fn judge(workload: &Workload, pods: Result<&[&Pod], &Unreadable>, now: Timestamp) -> Health {
    let deleted = workload.deleted.map(|since| format!("being deleted: that began {}", ago(now, since)));
    let is_full = workload.ready >= workload.desired;
    match deleted {
        None if workload.desired == 0 && workload.rollout.unobserved => {
            Health::Unknown { reason: "its controller has not seen it yet".to_owned() }
        }
        None if workload.desired == 0 => Health::Stopped { reason: stopped(workload.kind).to_owned() },
        None if is_full => Health::Healthy { remarks: remarks(workload, pods, now) },
        deleted => {
            let shortage = if is_full { Vec::new() } else { shortage(workload, pods, now) };
            Health::Unhealthy { reasons: deleted.into_iter().chain(shortage).collect() }
        }
    }
}

fn stopped(kind: WorkloadKind) -> &'static str {
    match kind {
        WorkloadKind::DaemonSet => "no node matches, so no pod is wanted",
        _ => "scaled to zero, so no pod is wanted",
    }
}

/// What is to be looked at though every wanted pod is ready.
fn remarks(workload: &Workload, pods: Result<&[&Pod], &Unreadable>, now: Timestamp) -> Vec<String> {
    let restarts = pods.map(|mine| reasons::restarts(mine, now)).unwrap_or_default();
    replica_failure(workload).into_iter().chain(restarts).collect()
}

/// Why fewer pods are ready than are wanted.
fn shortage(workload: &Workload, pods: Result<&[&Pod], &Unreadable>, now: Timestamp) -> Vec<String> {
    let failure = replica_failure(workload);
    let why = match pods {
        Err(unreadable) => vec![format!("the reason is unknown: {unreadable}")],
        Ok([]) if failure.is_some() => Vec::new(),
        Ok([]) => vec!["it has no pods: see the events of the workload".to_owned()],
        Ok(mine) => {
            let mut why = reasons::reasons(mine, now);
            let wanted = usize::try_from(workload.desired).unwrap_or(usize::MAX);
            let there = mine.iter().filter(|pod| pod.deleted.is_none() && !pod.has_ended()).count();
            if failure.is_none() && there < wanted {
                let absent = count((wanted - there) as u64, "pod");
                why.push(format!("{absent} not created: see the events of the workload"));
            } else if failure.is_none() && why.is_empty() {
                why.push("all its pods are ready: its controller has not counted them yet".to_owned());
            }
            why
        }
    };
    let counts = format!("{} of {} ready", grouped(workload.ready.into()), grouped(workload.desired.into()));
    std::iter::once(counts).chain(failure).chain(why).collect()
}

/// Why the controller cannot create pods: `pods "…" is forbidden: exceeded quota: …`, from what is forbidden on.
fn replica_failure(workload: &Workload) -> Option<String> {
    let message = workload.rollout.replica_failure.as_deref()?;
    let why = message.split_once(" is forbidden: ").map_or(message, |(_, why)| why);
    Some(format!("cannot create pods: {}", one_line(why, MESSAGE)))
}

/// Whether a pod is one of a workload's.
fn belongs(pod: &Pod, workload: &Workload) -> bool {
    pod.owner.as_ref().is_some_and(|owner| owner.kind == workload.kind && *owner.name == *workload.name)
}

#[cfg(test)]
mod tests;
