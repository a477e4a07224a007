//! Days that are over, as the public is shown them: counted from every check-in when somebody asks first, and kept.

use std::time::Duration;

use tokio::sync::{Mutex, OnceCell};
use wfm_core::fleet::{self, Day, PublicDays, Steps};
use wfm_core::store::{Store, StoreError, StoreErrorKind, ask};

use crate::service::Service;
use crate::viewer::InsightsPublic;

/// What may still be on its way to the disk when a day is over, in seconds.
const ON_ITS_WAY: i64 = 60;
/// Clusters that are read at once.
const PAGE: usize = 256;
/// Days that are counted at once: a fleet of ten years should not be in memory.
const MOST: i64 = 400;
/// How often it is looked whether a day is over.
const EVERY: Duration = Duration::from_secs(60);

/// What a service knows of them.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    steps: OnceCell<Steps>,
    /// The day up to which all are kept. Who counts holds it.
    until: Mutex<Option<Day>>,
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

    /// Counts and keeps the days that are over and not kept yet. Where it is cut off, the next call goes on.
    pub(crate) async fn keep_days(&self) -> Result<(), StoreError> {
        let to = self.last_day();
        let mut until = self.kept.until.lock().await;
        if until.is_none_or(|until| until < to) {
            keep(self.store.as_ref(), to, self.steps().await?).await?;
            *until = Some(to);
        }
        Ok(())
    }

    /// Keeps each day soon after it is over, for as long as this runs, where the numbers are public. A store that fails is
    /// told once, until it does not.
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
