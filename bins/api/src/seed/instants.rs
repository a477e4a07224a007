//! When a cluster checks in.

use std::ops::Range;

use super::calendar::Calendar;
use super::dice::{Dice, Jitter};
use super::life::Life;
use super::{DAY, HOUR};

/// How far off its slot a check-in may be, in seconds.
const JITTER: u8 = 60;

/// Every check-in of a cluster, ascending, in seconds since 1970; the first is its birth.
pub(super) fn instants(life: &Life, calendar: &Calendar, dice: &mut Dice) -> Vec<i64> {
    let exact = life.edge.is_some_and(super::edges::Edge::is_exact);
    let mut jitter = Jitter::of(if exact { 0 } else { JITTER });
    let once_a_day = dice.chance(60) || life.edge.is_some_and(super::edges::Edge::is_daily);
    let step = if once_a_day { DAY } else { dice.within(10 * HOUR..14 * HOUR) };
    let slots = Slots { first: life.born, steps: if once_a_day { [DAY, DAY] } else { [step, DAY - step] } };

    let most = (life.until - life.born) / slots.steps[0].min(slots.steps[1]);
    let mut instants = Vec::with_capacity(usize::try_from(most).unwrap_or(0) + 8);
    instants.push(life.born);
    for living in living(life) {
        slots.fill(living, &mut jitter, dice, &mut instants);
    }
    if let Some(edge) = life.edge {
        edge.happen(&mut instants, life, calendar, dice);
    }
    instants
}

/// The two moments of a day at which a cluster checks in, counted from its birth.
struct Slots {
    first: i64,
    steps: [i64; 2],
}

impl Slots {
    /// Checks in at every slot after the birth that lies in the range, jitter included.
    fn fill(&self, living: Range<i64>, jitter: &mut Jitter, dice: &mut Dice, instants: &mut Vec<i64>) {
        let [step, other] = self.steps;
        let from = (living.start + jitter.most()).max(self.first + 1);
        let rounds = (from - self.first) / (step + other);
        let (mut at, mut steps) = (self.first + rounds * (step + other), [step, other]);
        while at < from {
            at += steps[0];
            steps.swap(0, 1);
        }
        let until = living.end - jitter.most();
        while at < until {
            instants.push(at + jitter.next(dice));
            at += steps[0];
            steps.swap(0, 1);
        }
    }
}

/// What is left of a life without its silences, in order.
fn living(life: &Life) -> Vec<Range<i64>> {
    let mut silences: Vec<&Range<i64>> = life.silences.iter().collect();
    silences.sort_unstable_by_key(|silence| silence.start);
    let (mut ranges, mut from) = (Vec::with_capacity(silences.len() + 1), life.born);
    for silence in silences {
        if silence.start > from {
            ranges.push(from..silence.start.min(life.until));
        }
        from = from.max(silence.end);
    }
    ranges.push(from..life.until);
    ranges
}
