//! The cluster's identity: where it is kept, and what is known of it here.

use std::time::Duration;

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
    async fn cluster_id(&self) -> Result<ClusterId, NoId>;

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
    /// If it cannot be written. Unless that [is definite](NoId::is_definite), it may have been written all the same.
    async fn replace_schedule(&self, expected: Option<&SendSchedule>, schedule: &SendSchedule) -> Result<bool, NoId>;

    /// Draws a new id and erasure secret, and makes this the schedule. Nothing that is kept links them to the old ones.
    ///
    /// # Errors
    /// One sentence, if it cannot be written.
    async fn reset(&self, schedule: &SendSchedule) -> Result<ClusterId, String>;
}

/// An id as it was read from the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownId {
    /// The id.
    pub id: ClusterId,
    /// When it was read.
    pub read_at: Timestamp,
    /// Why it could not be read again, if the last attempt failed.
    pub failure: Option<String>,
}

/// Why no id is known. As text: what comes after "the cluster's id is".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", if .cause == &NoIdCause::Absent { "not created yet" } else { "unknown" })]
pub struct NoId {
    /// One sentence.
    pub message: String,
    /// Which kind of reason.
    pub cause: NoIdCause,
}

/// The kinds of reasons for which no id is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoIdCause {
    /// The cluster has none: the Secret is missing, or was read and holds none. An id that was known is gone.
    Absent,
    /// The agent may not read the Secret, which may hold one. An id that was known is not used any more.
    Forbidden,
    /// The cluster gave no answer. An id that was known is still taken for the cluster's.
    Unread,
}

impl NoId {
    /// Whether the cluster answered so: then what was to be written is certainly not kept. Otherwise it may be.
    #[must_use]
    pub fn is_definite(&self) -> bool {
        self.cause != NoIdCause::Unread
    }
}

impl From<String> for NoId {
    fn from(message: String) -> Self {
        Self { message, cause: NoIdCause::Unread }
    }
}

impl From<stored::IdentityError> for NoId {
    fn from(error: stored::IdentityError) -> Self {
        use stored::IdentityError::{Forbidden, NoSecret, NotAnId, WrongType};
        let cause = match error {
            // Only what was read without an id is changed.
            NoSecret { .. } | WrongType { .. } | NotAnId { .. } | Forbidden { verb: "patch", .. } => NoIdCause::Absent,
            Forbidden { .. } => NoIdCause::Forbidden,
            _ => NoIdCause::Unread,
        };
        Self { message: wfm_shell::sentence(&error), cause }
    }
}

/// The identity in the cluster's Secret.
pub(crate) struct SecretIdentity {
    pub(crate) client: wfm_k8s::Client,
    pub(crate) namespace: Namespace,
}

