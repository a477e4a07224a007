//! What the agent tells, and when.

use std::sync::Arc;

use jiff::SignedDuration;
use wfm_core::anonymizer::{AllowList, Anonymizer, Envelope, EnvelopeKind, Vocabulary};
use wfm_core::cluster::ClusterId;
use wfm_core::collector::Inventory;
use wfm_core::facets::Part;

use super::Agent;
use crate::kept::Seen;
use crate::slots::Slots;
use crate::updates::Learnt;

impl Agent {
    /// The envelope of a kind as it is at this moment, or why there is none to send.
    ///
    /// # Errors
    /// One sentence. In particular an update check that is on but has not succeeded yet: without the published versions
    /// every version would be reported as custom.
    pub async fn envelope(&self, kind: EnvelopeKind) -> Result<Envelope, String> {
        let (inventory, learnt) = self.ready_to_tell().await?;
        // Only a check-in carries the id: nothing else waits for one.
        let Some(part) = kind.part() else {
            return Ok(self.anonymize(self.cluster_id().await?, &inventory, &learnt));
        };
        self.facets(part, &inventory, &learnt).ok_or_else(|| unreadable(part).to_owned())
    }

    /// Every envelope as it is at this moment. Nothing is sent, and nothing is written to the cluster: where no id was drawn
    /// yet, `stand_in` stands in its place.
    ///
    /// # Errors
    /// One sentence, as for [`Agent::envelope`].
    pub async fn preview(&self, stand_in: ClusterId) -> Result<Vec<Envelope>, String> {
        let id = self.parts.identity.known_id().await?;
        if id.is_none() {
            tracing::warn!("this cluster has no id yet: {stand_in} stands in its place");
        }
        let (inventory, learnt) = self.ready_to_tell().await?;
        Ok(self.anonymize_all(id.unwrap_or(stand_in), &inventory, &learnt))
    }

    /// The moments of telling: as they are kept, else drawn now and kept. Where they cannot be kept they are drawn anew by
    /// the next start.
    pub(crate) async fn slots(&self, every: SignedDuration) -> Slots {
        let kept = self.parts.identity.slots().await;
        if let Ok(Some(slots)) = kept {
            *self.drawn.lock().await = Some(slots);
            return slots;
        }
        let mut drawn = self.drawn.lock().await;
        if let Some(slots) = *drawn {
            return slots;
        }
        let slots = Slots::draw(every, random);
        *drawn = Some(slots);
        drop(drawn);
        self.keep_slots(slots).await;
        slots
    }

    /// Keeps the moments of telling beside the id, which is drawn where there is none.
    pub(crate) async fn keep_slots(&self, slots: Slots) {
        *self.drawn.lock().await = Some(slots);
        let kept = match self.cluster_id().await {
            Ok(_) => self.parts.identity.keep_slots(&slots).await,
            Err(why) => Err(why),
        };
        if let Err(why) = kept {
            tracing::warn!("the moments of telling cannot be kept: {why}");
        }
    }

    /// Reads the id anew when it is needed next.
    pub(crate) async fn forget_id(&self) {
        self.id.forget().await;
    }

    /// Draws a new id and new moments, the first of them no sooner than a check-in would have been.
    ///
    /// # Errors
    /// One sentence, where they cannot be written.
    pub async fn reset_id(&self, every: SignedDuration) -> Result<ClusterId, String> {
        let slots = Slots::draw(every, random).silent_from(self.now(), every);
        let id = self.parts.identity.reset(&slots).await?;
        self.forget_id().await;
        Ok(id)
    }

    async fn ready_to_tell(&self) -> Result<(Arc<Inventory>, Learnt), String> {
        let Seen { inventory, failure, .. } = self.parts.inventory.look().await;
        let inventory = inventory.filter(|_| failure.is_none()).ok_or("the cluster could not be read")?;
        let learnt = self.parts.updates.learnt();
        if self.parts.updates.is_on() && learnt.releases.is_none() {
            return Err("the published releases are not known yet".to_owned());
        }
        Ok((inventory, learnt))
    }

    fn anonymize(&self, id: ClusterId, inventory: &Inventory, learnt: &Learnt) -> Envelope {
        let releases = learnt.releases.clone().unwrap_or_default();
        let vocabulary = Vocabulary::new(&self.parts.catalog, &releases);
        AllowList.check_in(id, self.parts.sharing.consent(), inventory, vocabulary)
    }

    fn facets(&self, part: Part, inventory: &Inventory, learnt: &Learnt) -> Option<Envelope> {
        let releases = learnt.releases.clone().unwrap_or_default();
        let vocabulary = Vocabulary::new(&self.parts.catalog, &releases);
        AllowList.facets(part, self.parts.sharing.consent(), inventory, vocabulary)
    }

    pub(super) fn anonymize_all(&self, id: ClusterId, inventory: &Inventory, learnt: &Learnt) -> Vec<Envelope> {
        let facets = Part::ALL.iter().filter_map(|part| self.facets(*part, inventory, learnt));
        std::iter::once(self.anonymize(id, inventory, learnt)).chain(facets).collect()
    }
}

/// Why there is no envelope of a part.
fn unreadable(part: Part) -> &'static str {
    match part {
        Part::Software | Part::Capacity => "the cluster's nodes and version could not be read",
        Part::Creation => "the creation of the namespace kube-system could not be read",
        Part::OtherWorkloads => "not all workloads could be read",
    }
}

/// 32 random bits.
fn random() -> u32 {
    u32::try_from(wfm_shell::random::uuid().as_u128() >> 96).expect("32 of 128 bits are left")
}
