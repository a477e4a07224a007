//! Asking the rollups something.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Store, StoreError, StoreErrorKind};
use crate::fleet::Rollups;

/// Something that looks at the rollups. It may be called more than once; what it saw last counts.
pub type Look = Box<dyn FnMut(&dyn Rollups) -> Result<(), StoreError> + Send>;

/// Asks the rollups of a store something.
///
/// # Errors
/// Those of the store and of the question.
pub async fn ask<T: Send + 'static>(
    store: &dyn Store,
    question: impl Fn(&dyn Rollups) -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let answer = Arc::new(Mutex::new(None));
    let told = Arc::clone(&answer);
    let look = move |rollups: &dyn Rollups| {
        let answer = question(rollups)?;
        *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
        Ok(())
    };
    store.look(Box::new(look)).await?;
    let answer = answer.lock().unwrap_or_else(PoisonError::into_inner).take();
    answer.ok_or_else(|| StoreError::new(StoreErrorKind::Unavailable, "the store did not come to this"))
}
