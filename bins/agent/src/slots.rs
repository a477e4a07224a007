//! When an installation tells what: moments drawn at random, once, and kept with its id.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use wfm_core::anonymizer::EnvelopeKind;

/// How often what a cluster runs on is told.
pub const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Moments closer than this part of the time between two check-ins would let them be taken for one cluster's.
const APART: i64 = 12;
/// So many draws find moments that lie apart wherever there are any.
const DRAWS: u32 = 1000;

/// An installation's moments, as fractions (of 2³²) of the time between two of them. They are drawn, not derived: whoever
/// knows the id cannot tell from it when the envelopes without an id come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Slots {
    /// One of each kind, in the order of [`EnvelopeKind::ALL`].
    drawn: [u32; EnvelopeKind::ALL.len()],
    /// Nothing is told before this moment: a new id must not follow an old one at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    not_before: Option<Timestamp>,
    /// When the last check-in was tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    checked_in: Option<Timestamp>,
}

impl Slots {
    /// Draws moments that lie apart, for check-ins this far apart from each other. `random` draws 32 bits.
    pub fn draw(every: SignedDuration, mut random: impl FnMut() -> u32) -> Self {
        let mut draw = || Self { drawn: EnvelopeKind::ALL.map(|_| random()), not_before: None, checked_in: None };
        let mut slots = draw();
        for _ in 0..DRAWS {
            if slots.lie_apart(every) {
                break;
            }
            slots = draw();
        }
        slots
    }

    /// The same, silent for the time between two check-ins: after a reset nothing follows at once.
    #[must_use]
    pub fn silent_from(self, now: Timestamp, every: SignedDuration) -> Self {
        Self { not_before: now.checked_add(every).ok(), ..self }
    }

    /// The same after a check-in was tried.
    #[must_use]
    pub fn checked_in(self, now: Timestamp) -> Self {
        Self { checked_in: Some(now), ..self }
    }

    /// Whether both are the same draw, whatever was done since.
    #[must_use]
    pub fn same_draw(&self, other: &Self) -> bool {
        (self.drawn, self.not_before) == (other.drawn, other.not_before)
    }

    /// The first moment of a kind for an agent that starts now: its next slot, but for an installation's very first
    /// check-in, which comes at once.
    #[must_use]
    pub fn first(&self, kind: EnvelopeKind, every: SignedDuration, now: Timestamp) -> Timestamp {
        let is_new = self.checked_in.is_none() && self.not_before.is_none();
        if kind == EnvelopeKind::CheckIn && is_new { now } else { self.next(kind, every, now) }
    }

    /// The next moment of a kind after now. Slots that have passed are gone: nothing is made up for.
    #[must_use]
    pub fn next(&self, kind: EnvelopeKind, every: SignedDuration, now: Timestamp) -> Timestamp {
        let after = self.not_before.map_or(now, |not_before| now.max(not_before)).as_second();
        let period = period(kind, every);
        let offset = self.offset(kind, period);
        let slot = (after - offset).div_euclid(period).saturating_add(1).saturating_mul(period).saturating_add(offset);
        Timestamp::from_second(slot).unwrap_or(Timestamp::MAX)
    }

    fn lie_apart(&self, every: SignedDuration) -> bool {
        let least = period(EnvelopeKind::CheckIn, every) / APART;
        let apart = |one: EnvelopeKind, other: EnvelopeKind| {
            // On the clock of the one that comes more often.
            let (shorter, longer) = (period(one, every), period(other, every));
            distance(self.offset(one, shorter), self.offset(other, longer), shorter.min(longer)) >= least
        };
        let kinds = EnvelopeKind::ALL;
        kinds.iter().enumerate().all(|(at, one)| kinds[..at].iter().all(|other| apart(*one, *other)))
    }

    /// How many seconds into its period a kind comes.
    fn offset(&self, kind: EnvelopeKind, period: i64) -> i64 {
        let at = EnvelopeKind::ALL.iter().position(|one| *one == kind);
        at.and_then(|at| self.drawn.get(at)).map_or(0, |fraction| offset(*fraction, period))
    }
}

