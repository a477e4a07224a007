//! What runs now, published or not.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::adoption::versions_now;
use super::summary::told;
use super::view::{Rollups, View, damaged};
use super::{Cohorts, rows};
use crate::anonymizer::ReportedVersion;
use crate::component::ComponentName;
use crate::store::StoreError;
use crate::wire::insights::Count;

/// Active clusters by what they last reported: every component that any of them has, in every version that runs.
///
/// # Errors
/// Where the rollups cannot be read.
pub fn running(
    rollups: &dyn Rollups,
    now: Timestamp,
    include: Cohorts,
) -> Result<BTreeMap<ComponentName, BTreeMap<ReportedVersion, Count>>, StoreError> {
    let view = View::new(rollups, now.as_second(), include)?;
    let (from, to) = rows::ALL_NOW;
    let mut running = BTreeMap::new();
    for (key, _) in rollups.rows(from, to)? {
        let component = rows::component_of_key(&key).ok_or_else(|| damaged(rows::NotARow))?;
        let versions = versions_now(&view, &component)?.into_iter().filter(|(_, clusters)| *clusters != 0);
        let versions: BTreeMap<_, _> = versions.map(|(version, clusters)| (version, told(clusters))).collect();
        if !versions.is_empty() {
            running.insert(component, versions);
        }
    }
    Ok(running)
}
