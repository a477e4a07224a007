//! In which week a cluster was created.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, ISOWeekDate, Weekday};
use jiff::tz::TimeZone;
use serde::Serialize;

/// The years whose weeks are reported: Kubernetes began in 2014.
const YEARS: std::ops::RangeInclusive<i16> = 2014..=2100;

/// A week as [ISO 8601](https://en.wikipedia.org/wiki/ISO_week_date) counts them, such as `2024-W07`: of the years 2014 to
/// 2100, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Week {
    year: i16,
    week: i8,
}

impl Week {
    /// The week of a moment; nothing if it lies outside those years.
    #[must_use]
    pub fn of(at: Timestamp) -> Option<Self> {
        let date = at.to_zoned(TimeZone::UTC).date().iso_week_date();
        YEARS.contains(&date.year()).then(|| Self { year: date.year(), week: date.week() })
    }

    /// A week by its numbers; nothing if there is no such week.
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

    /// How many weeks lie between its Monday and another one; nothing if that is an earlier one.
    #[must_use]
    pub fn weeks_until(self, monday: Date) -> Option<u64> {
        let days = monday.since((jiff::Unit::Day, self.monday())).ok()?.get_days();
        u64::try_from(days).ok().map(|days| days / 7)
    }
}

impl fmt::Display for Week {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-W{:02}", self.year, self.week)
    }
}

impl FromStr for Week {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (year, week) = text.split_once("-W").ok_or(())?;
        let read = Self::new(year.parse().map_err(drop)?, week.parse().map_err(drop)?).ok_or(())?;
        // One spelling: `+2024-W7` is none.
        if read.to_string() == text { Ok(read) } else { Err(()) }
    }
}
