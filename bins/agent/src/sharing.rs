//! Sharing usage data: off unless an operator turned it on, and then only what the anonymizer made.

use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use wfm_core::anonymizer::Envelope;
use wfm_core::clock::Clock;
use wfm_core::report::ReportSink;

/// What was sent, and what went wrong.
#[derive(Debug, Clone, Default)]
pub struct Sent {
    /// The last check-in that was acknowledged, and when.
    pub last: Option<(Timestamp, Envelope)>,
    /// Why the last attempt failed, if it did, and when.
    pub failure: Option<(Timestamp, String)>,
}

/// Sends check-ins, if anybody wants them sent.
pub struct Sharing {
    sink: Option<Arc<dyn ReportSink>>,
    destination: Option<String>,
    clock: Arc<dyn Clock>,
    sent: RwLock<Sent>,
}

impl Sharing {
    /// Without a sink, sharing is off: nothing is ever sent. `destination` is where a check-in goes, or would go.
    #[must_use]
    pub fn new(sink: Option<Arc<dyn ReportSink>>, destination: Option<String>, clock: Arc<dyn Clock>) -> Self {
        Self { sink, destination, clock, sent: RwLock::default() }
    }

    /// Whether check-ins are sent.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.sink.is_some()
    }

    /// Where a check-in goes, or would go.
    #[must_use]
    pub fn destination(&self) -> Option<&str> {
        self.destination.as_deref()
    }

    /// What was sent.
    #[must_use]
    pub fn sent(&self) -> Sent {
        self.sent.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sends a check-in and notes what came of it. Without a sink nothing happens.
    pub async fn send(&self, check_in: &Envelope) {
        let Some(sink) = &self.sink else { return };
        let result = sink.send(check_in).await;
        let now = self.clock.now();
        let mut sent = self.sent.write().unwrap_or_else(PoisonError::into_inner);
        match result {
            Ok(()) => {
                tracing::info!(bytes = check_in.as_bytes().len(), "a check-in was sent and acknowledged");
                *sent = Sent { last: Some((now, check_in.clone())), failure: None };
            }
            Err(error) => {
                tracing::warn!("a check-in was not sent: {error}");
                sent.failure = Some((now, error.to_string()));
            }
        }
    }
}

impl std::fmt::Debug for Sharing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sharing").field("is_on", &self.is_on()).finish_non_exhaustive()
    }
}
