//! The embedded store: sled 0.34 in one folder, one writer, durable before it answers.
//!
//! | tree | key | value |
//! |---|---|---|
//! | `meta` | a word | `format` of the store, how many `clusters`, `check-ins`, `closed` runs, `doctors` (reports) and lines of the `audit` log there are |
//! | `releases` | train, component, version | the release as JSON |
//! | `ledger` | `n` train, id / `a` number / `d` id | a notice, a line of the audit log, a doctor report, as JSON |
//! | `ledger` | `i` train | the issue of the train's list, as JSON |
//! | `ledger` | `o` arrival, id | nothing: the order of the doctor reports ([`doctor`]) |
//! | `ledger` | `r` id | a rule about whose a cluster is |
//! | `ledger` | `p` day / `s` | what the public is shown of it, as JSON / the secret of the public numbers ([`public`]) |
//! | `ledger` | `f` week, cohort, facet, value | how many reports without an id said so ([`facets`]) |
//! | `clusters.2` | the cluster's id | first, last and number of check-ins, cohort, and its open run ([`run`]) |
//! | `runs.3` | a number, in the order of closing | a cluster's closed run of check-ins and where the one before is ([`closed`]); nothing once it was erased |
//! | `facts` | hash of the facts | what clusters said, as JSON, once, however many say the same |
//! | `rollups` | [`wfm_core::fleet`] says | counters: what questions about the fleet are answered from |
//! | `waiting` | last check-in, the cluster's id | nothing: the cluster is not known to be silent |
//!
//! **Architecture invariant:** only the writer's thread writes, and it writes a cluster, its runs, its facts, the
//! rollups and the counters in one transaction, so a kill at any moment leaves them in step.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;
use wfm_core::anonymizer::Arrival;
use wfm_core::cluster::{ClusterId, Cohort};
use wfm_core::facets::{FacetCount, FacetReport};
use wfm_core::fleet::{Day, PublicDay, Steps};
use wfm_core::release::{Notice, NoticeId, PlainText, PublishMode, PublishOutcome, Release, ReleaseKey, Releases};
use wfm_core::store::{
    Attendance, AuditEntry, Bounds, By, Change, ClusterFacts, ClusterQuery, ClusterRecord, DoctorId, DoctorReport,
    History, Look, Page, PersistentQuery, Records, Store, StoreError, StoreErrorKind,
};
use wfm_core::version::Train;

mod check_in;
mod clean;
mod closed;
mod disk;
mod doctor;
mod erase;
mod error;
mod facets;
mod fleet;
mod group;
mod load;
mod open;
mod public;
mod quiet;
mod read;
mod rebuild;
mod records;
mod revision;
mod row;
mod rows;
mod run;
mod sync;
mod verify;
mod work;
mod writer;

pub use verify::Verification;

use disk::Disk;
use error::{failed, unavailable};
use work::Writing;

/// A [`Store`] in a folder of its own. Dropping it finishes what is queued and closes the folder.
#[derive(Debug)]
pub struct SledStore {
    writing: Writing,
    /// Last, so that the folder is free only when everything above is closed.
    _lock: File,
}

impl SledStore {
    /// Opens the folder, or makes it.
    ///
    /// # Errors
    /// Where the folder cannot be made, read or written, is in use by another process, was written by a newer version,
    /// or is damaged: one sentence that says which and what to do.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_with(path, disk::Room::default(), true).await
    }

    /// Whether a new store could be made in this folder, without making one.
    ///
    /// # Errors
    /// Where the folder's parent is missing: the sentence with which [`open`](Self::open) refuses it.
    pub fn can_be_made(path: &Path) -> Result<(), StoreError> {
        open::has_parent(path)
    }

    /// As [`open`](Self::open), but check-ins are not counted: what a bench compares with. Every answer about the fleet is
    /// wrong afterwards.
    #[doc(hidden)]
    pub async fn open_without_rollups(path: &Path) -> Result<Self, StoreError> {
        Self::open_with(path, disk::Room::default(), false).await
    }

    async fn open_with(path: &Path, room: disk::Room, counts: bool) -> Result<Self, StoreError> {
        let path = path.to_owned();
        blocking(move || {
            let lock = open::claim(&path)?;
            let opened = open::open(&path)?;
            Ok(Self { writing: Writing::start(opened, path, room, counts)?, _lock: lock })
        })
        .await
    }

    /// Reads everything and counts it again.
    ///
    /// # Errors
    /// Where the store cannot be read at all.
    pub async fn verify(&self) -> Result<Verification, StoreError> {
        self.writing.alone(|disk, _| verify::verify(&disk.trees)).await
    }

    /// Makes the rollups again from the records and puts right what differs. Answers how many rows differed.
    ///
    /// # Errors
    /// Where the store cannot be read or written.
    pub async fn rebuild(&self) -> Result<u64, StoreError> {
        let folder = self.writing.folder();
        self.writing.alone(move |disk, _| rebuild::rebuild(disk, &folder)).await
    }

    async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Disk) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let disk = self.writing.disk()?;
        let read = blocking(move || look(&disk)).await;
        read.inspect_err(|error| tracing::error!(error = wfm_shell::sentence(error), "the store cannot be read"))
    }
}

