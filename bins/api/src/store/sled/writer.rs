//! The thread that writes: what has queued up goes into one transaction, which another thread makes durable.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use wfm_core::release::Releases;
use wfm_core::store::{StoreError, StoreErrorKind};

use super::disk::{Disk, Room};
use super::fleet::Said;
use super::group::{self, Committed};
use super::revision::Revision;
use super::sync::Written;
use super::work::{Alone, Job, Published, Work, publish};
use super::{clean, open, quiet, unavailable};

/// How many operations share a transaction at most.
const GROUP: usize = 256;
/// How long to wait after a failed attempt to open the folder again.
const AGAIN: Duration = Duration::from_secs(1);

/// What both threads and every reader see.
#[derive(Debug)]
pub(super) struct Shared {
    disk: RwLock<Option<Arc<Disk>>>,
    /// After a sync has failed nobody knows which pages are on the disk, and a later one may pass over the hole
    /// silently. Only reading the log again tells, so nothing is written until the folder was opened again.
    broken: AtomicBool,
    /// Groups that were written and not yet synced.
    in_flight: Mutex<usize>,
    idle: Condvar,
    pub(super) revision: Revision,
    pub(super) path: PathBuf,
    room: Room,
}

impl Shared {
    pub(super) fn new(disk: Disk, path: PathBuf, room: Room) -> Self {
        Self {
            disk: RwLock::new(Some(Arc::new(disk))),
            broken: AtomicBool::new(false),
            in_flight: Mutex::new(0),
            idle: Condvar::new(),
            revision: Revision::default(),
            path,
            room,
        }
    }

    pub(super) fn disk(&self) -> Result<Arc<Disk>, StoreError> {
        let disk = self.disk.read().unwrap_or_else(PoisonError::into_inner);
        disk.clone().ok_or_else(|| unavailable("the store is being opened again"))
    }

    pub(super) fn ready(&self) -> Result<(), StoreError> {
        if self.is_broken() {
            return Err(unavailable("the store's disk failed: see to it, and it goes on by itself"));
        }
        self.room.check(&self.path)
    }

    pub(super) fn is_broken(&self) -> bool {
        self.broken.load(Ordering::SeqCst)
    }

    pub(super) fn break_down(&self, error: &StoreError) {
        if !self.broken.swap(true, Ordering::SeqCst) {
            tracing::error!(error = wfm_shell::sentence(error), "the store cannot be written: it will be opened again");
        }
    }

    pub(super) fn note_synced(&self, groups: usize) {
        *self.in_flight() -= groups;
        self.idle.notify_all();
    }

    /// Closes the folder and says so, unless somebody is still reading it or it broke down: then the next to open it will
    /// read it through.
    pub(super) fn close(&self) {
        let Some(Ok(disk)) = self.replace(None).filter(|_| !self.is_broken()).map(Arc::try_unwrap) else { return };
        drop(disk);
        if let Err(error) = clean::note_closed(&self.path) {
            tracing::warn!("the store was closed, but that could not be noted: {error}");
        }
    }

    fn replace(&self, disk: Option<Arc<Disk>>) -> Option<Arc<Disk>> {
        std::mem::replace(&mut *self.disk.write().unwrap_or_else(PoisonError::into_inner), disk)
    }

    fn in_flight(&self) -> MutexGuard<'_, usize> {
        self.in_flight.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_until_idle(&self) {
        let idle = self.idle.wait_while(self.in_flight(), |groups| *groups > 0);
        drop(idle.unwrap_or_else(PoisonError::into_inner));
    }
}

pub(super) struct Writer {
    shared: Arc<Shared>,
    published: Published,
    groups: SyncSender<Written>,
    /// The releases as last written, durable or not yet.
    latest: Arc<Releases>,
    said: Said,
    /// Whether check-ins are counted in the rollups.
    counts: bool,
    /// Whether the last group was refused because the disk is full.
    full: bool,
    tried: Option<Instant>,
}

impl Writer {
    pub(super) fn new(shared: Arc<Shared>, published: Published, groups: SyncSender<Written>, counts: bool) -> Self {
        let latest = Arc::clone(&published.read().unwrap_or_else(PoisonError::into_inner));
        Self { shared, published, groups, latest, said: Said::default(), counts, full: false, tried: None }
    }

    /// Works until nobody can ask any more.
    pub(super) fn run(mut self, mut queue: mpsc::Receiver<Job>) {
        let mut jobs = Vec::with_capacity(GROUP);
        while queue.blocking_recv_many(&mut jobs, GROUP) > 0 {
            let mut together = Vec::with_capacity(jobs.len());
            for job in jobs.drain(..) {
                match job {
                    Job::Together(work) => together.push(work),
                    Job::Alone(work) => {
                        self.write(std::mem::take(&mut together));
                        self.alone(work);
                    }
                }
            }
            self.write(together);
        }
    }

