//! The cluster's identity: where it is kept, and what is known of it here.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;
use wfm_core::clock::Clock;
use wfm_core::cluster::{ClusterId, ErasureSecret, Namespace};
use wfm_k8s::identity as stored;

use crate::kept::{FRESH_FOR, PATIENCE};
use crate::send_schedule::SendSchedule;

/// How long an id is taken for what the cluster keeps; then it is read again, because it may have been reset. So short that
/// no page shows an id that was reset, and long enough that many who look cause one question a second.
const ID_FOR: SignedDuration = SignedDuration::from_secs(1);

/// Where the cluster's identity is kept, and beside it the schedule of sending.
#[async_trait]
pub trait Identity: Send + Sync {
    /// The cluster's id; a first call draws it.
    ///
    /// # Errors
    /// If it can neither be read nor written.
    async fn cluster_id(&self) -> Result<ClusterId, IdentityFailure>;

    /// The cluster's id, if there is one; nothing is written.
    ///
    /// # Errors
    /// One sentence, if it cannot be read.
    async fn known_id(&self) -> Result<Option<ClusterId>, String>;

    /// The secret that permits erasure; `None` if the id is older than erasure secrets.
    ///
    /// # Errors
    /// One sentence, if it cannot be read.
    async fn erasure_secret(&self) -> Result<Option<ErasureSecret>, String>;

    /// The schedule of sending, if there is one.
    ///
    /// # Errors
    /// One sentence, if it cannot be read.
    async fn schedule(&self) -> Result<Option<SendSchedule>, String>;

    /// Replaces the schedule of sending if it still is `expected`, and returns whether it was.
    ///
    /// # Errors
    /// If it cannot be written. Unless that is definite, it may have been written all the same.
    async fn replace_schedule(
        &self,
        expected: Option<&SendSchedule>,
        schedule: &SendSchedule,
    ) -> Result<bool, IdentityFailure>;

    /// Draws a new id and erasure secret, and makes this the schedule. Nothing that is kept links them to the old ones.
    ///
    /// # Errors
    /// One sentence, if it cannot be written.
    async fn reset(&self, schedule: &SendSchedule) -> Result<ClusterId, String>;
}

/// Why the identity could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityFailure {
    /// One sentence.
    pub message: String,
    /// Whether the cluster answered so: then an id that was known before is no longer. Otherwise it may still be there, and
    /// what was written may have been kept.
    pub is_definite: bool,
}

impl From<String> for IdentityFailure {
    fn from(message: String) -> Self {
        Self { message, is_definite: false }
    }
}

impl From<stored::IdentityError> for IdentityFailure {
    fn from(error: stored::IdentityError) -> Self {
        use stored::IdentityError::{Forbidden, NoSecret, NotAnId, WrongType};
        let is_definite = matches!(error, NoSecret { .. } | WrongType { .. } | NotAnId { .. } | Forbidden { .. });
        Self { message: wfm_shell::sentence(&error), is_definite }
    }
}

/// The identity in the cluster's Secret.
pub(crate) struct SecretIdentity {
    pub(crate) client: wfm_k8s::Client,
    pub(crate) namespace: Namespace,
}

#[async_trait]
impl Identity for SecretIdentity {
    async fn cluster_id(&self) -> Result<ClusterId, IdentityFailure> {
        Ok(stored::ensure(&self.client, &self.namespace, &draw()?).await?)
    }

    async fn known_id(&self) -> Result<Option<ClusterId>, String> {
        sentence(stored::read(&self.client, &self.namespace).await)
    }

    async fn erasure_secret(&self) -> Result<Option<ErasureSecret>, String> {
        sentence(stored::erasure_secret(&self.client, &self.namespace).await)
    }

    async fn schedule(&self) -> Result<Option<SendSchedule>, String> {
        let text = sentence(stored::schedule(&self.client, &self.namespace).await)?;
        Ok(text.and_then(|text| parse(&text)))
    }

    async fn replace_schedule(
        &self,
        expected: Option<&SendSchedule>,
        schedule: &SendSchedule,
    ) -> Result<bool, IdentityFailure> {
        let text = stored::schedule(&self.client, &self.namespace).await?;
        if text.as_deref().and_then(parse).as_ref() != expected {
            return Ok(false);
        }
        let schedule = to_json(schedule);
        Ok(stored::replace_schedule(&self.client, &self.namespace, text.as_deref(), &schedule).await?)
    }

    async fn reset(&self, schedule: &SendSchedule) -> Result<ClusterId, String> {
        let erasure = draw()?;
        sentence(stored::reset(&self.client, &self.namespace, &erasure, &to_json(schedule)).await)?;
        Ok(erasure.cluster_id())
    }
}

fn draw() -> Result<ErasureSecret, String> {
    let no_randomness = |error| format!("no id can be drawn: this machine gives no random bytes: {error}");
    wfm_shell::random::bytes().map(ErasureSecret::new).map_err(no_randomness)
}

/// What cannot be read was not written by this program: a new schedule takes its place.
fn parse(text: &str) -> Option<SendSchedule> {
    serde_json::from_str(text).ok()
}

