//! Stores of earlier formats, written anew.

use std::collections::HashMap;

use ::sled::{Db, IVec, Tree};
use wfm_core::store::{ClusterFacts, Run, StoreError};

use super::closed::Closing;
use super::disk::{Disk, Trees};
use super::load::Rows;
use super::row::ClusterRow;
use super::rows::{self, FactsKey, WrittenFacts};
use super::{failed, rebuild, run};

/// Trees of format 1: a cluster's row, and what clusters reported.
const CLUSTERS_1: &str = "clusters";
const REPORTS_1: &str = "reports";
/// The tree of format 2 with the closed runs, under the cluster's id and a number in four bytes.
const RUNS_2: &str = "runs";

/// Writes a store of format 1 in format 2. Where it is cut off, it begins again: what it reads is removed only when all
/// that it writes is durable.
///
/// Format 1 kept of a cluster's check-ins the first, the last and the number. So that is what is known of them: a question
/// about a moment in between counts the first alone.
pub(super) fn from_format_1(db: &Db, disk: &Disk) -> Result<(), StoreError> {
    tracing::info!("the store has an earlier format and is written in this one");
    let trees = &disk.trees;
    for tree in [&trees.clusters, &trees.runs, &trees.facts] {
        tree.clear().map_err(failed)?;
    }
    let (mut clusters, mut facts) = (Rows::of(&trees.clusters), Rows::of(&trees.facts));
    let mut keys: HashMap<IVec, FactsKey> = HashMap::new();
    for pair in &db.open_tree(REPORTS_1).map_err(failed)? {
        let (old_key, json) = pair.map_err(failed)?;
        let written = WrittenFacts::of(ClusterFacts { components: rows::from_json(&json)?, ..ClusterFacts::default() });
        facts.put(&written.key, &written.json)?;
        keys.insert(old_key, written.key);
    }
    facts.write()?;
    let mut check_ins = 0u64;
    for pair in &db.open_tree(CLUSTERS_1).map_err(failed)? {
        let (id, row) = pair.map_err(failed)?;
        let row = cluster(&row, &keys)?;
        check_ins = check_ins.saturating_add(row.check_ins);
        clusters.put(&id, &row.write())?;
    }
    clusters.write()?;
    trees.meta.insert(rows::CHECK_INS, &check_ins.to_be_bytes()).map_err(failed)?;
    disk.sync(true)?;
    note_format(disk, 2)
}

/// Writes the closed runs of format 2 behind each other, and makes the rollups, which it had not. Where it is cut off, it
/// begins again.
pub(super) fn from_format_2(db: &Db, disk: &Disk) -> Result<(), StoreError> {
    tracing::info!("the store has an earlier format: its check-ins are put in order and its rollups are made");
    chain_runs(&db.open_tree(RUNS_2).map_err(failed)?, &disk.trees)?;
    rebuild::from_records(&disk.trees)?;
    disk.sync(true)?;
    note_format(disk, 3)
}

/// Notes format 4, in which closed runs may have been erased: to a version that knows format 3 alone that is damage.
pub(super) fn from_format_3(disk: &Disk) -> Result<(), StoreError> {
    note_format(disk, 4)
}

fn chain_runs(old: &Tree, trees: &Trees) -> Result<(), StoreError> {
    trees.runs.clear().map_err(failed)?;
    let (mut clusters, mut closing) = (Rows::of(&trees.clusters), Closing::into(&trees.runs));
    for pair in &trees.clusters {
        let (id, row) = pair.map_err(failed)?;
        let mut row = ClusterRow::read(&row)?;
        let closed = old.scan_prefix(&id).values();
        let closed = closed.map(|run| run::read(&mut run.map_err(failed)?.as_ref()));
        closing.put(&closed.collect::<Result<Vec<_>, StoreError>>()?, &mut row)?;
        clusters.put(&id, &row.write())?;
    }
    clusters.write()?;
    closing.finish(&trees.meta)
}

fn note_format(disk: &Disk, format: u64) -> Result<(), StoreError> {
    disk.trees.meta.insert(rows::FORMAT_KEY, &format.to_be_bytes()).map_err(failed)?;
    disk.sync(false)
}

/// Removes what earlier formats left.
pub(super) fn forget_earlier(db: &Db) -> Result<(), StoreError> {
    for name in [CLUSTERS_1, REPORTS_1, RUNS_2] {
        if db.tree_names().iter().any(|known| known == name.as_bytes()) {
            db.drop_tree(name).map_err(failed)?;
        }
    }
    Ok(())
}

/// A row of format 1: key of the report (16 bytes), first and last check-in (nanoseconds, 16 bytes each), number (8).
fn cluster(row: &[u8], keys: &HashMap<IVec, FactsKey>) -> Result<ClusterRow, StoreError> {
    let short = || rows::damaged("a cluster's row of format 1 has another length");
    let (report, rest) = row.split_first_chunk::<16>().ok_or_else(short)?;
    let (first, rest) = rest.split_first_chunk().ok_or_else(short)?;
    let (last, rest) = rest.split_first_chunk().ok_or_else(short)?;
    let check_ins = u64::from_be_bytes(rest.try_into().map_err(|_| short())?);
    let second = |nanoseconds: &[u8; 16]| {
        let at = jiff::Timestamp::from_nanosecond(i128::from_be_bytes(*nanoseconds)).map_err(rows::damaged)?;
        Ok::<i64, StoreError>(at.as_second())
    };
    let (first, last) = (second(first)?, second(last)?);
    let said = *keys.get(report.as_slice()).ok_or_else(|| rows::damaged("a report of format 1 is gone"))?;
    let instants = if check_ins > 1 { vec![first, last] } else { vec![first] };
    let untimed = check_ins.saturating_sub(instants.len() as u64);
    Ok(ClusterRow::of(Run { said, instants, untimed }, first, last))
}
