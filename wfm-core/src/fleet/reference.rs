//! The same questions answered by counting every check-in again, straight from the definitions: slow, and without a thought
//! of rollups. Tests hold the two against each other.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::summary::{moment, told};
use super::{Cohorts, Counted, DAY, Day, Range, Window};
use crate::anonymizer::ReportedVersion;
use crate::cluster::Cohort;
use crate::component::ComponentName;
use crate::release::Releases;
use crate::store::ClusterFacts;
use crate::version::Version;
use crate::wire::insights::{
    About, AdoptionDay, AgeBucket, Ages, Bucket, Count, Installed, Interval, ReleaseLag, Summary, Windows,
};

mod daily;
mod public;

/// All check-ins of a fleet.
#[derive(Debug, Clone, Default)]
pub struct Fleet {
    /// Its clusters.
    pub clusters: Vec<History>,
}

/// All check-ins of a cluster.
#[derive(Debug, Clone)]
pub struct History {
    cohort: Cohort,
    /// In the order of time; of two in one second, the one that arrived later stands later.
    check_ins: Vec<(i64, Arc<ClusterFacts>)>,
}

impl History {
    /// A cluster's check-ins in the order of arrival: when, in seconds since 1970, and what it said.
    #[must_use]
    pub fn new(cohort: Cohort, mut check_ins: Vec<(i64, Arc<ClusterFacts>)>) -> Self {
        check_ins.sort_by_key(|(at, _)| *at);
        Self { cohort, check_ins }
    }

    /// Those up to a moment.
    fn seen(&self, at: i64) -> &[(i64, Arc<ClusterFacts>)] {
        &self.check_ins[..self.check_ins.partition_point(|(when, _)| *when <= at)]
    }

    fn first(&self) -> Option<i64> {
        self.check_ins.first().map(|(at, _)| *at)
    }

    fn last(&self, at: i64) -> Option<i64> {
        self.seen(at).last().map(|(at, _)| *at)
    }

    fn is_active(&self, at: i64) -> bool {
        self.last(at).is_some_and(|last| last > at - DAY)
    }

    fn appeared(&self, from: i64, to: i64) -> bool {
        self.first().is_some_and(|first| first > from && first <= to)
    }

    fn disappeared(&self, from: i64, to: i64) -> bool {
        self.last(to).is_some_and(|last| last <= to - DAY && last > from - DAY)
    }

    fn bounced(&self, from: i64, to: i64) -> bool {
        let one_day = |seen: &[(i64, _)]| seen.iter().all(|(at, _)| Day::of(*at) == Day::of(seen[0].0));
        self.appeared(from, to) && !self.is_active(to) && one_day(self.seen(to))
    }

    fn returned(&self, from: i64, to: i64) -> bool {
        self.seen(to).windows(2).any(|pair| pair[1].0 - pair[0].0 > DAY && pair[1].0 > from)
    }

    /// What it last said at or before a moment.
    fn said(&self, at: i64) -> Option<&ClusterFacts> {
        self.seen(at).last().map(|(_, said)| &**said)
    }
}

impl Fleet {
    fn count(&self, include: Cohorts, is_so: impl Fn(&History) -> bool) -> Count {
        let counted = self.clusters.iter().filter(|cluster| include.contains(cluster.cohort) && is_so(cluster));
        Count::Told(counted.count() as u64)
    }

    /// Whom an answer is about.
    #[must_use]
    pub fn about(&self, at: i64, include: Cohorts) -> About {
        let known = |cluster: &History| cluster.first().is_some_and(|first| first <= at);
        let excluded = include.others().map_or(Count::Told(0), |others| self.count(others, known));
        About { at: moment(at), include, included: self.count(include, known), excluded, rounded_to: None }
    }

    /// As [`summary`](super::summary).
    #[must_use]
    pub fn summary(&self, at: Timestamp, include: Cohorts) -> Summary {
        let at = at.as_second();
        let windows = |is_so: fn(&History, i64, i64) -> bool, before: bool| {
            let count = |window: Window| {
                let to = if before { at - window.seconds() } else { at };
                self.count(include, |cluster| is_so(cluster, to - window.seconds(), to))
            };
            Windows { week: count(Window::Week), month: count(Window::Month), quarter: count(Window::Quarter) }
        };
        Summary {
            about: self.about(at, include),
            known: self.about(at, include).included,
            active: self.count(include, |cluster| cluster.is_active(at)),
            appeared: Some(windows(History::appeared, false)),
            appeared_before: Some(windows(History::appeared, true)),
            disappeared: Some(windows(History::disappeared, false)),
            disappeared_before: Some(windows(History::disappeared, true)),
            bounced: Some(windows(History::bounced, false)),
            returned: Some(windows(History::returned, false)),
            age: self.ages(at, include),
        }
    }

    /// The ages of the clusters active at a moment.
    #[must_use]
    pub fn ages(&self, at: i64, include: Cohorts) -> Option<Ages> {
        let active = self.clusters.iter().filter(|c| include.contains(c.cohort) && c.is_active(at));
        let mut first: Vec<i64> = active.filter_map(History::first).collect();
        first.sort_unstable();
        let clusters = i64::try_from(first.len()).ok().filter(|clusters| *clusters > 0)?;
        let mean = first.iter().map(|first| i128::from(at - first)).sum::<i128>().div_euclid(i128::from(clusters));
        let middle = i64::midpoint(first[(first.len() - 1) / 2], first[first.len() / 2]);
        Some(Ages { mean_seconds: i64::try_from(mean).ok()?, median_seconds: at - middle })
    }

