//! What the public is shown of each day, and the secret it is rounded with, in the ledger.

use wfm_core::fleet::{Day, PublicDay, Steps};
use wfm_core::store::StoreError;

use super::disk::Trees;
use super::group::{Group, InTransaction, abort};
use super::{failed, rows};

/// First byte of a day's key in `ledger`.
const PREFIX: &[u8] = b"p";
/// Key of the secret in `ledger`.
const STEPS: &[u8] = b"s";

/// A key and its row.
pub(super) type Written = (Vec<u8>, Vec<u8>);

impl Group<'_> {
    /// Keeps days, but those that are kept already.
    pub(super) fn keep_public_days(&mut self, days: &[Written]) -> InTransaction<()> {
        for (key, row) in days {
            if self.trees.ledger.get(key)?.is_none() {
                self.trees.ledger.insert(key.as_slice(), row.as_slice())?;
            }
        }
        Ok(())
    }

    /// Keeps the secret, unless there is one. Answers the one there is.
    pub(super) fn keep_steps(&mut self, drawn: &Steps) -> InTransaction<Steps> {
        if let Some(known) = self.trees.ledger.get(STEPS)? {
            return read_steps(&known).map_err(abort);
        }
        self.trees.ledger.insert(STEPS, drawn.bytes())?;
        Ok(drawn.clone())
    }
}

/// A day as its row.
pub(super) fn row(day: &PublicDay) -> Written {
    (key(day.day.into()), rows::to_json(day))
}

/// The secret as its row.
pub(super) fn steps_row(steps: &Steps) -> (&'static [u8], &[u8]) {
    (STEPS, steps.bytes())
}

/// The days from one to another, in order.
pub(super) fn days(trees: &Trees, from: Day, to: Day) -> Result<Vec<PublicDay>, StoreError> {
    if from > to {
        return Ok(Vec::new());
    }
    let days = trees.ledger.range(key(from)..=key(to)).values();
    days.map(|day| rows::from_json(&day.map_err(failed)?)).collect()
}

/// Every day.
pub(super) fn all(trees: &Trees) -> impl Iterator<Item = Result<PublicDay, StoreError>> {
    trees.ledger.scan_prefix(PREFIX).values().map(|day| rows::from_json(&day.map_err(failed)?))
}

/// The last day up to one.
pub(super) fn last(trees: &Trees, until: Day) -> Result<Option<PublicDay>, StoreError> {
    let last = trees.ledger.range(PREFIX.to_vec()..=key(until)).values().next_back();
    last.map(|day| rows::from_json(&day.map_err(failed)?)).transpose()
}

/// The secret, if there is one.
pub(super) fn steps(trees: &Trees) -> Result<Option<Steps>, StoreError> {
    trees.ledger.get(STEPS).map_err(failed)?.map(|bytes| read_steps(&bytes)).transpose()
}

fn read_steps(bytes: &[u8]) -> Result<Steps, StoreError> {
    bytes.to_vec().try_into().map_err(rows::damaged)
}

fn key(day: Day) -> Vec<u8> {
    // So that days before 1970 come first.
    let number = day.number().cast_unsigned() ^ (1 << 31);
    [PREFIX, &number.to_be_bytes()].concat()
}
