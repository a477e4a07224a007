//! What all clusters of a fleet share: when it begins and ends, and how long one lives.

use std::ops::Range;

use super::{DAY, Fleet};

/// A cluster ends on one of so many days in its first week, and of so many days later on.
const FIRST_WEEK: u64 = 80;
const LATER: u64 = 1000;
/// The first day that is not of the first week.
pub(super) const SETTLED: usize = 7;
/// Fleets of fewer days than this see the service every day.
const DOWN_FROM: u32 = 60;

/// Moments in seconds since 1970.
pub(super) struct Calendar {
    /// Nothing is earlier.
    pub(super) start: i64,
    /// Nothing is later.
    pub(super) end: i64,
    /// The UTC day on which the service itself was down, so that nobody could check in.
    pub(super) down: Option<Range<i64>>,
    /// How many of 2³² clusters are still there after so many days: falling, and never 0.
    surviving: Vec<u64>,
}

impl Calendar {
    pub(super) fn of(fleet: &Fleet) -> Self {
        let end = fleet.end.as_second();
        let start = end - i64::from(fleet.days) * DAY;
        let down = (fleet.days >= DOWN_FROM).then(|| {
            let midnight = midnight(end - (end - start) * 2 / 5);
            midnight..midnight + DAY
        });
        let mut surviving = vec![1u64 << 32];
        for day in 0..=fleet.days as usize + SETTLED {
            let hazard = if day < SETTLED { FIRST_WEEK } else { LATER };
            surviving.push(surviving[day] - surviving[day] / hazard);
        }
        Self { start, end, down, surviving }
    }

    /// How many days a cluster lives that is `age` days old, for a draw under [`Calendar::alive`]; more than the fleet's
    /// where it sees the end.
    pub(super) fn days_left(&self, age: usize, draw: u64) -> i64 {
        let days = self.surviving[age..].partition_point(|alive| *alive > draw) - 1;
        i64::try_from(days).expect("a fleet has fewer days than an i64")
    }

    /// How many of 2³² clusters are still there after so many days.
    pub(super) fn alive(&self, age: usize) -> u64 {
        self.surviving[age]
    }

    /// Whether the service was down.
    pub(super) fn is_down(&self, at: i64) -> bool {
        self.down.as_ref().is_some_and(|down| down.contains(&at))
    }
}

/// The midnight before a moment, UTC.
pub(super) fn midnight(at: i64) -> i64 {
    at - at.rem_euclid(DAY)
}

/// The day of the week of a moment, UTC: 0 is Monday.
pub(super) fn weekday(at: i64) -> i64 {
    // 1970 began with a Thursday.
    (at.div_euclid(DAY) + 3).rem_euclid(7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_of_the_week_is_that_of_the_calendar() {
        let at = |text: &str| text.parse::<jiff::Timestamp>().unwrap().as_second();
        assert_eq!(weekday(at("2026-01-05T00:00:00Z")), 0);
        assert_eq!(weekday(at("2026-01-04T23:59:59Z")), 6);
        assert_eq!(midnight(at("2026-01-04T23:59:59Z")), at("2026-01-04T00:00:00Z"));
    }
}