    /// The buckets of [`series`](super::series).
    #[must_use]
    pub fn series(&self, counted: Counted, range: Range, now: i64, include: Cohorts) -> Vec<Bucket> {
        let bucket = |(from, to): (Day, Day)| {
            let (start, end) = (from.first_second() - 1, to.last_second().min(now));
            let is_so = |cluster: &History| match counted {
                Counted::Active => cluster.last(end).is_some_and(|last| Day::of(last) == Day::of(end)),
                Counted::Appeared => cluster.appeared(start, end),
                Counted::Disappeared => cluster.disappeared(start, end),
            };
            let since = if counted == Counted::Active { Day::of(end).first_second() - 1 } else { start };
            let heard = self.clusters.iter().any(|cluster| cluster.last(end).is_some_and(|last| last > since));
            Bucket {
                from: from.date(),
                to: to.date(),
                complete: to.last_second() <= now,
                clusters: heard.then(|| self.count(include, is_so)),
            }
        };
        buckets(range, now).into_iter().map(bucket).collect()
    }

    /// The buckets of [`age_series`](super::age_series).
    #[must_use]
    pub fn age_series(&self, range: Range, now: i64, include: Cohorts) -> Vec<AgeBucket> {
        let bucket = |(from, to): (Day, Day)| AgeBucket {
            from: from.date(),
            to: to.date(),
            complete: to.last_second() <= now,
            age: self.ages(to.last_second().min(now), include),
        };
        buckets(range, now).into_iter().map(bucket).collect()
    }

    /// The clusters active at a moment, by version.
    #[must_use]
    pub fn running(&self, component: &ComponentName, at: i64, include: Cohorts) -> Installed {
        self.by_version(component, include, |cluster| cluster.said(at).filter(|_| cluster.is_active(at)))
    }

    /// The days of [`adoption`](super::adoption).
    #[must_use]
    pub fn adoption(&self, component: &ComponentName, range: Range, now: i64, include: Cohorts) -> Vec<AdoptionDay> {
        let day = |(_, to): (Day, Day)| {
            let day = to.min(Day::of(now));
            let on = |cluster: &History| cluster.last(day.last_second()).is_some_and(|last| Day::of(last) == day);
            let installed =
                self.by_version(component, include, |cluster| cluster.said(day.last_second()).filter(|_| on(cluster)));
            let heard = self.clusters.iter().any(on);
            AdoptionDay { day: day.date(), complete: day.last_second() <= now, installed: heard.then_some(installed) }
        };
        buckets(range, now).into_iter().map(day).collect()
    }

    fn by_version<'a>(
        &'a self,
        component: &ComponentName,
        include: Cohorts,
        said: impl Fn(&'a History) -> Option<&'a ClusterFacts>,
    ) -> Installed {
        let clusters = self.clusters.iter().filter(|cluster| include.contains(cluster.cohort));
        let said: Vec<&ClusterFacts> = clusters.filter_map(said).collect();
        let mut versions: BTreeMap<ReportedVersion, i64> = BTreeMap::new();
        for version in said.iter().filter_map(|said| said.components.get(component)) {
            *versions.entry(version.clone()).or_default() += 1;
        }
        let without = said.iter().filter(|said| !said.components.contains_key(component));
        Installed {
            active: Count::Told(said.len() as u64),
            none: Count::Told(without.count() as u64),
            versions: versions.into_iter().map(|(version, clusters)| (version, told(clusters))).collect(),
        }
    }

    /// The releases of [`lag`](super::lag).
    #[must_use]
    pub fn lag(&self, releases: &Releases, component: &ComponentName, now: i64, include: Cohorts) -> Vec<ReleaseLag> {
        let Some(first) = self.clusters.iter().filter_map(History::first).min() else { return Vec::new() };
        let mut published: BTreeMap<&Version, Timestamp> = BTreeMap::new();
        for release in releases.iter().filter(|release| release.component() == component) {
            let known = published.entry(release.version()).or_insert(release.released());
            *known = release.released().min(*known);
        }
        let since = published.into_iter().filter(|(_, released)| Day::of(released.as_second()) >= Day::of(first));
        let mut lags: Vec<ReleaseLag> = since
            .map(|(version, released)| {
                let day = Day::of(released.as_second());
                let reached = |percent: u64| {
                    let mut days = day.through(Day::of(now).plus(-1));
                    let reached = days.find(|on| self.ran_since(component, version, *on, include, percent));
                    reached.and_then(|on| u32::try_from(on.number() - day.number()).ok())
                };
                ReleaseLag {
                    version: version.clone(),
                    released,
                    days_to_half: reached(50),
                    days_to_nine_tenths: reached(90),
                }
            })
            .collect();
        lags.sort_by(|one, other| other.version.cmp(&one.version));
        lags
    }

    fn ran_since(
        &self,
        component: &ComponentName,
        version: &Version,
        day: Day,
        include: Cohorts,
        percent: u64,
    ) -> bool {
        let range = Range { from: day, to: day, interval: Interval::Day };
        let installed = self.adoption(component, range, day.last_second(), include).pop().and_then(|day| day.installed);
        let Some(Installed { active: Count::Told(active), versions, .. }) = installed else { return false };
        let reached = versions.iter().map(|(ran, clusters)| match (ran, clusters) {
            (ReportedVersion::Listed(ran), Count::Told(clusters)) if ran >= version => *clusters,
            _ => 0,
        });
        active > 0 && reached.sum::<u64>() * 100 >= active * percent
    }
}

fn buckets(range: Range, now: i64) -> Vec<(Day, Day)> {
    let (mut from, length) = match range.interval {
        Interval::Day => (range.from, 1),
        Interval::Week => (range.from.monday(), 7),
    };
    let mut buckets = Vec::new();
    while from <= range.to && from <= Day::of(now) {
        buckets.push((from, from.plus(length - 1)));
        from = from.plus(length);
    }
    buckets
}
