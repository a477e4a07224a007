//! What the public is shown of a day: counted and rounded once, when the day is over, and kept as it is.
//!
//! A cluster counts for the public from its first check-in on that came 14 days or more after its very first one, while its
//! last check-in is less than 14 days old. So on which days it checked in shows nowhere.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::rows::{self, Delta};
use super::time::{DAY, Day};
use super::{Changes, Steps};
use crate::anonymizer::ReportedVersion;
use crate::cluster::Cohort;
use crate::component::ComponentName;
use crate::store::{ClusterFacts, Run, in_time};
use crate::wire::insights::{Count, Installed};

/// How long a cluster is known before the public numbers count it, and how long after its last check-in they do not any
/// more, in seconds.
pub const PUBLIC_AFTER: i64 = 14 * DAY;

/// What the public is shown of a day: customers' clusters alone, and no count that is not rounded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicDay {
    /// Which day.
    pub day: Date,
    /// Clusters that were counted on this day or before.
    pub known: Count,
    /// The same of all other cohorts.
    pub excluded: Count,
    /// Clusters that are counted: those with a check-in in the 14 days up to the day's end.
    pub active: Count,
    /// What they last reported, by component; components that look as if no cluster had them are left out.
    pub components: BTreeMap<ComponentName, Installed>,
}

impl PublicDay {
    /// What is shown of a component.
    #[must_use]
    pub fn installed(&self, component: &ComponentName) -> Installed {
        let nowhere = || Installed { active: self.active, none: self.active, versions: BTreeMap::new() };
        self.components.get(component).cloned().unwrap_or_else(nowhere)
    }
}

/// Counts days for the public, from every cluster's check-ins.
#[derive(Debug)]
pub struct PublicDays {
    from: Day,
    to: Day,
    /// By how much a number rises on some days.
    known: Rises,
    excluded: Rises,
    active: Rises,
    heard: Rises,
    said: Changes<Arc<ClusterFacts>>,
}

type Rises = BTreeMap<Day, i64>;

impl PublicDays {
    /// From one day to another, both included.
    #[must_use]
    pub fn between(from: Day, to: Day) -> Self {
        let (known, excluded, active, heard) = Default::default();
        Self { from, to, known, excluded, active, heard, said: Changes::default() }
    }

    /// Adds a cluster with every check-in it ever made.
    pub fn add(&mut self, cohort: Cohort, runs: &[Run<Arc<ClusterFacts>>]) {
        let check_ins = in_time(runs);
        let Some(&(first, _)) = check_ins.first() else { return };
        let counted = check_ins.iter().map(|(at, _)| *at).find(|at| *at >= first + PUBLIC_AFTER).map(Day::of);
        let is_customer = cohort == Cohort::Customer;
        if let Some(day) = counted.filter(|day| *day <= self.to) {
            let known = if is_customer { &mut self.known } else { &mut self.excluded };
            *known.entry(day.max(self.from)).or_default() += 1;
        }
        let mut same: Option<(Day, Day, &Arc<ClusterFacts>)> = None;
        for (index, (at, said)) in check_ins.iter().enumerate() {
            let silent = Day::of(at + PUBLIC_AFTER);
            let next = check_ins.get(index + 1).map_or(silent, |(next, _)| Day::of(*next).min(silent));
            let (from, to) = (Day::of(*at).max(self.from), next.plus(-1).min(self.to));
            rise(&mut self.heard, from, to);
            let from = counted.filter(|_| is_customer).map(|day| day.max(from));
            let Some(from) = from.filter(|from| *from <= to) else { continue };
            rise(&mut self.active, from, to);
            same = match same {
                Some((since, until, before)) if until.plus(1) == from && before == said => Some((since, to, said)),
                before => {
                    self.tell(before);
                    Some((from, to, said))
                }
            };
        }
        self.tell(same);
    }

    fn tell(&mut self, same: Option<(Day, Day, &Arc<ClusterFacts>)>) {
        if let Some((from, to, said)) = same {
            self.said.seen((from, to), Cohort::Customer, said, 1);
        }
    }

    /// The days, oldest first, as they are shown. A day without a check-in, of any cluster, within 14 days is left out.
    #[must_use]
    pub fn rounded(self, steps: &Steps) -> Vec<PublicDay> {
        let round = |clusters: i64| steps.round(u64::try_from(clusters).unwrap_or(0));
        let Ok(rows) = self.said.rows(|said| Ok::<_, Infallible>(Arc::clone(said)));
        let mut versions: BTreeMap<Day, BTreeMap<ComponentName, BTreeMap<ReportedVersion, i64>>> = BTreeMap::new();
        for (key, delta) in rows {
            let (Some(component), Some(day)) = (rows::component_of_key(&key), rows::day_of_key(&key)) else { continue };
            let Delta::Versions(cells) = delta else { continue };
            let cells = cells.into_iter().map(|(cell, clusters)| (cell.version.into(), clusters));
            versions.entry(day).or_default().insert(component, cells.collect());
        }
        let (mut known, mut excluded, mut active, mut heard) = (0, 0, 0, 0);
        let mut days = Vec::new();
        for day in self.from.through(self.to) {
            for (sum, rises) in [
                (&mut known, &self.known),
                (&mut excluded, &self.excluded),
                (&mut active, &self.active),
                (&mut heard, &self.heard),
            ] {
                *sum += rises.get(&day).copied().unwrap_or(0);
            }
            if heard == 0 {
                continue;
            }
            let mut components = BTreeMap::new();
            for (component, counted) in versions.remove(&day).unwrap_or_default() {
                let none = round(active - counted.values().sum::<i64>());
                let shown = counted.into_iter().map(|(version, clusters)| (version, round(clusters)));
                let shown: BTreeMap<_, _> = shown.filter(|(_, clusters)| *clusters != Count::Few).collect();
                if !shown.is_empty() || none != round(active) {
                    components.insert(component, Installed { active: round(active), none, versions: shown });
                }
            }
            let (known, excluded, active) = (round(known), round(excluded), round(active));
            days.push(PublicDay { day: day.date(), known, excluded, active, components });
        }
        days
    }
}

/// One more on each day from one to another; nothing where these lie in the other order.
fn rise(rises: &mut Rises, from: Day, to: Day) {
    if from <= to {
        *rises.entry(from).or_default() += 1;
        *rises.entry(to.plus(1)).or_default() -= 1;
    }
}
