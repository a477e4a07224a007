//! `cargo bench -p wfm-api --bench seed`: how fast a fleet is made, without a store, and how many facts it has.
//!
//! `WFM_BENCH_CLUSTERS` and `WFM_BENCH_DAYS` are its size.

#![allow(clippy::unwrap_used, reason = "a bench that fails has nothing to say")]

use std::time::Instant;

use wfm_api::seed::{Fleet, RELEASES_JSON};
use wfm_core::store::Record;

fn main() {
    let setting = |name: &str, default: u32| std::env::var(name).map_or(default, |text| text.parse().unwrap());
    let (clusters, days) = (setting("WFM_BENCH_CLUSTERS", 100_000), setting("WFM_BENCH_DAYS", 365));
    let history = wfm_api::import::read(RELEASES_JSON.as_bytes()).unwrap().into_iter().collect();
    let fleet = Fleet::new(clusters.into(), days, 1, "2026-01-31T00:00:00Z".parse().unwrap()).unwrap();
    let started = Instant::now();
    let (mut facts, mut check_ins, mut runs) = (0, 0, 0);
    for record in fleet.records(&history).unwrap() {
        match record.unwrap() {
            Record::Facts { .. } => facts += 1,
            Record::Cluster { runs: of_cluster, .. } => {
                runs += of_cluster.len();
                check_ins += of_cluster.iter().map(|run| run.instants.len()).sum::<usize>();
            }
            _ => {}
        }
    }
    let took = started.elapsed().as_secs_f64();
    let rate = check_ins as f64 / took / 1e6;
    println!("{clusters} clusters, {days} days: {check_ins} check-ins in {runs} runs, {facts} facts");
    println!("{took:.2} s, {rate:.1} million check-ins a second");
}
