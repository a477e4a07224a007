//! How often one cluster may check in, and how much one network may ask.
//!
//! What is counted is known by keyed hashes alone, under keys that are drawn at the start, in memory, for as long as it
//! matters: once a count has run down it is forgotten.

use std::hash::{BuildHasher, RandomState};

use jiff::Timestamp;
use wfm_core::cluster::ClusterId;
use wfm_shell::server::Peer;

use crate::error::{ApiError, Reason};

mod bucket;
mod newcomers;

use bucket::Buckets;
use newcomers::{Full, NewClusters};

/// How often, at most. 0 sets no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rates {
    /// Check-ins of one cluster id in an hour. A sixth of them may come at once.
    pub per_cluster: u32,
    /// Requests of one network (/24, or /48 of IPv6) in a minute, probes aside. A sixth of them may come at once.
    pub per_address: u32,
    /// Clusters that never checked in before, of one network on one UTC day. Clusters that are known do not count.
    pub new_clusters: u32,
}

impl Default for Rates {
    /// Sixty check-ins an hour, because agents send one every twelve; and as many requests as a large fleet behind one
    /// address sends.
    fn default() -> Self {
        Self { per_cluster: 60, per_address: 6000, new_clusters: 200 }
    }
}

impl Rates {
    /// No limits.
    #[must_use]
    pub const fn none() -> Self {
        Self { per_cluster: 0, per_address: 0, new_clusters: 0 }
    }
}

/// What has been counted.
pub(crate) struct Counted {
    clusters: Option<Buckets>,
    addresses: Option<Buckets>,
    newcomers: Option<NewClusters>,
    key: RandomState,
}

impl Counted {
    pub(crate) fn new(rates: Rates) -> Self {
        let clusters = Buckets::new(rates.per_cluster, 3600);
        let (addresses, newcomers) = (Buckets::new(rates.per_address, 60), NewClusters::new(rates.new_clusters));
        Self { clusters, addresses, newcomers, key: RandomState::new() }
    }

    /// Takes a place among the new clusters of a network for one that may be new. Returns whether there was one. It is taken
    /// before the store is asked, so that requests at the same moment cannot pass the limit together.
    pub(crate) fn take_new(&self, peer: Option<Peer>, now: Timestamp) -> bool {
        let limited = self.newcomers.as_ref().zip(peer);
        limited.is_none_or(|(newcomers, peer)| newcomers.take(peer.key(), now))
    }

    /// Gives the place back: the cluster was known, or nothing was kept. A request that is cut off keeps its place, because
    /// its check-in may have been kept.
    pub(crate) fn give_back_new(&self, peer: Option<Peer>, now: Timestamp) {
        if let Some((newcomers, peer)) = self.newcomers.as_ref().zip(peer) {
            newcomers.give_back(peer.key(), now);
        }
    }

    /// The refusal of a new cluster for which there was no place. The first one of a day is logged.
    pub(crate) fn too_many_new(&self, now: Timestamp) -> ApiError {
        const MESSAGE: &str =
            "too many new clusters from one network today: those that checked in before go on, try again tomorrow";
        let Some(Full { wait, is_first }) = self.newcomers.as_ref().map(|newcomers| newcomers.full(now)) else {
            return ApiError::unavailable();
        };
        if is_first {
            tracing::warn!(
                "a network has brought as many new clusters today as --rate-new-clusters allows, and more are refused until \
                 midnight UTC; behind an ingress all clusters are one network unless --behind-proxy is given"
            );
        }
        ApiError::too_many(Reason::NewClusters, MESSAGE, wait)
    }

    /// A check-in of this cluster.
    pub(crate) fn cluster(&self, id: ClusterId, now: Timestamp) -> Result<(), ApiError> {
        const MESSAGE: &str = "this cluster checks in too often: once in twelve hours is enough";
        take(self.clusters.as_ref(), self.key.hash_one(id), now, (Reason::ClusterRate, MESSAGE))
    }

    /// A request of this network.
    pub(crate) fn address(&self, peer: Peer, now: Timestamp) -> Result<(), ApiError> {
        const MESSAGE: &str = "too many requests from one network: slow down, and keep what was answered";
        take(self.addresses.as_ref(), peer.key(), now, (Reason::NetworkRate, MESSAGE))
    }
}

fn take(
    buckets: Option<&Buckets>,
    key: u64,
    now: Timestamp,
    (reason, message): (Reason, &str),
) -> Result<(), ApiError> {
    let Some(buckets) = buckets else { return Ok(()) };
    buckets.take(key, now).map_err(|wait| ApiError::too_many(reason, message, wait))
}
