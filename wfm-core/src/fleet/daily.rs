//! What was counted on each day that is over.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;

use super::Cohorts;
use super::rows;
use super::time::{Day, Window};
use super::view::{Rollups, View, damaged};
use crate::anonymizer::ReportedVersion;
use crate::cluster::Cohort;
use crate::component::ComponentName;
use crate::store::StoreError;

/// A day that is over, and what was counted of each cohort of which a cluster was known by then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedDay {
    /// Which.
    pub day: Date,
    /// What was counted.
    pub cohorts: BTreeMap<Cohort, Counts>,
}

/// Clusters of a cohort on a day, by the definitions of [`fleet`](super).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Those that checked in on it or before.
    pub known: u64,
    /// Those that checked in on it.
    pub active: u64,
    /// Those that checked in on it for the first time.
    pub appeared: u64,
    /// Those silent when it ended whose 24 hours of silence ended on it.
    pub disappeared: u64,
    /// Those that checked in on it after a silence of more than 24 hours.
    pub returned: u64,
    /// The active ones by what they last reported on it; versions that none of them ran are left out.
    pub versions: BTreeMap<(ComponentName, ReportedVersion), u64>,
}

/// Clusters by cohort, component and version.
type Seen = BTreeMap<Cohort, BTreeMap<(ComponentName, ReportedVersion), u64>>;

/// The days from one on that are over, oldest first, `most` at most; from the first with a check-in on where `from` is
/// absent. Days on which nobody checked in, whatever the cohort, are left out. Where fewer than `most` are answered, no more
/// follow.
///
/// # Errors
/// Where the rollups cannot be read.
pub fn daily(
    rollups: &dyn Rollups,
    from: Option<Day>,
    most: usize,
    now: Timestamp,
) -> Result<Vec<CountedDay>, StoreError> {
    let days = heard(rollups, from, most, Day::of(now.as_second()))?;
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return Ok(Vec::new()) };
    let everybody = View::new(rollups, now.as_second(), Cohorts::ALL)?;
    let views = Cohort::ALL.map(|cohort| (cohort, everybody.of(Cohorts::only(cohort))));
    let mut seen = seen(rollups, *first, *last)?;
    let mut counted = Vec::with_capacity(days.len());
    for day in days {
        let mut versions = seen.remove(&day).unwrap_or_default();
        let mut cohorts = BTreeMap::new();
        for (cohort, view) in &views {
            let counts = counts(view, day, versions.remove(cohort).unwrap_or_default())?;
            if counts.known > 0 {
                cohorts.insert(*cohort, counts);
            }
        }
        counted.push(CountedDay { day: day.date(), cohorts });
    }
    Ok(counted)
}

/// The days before another on which anybody checked in. Each has a row of ages, so the way leads from one such row to the
/// next, however long nobody came.
fn heard(rollups: &dyn Rollups, from: Option<Day>, most: usize, before: Day) -> Result<Vec<Day>, StoreError> {
    let (all, _) = rows::ALL_AGES;
    let (mut from, end) = (from.map_or(all.to_vec(), rows::ages_key), rows::ages_key(before));
    let mut days = Vec::new();
    while days.len() < most
        && let Some(key) = rollups.first(&from, &end)?
    {
        let day = rows::day_of_key(&key).ok_or_else(|| damaged(rows::NotARow))?;
        days.push(day);
        from = rows::ages_key(day.plus(1));
    }
    Ok(days)
}

fn counts(
    view: &View<'_>,
    day: Day,
    versions: BTreeMap<(ComponentName, ReportedVersion), u64>,
) -> Result<Counts, StoreError> {
    let end = day.last_second();
    Ok(Counts {
        known: whole(view.known(end)?),
        active: whole(view.active(end)?),
        appeared: whole(view.appeared(Window::Day, end)?),
        disappeared: whole(view.disappeared(Window::Day, end)?),
        returned: whole(view.returned(Window::Day, end)?),
        versions,
    })
}

/// A count as it is told: where the rollups are broken so that it is negative, none.
fn whole(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

/// What ran on the days from one to another.
fn seen(rollups: &dyn Rollups, first: Day, last: Day) -> Result<BTreeMap<Day, Seen>, StoreError> {
    let mut days: BTreeMap<Day, Seen> = BTreeMap::new();
    let (all, end) = rows::ALL_SEEN;
    // From a component's first row to that of the next one: there are far fewer components than rows.
    let mut next = all.to_vec();
    while let Some(key) = rollups.first(&next, end)? {
        let component = rows::component_of_key(&key).ok_or_else(|| damaged(rows::NotARow))?;
        let (from, to) = (rows::seen_key(&component, first), rows::seen_key(&component, last.plus(1)));
        for (key, row) in rollups.rows(&from, &to)? {
            let day = days.entry(rows::day_of_key(&key).ok_or_else(|| damaged(rows::NotARow))?).or_default();
            for (cell, clusters) in rows::versions(&row).map_err(damaged)? {
                if clusters > 0 {
                    let of = (component.clone(), cell.version.into());
                    *day.entry(cell.cohort).or_default().entry(of).or_default() += whole(clusters);
                }
            }
        }
        next = rows::after_seen(&component);
    }
    Ok(days)
}
