//! What is known of the published releases, and how old the knowledge is.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use jiff::Timestamp;
use wfm_core::clock::Clock;
use wfm_core::diff::Knowledge;
use wfm_core::release::{Issue, Notice, Releases};
use wfm_core::source::{ReleaseList, SourceError, SourceErrorCause, VersionSource};
use wfm_core::version::Train;
use wfm_core::wire::v4::TrainReleases;

use crate::release_cache::ReleaseCache;

/// The first wait after a failed check; each further one doubles it, up to [`LONGEST_RETRY`].
const FIRST_RETRY: Duration = Duration::from_secs(30);
const LONGEST_RETRY: Duration = Duration::from_secs(3600);

/// A serial is remembered as no more than this after the agent's clock, in seconds since 1970. So a list with the highest
/// serial of all does not keep every later one out for ever.
const AHEAD: u64 = 86_400;

/// What is known, and when it was learnt.
#[derive(Debug, Clone, Default)]
pub struct Learnt {
    /// The releases, notices and issue of the last successful check.
    pub releases: Option<Arc<Releases>>,
    /// The SHA-256 of that list, in hexadecimal digits; empty where the source computes none.
    pub sha256: String,
    /// How many of its entries were passed over.
    pub passed_over: u64,
    /// Notices of earlier lists that are no longer published, by name, as many as a list has at most.
    pub withdrawn: Vec<Notice>,
    /// The highest serial of a list so far, or 0. A list with a lower one is not believed.
    pub highest_serial: u64,
    /// When the last successful check was.
    pub checked_at: Option<Timestamp>,
    /// Why the last check failed, if it did.
    pub failure: Option<Failure>,
    /// How many checks have failed in a row.
    pub failures: u32,
}

/// A failed check.
#[derive(Debug, Clone)]
pub struct Failure {
    /// When it failed.
    pub at: Timestamp,
    /// What kind of failure.
    pub cause: SourceErrorCause,
    /// One sentence.
    pub message: String,
}

/// Asks for published releases and keeps the last answer.
pub struct Updates {
    source: Option<Arc<dyn VersionSource>>,
    train: Train,
    interval: Duration,
    clock: Arc<dyn Clock>,
    learnt: RwLock<Learnt>,
    failed: Mutex<BTreeMap<SourceErrorCause, u64>>,
    cache: Option<ReleaseCache>,
    /// Whether what is known must not be reported by: it was learnt under an id that is no longer.
    is_of_another_id: AtomicBool,
}

impl Updates {
    /// Without a source, update checks are off: nothing is ever asked.
    #[must_use]
    pub fn new(
        source: Option<Arc<dyn VersionSource>>,
        train: Train,
        interval: Duration,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let (learnt, failed, is_of_another_id) = Default::default();
        Self { source, train, interval, clock, learnt, failed, cache: None, is_of_another_id }
    }

    /// The same, which begins with what a cache kept, and keeps what it learns there.
    #[must_use]
    pub fn with_cache(self, cache: ReleaseCache) -> Self {
        let learnt = cache.read(&self.train).unwrap_or_default();
        Self { learnt: RwLock::new(learnt), cache: Some(cache), ..self }
    }

