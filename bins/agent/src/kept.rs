//! The last good inventory: one collection serves everybody who looks.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::{Mutex, watch};
use wfm_core::clock::Clock;
use wfm_core::collector::{CollectError, Collector, Inventory};
use wfm_shell::logs::Sparingly;

/// How old an inventory may be before somebody who looks has it taken anew, and how soon a failure is tried again. It
/// counts from the beginning of a collection, and by a clock that does not jump.
pub const FRESH_FOR: SignedDuration = SignedDuration::from_secs(30);

/// How long somebody who looks waits for the cluster's API; after that they see what is kept. It must be shorter than the
/// server's limit for a request, or a slow cluster would be an error instead of a page.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// What is known of the cluster.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// The last inventory that could be taken. What of it could not be read this time is as it was seen before, and says so.
    pub inventory: Option<Arc<Inventory>>,
    /// Why the last attempt failed, if nothing at all could be read.
    pub failure: Option<CollectError>,
    attempt: Option<Attempt>,
}

/// When a collection began and ended, by the monotonic clock.
#[derive(Debug, Clone, Copy)]
struct Attempt {
    began: Duration,
    ended: Duration,
}

impl Attempt {
    /// Whether the next may begin: half a minute after this one began, and after a rest as long as this one took, so that a
    /// cluster that answers slowly is not asked all the time.
    fn is_over(self, now: Duration) -> bool {
        let fresh_for = FRESH_FOR.unsigned_abs();
        let took = self.ended.saturating_sub(self.began);
        now.saturating_sub(self.began) >= fresh_for && now.saturating_sub(self.ended) >= took.min(fresh_for)
    }
}

/// Keeps the last good inventory, and takes a new one for whoever looks at an old one.
pub struct KeptInventory {
    collector: Box<dyn Collector>,
    clock: Arc<dyn Clock>,
    seen: watch::Sender<Seen>,
    at_work: Arc<Mutex<()>>,
}

impl KeptInventory {
    /// Nothing is collected until somebody asks.
    pub fn new(collector: Box<dyn Collector>, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self { collector, clock, seen: watch::Sender::new(Seen::default()), at_work: Arc::default() })
    }

    /// What is kept, without asking the cluster.
    #[must_use]
    pub fn kept(&self) -> Seen {
        self.seen.borrow().clone()
    }

    /// What is known, taken anew if the last attempt is older than [`FRESH_FOR`]. Many who ask at once cause one
    /// collection; nobody waits longer than a few seconds for a slow one.
    pub async fn look(self: &Arc<Self>) -> Seen {
        let mut news = self.seen.subscribe();
        if !self.is_due() {
            return self.kept();
        }
        if let Ok(place) = Arc::clone(&self.at_work).try_lock_owned() {
            if !self.is_due() {
                return self.kept(); // somebody else was quicker
            }
            let this = Arc::clone(self);
            // A task of its own: a viewer who goes away does not stop the collection that others wait for.
            tokio::spawn(async move {
                this.collect().await;
                drop(place);
            });
        }
        if tokio::time::timeout(PATIENCE, news.changed()).await.is_err() {
            static LATE: Sparingly = Sparingly::new();
            LATE.write(|times| {
                tracing::warn!(times, "the collection takes long; the last inventory is shown meanwhile");
            });
        }
        self.kept()
    }

    async fn collect(&self) {
        let began = self.clock.monotonic();
        let result = self.collector.collect().await;
        let ended = self.clock.monotonic();
        self.seen.send_modify(|seen| {
            seen.attempt = Some(Attempt { began, ended });
            match result {
                Ok(inventory) => {
                    for failure in inventory.unreadable() {
                        tracing::warn!(resource = %failure.resource, cause = ?failure.cause, "a resource could not be read");
                    }
                    let inventory = match seen.inventory.as_deref() {
                        Some(last) => inventory.or_last(last),
                        None => inventory,
                    };
                    seen.inventory = Some(Arc::new(inventory));
                    seen.failure = None;
                }
                Err(failure) => {
                    tracing::warn!(cause = ?failure.0.cause, "the cluster could not be read");
                    seen.failure = Some(failure);
                }
            }
        });
    }

    fn is_due(&self) -> bool {
        self.seen.borrow().attempt.is_none_or(|last| last.is_over(self.clock.monotonic()))
    }
}

impl std::fmt::Debug for KeptInventory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeptInventory").field("attempt", &self.seen.borrow().attempt).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
