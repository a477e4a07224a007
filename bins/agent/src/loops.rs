//! What happens without anybody looking: the update check, and the envelopes. One thing after the other, so that no two of
//! them are ever under way at once.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use wfm_core::anonymizer::EnvelopeKind;

use crate::agent::Agent;
use crate::schedule::{Schedule, Task};
use crate::slots::Slots;
use crate::timer::Timer;

/// An envelope that could not be made yet is tried again within this time, [`TRIES`] times in all; then the next slot is
/// awaited, so that there is never a backlog. One that could not be sent has been tried again by the sink already.
const RETRY: SignedDuration = SignedDuration::from_secs(60);
const TRIES: u32 = 3;

/// However often releases are asked for, a check-in is not sent more often than this.
const CHECK_IN_AT_MOST_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// Draws a number from 0 to 1.
pub type Fraction = fn() -> f64;

/// Reads the cluster and asks for published releases at once; from then on asks at least once in every interval, and tells
/// in its slots. Ends where both are off.
pub async fn run(agent: Arc<Agent>, timer: Arc<dyn Timer>, fraction: Fraction) {
    tokio::join!(agent.is_ready(), agent.updates().check());
    let mut due = Due { every: every(&agent), schedule: Schedule::default(), slots: None, agent, fraction };
    due.begin().await;
    while let Some((at, task)) = due.schedule.take() {
        timer.until(at).await;
        match task {
            Task::CheckUpdates => due.check_updates().await,
            Task::Tell(kind, attempt) => due.tell(kind, attempt).await,
        }
    }
}

/// The time between two check-ins.
pub(crate) fn every(agent: &Agent) -> SignedDuration {
    SignedDuration::try_from(agent.updates().interval()).unwrap_or(SignedDuration::MAX).max(CHECK_IN_AT_MOST_EVERY)
}

struct Due {
    agent: Arc<Agent>,
    fraction: Fraction,
    every: SignedDuration,
    schedule: Schedule,
    /// The moments that the schedule was made of.
    slots: Option<Slots>,
}

impl Due {
    async fn begin(&mut self) {
        self.plan_update_check();
        if self.agent.sharing().is_on() {
            let slots = self.agent.slots(self.every).await;
            self.adopt(slots);
        }
    }

    fn plan_update_check(&mut self) {
        if self.agent.updates().is_on() {
            let wait = SignedDuration::try_from(self.agent.updates().wait((self.fraction)()));
            self.schedule.put(later(self.agent.now(), wait.unwrap_or(SignedDuration::MAX)), Task::CheckUpdates);
        }
    }

    async fn check_updates(&mut self) {
        self.agent.updates().check().await;
        self.plan_update_check();
    }

    /// Plans everything by moments that were not planned by before.
    fn adopt(&mut self, slots: Slots) {
        let now = self.agent.now();
        self.slots = Some(slots);
        for kind in EnvelopeKind::ALL {
            self.put(slots.first(kind, self.every, now), kind, 1);
        }
    }

    fn put(&mut self, at: Timestamp, kind: EnvelopeKind, attempt: u32) {
        self.schedule.put(at, Task::Tell(kind, attempt));
        self.agent.sharing().plan(kind, at);
    }

    /// Tells, unless the id was reset meanwhile: then everything is planned anew.
    async fn tell(&mut self, kind: EnvelopeKind, attempt: u32) {
        let slots = self.agent.slots(self.every).await;
        if self.slots.is_none_or(|planned| !planned.same_draw(&slots)) {
            tracing::info!("the id was reset: everything is told at other moments from now on");
            self.agent.forget_id().await;
            return self.adopt(slots);
        }
        let envelope = self.agent.envelope(kind).await;
        let now = self.agent.now();
        match envelope {
            Ok(envelope) => {
                if kind == EnvelopeKind::CheckIn {
                    self.agent.keep_slots(slots.checked_in(now)).await;
                }
                self.agent.sharing().send(&envelope).await;
            }
            Err(why) => {
                self.agent.sharing().not_made(kind, why);
                if attempt < TRIES {
                    let wait = RETRY.min(self.every).mul_f64((self.fraction)());
                    return self.put(later(now, wait), kind, attempt + 1);
                }
            }
        }
        self.put(slots.next(kind, self.every, self.agent.now()), kind, 1);
    }
}

fn later(now: Timestamp, wait: SignedDuration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}
