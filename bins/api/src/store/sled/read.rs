//! Questions, answered from rows as they are at the moment: readers never wait for the writer.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use wfm_core::cluster::{ClusterId, Cohort};
use wfm_core::store::{
    Attendance, AuditEntry, Bounds, ClusterFacts, ClusterQuery, ClusterRecord, DoctorId, DoctorReport, History, Page,
    PersistentQuery, Run, StoreError,
};

use super::closed::{self, Chain};
use super::disk::Trees;
use super::failed;
use super::row::ClusterRow;
use super::rows::{self, FactsKey};
use super::run::KeyedRun;

pub(super) fn audit(trees: &Trees, after: u64, limit: usize) -> Result<Vec<AuditEntry>, StoreError> {
    let Some(first) = after.checked_add(1) else { return Ok(Vec::new()) };
    let lines = trees.ledger.range(rows::audit_key(first)..=rows::audit_key(u64::MAX)).values();
    lines.take(limit).map(|line| rows::from_json(&line.map_err(failed)?)).collect()
}

pub(super) fn doctor(trees: &Trees, id: DoctorId) -> Result<Option<DoctorReport>, StoreError> {
    let row = trees.ledger.get(rows::doctor_key(id)).map_err(failed)?;
    row.map(|row| rows::from_json(&row)).transpose()
}

pub(super) fn rules(trees: &Trees) -> Result<BTreeMap<ClusterId, Cohort>, StoreError> {
    let mut rules = BTreeMap::new();
    for pair in trees.ledger.scan_prefix(rows::RULE_PREFIX) {
        let (key, row) = pair.map_err(failed)?;
        let id = rows::cluster_id(key.get(rows::RULE_PREFIX.len()..).unwrap_or_default())?;
        rules.extend(rows::rule(Some(&row))?.map(|cohort| (id, cohort)));
    }
    Ok(rules)
}

pub(super) fn cluster(trees: &Trees, id: ClusterId) -> Result<Option<ClusterRecord>, StoreError> {
    let Some(row) = trees.clusters.get(id.as_bytes()).map_err(failed)? else { return Ok(None) };
    let row = ClusterRow::read(&row)?;
    let facts = Facts::of(trees).get(row.open.said)?.clone();
    row.record(id, facts).map(Some)
}

pub(super) fn clusters(
    trees: &Trees,
    query: &ClusterQuery,
    after: Option<ClusterId>,
    limit: usize,
) -> Result<Page<ClusterRecord>, StoreError> {
    let mut facts = Facts::of(trees);
    page(trees, after, limit, |id, row| {
        let known = row.attendance(id)?;
        if !query.created.contains(known.first) || !query.checked_in.contains(known.last) {
            return Ok(None);
        }
        let said = facts.get(row.open.said)?.clone();
        Ok(Some(row.record(id, said)?).filter(|record| query.matches(record)))
    })
}

pub(super) fn check_ins(
    trees: &Trees,
    created: Bounds,
    after: Option<ClusterId>,
    limit: usize,
) -> Result<Page<Attendance>, StoreError> {
    page(trees, after, limit, |id, row| Ok(Some(row.attendance(id)?).filter(|known| created.contains(known.first))))
}

pub(super) fn persistent(
    trees: &Trees,
    query: PersistentQuery,
    after: Option<ClusterId>,
    limit: usize,
) -> Result<Page<Attendance>, StoreError> {
    let created = Bounds { after: query.epoch, before: Some(query.at) };
    page(trees, after, limit, |id, row| {
        // Of a cluster that had checked in by then, the first check-in is the same then and now.
        if !created.contains(row.attendance(id)?.first) {
            return Ok(None);
        }
        let known = walk(trees, row, drop)?.and_then(|runs| Attendance::at(id, &runs, query.at));
        Ok(known.filter(|known| query.matches(known)))
    })
}

pub(super) fn histories(trees: &Trees, after: Option<ClusterId>, limit: usize) -> Result<Page<History>, StoreError> {
    let mut facts = Facts::of(trees);
    page(trees, after, limit, |id, row| {
        let record = row.clone().record(id, facts.get(row.open.said)?.clone())?;
        let Some(runs) = walk(trees, row, drop)? else { return Ok(None) };
        let mut share = |run: KeyedRun| {
            let said = Arc::clone(facts.shared(run.said)?);
            Ok(Run { said, instants: run.instants, untimed: run.untimed })
        };
        let runs = runs.into_iter().map(&mut share).collect::<Result<_, StoreError>>()?;
        Ok(Some(History { record, runs }))
    })
}

/// All runs of a cluster, while nothing is written.
pub(super) fn runs(trees: &Trees, row: ClusterRow) -> Result<Vec<KeyedRun>, StoreError> {
    walk(trees, row, drop).and_then(closed::present)
}

/// All runs of a cluster, as the row knows them: a run that is closed meanwhile is still in the row, and closed ones never
/// change but to be erased; then it is `None`. Tells the numbers of the rows they are in.
pub(super) fn walk(
    trees: &Trees,
    row: ClusterRow,
    mut read: impl FnMut(u64),
) -> Result<Option<Vec<KeyedRun>>, StoreError> {
    let mut chain = Chain::of(&row);
    while let Some(number) = chain.next() {
        read(number);
        chain.read(trees.runs.get(closed::key(number)).map_err(failed)?.as_deref())?;
    }
    chain.finish(row)
}

fn page<T>(
    trees: &Trees,
    after: Option<ClusterId>,
    limit: usize,
    mut answer: impl FnMut(ClusterId, ClusterRow) -> Result<Option<T>, StoreError>,
) -> Result<Page<T>, StoreError> {
    // The next key after an id's is the id's with a zero byte behind it.
    let start = after.map_or(Vec::new(), |id| [id.as_bytes().as_slice(), &[0]].concat());
    let answers = trees.clusters.range(start..).filter_map(|pair| {
        let answered = pair.map_err(failed).and_then(|(key, row)| {
            let id = rows::cluster_id(&key)?;
            Ok(answer(id, ClusterRow::read(&row)?)?.map(|answer| (id, answer)))
        });
        answered.transpose()
    });
    Page::fill(limit, answers)
}

/// Facts as they are asked for: clusters that say the same are the rule.
pub(super) struct Facts<'a> {
    trees: &'a Trees,
    known: HashMap<FactsKey, Arc<ClusterFacts>>,
}

impl<'a> Facts<'a> {
    /// How many to remember at most.
    const MOST: usize = 4096;

    pub(super) fn of(trees: &'a Trees) -> Self {
        Self { trees, known: HashMap::new() }
    }

    pub(super) fn get(&mut self, key: FactsKey) -> Result<&ClusterFacts, StoreError> {
        self.shared(key).map(AsRef::as_ref)
    }

    fn shared(&mut self, key: FactsKey) -> Result<&Arc<ClusterFacts>, StoreError> {
        if self.known.len() >= Self::MOST {
            self.known.clear();
        }
        match self.known.entry(key) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(unknown) => {
                let bytes = self.trees.facts.get(key).map_err(failed)?;
                Ok(unknown.insert(Arc::new(rows::facts(bytes.as_deref())?)))
            }
        }
    }
}

/// The last second of all.
pub(super) const END: Timestamp = Timestamp::MAX;
