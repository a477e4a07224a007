//! What happens without anybody looking: the update check, and the envelopes. One thing after the other, so that no two of
//! them are ever under way at once.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use wfm_core::anonymizer::EnvelopeKind;

use crate::agent::Agent;
use crate::send_schedule::SendSchedule;
use crate::tasks::{Task, TaskQueue};
use crate::timer::Timer;

/// An envelope that could not be made or claimed yet is tried again within this time, [`TRIES`] times in all; then its next moment is
/// awaited, so that there is never a backlog. One that could not be sent has been tried again by the sink already.
const RETRY: SignedDuration = SignedDuration::from_secs(60);
const TRIES: u32 = 3;

/// However often releases are asked for, check-ins are on average not sent more often than this.
const CHECK_IN_AT_MOST_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// Draws a number from 0 to 1.
pub type Fraction = fn() -> f64;

/// Reads the cluster and asks for published releases at once; from then on asks at least once in every interval, and sends
/// envelopes at the moments of its schedule. Ends if both are off.
pub async fn run(agent: Arc<Agent>, timer: Arc<dyn Timer>, fraction: Fraction) {
    let checking = async {
        agent.notice_reset().await;
        agent.updates().check().await;
    };
    tokio::join!(agent.is_ready(), checking);
    let (every, tasks, schedule) = (every(&agent), TaskQueue::default(), SendSchedule::default());
    let mut due = Due { every, tasks, schedule, agent, fraction };
    due.begin().await;
    while let Some((at, task)) = due.tasks.take() {
        timer.until(at).await;
        match task {
            Task::CheckUpdates => due.check_updates().await,
            Task::Send(kind, attempt) => due.send(kind, attempt).await,
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
    tasks: TaskQueue,
    /// The schedule that the tasks were made of.
    schedule: SendSchedule,
}

impl Due {
    async fn begin(&mut self) {
        self.plan_update_check();
        if self.agent.sharing().is_on() {
            self.adopt().await;
        }
    }

    fn plan_update_check(&mut self) {
        if self.agent.updates().is_on() {
            let wait = SignedDuration::try_from(self.agent.updates().wait((self.fraction)()));
            self.tasks.put(later(self.agent.now(), wait.unwrap_or(SignedDuration::MAX)), Task::CheckUpdates);
        }
    }

    async fn check_updates(&mut self) {
        self.agent.notice_reset().await;
        self.agent.updates().check().await;
        self.plan_update_check();
    }

    /// Plans everything by the schedule of this installation.
    async fn adopt(&mut self) {
        self.schedule = self.agent.adopt_schedule(self.every).await;
        for kind in EnvelopeKind::ALL {
            self.plan(kind);
        }
    }

    fn plan(&mut self, kind: EnvelopeKind) {
        if let Some(at) = self.schedule.next(kind) {
            self.put(at, kind, 1);
        }
    }

    fn put(&mut self, at: Timestamp, kind: EnvelopeKind, attempt: u32) {
        self.tasks.put(at, Task::Send(kind, attempt));
        self.agent.sharing().plan(kind, at);
    }

    /// Sends an envelope, after its moment was claimed: its next one is kept in the Secret. So neither a restart nor another
    /// agent sends it again. If the schedule is not the one that was planned by, the id was reset or another agent of this
    /// installation has sent the envelope: nothing is sent, and everything is planned anew.
    async fn send(&mut self, kind: EnvelopeKind, attempt: u32) {
        if self.agent.schedule().await.is_some_and(|kept| kept != self.schedule) {
            return self.yield_to_another().await;
        }
        let envelope = match self.agent.envelope(kind).await {
            Ok(envelope) => Some(envelope),
            Err(why) => {
                if self.retries(kind, attempt, why) {
                    return;
                }
                None
            }
        };
        match self.agent.advance_schedule(&self.schedule, kind, self.every).await {
            Ok(Some(advanced)) => self.schedule = advanced,
            Ok(None) => return self.yield_to_another().await,
            Err(why) => {
                if self.retries(kind, attempt, why) {
                    return;
                }
                self.schedule = self.agent.put_off(&self.schedule, kind, self.every).await;
                return self.plan(kind);
            }
        }
        if let Some(envelope) = envelope {
            self.agent.sharing().send(&envelope).await;
            // The first one may have drawn the id.
            self.agent.notice_reset().await;
        }
        self.plan(kind);
    }

    /// Notes that an envelope could not be made or claimed, and plans the next attempt; `false` if this was the last.
    fn retries(&mut self, kind: EnvelopeKind, attempt: u32, why: String) -> bool {
        self.agent.sharing().not_made(kind, why);
        if attempt < TRIES {
            let wait = RETRY.min(self.every).mul_f64((self.fraction)());
            self.put(later(self.agent.now(), wait), kind, attempt + 1);
        }
        attempt < TRIES
    }

    async fn yield_to_another(&mut self) {
        if self.agent.notice_reset().await {
            self.check_updates().await;
        } else {
            tracing::info!("another agent of this installation sends: the schedule is read again");
        }
        self.adopt().await;
    }
}

fn later(now: Timestamp, wait: SignedDuration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}
