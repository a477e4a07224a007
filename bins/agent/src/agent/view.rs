//! What the agent shows.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use wfm_core::cluster::{ClusterId, Namespace};
use wfm_core::collector::{CollectError, NamespaceState};
use wfm_core::report::ClusterReport;
use wfm_core::source::SourceErrorCause;

use crate::identity::{KnownId, NoId, NoIdCause};
use crate::sharing::SharingView;
use crate::updates::Learnt;
use crate::words::ago;

/// An inventory that is older is stale, even if no reading has failed since: on a page that is looked at, the next reading
/// begins within a minute.
const OLD: SignedDuration = SignedDuration::from_mins(5);

/// Everything a page or a document is made of, taken at one moment.
#[derive(Debug)]
pub struct View {
    /// The moment.
    pub now: Timestamp,
    /// The product's name.
    pub product: String,
    /// The namespace that is watched.
    pub namespace: Namespace,
    /// The cluster's id, or why it is not known.
    pub id: Result<KnownId, NoId>,
    /// The judged cluster; `None` before the first inventory.
    pub report: Option<Arc<ClusterReport>>,
    /// Why the last collection failed, if it did.
    pub failure: Option<CollectError>,
    /// What is known of the published releases.
    pub updates: UpdateView,
    /// What is shared.
    pub sharing: SharingView,
}

impl View {
    /// Since when what is shown of the components is old, if it is: the cluster, or workloads or pods of it, could not be
    /// read since then.
    #[must_use]
    pub fn stale_since(&self) -> Option<Timestamp> {
        let report = self.report.as_ref()?;
        let is_old = self.failure.is_some() || self.now.duration_since(report.taken_at) > OLD;
        [is_old.then_some(report.taken_at), report.stale_since()].into_iter().flatten().min()
    }

    /// Whether the namespace is there, as far as that could be read.
    pub(crate) fn namespace_state(&self) -> NamespaceState {
        self.report.as_ref().map_or(NamespaceState::Unknown, |report| report.inventory.namespace)
    }

    /// What is wrong with the namespace itself, as one sentence.
    #[must_use]
    pub fn namespace_trouble(&self) -> Option<String> {
        let namespace = &self.namespace;
        match self.namespace_state() {
            NamespaceState::Terminating { since: Some(since) } => {
                let began = ago(self.now, since);
                Some(format!("The namespace {namespace} is being deleted, with everything in it: that began {began}."))
            }
            NamespaceState::Terminating { since: None } => {
                Some(format!("The namespace {namespace} is being deleted, with everything in it."))
            }
            NamespaceState::Absent => {
                Some(format!("The namespace {namespace} does not exist: create it, or set another (DEIS_NAMESPACE)."))
            }
            NamespaceState::Active | NamespaceState::Unknown => None,
        }
    }

    /// The cluster's id, if it is known.
    pub(crate) fn cluster_id(&self) -> Option<ClusterId> {
        self.id.as_ref().ok().map(|known| known.id)
    }

    /// Why no id is known, as text behind "the cluster's id is". What would help elsewhere is no advice in a namespace that
    /// is being deleted or does not exist.
    pub(crate) fn id_trouble(&self) -> Option<String> {
        let no_id = self.id.as_ref().err()?;
        match (no_id.cause, self.namespace_trouble()) {
            (NoIdCause::Absent, Some(_)) => {
                Some("not created yet: the namespace of its Secret is being deleted or does not exist".to_owned())
            }
            _ => Some(no_id.to_string()),
        }
    }
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
