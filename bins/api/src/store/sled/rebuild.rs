//! The rollups made from the records: when a store is filled, when it comes from an earlier format, and to see whether
//! they are what they should be.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use ::sled::{Config, Tree};
use wfm_core::cluster::ClusterId;
use wfm_core::fleet::{Changes, DAY, Teller};
use wfm_core::store::{ClusterFacts, StoreError, in_time};

use super::disk::{Disk, Trees};
use super::load::Rows;
use super::row::ClusterRow;
use super::rows::{self, FactsKey, WrittenFacts};
use super::run::KeyedRun;
use super::{failed, fleet, read};

/// How many counters are gathered before they are written: a few hundred megabytes would be faster, and too much.
const GATHERED: usize = 1 << 20;
/// Where the rollups are made again, beside the store.
const BESIDE: &str = "rebuild.tmp";

/// Clusters on their way into rollups.
pub(super) struct Telling<'a> {
    trees: &'a Trees,
    rollups: &'a Tree,
    changes: Changes<FactsKey>,
    said: HashMap<FactsKey, Arc<ClusterFacts>>,
    /// The latest check-in so far.
    latest: i64,
}

impl<'a> Telling<'a> {
    /// Into these rollups, which are empty.
    pub(super) fn of(trees: &'a Trees, rollups: &'a Tree) -> Self {
        Self { trees, rollups, changes: Changes::default(), said: HashMap::new(), latest: i64::MIN }
    }

    /// Remembers what clusters say before it is in the store.
    pub(super) fn know(&mut self, said: &WrittenFacts) {
        self.said.insert(said.key, Arc::clone(&said.facts));
    }

    /// Tells a cluster that is new, and completes its row. It waits to be silent unless others were heard a day later.
    pub(super) fn cluster(
        &mut self,
        id: ClusterId,
        row: &mut ClusterRow,
        runs: &[KeyedRun],
        waiting: &mut Rows<'_>,
    ) -> Result<(), StoreError> {
        self.latest = self.latest.max(row.last);
        let waits = row.last > self.latest.saturating_sub(DAY);
        if waits {
            waiting.put(&rows::waiting_key(row.last, id), &[])?;
        }
        self.tell(row, runs, waits)
    }

    fn tell(&mut self, row: &mut ClusterRow, runs: &[KeyedRun], waits: bool) -> Result<(), StoreError> {
        let cohort = row.cohort(&*self.facts(row.open.said)?);
        let life = Teller::tell(&mut self.changes, cohort).life(in_time(runs), waits);
        row.returned = life.and_then(|life| life.returned);
        if self.changes.len() < GATHERED { Ok(()) } else { self.write() }
    }

    /// Writes what was gathered last.
    pub(super) fn finish(&mut self, waiting: &mut Rows<'_>) -> Result<(), StoreError> {
        waiting.write()?;
        self.write()
    }

    fn write(&mut self) -> Result<(), StoreError> {
        let changes = std::mem::take(&mut self.changes);
        let deltas = changes.rows(|key| self.facts(*key))?;
        drop(changes);
        let mut written = Rows::of(self.rollups);
        for (key, delta) in deltas {
            let row = self.rollups.get(&key).map_err(failed)?;
            match delta.add_to(row.as_deref()).map_err(fleet::broken)? {
                Some(row) => written.put(&key, &row)?,
                None => drop(self.rollups.remove(&key).map_err(failed)?),
            }
        }
        written.write()
    }

    fn facts(&mut self, key: FactsKey) -> Result<Arc<ClusterFacts>, StoreError> {
        if let Some(known) = self.said.get(&key) {
            return Ok(Arc::clone(known));
        }
        let facts = Arc::new(rows::facts(self.trees.facts.get(key).map_err(failed)?.as_deref())?);
        self.said.insert(key, Arc::clone(&facts));
        Ok(facts)
    }
}

/// Makes the rollups again from the records and puts right what differs. Answers how many rows differed.
///
/// Called while nothing is written.
pub(super) fn rebuild(disk: &Disk, folder: &Path) -> Result<u64, StoreError> {
    let beside = folder.join(BESIDE);
    let clear = || match std::fs::remove_dir_all(&beside) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            Err(super::unavailable(format!("the folder {} cannot be removed", beside.display())).caused_by(e))
        }
        _ => Ok(()),
    };
    clear()?;
    let anew = Config::new().path(&beside).cache_capacity(16 << 20).open().map_err(failed)?;
    let trees = &disk.trees;
    let mut differing = 0;
    {
        let mut telling = Telling::of(trees, &anew);
        for pair in &trees.clusters {
            let (key, bytes) = pair.map_err(failed)?;
            let (id, known) = (rows::cluster_id(&key)?, ClusterRow::read(&bytes)?);
            let runs = read::runs(trees, known.clone())?;
            let waits = trees.waiting.contains_key(rows::waiting_key(known.last, id)).map_err(failed)?;
            let mut row = known.clone();
            telling.tell(&mut row, &runs, waits)?;
            if row != known {
                differing += 1;
                trees.clusters.insert(key, row.write()).map_err(failed)?;
            }
        }
        telling.write()?;
    }
    differing += put_right(&trees.rollups, &anew)?;
    differing += forget_strangers(trees)?;
    fleet::note_weight(trees)?;
    disk.sync(true)?;
    drop(anew);
    clear()?;
    Ok(differing)
}

/// Makes one tree what another is, row by row in the order of both. Answers how many rows differed.
fn put_right(tree: &Tree, should_be: &Tree) -> Result<u64, StoreError> {
    let mut differing = 0;
    let (mut is, mut ought) = (tree.iter().peekable(), should_be.iter().peekable());
    loop {
        let next = |side: &mut std::iter::Peekable<::sled::Iter>| match side.peek() {
            None => Ok(None),
            Some(Ok((key, _))) => Ok(Some(key.clone())),
            Some(Err(error)) => Err(failed(error.clone())),
        };
        let (is_key, ought_key) = (next(&mut is)?, next(&mut ought)?);
        // Whichever comes first; what stands on one side only was missing, or is too much.
        let Some(key) = [is_key.clone(), ought_key.clone()].into_iter().flatten().min() else { return Ok(differing) };
        let take = |side: &mut std::iter::Peekable<::sled::Iter>, theirs: Option<::sled::IVec>| match theirs {
            Some(theirs) if theirs == key => Ok(side.next().transpose().map_err(failed)?.map(|(_, row)| row)),
            _ => Ok::<_, StoreError>(None),
        };
        match (take(&mut is, is_key)?, take(&mut ought, ought_key)?) {
            (known, right) if known == right => {}
            (_, Some(right)) => {
                tree.insert(key, right).map_err(failed)?;
                differing += 1;
            }
            (_, None) => {
                tree.remove(key).map_err(failed)?;
                differing += 1;
            }
        }
    }
}

/// Removes what waits and is no cluster's last check-in.
fn forget_strangers(trees: &Trees) -> Result<u64, StoreError> {
    let mut strangers = 0;
    for key in trees.waiting.iter().keys() {
        let key = key.map_err(failed)?;
        let (last, id) = rows::read_waiting_key(&key)?;
        let row = trees.clusters.get(id.as_bytes()).map_err(failed)?;
        if row.map(|row| ClusterRow::read(&row)).transpose()?.is_none_or(|row| row.last != last) {
            trees.waiting.remove(key).map_err(failed)?;
            strangers += 1;
        }
    }
    Ok(strangers)
}
