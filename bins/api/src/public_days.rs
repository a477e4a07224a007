//! Days that are over, as the public is shown them: counted from every check-in soon after they are over, and kept.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::{Mutex, OnceCell};
use tokio::task::AbortHandle;
use wfm_core::fleet::{self, Day, PublicDay, PublicDays, Steps};
use wfm_core::store::{Store, StoreError, StoreErrorKind, ask};

use crate::handlers::insights::LONGEST;
use crate::service::Service;
use crate::viewer::InsightsPublic;

/// What may still be on its way to the disk when a day is over, in seconds.
const ON_ITS_WAY: i64 = 60;
/// Clusters that are read at once.
const PAGE: usize = 256;
/// Days that are counted at once: a fleet of ten years should not be in memory.
const MOST: i64 = 400;
/// How long a request waits until days are counted.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often it is looked whether a day is over.
const EVERY: Duration = Duration::from_secs(60);

/// What a service knows of them.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    steps: OnceCell<Steps>,
    /// The day up to which all are kept. The task that counts holds it.
    until: Mutex<Option<Day>>,
    /// Every day that is kept. Days never change, so that one copy serves all requests.
    days: RwLock<Arc<BTreeMap<Day, PublicDay>>>,
    /// A task that counts for a request.
    counting: std::sync::Mutex<Option<AbortHandle>>,
}

impl Kept {
    /// Every day that is kept.
    pub(crate) fn days(&self) -> Arc<BTreeMap<Day, PublicDay>> {
        Arc::clone(&self.days.read().unwrap_or_else(PoisonError::into_inner))
    }

    async fn read(&self, store: &dyn Store, to: Day) -> Result<(), StoreError> {
        let days = store.public_days(to.plus(1 - LONGEST), to).await?;
        let days = Arc::new(days.into_iter().map(|day| (day.day.into(), day)).collect());
        *self.days.write().unwrap_or_else(PoisonError::into_inner) = days;
        Ok(())
    }

    /// Ends the counting.
    pub(crate) async fn stop(&self) {
        if let Some(counting) = self.counting.lock().unwrap_or_else(PoisonError::into_inner).take() {
            counting.abort();
        }
        drop(self.until.lock().await);
    }
}

impl Service {
    /// The last day that is over.
    pub(crate) fn last_day(&self) -> Day {
        Day::of(self.clock.now().as_second() - ON_ITS_WAY).plus(-1)
    }

    /// The secret of the public numbers.
    pub(crate) async fn steps(&self) -> Result<&Steps, StoreError> {
        let draw = async || {
            let mut random = [0; Steps::RANDOM];
            getrandom::fill(&mut random).map_err(|error| {
                StoreError::new(StoreErrorKind::Unavailable, "the system has no randomness").caused_by(error)
            })?;
            self.store.steps(Steps::of(random)).await
        };
        self.kept.steps.get_or_try_init(draw).await
    }

    /// Has the days counted that are over and not kept yet, and waits for it a little: counting a large store takes longer
    /// than a request may, goes on without it, and is done once however many ask. Until then the days before are shown.
    pub(crate) async fn keep_days_meanwhile(self: &Arc<Self>) -> Result<(), StoreError> {
        let service = Arc::clone(self);
        if service.kept.until.try_lock().is_ok_and(|until| *until == Some(service.last_day())) {
            return Ok(());
        }
        let counting = {
            let mut last = self.kept.counting.lock().unwrap_or_else(PoisonError::into_inner);
            if last.as_ref().is_some_and(|last| !last.is_finished()) {
                return Ok(());
            }
            let counting = tokio::spawn(async move { service.keep_days().await });
            *last = Some(counting.abort_handle());
            counting
        };
        match tokio::time::timeout(PATIENCE, counting).await {
            Ok(Ok(counted)) => counted,
            Ok(Err(_)) | Err(_) => Ok(()),
        }
    }

    /// Counts and keeps the days that are over and not kept yet, unless that is going on already.
    async fn keep_days(&self) -> Result<(), StoreError> {
        let (to, store) = (self.last_day(), self.store.as_ref());
        let Ok(mut until) = self.kept.until.try_lock() else { return Ok(()) };
        if *until == Some(to) {
            return Ok(());
        }
        if until.is_none() {
            self.kept.read(store, to).await?;
        }
        // A day is counted once. By a clock that is wrong it would be counted before it is over.
        if self.arrivals.check(store).await.is_ok() {
            keep(store, to, self.steps().await?).await?;
            self.kept.read(store, to).await?;
            *until = Some(to);
        }
        Ok(())
    }

    /// Keeps each day soon after it is over, for as long as this runs, if the numbers are public. A store that fails is
    /// logged once, until it does not.
    pub(crate) async fn keep_every_day(&self) {
        if self.insights_public == InsightsPublic::None {
            return;
        }
        let mut failing = false;
        loop {
            match self.keep_days().await {
                Ok(()) => failing = false,
                Err(error) if !std::mem::replace(&mut failing, true) => {
                    let error = wfm_shell::sentence(&error);
                    tracing::warn!(error, "the public numbers cannot be counted: it is tried again every minute");
                }
                Err(_) => {}
            }
            tokio::time::sleep(EVERY).await;
        }
    }
}

async fn keep(store: &dyn Store, to: Day, steps: &Steps) -> Result<(), StoreError> {
    let last = store.last_public_day(to).await?.map(|shown| Day::from(shown.day).plus(1));
    let Some(mut from) = (match last {
        None => ask(store, fleet::first_day).await?,
        after => after,
    }) else {
        return Ok(());
    };
    while from <= to {
        let until = from.plus(MOST - 1).min(to);
        let mut days = PublicDays::between(from, until);
        let mut after = None;
        loop {
            let page = store.histories(after, PAGE).await?;
            page.items.iter().for_each(|history| days.add(history.record.cohort(), &history.runs));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        store.keep_public_days(days.rounded(steps)).await?;
        from = until.plus(1);
    }
    Ok(())
}
