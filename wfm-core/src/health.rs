//! Whether a workload's pods run.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::collector::{ContainerStatus, Pod, Section, Unreadable, Workload};
use crate::component::WorkloadKind;

/// How a workload fares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Health {
    /// Every wanted pod is ready.
    Healthy,
    /// Not every wanted pod is ready, or none is wanted.
    Unhealthy {
        /// One sentence each, the most telling first.
        reasons: Vec<String>,
    },
    /// It cannot be told.
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

/// Judges a workload by its own counts, and explains with its pods where they could be read.
#[must_use]
pub fn health(workload: &Workload, pods: &Section<Pod>) -> Health {
    match pods {
        Ok(pods) => {
            let mine: Vec<&Pod> = pods.iter().filter(|pod| belongs(pod, workload)).collect();
            judge(workload, Ok(&mine))
        }
        Err(unreadable) => judge(workload, Err(unreadable)),
    }
}

/// The same, with only the workload's own pods.
pub(crate) fn judge(workload: &Workload, pods: Result<&[&Pod], &Unreadable>) -> Health {
    if workload.desired == 0 {
        let reason = if workload.kind == WorkloadKind::DaemonSet {
            "no node matches, so no pod is wanted"
        } else {
            "scaled to zero, so no pod is wanted"
        };
        return Health::Unhealthy { reasons: vec![reason.to_owned()] };
    }
    if workload.ready >= workload.desired {
        return Health::Healthy;
    }
    let mut reasons = vec![format!("{} of {} ready", workload.ready, workload.desired)];
    match pods {
        Err(unreadable) => reasons.push(format!("why cannot be told: {unreadable}")),
        Ok([]) => reasons.push("it has no pods: see the events of the workload".to_owned()),
        Ok(mine) => reasons.extend(mine.iter().filter(|pod| !pod.ready).map(|pod| explain(pod))),
    }
    Health::Unhealthy { reasons }
}

/// Whether a pod is one of a workload's.
fn belongs(pod: &Pod, workload: &Workload) -> bool {
    pod.owner.as_ref().is_some_and(|owner| owner.kind == workload.kind && *owner.name == *workload.name)
}

fn explain(pod: &Pod) -> String {
    let troubled: Vec<String> = pod.containers.iter().filter_map(trouble).collect();
    if troubled.is_empty() {
        let why = pod.reason.as_deref().unwrap_or(&pod.phase);
        return format!("pod {} is not ready: {why}", pod.name);
    }
    format!("pod {}: {}", pod.name, troubled.join("; "))
}

fn trouble(container: &ContainerStatus) -> Option<String> {
    let reason = container.trouble.as_deref()?;
    let times = if container.restarts == 1 { "time" } else { "times" };
    Some(format!("{} is in {reason}, restarted {} {times}", container.name, container.restarts))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collector::{Owner, Resource, Unreadable, UnreadableCause};
    use crate::component::WorkloadKind;

    fn workload(ready: u32, desired: u32) -> Workload {
        Workload { desired, ready, ..Workload::new("deis-minio", WorkloadKind::Deployment) }
    }

    fn crashing() -> Pod {
        Pod {
            name: "deis-minio-1".into(),
            owner: Some(Owner { kind: WorkloadKind::Deployment, name: "deis-minio".into() }),
            phase: "Running".into(),
            containers: [ContainerStatus {
                name: "minio".into(),
                restarts: 17,
                trouble: Some("CrashLoopBackOff".into()),
                ..ContainerStatus::default()
            }]
            .into(),
            ..Pod::default()
        }
    }

    fn reasons(health: Health) -> Vec<String> {
        match health {
            Health::Unhealthy { reasons } => reasons,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_full_set_of_ready_pods_is_healthy() {
        assert_eq!(health(&workload(2, 2), &Ok(Vec::new())), Health::Healthy);
    }

    #[test]
    fn a_crash_loop_is_named_with_its_pod_and_restarts() {
        let said = reasons(health(&workload(0, 1), &Ok(vec![crashing()])));
        assert_eq!(said, ["0 of 1 ready", "pod deis-minio-1: minio is in CrashLoopBackOff, restarted 17 times"]);
    }

    #[test]
    fn a_namesake_of_another_kind_does_not_explain() {
        let mut pod = crashing();
        pod.owner = Some(Owner { kind: WorkloadKind::DaemonSet, name: "deis-minio".into() });
        let said = reasons(health(&workload(0, 1), &Ok(vec![pod])));
        assert_eq!(said, ["0 of 1 ready", "it has no pods: see the events of the workload"]);
    }

    #[test]
    fn without_permission_to_read_pods_the_counts_still_speak() {
        let unreadable = Unreadable {
            resource: Resource::Pods,
            cause: UnreadableCause::Forbidden,
            message: "may not list pods".into(),
        };
        let said = reasons(health(&workload(0, 1), &Err(unreadable)));
        assert_eq!(said, ["0 of 1 ready", "why cannot be told: pods: may not list pods"]);
    }

    #[test]
    fn scaled_to_zero_is_not_healthy() {
        assert!(health(&workload(0, 0), &Ok(Vec::new())).is_unhealthy());
    }
}
