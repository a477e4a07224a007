//! The fleet at a moment.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::time::{Day, Window};
use super::view::{Rollups, View};
use super::{Cohorts, rows};
use crate::store::StoreError;
use crate::wire::insights::{About, Ages, Count, Summary, Windows};

/// The fleet at a moment, exact to the second, however long ago it is.
///
/// # Errors
/// Where the rollups cannot be read.
pub fn summary(rollups: &dyn Rollups, at: Timestamp, include: Cohorts) -> Result<Summary, StoreError> {
    let view = View::new(rollups, at.as_second(), include)?;
    let at = view.at;
    Ok(Summary {
        about: about(&view)?,
        known: told(view.known(at)?),
        active: told(view.active(at)?),
        appeared: Some(windows(|window| view.appeared(window, at))?),
        appeared_before: Some(windows(|window| view.appeared(window, at - window.seconds()))?),
        disappeared: Some(windows(|window| view.disappeared(window, at))?),
        disappeared_before: Some(windows(|window| view.disappeared(window, at - window.seconds()))?),
        bounced: Some(windows(|window| view.bounced(window, at))?),
        returned: Some(windows(|window| view.returned(window, at))?),
        age: ages(&view, at)?,
    })
}

fn windows(count: impl Fn(Window) -> Result<i64, StoreError>) -> Result<Windows, StoreError> {
    let count = |window| count(window).map(told);
    Ok(Windows { week: count(Window::Week)?, month: count(Window::Month)?, quarter: count(Window::Quarter)? })
}

/// The moment as of which the fleet is now: the service's clock, or the last check-in where the clock was set back.
///
/// # Errors
/// Where the rollups cannot be read.
pub fn now(rollups: &dyn Rollups, clock: Timestamp) -> Result<Timestamp, StoreError> {
    let latest = rollups.latest()?.and_then(|second| Timestamp::from_second(second).ok());
    Ok(crate::store::whole_second(clock).max(latest.unwrap_or(Timestamp::MIN)))
}

/// The first day on which anybody checked in, whatever the cohort.
///
/// # Errors
/// Where the rollups cannot be read.
pub fn first_day(rollups: &dyn Rollups) -> Result<Option<Day>, StoreError> {
    let (from, to) = rows::ALL_AGES;
    Ok(rollups.first(from, to)?.and_then(|key| rows::day_of_key(&key)))
}

/// Whom a view is about.
pub(super) fn about(view: &View<'_>) -> Result<About, StoreError> {
    let excluded = match view.include.others() {
        Some(others) => view.of(others).known(view.at)?,
        None => 0,
    };
    Ok(About {
        at: moment(view.at),
        include: view.include,
        included: told(view.known(view.at)?),
        excluded: told(excluded),
        rounded_to: None,
    })
}

/// How old the clusters are that are active at a moment, since their first check-in.
pub(super) fn ages(view: &View<'_>, at: i64) -> Result<Option<Ages>, StoreError> {
    let active = view.active(at)?;
    if active <= 0 {
        return Ok(None);
    }
    let days = view.first_seen(at)?;
    // The day leads to the second: a day's clusters are looked at one by one, and those of all others are only counted.
    let nth = |n: i64| {
        let Some((day, before)) = at_rank(&days, n) else { return Ok(at) };
        let seconds = view.first_seen_on(day, at)?;
        Ok::<_, StoreError>(at_rank(&seconds, n - before).map_or(at, |(second, _)| second))
    };
    let middle = i64::midpoint(nth((active - 1) / 2)?, nth(active / 2)?);
    let mean = view.age_sum(at)?.div_euclid(i128::from(active));
    Ok(Some(Ages { mean_seconds: i64::try_from(mean).unwrap_or(i64::MAX), median_seconds: at - middle }))
}

/// Where the `n`th of what is counted lies (from 0), and how many come before that.
fn at_rank<K: Copy>(counted: &BTreeMap<K, i64>, n: i64) -> Option<(K, i64)> {
    let mut before = 0;
    for (key, clusters) in counted {
        if before + clusters > n {
            return Some((*key, before));
        }
        before += clusters;
    }
    None
}

/// A count as it is told. What is counted is never negative; where the rollups say so, they are broken, and none is told.
pub(super) fn told(count: i64) -> Count {
    Count::Told(u64::try_from(count).unwrap_or(0))
}

pub(super) fn moment(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or(if second < 0 { Timestamp::MIN } else { Timestamp::MAX })
}
