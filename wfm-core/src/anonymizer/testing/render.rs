//! A raw inventory of which the facts are true, and all else is noise.

use jiff::Timestamp;

use super::World;
use super::components::Namesakes;
use super::dice::Dice;
use super::expected::OTHERS;
use super::facts::Facts;
use super::nodes::{Teller, version};
use super::noise::{image, stranger, text};
use super::tables::NONE;
use super::world::CANONICAL;
use crate::collector::{
    ContainerStatus, Event, Inventory, InvolvedObject, NamespaceState, Owner, Pod, Resource, Rollout, Section, Service,
    ServicePort, Stale, Stalled, Unreadable, UnreadableCause, Workload,
};
use crate::component::WorkloadKind;

/// The Monday with which the first week of 2014 begins.
const FIRST_MONDAY: i64 = 1_388_361_600;
const WEEK: u64 = 7 * 24 * 60 * 60;

impl Facts {
    /// An inventory of which they are true.
    #[must_use]
    pub fn render(&self, world: &World, dice: &mut Dice<'_>) -> Inventory {
        let teller = self.teller(dice);
        let mut inventory = Inventory::empty(moment(dice));
        inventory.namespace = match dice.below(4) {
            0 => NamespaceState::Active,
            1 => NamespaceState::Terminating { since: dice.percent(50).then(|| moment(dice)) },
            2 => NamespaceState::Absent,
            _ => NamespaceState::Unknown,
        };
        inventory.kubernetes_version = self.kubernetes.map(|minor| {
            let vendor = if teller == Teller::ApiServer { self.vendor } else { NONE };
            let major = if minor == 100 && dice.percent(50) { 2 } else { 1 };
            version(major, minor, vendor, dice)
        });
        inventory.cluster_created = self.created(dice);
        let mut pods = dice.percent(90).then(Vec::new);
        self.render_workloads(world, &mut inventory, &mut pods, dice);
        inventory.nodes = match &self.nodes {
            Some(nodes) => Ok(self.render_nodes(nodes, teller, dice).into()),
            None => nothing(Resource::Nodes, dice).map(Into::into),
        };
        inventory.pods = pods.ok_or_else(|| unreadable(Resource::Pods, dice));
        inventory.services = some(Resource::Services, dice, |dice| Service {
            name: text(dice),
            service_type: text(dice),
            ports: vec![ServicePort { port: dice.below(65536) as u16, protocol: text(dice).into() }],
            headless: dice.percent(50),
            external_name: dice.percent(50).then(|| text(dice)),
            pending: dice.percent(50),
            ready_pods: dice.percent(50).then(|| dice.below(9) as u32),
            has_selector: dice.percent(80),
        });
        inventory.events = some(Resource::Events, dice, event);
        if dice.percent(5) {
            inventory.stale.push(Stale { unreadable: unreadable(Resource::Nodes, dice), seen_at: moment(dice) });
        }
        inventory
    }

    fn created(&self, dice: &mut Dice<'_>) -> Option<Timestamp> {
        let Some(week) = self.week else {
            let outside = dice.pick(&[0, 946_684_800, 1_388_361_599, 4_134_153_600, 9_999_999_999]);
            return dice.percent(50).then(|| at(outside, 0));
        };
        let second = week as u64 * WEEK + dice.within(0, WEEK - 1);
        Some(at(FIRST_MONDAY + second.cast_signed(), dice.below(1_000_000_000)))
    }

    fn render_workloads(
        &self,
        world: &World,
        inventory: &mut Inventory,
        pods: &mut Option<Vec<Pod>>,
        dice: &mut Dice<'_>,
    ) {
        let pods_are_readable = pods.is_some();
        let mut unseen = Vec::new();
        let pods = pods.as_mut().unwrap_or(&mut unseen);
        if self.others.is_none() {
            // Never the Deployments: the components must have a place.
            let (section, resource) = match dice.below(3) {
                0 => (&mut inventory.daemon_sets, Resource::DaemonSets),
                1 => (&mut inventory.stateful_sets, Resource::StatefulSets),
                _ => (&mut inventory.replication_controllers, Resource::ReplicationControllers),
            };
            *section = Err(unreadable(resource, dice));
        }
        for (name, rows) in &self.components {
            let mut namesakes = Namesakes::new(world.names[*name].as_str(), pods_are_readable, dice);
            for row in (0..CANONICAL.len()).filter(|row| rows >> row & 1 == 1) {
                // The same version twice says no more than once.
                for _ in 0..if dice.percent(3) { 2 } else { 1 } {
                    put(inventory, namesakes.next(Some(row), pods, dice), dice);
                }
            }
            // A custom version is higher than any, so a twin of one says nothing.
            if *rows == 0 || dice.percent(3) {
                put(inventory, namesakes.next(None, pods, dice), dice);
            }
            if let Some(left_over) = namesakes.left_over(dice) {
                put(inventory, left_over, dice);
            }
        }
        let (least, most) = self.others.map_or((0, 16), |bucket| (OTHERS[bucket].1, OTHERS[bucket].2));
        for _ in 0..dice.within(least, most) {
            let row = dice.percent(50).then(|| dice.below(CANONICAL.len()));
            let name = stranger(dice);
            put(inventory, Namesakes::new(&name, false, dice).next(row, pods, dice), dice);
        }
        if dice.percent(8) {
            pods.extend((0..=dice.below(2)).map(|_| pod(dice)));
        }
    }
}

