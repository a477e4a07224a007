//! Erasing a cluster inside a transaction.

use wfm_core::cluster::ClusterId;
use wfm_core::fleet::Teller;
use wfm_core::store::{By, Change, in_time};

use super::check_in::NOTHING;
use super::closed::{self, Chain};
use super::group::{Group, InTransaction, abort};
use super::row::ClusterRow;
use super::rows;
use super::run::KeyedRun;

impl Group<'_> {
    /// Removes a cluster's row, its runs, its place among those who wait and its rule, and takes its life back. Answers
    /// whether there was one.
    pub(super) fn erase(&mut self, id: ClusterId, by: By) -> InTransaction<bool> {
        let Some(bytes) = self.trees.clusters.remove(id.as_bytes())? else { return Ok(false) };
        let row = ClusterRow::read(&bytes).map_err(abort)?;
        let waited = self.wait_no_more(row.last, id)?;
        let cohort = row.cohort(&*self.facts(&row.open.said)?);
        let runs = self.take_runs(&row)?;
        if self.counts {
            Teller::take_back(&mut self.changes, cohort).life(in_time(&runs), waited);
        }
        self.trees.ledger.remove(rows::rule_key(id))?;
        self.clusters = self.clusters.wrapping_sub(1);
        self.check_ins = self.check_ins.wrapping_sub(row.check_ins);
        self.log(Change::erased(id, by.actor), by)?;
        Ok(true)
    }

    /// All runs of a cluster; nothing is left in the rows of the closed ones.
    fn take_runs(&mut self, row: &ClusterRow) -> InTransaction<Vec<KeyedRun>> {
        let mut chain = Chain::of(row);
        while let Some(number) = chain.next() {
            let bytes = self.trees.runs.insert(&closed::key(number), NOTHING)?;
            chain.read(bytes.as_deref()).map_err(abort)?;
        }
        chain.finish(row.clone()).and_then(closed::present).map_err(abort)
    }
}
