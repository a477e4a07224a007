//! Filling an empty store with records.

use std::collections::HashMap;
use std::sync::Arc;

use ::sled::{Batch, Tree};
use wfm_core::cluster::{ClusterId, Cohort};
use wfm_core::release::Releases;
use wfm_core::store::{Record, Records, Run, StoreError, StoreErrorKind};

use super::closed::{self, Closing};
use super::disk::{Disk, Trees};
use super::rebuild::Telling;
use super::row::ClusterRow;
use super::rows::{self, FactsKey, WrittenFacts};
use super::{facets, failed, fleet, public};

/// How many rows are written at once.
const BATCH: usize = 1000;

/// Loads everything. A mark stands in the store meanwhile, so that one that was cut off is never taken for whole.
pub(super) fn load(disk: &Disk, releases: &mut Arc<Releases>, records: Records) -> Result<(), StoreError> {
    let trees = &disk.trees;
    if !(trees.clusters.is_empty() && trees.releases.is_empty() && trees.ledger.is_empty()) {
        return Err(StoreError::new(
            StoreErrorKind::Settings,
            "the store is not empty: restore into a folder that does not exist yet",
        ));
    }
    trees.meta.insert(rows::LOADING, b"").map_err(failed)?;
    disk.sync(false)?;
    let mut loading = Loading::of(trees);
    for record in records {
        loading.add(record?)?;
    }
    loading.telling.finish(&mut loading.waiting)?;
    loading.closing.finish(&trees.meta)?;
    for rows in
        [&mut loading.releases, &mut loading.ledger, &mut loading.facts, &mut loading.clusters, &mut loading.waiting]
    {
        rows.write()?;
    }
    for (key, count) in
        [(rows::CLUSTERS, loading.counted), (rows::CHECK_INS, loading.check_ins), (rows::AUDIT, loading.logged)]
    {
        trees.meta.insert(key, &count.to_be_bytes()).map_err(failed)?;
    }
    fleet::note_weight(trees)?;
    disk.sync(true)?;
    trees.meta.remove(rows::LOADING).map_err(failed)?;
    disk.sync(false)?;
    *releases = Arc::new(super::open::releases(trees)?);
    Ok(())
}

struct Loading<'a> {
    releases: Rows<'a>,
    ledger: Rows<'a>,
    clusters: Rows<'a>,
    closing: Closing<'a>,
    facts: Rows<'a>,
    waiting: Rows<'a>,
    telling: Telling<'a>,
    keys: HashMap<u64, FactsKey>,
    counted: u64,
    check_ins: u64,
    logged: u64,
}

impl<'a> Loading<'a> {
    fn of(trees: &'a Trees) -> Self {
        Self {
            releases: Rows::of(&trees.releases),
            ledger: Rows::of(&trees.ledger),
            clusters: Rows::of(&trees.clusters),
            closing: Closing::into(&trees.runs),
            facts: Rows::of(&trees.facts),
            waiting: Rows::of(&trees.waiting),
            telling: Telling::of(trees, &trees.rollups),
            keys: HashMap::new(),
            counted: 0,
            check_ins: 0,
            logged: 0,
        }
    }

    fn add(&mut self, record: Record) -> Result<(), StoreError> {
        match record {
            Record::Release(release) => self.releases.put(&rows::release_key(&release.key()), &rows::to_json(&release)),
            Record::Notice(notice) => {
                self.ledger.put(&rows::notice_key(&notice.train, &notice.id), &rows::to_json(&notice))
            }
            Record::Audit(entry) => {
                self.logged = self.logged.max(entry.number);
                self.ledger.put(&rows::audit_key(entry.number), &rows::to_json(&entry))
            }
            Record::Doctor(report) => self.ledger.put(&rows::doctor_key(report.id), &rows::to_json(&report)),
            Record::Facts { number, facts } => {
                let facts = WrittenFacts::of(facts);
                self.keys.insert(number, facts.key);
                self.telling.know(&facts);
                self.facts.put(&facts.key, &facts.json)
            }
            Record::Rule { id, cohort } => self.ledger.put(&rows::rule_key(id), &rows::written_rule(cohort)),
            Record::Facets(count) => {
                let (key, reports) = facets::row(&count);
                self.ledger.put(&key, &reports)
            }
            Record::PublicDay(day) => {
                let (key, row) = public::row(&day);
                self.ledger.put(&key, &row)
            }
            Record::Steps(steps) => {
                let (key, row) = public::steps_row(&steps);
                self.ledger.put(key, row)
            }
            Record::Cluster { id, ruled, decided, runs } => self.add_cluster(id, (ruled, decided), runs),
        }
    }

    fn add_cluster(
        &mut self,
        id: ClusterId,
        (ruled, decided): (Option<Cohort>, Option<Cohort>),
        runs: Vec<Run<u64>>,
    ) -> Result<(), StoreError> {
        let unknown = || rows::damaged("a cluster's record names facts that stand nowhere");
        let mut told = Vec::with_capacity(runs.len());
        for Run { said, instants, untimed } in runs.into_iter().filter(|run| !run.instants.is_empty()) {
            told.push(Run { said: *self.keys.get(&said).ok_or_else(unknown)?, instants, untimed });
        }
        let instants = || told.iter().flat_map(|run| run.instants.iter().copied());
        let nothing = || rows::damaged("a cluster's record holds no check-in");
        let (first, last) = instants().min().zip(instants().max()).ok_or_else(nothing)?;
        let (closed, open) = closed::divide(&told).ok_or_else(nothing)?;
        let counted = told.iter().map(|run| (run.instants.len() as u64).saturating_add(run.untimed));
        let check_ins = counted.fold(0, u64::saturating_add);
        let mut row = ClusterRow { check_ins, ruled, decided, ..ClusterRow::of(open, first, last) };
        self.closing.put(&closed, &mut row)?;
        self.telling.cluster(id, &mut row, &told, &mut self.waiting)?;
        self.counted += 1;
        self.check_ins = self.check_ins.saturating_add(row.check_ins);
        self.clusters.put(id.as_bytes(), &row.write())
    }
}

/// Rows on their way into a tree.
pub(super) struct Rows<'a> {
    tree: &'a Tree,
    batch: Batch,
    length: usize,
}

impl<'a> Rows<'a> {
    pub(super) fn of(tree: &'a Tree) -> Self {
        Self { tree, batch: Batch::default(), length: 0 }
    }

    pub(super) fn put(&mut self, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        self.batch.insert(key, value);
        self.length += 1;
        if self.length < BATCH { Ok(()) } else { self.write() }
    }

    pub(super) fn write(&mut self) -> Result<(), StoreError> {
        self.length = 0;
        self.tree.apply_batch(std::mem::take(&mut self.batch)).map_err(failed)
    }
}