/// Puts a workload anywhere.
fn put(inventory: &mut Inventory, workload: Workload, dice: &mut Dice<'_>) {
    let section = match dice.below(8) {
        0 => &mut inventory.daemon_sets,
        1 => &mut inventory.stateful_sets,
        2 => &mut inventory.replication_controllers,
        _ => &mut inventory.deployments,
    };
    let section = if section.is_ok() { section } else { &mut inventory.deployments };
    if let Ok(workloads) = section {
        let place = dice.below(workloads.len() + 1);
        workloads.insert(place, workload);
    }
}

pub(super) fn rollout(dice: &mut Dice<'_>) -> Rollout {
    Rollout {
        unobserved: dice.percent(20),
        paused: dice.percent(20),
        on_delete: dice.percent(20),
        partition: dice.below(3) as u32,
        total: dice.below(9) as u32,
        updated: dice.percent(50).then(|| dice.below(9) as u32),
        stalled: dice.percent(20).then(|| Stalled { reason: text(dice).into(), since: Some(moment(dice)) }),
        replica_failure: dice.percent(20).then(|| text(dice)),
    }
}

fn pod(dice: &mut Dice<'_>) -> Pod {
    let owner = Owner { kind: WorkloadKind::Deployment, name: text(dice).into() };
    let status = ContainerStatus {
        name: text(dice).into(),
        image: image(Some("v2.14.0"), dice).into(),
        init: dice.percent(20),
        ready: dice.percent(50),
        restarts: dice.below(100) as u32,
        trouble: Some(text(dice).into()),
        message: Some(text(dice).into()),
        last_ended: Some(text(dice).into()),
        last_ended_at: dice.percent(50).then(|| moment(dice)),
    };
    Pod {
        name: text(dice),
        owner: Some(owner),
        app: Some(text(dice).into()),
        phase: text(dice).into(),
        ready: dice.percent(50),
        reason: Some(text(dice).into()),
        unschedulable: Some(text(dice).into()),
        unready: Some(text(dice).into()),
        containers: [status].into(),
        created: Some(moment(dice)),
        deleted: dice.percent(20).then(|| moment(dice)),
    }
}

fn event(dice: &mut Dice<'_>) -> Event {
    Event {
        involved_object: InvolvedObject { kind: text(dice), name: text(dice) },
        reason: text(dice),
        message: text(dice),
        count: dice.below(100) as u32,
        last_seen: Some(moment(dice)),
    }
}

/// None, a few, or a failure: mostly none, as nothing of it may show.
fn some<T>(resource: Resource, dice: &mut Dice<'_>, make: impl Fn(&mut Dice<'_>) -> T) -> Section<T> {
    if dice.percent(92) { nothing(resource, dice) } else { Ok((0..=dice.below(2)).map(|_| make(dice)).collect()) }
}

fn nothing<T>(resource: Resource, dice: &mut Dice<'_>) -> Section<T> {
    if dice.percent(90) {
        return Ok(Vec::new());
    }
    Err(unreadable(resource, dice))
}

fn unreadable(resource: Resource, dice: &mut Dice<'_>) -> Unreadable {
    Unreadable { resource, cause: UnreadableCause::BadAnswer, message: text(dice) }
}

pub(super) fn moment(dice: &mut Dice<'_>) -> Timestamp {
    at(dice.below(2_000_000_000) as i64, dice.below(1_000_000_000))
}

fn at(second: i64, nanosecond: usize) -> Timestamp {
    Timestamp::new(second, nanosecond as i32).unwrap_or_default()
}
