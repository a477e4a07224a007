//! What clusters run: the product's releases as sets of components, and the ways in which installations differ from them.
//!
//! The ways are few and the same for everybody, so that the facts of a fleet stay few however large it is.

use std::collections::BTreeSet;

use wfm_core::anonymizer::ReportedVersion;
use wfm_core::catalog::{Catalog, Presence};
use wfm_core::cluster::Cohort;
use wfm_core::component::ComponentName;
use wfm_core::release::{Release, Releases};
use wfm_core::store::ClusterFacts;

use super::timeline::{self, Timeline};

/// What installations leave out, and how many of a thousand do.
const LAYOUTS: [(u64, &[&str]); 6] = [
    // On machines of one's own.
    (310, &["deis-registry-token-refresher"]),
    // In a cloud, with its object storage.
    (330, &["deis-minio", "deis-registry-proxy"]),
    // With its registry too.
    (120, &["deis-minio", "deis-registry", "deis-registry-proxy"]),
    // With its database too.
    (90, &["deis-minio", "deis-registry-proxy", "deis-database"]),
    // With a monitoring of one's own.
    (100, &["deis-minio", "deis-monitor-grafana", "deis-monitor-influxdb", "deis-monitor-telegraf"]),
    (50, &[]),
];

/// How one component may differ from the release of the product.
#[derive(Debug, Clone, Copy)]
enum Odd {
    /// It runs what nobody published.
    Custom,
    /// It is so many releases of the product behind.
    Behind(usize),
    /// It stays at the release of so many before the last.
    Pinned(usize),
}

/// What may be odd about an installation; the first is nothing.
const ODDITIES: [&[(&str, Odd)]; 24] = [
    &[],
    &[("deis-router", Odd::Custom)],
    &[("deis-builder", Odd::Custom)],
    &[("deis-controller", Odd::Custom)],
    &[("deis-logger", Odd::Custom)],
    &[("deis-logger-fluentd", Odd::Custom)],
    &[("deis-registry", Odd::Custom)],
    &[("deis-monitor-telegraf", Odd::Custom)],
    &[("deis-builder", Odd::Behind(1))],
    &[("deis-controller", Odd::Behind(1))],
    &[("deis-router", Odd::Behind(1))],
    &[("deis-logger-fluentd", Odd::Behind(1))],
    &[("deis-database", Odd::Behind(3))],
    &[("deis-router", Odd::Behind(4))],
    &[("deis-workflow-manager", Odd::Behind(6))],
    &[("deis-controller", Odd::Behind(1)), ("deis-builder", Odd::Behind(1))],
    &[("deis-monitor-grafana", Odd::Behind(2)), ("deis-monitor-influxdb", Odd::Behind(2))],
    &[("deis-nsqd", Odd::Behind(5)), ("deis-logger-redis", Odd::Behind(5))],
    &[("deis-database", Odd::Pinned(14))],
    &[("deis-minio", Odd::Pinned(12))],
    &[("deis-router", Odd::Pinned(10))],
    &[("deis-registry", Odd::Pinned(16)), ("deis-registry-proxy", Odd::Pinned(16))],
    &[("deis-router", Odd::Custom), ("deis-builder", Odd::Custom)],
    &[("deis-registry", Odd::Custom), ("deis-database", Odd::Pinned(14))],
];

/// What a cluster says, in a word: equal ones are equal facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Said {
    /// Which release of the product.
    pub(super) set: usize,
    /// Which of the layouts.
    pub(super) layout: usize,
    /// Which of the oddities.
    pub(super) odd: usize,
    /// Whose it says it is.
    pub(super) cohort: Option<Cohort>,
}

impl Said {
    /// The oddity that shows in every layout.
    pub(super) const SEEN: usize = 1;
    /// How many oddities there are.
    pub(super) const ODDITIES: usize = ODDITIES.len();
    /// The oddities with which an upgrade that is half done can be seen.
    pub(super) const HALF_DONE: std::ops::Range<i64> = 8..12;
}

