//! The agent: what it knows, and the picture it hands out.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use wfm_core::catalog::Catalog;
use wfm_core::clock::Clock;
use wfm_core::cluster::{ClusterId, Namespace};
use wfm_core::collector::{CollectError, Inventory};
use wfm_core::diff::{Policy, TrainDiff, VersionDiff};
use wfm_core::report::{ClusterReport, Report};

use crate::admission::AllowedHosts;
use crate::identity::{Identity, KeptId, KnownId, NoId};
use crate::kept::{KeptInventory, Seen};
use crate::send_schedule::SendSchedule;
use crate::sharing::Sharing;

mod state;
mod telling;
mod view;

use crate::updates::{Learnt, Updates};
pub use state::State;
pub use view::{UpdateView, View};

/// What an agent is made of; each part can be replaced.
pub struct Parts {
    /// Sees the cluster.
    pub inventory: Arc<KeptInventory>,
    /// Knows the published releases.
    pub updates: Updates,
    /// Sends envelopes.
    pub sharing: Sharing,
    /// Keeps the cluster's identity.
    pub identity: Box<dyn Identity>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// The product's components.
    pub catalog: Catalog,
    /// What the operator decided about updates.
    pub policy: Policy,
    /// The namespace that is watched.
    pub namespace: Namespace,
    /// The host names that the page answers to.
    pub hosts: AllowedHosts,
}

/// Watches one cluster.
pub struct Agent {
    parts: Parts,
    diff: Box<dyn VersionDiff>,
    id: KeptId,
    unkept: tokio::sync::Mutex<Option<Unkept>>,
    /// The id that the cluster had when it was last read.
    last_id: tokio::sync::Mutex<Option<ClusterId>>,
}

/// A schedule that could not be kept, with what is kept in its place.
#[derive(Clone)]
struct Unkept {
    kept: Option<SendSchedule>,
    schedule: SendSchedule,
}

impl Agent {
    /// An agent that has not looked yet.
    #[must_use]
    pub fn new(parts: Parts) -> Arc<Self> {
        let diff = TrainDiff::new(parts.catalog.clone(), parts.updates.train().clone());
        let diff = Box::new(diff.with_policy(parts.policy.clone()));
        Arc::new(Self {
            parts,
            diff,
            id: KeptId::default(),
            unkept: tokio::sync::Mutex::default(),
            last_id: tokio::sync::Mutex::default(),
        })
    }

    /// What it knows of the published releases.
    #[must_use]
    pub fn updates(&self) -> &Updates {
        &self.parts.updates
    }

    /// What it shares.
    #[must_use]
    pub fn sharing(&self) -> &Sharing {
        &self.parts.sharing
    }

    /// The host names that the page answers to.
    #[must_use]
    pub fn hosts(&self) -> &AllowedHosts {
        &self.parts.hosts
    }

    /// The cluster's id.
    ///
    /// # Errors
    /// If the id can neither be read nor created, or not in time.
    pub async fn cluster_id(&self) -> Result<ClusterId, NoId> {
        self.known().await.map(|known| known.id)
    }

    async fn known(&self) -> Result<KnownId, NoId> {
        self.id.get(self.parts.identity.as_ref(), self.parts.clock.as_ref()).await
    }

    /// Whether the cluster was ever read. It is not read again for that: probes ask all day.
    pub async fn is_ready(&self) -> bool {
        self.parts.inventory.kept().inventory.is_some() || self.parts.inventory.look().await.inventory.is_some()
    }

    /// Looks at everything.
    pub async fn view(&self) -> View {
        let (Seen { inventory, failure, .. }, id) = tokio::join!(self.parts.inventory.look(), self.known());
        let learnt = self.parts.updates.learnt();
        let preview = match (&id, inventory.as_deref()) {
            (Ok(known), Some(inventory)) => self.anonymize_all(known.id, inventory, &learnt),
            _ => Vec::new(),
        };
        let report = inventory.map(|inventory| self.judge(inventory, &learnt));
        View {
            now: self.parts.clock.now(),
            product: self.parts.catalog.product().to_owned(),
            namespace: self.parts.namespace.clone(),
            id,
            report,
            failure,
            updates: UpdateView {
                is_on: self.parts.updates.is_on(),
                train: self.parts.updates.train().clone(),
                interval: self.parts.updates.interval(),
                learnt,
                failed: self.parts.updates.failed(),
            },
            sharing: self.parts.sharing.view(preview),
        }
    }

    /// What tells it the time.
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.parts.clock)
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    fn judge(&self, inventory: Arc<Inventory>, learnt: &Learnt) -> Arc<ClusterReport> {
        let knowledge = learnt.knowledge(self.parts.updates.is_on());
        Arc::new(ClusterReport::assemble(inventory, self.diff.as_ref(), knowledge))
    }
}

#[async_trait]
impl Report for Agent {
    async fn report(&self) -> Result<Arc<ClusterReport>, CollectError> {
        let Seen { inventory, failure, .. } = self.parts.inventory.look().await;
        match (inventory, failure) {
            (Some(inventory), _) => Ok(self.judge(inventory, &self.parts.updates.learnt())),
            (None, Some(failure)) => Err(failure),
            (None, None) => Err(CollectError(wfm_core::collector::Unreadable {
                resource: wfm_core::collector::Resource::Pods,
                cause: wfm_core::collector::UnreadableCause::Timeout,
                message: "the first collection has not ended yet".to_owned(),
            })),
        }
    }
}

impl std::fmt::Debug for Agent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Agent").field("namespace", &self.parts.namespace).finish_non_exhaustive()
    }
}
