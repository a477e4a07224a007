//! When something arrives: the service's clock, unless it is wrong. A check-in that is kept at a wrong time stays wrong, so
//! none is kept then.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::OnceCell;
use wfm_core::clock::Clock;
use wfm_core::fleet;
use wfm_core::release::{Release, Releases};
use wfm_core::store::{Store, StoreError, ask};

use crate::error::ApiError;
use crate::throttle::Throttle;

/// How far the clock may be behind what the store knows.
const BEHIND: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How far the clock may be ahead of the last check-in.
const AHEAD: SignedDuration = SignedDuration::from_hours(366 * 24);

/// The clock that things arrive by.
pub(crate) struct ArrivalClock {
    clock: Arc<dyn Clock>,
    is_trusted: bool,
    /// The last check-in of the store when it was first asked for.
    stored: OnceCell<Option<Timestamp>>,
    /// The last time that was given out, in seconds since 1970.
    given: AtomicI64,
    newest: Mutex<Option<(Arc<Releases>, Option<Timestamp>)>>,
    log: Throttle,
}

/// The clock cannot be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WrongClock {
    now: Timestamp,
    than: Timestamp,
    what: &'static str,
}

impl fmt::Display for WrongClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { now, than, what } = self;
        write!(
            f,
            "this machine's clock shows {now}, but {what} is of {than}, so no check-in is kept: set the clock; if the clock is \
             right, repair the store with wfm-api mend or correct the release, or start with --trust-clock"
        )
    }
}

/// Why there is no time.
#[derive(Debug)]
pub(crate) enum NoTime {
    Wrong(WrongClock),
    Store(StoreError),
}

impl ArrivalClock {
    /// A clock that is believed only if it fits what the store knows, unless it `is_trusted`.
    pub(crate) fn new(clock: Arc<dyn Clock>, is_trusted: bool) -> Self {
        let (stored, given) = (OnceCell::new(), AtomicI64::new(i64::MIN));
        Self { clock, is_trusted, stored, given, newest: Mutex::new(None), log: Throttle::default() }
    }

    /// The time at which a check-in arrives now.
    pub(crate) async fn now(&self, store: &dyn Store) -> Result<Timestamp, ApiError> {
        match self.check(store).await {
            Ok(now) => {
                self.given.fetch_max(now.as_second(), Ordering::Relaxed);
                Ok(now)
            }
            Err(NoTime::Store(error)) => Err(error.into()),
            Err(NoTime::Wrong(wrong)) => {
                self.log(&wrong);
                Err(ApiError::wrong_clock())
            }
        }
    }

    /// Logs once a minute that the clock is wrong.
    pub(crate) fn log(&self, wrong: &WrongClock) {
        if let Some(times) = self.log.count(self.clock.now()) {
            tracing::error!(times, "{wrong}");
        }
    }

    /// The time, if it fits what the store knows.
    pub(crate) async fn check(&self, store: &dyn Store) -> Result<Timestamp, NoTime> {
        let now = self.clock.now();
        if self.is_trusted {
            return Ok(now);
        }
        let stored = self.stored.get_or_try_init(|| last_check_in(store)).await.map_err(NoTime::Store)?;
        let given = Timestamp::from_second(self.given.load(Ordering::Relaxed)).ok();
        let newest = self.newest(store.releases().await.map_err(NoTime::Store)?);
        judge(now, newest, (*stored).max(given)).map_err(NoTime::Wrong)
    }

    /// The date of the newest release: looked for when the releases have changed.
    fn newest(&self, releases: Arc<Releases>) -> Option<Timestamp> {
        let mut known = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        match &*known {
            Some((of, newest)) if Arc::ptr_eq(of, &releases) => *newest,
            _ => {
                let newest = releases.iter().map(Release::released).max();
                *known = Some((releases, newest));
                newest
            }
        }
    }
}

/// The last check-in that a store knows, to the day if all its clusters are silent.
async fn last_check_in(store: &dyn Store) -> Result<Option<Timestamp>, StoreError> {
    let last = ask(store, |rollups| {
        let day = fleet::last_day(rollups)?.map(fleet::Day::first_second);
        Ok(rollups.latest()?.max(day))
    });
    Ok(last.await?.and_then(|second| Timestamp::from_second(second).ok()))
}

fn judge(now: Timestamp, newest: Option<Timestamp>, last: Option<Timestamp>) -> Result<Timestamp, WrongClock> {
    let wrong = |than, what| Err(WrongClock { now, than, what });
    match (newest, last) {
        (Some(newest), _) if newest.duration_since(now) > BEHIND => wrong(newest, "the newest release"),
        (_, Some(last)) if last.duration_since(now) > BEHIND || now.duration_since(last) > AHEAD => {
            wrong(last, "the last check-in")
        }
        _ => Ok(now),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("{text}T00:00:00Z").parse().unwrap()
    }

    #[test]
    fn a_clock_is_believed_if_it_fits_what_is_known() {
        let known = [Some(at("2025-12-01")), Some(at("2026-01-01"))];
        for (now, newest, last, right) in [
            ("1970-01-01", None, None, true),
            ("1970-01-01", known[0], None, false),
            ("1970-01-01", None, known[1], false),
            ("2025-11-02", known[0], None, true),
            ("2025-12-02", known[0], known[1], true),
            ("2025-12-01", known[0], known[1], false),
            ("2027-01-02", known[0], known[1], true),
            ("2027-01-03", known[0], known[1], false),
            ("2086-01-01", known[0], known[1], false),
            ("2086-01-01", known[0], None, true),
        ] {
            assert_eq!(judge(at(now), newest, last).is_ok(), right, "{now} {newest:?} {last:?}");
        }
    }

    #[test]
    fn the_sentence_names_both_times_and_what_to_do() {
        let wrong = judge(at("2086-01-01"), None, Some(at("2026-01-01"))).unwrap_err().to_string();
        for part in
            ["shows 2086-01-01T00:00:00Z", "the last check-in is of 2026-01-01", "--trust-clock", "wfm-api mend"]
        {
            assert!(wrong.contains(part), "{wrong}");
        }
    }
}
