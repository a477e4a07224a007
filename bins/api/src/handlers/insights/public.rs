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
use wfm_core::store::StoreError;
use wfm_core::wire::insights::{
    About, Adoption, AdoptionDay, Bucket, Count, Distribution, DistributionValue, Distributions, Installed, Interval,
    ReleasesInUse, Series, Summary,
};

use super::asked::{At, Stretch};
use super::distributions;
use super::scene::{LONGEST, NoAnswer, last_second, range};
use crate::service::Service;

/// What counts are rounded down to a multiple of.
const TENS: u64 = 10;

/// The days, as of the last one that is kept.
pub(crate) struct Published {
    days: Arc<BTreeMap<Day, PublicDay>>,
    steps: Steps,
    last: PublicDay,
}

impl Published {
    /// The days that are over, as far as they are counted.
    pub(crate) async fn of(service: &Arc<Service>) -> Result<Self, StoreError> {
        service.keep_days_meanwhile().await?;
        let (to, days) = (service.last_day(), service.kept.days());
        let last = days.range(..=to).next_back().map(|(_, shown)| shown.clone());
        let last = last.unwrap_or(PublicDay { day: to.date(), ..FEW });
        Ok(Self { days, steps: service.steps().await?.clone(), last })
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
    pub(super) fn summary(&self, at: Option<At>) -> Result<Summary, NoAnswer> {
        let day = match at {
            None => self.today(),
            Some(at) if at.day() <= self.today() => at.day(),
            Some(_) => {
                let latest = self.now();
                let message = format!("at: it is not over yet: the latest that can be asked about is {latest}");
                return Err(NoAnswer::Asked(message));
            }
        };
        let shown = self.days.get(&day).cloned().unwrap_or(PublicDay { day: day.date(), ..FEW });
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
    pub(super) fn active(&self, stretch: Stretch) -> Result<Series, NoAnswer> {
        let range = range(stretch, self.today())?;
        let bucket = |(from, to): (Day, Day)| Bucket {
            from: from.date(),
            to: to.date(),
            complete: true,
            clusters: Some(self.days.get(&to).map_or(Count::Few, |day| day.active)),
        };
        let buckets = self.spans(range).map(bucket).collect();
        Ok(Series { about: self.about(&self.last), interval: range.interval, buckets })
    }

    /// Versions of a component by day, or on the last day of each week.
    pub(super) fn adoption(&self, component: &ComponentName, stretch: Stretch) -> Result<Adoption, NoAnswer> {
        let range = range(stretch, self.today())?;
        let day = |(_, to): (Day, Day)| AdoptionDay {
            day: to.date(),
            complete: true,
            installed: Some(self.days.get(&to).map_or_else(nothing, |day| day.installed(component))),
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
            let listed = ReportedVersion::listed(&release.version);
            let clusters = versions.zip(listed).and_then(|(all, listed)| all.get(&listed));
            release.clusters = clusters.copied().unwrap_or(Count::Few);
        }
        ReleasesInUse { about: self.about(&self.last), active: self.last.active, releases: in_use }
    }

    /// Distributions of what was counted in the last week that is over. They are about reports, which no one can erase.
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
        // A mean that false reports of a known age move shows how many the others are.
        Distributions { about, age_since_creation: None, distributions, ..exact }
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
    pub(super) fn back(&self, days: Option<i64>, interval: Interval) -> Result<Stretch, NoAnswer> {
        let today = self.today();
        let from = match days {
            Some(days) => today.plus(1 - days.max(1)),
            None => {
                let mut days = self.days.range(today.plus(1 - LONGEST)..=today);
                days.find(|(_, shown)| shown.known != Count::Few).map_or(today, |(day, _)| *day)
            }
        };
        Ok(Stretch { from: Some(from), to: Some(today), interval })
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
