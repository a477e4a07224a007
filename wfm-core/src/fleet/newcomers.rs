//! How many clusters are new, hour by hour: anyone may check in under ids of their own making, and this is where it shows.

use jiff::Timestamp;

use super::time::DAY;
use super::view::{Rollups, View};
use super::{Cohorts, rows, summary};
use crate::store::StoreError;

const HOUR: i64 = 3600;

/// First check-ins of clusters, of any cohort.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Newcomers {
    /// In the last 3,600 seconds.
    pub last_hour: u64,
    /// In the median hour of the last 7 days: of the whole UTC hours that are over, from the first day with a check-in on.
    pub median_week: u64,
    /// In the median hour of the last 30 days.
    pub median_month: u64,
}

impl Newcomers {
    /// Whether the last hour is unlike the hours before: more than ten clusters, and more than ten times the median.
    #[must_use]
    pub fn is_unusual(&self) -> bool {
        self.last_hour > 10 && self.last_hour > self.median_week.max(self.median_month).saturating_mul(10)
    }
}

/// How many clusters are new at a moment.
///
/// # Errors
/// Where the rollups cannot be read.
pub fn newcomers(rollups: &dyn Rollups, at: Timestamp) -> Result<Newcomers, StoreError> {
    let view = View::new(rollups, at.as_second(), Cohorts::ALL)?;
    let count =
        |from: i64, to: i64| Ok::<_, StoreError>(u64::try_from(view.known(to)? - view.known(from)?).unwrap_or(0));
    let over = view.at.div_euclid(HOUR) * HOUR;
    let begin = summary::first_day(rollups)?.map_or(over, |day| day.first_second());
    let median = |days: i64| {
        let first = (over - days * DAY).max(begin);
        // A whole hour ends with its last second.
        let hours = (first..over).step_by(HOUR as usize).map(|hour| count(hour - 1, hour + HOUR - 1));
        let mut hours = hours.collect::<Result<Vec<u64>, StoreError>>()?;
        hours.sort_unstable();
        Ok::<_, StoreError>(hours.get(hours.len() / 2).copied().unwrap_or(0))
    };
    Ok(Newcomers { last_hour: count(view.at - HOUR, view.at)?, median_week: median(7)?, median_month: median(30)? })
}

/// The last day on which any cluster checked in, whatever the cohort.
///
/// # Errors
/// Where the rollups cannot be read.
pub fn last_day(rollups: &dyn Rollups) -> Result<Option<super::Day>, StoreError> {
    let Some(mut last) = summary::first_day(rollups)? else { return Ok(None) };
    let (_, end) = rows::ALL_AGES;
    let after = |day: super::Day| {
        let next = rollups.first(&rows::ages_key(day.plus(1)), end)?;
        Ok::<_, StoreError>(next.and_then(|key| rows::day_of_key(&key)))
    };
    // Rows are found by what they come after: steps double while there is a later day, and start anew when there is none.
    let mut step = 1;
    while let Some(next) = after(last)? {
        last = next;
        while let Some(far) = after(last.plus(step))? {
            last = far;
            step = step.saturating_mul(2).min(1 << 20);
        }
        step = 1;
    }
    Ok(Some(last))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::anonymizer::{Arrival, Vocabulary};
    use crate::catalog::Catalog;
    use crate::cluster::{ClusterId, Cohort};
    use crate::release::Releases;
    use crate::store::{MemoryStore, Store, ask};
    use crate::wire::v3;

    /// 2026-01-05T00:00:00Z
    const START: i64 = 1_767_571_200;

    async fn store(seconds: impl IntoIterator<Item = i64>) -> MemoryStore {
        let store = MemoryStore::default();
        for (n, second) in (1..).zip(seconds) {
            let id = ClusterId::new(uuid::Uuid::from_u128(n)).to_string();
            let body = v3::Cluster { id, components: Vec::new(), first_seen: None, last_seen: None };
            let arrival = Arrival::reduce(&body, Vocabulary::new(&Catalog::workflow(), &Releases::default())).unwrap();
            let cohort = Cohort::ALL[n as usize % 4];
            store.check_in(arrival.with_cohort(Some(cohort)), moment(second)).await.unwrap();
        }
        store
    }

    fn moment(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[tokio::test]
    async fn a_flood_of_new_clusters_shows_against_the_median_hour() {
        // Three an hour for two days, and 500 in the last one.
        let calm = (0..48).flat_map(|hour| (0..3).map(move |n| START + hour * HOUR + n * 1000));
        let now = START + 48 * HOUR + 1800;
        let store = store(calm.chain((0..500).map(|n| now - n))).await;
        let counted = ask(&store, move |rollups| newcomers(rollups, moment(now))).await.unwrap();
        assert_eq!((counted.median_week, counted.median_month), (3, 3));
        assert!((500..=503).contains(&counted.last_hour) && counted.is_unusual(), "{counted:?}");
        let earlier = START + 47 * HOUR + 3599;
        let counted = ask(&store, move |rollups| newcomers(rollups, moment(earlier))).await.unwrap();
        assert!(counted.last_hour == 3 && !counted.is_unusual(), "{counted:?}");
    }

    #[tokio::test]
    async fn an_empty_store_has_no_last_day_and_nothing_unusual() {
        let store = store([]).await;
        assert_eq!(ask(&store, last_day).await.unwrap(), None);
        let counted = ask(&store, |rollups| newcomers(rollups, moment(START))).await.unwrap();
        assert_eq!(counted, Newcomers::default());
    }

    proptest! {
        #[test]
        fn the_last_day_is_found_whatever_the_gaps(days in prop::collection::vec(-40_000i64..40_000, 1..12)) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let last = *days.iter().max().unwrap();
            let found = runtime.block_on(async {
                let store = store(days.iter().map(|day| START + day * DAY)).await;
                ask(&store, last_day).await.unwrap()
            });
            prop_assert_eq!(found, Some(super::super::Day::of(START + last * DAY)));
        }
    }
}
