//! A store in memory as records, and back.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::{Cluster, State};
use crate::cluster::{ClusterId, Cohort};
use crate::store::{Attendance, ClusterFacts, ClusterRecord, Record, Records, Run, StoreError, StoreErrorKind};

pub(super) fn of(state: &State) -> Records {
    let mut records: Vec<Record> = state.releases.iter().cloned().map(Record::Release).collect();
    records.extend(state.releases.all_notices().cloned().map(Record::Notice));
    records.extend(state.audit.iter().cloned().map(Record::Audit));
    records.extend(state.doctors.values().cloned().map(Record::Doctor));
    records.extend(state.rules.iter().map(|(id, cohort)| Record::Rule { id: *id, cohort: *cohort }));
    records.extend(state.facet_counts().map(Record::Facets));
    records.extend(state.public_days.values().cloned().map(Record::PublicDay));
    records.extend(state.steps.clone().map(Record::Steps));
    let mut numbers: BTreeMap<&ClusterFacts, u64> = BTreeMap::new();
    for (id, cluster) in &state.clusters {
        let runs = cluster.runs.iter().map(|run| {
            let next = numbers.len() as u64;
            let said = *numbers.entry(&run.said).or_insert_with(|| {
                records.push(Record::Facts { number: next, facts: ClusterFacts::clone(&run.said) });
                next
            });
            Run { said, instants: run.instants.clone(), untimed: run.untimed }
        });
        let runs = runs.collect();
        let ClusterRecord { ruled, decided, .. } = cluster.record;
        records.push(Record::Cluster { id: *id, ruled, decided, runs });
    }
    Box::new(records.into_iter().map(Ok))
}

pub(super) fn read(records: Records) -> Result<State, StoreError> {
    let mut state = State::default();
    let mut facts = BTreeMap::new();
    for record in records {
        match record? {
            Record::Release(release) => drop(Arc::make_mut(&mut state.releases).insert(release)),
            Record::Notice(notice) => drop(Arc::make_mut(&mut state.releases).insert_notice(notice)),
            Record::Audit(entry) => state.audit.push(entry),
            Record::Doctor(report) => drop(state.doctors.insert(report.id, report)),
            Record::Rule { id, cohort } => drop(state.rules.insert(id, cohort)),
            Record::Facets(count) => {
                state.facets.insert((count.week, count.cohort, count.value), count.reports);
            }
            Record::PublicDay(day) => drop(state.public_days.insert(day.day.into(), day)),
            Record::Steps(steps) => state.steps = Some(steps),
            Record::Facts { number, facts: said } => drop(facts.insert(number, Arc::new(said))),
            Record::Cluster { id, ruled, decided, runs } => {
                let cluster = cluster(id, (ruled, decided), runs, &facts).ok_or_else(unreadable)?;
                state.add(cluster)?;
            }
        }
    }
    Ok(state)
}

fn cluster(
    id: ClusterId,
    (ruled, decided): (Option<Cohort>, Option<Cohort>),
    runs: Vec<Run<u64>>,
    facts: &BTreeMap<u64, Arc<ClusterFacts>>,
) -> Option<Cluster> {
    let mut known = Vec::new();
    for Run { said, instants, untimed } in runs {
        known.push(Run { said: Arc::clone(facts.get(&said)?), instants, untimed });
    }
    let Attendance { first, last, check_ins, .. } = Attendance::at(id, &known, Timestamp::MAX)?;
    let said = ClusterFacts::clone(&known.last()?.said);
    let record = ClusterRecord {
        id,
        components: said.components,
        first_seen: first,
        last_seen: last,
        check_ins,
        declared: said.cohort,
        ruled,
        decided,
    };
    Some(Cluster { record, runs: known })
}

fn unreadable() -> StoreError {
    StoreError::new(StoreErrorKind::Corrupt, "a cluster's record names facts that stand nowhere: take another backup")
}
