//! What the public is shown: days that are over, as they were kept ([`public_days`](crate::public_days)).
//!
//! Ages, arrivals, departures and lags are not among it: the mean age of clusters of which some are the attacker's own tells
//! how many the others are, and what happens in a week happens to few.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use wfm_core::anonymizer::ReportedVersion;
use wfm_core::component::ComponentName;
use wfm_core::fleet::{self, Cohorts, Day, PublicDay, Range, Steps};
use wfm_core::release::Releases;
use wfm_core::store::{Store, StoreError};
use wfm_core::wire::insights::{
    About, Adoption, AdoptionDay, Bucket, Count, Distribution, DistributionValue, Distributions, Installed, Interval,
    ReleasesInUse, Series, Summary,
};

use super::asked::{At, Stretch};
use super::distributions;
use super::scene::{LONGEST, NoAnswer, last_second, only, range};
use crate::service::Service;

/// What counts are rounded down to a multiple of.
const TENS: u64 = 10;

/// The days, as of the last one that is kept.
pub(crate) struct Published {
    store: Arc<dyn Store>,
    steps: Steps,
    last: PublicDay,
}

impl Published {
    /// Keeps what is over, and looks at it.
    pub(crate) async fn of(service: &Service) -> Result<Self, StoreError> {
        service.keep_days().await?;
        let to = service.last_day();
        let last = service.store.last_public_day(to).await?.unwrap_or(PublicDay { day: to.date(), ..FEW });
        Ok(Self { store: Arc::clone(&service.store), steps: service.steps().await?.clone(), last })
    }

    /// The moment that the answers are about.
    pub(super) fn now(&self) -> Timestamp {
        last_second(self.today())
    }

    fn today(&self) -> Day {
        self.last.day.into()
    }

    fn about(&self, day: &PublicDay) -> About {
        let (included, excluded) = (day.known, day.excluded);
        let (at, include) = (last_second(day.day.into()), Cohorts::default());
        About { at, include, included, excluded, rounded_to: Some(TENS) }
    }

    /// How many clusters are known; none where these are too few.
    pub(crate) fn known(&self) -> u64 {
        if let Count::Told(known) = self.last.known { known } else { 0 }
    }

    /// The fleet at the end of a day.
    pub(super) async fn summary(&self, at: Option<At>) -> Result<Summary, NoAnswer> {
        let day = match at {
            None => self.today(),
            Some(at) if at.day() <= self.today() => at.day(),
            Some(_) => {
                let latest = self.now();
                let message = format!("at: it is not over yet: the latest that can be asked about is {latest}");
                return Err(NoAnswer::Asked(message));
            }
        };
        let shown = self.days(only(day)).await?.remove(&day).unwrap_or(PublicDay { day: day.date(), ..FEW });
        Ok(Summary {
            about: self.about(&shown),
            known: shown.known,
            active: shown.active,
            appeared: None,
            appeared_before: None,
            disappeared: None,
            disappeared_before: None,
            bounced: None,
            returned: None,
            age: None,
        })
    }

    /// Clusters by day, or on the last day of each week.
    pub(super) async fn active(&self, stretch: Stretch) -> Result<Series, NoAnswer> {
        let range = range(stretch, self.today())?;
        let days = self.days(range).await?;
        let bucket = |(from, to): (Day, Day)| Bucket {
            from: from.date(),
            to: to.date(),
            complete: true,
            clusters: Some(days.get(&to).map_or(Count::Few, |day| day.active)),
        };
        let buckets = self.spans(range).map(bucket).collect();
        Ok(Series { about: self.about(&self.last), interval: range.interval, buckets })
    }

    /// Versions of a component by day, or on the last day of each week.
    pub(super) async fn adoption(&self, component: &ComponentName, stretch: Stretch) -> Result<Adoption, NoAnswer> {
        let range = range(stretch, self.today())?;
        let days = self.days(range).await?;
        let day = |(_, to): (Day, Day)| AdoptionDay {
            day: to.date(),
            complete: true,
            installed: Some(days.get(&to).map_or_else(nothing, |day| day.installed(component))),
        };
        Ok(Adoption {
            about: self.about(&self.last),
            component: component.clone(),
            now: self.last.installed(component),
            days: self.spans(range).map(day).collect(),
        })
    }

