//! Chance that falls the same way on every machine: whole numbers alone, drawn from ChaCha8.

use std::ops::Range;

use chacha20::ChaCha8Rng;
use chacha20::rand_core::{Rng, SeedableRng};

/// The draws of one cluster.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// A stream of its own for each number, so that what a cluster does hangs on no other cluster.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut stream_of_seed = ChaCha8Rng::from_seed(key);
        stream_of_seed.set_stream(stream);
        Self(stream_of_seed)
    }

    /// A second stream for each number: what is drawn from it changes nothing that the first one decides.
    pub(super) fn aside(seed: u64, stream: u64) -> Self {
        Self::new(seed, !stream)
    }

    /// 64 random bits.
    pub(super) fn word(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number under `limit`; 0 where the limit is 0.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        // The high half of the product: as even as a division's rest, and without the division.
        let product = u128::from(self.word()) * u128::from(limit);
        u64::try_from(product >> 64).expect("the high half of 128 bits has 64")
    }

    /// An index into something this long; 0 where it is empty.
    pub(super) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).expect("it is under a usize")
    }

    /// A number of a range; its start where the range is empty.
    pub(super) fn within(&mut self, range: Range<i64>) -> i64 {
        let width = range.end.saturating_sub(range.start).max(0).cast_unsigned();
        range.start.saturating_add_unsigned(self.below(width))
    }

    /// Whether something happens that happens this often in a thousand times.
    pub(super) fn chance(&mut self, of_thousand: u64) -> bool {
        self.below(1000) < of_thousand
    }

    /// One of several, each as often as its weight says.
    ///
    /// The last one where all weights are 0.
    pub(super) fn pick<T: Clone, const N: usize>(&mut self, weighted: &[(u64, T); N]) -> T {
        const { assert!(N > 0, "there is something to pick from") };
        let mut at = self.below(weighted.iter().map(|(weight, _)| weight).sum());
        for (weight, value) in weighted {
            match at.checked_sub(*weight) {
                None => return value.clone(),
                Some(rest) => at = rest,
            }
        }
        weighted[N - 1].1.clone()
    }
}

/// Small steps off a slot, drawn eight at a time: they are most of what is drawn at all.
pub(super) struct Jitter {
    width: i64,
    bits: u64,
    left: u32,
}

impl Jitter {
    /// Up to `seconds` in either direction, 127 at most.
    pub(super) fn of(seconds: u8) -> Self {
        Self { width: 2 * i64::from(seconds.min(127)) + 1, bits: 0, left: 0 }
    }

    /// How far it goes.
    pub(super) fn most(&self) -> i64 {
        self.width / 2
    }

    /// The next step, in seconds.
    pub(super) fn next(&mut self, dice: &mut Dice) -> i64 {
        if self.left == 0 {
            (self.bits, self.left) = (dice.word(), 8);
        }
        let byte = i64::from(self.bits.to_le_bytes()[0]);
        self.bits >>= 8;
        self.left -= 1;
        ((byte * self.width) >> 8) - self.most()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_draws_are_the_same_for_ever() {
        let mut dice = Dice::new(7, 3);
        assert_eq!([dice.below(1000), dice.below(1000), dice.below(1000)], [662, 504, 736]);
    }

    #[test]
    fn the_streams_of_a_seed_differ() {
        assert_ne!(Dice::new(7, 3).word(), Dice::new(7, 4).word());
        assert_ne!(Dice::new(7, 3).word(), Dice::new(8, 3).word());
    }

    #[test]
    fn a_jitter_reaches_both_its_ends_and_no_further() {
        let (mut dice, mut jitter) = (Dice::new(1, 1), Jitter::of(60));
        let steps: Vec<i64> = (0..10_000).map(|_| jitter.next(&mut dice)).collect();
        assert_eq!((steps.iter().min(), steps.iter().max()), (Some(&-60), Some(&60)));
        let mut none = Jitter::of(0);
        assert!((0..100).all(|_| none.next(&mut dice) == 0));
    }

    #[test]
    fn what_weighs_nothing_is_never_picked() {
        let mut dice = Dice::new(1, 1);
        let picked: Vec<u8> = (0..1000).map(|_| dice.pick(&[(1, 1), (0, 2), (3, 3)])).collect();
        assert!(picked.contains(&1) && picked.contains(&3) && !picked.contains(&2));
    }
}
