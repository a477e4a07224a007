//! Randomness, drawn in one place.

use uuid::Uuid;

/// A random UUID (version 4), from the operating system.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place that draws")]
pub fn uuid() -> Uuid {
    Uuid::new_v4()
}

/// A random number from 0 to 1, 1 excluded.
#[must_use]
pub fn fraction() -> f64 {
    let (_, low) = uuid().as_u64_pair();
    // 53 of the low half's bits: all random (the variant is in the two highest), and as many as an f64 holds.
    let bits = low & ((1 << 53) - 1);
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
