//! What is to be added to the rollups: gathered first, so that a row is read and written once for a whole group.

use std::collections::BTreeMap;
use std::collections::hash_map::{Entry, HashMap};
use std::hash::Hash;
use std::sync::Arc;

use super::rows::{self, Delta, VersionCell};
use super::time::Day;
use super::track::Track;
use crate::anonymizer::ReportedVersion;
use crate::cluster::Cohort;
use crate::component::ComponentName;
use crate::store::ClusterFacts;

/// Additions to the rollups. `F` names what a cluster said: the facts themselves, or a key for them.
#[derive(Debug, Clone)]
pub struct Changes<F> {
    events: HashMap<(Track, i64, Cohort), i64>,
    /// What is seen more or less from this day on.
    seen: HashMap<(Cohort, F, Day), i64>,
    /// The same by the day of the first check-in.
    ages: HashMap<(Cohort, Day, Day), i64>,
    /// Active more or less from this second on, by the first check-in.
    age_moves: HashMap<(i64, Cohort, i64), i64>,
    now: HashMap<(Cohort, F), i64>,
}

impl<F> Default for Changes<F> {
    fn default() -> Self {
        Self {
            events: HashMap::new(),
            seen: HashMap::new(),
            ages: HashMap::new(),
            age_moves: HashMap::new(),
            now: HashMap::new(),
        }
    }
}

/// What became of the days of one cluster is mostly undone by the next day, so nothing is kept of what comes to zero.
fn add<K: Eq + Hash>(counters: &mut HashMap<K, i64>, key: K, amount: i64) {
    match counters.entry(key) {
        Entry::Vacant(new) => drop(new.insert(amount)),
        Entry::Occupied(mut known) => {
            *known.get_mut() += amount;
            if *known.get() == 0 {
                known.remove();
            }
        }
    }
}

impl<F: Clone + Eq + Hash> Changes<F> {
    pub(super) fn event(&mut self, track: Track, cohort: Cohort, at: i64, amount: i64) {
        add(&mut self.events, (track, at, cohort), amount);
    }

    /// Seen on each day from one to another.
    pub(super) fn seen(&mut self, (from, to): (Day, Day), cohort: Cohort, said: &F, amount: i64) {
        add(&mut self.seen, (cohort, said.clone(), from), amount);
        add(&mut self.seen, (cohort, said.clone(), to.plus(1)), -amount);
    }

    pub(super) fn aged(&mut self, (from, to): (Day, Day), cohort: Cohort, first: i64, amount: i64) {
        let first = Day::of(first);
        add(&mut self.ages, (cohort, first, from), amount);
        add(&mut self.ages, (cohort, first, to.plus(1)), -amount);
    }

    pub(super) fn age_moved(&mut self, at: i64, cohort: Cohort, first: i64, amount: i64) {
        add(&mut self.age_moves, (at, cohort, first), amount);
    }

    pub(super) fn now(&mut self, cohort: Cohort, said: &F, amount: i64) {
        add(&mut self.now, (cohort, said.clone()), amount);
    }

    /// Whether there is nothing to add.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many counters are touched: a measure of the memory they take.
    #[must_use]
    pub fn len(&self) -> usize {
        self.events.len() + self.seen.len() + self.ages.len() + self.age_moves.len() + self.now.len()
    }

    /// The changes as rows: each key once, in order, with what is to be added there. `resolve` finds what a cluster said.
    ///
    /// # Errors
    /// The first that `resolve` meets.
    pub fn rows<E>(
        &self,
        mut resolve: impl FnMut(&F) -> Result<Arc<ClusterFacts>, E>,
    ) -> Result<BTreeMap<Vec<u8>, Delta>, E> {
        let mut rows = Rows::default();
        for (&(track, at, cohort), &amount) in &self.events {
            for (key, cell) in rows::line(track, at, cohort) {
                rows.number(key, cell, amount);
            }
        }
        for (&(at, cohort, first), &amount) in &self.age_moves {
            let (key, slot) = rows::age_moves(at);
            rows.number(key, rows::at_slot(slot, rows::age(cohort, Day::of(first))), amount);
            let (key, cell) = rows::born(cohort, first, at);
            rows.number(key, cell, amount);
        }
        let mut ages: BTreeMap<(Cohort, Day), Days> = BTreeMap::new();
        for (&(cohort, first, day), &amount) in &self.ages {
            *ages.entry((cohort, first)).or_default().entry(day).or_default() += amount;
        }
        for ((cohort, first), days) in ages {
            each_day(&days, |day, clusters| rows.number(rows::ages_key(day), rows::age(cohort, first), clusters));
        }
        let mut words = Words::default();
        let mut seen: BTreeMap<(usize, Cohort), Days> = BTreeMap::new();
        for ((cohort, said, day), &amount) in &self.seen {
            for &word in words.of(said, &mut resolve)? {
                *seen.entry((word, *cohort)).or_default().entry(*day).or_default() += amount;
            }
        }
        let mut now: BTreeMap<(usize, Cohort), i64> = BTreeMap::new();
        for ((cohort, said), &amount) in &self.now {
            for &word in words.of(said, &mut resolve)? {
                *now.entry((word, *cohort)).or_default() += amount;
            }
        }
        for ((word, cohort), days) in seen {
            let (component, version) = &words.all[word];
            each_day(&days, |day, clusters| {
                rows.version(rows::seen_key(component, day), VersionCell::new(cohort, version), clusters);
            });
        }
        for ((word, cohort), amount) in now {
            let (component, version) = &words.all[word];
            rows.version(rows::now_key(component), VersionCell::new(cohort, version), amount);
        }
        Ok(rows.0)
    }

