//! A number that stands for all counters there are, so that a store can see whether some of its rows are older than
//! others without counting again.

use super::{Delta, NotARow, code};

/// What a row weighs: the weights of all rows add up (wrapping), and what is added to a row adds its weight.
///
/// # Errors
/// Where the row cannot be understood.
pub fn weight(key: &[u8], row: &[u8]) -> Result<u64, NotARow> {
    if key.first().is_some_and(|first| b"sn".contains(first)) {
        let counters = code::versions(row)?;
        return Ok(sum(counters.iter().map(|(cell, amount)| version(key, cell, *amount))));
    }
    let counters = code::numbers(row)?;
    Ok(sum(counters.into_iter().map(|(cell, amount)| number(key, cell, amount))))
}

/// What a key weighs that has no counters.
#[must_use]
pub fn key_weight(key: &[u8]) -> u64 {
    mixed(key, &[])
}

impl Delta {
    /// What this adds to the weight of the row at a key.
    #[must_use]
    pub fn weight(&self, key: &[u8]) -> u64 {
        match self {
            Self::Numbers(cells) => sum(cells.iter().map(|(cell, amount)| number(key, *cell, *amount))),
            Self::Versions(cells) => sum(cells.iter().map(|(cell, amount)| version(key, cell, *amount))),
        }
    }
}

fn number(key: &[u8], cell: u64, amount: i64) -> u64 {
    mixed(key, &cell.to_le_bytes()).wrapping_mul(amount.cast_unsigned())
}

fn version(key: &[u8], cell: &super::VersionCell, amount: i64) -> u64 {
    let salt = mixed(key, &[cell.cohort as u8]).to_le_bytes();
    mixed(&salt, cell.version.as_bytes()).wrapping_mul(amount.cast_unsigned())
}

fn sum(weights: impl Iterator<Item = u64>) -> u64 {
    weights.fold(0, u64::wrapping_add)
}

/// A number for a key: FNV-1a, and the finalizer of SplitMix64, which spreads what differs in the last bytes only.
fn mixed(key: &[u8], cell: &[u8]) -> u64 {
    let bytes = key.iter().chain(cell);
    let hash = bytes
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
    let hash = (hash ^ hash >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ hash >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ hash >> 31
}
