//! Records without what a clock that was wrong once has put into them.

use jiff::Timestamp;

use super::{Record, Records};
use crate::fleet::Day;

/// What was left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dropped {
    /// Check-ins of clusters.
    pub check_ins: u64,
    /// Clusters of which no check-in is left.
    pub clusters: u64,
    /// Doctor reports and weekly counters.
    pub others: u64,
}

/// The records without the check-ins, doctor reports, weekly counters and public days that lie before `from`, or at `to` and
/// later. `dropped` learns of each that is left out. A week is kept if one of its days is in the interval.
pub fn between(
    records: Records,
    from: Timestamp,
    to: Timestamp,
    mut dropped: impl FnMut(Dropped) + Send + 'static,
) -> Records {
    Box::new(records.filter_map(move |record| {
        let (kept, lost) = match record {
            Ok(record) => keep(record, from.as_second(), to.as_second()),
            Err(error) => return Some(Err(error)),
        };
        if lost != Dropped::default() {
            dropped(lost);
        }
        kept.map(Ok)
    }))
}

fn keep(record: Record, from: i64, to: i64) -> (Option<Record>, Dropped) {
    let inside = |second: i64| (from..to).contains(&second);
    let other = Dropped { others: 1, ..Dropped::default() };
    match record {
        Record::Doctor(report) if !inside(report.at.as_second()) => (None, other),
        Record::PublicDay(day) if !inside(Day::from(day.day).first_second()) => (None, other),
        Record::Facets(count) => {
            let monday = Day::from(count.week);
            let (first, last) = (monday.first_second(), monday.plus(6).last_second());
            if last < from || first >= to { (None, other) } else { (Some(Record::Facets(count)), Dropped::default()) }
        }
        mut record @ Record::Cluster { .. } => {
            let mut lost = Dropped::default();
            if let Record::Cluster { runs, .. } = &mut record {
                for run in &mut *runs {
                    let before = run.instants.len();
                    run.instants.retain(|instant| inside(*instant));
                    lost.check_ins += (before - run.instants.len()) as u64;
                }
                runs.retain(|run| !run.instants.is_empty());
                lost.clusters = u64::from(runs.is_empty());
            }
            ((lost.clusters == 0).then_some(record), lost)
        }
        other => (Some(other), Dropped::default()),
    }
}
