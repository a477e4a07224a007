//! When a cluster checked in, and what it said: runs of check-ins that said the same.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Bounds;
use crate::cluster::ClusterId;

/// A moment as check-ins are kept: to the second, as no question is more exact.
#[must_use]
pub fn whole_second(at: Timestamp) -> Timestamp {
    // `as_second` rounds towards zero: before 1970 that is up, which nobody lives to see.
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// Check-ins that followed each other and said the same, whatever it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run<F> {
    /// What they said.
    pub said: F,
    /// When they arrived, in the order of arrival, in seconds since 1970; never empty. A clock that went backwards shows
    /// here.
    pub instants: Vec<i64>,
    /// How many more there were between the first and the last instant, at moments that are not known: an earlier format
    /// kept only their number. They count from the last instant on.
    pub untimed: u64,
}

/// Check-ins in the order of time, and where they are of one second in the order of arrival, with what each said.
#[must_use]
pub fn in_time<F: Clone>(runs: &[Run<F>]) -> Vec<(i64, F)> {
    let all = runs.iter().flat_map(|run| run.instants.iter().map(|&at| (at, run.said.clone())));
    let mut all: Vec<(i64, F)> = all.collect();
    all.sort_by_key(|(at, _)| *at);
    all
}

/// How often a cluster has checked in, up to some moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attendance {
    /// Which cluster.
    pub cluster: ClusterId,
    /// Its first check-in.
    pub first: Timestamp,
    /// Its last one up to that moment.
    pub last: Timestamp,
    /// How many there were up to that moment.
    pub check_ins: u64,
}

impl Attendance {
    /// What was known of a cluster at a moment, from the whole of its runs; `None` where it had not checked in yet.
    pub fn at<'a, F: 'a>(
        cluster: ClusterId,
        runs: impl IntoIterator<Item = &'a Run<F>>,
        moment: Timestamp,
    ) -> Option<Self> {
        let until = moment.as_second();
        let (mut first, mut last, mut check_ins) = (None::<i64>, None::<i64>, 0u64);
        for run in runs {
            for &instant in run.instants.iter().filter(|&&instant| instant <= until) {
                first = Some(first.map_or(instant, |first| first.min(instant)));
                last = Some(last.map_or(instant, |last| last.max(instant)));
                check_ins += 1;
            }
            if run.instants.iter().all(|&instant| instant <= until) {
                check_ins = check_ins.saturating_add(run.untimed);
            }
        }
        let time = |second: i64| Timestamp::from_second(second).ok();
        Some(Self { cluster, first: time(first?)?, last: time(last?)?, check_ins })
    }
}

/// Which clusters were persistent at a moment: those that had come to stay.
///
/// The old service's rule, made exact for the past: of the check-ins up to and including the moment, the first lies
/// between `epoch` and the moment (both exclusive), there are two or more, and the last lies within the 24 hours before
/// the moment. A later check-in does not count, as it did in the old service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersistentQuery {
    /// First seen later than this; any time where absent.
    pub epoch: Option<Timestamp>,
    /// The moment that is asked about.
    pub at: Timestamp,
}

impl PersistentQuery {
    /// Whether a cluster with this attendance, told up to the moment of the query, is one.
    #[must_use]
    pub fn matches(&self, attendance: &Attendance) -> bool {
        const DAY: i64 = 24 * 60 * 60;
        let created = Bounds { after: self.epoch, before: Some(self.at) };
        let silent = self.at.as_second().saturating_sub(attendance.last.as_second());
        created.contains(attendance.first) && attendance.check_ins > 1 && silent < DAY
    }
}
