//! Randomness for waits, so that many installations do not ask at once. Nothing secret may depend on it.

use std::hash::{BuildHasher, RandomState};

/// A number from 0 to 1, 1 excluded: a hasher with a random key, which is all the randomness that the standard library
/// hands out.
#[must_use]
pub fn fraction() -> f64 {
    let bits = RandomState::new().hash_one(0u8) >> 11;
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    let fraction = bits as f64 / (1u64 << 53) as f64;
    fraction
}

#[cfg(test)]
mod tests {
    #[test]
    fn fractions_differ_and_stay_below_one() {
        let drawn: Vec<f64> = (0..100).map(|_| super::fraction()).collect();
        assert!(drawn.iter().all(|fraction| (0.0..1.0).contains(fraction)));
        assert!(drawn.windows(2).any(|pair| (pair[0] - pair[1]).abs() > 0.01));
    }
}