/// The product, release by release.
pub(super) struct Product {
    names: Vec<ComponentName>,
    /// Whether each component is installed, by layout.
    layouts: Vec<Vec<bool>>,
    /// From when on there is a release, in seconds since 1970, and its versions. The first is nothing published.
    sets: Vec<(i64, Vec<Option<ReportedVersion>>)>,
}

impl Product {
    pub(super) fn of(history: &Releases, timeline: &Timeline) -> Self {
        let catalog = Catalog::workflow();
        let train = timeline::train(history);
        let released = train.into_iter().flat_map(|train| history.train(train)).map(|(name, _)| name);
        let expected = catalog.iter().filter(|entry| entry.presence() != Presence::OnDemand).map(|entry| entry.name());
        // What runs only during a build or beside an application is rarely there when an agent looks.
        let there =
            |name: &&ComponentName| catalog.get(name.as_str()).is_none_or(|e| e.presence() != Presence::OnDemand);
        let names: BTreeSet<&ComponentName> = match train {
            Some(_) => released.filter(there).collect(),
            None => expected.collect(),
        };
        let names: Vec<ComponentName> = names.into_iter().cloned().collect();
        let set = |(was, is): (i64, i64)| {
            let newest = |name| {
                let line = train.map_or(&[][..], |train| history.line(train, name));
                let known = |release: &&Release| release.yanked().is_none() && release.released().as_second() <= was;
                let newest = line.iter().rfind(known);
                newest.map(|release| ReportedVersion::listed(release.version()).unwrap_or(ReportedVersion::Custom))
            };
            (is, names.iter().map(newest).collect())
        };
        let unpublished = (i64::MIN, names.iter().map(|_| Some(ReportedVersion::Custom)).collect());
        let sets = std::iter::once(unpublished).chain(timeline.products().map(set)).collect();
        let installed = |without: &[&str]| names.iter().map(|name| !without.contains(&name.as_str())).collect();
        let layouts = LAYOUTS.iter().map(|(_, without)| installed(without)).collect();
        Self { names, layouts, sets }
    }

    /// Which release of the product is the last at a moment.
    pub(super) fn latest(&self, at: i64) -> usize {
        self.sets.partition_point(|(from, _)| *from <= at).saturating_sub(1)
    }

    /// The releases of the product after one of them: number, and from when on.
    pub(super) fn after(&self, set: usize) -> impl Iterator<Item = (usize, i64)> {
        self.sets.iter().map(|(from, _)| *from).enumerate().skip(set + 1)
    }

    /// A layout, as often as it is found.
    pub(super) fn layout(dice: &mut super::dice::Dice) -> usize {
        dice.pick(&std::array::from_fn::<_, { LAYOUTS.len() }, _>(|at| (LAYOUTS[at].0, at)))
    }

    /// What a cluster says, in full.
    pub(super) fn facts(&self, said: Said) -> ClusterFacts {
        let mut components = std::collections::BTreeMap::new();
        for (at, name) in self.names.iter().enumerate().filter(|(at, _)| self.layouts[said.layout][*at]) {
            let odd = ODDITIES[said.odd].iter().find(|(odd, _)| *odd == name.as_str()).map(|(_, odd)| *odd);
            let version = match odd {
                Some(Odd::Custom) => Some(ReportedVersion::Custom),
                Some(Odd::Behind(by)) => self.version(said.set.saturating_sub(by).max(said.set.min(1)), at),
                Some(Odd::Pinned(back)) => {
                    let pinned = self.sets.len().saturating_sub(back).max(1);
                    self.version(said.set.min(pinned), at)
                }
                None => self.version(said.set, at),
            };
            components.extend(version.map(|version| (name.clone(), version)));
        }
        ClusterFacts { components, cohort: said.cohort }
    }

    fn version(&self, set: usize, component: usize) -> Option<ReportedVersion> {
        self.sets[set].1[component].clone()
    }
}
