//! How many clusters of a made-up fleet say something that no other one says: `just uniqueness [clusters]`.
//!
//! Raw inventories of 100,000 clusters become envelopes. Of each kind without an id at most one in a hundred may be the
//! only one of its bytes. Beside stand both kinds in one record, and that with the components: why there are two of them.
//! There are two fleets: one of clusters whose machines are alike, and one in which some have a second pool of others.

#![allow(clippy::print_stdout, reason = "a bench prints what it measured")]

use std::collections::HashMap;
use std::process::ExitCode;

use wfm_core::anonymizer::testing::{World, envelopes};
use wfm_core::anonymizer::{Consent, Envelope};
use wfm_core::cluster::ClusterId;

#[path = "uniqueness/fleet.rs"]
mod fleet;

use fleet::Pools;

/// How many of a hundred clusters may be alone with what an envelope of facets says.
const MOST: f64 = 1.0;

fn main() -> ExitCode {
    let asked = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let clusters: u64 = asked.unwrap_or(100_000);
    let held = [Pools::Alike, Pools::Mixed].map(|pools| look(clusters, pools));
    if held == [true, true] { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints how many are alone; whether few enough are is told.
fn look(clusters: u64, pools: Pools) -> bool {
    let world = World::workflow();
    let id = ClusterId::new(uuid::Uuid::from_u128(0x8c6d_a034_c8b1_489a_a55d_a221_5d93_f934));
    let names = [
        "software",
        "capacity",
        "capacity, were its buckets half octaves",
        "software and capacity in one",
        "components",
        "all in one",
    ];
    let mut said: [HashMap<String, u32>; 6] = Default::default();
    for seed in 0..clusters {
        let inventory = fleet::inventory(seed, pools);
        let made = envelopes(id, Consent::default(), &inventory, world.vocabulary());
        let [check_in, software, capacity] = made.each_ref().map(|made| made.as_ref().map_or("", Envelope::as_str));
        let records = [
            software.to_owned(),
            capacity.to_owned(),
            in_half_octaves(capacity),
            [software, capacity].concat(),
            check_in.split("\"components\"").nth(1).unwrap_or_default().to_owned(),
            [software, capacity, check_in].concat(),
        ];
        for (said, record) in said.iter_mut().zip(records) {
            *said.entry(record).or_default() += 1;
        }
    }
    let mut held = true;
    println!("\n| of {clusters} clusters, pools {pools:?} | unique | different records |\n|---|---|---|");
    for (index, (name, said)) in names.iter().zip(&said).enumerate() {
        let unique = said.values().filter(|clusters| **clusters == 1).count();
        let share = unique as f64 * 100.0 / clusters as f64;
        println!("| {name} | {share:.2} % | {} |", said.len());
        held &= index > 1 || share <= MOST;
    }
    held
}

/// What would be said of a size if two buckets were one.
fn in_half_octaves(capacity: &str) -> String {
    let said: serde_json::Value = serde_json::from_str(capacity).unwrap_or_default();
    let half = |name: &str| (said[name].as_f64().unwrap_or(1.0).log2() * 2.0 + 0.001).floor();
    format!("{} {} {} {}", said["nodes"], half("cpu"), half("memoryMiB"), half("diskMiB"))
}
