//! What is said where the store fails.

use wfm_core::store::{StoreError, StoreErrorKind};

pub(super) fn unavailable(message: impl Into<String>) -> StoreError {
    StoreError::new(StoreErrorKind::Unavailable, message)
}

/// A sled error while the store is open.
pub(super) fn failed(error: ::sled::Error) -> StoreError {
    let damaged = matches!(error, ::sled::Error::Corruption { .. } | ::sled::Error::ReportableBug(_));
    let (kind, message) = if damaged {
        (StoreErrorKind::Corrupt, "the store is damaged: restore it from a backup")
    } else {
        (StoreErrorKind::Unavailable, "the store cannot be read or written: look at its disk")
    };
    StoreError::new(kind, message).caused_by(error)
}
