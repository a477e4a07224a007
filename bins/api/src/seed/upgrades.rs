//! From when on a cluster runs which release of the product.

use super::DAY;
use super::dice::Dice;
use super::life::Life;
use super::product::{Product, Said};

/// How a cluster's owner treats a new release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Habit {
    /// Within days.
    Prompt,
    /// Within weeks, two of three.
    Usual,
    /// One of four, after months.
    Slow,
    Never,
}

/// What a cluster says from when on, in order; it said the first from the beginning.
pub(super) type Words = Vec<(i64, Said)>;

pub(super) fn words(life: &Life, product: &Product, dice: &mut Dice) -> Words {
    let habit = dice.pick(&[(150, Habit::Prompt), (550, Habit::Usual), (180, Habit::Slow), (120, Habit::Never)]);
    let back = match life.settled {
        true => dice.pick(&[(400, 0..1), (180, 1..2), (120, 2..3), (150, 3..5), (150, 5..11)]),
        false => dice.pick(&[(820, 0..1), (120, 1..2), (50, 2..4), (10, 4..8), (0, 0..1)]),
    };
    let latest = product.latest(life.born);
    let back = usize::try_from(dice.within(back)).unwrap_or(0);
    let odd = if dice.chance(50) { 1 + dice.index(Said::ODDITIES - 1) } else { 0 };
    let mut said = Said {
        // Never before the first release where there is one.
        set: latest.saturating_sub(back).max(latest.min(1)),
        layout: Product::layout(dice),
        odd,
        cohort: life.declared,
    };
    let mut words = vec![(life.born, said)];
    for (release, from) in product.after(latest) {
        let Some(delay) = delay(habit, dice) else { continue };
        let at = from.saturating_add(delay);
        let last = words.last().map_or(life.born, |(at, _)| *at);
        if from >= life.until {
            break;
        }
        let set = if dice.chance(800) { product.latest(at) } else { release };
        if at <= last || set <= said.set {
            continue;
        }
        let before = said;
        said.set = set;
        upgrade(before, said, at, &mut words, dice);
    }
    words.retain(|(at, _)| *at < life.until);
    words
}

/// How long after a release it is taken up; never where absent.
fn delay(habit: Habit, dice: &mut Dice) -> Option<i64> {
    match habit {
        Habit::Prompt => Some(dice.within(600..3 * DAY)),
        Habit::Usual if dice.chance(650) => {
            let within = dice.pick(&[(300, DAY..7 * DAY), (450, 7 * DAY..30 * DAY), (250, 30 * DAY..70 * DAY)]);
            Some(dice.within(within))
        }
        Habit::Slow if dice.chance(250) => Some(dice.within(20 * DAY..150 * DAY)),
        Habit::Usual | Habit::Slow | Habit::Never => None,
    }
}

/// As a rule all at once; for a few in two steps, or there, back, and there again.
fn upgrade(before: Said, after: Said, at: i64, words: &mut Words, dice: &mut Dice) {
    if after.odd == 0 && dice.chance(30) {
        let odd = usize::try_from(dice.within(Said::HALF_DONE)).unwrap_or(Said::SEEN);
        words.push((at, Said { odd, ..after }));
        words.push((at + dice.within(DAY..5 * DAY), after));
        return;
    }
    words.push((at, after));
    if dice.chance(15) {
        let back = at + dice.within(DAY / 2..3 * DAY);
        words.push((back, before));
        words.push((back + dice.within(5 * DAY..20 * DAY), after));
    }
}

/// Says something else between two moments, and then what was said before.
pub(super) fn there_and_back(words: &mut Words, there: i64, back: i64) {
    let at = words.partition_point(|(at, _)| *at < there);
    let after = words.partition_point(|(at, _)| *at <= back);
    let Some((_, before)) = at.checked_sub(1).and_then(|at| words.get(at)).copied() else { return };
    let odd = if before.odd == Said::SEEN { 0 } else { Said::SEEN };
    let last = after.checked_sub(1).map_or(before, |last| words[last].1);
    words.splice(at..after, [(there, Said { odd, ..before }), (back, last)]);
}
