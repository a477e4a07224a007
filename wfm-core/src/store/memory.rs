use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;

use super::{
    Attendance, AuditEntry, Bounds, By, Change, ClusterFacts, ClusterQuery, ClusterRecord, DoctorId, DoctorReport,
    History, Look, MOST_DOCTOR_REPORTS, Page, PersistentQuery, Records, Run, Store, StoreError,
};
use crate::anonymizer::Arrival;
use crate::cluster::{ClusterId, Cohort};
use crate::facets::{FacetCount, FacetReport, FacetValue};
use crate::fleet::{Day, PublicDay, Steps, Table};
use crate::release::{Notice, NoticeId, PlainText, PublishMode, PublishOutcome, Release, ReleaseKey, Releases, Yank};
use crate::version::Train;

mod fleet;
mod records;

/// The reference: everything in memory, gone with the process.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: RwLock<State>,
}

#[derive(Debug, Default, Clone)]
struct State {
    releases: Arc<Releases>,
    clusters: BTreeMap<ClusterId, Cluster>,
    rules: BTreeMap<ClusterId, Cohort>,
    rollups: Table,
    /// The last check-in of every cluster of which the rollups do not know yet that it is silent.
    waiting: BTreeSet<(i64, ClusterId)>,
    doctors: BTreeMap<DoctorId, DoctorReport>,
    audit: Vec<AuditEntry>,
    facets: BTreeMap<(Date, Cohort, FacetValue), u64>,
    public_days: BTreeMap<Day, PublicDay>,
    steps: Option<Steps>,
}

#[derive(Debug, Clone)]
struct Cluster {
    record: ClusterRecord,
    runs: Vec<Run<Arc<ClusterFacts>>>,
}

impl MemoryStore {
    fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.write().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    fn log(&mut self, changes: impl IntoIterator<Item = Change>, by: By) {
        for change in changes {
            let last = self.audit.iter_mut().rev().take(AuditEntry::LOOKED_THROUGH);
            if !last.into_iter().any(|line| line.count(&change, by)) {
                let number = self.audit.len() as u64 + 1;
                self.audit.push(change.numbered(number, by));
            }
        }
    }

    fn facet_counts(&self) -> impl Iterator<Item = FacetCount> {
        let counts = self.facets.iter();
        counts.map(|(&(week, cohort, value), &reports)| FacetCount { week, cohort, value, reports })
    }

    fn after(&self, after: Option<ClusterId>) -> impl Iterator<Item = (ClusterId, &Cluster)> {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.clusters.range((start, Bound::Unbounded)).map(|(id, cluster)| (*id, cluster))
    }

    fn page<T>(
        &self,
        after: Option<ClusterId>,
        limit: usize,
        answer: impl Fn(&Cluster) -> Option<T>,
    ) -> Result<Page<T>, StoreError> {
        Page::fill(limit, self.after(after).filter_map(|(id, cluster)| answer(cluster).map(|answer| Ok((id, answer)))))
    }
}

impl Cluster {
    fn history(&self) -> History {
        History { record: self.record.clone(), runs: self.runs.clone() }
    }

    fn attendance(&self) -> Attendance {
        let ClusterRecord { id, first_seen, last_seen, check_ins, .. } = self.record;
        Attendance { cluster: id, first: first_seen, last: last_seen, check_ins }
    }
}

