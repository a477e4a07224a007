//! The rollups, kept in the transaction that makes them change and read as they are at one moment.

use std::collections::HashMap;
use std::sync::Arc;

use wfm_core::fleet::{NotARow, Rollups, Row, Waiting};
use wfm_core::store::{ClusterFacts, StoreError, in_time};

use super::disk::Trees;
use super::failed;
use super::group::{Group, InTransaction, abort};
use super::row::ClusterRow;
use super::rows::{self, FactsKey, WrittenFacts};

/// What clusters said, as the writer remembers it: mostly it is the same few things.
#[derive(Debug, Default)]
pub(super) struct Said(HashMap<FactsKey, Arc<ClusterFacts>>);

impl Said {
    /// How many to remember at most.
    const MOST: usize = 4096;

    pub(super) fn note(&mut self, said: &WrittenFacts) {
        if !self.0.contains_key(&said.key) {
            self.put(said.key, Arc::clone(&said.facts));
        }
    }

    fn put(&mut self, key: FactsKey, facts: Arc<ClusterFacts>) {
        if self.0.len() >= Self::MOST {
            self.0.clear();
        }
        self.0.insert(key, facts);
    }
}

impl Group<'_> {
    /// What a key stands for.
    pub(super) fn facts(&mut self, key: &FactsKey) -> InTransaction<Arc<ClusterFacts>> {
        if let Some(known) = self.said.0.get(key) {
            return Ok(Arc::clone(known));
        }
        let json = self.trees.facts.get(key)?;
        let facts = Arc::new(rows::facts(json.as_deref()).map_err(abort)?);
        self.said.put(*key, Arc::clone(&facts));
        Ok(facts)
    }

    /// Writes what the transaction adds to the rollups.
    pub(super) fn add_changes(&mut self) -> InTransaction<()> {
        if self.changes.is_empty() {
            return Ok(());
        }
        let changes = std::mem::take(&mut self.changes);
        let deltas = changes.rows(|key| self.facts(key))?;
        for (key, delta) in deltas {
            self.weight = self.weight.wrapping_add(delta.weight(&key));
            let row = self.trees.rollups.get(&key)?;
            match delta.add_to(row.as_deref()).map_err(|e| abort(broken(e)))? {
                Some(row) => drop(self.trees.rollups.insert(key, row)?),
                None => drop(self.trees.rollups.remove(key)?),
            }
        }
        Ok(())
    }
}

pub(super) fn broken(error: NotARow) -> StoreError {
    rows::damaged(error)
}

/// The rollups as readers see them.
pub(super) struct View<'a>(pub(super) &'a Trees);

impl Rollups for View<'_> {
    fn row(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.0.rollups.get(key).map_err(failed)?.map(|row| row.to_vec()))
    }

    fn rows(&self, from: &[u8], to: &[u8]) -> Result<Vec<Row>, StoreError> {
        if from >= to {
            return Ok(Vec::new());
        }
        let rows = self.0.rollups.range(from..to);
        rows.map(|pair| pair.map(|(key, row)| (key.to_vec(), row.to_vec())).map_err(failed)).collect()
    }

    fn first(&self, from: &[u8], to: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let first = self.0.rollups.range(from..to).next().transpose().map_err(failed)?;
        Ok(first.map(|(key, _)| key.to_vec()))
    }

    fn waiting(&self, until: i64) -> Result<Vec<Waiting>, StoreError> {
        let Some(end) = rows::waiting_until(until) else { return Ok(Vec::new()) };
        let mut said: HashMap<FactsKey, Arc<ClusterFacts>> = HashMap::new();
        let mut facts = |key: FactsKey| match said.get(&key) {
            Some(known) => Ok(Arc::clone(known)),
            None => {
                let facts = Arc::new(rows::facts(self.0.facts.get(key).map_err(failed)?.as_deref())?);
                Ok::<_, StoreError>(Arc::clone(said.entry(key).or_insert(facts)))
            }
        };
        let mut silent = Vec::new();
        for key in self.0.waiting.range(..end.as_slice()).keys() {
            let (_, cluster) = rows::read_waiting_key(&key.map_err(failed)?)?;
            let row = self.0.clusters.get(cluster.as_bytes()).map_err(failed)?;
            let row = ClusterRow::read(&row.ok_or_else(|| rows::damaged("a waiting cluster's row is gone"))?)?;
            let (cohort, life, key) = (row.cohort(&*facts(row.open.said)?), row.life(), row.open.said);
            let key = if row.in_time() {
                key
            } else {
                in_time(&super::read::runs(self.0, row)?).pop().map_or(key, |(_, said)| said)
            };
            silent.push(Waiting { cluster, cohort, life, said: facts(key)? });
        }
        Ok(silent)
    }

    fn latest(&self) -> Result<Option<i64>, StoreError> {
        let last = self.0.waiting.last().map_err(failed)?;
        last.map(|(key, _)| rows::read_waiting_key(&key).map(|(last, _)| last)).transpose()
    }
}

/// What the rollups and those who wait weigh.
pub(super) fn weigh(trees: &Trees) -> Result<u64, StoreError> {
    let mut sum = 0u64;
    for pair in &trees.rollups {
        let (key, row) = pair.map_err(failed)?;
        sum = sum.wrapping_add(wfm_core::fleet::weight(&key, &row).map_err(broken)?);
    }
    for key in trees.waiting.iter().keys() {
        sum = sum.wrapping_add(wfm_core::fleet::key_weight(&key.map_err(failed)?));
    }
    Ok(sum)
}

/// Notes what they weigh, after they were written in another way than by check-ins.
pub(super) fn note_weight(trees: &Trees) -> Result<(), StoreError> {
    trees.meta.insert(rows::WEIGHT, &weigh(trees)?.to_be_bytes()).map_err(failed)?;
    Ok(())
}

/// The clusters that have waited longest, up to a second: when they last checked in, and which they are.
pub(super) fn longest_waiting(
    trees: &Trees,
    until: i64,
    most: usize,
) -> Result<Vec<(i64, wfm_core::cluster::ClusterId)>, StoreError> {
    let Some(end) = rows::waiting_until(until) else { return Ok(Vec::new()) };
    let keys = trees.waiting.range(..end.as_slice()).keys().take(most);
    keys.map(|key| rows::read_waiting_key(&key.map_err(failed)?)).collect()
}
