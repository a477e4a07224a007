//! Numbers for each day or week.

use jiff::Timestamp;

use super::Cohorts;
use super::rows;
use super::summary::{about, ages, told};
use super::time::{Day, Window};
use super::track::Track;
use super::view::{Rollups, View};
use crate::store::StoreError;
use crate::wire::insights::{AgeBucket, AgeSeries, Bucket, Interval, Series};

/// Which days a series is about: both included. What lies after the moment of the answer is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The first day; with weeks, the week that it lies in is the first.
    pub from: Day,
    /// The last day; with weeks, the week that it lies in is the last.
    pub to: Day,
    /// The length of a bucket.
    pub interval: Interval,
}

/// What is counted in a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Clusters that checked in on the day, or on the last day of the week.
    Active,
    /// Clusters whose first check-in lies in the bucket.
    Appeared,
    /// Clusters silent at the end of the bucket whose 24 hours of silence ended in it.
    Disappeared,
}

/// A number for each bucket up to `now`.
///
/// # Errors
/// Where the rollups cannot be read.
pub fn series(
    rollups: &dyn Rollups,
    counted: Counted,
    range: Range,
    now: Timestamp,
    include: Cohorts,
) -> Result<Series, StoreError> {
    let view = View::new(rollups, now.as_second(), include)?;
    let everybody = view.of(Cohorts::ALL);
    let mut buckets = Vec::new();
    for span in spans(range, view.at) {
        let heard = match counted {
            Counted::Active => heard(&everybody, span.until())?,
            Counted::Appeared | Counted::Disappeared => {
                let mut heard_once = false;
                for day in span.from.through(span.until()) {
                    heard_once = heard_once || heard(&everybody, day)?;
                }
                heard_once
            }
        };
        let count = || match counted {
            Counted::Active => active(&view, span.until()),
            Counted::Appeared => Ok(view.known(span.end)? - view.known(span.before())?),
            Counted::Disappeared => disappeared(&view, &span),
        };
        let clusters = if heard { Some(told(count()?)) } else { None };
        buckets.push(Bucket { from: span.from.date(), to: span.to.date(), complete: span.complete, clusters });
    }
    Ok(Series { about: about(&view)?, interval: range.interval, buckets })
}

/// The ages of the active clusters at the end of each bucket.
///
/// # Errors
/// Where the rollups cannot be read.
pub fn age_series(
    rollups: &dyn Rollups,
    range: Range,
    now: Timestamp,
    include: Cohorts,
) -> Result<AgeSeries, StoreError> {
    let view = View::new(rollups, now.as_second(), include)?;
    let mut buckets = Vec::new();
    for span in spans(range, view.at) {
        let age = ages(&view, span.end)?;
        buckets.push(AgeBucket { from: span.from.date(), to: span.to.date(), complete: span.complete, age });
    }
    Ok(AgeSeries { about: about(&view)?, interval: range.interval, buckets })
}

/// A bucket.
pub(super) struct Span {
    pub(super) from: Day,
    pub(super) to: Day,
    /// Its last second, or now.
    pub(super) end: i64,
    pub(super) complete: bool,
}

impl Span {
    /// The second before it.
    fn before(&self) -> i64 {
        self.from.first_second() - 1
    }

    /// Its last day that has begun.
    pub(super) fn until(&self) -> Day {
        Day::of(self.end)
    }
}

pub(super) fn spans(range: Range, now: i64) -> Vec<Span> {
    let (first, length) = match range.interval {
        Interval::Day => (range.from, 1),
        Interval::Week => (range.from.monday(), 7),
    };
    let last = range.to.min(Day::of(now));
    let starts = first.through(last).step_by(length);
    let span = |from: Day| {
        let to = from.plus(length as i64 - 1);
        Span { from, to, end: to.last_second().min(now), complete: to.last_second() <= now }
    };
    starts.map(span).collect()
}

/// Clusters seen on a day: those active when it ends, or, while it lasts, those seen so far.
pub(super) fn active(view: &View<'_>, day: Day) -> Result<i64, StoreError> {
    if day.last_second() <= view.at {
        return view.active(day.last_second());
    }
    let counters = view.numbers(&rows::ages_key(day))?;
    let seen = counters.into_iter().filter(|(cell, _)| view.include.contains(rows::cohort(*cell)));
    Ok(seen.map(|(_, clusters)| clusters).sum())
}

/// Whether anybody checked in on a day.
pub(super) fn heard(everybody: &View<'_>, day: Day) -> Result<bool, StoreError> {
    Ok(active(everybody, day)? > 0)
}

fn disappeared(view: &View<'_>, span: &Span) -> Result<i64, StoreError> {
    if span.complete {
        let window = if span.from == span.to { Window::Day } else { Window::Week };
        return view.disappeared(window, span.end);
    }
    // The bucket ends now, so whoever came back has done so within it.
    let within = |track| Ok::<_, StoreError>(view.events(track, span.end)? - view.events(track, span.before())?);
    let mut silent = within(Track::Disappeared)?;
    for window in Window::ALL {
        silent -= within(Track::SoonFrom(window))?;
    }
    Ok(silent)
}
