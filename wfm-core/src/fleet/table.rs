//! Rollups in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Changes, NotARow, Row};
use crate::store::ClusterFacts;

/// The rows of the rollups, in memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table(BTreeMap<Vec<u8>, Vec<u8>>);

impl Table {
    /// Adds changes.
    ///
    /// # Errors
    /// Where a row cannot be understood; then nothing was added.
    pub fn add(&mut self, changes: &Changes<Arc<ClusterFacts>>) -> Result<(), NotARow> {
        let Ok(rows) = changes.rows(|said| Ok::<_, std::convert::Infallible>(Arc::clone(said)));
        let rows = rows.into_iter().map(|(key, delta)| {
            let row = delta.add_to(self.0.get(&key).map(Vec::as_slice))?;
            Ok((key, row))
        });
        for (key, row) in rows.collect::<Result<Vec<_>, NotARow>>()? {
            match row {
                Some(row) => self.0.insert(key, row),
                None => self.0.remove(&key),
            };
        }
        Ok(())
    }

    /// A row.
    #[must_use]
    pub fn row(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.0.get(key).cloned()
    }

    /// The rows from one key up to another, that one excluded.
    pub fn rows<'a>(&'a self, from: &'a [u8], to: &'a [u8]) -> impl Iterator<Item = Row> + 'a {
        // A range that ends before it begins holds nothing, and a map would not forgive it.
        let rows = (from < to)
            .then(|| self.0.range::<[u8], _>((std::ops::Bound::Included(from), std::ops::Bound::Excluded(to))));
        rows.into_iter().flatten().map(|(key, row)| (key.clone(), row.clone()))
    }
}
