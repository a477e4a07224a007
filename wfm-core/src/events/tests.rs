use super::*;
use crate::collector::{Owner, Rollout, Stalled};

fn workload(name: &str, ready: u32) -> Workload {
    Workload { ready, ..Workload::new(name, WorkloadKind::Deployment) }
}

fn pod(name: &str, owner: &str, ready: bool) -> Pod {
    Pod {
        name: name.into(),
        owner: Some(Owner { kind: WorkloadKind::Deployment, name: owner.into() }),
        phase: "Pending".into(),
        ready,
        ..Pod::default()
    }
}

fn event(kind: &str, name: &str, minute: u8) -> Event {
    Event {
        involved_object: InvolvedObject { kind: kind.into(), name: name.into() },
        reason: "BackOff".into(),
        message: format!("at {minute}"),
        count: 1,
        last_seen: Some(format!("2026-01-01T00:{minute:02}:00Z").parse().unwrap()),
    }
}

fn inventory(workloads: Vec<Workload>, pods: Vec<Pod>) -> Inventory {
    Inventory {
        deployments: Ok(workloads),
        pods: Ok(pods),
        ..Inventory::empty("2026-01-01T00:00:00Z".parse().unwrap())
    }
}

fn kept(inventory: &Inventory, events: Vec<Event>) -> Vec<String> {
    let mut explaining = Explaining::of(inventory).unwrap();
    events.into_iter().for_each(|event| explaining.offer(event));
    explaining.finish().into_iter().map(|event| format!("{} {}", event.involved_object.name, event.message)).collect()
}

#[test]
fn where_all_is_well_nobody_needs_events() {
    let idle = Workload { desired: 0, ..workload("deis-idle", 0) };
    assert!(Explaining::of(&inventory(vec![workload("deis-router", 1), idle], Vec::new())).is_none());
}

#[test]
fn a_rollout_that_does_not_go_on_is_explained_though_every_pod_is_ready() {
    let stalled = Stalled { reason: "ProgressDeadlineExceeded".into(), since: None };
    for rollout in [
        Rollout { stalled: Some(stalled), ..Rollout::default() },
        Rollout { replica_failure: Some("exceeded quota".into()), ..Rollout::default() },
    ] {
        let stuck = Workload { rollout, ..workload("deis-router", 1) };
        let pods = vec![pod("deis-router-2-a", "deis-router", false), pod("deis-router-1-a", "deis-router", true)];
        let events = ["deis-router-2-a", "deis-router-1-a"].map(|name| event("Pod", name, 1));
        assert_eq!(kept(&inventory(vec![stuck], pods), events.into()), ["deis-router-2-a at 1"]);
    }
}

#[test]
fn the_newest_three_of_each_object_that_is_unhealthy_are_kept() {
    let workloads = vec![workload("deis-minio", 0), workload("deis-router", 1)];
    let pods = vec![pod("deis-minio-1-a", "deis-minio", false), pod("deis-router-1-a", "deis-router", false)];
    let mut events: Vec<Event> = [3, 9, 1, 5].map(|minute| event("Pod", "deis-minio-1-a", minute)).into();
    events.push(event("Pod", "deis-router-1-a", 1));
    events.push(event("Service", "deis-minio", 1));
    events.push(event("Deployment", "deis-minio", 2));
    let expected = ["deis-minio at 2", "deis-minio-1-a at 9", "deis-minio-1-a at 5", "deis-minio-1-a at 3"];
    assert_eq!(kept(&inventory(workloads, pods), events), expected);
}

#[test]
fn a_replica_sets_events_explain_its_deployment_and_no_other() {
    let workloads = vec![workload("deis", 0)];
    let events = vec![event("ReplicaSet", "deis-8566cfcd9b", 1), event("ReplicaSet", "deis-minio-8566cfcd9b", 2)];
    assert_eq!(kept(&inventory(workloads, Vec::new()), events), ["deis-8566cfcd9b at 1"]);
}

#[test]
fn where_everything_fails_the_events_are_bounded() {
    let names: Vec<String> = (0..1000).map(|n| format!("w{n}")).collect();
    let workloads = names.iter().map(|name| workload(name, 0)).collect();
    let events = names.iter().flat_map(|name| [1, 2, 3, 4].map(|minute| event("Deployment", name, minute)));
    assert_eq!(kept(&inventory(workloads, Vec::new()), events.collect()).len(), OBJECTS * PER_OBJECT);
}

#[test]
fn a_component_shows_the_newest_of_its_own_events() {
    let minio = workload("deis-minio", 0);
    let mine = pod("deis-minio-1-a", "deis-minio", false);
    let mut events: Vec<Event> = (0..20).map(|minute| event("Pod", "deis-minio-1-a", minute)).collect();
    events.push(event("Pod", "deis-router-1-a", 59));
    let shown = about(&minio, &[&mine], &events);
    assert_eq!((shown.len(), shown[0].message.as_str()), (PER_COMPONENT, "at 19"));
}
