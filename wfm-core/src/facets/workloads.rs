//! How many workloads run beside the product's.

use std::fmt;
use std::str::FromStr;

/// Where the buckets begin; the last has no end.
const FIRST: [u8; 7] = [0, 1, 2, 3, 4, 6, 11];

/// How many workloads run beside the product's, as one of 7 buckets: `0`, `1`, `2`, `3`, `4–5`, `6–10`, `11+`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OtherWorkloads(u8);

impl OtherWorkloads {
    /// The bucket of a number.
    #[must_use]
    pub fn of(count: usize) -> Self {
        let first = FIRST.into_iter().rev().find(|first| usize::from(*first) <= count);
        Self(first.unwrap_or_default())
    }

    /// The first number of the bucket.
    #[must_use]
    pub fn first(self) -> u8 {
        self.0
    }

    /// Every bucket, smallest first.
    pub fn all() -> impl Iterator<Item = Self> {
        FIRST.into_iter().map(Self)
    }
}

impl fmt::Display for OtherWorkloads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match FIRST.into_iter().find(|next| *next > self.0) {
            Some(next) if self.0 + 1 == next => self.0.fmt(f),
            Some(next) => write!(f, "{}–{}", self.0, next - 1),
            None => write!(f, "{}+", self.0),
        }
    }
}

impl FromStr for OtherWorkloads {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::all().find(|bucket| bucket.to_string() == text).ok_or(())
    }
}
