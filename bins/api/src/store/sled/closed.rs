//! Closed runs: each is written once, behind all that were closed before it, and never again but to be erased.
//!
//! sled keeps a page of neighbouring rows together and writes it anew for every few of them. Under its cluster's id every
//! run would land on another page, and each page would be written as long as the store lives. So the keys are numbers in
//! the order of closing, whosever the runs are, and a row says how many numbers back its cluster's row before it stands.
//!
//! Of a cluster that was erased the rows stay with nothing in them: so there are as many rows as the last number tells, and
//! whoever read the cluster's row a moment before learns what became of it.

use ::sled::Tree;
use wfm_core::store::{Run, StoreError};

use super::failed;
use super::load::Rows;
use super::row::ClusterRow;
use super::rows;
use super::run::{self, KeyedRun};

/// From how many bytes on a row takes no more runs. Only what is written in one go shares rows.
const FULL: usize = 1024;
/// How many instants a closed run holds at most when it was never open. An instant is ten bytes at worst, and a page of
/// seventeen such rows is still none that sled keeps in a file of its own.
const LONGEST: usize = 512;

pub(super) fn key(number: u64) -> [u8; 8] {
    number.to_be_bytes()
}

/// A row that holds no run yet. The cluster's row before it has the number `before`, which is 0 where there is none.
pub(super) fn begin(number: u64, before: u64) -> Vec<u8> {
    let mut row = Vec::with_capacity(128);
    run::write_number(if before == 0 { 0 } else { number.saturating_sub(before) }, &mut row);
    row
}

/// The way back through a cluster's closed runs.
pub(super) struct Chain {
    next: u64,
    /// The latest first.
    runs: Vec<KeyedRun>,
    erased: bool,
}

impl Chain {
    pub(super) fn of(row: &ClusterRow) -> Self {
        Self { next: row.last_closed, runs: Vec::new(), erased: false }
    }

    /// The number of the next row to read, until there is none. Each is lower than the one before.
    pub(super) fn next(&self) -> Option<u64> {
        (self.next > 0).then_some(self.next)
    }

    /// Goes on with the row of that number.
    pub(super) fn read(&mut self, row: Option<&[u8]>) -> Result<(), StoreError> {
        let mut bytes = row.ok_or_else(|| rows::damaged("a cluster's closed run is gone"))?;
        if bytes.is_empty() {
            (self.next, self.erased) = (0, true);
            return Ok(());
        }
        let back = run::read_number(&mut bytes)?;
        self.next = match self.next.checked_sub(back) {
            _ if back == 0 => 0,
            Some(before) if before > 0 => before,
            _ => return Err(rows::damaged("a closed run names one before the first")),
        };
        let known = self.runs.len();
        while !bytes.is_empty() {
            self.runs.push(run::read(&mut bytes)?);
        }
        if let Some(read) = self.runs.get_mut(known..) {
            read.reverse();
        }
        Ok(())
    }

    /// All runs of the cluster, in the order of arrival; `None` where it was erased since its row was read.
    pub(super) fn finish(mut self, row: ClusterRow) -> Result<Option<Vec<KeyedRun>>, StoreError> {
        if self.erased {
            return Ok(None);
        }
        if self.runs.len() != row.closed as usize {
            return Err(rows::damaged("a cluster's closed runs are not as many as its row tells"));
        }
        self.runs.reverse();
        self.runs.push(row.open);
        Ok(Some(self.runs))
    }
}

/// The runs of a cluster that cannot have been erased meanwhile.
pub(super) fn present(runs: Option<Vec<KeyedRun>>) -> Result<Vec<KeyedRun>, StoreError> {
    runs.ok_or_else(|| rows::damaged("a cluster's closed run was erased, and the cluster was not"))
}

/// Closed runs of many clusters on their way into a tree that is empty.
pub(super) struct Closing<'a> {
    rows: Rows<'a>,
    last: u64,
}

impl<'a> Closing<'a> {
    pub(super) fn into(tree: &'a Tree) -> Self {
        Self { rows: Rows::of(tree), last: 0 }
    }

    /// Puts all closed runs of a cluster and notes in its row where they are.
    pub(super) fn put(&mut self, closed: &[KeyedRun], row: &mut ClusterRow) -> Result<(), StoreError> {
        row.closed = u32::try_from(closed.len()).map_err(rows::damaged)?;
        row.last_closed = 0;
        let mut runs = closed.iter();
        while let Some(first) = runs.next() {
            self.last += 1;
            let mut bytes = begin(self.last, row.last_closed);
            run::write(first, &mut bytes);
            while bytes.len() < FULL {
                let Some(next) = runs.next() else { break };
                run::write(next, &mut bytes);
            }
            self.rows.put(&key(self.last), &bytes)?;
            row.last_closed = self.last;
        }
        Ok(())
    }

    /// Writes what was put last, and notes in `meta` how many rows there are.
    pub(super) fn finish(&mut self, meta: &Tree) -> Result<(), StoreError> {
        self.rows.write()?;
        meta.insert(rows::CLOSED, &self.last.to_be_bytes()).map_err(failed)?;
        Ok(())
    }
}

/// What of a cluster's runs is closed, and the run that stays open.
pub(super) fn divide(runs: &[KeyedRun]) -> Option<(Vec<KeyedRun>, KeyedRun)> {
    let (last, before) = runs.split_last()?;
    // One that stands for check-ins at unknown moments is never divided.
    let rest = if last.untimed > 0 { 0 } else { last.instants.len().saturating_sub(1) / run::LONGEST * run::LONGEST };
    let (whole, rest) = last.instants.split_at(rest);
    let piece = |instants: &[i64]| Run { said: last.said, instants: instants.to_vec(), untimed: 0 };
    let mut closed = Vec::with_capacity(runs.len());
    for run in before {
        let length = if run.untimed > 0 { usize::MAX } else { LONGEST };
        closed.extend(run.instants.chunks(length).map(|instants| Run { instants: instants.to_vec(), ..*run }));
    }
    closed.extend(whole.chunks(LONGEST).map(piece));
    Some((closed, Run { untimed: last.untimed, ..piece(rest) }))
}
