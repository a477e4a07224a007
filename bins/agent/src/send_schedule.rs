//! When an installation sends what: one random moment ahead for each kind of envelope, kept beside the id.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use wfm_core::anonymizer::EnvelopeKind;

/// The period of the envelopes without an id. A week begins on Monday at 0:00 UTC, the same for every installation.
pub const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The first Monday after 1970-01-01, a Thursday.
const FIRST_MONDAY: i64 = 4 * 24 * 60 * 60;
/// Two moments closer than this part of the time between two check-ins would look like one installation's.
const APART: i64 = 12;
/// How long an agent may take from a moment of the schedule until it has claimed it.
const JUST_NOW: SignedDuration = SignedDuration::from_secs(60);

/// The next moment of each kind. Every moment is drawn anew, uniformly within a period, so the moments of the past do not
/// show which envelopes are of one installation. They are drawn, not derived: the id does not show them either.
///
/// The periods are the same for every installation: calendar weeks, and for check-ins multiples of the time between two of
/// them. So there is one envelope of a kind in each period, and no phase of an installation's own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SendSchedule {
    next: BTreeMap<EnvelopeKind, Timestamp>,
}

impl SendSchedule {
    /// The schedule of a new installation, with check-ins `every` so often: the first check-in at once, the rest within a
    /// week. `random` draws 32 bits.
    pub fn new(every: SignedDuration, now: Timestamp, random: impl FnMut() -> u32) -> Self {
        let mut schedule = Self { next: BTreeMap::from([(EnvelopeKind::CheckIn, whole_second(now))]) };
        schedule.fill(every, now, random);
        schedule
    }

    /// The schedule after the id was reset: nothing for the time between two check-ins, so that the new id does not follow
    /// the old one at once.
    pub fn after_reset(every: SignedDuration, now: Timestamp, random: impl FnMut() -> u32) -> Self {
        let mut schedule = Self::default();
        schedule.fill(every, later(now, every), random);
        schedule
    }

    /// When the next envelope of a kind is due.
    #[must_use]
    pub fn next(&self, kind: EnvelopeKind) -> Option<Timestamp> {
        self.next.get(&kind).copied()
    }

    /// The schedule after an envelope of this kind was sent or given up: its next moment lies in the next period.
    #[must_use]
    pub fn advanced(
        mut self,
        kind: EnvelopeKind,
        every: SignedDuration,
        now: Timestamp,
        random: impl FnMut() -> u32,
    ) -> Self {
        let (period, origin) = match period(kind, every).as_secs().max(1) {
            period if kind == EnvelopeKind::CheckIn => (period, 0),
            period => (period, FIRST_MONDAY),
        };
        let begin = (now.as_second() - origin).div_euclid(period).saturating_add(1) * period + origin;
        self.place(kind, every, (begin.max(now.as_second() + apart(every)), begin.saturating_add(period)), random);
        self
    }

    /// The schedule of an agent that starts, or finds that another one changed it: a moment that has passed was missed, and
    /// is drawn anew within a period from now. Nothing is sent at once for it: then envelopes would come together. So is a
    /// moment further ahead than any that is drawn: the clock was wrong. A moment that has just passed was not missed: another
    /// agent may be about to send.
    #[must_use]
    pub fn caught_up(mut self, every: SignedDuration, now: Timestamp, random: impl FnMut() -> u32) -> Self {
        self.next.retain(|kind, at| later(*at, JUST_NOW) > now && *at <= later(now, period(*kind, every) * 2));
        self.fill(every, now, random);
        self
    }

    /// Draws the moments that are missing, within a period from now.
    fn fill(&mut self, every: SignedDuration, now: Timestamp, mut random: impl FnMut() -> u32) {
        for kind in EnvelopeKind::ALL {
            if !self.next.contains_key(&kind) {
                let end = later(now, period(kind, every)).as_second();
                self.place(kind, every, (now.as_second() + apart(every), end), &mut random);
            }
        }
    }

    /// Draws a moment uniformly from the seconds of a window that lie apart from the moments of the other kinds.
    fn place(
        &mut self,
        kind: EnvelopeKind,
        every: SignedDuration,
        (begin, end): (i64, i64),
        mut random: impl FnMut() -> u32,
    ) {
        let mut taken: Vec<i64> =
            self.next.iter().filter(|(other, _)| **other != kind).map(|(_, at)| at.as_second()).collect();
        taken.sort_unstable();
        let mut free = Vec::new();
        let mut from = begin;
        for at in taken {
            free.push((from, (at - apart(every)).min(end)));
            from = from.max(at + apart(every));
        }
        free.push((from, end));
        free.retain(|(from, to)| from < to);
        let seconds: i64 = free.iter().map(|(from, to)| to - from).sum();
        let mut drawn = i64::try_from((i128::from(random()) * i128::from(seconds)) >> 32).unwrap_or(0);
        let mut moment = end;
        for (from, to) in free {
            if drawn < to - from {
                moment = from + drawn;
                break;
            }
            drawn -= to - from;
        }
        self.next.insert(kind, Timestamp::from_second(moment).unwrap_or(Timestamp::MAX));
    }
}

/// The time between two envelopes of a kind, on average.
fn period(kind: EnvelopeKind, every: SignedDuration) -> SignedDuration {
    if kind == EnvelopeKind::CheckIn { every } else { WEEK }
}

/// How many seconds lie between any two moments at least.
fn apart(every: SignedDuration) -> i64 {
    every.as_secs() / APART
}

fn later(now: Timestamp, wait: SignedDuration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}

fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

#[cfg(test)]
mod tests;
