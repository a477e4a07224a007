//! The vertical axis: it begins at zero, and its ticks are numbers that people like.

use super::HEIGHT;
use crate::dashboard::words::grouped;

/// How many steps an axis has, at most.
const STEPS: u64 = 5;

/// An axis from some steps below zero to some above.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Scale {
    step: u64,
    below: u64,
    above: u64,
}

/// A label of the axis.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Tick {
    /// Pixels from the top.
    pub(crate) y: i64,
    /// The number, without a sign: below zero stands what went, not what is owed.
    pub(crate) label: String,
    /// Whether it is the line that all grows from.
    pub(crate) is_zero: bool,
}

impl Scale {
    /// From zero up to this and a little more.
    pub(crate) fn up_to(most: u64) -> Self {
        Self::around(0, most)
    }

    /// From this far below zero to that far above.
    pub(crate) fn around(below: u64, above: u64) -> Self {
        let step = nice((below.saturating_add(above)).max(1));
        let (below, above) = (below.div_ceil(step), above.div_ceil(step));
        // A fleet of nobody has an axis too.
        Self { step, below, above: if below + above == 0 { 1 } else { above } }
    }

    /// Tenths of a pixel from the top.
    pub(crate) fn y(&self, value: f64) -> i64 {
        let (top, whole) = ((self.above * self.step) as f64, ((self.above + self.below) * self.step) as f64);
        ((top - value) / whole * (HEIGHT * 10) as f64).round() as i64
    }

    /// The labels, from the top downwards.
    pub(crate) fn ticks(&self) -> impl Iterator<Item = Tick> {
        (0..=self.above + self.below).map(|at| {
            let value = self.above.abs_diff(at) * self.step;
            let signed = if at > self.above { -(value as f64) } else { value as f64 };
            Tick { y: self.y(signed) / 10, label: short(value), is_zero: value == 0 }
        })
    }
}

/// The smallest of 1, 2, 5, 10, 20, 50, … of which few enough reach this far.
fn nice(far: u64) -> u64 {
    let mut unit: u64 = 1;
    loop {
        for step in [1, 2, 5].map(|times| unit.saturating_mul(times)) {
            if step.saturating_mul(STEPS) >= far {
                return step;
            }
        }
        unit = unit.saturating_mul(10);
    }
}

/// `800`, `2,000`, `15k`, `1.2M`.
fn short(value: u64) -> String {
    match value {
        ..10_000 => grouped(value),
        ..1_000_000 if value.is_multiple_of(1000) => format!("{}k", value / 1000),
        1_000_000.. if value.is_multiple_of(1_000_000) => format!("{}M", grouped(value / 1_000_000)),
        1_000_000.. if value.is_multiple_of(100_000) => format!("{}.{}M", value / 1_000_000, value / 100_000 % 10),
        _ => grouped(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: &Scale) -> Vec<String> {
        scale.ticks().map(|tick| tick.label).collect()
    }

    #[test]
    fn ticks_are_round_numbers_and_begin_at_zero() {
        for (most, expected) in [
            (0, vec!["1", "0"]),
            (1, vec!["1", "0"]),
            (3, vec!["3", "2", "1", "0"]),
            (7, vec!["8", "6", "4", "2", "0"]),
            (1234, vec!["1,500", "1,000", "500", "0"]),
            (61_000, vec!["80k", "60k", "40k", "20k", "0"]),
            (4_400_000, vec!["5M", "4M", "3M", "2M", "1M", "0"]),
        ] {
            assert_eq!(labels(&Scale::up_to(most)), expected, "{most}");
        }
        assert_eq!(labels(&Scale::around(30, 90)), ["100", "50", "0", "50"]);
        assert_eq!(labels(&Scale::around(5, 0)), ["0", "1", "2", "3", "4", "5"]);
    }

    #[test]
    fn every_number_has_its_place_however_large() {
        let scale = Scale::up_to(4);
        assert_eq!([scale.y(4.0), scale.y(1.0), scale.y(0.0)], [0, 1500, 2000]);
        assert_eq!(Scale::around(1, 1).y(0.0), 1000);
        let ticks: Vec<Tick> = Scale::around(1, 3).ticks().collect();
        assert_eq!(ticks.iter().map(|tick| tick.y).collect::<Vec<_>>(), [0, 50, 100, 150, 200]);
        assert_eq!(ticks.iter().map(|tick| tick.is_zero).collect::<Vec<_>>(), [false, false, false, true, false]);
        assert!(Scale::up_to(u64::MAX / 2).ticks().count() <= 7);
    }
}
