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
//!
//! # Bookkeeping
//! A check-in is the first of its cluster, or comes after a silence of more than 24 hours (a return), or neither. 24 hours
//! after a check-in that no other has followed its cluster disappears. So, counting events in (t₀, t₁]:
//!
//! active(t₁) = active(t₀) + first check-ins + returns − disappearances
//!
//! A check-in is an event or two at its second and moves its cluster from one counter of a day to another: that is all that
//! is written, whatever the number of clusters. A [`Teller`] knows which; [`Changes`] gather them as rows for a store.

mod adoption;
mod changes;
mod cohorts;
mod daily;
mod life;
mod public;
#[cfg(any(test, feature = "testing"))]
pub mod reference;
mod rows;
mod running;
mod series;
mod steps;
mod summary;
mod table;
mod time;
mod track;
mod view;

#[cfg(test)]
mod tests;

pub use adoption::{adoption, lag, published, releases_in_use};
pub use changes::Changes;
pub use cohorts::{Cohorts, NotCohorts};
pub use daily::{CountedDay, Counts, daily};
pub use life::{Life, Teller};
pub use public::{PUBLIC_AFTER, PublicDay, PublicDays};
pub use rows::{Delta, NotARow, VersionCell, key_weight, weight};
pub use running::running;
pub use series::{Counted, Range, age_series, series};
pub use steps::{NotSteps, Steps};
pub use summary::{first_day, now, summary};
pub use table::Table;
pub use time::{DAY, Day, Window};
pub use track::Track;
pub use view::{Rollups, Row, Waiting};