    /// Whether there is somebody to ask.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.source.is_some()
    }

    /// The train that is followed.
    #[must_use]
    pub fn train(&self) -> &Train {
        &self.train
    }

    /// The longest time between two checks.
    #[must_use]
    pub fn interval(&self) -> Duration {
        self.interval
    }

    /// What is known.
    #[must_use]
    pub fn learnt(&self) -> Learnt {
        self.learnt.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many checks have failed since the start, by the kind of failure.
    #[must_use]
    pub fn failed(&self) -> BTreeMap<SourceErrorCause, u64> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks once. What was known stays known if the answer fails to come, or is older.
    pub async fn check(&self) {
        let Some(source) = &self.source else { return };
        let result = source.releases(&self.train).await;
        let now = self.clock.now();
        let mut learnt = self.learnt.write().unwrap_or_else(PoisonError::into_inner);
        match result.and_then(|list| learnt.not_older(&self.train, list)) {
            Ok(list) => {
                tracing::info!(releases = list.releases.len(), "the published releases were read");
                *learnt = learnt.after(&self.train, list, now);
                self.is_of_another_id.store(false, Ordering::SeqCst);
                let kept = self.cache.as_ref().map_or(Ok(()), |cache| cache.write(&self.train, &learnt));
                if let Err(error) = kept {
                    tracing::warn!("the published releases cannot be kept for the next start: {error}");
                }
            }
            Err(SourceError { cause, message }) => {
                tracing::warn!(?cause, "the published releases could not be read: {message}");
                learnt.failure = Some(Failure { at: now, cause, message });
                learnt.failures = learnt.failures.saturating_add(1);
                *self.failed.lock().unwrap_or_else(PoisonError::into_inner).entry(cause).or_default() += 1;
            }
        }
    }

    /// Forgets what links the next check to the ones before: the source's validator, and what was kept for the next start.
    /// What is known is shown until that check, and no check-in is made of it: what a service left out of a list would
    /// otherwise connect the new id with the old one.
    pub async fn forget(&self) {
        self.is_of_another_id.store(true, Ordering::SeqCst);
        if let Some(source) = &self.source {
            source.forget().await;
        }
        if let Some(Err(error)) = self.cache.as_ref().map(ReleaseCache::clear) {
            tracing::warn!("the kept list of releases cannot be removed: {error}");
        }
    }

    /// Whether envelopes may be made by what is known: a check has succeeded, under the id that the cluster has now.
    #[must_use]
    pub fn is_reportable(&self) -> bool {
        self.learnt().releases.is_some() && !self.is_of_another_id.load(Ordering::SeqCst)
    }

    /// How long to wait before the next check. `fraction` is random, from 0 to 1: it spreads installations over time and
    /// never makes a wait longer than the interval.
    #[must_use]
    pub fn wait(&self, fraction: f64) -> Duration {
        let failures = self.learnt().failures;
        let longest = match failures {
            0 => self.interval,
            _ => FIRST_RETRY.saturating_mul(1 << (failures - 1).min(10)).min(LONGEST_RETRY).min(self.interval),
        };
        longest.mul_f64(1.0 - 0.2 * fraction.clamp(0.0, 1.0))
    }
}

impl Learnt {
    /// The knowledge to compare with. Without a source it is off, whatever was learnt before.
    #[must_use]
    pub fn knowledge(&self, is_on: bool) -> Knowledge<'_> {
        match &self.releases {
            _ if !is_on => Knowledge::Off,
            Some(releases) => Knowledge::Known(releases),
            None => Knowledge::Never,
        }
    }

    /// The issue of the list, if it has one.
    #[must_use]
    pub fn issue(&self, train: &Train) -> Option<Issue> {
        self.releases.as_ref()?.issue(train)
    }

    /// The notices of a train, and whether each is still published.
    pub fn notices(&self, train: &Train) -> impl Iterator<Item = (&Notice, bool)> {
        let published = self.releases.iter().flat_map(|releases| releases.notices(train));
        published.map(|notice| (notice, true)).chain(self.withdrawn.iter().map(|notice| (notice, false)))
    }

    /// The list, unless it is older than what is known.
    fn not_older(&self, train: &Train, list: ReleaseList) -> Result<ReleaseList, SourceError> {
        let issue = list.releases.issue(train);
        if issue.map_or(0, |issue| issue.serial) >= self.highest_serial {
            return Ok(list);
        }
        let known = self.highest_serial;
        let message = match issue {
            Some(Issue { serial, issued }) => format!(
                "an older list was read (serial {serial}, of {}) than is known (serial {known})",
                issued.strftime("%Y-%m-%d")
            ),
            None => format!("a list without a serial was read, and one with serial {known} is known"),
        };
        Err(SourceError { cause: SourceErrorCause::Older, message })
    }

    /// What is known after a list was read.
    fn after(&self, train: &Train, list: ReleaseList, now: Timestamp) -> Self {
        let serial = list.releases.issue(train).map_or(0, |issue| issue.serial);
        let most = u64::try_from(now.as_second()).unwrap_or_default().saturating_add(AHEAD);
        // Another text is a correction. A notice that concerns others now, or alarms less, is gone.
        let is_same = |now: &Notice, before: &Notice| {
            (now.level, &now.component, &now.affected) == (before.level, &before.component, &before.affected)
        };
        let gone = |notice: &&Notice| list.releases.notice(train, &notice.id).is_none_or(|now| !is_same(now, notice));
        let published = self.releases.iter().flat_map(|releases| releases.notices(train));
        // Those that went first are kept: what comes later must not push them out.
        let mut withdrawn: Vec<Notice> = self.withdrawn.iter().chain(published).filter(gone).cloned().collect();
        withdrawn.truncate(TrainReleases::MAX_NOTICES);
        Self {
            releases: Some(list.releases),
            sha256: list.sha256,
            passed_over: list.passed_over,
            withdrawn,
            highest_serial: self.highest_serial.max(serial.min(most)),
            checked_at: Some(now),
            failure: None,
            failures: 0,
        }
    }
}

