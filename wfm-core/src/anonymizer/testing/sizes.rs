//! Sums: which numbers a bucket holds, how a sum falls apart into nodes, and how Kubernetes may spell each part.

use std::sync::{Arc, LazyLock};

use super::dice::Dice;
use super::noise::number;

/// A bucket: what is told of it, and its first and last sum in thousandths of a core, or in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bucket {
    pub(super) told: u64,
    first: u64,
    last: u64,
}

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// The first whole number of every quarter of an octave up to 2^(most/4), by trying.
fn starts(from: u32, most: u32) -> Vec<u64> {
    let (mut starts, mut number) = (Vec::new(), 1u64);
    for quarter in from..=most {
        while u128::from(number).pow(4) < 1 << quarter {
            // From 2^16 on a step of one is too slow, and a start is near the double of that an octave before.
            number = if number < 1 << 16 { number + 1 } else { near(number, quarter) };
        }
        if starts.last() != Some(&number) {
            starts.push(number);
        }
    }
    starts
}

/// The start of a quarter that begins after a number, by halving.
fn near(number: u64, quarter: u32) -> u64 {
    let (mut low, mut high) = (number, 2 * number);
    while low + 1 < high {
        let middle = low.midpoint(high);
        if u128::from(middle).pow(4) < 1 << quarter { low = middle } else { high = middle }
    }
    high
}

fn buckets(starts: &[u64], unit: u64) -> Vec<Bucket> {
    let ends = starts[1..].iter().copied().chain([2 * starts[starts.len() - 1]]);
    starts
        .iter()
        .zip(ends)
        .map(|(told, end)| Bucket { told: *told, first: told * unit, last: end * unit - 1 })
        .collect()
}

/// Buckets of thousandths of cores. What is less than a core is told as one.
pub(super) static CORES: LazyLock<Vec<Bucket>> = LazyLock::new(|| {
    let mut cores = buckets(&starts(0, 80), 1000);
    cores[0].first = 0;
    cores
});

/// Buckets of bytes, told in MiB. What is less than a GiB is told as 1.
pub(super) static BYTES: LazyLock<Vec<Bucket>> = LazyLock::new(|| {
    let mut bytes = vec![Bucket { told: 1, first: 1, last: GIB - 1 }];
    bytes.extend(buckets(&starts(40, 120), MIB));
    bytes
});

/// What no quantity is.
const MALFORMED: [&str; 12] = [
    "32Gi;db01",
    "1e999",
    "NaN",
    "-1",
    "",
    "falcon",
    "1_000",
    "0x10",
    " 1",
    "1Gib",
    "１",
    "99999999999999999999999999999999999",
];

/// Falls into parts, each a node's, that are spelled as thousandths or as bytes. `None` is a sum that cannot be told: a node
/// says nothing, or no quantity.
#[derive(Debug)]
pub(super) struct Parts {
    rest: u64,
    left: u64,
    bytes: bool,
    /// Where a node says no quantity, so many nodes before the last.
    gap: Option<u64>,
}

impl Parts {
    pub(super) fn of(bucket: Option<Bucket>, bytes: bool, nodes: u64, dice: &mut Dice<'_>) -> Self {
        let gap = bucket.is_none().then(|| dice.within(1, nodes));
        let rest = bucket.map_or(GIB, |bucket| {
            let sum = dice.within(bucket.first, bucket.last);
            let whole = sum & !(MIB - 1);
            if bytes && dice.percent(50) && whole >= bucket.first { whole } else { sum }
        });
        Self { rest, left: nodes, bytes, gap }
    }

    /// The next node's part.
    pub(super) fn next(&mut self, dice: &mut Dice<'_>) -> Option<Arc<str>> {
        let gap = self.gap == Some(self.left);
        let mut part = if self.left == 1 { self.rest } else { dice.within(0, self.rest / self.left * 2) };
        if self.left > 1 && self.bytes {
            part &= !dice.pick(&[0, (1 << 10) - 1, MIB - 1, GIB - 1]);
        }
        self.rest -= part;
        self.left -= 1;
        if gap {
            return dice.percent(70).then(|| dice.pick(&MALFORMED).into());
        }
        Some(if self.bytes { bytes(part, dice) } else { milli(part, dice) }.into())
    }
}

/// A number and what follows it.
fn spelled(digits: u64, suffix: &str) -> String {
    let mut text = String::with_capacity(32);
    number(&mut text, digits);
    text.push_str(suffix);
    text
}

fn milli(milli: u64, dice: &mut Dice<'_>) -> String {
    let whole = milli.is_multiple_of(1000);
    match dice.below(6) {
        0 if whole => spelled(milli / 1000, ""),
        1 if whole => spelled(milli / 1000, ".0"),
        2 => spelled(milli, "e-3"),
        3 => spelled(milli, "000u"),
        4 => {
            let mut text = spelled(milli / 1000, ".");
            let fraction = milli % 1000;
            text.push_str(["00", "0", ""][usize::from(fraction > 9) + usize::from(fraction > 99)]);
            number(&mut text, fraction);
            text
        }
        _ => spelled(milli, "m"),
    }
}

fn bytes(bytes: u64, dice: &mut Dice<'_>) -> String {
    match dice.below(8) {
        0 => spelled(bytes, ""),
        1 => spelled(bytes, "000m"),
        2 => spelled(bytes, "e0"),
        3 => spelled(bytes, ".000"),
        _ if bytes.is_multiple_of(GIB) => spelled(bytes / GIB, "Gi"),
        4 | 5 if bytes.is_multiple_of(GIB / 2) => spelled(bytes / GIB, ".5Gi"),
        _ if bytes.is_multiple_of(MIB) => spelled(bytes / MIB, "Mi"),
        _ if bytes.is_multiple_of(1 << 10) => spelled(bytes / (1 << 10), "Ki"),
        _ if bytes.is_multiple_of(1000) => spelled(bytes / 1000, "k"),
        _ => spelled(bytes, "E0"),
    }
}
