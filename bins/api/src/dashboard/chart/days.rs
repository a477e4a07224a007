//! The horizontal axis: few labels, and never one that says what is not there.

use jiff::civil::Date;

/// How many labels there are, at most.
const LABELS: usize = 6;
/// How many of those that are days, which take more room.
const DAYS: usize = 4;

/// A label beneath a place.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tick {
    /// Which place.
    pub(crate) place: usize,
    /// A day or a month.
    pub(crate) label: String,
    /// Whether it is left out where there is little room.
    pub(crate) is_minor: bool,
}

/// The labels of places that are days, oldest first: the days themselves, or the months' beginnings where those are
/// enough.
pub(crate) fn ticks(days: &[Date]) -> Vec<Tick> {
    let months: Vec<(usize, i32)> = days.windows(2).enumerate().filter_map(|(at, pair)| begins(at, pair)).collect();
    let step = [1, 2, 3, 6, 12, 24, 60, 120].into_iter().find(|step| {
        let labels = months.iter().filter(|(_, month)| month % step == 0).count();
        labels <= LABELS
    });
    let chosen: Vec<(usize, i32)> = months.into_iter().filter(|(_, month)| month % step.unwrap_or(240) == 0).collect();
    let labels: Vec<(usize, String)> = if chosen.len() >= 3 {
        chosen.into_iter().map(|(place, month)| (place, format!("{:04}-{:02}", month / 12, month % 12 + 1))).collect()
    } else {
        let every = days.len().div_ceil(DAYS).max(1);
        // Counted from the newest day, which is looked for first.
        (0..days.len()).rev().step_by(every).map(|place| (place, days[place].to_string())).rev().collect()
    };
    let last = labels.len().saturating_sub(1);
    let tick = |(at, (place, label))| Tick { place, label, is_minor: (last - at) % 2 == 1 };
    labels.into_iter().enumerate().map(tick).collect()
}

/// The place at which a month begins, and the month, counted from the year zero.
fn begins(at: usize, pair: &[Date]) -> Option<(usize, i32)> {
    let month = |day: Date| i32::from(day.year()) * 12 + i32::from(day.month()) - 1;
    let (before, after) = (month(*pair.first()?), month(*pair.last()?));
    (before != after).then_some((at + 1, after))
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;

    use super::*;

    fn labels(first: &str, count: usize, apart: i32) -> Vec<String> {
        let first: Date = first.parse().unwrap();
        let days: Vec<Date> = (0..count as i32).map(|at| first + (at * apart).days()).collect();
        ticks(&days).into_iter().map(|tick| format!("{}{}", tick.label, if tick.is_minor { "-" } else { "" })).collect()
    }

    #[test]
    fn labels_are_few_and_say_days_or_months() {
        assert_eq!(labels("2026-01-05", 0, 1), [""; 0]);
        assert_eq!(labels("2026-01-05", 1, 1), ["2026-01-05"]);
        assert_eq!(labels("2026-01-30", 3, 1), ["2026-01-30", "2026-01-31-", "2026-02-01"]);
        assert_eq!(labels("2026-01-01", 90, 1).len(), 4);
        assert_eq!(labels("2025-01-15", 120, 1), ["2025-02-", "2025-03", "2025-04-", "2025-05"]);
        assert_eq!(labels("2025-01-15", 365, 1), ["2025-03-", "2025-05", "2025-07-", "2025-09", "2025-11-", "2026-01"]);
        assert_eq!(labels("2025-01-13", 53, 7).len(), 6);
        assert!(labels("1990-01-01", 370, 30).len() <= LABELS);
    }
}
