//! What a check-in costs with rollups and without, and how many bytes a cluster takes.

use std::sync::Arc;
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;
use wfm_api::store::SledStore;
use wfm_core::anonymizer::{Arrival, Vocabulary};
use wfm_core::catalog::Catalog;
use wfm_core::cluster::ClusterId;
use wfm_core::release::{Release, Releases};
use wfm_core::store::{ClusterFacts, Record, Run, Store};
use wfm_core::version::Train;
use wfm_core::wire::v3;

const HALF_A_DAY: i64 = 43_200;

/// Two check-ins a day of some thousand clusters for some weeks, an upgrade a month, with and without rollups by turns.
pub(crate) async fn check_in_cost() {
    const CLUSTERS: u64 = 10_000;
    let mut took = [Vec::new(), Vec::new()];
    for round in 0..6 {
        let folder = super::folder();
        let counts = round % 2 == 0;
        let store = if counts {
            SledStore::open(folder.path()).await.unwrap()
        } else {
            SledStore::open_without_rollups(folder.path()).await.unwrap()
        };
        let store = Arc::new(store);
        let versions: Vec<Arc<Vec<Arrival>>> = (0..3).map(|version| Arc::new(fleet(CLUSTERS, version))).collect();
        let began = Instant::now();
        let mut made = 0;
        for half_day in 0..20i64 {
            let mut callers = tokio::task::JoinSet::new();
            for caller in 0..256u64 {
                let store = Arc::clone(&store);
                let fleets = versions.clone();
                callers.spawn(async move {
                    for cluster in (caller..CLUSTERS).step_by(256) {
                        // A thirtieth of the fleet upgrades each day.
                        let upgraded = i64::try_from(cluster % 60).unwrap() <= half_day;
                        let arrival = fleets[usize::from(upgraded)][usize::try_from(cluster).unwrap()].clone();
                        let second = i64::try_from(cluster * 43_200 / CLUSTERS).unwrap();
                        let at = start() + SignedDuration::from_secs(half_day * HALF_A_DAY + second);
                        store.check_in(arrival, at).await.unwrap();
                    }
                });
            }
            callers.join_all().await;
            made += CLUSTERS;
        }
        took[usize::from(!counts)].push(began.elapsed().as_secs_f64() * 1e6 / made as f64);
    }
    let median = |mut took: Vec<f64>| {
        took.sort_by(f64::total_cmp);
        took[took.len() / 2]
    };
    let [with, without] = took.map(median);
    println!(
        "a check-in takes {with:.1} µs with rollups and {without:.1} µs without: {:.2} × (durable, 256 at once)",
        with / without
    );
}

/// A year of two check-ins a day, of clusters that never change and of clusters that upgrade each month.
pub(crate) async fn disk_cost() {
    const CLUSTERS: u128 = 20_000;
    for (what, upgrades) in [("never changes", 1usize), ("upgrades monthly", 12)] {
        let folder = super::folder();
        let store = SledStore::open(folder.path()).await.unwrap();
        let facts = (0..upgrades).map(|version| {
            let arrival = fleet(1, version as u64).remove(0);
            Ok(Record::Facts { number: version as u64, facts: ClusterFacts::from(arrival) })
        });
        let clusters = (0..CLUSTERS).map(move |n| {
            // Every slot of the half day, and a jitter of some seconds.
            let slot = i64::try_from(n * 43_200 / CLUSTERS).unwrap();
            let at = |step: i64| start().as_second() + slot + step * HALF_A_DAY + (step * 7 + slot) % 20;
            let runs = (0..upgrades).map(|upgrade| {
                let steps = 730 * upgrade / upgrades..730 * (upgrade + 1) / upgrades;
                Run { said: upgrade as u64, instants: steps.map(|step| at(step as i64)).collect(), untimed: 0 }
            });
            let id = ClusterId::new(Uuid::from_u128(n.wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835)));
            Ok(Record::Cluster { id, ruled: None, decided: None, runs: runs.collect() })
        });
        store.load(Box::new(facts.collect::<Vec<_>>().into_iter().chain(clusters))).await.unwrap();
        drop(store);
        drop(SledStore::open(folder.path()).await.unwrap());
        println!(
            "a cluster that {what} takes {} bytes a year on the disk",
            u128::from(super::size(folder.path())) / CLUSTERS
        );
    }
}

/// A year as it is lived: two check-ins a day of clusters that never change, one after the other.
pub(crate) async fn lived_cost(clusters: u64) {
    let (folder, before) = (super::folder(), super::resident());
    let store = Arc::new(SledStore::open(folder.path()).await.unwrap());
    let fleet = Arc::new(fleet(clusters, 0));
    let began = Instant::now();
    for half_day in 0..730i64 {
        let mut callers = tokio::task::JoinSet::new();
        for caller in 0..256u64 {
            let (store, fleet) = (Arc::clone(&store), Arc::clone(&fleet));
            callers.spawn(async move {
                for cluster in (caller..clusters).step_by(256) {
                    let slot = i64::try_from(cluster * 43_200 / clusters).unwrap();
                    let jitter = (half_day * 7 + slot) % 20;
                    let at = start() + SignedDuration::from_secs(half_day * HALF_A_DAY + slot + jitter);
                    store.check_in(fleet[usize::try_from(cluster).unwrap()].clone(), at).await.unwrap();
                }
            });
        }
        callers.join_all().await;
    }
    let took = began.elapsed().as_secs_f64() * 1e6 / (clusters * 730) as f64;
    println!(
        "a year as it is lived leaves {} bytes a cluster on the disk and {} MiB more in memory, {took:.1} µs a check-in",
        super::size(folder.path()) / clusters,
        super::resident().saturating_sub(before) >> 10
    );
    let began = Instant::now();
    assert!(store.verify().await.unwrap().differences.is_empty());
    println!("  its {clusters} clusters are verified in {:.2} s", began.elapsed().as_secs_f64());
}

fn start() -> Timestamp {
    "2025-01-01T00:00:00Z".parse().unwrap()
}

fn fleet(clusters: u64, version: u64) -> Vec<Arrival> {
    let catalog = Catalog::workflow();
    let versions: Vec<String> = (0..12).map(|minor| format!("v2.{minor}.0")).collect();
    let releases: Releases = catalog
        .iter()
        .flat_map(|entry| {
            let release = |version: &String| {
                Release::new(entry.name().clone(), Train::stable(), version.parse().unwrap(), start())
            };
            versions.iter().map(release).collect::<Vec<_>>()
        })
        .collect();
    let components: Vec<v3::ComponentVersion> = catalog
        .iter()
        .map(|entry| v3::ComponentVersion {
            component: v3::Component { name: entry.name().to_string(), ..v3::Component::default() },
            version: v3::Version { version: versions[version as usize].clone(), ..v3::Version::default() },
            update_available: None,
        })
        .collect();
    let body = v3::Cluster { id: Uuid::nil().to_string(), components, first_seen: None, last_seen: None };
    let arrival = Arrival::reduce(&body, Vocabulary::new(&catalog, &releases)).unwrap();
    let id = |n: u64| Uuid::from_u128(u128::from(n).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835));
    (0..clusters).map(|n| arrival.clone().said_by(ClusterId::new(id(n)))).collect()
}
