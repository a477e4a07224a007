//! What holds of every envelope, whatever the inventory.

use std::sync::Arc;

use jiff::civil::date;

use crate::anonymizer::testing::{Dice, Facts, World, envelopes};
use crate::anonymizer::{Arrival, Consent};
use crate::collector::{ContainerStatus, Inventory, Node, Workload};
use crate::facets::FacetReport;

/// So many inventories of all kinds.
pub(super) fn inventories(count: u64) -> impl Iterator<Item = Inventory> {
    let world = World::workflow();
    (0..count).map(move |seed| {
        let mut dice = Dice::seeded(seed);
        Facts::draw(&mut dice).render(&world, &mut dice)
    })
}

fn leaving(inventory: &Inventory) -> Vec<String> {
    let world = World::workflow();
    let id = "8c6da034-c8b1-489a-a55d-a2215d93f934".parse().unwrap();
    let made = envelopes(id, Consent::default(), inventory, world.vocabulary());
    made.into_iter().flatten().map(|envelope| envelope.as_str().to_owned()).collect()
}

#[test]
fn the_same_inventory_gives_the_same_bytes_in_any_order() {
    for inventory in inventories(500) {
        let first = leaving(&inventory);
        assert_eq!(leaving(&inventory), first);
        let mut turned = inventory.clone();
        for workloads in [&mut turned.deployments, &mut turned.daemon_sets].into_iter().flatten() {
            workloads.reverse();
        }
        if let Ok(pods) = &mut turned.pods {
            pods.reverse();
        }
        if let Ok(nodes) = &mut turned.nodes {
            let nodes = Arc::make_mut(nodes);
            let middle = nodes.len() / 2;
            nodes.rotate_left(middle);
            nodes.reverse();
        }
        std::mem::swap(&mut turned.stateful_sets, &mut turned.deployments);
        assert_eq!(leaving(&turned), first);
    }
}

/// What a check-in tells, as an inventory says it: names and versions that are words already.
fn told_again(arrival: &Arrival) -> Inventory {
    let workload = |name: &str, version: &str| Workload {
        version_annotation: Some(version.to_owned()),
        ready: 1,
        ..Workload::new(name, crate::component::WorkloadKind::Deployment)
    };
    let said = arrival.components().iter().map(|(name, version)| workload(name.as_str(), &version.to_string()));
    let mut inventory = Inventory::empty(jiff::Timestamp::UNIX_EPOCH);
    inventory.deployments = Ok(said.collect());
    inventory
}

#[test]
fn what_was_told_is_told_again_as_it_was() {
    let world = World::workflow();
    for inventory in inventories(500) {
        let check_in = leaving(&inventory).remove(0);
        let arrival = Arrival::accept(check_in.as_bytes(), world.vocabulary()).unwrap();
        let again = leaving(&told_again(&arrival)).remove(0);
        assert_eq!(Arrival::accept(again.as_bytes(), world.vocabulary()).unwrap(), arrival);
    }
}

#[test]
fn every_envelope_is_short_and_holds_members_of_its_schema_alone() {
    let world = World::workflow();
    for inventory in inventories(2000) {
        let mut made = leaving(&inventory).into_iter();
        let check_in = made.next().unwrap();
        assert!(check_in.len() <= 2048);
        Arrival::accept(check_in.as_bytes(), world.vocabulary()).unwrap();
        for facets in made {
            // A software envelope has 210 bytes at most, one of capacity 120: every number in them begins a bucket.
            assert!(facets.len() <= 256, "{facets}");
            // In the last week that a cluster can be created in.
            FacetReport::accept(facets.as_bytes(), date(2100, 12, 27)).unwrap();
        }
    }
}

/// An inventory in which every text is this one.
fn filled(text: &str) -> Inventory {
    let mut inventory = inventories(100)
        .find(|one| one.workloads().next().is_some() && one.nodes.as_ref().is_ok_and(|nodes| nodes.len() == 1))
        .unwrap();
    inventory.kubernetes_version = Some(text.to_owned());
    let sections = [&mut inventory.deployments, &mut inventory.daemon_sets, &mut inventory.stateful_sets];
    for workload in sections.into_iter().flatten().flatten() {
        workload.version_annotation = None;
        workload.name = text.to_owned();
        workload.containers.iter_mut().for_each(|container| container.image = text.to_owned());
    }
    for pod in inventory.pods.iter_mut().flatten() {
        let filled = |one: &ContainerStatus| ContainerStatus { image: text.into(), ..one.clone() };
        pod.containers = pod.containers.iter().map(filled).collect();
        pod.owner.iter_mut().for_each(|owner| owner.name = text.into());
    }
    let Node { provider, kubelet_version, os_image, kernel_version, container_runtime, architecture, capacity, .. } =
        &mut Arc::make_mut(inventory.nodes.as_mut().unwrap())[0];
    for field in [kubelet_version, os_image, kernel_version, container_runtime, architecture] {
        *field = text.into();
    }
    for field in [provider, &mut capacity.cpu, &mut capacity.memory, &mut capacity.ephemeral_storage] {
        *field = Some(text.into());
    }
    inventory
}

#[test]
fn a_mebibyte_in_every_text_is_borne_and_so_are_eight() {
    let beginnings =
        ["", "v1.", "v2.14.0-", "Ubuntu ", "containerd://", "deis-router:", "x:v2.14.0+", "6.8.", "1e", "/"];
    for (beginning, unit) in
        beginnings.iter().flat_map(|beginning| ["9", ".", "a", "é", "\0"].map(|unit| (beginning, unit)))
    {
        let text = format!("{beginning}{}", unit.repeat((1 << 20) / unit.len()));
        assert!(leaving(&filled(&text)).iter().all(|envelope| envelope.len() <= 2048));
    }
    let text = "1.".repeat(4 << 20);
    assert!(leaving(&filled(&text)).iter().all(|envelope| envelope.len() <= 2048));
}
