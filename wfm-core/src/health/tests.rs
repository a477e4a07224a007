use jiff::SignedDuration;

use super::*;
use crate::collector::{ContainerStatus, Owner, Resource, Rollout, UnreadableCause};

fn now() -> Timestamp {
    "2026-01-10T12:00:00Z".parse().unwrap()
}

fn ago_hours(hours: i64) -> Timestamp {
    now() - SignedDuration::from_hours(hours)
}

fn workload(ready: u32, desired: u32) -> Workload {
    Workload { desired, ready, ..Workload::new("deis-minio", WorkloadKind::Deployment) }
}

fn pod(name: &str, containers: Vec<ContainerStatus>) -> Pod {
    Pod {
        name: name.into(),
        owner: Some(Owner { kind: WorkloadKind::Deployment, name: "deis-minio".into() }),
        phase: "Running".into(),
        containers: containers.into(),
        ..Pod::default()
    }
}

fn container(name: &str) -> ContainerStatus {
    ContainerStatus { name: name.into(), ..ContainerStatus::default() }
}

fn waiting(name: &str, trouble: &str, message: &str, restarts: u32) -> ContainerStatus {
    let message = (!message.is_empty()).then(|| message.into());
    ContainerStatus { trouble: Some(trouble.into()), message, restarts, ..container(name) }
}

fn crashing(name: &str, restarts: u32, last_ended: Option<&str>) -> Pod {
    let last_ended = last_ended.map(Into::into);
    pod(name, vec![ContainerStatus { last_ended, ..waiting("minio", "CrashLoopBackOff", "back-off 5m0s", restarts) }])
}

fn ready(name: &str, container: ContainerStatus) -> Pod {
    Pod { ready: true, ..pod(name, vec![ContainerStatus { ready: true, ..container }]) }
}

fn reasons(workload: &Workload, pods: Vec<Pod>) -> Vec<String> {
    match health(workload, &Ok(pods), now()) {
        Health::Unhealthy { reasons } => reasons,
        other => panic!("{other:?}"),
    }
}

fn healthy() -> Health {
    Health::Healthy { remarks: Vec::new() }
}

/// The reasons behind "0 of n ready".
fn why(pods: Vec<Pod>) -> Vec<String> {
    let desired = u32::try_from(pods.len()).unwrap();
    let mut reasons = reasons(&workload(0, desired), pods);
    assert_eq!(reasons.remove(0), format!("0 of {} ready", grouped(desired.into())));
    reasons
}

#[test]
fn a_full_set_of_ready_pods_is_healthy() {
    assert_eq!(health(&workload(2, 2), &Ok(Vec::new()), now()), healthy());
}

