//! The agent: what it knows, and the picture it hands out.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use wfm_core::anonymizer::{AllowList, Anonymizer, Consent, Envelope, Vocabulary};
use wfm_core::catalog::Catalog;
use wfm_core::clock::Clock;
use wfm_core::cluster::{ClusterId, Namespace};
use wfm_core::collector::{CollectError, Inventory};
use wfm_core::diff::{TrainDiff, VersionDiff};
use wfm_core::release::Releases;
use wfm_core::report::{ClusterReport, Report};

use crate::identity::{Identity, KeptId};
use crate::kept::{KeptInventory, Seen};
use crate::sharing::{Sent, Sharing};
use crate::updates::{Learnt, Updates};

/// What an agent is made of; each part can be replaced.
pub struct Parts {
    /// Sees the cluster.
    pub inventory: Arc<KeptInventory>,
    /// Knows the published releases.
    pub updates: Updates,
    /// Sends check-ins.
    pub sharing: Sharing,
    /// Keeps the cluster's identity.
    pub identity: Box<dyn Identity>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// The product's components.
    pub catalog: Catalog,
    /// The namespace that is watched.
    pub namespace: Namespace,
}

/// Watches one cluster.
pub struct Agent {
    parts: Parts,
    diff: Box<dyn VersionDiff>,
    id: KeptId,
}

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

/// What is shared, for showing.
#[derive(Debug)]
pub struct SharingView {
    /// Whether check-ins are sent.
    pub is_on: bool,
    /// Where they go, or would go.
    pub destination: Option<String>,
    /// What was sent.
    pub sent: Sent,
    /// The very bytes of the next check-in, as far as they can be told now.
    pub next: Option<Envelope>,
}

impl Agent {
    /// An agent that has not looked yet.
    #[must_use]
    pub fn new(parts: Parts) -> Arc<Self> {
        let diff = Box::new(TrainDiff::new(parts.catalog.clone(), parts.updates.train().clone()));
        Arc::new(Self { parts, diff, id: KeptId::default() })
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

    /// The cluster's id.
    ///
    /// # Errors
    /// One sentence, where the id can neither be read nor created, or not in time.
    pub async fn cluster_id(&self) -> Result<ClusterId, String> {
        self.id.get(self.parts.identity.as_ref(), self.parts.clock.as_ref()).await
    }

    /// Whether the cluster was ever read. It is not read again for that: probes ask all day.
    pub async fn is_ready(&self) -> bool {
        self.parts.inventory.kept().inventory.is_some() || self.parts.inventory.look().await.inventory.is_some()
    }

    /// Looks at everything.
    pub async fn view(&self) -> View {
        let (Seen { inventory, failure, .. }, id) = tokio::join!(self.parts.inventory.look(), self.cluster_id());
        let learnt = self.parts.updates.learnt();
        let next = match (&id, inventory.as_deref()) {
            (Ok(id), Some(inventory)) => Some(self.anonymize(*id, inventory, &learnt)),
            _ => None,
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
            },
            sharing: SharingView {
                is_on: self.parts.sharing.is_on(),
                destination: self.parts.sharing.destination().map(ToOwned::to_owned),
                sent: self.parts.sharing.sent(),
                next,
            },
        }
    }

    /// The check-in of this moment, or why there is none to send.
    ///
    /// # Errors
    /// One sentence. In particular an update check that is on but has not succeeded yet: without the published versions
    /// every version would be reported as custom.
    pub async fn check_in(&self) -> Result<Envelope, String> {
        let id = self.cluster_id().await?;
        let Seen { inventory, failure, .. } = self.parts.inventory.look().await;
        let inventory = inventory.filter(|_| failure.is_none()).ok_or("the cluster could not be read")?;
        let learnt = self.parts.updates.learnt();
        if self.parts.updates.is_on() && learnt.releases.is_none() {
            return Err("the published releases are not known yet".to_owned());
        }
        Ok(self.anonymize(id, &inventory, &learnt))
    }

    fn judge(&self, inventory: Arc<Inventory>, learnt: &Learnt) -> Arc<ClusterReport> {
        let knowledge = learnt.knowledge(self.parts.updates.is_on());
        Arc::new(ClusterReport::assemble(inventory, self.diff.as_ref(), knowledge))
    }

    fn anonymize(&self, id: ClusterId, inventory: &Inventory, learnt: &Learnt) -> Envelope {
        let nothing = Releases::default();
        let releases = learnt.releases.as_deref().unwrap_or(&nothing);
        AllowList.check_in(id, Consent::default(), inventory, Vocabulary::new(&self.parts.catalog, releases))
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
