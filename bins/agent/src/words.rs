//! Times, numbers and ids as people read them.

use jiff::Timestamp;
use wfm_core::cluster::ClusterId;
use wfm_core::words::span;
pub(crate) use wfm_core::words::{ago, count, grouped};

/// In how long something will be: `now`, `in 3 min`, `in 26 h`, `in 5 days`.
pub(crate) fn ahead(now: Timestamp, then: Timestamp) -> String {
    span(then.duration_since(now)).map_or_else(|| "now".to_owned(), |span| format!("in {span}"))
}

/// An id as it is shown over HTTP, where no login protects it: its first eight digits.
pub(crate) fn short_id(id: ClusterId) -> String {
    format!("{}…", id.short())
}

/// A text with every id in it as it is shown over HTTP; of one that is not the present id nothing is shown.
pub(crate) fn with_short_ids(text: &str, present: Option<ClusterId>) -> String {
    const LENGTH: usize = 36;
    let id = |at: usize| -> Option<ClusterId> { text.get(at..at + LENGTH)?.parse().ok() };
    let mut shown = String::with_capacity(text.len());
    let mut rest = 0;
    // An id has its first hyphen after eight digits.
    for (hyphen, _) in text.match_indices('-') {
        let Some(at) = hyphen.checked_sub(8).filter(|at| *at >= rest) else { continue };
        if let Some(id) = id(at) {
            shown.push_str(&text[rest..at]);
            shown.push_str(&if present == Some(id) { short_id(id) } else { "…".to_owned() });
            rest = at + LENGTH;
        }
    }
    shown.push_str(&text[rest..]);
    shown
}

/// How old something is: `under a minute`, `3 min`, `26 h`, `5 days`.
pub(crate) fn age(now: Timestamp, since: Timestamp) -> String {
    span(now.duration_since(since)).unwrap_or_else(|| "under a minute".to_owned())
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Wherever ids stand in a text, and whatever stands around them.
        #[test]
        fn no_id_is_left_in_a_text_and_the_rest_stays(
            parts in prop::collection::vec(("[ -~ä…-]{0,12}", any::<u128>()), 0..5),
            present in 0usize..6,
        ) {
            let id = |number: u128| -> ClusterId {
                let digits = format!("{number:032x}");
                let (a, b, c, d, e) = (&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]);
                format!("{a}-{b}-{c}-{d}-{e}").parse().unwrap()
            };
            let whole: String = parts.iter().map(|(text, number)| format!("{text}\"{}\"", id(*number))).collect();
            let present = parts.get(present).map(|(_, number)| id(*number));
            let shown = |number: u128| if present == Some(id(number)) { short_id(id(number)) } else { "…".to_owned() };
            let short: String = parts.iter().map(|(text, number)| format!("{text}\"{}\"", shown(*number))).collect();
            prop_assert_eq!(with_short_ids(&whole, present), short);
        }

        #[test]
        fn any_text_can_be_looked_through(text in ".{0,80}") {
            let _ = with_short_ids(&text, None);
        }
    }

    #[test]
    fn times_ahead_are_in_their_largest_whole_unit() {
        let then: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let before = |seconds| ahead(then, then + SignedDuration::from_secs(seconds));
        assert_eq!([before(-5), before(59), before(180), before(5 * 86_400)], ["now", "now", "in 3 min", "in 5 days"]);
    }
}
