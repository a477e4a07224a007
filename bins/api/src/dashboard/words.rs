//! Numbers as this page says them.

use wfm_core::wire::insights::{About, Count};
pub(super) use wfm_core::words::{count, grouped};

const DAY: i64 = 86_400;

/// A count with commas, or `<20`.
pub(super) fn told(clusters: Count) -> String {
    match clusters {
        Count::Told(number) => grouped(number),
        Count::Few => clusters.to_string(),
    }
}

/// `1 cluster`, `1,234 clusters`, `<20 clusters`.
pub(super) fn clusters(clusters: Count) -> String {
    match clusters {
        Count::Told(number) => count(number, "cluster"),
        Count::Few => format!("{clusters} clusters"),
    }
}

/// How a number changed: `+12`, `−3`, `no change`; nothing where one of the two is not told.
pub(super) fn change(now: Count, before: Count) -> Option<String> {
    let (Count::Told(now), Count::Told(before)) = (now, before) else { return None };
    Some(match now.cmp(&before) {
        std::cmp::Ordering::Greater => format!("+{}", grouped(now - before)),
        std::cmp::Ordering::Less => format!("−{}", grouped(before - now)),
        std::cmp::Ordering::Equal => "no change".to_owned(),
    })
}

/// Of a whole: `12.5 %`, and `≈ 13 %` where both were rounded before; nothing where one of the two is not told, or the
/// whole is empty.
pub(super) fn share(part: Count, whole: Count, about: &About) -> Option<String> {
    let (Count::Told(part), Count::Told(whole)) = (part, whole) else { return None };
    if about.rounded_to.is_some() {
        // A rounded part may be more than its rounded whole.
        let percent = part.saturating_mul(100).checked_add(whole / 2)?.checked_div(whole)?.min(100);
        return Some(format!("≈ {percent} %"));
    }
    let thousandths = part.saturating_mul(1000).checked_add(whole / 2)?.checked_div(whole)?;
    Some(match thousandths {
        0 if part > 0 => "under 0.1 %".to_owned(),
        _ => format!("{}.{} %", thousandths / 10, thousandths % 10),
    })
}

/// A duration in its largest whole unit: `under an hour`, `5 hours`, `41 days`.
pub(super) fn span(seconds: i64) -> String {
    let seconds = seconds.max(0).unsigned_abs();
    match (seconds / DAY.unsigned_abs(), seconds / 3600) {
        (0, 0) => "under an hour".to_owned(),
        (0 | 1, hours) => count(hours, "hour"),
        (days, _) => count(days, "day"),
    }
}

/// A duration in days with one decimal: `41.3`.
pub(super) fn days(seconds: i64) -> String {
    let tenths = (seconds.max(0) * 10 + DAY / 2) / DAY;
    format!("{}.{}", grouped((tenths / 10).unsigned_abs()), tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Count::{Few, Told};

    #[test]
    fn a_change_is_said_with_its_sign_and_not_at_all_where_it_is_not_known() {
        let words = [(12, 0), (3, 6), (7, 7), (2345, 1)].map(|(now, before)| change(Told(now), Told(before)).unwrap());
        assert_eq!(words, ["+12", "−3", "no change", "+2,344"]);
        assert_eq!(change(Few, Told(10)), None);
        assert_eq!(change(Told(10), Few), None);
    }

    #[test]
    fn a_share_is_rounded_to_a_tenth_and_never_divides_by_nothing() {
        let exact = About {
            at: "2026-01-05T00:00:00Z".parse().unwrap(),
            include: wfm_core::fleet::Cohorts::default(),
            included: Told(9),
            excluded: Told(0),
            rounded_to: None,
        };
        let share_of = |part, whole| share(part, whole, &exact);
        let words = [(1, 8), (1, 1), (0, 5), (2, 3), (1, 9999)].map(|(a, b)| share_of(Told(a), Told(b)).unwrap());
        assert_eq!(words, ["12.5 %", "100.0 %", "0.0 %", "66.7 %", "under 0.1 %"]);
        let none = [share_of(Told(0), Told(0)), share_of(Told(0), Few), share_of(Few, Told(9))];
        assert_eq!(none, [None, None, None]);
        let rounded = About { rounded_to: Some(10), ..exact.clone() };
        assert_eq!(share(Told(20), Told(70), &rounded).unwrap(), "≈ 29 %");
        assert_eq!(share(Told(30), Told(20), &rounded).unwrap(), "≈ 100 %");
    }

    #[test]
    fn durations_and_counts_have_their_unit() {
        assert_eq!([0, 3600, 30 * 3600, 41 * DAY].map(span), ["under an hour", "1 hour", "30 hours", "41 days"]);
        assert_eq!([0, DAY / 2, 41 * DAY].map(days), ["0.0", "0.5", "41.0"]);
        assert_eq!([Told(1), Told(1200), Few].map(clusters), ["1 cluster", "1,200 clusters", "<20 clusters"]);
    }
}
