//! How long the API server asked to be left alone.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::failure::Failure;

/// A server is not left alone for longer than this, whatever it asks: its next word may be that all is well.
pub(crate) const LONGEST: Duration = Duration::from_secs(60);

/// What was refused with a `Retry-After`, by path, and until when it is not asked again.
#[derive(Debug, Default)]
pub(crate) struct Waits(Mutex<HashMap<String, (Duration, Failure)>>);

impl Waits {
    /// Remembers a refusal that says how long to wait; `now` is a monotonic clock's.
    pub(crate) fn note(&self, path: &str, failure: &Failure, now: Duration) {
        if let Some(wait) = failure.retry_after() {
            self.lock().insert(bare(path).to_owned(), (now + wait.min(LONGEST), failure.clone()));
        }
    }

    /// The refusal that still holds for a path.
    pub(crate) fn holding(&self, path: &str, now: Duration) -> Option<Failure> {
        let mut waits = self.lock();
        waits.retain(|_, (until, _)| *until > now);
        waits.get(bare(path)).map(|(_, failure)| failure.clone())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, (Duration, Failure)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn bare(path: &str) -> &str {
    path.split('?').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    fn busy(seconds: u64) -> Failure {
        Failure::refused(StatusCode::SERVICE_UNAVAILABLE, Some(Duration::from_secs(seconds)), b"")
    }

    #[test]
    fn a_path_is_left_alone_for_as_long_as_was_asked_and_a_minute_at_most() {
        let (waits, second) = (Waits::default(), Duration::from_secs);
        waits.note("/pods?limit=5", &busy(45), second(100));
        assert_eq!(waits.holding("/pods?limit=100", second(144)), Some(busy(45)));
        assert_eq!(waits.holding("/nodes", second(144)), None);
        assert_eq!(waits.holding("/pods", second(145)), None);
        waits.note("/pods", &busy(86_400), second(200));
        assert!(waits.holding("/pods", second(259)).is_some() && waits.holding("/pods", second(260)).is_none());
    }

    #[test]
    fn who_does_not_say_how_long_is_asked_at_the_next_opportunity() {
        let waits = Waits::default();
        waits.note("/pods", &Failure::Timeout, Duration::ZERO);
        assert_eq!(waits.holding("/pods", Duration::ZERO), None);
    }
}
