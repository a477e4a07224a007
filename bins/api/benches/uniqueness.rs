//! How many clusters report something that no other one reports: `just uniqueness [clusters]`.
//!
//! The clusters are those of the seeded fleet that are active at its end, with its history of releases and its habits of
//! upgrading; what an agent would see of their nodes is drawn here. They become envelopes. The fleet is cut into many
//! fleets of each size, and the shares are means over them. No cluster sets COHORT: those that do are the maker's own.
//!
//! Each envelope has its aims. Beside them is what they would be together: why there are five.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints what it measured")]

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::process::ExitCode;

use jiff::Timestamp;
use wfm_api::seed::{Fleet, RELEASES_JSON};
use wfm_core::anonymizer::testing::envelopes;
use wfm_core::anonymizer::{Consent, Envelope, Vocabulary};
use wfm_core::catalog::Catalog;
use wfm_core::cluster::ClusterId;
use wfm_core::collector::Inventory;
use wfm_core::release::Releases;
use wfm_core::store::Record;

#[path = "uniqueness/inventory.rs"]
mod inventory;

use inventory::{Pools, Seeded};

const DAYS: u32 = 400;
const DAY: i64 = 24 * 60 * 60;
const SIZES: [usize; 4] = [500, 1_000, 2_500, 10_000];
/// A class of fewer clusters is small.
const SMALL: u32 = 10;

/// A record that is looked at: its name, and how many of a hundred clusters may be alone with it in a fleet of a size.
type Row = (&'static str, &'static [(usize, f64)]);

const ROWS: [Row; 9] = [
    ("check-in", &[(500, 8.0), (10_000, 1.5)]),
    ("software", &[(100_000, 1.0)]),
    ("capacity, machines alike", &[(100_000, 1.0)]),
    ("capacity, three of ten with two pools", &[(100_000, 1.0)]),
    ("creation", &[(10_000, 1.0)]),
    ("other workloads", &[(10_000, 1.0)]),
    ("(check-in and creation in one)", &[]),
    ("(check-in, creation and other workloads in one)", &[]),
    ("(all in one)", &[]),
];

/// What a cluster reports, as the hash of each row's record.
type Hashes = [u64; ROWS.len()];

fn main() -> ExitCode {
    let asked = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let clusters: usize = asked.unwrap_or(100_000);
    let fleet = fleet(clusters);
    let mut sizes: Vec<usize> = SIZES.into_iter().filter(|size| *size < clusters).chain([fleet.len()]).collect();
    sizes.dedup();
    println!("\nUnique, and in brackets in a class of fewer than {SMALL}, of a hundred clusters:\n");
    println!("| clusters |{}", sizes.iter().map(|size| format!(" {size} |")).collect::<String>());
    println!("|---|{}", "---|".repeat(sizes.len()));
    let mut missed = Vec::new();
    for (index, (name, aims)) in ROWS.iter().enumerate() {
        let mut line = format!("| {name} |");
        for size in &sizes {
            let (alone, small) = shares(&fleet, index, *size);
            line += &format!(" {alone:.2} ({small:.1}) |");
            if let Some((_, most)) = aims.iter().find(|(of, _)| of == size).filter(|(_, most)| alone > *most) {
                missed.push(format!("{name}: {alone:.2} % of {size} clusters are alone, and {most} % may be"));
            }
        }
        println!("{line}");
    }
    missed.iter().for_each(|aim| println!("{aim}"));
    if missed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// How many of a hundred clusters are alone, and how many are in a small class, in fleets of this size.
fn shares(fleet: &[Hashes], row: usize, size: usize) -> (f64, f64) {
    let (mut alone, mut small, mut all) = (0, 0, 0);
    for fleet in fleet.chunks_exact(size) {
        let mut classes: HashMap<u64, u32> = HashMap::new();
        fleet.iter().for_each(|hashes| *classes.entry(hashes[row]).or_default() += 1);
        alone += classes.values().filter(|clusters| **clusters == 1).count();
        small +=
            classes.values().filter(|clusters| **clusters < SMALL).map(|clusters| *clusters as usize).sum::<usize>();
        all += fleet.len();
    }
    let percent = |clusters: usize| clusters as f64 * 100.0 / all as f64;
    (percent(alone), percent(small))
}

/// So many active clusters of customers.
fn fleet(clusters: usize) -> Vec<Hashes> {
    let end: Timestamp = "2026-01-31T00:00:00Z".parse().unwrap();
    let history = wfm_api::import::read(RELEASES_JSON.as_bytes()).unwrap().into_iter().collect();
    // Some have come to their end, and some are not customers'.
    let seeded = Fleet::new(2 * clusters as u64 + 100, DAYS, 1, end).unwrap();
    let start = end.as_second() - i64::from(DAYS) * DAY;
    let (catalog, mut releases, mut facts) = (Catalog::workflow(), Releases::default(), HashMap::new());
    let mut fleet: Vec<Hashes> = Vec::with_capacity(clusters);
    for record in seeded.records(&history).unwrap() {
        match record.unwrap() {
            Record::Release(release) => drop(releases.insert(release)),
            Record::Facts { number, facts: said } => drop(facts.insert(number, said)),
            Record::Cluster { runs, .. } => {
                let (Some(first), Some(last)) = (runs.first(), runs.last()) else { continue };
                let (Some(born), Some(seen)) = (first.instants.first(), last.instants.last()) else { continue };
                let said = &facts[&last.said];
                if *seen <= end.as_second() - DAY || said.cohort.is_some() {
                    continue;
                }
                let (number, components) = (fleet.len() as u64, &said.components);
                let seeded = Seeded { number, components, born: *born, settled: *born < start + DAY };
                fleet.push(hashes(&seeded, Vocabulary::new(&catalog, &releases)));
                if fleet.len() == clusters {
                    break;
                }
            }
            _ => {}
        }
    }
    fleet
}

fn hashes(seeded: &Seeded<'_>, vocabulary: Vocabulary<'_>) -> Hashes {
    // In the order of the kinds, and with one id for all: what they report beside it is compared.
    let id = ClusterId::new(uuid::Uuid::from_u128(0x8c6d_a034_c8b1_489a_a55d_a221_5d93_f934));
    let made = |inventory: &Inventory| {
        let made = envelopes(id, Consent::default(), inventory, vocabulary);
        made.map(|made| made.as_ref().map_or("", Envelope::as_str).to_owned())
    };
    let [.., alike, _, _] = made(&inventory::inventory(seeded, Pools::Alike));
    let [check_in, software, mixed, creation, workloads] = made(&inventory::inventory(seeded, Pools::Mixed));
    [
        hash(&check_in),
        hash(&software),
        hash(&alike),
        hash(&mixed),
        hash(&creation),
        hash(&workloads),
        hash(&(&check_in, &creation)),
        hash(&(&check_in, &creation, &workloads)),
        hash(&(&check_in, &software, &mixed, &creation, &workloads)),
    ]
}

fn hash(record: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    record.hash(&mut hasher);
    hasher.finish()
}
