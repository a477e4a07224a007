//! The one thread that writes: what has queued up goes into one transaction and one sync, and then all are answered.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use ::sled::transaction::{ConflictableTransactionError, TransactionError, TransactionalTree};
use ::sled::{Db, Transactional};
use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};
use wfm_core::anonymizer::Arrival;
use wfm_core::release::{PublishMode, PublishOutcome, Release, Releases};
use wfm_core::store::{ClusterRecord, StoreError, StoreErrorKind};

use super::{Published, Trees, failed, rows, unavailable};

/// How many operations share a transaction at most.
const GROUP: usize = 200;

type Answer<T> = oneshot::Sender<Result<T, StoreError>>;

pub(super) enum Job {
    CheckIn { arrival: Arrival, at: Timestamp, answer: Answer<ClusterRecord> },
    Publish { batch: Vec<Release>, mode: PublishMode, answer: Answer<PublishOutcome> },
}

/// What a job came to, before anybody is told.
enum Done {
    CheckIn(ClusterRecord),
    Publish(PublishOutcome),
}

pub(super) struct Writer {
    db: Db,
    trees: Trees,
    published: Published,
    /// sled's log file, opened again: sled's flush is `sync_file_range` on Linux, which no disk cache and no new length
    /// of the file is safe with.
    log: File,
    blobs: PathBuf,
    /// After a sync has failed nobody knows which pages are on the disk, and a later one may pass over the hole
    /// silently. Only reading the log again tells, so nothing is written until a restart.
    broken: bool,
}

impl Writer {
    pub(super) fn new(db: Db, trees: Trees, published: Published, path: &Path) -> Result<Self, StoreError> {
        let log = File::options().write(true).open(path.join("db"));
        let log = log.map_err(|e| unavailable("the store's log cannot be opened").caused_by(e))?;
        Ok(Self { db, trees, published, log, blobs: path.join("blobs"), broken: false })
    }

    /// Works until nobody can ask any more.
    pub(super) fn run(mut self, mut queue: mpsc::Receiver<Job>) {
        let mut jobs = Vec::with_capacity(GROUP);
        while queue.blocking_recv_many(&mut jobs, GROUP) > 0 {
            self.work(std::mem::take(&mut jobs));
        }
    }

    fn work(&mut self, jobs: Vec<Job>) {
        let was_broken = self.broken;
        match self.keep(&jobs) {
            Ok(done) => jobs.into_iter().zip(done).for_each(|(job, done)| job.succeed(done)),
            // One row that cannot be understood must not fail the others.
            Err(error) if error.kind() == StoreErrorKind::Corrupt && jobs.len() > 1 => {
                jobs.into_iter().for_each(|job| self.work(vec![job]));
            }
            Err(error) => {
                // A disk that stays full fails every group: the first says it all, and the log may be on that disk.
                if !was_broken {
                    tracing::error!(error = wfm_shell::sentence(&error), "a group of writes was not kept");
                }
                jobs.into_iter().for_each(|job| job.fail(error.kind()));
            }
        }
    }

    fn keep(&mut self, jobs: &[Job]) -> Result<Vec<Done>, StoreError> {
        if self.broken {
            return Err(unavailable("the disk failed earlier: see to it, then restart the service"));
        }
        let before = Arc::clone(&self.published.read().unwrap_or_else(PoisonError::into_inner));
        let Trees { meta, releases, clusters, reports } = &self.trees;
        let committed = (meta, releases, clusters, reports).transaction(|(meta, releases, clusters, reports)| {
            let mut group = Group { meta, releases, clusters, reports, published: Arc::clone(&before), added: 0 };
            let done = jobs.iter().map(|job| group.apply(job)).collect::<Result<Vec<Done>, _>>()?;
            group.count_added()?;
            Ok((done, group.published))
        });
        let (done, after) = committed.map_err(|e| match e {
            TransactionError::Abort(error) => error,
            TransactionError::Storage(error) => failed(error),
        })?;
        let publishing = !Arc::ptr_eq(&before, &after);
        self.sync(publishing).inspect_err(|_| self.broken = true)?;
        if publishing {
            *self.published.write().unwrap_or_else(PoisonError::into_inner) = after;
        }
        Ok(done)
    }

