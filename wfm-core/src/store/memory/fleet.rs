//! The rollups of a store in memory, kept in step with its clusters.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Cluster, State};
use crate::anonymizer::Arrival;
use crate::cluster::ClusterId;
use crate::fleet::{Changes, DAY, Life, NotARow, Rollups, Row, Teller, Waiting};
use crate::store::{ClusterFacts, ClusterRecord, Run, StoreError, StoreErrorKind, in_time, whole_second};

type Facts = Arc<ClusterFacts>;

impl State {
    pub(super) fn check_in(&mut self, arrival: Arrival, at: Timestamp) -> Result<ClusterRecord, StoreError> {
        let id = arrival.cluster();
        let instant = whole_second(at).as_second();
        let known = self.clusters.get(&id).cloned();
        let declared = known.as_ref().and_then(|known| known.record.declared);
        let arrival = if arrival.declares() { arrival } else { arrival.with_cohort(declared) };
        let said = Arc::new(ClusterFacts::from(arrival.clone()));
        let mut record = ClusterRecord::after(known.as_ref().map(|known| known.record.clone()), arrival, at);
        if known.is_none() {
            record.ruled = self.rules.get(&id).copied();
        }
        let mut runs = known.as_ref().map_or_else(Vec::new, |known| known.runs.clone());
        match runs.last_mut() {
            Some(run) if run.said == said && run.untimed == 0 => run.instants.push(instant),
            _ => runs.push(Run { said: Arc::clone(&said), instants: vec![instant], untimed: 0 }),
        }
        let cluster = Cluster { record: record.clone(), runs };
        let mut changes = Changes::default();
        let waiting = match known {
            None => {
                Teller::tell(&mut changes, record.cohort()).appeared(instant, &said);
                true
            }
            Some(known) => {
                let was_waiting = self.waiting.remove(&(last(&known.record), id));
                let waiting = was_waiting || instant >= last(&known.record);
                tell_again(&mut changes, (&known, was_waiting), (&cluster, waiting));
                waiting
            }
        };
        self.rollups.add(&changes).map_err(damaged)?;
        if waiting {
            self.waiting.insert((last(&record), id));
        }
        self.clusters.insert(id, cluster);
        Ok(record)
    }

    /// Puts a cluster's record in place of the one there is, which differs in what is decided of it.
    pub(super) fn replace(&mut self, known: &Cluster, record: ClusterRecord) -> Result<ClusterRecord, StoreError> {
        let waiting = self.waiting.contains(&(last(&record), record.id));
        let cluster = Cluster { record: record.clone(), runs: known.runs.clone() };
        let mut changes = Changes::default();
        tell_again(&mut changes, (known, waiting), (&cluster, waiting));
        self.rollups.add(&changes).map_err(damaged)?;
        self.clusters.insert(record.id, cluster);
        Ok(record)
    }

    /// Forgets a cluster and takes its life back. Answers whether there was one.
    pub(super) fn erase(&mut self, id: ClusterId) -> Result<bool, StoreError> {
        let Some(cluster) = self.clusters.get(&id) else { return Ok(false) };
        let key = (last(&cluster.record), id);
        let mut changes = Changes::default();
        let cohort = cluster.record.cohort();
        Teller::take_back(&mut changes, cohort).life(in_time(&cluster.runs), self.waiting.contains(&key));
        self.rollups.add(&changes).map_err(damaged)?;
        self.waiting.remove(&key);
        self.rules.remove(&id);
        self.clusters.remove(&id);
        Ok(true)
    }

    /// Adds a cluster with its whole history.
    pub(super) fn add(&mut self, cluster: Cluster) -> Result<(), StoreError> {
        let mut changes = Changes::default();
        Teller::tell(&mut changes, cluster.record.cohort()).life(in_time(&cluster.runs), true);
        self.rollups.add(&changes).map_err(damaged)?;
        self.waiting.insert((last(&cluster.record), cluster.record.id));
        self.clusters.insert(cluster.record.id, cluster);
        Ok(())
    }

    pub(super) fn note_silent(&mut self, now: Timestamp) -> Result<u64, StoreError> {
        let waiting = self.waiting(now.as_second().saturating_sub(DAY))?;
        let mut changes = Changes::default();
        for silent in &waiting {
            Teller::tell(&mut changes, silent.cohort).fell_silent(&silent.life, &silent.said);
        }
        self.rollups.add(&changes).map_err(damaged)?;
        for silent in &waiting {
            self.waiting.remove(&(silent.life.last, silent.cluster));
        }
        Ok(waiting.len() as u64)
    }
}

impl Rollups for State {
    fn row(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.rollups.row(key))
    }

    fn rows(&self, from: &[u8], to: &[u8]) -> Result<Vec<Row>, StoreError> {
        Ok(self.rollups.rows(from, to).collect())
    }

    fn first(&self, from: &[u8], to: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.rollups.rows(from, to).next().map(|(key, _)| key))
    }

    fn waiting(&self, until: i64) -> Result<Vec<Waiting>, StoreError> {
        let silent = self.waiting.iter().take_while(|(last, _)| *last <= until);
        let silent = silent.filter_map(|(_, cluster)| {
            let known = self.clusters.get(cluster)?;
            let (life, said) = past(known)?;
            Some(Waiting { cluster: *cluster, cohort: known.record.cohort(), life, said })
        });
        Ok(silent.collect())
    }

    fn latest(&self) -> Result<Option<i64>, StoreError> {
        Ok(self.waiting.last().map(|(last, _)| *last))
    }
}

/// Tells a cluster anew. The reference takes the long way: everything is taken back and told again.
fn tell_again(changes: &mut Changes<Facts>, before: (&Cluster, bool), after: (&Cluster, bool)) {
    Teller::take_back(changes, before.0.record.cohort()).life(in_time(&before.0.runs), before.1);
    Teller::tell(changes, after.0.record.cohort()).life(in_time(&after.0.runs), after.1);
}

/// A cluster's past, and what it said last.
fn past(cluster: &Cluster) -> Option<(Life, Facts)> {
    let check_ins = in_time(&cluster.runs);
    let (_, said) = check_ins.last()?.clone();
    let life = Teller::tell(&mut Changes::default(), cluster.record.cohort()).life(check_ins, true)?;
    Some((life, said))
}

fn last(record: &ClusterRecord) -> i64 {
    record.last_seen.as_second()
}

fn damaged(error: NotARow) -> StoreError {
    StoreError::new(StoreErrorKind::Corrupt, "the rollups cannot be understood").caused_by(error)
}
