//! A fleet that never was: clusters with every check-in they made, of any size, the same on every machine.
//!
//! For demos, tests, benches and for whoever wants to see a service under a fleet of their own size. It does no I/O:
//! [`Fleet::records`] is what [`Store::load`](wfm_core::store::Store::load) takes. One cluster is made at a time; only the
//! facts that were already numbered stay in memory, some thousands however large the fleet is, and the counters of what
//! clusters report without an id.
//!
//! Nine of ten clusters are customers'. They come and go, fall silent, follow the product's releases each at its own pace,
//! and some do one of the rare things that are counted wrong most easily.

use std::collections::{BTreeMap, HashMap, VecDeque};

use jiff::Timestamp;
use wfm_core::release::{Issue, Releases};
use wfm_core::store::{ClusterFacts, Record, Records, Run, StoreError, whole_second};
use wfm_core::version::Train;

mod calendar;
mod dice;
mod edges;
mod environment;
mod instants;
mod life;
mod product;
mod raw;
mod timeline;
mod upgrades;

use calendar::Calendar;
use dice::Dice;
use environment::Reports;
use life::Life;
use product::{Product, Said};
use timeline::Timeline;
use upgrades::Words;

pub use raw::Raw;

/// The real release history of Workflow's components (2016–2024) in the shape of the versions API:
/// `{"data":[{"component":{"name"},"version":{"train","version","released"}}…]}`.
pub const RELEASES_JSON: &str = include_str!("../data/releases.json");

const HOUR: i64 = 60 * 60;
const DAY: i64 = 24 * HOUR;
/// The most days a fleet can live: 27 years.
const MOST_DAYS: u32 = 10_000;

/// How large a fleet is and when it lives. Equal ones have equal records, given the same releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fleet {
    clusters: u64,
    days: u32,
    seed: u64,
    end: Timestamp,
}

/// There can be no such fleet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAFleet {
    /// It has no cluster.
    #[error("a fleet of 0 clusters has no check-in: write 1 or more")]
    NoCluster,
    /// It lives for no day, or for too many.
    #[error("a fleet cannot live for {days} days: write 1 to {MOST_DAYS}")]
    Days {
        /// How many were asked for.
        days: u32,
    },
    /// It ends before there is anything it could run.
    #[error("the end is before the first release, which was on {first}: write a later one")]
    BeforeReleases {
        /// When the first release was published.
        first: Timestamp,
    },
}

impl Fleet {
    /// A fleet that lives for `days` times 24 hours, up to and including `end` (to the second).
    ///
    /// # Errors
    /// Where there is no cluster or no day in it, or more than 10,000 days.
    pub fn new(clusters: u64, days: u32, seed: u64, end: Timestamp) -> Result<Self, NotAFleet> {
        if clusters == 0 {
            return Err(NotAFleet::NoCluster);
        }
        if !(1..=MOST_DAYS).contains(&days) {
            return Err(NotAFleet::Days { days });
        }
        Ok(Self { clusters, days, seed, end: whole_second(end) })
    }

    /// How many clusters there are.
    #[must_use]
    pub fn clusters(&self) -> u64 {
        self.clusters
    }

    /// Everything an empty store holds after such a life: the history's releases, notices and issues, the clusters, and the weekly
    /// counters of what they reported without an id.
    ///
    /// The history is moved in time, because a fleet of today would otherwise never see a release of yesterday: it is
    /// shifted so that its last release comes out 20 days before the end. Where its last 12 product releases do not fit
    /// into the fleet's days, pauses are cut to 60 days and then shortened alike until they do.
    ///
    /// # Errors
    /// Where the fleet ends before the first release was published.
    pub fn records(&self, history: &Releases) -> Result<Records, NotAFleet> {
        let (timeline, calendar) = self.timeline(history)?;
        let moved = timeline.releases(history);
        let releases: Vec<Record> = moved.iter().cloned().map(Record::Release).collect();
        let notices: Vec<Record> = moved.all_notices().cloned().map(Record::Notice).collect();
        let mut last: BTreeMap<&Train, Timestamp> = BTreeMap::new();
        for release in moved.iter() {
            last.entry(release.train())
                .and_modify(|at| *at = release.released().max(*at))
                .or_insert(release.released());
        }
        let issue =
            |(train, at): (&Train, Timestamp)| Record::Issue { train: train.clone(), issue: Issue::after(None, at) };
        let issues: Vec<Record> = last.into_iter().map(issue).collect();
        let clusters = Walk::of(*self, calendar, Product::of(history, &timeline));
        Ok(Box::new(releases.into_iter().chain(notices).chain(issues).map(Ok).chain(clusters)))
    }

