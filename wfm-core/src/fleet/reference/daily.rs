//! Days that are over, counted again.

use std::collections::{BTreeMap, BTreeSet};

use super::{Fleet, History};
use crate::cluster::Cohort;
use crate::fleet::{CountedDay, Counts, Day};

impl Fleet {
    /// All days of [`daily`](crate::fleet::daily).
    #[must_use]
    pub fn daily(&self, now: i64) -> Vec<CountedDay> {
        let check_ins = self.clusters.iter().flat_map(|cluster| &cluster.check_ins);
        let days: BTreeSet<Day> = check_ins.map(|(at, _)| Day::of(*at)).filter(|day| *day < Day::of(now)).collect();
        let cohorts = |day| Cohort::ALL.into_iter().map(move |cohort| (cohort, self.counts(cohort, day)));
        let known = |(_, counts): &(Cohort, Counts)| counts.known > 0;
        days.into_iter()
            .map(|day| CountedDay { day: day.date(), cohorts: cohorts(day).filter(known).collect() })
            .collect()
    }

    fn counts(&self, cohort: Cohort, day: Day) -> Counts {
        let (before, end) = (day.first_second() - 1, day.last_second());
        let clusters = || self.clusters.iter().filter(|cluster| cluster.cohort == cohort);
        let count = |is_so: &dyn Fn(&History) -> bool| clusters().filter(|cluster| is_so(cluster)).count() as u64;
        let on_day = |cluster: &History| cluster.check_ins.iter().any(|(at, _)| Day::of(*at) == day);
        let mut versions = BTreeMap::new();
        for said in clusters().filter(|cluster| on_day(cluster)).filter_map(|cluster| cluster.said(end)) {
            for (component, version) in &said.components {
                *versions.entry((component.clone(), version.clone())).or_default() += 1;
            }
        }
        Counts {
            known: count(&|cluster| cluster.first().is_some_and(|first| first <= end)),
            active: count(&on_day),
            appeared: count(&|cluster| cluster.appeared(before, end)),
            disappeared: count(&|cluster| cluster.disappeared(before, end)),
            returned: count(&|cluster| cluster.returned(before, end)),
            versions,
        }
    }
}
