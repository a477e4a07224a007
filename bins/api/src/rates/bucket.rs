//! Leaky buckets, one for each key: the generic cell rate algorithm, which needs one number for a key.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

/// Locks, so that requests rarely wait for each other.
const SHARDS: usize = 16;
/// Keys of a shard, at most: beyond, all of them start anew, because memory matters more than a rate.
const KEYS: usize = 16 * 1024;

/// Buckets of one size.
pub(super) struct Buckets {
    /// Nanoseconds from one to the next.
    interval: i128,
    /// Nanoseconds that may be ahead of time.
    ahead: i128,
    shards: [Mutex<HashMap<u64, i128>>; SHARDS],
}

impl Buckets {
    /// So many in so many seconds, a sixth of them at once. `None` where there is no limit.
    pub(super) fn new(count: u32, seconds: u32) -> Option<Self> {
        let interval = i128::from(seconds) * 1_000_000_000 / i128::from((count > 0).then_some(count)?);
        let at_once = (count / 6).max(1);
        Some(Self { interval, ahead: interval * i128::from(at_once - 1), shards: Default::default() })
    }

    /// Takes one, or says in how many seconds there is one again.
    pub(super) fn take(&self, key: u64, now: Timestamp) -> Result<(), u64> {
        let now = now.as_nanosecond();
        // The low bits choose the place within the map.
        let shard = &self.shards[(key >> 60) as usize % SHARDS];
        let mut due = shard.lock().unwrap_or_else(PoisonError::into_inner);
        let next = due.get(&key).copied().unwrap_or(now).max(now);
        // A clock that went back leaves a date that is too far ahead: it starts anew.
        let next = if next - now > self.ahead + self.interval { now } else { next };
        let early = next - now - self.ahead;
        if early > 0 {
            return Err(u64::try_from((early + 999_999_999) / 1_000_000_000).unwrap_or(u64::MAX));
        }
        if due.len() >= KEYS && !due.contains_key(&key) {
            due.retain(|_, next| *next > now);
            if due.len() >= KEYS {
                due.clear();
            }
        }
        due.insert(key, next + self.interval);
        Ok(())
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().unwrap().len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + second).unwrap()
    }

    #[test]
    fn a_sixth_may_come_at_once_and_then_one_by_one() {
        let buckets = Buckets::new(60, 3600).unwrap();
        assert!((0..10).all(|_| buckets.take(1, at(0)).is_ok()));
        assert_eq!(buckets.take(1, at(0)), Err(60));
        assert_eq!(buckets.take(1, at(59)), Err(1));
        assert_eq!(buckets.take(2, at(59)), Ok(()), "another key has its own");
        assert_eq!(buckets.take(1, at(60)), Ok(()));
        assert_eq!(buckets.take(1, at(60)), Err(60));
        assert!((0..10).all(|_| buckets.take(1, at(3600)).is_ok()));
    }

    #[test]
    fn nothing_is_limited_at_zero_and_one_an_hour_is_one_an_hour() {
        assert!(Buckets::new(0, 60).is_none());
        let one = Buckets::new(1, 3600).unwrap();
        assert_eq!((one.take(1, at(0)), one.take(1, at(1))), (Ok(()), Err(3599)));
    }

    #[test]
    fn a_clock_that_goes_back_locks_nobody_out() {
        let buckets = Buckets::new(60, 3600).unwrap();
        assert!((0..10).all(|_| buckets.take(1, at(1_000_000)).is_ok()));
        assert_eq!(buckets.take(1, at(0)), Ok(()));
    }

    #[test]
    fn what_has_run_down_is_forgotten_and_memory_has_an_end() {
        let buckets = Buckets::new(60, 60).unwrap();
        for round in 0..4 {
            for key in 0..KEYS as u64 {
                buckets.take(key + round * KEYS as u64, at(round as i64)).unwrap();
            }
        }
        assert!(buckets.len() <= KEYS, "all keys were of one shard: {}", buckets.len());
    }
}
