//! On what the fleet runs.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use wfm_core::facets::{Facet, FacetCount, FacetValue};
use wfm_core::fleet::{Cohorts, Day};
use wfm_core::store::StoreError;
use wfm_core::wire::insights::{About, Count, Distribution, DistributionValue, Distributions};

use crate::service::Service;

/// A value that fewer reports had is not told to anybody: what almost nobody runs tells who it is.
const FEWEST: u64 = 5;

/// What was counted in the last week that is over.
#[derive(Debug, Clone)]
pub(super) struct Counted {
    week: Date,
    counts: Vec<FacetCount>,
}

/// Reads the counters of the last week that is over, by the service's clock.
pub(super) async fn counted(service: &Service) -> Result<Counted, StoreError> {
    let week = Day::of(service.clock.now().as_second()).monday().plus(-7).date();
    Ok(Counted { week, counts: service.store.facets(week).await? })
}

impl Counted {
    /// Whether there was no report at all.
    pub(super) fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// The exact numbers, at this moment.
    pub(super) fn distributions(&self, at: Timestamp, include: Cohorts) -> Distributions {
        let (included, all) = (self.reports(include), self.reports(Cohorts::ALL));
        let (included, excluded) = (Count::Told(included), Count::Told(all.saturating_sub(included)));
        let about = About { at, include, included, excluded, rounded_to: None };
        let mut values: BTreeMap<FacetValue, u64> = BTreeMap::new();
        for count in self.counts.iter().filter(|count| include.contains(count.cohort)) {
            let reports = values.entry(count.value).or_default();
            *reports = reports.saturating_add(count.reports);
        }
        let of = |facet: Facet| values.iter().filter(move |(value, _)| value.facet() == facet);
        let told = Facet::REPORTED.into_iter().filter(|facet| of(*facet).next().is_some());
        let distributions = told.map(|facet| distribution(facet, of(facet).map(|(value, reports)| (*value, *reports))));
        Distributions { about, week: self.week, distributions: distributions.collect() }
    }

    /// How many clusters of these cohorts reported: as many as told the part that more of them told, because a cluster may
    /// tell its parts in one report or in two.
    fn reports(&self, include: Cohorts) -> u64 {
        let parts = || self.counts.iter().filter(|count| count.value.facet() == Facet::Part);
        let most = |cohort| parts().filter(|count| count.cohort == cohort).map(|count| count.reports).max();
        include.iter().filter_map(most).fold(0, u64::saturating_add)
    }
}

fn distribution(facet: Facet, counted: impl Iterator<Item = (FacetValue, u64)>) -> Distribution {
    let (mut values, mut rest) = (Vec::new(), 0u64);
    for (value, reports) in counted {
        if reports < FEWEST {
            rest = rest.saturating_add(reports);
        } else {
            values.push(DistributionValue { value: value.to_string(), clusters: Count::Told(reports) });
        }
    }
    Distribution { name: facet.as_str().into(), values, rest: Count::Told(rest) }
}

#[cfg(test)]
pub(super) mod tests;
