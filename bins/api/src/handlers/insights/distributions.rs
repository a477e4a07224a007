//! On what the fleet runs.

use wfm_core::store::{Store, StoreError};
use wfm_core::wire::insights::Distributions;

/// The counters of the last week that is over; `None` where nothing was counted in it.
pub(super) async fn distributions(_store: &dyn Store) -> Result<Option<Distributions>, StoreError> {
    Ok(None)
}
