//! The port to what is kept: releases and check-ins.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::anonymizer::{Arrival, ReportedVersion};
use crate::cluster::ClusterId;
use crate::component::ComponentName;
use crate::release::{PublishMode, PublishOutcome, Release, Releases};

#[cfg(any(test, feature = "testing"))]
pub mod conformance;
mod error;
mod memory;

pub use error::{StoreError, StoreErrorKind};
pub use memory::MemoryStore;

/// Keeps releases and check-ins.
///
/// Absence is `Ok(None)`, never an error. What a method has acknowledged is durable, as far as the backend knows
/// durability at all. Every backend passes the same `conformance` cases (feature `testing`).
#[async_trait]
pub trait Store: Send + Sync {
    /// Publishes a batch of releases, or says what publishing it would change. All or nothing.
    ///
    /// # Errors
    /// Where the store cannot be read or written; then nothing was kept.
    async fn publish(&self, batch: Vec<Release>, mode: PublishMode) -> Result<PublishOutcome, StoreError>;

    /// Every release.
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn releases(&self) -> Result<Arc<Releases>, StoreError>;

    /// Keeps a check-in that arrived at `at`, and returns the cluster as it is now.
    ///
    /// A clock that went backwards never moves `last_seen` back, nor `first_seen` forward.
    ///
    /// # Errors
    /// Where the store cannot be written; then the check-in may or may not have been kept.
    async fn check_in(&self, arrival: Arrival, at: Timestamp) -> Result<ClusterRecord, StoreError>;

    /// A cluster as it last reported.
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn cluster(&self, id: ClusterId) -> Result<Option<ClusterRecord>, StoreError>;

    /// How many clusters have ever checked in.
    ///
    /// # Errors
    /// Where the store cannot be read.
    async fn count_clusters(&self) -> Result<u64, StoreError>;
}

/// A cluster as the service knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterRecord {
    /// Its random id.
    pub id: ClusterId,
    /// Its components as last reported.
    pub components: BTreeMap<ComponentName, ReportedVersion>,
    /// Its first check-in, by the service's clock.
    pub first_seen: Timestamp,
    /// Its last check-in, by the service's clock.
    pub last_seen: Timestamp,
    /// How often it has checked in.
    pub check_ins: u64,
}

impl ClusterRecord {
    /// The record after a check-in: new, or `known` brought up to date.
    #[must_use]
    pub fn after(known: Option<Self>, arrival: Arrival, at: Timestamp) -> Self {
        let (id, components) = arrival.into_parts();
        match known {
            None => Self { id, components, first_seen: at, last_seen: at, check_ins: 1 },
            Some(known) => Self {
                id,
                components,
                first_seen: known.first_seen.min(at),
                last_seen: known.last_seen.max(at),
                check_ins: known.check_ins.saturating_add(1),
            },
        }
    }
}