/// Notes that the lists of these trains have changed.
fn reissue<'a>(releases: &mut Releases, changed: impl IntoIterator<Item = &'a Train>, by: By) {
    for train in releases.lists_with(changed) {
        releases.reissue(&train, by.at);
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn publish(&self, batch: Vec<Release>, mode: PublishMode, by: By) -> Result<PublishOutcome, StoreError> {
        Ok(self.write(|state| {
            let outcome = state.releases.plan(&batch, mode);
            if outcome.news().next().is_some() {
                let releases = Arc::make_mut(&mut state.releases);
                releases.extend(outcome.news().cloned());
                reissue(releases, outcome.trains(), by);
                state.log(Change::published(&outcome), by);
            }
            outcome
        }))
    }

    async fn yank(&self, key: ReleaseKey, reason: Option<PlainText>, by: By) -> Result<Option<Release>, StoreError> {
        Ok(self.write(|state| {
            let (before, after) = state.releases.yank(&key, reason.map(|reason| Yank { reason, at: by.at }))?;
            if let Some(change) = Change::yanked(before, &after) {
                let releases = Arc::make_mut(&mut state.releases);
                releases.insert(after.clone());
                reissue(releases, [&key.train], by);
                state.log([change], by);
            }
            Some(after)
        }))
    }

    async fn put_notice(&self, notice: Notice, by: By) -> Result<Option<Notice>, StoreError> {
        Ok(self.write(|state| {
            let before = state.releases.notice(&notice.train, &notice.id).cloned();
            if let Some(change) = Change::of_notice(before.as_ref(), Some(&notice)) {
                let releases = Arc::make_mut(&mut state.releases);
                reissue(releases, [&notice.train], by);
                releases.insert_notice(notice);
                state.log([change], by);
            }
            before
        }))
    }

    async fn remove_notice(&self, train: Train, id: NoticeId, by: By) -> Result<Option<Notice>, StoreError> {
        Ok(self.write(|state| {
            state.releases.notice(&train, &id)?;
            let releases = Arc::make_mut(&mut state.releases);
            let removed = releases.remove_notice(&train, &id);
            reissue(releases, [&train], by);
            state.log(Change::of_notice(removed.as_ref(), None), by);
            removed
        }))
    }

    async fn releases(&self) -> Result<Arc<Releases>, StoreError> {
        Ok(self.read(|state| Arc::clone(&state.releases)))
    }

    async fn audit(&self, after: u64, limit: usize) -> Result<Vec<AuditEntry>, StoreError> {
        Ok(self.read(|state| state.audit.iter().filter(|entry| entry.number > after).take(limit).cloned().collect()))
    }

    async fn check_in(&self, arrival: Arrival, at: Timestamp) -> Result<ClusterRecord, StoreError> {
        self.write(|state| state.check_in(arrival, at))
    }

    async fn cluster(&self, id: ClusterId) -> Result<Option<ClusterRecord>, StoreError> {
        Ok(self.read(|state| state.clusters.get(&id).map(|cluster| cluster.record.clone())))
    }

    async fn count_clusters(&self) -> Result<u64, StoreError> {
        Ok(self.read(|state| state.clusters.len() as u64))
    }

    async fn clusters(
        &self,
        query: ClusterQuery,
        after: Option<ClusterId>,
        limit: usize,
    ) -> Result<Page<ClusterRecord>, StoreError> {
        self.read(|state| {
            state.page(after, limit, |cluster| query.matches(&cluster.record).then(|| cluster.record.clone()))
        })
    }

    async fn set_cohort(
        &self,
        id: ClusterId,
        cohort: Option<Cohort>,
        by: By,
    ) -> Result<Option<ClusterRecord>, StoreError> {
        self.write(|state| {
            let cluster = state.clusters.get(&id)?.clone();
            let after = ClusterRecord { decided: cohort, ..cluster.record.clone() };
            state.log(Change::of_cohort(&cluster.record, &after), by);
            Some(state.replace(&cluster, after))
        })
        .transpose()
    }

    async fn erase(&self, id: ClusterId, by: By) -> Result<bool, StoreError> {
        self.write(|state| {
            let known = state.erase(id)?;
            state.log(known.then(|| Change::erased(id, by.actor)), by);
            Ok(known)
        })
    }

    async fn set_rules(&self, rules: BTreeMap<ClusterId, Cohort>, by: By) -> Result<u64, StoreError> {
        self.write(|state| {
            let named: BTreeSet<ClusterId> = state.rules.keys().chain(rules.keys()).copied().collect();
            let mut changed = 0;
            for id in named {
                let (before, after) = (state.rules.get(&id).copied(), rules.get(&id).copied());
                let Some(line) = Change::of_rule(id, before, after) else { continue };
                if let Some(cluster) = state.clusters.get(&id).cloned() {
                    state.replace(&cluster, ClusterRecord { ruled: after, ..cluster.record.clone() })?;
                }
                state.log([line], by);
                changed += 1;
            }
            state.rules = rules;
            Ok(changed)
        })
    }

    async fn check_ins(
        &self,
        created: Bounds,
        after: Option<ClusterId>,
        limit: usize,
    ) -> Result<Page<Attendance>, StoreError> {
        let answer = |cluster: &Cluster| Some(cluster.attendance()).filter(|known| created.contains(known.first));
        self.read(|state| state.page(after, limit, answer))
    }

    async fn persistent(
        &self,
        query: PersistentQuery,
        after: Option<ClusterId>,
        limit: usize,
    ) -> Result<Page<Attendance>, StoreError> {
        let answer = |cluster: &Cluster| {
            Attendance::at(cluster.record.id, &cluster.runs, query.at).filter(|known| query.matches(known))
        };
        self.read(|state| state.page(after, limit, answer))
    }

    async fn note_silent(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.write(|state| state.note_silent(now))
    }

    async fn look(&self, mut look: Look) -> Result<(), StoreError> {
        self.read(|state| look(state))
    }

    async fn histories(&self, after: Option<ClusterId>, limit: usize) -> Result<Page<History>, StoreError> {
        self.read(|state| state.page(after, limit, |cluster| Some(cluster.history())))
    }

    async fn note(&self, change: Change, by: By) -> Result<(), StoreError> {
        self.write(|state| state.log([change], by));
        Ok(())
    }

    async fn put_doctor(&self, report: DoctorReport) -> Result<DoctorReport, StoreError> {
        Ok(self.write(|state| {
            if let Some(known) = state.doctors.get(&report.id) {
                return known.clone();
            }
            while state.doctors.len() >= MOST_DOCTOR_REPORTS {
                let oldest = state.doctors.values().map(|known| (known.at, known.id)).min();
                oldest.map(|(_, id)| state.doctors.remove(&id));
            }
            state.doctors.insert(report.id, report.clone());
            report
        }))
    }

    async fn forget_doctors(&self, before: Timestamp) -> Result<u64, StoreError> {
        Ok(self.write(|state| {
            let known = state.doctors.len();
            state.doctors.retain(|_, report| report.at >= before);
            (known - state.doctors.len()) as u64
        }))
    }

    async fn doctor(&self, id: DoctorId) -> Result<Option<DoctorReport>, StoreError> {
        Ok(self.read(|state| state.doctors.get(&id).cloned()))
    }

    async fn count_facets(&self, report: FacetReport) -> Result<(), StoreError> {
        self.write(|state| {
            for value in report.counted() {
                let reports = state.facets.entry((report.week(), report.cohort(), value)).or_default();
                *reports = reports.saturating_add(1);
            }
        });
        Ok(())
    }

    async fn facets(&self, week: Date) -> Result<Vec<FacetCount>, StoreError> {
        Ok(self.read(|state| state.facet_counts().filter(|count| count.week == week).collect()))
    }

    async fn steps(&self, drawn: Steps) -> Result<Steps, StoreError> {
        Ok(self.write(|state| state.steps.get_or_insert(drawn).clone()))
    }

    async fn keep_public_days(&self, days: Vec<PublicDay>) -> Result<(), StoreError> {
        self.write(|state| {
            for day in days {
                state.public_days.entry(day.day.into()).or_insert(day);
            }
        });
        Ok(())
    }

    async fn public_days(&self, from: Day, to: Day) -> Result<Vec<PublicDay>, StoreError> {
        let after = |day: &&PublicDay| Day::from(day.day) >= from;
        Ok(self.read(|state| state.public_days.range(..=to).map(|(_, day)| day).filter(after).cloned().collect()))
    }

    async fn last_public_day(&self, until: Day) -> Result<Option<PublicDay>, StoreError> {
        Ok(self.read(|state| state.public_days.range(..=until).next_back().map(|(_, day)| day.clone())))
    }

    async fn ready(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn records(&self) -> Result<Records, StoreError> {
        Ok(records::of(&self.read(State::clone)))
    }

    async fn load(&self, records: Records) -> Result<(), StoreError> {
        let loaded = records::read(records)?;
        self.write(|state| *state = loaded);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::store_conformance!(async { MemoryStore::default() });
}
