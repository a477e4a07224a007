//! Asking the writer for something, and waiting until it is durable.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot};
use wfm_core::release::Releases;
use wfm_core::store::{StoreError, StoreErrorKind};

use super::disk::{Disk, Room};
use super::group::{Group, InTransaction};
use super::open::Opened;
use super::writer::{Shared, Writer};
use super::{sync, unavailable};

/// How many operations may wait for the writer before the next ones wait to wait.
const QUEUE: usize = 1024;
/// How many clusters are noted as silent at once.
pub(super) const AT_ONCE: usize = 256;

/// The releases as last made durable: read by everybody, replaced when a change of them is durable.
pub(super) type Published = Arc<RwLock<Arc<Releases>>>;

/// Something to do for somebody.
pub(super) enum Job {
    /// In one transaction with others.
    Together(Box<dyn Work>),
    /// Between two transactions, with all there is.
    Alone(Alone),
}

/// Does something with the disk and the releases, which it may change, or learns why it cannot. What it returns tells
/// whoever asked, once the releases are known to all.
pub(super) type Alone = Box<dyn FnOnce(Result<(&Arc<Disk>, &mut Arc<Releases>), StoreError>) -> Tell + Send>;

/// Tells whoever asked.
pub(super) type Tell = Box<dyn FnOnce() + Send>;

/// A part of a transaction.
pub(super) trait Work: Send {
    /// Does it; a transaction may be tried again, and then this is too.
    fn apply(&mut self, group: &mut Group<'_>) -> InTransaction<()>;
    /// Whether it may use the room that is kept back when the disk is full.
    fn uses_reserve(&self) -> bool;
    /// Tells whoever asked: it is durable.
    fn succeed(self: Box<Self>);
    /// Tells whoever asked: it was not kept, as far as anybody knows.
    fn fail(self: Box<Self>, kind: StoreErrorKind);
}

struct Asked<T, F> {
    work: F,
    done: Option<T>,
    uses_reserve: bool,
    answer: oneshot::Sender<Result<T, StoreError>>,
}

impl<T: Send, F: FnMut(&mut Group<'_>) -> InTransaction<T> + Send> Work for Asked<T, F> {
    fn apply(&mut self, group: &mut Group<'_>) -> InTransaction<()> {
        self.done = Some((self.work)(group)?);
        Ok(())
    }

    fn uses_reserve(&self) -> bool {
        self.uses_reserve
    }

    // Whoever asked may have gone: then nobody needs the answer.
    fn succeed(self: Box<Self>) {
        let done = self.done.ok_or_else(|| unavailable("the store did not come to this"));
        drop(self.answer.send(done));
    }

    fn fail(self: Box<Self>, kind: StoreErrorKind) {
        drop(self.answer.send(Err(StoreError::new(kind, "the store could not keep this"))));
    }
}

/// The two threads that write, seen from outside. Dropping it ends them when they have done what is queued.
#[derive(Debug)]
pub(super) struct Writing {
    jobs: Option<mpsc::Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
    shared: Arc<Shared>,
    pub(super) published: Published,
}

impl Writing {
    pub(super) fn start(opened: Opened, path: PathBuf, room: Room, counts: bool) -> Result<Self, StoreError> {
        let published = Arc::new(RwLock::new(Arc::new(opened.releases)));
        let shared = Arc::new(Shared::new(opened.disk, path, room));
        let (jobs, queue) = mpsc::channel(QUEUE);
        let (groups, to_sync) = std::sync::mpsc::sync_channel(sync::AHEAD);
        let writer = Writer::new(Arc::clone(&shared), Arc::clone(&published), groups, counts);
        let syncer = sync::Syncer::new(Arc::clone(&shared), Arc::clone(&published));
        let thread = |name: &str| std::thread::Builder::new().name(name.into());
        let started = |e| unavailable("the store's threads cannot be started").caused_by(e);
        let writer = thread("store-writer").spawn(move || writer.run(queue)).map_err(started)?;
        let syncer = thread("store-syncer").spawn(move || syncer.run(&to_sync)).map_err(started)?;
        Ok(Self { jobs: Some(jobs), threads: vec![writer, syncer], shared, published })
    }

    /// Does something in a transaction, and answers when it is durable.
    pub(super) async fn ask<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Group<'_>) -> InTransaction<T> + Send + 'static,
    {
        self.ask_with(work, false).await
    }

    /// The same for what must work on a full disk too: erasures, and lines of the audit log.
    pub(super) async fn ask_from_reserve<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Group<'_>) -> InTransaction<T> + Send + 'static,
    {
        self.ask_with(work, true).await
    }

    async fn ask_with<T, F>(&self, work: F, uses_reserve: bool) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnMut(&mut Group<'_>) -> InTransaction<T> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        self.send(Job::Together(Box::new(Asked { work, done: None, uses_reserve, answer }))).await?;
        answered.await.map_err(|_| ended())?
    }

    /// Does something while nothing is written.
    pub(super) async fn alone<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Arc<Disk>, &mut Arc<Releases>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let work = move |open: Result<(&Arc<Disk>, &mut Arc<Releases>), StoreError>| {
            let done = open.and_then(|(disk, releases)| work(disk, releases));
            // Whoever asked may have gone: then nobody needs the answer.
            Box::new(move || drop(answer.send(done))) as Tell
        };
        self.send(Job::Alone(Box::new(work))).await?;
        answered.await.map_err(|_| ended())?
    }

    pub(super) fn folder(&self) -> PathBuf {
        self.shared.path.clone()
    }

    pub(super) fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.shared)
    }

    /// What is open; nothing for a moment while it is opened again.
    pub(super) fn disk(&self) -> Result<Arc<Disk>, StoreError> {
        self.shared.disk()
    }

    /// Whether a check-in could be kept now.
    pub(super) fn ready(&self) -> Result<(), StoreError> {
        if self.threads.iter().any(JoinHandle::is_finished) {
            return Err(ended());
        }
        let ready = self.shared.ready();
        if let (true, Some(jobs)) = (self.shared.is_broken(), &self.jobs) {
            // Nobody checks in at a service that is not ready: this is what makes the writer try again.
            let _ = jobs.try_send(Job::Alone(Box::new(|_| Box::new(|| ()))));
        }
        ready
    }

    /// As a failed sync would.
    #[cfg(test)]
    pub(super) fn break_down(&self) {
        self.shared.break_down(&unavailable("a test broke it down"));
    }

    async fn send(&self, job: Job) -> Result<(), StoreError> {
        let jobs = self.jobs.as_ref().ok_or_else(ended)?;
        jobs.send(job).await.map_err(|_| ended())
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread of the store had ended before the store was closed");
            }
        }
        self.shared.close();
    }
}

fn ended() -> StoreError {
    unavailable("the store's writer has ended: restart the service")
}

/// Makes a change of the releases known.
pub(super) fn publish(published: &Published, releases: Arc<Releases>) {
    *published.write().unwrap_or_else(PoisonError::into_inner) = releases;
}
