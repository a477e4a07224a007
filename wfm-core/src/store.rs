//! The port to what is kept: releases with their notices, check-ins, doctor reports, and the log of who changed what.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::anonymizer::Arrival;
use crate::cluster::{ClusterId, Cohort};
use crate::facets::{FacetCount, FacetReport};
use crate::fleet::{Day, PublicDay, Steps};
use crate::release::{Notice, NoticeId, PlainText, PublishMode, PublishOutcome, Release, ReleaseKey, Releases};
use crate::version::Train;

mod ask;
mod audit;
#[cfg(any(test, feature = "testing"))]
pub mod conformance;
mod doctor;
mod error;
mod history;
mod memory;
mod mend;
mod query;
mod record;
mod token_name;

pub use ask::{Look, ask};
pub use audit::{Action, Actor, AuditEntry, By, Change};
pub use doctor::{DoctorId, DoctorReport, MOST_DOCTOR_REPORTS, NotADoctorId};
pub use error::{StoreError, StoreErrorKind};
pub use history::{Attendance, PersistentQuery, Run, in_time, whole_second};
pub use memory::MemoryStore;
pub use mend::{Dropped, between};
pub use query::{Bounds, ClusterQuery, InstalledQuery, Page, VersionQuery};
pub use record::{ClusterFacts, ClusterRecord, History, Record, Records};
pub use token_name::{NotATokenName, TokenName};

/// Keeps releases and check-ins.
///
/// Absence is `Ok(None)`, never an error. What a method has acknowledged is durable, as far as the backend knows
/// durability at all. Every backend passes the same `conformance` cases (feature `testing`). Each change that is not a
/// check-in is made together with its line of the audit log, or not at all; what changes nothing has no line.
///
/// # Errors
/// Every method fails with [`StoreErrorKind::Unavailable`] while the store cannot be read or written, and then nothing was
/// kept, but a check-in may have been.
#[async_trait]
pub trait Store: Send + Sync {
    /// Publishes a batch of releases, or says what publishing it would change. All or nothing.
    async fn publish(&self, batch: Vec<Release>, mode: PublishMode, by: By) -> Result<PublishOutcome, StoreError>;

    /// Withdraws a release for a reason, or offers it again where there is none. Answers the release as it is now; `None`
    /// where it was never published.
    async fn yank(&self, key: ReleaseKey, reason: Option<PlainText>, by: By) -> Result<Option<Release>, StoreError>;

    /// Publishes a notice, or replaces the one of its name. Answers the one replaced.
    async fn put_notice(&self, notice: Notice, by: By) -> Result<Option<Notice>, StoreError>;

    /// Takes a notice back. Answers it, if there was one.
    async fn remove_notice(&self, train: Train, id: NoticeId, by: By) -> Result<Option<Notice>, StoreError>;

    /// Every release and notice, and the issue of each train's list: every change of a train makes a new one
    /// ([`Releases::reissue`]), kept with the change.
    async fn releases(&self) -> Result<Arc<Releases>, StoreError>;

    /// The lines of the audit log with a number above `after`, oldest first, `limit` at most.
    async fn audit(&self, after: u64, limit: usize) -> Result<Vec<AuditEntry>, StoreError>;

    /// Keeps a check-in that arrived at `at`, to the second, and returns the cluster as it is now.
    ///
    /// A clock that went backwards never moves `last_seen` back, nor `first_seen` forward.
    async fn check_in(&self, arrival: Arrival, at: Timestamp) -> Result<ClusterRecord, StoreError>;

    /// A cluster as it last reported.
    async fn cluster(&self, id: ClusterId) -> Result<Option<ClusterRecord>, StoreError>;

    /// How many clusters have ever checked in.
    async fn count_clusters(&self) -> Result<u64, StoreError>;

    /// The clusters that meet a query, by ascending id, those after `after`, `limit` at most (at least one).
    async fn clusters(
        &self,
        query: ClusterQuery,
        after: Option<ClusterId>,
        limit: usize,
    ) -> Result<Page<ClusterRecord>, StoreError>;

    /// Decides a cluster's cohort, or takes the decision back. Answers the cluster as it is now; `None` where it never
    /// checked in.
    async fn set_cohort(
        &self,
        id: ClusterId,
        cohort: Option<Cohort>,
        by: By,
    ) -> Result<Option<ClusterRecord>, StoreError>;

