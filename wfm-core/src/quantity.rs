//! Kubernetes quantities, read strictly: `32`, `500m`, `131843164Ki`, `1e3`.

use std::str::FromStr;

/// Longest text that is looked at, in bytes. The API server writes no longer ones: `9223372036854775807` and a suffix.
const LONGEST: usize = 32;

/// What the suffix of a quantity multiplies with, as numerator and denominator: the
/// [canonical suffixes](https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/) and nothing
/// else.
const SUFFIXES: [(&str, u128, u128); 16] = [
    ("", 1, 1),
    ("n", 1, 1_000_000_000),
    ("u", 1, 1_000_000),
    ("m", 1, 1_000),
    ("k", 1_000, 1),
    ("M", 1_000_000, 1),
    ("G", 1_000_000_000, 1),
    ("T", 1_000_000_000_000, 1),
    ("P", 1_000_000_000_000_000, 1),
    ("E", 1_000_000_000_000_000_000, 1),
    ("Ki", 1 << 10, 1),
    ("Mi", 1 << 20, 1),
    ("Gi", 1 << 30, 1),
    ("Ti", 1 << 40, 1),
    ("Pi", 1 << 50, 1),
    ("Ei", 1 << 60, 1),
];

/// An amount that is not negative, in thousandths; what is finer is rounded down.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity {
    milli: u128,
}

/// The text is no quantity. It is not repeated: it may be anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a quantity such as 32, 500m or 15885Mi")]
pub struct NotAQuantity;

impl Quantity {
    /// The amount in whole units, rounded down: cores, or bytes.
    #[must_use]
    pub fn whole(self) -> u64 {
        u64::try_from(self.milli / 1000).unwrap_or(u64::MAX)
    }

    /// Both together; nothing where that is more than can be counted.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.milli.checked_add(other.milli).map(|milli| Self { milli })
    }
}

impl FromStr for Quantity {
    type Err = NotAQuantity;

    fn from_str(text: &str) -> Result<Self, NotAQuantity> {
        if text.len() > LONGEST {
            return Err(NotAQuantity);
        }
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, suffix) = text.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
            return Err(NotAQuantity);
        }
        let (times, by) = multiplier(suffix).ok_or(NotAQuantity)?;
        // 32 digits at most, so that this fits.
        let digits = whole.bytes().chain(fraction.bytes()).fold(0, |sum, digit| 10 * sum + u128::from(digit - b'0'));
        let places = u32::try_from(fraction.len()).map_err(|_| NotAQuantity)?;
        let divisor = 10u128.checked_pow(places).and_then(|divisor| divisor.checked_mul(by)).ok_or(NotAQuantity)?;
        let milli = digits.checked_mul(times).and_then(|product| product.checked_mul(1000)).ok_or(NotAQuantity)?;
        Ok(Self { milli: milli / divisor })
    }
}

/// A suffix, or a decimal exponent: `e3`, `E-2`. `1E` is a suffix, `1E3` an exponent.
fn multiplier(suffix: &str) -> Option<(u128, u128)> {
    if let Some((_, times, by)) = SUFFIXES.iter().find(|(known, ..)| *known == suffix) {
        return Some((*times, *by));
    }
    let exponent = suffix.strip_prefix(['e', 'E'])?;
    let (negative, digits) = match exponent.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, exponent.strip_prefix('+').unwrap_or(exponent)),
    };
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let power = 10u128.checked_pow(digits.parse().ok()?)?;
    Some(if negative { (1, power) } else { (power, 1) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn whole(text: &str) -> Option<u64> {
        text.parse::<Quantity>().ok().map(Quantity::whole)
    }

    #[test]
    fn quantities_are_read_as_kubernetes_writes_them() {
        for (text, units) in [
            ("0", 0),
            ("32", 32),
            ("3920m", 3),
            ("131843164Ki", 131_843_164 << 10),
            ("15885Mi", 15_885 << 20),
            ("1.5Gi", 3 << 29),
            (".5k", 500),
            ("5.", 5),
            ("1e3", 1000),
            ("1E3", 1000),
            ("1E", 1_000_000_000_000_000_000),
            ("2500e-3", 2),
            ("1e+2", 100),
            ("999999999n", 0),
            ("20E", u64::MAX),
        ] {
            assert_eq!(whole(text), Some(units), "{text}");
        }
    }

    #[test]
    fn everything_else_is_none() {
        for text in [
            "",
            ".",
            "-1",
            "+1",
            " 1",
            "1 ",
            "1.2.3",
            "32Gi;db01",
            "1e999",
            "1e",
            "1e-",
            "NaN",
            "inf",
            "0x10",
            "1KI",
            "1gi",
            "1Gib",
            "1_000",
            "١",
            "1e1e1",
            "1Ei1",
            "1e40Gi",
        ] {
            assert_eq!(whole(text), None, "{text}");
        }
    }

    #[test]
    fn sums_do_not_wrap() {
        let most: Quantity = "9999999999999999999999E".parse().unwrap_or_default();
        let large: Quantity = "9999999999999999Ei".parse().unwrap();
        assert_eq!(most, Quantity::default());
        assert!(large.checked_add(large).is_some());
        assert_eq!(Quantity { milli: u128::MAX }.checked_add(large), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            let _ = text.parse::<Quantity>();
        }

        #[test]
        fn a_suffix_multiplies(number in 0u64..1_000_000, suffix in 0usize..SUFFIXES.len()) {
            let (suffix, times, by) = SUFFIXES[suffix];
            let expected = u64::try_from(u128::from(number) * times / by).unwrap_or(u64::MAX);
            prop_assert_eq!(whole(&format!("{number}{suffix}")), Some(expected));
        }
    }
}
