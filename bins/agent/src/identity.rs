//! The cluster's identity: where it is kept, and what is known of it here.

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::Mutex;
use wfm_core::clock::Clock;
use wfm_core::cluster::{ClusterId, Namespace};

use crate::kept::{FRESH_FOR, PATIENCE};

/// Where the cluster's identity is kept.
#[async_trait]
pub trait Identity: Send + Sync {
    /// The cluster's id; a first call creates it.
    ///
    /// # Errors
    /// One sentence, where it can neither be read nor created.
    async fn cluster_id(&self) -> Result<ClusterId, String>;
}

/// The identity in the cluster's Secret.
pub(crate) struct SecretIdentity {
    pub(crate) client: wfm_k8s::Client,
    pub(crate) namespace: Namespace,
}

#[async_trait]
impl Identity for SecretIdentity {
    async fn cluster_id(&self) -> Result<ClusterId, String> {
        let candidate = ClusterId::new(wfm_shell::random::uuid());
        wfm_k8s::identity::ensure(&self.client, &self.namespace, candidate)
            .await
            .map_err(|error| wfm_shell::sentence(&error))
    }
}

/// The id once it is known; until then the last failure, for as long as an inventory is fresh, so that many who look cause
/// one question.
#[derive(Debug, Default)]
pub(crate) struct KeptId(Mutex<Known>);

#[derive(Debug, Default)]
enum Known {
    #[default]
    Nothing,
    Failed(Timestamp, String),
    Id(ClusterId),
}

impl KeptId {
    pub(crate) async fn get(&self, identity: &dyn Identity, clock: &dyn Clock) -> Result<ClusterId, String> {
        let slow = |_| "the Kubernetes API has not answered yet".to_owned();
        tokio::time::timeout(PATIENCE, self.ask(identity, clock)).await.map_err(slow)?
    }

    async fn ask(&self, identity: &dyn Identity, clock: &dyn Clock) -> Result<ClusterId, String> {
        let mut known = self.0.lock().await;
        match &*known {
            Known::Id(id) => return Ok(*id),
            Known::Failed(at, why) if clock.now().duration_since(*at).abs() < FRESH_FOR => return Err(why.clone()),
            Known::Failed(..) | Known::Nothing => {}
        }
        match identity.cluster_id().await {
            Ok(id) => {
                *known = Known::Id(id);
                Ok(id)
            }
            Err(why) => {
                tracing::warn!("there is no cluster id: {why}");
                *known = Known::Failed(clock.now(), why.clone());
                Err(why)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use jiff::SignedDuration;
    use wfm_core::clock::ManualClock;

    use super::*;

    struct FailsOnce(AtomicUsize);

    #[async_trait]
    impl Identity for FailsOnce {
        async fn cluster_id(&self) -> Result<ClusterId, String> {
            match self.0.fetch_add(1, Ordering::SeqCst) {
                0 => Err("may not create secrets".to_owned()),
                _ => Ok("8c6da034-c8b1-489a-a55d-a2215d93f934".parse().unwrap()),
            }
        }
    }

    struct Silent;

    #[async_trait]
    impl Identity for Silent {
        async fn cluster_id(&self) -> Result<ClusterId, String> {
            std::future::pending().await
        }
    }

    fn clock() -> ManualClock {
        ManualClock::new("2026-01-01T00:00:00Z".parse().unwrap())
    }

    #[tokio::test]
    async fn a_failure_is_repeated_for_half_a_minute_and_then_tried_again() {
        let (identity, kept, clock) = (FailsOnce(AtomicUsize::new(0)), KeptId::default(), clock());
        for _ in 0..100 {
            assert!(kept.get(&identity, &clock).await.is_err());
        }
        assert_eq!(identity.0.load(Ordering::SeqCst), 1);
        clock.advance(SignedDuration::from_secs(30));
        for _ in 0..100 {
            assert!(kept.get(&identity, &clock).await.is_ok());
        }
        assert_eq!(identity.0.load(Ordering::SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_api_does_not_hold_a_viewer_for_ever() {
        let why = KeptId::default().get(&Silent, &clock()).await.unwrap_err();
        assert!(why.contains("not answered"), "{why}");
    }
}
