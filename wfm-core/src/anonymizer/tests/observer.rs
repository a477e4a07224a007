//! An observer keeps every envelope of a fleet and tries to join those of one cluster.
//!
//! Two envelopes can be joined by a value that is in both, and by one that depends on what the other one reports. So the
//! clusters of a made-up fleet exchange what one envelope is about, in pairs: then that envelope must change hands whole,
//! and no byte of any other one may change.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::Value;

use super::properties::inventories;
use super::*;
use crate::anonymizer::testing::{World, envelopes};

/// So many pairs of clusters.
const PAIRS: u64 = 2000;

/// The envelopes of a cluster, by kind.
fn made(inventory: &Inventory) -> BTreeMap<EnvelopeKind, String> {
    static WORLD: LazyLock<World> = LazyLock::new(World::workflow);
    let made = envelopes(id(), Consent::default(), inventory, WORLD.vocabulary());
    made.into_iter().flatten().map(|envelope| (envelope.kind(), envelope.as_str().to_owned())).collect()
}

/// Lets pairs of clusters exchange what an envelope is about. More than a third of the pairs must report something else in it.
fn exchange(kind: EnvelopeKind, exchange: impl Fn(&mut Inventory, &mut Inventory)) {
    let mut fleet = inventories(2 * PAIRS);
    let mut differed = 0;
    while let (Some(mut one), Some(mut other)) = (fleet.next(), fleet.next()) {
        let (mut of_one, mut of_other) = (made(&one), made(&other));
        let (first, second) = (of_one.remove(&kind), of_other.remove(&kind));
        differed += u64::from(first != second);
        of_one.extend(second.map(|body| (kind, body)));
        of_other.extend(first.map(|body| (kind, body)));
        exchange(&mut one, &mut other);
        assert_eq!((made(&one), made(&other)), (of_one, of_other));
    }
    assert!(differed > PAIRS / 3, "{kind}: {differed}");
}

#[test]
fn clusters_that_exchange_their_creation_exchange_that_envelope_and_no_byte_of_any_other() {
    exchange(EnvelopeKind::Creation, |one, other| std::mem::swap(&mut one.cluster_created, &mut other.cluster_created));
}

/// Takes the workloads that the product does not know out of a section.
fn take(section: &mut crate::collector::Section<Workload>) -> Vec<Workload> {
    let catalog = Catalog::workflow();
    let Ok(workloads) = section else { return Vec::new() };
    let (known, unknown) = std::mem::take(workloads).into_iter().partition(|one| catalog.get(&one.name).is_some());
    *workloads = known;
    unknown
}

#[test]
fn clusters_that_exchange_their_other_workloads_exchange_that_envelope_and_no_byte_of_any_other() {
    let all = |inventory: &mut Inventory| {
        let Inventory { deployments, daemon_sets, stateful_sets, replication_controllers, .. } = inventory;
        [deployments, daemon_sets, stateful_sets, replication_controllers].map(take).concat()
    };
    // What cannot be read is exchanged, too: as an empty section that could not be.
    let failure = |inventory: &mut Inventory| {
        let sections =
            [&mut inventory.daemon_sets, &mut inventory.stateful_sets, &mut inventory.replication_controllers];
        sections.into_iter().find_map(|section| match section {
            Ok(_) => None,
            Err(error) => {
                let error = error.clone();
                *section = Ok(Vec::new());
                Some(error)
            }
        })
    };
    let put = |inventory: &mut Inventory, workloads: Vec<Workload>, failure| {
        let known = inventory.replication_controllers.as_mut().map(std::mem::take).unwrap_or_default();
        if let Ok(deployments) = &mut inventory.deployments {
            deployments.extend(workloads.into_iter().chain(known));
        }
        if let Some(failure) = failure {
            inventory.replication_controllers = Err(failure);
        }
    };
    exchange(EnvelopeKind::OtherWorkloads, |one, other| {
        let (of_one, of_other) = ((all(one), failure(one)), (all(other), failure(other)));
        put(one, of_other.0, of_other.1);
        put(other, of_one.0, of_one.1);
    });
}

/// The members of an envelope.
fn members(body: &str) -> BTreeMap<String, Value> {
    serde_json::from_str(body).unwrap()
}

#[test]
fn a_check_in_has_no_member_but_its_schema_its_id_its_cohort_and_the_components() {
    for inventory in inventories(PAIRS) {
        let check_in = &made(&inventory)[&EnvelopeKind::CheckIn];
        let allowed = ["schema", "id", "cohort", "components"];
        assert!(members(check_in).keys().all(|name| allowed.contains(&name.as_str())), "{check_in}");
    }
}

#[test]
fn two_envelopes_share_no_member_but_the_schema_the_part_and_the_cohort() {
    for inventory in inventories(PAIRS) {
        let made = made(&inventory);
        for (kind, body) in &made {
            let others = made.iter().filter(|(other, _)| *other != kind);
            let others: BTreeSet<String> = others.flat_map(|(_, body)| members(body).into_keys()).collect();
            for name in members(body).keys().filter(|name| others.contains(*name)) {
                assert!(["schema", "part", "cohort"].contains(&name.as_str()), "{kind}: {name}");
            }
        }
    }
}

#[test]
fn small_envelopes_with_equal_values_are_byte_equal() {
    for kind in [EnvelopeKind::Creation, EnvelopeKind::OtherWorkloads] {
        let mut bodies: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for inventory in inventories(2 * PAIRS) {
            if let Some(body) = made(&inventory).remove(&kind) {
                let values = Value::from_iter(members(&body)).to_string();
                bodies.entry(values).or_default().insert(body);
            }
        }
        assert!(bodies.len() > 6 && bodies.values().all(|bodies| bodies.len() == 1), "{kind}");
    }
}
