//! A check-in inside a transaction: the cluster's row, its runs, and what they add to the rollups.

use jiff::Timestamp;
use wfm_core::cluster::{ClusterId, Cohort};
use wfm_core::fleet::{DAY, Teller};
use wfm_core::store::{By, Change, ClusterFacts, ClusterRecord, in_time, whole_second};

use super::closed::{self, Chain};
use super::group::{Group, InTransaction, abort};
use super::row::ClusterRow;
use super::rows::{self, WrittenFacts};
use super::run::{self, KeyedRun};

/// The empty value of a row that says everything with its key.
pub(super) const NOTHING: &[u8] = &[];

impl Group<'_> {
    /// Answers the cluster's record. If the check-in `declares` no cohort because its form has none, what the cluster said before
    /// stays.
    pub(super) fn check_in(
        &mut self,
        id: ClusterId,
        said: &WrittenFacts,
        declares: bool,
        at: Timestamp,
    ) -> InTransaction<ClusterRecord> {
        let at = whole_second(at).as_second();
        let known = self.trees.clusters.get(id.as_bytes())?.map(|bytes| ClusterRow::read(&bytes));
        let known = known.transpose().map_err(abort)?;
        let declared = match &known {
            Some(known) if !declares => self.facts(&known.open.said)?.cohort,
            _ => None,
        };
        let kept = declared.map(|cohort| said.with_cohort(cohort));
        let said = kept.as_ref().unwrap_or(said);
        self.said.note(said);
        let row = match known {
            None => self.first_check_in(id, said, at)?,
            Some(known) => self.next_check_in(id, &known, said, at)?,
        };
        self.trees.clusters.insert(id.as_bytes(), row.write())?;
        self.check_ins = self.check_ins.wrapping_add(1);
        row.record(id, ClusterFacts::clone(&said.facts)).map_err(abort)
    }

    fn first_check_in(&mut self, id: ClusterId, said: &WrittenFacts, at: i64) -> InTransaction<ClusterRow> {
        self.clusters = self.clusters.wrapping_add(1);
        let rule = self.trees.ledger.get(rows::rule_key(id))?;
        let ruled = rows::rule(rule.as_deref()).map_err(abort)?;
        let row = ClusterRow { ruled, ..ClusterRow::new(said.key, at) };
        self.keep_facts(said)?;
        if self.counts {
            Teller::tell(&mut self.changes, row.cohort(&said.facts)).appeared(at, &said.key);
            self.wait(at, id)?;
        }
        Ok(row)
    }

    fn next_check_in(
        &mut self,
        id: ClusterId,
        known: &ClusterRow,
        said: &WrittenFacts,
        at: i64,
    ) -> InTransaction<ClusterRow> {
        let mut row = known.clone();
        if let Some(closed) = row.check_in(said.key, at) {
            row.last_closed = self.close(&closed, known.last_closed)?;
        }
        if known.open.said != said.key {
            self.keep_facts(said)?;
        }
        if self.counts {
            self.count(id, known, &mut row, said, at)?;
        }
        Ok(row)
    }

    /// Counts a check-in that turned one row into another.
    fn count(
        &mut self,
        id: ClusterId,
        known: &ClusterRow,
        row: &mut ClusterRow,
        said: &WrittenFacts,
        at: i64,
    ) -> InTransaction<()> {
        let was_waiting = self.wait_no_more(known.last, id)?;
        let waiting = was_waiting || at >= known.last;
        let was = known.cohort(&*self.facts(&known.open.said)?);
        let is = row.cohort(&said.facts);
        // Silence was noted in this very second, or by a clock that was set back since: it has not come to pass.
        let told_rightly = was_waiting || at.saturating_sub(known.last) > DAY;
        if was == is && known.in_time() && at >= known.last && told_rightly {
            let mut teller = Teller::tell(&mut self.changes, is);
            let life = teller.checked_in(known.life(), was_waiting, at, &known.open.said, &said.key);
            row.returned = life.returned;
        } else {
            let (before, after) = (self.runs(known)?, self.runs(row)?);
            Teller::take_back(&mut self.changes, was).life(in_time(&before), was_waiting);
            let life = Teller::tell(&mut self.changes, is).life(in_time(&after), waiting);
            row.returned = life.and_then(|life| life.returned);
        }
        if waiting {
            self.wait(row.last, id)?;
        }
        Ok(())
    }

    pub(super) fn set_cohort(
        &mut self,
        id: ClusterId,
        cohort: Option<Cohort>,
        by: By,
    ) -> InTransaction<Option<ClusterRecord>> {
        let Some((before, after)) = self.change(id, |row| row.decided = cohort)? else { return Ok(None) };
        if let Some(line) = Change::of_cohort(&before, &after) {
            self.log(line, by)?;
        }
        Ok(Some(after))
    }

    pub(super) fn set_rule(&mut self, id: ClusterId, cohort: Option<Cohort>, by: By) -> InTransaction<bool> {
        let key = rows::rule_key(id);
        let before = rows::rule(self.trees.ledger.get(&key)?.as_deref()).map_err(abort)?;
        let Some(line) = Change::of_rule(id, before, cohort) else { return Ok(false) };
        match cohort {
            Some(cohort) => self.trees.ledger.insert(key, rows::written_rule(cohort).as_slice())?,
            None => self.trees.ledger.remove(key)?,
        };
        self.change(id, |row| row.ruled = cohort)?;
        self.log(line, by)?;
        Ok(true)
    }

    /// Changes whose a cluster is: it counts elsewhere then, all its life. Answers what it was and what it is.
    fn change(
        &mut self,
        id: ClusterId,
        change: impl FnOnce(&mut ClusterRow),
    ) -> InTransaction<Option<(ClusterRecord, ClusterRecord)>> {
        let Some(bytes) = self.trees.clusters.get(id.as_bytes())? else { return Ok(None) };
        let known = ClusterRow::read(&bytes).map_err(abort)?;
        let mut row = known.clone();
        change(&mut row);
        let facts = self.facts(&row.open.said)?;
        let (was, is) = (known.cohort(&facts), row.cohort(&facts));
        if was != is {
            let check_ins = in_time(&self.runs(&row)?);
            let waiting = self.trees.waiting.get(rows::waiting_key(row.last, id))?.is_some();
            Teller::take_back(&mut self.changes, was).life(check_ins.iter().copied(), waiting);
            Teller::tell(&mut self.changes, is).life(check_ins, waiting);
        }
        if known != row {
            self.trees.clusters.insert(id.as_bytes(), row.write())?;
        }
        let record = |row: ClusterRow| row.record(id, (*facts).clone()).map_err(abort);
        Ok(Some((record(known)?, record(row)?)))
    }

    /// Notes that a cluster is silent, if its last check-in still is that one.
    pub(super) fn note_silent(&mut self, last: i64, id: ClusterId) -> InTransaction<bool> {
        if !self.wait_no_more(last, id)? {
            return Ok(false);
        }
        let bytes = self.trees.clusters.get(id.as_bytes())?;
        let bytes = bytes.ok_or_else(|| abort(rows::damaged("a waiting cluster's row is gone")))?;
        let row = ClusterRow::read(&bytes).map_err(abort)?;
        let said = self.said_last(&row)?;
        let cohort = row.cohort(&*self.facts(&row.open.said)?);
        Teller::tell(&mut self.changes, cohort).fell_silent(&row.life(), &said);
        Ok(true)
    }

    fn wait(&mut self, last: i64, id: ClusterId) -> InTransaction<()> {
        let key = rows::waiting_key(last, id);
        if self.trees.waiting.insert(&key, NOTHING)?.is_none() {
            self.weight = self.weight.wrapping_add(wfm_core::fleet::key_weight(&key));
        }
        Ok(())
    }

    pub(super) fn wait_no_more(&mut self, last: i64, id: ClusterId) -> InTransaction<bool> {
        let key = rows::waiting_key(last, id);
        let waited = self.trees.waiting.remove(&key)?.is_some();
        if waited {
            self.weight = self.weight.wrapping_sub(wfm_core::fleet::key_weight(&key));
        }
        Ok(waited)
    }

    /// What a cluster said at its last check-in in time.
    fn said_last(&mut self, row: &ClusterRow) -> InTransaction<rows::FactsKey> {
        if row.in_time() {
            return Ok(row.open.said);
        }
        let last = in_time(&self.runs(row)?).pop();
        Ok(last.map_or(row.open.said, |(_, said)| said))
    }

    /// Keeps a closed run behind the cluster's one before it; answers its number.
    fn close(&mut self, run: &KeyedRun, before: u64) -> InTransaction<u64> {
        let last = match self.closed {
            Some(number) => number,
            None => rows::read_count(self.trees.meta.get(rows::CLOSED)?.as_deref()).map_err(abort)?,
        };
        let number = last.saturating_add(1);
        let mut row = closed::begin(number, before);
        run::write(run, &mut row);
        self.trees.runs.insert(&closed::key(number), row)?;
        self.closed = Some(number);
        Ok(number)
    }

    fn runs(&self, row: &ClusterRow) -> InTransaction<Vec<KeyedRun>> {
        let mut chain = Chain::of(row);
        while let Some(number) = chain.next() {
            chain.read(self.trees.runs.get(closed::key(number))?.as_deref()).map_err(abort)?;
        }
        chain.finish(row.clone()).and_then(closed::present).map_err(abort)
    }

    fn keep_facts(&mut self, said: &WrittenFacts) -> InTransaction<()> {
        if self.trees.facts.get(said.key)?.is_none() {
            self.trees.facts.insert(&said.key, said.json.as_slice())?;
        }
        Ok(())
    }
}