#[test]
fn each_trouble_of_a_pod_has_its_own_words() {
    let running = |trouble| ContainerStatus { trouble, ready: false, ..container("minio") };
    let init = |container: ContainerStatus| ContainerStatus { init: true, ..container };
    let ready = |container: ContainerStatus| ContainerStatus { ready: true, ..container };
    let pending = |pod| Pod { phase: "Pending".into(), ..pod };
    let creating = || waiting("minio", "PodInitializing", "", 0);
    let denied = "Back-off pulling image \"r.example/minio:v1\": ErrImagePull: failed to resolve reference \
                  \"r.example/minio:v1\": failed to authorize: 401 Unauthorized";
    let preempted = "0/6 nodes are available: 6 Insufficient cpu. preemption: 0/6 nodes are available: 6 No victims.";
    let cases = [
        (crashing("p", 17, None), "pod p: minio is in CrashLoopBackOff, restarted 17 times"),
        (
            crashing("p", 9, Some("OOMKilled")),
            "pod p: minio is in CrashLoopBackOff (last ended: OOMKilled), restarted 9 times",
        ),
        (
            pod("p", vec![waiting("minio", "CreateContainerConfigError", "secret \"database-creds\" not found", 0)]),
            "pod p: minio is in CreateContainerConfigError: secret \"database-creds\" not found",
        ),
        (
            pending(pod("p", vec![waiting("minio", "ImagePullBackOff", denied, 0)])),
            "pod p: the image of minio cannot be pulled: 401 Unauthorized",
        ),
        (pod("p", vec![waiting("minio", "ErrImagePull", "", 0)]), "pod p: the image of minio cannot be pulled"),
        (pod("p", vec![waiting("minio", "OOMKilled", "", 1)]), "pod p: minio ended: OOMKilled, restarted once"),
        (
            pod("p", vec![running(None)]),
            "pod p: running, not ready: the readiness or startup probe of minio has not succeeded",
        ),
        (
            Pod { unready: Some("ReadinessGatesNotReady".into()), ..pod("p", vec![ready(container("minio"))]) },
            "pod p: running, not ready: a readiness gate is not open",
        ),
        (pod("p", vec![ready(container("minio"))]), "pod p: not ready, though every container is: check the node"),
        (
            pending(Pod { unschedulable: Some(preempted.into()), ..pod("p", vec![container("minio")]) }),
            "pod p: not scheduled: 0/6 nodes are available: 6 Insufficient cpu",
        ),
        (pending(pod("p", vec![container("minio")])), "pod p: not started yet (Pending)"),
        (
            pending(pod("p", vec![waiting("minio", "ContainerCreating", "", 0)])),
            "pod p: starting: the containers are not created yet",
        ),
        (pending(pod("p", vec![init(container("setup")), creating()])), "pod p: waiting for the init container setup"),
        (
            pending(pod(
                "p",
                vec![ready(init(container("first"))), init(waiting("setup", "ImagePullBackOff", "", 0)), creating()],
            )),
            "pod p: the image of setup cannot be pulled",
        ),
        (
            pod("p", vec![init(container("proxy")), ready(container("minio"))]),
            "pod p: running, not ready: the readiness or startup probe of proxy has not succeeded",
        ),
        (Pod { phase: "Unknown".into(), ..pod("p", Vec::new()) }, "pod p: not ready: Unknown"),
        (
            Pod { reason: Some("NodeLost".into()), ..pod("p", vec![ready(container("minio"))]) },
            "pod p: not ready: Running, NodeLost",
        ),
    ];
    for (pod, expected) in cases {
        assert_eq!(why(vec![pod]), [expected]);
    }
}

#[test]
fn pods_in_the_same_trouble_are_one_line_with_one_of_them() {
    let crash = |restarts: &[u32]| {
        let pods = restarts.iter().enumerate();
        let pods = pods.map(|(at, times)| crashing(&format!("p{at}"), *times, Some("OOMKilled")));
        why(pods.collect())
    };
    let line =
        |restarts: &str| format!("minio is in CrashLoopBackOff (last ended: OOMKilled){restarts}, for example p0");
    assert_eq!(crash(&[9, 17]), [format!("2 pods: {}", line(", restarted 9 and 17 times"))]);
    assert_eq!(crash(&[3, 1, 2]), [format!("3 pods: {}", line(", restarted 1, 2 and 3 times"))]);
    assert_eq!(crash(&[3, 1, 2, 41]), [format!("4 pods: {}", line(", restarted 1 to 41 times"))]);
    assert_eq!(crash(&[0, 4]), [format!("2 pods: {}", line(", restarted up to 4 times"))]);
    assert_eq!(crash(&[0, 0]), [format!("2 pods: {}", line(""))]);
    assert_eq!(crash(&[1, 1]), [format!("2 pods: {}", line(", restarted once"))]);
}

#[test]
fn thousands_of_pods_in_one_trouble_are_one_line() {
    let pending = |at: u32| Pod {
        phase: "Pending".into(),
        unschedulable: Some("0/6 nodes are available: 6 Insufficient cpu".into()),
        ..pod(&format!("deis-logger-fluentd-{at:05}"), Vec::new())
    };
    let expected = "4,996 pods: not scheduled: 0/6 nodes are available: 6 Insufficient cpu, for example \
                    deis-logger-fluentd-00000";
    assert_eq!(why((0..4996).map(pending).collect()), [expected]);
}

