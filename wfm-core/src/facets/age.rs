//! How old clusters are, by the weeks of creation that they report.

use jiff::civil::Date;

use super::Week;

/// The ages of the clusters that reported in a week, in whole weeks: from the week of a cluster's creation to that week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreationAges {
    /// How many reports there are.
    pub reports: u64,
    /// The mean, rounded down.
    pub mean: u64,
    /// The median; between two reports in the middle, the mean of both, rounded down.
    pub median: u64,
}

impl CreationAges {
    /// The ages in the week of this Monday, of how many reports named each week of creation, oldest first. Nothing if there
    /// is no report.
    #[must_use]
    pub fn of(monday: Date, created: &[(Week, u64)]) -> Option<Self> {
        let reports: u128 = created.iter().map(|(_, reports)| u128::from(*reports)).sum();
        if reports == 0 {
            return None;
        }
        // A report of a week that has not begun is refused: there is no negative age.
        let ages =
            || created.iter().map(|(week, reports)| (week.weeks_until(monday).unwrap_or(0), u128::from(*reports)));
        let sum: u128 = ages().map(|(age, reports)| u128::from(age) * reports).sum();
        let at = |place: u128| {
            let mut before = 0;
            ages().find(|(_, reports)| {
                before += reports;
                place < before
            })
        };
        let middle = [(reports - 1) / 2, reports / 2].map(|place| at(place).map_or(0, |(age, _)| age));
        let small = |number: u128| u64::try_from(number).unwrap_or(u64::MAX);
        Some(Self { reports: small(reports), mean: small(sum / reports), median: u64::midpoint(middle[0], middle[1]) })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn week(text: &str) -> Week {
        text.parse().unwrap()
    }

    #[test]
    fn ages_are_whole_weeks_and_a_cluster_of_this_week_is_0_old() {
        let monday = week("2026-W10").monday();
        let of = |created: &[(Week, u64)]| CreationAges::of(monday, created);
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[(week("2026-W10"), 0)]), None);
        let one = of(&[(week("2026-W10"), 1)]).unwrap();
        assert_eq!(one, CreationAges { reports: 1, mean: 0, median: 0 });
        let four = of(&[(week("2025-W10"), 1), (week("2026-W05"), 1), (week("2026-W08"), 2)]).unwrap();
        assert_eq!(four, CreationAges { reports: 4, mean: (52 + 5 + 2 + 2) / 4, median: 3 });
    }

    proptest! {
        #[test]
        fn ages_are_those_of_a_recount_of_every_report(reports in prop::collection::vec(0i64..600, 1..200)) {
            let monday = week("2026-W10").monday();
            let week_before = |weeks: i64| {
                let date = monday.checked_sub(jiff::Span::new().weeks(weeks)).unwrap().iso_week_date();
                Week::new(date.year(), date.week()).unwrap()
            };
            let mut counts = std::collections::BTreeMap::new();
            for weeks in &reports {
                *counts.entry(week_before(*weeks)).or_insert(0u64) += 1;
            }
            let found = CreationAges::of(monday, &counts.into_iter().collect::<Vec<_>>()).unwrap();
            let (mut sorted, count) = (reports.clone(), reports.len());
            sorted.sort_unstable();
            let median = (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
            let mean = reports.iter().sum::<i64>() / count as i64;
            prop_assert_eq!((found.reports, found.mean as i64, found.median as i64), (count as u64, mean, median));
        }
    }
}