#[async_trait]
impl Store for SledStore {
    async fn publish(&self, batch: Vec<Release>, mode: PublishMode, by: By) -> Result<PublishOutcome, StoreError> {
        self.writing.ask(move |group| group.publish(&batch, mode, by)).await
    }

    async fn yank(&self, key: ReleaseKey, reason: Option<PlainText>, by: By) -> Result<Option<Release>, StoreError> {
        self.writing.ask(move |group| group.yank(&key, reason.as_ref(), by)).await
    }

    async fn put_notice(&self, notice: Notice, by: By) -> Result<Option<Notice>, StoreError> {
        self.writing.ask(move |group| group.put_notice(&notice, by)).await
    }

    async fn remove_notice(&self, train: Train, id: NoticeId, by: By) -> Result<Option<Notice>, StoreError> {
        self.writing.ask(move |group| group.remove_notice(&train, &id, by)).await
    }

    async fn releases(&self) -> Result<Arc<Releases>, StoreError> {
        Ok(Arc::clone(&self.writing.published.read().unwrap_or_else(PoisonError::into_inner)))
    }

    async fn audit(&self, after: u64, limit: usize) -> Result<Vec<AuditEntry>, StoreError> {
        self.read(move |disk| read::audit(&disk.trees, after, limit)).await
    }

    async fn check_in(&self, arrival: Arrival, at: Timestamp) -> Result<ClusterRecord, StoreError> {
        let id = arrival.cluster();
        // Written down and hashed here, on the caller's thread: the writer's time is everybody's.
        let declares = arrival.declares();
        let written = rows::WrittenFacts::of(ClusterFacts::from(arrival));
        self.writing.ask(move |group| group.check_in(id, &written, declares, at)).await
    }

    async fn cluster(&self, id: ClusterId) -> Result<Option<ClusterRecord>, StoreError> {
        self.read(move |disk| read::cluster(&disk.trees, id)).await
    }

    async fn count_clusters(&self) -> Result<u64, StoreError> {
        self.read(|disk| rows::read_count(disk.trees.meta.get(rows::CLUSTERS).map_err(failed)?.as_deref())).await
    }

    async fn clusters(
        &self,
        query: ClusterQuery,
        after: Option<ClusterId>,
        limit: usize,
    ) -> Result<Page<ClusterRecord>, StoreError> {
        self.read(move |disk| read::clusters(&disk.trees, &query, after, limit)).await
    }

    async fn set_cohort(
        &self,
        id: ClusterId,
        cohort: Option<Cohort>,
        by: By,
    ) -> Result<Option<ClusterRecord>, StoreError> {
        self.writing.ask(move |group| group.set_cohort(id, cohort, by)).await
    }

    async fn erase(&self, id: ClusterId, by: By) -> Result<bool, StoreError> {
        self.writing.ask_from_reserve(move |group| group.erase(id, by)).await
    }

