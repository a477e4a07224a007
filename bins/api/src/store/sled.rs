//! The embedded store: sled 0.34 in one folder, one writer, durable before it answers.
//!
//! | tree | key | value |
//! |---|---|---|
//! | `meta` | a word | `format` of the store, how many `clusters` there are |
//! | `releases` | train, component, version | the release as JSON |
//! | `clusters` | the cluster's id | first, last and number of check-ins, and which report (56 bytes) |
//! | `reports` | hash of the report | the components as JSON, once, however many clusters report the same |
//!
//! **Architecture invariant:** only the writer's thread writes, and it writes a cluster, its report and the counter in
//! one transaction, so a kill at any moment leaves them in step.

use std::fs::File;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::JoinHandle;

use ::sled::Tree;
use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};
use wfm_core::anonymizer::Arrival;
use wfm_core::cluster::ClusterId;
use wfm_core::release::{PublishMode, PublishOutcome, Release, Releases};
use wfm_core::store::{ClusterRecord, Store, StoreError, StoreErrorKind};

mod open;
mod rows;
mod writer;

use writer::Job;

/// How many operations may wait for the writer before the next ones wait to wait.
const QUEUE: usize = 1024;

/// A [`Store`] in a folder of its own. Dropping it finishes what is queued and closes the folder.
#[derive(Debug)]
pub struct SledStore {
    jobs: Option<mpsc::Sender<Job>>,
    writer: Option<JoinHandle<()>>,
    trees: Trees,
    releases: Published,
    /// Last, so that the folder is free only when everything above is closed.
    _lock: File,
}

/// The releases as last made durable: read by everybody, replaced by the writer.
type Published = Arc<RwLock<Arc<Releases>>>;

#[derive(Debug, Clone)]
struct Trees {
    meta: Tree,
    releases: Tree,
    clusters: Tree,
    reports: Tree,
}

impl SledStore {
    /// Opens the folder, or makes it.
    ///
    /// # Errors
    /// Where the folder cannot be made, read or written, is in use by another process, was written by a newer version,
    /// or is damaged: one sentence that says which and what to do.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        let path = path.to_owned();
        blocking(move || Self::open_now(&path)).await
    }

    fn open_now(path: &Path) -> Result<Self, StoreError> {
        let opened = open::open(path)?;
        let releases = Arc::new(RwLock::new(Arc::new(opened.releases)));
        let (jobs, queue) = mpsc::channel(QUEUE);
        let writer = writer::Writer::new(opened.db, opened.trees.clone(), Arc::clone(&releases), path)?;
        let writer = std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || writer.run(queue))
            .map_err(|e| unavailable("the store's writer thread cannot be started").caused_by(e))?;
        Ok(Self { jobs: Some(jobs), writer: Some(writer), trees: opened.trees, releases, _lock: opened.lock })
    }

    async fn ask<T>(&self, job: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Job) -> Result<T, StoreError> {
        let ended = || unavailable("the store's writer has ended: restart the service");
        let (answer, answered) = oneshot::channel();
        let jobs = self.jobs.as_ref().ok_or_else(ended)?;
        jobs.send(job(answer)).await.map_err(|_| ended())?;
        answered.await.map_err(|_| ended())?
    }

    async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Trees) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let trees = self.trees.clone();
        let read = blocking(move || look(&trees)).await;
        read.inspect_err(|error| tracing::error!(error = wfm_shell::sentence(error), "the store cannot be read"))
    }
}

#[async_trait]
impl Store for SledStore {
    async fn publish(&self, batch: Vec<Release>, mode: PublishMode) -> Result<PublishOutcome, StoreError> {
        self.ask(|answer| Job::Publish { batch, mode, answer }).await
    }

    async fn releases(&self) -> Result<Arc<Releases>, StoreError> {
        Ok(Arc::clone(&self.releases.read().unwrap_or_else(PoisonError::into_inner)))
    }

    async fn check_in(&self, arrival: Arrival, at: Timestamp) -> Result<ClusterRecord, StoreError> {
        self.ask(|answer| Job::CheckIn { arrival, at, answer }).await
    }

    async fn cluster(&self, id: ClusterId) -> Result<Option<ClusterRecord>, StoreError> {
        self.read(move |trees| {
            let Some(row) = trees.clusters.get(id.as_bytes()).map_err(failed)? else { return Ok(None) };
            let row = rows::ClusterRow::read(&row)?;
            let report = trees.reports.get(row.report).map_err(failed)?;
            row.with_report(id, report.as_deref()).map(Some)
        })
        .await
    }

    async fn count_clusters(&self) -> Result<u64, StoreError> {
        self.read(|trees| rows::read_count(trees.meta.get(rows::CLUSTERS).map_err(failed)?.as_deref())).await
    }
}

impl Drop for SledStore {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(Err(_)) = self.writer.take().map(JoinHandle::join) {
            tracing::error!("the store's writer had ended before the store was closed");
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|e| {
        Err(StoreError::new(StoreErrorKind::Corrupt, "reading the store failed badly").caused_by(e))
    })
}

fn unavailable(message: &str) -> StoreError {
    StoreError::new(StoreErrorKind::Unavailable, message)
}

/// A sled error while the store is open.
fn failed(error: ::sled::Error) -> StoreError {
    let damaged = matches!(error, ::sled::Error::Corruption { .. } | ::sled::Error::ReportableBug(_));
    let (kind, message) = if damaged {
        (StoreErrorKind::Corrupt, "the store is damaged: restore it from a backup")
    } else {
        (StoreErrorKind::Unavailable, "the store cannot be read or written: look at its disk")
    };
    StoreError::new(kind, message).caused_by(error)
}

#[cfg(test)]
mod tests;
