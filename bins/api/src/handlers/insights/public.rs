//! What the public is told: every count rounded down to tens, and none below ten.
//!
//! What is told depends on nothing but how many tens a count has, so whatever is reckoned out of such numbers, of any days,
//! versions or windows, is a multiple of ten again and never a count that is not told. Where there is nothing to tell it is
//! not told either that there is nothing: a version that nobody runs, and a day on which nobody was heard of, look as those
//! of fewer than ten clusters do.

use std::collections::BTreeMap;

use wfm_core::anonymizer::ReportedVersion;
use wfm_core::fleet::DAY;
use wfm_core::wire::insights::{
    About, Adoption, AdoptionDay, AgeBucket, AgeSeries, AgeSinceCreation, Ages, Bucket, Count, Distribution,
    DistributionValue, Distributions, Installed, ReleaseInUse, ReleasesInUse, Series, Summary, Windows,
};

/// What counts are rounded down to a multiple of.
const TENS: u64 = 10;

/// Something that the public can be told in its own way.
pub(super) trait Told {
    /// The same as the public is told it.
    fn for_public(self) -> Self;
}

impl Told for Count {
    fn for_public(self) -> Self {
        match self {
            Self::Told(clusters) if clusters >= TENS => Self::Told(clusters / TENS * TENS),
            _ => Self::FewerThanTen,
        }
    }
}

impl Told for About {
    fn for_public(self) -> Self {
        let (included, excluded) = (self.included.for_public(), self.excluded.for_public());
        Self { included, excluded, rounded_to: Some(TENS), ..self }
    }
}

impl Told for Windows {
    fn for_public(self) -> Self {
        let [week, month, quarter] = [self.week, self.month, self.quarter].map(Told::for_public);
        Self { week, month, quarter }
    }
}

impl Told for Ages {
    fn for_public(self) -> Self {
        let whole = |seconds: i64| seconds.div_euclid(DAY) * DAY;
        Self { mean_seconds: whole(self.mean_seconds), median_seconds: whole(self.median_seconds) }
    }
}

impl Told for Summary {
    fn for_public(self) -> Self {
        Self {
            about: self.about.for_public(),
            known: self.known.for_public(),
            active: self.active.for_public(),
            appeared: self.appeared.for_public(),
            appeared_before: self.appeared_before.for_public(),
            disappeared: self.disappeared.for_public(),
            disappeared_before: self.disappeared_before.for_public(),
            bounced: self.bounced.for_public(),
            returned: self.returned.for_public(),
            age: ages_of(self.age, Some(self.active)),
        }
    }
}

impl Told for Series {
    fn for_public(self) -> Self {
        let buckets = self.buckets.into_iter().filter(|bucket| bucket.complete);
        let buckets = buckets.map(|bucket| Bucket { clusters: Some(counted(bucket.clusters)), ..bucket });
        Self { about: self.about.for_public(), buckets: buckets.collect(), ..self }
    }
}

/// Clusters that disappeared, with those that were active on each day. Where nobody was heard of, the service was not there
/// to see anybody disappear; whether it was nobody or fewer than ten must not show.
pub(super) fn disappeared(mut series: Series, active: &Series) -> Series {
    for bucket in &mut series.buckets {
        let days = active.buckets.iter().filter(|day| day.from >= bucket.from && day.to <= bucket.to);
        let heard = days.map(|day| counted(day.clusters)).any(|clusters| clusters != Count::FewerThanTen);
        bucket.clusters = bucket.clusters.filter(|_| heard);
    }
    series.for_public()
}

/// Ages, for which it matters how many were active in the same buckets.
pub(super) fn ages(ages: AgeSeries, active: &Series) -> AgeSeries {
    let active: BTreeMap<_, _> = active.buckets.iter().map(|bucket| (bucket.from, bucket.clusters)).collect();
    let buckets = ages.buckets.into_iter().filter(|bucket| bucket.complete);
    let buckets = buckets.map(|bucket| {
        let clusters = active.get(&bucket.from).copied().flatten();
        AgeBucket { age: ages_of(bucket.age, clusters), ..bucket }
    });
    AgeSeries { about: ages.about.for_public(), buckets: buckets.collect(), ..ages }
}

/// The ages of so many clusters.
fn ages_of(ages: Option<Ages>, clusters: Option<Count>) -> Option<Ages> {
    ages.filter(|_| counted(clusters) != Count::FewerThanTen).map(Told::for_public)
}

fn counted(clusters: Option<Count>) -> Count {
    clusters.map_or(Count::FewerThanTen, Told::for_public)
}

impl Told for Installed {
    fn for_public(self) -> Self {
        let versions = self.versions.into_iter().map(|(version, clusters)| (version, clusters.for_public()));
        let versions = versions.filter(|(_, clusters)| *clusters != Count::FewerThanTen);
        let versions: BTreeMap<ReportedVersion, Count> = versions.collect();
        Self { active: self.active.for_public(), none: self.none.for_public(), versions }
    }
}

impl Told for Adoption {
    fn for_public(self) -> Self {
        let nobody = || Installed { active: Count::Told(0), none: Count::Told(0), versions: BTreeMap::new() };
        let days = self.days.into_iter().filter(|day| day.complete);
        let days = days.map(|day| {
            let installed = day.installed.unwrap_or_else(nobody);
            AdoptionDay { installed: Some(installed.for_public()), ..day }
        });
        Self { about: self.about.for_public(), now: self.now.for_public(), days: days.collect(), ..self }
    }
}

impl Told for ReleasesInUse {
    fn for_public(self) -> Self {
        let releases = self.releases.into_iter();
        let releases =
            releases.map(|release| ReleaseInUse { clusters: release.clusters.for_public(), ..release }).collect();
        Self { about: self.about.for_public(), active: self.active.for_public(), releases }
    }
}

impl Told for Distributions {
    fn for_public(self) -> Self {
        let told = |one: &Distribution| !one.values.is_empty() || one.rest != Count::FewerThanTen;
        let distributions = self.distributions.into_iter().map(Told::for_public).filter(told).collect();
        let age_since_creation = self.age_since_creation.map(Told::for_public);
        let age_since_creation = age_since_creation.filter(|age| age.clusters != Count::FewerThanTen);
        Self { about: self.about.for_public(), age_since_creation, distributions, ..self }
    }
}

impl Told for AgeSinceCreation {
    fn for_public(self) -> Self {
        let tens = |weeks: u64| weeks / TENS * TENS;
        let (mean_weeks, median_weeks) = (tens(self.mean_weeks), tens(self.median_weeks));
        Self { clusters: self.clusters.for_public(), mean_weeks, median_weeks }
    }
}

impl Told for Distribution {
    fn for_public(self) -> Self {
        let (common, rare): (Vec<DistributionValue>, Vec<_>) =
            self.values.into_iter().partition(|value| value.clusters.for_public() != Count::FewerThanTen);
        let number = |count: Count| if let Count::Told(number) = count { number } else { 0 };
        let rest = rare.iter().map(|value| number(value.clusters)).fold(number(self.rest), u64::saturating_add);
        let round = |value: DistributionValue| DistributionValue { clusters: value.clusters.for_public(), ..value };
        let values = common.into_iter().map(round).collect();
        Self { values, rest: Count::Told(rest).for_public(), ..self }
    }
}

#[cfg(test)]
mod tests;
