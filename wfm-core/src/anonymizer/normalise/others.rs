//! Workloads that the vocabulary does not know are counted, in buckets.

use serde::{Deserialize, Serialize};

/// Where the buckets begin; the last has no end.
const FIRST: [u8; 7] = [0, 1, 2, 3, 4, 6, 11];

/// How many workloads run beside the product's: 0, 1, 2, 3, 4 (and 5), 6 (to 10), or 11 (and more).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Others(u8);

impl Others {
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

    /// Every bucket.
    pub fn all() -> impl Iterator<Item = Self> {
        FIRST.into_iter().map(Self)
    }
}

/// No bucket begins with this number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the beginning of a bucket: 0, 1, 2, 3, 4, 6 or 11")]
pub struct NotABucket;

impl TryFrom<u8> for Others {
    type Error = NotABucket;

    fn try_from(first: u8) -> Result<Self, NotABucket> {
        FIRST.contains(&first).then_some(Self(first)).ok_or(NotABucket)
    }
}

impl From<Others> for u8 {
    fn from(others: Others) -> Self {
        others.0
    }
}