    async fn set_rules(&self, rules: BTreeMap<ClusterId, Cohort>, by: By) -> Result<u64, StoreError> {
        let known = self.read(|disk| read::rules(&disk.trees)).await?;
        let named: BTreeSet<ClusterId> = known.keys().chain(rules.keys()).copied().collect();
        let changed = named.into_iter().filter(|id| known.get(id) != rules.get(id));
        let changed: Vec<_> = changed.map(|id| (id, rules.get(&id).copied())).collect();
        for some in changed.chunks(work::AT_ONCE) {
            let some = some.to_vec();
            let set = move |group: &mut group::Group<'_>| {
                some.iter().try_for_each(|(id, cohort)| group.set_rule(*id, *cohort, by).map(drop))
            };
            self.writing.ask(set).await?;
        }
        Ok(changed.len() as u64)
    }

    async fn check_ins(
        &self,
        created: Bounds,
        after: Option<ClusterId>,
        limit: usize,
    ) -> Result<Page<Attendance>, StoreError> {
        self.read(move |disk| read::check_ins(&disk.trees, created, after, limit)).await
    }

    async fn persistent(
        &self,
        query: PersistentQuery,
        after: Option<ClusterId>,
        limit: usize,
    ) -> Result<Page<Attendance>, StoreError> {
        self.read(move |disk| read::persistent(&disk.trees, query, after, limit)).await
    }

    async fn note_silent(&self, now: Timestamp) -> Result<u64, StoreError> {
        let until = now.as_second().saturating_sub(wfm_core::fleet::DAY);
        let silent = self.read(move |disk| fleet::longest_waiting(&disk.trees, until, work::AT_ONCE)).await?;
        if silent.is_empty() {
            return Ok(0);
        }
        let note = move |group: &mut group::Group<'_>| {
            let mut noted = 0;
            for (last, id) in &silent {
                noted += u64::from(group.note_silent(*last, *id)?);
            }
            Ok(noted)
        };
        self.writing.ask(note).await
    }

    async fn look(&self, look: Look) -> Result<(), StoreError> {
        let look = Arc::new(Mutex::new(look));
        let shared = self.writing.shared();
        let asked = Arc::clone(&look);
        let seen = self.read(move |disk| revision::look(&shared.revision, disk, &asked)).await?;
        if seen {
            return Ok(());
        }
        // It changes faster than it can be read: once, the writer has to wait.
        self.writing.alone(move |disk, _| revision::call(disk, &look)).await
    }

    async fn histories(&self, after: Option<ClusterId>, limit: usize) -> Result<Page<History>, StoreError> {
        self.read(move |disk| read::histories(&disk.trees, after, limit)).await
    }

    async fn note(&self, change: Change, by: By) -> Result<(), StoreError> {
        self.writing.ask_from_reserve(move |group| group.log(change.clone(), by)).await
    }

    async fn put_doctor(&self, report: DoctorReport) -> Result<DoctorReport, StoreError> {
        let oldest = self.read(|disk| doctor::oldest(&disk.trees)).await?;
        self.writing.ask(move |group| group.put_doctor(&report, &oldest)).await
    }

    async fn forget_doctors(&self, before: Timestamp) -> Result<u64, StoreError> {
        let places = self.read(move |disk| doctor::places(&disk.trees, Some(before))).await?;
        if places.is_empty() {
            return Ok(0);
        }
        let forget = move |group: &mut group::Group<'_>| {
            places.iter().try_fold(0, |forgotten, place| Ok(forgotten + u64::from(group.forget_doctor(place)?)))
        };
        self.writing.ask(forget).await
    }

    async fn doctor(&self, id: DoctorId) -> Result<Option<DoctorReport>, StoreError> {
        self.read(move |disk| read::doctor(&disk.trees, id)).await
    }

    async fn count_facets(&self, report: FacetReport) -> Result<(), StoreError> {
        self.writing.ask(move |group| group.count_facets(&report)).await
    }

    async fn facets(&self, week: Date) -> Result<Vec<FacetCount>, StoreError> {
        self.read(move |disk| facets::counts(&disk.trees, Some(week))).await
    }

    async fn steps(&self, drawn: Steps) -> Result<Steps, StoreError> {
        match self.read(|disk| public::steps(&disk.trees)).await? {
            Some(known) => Ok(known),
            None => self.writing.ask(move |group| group.keep_steps(&drawn)).await,
        }
    }

    async fn keep_public_days(&self, days: Vec<PublicDay>) -> Result<(), StoreError> {
        let rows: Vec<_> = days.iter().map(public::row).collect();
        for some in rows.chunks(work::AT_ONCE) {
            let some = some.to_vec();
            self.writing.ask(move |group| group.keep_public_days(&some)).await?;
        }
        Ok(())
    }

    async fn public_days(&self, from: Day, to: Day) -> Result<Vec<PublicDay>, StoreError> {
        self.read(move |disk| public::days(&disk.trees, from, to)).await
    }

    async fn last_public_day(&self, until: Day) -> Result<Option<PublicDay>, StoreError> {
        self.read(move |disk| public::last(&disk.trees, until)).await
    }

    async fn size(&self) -> Result<Option<u64>, StoreError> {
        self.read(|disk| disk.size().map(Some)).await
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.writing.ready()
    }

    async fn records(&self) -> Result<Records, StoreError> {
        self.writing.alone(|disk, _| records::of(Arc::clone(disk))).await
    }

    async fn load(&self, records: Records) -> Result<(), StoreError> {
        let folder = self.writing.folder();
        self.writing.alone(move |disk, releases| load::load(disk, &folder, releases, records)).await
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|e| {
        Err(StoreError::new(StoreErrorKind::Corrupt, "reading the store failed badly").caused_by(e))
    })
}

#[cfg(test)]
mod tests;
