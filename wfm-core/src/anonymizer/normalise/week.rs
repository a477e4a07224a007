//! The moment of a creation becomes its week.

use jiff::Timestamp;
use jiff::civil::{Date, ISOWeekDate, Weekday};
use jiff::tz::TimeZone;
use serde::Serialize;

/// The years of which weeks are told: Kubernetes began in 2014.
const YEARS: std::ops::RangeInclusive<i16> = 2014..=2100;

/// A week as [ISO 8601](https://en.wikipedia.org/wiki/ISO_week_date) counts them, of the years 2014 to 2100, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Week {
    year: i16,
    week: i8,
}

impl Week {
    /// The week of a moment; nothing where that lies outside the years that are told.
    #[must_use]
    pub fn of(at: Timestamp) -> Option<Self> {
        let date = at.to_zoned(TimeZone::UTC).date().iso_week_date();
        YEARS.contains(&date.year()).then(|| Self { year: date.year(), week: date.week() })
    }

    /// A week by its numbers; nothing where there is none.
    #[must_use]
    pub fn new(year: i16, week: i8) -> Option<Self> {
        let exists = YEARS.contains(&year) && ISOWeekDate::new(year, week, Weekday::Monday).is_ok();
        exists.then_some(Self { year, week })
    }

    /// The year whose week it is: the first days of January may belong to the last week of the year before.
    #[must_use]
    pub fn year(self) -> i16 {
        self.year
    }

    /// Its number, from 1 to 53.
    #[must_use]
    pub fn week(self) -> i8 {
        self.week
    }

    /// Its Monday.
    #[must_use]
    pub fn monday(self) -> Date {
        let monday = ISOWeekDate::new(self.year, self.week, Weekday::Monday);
        monday.expect("a Week is made only where that week exists").date()
    }
}