    fn sync(&self, publishing: bool) -> Result<(), StoreError> {
        let io = |e| unavailable("the disk did not confirm a write").caused_by(e);
        self.db.flush().map_err(failed)?;
        self.log.sync_data().map_err(io)?;
        if publishing { sync_all_in(&self.blobs).map_err(io) } else { Ok(()) }
    }
}

/// sled keeps pages over 128 KiB, which long release notes can make, in files of their own and does not sync them.
fn sync_all_in(folder: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        match File::open(entry?.path()) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            opened => opened?.sync_all()?,
        }
    }
    File::open(folder)?.sync_all()
}

type InTransaction<T> = Result<T, ConflictableTransactionError<StoreError>>;

/// The trees inside one transaction, and what its jobs have changed so far.
struct Group<'a> {
    meta: &'a TransactionalTree,
    releases: &'a TransactionalTree,
    clusters: &'a TransactionalTree,
    reports: &'a TransactionalTree,
    published: Arc<Releases>,
    added: u64,
}

impl Group<'_> {
    fn apply(&mut self, job: &Job) -> InTransaction<Done> {
        match job {
            Job::CheckIn { arrival, at, .. } => self.check_in(arrival.clone(), *at).map(Done::CheckIn),
            Job::Publish { batch, mode, .. } => self.publish(batch, *mode).map(Done::Publish),
        }
    }

    fn check_in(&mut self, arrival: Arrival, at: Timestamp) -> InTransaction<ClusterRecord> {
        let id = arrival.cluster();
        let known = match self.clusters.get(id.as_bytes())? {
            None => None,
            Some(row) => {
                let row = rows::ClusterRow::read(&row).map_err(ConflictableTransactionError::Abort)?;
                let report = self.reports.get(row.report)?;
                Some(row.with_report(id, report.as_deref()).map_err(ConflictableTransactionError::Abort)?)
            }
        };
        self.added += u64::from(known.is_none());
        let record = ClusterRecord::after(known, arrival, at);
        let (row, report) = rows::ClusterRow::of(&record);
        if self.reports.get(row.report)?.is_none() {
            self.reports.insert(&row.report, report)?;
        }
        self.clusters.insert(id.as_bytes(), row.write().as_slice())?;
        Ok(record)
    }

    fn publish(&mut self, batch: &[Release], mode: PublishMode) -> InTransaction<PublishOutcome> {
        let outcome = self.published.plan(batch, mode);
        let news: Vec<&Release> = outcome.added.iter().chain(outcome.changed.iter().map(|(_, new)| new)).collect();
        if outcome.kept && !news.is_empty() {
            for release in &news {
                self.releases.insert(rows::release_key(release), rows::write_release(release))?;
            }
            Arc::make_mut(&mut self.published).extend(news.into_iter().cloned());
        }
        Ok(outcome)
    }

    fn count_added(&self) -> InTransaction<()> {
        if self.added > 0 {
            let known = self.meta.get(rows::CLUSTERS)?;
            let known = rows::read_count(known.as_deref()).map_err(ConflictableTransactionError::Abort)?;
            self.meta.insert(rows::CLUSTERS, &known.saturating_add(self.added).to_be_bytes())?;
        }
        Ok(())
    }
}

impl Job {
    /// Whoever asked may have gone: then nobody needs the answer.
    fn succeed(self, done: Done) {
        match (self, done) {
            (Self::CheckIn { answer, .. }, Done::CheckIn(record)) => drop(answer.send(Ok(record))),
            (Self::Publish { answer, .. }, Done::Publish(outcome)) => drop(answer.send(Ok(outcome))),
            (job, _) => job.fail(StoreErrorKind::Corrupt),
        }
    }

    fn fail(self, kind: StoreErrorKind) {
        let error = StoreError::new(kind, "the store could not keep this");
        match self {
            Self::CheckIn { answer, .. } => drop(answer.send(Err(error))),
            Self::Publish { answer, .. } => drop(answer.send(Err(error))),
        }
    }
}
