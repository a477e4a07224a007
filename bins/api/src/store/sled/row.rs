//! A cluster's row.

use jiff::Timestamp;
use wfm_core::cluster::{ClusterId, Cohort};
use wfm_core::fleet::Life;
use wfm_core::store::{Attendance, ClusterFacts, ClusterRecord, Run, StoreError};

use super::rows::{FactsKey, cohort, cohort_number, damaged};
use super::run::{self, KeyedRun};

/// A cluster's row: what changes with every check-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ClusterRow {
    /// Seconds since 1970.
    pub(super) first: i64,
    /// Seconds since 1970.
    pub(super) last: i64,
    pub(super) check_ins: u64,
    /// Its cohort by a rule of the service.
    pub(super) ruled: Option<Cohort>,
    /// Its cohort by an administrator's decision.
    pub(super) decided: Option<Cohort>,
    /// When it last checked in after a silence, in seconds since 1970.
    pub(super) returned: Option<i64>,
    /// How many runs are closed.
    pub(super) closed: u32,
    /// The number of the row with the last of them, 0 where none is; it leads to the others.
    pub(super) last_closed: u64,
    /// The run that the next check-in may belong to.
    pub(super) open: KeyedRun,
}

impl ClusterRow {
    /// The row after the cluster's first check-in.
    pub(super) fn new(said: FactsKey, at: i64) -> Self {
        Self::of(Run { said, instants: vec![at], untimed: 0 }, at, at)
    }

    /// The row of a cluster of which one run is known, and when that began and ended.
    pub(super) fn of(open: KeyedRun, first: i64, last: i64) -> Self {
        let check_ins = (open.instants.len() as u64).saturating_add(open.untimed);
        let (ruled, decided, returned) = (None, None, None);
        Self { first, last, check_ins, ruled, decided, returned, closed: 0, last_closed: 0, open }
    }

    /// Adds a check-in; returns the run that it closed, if it did: whoever keeps that notes where.
    pub(super) fn check_in(&mut self, said: FactsKey, at: i64) -> Option<KeyedRun> {
        self.first = self.first.min(at);
        self.last = self.last.max(at);
        self.check_ins = self.check_ins.saturating_add(1);
        if self.open.said == said && run::goes_on(&self.open) {
            self.open.instants.push(at);
            return None;
        }
        self.closed = self.closed.saturating_add(1);
        Some(std::mem::replace(&mut self.open, Run { said, instants: vec![at], untimed: 0 }))
    }

    pub(super) fn write(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(64 + 2 * self.open.instants.len());
        run::write(&self.open, &mut bytes);
        let cohort = |cohort: Option<Cohort>| cohort.map_or(0, cohort_number);
        bytes.push(cohort(self.ruled) << 4 | cohort(self.decided));
        run::write_number(run::zigzag(self.first), &mut bytes);
        run::write_number(run::zigzag(self.last.wrapping_sub(self.first)), &mut bytes);
        run::write_number(self.check_ins, &mut bytes);
        run::write_number(u64::from(self.closed), &mut bytes);
        run::write_option(self.returned.map(|at| at.wrapping_sub(self.first)), &mut bytes);
        if self.closed > 0 {
            run::write_number(self.last_closed, &mut bytes);
        }
        bytes
    }

    pub(super) fn read(mut bytes: &[u8]) -> Result<Self, StoreError> {
        let bytes = &mut bytes;
        let open = run::read(bytes)?;
        let (&cohorts, rest) = bytes.split_first().ok_or_else(|| damaged("a cluster's row is too short"))?;
        *bytes = rest;
        let first = run::unzigzag(run::read_number(bytes)?);
        let last = first.wrapping_add(run::unzigzag(run::read_number(bytes)?));
        let check_ins = run::read_number(bytes)?;
        let closed = u32::try_from(run::read_number(bytes)?).map_err(damaged)?;
        // Format 2 ended here.
        let (mut returned, mut last_closed) = (None, 0);
        if !bytes.is_empty() {
            returned = run::read_option(bytes)?.map(|after| first.wrapping_add(after));
            if closed > 0 {
                last_closed = run::read_number(bytes)?;
            }
        }
        if !bytes.is_empty() {
            return Err(damaged("a cluster's row is too long"));
        }
        let (ruled, decided) = (cohort(cohorts >> 4)?, cohort(cohorts & 0xf)?);
        Ok(Self { first, last, check_ins, ruled, decided, returned, closed, last_closed, open })
    }

