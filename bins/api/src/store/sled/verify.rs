//! Reading everything and counting it again.

use std::collections::HashSet;

use wfm_core::store::{Attendance, AuditEntry, DoctorReport, StoreError};

use super::closed;
use super::disk::Trees;
use super::row::ClusterRow;
use super::rows::{self, WrittenFacts};
use super::{facets, failed, fleet, open, public, read};

/// What was read, and what does not fit together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    /// Releases.
    pub releases: u64,
    /// Lines of the audit log.
    pub audit: u64,
    /// Clusters.
    pub clusters: u64,
    /// Check-ins.
    pub check_ins: u64,
    /// One sentence for each thing that is not as it should be; none is good. They name no cluster: they may be logged.
    pub differences: Vec<String>,
}

impl Verification {
    /// More differences than this are only counted.
    const MOST: usize = 1000;

    fn differs(&mut self, what: String) {
        if self.differences.len() < Self::MOST {
            self.differences.push(what);
        }
    }

    fn expect(&mut self, what: &str, counted: u64, noted: u64) {
        if counted != noted {
            self.differs(format!("{what}: {counted} were found, {noted} are noted"));
        }
    }
}

/// Called while nothing is written.
pub(super) fn verify(trees: &Trees) -> Result<Verification, StoreError> {
    let mut found = Verification { releases: open::releases(trees)?.len() as u64, ..Verification::default() };
    verify_releases(trees, &mut found)?;
    verify_ledger(trees, &mut found)?;
    verify_clusters(trees, &mut found)?;
    for (what, key, counted) in [
        ("clusters", rows::CLUSTERS, found.clusters),
        ("check-ins", rows::CHECK_INS, found.check_ins),
        ("audit", rows::AUDIT, found.audit),
    ] {
        let noted = rows::read_count(trees.meta.get(key).map_err(failed)?.as_deref())?;
        found.expect(what, counted, noted);
    }
    let noted = rows::read_count(trees.meta.get(rows::WEIGHT).map_err(failed)?.as_deref())?;
    if fleet::weigh(trees)? != noted {
        found.differs("the rollups are not those that were last written".into());
    }
    Ok(found)
}

fn verify_releases(trees: &Trees, found: &mut Verification) -> Result<(), StoreError> {
    for pair in &trees.releases {
        let (key, row) = pair.map_err(failed)?;
        match rows::from_json::<wfm_core::release::Release>(&row) {
            Ok(release) if key == rows::release_key(&release.key()) => {}
            Ok(release) => found.differs(format!("the release {} stands in another's place", release.key())),
            Err(error) => found.differs(format!("a release: {error}")),
        }
    }
    Ok(())
}

fn verify_ledger(trees: &Trees, found: &mut Verification) -> Result<(), StoreError> {
    for line in trees.ledger.scan_prefix(rows::AUDIT_PREFIX).values() {
        found.audit += 1;
        match rows::from_json::<AuditEntry>(&line.map_err(failed)?) {
            Ok(entry) if entry.number == found.audit => {}
            Ok(entry) => found.differs(format!("line {} of the audit log stands at {}", entry.number, found.audit)),
            Err(error) => found.differs(format!("line {} of the audit log: {error}", found.audit)),
        }
    }
    for report in trees.ledger.scan_prefix(rows::DOCTOR_PREFIX).values() {
        if let Err(error) = rows::from_json::<DoctorReport>(&report.map_err(failed)?) {
            found.differs(format!("a doctor report: {error}"));
        }
    }
    for what in facets::differences(trees) {
        found.differs(what?);
    }
    for day in public::all(trees) {
        if let Err(error) = day {
            found.differs(format!("a day as the public is shown it: {error}"));
        }
    }
    if let Err(error) = public::steps(trees) {
        found.differs(format!("the secret of the public numbers: {error}"));
    }
    Ok(())
}

fn verify_clusters(trees: &Trees, found: &mut Verification) -> Result<(), StoreError> {
    let (mut reached, mut named) = (Reached::of(trees)?, HashSet::new());
    for pair in &trees.clusters {
        let (key, row) = pair.map_err(failed)?;
        let id = rows::cluster_id(&key)?;
        found.clusters += 1;
        let row = match ClusterRow::read(&row) {
            Ok(row) => row,
            Err(error) => {
                found.differs(format!("a cluster: {error}"));
                continue;
            }
        };
        let expected = row.attendance(id)?;
        found.check_ins = found.check_ins.saturating_add(expected.check_ins);
        let walked = read::walk(trees, row, |number| reached.note(number));
        let runs = match walked.and_then(closed::present) {
            Ok(runs) => runs,
            Err(error) => {
                found.differs(format!("a cluster: {error}"));
                continue;
            }
        };
        if Attendance::at(id, &runs, read::END) != Some(expected) {
            found.differs("a cluster's check-ins are not those that its row tells".into());
        }
        named.extend(runs.into_iter().map(|run| run.said));
    }
    reached.compare(trees, found)?;
    for key in named {
        match trees.facts.get(key).map_err(failed)? {
            Some(json) if WrittenFacts::key(&json) == key && rows::facts(Some(&json)).is_ok() => {}
            Some(_) => found.differs("facts are not those that they are named by".into()),
            None => found.differs("facts that a cluster reported are gone".into()),
        }
    }
    Ok(())
}

/// Which rows of closed runs the clusters lead to, those that were erased among them. By their numbers: the first is 1.
struct Reached {
    rows: Vec<bool>,
    again: u64,
}

impl Reached {
    fn of(trees: &Trees) -> Result<Self, StoreError> {
        let erased = trees.runs.iter().values().map(|row| row.map(|row| row.is_empty()).map_err(failed));
        Ok(Self { rows: erased.collect::<Result<_, _>>()?, again: 0 })
    }

    fn note(&mut self, number: u64) {
        let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        // What is not there is found when it is read.
        if let Some(reached) = place.and_then(|place| self.rows.get_mut(place)) {
            self.again += u64::from(std::mem::replace(reached, true));
        }
    }

    fn compare(&self, trees: &Trees, found: &mut Verification) -> Result<(), StoreError> {
        let rows = self.rows.len() as u64;
        let noted = rows::read_count(trees.meta.get(rows::CLOSED).map_err(failed)?.as_deref())?;
        found.expect("closed runs", rows, noted);
        let last = trees.runs.last().map_err(failed)?;
        // As many as the last one's number: then the next number is free.
        found.expect("the last closed run", rows::read_count(last.as_ref().map(|(key, _)| key.as_ref()))?, noted);
        let reached = self.rows.iter().filter(|&&reached| reached).count() as u64;
        found.expect("closed runs of clusters", reached, rows);
        found.expect("closed runs of more than one cluster", self.again, 0);
        Ok(())
    }
}