    /// The clusters of [`Fleet::records`] alone, with the facts they name and the weekly counters, for a store that publishes the releases itself.
    ///
    /// # Errors
    /// As [`Fleet::records`].
    pub fn cluster_records(&self, history: &Releases) -> Result<Records, NotAFleet> {
        let (timeline, calendar) = self.timeline(history)?;
        Ok(Box::new(Walk::of(*self, calendar, Product::of(history, &timeline))))
    }

    fn timeline(&self, history: &Releases) -> Result<(Timeline, Calendar), NotAFleet> {
        let first = history.iter().map(wfm_core::release::Release::released).min();
        if let Some(first) = first.filter(|first| *first > self.end) {
            return Err(NotAFleet::BeforeReleases { first });
        }
        let calendar = Calendar::of(self);
        Ok((Timeline::of(history, &calendar), calendar))
    }
}

/// Makes one cluster after the other, and the weekly counters in the end.
struct Walk {
    fleet: Fleet,
    calendar: Calendar,
    product: Product,
    next: u64,
    said: HashMap<Said, u64>,
    numbers: HashMap<ClusterFacts, u64>,
    /// What the clusters so far reported about what they run on; taken when it is counted.
    reports: Option<Reports>,
    /// Records that were made and not yet taken: facts, and the cluster that names them.
    made: VecDeque<Record>,
}

impl Walk {
    fn of(fleet: Fleet, calendar: Calendar, product: Product) -> Self {
        let (said, numbers, made) = Default::default();
        let reports = Some(Reports::of(&calendar));
        Self { fleet, calendar, product, next: 0, said, numbers, reports, made }
    }

    fn cluster(&mut self) {
        let mut dice = Dice::new(self.fleet.seed, self.next);
        let life = Life::of(self.next, &self.calendar, &mut dice);
        let mut words = upgrades::words(&life, &self.product, &mut dice);
        let instants = instants::instants(&life, &self.calendar, &mut dice);
        if life.edge == Some(edges::Edge::ThereAndBack)
            && let Some((there, back)) = edges::there_and_back(&instants)
        {
            upgrades::there_and_back(&mut words, there, back);
        }
        let runs = self.runs(&instants, &words);
        if let Some(reports) = &mut self.reports {
            reports.count(&life, &self.calendar, &mut Dice::aside(self.fleet.seed, self.next));
        }
        let Life { id, decided, .. } = life;
        self.made.push_back(Record::Cluster { id, ruled: None, decided, runs });
    }

    /// The check-ins, cut where something else is said.
    fn runs(&mut self, instants: &[i64], words: &Words) -> Vec<Run<u64>> {
        let mut runs: Vec<Run<u64>> = Vec::with_capacity(words.len());
        let mut rest = instants;
        for (at, (_, said)) in words.iter().enumerate() {
            let until = words.get(at + 1).map_or(i64::MAX, |(from, _)| *from);
            let (now, later) = rest.split_at(rest.partition_point(|instant| *instant < until));
            rest = later;
            if now.is_empty() {
                continue;
            }
            let said = self.number(*said);
            match runs.last_mut() {
                Some(run) if run.said == said => run.instants.extend_from_slice(now),
                _ => runs.push(Run { said, instants: now.to_vec(), untimed: 0 }),
            }
        }
        runs
    }

    fn number(&mut self, said: Said) -> u64 {
        if let Some(&number) = self.said.get(&said) {
            return number;
        }
        let next = self.numbers.len() as u64;
        let facts = self.product.facts(said);
        let number = *self.numbers.entry(facts).or_insert_with_key(|facts| {
            self.made.push_back(Record::Facts { number: next, facts: facts.clone() });
            next
        });
        self.said.insert(said, number);
        number
    }
}

impl Iterator for Walk {
    type Item = Result<Record, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.made.is_empty() && self.next < self.fleet.clusters {
            self.cluster();
            self.next += 1;
        }
        if self.made.is_empty()
            && let Some(reports) = self.reports.take()
        {
            self.made.extend(reports.counts().into_iter().map(Record::Facets));
        }
        self.made.pop_front().map(Ok)
    }
}

#[cfg(test)]
mod tests;
