//! Sharing usage data: off unless an operator turned it on, and then only what the anonymizer made.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use wfm_core::anonymizer::{Consent, Envelope, EnvelopeKind};
use wfm_core::clock::Clock;
use wfm_core::report::ReportSink;

use crate::sent::{Entry, SentLog};

/// How many entries of the log the page shows.
const SHOWN: usize = 10;

/// What an operator agreed to, where it goes, and where it is written down.
pub struct Sharing {
    sink: Option<Arc<dyn ReportSink>>,
    destination: Option<String>,
    consent: Consent,
    log: SentLog,
    clock: Arc<dyn Clock>,
    state: RwLock<State>,
}

/// What became of the last attempt of each kind, and when the next one is due.
#[derive(Debug, Clone, Default)]
struct State {
    outcomes: BTreeMap<EnvelopeKind, Outcome>,
    due: BTreeMap<EnvelopeKind, Timestamp>,
    acknowledged: u64,
    failed: u64,
}

/// What became of an envelope.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// When that was known.
    pub at: Timestamp,
    /// Acknowledged, or why not.
    pub result: Result<(), String>,
}

/// What is shared, for showing.
#[derive(Debug)]
pub struct SharingView {
    /// Whether anything is sent.
    pub is_on: bool,
    /// Where it goes, or would go.
    pub destination: Option<String>,
    /// What the operator agreed to, or would.
    pub consent: Consent,
    /// The envelopes of this moment, as far as they can be made.
    pub preview: Vec<Envelope>,
    /// What became of the last of each kind.
    pub outcomes: BTreeMap<EnvelopeKind, Outcome>,
    /// When the next of each kind is due.
    pub due: BTreeMap<EnvelopeKind, Timestamp>,
    /// How many envelopes were acknowledged since the agent started.
    pub acknowledged: u64,
    /// How many were not, or could not be made.
    pub failed: u64,
    /// What was sent last, newest first.
    pub sent: Vec<Entry>,
    /// Whether the log outlives the process.
    pub log_is_kept: bool,
}

impl Sharing {
    /// Without a sink, sharing is off: nothing is ever sent. `destination` is where an envelope goes, or would go.
    #[must_use]
    pub fn new(
        sink: Option<Arc<dyn ReportSink>>,
        destination: Option<String>,
        consent: Consent,
        log: SentLog,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { sink, destination, consent, log, clock, state: RwLock::default() }
    }

    /// Whether anything is sent.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.sink.is_some()
    }

    /// Where an envelope goes, or would go.
    #[must_use]
    pub fn destination(&self) -> Option<&str> {
        self.destination.as_deref()
    }

    /// What the operator agreed to.
    #[must_use]
    pub fn consent(&self) -> Consent {
        self.consent
    }

    /// The log of what was sent.
    #[must_use]
    pub fn log(&self) -> &SentLog {
        &self.log
    }

    /// Everything for showing; `preview` is what would be sent now.
    #[must_use]
    pub fn view(&self, preview: Vec<Envelope>) -> SharingView {
        let State { outcomes, due, acknowledged, failed } =
            self.state.read().unwrap_or_else(PoisonError::into_inner).clone();
        SharingView {
            is_on: self.is_on(),
            destination: self.destination.clone(),
            consent: self.consent,
            preview,
            outcomes,
            due,
            acknowledged,
            failed,
            sent: self.log.last(SHOWN),
            log_is_kept: self.log.is_kept(),
        }
    }

    /// Notes when the next envelope of a kind is due.
    pub(crate) fn plan(&self, kind: EnvelopeKind, at: Timestamp) {
        self.state.write().unwrap_or_else(PoisonError::into_inner).due.insert(kind, at);
    }

    /// Notes that an envelope could not be made.
    pub(crate) fn not_made(&self, kind: EnvelopeKind, why: String) {
        tracing::info!(%kind, "nothing is sent: {why}");
        self.note(kind, Err(why));
    }

    /// Writes an envelope down, sends it, and notes what came of it. What cannot be written down is not sent. Without a sink
    /// nothing happens.
    pub async fn send(&self, envelope: &Envelope) {
        let (Some(sink), Some(destination)) = (&self.sink, &self.destination) else { return };
        let kind = envelope.kind();
        if let Err(error) = self.log.append(self.clock.now(), destination, envelope) {
            tracing::warn!(%kind, "nothing is sent: the log of what is sent cannot be written: {error}");
            return self.note(kind, Err(format!("the log of what is sent cannot be written: {error}")));
        }
        let result = sink.send(envelope).await;
        match &result {
            Ok(()) => tracing::info!(%kind, bytes = envelope.as_bytes().len(), "sent and acknowledged"),
            Err(error) => tracing::warn!(%kind, "not sent: {error}"),
        }
        self.note(kind, result.map_err(|error| error.to_string()));
    }

    fn note(&self, kind: EnvelopeKind, result: Result<(), String>) {
        let outcome = Outcome { at: self.clock.now(), result };
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        let count = if outcome.result.is_ok() { &mut state.acknowledged } else { &mut state.failed };
        *count = count.saturating_add(1);
        state.outcomes.insert(kind, outcome);
    }
}

impl std::fmt::Debug for Sharing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sharing").field("is_on", &self.is_on()).finish_non_exhaustive()
    }
}