fn to_json(schedule: &SendSchedule) -> String {
    serde_json::to_string(schedule).expect("names and times have a JSON form")
}

fn sentence<T>(result: Result<T, stored::IdentityError>) -> Result<T, String> {
    result.map_err(|error| wfm_shell::sentence(&error))
}

/// The id as it was read last. After a failure the next question waits as long as an inventory is fresh, so that a cluster
/// that does not answer holds up one viewer and not each.
#[derive(Debug, Default)]
pub(crate) struct KeptId(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    id: Option<Result<ClusterId, String>>,
    /// When it was asked last, and how long that answer is good.
    asked: Option<(Timestamp, SignedDuration)>,
}

impl Known {
    fn fresh(&self, now: Timestamp) -> Option<Result<ClusterId, String>> {
        let (at, long) = self.asked?;
        self.id.clone().filter(|_| now.duration_since(at).abs() < long)
    }

    /// Keeps an id over a failure that may pass: an id does not go away because the API does.
    fn fail(&mut self, now: Timestamp, why: IdentityFailure) -> Result<ClusterId, String> {
        self.asked = Some((now, FRESH_FOR));
        if let (Some(Ok(id)), false) = (&self.id, why.is_definite) {
            return Ok(*id);
        }
        tracing::warn!("there is no cluster id: {}", why.message);
        self.id = Some(Err(why.message.clone()));
        Err(why.message)
    }
}

impl KeptId {
    pub(crate) async fn get(&self, identity: &dyn Identity, clock: &dyn Clock) -> Result<ClusterId, String> {
        let mut known = self.0.lock().await;
        let now = clock.now();
        if let Some(fresh) = known.fresh(now) {
            return fresh;
        }
        let late = |_| IdentityFailure::from("the Kubernetes API has not answered yet".to_owned());
        match tokio::time::timeout(PATIENCE, identity.cluster_id()).await.map_err(late).and_then(|answer| answer) {
            Ok(id) => {
                *known = Known { id: Some(Ok(id)), asked: Some((now, ID_FOR)) };
                Ok(id)
            }
            Err(why) => known.fail(now, why),
        }
    }

    /// Forgets what was known: the next question is asked.
    pub(crate) async fn forget(&self) {
        *self.0.lock().await = Known::default();
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
        async fn cluster_id(&self) -> Result<ClusterId, IdentityFailure> {
            if self.silent {
                return std::future::pending().await;
            }
            match self.asked.fetch_add(1, Ordering::SeqCst) {
                0 => Err("the connection broke".to_owned().into()),
                4.. => Err(IdentityFailure { message: "the Secret is missing".to_owned(), is_definite: true }),
                _ => Ok("8c6da034-c8b1-489a-a55d-a2215d93f934".parse().unwrap()),
            }
        }

        async fn known_id(&self) -> Result<Option<ClusterId>, String> {
            Ok(None)
        }

        async fn erasure_secret(&self) -> Result<Option<ErasureSecret>, String> {
            Ok(None)
        }

        async fn schedule(&self) -> Result<Option<SendSchedule>, String> {
            Ok(None)
        }

        async fn replace_schedule(&self, _: Option<&SendSchedule>, _: &SendSchedule) -> Result<bool, IdentityFailure> {
            Ok(true)
        }

        async fn reset(&self, _: &SendSchedule) -> Result<ClusterId, String> {
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
        for (ahead, asked) in [(0, 2), (999, 2), (1, 3)] {
            clock.advance(SignedDuration::from_millis(ahead));
            kept.get(&identity, &clock).await.unwrap();
            assert_eq!(identity.asked.load(Ordering::SeqCst), asked);
        }
        kept.forget().await;
        kept.get(&identity, &clock).await.unwrap();
        assert_eq!(identity.asked.load(Ordering::SeqCst), 4);
    }

    #[tokio::test]
    async fn an_id_outlives_an_api_that_fails_and_not_a_secret_that_is_gone() {
        let (kept, clock) = (KeptId::default(), clock());
        let fails = |asked: usize| Scripted { asked: AtomicUsize::new(asked), silent: false };
        let id = kept.get(&fails(1), &clock).await.unwrap();
        clock.advance(SignedDuration::from_secs(1));
        assert_eq!(kept.get(&fails(0), &clock).await, Ok(id));
        clock.advance(SignedDuration::from_secs(29));
        assert_eq!(kept.get(&fails(4), &clock).await, Ok(id), "it is not asked again before 30 s");
        clock.advance(SignedDuration::from_secs(1));
        assert_eq!(kept.get(&fails(4), &clock).await, Err("the Secret is missing".to_owned()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_api_does_not_hold_a_viewer_for_ever() {
        let (kept, clock) = (KeptId::default(), clock());
        let silent = Scripted { silent: true, ..Scripted::default() };
        let why = kept.get(&silent, &clock).await.unwrap_err();
        assert!(why.contains("not answered"), "{why}");
        let began = tokio::time::Instant::now();
        assert_eq!(kept.get(&silent, &clock).await, Err(why));
        assert!(began.elapsed().is_zero(), "the next viewer does not wait");
    }
}
