//! The cluster's identity: where it is kept, and what is known of it here.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;
use wfm_core::clock::Clock;
use wfm_core::cluster::{ClusterId, Namespace};

use crate::kept::{FRESH_FOR, PATIENCE};
use crate::slots::Slots;

/// How long an id is taken for what the cluster keeps; then it is read again, because it may have been reset.
const ID_FOR: SignedDuration = SignedDuration::from_mins(10);

/// Where the cluster's identity is kept, and beside it when this installation tells what.
#[async_trait]
pub trait Identity: Send + Sync {
    /// The cluster's id; a first call creates it.
    ///
    /// # Errors
    /// One sentence, where it can neither be read nor created.
    async fn cluster_id(&self) -> Result<ClusterId, String>;

    /// The cluster's id, if there is one; nothing is created.
    ///
    /// # Errors
    /// One sentence, where that cannot be told.
    async fn known_id(&self) -> Result<Option<ClusterId>, String>;

    /// The moments of telling, if they were drawn.
    ///
    /// # Errors
    /// One sentence, where that cannot be told.
    async fn slots(&self) -> Result<Option<Slots>, String>;

    /// Keeps the moments of telling.
    ///
    /// # Errors
    /// One sentence, where they cannot be kept.
    async fn keep_slots(&self, slots: &Slots) -> Result<(), String>;

    /// Draws a new id, and makes these the moments of telling. Nothing that is kept links it to the old one.
    ///
    /// # Errors
    /// One sentence, where it cannot be written.
    async fn reset(&self, slots: &Slots) -> Result<ClusterId, String>;
}

/// The identity in the cluster's Secret.
pub(crate) struct SecretIdentity {
    pub(crate) client: wfm_k8s::Client,
    pub(crate) namespace: Namespace,
}

#[async_trait]
impl Identity for SecretIdentity {
    async fn cluster_id(&self) -> Result<ClusterId, String> {
        told(wfm_k8s::identity::ensure(&self.client, &self.namespace, drawn()).await)
    }

    async fn known_id(&self) -> Result<Option<ClusterId>, String> {
        told(wfm_k8s::identity::read(&self.client, &self.namespace).await)
    }

    async fn slots(&self) -> Result<Option<Slots>, String> {
        let text = told(wfm_k8s::identity::slots(&self.client, &self.namespace).await)?;
        // What cannot be read was not written by this program: new ones take its place.
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    async fn keep_slots(&self, slots: &Slots) -> Result<(), String> {
        told(wfm_k8s::identity::keep_slots(&self.client, &self.namespace, &written(slots)).await)
    }

    async fn reset(&self, slots: &Slots) -> Result<ClusterId, String> {
        let id = drawn();
        told(wfm_k8s::identity::reset(&self.client, &self.namespace, id, &written(slots)).await)?;
        Ok(id)
    }
}

fn drawn() -> ClusterId {
    ClusterId::new(wfm_shell::random::uuid())
}

fn written(slots: &Slots) -> String {
    serde_json::to_string(slots).expect("numbers and times have a JSON form")
}

fn told<T>(result: Result<T, wfm_k8s::identity::IdentityError>) -> Result<T, String> {
    result.map_err(|error| wfm_shell::sentence(&error))
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
    Id(Timestamp, ClusterId),
}

impl KeptId {
    pub(crate) async fn get(&self, identity: &dyn Identity, clock: &dyn Clock) -> Result<ClusterId, String> {
        let slow = |_| "the Kubernetes API has not answered yet".to_owned();
        tokio::time::timeout(PATIENCE, self.ask(identity, clock)).await.map_err(slow)?
    }

    /// Forgets what was known: the next question is asked.
    pub(crate) async fn forget(&self) {
        *self.0.lock().await = Known::Nothing;
    }

    async fn ask(&self, identity: &dyn Identity, clock: &dyn Clock) -> Result<ClusterId, String> {
        let mut known = self.0.lock().await;
        let now = clock.now();
        match &*known {
            Known::Id(at, id) if now.duration_since(*at).abs() < ID_FOR => return Ok(*id),
            Known::Failed(at, why) if now.duration_since(*at).abs() < FRESH_FOR => return Err(why.clone()),
            Known::Id(..) | Known::Failed(..) | Known::Nothing => {}
        }
        match (identity.cluster_id().await, &*known) {
            (Ok(id), _) => {
                *known = Known::Id(now, id);
                Ok(id)
            }
            // An id does not go away because the API is.
            (Err(_), Known::Id(_, id)) => {
                let id = *id;
                *known = Known::Id(now, id);
                Ok(id)
            }
            (Err(why), _) => {
                tracing::warn!("there is no cluster id: {why}");
                *known = Known::Failed(now, why.clone());
                Err(why)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use wfm_core::clock::ManualClock;

    use super::*;

    /// Fails once and then has an id, or never answers.
    #[derive(Default)]
    struct Scripted {
        asked: AtomicUsize,
        silent: bool,
    }

    #[async_trait]
    impl Identity for Scripted {
        async fn cluster_id(&self) -> Result<ClusterId, String> {
            if self.silent {
                return std::future::pending().await;
            }
            match self.asked.fetch_add(1, Ordering::SeqCst) {
                0 => Err("may not create secrets".to_owned()),
                _ => Ok("8c6da034-c8b1-489a-a55d-a2215d93f934".parse().unwrap()),
            }
        }

        async fn known_id(&self) -> Result<Option<ClusterId>, String> {
            Ok(None)
        }

        async fn slots(&self) -> Result<Option<Slots>, String> {
            Ok(None)
        }

        async fn keep_slots(&self, _: &Slots) -> Result<(), String> {
            Ok(())
        }

        async fn reset(&self, _: &Slots) -> Result<ClusterId, String> {
            Err("nothing to reset".to_owned())
        }
    }

    fn clock() -> ManualClock {
        ManualClock::new("2026-01-01T00:00:00Z".parse().unwrap())
    }

    #[tokio::test]
    async fn a_failure_is_repeated_for_half_a_minute_and_then_tried_again() {
        let (identity, kept, clock) = (Scripted::default(), KeptId::default(), clock());
        for _ in 0..100 {
            assert!(kept.get(&identity, &clock).await.is_err());
        }
        assert_eq!(identity.asked.load(Ordering::SeqCst), 1);
        clock.advance(SignedDuration::from_secs(30));
        for _ in 0..100 {
            assert!(kept.get(&identity, &clock).await.is_ok());
        }
        assert_eq!(identity.asked.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn an_id_is_read_again_after_a_while_and_at_once_when_it_is_forgotten() {
        let (identity, kept, clock) =
            (Scripted { asked: AtomicUsize::new(1), silent: false }, KeptId::default(), clock());
        for (ahead, asked) in [(0, 2), (599, 2), (1, 3)] {
            clock.advance(SignedDuration::from_secs(ahead));
            kept.get(&identity, &clock).await.unwrap();
            assert_eq!(identity.asked.load(Ordering::SeqCst), asked);
        }
        kept.forget().await;
        kept.get(&identity, &clock).await.unwrap();
        assert_eq!(identity.asked.load(Ordering::SeqCst), 4);
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_api_does_not_hold_a_viewer_for_ever() {
        let why = KeptId::default().get(&Scripted { silent: true, ..Scripted::default() }, &clock()).await.unwrap_err();
        assert!(why.contains("not answered"), "{why}");
    }
}