    /// Whose the cluster is, when it says this.
    pub(super) fn cohort(&self, said: &ClusterFacts) -> Cohort {
        self.decided.or(self.ruled).or(said.cohort).unwrap_or_default()
    }

    /// Its past, as far as the next check-in needs it.
    pub(super) fn life(&self) -> Life {
        Life { first: self.first, last: self.last, returned: self.returned }
    }

    /// Whether what arrived last is the last in time too: no clock had been set back.
    pub(super) fn in_time(&self) -> bool {
        self.open.untimed == 0 && self.open.instants.last() == Some(&self.last)
    }

    /// The record of this row and the facts that its open run names.
    pub(super) fn record(self, id: ClusterId, facts: ClusterFacts) -> Result<ClusterRecord, StoreError> {
        let Attendance { first, last, check_ins, .. } = self.attendance(id)?;
        let ClusterFacts { components, cohort: declared } = facts;
        let Self { ruled, decided, .. } = self;
        Ok(ClusterRecord { id, components, first_seen: first, last_seen: last, check_ins, declared, ruled, decided })
    }

    pub(super) fn attendance(&self, cluster: ClusterId) -> Result<Attendance, StoreError> {
        let (first, last) = (second(self.first)?, second(self.last)?);
        Ok(Attendance { cluster, first, last, check_ins: self.check_ins })
    }
}

fn second(second: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_second(second).map_err(damaged)
}

#[cfg(test)]
mod tests {
    use wfm_core::store::StoreErrorKind;

    use super::super::rows::read_count;
    use super::*;

    fn row() -> ClusterRow {
        let mut row = ClusterRow::new([1; 16], 1_767_225_600);
        row.decided = Some(Cohort::Test);
        row.ruled = Some(Cohort::Ci);
        row.returned = Some(1_767_268_800);
        assert_eq!(row.check_in([1; 16], 1_767_268_800), None);
        row
    }

    #[test]
    fn a_row_reads_back_and_is_small() {
        let written = row().write();
        assert_eq!(ClusterRow::read(&written).unwrap(), row());
        assert!(written.len() < 48, "{}", written.len());
    }

    #[test]
    fn a_torn_row_is_an_error_and_no_panic() {
        let whole = row().write();
        let format_2 = ClusterRow::read(&whole[..whole.len() - 3]).unwrap();
        assert_eq!(format_2, ClusterRow { returned: None, ..row() });
        for length in (0..whole.len()).filter(|length| *length != whole.len() - 3) {
            assert_eq!(ClusterRow::read(&whole[..length]).unwrap_err().kind(), StoreErrorKind::Corrupt);
        }
        assert!(ClusterRow::read(&[whole.as_slice(), &[0]].concat()).is_err());
        assert!(read_count(Some(&[1])).is_err());
        assert_eq!(read_count(None).unwrap(), 0);
    }

    #[test]
    fn other_facts_and_a_full_run_close_the_open_one() {
        let mut row = row();
        let closed = row.check_in([2; 16], 1_767_312_000).unwrap();
        assert_eq!((closed.said, closed.instants.len(), row.closed), ([1; 16], 2, 1));
        let closed = (0..run::LONGEST).find_map(|_| row.check_in([2; 16], 1_767_312_000)).unwrap();
        assert_eq!((closed.instants.len(), row.closed, row.check_ins), (run::LONGEST, 2, run::LONGEST as u64 + 3));
    }
}
