//! One fault from its beginning to half a minute or two after its end.

use std::fmt;
use std::time::Duration;

use jiff::SignedDuration;
use wfm_core::clock::Clock;

use crate::faults::{LISTS, Named, What};
use crate::sky::{OUT_OF_DATE, Sky};

/// How long an operator who looks every half minute may be shown old data once all is well again.
const FRESH_WITHIN: Duration = Duration::from_secs(60);
const POLL: u64 = 30;
/// The longest `Retry-After` that is honoured: as wfm-k8s says.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// What was seen, added up.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    views: usize,
    jumps: usize,
    lists: usize,
    failing: Duration,
    slowest: Duration,
}

impl Totals {
    pub(crate) fn add(&mut self, other: &Self) {
        self.views += other.views;
        self.jumps += other.jumps;
        self.lists += other.lists;
        self.failing += other.failing;
        self.slowest = self.slowest.max(other.slowest);
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { views, jumps, lists, failing, slowest } = self;
        let per = *lists as f64 / LISTS.len() as f64 / (failing.as_secs_f64() / 30.0);
        write!(
            f,
            "{views} views, {jumps} jumps of the clock; fresh again after {} s at most; {per:.2} lists per resource and 30 s of \
             {} min of failing, never two within 30 s",
            slowest.as_secs(),
            failing.as_secs() / 60,
        )
    }
}

/// Random numbers that are the same for a seed (splitmix64).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % end
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, usize::try_from(self.below(at as u64 + 1)).unwrap());
        }
    }
}

pub(crate) async fn episode(sky: &mut Sky, fault: &Named, dice: &mut Dice) -> Totals {
    let mut totals = Totals::default();
    let (began, lists) = (sky.now(), sky.lists);
    begin(sky, &fault.what).await;
    for _ in 0..=dice.below(4) {
        bad_half_minute(sky, fault, dice, &mut totals).await;
    }
    totals.failing = sky.now() - began;
    totals.lists = sky.lists - lists;
    heal(sky, &fault.what).await;

    let well_at = (sky.now()).max(waited_for(sky, &fault.what, began));
    let seen_from = sky.clock.now();
    loop {
        sky.pass(POLL);
        sky.view().await;
        totals.views += 1;
        let took = sky.now().saturating_sub(well_at);
        assert!(took <= FRESH_WITHIN, "{}: not fresh {took:?} after all was well", fault.name);
        if sky.is_fresh(seen_from) {
            totals.slowest = totals.slowest.max(took);
            return totals;
        }
    }
}

/// Views at any moments of half a minute, and a clock that jumps now and then.
async fn bad_half_minute(sky: &mut Sky, fault: &Named, dice: &mut Dice, totals: &mut Totals) {
    let mut moments: Vec<u64> = (0..dice.below(3)).map(|_| dice.below(POLL)).collect();
    moments.push(POLL);
    moments.sort_unstable();
    let mut passed = 0;
    for moment in moments {
        sky.pass(moment - passed);
        passed = moment;
        if dice.below(4) == 0 {
            let hours = i64::try_from(dice.below(96)).unwrap() - 48;
            sky.clock.set(sky.clock.now().checked_add(SignedDuration::from_hours(hours)).unwrap());
            totals.jumps += 1;
        }
        if matches!(fault.what, What::Versions(..)) {
            sky.agent.updates().check().await;
        }
        let page = sky.view().await;
        totals.views += 1;
        assert!(page.contains("deis-builder"), "{}: what was known stays on the page", fault.name);
        let said = page.contains(OUT_OF_DATE);
        assert!(said, "{}: what was learnt stays on the page", fault.name);
    }
}

async fn begin(sky: &mut Sky, what: &What) {
    match what {
        What::Script(fault) => sky.cluster.script(fault.clone()),
        What::Stopped => sky.cluster.stop().await,
        What::Restarted => {
            sky.cluster.stop().await;
            sky.cluster.resume().await.unwrap();
        }
        What::Rotated => sky.rotate(),
        What::Versions(status, body) => sky.versions.answer(*status, body),
    }
}

async fn heal(sky: &mut Sky, what: &What) {
    match what {
        What::Script(_) => sky.cluster.heal(),
        What::Stopped => sky.cluster.resume().await.unwrap(),
        What::Restarted => {}
        What::Rotated => sky.write_token(),
        What::Versions(..) => {
            sky.versions.heal();
            sky.agent.updates().check().await;
        }
    }
}

/// A server that asked to be left alone is well when that time is over, too.
fn waited_for(sky: &Sky, what: &What, began: Duration) -> Duration {
    let What::Script(fault) = what else { return began };
    let Some(wait) = fault.retry_after() else { return began };
    let asked = LISTS.iter().filter_map(|(_, path)| sky.begun(path)).filter(|at| *at >= began).max();
    asked.map_or(began, |at| at + wait.min(LONGEST_WAIT))
}
