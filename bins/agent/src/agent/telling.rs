//! What the agent sends, and when.

use std::sync::Arc;

use jiff::SignedDuration;
use wfm_core::anonymizer::{AllowList, Anonymizer, Envelope, EnvelopeKind, Vocabulary};
use wfm_core::cluster::{ClusterId, ErasureSecret};
use wfm_core::collector::{Inventory, Resource};
use wfm_core::facets::Part;

use super::{Agent, Unkept};
use crate::kept::Seen;
use crate::send_schedule::SendSchedule;
use crate::updates::Learnt;

/// So often another agent may change the schedule while this one adopts it.
const ADOPTIONS: u32 = 5;

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
            let id = self.cluster_id().await.map_err(|no_id| format!("the cluster's id is {no_id}"))?;
            return Ok(self.anonymize(id, &inventory, &learnt));
        };
        self.facets(part, &inventory, &learnt).ok_or_else(|| unreadable(part).to_owned())
    }

    /// Every envelope as it is at this moment. Nothing is sent, and nothing is written to the cluster: if no id was drawn
    /// yet, `stand_in` takes its place.
    ///
    /// # Errors
    /// One sentence, as for [`Agent::envelope`].
    pub async fn preview(&self, stand_in: ClusterId) -> Result<Vec<Envelope>, String> {
        let id = self.parts.identity.known_id().await;
        match &id {
            Ok(Some(_)) => {}
            Ok(None) => tracing::warn!("this cluster has no id yet: the preview has {stand_in} in its place"),
            Err(why) => tracing::warn!("the cluster's id is unknown ({why}): the preview has {stand_in} in its place"),
        }
        let id = id.unwrap_or_default();
        let (inventory, learnt) = self.ready_to_tell().await?;
        Ok(self.anonymize_all(id.unwrap_or(stand_in), &inventory, &learnt))
    }

    /// The schedule as it is kept, or the one that could not be kept in its place; `None` if there is neither.
    pub(crate) async fn schedule(&self) -> Option<SendSchedule> {
        let kept = self.parts.identity.schedule().await;
        match (kept, &*self.unkept.lock().await) {
            (Ok(kept), Some(unkept)) if kept == unkept.kept => Some(unkept.schedule.clone()),
            (Ok(kept), _) => kept,
            (Err(_), unkept) => unkept.as_ref().map(|unkept| unkept.schedule.clone()),
        }
    }

    /// The schedule to go by from now on: as it is kept, without what has passed, else a new one.
    pub(crate) async fn adopt_schedule(&self, every: SignedDuration) -> SendSchedule {
        for _ in 0..ADOPTIONS {
            let kept = self.schedule().await;
            let adopted = match &kept {
                Some(kept) => kept.clone().caught_up(every, self.now(), random),
                None => SendSchedule::new(every, self.now(), random),
            };
            if kept.as_ref() == Some(&adopted) {
                return adopted;
            }
            if self.replace_schedule(kept.as_ref(), &adopted).await {
                return if kept.is_none() { self.without_first(adopted, every).await } else { adopted };
            }
        }
        // Others write it all the time: they send, and this agent looks again later.
        SendSchedule::default().caught_up(every, self.now(), random)
    }

    /// A new schedule begins with a check-in at once. One that cannot be kept does not: every start would be the first.
    async fn without_first(&self, schedule: SendSchedule, every: SignedDuration) -> SendSchedule {
        let mut unkept = self.unkept.lock().await;
        let Some(unkept) = &mut *unkept else { return schedule };
        unkept.schedule = SendSchedule::default().caught_up(every, self.now(), random);
        unkept.schedule.clone()
    }

    /// Claims the moment of this kind, and returns the schedule after it; `None` if another agent of this installation, or a
    /// reset of the id, was first. If the Secret definitely cannot be written, there is nothing to claim, and the schedule is
    /// kept in memory: envelopes without an id do not need the Secret.
    ///
    /// # Errors
    /// One sentence, if it is unknown who has the moment. Then nothing may be sent: another agent may send it.
    pub(crate) async fn advance_schedule(
        &self,
        schedule: &SendSchedule,
        kind: EnvelopeKind,
        every: SignedDuration,
    ) -> Result<Option<SendSchedule>, String> {
        let advanced = schedule.clone().advanced(kind, every, self.now(), random);
        let mut unkept = self.unkept.lock().await;
        let kept = in_secret(unkept.as_ref(), Some(schedule));
        match self.parts.identity.replace_schedule(kept.as_ref(), &advanced).await {
            Ok(is_first) => {
                *unkept = None;
                Ok(is_first.then_some(advanced))
            }
            Err(failure) if failure.is_definite() => {
                tracing::warn!("the schedule of sending cannot be kept: {}", failure.message);
                *unkept = Some(Unkept { kept, schedule: advanced.clone() });
                Ok(Some(advanced))
            }
            Err(failure) => Err(format!("the schedule of sending cannot be kept: {}", failure.message)),
        }
    }

    /// The schedule without a moment that could not be claimed, in memory alone.
    pub(crate) async fn put_off(
        &self,
        schedule: &SendSchedule,
        kind: EnvelopeKind,
        every: SignedDuration,
    ) -> SendSchedule {
        let put_off = schedule.clone().advanced(kind, every, self.now(), random);
        let mut unkept = self.unkept.lock().await;
        let kept = in_secret(unkept.as_ref(), Some(schedule));
        *unkept = Some(Unkept { kept, schedule: put_off.clone() });
        put_off
    }

    /// Keeps a schedule in place of another, in memory if it cannot be kept. Returns whether the other one was there.
    async fn replace_schedule(&self, expected: Option<&SendSchedule>, schedule: &SendSchedule) -> bool {
        let mut unkept = self.unkept.lock().await;
        let kept = in_secret(unkept.as_ref(), expected);
        match self.parts.identity.replace_schedule(kept.as_ref(), schedule).await {
            Ok(replaced) => {
                *unkept = None;
                replaced
            }
            Err(failure) => {
                tracing::warn!("the schedule of sending cannot be kept: {}", failure.message);
                *unkept = Some(Unkept { kept, schedule: schedule.clone() });
                true
            }
        }
    }

    /// Whether the id was reset since it was last read; then what connects with the old one is forgotten.
    pub(crate) async fn notice_reset(&self) -> bool {
        let Ok(id) = self.parts.identity.known_id().await else { return false };
        let before = std::mem::replace(&mut *self.last_id.lock().await, id);
        let is_reset = before.is_some() && before != id;
        if is_reset {
            tracing::info!("the id was reset: the list of releases is read anew before anything is sent");
            self.forget_id().await;
        }
        is_reset
    }

    /// Reads the id anew when it is needed next, and forgets what would link the next update check to those before.
    pub(crate) async fn forget_id(&self) {
        self.id.forget().await;
        self.parts.updates.forget().await;
    }

    /// Draws a new id, erasure secret and schedule, whose first moment is no sooner than a check-in would have been.
    ///
    /// # Errors
    /// One sentence, if they cannot be written.
    pub async fn reset_id(&self, every: SignedDuration) -> Result<ClusterId, String> {
        let id = self.parts.identity.reset(&SendSchedule::after_reset(every, self.now(), random)).await?;
        self.forget_id().await;
        Ok(id)
    }

    /// The cluster's id, if one was drawn; nothing is created.
    ///
    /// # Errors
    /// One sentence, if the Secret cannot be read.
    pub async fn known_id(&self) -> Result<Option<ClusterId>, String> {
        self.parts.identity.known_id().await
    }

    /// The secret that permits the erasure of this cluster; `None` if its id is older than erasure secrets.
    ///
    /// # Errors
    /// One sentence, if the Secret cannot be read.
    pub async fn erasure_secret(&self) -> Result<Option<ErasureSecret>, String> {
        self.parts.identity.erasure_secret().await
    }

    async fn ready_to_tell(&self) -> Result<(Arc<Inventory>, Learnt), String> {
        let Seen { inventory, failure, .. } = self.parts.inventory.look().await;
        let inventory = inventory.filter(|_| failure.is_none()).ok_or("the cluster could not be read")?;
        if let Some(stale) = inventory.stale.iter().find(|stale| is_of_components(stale.unreadable.resource)) {
            return Err(format!("{} could not be read, and what is old is not reported", stale.unreadable.resource));
        }
        let learnt = self.parts.updates.learnt();
        if self.parts.updates.is_on() && !self.parts.updates.is_reportable() {
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

/// Whether the versions of components are read from it.
fn is_of_components(resource: Resource) -> bool {
    resource.is_workload() || resource == Resource::Pods
}

/// What the Secret holds if an agent goes by this schedule.
fn in_secret(unkept: Option<&Unkept>, schedule: Option<&SendSchedule>) -> Option<SendSchedule> {
    match unkept {
        Some(unkept) if Some(&unkept.schedule) == schedule => unkept.kept.clone(),
        _ => schedule.cloned(),
    }
}

/// Why there is no envelope of a part.
fn unreadable(part: Part) -> &'static str {
    match part {
        Part::Software | Part::Capacity => "the cluster's nodes and version could not be read",
        Part::Creation => {
            "the creation of the namespace kube-system could not be read: check with `kubectl auth can-i get namespaces/kube-system`"
        }
        Part::OtherWorkloads => "not all workloads could be read",
    }
}

/// 32 random bits.
fn random() -> u32 {
    u32::try_from(wfm_shell::random::uuid().as_u128() >> 96).expect("32 of 128 bits are left")
}
