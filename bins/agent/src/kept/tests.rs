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

#[tokio::test]
async fn a_clock_that_jumps_causes_no_collection_and_prevents_none() {
    let (kept, calls, _, clock) = kept();
    kept.look().await;
    for jump in ["2036-01-01T00:00:00Z", "1999-01-01T00:00:00Z"] {
        clock.set(jump.parse().unwrap());
        kept.look().await;
    }
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    clock.advance(SignedDuration::from_secs(30));
    kept.look().await;
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[test]
fn after_a_slow_collection_there_is_a_rest_as_long_as_it_took_and_half_a_minute_at_most() {
    let attempt = |took: u64| Attempt { began: Duration::from_secs(100), ended: Duration::from_secs(100 + took) };
    let over_at = |took| (0..).find(|at| attempt(took).is_over(Duration::from_secs(*at))).unwrap();
    assert_eq!([0, 10, 20, 29, 300].map(over_at), [130, 130, 140, 158, 430]);
}

#[tokio::test]
async fn what_fails_is_shown_as_it_was_seen_before() {
    struct Failing(AtomicUsize);
    #[async_trait]
    impl Collector for Failing {
        async fn collect(&self) -> Result<Inventory, CollectError> {
            let good = Inventory::empty("2026-01-01T00:00:00Z".parse().unwrap());
            let (resource, cause) = (Resource::Pods, UnreadableCause::Forbidden);
            match self.0.fetch_add(1, Ordering::SeqCst) {
                0 => Ok(good),
                _ => Ok(Inventory { pods: Err(Unreadable { resource, cause, message: "no".into() }), ..good }),
            }
        }
    }
    let clock = Arc::new(ManualClock::new("2026-01-01T00:00:00Z".parse().unwrap()));
    let kept = KeptInventory::new(Box::new(Failing(AtomicUsize::new(0))), clock.clone());
    kept.look().await;
    clock.advance(SignedDuration::from_secs(30));
    let inventory = kept.look().await.inventory.unwrap();
    assert!(inventory.pods.is_ok() && inventory.stale.len() == 1);
}
