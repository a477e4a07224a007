//! Days for the public, counted again.

use std::collections::{BTreeMap, BTreeSet};

use super::{Fleet, History};
use crate::cluster::Cohort;
use crate::component::ComponentName;
use crate::fleet::{Cohorts, Day, PUBLIC_AFTER, PublicDay, Steps};
use crate::wire::insights::{Count, Installed};

impl Fleet {
    /// The days of [`PublicDays`](crate::fleet::PublicDays) from one to another.
    #[must_use]
    pub fn public_days(&self, from: Day, to: Day, steps: &Steps) -> Vec<PublicDay> {
        from.through(to).filter_map(|day| self.public_day(day, steps)).collect()
    }

    fn public_day(&self, day: Day, steps: &Steps) -> Option<PublicDay> {
        let end = day.last_second();
        let heard = |cluster: &History| cluster.last(end).is_some_and(|last| last > end - PUBLIC_AFTER);
        let known = |cluster: &History| {
            let seen = cluster.seen(end);
            seen.iter().any(|(at, _)| *at >= seen[0].0 + PUBLIC_AFTER)
        };
        let round = |count: Count| if let Count::Told(number) = count { steps.round(number) } else { count };
        let others = Cohorts::default().others()?;
        let active = |cluster: &History| known(cluster) && heard(cluster);
        let shown = round(self.count(Cohorts::default(), active));
        let said = self.clusters.iter().filter_map(|cluster| cluster.said(end));
        let names: BTreeSet<&ComponentName> = said.flat_map(|said| said.components.keys()).collect();
        let components = names.into_iter().filter_map(|name| {
            let counts = self.by_version(name, Cohorts::only(Cohort::Customer), |c| c.said(end).filter(|_| active(c)));
            let versions = counts.versions.into_iter().map(|(version, clusters)| (version, round(clusters)));
            let versions: BTreeMap<_, _> = versions.filter(|(_, clusters)| *clusters != Count::Few).collect();
            let none = round(counts.none);
            let differs = !versions.is_empty() || none != shown;
            differs.then(|| (name.clone(), Installed { active: shown, none, versions }))
        });
        let components = components.collect();
        self.clusters.iter().any(heard).then(|| PublicDay {
            day: day.date(),
            known: round(self.count(Cohorts::default(), known)),
            excluded: round(self.count(others, known)),
            active: shown,
            components,
        })
    }
}