    /// Who became active, or ceased to be, between two moments: cohort, first check-in, and how many.
    pub(super) fn age_moves(&self, from: i64, to: i64) -> impl Iterator<Item = (Cohort, i64, i64)> {
        let moved = self.age_moves.iter().filter(move |((at, ..), _)| (from..=to).contains(at));
        moved.map(|(&(_, cohort, first), &amount)| (cohort, first, amount))
    }

    /// What runs no longer, or more: cohort, what was said, and how many.
    pub(super) fn runs_now(&self) -> impl Iterator<Item = (Cohort, &F, i64)> {
        self.now.iter().map(|((cohort, said), amount)| (*cohort, said, *amount))
    }

    /// How many events of a kind there were up to a moment, in some cohorts.
    pub(super) fn count(&self, track: Track, at: i64, wanted: impl Fn(Cohort) -> bool) -> i64 {
        let counted =
            self.events.iter().filter(|((kind, when, cohort), _)| *kind == track && *when <= at && wanted(*cohort));
        counted.map(|(_, amount)| amount).sum()
    }
}

/// By how much a number rises on some days.
type Days = BTreeMap<Day, i64>;

/// Calls with each day on which the number is not zero.
fn each_day(days: &Days, mut call: impl FnMut(Day, i64)) {
    let mut days = days.iter().peekable();
    let mut number = 0;
    while let Some((&day, rise)) = days.next() {
        number += rise;
        let Some(&(&next, _)) = days.peek() else { break };
        if number != 0 {
            day.through(next.plus(-1)).for_each(|day| call(day, number));
        }
    }
}

/// Versions of components, numbered: clusters say the same few over and over.
struct Words<F> {
    all: Vec<(ComponentName, ReportedVersion)>,
    numbers: HashMap<(ComponentName, ReportedVersion), usize>,
    said: HashMap<F, Vec<usize>>,
}

impl<F> Default for Words<F> {
    fn default() -> Self {
        Self { all: Vec::new(), numbers: HashMap::new(), said: HashMap::new() }
    }
}

impl<F: Clone + Eq + Hash> Words<F> {
    fn of<E>(&mut self, said: &F, resolve: &mut impl FnMut(&F) -> Result<Arc<ClusterFacts>, E>) -> Result<&[usize], E> {
        if !self.said.contains_key(said) {
            let facts = resolve(said)?;
            let words = facts.components.iter().map(|(component, version)| {
                let word = (component.clone(), version.clone());
                *self.numbers.entry(word.clone()).or_insert_with(|| {
                    self.all.push(word);
                    self.all.len() - 1
                })
            });
            let words = words.collect();
            self.said.insert(said.clone(), words);
        }
        Ok(self.said.get(said).map_or(&[], Vec::as_slice))
    }
}

#[derive(Default)]
struct Rows(BTreeMap<Vec<u8>, Delta>);

impl Rows {
    fn number(&mut self, key: Vec<u8>, cell: u64, amount: i64) {
        if let Delta::Numbers(cells) = self.0.entry(key).or_insert_with(|| Delta::Numbers(BTreeMap::new())) {
            *cells.entry(cell).or_default() += amount;
        }
    }

    fn version(&mut self, key: Vec<u8>, cell: VersionCell, amount: i64) {
        if let Delta::Versions(cells) = self.0.entry(key).or_insert_with(|| Delta::Versions(BTreeMap::new())) {
            *cells.entry(cell).or_default() += amount;
        }
    }
}