/// How many seconds lie between two envelopes of a kind.
fn period(kind: EnvelopeKind, every: SignedDuration) -> i64 {
    let period = if kind == EnvelopeKind::CheckIn { every } else { WEEK };
    period.as_secs().max(1)
}

/// So many seconds into a period.
fn offset(fraction: u32, period: i64) -> i64 {
    i64::try_from((i128::from(fraction) * i128::from(period)) >> 32).unwrap_or(0)
}

/// How far two moments lie apart on a clock of this period.
fn distance(one: i64, other: i64, period: i64) -> i64 {
    let ahead = (one - other).rem_euclid(period);
    ahead.min(period - ahead)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF_DAY: SignedDuration = SignedDuration::from_hours(12);

    /// Draws that are the same in every run.
    fn random() -> impl FnMut() -> u32 {
        let mut state = 0x2545_f491_4f6c_dd1du64;
        move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            u32::try_from(state >> 32).unwrap()
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn moments_come_once_in_their_period_and_lie_apart() {
        let mut random = random();
        let start = at("2026-01-01T00:00:00Z");
        for _ in 0..200 {
            let slots = Slots::draw(HALF_DAY, &mut random);
            for (kind, period) in [(EnvelopeKind::CheckIn, HALF_DAY), (EnvelopeKind::Software, WEEK)] {
                let first = slots.next(kind, HALF_DAY, start);
                assert!(first > start && first.duration_since(start) <= period);
                assert_eq!(slots.next(kind, HALF_DAY, first).duration_since(first), period);
            }
            for kind in EnvelopeKind::ALL.into_iter().filter(|kind| kind.part().is_some()) {
                let facets = slots.next(kind, HALF_DAY, start);
                let before = slots.next(EnvelopeKind::CheckIn, HALF_DAY, facets - HALF_DAY);
                let gap = before.duration_since(facets).abs();
                assert!(gap.min(HALF_DAY - gap) >= SignedDuration::from_mins(59), "{gap}");
            }
        }
    }

    #[test]
    fn installations_are_spread_over_the_whole_period() {
        let mut random = random();
        let start = at("2026-01-01T00:00:00Z");
        let mut hours = [0u32; 12];
        for _ in 0..1200 {
            let slots = Slots::draw(HALF_DAY, &mut random);
            let hour = slots.next(EnvelopeKind::CheckIn, HALF_DAY, start).duration_since(start).as_hours();
            hours[usize::try_from(hour).unwrap() % 12] += 1;
        }
        assert!(hours.iter().all(|count| (50..200).contains(count)), "{hours:?}");
    }

    #[test]
    fn a_new_installation_checks_in_at_once_and_one_that_was_reset_or_restarted_does_not() {
        let (slots, now) = (Slots::draw(HALF_DAY, random()), at("2026-01-01T00:00:00Z"));
        let kind = EnvelopeKind::CheckIn;
        assert_eq!(slots.first(kind, HALF_DAY, now), now);
        assert!(slots.first(EnvelopeKind::Software, HALF_DAY, now) > now);
        assert!(slots.checked_in(now).first(kind, HALF_DAY, now) > now);
        let reset = slots.silent_from(now, HALF_DAY);
        assert!(reset.first(kind, HALF_DAY, now) > now + HALF_DAY);
        assert!(!reset.same_draw(&slots) && slots.checked_in(now).same_draw(&slots));
    }

    #[test]
    fn what_is_kept_reads_back() {
        let now = at("2026-01-01T00:00:00Z");
        let slots = Slots::draw(HALF_DAY, random()).silent_from(now, HALF_DAY).checked_in(now);
        let kept = serde_json::to_string(&slots).unwrap();
        assert_eq!(serde_json::from_str::<Slots>(&kept).unwrap(), slots);
    }
}