impl std::fmt::Debug for Updates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Updates").field("train", &self.train).field("is_on", &self.is_on()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use async_trait::async_trait;
    use wfm_core::clock::ManualClock;

    use super::*;

    struct Switchable(Arc<AtomicBool>);

    #[async_trait]
    impl VersionSource for Switchable {
        async fn releases(&self, _: &Train) -> Result<ReleaseList, SourceError> {
            if self.0.load(Ordering::SeqCst) {
                return Ok(ReleaseList::default());
            }
            Err(SourceError { cause: SourceErrorCause::Dns, message: "no such host".into() })
        }
    }

    fn updates(works: &Arc<AtomicBool>) -> Updates {
        let clock = Arc::new(ManualClock::new("2026-01-01T00:00:00Z".parse().unwrap()));
        let source = Arc::new(Switchable(Arc::clone(works)));
        Updates::new(Some(source), Train::stable(), Duration::from_secs(43_200), clock)
    }

    #[tokio::test]
    async fn what_was_learnt_outlives_a_failure() {
        let works = Arc::new(AtomicBool::new(true));
        let updates = updates(&works);
        updates.check().await;
        works.store(false, Ordering::SeqCst);
        updates.check().await;
        let learnt = updates.learnt();
        assert!(learnt.releases.is_some() && learnt.checked_at.is_some());
        assert_eq!(learnt.failure.unwrap().cause, SourceErrorCause::Dns);
    }

    #[tokio::test]
    async fn a_failure_is_tried_again_soon_then_ever_later_and_never_past_the_interval() {
        let works = Arc::new(AtomicBool::new(false));
        let updates = updates(&works);
        let mut waits = Vec::new();
        for _ in 0..12 {
            updates.check().await;
            waits.push(updates.wait(0.0).as_secs());
        }
        assert_eq!(waits[..5], [30, 60, 120, 240, 480]);
        assert_eq!(waits[11], 3600);
        works.store(true, Ordering::SeqCst);
        updates.check().await;
        assert_eq!(updates.wait(0.0).as_secs(), 43_200);
    }

    #[test]
    fn jitter_only_shortens_a_wait() {
        let updates = updates(&Arc::new(AtomicBool::new(true)));
        assert_eq!(updates.wait(0.0), Duration::from_secs(43_200));
        assert!(updates.wait(0.999) >= Duration::from_secs(34_560));
        assert!(updates.wait(0.5) < Duration::from_secs(43_200));
    }

    #[tokio::test]
    async fn switched_off_nothing_is_asked_and_nothing_is_known() {
        let clock = Arc::new(ManualClock::new("2026-01-01T00:00:00Z".parse().unwrap()));
        let updates = Updates::new(None, Train::stable(), Duration::from_secs(1), clock);
        updates.check().await;
        assert!(matches!(updates.learnt().knowledge(updates.is_on()), Knowledge::Off));
    }
}
