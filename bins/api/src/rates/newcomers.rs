//! How many new clusters one network may bring on a day.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

/// Networks of a day, at most: beyond, all of them start anew, because memory matters more than a limit.
const NETWORKS: usize = 256 * 1024;
const DAY: i64 = 24 * 60 * 60;

/// What each network has brought today.
#[derive(Debug)]
pub(super) struct NewClusters {
    most: u32,
    today: Mutex<Today>,
}

#[derive(Debug, Default)]
struct Today {
    day: i64,
    networks: HashMap<u64, u32>,
    /// Whether a network has reached its limit today.
    is_reached: bool,
}

/// A network is at its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Full {
    /// Seconds until the next UTC day.
    pub(super) wait: u64,
    /// Whether it is the first one of the day.
    pub(super) is_first: bool,
}

impl NewClusters {
    /// So many a day. `None` if there is no limit.
    pub(super) fn new(most: u32) -> Option<Self> {
        (most > 0).then(|| Self { most, today: Mutex::default() })
    }

    /// Takes a place for a cluster that may be new. It is taken before the store is asked, so that requests at the same
    /// moment cannot pass the limit together; [`give_back`](Self::give_back) is for a cluster that was known.
    pub(super) fn take(&self, network: u64, now: Timestamp) -> bool {
        let mut today = self.today(now);
        if today.networks.len() >= NETWORKS && !today.networks.contains_key(&network) {
            today.networks.clear();
        }
        let count = today.networks.entry(network).or_default();
        let fits = *count < self.most;
        *count += u32::from(fits);
        fits
    }

    /// Gives a place back.
    pub(super) fn give_back(&self, network: u64, now: Timestamp) {
        let mut today = self.today.lock().unwrap_or_else(PoisonError::into_inner);
        // A place of yesterday is gone with its day.
        if today.day != day_of(now) {
            return;
        }
        let Some(count) = today.networks.get_mut(&network) else { return };
        *count = count.saturating_sub(1);
        if *count == 0 {
            today.networks.remove(&network);
        }
    }

    /// Notes that a cluster did not fit.
    pub(super) fn full(&self, now: Timestamp) -> Full {
        let wait = (DAY - now.as_second().rem_euclid(DAY)).unsigned_abs();
        Full { wait, is_first: !std::mem::replace(&mut self.today(now).is_reached, true) }
    }

    fn today(&self, now: Timestamp) -> std::sync::MutexGuard<'_, Today> {
        let mut today = self.today.lock().unwrap_or_else(PoisonError::into_inner);
        let day = day_of(now);
        if today.day != day {
            *today = Today { day, ..Today::default() };
        }
        today
    }
}

fn day_of(now: Timestamp) -> i64 {
    now.as_second().div_euclid(DAY)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_767_225_600 + second).unwrap()
    }

    #[test]
    fn a_network_is_full_until_the_next_utc_day() {
        let newcomers = NewClusters::new(2).unwrap();
        assert!(newcomers.take(1, at(0)) && newcomers.take(1, at(1)) && !newcomers.take(1, at(2)));
        assert!(newcomers.take(2, at(2)), "another network has its own");
        assert_eq!(newcomers.full(at(DAY - 5)), Full { wait: 5, is_first: true });
        assert!(!newcomers.full(at(DAY - 1)).is_first);
        assert!(newcomers.take(1, at(DAY)));
        assert!(newcomers.full(at(DAY)).is_first);
        assert!(NewClusters::new(0).is_none());
    }

    #[test]
    fn memory_has_an_end() {
        let newcomers = NewClusters::new(1).unwrap();
        assert!((0..NETWORKS as u64 + 10).all(|network| newcomers.take(network, at(0))));
        assert!(newcomers.today.lock().unwrap().networks.len() <= NETWORKS);
    }

    proptest! {
        #[test]
        fn known_clusters_leave_no_trace(most in 1u32..20, known in prop::collection::vec(any::<bool>(), 0..200)) {
            let newcomers = NewClusters::new(most).unwrap();
            let mut new = 0;
            for is_known in known {
                if newcomers.take(7, at(0)) {
                    if is_known { newcomers.give_back(7, at(0)) } else { new += 1 }
                } else {
                    prop_assert_eq!(new, most);
                }
            }
            prop_assert!(new <= most);
        }
    }
}