#[test]
fn a_message_that_not_all_pods_have_is_that_of_the_example() {
    let wants = |name: &str, secret: &str| {
        pod(name, vec![waiting("minio", "CreateContainerConfigError", &format!("secret \"{secret}\" not found"), 0)])
    };
    assert_eq!(
        why(vec![wants("p0", "a"), wants("p1", "a"), wants("p2", "b")]),
        ["3 pods: minio is in CreateContainerConfigError, for example p0: secret \"a\" not found"]
    );
}

#[test]
fn five_reasons_are_listed_that_of_most_pods_first_and_the_rest_is_counted() {
    let mut pods = Vec::new();
    for (kind, times) in [("A", 1), ("B", 3), ("C", 2), ("D", 1), ("E", 1), ("F", 1), ("G", 1)] {
        pods.extend((0..times).map(|at| pod(&format!("{kind}{at}"), vec![waiting("minio", kind, "", 0)])));
    }
    let lines = why(pods);
    assert_eq!(lines.len(), 6);
    assert_eq!(lines[0], "3 pods: minio is in B, for example B0");
    assert_eq!((lines[1].as_str(), lines[5].as_str()), ("2 pods: minio is in C, for example C0", "and 2 more reasons"));
}

#[test]
fn pods_that_are_being_deleted_or_have_ended_are_named_as_such_and_last() {
    let deleted = || Pod { deleted: Some(now()), ..ready("going", container("minio")) };
    assert_eq!(why(vec![deleted()])[0], "pod going: being deleted");
    let evicted =
        |at: u32| Pod { phase: "Failed".into(), reason: Some("Evicted".into()), ..pod(&format!("e{at}"), Vec::new()) };
    let mut pods: Vec<Pod> = (0..63).map(evicted).collect();
    pods.extend([deleted(), crashing("p", 2, None)]);
    let lines = reasons(&workload(0, 1), pods);
    assert_eq!(
        lines[1..],
        [
            "pod p: minio is in CrashLoopBackOff, restarted 2 times",
            "pod going: being deleted",
            "63 pods: ended: Evicted, for example e0"
        ]
    );
}

#[test]
fn pods_that_were_never_created_are_counted_or_explained_by_the_controller() {
    let there = || (0..15).map(|at| ready(&format!("p{at}"), container("minio"))).collect::<Vec<_>>();
    assert_eq!(
        reasons(&workload(15, 25), there()),
        ["15 of 25 ready", "10 pods not created: see the events of the workload"]
    );
    let quota =
        "pods \"deis-minio-7f8b9-abcde\" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=15";
    let rollout = Rollout { replica_failure: Some(quota.into()), ..Rollout::default() };
    let limited = Workload { rollout, ..workload(15, 25) };
    let expected = "cannot create pods: exceeded quota: compute, requested: pods=1, used: pods=15";
    assert_eq!(reasons(&limited, there()), ["15 of 25 ready", expected]);
    assert_eq!(reasons(&limited, Vec::new()), ["15 of 25 ready", expected]);
}

#[test]
fn ready_pods_that_the_controller_has_not_counted_are_not_called_unready() {
    assert_eq!(
        why(vec![ready("p", container("minio"))]),
        ["all its pods are ready: its controller has not counted them yet"]
    );
}

#[test]
fn a_namesake_of_another_kind_does_not_explain() {
    let mut pod = crashing("p", 1, None);
    pod.owner = Some(Owner { kind: WorkloadKind::DaemonSet, name: "deis-minio".into() });
    assert_eq!(reasons(&workload(0, 1), vec![pod]), ["0 of 1 ready", "it has no pods: see the events of the workload"]);
}

