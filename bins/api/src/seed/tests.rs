use std::collections::{BTreeMap, BTreeSet};

use wfm_core::cluster::{ClusterId, Cohort};
use wfm_core::store::ClusterRecord;

use super::*;

mod reports;
mod shape;

const END: &str = "2026-01-31T09:30:15Z";

fn history() -> Releases {
    crate::import::read(RELEASES_JSON.as_bytes()).unwrap().into_iter().collect()
}

fn fleet(clusters: u64, days: u32) -> Fleet {
    Fleet::new(clusters, days, 7, END.parse().unwrap()).unwrap()
}

fn end() -> i64 {
    END.parse::<Timestamp>().unwrap().as_second()
}

fn all(fleet: Fleet) -> Vec<Record> {
    fleet.records(&history()).unwrap().map(Result::unwrap).collect()
}

/// A cluster as its record has it, its check-ins in one row.
struct Seen {
    id: ClusterId,
    cohort: Cohort,
    runs: Vec<Run<ClusterFacts>>,
    instants: Vec<i64>,
}

fn seen(records: &[Record]) -> Vec<Seen> {
    let mut known = BTreeMap::new();
    let mut clusters = Vec::new();
    for record in records {
        match record {
            Record::Facts { number, facts } => {
                assert!(known.insert(*number, facts.clone()).is_none(), "numbered twice");
            }
            Record::Cluster { id, ruled, decided, runs } => {
                let said = |run: &Run<u64>| Run {
                    said: known[&run.said].clone(),
                    instants: run.instants.clone(),
                    untimed: run.untimed,
                };
                let runs: Vec<_> = runs.iter().map(said).collect();
                let declared = runs.last().unwrap().said.cohort;
                let cohort = decided.or(*ruled).or(declared).unwrap_or_default();
                let instants = runs.iter().flat_map(|run| run.instants.clone()).collect();
                clusters.push(Seen { id: *id, cohort, runs, instants });
            }
            _ => {}
        }
    }
    clusters
}

fn share<T>(all: &[T], which: impl Fn(&T) -> bool) -> usize {
    all.iter().filter(|one| which(one)).count() * 1000 / all.len()
}

#[test]
fn two_runs_give_the_same_bytes() {
    let bytes = |fleet| serde_json::to_vec(&all(fleet)).unwrap();
    assert!(bytes(fleet(200, 90)) == bytes(fleet(200, 90)));
    let other = Fleet::new(200, 90, 8, END.parse().unwrap()).unwrap();
    assert!(bytes(fleet(200, 90)) != bytes(other), "another number is another fleet");
}

/// Whoever changes what is drawn changes every fleet that somebody has noted numbers of: say so in the changelog.
#[test]
fn a_fleet_is_the_same_on_every_machine_and_in_every_version() {
    use sha2::{Digest, Sha256};
    let hash = |records: &[Record]| Sha256::digest(serde_json::to_vec(records).unwrap())[..8].to_vec();
    let is_count = |record: &Record| matches!(record, Record::Facets(_));
    let drawn = all(fleet(250, 120)).into_iter().filter(|record| !matches!(record, Record::Issue { .. }));
    let (reports, clusters): (Vec<Record>, Vec<Record>) = drawn.partition(is_count);
    assert_eq!(hash(&clusters), [28, 225, 14, 217, 92, 20, 111, 216]);
    assert_eq!(hash(&reports), [67, 216, 195, 10, 140, 12, 67, 109]);
}

#[test]
fn a_cluster_does_not_depend_on_how_many_others_there_are() {
    let (few, many) = (seen(&all(fleet(3, 200))), seen(&all(fleet(100, 200))));
    for (one, same) in few.iter().zip(&many) {
        assert_eq!((one.id, &one.runs), (same.id, &same.runs));
    }
}

#[test]
fn every_check_in_lies_in_the_fleet_s_days_and_in_order() {
    for (clusters, days) in [(1000, 1), (1000, 2), (1000, 7), (1000, 60), (400, 400), (20, 3000)] {
        let seen = seen(&all(fleet(clusters, days)));
        assert_eq!(seen.len() as u64, clusters);
        for cluster in &seen {
            assert!(cluster.runs.iter().all(|run| !run.instants.is_empty()));
            assert!(cluster.instants.is_sorted(), "{:?}", cluster.instants);
            assert!(cluster.instants[0] >= end() - i64::from(days) * DAY, "{days} days: too early");
            assert!(*cluster.instants.last().unwrap() <= end(), "{days} days: too late");
            assert!(cluster.runs.windows(2).all(|pair| pair[0].said != pair[1].said), "a run that goes on");
        }
        let ids: BTreeSet<_> = seen.iter().map(|cluster| cluster.id).collect();
        assert_eq!(ids.len() as u64, clusters);
        assert!(ids.iter().all(|id| id.as_bytes()[6] >> 4 == 4 && id.as_bytes()[8] >> 6 == 2), "random UUIDs");
    }
}

#[test]
fn a_history_of_one_release_and_none_at_all_will_do() {
    let one: Releases = history().iter().take(1).cloned().collect();
    for history in [one, Releases::default()] {
        let records: Vec<Record> = fleet(50, 30).records(&history).unwrap().map(Result::unwrap).collect();
        assert_eq!(seen(&records).len(), 50);
    }
}

#[test]
fn what_cannot_be_is_refused_in_a_sentence() {
    let end: Timestamp = END.parse().unwrap();
    assert_eq!(Fleet::new(0, 1, 0, end), Err(NotAFleet::NoCluster));
    assert_eq!(Fleet::new(1, 0, 0, end), Err(NotAFleet::Days { days: 0 }));
    assert_eq!(Fleet::new(1, 10_001, 0, end), Err(NotAFleet::Days { days: 10_001 }));
    let early = Fleet::new(1, 1, 0, "2015-01-01T00:00:00Z".parse().unwrap()).unwrap();
    assert!(early.records(&history()).err().unwrap().to_string().contains("2015-12-30"));
}

#[test]
fn the_raw_lines_are_the_records() {
    let records = all(fleet(300, 60));
    let mut raw = Raw::new(Vec::new());
    for record in &records {
        raw.write(record).unwrap();
    }
    let lines = String::from_utf8(raw.into_inner()).unwrap();
    let mut told = lines.lines();
    for cluster in seen(&records) {
        for run in &cluster.runs {
            for &instant in &run.instants {
                let at = Timestamp::from_second(instant).unwrap();
                let line = serde_json::json!({
                    "id": cluster.id, "at": at, "cohort": cluster.cohort, "components": run.said.components,
                });
                assert_eq!(serde_json::from_str::<serde_json::Value>(told.next().unwrap()).unwrap(), line);
            }
        }
    }
    assert_eq!(told.next(), None);
}

#[tokio::test]
async fn what_a_store_knows_afterwards_is_what_the_records_say() {
    use wfm_core::store::{MemoryStore, Store};
    let store = MemoryStore::default();
    store.load(fleet(300, 90).records(&history()).unwrap()).await.unwrap();
    assert_eq!(store.releases().await.unwrap().len(), history().len());
    for cluster in seen(&all(fleet(300, 90))) {
        let known: ClusterRecord = store.cluster(cluster.id).await.unwrap().unwrap();
        assert_eq!(known.check_ins, cluster.instants.len() as u64);
        assert_eq!(known.cohort(), cluster.cohort);
        assert_eq!(known.components, cluster.runs.last().unwrap().said.components);
    }
}