    /// Every release with how many run it.
    pub(super) fn releases(&self, releases: &Releases) -> ReleasesInUse {
        let mut in_use = fleet::published(releases, None);
        for release in &mut in_use {
            let versions = self.last.components.get(&release.component).map(|installed| &installed.versions);
            let clusters = versions.and_then(|all| all.get(&ReportedVersion::Listed(release.version.clone())));
            release.clusters = clusters.copied().unwrap_or(Count::Few);
        }
        ReleasesInUse { about: self.about(&self.last), active: self.last.active, releases: in_use }
    }

    /// Distributions of what was counted in the last week that is over. They are about reports, which nobody can erase.
    pub(super) fn distributions(&self, counted: &distributions::Counted) -> Distributions {
        let exact = counted.distributions(self.now(), Cohorts::default());
        let about = About {
            included: self.round(exact.about.included),
            excluded: self.round(exact.about.excluded),
            rounded_to: Some(TENS),
            ..exact.about
        };
        let shown = |one: &Distribution| !one.values.is_empty() || one.rest != Count::Few;
        let distributions = exact.distributions.into_iter().map(|one| self.distribution(one)).filter(shown).collect();
        Distributions { about, distributions, ..exact }
    }

    fn distribution(&self, exact: Distribution) -> Distribution {
        let (common, rare): (Vec<DistributionValue>, Vec<_>) =
            exact.values.into_iter().partition(|value| self.round(value.clusters) != Count::Few);
        let number = |count: Count| if let Count::Told(number) = count { number } else { 0 };
        let rest = rare.iter().map(|value| number(value.clusters)).fold(number(exact.rest), u64::saturating_add);
        let round = |value: DistributionValue| DistributionValue { clusters: self.round(value.clusters), ..value };
        let values = common.into_iter().map(round).collect();
        Distribution { values, rest: self.round(Count::Told(rest)), ..exact }
    }

    fn round(&self, count: Count) -> Count {
        if let Count::Told(number) = count { self.steps.round(number) } else { count }
    }

    /// So many days up to the last, or all from the first on which there is a number.
    pub(super) async fn back(&self, days: Option<i64>, interval: Interval) -> Result<Stretch, NoAnswer> {
        let today = self.today();
        let from = match days {
            Some(days) => today.plus(1 - days.max(1)),
            None => {
                let all = Range { from: today.plus(1 - LONGEST), to: today, interval };
                let days = self.days(all).await?;
                days.iter().find(|(_, shown)| shown.known != Count::Few).map_or(today, |(day, _)| *day)
            }
        };
        Ok(Stretch { from: Some(from), to: Some(today), interval })
    }

    async fn days(&self, range: Range) -> Result<BTreeMap<Day, PublicDay>, StoreError> {
        let (from, to) =
            (if range.interval == Interval::Week { range.from.monday() } else { range.from }, self.today());
        let to = if range.interval == Interval::Week { range.to.plus(6) } else { range.to }.min(to);
        let days = self.store.public_days(from, to).await?;
        Ok(days.into_iter().map(|shown| (shown.day.into(), shown)).collect())
    }

    /// The days or weeks of a range that are over.
    fn spans(&self, range: Range) -> impl Iterator<Item = (Day, Day)> {
        let (first, length) = match range.interval {
            Interval::Day => (range.from, 1),
            Interval::Week => (range.from.monday(), 7),
        };
        let today = self.today();
        let starts = std::iter::successors(Some(first), move |from| Some(from.plus(length)));
        let spans = starts.take_while(move |from| *from <= range.to).map(move |from| (from, from.plus(length - 1)));
        spans.take_while(move |(_, to)| *to <= today)
    }
}

/// A day on which there is nothing to show.
const FEW: PublicDay = PublicDay {
    day: jiff::civil::Date::ZERO,
    known: Count::Few,
    excluded: Count::Few,
    active: Count::Few,
    components: BTreeMap::new(),
};

fn nothing() -> Installed {
    Installed { active: Count::Few, none: Count::Few, versions: BTreeMap::new() }
}

#[cfg(test)]
mod tests;
