//! The last good inventory: one collection serves everybody who looks.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex, watch};
use wfm_core::clock::Clock;
use wfm_core::collector::{CollectError, Collector, Inventory};

/// How old an inventory may be before somebody who looks has it taken anew, and how soon a failure is tried again.
pub const FRESH_FOR: SignedDuration = SignedDuration::from_secs(30);

/// How long somebody who looks waits for the cluster's API; after that they see what is kept. It must be shorter than the
/// server's limit for a request, or a slow cluster would be an error instead of a page.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// What is known of the cluster.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// The last inventory that could be taken.
    pub inventory: Option<Arc<Inventory>>,
    /// Why the last attempt failed, if it did.
    pub failure: Option<CollectError>,
    /// When the last attempt ended.
    pub tried_at: Option<Timestamp>,
}

/// Keeps the last good inventory, and takes a new one for whoever looks at an old one.
pub struct KeptInventory {
    collector: Box<dyn Collector>,
    clock: Arc<dyn Clock>,
    seen: watch::Sender<Seen>,
    at_work: Mutex<()>,
}

impl KeptInventory {
    /// Nothing is collected until somebody asks.
    pub fn new(collector: Box<dyn Collector>, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self { collector, clock, seen: watch::Sender::new(Seen::default()), at_work: Mutex::new(()) })
    }

    /// What is kept, without asking the cluster.
    #[must_use]
    pub fn kept(&self) -> Seen {
        self.seen.borrow().clone()
    }

    /// What is known, taken anew if the last attempt is older than [`FRESH_FOR`]. Many who ask at once cause one
    /// collection; nobody waits longer than a few seconds for a slow one.
    pub async fn look(self: &Arc<Self>) -> Seen {
        if self.is_fresh() {
            return self.kept();
        }
        let mut news = self.seen.subscribe();
        let this = Arc::clone(self);
        // A task of its own: a viewer who goes away does not stop the collection that others wait for.
        let work = tokio::spawn(async move { this.collect_once().await });
        let arrived = async {
            tokio::select! {
                _ = work => {}
                _ = news.changed() => {}
            }
        };
        if tokio::time::timeout(PATIENCE, arrived).await.is_err() {
            tracing::warn!("the collection takes long; the last inventory is shown meanwhile");
        }
        self.kept()
    }

    async fn collect_once(&self) {
        let _place = self.at_work.lock().await;
        if self.is_fresh() {
            return; // somebody else was quicker
        }
        let result = self.collector.collect().await;
        let now = self.clock.now();
        self.seen.send_modify(|seen| {
            seen.tried_at = Some(now);
            match result {
                Ok(inventory) => {
                    for failure in inventory.unreadable() {
                        tracing::warn!(resource = %failure.resource, cause = ?failure.cause, "a resource could not be read");
                    }
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

    fn is_fresh(&self) -> bool {
        let age = self.seen.borrow().tried_at.map(|tried| self.clock.now().duration_since(tried));
        // A clock that went backwards makes nothing fresh for longer.
        age.is_some_and(|age| age < FRESH_FOR && !age.is_negative())
    }
}

impl std::fmt::Debug for KeptInventory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeptInventory").field("tried_at", &self.seen.borrow().tried_at).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use async_trait::async_trait;
    use wfm_core::clock::ManualClock;
    use wfm_core::collector::{Resource, Unreadable, UnreadableCause};

    use super::*;

    #[derive(Default)]
    struct Counting {
        calls: Arc<AtomicUsize>,
        broken: Arc<std::sync::atomic::AtomicBool>,
    }

    #[async_trait]
    impl Collector for Counting {
        async fn collect(&self) -> Result<Inventory, CollectError> {
            self.calls.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(20)).await;
            if self.broken.load(Ordering::SeqCst) {
                let cause = UnreadableCause::Unreachable;
                return Err(CollectError(Unreadable { resource: Resource::Pods, cause, message: "gone".into() }));
            }
            Ok(Inventory::empty("2026-01-01T00:00:00Z".parse().unwrap()))
        }
    }

    fn kept() -> (Arc<KeptInventory>, Arc<AtomicUsize>, Arc<std::sync::atomic::AtomicBool>, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::new("2026-01-01T00:00:00Z".parse().unwrap()));
        let counting = Counting::default();
        let (calls, broken) = (Arc::clone(&counting.calls), Arc::clone(&counting.broken));
        (KeptInventory::new(Box::new(counting), clock.clone()), calls, broken, clock)
    }

    #[test]
    fn a_viewer_is_answered_before_the_server_gives_up() {
        assert!(PATIENCE < wfm_shell::server::Limits::default().request);
    }

    #[tokio::test]
    async fn a_hundred_viewers_cause_one_collection() {
        let (kept, calls, ..) = kept();
        let viewers: Vec<_> = (0..100)
            .map(|_| {
                let kept = Arc::clone(&kept);
                tokio::spawn(async move { kept.look().await.inventory.is_some() })
            })
            .collect();
        for viewer in viewers {
            assert!(viewer.await.unwrap());
        }
        assert_eq!(calls.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn an_old_inventory_is_taken_anew_for_the_next_viewer() {
        let (kept, calls, _, clock) = kept();
        kept.look().await;
        clock.advance(SignedDuration::from_secs(29));
        kept.look().await;
        assert_eq!(calls.load(Ordering::SeqCst), 1);
        clock.advance(SignedDuration::from_secs(1));
        kept.look().await;
        assert_eq!(calls.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_failure_keeps_the_last_good_inventory_and_is_not_retried_at_once() {
        let (kept, calls, broken, clock) = kept();
        kept.look().await;
        broken.store(true, Ordering::SeqCst);
        clock.advance(SignedDuration::from_mins(1));
        let seen = kept.look().await;
        assert!(seen.inventory.is_some() && seen.failure.is_some());
        kept.look().await;
        assert_eq!(calls.load(Ordering::SeqCst), 2);
    }
}
