//! Events that explain what is unhealthy.
//!
//! A namespace may hold thousands of events, of which a few are worth showing: warnings about a workload that is unhealthy or
//! whose rollout is stuck, and about its pods that are not ready, the newest of each. If there is no such workload, events
//! need not be read at all.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::collector::{Event, Inventory, InvolvedObject, Pod, Workload};
use crate::component::WorkloadKind;
use crate::health::PodsByOwner;

/// So many events are kept of one object, the newest.
pub const PER_OBJECT: usize = 3;
/// So many objects have events kept, the first by kind and name: a namespace where everything fails is bounded.
pub const OBJECTS: usize = 200;
/// So many events are shown of one component, the newest.
pub const PER_COMPONENT: usize = 10;

/// Picks, out of all events of a namespace, those that explain.
#[derive(Debug)]
pub struct Explaining {
    objects: BTreeSet<InvolvedObject>,
    deployments: BTreeSet<String>,
    kept: BTreeMap<InvolvedObject, Vec<Event>>,
}

impl Explaining {
    /// What events could explain in an inventory; `None` if every workload has the pods it wants and no rollout is stuck.
    #[must_use]
    pub fn of(inventory: &Inventory) -> Option<Self> {
        let pods = PodsByOwner::new(inventory.pods.as_deref().unwrap_or_default());
        let (mut objects, mut deployments) = (BTreeSet::new(), BTreeSet::new());
        for workload in inventory.workloads().filter(|workload| explain(workload)) {
            objects.insert(InvolvedObject { kind: workload.kind.as_str().to_owned(), name: workload.name.clone() });
            if workload.kind == WorkloadKind::Deployment {
                deployments.insert(workload.name.clone());
            }
            let troubled = pods.of(workload).iter().filter(|pod| !pod.ready);
            objects.extend(troubled.map(|pod| InvolvedObject { kind: "Pod".to_owned(), name: pod.name.clone() }));
        }
        (!objects.is_empty()).then(|| Self { objects, deployments, kept: BTreeMap::new() })
    }

    /// Looks at an event, and keeps it where it explains.
    pub fn offer(&mut self, event: Event) {
        let object = &event.involved_object;
        let wanted = self.objects.contains(object)
            || deployment(object).is_some_and(|deployment| self.deployments.contains(deployment));
        if !wanted || (self.kept.len() >= OBJECTS && !self.kept.contains_key(object)) {
            return;
        }
        let of_object = self.kept.entry(object.clone()).or_default();
        of_object.push(event);
        newest_first(of_object);
        of_object.truncate(PER_OBJECT);
    }

    /// What was kept, by object, the newest of each first.
    #[must_use]
    pub fn finish(self) -> Vec<Event> {
        self.kept.into_values().flatten().collect()
    }
}

/// Whether a workload has something for events to explain: too few pods, or a rollout that does not go on.
pub(crate) fn explain(workload: &Workload) -> bool {
    let rollout = &workload.rollout;
    workload.ready < workload.desired || rollout.stalled.is_some() || rollout.replica_failure.is_some()
}

/// The events about a workload or its pods, newest first, [`PER_COMPONENT`] at most.
pub(crate) fn about(workload: &Workload, pods: &[&Pod], events: &[Event]) -> Vec<Event> {
    let concerns = |object: &InvolvedObject| match object.kind.as_str() {
        "Pod" => pods.iter().any(|pod| pod.name == object.name),
        "ReplicaSet" => workload.kind == WorkloadKind::Deployment && deployment(object) == Some(&workload.name),
        kind => kind == workload.kind.as_str() && object.name == workload.name,
    };
    let mut found: Vec<Event> = events.iter().filter(|event| concerns(&event.involved_object)).cloned().collect();
    newest_first(&mut found);
    found.truncate(PER_COMPONENT);
    found
}

fn newest_first(events: &mut [Event]) {
    events.sort_by_key(|event| Reverse(event.last_seen));
}

/// The Deployment of a ReplicaSet, by the name: that of the Deployment, and the hash of the pod template, which has no dash.
fn deployment(object: &InvolvedObject) -> Option<&str> {
    (object.kind == "ReplicaSet").then(|| object.name.rsplit_once('-').map(|(deployment, _)| deployment)).flatten()
}

#[cfg(test)]
mod tests;
