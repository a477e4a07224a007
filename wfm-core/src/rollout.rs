//! How far the newest template of a workload has reached its pods, in a word and in a sentence.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::collector::Workload;
use crate::component::WorkloadKind;
use crate::health::Health;
use crate::running::{Basis, Running, RunningVersion};
use crate::version::Version;
use crate::words::span;

/// Why pods do not run the version of their template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RolloutReport {
    /// What goes on.
    pub state: RolloutState,
    /// Since when, if that is known: of a stuck rollout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Why it is stuck, in one word such as `ProgressDeadlineExceeded`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The version of the template, or the tag, digest or annotation in its place.
    pub target: String,
}

/// What a rollout does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RolloutState {
    /// The controller has not seen the newest template yet.
    Unobserved,
    /// The controller has given up.
    Stuck,
    /// Somebody paused it.
    Paused,
    /// A partition keeps pods on the older template.
    Partitioned,
    /// Pods are replaced only if somebody deletes them: the strategy `OnDelete`.
    OnDelete,
    /// The same, of a ReplicationController, which has no other way.
    Manual,
    /// It goes on.
    Progressing,
}

impl RolloutReport {
    /// What goes on with a workload; `None` if all its pods run the template's version and no rollout is stuck.
    #[must_use]
    pub fn of(workload: &Workload, running: &Running) -> Option<Self> {
        let rollout = &workload.rollout;
        let older: u32 = older(running).map(|version| version.pods).sum();
        let stalled = rollout.stalled.as_ref().filter(|_| workload.desired > 0);
        let state = match older {
            1.. if rollout.unobserved => RolloutState::Unobserved,
            _ if stalled.is_some() => RolloutState::Stuck,
            0 => return None,
            _ if rollout.on_delete => RolloutState::OnDelete,
            _ if workload.kind == WorkloadKind::ReplicationController => RolloutState::Manual,
            _ if rollout.paused => RolloutState::Paused,
            _ if older <= rollout.partition => RolloutState::Partitioned,
            _ => RolloutState::Progressing,
        };
        let stalled = stalled.filter(|_| state == RolloutState::Stuck);
        Some(Self {
            state,
            since: stalled.and_then(|stalled| stalled.since),
            reason: stalled.map(|stalled| stalled.reason.to_string()),
            target: running.target.clone(),
        })
    }
}