#[async_trait]
impl Identity for SecretIdentity {
    async fn cluster_id(&self) -> Result<ClusterId, NoId> {
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

    async fn replace_schedule(&self, expected: Option<&SendSchedule>, schedule: &SendSchedule) -> Result<bool, NoId> {
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

/// The id as it was read last, or why there is none.
#[derive(Debug, Default)]
pub(crate) struct KeptId(Mutex<Option<Attempt>>);

/// What became of the last attempt to read the id.
#[derive(Debug)]
struct Attempt {
    /// By the monotonic clock.
    at: Duration,
    result: Result<KnownId, NoId>,
}

/// How long an answer is good.
fn good_for(result: &Result<KnownId, NoId>) -> SignedDuration {
    match result {
        Ok(KnownId { failure: None, .. }) => ID_FOR,
        // A cluster that does not answer holds up one viewer in this time, and not each.
        _ => FRESH_FOR,
    }
}

impl KeptId {
    /// What is known, read anew if that is due. It takes a few seconds at most.
    pub(crate) async fn get(&self, identity: &dyn Identity, clock: &dyn Clock) -> Result<KnownId, NoId> {
        let began = clock.monotonic();
        let mut last = self.0.lock().await;
        // Whoever waited for an answer takes it, however long it took.
        if let Some(Attempt { at, result }) = &*last
            && (*at >= began || began.saturating_sub(*at) < good_for(result).unsigned_abs())
        {
            return result.clone();
        }
        let slow = |_| Err(NoId::from("the Kubernetes API has not answered yet".to_owned()));
        let asked = tokio::time::timeout(PATIENCE, identity.cluster_id()).await.unwrap_or_else(slow);
        let known = last.take().and_then(|last| last.result.ok());
        let result = match (asked, known) {
            (Ok(id), _) => Ok(KnownId { id, read_at: clock.now(), failure: None }),
            // An id does not go away because the API is.
            (Err(NoId { message, cause: NoIdCause::Unread }), Some(known)) => {
                Ok(KnownId { failure: Some(message), ..known })
            }
            (Err(no_id), _) => {
                tracing::warn!("the cluster's id is {no_id}");
                Err(no_id)
            }
        };
        last.insert(Attempt { at: clock.monotonic(), result }).result.clone()
    }

    /// Forgets what was known: the next question is asked.
    pub(crate) async fn forget(&self) {
        *self.0.lock().await = None;
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
        async fn cluster_id(&self) -> Result<ClusterId, NoId> {
            if self.silent {
                return std::future::pending().await;
            }
            match self.asked.fetch_add(1, Ordering::SeqCst) {
                0 => Err("the connection broke".to_owned().into()),
                4.. => Err(NoId { message: "the Secret is missing".to_owned(), cause: NoIdCause::Absent }),
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

        async fn replace_schedule(&self, _: Option<&SendSchedule>, _: &SendSchedule) -> Result<bool, NoId> {
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
    async fn an_id_is_read_again_after_a_second_and_at_once_when_it_is_forgotten() {
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
    async fn an_id_outlives_an_api_that_fails_with_its_age_and_not_a_secret_that_is_gone() {
        let (kept, clock) = (KeptId::default(), clock());
        let after = |asked: usize| Scripted { asked: AtomicUsize::new(asked), silent: false };
        let read = kept.get(&after(1), &clock).await.unwrap();
        assert_eq!((read.read_at, &read.failure), (clock.now(), &None));
        for _ in 0..3 {
            clock.advance(SignedDuration::from_mins(10));
            let failure = Some("the connection broke".to_owned());
            assert_eq!(kept.get(&after(0), &clock).await, Ok(KnownId { failure, ..read.clone() }));
        }
        clock.advance(SignedDuration::from_mins(10));
        let gone = kept.get(&after(4), &clock).await.unwrap_err();
        assert_eq!(gone.to_string(), "not created yet: the Secret is missing");
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_api_does_not_hold_a_viewer_for_ever_and_a_known_id_stays() {
        let (kept, clock) = (KeptId::default(), clock());
        let silent = Scripted { silent: true, ..Scripted::default() };
        let why = kept.get(&silent, &clock).await.unwrap_err();
        assert_eq!(why.to_string(), "unknown: the Kubernetes API has not answered yet");
        clock.advance(SignedDuration::from_secs(30));
        let read = kept.get(&Scripted { asked: AtomicUsize::new(1), silent: false }, &clock).await.unwrap();
        clock.advance(SignedDuration::from_secs(30));
        let known = kept.get(&silent, &clock).await.unwrap();
        assert_eq!((known.id, known.read_at), (read.id, read.read_at));
        assert!(known.failure.unwrap().contains("not answered"));
    }

    #[test]
    fn an_id_is_not_created_yet_only_if_the_cluster_answered_that_there_is_none() {
        use stored::IdentityError::{Contended, Failed, Forbidden, NoSecret, NotAnId, WrongType};
        let namespace = Namespace::default;
        let cause = wfm_core::collector::UnreadableCause::Unauthorized;
        for (error, text) in [
            (NoSecret { namespace: namespace() }, "not created yet: the Secret"),
            (WrongType { namespace: namespace(), found: "x".into() }, "not created yet: the Secret"),
            (NotAnId { namespace: namespace() }, "not created yet: the Secret"),
            (Forbidden { verb: "patch", namespace: namespace() }, "not created yet: the agent may not patch"),
            (Forbidden { verb: "get", namespace: namespace() }, "unknown: the agent may not get"),
            (Contended { namespace: namespace() }, "unknown: the Secret"),
            (
                Failed { cause, message: "401".into() },
                "unknown: the Secret deis-workflow-manager could not be read or changed: 401",
            ),
        ] {
            let shown = NoId::from(error).to_string();
            assert!(shown.starts_with(text), "{shown}");
        }
    }
}
