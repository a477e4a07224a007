//! Sizes, as buckets of a quarter of an octave: bucket n begins at 2^(n/4) and ends before the next one.

use std::fmt;

/// 2^0, 2^(1/4), 2^(2/4) and 2^(3/4) in thousandths.
const QUARTERS: [u64; 4] = [1000, 1189, 1414, 1682];
/// The bucket in which a MiB begins, and a GiB.
const MIB: u8 = 80;
const GIB: u8 = 120;

/// A number of cores, such as `16–19 cores`. Buckets that hold no whole number are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cores(u8);

impl Cores {
    /// The last bucket: a million cores and more.
    const LAST: u8 = 80;

    /// The bucket of so many whole cores; nothing for none.
    #[must_use]
    pub fn of(cores: u64) -> Option<Self> {
        bucket(cores.min(1 << 20)).map(Self)
    }

    /// The bucket of a number; nothing where that is none.
    #[must_use]
    pub fn numbered(bucket: u8) -> Option<Self> {
        let cores = Self(bucket);
        (bucket <= Self::LAST && cores.first() < Self(bucket + 1).first()).then_some(cores)
    }

    /// The bucket's number.
    #[must_use]
    pub fn number(self) -> u8 {
        self.0
    }

    /// The smallest whole number of cores in it: that is no smaller than 2^(n/4).
    #[must_use]
    pub fn first(self) -> u64 {
        first(self.0)
    }
}

impl fmt::Display for Cores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, next) = (self.first(), Self(self.0.saturating_add(1)).first());
        match (first, next - 1) {
            _ if self.0 == Self::LAST => write!(f, "{first}+ cores"),
            (1, 1) => f.write_str("1 core"),
            (first, last) if first == last => write!(f, "{first} cores"),
            (first, last) => write!(f, "{first}–{last} cores"),
        }
    }
}

/// A number of bytes, such as `16–19 GiB`: from `under 1 GiB` to `1024+ TiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes(u8);

impl Bytes {
    /// Everything under a GiB, and everything from a PiB on.
    const FIRST: u8 = GIB - 1;
    const LAST: u8 = GIB + 80;

    /// The bucket of so many bytes; nothing for none. MiB that are not whole do not count.
    #[must_use]
    pub fn of(bytes: u64) -> Option<Self> {
        let mebibytes = (bytes >> 20).clamp(1, 1 << 30);
        let bucket = bucket(mebibytes).filter(|_| bytes > 0)?;
        Some(Self((bucket + MIB).max(Self::FIRST)))
    }

    /// The bucket of a number; nothing where that is none.
    #[must_use]
    pub fn numbered(bucket: u8) -> Option<Self> {
        (Self::FIRST..=Self::LAST).contains(&bucket).then_some(Self(bucket))
    }

    /// The bucket's number.
    #[must_use]
    pub fn number(self) -> u8 {
        self.0
    }

    /// The smallest whole number of MiB in it; 1 for all that is under a GiB.
    #[must_use]
    pub fn first_mebibytes(self) -> u64 {
        if self.0 == Self::FIRST { 1 } else { first(self.0 - MIB) }
    }
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(quarters) = self.0.checked_sub(GIB) else { return f.write_str("under 1 GiB") };
        if self.0 == Self::LAST {
            return f.write_str("1024+ TiB");
        }
        let (quarters, unit) = if quarters < 40 { (quarters, "GiB") } else { (quarters - 40, "TiB") };
        write!(f, "{}–{} {unit}", Rounded(quarters), Rounded(quarters + 1))
    }
}

/// 2^(n/4) with two digits that count.
struct Rounded(u8);

impl fmt::Display for Rounded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let thousandths = QUARTERS[usize::from(self.0 % 4)] << (self.0 / 4);
        match (thousandths + 50) / 100 {
            tenths if tenths >= 100 => write!(f, "{}", (thousandths + 500) / 1000),
            tenths if tenths.is_multiple_of(10) => write!(f, "{}", tenths / 10),
            tenths => write!(f, "{}.{}", tenths / 10, tenths % 10),
        }
    }
}

/// The smallest whole number that is no smaller than 2^(n/4), for each n.
const FIRSTS: [u64; 128] = {
    let (mut firsts, mut bucket) = ([0; 128], 0);
    while bucket < firsts.len() {
        let power = 1u128 << bucket;
        // The fourth root, rounded down.
        let root = power.isqrt().isqrt();
        firsts[bucket] = if root.pow(4) == power { root as u64 } else { root as u64 + 1 };
        bucket += 1;
    }
    firsts
};

fn first(bucket: u8) -> u64 {
    FIRSTS[usize::from(bucket.min(127))]
}

/// The bucket of a number of 2^31 at most; nothing for 0.
fn bucket(number: u64) -> Option<u8> {
    // 4 · log2 x = log2 x⁴, rounded down: exact, as no logarithm of fractions is.
    let power = u128::from(number).pow(4).checked_ilog2()?;
    u8::try_from(power).ok()
}
