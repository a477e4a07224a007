//! Questions about the fleet, and the rollups that answer them.
//!
//! The words, exactly (T is a moment, all times are the service's clock, to the second):
//!
//! | word | meaning |
//! |---|---|
//! | known(T) | clusters whose first check-in is ≤ T |
//! | active(T) | clusters with a check-in in (T − 24 h, T] |
//! | appeared(W, T) | clusters whose first check-in lies in (T − W, T] |
//! | disappeared(W, T) | clusters silent at T whose 24 hours of silence ended in (T − W, T] |
//! | bounced(W, T) | clusters that appeared in (T − W, T], were never seen on a second UTC day, and are not active |
//! | returned(W, T) | clusters that checked in during (T − W, T] after a silence of more than 24 h |
//!
//! A UTC day stands for its last second: active(day) are the clusters that checked in on that day.

mod cohorts;

pub use cohorts::{Cohorts, NotCohorts};