/// One sentence about what the pods of a workload run; `None` if that is the template's version and nothing is stuck.
#[must_use]
pub fn sentence(workload: &Workload, running: &Running, now: Timestamp) -> Option<String> {
    let rollout = RolloutReport::of(workload, running).map(|rollout| words(workload, running, &rollout, now));
    let basis = match running.basis {
        Basis::NoPods => Some("it has no pods: this is the version of the template"),
        Basis::NoRunningPods => Some("it has no running pods: this is the version of the template"),
        Basis::PodsUnreadable => Some("pods could not be read: this is the version of the template"),
        Basis::Pods => None,
    };
    let basis = basis.filter(|_| running.version.is_ok()).map(ToOwned::to_owned);
    let parts: Vec<String> = [rollout, basis].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

fn words(workload: &Workload, running: &Running, rollout: &RolloutReport, now: Timestamp) -> String {
    let pods: Vec<String> =
        running.versions.iter().enumerate().map(|(at, version)| on_pods(version, at == 0)).collect();
    let pods = pods.join(", ");
    let target = &rollout.target;
    match rollout.state {
        RolloutState::Unobserved => format!("{pods}: its controller has not seen the newest change yet"),
        RolloutState::Stuck if older(running).next().is_none() => stuck(rollout, now),
        RolloutState::Stuck => format!("{pods}: {}", stuck(rollout, now)),
        RolloutState::Paused => format!("{pods}: rollout to {target} is paused"),
        RolloutState::Partitioned => format!("{pods}: partition {} keeps older pods", workload.rollout.partition),
        RolloutState::OnDelete => {
            let kept: Vec<&str> = older(running).map(|version| version.version.as_str()).collect();
            format!("{pods}: pods keep {} until they are deleted (OnDelete)", kept.join(" and "))
        }
        RolloutState::Manual => format!("{pods}: a ReplicationController does not replace running pods"),
        RolloutState::Progressing => {
            let of_target = running.versions.iter().filter(|version| is_target(version, running));
            let done: u32 = of_target.map(|version| version.pods).sum();
            let wanted = workload.desired.max(done);
            format!("{pods}; rollout to {target}: {done} of {wanted} {}", if wanted == 1 { "pod" } else { "pods" })
        }
    }
}

/// The versions of pods that are not the template's.
fn older(running: &Running) -> impl Iterator<Item = &RunningVersion> {
    running.versions.iter().filter(|version| !is_target(version, running))
}

/// Whether that is the template's version, however the two are spelled: `2.19.0` and `v2.19.0` are one.
fn is_target(of: &RunningVersion, running: &Running) -> bool {
    let version = |text: &str| text.parse::<Version>().ok();
    of.version == running.target
        || version(&of.version).zip(version(&running.target)).is_some_and(|(of, target)| of == target)
}

fn on_pods(of: &RunningVersion, first: bool) -> String {
    let RunningVersion { version, pods, ready, deleted } = of;
    let word = match (first, pods) {
        (false, _) => "",
        (true, 1) => " pod",
        (true, _) => " pods",
    };
    let mark = match (ready, deleted) {
        (_, deleted) if deleted == pods => ", being deleted".to_owned(),
        (0, _) => ", not ready".to_owned(),
        (ready, _) if ready < pods => format!(", {ready} of them ready"),
        _ => String::new(),
    };
    format!("{version} on {pods}{word}{mark}")
}

fn stuck(rollout: &RolloutReport, now: Timestamp) -> String {
    let passed = rollout.since.map(|since| span(now.duration_since(since)));
    let since =
        passed.map(|passed| format!(" since {}", passed.as_deref().unwrap_or("under a minute"))).unwrap_or_default();
    let reason = rollout.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    format!("rollout stuck{since}{reason}")
}

/// A component whose rollout is stuck is not healthy, however many pods are ready.
pub(crate) fn judge(health: Health, rollout: Option<&RolloutReport>, sentence: Option<&str>) -> Health {
    let (Some(RolloutReport { state: RolloutState::Stuck, .. }), Some(sentence)) = (rollout, sentence) else {
        return health;
    };
    let mut reasons = vec![sentence.to_owned()];
    if let Health::Unhealthy { reasons: others } = health {
        reasons.extend(others);
    }
    Health::Unhealthy { reasons }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::AnnotationKey;
    use crate::collector::{Rollout, Stalled};
    use crate::installed::VersionUnknown;

    /// Pods by version, with how many of them are ready, under a template of 2.0.0.
    fn running(versions: &[(&str, u32, u32)]) -> Running {
        let version = |(version, pods, ready): &(&str, u32, u32)| RunningVersion {
            version: (*version).into(),
            pods: *pods,
            ready: *ready,
            deleted: 0,
        };
        Running {
            version: Err(VersionUnknown::Nothing { annotation: AnnotationKey::default() }),
            basis: Basis::Pods,
            versions: versions.iter().map(version).collect(),
            target: "2.0.0".into(),
            container: None,
            image: None,
            overruled: None,
        }
    }

    fn now() -> Timestamp {
        "2026-01-01T12:00:00Z".parse().unwrap()
    }

    fn words_of(kind: WorkloadKind, rollout: Rollout, versions: &[(&str, u32, u32)]) -> Option<String> {
        let workload = Workload { desired: 3, rollout, ..Workload::new("deis-router", kind) };
        sentence(&workload, &running(versions), now())
    }

    #[test]
    fn if_all_pods_run_the_templates_version_there_is_nothing_to_say() {
        for rollout in [
            Rollout::default(),
            Rollout { paused: true, unobserved: true, ..Rollout::default() },
            Rollout { on_delete: true, partition: 2, ..Rollout::default() },
        ] {
            assert_eq!(words_of(WorkloadKind::Deployment, rollout, &[("2.0.0", 3, 1)]), None);
        }
    }

    #[test]
    fn a_version_is_one_with_and_without_its_letter() {
        let of = |versions: &[_]| words_of(WorkloadKind::Deployment, Rollout::default(), versions);
        assert_eq!(of(&[("v2.0.0", 3, 3)]), None);
        let mixed = of(&[("v1.0.0", 1, 1), ("v2.0.0", 2, 2)]).unwrap();
        assert_eq!(mixed, "v1.0.0 on 1 pod, v2.0.0 on 2; rollout to 2.0.0: 2 of 3 pods");
        assert!(of(&[("v2.0.1", 3, 3)]).is_some());
    }

    #[test]
    fn a_rollout_that_is_stuck_is_said_although_every_pod_has_the_version() {
        let stalled = |since: Option<&str>| {
            let since = since.map(|since| since.parse().unwrap());
            Rollout { stalled: Some(Stalled { reason: "X".into(), since }), ..Rollout::default() }
        };
        let stuck = |since| words_of(WorkloadKind::Deployment, stalled(since), &[("2.0.0", 3, 2)]).unwrap();
        assert_eq!(stuck(None), "rollout stuck (X)");
        assert_eq!(stuck(Some("2026-01-01T11:59:30Z")), "rollout stuck since under a minute (X)");
        assert_eq!(stuck(Some("2026-01-01T11:46:00Z")), "rollout stuck since 14 min (X)");
        assert_eq!(stuck(Some("2026-01-01T06:00:00Z")), "rollout stuck since 6 h (X)");
        assert_eq!(stuck(Some("2025-12-25T06:00:00Z")), "rollout stuck since 7 days (X)");
        assert_eq!(stuck(Some("2027-01-01T06:00:00Z")), "rollout stuck since under a minute (X)", "a clock is wrong");
    }

    #[test]
    fn older_pods_than_a_partition_keeps_are_a_rollout_that_goes_on() {
        let partition = || Rollout { partition: 1, ..Rollout::default() };
        let of = |versions: &[_]| words_of(WorkloadKind::StatefulSet, partition(), versions).unwrap();
        assert_eq!(of(&[("1.0.0", 1, 1), ("2.0.0", 2, 2)]), "1.0.0 on 1 pod, 2.0.0 on 2: partition 1 keeps older pods");
        assert_eq!(
            of(&[("1.0.0", 2, 2), ("2.0.0", 1, 1)]),
            "1.0.0 on 2 pods, 2.0.0 on 1; rollout to 2.0.0: 1 of 3 pods"
        );
    }

    #[test]
    fn pods_that_are_partly_ready_are_counted() {
        let of = |versions: &[_]| words_of(WorkloadKind::Deployment, Rollout::default(), versions).unwrap();
        assert_eq!(
            of(&[("1.0.0", 2, 1), ("1.5.0", 1, 0)]),
            "1.0.0 on 2 pods, 1 of them ready, 1.5.0 on 1, not ready; rollout to 2.0.0: 0 of 3 pods"
        );
    }
}
