//! Log lines about what others do: one a minute, with how often it happened, so that no one can fill the log.

use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

const EVERY: SignedDuration = SignedDuration::from_secs(60);

/// Counts what happens, and lets through one line a minute.
#[derive(Debug, Default)]
pub(crate) struct Throttle(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    last: Option<Timestamp>,
    count: u64,
}

impl Throttle {
    /// It happened once more. Returns how often it did since the last line, if it is time for another.
    pub(crate) fn count(&self, now: Timestamp) -> Option<u64> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.count = state.count.saturating_add(1);
        // A clock that went back must not silence it.
        let is_due = state.last.is_none_or(|last| now.duration_since(last).abs() >= EVERY);
        is_due.then(|| {
            state.last = Some(now);
            std::mem::take(&mut state.count)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_has_one_line_and_the_line_counts_what_it_stands_for() {
        let throttle = Throttle::default();
        let at = |second: i64| Timestamp::from_second(1_767_225_600 + second).unwrap();
        assert_eq!(throttle.count(at(0)), Some(1));
        assert!((1..60).all(|second| throttle.count(at(second)).is_none()));
        assert_eq!(throttle.count(at(60)), Some(60));
        assert_eq!(throttle.count(at(61)), None);
        assert_eq!(throttle.count(at(0)), Some(2), "the clock was set back");
    }
}
