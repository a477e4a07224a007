//! How many nodes there are.

use std::fmt;
use std::str::FromStr;

/// Where the buckets begin; each ends before the next one.
const FIRST: [u64; 12] = [1, 2, 3, 4, 6, 11, 21, 51, 101, 201, 501, 1001];

/// A number of nodes, as one of 12 buckets: `1`, `2`, `3`, `4–5`, `6–10`, `11–20`, … `501–1000`, `1001+`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Nodes(u8);

impl Nodes {
    /// The bucket of so many nodes; nothing for none.
    #[must_use]
    pub fn of(count: u64) -> Option<Self> {
        let bucket = FIRST.partition_point(|first| *first <= count).checked_sub(1)?;
        u8::try_from(bucket).ok().map(Self)
    }

    /// The smallest number in it.
    #[must_use]
    pub fn first(self) -> u64 {
        FIRST.get(usize::from(self.0)).copied().unwrap_or_default()
    }

    /// Every bucket, smallest first.
    pub fn all() -> impl Iterator<Item = Self> {
        FIRST.into_iter().filter_map(Self::of)
    }
}

impl fmt::Display for Nodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bucket = usize::from(self.0);
        match (FIRST.get(bucket), FIRST.get(bucket + 1)) {
            (Some(first), Some(next)) if first + 1 == *next => first.fmt(f),
            (Some(first), Some(next)) => write!(f, "{first}–{}", next - 1),
            (first, _) => write!(f, "{}+", first.unwrap_or(&FIRST[FIRST.len() - 1])),
        }
    }
}

impl FromStr for Nodes {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::all().find(|nodes| nodes.to_string() == text).ok_or(())
    }
}
