//! Pairs of inventories that agree on what may leave, and nowhere else: `just non-interference [cases]`.
//!
//! It prints how many cases there were, how many a second on each core, and how many became something else than they had
//! to; then it fails, with the seed of the first.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a bench prints what it measured")]

use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use wfm_core::anonymizer::testing::{Dice, Difference, World, check};

/// How many cases a thread takes at a time.
const BATCH: u64 = 1000;

fn main() -> ExitCode {
    let asked = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let cases: u64 = asked.unwrap_or(10_000_000);
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let world = World::workflow();
    let (next, differences) = (AtomicU64::new(0), AtomicU64::new(0));
    let first: Mutex<Option<(u64, Box<Difference>)>> = Mutex::new(None);
    let start = Instant::now();
    let work = || {
        loop {
            let from = next.fetch_add(BATCH, Ordering::Relaxed);
            if from >= cases {
                return;
            }
            for seed in from..cases.min(from + BATCH) {
                let Err(difference) = check(&world, &mut Dice::seeded(seed)) else { continue };
                differences.fetch_add(1, Ordering::Relaxed);
                if let Ok(mut first) = first.lock()
                    && first.as_ref().is_none_or(|(known, _)| seed < *known)
                {
                    *first = Some((seed, difference));
                }
            }
        }
    };
    thread::scope(|scope| (0..cores).for_each(|_| drop(scope.spawn(work))));
    let seconds = start.elapsed().as_secs_f64();
    let speed = cases as f64 / seconds / cores as f64;
    let differences = differences.into_inner();
    println!(
        "{cases} cases on {cores} cores in {seconds:.1} s: {speed:.0} a second on each, {differences} differences"
    );
    match first.into_inner().ok().flatten() {
        None => ExitCode::SUCCESS,
        Some((seed, difference)) => {
            println!("the first has seed {seed}: {difference}");
            ExitCode::FAILURE
        }
    }
}