    fn alone(&mut self, work: Alone) {
        self.shared.wait_until_idle();
        match self.disk() {
            Err(error) => work(Err(error))(),
            Ok(disk) => {
                self.shared.revision.begin();
                let tell = work(Ok((&disk, &mut self.latest)));
                self.shared.revision.end();
                publish(&self.published, Arc::clone(&self.latest));
                tell();
            }
        }
    }

    fn write(&mut self, work: Vec<Box<dyn Work>>) {
        if work.is_empty() {
            return;
        }
        let work = self.fitting(work);
        if !work.is_empty() {
            self.write_group(work);
        }
    }

    /// What there is room for. On a full disk that is what may use the reserve, and everything else fails.
    fn fitting(&mut self, work: Vec<Box<dyn Work>>) -> Vec<Box<dyn Work>> {
        let Err(full) = self.shared.room.check(&self.shared.path) else {
            if std::mem::take(&mut self.full) {
                tracing::info!("there is room on the store's disk again");
            }
            return work;
        };
        // A disk that stays full fails every group: the first says it all, and the log may be on that disk.
        if !std::mem::replace(&mut self.full, true) {
            tracing::error!(error = wfm_shell::sentence(&full), "nothing is kept, but clusters can be erased");
        }
        let fits = self.shared.room.check_reserve(&self.shared.path).is_ok();
        let (fitting, rest): (Vec<_>, Vec<_>) = work.into_iter().partition(|one| fits && one.uses_reserve());
        fail(rest, StoreErrorKind::Unavailable);
        fitting
    }

    fn write_group(&mut self, mut work: Vec<Box<dyn Work>>) {
        match self.commit(&mut work) {
            Ok(written) => {
                let (disk, Committed { releases, large }) = written;
                let releases = releases.inspect(|releases| self.latest = Arc::clone(releases));
                *self.shared.in_flight() += 1;
                if let Err(unsent) = self.groups.send(Written { disk, work, releases, large }) {
                    fail(unsent.0.work, StoreErrorKind::Unavailable);
                    self.shared.note_synced(1);
                }
            }
            // One row that cannot be understood must not fail the others.
            Err(error) if error.kind() == StoreErrorKind::Corrupt && work.len() > 1 => {
                work.into_iter().for_each(|one| self.write_group(vec![one]));
            }
            Err(error) => {
                if error.kind() == StoreErrorKind::Corrupt {
                    tracing::error!(error = wfm_shell::sentence(&error), "something was not kept");
                }
                fail(work, error.kind());
            }
        }
    }

    fn commit(&mut self, work: &mut [Box<dyn Work>]) -> Result<(Arc<Disk>, Committed), StoreError> {
        let disk = self.disk()?;
        self.shared.revision.begin();
        let committed = group::commit(&disk.trees, &self.latest, (&mut self.said, self.counts), work);
        self.shared.revision.end();
        Ok((disk, committed.inspect_err(|error| self.note(error))?))
    }

    fn note(&self, error: &StoreError) {
        if error.kind() == StoreErrorKind::Unavailable {
            self.shared.break_down(error);
        }
    }

    /// What is open; opened again where it has broken down.
    fn disk(&mut self) -> Result<Arc<Disk>, StoreError> {
        if self.shared.is_broken() {
            if self.tried.is_some_and(|tried| tried.elapsed() < AGAIN) {
                return Err(unavailable("the store's disk failed a moment ago"));
            }
            self.open_again().inspect_err(|error| {
                tracing::warn!(error = wfm_shell::sentence(error), "the store cannot be opened again yet");
            })?;
        }
        self.shared.disk()
    }

    fn open_again(&mut self) -> Result<(), StoreError> {
        self.tried = Some(Instant::now());
        self.shared.room.check(&self.shared.path)?;
        self.shared.wait_until_idle();
        // Nobody waits for the lock while the folder is opened: until then there is nothing to read.
        let old = self.shared.replace(None);
        if let Some(old) = old {
            match Arc::try_unwrap(old) {
                // sled flushes when it is closed, and here it is closed because that fails.
                Ok(old) => drop(quiet::catch(|| drop(old))),
                Err(in_use) => {
                    self.shared.replace(Some(in_use));
                    return Err(unavailable("somebody is reading the store"));
                }
            }
        }
        let opened = open::open(&self.shared.path).map_err(|error| match error.kind() {
            // What is wrong with the folder's settings now was right before: it may be again.
            StoreErrorKind::Settings => unavailable("the store's folder cannot be opened").caused_by(error),
            StoreErrorKind::Unavailable | StoreErrorKind::Corrupt => error,
        })?;
        self.shared.replace(Some(Arc::new(opened.disk)));
        self.latest = Arc::new(opened.releases);
        publish(&self.published, Arc::clone(&self.latest));
        self.tried = None;
        self.shared.broken.store(false, Ordering::SeqCst);
        tracing::info!("the store was opened again");
        Ok(())
    }
}

fn fail(work: Vec<Box<dyn Work>>, kind: StoreErrorKind) {
    work.into_iter().for_each(|one| one.fail(kind));
}