    /// Erases a cluster: what it said, when, what was decided of it and the rule about it, and takes its life out of the
    /// rollups, past days included. Answers whether there was one; where there was none, a rule about the id stays. When it
    /// checks in again, it is a new one.
    ///
    /// What clusters said may stay without them, as it names none. So do the lines of the audit log that name the cluster:
    /// those of decisions and rules about it.
    async fn erase(&self, id: ClusterId, by: By) -> Result<bool, StoreError>;

    /// Makes these the rules about whose clusters are, in place of the rules before: they come after a decision and before
    /// what a cluster says. Answers how many changed.
    async fn set_rules(&self, rules: BTreeMap<ClusterId, Cohort>, by: By) -> Result<u64, StoreError>;

    /// How often the clusters checked in whose first check-in lies between the bounds; pages as [`Store::clusters`].
    async fn check_ins(
        &self,
        created: Bounds,
        after: Option<ClusterId>,
        limit: usize,
    ) -> Result<Page<Attendance>, StoreError>;

    /// The clusters that were persistent at a moment, as things stood then; pages as [`Store::clusters`].
    async fn persistent(
        &self,
        query: PersistentQuery,
        after: Option<ClusterId>,
        limit: usize,
    ) -> Result<Page<Attendance>, StoreError>;

    /// Every cluster with every check-in it ever made; pages as [`Store::clusters`].
    async fn histories(&self, after: Option<ClusterId>, limit: usize) -> Result<Page<History>, StoreError>;

    /// Notes of which clusters 24 hours of silence are over by `now`. Questions are answered the same without it, but take
    /// longer the more of them there are. Answers how many it noted; more may be left.
    async fn note_silent(&self, now: Timestamp) -> Result<u64, StoreError>;

    /// Shows the rollups as they are at one moment to `look`, which may be called again where they changed meanwhile.
    /// [`ask`] is the way to do it.
    async fn look(&self, look: Look) -> Result<(), StoreError>;

    /// Adds a line to the audit log about something that changes nothing else.
    async fn note(&self, change: Change, by: By) -> Result<(), StoreError>;

    /// Keeps a doctor report, unless there is one with its id. Returns the one that is kept. Of more than
    /// [`MOST_DOCTOR_REPORTS`] the oldest is forgotten.
    async fn put_doctor(&self, report: DoctorReport) -> Result<DoctorReport, StoreError>;

    /// Forgets doctor reports that arrived before a moment. Returns how many; more may be left.
    async fn forget_doctors(&self, before: Timestamp) -> Result<u64, StoreError>;

    /// A doctor report.
    async fn doctor(&self, id: DoctorId) -> Result<Option<DoctorReport>, StoreError>;

    /// Counts what a cluster says about what it runs on. The report itself is not kept: what it said together is gone.
    async fn count_facets(&self, report: FacetReport) -> Result<(), StoreError>;

    /// The counters of the week that begins on this Monday, in order; none where nothing was counted.
    async fn facets(&self, week: Date) -> Result<Vec<FacetCount>, StoreError>;

    /// The secret of the public numbers: these, where there is none yet.
    async fn steps(&self, drawn: Steps) -> Result<Steps, StoreError>;

    /// Keeps what the public is shown of days. What is kept of a day already stays as it is.
    async fn keep_public_days(&self, days: Vec<PublicDay>) -> Result<(), StoreError>;

    /// What the public is shown of the days from one to another, both included, oldest first.
    async fn public_days(&self, from: Day, to: Day) -> Result<Vec<PublicDay>, StoreError>;

    /// The last of the days up to one of which something is kept.
    async fn last_public_day(&self, until: Day) -> Result<Option<PublicDay>, StoreError>;

    /// How many bytes the store takes on a disk; nothing if it takes none.
    async fn size(&self) -> Result<Option<u64>, StoreError> {
        Ok(None)
    }

    /// Whether a check-in could be kept now.
    async fn ready(&self) -> Result<(), StoreError>;

    /// Everything there is, as it was at one moment between the call and its answer; a cluster that is erased before its
    /// turn comes may be left out. Reading the records may block.
    async fn records(&self) -> Result<Records, StoreError>;

    /// Fills an empty store with the records of another, all of them or, where it fails, a part that cannot be relied on.
    /// The records are read on a thread that may block.
    async fn load(&self, records: Records) -> Result<(), StoreError>;
}
