//! What the agent shows.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use wfm_core::cluster::{ClusterId, Namespace};
use wfm_core::collector::CollectError;
use wfm_core::report::ClusterReport;
use wfm_core::source::SourceErrorCause;

use crate::sharing::SharingView;
use crate::updates::Learnt;

/// Everything a page or a document is made of, taken at one moment.
#[derive(Debug)]
pub struct View {
    /// The moment.
    pub now: Timestamp,
    /// The product's name.
    pub product: String,
    /// The namespace that is watched.
    pub namespace: Namespace,
    /// The cluster's id, or why there is none.
    pub id: Result<ClusterId, String>,
    /// The judged cluster; `None` before the first inventory.
    pub report: Option<Arc<ClusterReport>>,
    /// Why the last collection failed, if it did.
    pub failure: Option<CollectError>,
    /// What is known of the published releases.
    pub updates: UpdateView,
    /// What is shared.
    pub sharing: SharingView,
}

/// What is known of the published releases, for showing.
#[derive(Debug)]
pub struct UpdateView {
    /// Whether update checks are on.
    pub is_on: bool,
    /// The train that is followed.
    pub train: wfm_core::version::Train,
    /// The longest time between two checks.
    pub interval: std::time::Duration,
    /// What is known.
    pub learnt: Learnt,
    /// How many checks have failed since the agent started, by the kind of failure.
    pub failed: BTreeMap<SourceErrorCause, u64>,
}

impl UpdateView {
    /// Whether the last successful check is older than two intervals: then one has failed at least.
    #[must_use]
    pub fn is_stale(&self, now: Timestamp) -> bool {
        self.age(now) > SignedDuration::try_from(self.interval * 2).unwrap_or(SignedDuration::MAX)
    }

    /// Whether the last successful check is older than a week.
    #[must_use]
    pub fn is_too_old(&self, now: Timestamp) -> bool {
        self.age(now) > SignedDuration::from_hours(7 * 24)
    }

    fn age(&self, now: Timestamp) -> SignedDuration {
        self.learnt.checked_at.map_or(SignedDuration::ZERO, |checked| now.duration_since(checked))
    }
}
