use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use jiff::Timestamp;

use super::{ClusterRecord, Store, StoreError};
use crate::anonymizer::Arrival;
use crate::cluster::ClusterId;
use crate::release::{PublishMode, PublishOutcome, Release, Releases};

/// The reference: everything in memory, gone with the process.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: RwLock<State>,
}

#[derive(Debug, Default)]
struct State {
    releases: Arc<Releases>,
    clusters: BTreeMap<ClusterId, ClusterRecord>,
}

impl MemoryStore {
    fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.write().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn publish(&self, batch: Vec<Release>, mode: PublishMode) -> Result<PublishOutcome, StoreError> {
        Ok(self.write(|state| {
            let outcome = state.releases.plan(&batch, mode);
            if outcome.kept {
                Arc::make_mut(&mut state.releases).extend(batch);
            }
            outcome
        }))
    }

    async fn releases(&self) -> Result<Arc<Releases>, StoreError> {
        Ok(self.read(|state| Arc::clone(&state.releases)))
    }

    async fn check_in(&self, arrival: Arrival, at: Timestamp) -> Result<ClusterRecord, StoreError> {
        Ok(self.write(|state| {
            let id = arrival.cluster();
            let record = ClusterRecord::after(state.clusters.remove(&id), arrival, at);
            state.clusters.insert(id, record.clone());
            record
        }))
    }

    async fn cluster(&self, id: ClusterId) -> Result<Option<ClusterRecord>, StoreError> {
        Ok(self.read(|state| state.clusters.get(&id).cloned()))
    }

    async fn count_clusters(&self) -> Result<u64, StoreError> {
        Ok(self.read(|state| state.clusters.len() as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::store_conformance!(async { MemoryStore::default() });
}
