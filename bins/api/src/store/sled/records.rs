//! The store as records.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use ::sled::IVec;
use wfm_core::cluster::ClusterId;
use wfm_core::store::{Record, Records, Run, StoreError};

use super::disk::Disk;
use super::row::ClusterRow;
use super::rows::{self, FactsKey};
use super::{facets, failed, open, public, read};

/// Everything there is. Called while nothing is written: what may change is taken now, a hundred bytes or so for each
/// cluster; closed runs and facts never change but to be erased, and are read when their turn comes.
pub(super) fn of(disk: Arc<Disk>) -> Result<Records, StoreError> {
    let trees = &disk.trees;
    let releases = open::releases(trees)?;
    let mut small: Vec<Record> = releases.iter().cloned().map(Record::Release).collect();
    small.extend(releases.all_notices().cloned().map(Record::Notice));
    for entry in trees.ledger.scan_prefix(rows::AUDIT_PREFIX).values() {
        small.push(Record::Audit(rows::from_json(&entry.map_err(failed)?)?));
    }
    for report in trees.ledger.scan_prefix(rows::DOCTOR_PREFIX).values() {
        small.push(Record::Doctor(rows::from_json(&report.map_err(failed)?)?));
    }
    small.extend(read::rules(trees)?.into_iter().map(|(id, cohort)| Record::Rule { id, cohort }));
    small.extend(facets::counts(trees, None)?.into_iter().map(Record::Facets));
    for day in public::all(trees) {
        small.push(Record::PublicDay(day?));
    }
    small.extend(public::steps(trees)?.map(Record::Steps));
    let mut clusters = Vec::new();
    for pair in &trees.clusters {
        let (key, row) = pair.map_err(failed)?;
        clusters.push((rows::cluster_id(&key)?, row));
    }
    let histories = Histories { disk, clusters: clusters.into_iter(), numbers: HashMap::new(), ready: VecDeque::new() };
    Ok(Box::new(small.into_iter().map(Ok).chain(histories)))
}

struct Histories {
    disk: Arc<Disk>,
    clusters: std::vec::IntoIter<(ClusterId, IVec)>,
    numbers: HashMap<FactsKey, u64>,
    ready: VecDeque<Record>,
}

impl Iterator for Histories {
    type Item = Result<Record, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(record) = self.ready.pop_front() {
            return Some(Ok(record));
        }
        while let Some((id, row)) = self.clusters.next() {
            match self.history(id, &row) {
                Ok(None) => {}
                Ok(Some(record)) => {
                    self.ready.push_back(record);
                    return self.ready.pop_front().map(Ok);
                }
                Err(error) => return Some(Err(error)),
            }
        }
        None
    }
}

impl Histories {
    /// A cluster's record; `None` where it was erased meanwhile.
    fn history(&mut self, id: ClusterId, row: &[u8]) -> Result<Option<Record>, StoreError> {
        let row = ClusterRow::read(row)?;
        let (ruled, decided) = (row.ruled, row.decided);
        let mut whole: Vec<Run<u64>> = Vec::new();
        let Some(runs) = read::walk(&self.disk.trees, row, drop)? else { return Ok(None) };
        for run in runs {
            let said = self.number(run.said)?;
            match whole.last_mut() {
                // Runs are closed for their length too: that is nobody else's business.
                Some(last) if last.said == said && last.untimed == 0 && run.untimed == 0 => {
                    last.instants.extend(run.instants);
                }
                _ => whole.push(Run { said, instants: run.instants, untimed: run.untimed }),
            }
        }
        Ok(Some(Record::Cluster { id, ruled, decided, runs: whole }))
    }

    fn number(&mut self, key: FactsKey) -> Result<u64, StoreError> {
        if let Some(number) = self.numbers.get(&key) {
            return Ok(*number);
        }
        let bytes = self.disk.trees.facts.get(key).map_err(failed)?;
        let number = self.numbers.len() as u64;
        self.ready.push_back(Record::Facts { number, facts: rows::facts(bytes.as_deref())? });
        self.numbers.insert(key, number);
        Ok(number)
    }
}
