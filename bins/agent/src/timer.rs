//! Waiting for a moment.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::time::Instant;
use wfm_core::clock::Clock;

/// Waits for moments; a test's timer sets the clock instead.
#[async_trait]
pub trait Timer: Send + Sync {
    /// Returns at this moment or soon after it; at once where it has passed.
    async fn until(&self, at: Timestamp);
}

/// Waits by the machine's clock.
pub struct SystemTimer {
    clock: Arc<dyn Clock>,
}

/// How often the clock is looked at while waiting: a machine that slept, or whose clock was set, is noticed then.
const LOOK: Duration = Duration::from_secs(60);

impl SystemTimer {
    /// A timer of this clock.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock }
    }
}

#[async_trait]
impl Timer for SystemTimer {
    async fn until(&self, at: Timestamp) {
        let left = |now: Timestamp| Duration::try_from(at.duration_since(now)).unwrap_or_default();
        // A clock that is set back a year must not make it wait for a year.
        let latest = Instant::now() + left(self.clock.now());
        loop {
            let left = left(self.clock.now()).min(latest.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return;
            }
            tokio::time::sleep(left.min(LOOK)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use wfm_core::clock::ManualClock;

    use super::*;

    fn start() -> Timestamp {
        "2026-01-01T00:00:00Z".parse().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_jumps_ahead_ends_the_wait_and_one_that_falls_back_does_not_lengthen_it() {
        for jump in [SignedDuration::from_hours(24 * 30), SignedDuration::from_hours(-24 * 365)] {
            let clock = Arc::new(ManualClock::new(start()));
            let timer = SystemTimer::new(clock.clone());
            let began = Instant::now();
            let waits = tokio::spawn(async move { timer.until(start() + SignedDuration::from_hours(12)).await });
            tokio::time::sleep(Duration::from_secs(100)).await;
            clock.advance(jump);
            waits.await.unwrap();
            let waited = began.elapsed();
            let expected = if jump.is_positive() { 100..=160 } else { 43_200..=43_260 };
            assert!(expected.contains(&waited.as_secs()), "{waited:?}");
        }
    }

    #[tokio::test]
    async fn a_moment_that_has_passed_is_not_waited_for() {
        SystemTimer::new(Arc::new(ManualClock::new(start()))).until(start()).await;
    }
}