#[test]
fn without_permission_to_read_pods_the_counts_still_count() {
    let unreadable =
        Unreadable { resource: Resource::Pods, cause: UnreadableCause::Forbidden, message: "may not list pods".into() };
    let Health::Unhealthy { reasons } = health(&workload(0, 1), &Err(unreadable.clone()), now()) else { panic!() };
    assert_eq!(reasons, ["0 of 1 ready", "the reason is unknown: pods: may not list pods"]);
    assert_eq!(health(&workload(1, 1), &Err(unreadable), now()), healthy());
}

#[test]
fn no_wanted_pod_is_neither_healthy_nor_unhealthy() {
    let stopped = |kind| health(&Workload { kind, ..workload(0, 0) }, &Ok(Vec::new()), now());
    let reason = |reason: &str| Health::Stopped { reason: reason.into() };
    assert_eq!(stopped(WorkloadKind::Deployment), reason("scaled to zero, so no pod is wanted"));
    assert_eq!(stopped(WorkloadKind::DaemonSet), reason("no node matches, so no pod is wanted"));
}

#[test]
fn a_workload_that_is_being_deleted_is_unhealthy_however_many_pods_are_ready() {
    let deleted = Some(ago_hours(3));
    for (ready, desired, rest) in [(2, 2, 0), (0, 0, 0), (0, 2, 2)] {
        let reasons = reasons(&Workload { deleted, ..workload(ready, desired) }, Vec::new());
        assert_eq!((reasons[0].as_str(), reasons.len()), ("being deleted: that began 3 h ago", 1 + rest));
    }
}

#[test]
fn a_ready_pod_that_restarted_often_or_for_want_of_memory_within_a_week_is_a_remark() {
    let remarks = |restarts, last_ended: &str, at: Option<Timestamp>| {
        let last_ended = Some(last_ended.into());
        let unsteady = ContainerStatus { restarts, last_ended, last_ended_at: at, ..container("minio") };
        let health = health(&workload(1, 1), &Ok(vec![ready("p", unsteady)]), now());
        assert!(matches!(health, Health::Healthy { .. }));
        health.sentences().to_vec()
    };
    let line = |rest: &str| vec![format!("pod p: ready, but minio was restarted {rest}")];
    assert_eq!(remarks(41, "OOMKilled", Some(ago_hours(3))), line("41 times, last 3 h ago (OOMKilled)"));
    assert_eq!(remarks(1, "OOMKilled", Some(ago_hours(3))), line("once, last 3 h ago (OOMKilled)"));
    assert_eq!(remarks(5, "Error", None), line("5 times (Error)"));
    let nothing: Vec<String> = Vec::new();
    assert_eq!(remarks(4, "Error", Some(ago_hours(3))), nothing);
    assert_eq!(remarks(41, "OOMKilled", Some(ago_hours(7 * 24))), nothing);
}

#[test]
fn remarks_are_grouped_as_reasons_are() {
    let often = |at: u32| {
        let last_ended_at = Some(ago_hours(i64::from(at)));
        let restarted =
            ContainerStatus { restarts: at, last_ended: Some("Error".into()), last_ended_at, ..container("minio") };
        ready(&format!("p{at}"), restarted)
    };
    let health = health(&workload(4, 4), &Ok((4..8).map(often).collect()), now());
    let expected = "3 pods: ready, but minio was restarted 5, 6 and 7 times, last 5 h ago (Error), for example p5";
    assert_eq!(health.sentences(), [expected]);
}

#[test]
fn a_daemon_set_that_its_controller_has_not_seen_is_not_called_stopped() {
    let new = Workload {
        desired: 0,
        rollout: Rollout { unobserved: true, ..Rollout::default() },
        ..Workload::new("deis-logger-fluentd", WorkloadKind::DaemonSet)
    };
    assert!(matches!(health(&new, &Ok(Vec::new()), now()), Health::Unknown { .. }));
    let seen = Workload { rollout: Rollout::default(), ..new };
    assert!(health(&seen, &Ok(Vec::new()), now()).is_stopped());
}
