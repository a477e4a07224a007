//! Time as a parameter, so that every rule about time can be tested.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

/// Tells what time it is, in UTC.
pub trait Clock: Send + Sync + fmt::Debug {
    /// Now. Somebody may set the clock, so it can jump, forwards and backwards: good for showing, not for waiting.
    fn now(&self) -> Timestamp;

    /// The time that has passed since some fixed moment. It never goes back and never jumps: what waits and ages are
    /// measured with.
    fn monotonic(&self) -> Duration;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn monotonic(&self) -> Duration {
        static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
        START.elapsed()
    }
}

/// A clock that stands still until it is told to move.
#[cfg(any(test, feature = "testing"))]
#[derive(Debug)]
pub struct ManualClock(std::sync::Mutex<(Timestamp, Duration)>);

#[cfg(any(test, feature = "testing"))]
impl ManualClock {
    /// A clock that shows `at`.
    #[must_use]
    pub fn new(at: Timestamp) -> Self {
        Self(std::sync::Mutex::new((at, Duration::ZERO)))
    }

    /// Sets the clock, forwards or backwards, as an administrator would: no time passes.
    pub fn set(&self, at: Timestamp) {
        self.lock().0 = at;
    }

    /// Lets time pass.
    pub fn advance(&self, by: jiff::SignedDuration) {
        let mut clock = self.lock();
        clock.0 = clock.0.checked_add(by).unwrap_or(Timestamp::MAX);
        clock.1 += by.unsigned_abs();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, (Timestamp, Duration)> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(any(test, feature = "testing"))]
impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.lock().0
    }

    fn monotonic(&self) -> Duration {
        self.lock().1
    }
}
