//! Numbers and times as people write them, alike on every page.

use jiff::{SignedDuration, Timestamp};

/// `1 release`, `3 releases`.
#[must_use]
pub fn count(number: u64, one: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {one}{plural}", grouped(number))
}

/// A number with commas: `1,234`.
#[must_use]
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// How long ago something was: `just now`, `3 min ago`, `26 h ago`, `5 days ago`.
#[must_use]
pub fn ago(now: Timestamp, then: Timestamp) -> String {
    let passed = now.duration_since(then);
    if passed.is_negative() && passed.abs() > SignedDuration::from_mins(1) {
        return format!("in the future ({then}): is a clock wrong?");
    }
    span(passed).map_or_else(|| "just now".to_owned(), |span| format!("{span} ago"))
}

/// A duration in its largest whole unit: `3 min`, `26 h`, `5 days`; `None` if it is under a minute.
#[must_use]
pub fn span(passed: SignedDuration) -> Option<String> {
    let (minutes, hours) = (passed.as_mins(), passed.as_hours());
    match (minutes, hours) {
        (..=0, _) => None,
        (_, 0) => Some(format!("{minutes} min")),
        (_, ..=47) => Some(format!("{hours} h")),
        _ => Some(format!("{} days", grouped(hours.unsigned_abs() / 24))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([count(1, "release"), count(2, "release")], ["1 release", "2 releases"]);
    }

    #[test]
    fn times_are_in_their_largest_whole_unit() {
        let then: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let after = |seconds| ago(then + SignedDuration::from_secs(seconds), then);
        let expected = ["just now", "3 min ago", "26 h ago", "5 days ago", "1,234 days ago"];
        assert_eq!([59, 180, 26 * 3600, 5 * 86_400, 1234 * 86_400].map(after), expected);
        assert_eq!(after(-2), "just now");
    }

    #[test]
    fn a_wrong_clock_shows() {
        let then: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        assert!(ago(then - SignedDuration::from_hours(1), then).contains("clock"));
    }
}
