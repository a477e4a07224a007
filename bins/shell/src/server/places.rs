//! Places for connections: so many in all, so many for one address.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The places of a server.
pub(super) struct Places {
    all: Arc<Semaphore>,
    per_address: usize,
    held: Mutex<HashMap<u64, usize>>,
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Full {
    /// All are taken.
    All,
    /// This address has as many as one may have.
    Address,
}

/// A place; dropping it gives it back.
pub(super) struct Place {
    places: Arc<Places>,
    address: u64,
    _one: OwnedSemaphorePermit,
}

impl Places {
    pub(super) fn new(all: usize, per_address: usize) -> Arc<Self> {
        let all = Arc::new(Semaphore::new(all.min(Semaphore::MAX_PERMITS)));
        Arc::new(Self { all, per_address, held: Mutex::default() })
    }

    /// A place for an address, known by its hash.
    pub(super) fn take(self: &Arc<Self>, address: u64) -> Result<Place, Full> {
        let one = Arc::clone(&self.all).try_acquire_owned().map_err(|_| Full::All)?;
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(address).or_default();
        if *count >= self.per_address {
            return Err(Full::Address);
        }
        *count += 1;
        Ok(Place { places: Arc::clone(self), address, _one: one })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.places.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut count) = held.entry(self.address) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_is_given_back_is_free_and_nothing_is_remembered() {
        let places = Places::new(3, 2);
        let (a, b) = (places.take(1).ok(), places.take(1).ok());
        assert_eq!(places.take(1).err(), Some(Full::Address));
        let c = places.take(2).ok();
        assert!(a.is_some() && b.is_some() && c.is_some());
        assert_eq!(places.take(3).err(), Some(Full::All));
        drop(a);
        assert!(places.take(1).is_ok());
        drop((b, c));
        assert!(places.held.lock().unwrap().is_empty());
    }
}
