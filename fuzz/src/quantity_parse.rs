//! Any text as a quantity: it is read as a slow reading of the same grammar reads it, digit by digit.

use wfm_core::quantity::Quantity;

/// Reads the text both ways.
pub fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let fast = text.parse::<Quantity>().ok().map(Quantity::whole);
    match (fast, slow(text)) {
        (Some(fast), Some(slow)) => assert_eq!(fast, slow.whole(), "{text}"),
        (Some(fast), None) => panic!("{text} is no quantity, and was read as {fast}"),
        // What needs more digits than can be counted is refused, and no API server writes it.
        (None, Some(slow)) => assert!(slow.is_wide || text.len() > 32, "{text} is {}", slow.whole()),
        (None, None) => {}
    }
}

/// An amount in decimal digits, of which the last so many are a fraction.
struct Decimal {
    digits: Vec<u8>,
    places: i64,
    /// Whether it holds so many digits, or is shifted so far, that no number of 128 bits can.
    is_wide: bool,
}

impl Decimal {
    /// The whole units, or the most there can be.
    fn whole(&self) -> u64 {
        let mut whole: String = self.digits.iter().map(|digit| char::from(b'0' + digit)).collect();
        match usize::try_from(self.places) {
            Ok(places) => whole.truncate(whole.len().saturating_sub(places)),
            Err(_) => whole.extend(std::iter::repeat_n('0', self.places.unsigned_abs().min(100) as usize)),
        }
        let whole = whole.trim_start_matches('0');
        if whole.is_empty() { 0 } else { whole.parse().unwrap_or(u64::MAX) }
    }

    fn double(&mut self) {
        let mut carry = 0;
        for digit in self.digits.iter_mut().rev() {
            let sum = *digit * 2 + carry;
            (*digit, carry) = (sum % 10, sum / 10);
        }
        if carry > 0 {
            self.digits.insert(0, carry);
        }
    }
}

/// `digits [. digits] (binary suffix | decimal suffix | exponent)`, without a sign.
fn slow(text: &str) -> Option<Decimal> {
    let (mut digits, mut places, mut dot) = (Vec::new(), 0, false);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        match c {
            '.' if !dot => dot = true,
            '0'..='9' => {
                digits.push(c as u8 - b'0');
                places += i64::from(dot);
            }
            _ => break,
        }
        rest = &rest[1..];
    }
    if digits.is_empty() {
        return None;
    }
    let exponent = |tens: i64| Some((tens, 0));
    let (tens, doublings) = match rest {
        "" => exponent(0),
        "n" => exponent(-9),
        "u" => exponent(-6),
        "m" => exponent(-3),
        "k" => exponent(3),
        "M" => exponent(6),
        "G" => exponent(9),
        "T" => exponent(12),
        "P" => exponent(15),
        "E" => exponent(18),
        "Ki" => Some((0, 10)),
        "Mi" => Some((0, 20)),
        "Gi" => Some((0, 30)),
        "Ti" => Some((0, 40)),
        "Pi" => Some((0, 50)),
        "Ei" => Some((0, 60)),
        other => {
            let number = other.strip_prefix(['e', 'E'])?;
            let digits = number.strip_prefix(['+', '-']).unwrap_or(number);
            let decimal = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
            // More tens than these are nothing, or more than can be.
            let tens = digits.parse().unwrap_or(1000).min(1000);
            if !decimal {
                return None;
            }
            exponent(if number.starts_with('-') { -tens } else { tens })
        }
    }?;
    let length = digits.len() as i64;
    let is_wide = length + 3 + tens.max(0) + doublings / 3 + 1 > 38 || places - tens.min(0) > 38;
    let mut decimal = Decimal { digits, places: places - tens, is_wide };
    (0..doublings).for_each(|_| decimal.double());
    Some(decimal)
}
