//! Days and the windows that end now, in seconds since 1970.

use jiff::civil::{Date, date};

/// Seconds of a day; also the silence after which a cluster is no longer active.
pub const DAY: i64 = 24 * 60 * 60;

const EPOCH: Date = date(1970, 1, 1);

/// A UTC day, counted from 1970-01-01. Leap seconds are nobody's: the clocks that are asked repeat or smear them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

impl Day {
    /// The day that a second since 1970 lies in.
    #[must_use]
    pub fn of(second: i64) -> Self {
        Self::numbered(second.div_euclid(DAY))
    }

    fn numbered(number: i64) -> Self {
        // Beyond the years that a date can name there is nothing to tell apart.
        let number = number.clamp(day_number(Date::MIN), day_number(Date::MAX));
        Self(i32::try_from(number).unwrap_or(0))
    }

    /// Its number.
    #[must_use]
    pub fn number(self) -> i32 {
        self.0
    }

    /// Its first second.
    #[must_use]
    pub fn first_second(self) -> i64 {
        i64::from(self.0) * DAY
    }

    /// Its last second: what is so then is so for the day.
    #[must_use]
    pub fn last_second(self) -> i64 {
        self.first_second() + DAY - 1
    }

    /// The day as a date.
    #[must_use]
    pub fn date(self) -> Date {
        EPOCH.checked_add(jiff::Span::new().days(self.0)).unwrap_or(EPOCH)
    }

    /// So many days later, or earlier.
    #[must_use]
    pub fn plus(self, days: i64) -> Self {
        Self::numbered(i64::from(self.0).saturating_add(days))
    }

    /// The Monday of its week.
    #[must_use]
    pub fn monday(self) -> Self {
        // 1970-01-01 was a Thursday.
        self.plus(-i64::from((self.0 + 3).rem_euclid(7)))
    }

    /// This day and those after it up to another, that one included; none where it lies before.
    pub fn through(self, last: Self) -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator {
        (self.0..last.0.saturating_add(1)).map(Self)
    }
}

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        Self::numbered(day_number(date))
    }
}

fn day_number(date: Date) -> i64 {
    i64::from((date - EPOCH).get_days())
}

/// How long the window is that ends at the moment a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Window {
    /// 24 hours.
    Day,
    /// 7 × 24 hours.
    Week,
    /// 30 × 24 hours.
    Month,
    /// 90 × 24 hours.
    Quarter,
}

impl Window {
    /// Every window, shortest first.
    pub const ALL: [Self; 4] = [Self::Day, Self::Week, Self::Month, Self::Quarter];

    /// Its length in seconds.
    #[must_use]
    pub fn seconds(self) -> i64 {
        match self {
            Self::Day => DAY,
            Self::Week => 7 * DAY,
            Self::Month => 30 * DAY,
            Self::Quarter => 90 * DAY,
        }
    }

    /// The shortest window that is longer than this many seconds.
    #[must_use]
    pub fn longer_than(seconds: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|window| seconds < window.seconds())
    }

    /// This window and the shorter ones.
    pub fn and_shorter(self) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |window| *window <= self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_holds_its_first_and_last_second() {
        for number in [-1, 0, 20_454] {
            let day = Day(number);
            assert_eq!((Day::of(day.first_second()), Day::of(day.last_second())), (day, day));
            assert_eq!(Day::of(day.last_second() + 1), day.plus(1));
            assert_eq!(Day::from(day.date()), day);
        }
        assert_eq!(Day::of(1_767_225_600).date(), date(2026, 1, 1));
        assert_eq!((Day::of(i64::MAX).date(), Day::of(i64::MIN).date()), (Date::MAX, Date::MIN));
    }

    #[test]
    fn a_week_begins_on_its_monday() {
        let thursday = Day::from(date(2026, 1, 1));
        assert_eq!(thursday.monday().date(), date(2025, 12, 29));
        assert_eq!(thursday.monday().monday(), thursday.monday());
        assert_eq!(Day::from(date(1969, 12, 31)).monday().date(), date(1969, 12, 29));
    }

    #[test]
    fn a_window_is_longer_than_what_fits_into_it() {
        assert_eq!(Window::longer_than(DAY - 1), Some(Window::Day));
        assert_eq!(Window::longer_than(DAY), Some(Window::Week));
        assert_eq!(Window::longer_than(90 * DAY), None);
        assert_eq!(Window::Month.and_shorter().count(), 3);
    }
}
