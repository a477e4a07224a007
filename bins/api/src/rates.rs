//! How often one cluster may check in, and how much one network may ask.
//!
//! What is counted is known by keyed hashes alone, under keys that are drawn at the start, in memory, for as long as it
//! matters: once a count has run down it is forgotten.

use std::hash::{BuildHasher, RandomState};

use jiff::Timestamp;
use wfm_core::cluster::ClusterId;
use wfm_shell::server::Peer;

use crate::error::ApiError;

mod bucket;

use bucket::Buckets;

/// How often, at most. 0 sets no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// Check-ins of one cluster id in an hour. A sixth of them may come at once.
    pub per_cluster: u32,
    /// Requests of one network (/24, or /48 of IPv6) in a minute, probes aside. A sixth of them may come at once.
    pub per_address: u32,
}

impl Default for Rates {
    /// Sixty check-ins an hour, because agents send one every twelve; and as many requests as a large fleet behind one
    /// address sends.
    fn default() -> Self {
        Self { per_cluster: 60, per_address: 6000 }
    }
}

impl Rates {
    /// No limits.
    #[must_use]
    pub const fn none() -> Self {
        Self { per_cluster: 0, per_address: 0 }
    }
}

/// What has been counted.
pub(crate) struct Counted {
    clusters: Option<Buckets>,
    addresses: Option<Buckets>,
    key: RandomState,
}

impl Counted {
    pub(crate) fn new(rates: Rates) -> Self {
        let clusters = Buckets::new(rates.per_cluster, 3600);
        Self { clusters, addresses: Buckets::new(rates.per_address, 60), key: RandomState::new() }
    }

    /// A check-in of this cluster.
    pub(crate) fn cluster(&self, id: ClusterId, now: Timestamp) -> Result<(), ApiError> {
        const MESSAGE: &str = "this cluster checks in too often: once in twelve hours is enough";
        take(self.clusters.as_ref(), self.key.hash_one(id), now, MESSAGE)
    }

    /// A request of this network.
    pub(crate) fn address(&self, peer: Peer, now: Timestamp) -> Result<(), ApiError> {
        const MESSAGE: &str = "too many requests from one network: slow down, and keep what was answered";
        take(self.addresses.as_ref(), peer.key(), now, MESSAGE)
    }
}

fn take(buckets: Option<&Buckets>, key: u64, now: Timestamp, message: &str) -> Result<(), ApiError> {
    let Some(buckets) = buckets else { return Ok(()) };
    buckets.take(key, now).map_err(|wait| ApiError::too_many(message, wait))
}
